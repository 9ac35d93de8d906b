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
	// grace is how long what a program has started may keep its output open once it has exited itself.
	grace = 500 * time.Millisecond
	// escape is how long ending a program may take: for so long we go on killing, and read what is in the pipes.
	escape = time.Second
)

// programs are the processes that we have started and not yet ended.
var programs sync.Map

// births is read-locked from the start of a program until it is in programs: who looks for what programs have left
// locks it, or would take a newborn for an orphan.
var births sync.RWMutex

// process is a started program with its pipes. It and what it starts are ended by end, on Linux also where they
// have left its process group and session; elsewhere the group is (on Windows the program alone).
type process struct {
	cmd                   *exec.Cmd
	stdin, stdout, stderr *os.File // our ends
	input                 *os.File // its end of stdin, where that is kept: nil elsewhere than on Linux
	done                  chan struct{}
	err                   error     // of Wait, once done is closed
	last                  time.Time // when end gives up, zero before the first
}

// start starts a program. The error is a *StartError. To keep its end of stdin, too, is to know what it leaves there
// (see left); but then writing to it does not end with the program.
func start(argv []string, keep bool) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	var theirs [3]*os.File
	fail := func(err error) (*process, error) {
		closeAll(append(theirs[:], p.stdin, p.stdout, p.stderr)...)
		var lookup *exec.Error
		var path *fs.PathError
		if errors.As(err, &lookup) {
			err = lookup.Err
		} else if errors.As(err, &path) { // its text has the command again, as it is
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
		// The kernel ends the program with the thread that started it: this one stays until the program is done.
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

// wait waits for the program itself to exit, and reports whether it did so before ctx was done. Otherwise it is ended.
func (p *process) wait(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		p.end()
		return false
	}
}

// drained waits until the output of a program that has exited is read to its end, at most until limit is done, and
// returns what reading said. clung says that something else kept the output open, and was ended for it.
func (p *process) drained(limit context.Context, reading <-chan error) (err error, clung bool) {
	for !clung && limit.Err() == nil {
		select {
		case err := <-reading:
			return err, false
		case <-limit.Done():
		case <-time.After(grace):
		}
		clung = lingers(p.cmd.Process.Pid) // else it is we who are slow, or it is not to be found
	}
	p.end()
	err = <-reading
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, true
	}
	return err, clung
}

// end ends the program and all that it has started, and waits for it. What cannot be ended, as it runs as another
// user, is let go.
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

// failure says how a program that has exited failed, "" if it did not.
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

// left reports whether a program that has ended has left unread some of what is fed to it. Where its end of stdin was
// not kept, what the pipe still holds is not known.
func (p *process) left(feeding <-chan error) bool {
	if p.input == nil {
		return <-feeding != nil
	}
	defer p.input.Close()
	p.stdin.SetWriteDeadline(time.Unix(1, 0)) //nolint:errcheck // a pipe has deadlines; nothing is read any more
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
