package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const (
	// FactsAnEvent and LeastFacts bound the rows that are kept of one interaction: so many for each of its events, and
	// so many at least; more of them is a protocol failure. No event makes more than two. MaxText bounds their text
	// likewise, in bytes: a line alone may have megabytes of it.
	FactsAnEvent = 4
	LeastFacts   = 100
	MaxText      = 64 << 10
)

// Filter is a command that reads event lines on stdin until end of file, prints fact lines on stdout and exits 0.
// Up to perStart questions are one start of it, unless that fails: see search.
type Filter struct {
	Argv    []string
	Timeout time.Duration // of one start
	Jobs    int           // starts at the same time, at least one
	// Answered is told the first interaction of each question as soon as a row of it comes; nil is told nothing. It is
	// called by several goroutines, and again where a question is asked again.
	Answered func(interaction string)
	// PerStart is how many questions a start is sent at most; 0 is 1000. It changes no answer of a program that keeps
	// chats apart.
	PerStart int
	// Spread has a batch sent in as many starts as may run at the same time, where each gets so many questions at
	// least; 0 has it not. It is of no more consequence.
	Spread int
	Speech Speech

	starts atomic.Int64
	mu     sync.Mutex
	silent bool // it hangs whatever it is asked: no more is
}

// Starts counts how often the command was started.
func (f *Filter) Starts() int { return int(f.starts.Load()) }

// Way is "filter".
func (f *Filter) Way() string { return "filter" }

// Command is the command line.
func (f *Filter) Command() []string { return f.Argv }

// start starts the command once, sends it the events of all questions, one after the other, and sorts its facts by
// interaction. A program that crashes, hangs or prints garbage has failed altogether.
func (f *Filter) start(ctx context.Context, batch []Question) (*Round, *Failure, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	var text []byte
	if f.Speech != nil {
		var err error
		text, err = textOf(f.Speech, batch)
		if err != nil {
			return nil, nil, err
		}
	}
	limit, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	f.starts.Add(1)
	p, err := start(f.Argv, true)
	if err != nil {
		return nil, nil, err
	}
	sorter := newSorter(batch)
	if f.Answered != nil {
		sorter.first = func(i int) { f.Answered(batch[i].Events[0].InteractionID) }
	}
	feeding, reading, heard := f.converse(p, text, batch, sorter)

	exited := p.wait(limit)
	garbage, clung := p.drained(limit, reading)
	p.end()
	left := p.left(feeding)
	stderr := <-heard
	round := &Round{Ignored: sorter.ignored, Stderr: stderr.tail.take()}
	p.close()

	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	var failure *Failure
	switch {
	case !exited:
		failure = &Failure{Hang, fmt.Sprintf("did not end within %v%s", f.Timeout, leftToo(left))}
	case p.failure() != "":
		failure = &Failure{Crash, p.failure() + clungToo(clung) + garbageToo(garbage)}
	case clung:
		failure = &Failure{Protocol, "exited" + clungToo(clung) + garbageToo(garbage)}
	case garbage != nil:
		failure = &Failure{Protocol, garbage.Error()}
	case left:
		round.Notes = append(round.Notes, "exited without reading all events")
	}
	round.Answers = sorter.answers
	stderr.testify(round.Answers)
	return round, failure, nil
}

// converse feeds a process and reads what it says, all at once: each channel gets one value when its part is over.
func (f *Filter) converse(p *process, text []byte, batch []Question, facts *sorter) (feeding, reading chan error,
	heard chan *witness,
) {
	feeding, reading, heard = make(chan error, 1), make(chan error, 1), make(chan *witness, 1)
	go func() {
		if f.Speech != nil {
			feeding <- pour(p.stdin, text)
		} else {
			feeding <- feed(p.stdin, batch)
		}
	}()
	go func() { reading <- facts.read(factsOf(f.Speech, batch, "stdout", p.stdout), p.stdout) }()
	go func() {
		w := newWitness(facts.owner)
		io.Copy(w, p.stderr) //nolint:errcheck // what was read before counts
		heard <- w
	}()
	return feeding, reading, heard
}

