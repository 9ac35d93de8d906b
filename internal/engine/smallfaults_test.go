package engine

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/gen/faults"
	"github.com/chatproof/chatproof/model"
)

// beyondSmallWorlds are the faults that show on one plain chat in order and that no small chat shows, with what they need.
var beyondSmallWorlds = map[string]string{
	"conference-lost-on-revoke":       "a conference through a queue, whose invitation expires: 15 events",
	"conference-lost-on-onward-queue": "a conference through two queues: 14 events",
	"entry-queue-is-return":           "a conference through the queue by which the chat came: 13 events",
	"third-redirect-lost":             "three routed invitations that fail: 17 events",
	"second-transfer-unnoticed":       "a routed agent, a transfer that fails, and one that is accepted: 12 events",
	"one-transfer-a-chat":             "two transfers that are accepted: 14 events",
	"ordinals-as-text":                "ten attempts: 36 events",
	"third-in-chain-lost":             "three who invite each other: 13 events",
	"agent-1-is-routed":               "an Agent 1 who is not the first: 11 events",
	"sixth-party-lost":                "six agents at the same time: 19 events",
}

// Small worlds alone tell the faults that show on one plain chat in order and of nine events at most; what they do not
// tell needs more, and is listed with what. A fault that no random plain chat shows is of no concern here, and is asked
// no small one: it would be asked all of them.
func TestSmallWorldsTellFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	const small, random, most = 30_000, 1300, 4000
	type plainFault struct {
		faults.Fault
		log []model.Event // that shows it
	}
	var hidden []faults.Fault
	var left, told []plainFault
	listed := 0
	for _, f := range append(faults.All(), faults.Beyond()...) {
		if !f.Levels.Has(model.Delivery) && !f.Levels.Has(model.Robustness) {
			hidden = append(hidden, f)
		}
		if beyondSmallWorlds[f.Name] != "" {
			listed++
		}
	}
	assert.Len(t, beyondSmallWorlds, listed, "each is a fault's name")
	shows := func(f *faults.Fault, c *ready) bool { return c.tells(f.Answer, DefaultLevels|f.Levels) }
	plain := func(log []model.Event) *ready {
		return ask(&model.Case{ID: "plain", Level: model.Inferred, Checked: true, Opaque: true, Events: log})
	}

	limits := gen.Everyday
	limits.Events, limits.Irregular, limits.Neutral = 45, false, nil
	w := gen.NewWalker(limits)
	for i := range most {
		if i == random { // the latest of the others shows before that; to ask all that never show takes long
			hidden = slices.DeleteFunc(hidden, func(f faults.Fault) bool { return beyondSmallWorlds[f.Name] == "" })
		}
		log := w.Log("chat", gen.Seed(uint64(i)))
		r := plain(log)
		hidden = slices.DeleteFunc(hidden, func(f faults.Fault) bool {
			seen := shows(&f, r)
			if seen {
				left = append(left, plainFault{f, slices.Clone(log)})
			}
			return seen
		})
	}
	var large []plainFault // known to need more: to ask each of them all small chats would take most of the time
	left = slices.DeleteFunc(left, func(f plainFault) bool {
		if beyondSmallWorlds[f.Name] != "" {
			large = append(large, f)
		}
		return beyondSmallWorlds[f.Name] != ""
	})
	trials := newSmallTrials(func(made int) bool { return made >= small })
	for c := trials.next(); c != nil && len(left) > 0; c = trials.next() {
		r := ask(c)
		left = slices.DeleteFunc(left, func(f plainFault) bool {
			seen := shows(&f.Fault, r)
			if seen {
				told = append(told, f)
			}
			return seen
		})
		trials.recycle(c)
	}
	short := 0 // not told by small worlds, though their shortest chat is short
	for _, f := range append(large, left...) {
		reduced, err := gen.Reduce(t.Context(), f.log, func(_ context.Context, logs [][]model.Event) (yes []bool, _ error) {
			for _, log := range logs {
				yes = append(yes, shows(&f.Fault, plain(log)))
			}
			return yes, nil
		})
		require.NoError(t, err)
		t.Logf("%s: %d events: %s", f.Name, len(reduced), f.Says)
		assert.NotEmpty(t, beyondSmallWorlds[f.Name], "%s: %d events", f.Name, len(reduced))
		if len(reduced) <= 9 {
			short++
		}
	}
	t.Logf("%d told by small chats, %d not though their chats are as short, of %d", len(told), short, len(told)+len(left))
	assert.LessOrEqual(t, 20*short, len(told)+short, "95 of 100 are told")
}
