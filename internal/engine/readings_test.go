package engine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/model"
)

func TestReadReadings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`# ours
suite: 0.2.0
period: "2026-01-05T09:00:00Z to 2026-01-05T10:00:00Z"
clauses:
  I16: {type: queue, role: Received, result: CustomerAbandoned, reason: AbandonedWhileQueued}
  I1.rejected: {reason: Revoked} # 358 of 358
  I4: {result: Redirected, reason: Revoked}
  I9.queue: no row
  I8: reference
`), 0o666))
	r, err := ReadReadings(context.Background(), path)
	require.NoError(t, err)
	assert.Equal(t, []PinnedClause{
		{"I1.rejected", model.Yield{Reason: model.RevokedReason}},
		{"I4", model.Yield{}}, // that is the reference's own answer
		{"I8", model.Yield{}},
		{"I9.queue", model.Yield{}},
		{"I16", model.Yield{Type: model.QueueResource, Role: model.Received, Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued}},
	}, r.Clauses)
	other, err := parseReadings("r", "clauses: {I4: reference, I9.queue: no row, I8: reference, I1.rejected: {reason: Revoked}, I16: {type: queue, role: Received, result: CustomerAbandoned, reason: AbandonedWhileQueued}}")
	require.NoError(t, err)
	assert.Equal(t, r, other, "the digest is of what is pinned")
	assert.Equal(t, model.Set(model.I1Rejected, model.I4, model.I8, model.I9Queue, model.I16), r.On(model.Reference()).Pinned())
	assert.Same(t, model.Reference(), (*Readings)(nil).On(model.Reference()))
}

func TestReadingsThatAreRefused(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "r.yaml: no clause is pinned; expected something like clauses: {I1.rejected: {reason: Revoked}}"},
		{"clauses: {}", "r.yaml: no clause is pinned; expected something like clauses: {I1.rejected: {reason: Revoked}}"},
		{"- I1", "r.yaml:1:1: expected keys, each with a colon and a value; got - I1"},
		{"clause: {I8: reference}", "r.yaml:1:1: no such key: clause; expected one of: clauses, events, facts, period, rules, suite; did you mean clauses?"},
		{"suite: [1]\nclauses: {I8: reference}", "r.yaml:1:8: suite: expected text, got [1]"},
		{"clauses:\n  I1.rejectd: {reason: Revoked}", "r.yaml:2:3: no such clause: I1.rejectd; did you mean I1.rejected?"},
		{"clauses:\n  R1: {role: RoutedTo}", "r.yaml:2:3: no such clause: R1"},
		{"clauses:\n  I8: reference\n  I8: reference", "r.yaml:3:3: the key \"I8\" is given twice, first at 2:3"},
		{"clauses:\n  I8: reference\n  \"I8\": reference", "r.yaml:3:3: the key \"I8\" is given twice, first at 2:3"},
		{"clauses:\n  I8: {reason: }", "r.yaml:2:15: I8: reason: expected text, got \"\""},
		{"clauses:\n  I8: {}", "r.yaml:2:7: I8: expected reference, or something like {result: Redirected, reason: Revoked}, got nothing"},
		{"clauses:\n  I8: no row", "r.yaml:2:7: I8: expected reference, or something like {result: Redirected, reason: Revoked}, got \"no row\""},
		{"clauses:\n  I16: none", "r.yaml:2:8: I16: expected no row, or {type: queue, role: Received, result: CustomerAbandoned}, got \"none\""},
		{"clauses:\n  I8: {rule: X}", "r.yaml:2:8: I8: no such key: rule; expected one of: reason, result, role, type; did you mean role?"},
		{"clauses:\n  I10:\n    result: Completed", "r.yaml:3:11: I10: the row \"agent RoutedTo/Completed [Revoked]\" would break V7, which says: \"Revoked occurs only with Redirected or Abandoned. AbandonedWhileQueued and AbandonedWhileRinging occur only with CustomerAbandoned\""},
		{"suite: 0.1.0\nrules: {I8: \"0123456789ab\"}\nclauses:\n  I8: reference", "r.yaml:4:3: I8: rule I8 has changed since the suite 0.1.0; learn it anew with 'check --learn'"},
	} {
		_, err := parseReadings("r.yaml", tt.text)
		assert.EqualError(t, err, tt.want, tt.text)
	}
}

