package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// checkExpect is the expectations of check: entries by signature. Those with an id are about scenarios of run.
type checkExpect struct {
	known *engine.Expectations // nil is none
	path  string
}

func readCheckExpect(ctx context.Context, path string) (*checkExpect, error) {
	x := &checkExpect{path: path}
	if path == "" {
		return x, nil
	}
	text, err := files.Text(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("--expect: %w", err)
	}
	x.known, err = engine.ReadExpectations(path, text)
	return x, err
}

// entries are those about signatures.
func (x *checkExpect) entries() (all []*engine.Expectation) {
	if x.known != nil {
		for _, entry := range x.known.Entries {
			if entry.Signature != "" && entry.ID == "" {
				all = append(all, entry)
			}
		}
	}
	return all
}

// covers reports whether differences of a signature are expected.
func (x *checkExpect) covers(signature string) bool {
	for _, entry := range x.entries() {
		if entry.Covers(signature) {
			return true
		}
	}
	return false
}

// judge says on w what became of the entries: exceeded is 1 where one covers more than it may, stale where the file is to
// be mended. An entry that covers nothing is a note, unless strict.
func (x *checkExpect) judge(r *bulk.Report, strict bool, w io.Writer) (exceeded, stale bool) {
	say := func(entry *engine.Expectation, format string, args ...any) {
		fmt.Fprintf(w, "chatproof: %s: %s: %s\n", x.path, model.Name("signature "+entry.Signature), fmt.Sprintf(format, args...))
	}
	for _, entry := range x.entries() {
		chats := 0
		for _, f := range r.Findings {
			if f.Required && entry.Covers(f.Signature) {
				chats += f.Chats
			}
		}
		switch {
		case entry.Exceeded(chats, r.Chats):
			exceeded = true
			say(entry, "%s, more than %s", number(chats, "chat has it", "chats have it"), entry.Max)
		case chats == 0:
			stale = stale || strict
			say(entry, "no difference that counts has it: remove it")
		case entry.Until != "" && entry.Until < today():
			stale = true
			say(entry, "in force until %s: mend what it is about, or agree on another day", entry.Until)
		}
	}
	return exceeded, stale
}

// writeCheckExpect writes an entry for each finding that counts.
func writeCheckExpect(ctx context.Context, path string, r *bulk.Report, stdout io.Writer) error {
	file, err := files.Create(ctx, path, stdout)
	if err != nil {
		return fmt.Errorf("--write-expect: %w", err)
	}
	defer file.Discard()
	for _, f := range r.Findings {
		if f.Required {
			entry := engine.Expectation{Signature: f.Signature, Verdict: engine.Fail, Reason: number(f.Chats, "chat has it", "chats have it"), Max: fmt.Sprint(f.Chats)}
			if _, err := io.WriteString(file, entry.Text()); err != nil {
				return fmt.Errorf("--write-expect: %w", err)
			}
		}
	}
	return files.Keep(file)
}
