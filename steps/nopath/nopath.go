// Package nopath keeps godog from running `go env` whenever a program starts that links it: to know where the tools of
// its own build command are, which nothing here uses, it asks whatever go is found in PATH, and that takes longer than
// everything else at the start. Packages are initialized in the order of their paths, as far as their imports allow:
// this one hides PATH before godog looks for go, and package steps, which imports both, restores it.
package nopath

import "os"

var path, isSet = os.LookupEnv("PATH")

func init() { os.Unsetenv("PATH") }

// Restore makes PATH what it was.
func Restore() {
	if isSet {
		os.Setenv("PATH", path)
	}
}
