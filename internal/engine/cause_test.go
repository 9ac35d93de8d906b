package engine

import (
	"flag"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/model"
)

// halfWritten is a program as it is after an afternoon: flows 1.1 to 1.4 are right, and nobody has thought of the rest.
func halfWritten(events []model.Event) (facts []model.Fact) {
	for _, log := range model.Chats(events) {
		var rows []*model.Fact
		pending, current := make(map[string]*model.Fact), make(map[string]*model.Fact)
		inviters := make(map[string]*model.Fact) // of who is invited by a transfer
		for i := range log {
			agent := log[i].Party.ID
			switch e := &log[i]; {
			case e.Name == model.AgentInvited:
				row := &model.Fact{
					InteractionID: e.InteractionID, Ordinal: model.Num(int64(len(rows) + 1)),
					ResourceType: model.AgentResource, Resource: agent, Role: model.RoutedTo,
				}
				if e.Operation == model.Transfer {
					row.Role, inviters[agent] = model.ReceivedTransfer, current[e.Actor.ID]
				}
				rows, pending[agent] = append(rows, row), row
			case e.Name == model.Revoked && pending[agent] != nil:
				row := pending[agent]
				row.Result, row.Reason = model.Redirected, model.RevokedReason
				if row.Role == model.ReceivedTransfer {
					row.Result = model.Abandoned
				}
				delete(pending, agent)
				delete(inviters, agent)
			case e.Name == model.PartyAdded && pending[agent] != nil:
				if inviters[agent] != nil {
					inviters[agent].Result = model.Transferred
				}
				current[agent] = pending[agent]
				delete(pending, agent)
				delete(inviters, agent)
			case e.Name == model.PartyRemoved && current[agent] != nil:
				if current[agent].Result == "" {
					current[agent].Result = model.Completed
				}
				delete(current, agent)
			}
		}
		for _, row := range rows {
			if row.Result != "" {
				facts = append(facts, *row)
			}
		}
	}
	return facts
}

// A program that is half written shows one finding for each thing that is missing, however many signatures that has.
func TestWhatIsMissingIsOneFinding(t *testing.T) {
	h := campaign(300, defaults).run(t, answers(halfWritten))
	of := make(map[string]int) // findings, by signature
	for i, f := range h.Findings {
		for _, s := range f.signatures() {
			of[s] = i
		}
	}
	for _, same := range [][]string{
		{"V3", "V6"}, // no row for who pulls
		{ // an agent's conference is taken for a strategy's invitation
			"R3 R11 technical_descriptor INCONFERENCE/ABANDONED[REVOKED] -> ROUTEDTO/REDIRECTED[REVOKED]",
			"R4 R11 technical_descriptor RECEIVEDCONSULT/ABANDONED[REVOKED] -> ROUTEDTO/REDIRECTED[REVOKED]",
			"R4 R8 technical_descriptor RECEIVEDCONSULT/COMPLETED -> ROUTEDTO/COMPLETED",
		},
	} {
		for _, s := range same {
			i, seen := of[s]
			assert.True(t, seen, s)
			assert.Equal(t, of[same[0]], i, s)
		}
	}
	assert.LessOrEqual(t, len(h.Findings), 9)
}

var pairs = flag.Int("pairs", 4, "how many pairs of faults are looked for in one program")

// Two causes stay two findings: in a program with two faults no finding has a face that only the other fault shows.
func TestTwoFaultsAreTwoFindings(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	all := slices.DeleteFunc(faults.All(), func(f faults.Fault) bool { return f.Levels != 0 || f.Accepted })
	shows := func(f *faults.Fault, c *model.Case) bool {
		return ask(c).tells(f.Answer, defaults)
	}
	findings := 0
	for n := range *pairs {
		a, b := &all[n*7%len(all)], &all[(n*n*11+17)%len(all)]
		both := func(events []model.Event) (facts []model.Fact) {
			for _, log := range model.Chats(events) {
				one := b
				if shows(a, &model.Case{ID: "x", Level: model.Inferred, Checked: true, Opaque: true, Events: log}) {
					one = a
				}
				facts = append(facts, one.Answer(log)...)
			}
			return facts
		}
		c := campaign(100, defaults)
		c.Prove = 1000
		h := c.run(t, answers(both))
		findings += len(h.Findings)
		for _, f := range h.Findings {
			one, other := a, b
			if !shows(a, f.Case()) {
				one, other = b, a
			}
			for _, x := range f.faces {
				assert.False(t, shows(other, x.example) && !shows(one, x.example),
					"%s and %s: %s has the face %s", a.Name, b.Name, f.Signature, x.Signature)
			}
		}
	}
	t.Logf("%d pairs, %d findings", *pairs, findings)
}
