package target

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/chatproof/chatproof/model"
)

// patience is the least time that a process gets to say hello.
const patience = 10 * time.Second

// Stream is a command that runs as long as there are questions, and speaks the protocol of package wire: JSON Lines in
// both directions, docs/protocol.md. A failed process is replaced for the next question.
type Stream struct {
	Argv    []string
	Timeout time.Duration // of one question
	Jobs    int           // processes at the same time, at least one
	Harness string        // our name
	Speech  Speech

	patience time.Duration // overrides the constant, as farewell does
	farewell time.Duration
	about    Implementation
	inFlight int
	desks    []desk
	silence  silence
	stderr   tail
	mu       sync.Mutex
	asked    int
	notes    []string
}

// desk holds one process after another.
type desk struct {
	mu      sync.Mutex
	speaker *speaker
}

// Way is "stream".
func (t *Stream) Way() string { return "stream" }

// Command is the command line.
func (t *Stream) Command() []string { return t.Argv }

// Implementation returns what the first process has said about itself.
func (t *Stream) Implementation() *Implementation { return &t.about }

// AtOnce returns how many questions are best asked in a batch.
func (t *Stream) AtOnce() int { return piecemeal * max(t.Jobs, 1) }

// Open starts the first process.
func (t *Stream) Open(ctx context.Context) error {
	t.desks, t.stderr.size = make([]desk, max(t.Jobs, 1)), stderrTail
	t.silence.peers = len(t.desks)
	s, err := t.speak(ctx)
	if err != nil {
		return err
	}
	t.desks[0].speaker = s
	t.about = Implementation{model.Line(s.hello.Name), model.Line(s.hello.Version), model.Line(s.hello.Language)}
	t.inFlight = min(s.hello.MaxInFlight, maxInFlight)
	return nil
}

// Close says bye to the processes, and ends those that do not exit by themselves.
func (t *Stream) Close() []string {
	notes := make([][]string, len(t.desks))
	var all sync.WaitGroup
	for i := range t.desks {
		if s := t.desks[i].speaker; s != nil {
			all.Go(func() { notes[i] = s.close(cmp.Or(t.farewell, farewell)) })
		}
	}
	all.Wait()
	t.desks, t.notes = nil, append(t.notes, slices.Concat(notes...)...)
	return t.notes
}

// Ask asks each question by itself, as many at the same time as the processes accept.
func (t *Stream) Ask(ctx context.Context, batch []Question) (*Round, error) {
	var mu sync.Mutex
	over, repeated := false, make(map[int]bool)
	first := t.reserve(len(batch)) // ids go by the order of the questions, except for those that are asked again
	again := make([]bool, len(batch))
	v := &interview{workers: len(t.desks) * t.inFlight, state: &t.silence}
	before := t.silence.lost
	v.ask = func(ctx context.Context, worker, i int, q *Question) outcome {
		s, err := t.at(ctx, t.deskOf(worker))
		if err != nil {
			return outcome{err: err}
		}
		mu.Lock()
		id := first + i
		if again[i] {
			id = t.reserve(1)
		}
		again[i] = true
		mu.Unlock()
		a := &asked{id: strconv.Itoa(id), question: q, speech: t.Speech}
		if t.Speech != nil {
			a.text, err = t.Speech.AppendEvents(nil, q.Events)
			if err != nil {
				return outcome{err: err}
			}
		}
		a.repeated = func() {
			mu.Lock()
			defer mu.Unlock()
			if over {
				t.note("answered id " + a.id + " twice")
			}
			repeated[i] = true
		}
		return s.ask(ctx, a)
	}
	round := new(Round)
	var err error
	round.Answers, err = v.round(ctx, batch)
	round.Took, round.Notes = v.took, v.silenced(before, t.Timeout)
	mu.Lock()
	defer mu.Unlock()
	over = true
	for i := range repeated {
		round.Answers[i] = failed(Protocol, "answered twice")
	}
	round.Stderr = t.stderr.take()
	return round, err
}

// deskOf returns the desk at which a worker asks. The first workers have one desk each, so that few questions keep all
// processes busy, too.
func (t *Stream) deskOf(worker int) *desk { return &t.desks[worker%len(t.desks)] }

// at returns the process at a desk, a new one if there is none or it has failed.
func (t *Stream) at(ctx context.Context, d *desk) (*speaker, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.speaker != nil {
		select {
		case <-d.speaker.broken:
			d.speaker.bury()
			d.speaker = nil
		default:
			return d.speaker, nil
		}
	}
	s, err := t.speak(ctx)
	if err == nil {
		d.speaker = s
	}
	return s, err
}

// reserve reserves n ids, and returns the first.
func (t *Stream) reserve(n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked += n
	return t.asked - n + 1
}

func (t *Stream) note(n string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.notes = append(t.notes, n)
}
