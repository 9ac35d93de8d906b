package etl

import (
	"testing"

	"github.com/chatproof/chatproof/suite"
)

// classify knows only chats that a strategy delivers to one agent, who replies.
func classify(log []suite.Event) ([]suite.Fact, error) {
	var facts []suite.Fact
	for _, e := range log {
		if e.Name == "EventPartyAdded" && e.Party.Type == "agent" {
			facts = append(facts, suite.Fact{
				InteractionID: e.InteractionID, Ordinal: suite.Number(1), ResourceType: "agent", Resource: e.Party.ID,
				Role: "RoutedTo", Result: "Completed",
			})
		}
	}
	return facts, nil
}

func TestETL(t *testing.T) {
	suite.Test(t, classify, suite.Options{Scenarios: []string{"documented/1.1/*"}, Generated: -1})
}

func TestWhatIsNotBuiltYet(t *testing.T) {
	r, err := suite.Run(t.Context(), suite.Options{Require: []suite.Level{suite.Documented}, Generated: -1, Report: t.TempDir()}, classify)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Scenarios {
		if s.Flow == "1.1" && s.Verdict != suite.Pass {
			t.Errorf("%s: %s", s.ID, s.Verdict)
		}
	}
	if r.Conforms {
		t.Error(r.Summary)
	}
}
