package bulk

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbered is record i of a key, with so many bytes more.
func numbered(i, more int) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(i)), bytes.Repeat([]byte{byte(i)}, more)...)
}

// grouped adds n records of keys, from two writers at once, and returns what is visited.
func grouped(t *testing.T, g *recordGroups, n, keys, more, jobs int) map[string][]int {
	t.Helper()
	var writers sync.WaitGroup
	for half := range 2 {
		writers.Go(func() {
			w := g.writer()
			for i := half; i < n; i += 2 {
				if err := w.Add(fmt.Appendf(nil, "key %d", i%keys), numbered(i, more)); err != nil {
					t.Error(err)
				}
			}
			assert.NoError(t, w.Close())
		})
	}
	writers.Wait()
	var mu sync.Mutex
	got := make(map[string][]int)
	require.NoError(t, g.Each(jobs, func(_ int, key []byte, records bunches) error {
		mu.Lock()
		defer mu.Unlock()
		assert.Nil(t, got[string(key)], "a key is visited once")
		for r := range records.all() {
			i := binary.BigEndian.Uint32(r)
			if !bytes.Equal(numbered(int(i), more), r) {
				t.Errorf("record %d: got %x", i, r)
			}
			got[string(key)] = append(got[string(key)], int(i))
		}
		slices.Sort(got[string(key)])
		return nil
	}))
	return got
}

func TestGroups(t *testing.T) {
	for _, c := range []struct {
		name          string
		memory        int64
		n, keys, more int
		jobs          int
	}{
		{"nothing", 1 << 20, 0, 1, 0, 2},
		{"one", 1 << 20, 1, 1, 0, 1},
		{"in memory", 1 << 30, 10_000, 700, 20, 2},
		{"each in its own chunk", 1 << 30, 20, 6, largestChunk, 2},
		{"in a file", 1 << 18, 5_000, 1_000, 100, 2},
		{"parts larger than memory", 1 << 9, 800, 300, 300, 2},
		{"one key larger than memory", 1 << 16, 5_000, 1, 200, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newRecordGroups(c.memory, 2)
			defer g.Close()
			want := make(map[string][]int)
			for i := range c.n {
				key := fmt.Sprintf("key %d", i%c.keys)
				want[key] = append(want[key], i)
			}
			assert.Equal(t, want, grouped(t, g, c.n, c.keys, c.more, c.jobs))
			assert.Equal(t, int64(c.n*(c.more+10)) > c.memory, g.file.size > 0, "a file is written only for want of memory")
		})
	}
}

func TestEachEndsWithTheError(t *testing.T) {
	g := newRecordGroups(1<<20, 2)
	defer g.Close()
	w := g.writer()
	for i := range 1000 {
		require.NoError(t, w.Add(numbered(i, 0), nil))
	}
	require.NoError(t, w.Close())
	broken := errors.New("broken")
	visited := 0
	assert.Equal(t, broken, g.Each(1, func(int, []byte, bunches) error { visited++; return broken }))
	assert.Equal(t, 1, visited)
}

func TestSorter(t *testing.T) {
	for _, c := range []struct {
		name    string
		n, more int
		spilt   bool
	}{
		{"nothing", 0, 0, false},
		{"in memory", 5_000, 10, false},
		{"in a file", 6_000, 1_000, true},
		{"records of a segment and more", 6, 2 * segmentSize, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSorter(0, 2)
			defer s.Close()
			want := make(map[string]bool)
			random := rand.New(rand.NewPCG(1, 2))
			for range 2 {
				w := s.writer()
				for range c.n / 2 {
					key := strings.Repeat("k", random.IntN(12)) + fmt.Sprint(random.Uint32())
					want[key] = true
					require.NoError(t, w.Add([]byte(key), numbered(len(key), c.more)))
				}
				require.NoError(t, w.Close())
			}
			var got []string
			require.NoError(t, s.Each(func(key, record []byte) error {
				got = append(got, string(key))
				if !bytes.Equal(numbered(len(key), c.more), record) {
					t.Errorf("record of %s: got %x", key, record)
				}
				return nil
			}))
			assert.Equal(t, slices.Sorted(maps.Keys(want)), got)
			assert.Equal(t, c.spilt, s.file.size > 0)
		})
	}
}

// However the process ends, nothing is left: the file has no name. What a killed process has left elsewhere is removed
// by the next.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir) // Windows
	require.NoError(t, os.WriteFile(dir+"/chatproof-7.spill", []byte("of a killed process"), 0o600))
	g := newRecordGroups(1<<10, 2)
	grouped(t, g, 1_000, 100, 10, 1)
	require.NotNil(t, g.file.f)
	if runtime.GOOS != "windows" {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, entries)
	}
	g.Close()
	g.Close()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	add := func(g *recordGroups) (err error) {
		w := g.writer()
		for i := 0; i < 1_000 && err == nil; i++ {
			err = w.Add(numbered(i, 100), nil)
		}
		return cmp.Or(err, w.Close())
	}
	dir := t.TempDir() + "/nosuch"
	t.Setenv("TMPDIR", dir)
	t.Setenv("TMP", dir)
	if runtime.GOOS != "windows" {
		assert.EqualError(t, add(newRecordGroups(1<<10, 2)), "temporary file in "+dir+": no such file or directory; set TMPDIR to use another directory")
	}
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no full disk here")
	}
	g := newRecordGroups(1<<10, 2)
	g.file.f = full
	assert.EqualError(t, add(g), "temporary file in "+dir+": no space left on device; set TMPDIR to use another directory")
	s := newSorter(0, 1)
	s.file.f = full
	w := s.writer()
	for i := 0; i < 100 && err == nil; i++ {
		err = w.Add(numbered(i, 0), numbered(i, segmentSize/10))
	}
	assert.EqualError(t, err, "temporary file in "+dir+": no space left on device; set TMPDIR to use another directory")
}

// Once warm, a record costs no allocation.
func TestAllocations(t *testing.T) {
	g, s := newRecordGroups(1<<30, 2), newSorter(1<<30, 1)
	w, sw := g.writer(), s.writer()
	key, record := []byte("key"), []byte("record")
	const n = 20_000
	perRecord := testing.AllocsPerRun(1, func() {
		for range n {
			if w.Add(key, record) != nil || sw.Add(key, record) != nil {
				t.Fatal("not added")
			}
		}
	}) / n
	assert.Less(t, perRecord, 0.01)
}
