package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// speaker is wrong over a stream.
func speaker(how string, in io.Reader, out io.Writer) int {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var m struct {
			Type, ID string
			Events   []json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return 9
		}
		switch m.Type {
		case wire.Hello:
			if how == "version 2" {
				fmt.Fprintln(out, `{"type":"hello","protocol":2,"implementation":{"name":"speaker"}}`)
				continue
			}
			fmt.Fprintln(out, `{"type":"hello","protocol":1,"implementation":{"name":"speaker","version":"1.2","language":"Go"},"max_in_flight":4}`)
			continue
		case wire.Bye:
			return 0
		}
		var log []byte
		for _, e := range m.Events {
			log = append(append(log, e...), '\n')
		}
		events := logOn(bytes.NewReader(log))
		switch {
		case how == "declines consults" && consult(events):
			fmt.Fprintf(out, `{"type":"skip","id":%q,"reason":"no consults here"}`+"\n", m.ID)
		case how == "dies of consults" && consult(events):
			return 7
		case how == "hangs":
			time.Sleep(time.Hour) // longer than go test waits
		case strings.HasPrefix(how, "tells ") && m.ID == "100":
			tell(how)
		default:
			fmt.Fprintf(out, `{"type":"facts","id":%q,"facts":[%s]}`+"\n", m.ID, strings.ReplaceAll(strings.TrimSpace(string(classified(how, events))), "\n", ","))
		}
	}
	return 0
}

// tell opens the pipe that is named after a word, writes a line to it, and hangs.
func tell(how string) {
	pipe, err := os.OpenFile(strings.TrimPrefix(how, "tells "), os.O_WRONLY, 0)
	if err == nil {
		fmt.Fprintln(pipe, "here")
	}
	time.Sleep(time.Hour)
	pipe.Close()
}

// logOn reads events to the end, past what is none. A line may be of another world: an event as the text of a member.
func logOn(in io.Reader) (events []model.Event) {
	var ours bytes.Buffer
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadBytes('\n')
		var abroad struct{ W string }
		if bytes.HasPrefix(line, []byte(`{"w":`)) && json.Unmarshal(line, &abroad) == nil {
			line = []byte(abroad.W + "\n")
		}
		ours.Write(line)
		if err != nil {
			break
		}
	}
	for r := wire.NewEventReader("events", &ours); ; {
		e, err := r.Read()
		var bad *wire.LineError
		if err == nil {
			events = append(events, e)
		} else if !errors.As(err, &bad) {
			return events
		}
	}
}

// classified is the facts of a log. Abroad a row is the text of a member, too.
func classified(how string, events []model.Event) (facts []byte) {
	how, abroad := strings.CutPrefix(how, "abroad: ")
	chats, _ := model.ClassifyLog(table(how), events)
	for _, c := range chats {
		for i := range c.IRFs {
			if !abroad {
				facts = wire.AppendFact(facts, &c.IRFs[i].Fact)
				continue
			}
			row := strings.TrimSpace(string(wire.AppendFact(nil, &c.IRFs[i].Fact)))
			facts = append(append(wire.AppendString(append(facts, `{"r":`...), row), '}'), '\n')
		}
	}
	return facts
}

// A server is asked like a program, and the values of headers stay with us, though it tells them to everybody.
func TestHTTP(t *testing.T) {
	const secret = "hunter2hunter2"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		events := logOn(r.Body)
		switch token := r.Header.Get("X-Token"); {
		case token != secret:
			http.Error(w, "who are you", http.StatusForbidden)
		case consult(events):
			http.Error(w, "no consults for "+token, http.StatusNotImplemented)
		case len(events) > 60:
			http.Error(w, token+" is not for long chats", http.StatusInternalServerError)
		default:
			w.Write(classified("transfers routed", events)) //nolint:errcheck
		}
	}))
	defer s.Close()
	run := func(args ...string) (int, string) {
		var out, errOut bytes.Buffer // one for both would be written at once when the progress is told
		code := Run(t.Context(), args, strings.NewReader(""), &out, &errOut)
		return code, out.String() + errOut.String()
	}
	code, out := run("run", "--generated", "100", "--http", s.URL, "--header", "X-Token: "+secret, "--jobs", "4")
	assert.Equal(t, exitNonconforming, code)
	assert.Contains(t, out, "scenarios, against "+s.URL+"\n")
	assert.Contains(t, out, "scenarios: no consults for …\n")
	assert.Contains(t, out, "said: 500 Internal Server Error: … is not for long chats\n")
	assert.Regexp(t, "run --scenario documented/1.3/[^ ]+ --http "+s.URL+" --header 'X-Token: …'\n", out)
	assert.NotContains(t, out, secret)

	dir := t.TempDir()
	code, out = run("run", "--generated", "0", "--http", s.URL, "--header", "X-Token: "+secret, "--json", "--report", dir)
	assert.Equal(t, exitNonconforming, code)
	assert.Contains(t, out, `"environment":{"way":"http","url":"`+s.URL+`"`)
	assert.NotContains(t, out, secret)

	code, out = run("run", "--generated", "0", "--scenario", "documented/1.1/*", "--http", s.URL)
	assert.Equal(t, exitNonconforming, code)
	assert.Contains(t, out, "protocol: answered 403 Forbidden: who are you; the server may need a --header")

	code, out = run("fuzz", "--scenarios", "50", "--prove", "10", "--http", s.URL, "--header", "X-Token: "+secret, "--report", dir)
	assert.Equal(t, exitNonconforming, code)
	assert.Regexp(t, `(?m)^Finding \d+: `, out)
	assert.NotContains(t, out, secret)

	code, out = run("doctor", "--http", s.URL, "--header", "X-Token: "+secret)
	assert.Equal(t, exitDone, code)
	assert.Contains(t, out, "All is well")
	code, out = run("doctor", "--http", s.URL)
	assert.Equal(t, exitNonconforming, code)
	assert.Contains(t, out, "FAIL  it starts, and answers  protocol: answered 403 Forbidden")

	s.Close()
	code, out = run("doctor", "--http", s.URL)
	assert.Equal(t, exitNotStarted, code)
	assert.Contains(t, out, "connection refused; is the server running?\n")
	code, out = run("run", "--generated", "0", "--http", s.URL, "--header", "X-Token: "+secret)
	assert.Equal(t, exitNotStarted, code)
	assert.Regexp(t, "^chatproof: "+s.URL+" could not be reached: dial tcp .*: connect: connection refused\n$", out)
	for _, bad := range []string{secret, "X Token: " + secret, ": " + secret, "X-Token: " + secret + "\nY: z"} {
		code, out = run("run", "--http", s.URL, "--header", bad)
		assert.Equal(t, exitUsage, code)
		assert.NotContains(t, out, secret)
	}
}
