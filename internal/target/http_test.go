package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// respond answers a request rightly.
func respond(w http.ResponseWriter, r *http.Request) {
	_, facts := read(r)
	w.Write(facts) //nolint:errcheck
}

// read reads a request: the first interaction, and the facts of all.
func read(r *http.Request) (interaction string, facts []byte) {
	var events []model.Event
	for in := wire.NewEventReader("body", r.Body); ; {
		e, err := in.Read()
		var bad *wire.LineError
		if errors.As(err, &bad) {
			continue
		} else if err != nil {
			break
		}
		events = append(events, e)
	}
	chats, _ := model.ClassifyLog(model.Reference(), events)
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			facts = wire.AppendFact(facts, &irf.Fact)
		}
	}
	return events[0].InteractionID, facts
}

// server starts one that is right but for the question about chat-3.
func server(t *testing.T, misbehave http.HandlerFunc) *url.URL {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if bytes.Contains(body, []byte(`"chat-3"`)) {
			misbehave(w, r)
		} else {
			respond(w, r)
		}
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	u, err := url.Parse(s.URL + "/classify")
	require.NoError(t, err)
	return u
}

func TestHTTPAgreesWithTheReference(t *testing.T) {
	u := server(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "POST /classify", r.Method+" "+r.URL.Path)
		assert.Equal(t, "application/x-ndjson", r.Header.Get("Content-Type"))
		assert.Equal(t, "Bearer secret", r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("Idempotency-Key"))
		respond(w, r)
	})
	for _, jobs := range []int{1, 5} {
		for _, batch := range [][]Question{batchOf(30), interleaved(), append(batchOf(4), Question{Events: chat("odd", 0), Lines: []string{"{", "no event"}})} {
			h := NewHTTP(u, http.Header{"Authorization": {"Bearer secret"}}, time.Minute, jobs)
			round, err := h.Ask(t.Context(), batch)
			require.NoError(t, err)
			want, err := Reference{model.Reference()}.Ask(t.Context(), batch)
			require.NoError(t, err)
			assert.Equal(t, want.Answers, round.Answers)
			assert.Zero(t, round.Ignored)
		}
	}
}

// What goes wrong with one request is that question's failure, and no other's.
func TestHTTPFailsOneQuestion(t *testing.T) {
	t.Parallel()
	status := func(code int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere.example/?t=hunter2hunter2")
			w.WriteHeader(code)
			io.WriteString(w, text) //nolint:errcheck
		}
	}
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, text) } //nolint:errcheck
	}
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	const brief = time.Second // there to be met by one question, while others are answered on a busy machine
	tests := []struct {
		name    string
		limit   time.Duration
		handler http.HandlerFunc
		want    string // the failure, or skip
	}{
		{"not found", time.Minute, status(404, "no such page\nat all"), "protocol: answered 404 Not Found: no such page; check that this URL takes a POST of events"},
		{"not allowed", time.Minute, status(405, ""), "protocol: answered 405 Method Not Allowed; check that this URL takes a POST of events"},
		{"not authorized, told back what was sent", time.Minute, status(401, "bad token hunter2hunter2"), "protocol: answered 401 Unauthorized: bad token …; the server may need a --header"},
		{"a redirect to elsewhere", time.Minute, status(307, ""), `protocol: answered 307 Temporary Redirect; redirects are not followed, so give --http the URL that this one points to: http://elsewhere.example/?t=…`},
		{"bad request", time.Minute, status(400, "seq 3: W4\x1b[2J"), `said: 400 Bad Request: seq 3: W4\x1b[2J`},
		{"unprocessable", time.Minute, status(422, ""), "said: 422 Unprocessable Entity"},
		{"it fails", time.Minute, status(500, "<html><script>\nstack"), "said: 500 Internal Server Error: <html><script>"},
		{"it is overloaded", time.Minute, status(503, ""), "said: 503 Service Unavailable"},
		{"too many", time.Minute, status(429, ""), "protocol: answered 429 Too Many Requests"},
		{"declined", time.Minute, status(501, " no queues\nhere "), `skip: no queues\nhere`},
		{"declined without a word", time.Minute, status(501, ""), "skip: no reason given"},

		{"no answer", brief, hang, "hang: no answer within 1s"},
		{"half an answer", brief, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
			hang(w, r)
		}, "hang: no answer within 1s"},
		{"closed", time.Minute, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "crash: the connection was closed before the end of the answer"},
		{"closed half-way", time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, row(guiltyChat, "A")) //nolint:errcheck
			panic(http.ErrAbortHandler)
		}, "crash: the connection was closed before the end of the answer"},
		{"no HTTP", time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, "hello\n") //nolint:errcheck
			conn.Close()
		}, `crash: net/http: HTTP/1.x transport connection broken: malformed HTTP response "hello"`},

		{"garbage", time.Minute, body("<html>"), "protocol: answer:1: not a JSON object: <html>"},
		{"a bad fact", time.Minute, body(strings.Replace(row(guiltyChat, "A"), `"A"`, "[7]", 1)), "protocol: answer:1: resource: expected a string, got an array"},
		{"an endless line", time.Minute, endless("x"), "protocol: answer:1: the line is longer than 16777216 bytes"},
		{"endless blank lines", time.Minute, endless("\n"), "protocol: the answer is longer than 17825792 bytes"},
		{"endless rows", time.Minute, endless(row(guiltyChat, "A")), "protocol: the answer is longer than 17825792 bytes"},
		{"101 rows", time.Minute, body(strings.Repeat(row(guiltyChat, "A"), 101)), "protocol: more than 100 rows for one interaction"},
		{"endless headers", time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, "crash: net/http: HTTP/1.x transport connection broken: net/http: server response headers exceeded 65536 bytes; aborted"},
	}
	batch := batchOf(6)
	want, err := Reference{model.Reference()}.Ask(t.Context(), batch)
	require.NoError(t, err)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := NewHTTP(server(t, tt.handler), http.Header{"Authorization": {"hunter2hunter2"}}, tt.limit, 1)
			round, err := h.Ask(t.Context(), batch)
			require.NoError(t, err)
			for i, a := range round.Answers {
				switch {
				case i != 3:
					assert.Equal(t, want.Answers[i], a)
				case strings.HasPrefix(tt.want, "skip: "):
					assert.Equal(t, Answer{Skip: tt.want[len("skip: "):]}, a)
				default:
					assert.EqualError(t, a.Failure, tt.want)
				}
			}
		})
	}
}