// What check --learn writes is read again as it was learnt, and follows the schema.
func TestLearnedFile(t *testing.T) {
	schema := compileSchema(t, ReadingsSchema())
	var learnt Learning
	learnt.Events, learnt.Facts, learnt.Period = "1e5", "00", "2026-01-05T09:00:00Z to 2026-01-05T10:00:00Z"
	table := model.Reference()
	for _, id := range model.InferredClauses() {
		answers := append([]model.Yield{{}}, model.ClauseOf(id).Accepts...)
		answers = append(answers, model.ClauseOf(id).Allows...)
		x := model.Learned{Clause: id, Rows: 1000}
		for i, y := range answers {
			x.Answers = append(x.Answers, model.Answer{Yield: y, Rows: 990 - i, Examples: []string{"c\n1", "d"}})
		}
		if id == model.I21 {
			x.Open = "too little"
		} else {
			x.Answers[0], x.Answers[len(x.Answers)-1] = x.Answers[len(x.Answers)-1], x.Answers[0]
			var err error
			table, err = table.Reading(id, x.Answers[0].Yield)
			require.NoError(t, err)
		}
		if id == model.I1Other {
			x.Answers[0].Yield = model.Yield{Reason: "no: {} # \x01"}
		}
		learnt.Clauses = append(learnt.Clauses, x)
	}
	text := learnt.Text()
	r, err := parseReadings("r.yaml", text)
	require.NoError(t, err, text)
	for _, p := range r.Clauses {
		id, _ := model.InferredClause(p.Clause)
		if id == model.I1Other {
			assert.Equal(t, model.Reason("no: {} # \x01"), p.Answer.Reason)
		} else {
			assert.Equal(t, table.Answer(id), r.On(model.Reference()).Answer(id), p.Clause)
		}
	}
	assert.Equal(t, table.Pinned(), r.On(model.Reference()).Pinned())
	assert.Contains(t, text, "  # I21.the-agent is open: too little\n")
	assert.Contains(t, text, `as in "c\n1", d`)

	var value any
	require.NoError(t, yaml.Unmarshal([]byte(text), &value))
	b, err := json.Marshal(value)
	require.NoError(t, err)
	value, err = jsonschema.UnmarshalJSON(strings.NewReader(string(b)))
	require.NoError(t, err)
	assert.NoError(t, schema.Validate(value))
}

// A run under readings passes who answers so and fails who answers otherwise, as the reference does, by features and by
// generated scenarios alike; its record names the readings, and follows the schema.
func TestRunUnderReadings(t *testing.T) {
	schema := compileSchema(t, ResultsSchema)
	run := func(of *model.Table, text string) *Record {
		o := &Options{Seed: 1, Generated: 60, Require: DefaultLevels}
		if text != "" {
			var err error
			o.Readings, err = parseReadings("r", text)
			require.NoError(t, err)
		}
		r, err := Execute(t.Context(), o, &Asking{Target: func(context.Context, *Plan) (target.Target, error) {
			return target.Reference{Table: of}, nil
		}})
		require.NoError(t, err)
		return r
	}
	revoked := model.Reference().Answering(model.I1Rejected, 0)
	const text = "clauses: {I1.rejected: {reason: Revoked}, I4: reference, I12: reference, I13: reference, I14: reference}"
	assert.Equal(t, Conforming, run(revoked, "").Footer.Verdict)
	assert.Equal(t, Conforming, run(model.Reference(), "").Footer.Verdict)
	right := run(revoked, text)
	assert.Equal(t, Conforming, right.Footer.Verdict)
	wrong := run(model.Reference(), text)
	assert.Equal(t, Nonconforming, wrong.Footer.Verdict)
	failed := make(map[string]bool)
	for _, l := range wrong.Lines {
		if l.Verdict == Fail {
			failed[l.Family()] = true
		}
		for _, d := range l.Differences {
			assert.Contains(t, []model.Level{model.Own, model.Inferred, model.Delivery}, d.Level, l.ID)
			if d.Level == model.Own {
				assert.Empty(t, d.Accepted)
			}
		}
	}
	assert.Equal(t, map[string]bool{"inferred": true, "generated": true}, failed)
	assert.NotEqual(t, run(revoked, "").Header.Plan, right.Header.Plan)
	for _, l := range []any{wrong.Header, wrong.Lines[0]} {
		b := new(strings.Builder)
		require.NoError(t, WriteLine(b, l))
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(b.String()))
		require.NoError(t, err)
		assert.NoError(t, schema.Validate(value), b.String())
	}
	// the mutant's faults are faults
	for _, id := range []model.ClauseID{model.R2, model.R8, model.R11} {
		assert.Equal(t, Nonconforming, run(revoked.Dropping(id), text).Footer.Verdict)
	}
}

