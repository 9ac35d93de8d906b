package target

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manners are what a server may do after the line of its status. One that hangs keeps the connection open and says no
// more.
var manners = []struct {
	name  string
	says  string // after the status line
	hangs bool
	then  string // said without end
}{
	{name: "nothing else", says: "Content-Length: 0\r\n\r\n"},
	{name: "a text", says: "Content-Length: 5\r\n\r\nsorry"},
	{name: "rows", says: "Content-Type: application/x-ndjson\r\nConnection: close\r\n\r\n" + row(guiltyChat, "A")},
	{name: "less than it says", says: "Content-Length: 500\r\n\r\n{"},
	{name: "pieces that are none", says: "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
	{name: "half a header", says: "Content-Le"},
	{name: "another protocol, and silence", says: "Upgrade: x\r\nConnection: Upgrade\r\n\r\n", hangs: true},
	{name: "half a body, and silence", says: "Content-Length: 500\r\n\r\n{", hangs: true},
	{name: "silence", hangs: true},
	{name: "endless text", says: "Connection: close\r\n\r\n", then: strings.Repeat("x", 64<<10)},
}

// Whatever status a server answers, and whatever it does then, its question ends, with one answer and within its limit.
func TestHTTPEveryStatusEnds(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close(); close(held) })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answerOddly(conn, held)
		}
	}()
	for kind, m := range manners {
		var codes []int
		for code := 100; code < 600; code++ {
			// What has no name means what its hundred means (RFC 9110, 15), and is looked up nowhere. Those that a client treats
			// differently after the line of the status are among the first of a hundred.
			if (code%100 < 5 || code%25 == 0) && (m.then == "" || code/100 != 2 || code == http.StatusOK) ||
				m.name == "a text" && http.StatusText(code) != "" {
				codes = append(codes, code)
			}
		}
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			limit := time.Minute
			if m.hangs {
				limit = 50 * time.Millisecond
			}
			var asking sync.WaitGroup
			for part := range slices.Chunk(codes, (len(codes)+15)/16) {
				asking.Go(func() {
					for _, code := range part {
						u := &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: fmt.Sprintf("/%d/%d", code, kind)}
						h := NewHTTP(u, nil, limit, 1)
						round, err := h.Ask(t.Context(), []Question{{Events: chat(guiltyChat, 0)}})
						h.client.CloseIdleConnections()
						if !assert.NoError(t, err, code) {
							continue
						}
						a := round.Answers[0]
						assert.False(t, a.NotRun, code)
						if code/100 != 2 {
							assert.True(t, a.Failure != nil || a.Skip != "", code)
						} else if m.name == "rows" && code != http.StatusNoContent {
							assert.Len(t, a.Facts, 1, code)
						}
					}
				})
			}
			asking.Wait()
		})
	}
}

// answerOddly answers one request as its path says: /STATUS/MANNER.
func answerOddly(conn net.Conn, held <-chan struct{}) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	var code, kind int
	fmt.Sscanf(r.URL.Path, "/%d/%d", &code, &kind) //nolint:errcheck // ours
	io.Copy(io.Discard, r.Body)                    //nolint:errcheck
	m := &manners[kind]
	fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\n%s", code, http.StatusText(code), m.says)
	for m.then != "" {
		if _, err := io.WriteString(conn, m.then); err != nil {
			return
		}
	}
	if m.hangs {
		<-held
	}
}