func leftToo(left bool) string {
	if left {
		return ", nor read all events"
	}
	return ""
}

func clungToo(clung bool) string {
	if clung {
		return ", but a process that it had started kept its output open"
	}
	return ""
}

func garbageToo(garbage error) string {
	if garbage != nil {
		return "; and " + garbage.Error()
	}
	return ""
}

// feed writes the batch's events and closes stdin.
func feed(w io.WriteCloser, batch []Question) error {
	var b []byte
	for _, q := range batch {
		for i := range q.Events {
			b = wire.AppendEvent(b, &q.Events[i])
			if len(b) > 32<<10 {
				if _, err := w.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
		for _, line := range q.Lines {
			b = append(append(b, line...), '\n')
		}
	}
	return pour(w, b)
}

// pour writes text and closes stdin.
func pour(w io.WriteCloser, text []byte) error {
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// sorter sorts facts by the question that their interaction belongs to.
type sorter struct {
	owner   map[string]int   // question, by interaction
	kept    map[string]*kept // by interaction
	answers []Answer
	ignored int
	first   func(question int) // called when its first fact comes; may be nil
}

func newSorter(batch []Question) *sorter {
	s := &sorter{owner: make(map[string]int), kept: make(map[string]*kept), answers: make([]Answer, len(batch))}
	for i, q := range batch {
		var of *kept
		for j := range q.Events {
			if id := q.Events[j].InteractionID; j == 0 || id != q.Events[j-1].InteractionID {
				s.owner[id] = i
				of = s.kept[id]
				if of == nil {
					of = new(kept)
					s.kept[id] = of
				}
			}
			of.events++
		}
	}
	return s
}

// kept is how much there is of an interaction: events, rows, and bytes of their text.
type kept struct{ events, rows, text int }

// most is how many rows may be kept.
func (k *kept) most() int { return max(LeastFacts, FactsAnEvent*k.events) }

// read takes fact lines to the end. The error is the first line that is no fact and belongs to no question; what
// follows it is read all the same, so that the program can end.
func (s *sorter) read(facts Facts, in io.Reader) error {
	err := s.sort(facts)
	if err != nil {
		io.Copy(io.Discard, in) //nolint:errcheck // the first error is the one to report
	}
	return err
}

// sort takes facts to the end, or to the first that cannot be read and belongs to no question.
func (s *sorter) sort(facts Facts) error {
	for {
		fact, err := facts.Read()
		if err == io.EOF {
			return nil
		}
		i, known := s.owner[fact.InteractionID]
		var bad *wire.LineError
		switch {
		case err == nil && !known:
			s.ignored++
		case err == nil:
			s.take(i, fact)
		case errors.As(err, &bad) && !known && bad.InteractionID != "":
			s.ignored++
		case errors.As(err, &bad) && known && bad.InteractionID != "":
			if s.answers[i].Failure == nil {
				s.answers[i].Failure = &Failure{Protocol, bad.Error()}
			}
		default:
			return err
		}
	}
}

func (s *sorter) take(i int, f model.Fact) {
	k := s.kept[f.InteractionID]
	k.rows++
	k.text += len(f.ResourceType) + len(f.Resource) + len(f.Role) + len(f.RoleReason) + len(f.Result) + len(f.Reason)
	switch {
	case k.rows > k.most():
		s.answers[i] = Answer{
			Failure: &Failure{Protocol, fmt.Sprintf("more than %d rows for one interaction", k.most())},
		}
	case k.text > MaxText:
		s.answers[i] = Answer{
			Failure: &Failure{
				Protocol, fmt.Sprintf("more than %d bytes of text in the rows of one interaction", MaxText),
			},
		}
	case s.answers[i].Failure == nil:
		if s.first != nil && s.answers[i].Facts == nil {
			s.first(i)
		}
		s.answers[i].Facts = append(s.answers[i].Facts, f)
	}
}
