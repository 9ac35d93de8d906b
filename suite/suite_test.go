package suite_test

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/suite"
)

// In a file etl_test.go of your module: go test then shows each scenario that fails, with what differs and why.
func ExampleTest() {
	classify := func(log []suite.Event) ([]suite.Fact, error) {
		var facts []suite.Fact
		for _, e := range log {
			if e.Name == "EventAgentInvited" { // your implementation is called here
				facts = append(facts, suite.Fact{InteractionID: e.InteractionID, Resource: e.Party.ID, Role: "RoutedTo", Result: "Completed"})
			}
		}
		return facts, nil
	}
	_ = func(t *testing.T) { // func TestETL(t *testing.T)
		suite.Test(t, classify)
	}
}

// reading is the reference with another table of rules.
func reading(table *model.Table) func([]suite.Event) ([]suite.Fact, error) {
	return func(log []suite.Event) (facts []suite.Fact, err error) {
		chats, _ := model.ClassifyLog(table, log)
		for _, c := range chats {
			for i := range c.IRFs {
				facts = append(facts, c.IRFs[i].Fact)
			}
		}
		return facts, nil
	}
}

func TestTest(t *testing.T) {
	if testing.Short() {
		t.Skip("TestTestFails has scenarios that pass, too")
	}
	suite.Test(t, reading(model.Reference()))
}

// TestFaulty is run by the next test, and fails.
func TestFaulty(t *testing.T) {
	right := reading(model.Reference())
	switch os.Getenv("CHATPROOF_FAULT") {
	case "":
		return
	case "transfers routed":
		suite.Test(t, reading(model.Reference().Yielding(model.R2, model.Yield{Type: model.AgentResource, Role: model.RoutedTo})))
	case "panics and errors":
		suite.Test(t, func(log []suite.Event) ([]suite.Fact, error) {
			for _, e := range log {
				switch {
				case e.Operation == model.Transfer:
					panic("no transfers\x1b[2J")
				case e.Operation == model.Conference:
					return nil, errors.New("no conferences")
				}
			}
			return right(log)
		})
	}
}

func TestTestFails(t *testing.T) {
	tests := []struct {
		fault string
		lines []string // patterns
	}{
		{"transfers routed", []string{
			`\n    --- FAIL: TestFaulty/documented/1\.4/`, `features/documented/1\.04-[^ ]+\.feature:\d+\n`,
			`Agent 2: expected ReceivedTransfer/Abandoned \[Revoked\], got RoutedTo/Abandoned \[Revoked\]; R2, R11: invited by Agent 1's transfer`,
		}},
		{"panics and errors", []string{
			`\n    --- FAIL: TestFaulty/documented/1\.4/`, `crash: panicked: no transfers\\x1b\[2J\n`,
			`\n    --- FAIL: TestFaulty/documented/1\.5/`, `said: no conferences\n`,
		}},
	}
	for _, tt := range tests {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFaulty$")
		cmd.Env = append(os.Environ(), "CHATPROOF_FAULT="+tt.fault)
		out, err := cmd.CombinedOutput()
		assert.Error(t, err)
		for _, line := range tt.lines {
			assert.Regexp(t, line, string(out))
		}
		assert.NotRegexp(t, `FAIL: TestFaulty/documented/1\.[129]/`, string(out))
	}
}
