package target

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// dying is how long a killed program usually takes to end, and more. If it takes longer, what it has started is ended
// before it.
const dying = 50 * time.Millisecond

// inherited holds the children that we had before we started any. We must not end them.
var inherited map[int]bool

// mark is in the environment of everything that we start, and so of what that starts.
var mark = fmt.Sprintf("CHATPROOF_RUN=%d-%d", os.Getpid(), time.Now().UnixNano())

// brand marks processes that clear their environment: a soft limit on the time of a realtime process, in microseconds,
// so high that it limits nobody. It survives fork, exec, a new session and the death of every ancestor. A process can
// only get rid of it by changing the limit.
var brand = 1<<62 | rand.Uint64()>>2

// branding is locked while this process has the brand itself: while it starts a program.
var branding sync.Mutex

// branded starts a program with the brand, which we have ourselves until it is started. If the hard limit is lower,
// the mark in the environment must be enough.
func branded(cmd *exec.Cmd) error {
	branding.Lock()
	defer branding.Unlock()
	tell(busy)
	var was unix.Rlimit
	if unix.Prlimit(0, unix.RLIMIT_RTTIME, &unix.Rlimit{Cur: brand, Max: unix.RLIM_INFINITY}, &was) == nil {
		defer unix.Prlimit(0, unix.RLIMIT_RTTIME, &was, nil) //nolint:errcheck // it was ours
	}
	return cmd.Start()
}

// watch is a script that ends all marked processes when we are gone, for whatever reason: its stdin ends. Looking at
// all processes takes longer than many a run, so it looks only if we last said that there may be any.
const watch = `trap '' HUP INT TERM
{
	while read -r state; do last=$state; done
	[ "$last" = busy ] || exit
	for _ in 1 2 3; do
		{
			grep -lzsx "$1" /proc/[0-9]*/environ
			grep -ls "^Max realtime timeout *$2 " /proc/[0-9]*/limits
		} | while IFS=/ read -r _ _ pid _; do kill -9 "$pid"; done
	done
} <&3 3<&- &`

const busy, idle = "busy\n", "idle\n"

// watched is our end of the watch's stdin, which stays open as long as we live; 0 without a watch. Told is what it has
// last been told. Both are for those who have locked branding.
var (
	watched int
	told    = idle
)

// post starts the watch, and waits until it is nobody's child: our children are programs. Without a shell there is no
// watch: then a program ends with us, but what it has started does not.
func post() {
	var pipe [2]int
	if syscall.Pipe2(pipe[:], syscall.O_CLOEXEC) != nil {
		return
	}
	in := os.NewFile(uintptr(pipe[0]), "watch")
	defer in.Close()
	cmd := exec.Command("sh", "-c", watch, "sh", mark, strconv.FormatUint(brand, 10))
	cmd.ExtraFiles, cmd.SysProcAttr = []*os.File{in}, &syscall.SysProcAttr{Setpgid: true}
	if syscall.SetNonblock(pipe[1], true) == nil && cmd.Run() == nil { // a watch that is stopped does not stop us
		watched = pipe[1]
	}
}

// tell tells the watch whether there may be anything to end.
func tell(state string) {
	if watched != 0 && told != state {
		if _, err := syscall.Write(watched, []byte(state)); err == nil {
			told = state
		}
	}
}

// atRest reports whether we have no child. Then nothing is left of any program, as orphans would be our children.
func atRest() bool {
	branding.Lock()
	defer branding.Unlock()
	const options = unix.WEXITED | unix.WNOHANG | unix.WNOWAIT | unix.WALL
	if unix.Waitid(unix.P_ALL, 0, nil, options, nil) != unix.ECHILD {
		return false
	}
	tell(idle)
	return true
}

// becomeSubreaper makes orphans of our programs our children, so that we can find, end and reap them.
var becomeSubreaper = sync.OnceFunc(func() {
	post()
	inherited = make(map[int]bool)
	for pid, p := range processes() { // those of our session, too: they may leave it
		if p.parent == os.Getpid() {
			inherited[pid] = true
		}
	}
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) //nolint:errcheck // without it, the group is ended
})

func isolate(cmd *exec.Cmd) {
	becomeSubreaper()
	cmd.Env = append(os.Environ(), mark)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// endTree kills a program that leads its own session, its descendants, and their orphans that have become our children,
// until none is left or the time is up.
func endTree(leader int, done <-chan struct{}, until time.Time) {
	select {
	case <-done: // its pid may be another's by now, but the number of its group is not
	default:
		syscall.Kill(leader, syscall.SIGKILL) //nolint:errcheck // it may have exited
	}
	syscall.Kill(-leader, syscall.SIGKILL) //nolint:errcheck
	select {
	case <-done:
	case <-time.After(dying):
	}
	for !atRest() {
		victims, _ := leftOf(leader)
		if len(victims) == 0 {
			return
		}
		for _, pid := range victims {
			syscall.Kill(pid, syscall.SIGKILL)            //nolint:errcheck
			syscall.Wait4(pid, nil, syscall.WNOHANG, nil) //nolint:errcheck // an orphan: reap it
		}
		if time.Now().After(until) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// lingers reports whether anything that a program has started still runs.
func lingers(leader int) bool {
	pids, table := leftOf(leader)
	return slices.ContainsFunc(pids, func(pid int) bool { return !table[pid].zombie })
}

// leftOf returns the processes that a program has left behind, and a table of all that it can have.
func leftOf(leader int) ([]int, map[int]stat) {
	births.Lock()
	defer births.Unlock()
	mine, _ := unix.Getsid(0)
	table := processes(0, mine) // a program has left our session, and nothing can join it, or that of the kernel's own
	return descendants(leader, table), table
}

// descendants returns the processes that a program has left behind: its descendants, those of its session, and those
// that have become our children in a session that is neither ours nor another program's, with their descendants.
func descendants(leader int, table map[int]stat) []int {
	self := os.Getpid()
	doomed := make(map[int]bool)
	for pid, p := range table {
		if _, other := programs.Load(p.session); pid != leader &&
			(p.session == leader || p.parent == leader || p.parent == self && !other && !inherited[pid]) {
			doomed[pid] = true
		}
	}
	for grown := true; grown; {
		grown = false
		for pid, p := range table {
			if doomed[p.parent] && !doomed[pid] {
				doomed[pid], grown = true, true
			}
		}
	}
	return slices.Collect(maps.Keys(doomed))
}

type stat struct {
	parent, session int
	zombie          bool
}

// processes reads /proc, but for the processes of some sessions. To ask for a session is quicker than to read.
func processes(but ...int) map[int]stat {
	table := make(map[int]stat)
	names, err := os.ReadDir("/proc")
	if err != nil {
		return table
	}
	for _, n := range names {
		pid, err := strconv.Atoi(n.Name())
		if err != nil {
			continue
		}
		if session, err := unix.Getsid(pid); err == nil && slices.Contains(but, session) {
			continue
		}
		text, err := os.ReadFile("/proc/" + n.Name() + "/stat")
		if err != nil {
			continue
		}
		// pid (name) state ppid pgrp session …; the name may hold anything, so the fields count from its last ')'.
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) < 4 {
			continue
		}
		parent, _ := strconv.Atoi(string(fields[1]))
		session, _ := strconv.Atoi(string(fields[3]))
		if !slices.Contains(but, session) {
			table[pid] = stat{parent, session, fields[0][0] == 'Z'}
		}
	}
	return table
}
