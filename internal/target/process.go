package target

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const (
	// grace is how long processes that a program has started may keep its output open after it has exited.
	grace = 500 * time.Millisecond
	// escape is how long we keep killing a program's processes and reading what is left in its pipes.
	escape = time.Second
)

// programs holds the processes that we have started and not yet ended.
var programs sync.Map

// births is read-locked from the start of a program until it is in programs. A search for what programs have left
// behind locks it; otherwise it could take a new program for an orphan.
var births sync.RWMutex

// process is a started program with its pipes. end ends it and what it has started: on Linux also processes that have
// left its process group and session, elsewhere its process group (on Windows only the program).
type process struct {
	cmd                   *exec.Cmd
	stdin, stdout, stderr *os.File // our ends
	input                 *os.File // the program's end of stdin, if it is kept; always nil except on Linux
	done                  chan struct{}
	err                   error     // of Wait, once done is closed
	last                  time.Time // when end gives up; zero before its first call
}

// start starts a program. The error is a *StartError. With keep we also hold the program's end of stdin, to know what
// it leaves there (see left); but then writing does not fail when the program ends.
func start(argv []string, keep bool) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	var theirs [3]*os.File
	fail := func(err error) (*process, error) {
		closeAll(append(theirs[:], p.stdin, p.stdout, p.stderr)...)
		var lookup *exec.Error
		var path *fs.PathError
		if errors.As(err, &lookup) {
			err = lookup.Err
		} else if errors.As(err, &path) { // its text repeats the command unquoted
			err = path.Err
		}
		return nil, &StartError{Command: argv[0], Err: err}
	}
	var err [3]error
	theirs[0], p.stdin, err[0] = os.Pipe()
	p.stdout, theirs[1], err[1] = os.Pipe()
	p.stderr, theirs[2], err[2] = os.Pipe()
	if e := errors.Join(err[:]...); e != nil {
		return fail(e)
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1], theirs[2]
	isolate(p.cmd)
	started := make(chan error)
	go func() {
		// The kernel ends the program when the thread that started it ends: this one stays until the program is done.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		births.RLock()
		err := branded(p.cmd)
		if err == nil {
			programs.Store(p.cmd.Process.Pid, true)
		}
		births.RUnlock()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return fail(err)
	}
	if keep && runtime.GOOS == "linux" {
		p.input, theirs[0] = theirs[0], nil
	}
	closeAll(theirs[:]...)
	return p, nil
}

// wait waits for the program itself to exit, and reports whether it did so before ctx was done. If not, wait ends it.
func (p *process) wait(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		p.end()
		return false
	}
}

// drained waits until the output of an exited program has been read, but not longer than limit, and returns the error
// of reading. clung says that another process kept the output open, and was ended.
func (p *process) drained(limit context.Context, reading <-chan error) (err error, clung bool) {
	for !clung && limit.Err() == nil {
		select {
		case err := <-reading:
			return err, false
		case <-limit.Done():
		case <-time.After(grace):
		}
		clung = lingers(p.cmd.Process.Pid) // if not, we are slow, or it cannot be found
	}
	p.end()
	err = <-reading
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, true
	}
	return err, clung
}

// end ends the program and everything that it has started, and waits for it. It gives up on processes that it cannot
// end because they run as another user.
func (p *process) end() {
	if p.last.IsZero() {
		p.last = time.Now().Add(escape)
		for _, f := range []*os.File{p.stdin, p.stdout, p.stderr} {
			f.SetDeadline(p.last) //nolint:errcheck // a pipe has deadlines
		}
	}
	endTree(p.cmd.Process.Pid, p.done, p.last)
	select {
	case <-p.done:
		programs.Delete(p.cmd.Process.Pid)
	case <-time.After(time.Until(p.last)):
	}
}

// failure says how an exited program failed; "" if it did not.
func (p *process) failure() string {
	var exit *exec.ExitError
	switch {
	case p.err == nil:
		return ""
	case errors.As(p.err, &exit) && exit.Exited():
		return "exited with status " + strconv.Itoa(exit.ExitCode())
	default:
		return "ended by " + p.err.Error()
	}
}

// left reports whether an ended program has left some of its input unread. If its end of stdin was not kept, it is
// unknown what the pipe still holds.
func (p *process) left(feeding <-chan error) bool {
	if p.input == nil {
		return <-feeding != nil
	}
	defer p.input.Close()
	p.stdin.SetWriteDeadline(time.Unix(1, 0)) //nolint:errcheck // a pipe has deadlines; nobody reads any more
	return <-feeding != nil || unread(p.input) > 0
}

func (p *process) close() { closeAll(p.stdin, p.stdout, p.stderr) }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
