package model_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

// mixed is a case of three chats, in this order: "b" is finished, "bad" ill-formed, "a" abandoned in the queue.
func mixed(t *testing.T) model.Case {
	return model.Case{Level: model.Documented, Events: slices.Concat(
		log(t, "chat \"b\"\n"+handled+`"Agent 1" completes the chat`),
		log(t, "chat \"bad\"\n"+entered+entered),
		log(t, "chat \"unheard of\"\nthe unknown event \"EventX\" occurs"),
		log(t, "chat \"a\"\n"+entered+"the customer leaves"),
	)}
}

// rowIn is a row of [rowsOf], in a chat.
func rowIn(chat, line string) model.Fact {
	f := rowsOf(line)[0]
	f.InteractionID = chat
	return f
}

func TestExpected(t *testing.T) {
	expected := func(c model.Case) (out []string) {
		for _, w := range c.Expected(model.Reference()) {
			out = append(out, w.InteractionID+": "+strconv.Itoa(len(w.Rows)))
		}
		return out
	}
	c := mixed(t)
	assert.Equal(t, []string{"b: 1", "a: 1"}, expected(c), "the ill-formed and the unknown expect nothing")
	c.Aside = []string{"b"}
	assert.Equal(t, []string{"a: 1"}, expected(c), "nor do those that are not judged")

	c.Authored, c.Table = true, []model.Fact{rowIn("bad", "-, -, Agent 1, RoutedTo/Completed"), rowIn("a", "-, -, Agent 2, RoutedTo/Completed"), rowIn("bad", "-, -, Agent 3, RoutedTo/Completed")}
	assert.Equal(t, []string{"bad: 2", "unheard of: 0", "a: 1"}, expected(c), "a table says so much and no more of every chat")

	lost := model.Reference().Dropping(model.R12)
	abandoned := mixed(t)
	assert.Empty(t, abandoned.Expected(lost)[1].Rows, "what is expected is the given table's answer")
}

func TestJudge(t *testing.T) {
	const right, queued = "1, agent, Agent 1, RoutedTo/Completed", "1, queue, Queue 1, Received/CustomerAbandoned [AbandonedWhileQueued]"
	same := model.Variant{Relation: "V15", Of: "b", Variant: "a", Compare: func(of, variant []model.Fact) string {
		if len(of) == len(variant) {
			return ""
		}
		return strconv.Itoa(len(of)) + " against " + strconv.Itoa(len(variant))
	}}
	const (
		lost     = "documented Queue 1: expected Received/CustomerAbandoned [AbandonedWhileQueued], got no row; R6, R12: placed in Queue 1 (seq 2), where the chat stopped (seq 3)\n"
		relation = "relation: 1 against 0; breaks V15: If agents, queues, strategies and interactions are renamed, the facts are renamed alike\n"
		doubled  = "agents: expected one row for each attempt (1), got 2; breaks V3: There is one IRF for each attempt: as many agent IRFs as invitations and pulls\n"
		twice    = "Agent 1: a duplicated row; breaks V20: No two rows of a chat share an ordinal. Without ordinals, no two rows that last any time are equal in every field\n"
	)
	tests := []struct {
		name   string
		change func(*model.Case)
		got    []model.Fact
		want   string
	}{
		{"as expected", func(*model.Case) {}, []model.Fact{rowIn("b", right), rowIn("a", queued)}, ""},
		{"rows of other chats are left out", func(*model.Case) {}, []model.Fact{rowIn("b", right), rowIn("a", queued), rowIn("c", right), rowIn("bad", right)}, ""},
		{"a chat's rows are its own", func(*model.Case) {}, []model.Fact{rowIn("b", right), rowIn("b", queued)}, "documented Queue 1: expected no row, got Received/CustomerAbandoned [AbandonedWhileQueued]\n" + lost},
		{"invariants, where they are asked for", func(c *model.Case) { c.Checked = true }, []model.Fact{rowIn("b", right), rowIn("b", right), rowIn("a", queued)}, "documented Agent 1: expected no row, got RoutedTo/Completed; the same row came more than once\ninvariant " + doubled + "invariant " + twice + "invariant " + twice},
		{"and only there", func(*model.Case) {}, []model.Fact{rowIn("b", right), rowIn("b", right), rowIn("a", queued)}, "documented Agent 1: expected no row, got RoutedTo/Completed; the same row came more than once\n"},
		{"of an ill-formed chat there are none", func(c *model.Case) { c.Checked, c.Authored, c.Aside = true, true, []string{"a", "b"} }, nil, ""},
		{"a relation that holds", func(c *model.Case) { c.Variants = []model.Variant{same} }, []model.Fact{rowIn("b", right), rowIn("a", queued)}, ""},
		{"a relation that does not", func(c *model.Case) { c.Variants = []model.Variant{same} }, []model.Fact{rowIn("b", right)}, lost + "invariant " + relation},
		{"differences of a delivery case have its level", func(c *model.Case) { c.Kind, c.Variants = model.DeliveryKind, []model.Variant{same} }, []model.Fact{rowIn("b", right)}, "delivery" + lost[len("documented"):] + "delivery " + relation},
		{"and those of a robustness case", func(c *model.Case) { c.Kind = model.RobustnessKind }, []model.Fact{rowIn("b", right)}, "robustness" + lost[len("documented"):]},
		{"interleaving is no level", func(c *model.Case) { c.Kind = model.InterleavedKind }, []model.Fact{rowIn("b", right)}, lost},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := mixed(t)
			tt.change(&c)
			assert.Equal(t, tt.want, told(c.Judge(c.Expected(model.Reference()), tt.got)))
		})
	}
}

