// Package pgtest gives a test a PostgreSQL database, or a server, of its own. PostgreSQL is found on the machine,
// started for the tests, and gone with them, even if they are killed.
package pgtest

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chatproof/chatproof/internal/needs"
)

// Start starts a server of the test's own, which ends with the test, and returns its superuser's DSN. Tests that do
// nothing to a whole server take a [Database]. If PostgreSQL is not installed, the test is skipped, or fails if CI is
// set.
func Start(t testing.TB) (dsn string) {
	t.Helper()
	s, err := start(binaries(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s.dsn("postgres")
}

// Database makes an empty database and returns its superuser's DSN. All tests of a process share one server, as to
// start one takes most of a second. It is skipped where [Start] is.
func Database(t testing.TB) (dsn string) {
	t.Helper()
	bin := binaries(t)
	sharing.Do(func() { shared, failed = start(bin) })
	if failed != nil {
		t.Fatal(failed)
	}
	name := "d" + strconv.Itoa(int(databases.Add(1)))
	create := exec.Command(filepath.Join(bin, "createdb"), "-h", shared.dir, "-U", "postgres", "-T", "template0", name)
	out, err := create.CombinedOutput()
	if err != nil {
		t.Fatalf("createdb: %v: %s", err, out)
	}
	return shared.dsn(name)
}

var (
	sharing   sync.Once
	shared    *server // for as long as the process lives
	failed    error
	databases atomic.Int64
)

// server is one that listens on a socket in a temporary directory, trusts everybody and syncs nothing.
type server struct {
	cmd   *exec.Cmd
	dir   string
	stdin io.Closer
	log   chan string // all that it has said, once it has ended
}

func (s *server) dsn(database string) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(s.dir)
}

func (s *server) stop() {
	s.stdin.Close()
	<-s.log
	s.cmd.Wait() //nolint:errcheck // it was told to end
	os.RemoveAll(s.dir)
}

// start starts a server, and returns when it can be asked.
func start(bin string) (*server, error) {
	dir, err := os.MkdirTemp("", "chatproof-pg-") // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	// The shell ends the server and removes its files when its stdin ends: at the latest when the tests do.
	args := []string{"sh", "-c", `"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1 || { cat "$2/log" >&2; rm -rf "$2"; exit 1; }
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off &
cat >/dev/null; kill -INT $!; wait $!; rm -rf "$2"`, "sh", bin, dir}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		if err := chown(dir); err != nil {
			return nil, err
		}
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	s := &server{cmd: exec.Command(args[0], args[1:]...), dir: dir, log: make(chan string, 1)}
	s.cmd.Dir = dir
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan bool, 1)
	go func() {
		var log []string
		for in := bufio.NewScanner(stderr); in.Scan(); {
			log = append(log, in.Text())
			if strings.Contains(in.Text(), "ready to accept connections") {
				ready <- true
			}
		}
		close(ready)
		s.log <- strings.Join(log, "\n")
	}()
	if !<-ready {
		return nil, fmt.Errorf("PostgreSQL does not start: %s", <-s.log)
	}
	return s, nil
}

// chown gives a directory to the user postgres.
func chown(dir string) error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return os.Chown(dir, uid, gid)
}

// binaries returns the directory of PostgreSQL's programs.
func binaries(t testing.TB) string {
	t.Helper()
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql*/bin",
	} {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		slices.Reverse(found)
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		if !slices.ContainsFunc([]string{"postgres", "initdb", "createdb"}, func(name string) bool {
			_, err := exec.LookPath(filepath.Join(dir, name))
			return err != nil
		}) {
			return dir
		}
	}
	needs.Missing(t, "PostgreSQL")
	return ""
}
