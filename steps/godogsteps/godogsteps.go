// Package godogsteps gives a team that tests with godog the steps of chatproof's features (`chatproof list steps`),
// to test its own Go classifier with its own features:
//
//	Scenario: An agent declines a transfer
//	  Given a chat that "Agent 1" handles
//	  When "Agent 1" invites "Agent 2" to a transfer
//	  …
//	  Then the facts are:
//	    | resource | technical descriptor |
//
// A scenario is judged at the step that states its facts, by the comparison of `chatproof run --features`: the table
// is taken to the letter, and differences are reported in the same words, with the rules and the events that explain
// them. A team without a godog suite needs none of this: suite.Test runs the suite's own scenarios, `chatproof run
// --features` a team's.
//
// godog leaves two things to its caller: set Strict, or a step without a definition is no failure; and check that
// something ran, since a tag expression or a path that matches no scenario is no failure either.
package godogsteps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cucumber/godog"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// Initialize returns a ScenarioInitializer for a [godog.TestSuite]: it defines the steps, and calls classify for each
// scenario that uses them. A suite with steps of its own calls it from its own initializer:
//
//	ScenarioInitializer: func(sc *godog.ScenarioContext) {
//		godogsteps.Initialize(classify)(sc)
//		sc.Step(`^the night shift is on duty$`, nightShift)
//	},
//
// classify gets a scenario's log in order of arrival; the log may hold several chats. As in a run, the interaction
// ids are opaque: they look like GUIDs, and no two scenarios share one, so a classifier may keep what it is given.
// The order of the returned facts does not matter. If godog runs scenarios concurrently, it calls classify
// concurrently. An error from classify fails a scenario, unless it is tagged @ill-formed: classify may refuse it.
//
// A scenario that uses these steps fails if it neither states its facts nor is skipped or pending; one that uses none
// of them is left alone.
func Initialize(classify func(log []model.Event) ([]model.Fact, error)) func(*godog.ScenarioContext) {
	return func(sc *godog.ScenarioContext) {
		s := &scenario{classify: classify, recorder: steps.NewRecorder()}
		sc.Before(func(ctx context.Context, p *godog.Scenario) (context.Context, error) {
			s.pickle = p
			return ctx, nil
		})
		sc.StepContext().Before(func(ctx context.Context, step *godog.Step) (context.Context, error) {
			s.step = step
			return ctx, nil
		})
		for _, pattern := range steps.Patterns() {
			sc.Step(pattern, s.play)
		}
		sc.StepContext().After(func(ctx context.Context, _ *godog.Step, _ godog.StepResultStatus,
			err error,
		) (context.Context, error) {
			s.off = s.off || errors.Is(err, godog.ErrSkip) || errors.Is(err, godog.ErrPending)
			return ctx, nil
		})
		sc.After(func(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
			if err != nil || !s.used || s.off || s.recorder.Expects() {
				return ctx, nil
			}
			return ctx,
				errors.New(`not judged: the scenario ends without "Then the facts are:" or "Then there are no ` +
					`facts", or a step before that did not run`)
		})
	}
}

// scenario is a running scenario.
type scenario struct {
	classify func([]model.Event) ([]model.Fact, error)
	recorder *steps.Recorder
	pickle   *godog.Scenario
	step     *godog.Step // the current one
	used     bool        // a step of ours has been played
	off      bool        // a step was skipped or is pending
}

// play records the current step. godog has matched it, and would convert what its pattern's groups match; the
// recorder does both itself, so that a step means the same here as in chatproof.
func (s *scenario) play() error {
	s.used = true
	before := s.recorder.Expects()
	if err := s.recorder.Play(s.step); err != nil {
		return err
	}
	if before || !s.recorder.Expects() {
		return nil
	}
	return s.judge()
}

// judge has the scenario classified, and returns an error with a line for each difference from its table.
func (s *scenario) judge() error {
	c, err := s.recorder.Case()
	if err != nil {
		return err
	}
	c.Level = model.Own
	for _, t := range s.pickle.Tags {
		c.Tags = append(c.Tags, t.Name)
	}
	if err := steps.CheckLog(c, model.Reference()); err != nil {
		return err
	}
	log, names := s.opaque(c.Events)
	got, failure := s.classify(log)
	switch {
	case failure != nil && c.Kind != model.RobustnessKind:
		return fmt.Errorf("classify: %w", failure)
	case failure != nil && len(got) == 0:
		return nil
	}
	var lines []string
	facts := make([]model.Fact, 0, len(got))
	for i, f := range got {
		own, known := names[f.InteractionID]
		if !known {
			lines = append(lines, fmt.Sprintf("fact %d has interaction %s, but the scenario has no such chat", i+1,
				model.Name(f.InteractionID)))
			continue
		}
		f.InteractionID = own
		facts = append(facts, f)
	}
	for _, d := range c.Judge(c.Expected(model.Reference()), facts) {
		lines = append(lines, d.String())
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

// opaque returns the log under opaque ids, and the scenario's own ids by these. Two rows of an outline may have the
// same name; their steps differ.
func (s *scenario) opaque(events []model.Event) (log []model.Event, names map[string]string) {
	id := s.pickle.Uri + "/" + s.pickle.Name
	for _, step := range s.pickle.Steps {
		id += "\n" + step.Text
	}
	names = make(map[string]string)
	asWritten := false
	for _, t := range s.pickle.Tags {
		asWritten = asWritten || t.Name == steps.AsWrittenTag
	}
	for _, e := range events {
		own := e.InteractionID
		if !asWritten {
			e.InteractionID = model.OpaqueID(id, own)
		}
		names[e.InteractionID] = own
		log = append(log, e)
	}
	return log, names
}
