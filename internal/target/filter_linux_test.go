package target

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What is found and ended on Linux only: processes that have left their group and session.

// A process that has left the program's group, session and family is found all the same, and not held against it.
func TestFilterEndsDaemons(t *testing.T) {
	z := newEnclosure(t)
	path, met := z.meet(func(pid int, _ io.Reader) {
		alive := z.alive()
		assert.Len(z, alive, 2, "the program and its daemon")
		for _, p := range alive {
			stat := processes()[p]
			assert.Equal(z, os.Getpid(), stat.parent)
			assert.Equal(z, p, stat.session, "a session of its own")
		}
	})
	batch := batchOf(3)
	round, err := z.ask(t.Context(), ample, batch, z.argv("daemon", path)...)
	<-met
	require.NoError(t, err)
	assert.Equal(t, reference(t, batch), round.Answers)
	assert.Empty(t, round.Notes)
}

// The name of a process may look like the rest of its line in /proc.
func TestFilterEndsProcessesWithMisleadingNames(t *testing.T) {
	z := newEnclosure(t)
	self, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "\na) Z 1 1 (b")
	require.NoError(t, os.Symlink(self, path))
	round, err := z.ask(t.Context(), ample, batchOf(1), path, "zoo", "setsid holder", z.token)
	require.NoError(t, err)
	assertAll(t, round, Protocol, "exited"+held)
}

// Something that is elsewhere whenever one looks is ended too, though it may take to the limit, and so are sessions of
// sessions.
func TestFilterEndsHydrasAndFamilies(t *testing.T) {
	z := newEnclosure(t)
	_, err := z.ask(t.Context(), tight, batchOf(1), z.argv("hydra")...)
	assert.NoError(t, err)
	round, err := z.ask(t.Context(), tight, batchOf(1), z.argv("family")...)
	require.NoError(t, err)
	assertAll(t, round, Hang, "did not end within 300ms"+nor)
}

// While there is anything that a program may have left, be it dead, the watch is not told that there is nothing.
func TestAtRest(t *testing.T) {
	require.True(t, atRest())
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	assert.False(t, atRest(), "it runs")
	require.NoError(t, in.Close())
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	assert.False(t, atRest(), "nobody has waited for it")
	require.NoError(t, cmd.Wait())
	assert.True(t, atRest())
	assert.Equal(t, idle, told)
}

// Nobody below the program may hold its output: it can have been passed on to a stranger, here the test.
func TestFilterLimitsOutputThatAStrangerHolds(t *testing.T) {
	z := inCrowd(t)
	var stranger *os.File
	path, met := z.meet(func(pid int, _ io.Reader) {
		var err error
		stranger, err = os.OpenFile(fmt.Sprintf("/proc/%d/fd/1", pid), os.O_WRONLY, 0)
		assert.NoError(z, err)
	})
	round, err := z.ask(t.Context(), 2*brief, batchOf(3), z.argv("lender", path)...)
	<-met
	require.NoError(t, err)
	require.NoError(t, stranger.Close())
	assertAll(t, round, Protocol, "exited"+held)
}

// A program that we may not kill, as it has become another user's, is let go in time.
func TestFilterLetsGoOfWhatItMayNotKill(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("it takes root to make a setuid program")
	}
	z := inCrowd(t)
	defer z.clear()
	dir, err := os.MkdirTemp("", "zoo")
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	require.NoError(t, os.Chmod(dir, 0o755))
	self, err := os.ReadFile("/proc/self/exe")
	require.NoError(t, err)
	plain, setuid := filepath.Join(dir, "plain"), filepath.Join(dir, "setuid")
	for _, path := range []string{plain, setuid} {
		syscall.ForkLock.RLock() // a program that is started meanwhile would have the file open, and so it could not be run
		err := os.WriteFile(path, self, 0o755)
		syscall.ForkLock.RUnlock()
		require.NoError(t, err)
	}
	require.NoError(t, os.Chmod(setuid, 0o755|fs.ModeSetuid))

	cmd := exec.Command(plain, append(z.argv("driver", tight.String())[1:], setuid, "zoo", "privileged", z.token)...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var d driven
	require.NoError(t, json.Unmarshal(out, &d))
	assert.Equal(t, "hang: did not end within 300ms, and did not read all events", d.Failure)
}

// Neither a program nor what it has started outlives the process that asked it, however that ends.
func TestFilterEndsWithUs(t *testing.T) {
	for _, member := range []string{"stubborn", "family", "daemon that stays", "daemon that has nothing"} {
		t.Run(member, func(t *testing.T) {
			z := newEnclosure(t)
			var cmd *exec.Cmd
			started := make(chan struct{})
			path, met := z.meet(func(_ int, life io.Reader) {
				<-started
				assert.NoError(z, cmd.Process.Kill())
				_, err := io.Copy(io.Discard, life)
				assert.NoError(z, err, "the program has not ended")
			})
			args := append([]string{ample.String()}, z.argv(member, path)...)
			cmd = exec.Command(os.Args[0], z.argv("driver", args...)[1:]...)
			require.NoError(t, cmd.Start())
			close(started)
			<-met
			assert.EqualError(t, cmd.Wait(), "signal: killed")
			for len(z.alive()) > 0 { // for ever, where what it had started goes on
				runtime.Gosched()
			}
		})
	}
}

// The limits that Go raises for itself are as they were for a program, and what marks it limits nothing.
func TestFilterStartsWithTheLimitsOfOurs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "limits")
	driver := append([]string{os.Args[0]}, newEnclosure(t).argv("driver", ample.String(), "sh", "-c", "ulimit -Sn >"+path)[1:]...)
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -Sn 123; exec "$@"`, "sh"}, driver...)...)
	require.NoError(t, cmd.Run())
	soft, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "123\n", string(soft))
	var own unix.Rlimit
	require.NoError(t, unix.Prlimit(0, unix.RLIMIT_RTTIME, nil, &own))
	assert.NotEqual(t, brand, own.Cur)
}

// What a program leaves unread is noted however little it is: the pipe holds it, but tells.
func TestFilterKnowsWhatIsLeftUnread(t *testing.T) {
	z := newEnclosure(t)
	round, err := z.ask(t.Context(), ample, batchOf(1), z.argv("deaf")...)
	require.NoError(t, err)
	assert.Equal(t, []string{note}, round.Notes)
}
