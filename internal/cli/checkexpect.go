package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
)

// checkExpect is the expectations that check is held to, or that it writes. What counts in it are the entries about
// signatures alone: those with an id are about scenarios of run.
type checkExpect struct {
	known *engine.Expectations // nil is none
	path  string
}

func openCheckExpect(ctx context.Context, f *checkFlags) (x *checkExpect, err error) {
	x = &checkExpect{path: f.expect}
	if f.writeExpect != "" {
		x.path = f.writeExpect
	}
	if x.path != "" {
		x.known, err = engine.OpenExpectations(ctx, x.path, f.writeExpect != "")
	}
	return x, err
}

// entry is the one that expects differences of a signature; nil is none.
func (x *checkExpect) entry(signature string) *engine.Expectation {
	if x.known != nil {
		for _, entry := range x.known.Entries {
			if entry.ID == "" && entry.Covers(signature) {
				return entry
			}
		}
	}
	return nil
}

// found is the differences that count, or would.
func found(r *bulk.Report) (all []engine.Found) {
	for _, f := range r.Findings {
		for i := range f.Example.Differences {
			if d := &f.Example.Differences[i]; f.Required && d.Level == f.Level && r.Signature(d) == f.Signature {
				all = append(all, engine.Found{Signature: f.Signature, Like: d, Chats: f.Chats})
				break
			}
		}
	}
	return all
}

// judge says what became of the entries: exceeded is 1 where one covers more than it may, stale where the file is to be
// mended. An entry that covers nothing is a note, unless strict.
func (x *checkExpect) judge(strict bool) (exceeded, stale bool) {
	for _, entry := range x.known.Entries {
		exceeded = exceeded || entry.Exceeded(entry.Held, entry.Scenarios)
		stale = stale || strict && entry.Nothing
	}
	return exceeded, stale
}

// tell says on w which entries no longer hold.
func (x *checkExpect) tell(w io.Writer) {
	if x.known != nil {
		for _, says := range x.known.Findings(today()) {
			fmt.Fprintln(w, "chatproof:", says)
		}
	}
}

// write writes the file anew.
func (x *checkExpect) write(ctx context.Context, all []engine.Found, stdout, stderr io.Writer) error {
	text, done, err := x.known.RewriteFound(all)
	if err == nil {
		err = files.Write(ctx, x.path, []byte(text), stdout)
	}
	if err != nil {
		return fmt.Errorf("--write-expect: %w", err)
	}
	fmt.Fprintln(stderr, "chatproof:", done.String(x.path))
	return nil
}
