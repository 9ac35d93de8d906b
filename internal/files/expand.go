package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Expand returns the files that a path names: the file itself; a directory's files, at any depth, in order of path;
// or the files that match a glob, and those of directories that do. A file of exactly that name takes precedence over
// a glob. Names that begin with _ or . are skipped: programs that write directories use them for what is not data, as
// in _SUCCESS or .part-0.crc. Not every shell expands globs, so we do.
func Expand(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return []string{path}, nil
	case err == nil:
		return directory(path, nil)
	case !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(path, "*?["):
		var at *fs.PathError
		errors.As(err, &at)
		return nil, fmt.Errorf("%s: %w", path, at.Err)
	}
	matches, err := filepath.Glob(path)
	if err != nil {
		return nil, fmt.Errorf("%s: a [ has no closing ]; expected a file, a directory or a glob", path)
	}
	var all []string
	for _, m := range matches {
		if hidden(filepath.Base(m)) && !hidden(filepath.Base(path)) {
			continue
		}
		found, err := Expand(m)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no file matches", path)
	}
	return all, nil
}

func hidden(name string) bool { return name[0] == '_' || name[0] == '.' }

// directory returns a directory's files. in holds the directories around it: a link may lead back to one.
func directory(path string, in []fs.FileInfo) (all []string, err error) {
	self, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(in, func(outer fs.FileInfo) bool { return os.SameFile(outer, self) }) {
		return nil, fmt.Errorf("%s: a link back to a directory that contains the link", path)
	}
	in = append(slices.Clone(in), self)
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		if hidden(e.Name()) {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			all = append(all, name)
			continue
		}
		inner, err := directory(name, in)
		if err != nil {
			return nil, err
		}
		all = append(all, inner...)
	}
	if len(all) == 0 && len(in) == 1 {
		return nil, fmt.Errorf("%s: no file in this directory; files whose names begin with \"_\" or \".\" do not count",
			path)
	}
	return all, nil
}
