//go:build unix

package target

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

const (
	ample = 30 * time.Second       // a limit that no machine is too slow for
	tight = 300 * time.Millisecond // a limit that is there to be exceeded
	slack = 2 * time.Second        // what a start may take beyond its limit

	clungMessage = "exited, but a process that it had started kept its output open"
)

// enclosure is where one test keeps its members.
type enclosure struct {
	t     *testing.T
	token string // in the command line of each of its processes
}

func newEnclosure(t *testing.T) *enclosure {
	z := &enclosure{t, fmt.Sprintf("zoo-token-%d-%d", os.Getpid(), time.Now().UnixNano())}
	t.Cleanup(func() { // what Ask has left all the same
		for _, pid := range z.alive() {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return z
}

// argv is the command line of a member.
func (z *enclosure) argv(member string, more ...string) []string {
	return append([]string{os.Args[0], "zoo", member, z.token}, more...)
}

// ask asks a command, and sees to what holds for any: an answer to each question, in time, and nothing left behind.
func (z *enclosure) ask(ctx context.Context, limit time.Duration, batch []Question, argv ...string) (*Round, error) {
	z.t.Helper()
	files := openFiles()
	began := time.Now()
	round, err := (&Filter{Argv: argv, Timeout: limit}).Ask(ctx, batch)
	assert.Less(z.t, time.Since(began), limit+slack)
	assert.Empty(z.t, z.alive(), "processes left running")
	assert.Equal(z.t, files, openFiles(), "files left open")
	if err == nil {
		require.Len(z.t, round.Answers, len(batch))
	}
	return round, err
}

// alive lists the processes that have the token in their command line, zombies apart. It knows Linux only.
func (z *enclosure) alive() (pids []int) {
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range names {
		line, _ := os.ReadFile(name)
		if pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(name))); pid != os.Getpid() && bytes.Contains(line, []byte(z.token)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func openFiles() int {
	names, _ := os.ReadDir("/proc/self/fd")
	return len(names)
}

// meet listens for a member to get ready. Its answer waits for that, and gives its pid and the connection: the member
// goes on when that is closed.
func (z *enclosure) meet() (path string, met func() (pid int, release func())) {
	dir, err := os.MkdirTemp("", "zoo")
	require.NoError(z.t, err)
	z.t.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	require.NoError(z.t, err)
	z.t.Cleanup(func() { l.Close() })
	return path, func() (int, func()) {
		defer l.Close()
		l.(*net.UnixListener).SetDeadline(time.Now().Add(ample))
		conn, err := l.Accept()
		if !assert.NoError(z.t, err) {
			return 0, func() {}
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		assert.NoError(z.t, err)
		return pid, func() { conn.Close() }
	}
}

// reference is what the reference answers.
func reference(t *testing.T, batch []Question) []Answer {
	t.Helper()
	round, err := Reference{model.Reference()}.Ask(t.Context(), batch)
	require.NoError(t, err)
	return round.Answers
}

// failed is answers that all are the same failure.
func failed(batch []Question, kind FailureKind, message string) []Answer {
	answers := make([]Answer, len(batch))
	for i := range answers {
		answers[i].Failure = &Failure{kind, message}
	}
	return answers
}

func TestProtoLent(t *testing.T) {
	z := newEnclosure(t)
	path, met := z.meet()
	go func() {
		pid, release := met()
		f, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/1", pid), os.O_WRONLY, 0)
		if err != nil {
			panic(err)
		}
		_ = f
		release()
	}()
	batch := batchOf(3)
	began := time.Now()
	round, err := (&Filter{Argv: z.argv("lender", path), Timeout: 2 * time.Second}).Ask(t.Context(), batch)
	t.Log(time.Since(began), err)
	t.Log(round.Answers[0].Failure)
}

func TestProtoConcurrent(t *testing.T) {
	z := newEnclosure(t)
	batch := batchOf(3)
	want := reference(t, batch)
	var wg sync.WaitGroup
	bad := 0
	var mu sync.Mutex
	for range 4 {
		wg.Go(func() {
			for range 25 {
				round, err := (&Filter{Argv: z.argv("right"), Timeout: ample}).Ask(t.Context(), batch)
				if err != nil {
					t.Error(err)
					return
				}
				if !assert.ObjectsAreEqual(want, round.Answers) {
					mu.Lock()
					bad++
					if bad < 3 {
						t.Log(round.Answers[0].Failure)
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	t.Log("bad", bad)
}

func TestProtoDouble(t *testing.T) {
	z := newEnclosure(t)
	batch := batchOf(1)
	left := 0
	began := time.Now()
	for range 300 {
		_, err := (&Filter{Argv: []string{"sh", "-c", `(setsid sh -c 'sleep 1000.25 &' x >/dev/null 2>&1 </dev/null &)`, z.token}, Timeout: ample}).Ask(t.Context(), batch)
		require.NoError(t, err)
		out, _ := exec.Command("pgrep", "-f", "sleep 1000.25$").Output()
		if len(out) > 0 {
			left++
			for _, l := range strings.Fields(string(out)) {
				n, _ := strconv.Atoi(l)
				syscall.Kill(n, 9)
			}
		}
	}
	t.Log("left", left, time.Since(began))
}

var (
	_ = json.Marshal
	_ = errors.Is
	_ = io.EOF
	_ = fs.ErrExist
	_ = runtime.GC
	_ = utf8.Valid
)
