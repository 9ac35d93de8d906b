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

// speech is how to ask an implementation whose data a mapping describes.
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

// speech returns the mapping's speech, or nil if the contract's will do.
func (p *placeFlags) speech(ctx context.Context) (target.Speech, error) {
	m, err := p.readMapping(ctx)
	if err != nil || !m.Speaks() {
		return nil, err
	}
	return speech{m}, nil
}

// faithful checks, before anything is sent, that the mapping can send cases and tells apart chats with different rows.
// A nil cases means the suite's own, for a verb that has no plan yet.
func (p *placeFlags) faithful(ctx context.Context, cases []*model.Case) error {
	m, err := p.readMapping(ctx)
	if err != nil || !m.Speaks() {
		return err
	}
	if cases == nil && !m.Sends() { // whether columns can hold a value depends on the chats that are written
		return nil
	} else if cases == nil {
		cases, err = engine.Builtin()
		if err != nil {
			return err
		}
	}
	var b []byte
	var logs [][]model.Event
	for _, c := range cases {
		b, err = m.AppendEvents(b[:0], c.Events)
		if err != nil {
			return fmt.Errorf("--mapping: %s: %w", c.ID, err)
		}
		if c.Level == model.Documented && len(model.Chats(c.Events)) == 1 {
			logs = append(logs, c.Events)
		}
	}
	if err := m.Faithful(logs); err != nil {
		return fmt.Errorf("--mapping: %w", err)
	}
	return nil
}

// leftOut reports the values from which a mapping's programs made nothing. If they made nothing from any value, there
// was nothing to judge.
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
