//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/pgtest"
)

// A run that is killed or interrupted leaves what was done, readable and incomplete, and nothing running.
func TestRunIsEnded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a killed harness has started is ended by the kernel on Linux only")
	}
	for _, way := range [][]string{{"--stream", "--", "speaker", "tells"}, {"--", "wrong", "tells"}} {
		for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGINT} {
			t.Run(way[len(way)-2]+" "+signal.String(), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "told")
				require.NoError(t, syscall.Mkfifo(path, 0o600))
				cmd := exec.Command("chatproof", append([]string{"run", "--generated", "0", "--report", dir}, append(way[:len(way)-1:len(way)-1], "tells "+path)...)...)
				var out, errOut bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &errOut
				require.NoError(t, cmd.Start())

				told, err := os.Open(path) // once the implementation hangs; ends when it has ended
				require.NoError(t, err)
				defer told.Close()
				life := bufio.NewReader(told)
				_, err = life.ReadString('\n')
				require.NoError(t, err)
				record := filepath.Join(dir, "results.jsonl")
				if way[0] == "--stream" { // what was answered before is judged and written while the rest is asked
					for passes(t, record) < 64 {
						runtime.Gosched()
					}
				}
				require.NoError(t, cmd.Process.Signal(signal))
				_, err = life.ReadByte()
				assert.Error(t, err, "the implementation has ended")
				cmd.Wait() //nolint:errcheck // by its signal, or with 130

				text, err := os.ReadFile(record)
				require.NoError(t, err)
				lines := strings.Split(strings.TrimSpace(string(text)), "\n")
				assert.Contains(t, lines[0], `"type":"header"`)
				if signal == syscall.SIGKILL {
					assert.NotContains(t, string(text), `"type":"footer"`)
					return
				}
				assert.Equal(t, exitInterrupted, cmd.ProcessState.ExitCode())
				assert.Regexp(t, "(?m)^chatproof: interrupted: the results are incomplete\\n$", errOut.String()) // how far it is may stand before
				assert.Contains(t, lines[len(lines)-1], `"verdict":"`+string(engine.Incomplete)+`"`)
				planned := regexp.MustCompile(`"scenarios":(\d+)`).FindSubmatch(text)
				assert.Equal(t, string(planned[1]), strconv.Itoa(passes(t, record)+strings.Count(string(text), `"verdict":"not-run"`)))
				assert.Contains(t, out.String(), "Incomplete: ")
			})
		}
	}
}

// What a server does on its own is no line of ours: net/http would write of it to stderr, in the middle of the answer.
func TestOddServersAreSilent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for in := bufio.NewReader(conn); ; {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body) //nolint:errcheck
					io.WriteString(conn, strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 3))
				}
			}()
		}
	}()
	cmd := exec.Command("chatproof", "run", "--generated", "0", "--http", "http://"+listener.Addr().String())
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	cmd.Run() //nolint:errcheck // it does not conform
	assert.Equal(t, exitNonconforming, cmd.ProcessState.ExitCode())
	for line := range strings.Lines(errOut.String()) {
		assert.True(t, strings.HasPrefix(line, "chatproof: "), line)
	}
}

// A harness that is killed leaves no query on the server: it looks whether we are still there.
func TestKilledLeavesNoQuery(t *testing.T) {
	if testing.Short() {
		t.Skip("the server takes some seconds to look")
	}
	t.Parallel()
	server := pgtest.Database(t)
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "CREATE VIEW slow AS SELECT 'c-1' AS interaction_id, 1 AS ordinal, "+
		"'A' || pg_sleep(100000) AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result")
	require.NoError(t, err)
	mapping := filepath.Join(t.TempDir(), "slow.yaml")
	require.NoError(t, os.WriteFile(mapping, []byte("fact: {table: slow}"), 0o600))
	cmd := exec.Command("chatproof", "check", "--facts", server, "--mapping", mapping)
	require.NoError(t, cmd.Start())
	for running := 0; running == 0; { // the server waits between two looks
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*), pg_sleep(0.02) FROM pg_stat_activity "+
			"WHERE datname = current_database() AND query LIKE '%slow%' AND wait_event = 'PgSleep'").Scan(&running, new(string)))
	}
	require.NoError(t, cmd.Process.Kill())
	assert.EqualError(t, cmd.Wait(), "signal: killed")
	_, err = db.ExecContext(t.Context(), "DROP VIEW slow") // waits for the query: for ever, where the server does not look
	assert.NoError(t, err)
}

// The second interrupt ends the program at once, whatever it still waits for: here a reader of its verdict that never
// reads. What it has started goes with it, also where that ignores every signal that can be ignored.
func TestSecondInterruptEndsAtOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("what a killed harness has started is ended by the kernel on Linux only")
	}
	path := filepath.Join(t.TempDir(), "told")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	unread, full, err := os.Pipe()
	require.NoError(t, err)
	defer unread.Close()
	for page := make([]byte, 4096); err == nil; {
		require.NoError(t, full.SetWriteDeadline(time.Now().Add(50*time.Millisecond)))
		_, err = full.Write(page)
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	cmd := exec.Command("chatproof", "run", "--generated", "0", "--", "sh", "-c", `trap "" INT TERM HUP QUIT PIPE; exec wrong "tells $0"`, path)
	cmd.Stdout = full
	require.NoError(t, cmd.Start())
	full.Close()
	told, err := os.Open(path)
	require.NoError(t, err)
	defer told.Close()
	life := bufio.NewReader(told)
	_, err = life.ReadString('\n')
	require.NoError(t, err)

	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	_, err = life.ReadByte()
	assert.Error(t, err, "the first has ended the implementation")
	for err = nil; err == nil; { // signals that come together are one
		select {
		case err = <-ended:
		default:
			cmd.Process.Signal(os.Interrupt) //nolint:errcheck // it may have ended
			runtime.Gosched()
		}
	}
	assert.EqualError(t, err, "exit status 130")
}

// passes is how many lines of a record say pass.
func passes(t *testing.T, record string) int {
	t.Helper()
	text, err := os.ReadFile(record)
	require.NoError(t, err)
	return strings.Count(string(text), `"verdict":"pass"`)
}
