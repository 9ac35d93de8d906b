package target

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/chatproof/chatproof/internal/secret"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// HTTP is a server that gets the event lines of one question in a POST, and answers with fact lines; or with 501 and a
// reason in words, to skip it. Redirects are not followed.
type HTTP struct {
	URL     *url.URL
	Header  http.Header   // sent with each request; its values are shown nowhere
	Timeout time.Duration // of one question
	Jobs    int           // requests at the same time, at least one
	Speech  Speech

	client  http.Client
	silence silence
	reached atomic.Bool
}

// NewHTTP returns a target for a server. It sends nothing yet.
func NewHTTP(u *url.URL, header http.Header, timeout time.Duration, jobs int) *HTTP {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxResponseHeaderBytes, transport.DisableCompression = jobs, maxHeader,
		true
	return &HTTP{
		URL: u, Header: header, Timeout: timeout, Jobs: jobs,
		client: http.Client{
			Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			},
		},
	}
}

// Way is "http".
func (h *HTTP) Way() string { return "http" }

// Command is nil: a server is not started by us.
func (h *HTTP) Command() []string { return nil }

// AtOnce returns how many questions are best asked in a batch.
func (h *HTTP) AtOnce() int { return piecemeal * max(h.Jobs, 1) }

// Ask posts each question by itself. The error is a *StartError if the server cannot be reached at all, or the
// context's.
func (h *HTTP) Ask(ctx context.Context, batch []Question) (*Round, error) {
	var ignored atomic.Int64
	h.silence.peers = max(h.Jobs, 1)
	v, before := &interview{workers: max(h.Jobs, 1), state: &h.silence}, h.silence.lost
	v.ask = func(ctx context.Context, _, _ int, q *Question) outcome {
		body, err := h.body(q)
		if err != nil {
			return outcome{err: err}
		}
		limit, cancel := context.WithTimeout(ctx, h.Timeout)
		defer cancel()
		answer, n, err := h.post(limit, q, body)
		ignored.Add(int64(n))
		switch {
		case ctx.Err() != nil:
			return outcome{err: ctx.Err()}
		case err == nil:
			h.reached.Store(true)
			return outcome{answer: answer}
		case limit.Err() != nil:
			return outcome{answer: failed(Hang, "no answer within %v", h.Timeout), doubt: unheard}
		case unreachable(err) && !h.reached.Load():
			return outcome{err: &StartError{secret.Text(h.URL.Redacted()), "could not be reached", err}}
		}
		o := outcome{answer: failed(Crash, "%s", h.discreet(err.Error()))}
		if unreachable(err) {
			o.doubt = unheard
		}
		return o
	}
	answers, err := v.round(ctx, batch)
	return &Round{Answers: answers, Ignored: int(ignored.Load()), Took: v.took, Notes: v.silenced(before, h.Timeout)},
		err
}

// body returns the text of a question.
func (h *HTTP) body(q *Question) ([]byte, error) {
	if h.Speech != nil {
		return textOf(h.Speech, []Question{*q})
	}
	var b bytes.Buffer
	err := feed(nopCloser{&b}, []Question{*q})
	return b.Bytes(), err
}

// post sends one request. An error is one of the connection; everything that the server says is in the answer.
func (h *HTTP) post(ctx context.Context, q *Question, body []byte) (answer Answer, ignored int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL.String(), bytes.NewReader(body))
	if err != nil {
		return answer, 0, err
	}
	req.Header = h.Header.Clone()
	req.Host = h.Header.Get("Host")
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/x-ndjson", "Accept": "application/x-ndjson",
		"User-Agent": "chatproof",
	} {
		if req.Header.Get(name) == "" {
			req.Header.Set(name, value)
		}
	}
	// It is no failure if the server has closed an idle connection: asking again does no harm.
	req.Header["Idempotency-Key"] = []string{}
	resp, err := h.client.Do(req)
	if err != nil {
		return answer, 0, plainly(err)
	}
	// Reading a body takes no longer than its question may. The transport ensures that except for 101, which hands over
	// the connection: a server that answers 101 and then waits would hang us.
	stop := context.AfterFunc(ctx, func() { resp.Body.Close() })
	defer stop()
	defer resp.Body.Close()
	in := &bounded{in: resp.Body, left: maxBody}
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols:
		return h.refusal(resp, ""), 0, nil
	case resp.StatusCode/100 != 2:
		text, err := io.ReadAll(io.LimitReader(in, maxRefusal))
		if ctx.Err() != nil {
			return answer, 0, cmp.Or(err, ctx.Err())
		}
		return h.refusal(resp, strings.TrimSpace(string(text))), 0, nil
	}
	s := newSorter([]Question{*q})
	err = s.read(factsOf(h.Speech, []Question{*q}, "answer", in), in)
	var bad *wire.LineError
	switch {
	case err == nil:
		return s.answers[0], s.ignored, nil
	case errors.As(err, &bad) || errors.Is(err, errTooLong):
		return failed(Protocol, "%s", h.discreet(err.Error())), s.ignored, nil
	}
	return answer, 0, plainly(err)
}

// plainly removes from an error of the connection what differs from one connection to the next, and our own URL.
func plainly(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	var op *net.OpError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE):
		return errors.New("the connection was closed before the end of the answer")
	case errors.As(err, &op) && op.Op == "dial":
		return &net.OpError{Op: op.Op, Net: op.Net, Addr: op.Addr, Err: op.Err}
	case errors.As(err, &op):
		return op.Err
	}
	return err
}

// refusal returns the answer for a status other than 2xx.
func (h *HTTP) refusal(resp *http.Response, text string) Answer {
	first, _, _ := strings.Cut(text, "\n")
	status := resp.Status
	if first != "" {
		status += ": " + first
	}
	status = h.discreet(status)
	f := &Failure{Protocol, "answered " + status}
	switch code := resp.StatusCode; {
	case code == http.StatusNotImplemented:
		return Answer{Skip: said(h.hide(text), "no reason given")}
	case code/100 == 3:
		f.Message += "; redirects are not followed, so give --http the URL that this one points to: " +
			h.discreet(resp.Header.Get("Location"))
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		f.Message += "; the server may need a --header"
	case code == http.StatusNotFound || code == http.StatusMethodNotAllowed:
		f.Message += "; check that this URL takes a POST of events"
	case code == http.StatusBadRequest || code == http.StatusUnprocessableEntity || code >= 500:
		f = &Failure{Said, status}
	}
	return Answer{Failure: f}
}

// discreet turns text from outside into one line, without the values of our headers.
func (h *HTTP) discreet(text string) string { return model.Line(h.hide(text)) }

func (h *HTTP) hide(text string) string {
	return secret.OfHeader(h.Header).And(secret.OfURL(h.URL)).Hide(text)
}

// unreachable reports whether an error says that no server was reached.
func unreachable(err error) bool {
	var dial *net.OpError
	var name *net.DNSError
	return errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &name) ||
		strings.Contains(err.Error(), "tls:") || strings.Contains(err.Error(), "x509:")
}

const (
	// maxBody limits an answer, in bytes. A line that is too long is reported before.
	maxBody = wire.MaxLine + 1<<20
	// maxRefusal limits what is read of an answer other than 2xx.
	maxRefusal = 4 << 10
	// maxHeader limits the header of an answer, with everything that a server sends before it (1xx).
	maxHeader = 64 << 10
)

// errTooLong says that a body was not read to its end.
var errTooLong = fmt.Errorf("the answer is longer than %d bytes", maxBody)

// bounded reads a limited number of bytes, then returns errTooLong.
type bounded struct {
	in   io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.in.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
