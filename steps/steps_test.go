package steps

import (
	"context"
	"testing"

	"github.com/cucumber/godog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/model"
)

// TestFeatures runs the features as an ordinary godog suite: each scenario's facts are asserted at once against the
// reference.
func TestFeatures(t *testing.T) {
	for _, dir := range []string{"documented", "inferred"} {
		status := godog.TestSuite{
			Name: dir,
			Options: &godog.Options{
				FS: features.FS, Paths: []string{dir}, Strict: true, TestingT: t, Format: "progress", NoColors: true, Output: t.Output(),
			},
			ScenarioInitializer: func(sc *godog.ScenarioContext) {
				r := newRecorder()
				r.register(sc)
				sc.After(func(ctx context.Context, s *godog.Scenario, err error) (context.Context, error) {
					if err == nil {
						assertReference(godog.T(ctx), r)
					}
					return ctx, err
				})
			},
		}.Run()
		require.Zero(t, status, dir)
	}
}

func assertReference(t godog.TestingT, r *recorder) {
	c := model.Case{Events: r.events, Authored: true, Table: r.facts}
	var got []model.Fact
	chats, bad := model.ClassifyLog(model.Reference(), r.events)
	for _, err := range bad {
		assert.NoError(t, err)
	}
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			got = append(got, irf.Fact)
		}
	}
	for _, d := range c.Judge(c.Expected(model.Reference()), got) {
		assert.Fail(t, d.String())
	}
}

func TestCompile(t *testing.T) {
	cases, err := Compile(Source{FS: features.FS, Label: "features"})
	require.NoError(t, err)
	for _, c := range cases {
		t.Log(c.ID, c.Source, c.Tags, c.Flow)
	}
}
