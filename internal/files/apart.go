package files

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/chatproof/chatproof/model"
)

// Use is a file that a command reads or writes, and what names it, for example a flag.
type Use struct{ By, Path string }

// Apart returns an error if a written file is also read, or is written twice, be it through links or directories or
// under another spelling. Among the files that are read, a directory stands for its files and a glob for its matches.
// The path - is no file, but only one output can go there. A device or a pipe may be both read and written.
func Apart(written, read []Use) error {
	var there []os.FileInfo // of each written file, nil if there is no file yet
	for i, w := range written {
		for _, other := range written[:i] {
			if same(w.Path, other.Path) {
				if w.Path == "-" {
					return fmt.Errorf("%s and %s would both write to stdout; name a file for one of them", other.By,
						w.By)
				}
				return fmt.Errorf("%s and %s would both write %s; name another file for one of them", other.By, w.By,
					model.Name(w.Path))
			}
		}
		info, err := os.Stat(w.Path)
		if err != nil || w.Path == "-" || !info.Mode().IsRegular() {
			info = nil
		}
		there = append(there, info)
	}
	for _, r := range read {
		paths, err := Expand(r.Path)
		if err != nil || r.Path == "-" {
			continue // whoever reads it reports why
		}
		for _, path := range paths {
			info, err := os.Stat(path)
			for i, w := range there {
				if err == nil && w != nil && os.SameFile(w, info) {
					return fmt.Errorf("%s would overwrite %s, which %s reads; choose another place", written[i].By,
						model.Name(written[i].Path), r.By)
				}
			}
		}
	}
	return nil
}

// same reports whether two names are, or will be, one file.
func same(a, b string) bool {
	if a == "-" || b == "-" || filepath.Clean(a) == filepath.Clean(b) {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	one, err := os.Stat(a)
	other, errOther := os.Stat(b)
	if err == nil && errOther == nil {
		return os.SameFile(one, other) && one.Mode().IsRegular()
	}
	return real(a) == real(b)
}

// real returns an absolute name without the links in its directory, as far as that exists.
func real(path string) string {
	full, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(full)); err == nil {
		return filepath.Join(dir, filepath.Base(full))
	}
	return full
}
