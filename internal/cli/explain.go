package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

func (e *env) explain() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [EVENTS|-]...",
		Short: "Show why a chat has the facts it has",
		Long: `Explain draws each chat of a log as a timeline, with a lane for the customer and for each
queue, strategy and agent. Under the timeline it lists the chat's Interaction Resource Facts. Each
comes with the events and the rules that made it.

An ill-formed chat has no facts. --repair makes it well-formed by adding or leaving out as few
events as possible, and draws the result.`,
		Example: `  chatproof explain chat.jsonl
  chatproof explain --interaction 00011aB2 production.jsonl.gz
  chatproof explain --scenario documented/1.4/invitation-expired --svg chat.svg`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.leftOut(&f.in, e.runExplain(cmd.Context(), &f, args))
		},
	}
	cmd.Flags().BoolVar(&f.asJSON, "json", false,
		"print each chat as a line of JSON: its events, its facts, and the rules of each fact")
	cmd.Flags().BoolVar(&f.repair, "repair", false,
		"draw each ill-formed chat as it would be when repaired; a + marks what was added")
	cmd.Flags().StringVar(&f.interaction, "interaction", "", "only the chat with this `ID`")
	cmd.Flags().StringVar(&f.scenario, "scenario", "", "explain a scenario of the suite: give its `ID`")
	cmd.Flags().StringVar(&f.svg, "svg", "",
		"write the timeline of one chat to this `FILE`, as SVG; - is stdout, which then gets nothing else")
	cmd.Flags().StringArrayVar(&f.dirs, "features", nil,
		"with --scenario: also look in the .feature files in this `DIR`; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("json", "repair")
	completeScenarios(cmd)
	f.in.addMapping(cmd)
	f.in.addReadings(cmd)
	return cmd
}

// explainFlags are the flags of explain.
type explainFlags struct {
	interaction, scenario, svg string
	dirs                       []string // of --scenario: a team's own features
	asJSON, repair             bool
	in                         placeFlags
}

func (e *env) runExplain(ctx context.Context, f *explainFlags, args []string) error {
	log, err := e.logOf(ctx, &f.in, f.scenario, f.dirs, args)
	if err != nil {
		return err
	}
	if f.interaction != "" {
		if err := log.keep(f.interaction); err != nil {
			return err
		}
	}
	chats, bad := model.ClassifyLog(log.table, log.events)
	logs := make(map[string][]model.Event)
	for _, l := range model.Chats(log.events) {
		logs[l[0].InteractionID] = l
	}
	if f.svg != "" {
		if err := e.drawSVG(ctx, f.svg, chats, logs); err != nil {
			return err
		}
		if f.svg == "-" {
			return e.reportIllFormed(log, bad)
		}
	}
	var b bytes.Buffer
	if err := f.write(&b, log, chats, logs); err != nil {
		return err
	}
	if f.repair {
		for _, err := range bad {
			if log.spoilt[err.InteractionID] == nil {
				explainRepair(&b, log.table, err, logs[err.InteractionID])
			}
		}
	}
	if f.asJSON || len(chats)+len(bad)+len(log.spoilt) > 0 {
		_, err = e.out.Write(b.Bytes())
	} else {
		_, err = fmt.Fprintf(e.out, "No chat: none of the %d events has a known name.\n", len(log.events))
	}
	if err != nil {
		return err
	}
	return e.reportIllFormed(log, bad)
}

// write explains the chats that no bad line has spoilt.
func (f *explainFlags) write(b *bytes.Buffer, log *eventLog, chats []model.Chat, logs map[string][]model.Event) error {
	for i := range chats {
		c := &chats[i]
		switch {
		case log.spoilt[c.InteractionID] != nil:
			continue
		case f.asJSON:
			if err := explainJSON(b, c, logs[c.InteractionID]); err != nil {
				return err
			}
			continue
		case b.Len() > 0:
			b.WriteString("\n")
		}
		reports.Explain(b, c, reports.NewTimeline(logs[c.InteractionID]), true)
	}
	if f.scenario != "" && !f.asJSON {
		b.WriteString("\nThe events as sent, except for the interaction's id:\n")
		sent, err := f.in.read.AppendEvents(nil, log.events)
		if err != nil {
			return fmt.Errorf("--mapping: %w", err)
		}
		b.Write(sent)
	}
	return nil
}

