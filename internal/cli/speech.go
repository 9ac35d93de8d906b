package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

// speech is how an implementation of the user's world is asked.
type speech struct{ *tables.Mapping }

func (s speech) Facts(file string, in io.Reader) target.Facts { return s.FactsFrom(file, in) }

func (s speech) Spelling(batch []target.Question) func(*model.Fact) {
	if s.Keys() == (tables.Keys{}) {
		return func(*model.Fact) {}
	}
	spelling := tables.NewSpelling(s.Mapping)
	for i := range batch {
		spelling.Add(batch[i].Events)
	}
	return spelling.Respell
}

// speech is that of the mapping; nil where the contract's will do.
func (p *placeFlags) speech(ctx context.Context) (target.Speech, error) {
	m, err := p.readMapping(ctx)
	if err != nil || !m.Speaks() {
		return nil, err
	}
	return speech{m}, nil
}

// faithful looks before anything is asked whether the mapping can send what a plan asks, and tells apart what has
// different rows.
func (p *placeFlags) faithful(ctx context.Context, plan *engine.Plan) error {
	m, err := p.readMapping(ctx)
	if err != nil || !m.Speaks() {
		return err
	}
	var b []byte
	var logs [][]model.Event
	for _, s := range plan.Scenarios {
		b, err = m.AppendEvents(b[:0], s.Events)
		if err != nil {
			return fmt.Errorf("--mapping: %s: %w", s.ID, err)
		}
		if s.Level == model.Documented && len(model.Chats(s.Events)) == 1 {
			logs = append(logs, s.Events)
		}
	}
	if err := m.Faithful(logs); err != nil {
		return fmt.Errorf("--mapping: %w", err)
	}
	return nil
}

// leftOut tells of the values of which a mapping's programs made nothing. Where they made nothing of all, there was
// nothing to be judged.
func (e *env) leftOut(p *placeFlags, err error) error {
	lines, nothing := p.read.Dropped()
	for _, l := range lines {
		fmt.Fprintln(e.err, "chatproof: "+l)
	}
	if nothing && err == nil {
		err = &exitError{code: exitIncomplete}
	}
	return err
}
