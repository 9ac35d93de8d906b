package godogsteps_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/cucumber/godog"

	"github.com/chatproof/chatproof/steps/godogsteps"
)

func TestChats(t *testing.T) {
	scenarios := 0
	status := godog.TestSuite{
		Options: &godog.Options{Paths: []string{"testdata"}, Format: "pretty", Strict: true, TestingT: t},
		ScenarioInitializer: func(sc *godog.ScenarioContext) {
			scenarios++
			godogsteps.Initialize(classify)(sc) // beside steps of your own
		},
	}.Run()
	if status != 0 || scenarios == 0 {
		t.Errorf("godog: status %d, %d scenarios", status, scenarios)
	}
}

// A team's features, run by godog. In a test, with Strict and TestingT, each scenario is a subtest of its own, and one
// that fails shows what differs.
func ExampleInitialize() {
	status := godog.TestSuite{
		Options:             &godog.Options{Paths: []string{"testdata"}, Format: "pretty", Strict: true, Output: io.Discard},
		ScenarioInitializer: godogsteps.Initialize(classify), // func([]model.Event) ([]model.Fact, error)
	}.Run()
	fmt.Println("status", status)
	// Output: status 0
}
