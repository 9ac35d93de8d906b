package reports

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Explain writes a chat's timeline, and its facts with the events and the rules that made them. names adds the
// event's name to each verb.
func Explain(b *bytes.Buffer, c *model.Chat, t *Timeline, names bool) {
	fmt.Fprintf(b, "Interaction %s, %s", model.Name(c.InteractionID), clock(c.Began))
	if c.Ended.IsZero() {
		b.WriteString(", unfinished\n\n")
	} else {
		fmt.Fprintf(b, " to %s, stopped by %s\n\n", clock(c.Ended), actor(c.StoppedBy))
	}
	t.Names = names
	t.AppendText(b)
	b.WriteString("\n")
	if len(c.IRFs) == 0 {
		b.WriteString("No facts.\n")
	}
	for i := range c.IRFs {
		r := &c.IRFs[i]
		fmt.Fprintf(b, "IRF %d  %s %s  %s\n", r.Ordinal.Value, r.ResourceType, model.Name(r.Resource), r.Descriptor())
		fmt.Fprintf(b, "       %s – %s", clock(r.Start), clock(r.End))
		if r.ReceivedFrom.Is == model.Given {
			fmt.Fprintf(b, ", received from IRF %d", r.ReceivedFrom.Value)
		}
		fmt.Fprintf(b, "\n       %s\n", r.Because())
		explainRules(b, r.Clauses, engine.PinnedIn(c, r.Pinned()))
		if others := r.Accepted()[1:]; len(others) > 0 {
			names := make([]string, len(others))
			for i, d := range others {
				names[i] = d.String()
			}
			fmt.Fprintf(b, "       also accepted: %s\n", strings.Join(names, "; "))
		}
	}
	if by := c.NoRowBy(); by != 0 {
		b.WriteString("No fact for the place where the chat ended:\n")
		explainRules(b, by, engine.PinnedIn(c, c.Pinned()))
	}
}

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// explainRules says the rules, with the answers that readings pin in place of the rules' own.
func explainRules(b *bytes.Buffer, s model.Clauses, pinned []engine.PinnedClause) {
	for _, id := range s.Rules() {
		r, _ := model.RuleByID(id)
		of := section(r)
		if says := engine.Pinned(pinned, id); says != "" {
			of += ", " + says
		}
		fmt.Fprintf(b, "       %-3s  %s (%s)\n", r.ID, r.Says, of)
	}
}

func section(r *model.Rule) string {
	if r.Level == model.Documented {
		return r.Level.String() + ": " + r.Source
	}
	return r.Level.String()
}

func actor(p model.Party) string {
	switch {
	case p.Type == model.MediaServer:
		return "the media server (the customer left)"
	case p.ID != "":
		return model.Name(p.ID)
	}
	return "the " + string(p.Type)
}