// logOf returns the log of a scenario, or else of the files that args name.
func (e *env) logOf(ctx context.Context, in *placeFlags, scenario string, dirs, args []string) (*eventLog, error) {
	if scenario == "" {
		return e.readLog(ctx, in, args)
	}
	if len(args) > 0 {
		return nil, errors.New("explain takes files or --scenario, not both")
	}
	if _, err := in.reference(ctx); err != nil {
		return nil, err
	}
	w, err := in.world(ctx, "", "")
	if err != nil {
		return nil, err
	}
	cases, err := engine.Authored(w, dirs)
	if err != nil {
		return nil, err
	}
	for _, c := range append(cases, engine.Named(cases, []string{scenario})...) {
		if c.ID == scenario {
			for i := range c.Events {
				c.Events[i].Queue = w.Queue(c.Events[i].Queue)
			}
			return &eventLog{file: c.ID, events: c.Events, table: in.pinned.On(w.ScenarioTable())}, nil
		}
	}
	plan, err := engine.NewPlan(cases)
	if err != nil {
		return nil, err
	}
	return nil, errors.New(plan.NoSuch(scenario))
}

// drawSVG writes the timeline of the only chat to a file, or to stdout.
func (e *env) drawSVG(ctx context.Context, file string, chats []model.Chat, logs map[string][]model.Event) error {
	switch {
	case len(chats) == 0:
		return errors.New("--svg: there is no chat that can be drawn")
	case len(chats) > 1:
		return fmt.Errorf("--svg draws one chat, and there are %d that can be drawn: choose one with --interaction",
			len(chats))
	}
	var b bytes.Buffer
	reports.NewTimeline(logs[chats[0].InteractionID]).AppendSVG(&b, &chats[0])
	return files.Write(ctx, file, b.Bytes(), e.out)
}

// keep drops all but one interaction of the log.
func (l *eventLog) keep(id string) error {
	var events []model.Event
	for _, e := range l.events {
		if e.InteractionID == id {
			events = append(events, e)
		}
	}
	bad := l.spoilt[id]
	if len(events) == 0 && bad == nil {
		for i := range l.events {
			if how, _ := tables.Unlike(id, l.events[i].InteractionID); how != "" {
				a, b := model.Apart(id, l.events[i].InteractionID)
				return fmt.Errorf("%s: no event of interaction %s; did you mean %s, which differs only in %s?", l.file,
					a, b, how)
			}
		}
		return fmt.Errorf("%s: no event of interaction %s", l.file, model.Name(id))
	}
	l.events = events
	clear(l.spoilt)
	if bad != nil {
		l.spoilt[id] = bad
	}
	return nil
}

// explained is a chat as explain --json prints it.
type explained struct {
	InteractionID string           `json:"interaction_id"`
	Events        []jsontext.Value `json:"events"`
	Facts         []explainedFact  `json:"facts"`
	Silent        []model.Rule     `json:"no_fact_by,omitempty"` // the rules by which the end of the chat makes no fact

	Pinned []engine.PinnedClause `json:"pinned,omitempty"` // of those, by the readings
}

type explainedFact struct {
	Fact     jsontext.Value `json:"fact"`
	Because  string         `json:"because"`
	Rules    []model.Rule   `json:"rules"`
	Accepted []string       `json:"also_accepted,omitempty"`

	Pinned []engine.PinnedClause `json:"pinned,omitempty"` // by the readings, whatever the rules say
}

// explainJSON appends a chat as a line of JSON.
func explainJSON(b *bytes.Buffer, c *model.Chat, log []model.Event) error {
	x := explained{
		InteractionID: c.InteractionID, Events: []jsontext.Value{}, Facts: []explainedFact{}, Silent: rulesOf(c.NoRowBy()),
		Pinned: engine.PinnedIn(c, c.Pinned()&c.NoRowBy()),
	}
	for i := range log {
		x.Events = append(x.Events, wire.AppendEvent(nil, &log[i]))
	}
	for i := range c.IRFs {
		r := &c.IRFs[i]
		f := explainedFact{Fact: wire.AppendFact(nil, &r.Fact), Because: r.Because(), Rules: rulesOf(r.Clauses)}
		f.Pinned = engine.PinnedIn(c, r.Pinned())
		for _, d := range r.Accepted()[1:] {
			f.Accepted = append(f.Accepted, d.String())
		}
		x.Facts = append(x.Facts, f)
	}
	return engine.WriteLine(b, x)
}

// rulesOf looks up the rules of clauses, without their clauses.
func rulesOf(s model.Clauses) (rules []model.Rule) {
	for _, id := range s.Rules() {
		r, _ := model.RuleByID(id)
		rules = append(rules, model.Rule{ID: r.ID, Level: r.Level, Since: r.Since, Source: r.Source, Says: r.Says})
	}
	return rules
}
