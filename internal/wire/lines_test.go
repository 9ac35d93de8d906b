package wire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
)

func TestLinesAreNumberedAsEditorsDo(t *testing.T) {
	for _, c := range []struct {
		name, text string
		lines      []int
	}{
		{"newline at the end", good + "\n" + other + "\n", []int{1, 2}},
		{"no newline at the end", good + "\n" + other, []int{1, 2}},
		{"CR LF", good + "\r\n\r\n" + other + "\r\n", []int{1, 3}},
		{"blank lines", "\n \n\t\n" + good + "\n\n\n" + other + "\n\n", []int{4, 7}},
		{"byte order mark", "\ufeff" + good + "\n" + other, []int{1, 2}},
		{"byte order mark alone on its line", "\ufeff\n" + good, []int{2}},
		{"nothing", "", nil},
		{"blank", "\n\r\n  \n", nil},
		{"byte order mark and nothing", "\ufeff", nil},
		{"lines beyond the buffer", held(`"x":"`+strings.Repeat("x", 200_000)+`"`) + "\n\n" + other, []int{1, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			// One byte at a time: where the input happens to be cut must mean nothing.
			r := wire.NewEventReader("log.jsonl", iotest.OneByteReader(strings.NewReader(c.text)))
			for _, line := range c.lines {
				_, err := r.Read()
				require.NoError(t, err)
				assert.Equal(t, line, r.Line())
			}
			for range 2 {
				_, err := r.Read()
				assert.Equal(t, io.EOF, err)
			}
		})
	}
}

func TestReadingGoesOnBehindBadLines(t *testing.T) {
	r := readEvents("{\n\n" + good + "\nnull\n" + held(`"queue":[7]`) + "\n" + other + "\n]")
	var said []string
	for {
		e, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _, _ := strings.Cut(err.Error(), ": ")
			said = append(said, line)
			continue
		}
		said = append(said, e.InteractionID)
	}
	assert.Equal(t, []string{"log.jsonl:1", "c-1", "log.jsonl:4", "log.jsonl:5", "c-2", "log.jsonl:7"}, said)
}

// A string that is kept for its next occurrence must not change when the reader's buffers do.
func TestEventsOutliveTheReader(t *testing.T) {
	var text bytes.Buffer
	for range 3 {
		text.WriteString(good + "\n" + other + "\n" + held(`"queue":"`+strings.Repeat("q", 100_000)+`"`) + "\n")
	}
	r := readEvents(text.String())
	var ids []string
	for range 9 {
		e, err := r.Read()
		require.NoError(t, err)
		ids = append(ids, e.InteractionID)
	}
	assert.Equal(t, strings.Fields("c-1 c-2 c-1 c-1 c-2 c-1 c-1 c-2 c-1"), ids)
}

func TestFailingInputIsReportedAsItIs(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := wire.NewEventReader("log.jsonl", io.MultiReader(strings.NewReader(good+"\n"+other[:20]), iotest.ErrReader(broken)))
	_, err := r.Read()
	require.NoError(t, err)
	_, err = r.Read()
	assert.Equal(t, broken, err, "half a line is no line where the input failed")
	assert.Equal(t, 2, r.Line())

	f := wire.NewFactReader("facts.jsonl", iotest.ErrReader(broken))
	_, err = f.Read()
	assert.Equal(t, broken, err)
}

// endless is a line that never ends, and counts what was read of it.
type endless struct{ taken int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.taken += len(b)
	return len(b), nil
}

// buffer is how far beyond MaxLine a reader may have to look to know.
const buffer = 64 << 10

func TestEndlessLineIsRefused(t *testing.T) {
	in := new(endless)
	_, err := wire.NewEventReader("log.jsonl", in).Read()
	assert.Equal(t, &wire.LineError{File: "log.jsonl", Line: 1, Problem: "the line is longer than 16777216 bytes"}, err)
	assert.LessOrEqual(t, in.taken, wire.MaxLine+2*buffer)

	in = new(endless)
	_, err = wire.NewFactReader("stdout", io.MultiReader(strings.NewReader("\n\n"), in)).Read()
	assert.EqualError(t, err, "stdout:3: the line is longer than 16777216 bytes")
	assert.LessOrEqual(t, in.taken, wire.MaxLine+2*buffer)
}

func TestLineOfMaxLine(t *testing.T) {
	head, tail := held(`"x":"`)[:len(held(`"x":"`))-1], `"}`
	long := func(n int) io.Reader {
		return io.MultiReader(strings.NewReader(head), io.LimitReader(new(endless), int64(n-len(head)-len(tail))), strings.NewReader(tail+"\n"+other+"\n"))
	}
	r := wire.NewEventReader("log.jsonl", long(wire.MaxLine))
	for _, id := range []string{"c-1", "c-2"} {
		e, err := r.Read()
		require.NoError(t, err)
		assert.Equal(t, id, e.InteractionID)
	}
	// One byte more is too long, however the bytes come, and whether or not the line has an end.
	for _, in := range []io.Reader{long(wire.MaxLine + 1), iotest.HalfReader(long(wire.MaxLine + 1)), io.LimitReader(long(wire.MaxLine+1), wire.MaxLine+1)} {
		_, err := wire.NewEventReader("log.jsonl", in).Read()
		assert.EqualError(t, err, "log.jsonl:1: the line is longer than 16777216 bytes")
	}
}
