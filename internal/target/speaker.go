package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const (
	// maxInFlight limits the unanswered questions of a process, whatever its hello says.
	maxInFlight = 64
	// maxRemembered limits how many answered questions are remembered, to recognize a second answer.
	maxRemembered = 4096
	// farewell is how long a process may take to exit after bye, and mourning how long after it has closed a pipe.
	farewell = 5 * time.Second
	mourning = 2 * time.Second
)

// speaker is a running process that speaks the stream protocol. Only its loop knows what is in flight.
type speaker struct {
	p        *process
	limit    time.Duration // of one question
	speech   Speech
	hello    wire.Message
	out      chan []byte   // to be written; buffered, so that the loop never waits
	spare    chan []byte   // written already; its memory is reused
	deaf     chan struct{} // it has closed its input
	messages chan received // closed at the end of the output
	read     chan error    // then: why
	submit   chan *asked
	quit     chan struct{} // closed: the loop shall end
	ended    chan struct{} // closed: the loop has ended
	broken   chan struct{} // closed: nothing more shall be asked
	heard    chan struct{} // closed: its stderr has ended
	stderr   tail
	pipes    sync.WaitGroup // of the goroutines that write and read
}

// received is a message, or the error of a line that is none.
type received struct {
	wire.Message
	err error
}

// asked is a question in flight.
type asked struct {
	id       string
	question *Question
	speech   Speech
	text     []byte // the events as they are sent; nil if the contract's form is
	repeated func() // called if it is answered again
	outcome  chan outcome
}

// speak starts a process and shakes hands with it. It waits for the hello as long as for a question, at least 10 s,
// and only once: a second start would not be quicker. The error is a *StartError, or the context's.
func (t *Stream) speak(ctx context.Context) (*speaker, error) {
	p, err := start(t.Argv, false)
	if err != nil {
		return nil, err
	}
	s := &speaker{
		p: p, limit: t.Timeout, speech: t.Speech, out: make(chan []byte, maxInFlight+2),
		spare: make(chan []byte, maxInFlight),
		deaf:  make(chan struct{}, 1), messages: make(chan received), read: make(chan error, 1),
		submit: make(chan *asked),
		quit:   make(chan struct{}), ended: make(chan struct{}), broken: make(chan struct{}),
		heard: make(chan struct{}), stderr: tail{size: stderrTail},
	}
	s.pipes.Go(s.write)
	s.pipes.Go(s.receive)
	s.pipes.Go(func() {
		io.Copy(io.MultiWriter(&t.stderr, &s.stderr), p.stderr) //nolint:errcheck // what was read before counts
		close(s.heard)
	})
	s.out <- wire.AppendHello(nil, t.Harness)
	problem := s.handshake(ctx, cmp.Or(t.patience, max(t.Timeout, patience)))
	if problem == "" {
		go s.loop()
		return s, nil
	}
	close(s.ended)
	s.bury()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if said := strings.TrimSpace(s.stderr.take()); said != "" {
		problem += "; the end of its stderr: " + model.Quoted(said[strings.LastIndexByte(said, '\n')+1:])
	}
	return nil, &StartError{t.Argv[0], "did not shake hands", errors.New(problem)}
}

// handshake waits for the hello, and returns what is wrong with it; "" means nothing.
func (s *speaker) handshake(ctx context.Context, limit time.Duration) (problem string) {
	select {
	case m, more := <-s.messages:
		s.hello = m.Message
		switch {
		case !more:
			return s.postmortem().Message + " before its hello"
		case m.err != nil:
			if line, ok := errors.AsType[*wire.LineError](m.err); ok && line.Line > 0 {
				return fmt.Sprintf("line %d of its %s is not a valid hello: %s", line.Line, line.File, line.What())
			}
			return "no valid hello: " + m.err.Error()
		case m.Type != wire.Hello:
			return "its first message is " + m.Type + ", expected hello"
		}
		return ""
	case <-time.After(limit):
		return fmt.Sprintf("no hello within %v", limit)
	case <-ctx.Done():
		return ctx.Err().Error()
	}
}

