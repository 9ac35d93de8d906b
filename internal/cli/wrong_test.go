package cli

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// exits runs a command and checks its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG]...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if coded, ok := err.(interface{ ExitCode() int }); ok {
		got = coded.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, expected %s", got, args[0])
	}
}

// wrong is a filter with one fault.
func wrong(how string, in io.Reader, out io.Writer) int {
	if how == "exits 7" {
		fmt.Fprintln(os.Stderr, "out of cheese\x1b[2J")
		return 7
	}
	var events []model.Event
	if word, _, _ := strings.Cut(how, " "); slices.Contains([]string{"nothing", "raises", "hangs", "tells"}, word) {
		io.Copy(io.Discard, in) //nolint:errcheck // it says nothing of them
	} else {
		events = logOn(in)
	}
	switch {
	case how == "hangs":
		time.Sleep(time.Minute)
	case how == "trips" && len(events) > 0:
		fmt.Fprintf(os.Stderr, "%s: KeyError: 'queue'\n", events[0].InteractionID)
		events = slices.DeleteFunc(events, func(e model.Event) bool { return e.InteractionID == events[0].InteractionID })
	case strings.HasPrefix(how, "tells "):
		tell(how)
	case how == "nothing":
		return 0
	case how == "garbage":
		fmt.Fprintln(out, "Loading rules ...")
	case how == "logs":
		for _, e := range events {
			fmt.Fprintf(out, "DEBUG chat %s, seq %d\n", e.InteractionID, e.Seq)
		}
	case how == "misspells":
		out.Write(bytes.ReplaceAll(classified(how, events), []byte(`"technical_result"`), []byte(`"tech_result"`))) //nolint:errcheck // see below
		return 0
	case how == "raises":
		fmt.Fprint(os.Stderr, "Traceback (most recent call last):\n  File \"my.py\", line 7, in <module>\n    queue = event[\"queue\"]\nKeyError: 'queue'\n")
		return 1
	case how == "only strangers":
		how, events = "strangers", nil
	case how == "first chat only":
		events = slices.DeleteFunc(events, func(e model.Event) bool { return e.InteractionID != events[0].InteractionID })
	case how == "echoes": // the credentials that it was given, and a word that is none, in all that it says
		words := append(strings.Fields(os.Getenv("NO_SECRETS")), os.Getenv("NO_BASIC"), "english")
		for _, word := range words {
			fmt.Fprintf(os.Stderr, "cannot log in with %s\n", word)
		}
		out.Write(echoed(events, words)) //nolint:errcheck // see below
		return 0
	case how == "unknown events" && slices.ContainsFunc(events, func(e model.Event) bool { return !e.Name.Known() }):
		return 8
	case how == "dies of consults" && consult(events), how == "dies of many" && len(model.Chats(events)) > 100:
		return 7
	}
	out.Write(classified(how, events)) //nolint:errcheck // reported to nobody: the suite will see
	if how == "strangers" {
		fmt.Fprintln(out, `{"interaction_id":"who","resource":"A","resource_role":"RoutedTo","technical_result":"Completed"}`)
	}
	return 0
}

// consult reports whether a visibility mode is that of a consult.
func consult(events []model.Event) bool {
	return slices.ContainsFunc(events, func(e model.Event) bool { return e.VisibilityMode == model.Coach })
}

// table is the rules as a faulty implementation reads them.
func table(how string) *model.Table {
	switch how {
	case "completes nothing":
		return model.Reference().Yielding(model.R8, model.Yield{Result: "Cleared"})
	case "transfers routed":
		return model.Reference().Yielding(model.R2, model.Yield{Type: model.AgentResource, Role: model.RoutedTo})
	case "rejected abandoned":
		return model.Reference().Yielding(model.I1Rejected, model.Yield{Result: model.Abandoned, Reason: model.RejectedReason})
	}
	return model.Reference()
}

// flows writes the first scenario of each documented flow to a file, interleaved event by event; shuffled or with
// every line doubled, where it is told so.
func flows(ts *testscript.TestScript, _ bool, args []string) {
	cases, err := engine.Builtin()
	ts.Check(err)
	var chats [][]model.Event
	seen := map[string]bool{}
	for _, c := range cases {
		if c.Level == model.Documented && !seen[c.Flow] {
			seen[c.Flow] = true
			for i := range c.Events {
				c.Events[i].InteractionID = "flow " + c.Flow
			}
			chats = append(chats, c.Events)
		}
	}
	var lines []string
	for i := range 100 {
		for _, chat := range chats {
			if i < len(chat) {
				lines = append(lines, string(wire.AppendEvent(nil, &chat[i])))
			}
		}
	}
	for _, how := range args[1:] {
		switch how {
		case "shuffled":
			rand.New(rand.NewPCG(7, 7)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		case "doubled":
			lines = slices.Concat(lines, lines)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "")), 0o666))
}
