package engine

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/model"
)

// Generation says which chats to generate, by exactly one of the first five fields, and how they arrive.
type Generation struct {
	Flows      bool // the first scenario of each documented flow
	Suite      bool // everything that a run sends, in its own order
	Random     int  // that many random chats
	Exhaustive int  // all chats of at most so many events
	Twin       *twin.Plan
	Chats      int      // of the twin: how many
	Level      string   // of random chats: documented, or inferred, which is ""
	Generated  int      // of the suite: how many generated scenarios
	Features   []string // of the suite: directories of a team's own features
	World               // finishing queues have its names; of the suite, scenarios that cannot be there are left out
	Delivery
}

// Deliver sets what a comma-separated list names.
func (d *Delivery) Deliver(list string) error {
	for how := range strings.SplitSeq(list, ",") {
		switch how {
		case "ordered":
		case "shuffled":
			d.Shuffled = true
		case "duplicated":
			d.Duplicated = true
		default:
			return fmt.Errorf("--delivery: expected ordered, shuffled or duplicated, got %s", model.Word(how))
		}
	}
	return nil
}

// Logs checks what is asked for, and opens it. Shards of the suite are those of a run: they keep scenarios together.
func (g *Generation) Logs() (logs Logs, err error) {
	switch {
	case g.Random < 0:
		return logs, fmt.Errorf("--random: expected 1 or more, got %d", g.Random)
	case g.Exhaustive < 0 || g.Exhaustive == 1:
		return logs, fmt.Errorf("--exhaustive: expected at least 2, the length of the shortest chat, got %d",
			g.Exhaustive)
	case g.Generated < 0 || g.Generated > MaxGenerated:
		return logs, fmt.Errorf("--generated: expected 0 to %d, got %d", MaxGenerated, g.Generated)
	case g.Level != "" && g.Random == 0:
		return logs, errors.New("--level goes only with --random, because only random chats are drawn by level")
	case g.Level != "" && g.Level != "documented" && g.Level != "inferred":
		return logs, fmt.Errorf("--level: expected documented or inferred, got %s", model.Word(g.Level))
	case g.Suite && g.Delivery.Delivery != gen.Delivery{}:
		return logs, errors.New("--delivery and --interleave do not go with --suite, because its scenarios have " +
			"their own delivery")
	}
	kinds := 0
	for _, wanted := range []bool{g.Flows, g.Suite, g.Random > 0, g.Exhaustive > 0, g.Twin != nil} {
		if wanted {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return logs,
			errors.New("generate what? expected exactly one of --flows, --suite, --random N (1 or more), " +
				"--exhaustive LENGTH (2 or more), --like LOG and --profile FILE")
	case g.Twin != nil:
		return g.named(g.twinLogs())
	case g.Flows:
		return FlowLogs()
	case g.Random > 0:
		return g.named(RandomLogs(g.Random, g.Level == "documented", g.Seed))
	case g.Exhaustive > 0:
		return g.named(ExhaustiveLogs(g.Exhaustive, g.Seed))
	}
	plan, err := PlanOf(g.World, g.Features, g.Seed, g.Generated, nil)
	if err != nil {
		return logs, err
	}
	plan.Of(g.World)
	if g.Shards > 1 {
		plan.Shard(g.Shard, g.Shards)
		g.Shard, g.Shards = 1, 1
	}
	logs = plan.Logs()
	logs.Without = plan.without
	return logs, nil
}

// named gives the finishing queues of drawn chats the names of the world. If it has none of a kind, the chats are
// finished in one of the other kind: their facts follow from what is written.
func (g *Generation) named(logs Logs) (Logs, error) {
	if g.Finishing == nil {
		return logs, nil
	}
	names := slices.Concat(g.Finishing.Completed, g.Finishing.Canceled)
	if len(names) == 0 && (g.Twin == nil || g.Twin.Finishes()) {
		return logs, errors.New("--mapping: finishing_queues is empty, but agents finish some of these chats by " +
			"placing them in a queue; list a queue for that")
	}
	open := logs.open
	logs.open = func() func(int) ([]model.Event, bool) {
		next := open()
		return func(i int) (log []model.Event, ok bool) {
			log, ok = next(i)
			for j := range log {
				name, ok := model.Usual.As(log[j].Queue, g.Finishing)
				if !ok && model.Usual.Finishes(name) {
					name = names[0]
				}
				log[j].Queue = name
			}
			return log, ok
		}
	}
	return logs, nil
}

// Logs are logs to write, each of one chat, or of one scenario with all its chats.
type Logs struct {
	Without []Without // scenarios that were left out

	name func(i int) string
	// open starts the sequence anew; the events of a log are valid until the next call.
	open func() func(i int) (log []model.Event, ok bool)
}

// RandomLogs are n random chats of a seed; documented ones are decided by documented rules alone.
func RandomLogs(n int, documented bool, seed uint64) Logs {
	family := "random"
	if documented {
		family = "random documented"
	}
	return numbered(fmt.Sprintf("%s %d", family, seed), func() gen.Sequence { return gen.Random(n, documented, seed) })
}

// ExhaustiveLogs are all chats of at most so many events of a small alphabet. The seed changes their ids alone.
func ExhaustiveLogs(events int, seed uint64) Logs {
	return numbered(fmt.Sprintf("exhaustive %d %d", events, seed), func() gen.Sequence { return gen.All(events) })
}

// twinLogs are the chats of a twin, whose plan says when they begin. At the same time they run as their times say.
func (g *Generation) twinLogs() Logs {
	g.Start = time.Time{}
	g.InTime, g.Interleaved = g.Interleaved, false
	return numbered(fmt.Sprintf("twin %d", g.Seed), func() gen.Sequence {
		m := twin.NewMaker(g.Twin)
		return func(i int, id string) ([]model.Event, bool) {
			if i >= g.Chats {
				return nil, false
			}
			return m.Chat(i, id), true
		}
	})
}

// numbered gives the chats of a sequence ids that are a function of its name and their numbers.
func numbered(name string, open func() gen.Sequence) Logs {
	return Logs{
		name: func(i int) string { return fmt.Sprintf("chat %d", i+1) },
		open: func() func(int) ([]model.Event, bool) {
			sequence := open()
			return func(i int) ([]model.Event, bool) { return sequence(i, model.OpaqueID(name, strconv.Itoa(i))) }
		},
	}
}

// FlowLogs are the first scenario of each documented flow, under the ids under which a run sends them.
func FlowLogs() (Logs, error) {
	cases, err := Builtin()
	if err != nil {
		return Logs{}, err
	}
	seen := make(map[string]bool)
	plan, err := NewPlan(slices.DeleteFunc(cases, func(c *model.Case) bool {
		first := c.Level == model.Documented && !seen[c.Flow]
		seen[c.Flow] = seen[c.Flow] || first
		return !first
	}))
	return plan.Logs(), err
}

// Logs are the scenarios of the plan as a run sends them, except for the lines of robustness scenarios that are no
// events.
func (p *Plan) Logs() Logs {
	return Logs{
		name: func(i int) string { return p.Scenarios[i].ID },
		open: func() func(int) ([]model.Event, bool) {
			var events []model.Event
			return func(i int) ([]model.Event, bool) {
				if i >= len(p.Scenarios) {
					return nil, false
				}
				events = p.Scenarios[i].whole().sent(events[:0])
				return events, true
			}
		},
	}
}
