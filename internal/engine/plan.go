// Package suite turns cases into a verdict: plan, select, ask, judge, record. Authored, generated and a team's own
// cases go the same way, and every planned scenario has exactly one verdict in the record.
package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/chatproof/chatproof/features"
	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/target"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// Version is the suite's and the program's version.
const Version = "0.2.0"

// Plan is the scenarios of a run, in order.
type Plan struct {
	Scenarios []*Scenario
	Suite     string // digest of the built-in features, rules and invariants
	Digest    string // digest of the scenarios: their ids, logs and expectations; a shard has that of the whole
	Size      int    // how many they are, those of other shards included

	table   *model.Table // of the world; readings are laid over it
	shard   string       // I/N; "" is the whole
	reading *Readings    // what the reference answers where the guide is silent; nil is its own answers
	media   []string     // the deployment's; nil is all
	without []Without    // what is left out
}

// Scenario is a planned case.
type Scenario struct {
	*model.Case
	Index  int          // place in the plan, from 1
	Rules  []string     // those that bear on what is expected
	Levels model.Levels // of what can differ: the scenario's own, its rows', and those of the invariants that it checks

	// again makes the case of a scenario that is light until it is asked; it is nil if the scenario is whole
	again   func() *model.Case
	want    []model.Expected
	digest  [sha256.Size]byte // of all this, where it is planned
	opaque  map[string]string // from the case's ids to ids that say nothing; nil if its own say nothing
	aliases map[string]string // and back
	queues  []Sent            // those that have another name in the world
	trial   bool              // it is not planned, and its rows are judged as they come
	pending bool              // it is new: if it does not pass, that gates nothing yet
	table   *model.Table      // decides what is expected; nil is the reference's
	world   *World            // in which it is asked; nil lacks nothing
}

// PlanOf plans a run: the features that come with the suite, a team's own, n generated scenarios, and those that are
// named besides (see [Named]).
func PlanOf(w World, dirs []string, seed uint64, n int, named []string) (*Plan, error) {
	var drawn []planned
	if n > keptGenerated {
		drawn = drawings(seed, n)
		named = slices.DeleteFunc(slices.Clone(named), func(id string) bool {
			kind, of, i := parseGenerated(id)
			return of == seed && (kind == "generated" && i < n || (kind == "delivery" || kind == "robustness") &&
				i < n/10)
		})
	}
	generated := make(chan []*model.Case, 1)
	go func() { // while the features are compiled
		if n > keptGenerated {
			generated <- nil
		} else {
			generated <- Generated(seed, n)
		}
	}()
	cases, err := Authored(w, dirs)
	cases = append(cases, <-generated...)
	if err != nil {
		return nil, err
	}
	return newPlan(slices.Concat(each(cases), drawn, each(Named(cases, named))), w.ScenarioTable())
}

// planned is a case of a plan, or the function that makes it.
type planned struct {
	*model.Case
	again func() *model.Case
}

func each(cases []*model.Case) []planned {
	all := make([]planned, len(cases))
	for i, c := range cases {
		all[i].Case = c
	}
	return all
}

// keptGenerated is how many generated scenarios a plan holds. If there are more, it holds only what they are called,
// and each is made again when it is asked: at 60 kB each, a hundred thousand of them would take gigabytes.
const keptGenerated = 2 * DefaultGenerated

// drawings returns what makes the scenarios of [Generated].
func drawings(seed uint64, n int) (all []planned) {
	makers := sync.Pool{New: func() any { return gen.NewScenarios(seed) }}
	add := func(n int, draw func(*gen.Scenarios, int) *model.Case) {
		for i := range n {
			all = append(all, planned{again: func() *model.Case {
				s := makers.Get().(*gen.Scenarios)
				defer makers.Put(s)
				return draw(s, i)
			}})
		}
	}
	add(n, (*gen.Scenarios).Generated)
	add(n/10, (*gen.Scenarios).Delivery)
	add(n/10, (*gen.Scenarios).Robustness)
	return all
}

// Authored compiles the features that come with the suite, and a team's own in its world.
func Authored(w World, dirs []string) ([]*model.Case, error) {
	cases, err := Builtin()
	if err != nil {
		return nil, err
	}
	own, err := Own(w, dirs...)
	return append(cases, own...), err
}

// compile compiles features, and refuses chats that cannot happen, unless they are intended.
func compile(src steps.Source, t *model.Table) ([]*model.Case, error) {
	cases, err := steps.Compile(src)
	for _, c := range cases {
		if err := steps.CheckLog(c, t); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Source, err)
		}
	}
	return cases, err
}

// Own compiles a team's features, which may call finishing queues as the suite or as the team's world does. [NewPlan]
// detects an id that two directories share.
func Own(w World, dirs ...string) (cases []*model.Case, err error) {
	for _, dir := range dirs {
		if _, err := os.ReadDir(dir); err != nil {
			return nil, err
		}
		own, err := compile(steps.Source{FS: os.DirFS(dir), Label: dir, Own: true}, w.ScenarioTable())
		if err != nil {
			return nil, err
		}
		cases = append(cases, own...)
	}
	return cases, nil
}

