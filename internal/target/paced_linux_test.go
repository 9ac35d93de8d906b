package target

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pacedForTest(t *testing.T) (in *os.File, out io.WriteCloser) {
	in, raw, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { closeAll(in, raw) })
	out = pacedPipe(raw)
	require.IsType(t, &paced{}, out, "a pipe can be made roomy")
	return in, out
}

// A megabyte is taken though nobody reads; more than that arrives whole, whatever the reader's pace.
func TestPacedPipe(t *testing.T) {
	in, out := pacedForTest(t)
	text := bytes.Repeat([]byte("0123456789abcde\n"), roomy/16)
	n, err := out.Write(text)
	require.NoError(t, err)
	assert.Equal(t, roomy, n)

	wrote := make(chan error, 1)
	go func() {
		for range 3 {
			if _, err := out.Write(text); err != nil {
				wrote <- err
				return
			}
		}
		wrote <- out.Close()
	}()
	got, err := io.ReadAll(in)
	require.NoError(t, err)
	require.NoError(t, <-wrote)
	assert.True(t, bytes.Equal(bytes.Repeat(text, 4), got))
}

// Writing ends with the reader, and with the time that the pipe is given.
func TestPacedPipeEnds(t *testing.T) {
	more := make([]byte, 2*roomy)

	in, out := pacedForTest(t)
	require.NoError(t, in.Close())
	_, err := out.Write(more)
	require.ErrorIs(t, err, syscall.EPIPE)

	_, out = pacedForTest(t)
	require.NoError(t, out.(*paced).SetDeadline(time.Unix(1, 0)))
	_, err = out.Write(more)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	in, out = pacedForTest(t)
	go func() { // its time is up once it is full
		for unread(in) < roomy {
			runtime.Gosched()
		}
		out.(*paced).SetDeadline(time.Unix(1, 0)) //nolint:errcheck // a pipe has deadlines
	}()
	n, err := out.Write(more)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	assert.Equal(t, roomy, n)
}
