// Package pgtest gives a test a PostgreSQL server of its own. PostgreSQL is found on the machine, started for the
// test, and gone with it, even if the test is killed.
package pgtest

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chatproof/chatproof/internal/needs"
)

// Start starts a server that listens on a socket in a temporary directory, trusts everybody and syncs nothing, and
// returns its superuser's DSN. If PostgreSQL is not installed, the test is skipped, or fails if CI is set.
func Start(t testing.TB) (dsn string) {
	t.Helper()
	bin := binaries()
	if bin == "" {
		needs.Missing(t, "PostgreSQL")
	}
	dir, err := os.MkdirTemp("", "chatproof-pg-") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	// The shell ends the server and removes its files when its stdin ends: at the latest when the test does.
	args := []string{"sh", "-c", `"$1/initdb" -D "$2/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$2/log" 2>&1 || { cat "$2/log" >&2; rm -rf "$2"; exit 1; }
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off &
cat >/dev/null; kill -INT $!; wait $!; rm -rf "$2"`, "sh", bin, dir}
	if os.Geteuid() == 0 { // PostgreSQL refuses to run as root
		chown(t, dir)
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan bool, 1), make(chan string, 1)
	go func() {
		var log []string
		for in := bufio.NewScanner(stderr); in.Scan(); {
			log = append(log, in.Text())
			if strings.Contains(in.Text(), "ready to accept connections") {
				ready <- true
			}
		}
		close(ready)
		done <- strings.Join(log, "\n")
	}()
	t.Cleanup(func() {
		stdin.Close()
		<-done
		cmd.Wait() //nolint:errcheck // it was told to end
		os.RemoveAll(dir)
	})
	if !<-ready {
		log := <-done
		done <- log
		t.Fatalf("PostgreSQL does not start: %s", log)
	}
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(dir)
}

// chown gives a directory to the user postgres.
func chown(t testing.TB, dir string) {
	t.Helper()
	u, err := user.Lookup("postgres")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
}

// binaries returns the directory of PostgreSQL's programs, or "" if there is none.
func binaries() string {
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
		if _, err := exec.LookPath(filepath.Join(dir, "postgres")); err != nil {
			continue
		}
		if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err == nil {
			return dir
		}
	}
	return ""
}
