package suite_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/chatproof/chatproof/suite"
)

// routed takes every invited agent for one that a strategy routed the chat to, and every chat for one that was handled.
func routed(log []suite.Event) (facts []suite.Fact, err error) {
	for _, e := range log {
		if e.Name == "EventAgentInvited" {
			facts = append(facts, suite.Fact{
				InteractionID: e.InteractionID, Resource: e.Party.ID, Role: "RoutedTo", Result: "Completed",
			})
		}
	}
	return facts, nil
}

// In a file etl_test.go of your module: go test then shows each scenario that fails, with what differs and why.
func ExampleTest() {
	_ = func(t *testing.T) { // func TestETL(t *testing.T)
		suite.Test(t, routed)
	}
}

// A part of the suite, without generated chats.
func ExampleRun() {
	o := suite.Options{Scenarios: []string{"documented/1.1/*", "documented/1.2/invitation-expired"}, Generated: -1}
	r, err := suite.Run(context.Background(), o, routed)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Summary)
	// Output:
	// Does not conform: 1 of 2 scenarios fails (required: documented, invariant, own).
}

// Each scenario has its verdict, and each difference says which rules are behind the expected row.
func ExampleResults() {
	r, err := suite.Run(context.Background(), suite.Options{Scenarios: []string{"documented/1.3/*"}, Generated: -1}, routed)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range r.Scenarios[:1] {
		fmt.Println(s.ID, s.Verdict)
		for _, d := range s.Differences[:2] {
			fmt.Println(d.Resource, d.Field, d.Expected, d.Rules)
		}
	}
	// Output:
	// documented/1.3/the-other-agent-accepts fail
	// Agent 1 technical_descriptor RoutedTo/Transferred [R1 R9]
	// Agent 2 technical_descriptor ReceivedTransfer/Completed [R2 R8]
}