func TestOnlyInCompany(t *testing.T) {
	c := mixed(t)
	d := c.OnlyInCompany("fails among others")
	assert.Equal(t, "invariant company: fails among others; breaks V17: Other chats in the same run change nothing, whatever their ids\n", told([]model.Difference{d}))
	assert.Equal(t, "b", d.InteractionID)
	assert.Equal(t, []string{"V17"}, d.Rules)
	c.Kind = model.RobustnessKind
	assert.Equal(t, model.Robustness, c.OnlyInCompany("").Level)
}

// Whatever levels differences have, they are among those that the case says they can have.
func TestLevelsOfACase(t *testing.T) {
	tests := []struct {
		name string
		c    model.Case
		want string
	}{
		{"the guide's rules alone", model.Case{Events: log(t, entered+"the customer leaves")}, "documented"},
		{"a row that rests on an inferred rule", model.Case{Events: log(t, alerted+"\"Agent 1\" rejects\nthe customer leaves")}, "documented,inferred"},
		{"checked", model.Case{Events: log(t, entered), Checked: true}, "documented,invariant"},
		{"with variants", model.Case{Events: log(t, entered), Variants: make([]model.Variant, 1)}, "documented,invariant"},
		{"a team's own", model.Case{Level: model.Own, Events: log(t, alerted+`"Agent 1" rejects`), Authored: true}, "own"},
		{"delivery", model.Case{Level: model.Delivery, Kind: model.DeliveryKind, Checked: true, Events: log(t, alerted+`"Agent 1" rejects`)}, "delivery"},
		{"robustness", model.Case{Level: model.Robustness, Kind: model.RobustnessKind, Checked: true, Events: log(t, alerted+`"Agent 1" rejects`)}, "robustness"},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.c.Levels(tt.c.Expected(model.Reference())).String(), tt.name)
	}
}

func TestRulesIn(t *testing.T) {
	c := model.Case{Events: slices.Concat(
		log(t, "chat \"1\"\n"+entered+"the customer leaves"),
		log(t, "chat \"2\"\n"+alerted+"\"Agent 1\" rejects\nthe customer leaves"),
	)}
	assert.Equal(t, []string{"R1", "R6", "R10", "R12", "I1", "I16"}, model.RulesIn(c.Expected(model.Reference())), "of all rows and of the silence, each once")
	c.Authored, c.Table = true, []model.Fact{rowIn("2", "-, -, Agent 9, RoutedTo/Completed")}
	assert.Equal(t, []string{"I16"}, model.RulesIn(c.Expected(model.Reference())), "no rule is behind what only a table says")
	assert.Empty(t, model.RulesIn(nil))
}

func TestGuide(t *testing.T) {
	tests := []struct {
		c    model.Case
		want string
	}{
		{model.Case{Level: model.Documented, Tags: []string{"@transfer", model.AsDrawn}}, model.AsDrawn},
		{model.Case{Level: model.Documented, Tags: []string{model.Composed}}, model.Composed},
		{model.Case{Level: model.Documented, Tags: []string{"@transfer"}}, ""},
		{model.Case{Level: model.Own, Tags: []string{model.AsDrawn}}, ""},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.c.Guide(), tt.c.Tags)
	}
}

func TestBeyondMedia(t *testing.T) {
	chat, email := log(t, entered), log(t, entered)
	email[0].MediaType = "E-Mail"
	for _, tt := range []struct {
		events []model.Event
		media  []string
		want   bool
	}{
		{chat, []string{"chat"}, false},
		{chat, []string{"email"}, true},
		{email, []string{"CHAT", "e-mail"}, false},
		{slices.Concat(chat, email), []string{"chat"}, true},
	} {
		assert.Equal(t, tt.want, (&model.Case{Events: tt.events}).BeyondMedia(tt.media), tt.media)
	}
}

// Why other differences are there is of level delivery, whatever the case.
func TestMerged(t *testing.T) {
	d := (&model.Case{Level: model.Documented}).Merged("chat 1", "one row for two")
	assert.Equal(t, "delivery chat 1 D7 one row for two", d.Level.String()+" "+d.InteractionID+" "+string(d.Field)+" "+d.Actual)
}