func (s *speaker) write() {
	for b := range s.out {
		if _, err := s.p.stdin.Write(b); err != nil {
			s.deaf <- struct{}{}
			return
		}
		select {
		case s.spare <- b[:0]:
		default:
		}
	}
	s.p.stdin.Close()
}

func (s *speaker) receive() {
	defer close(s.messages)
	r := wire.NewMessageReader("stdout", s.p.stdout)
	if s.speech != nil {
		r.Rows = func(in io.Reader) interface{ Read() (model.Fact, error) } { return s.speech.Facts("facts", in) }
	}
	for {
		m, err := r.Read()
		var bad *wire.LineError
		if err != nil && !errors.As(err, &bad) {
			s.read <- err
			return
		}
		select {
		case s.messages <- received{m, err}:
		case <-s.broken:
			_, err := io.Copy(io.Discard, s.p.stdout)
			s.read <- err
			return
		}
	}
}

// ask asks a question. As many goroutines may ask at once as the process accepts in flight.
func (s *speaker) ask(ctx context.Context, q *asked) outcome {
	q.outcome = make(chan outcome, 1)
	select {
	case s.submit <- q:
	case <-s.broken:
		return outcome{doubt: innocence}
	case <-ctx.Done():
		return outcome{err: ctx.Err()}
	}
	select {
	case o := <-q.outcome:
		return o
	case <-ctx.Done():
		return outcome{err: ctx.Err()}
	}
}

// loop handles questions and messages until it is told to quit or the process fails. While nothing is in flight, it
// looks at no message: what a process says or does between two questions counts as part of the second.
func (s *speaker) loop() {
	defer close(s.ended)
	f := &flight{speaker: s, oldest: time.NewTimer(s.limit), answered: make(map[string]*asked)}
	exited, left := s.p.done, (<-chan time.Time)(nil)
	clung := false
	for {
		messages, late, deaf, submit := s.messages, f.oldest.C, s.deaf, s.submit
		if len(f.asked) == 0 {
			messages, late, deaf = nil, nil, nil
		} else if len(f.asked) >= min(s.hello.MaxInFlight, maxInFlight) {
			submit = nil
		}
		select {
		case <-s.quit:
			if len(f.asked) > 0 {
				s.pardon(f.asked)
			}
			return
		case q := <-submit:
			f.send(q)
		case m, more := <-messages:
			if !more {
				failure := s.postmortem()
				failure.Message += clungToo(clung)
				s.fail(f.asked, failure)
				return
			}
			if !f.take(&m) {
				return
			}
		case <-late:
			f.asked[0].outcome <- outcome{answer: failed(Hang, "no answer within %v", s.limit), doubt: unheard}
			s.pardon(f.asked[1:])
			return
		case <-deaf:
			s.fail(f.asked, s.postmortem())
			return
		case <-exited: // its output ends now, unless a process that it has started keeps it open
			exited, left = nil, time.After(grace)
		case <-left:
			left, clung = nil, lingers(s.p.cmd.Process.Pid)
			s.p.end()
		}
	}
}

// flight is what a process has been asked and has not yet answered.
type flight struct {
	*speaker
	asked    []*asked    // the oldest first
	oldest   *time.Timer // it limits the oldest question
	answered map[string]*asked
}

// send asks a question.
func (f *flight) send(q *asked) {
	f.asked = append(f.asked, q)
	if len(f.asked) == 1 {
		f.oldest.Reset(f.limit)
	}
	var b []byte
	select {
	case b = <-f.spare:
	default:
	}
	if q.speech != nil {
		f.out <- wire.AppendClassifyText(b, q.id, q.text, q.question.Lines)
	} else {
		f.out <- wire.AppendClassify(b, q.id, q.question.Events, q.question.Lines)
	}
}

// take passes a message to its question. It returns false if there is none: then the process has failed.
func (f *flight) take(m *received) bool {
	i := slices.IndexFunc(f.asked, func(q *asked) bool { return q.id == m.ID })
	switch {
	case i >= 0:
		q := f.asked[i]
		q.outcome <- outcome{answer: answerOf(q, m)}
		f.asked = slices.Delete(f.asked, i, i+1)
		if i == 0 {
			f.oldest.Reset(f.limit)
		}
		if len(f.answered) >= maxRemembered {
			clear(f.answered)
		}
		f.answered[q.id] = q
		return true
	case f.answered[m.ID] != nil:
		f.answered[m.ID].repeated()
		f.pardon(f.asked)
	case m.err == nil:
		f.fail(f.asked, &Failure{Protocol, m.Type + " for id " + model.Name(m.ID) + ", which was not sent"})
	default:
		f.fail(f.asked, &Failure{Protocol, m.err.Error()})
	}
	return false
}

