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
	// FactsAnEvent and LeastFacts limit the rows of one interaction: FactsAnEvent for each of its events, but at least
	// LeastFacts. More rows are a protocol failure; no event makes more than two. MaxText limits the text of these
	// rows, in bytes, because a single line may have megabytes of text.
	FactsAnEvent = 4
	LeastFacts   = 100
	MaxText      = 64 << 10
)

// Filter is a command that reads event lines on stdin until end of file, prints fact lines on stdout and exits 0. Each
// start gets up to perStart questions; if it fails, search finds out by which.
type Filter struct {
	Argv    []string
	Timeout time.Duration // of one start
	Jobs    int           // starts at the same time, at least one
	// Answered, if not nil, is called with the first interaction of a question as soon as a row of it arrives. Several
	// goroutines call it, and call it again if a question is asked again.
	Answered func(interaction string)
	// PerStart is the most questions that a start is sent; 0 means 1000. It changes no answer of a program that keeps
	// chats apart.
	PerStart int
	// Spread, if not 0, spreads a batch over as many starts as may run at the same time, each with at least so many
	// questions. It changes no answer either.
	Spread int
	Speech Speech

	starts atomic.Int64
	mu     sync.Mutex
	silent bool // it hangs on everything, and is asked no more
}

// Starts returns how often the command was started.
func (f *Filter) Starts() int { return int(f.starts.Load()) }

// Way is "filter".
func (f *Filter) Way() string { return "filter" }

// Command is the command line.
func (f *Filter) Command() []string { return f.Argv }

// start starts the command once, sends it the events of all questions, one after the other, and sorts its facts by
// interaction. If the program crashes, hangs or prints garbage, the whole start has failed.
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

// converse feeds a process and reads its output at the same time. Each channel gets one value when its part is over.
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
		return ", and did not read all events"
	}
	return ""
}

func clungToo(clung bool) string {
	if clung {
		return ", but a process that it started kept its output open"
	}
	return ""
}

func garbageToo(garbage error) string {
	if garbage != nil {
		return "; and " + garbage.Error()
	}
	return ""
}

// feed writes the batch's events and closes w.
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

// pour writes text and closes w.
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
	first   func(question int) // called when a question's first fact arrives; may be nil
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

// kept counts an interaction's events, rows, and the bytes of the rows' text.
type kept struct{ events, rows, text int }

// most returns how many rows may be kept.
func (k *kept) most() int { return max(LeastFacts, FactsAnEvent*k.events) }

// read reads fact lines to the end. The error is that of the first line that is no fact and belongs to no question.
// What follows is still read, so that the program can end.
func (s *sorter) read(facts Facts, in io.Reader) error {
	err := s.sort(facts)
	if err != nil {
		io.Copy(io.Discard, in) //nolint:errcheck // the first error is the one to report
	}
	return err
}

// sort reads facts to the end, or to the first that cannot be read and belongs to no question.
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
		s.answers[i] = failed(Protocol, "more than %d rows for one interaction", k.most())
	case k.text > MaxText:
		s.answers[i] = failed(Protocol, "more than %d bytes of text in the rows of one interaction", MaxText)
	case s.answers[i].Failure == nil:
		if s.first != nil && s.answers[i].Facts == nil {
			s.first(i)
		}
		s.answers[i].Facts = append(s.answers[i].Facts, f)
	}
}