const guiltyChat = "chat-3"

// endless repeats a text until the connection is closed.
func endless(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		piece := []byte(strings.Repeat(text, 1<<10))
		for {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}
}

func TestHTTPCountsRowsOfOthers(t *testing.T) {
	h := NewHTTP(server(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, row("nobody", "A")) //nolint:errcheck
		respond(w, r)
	}), nil, time.Minute, 1)
	round, err := h.Ask(t.Context(), batchOf(4))
	require.NoError(t, err)
	assert.Equal(t, 1, round.Ignored)
	assert.Nil(t, round.Answers[3].Failure)
}

// An answer that did not come in time is asked for once more.
func TestHTTPAsksTwiceBeforeATimeoutCounts(t *testing.T) {
	t.Parallel()
	var once atomic.Bool
	h := NewHTTP(server(t, func(w http.ResponseWriter, r *http.Request) {
		if once.CompareAndSwap(false, true) {
			<-r.Context().Done()
		}
		respond(w, r)
	}), nil, time.Second, 2)
	round, err := h.Ask(t.Context(), batchOf(6))
	require.NoError(t, err)
	assert.Nil(t, round.Answers[3].Failure)
	assert.Len(t, round.Answers[3].Facts, 1)
}

// A server that nobody has ever reached is an error of the whole; one that goes away fails what it is asked then, and
// is soon let be.
func TestHTTPCannotBeReached(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	at := l.Addr().String()
	l.Close()
	h := NewHTTP(&url.URL{Scheme: "http", Host: at, User: url.UserPassword("me", "hunter2")}, nil, time.Minute, 1)
	_, err = h.Ask(t.Context(), batchOf(1))
	var start *StartError
	require.ErrorAs(t, err, &start)
	assert.EqualError(t, err, fmt.Sprintf("http://me@%s could not be reached: dial tcp %s: connect: connection refused", at, at))

	var s *httptest.Server
	served := 0
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		respond(w, r)
		if served++; served == 3 {
			s.Listener.Close()
			w.Header().Set("Connection", "close")
		}
	}))
	defer s.Close()
	u, _ := url.Parse(s.URL)
	h = NewHTTP(u, http.Header{"Connection": {"close"}}, time.Minute, 1)
	round, err := h.Ask(t.Context(), batchOf(20))
	require.NoError(t, err)
	for i, a := range round.Answers {
		switch {
		case i < 3:
			assert.Nil(t, a.Failure)
			assert.NotEmpty(t, a.Facts)
		case i < 3+maxSilence:
			assert.EqualError(t, a.Failure, fmt.Sprintf("crash: dial tcp %s: connect: connection refused", u.Host))
		default:
			assert.Equal(t, Answer{NotRun: true}, a)
		}
	}
}

func TestHTTPIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	h := NewHTTP(server(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }), nil, time.Minute, 1)
	round, err := h.Ask(ctx, batchOf(6))
	assert.Error(t, err)
	for i, a := range round.Answers {
		assert.Equal(t, i >= 3, a.NotRun)
	}
}
