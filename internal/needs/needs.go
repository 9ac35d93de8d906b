// Package needs gives tests what they need of the machine: programs and memory. Where a program is not installed, the
// test is skipped and says so, or fails if CI is set.
package needs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Program needs a program in PATH.
func Program(t testing.TB, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		Missing(t, name)
	}
	if name == "python3" {
		python()
	}
}

// Memory runs the tests of a package that makes much and keeps little: garbage is collected seldom, as that took a
// seventh to a fifth of the processor time of such tests.
func Memory(m *testing.M) {
	debug.SetGCPercent(1600)
	debug.SetMemoryLimit(512 << 20)
	os.Exit(m.Run())
}

// Tree needs the files of the module as they are now: go runs the test again when any of them changes. go keeps the
// results of tests, and asks only for the files that a test itself has opened since m.Run, by names from the directory
// in which it began. It sees neither what a program reads that the test starts nor a directory that TestMain has
// changed to: a README that had become wrong still passed, from the cache.
func Tree(t testing.TB) {
	t.Helper()
	if err := tree(); err != nil {
		t.Fatal(err)
	}
}

var tree = sync.OnceValue(func() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	for !isFile(filepath.Join(root, "go.mod")) && root != filepath.Dir(root) {
		root = filepath.Dir(root)
	}
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error { // opens each directory
		switch {
		case errors.Is(err, fs.ErrNotExist): // another package's test has removed it since
			return nil
		case err == nil && d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		}
		return err
	})
})

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Missing skips a test for want of something, or fails it.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed: .ci/run must install it", what)
	}
	t.Skipf("%s is not installed: this test was not run", what)
}

// python puts a Python first in PATH that starts five times as fast, as the tests start it hundreds of times: not the
// script of a version manager, and without packages other than the standard library, some of which every start would
// load. It is an empty virtual environment, a link to Python and a file that says so, and is kept in the user's cache.
var python = sync.OnceFunc(func() {
	out, err := exec.Command("python3", "-S", "-c", "import sys; print(sys._base_executable)").Output()
	program := strings.TrimSpace(string(out))
	cache, uncached := os.UserCacheDir()
	if err != nil || uncached != nil || !filepath.IsAbs(program) {
		return
	}
	root := filepath.Join(cache, "chatproof", "python", strings.ReplaceAll(program, string(filepath.Separator), "-"))
	bin := filepath.Join(root, "bin")
	if _, err := os.Lstat(filepath.Join(bin, "python3")); err != nil {
		config := "home = " + filepath.Dir(program) + "\ninclude-system-site-packages = false\n"
		err = errors.Join(os.MkdirAll(bin, 0o777),
			os.WriteFile(filepath.Join(root, "pyvenv.cfg"), []byte(config), 0o666))
		if err == nil { // the link comes last: where it is, all is
			os.Symlink(program, filepath.Join(bin, "python3")) //nolint:errcheck // another package may have made it
		}
	}
	if _, err := exec.LookPath(filepath.Join(bin, "python3")); err != nil {
		bin = filepath.Dir(program)
	}
	os.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
})

// Built puts a program of this module at a path, called from the module's root. It is linked once for all packages
// and runs of tests until its source changes: go keeps what `go run` links, unlike what `go build` does, and to link
// chatproof takes seconds. Flags are those of a build.
func Built(pkg, path string, flags ...string) error {
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	args := slices.Concat([]string{"run", "-exec", "cp"}, flags, []string{pkg, path})
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
