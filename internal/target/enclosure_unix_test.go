//go:build unix

package target

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

const (
	ample = time.Hour              // a limit that is never met: a test that waits for it hangs, and go test says where
	brief = time.Second            // one that is there to be met by one question, while others are answered on a busy machine
	tight = 300 * time.Millisecond // one that is there to be met by all

	held = ", but a process that it started kept its output open"
	note = "exited without reading all events"
)

// nor is what is said of a program that has read nothing of so little that a pipe holds it: on Linux it is known.
var nor = map[bool]string{true: ", and did not read all events"}[runtime.GOOS == "linux"]

// enclosure is where a test keeps its members.
type enclosure struct {
	*testing.T
	token string // in the command line of each of its processes
}

func newEnclosure(t *testing.T) *enclosure {
	z := &enclosure{T: t, token: fmt.Sprintf("zoo-token-%d-%d", os.Getpid(), time.Now().UnixNano())}
	t.Cleanup(func() {
		if t.Failed() {
			z.clear()
		}
	})
	return z
}

// clear ends what Ask has left.
func (z *enclosure) clear() {
	for pids := z.alive(); len(pids) > 0; pids = z.alive() {
		for _, pid := range pids {
			syscall.Kill(pid, syscall.SIGKILL) //nolint:errcheck
		}
	}
}

// inCrowd is newEnclosure for a test that waits for a limit: others like it run meanwhile. Members that leave a process
// in a session of its own are not for a crowd, as whichever program ends first takes such a process along.
func inCrowd(t *testing.T) *enclosure {
	t.Parallel()
	return newEnclosure(t)
}

// argv is the command line of a member.
func (z *enclosure) argv(member string, more ...string) []string {
	return append([]string{os.Args[0], "zoo", member, z.token}, more...)
}

// ask starts a command once, and sees to what holds for any: answers to all questions, and nothing left behind. A start that fails is the failure of all.
func (z *enclosure) ask(ctx context.Context, limit time.Duration, batch []Question, argv ...string) (*Round, error) {
	z.Helper()
	round, failure, err := (&Filter{Argv: argv, Timeout: limit}).start(ctx, batch)
	if failure != nil {
		round.Answers = slices.Repeat([]Answer{{Failure: failure}}, len(batch))
	}
	assert.Empty(z, z.alive(), "processes left running")
	if err == nil {
		require.Len(z, round.Answers, len(batch))
		assert.LessOrEqual(z, len(round.Stderr), 3*stderrTail)
		assert.True(z, utf8.ValidString(round.Stderr))
	}
	return round, err
}

// alive lists the processes that have the token in their command line; zombies have none. It knows Linux only.
func (z *enclosure) alive() (pids []int) {
	dir, _ := os.Open("/proc")
	names, _ := dir.Readdirnames(-1)
	dir.Close()
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil && pid != os.Getpid() {
			if line, _ := os.ReadFile("/proc/" + name + "/cmdline"); bytes.Contains(line, []byte(z.token)) {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// memory is the most that the heap has taken.
func memory() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapSys
}

// openFiles names what is open, but for connections: those to a server close in their own time.
func openFiles() (names []string) {
	files, _ := filepath.Glob("/proc/self/fd/*")
	for _, f := range files {
		if name, err := os.Readlink(f); err == nil && !strings.HasPrefix(name, "socket:") {
			names = append(names, name)
		}
	}
	return names
}

// meet returns the path at which a member can say that it is ready, and starts to wait for that: then gets the
// member's pid, and a reader that ends with the member; the member goes on when it returns. met is closed after that.
func (z *enclosure) meet(then func(pid int, life io.Reader)) (path string, met <-chan struct{}) {
	dir, err := os.MkdirTemp("", "zoo") // short enough for a socket, as TempDir may not be
	require.NoError(z, err)
	z.Cleanup(func() { os.RemoveAll(dir) })
	path = filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	require.NoError(z, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer l.Close()
		conn, err := l.Accept()
		if !assert.NoError(z, err, "the member has not got ready") {
			return
		}
		defer conn.Close()
		line, _ := bufio.NewReader(conn).ReadString('\n')
		pid, err := strconv.Atoi(strings.TrimSpace(line))
		if assert.NoError(z, err) {
			then(pid, conn)
		}
	}()
	return path, done
}

func onlyLinux(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what leaves its process group is found on Linux only")
	}
}

// bigBatch is more than pipes hold, by far.
var bigBatch = sync.OnceValue(func() []Question {
	batch := batchOf(800)
	n := 0
	for _, q := range batch {
		for i := range q.Events {
			n += len(wire.AppendEvent(nil, &q.Events[i]))
		}
	}
	if n <= 1<<20 {
		panic("the batch is not big")
	}
	return batch
})

// reference is what the reference answers.
func reference(t testing.TB, batch []Question) []Answer {
	t.Helper()
	round, err := Reference{model.Reference()}.Ask(t.Context(), batch)
	require.NoError(t, err)
	for _, a := range round.Answers {
		require.Nil(t, a.Failure)
	}
	return round.Answers
}

// assertAll asserts that every question has the same failure.
func assertAll(t testing.TB, round *Round, kind FailureKind, message string) {
	t.Helper()
	for _, a := range round.Answers {
		assert.Empty(t, a.Facts)
		if assert.NotNil(t, a.Failure) {
			assert.Equal(t, kind, a.Failure.Kind)
			assert.Regexp(t, "^(?:"+message+")$", a.Failure.Message)
		}
	}
}

// exactly is a pattern of a text.
func exactly(s string) string { return regexp.QuoteMeta(s) }
