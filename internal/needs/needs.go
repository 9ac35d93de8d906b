// Package needs gives tests what they need of the machine: programs and memory. Where a program is not installed, the
// test is skipped and says so, or fails if CI is set.
package needs

import (
	"fmt"
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

// Missing skips a test for want of something, or fails it.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed: .ci/run must install it", what)
	}
	t.Skipf("%s is not installed: this test was not run", what)
}

// python puts Python itself in front of PATH, where python3 is the script of a version manager: that takes five times
// as long to start, and the tests start it hundreds of times.
var python = sync.OnceFunc(func() {
	out, err := exec.Command("python3", "-c", "import sys; print(sys.executable)").Output()
	found, _ := exec.LookPath("python3") // it was run
	if program := strings.TrimSpace(string(out)); err == nil && filepath.IsAbs(program) && program != found {
		os.Setenv("PATH", filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
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