// fail ends the process because one of the questions in flight failed. If only one was in flight, the end of stderr is
// about that question.
func (s *speaker) fail(flight []*asked, f *Failure) {
	o := outcome{answer: Answer{Failure: f}}
	close(s.broken)
	s.p.end()
	if len(flight) > 1 {
		o.doubt, o.companion = suspicion, &company{failure: f}
	} else {
		<-s.heard
		o.answer.Stderr = lastWords(s.stderr.take())
	}
	for _, q := range flight {
		q.outcome <- o
	}
}

// pardon ends the process. The questions in flight will be asked again.
func (s *speaker) pardon(flight []*asked) {
	close(s.broken)
	for _, q := range flight {
		q.outcome <- outcome{doubt: innocence}
	}
	s.p.end()
}

// postmortem says how a process that has closed its output or its input has failed.
func (s *speaker) postmortem() *Failure {
	limit, cancel := context.WithTimeout(context.Background(), mourning)
	defer cancel()
	switch exited := s.p.wait(limit); {
	case !exited:
		return &Failure{Protocol, "closed its input or output without exiting"}
	case s.p.failure() == "":
		return &Failure{Crash, "exited with status 0"}
	}
	return &Failure{Crash, s.p.failure()}
}

// answerOf turns a message about a question into an answer.
func answerOf(q *asked, m *received) Answer {
	var bad *wire.LineError
	switch {
	case errors.As(m.err, &bad):
		return failed(Protocol, "%s", bad.What())
	case m.Type == wire.Skip:
		return Answer{Skip: said(m.Text, "no reason given")}
	case m.Type == wire.Failed:
		return failed(Said, "%s", said(m.Text, "no message given"))
	}
	batch := []Question{*q.question}
	s, spell := newSorter(batch), func(*model.Fact) {}
	if q.speech != nil {
		spell = q.speech.Spelling(batch)
	}
	for _, f := range m.Facts {
		spell(&f)
		if _, known := s.owner[f.InteractionID]; !known {
			return failed(Protocol, "facts of interaction %s, which was not asked about", model.Name(f.InteractionID))
		}
		s.take(0, f)
	}
	return s.answers[0]
}

// said turns the text of an implementation into one line.
func said(text, otherwise string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return otherwise
	}
	return model.Line(text)
}

// close says bye, waits for the process to exit, as long as farewell, and returns what was odd about it.
func (s *speaker) close(farewell time.Duration) (notes []string) {
	close(s.quit)
	<-s.ended
	select {
	case <-s.broken:
		s.bury()
		return nil
	default:
	}
	s.out <- wire.AppendBye(nil)
	close(s.out)
	odd := make(chan string, 1)
	go func() {
		first := ""
		for m := range s.messages {
			if first == "" && m.err != nil {
				first = m.err.Error()
			} else if first == "" {
				first = m.Type + " for id " + model.Name(m.ID)
			}
		}
		odd <- first
	}()
	limit, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	exited := s.p.wait(limit)
	_, clung := s.p.drained(limit, s.read)
	switch {
	case !exited:
		notes = append(notes, fmt.Sprintf("did not exit within %v after bye", farewell))
	case s.p.failure() != "":
		notes = append(notes, s.p.failure()+" at the end")
	case clung:
		notes = append(notes, "exited"+clungToo(clung))
	}
	s.p.end()
	if first := <-odd; first != "" {
		notes = append(notes, "answered when there was nothing to answer: "+first)
	}
	s.pipes.Wait()
	s.p.close()
	return notes
}

// bury releases the resources of a failed process.
func (s *speaker) bury() {
	<-s.ended
	select {
	case <-s.broken:
	default:
		close(s.broken)
	}
	close(s.out)
	s.p.end()
	s.pipes.Wait()
	s.p.close()
}
