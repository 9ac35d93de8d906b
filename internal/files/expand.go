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

// Expand finds the files that a path names: the file itself; those of a directory, at any depth, by path; those that
// match a glob, of directories among them likewise. What is there under the very name goes before a glob. Names that
// begin with _ or . are left out, as writers of directories mark what is no part of the data: _SUCCESS, .part-0.crc.
// We expand globs ourselves: not every shell does.
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
		return nil, fmt.Errorf("%s: a [ without its ]; expected a file, a directory or a glob", path)
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

// directory finds the files of a directory that is not among those that it is in: a link may lead back.
func directory(path string, in []fs.FileInfo) (all []string, err error) {
	self, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(in, func(outer fs.FileInfo) bool { return os.SameFile(outer, self) }) {
		return nil, fmt.Errorf("%s: a link to a directory that it is in", path)
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
		return nil, fmt.Errorf("%s: a directory without a file; names that begin with _ or . do not count", path)
	}
	return all, nil
}