// DefaultGenerated is how many generated scenarios a run has by default, MaxGenerated how many it may have.
const (
	DefaultGenerated = 500
	MaxGenerated     = 1_000_000
)

// Generated makes the generated scenarios of a seed: n chats, and a tenth as many each of delivery and robustness.
func Generated(seed uint64, n int) []*model.Case {
	s := gen.NewScenarios(seed)
	var cases []*model.Case
	for i := range n {
		cases = append(cases, s.Generated(i))
	}
	for i := range n / 10 {
		cases = append(cases, s.Delivery(i))
	}
	for i := range n / 10 {
		cases = append(cases, s.Robustness(i))
	}
	return cases
}

var generatedID = regexp.MustCompile(`^(generated|delivery|robustness|fuzz)/(\d+)/(\d+)$`)

// Named makes the generated scenarios whose whole ids are given and that are not among the cases: any seed and index
// can be run again alone.
func Named(cases []*model.Case, ids []string) []*model.Case {
	var more []*model.Case
	for _, id := range ids {
		kind, seed, i := parseGenerated(id)
		if kind == "" || slices.ContainsFunc(cases, func(c *model.Case) bool { return c.ID == id }) {
			continue
		}
		s := gen.NewScenarios(seed)
		more = append(more, map[string]func(int) *model.Case{
			"generated": s.Generated, "delivery": s.Delivery,
			"robustness": s.Robustness, "fuzz": s.Trial,
		}[kind](i))
	}
	return more
}

// parseGenerated takes the id of a generated scenario apart. The kind is "" if the id is another's.
func parseGenerated(id string) (kind string, seed uint64, i int) {
	m := generatedID.FindStringSubmatch(id)
	if m == nil {
		return "", 0, 0
	}
	seed, err := strconv.ParseUint(m[2], 10, 64)
	i, err2 := strconv.Atoi(m[3])
	if err != nil || err2 != nil || fmt.Sprintf("%s/%d/%d", m[1], seed, i) != id {
		return "", 0, 0
	}
	return m[1], seed, i
}

// NewPlan plans cases in the given order. Two cases with one id are an error.
func NewPlan(cases []*model.Case) (*Plan, error) { return newPlan(each(cases), model.Reference()) }

func newPlan(cases []planned, table *model.Table) (*Plan, error) {
	seen, sent := make(map[string]*model.Case), make(map[string]*model.Case)
	for _, p := range cases {
		c := p.Case
		if c == nil { // it is made later, and its id is unique
			continue
		}
		if other := seen[c.ID]; other != nil && other.Source == c.Source && c.Source != "" {
			return nil, fmt.Errorf("%s: this scenario is read twice; give each directory of features once", c.Source)
		} else if other != nil {
			return nil, fmt.Errorf("%s: the id %s is also used at %s; rename one of the "+
				"scenarios", c.Source, c.ID, other.Source)
		}
		seen[c.ID] = c
		if !c.Opaque || c.Source == "" { // ids of ours are drawn
			continue
		}
		for i := range c.Events {
			id := c.Events[i].InteractionID
			if other := sent[id]; other != nil && other != c {
				return nil, fmt.Errorf("%s: because of its tag %s it sends a chat with the id %s, and so does %s; "+
					"rename one of the chats",
					c.Source, steps.AsWrittenTag, model.Name(id), other.Source)
			}
			sent[id] = c
		}
	}
	p := &Plan{Suite: Digest(), table: table}
	p.fill(cases, table)
	return p, nil
}

// fill makes the plan's scenarios from cases. The table decides what is expected.
func (p *Plan) fill(cases []planned, table *model.Table) {
	p.Scenarios = make([]*Scenario, len(cases))
	var workers sync.WaitGroup
	jobs := runtime.GOMAXPROCS(0)
	for j := range jobs {
		workers.Go(func() {
			var b []byte
			for i := j; i < len(cases); i += jobs {
				c := cases[i]
				if c.again != nil {
					c.Case = c.again()
				}
				s := newScenario(c.Case, table)
				b = s.seal(b)
				if c.again != nil {
					s.lighten(c.again)
				}
				p.Scenarios[i] = s
			}
		})
	}
	workers.Wait()
	p.seal()
}

// lighten keeps of a scenario only what it is selected by.
func (s *Scenario) lighten(again func() *model.Case) {
	c := s.Case
	*s = Scenario{
		table: s.table, Case: &model.Case{
			ID: c.ID, Level: c.Level, Flow: c.Flow, Title: c.Title, Name: c.Name, Tags: c.Tags, Source: c.Source,
			Kind: c.Kind, Opaque: c.Opaque,
		},
		Index: s.Index, Levels: s.Levels, digest: s.digest, again: again,
	}
}

// whole returns the scenario with everything that is asked and expected.
func (s *Scenario) whole() *Scenario {
	if s.again == nil {
		return s
	}
	w := newScenario(s.again(), s.table)
	w.Index = s.Index
	w.in(s.world)
	return w
}