// More scenarios than a plan holds are made again as they are asked: under the same readings.
func TestLightScenariosUnderReadings(t *testing.T) {
	r, err := parseReadings("r", "clauses: {I1.rejected: {reason: Revoked}}")
	require.NoError(t, err)
	few, err := PlanOf(World{}, nil, 1, 100, nil)
	require.NoError(t, err)
	few.read(r)
	many, err := PlanOf(World{}, nil, 1, keptGenerated+100, nil)
	require.NoError(t, err)
	many.read(r)
	for i, s := range few.Scenarios {
		if strings.HasPrefix(s.ID, "generated/") {
			require.Equal(t, s.ID, many.Scenarios[i].ID)
			require.NotNil(t, many.Scenarios[i].again)
			require.Equal(t, s.digest, many.Scenarios[i].digest)
			require.Equal(t, s.digest, sealed(many.Scenarios[i].whole()))
		}
	}
}

// sealed is the digest of a scenario, as it is.
func sealed(s *Scenario) any {
	s.seal(nil)
	return s.digest
}

// A campaign under readings finds who answers otherwise, and nothing in who answers so.
func TestFuzzUnderReadings(t *testing.T) {
	r, err := parseReadings("r", "clauses: {I10: {result: Abandoned, reason: Revoked}, I13: reference}")
	require.NoError(t, err)
	table := r.On(model.Reference())
	c := &Campaign{Seed: 1, Require: DefaultLevels, Prove: 400, Scenarios: 100, Table: table}
	h, err := c.Run(t.Context(), target.Reference{Table: table})
	require.NoError(t, err)
	assert.Empty(t, h.Findings)
	h, err = c.Run(t.Context(), target.Reference{Table: model.Reference()})
	require.NoError(t, err)
	require.NotEmpty(t, h.Findings)
	assert.Equal(t, model.Own, h.Findings[0].Level)
	assert.Contains(t, h.Findings[0].Signature, "I10")
	facts := h.Findings[0].expected(h.Findings[0].Case())
	assert.Equal(t, model.Abandoned, facts[0].Result)
}

// Facts that are generated are those of the readings.
func TestGenerateUnderReadings(t *testing.T) {
	r, err := parseReadings("r", "clauses: {I1.rejected: {reason: Declined}}")
	require.NoError(t, err)
	logs, err := (&Generation{Random: 50, Delivery: Delivery{Seed: 1}}).Logs()
	require.NoError(t, err)
	m := (&Delivery{Table: r.On(model.Reference())}).newMaker(logs, true)
	declined := 0
	for k := range 50 {
		m.make(k)
		for _, f := range m.facts {
			assert.NotEqual(t, model.RejectedReason, f.Reason)
			if f.Reason == "Declined" {
				declined++
			}
		}
	}
	assert.Positive(t, declined)
}

// Whatever the file, it is read or refused in a line.
func FuzzReadings(f *testing.F) {
	f.Add("suite: 0.2.0\nrules: {I1: \"00\"}\nclauses:\n  I1.rejected: {reason: Revoked} # 3 of 3\n  I9.queue: no row\n")
	f.Add("clauses: {I16: {type: strategy, role: Puller, result: Completed}, I8: {role: the role by the first mode}}")
	f.Add("clauses: &a {I8: *a}")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseReadings("f", text)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		pinned := r.On(model.Reference()).Pinned()
		for _, p := range r.Clauses {
			id, ok := model.InferredClause(p.Clause)
			assert.True(t, ok && pinned.Has(id), p.Clause)
		}
	})
}
