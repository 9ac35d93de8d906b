package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

func self() string {
	path, err := os.Executable()
	check(err)
	return path
}

func lines(path string) (n int) {
	file, err := os.Open(path)
	check(err)
	defer file.Close()
	for in := bufio.NewScanner(file); in.Scan(); n++ {
	}
	return n
}

// arrange writes the lines of a log in order of time, such as a day of production has, chats beginning a second apart;
// or shuffled.
func arrange(from, to string, shuffled bool) {
	text, err := os.ReadFile(from)
	check(err)
	all := bytes.SplitAfter(text, []byte("\n"))
	all = all[:len(all)-1]
	if shuffled {
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	} else {
		chat := time.Duration(0)
		for i, line := range all {
			if bytes.Contains(line, []byte(`"EventInteractionSubmitted"`)) {
				chat += time.Second
			}
			at := bytes.Index(line, []byte(`"time":"`)) + len(`"time":"`)
			end := at + bytes.IndexByte(line[at:], '"')
			t, err := time.Parse(time.RFC3339, string(line[at:end]))
			check(err)
			all[i] = slices.Concat([]byte(t.Add(chat).Format(time.RFC3339)), line[:at],
				[]byte(t.Add(chat).Format(time.RFC3339)), line[end:])
		}
		slices.SortStableFunc(all, func(a, b []byte) int { return bytes.Compare(a[:20], b[:20]) })
		for i := range all {
			all[i] = all[i][20:]
		}
	}
	file, err := os.Create(to)
	check(err)
	out := bufio.NewWriterSize(file, 1<<20)
	for _, line := range all {
		out.Write(line)
	}
	check(out.Flush())
	check(file.Close())
}

// modules counts the modules that the program links.
func (b *bench) modules() string {
	out, err := exec.Command("go", "version", "-m", b.program).Output()
	check(err)
	return fmt.Sprint(strings.Count(string(out), "\n\tdep\t"))
}

// childTimes reads what the shell's times said of its children: user and system time, on the second line.
func childTimes(path string) (sum time.Duration) {
	text, err := os.ReadFile(path)
	check(err)
	for _, field := range strings.Fields(strings.Split(string(text), "\n")[1]) {
		d, err := time.ParseDuration(field)
		check(err)
		sum += d
	}
	return sum
}