// read plans anew what is expected, by the readings. Without readings the plan stays as it is.
func (p *Plan) read(r *Readings) {
	if r == nil {
		return
	}
	p.reading = r
	cases := make([]planned, len(p.Scenarios))
	for i, s := range p.Scenarios {
		cases[i] = planned{s.Case, s.again}
	}
	p.fill(cases, r.On(p.table))
}

// newTrial makes a scenario that is neither planned nor recorded.
func newTrial(c *model.Case, t *model.Table) *Scenario {
	s := new(Scenario)
	s.try(c, t)
	return s
}

// try reuses the scenario's memory for one of another case, which is neither planned nor recorded. The table decides
// what is expected; nil is the reference's.
func (s *Scenario) try(c *model.Case, t *model.Table) {
	*s = Scenario{Case: c, want: c.ExpectedIn(cmp.Or(t, model.Reference()), s.want), trial: true, table: t}
	s.Levels = c.Levels(s.want)
}

func newScenario(c *model.Case, t *model.Table) *Scenario {
	s := newTrial(c, t)
	s.trial = false
	s.Rules = model.RulesIn(s.want)
	if c.Opaque {
		return s
	}
	s.opaque, s.aliases = make(map[string]string), make(map[string]string)
	for i := range c.Events {
		own := c.Events[i].InteractionID
		if _, ok := s.opaque[own]; !ok {
			id := model.OpaqueID(c.ID, own)
			s.opaque[own], s.aliases[id] = id, own
		}
	}
	return s
}

// question returns the scenario as it is asked.
func (s *Scenario) question() target.Question {
	return target.Question{Events: s.sent(nil), Lines: s.Lines}
}

// Cases returns the scenarios' cases, in the order of the plan.
func (p *Plan) Cases() []*model.Case {
	cases := make([]*model.Case, len(p.Scenarios))
	for i, s := range p.Scenarios {
		cases[i] = s.Case
	}
	return cases
}

// Questions returns all that a run of the plan asks.
func (p *Plan) Questions() []target.Question {
	questions := make([]target.Question, len(p.Scenarios))
	for i, s := range p.Scenarios {
		questions[i] = s.whole().question()
	}
	return questions
}

// maxSent bounds how many interactions of a scenario are named.
const maxSent = 20

// sentAs names the interactions that differ, or all if none does, as the implementation saw them, and then queues.
func (o *Outcome) sentAs() (sent []Sent) {
	seen := make(map[string]bool)
	for i := range o.Events {
		id := o.Events[i].InteractionID
		differs := func(d model.Difference) bool { return d.InteractionID == id }
		if seen[id] || len(o.Differences) > 0 && !slices.ContainsFunc(o.Differences, differs) {
			continue
		}
		seen[id] = true
		sent = append(sent, Sent{InteractionID: id, As: cmp.Or(o.opaque[id], id)})
		if len(sent) == maxSent {
			break
		}
	}
	return append(sent, o.queues...)
}

// expected lists the rows that are expected of the scenario.
func (s *Scenario) expected() iter.Seq[*model.Fact] {
	return func(yield func(*model.Fact) bool) {
		for _, w := range s.want {
			for i := range w.Rows {
				if !w.Rows[i].Optional && !yield(&w.Rows[i].Fact) {
					return
				}
			}
		}
	}
}

// seal computes the scenario's own digest. It uses b as working memory, and returns it.
func (s *Scenario) seal(b []byte) []byte {
	b = field(b[:0], s.ID, s.Level.String())
	for i := range s.Events {
		b = wire.AppendEvent(b, &s.Events[i])
	}
	b = field(b, s.Lines...)
	for f := range s.expected() {
		b = wire.AppendFact(b, f)
	}
	s.digest = sha256.Sum256(b)
	return b
}

// seal numbers the scenarios, and computes the digest of the plan.
func (p *Plan) seal() {
	h := sha256.New()
	for i, s := range p.Scenarios {
		s.Index = i + 1
		h.Write(s.digest[:])
	}
	p.Size = len(p.Scenarios)
	p.Digest = hex.EncodeToString(h.Sum(nil)[:12])
}

// Digest is the digest of this suite: of what decides a verdict apart from the plan, which is the features, the rules
// and the invariants.
func Digest() string { return suiteDigest() }

var suiteDigest = sync.OnceValue(func() string { return digest(features.FS) })

func digest(files fs.FS) string {
	b := field(nil, Version, strconv.Itoa(gen.Generation))
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		b = field(b, path, string(text))
		return err
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, r := range model.Rules() {
		b = field(b, r.ID, r.Level.String(), r.Says, fmt.Sprint(r.Clauses))
	}
	for _, v := range model.Invariants() {
		b = field(b, v.ID, string(v.Kind), v.Says)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// field appends strings so that no two lists of them hash alike by running together.
func field(b []byte, values ...string) []byte {
	for _, v := range values {
		b = strconv.AppendInt(b, int64(len(v)), 10)
		b = append(append(b, ':'), v...)
	}
	return b
}
