package target

import (
	"context"
	"errors"
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
	// escape is how long our ends of the pipes stay open once all that we know of has been killed.
	escape = time.Second
)

// programs are the processes that we have started and not yet ended.
var programs sync.Map

// process is a started program with its pipes. It and what it starts are ended by end, on Linux also where they
// have left its process group and session; elsewhere the group is (on Windows the program alone).
type process struct {
	cmd                   *exec.Cmd
	stdin, stdout, stderr *os.File // our ends
	done                  chan struct{}
	err                   error // of Wait, once done is closed
}

// start starts a program. The error is a *StartError.
func start(argv []string) (*process, error) {
	p := &process{cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	var theirs [3]*os.File
	fail := func(err error) (*process, error) {
		closeAll(append(theirs[:], p.stdin, p.stdout, p.stderr)...)
		var lookup *exec.Error
		if errors.As(err, &lookup) {
			err = lookup.Err
		}
		return nil, &StartError{argv[0], err}
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
		err := p.cmd.Start()
		if err == nil {
			programs.Store(p.cmd.Process.Pid, true)
		}
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return fail(err)
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

// drained waits until the output of a program that has exited is read to its end, and returns what reading said.
// clung says that something which the program had started kept the output open, and was ended for it.
func (p *process) drained(reading <-chan error) (err error, clung bool) {
	for patience := time.After(grace); ; patience = time.After(grace) {
		select {
		case err := <-reading:
			return err, false
		case <-patience:
		}
		if lingers(p.cmd.Process.Pid) { // else it is we who are slow
			p.end()
			return <-reading, true
		}
	}
}

// end ends the program and all that it has started, and waits for it.
func (p *process) end() {
	endTree(p.cmd.Process.Pid, p.done)
	<-p.done
	programs.Delete(p.cmd.Process.Pid)
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr} {
		f.SetDeadline(time.Now().Add(escape)) //nolint:errcheck // a pipe has deadlines
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

func (p *process) close() { closeAll(p.stdin, p.stdout, p.stderr) }

func closeAll(files ...*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
