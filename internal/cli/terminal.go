package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/chatproof/chatproof/model"
)

func addColor(cmd *cobra.Command, flag *string) {
	cmd.Flags().StringVar(flag, "color", "auto",
		"`WHEN` to use colour: always, never, or auto, which means on a terminal unless NO_COLOR, CLICOLOR_FORCE or "+
			"TERM says otherwise")
	complete(cmd, "color", "auto", "always", "never")
}

// useColour reports whether output to out is coloured.
func useColour(flag string, out io.Writer) (bool, error) {
	switch flag {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto":
		force := os.Getenv("CLICOLOR_FORCE")
		return os.Getenv("NO_COLOR") == "" && (force != "" && force != "0" || isTerminal(out)), nil
	}
	return false, fmt.Errorf("--color: expected auto, always or never, got %s", model.Word(flag))
}

// isTerminal reports whether a writer is a terminal that can do more than print.
func isTerminal(w io.Writer) bool {
	if c, ok := w.(*checkedWriter); ok {
		w = c.w
	}
	file, ok := w.(*os.File)
	return ok && os.Getenv("TERM") != "dumb" && term.IsTerminal(int(file.Fd()))
}

// progress shows on stderr how far a run is: on a terminal as one line that is redrawn, elsewhere as a new line every
// ten seconds.
type progress struct {
	out     io.Writer
	redrawn bool
	found   string                           // what finds counts, such as failed
	total   int                              // 0 if not known
	end     time.Duration                    // 0 if not known
	says    func(spent time.Duration) string // replaces all of the above if set

	mu          sync.Mutex
	done, finds int
	answered    map[string]bool // interactions of answered scenarios, judged or not
	stopped     chan struct{}
	ended       sync.WaitGroup
}

// start draws the line regularly until stop is called.
func (p *progress) start(e *env) *progress {
	p.out, p.redrawn, p.stopped = e.err, isTerminal(e.err), make(chan struct{})
	every := 10 * time.Second
	if p.redrawn {
		every = 200 * time.Millisecond
	}
	started := time.Now()
	p.ended.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-p.stopped:
				return
			case now := <-tick.C:
				p.draw(now.Sub(started))
			}
		}
	})
	return p
}

// set records how far the run is.
func (p *progress) set(done, finds int) {
	p.mu.Lock()
	p.done, p.finds = done, finds
	p.mu.Unlock()
}

// answer records that a scenario has been answered, though it may be judged much later. One interaction identifies it.
func (p *progress) answer(interaction string) {
	p.mu.Lock()
	if p.answered == nil {
		p.answered = make(map[string]bool)
	}
	p.answered[interaction] = true
	p.mu.Unlock()
}

// stop ends the drawing, and removes the redrawn line.
func (p *progress) stop() {
	close(p.stopped)
	p.ended.Wait()
	p.clear()
}

// clear removes the redrawn line, so that something else can be printed.
func (p *progress) clear() {
	if p.redrawn {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *progress) draw(spent time.Duration) {
	line := p.line(spent)
	if !p.redrawn {
		fmt.Fprintf(p.out, "chatproof: %s\n", line)
		return
	}
	if file, ok := p.out.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			line = line[:min(len(line), width-1)]
		}
	}
	fmt.Fprintf(p.out, "\r%s\x1b[K", line)
}

// line returns the line after some time, like 300 of 761 scenarios, 12 failed, 150/s, 3s left.
func (p *progress) line(spent time.Duration) string {
	if p.says != nil {
		return p.says(spent)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	done := max(p.done, len(p.answered))
	line := fmt.Sprint(done)
	if p.total > 0 {
		line += fmt.Sprintf(" of %d", p.total)
	}
	line += fmt.Sprintf(" scenarios, %d %s", p.finds, p.found)
	left := p.end - spent
	if rate := float64(done) / spent.Seconds(); rate > 0 {
		line += fmt.Sprintf(", %.0f/s", rate)
		if p.total > 0 {
			left = time.Duration(float64(p.total-done) / rate * float64(time.Second))
		}
	}
	if left > 0 {
		line += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	return line
}
