package cli

import (
	"context"
	"fmt"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// found returns what counts, or would. What has no finding comes first, because its globs cover findings, too. Where
// there is such, findings have no globs of causes: these may cover some of it, and nobody knows how much.
func found(r *bulk.Report) (all []engine.Found) {
	beyond := make(map[model.Field]bool)
	for _, u := range r.UnsaidBy {
		if u.Gates || u.Known {
			beyond[u.Field] = true
			all = append(all, engine.Found{
				Signature: u.Signature, Cause: u.Signature, Chats: u.Chats, Known: u.Listed == u.Chats,
			})
		}
	}
	for _, f := range r.Findings {
		if f.Required {
			of := &f.Example.Differences[0]
			cause := engine.Cause(of)
			if beyond[of.Field] {
				cause = f.Signature
			}
			all = append(all, engine.Found{
				Signature: f.Signature, Cause: cause, Chats: f.Chats, Known: len(f.Entries) > 0,
			})
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
