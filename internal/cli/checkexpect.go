package cli

import (
	"context"
	"fmt"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
)

// entry returns the entry that covers a signature, or nil. Entries with an id are about scenarios of run.
func (f *checkFlags) entry(signature string) *engine.Expectation {
	if f.known != nil {
		for _, entry := range f.known.Entries {
			if entry.ID == "" && entry.Covers(signature) {
				return entry
			}
		}
	}
	return nil
}

// found returns one difference for each finding that counts, or would.
func found(r *bulk.Report) (all []engine.Found) {
	for _, f := range r.Findings {
		if f.Required {
			all = append(all, engine.Found{Signature: f.Signature, Like: &f.Example.Differences[0], Chats: f.Chats})
		}
	}
	return all
}

// rewriteExpect rewrites the file of --write-expect.
func (e *env) rewriteExpect(ctx context.Context, f *checkFlags, all []engine.Found) error {
	text, done, err := f.known.RewriteFound(all)
	if err == nil {
		err = files.Write(ctx, f.writeExpect, []byte(text), e.out)
	}
	if err != nil {
		return fmt.Errorf("--write-expect: %w", err)
	}
	fmt.Fprintln(e.err, "chatproof:", done.String(f.writeExpect))
	return nil
}
