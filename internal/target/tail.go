package target

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
)

// stderrTail is how much of stderr is kept, in bytes.
const stderrTail = 4 << 10

// tail keeps the end of what is written to it. Several goroutines may write.
type tail struct {
	size int
	mu   sync.Mutex
	kept []byte // at least the last size bytes and the one before them, if there are so many
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*t.size {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-t.size-1:]...)
	}
	return len(b), nil
}

// take returns the last size bytes, from the beginning of a line if one begins there, and forgets them.
func (t *tail) take() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.kept
	t.kept = nil
	if len(kept) > t.size {
		kept = kept[len(kept)-t.size-1:]
		i := bytes.IndexByte(kept, '\n')
		if i < 0 || i == t.size { // no line begins there
			i = 0
		}
		kept = kept[i+1:]
	}
	return strings.ToValidUTF8(string(kept), "\ufffd")
}

// maxWitness limits how many lines of stderr are kept for one question; the last ones are kept. maxWitnesses limits for
// how many questions of a start lines are kept, and maxWitnessLine how long a line may be, in bytes.
const (
	maxWitness     = 4
	maxWitnesses   = 1000
	maxWitnessLine = 300
)

// witness reads a program's stderr: its tail, and the lines about each question. A program that survives an error
// usually names the interaction; without that, the lines of a thousand chats could not be told apart.
type witness struct {
	tail  tail
	owner map[string]int // question, by interaction
	about map[int][]string

	line    []byte // so far, truncated
	subject int    // the question for lines that name none; -1 is none
}

func newWitness(owner map[string]int) *witness {
	return &witness{tail: tail{size: stderrTail}, owner: owner, about: make(map[int][]string), subject: -1}
}

// Write reads what the program has written. It never fails.
func (w *witness) Write(b []byte) (int, error) {
	w.tail.Write(b) //nolint:errcheck // it never fails
	for rest := b; len(rest) > 0; {
		line, more, whole := bytes.Cut(rest, []byte{'\n'})
		w.line = append(w.line, line[:min(len(line), maxWitnessLine-len(w.line))]...)
		rest = more
		if whole {
			w.hear(string(w.line))
			w.line = w.line[:0]
		}
	}
	return len(b), nil
}

// hear files a line under the question that it names, or else under the one named last.
func (w *witness) hear(line string) {
	named := -1
	for word := range strings.FieldsFuncSeq(line, func(r rune) bool {
		return r != '-' && r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		if i, ok := w.owner[word]; ok {
			named = i
			break
		}
	}
	if named >= 0 {
		w.subject = named
	}
	if w.subject < 0 {
		return
	}
	kept := w.about[w.subject]
	if len(kept) == 0 && len(w.about) == maxWitnesses {
		return
	}
	kept = append(kept, strings.ToValidUTF8(line, "\ufffd"))
	w.about[w.subject] = kept[max(0, len(kept)-maxWitness):]
}

// testify adds to each answer the lines about it.
func (w *witness) testify(answers []Answer) {
	for i, lines := range w.about {
		answers[i].Stderr = strings.Join(lines, "\n")
	}
}

// lastWords returns the last lines of a stderr, as many as are kept for one question.
func lastWords(stderr string) string {
	lines := strings.Split(strings.TrimRight(stderr, "\n"), "\n")
	lines = lines[max(0, len(lines)-maxWitness):]
	for i := range lines {
		lines[i] = strings.ToValidUTF8(lines[i][:min(len(lines[i]), maxWitnessLine)], "\ufffd")
	}
	return strings.Join(lines, "\n")
}
