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
// tell needs more, and is listed with what.
func TestSmallWorldsTellFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the faults are not tried")
	}
	const small, random = 30_000, 1500
	var left []faults.Fault
	listed := 0
	for _, f := range append(faults.All(), faults.Beyond()...) {
		left = append(left, f)
		if beyondSmallWorlds[f.Name] != "" {
			listed++
		}
	}
	assert.Len(t, beyondSmallWorlds, listed, "each is a fault's name")
	told := make(map[string]int)
	ask := func(c *model.Case) {
		r := prepare([]*model.Case{c})[0]
		left = slices.DeleteFunc(left, func(f faults.Fault) bool {
			seen := sees(r, f.Answer, DefaultLevels|f.Levels, false)
			if seen {
				told[f.Name] = len(c.Events)
			}
			return seen
		})
	}
	trials := newSmallTrials(func(made int) bool { return made >= small })
	for c := trials.next(); c != nil; c = trials.next() {
		ask(c)
		trials.recycle(c)
	}
	bySmall := len(told)

	plain := gen.Everyday
	plain.Irregular, plain.Neutral = false, nil
	w := gen.NewWalker(plain)
	short := 0 // not told by small worlds, though their shortest chat is short
	for _, f := range left {
		i := 0
		var log []model.Event
		shows := func(log []model.Event) bool {
			c := prepare([]*model.Case{{ID: "plain", Level: model.Inferred, Checked: true, Opaque: true, Events: log}})[0]
			return sees(c, f.Answer, DefaultLevels|f.Levels, false)
		}
		for ; i < random; i++ {
			if log = w.Log("chat", gen.Seed(uint64(i))); shows(log) {
				break
			}
		}
		if i == random {
			continue
		}
		m, err := gen.Shrink(t.Context(), slices.Clone(log), func(_ context.Context, logs [][]model.Event) (yes []bool, _ error) {
			for _, log := range logs {
				yes = append(yes, shows(log))
			}
			return yes, nil
		}, 20_000)
		require.NoError(t, err)
		t.Logf("%s: %d events: %s", f.Name, len(m.Log), f.Says)
		assert.NotEmpty(t, beyondSmallWorlds[f.Name], "%s: %d events", f.Name, len(m.Log))
		if len(m.Log) <= 9 {
			short++
		}
	}
	t.Logf("%d told by small chats, %d not though their chats are as short, of %d", bySmall, short, bySmall+len(left))
	assert.LessOrEqual(t, 20*short, bySmall+short, "95 of 100 are told")
}
