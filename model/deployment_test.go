package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// A finishing queue has the name of the first of its kind in another deployment. A name that means more there has none.
func TestQueuesOfAnotherDeployment(t *testing.T) {
	theirs := model.Deployment{Completed: []string{"Chat_Stop", "Chat_Done"}}
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{
		{"iWD_Completed", "Chat_Stop", true},
		{"iWD_Canceled", "iWD_Canceled", false},
		{"Queue 1", "Queue 1", true},
		{"Chat_Done", "Chat_Done", false},
	} {
		name, ok := model.Usual.As(tt.name, &theirs)
		assert.Equal(t, tt.want, name)
		assert.Equal(t, tt.ok, ok, tt.name)
	}
}

// Which queues finish chats is the deployment's to say. Where it does not, the message says how it could.
func TestDeployment(t *testing.T) {
	events := log(t, handled+"\"Agent 1\" finishes the chat in queue \"Chat_Stop\"\n\"Agent 1\" leaves\nthe customer leaves")
	err := model.NewClassifier(model.Reference()).Classify(new(model.Chat), events)
	require.ErrorContains(t, err, `or list the queue "Chat_Stop" under finishing_queues in the mapping, if it finishes chats (Info Mart's options stop-ixn-queues and canceled-queues)`)
	for _, tt := range []struct {
		deployment model.Deployment
		want       string
	}{
		{model.Deployment{Completed: []string{"A", "Chat_Stop"}}, "RoutedTo/Completed"},
		{model.Deployment{Canceled: []string{"Chat_Stop"}}, "RoutedTo/Completed [Canceled]"},
	} {
		chat := new(model.Chat)
		require.NoError(t, model.NewClassifier(model.Reference().In(tt.deployment)).Classify(chat, events))
		require.Len(t, chat.IRFs, 1)
		assert.Equal(t, tt.want, chat.IRFs[0].Descriptor().String())
	}
	_, bad := model.ClassifyLog(model.Reference().In(model.Deployment{}), log(t, handled+"\"Agent 1\" finishes the chat in queue \"iWD_Completed\""))
	assert.Len(t, bad, 1, "no names of our own where the deployment has none")

	left := log(t, handled+"\"Agent 1\" leaves\n\"Agent 1\" transfers through queue \"Chat_Stop\"")
	err = model.NewClassifier(model.Reference()).Classify(new(model.Chat), left)
	require.ErrorContains(t, err, "W7")
	require.ErrorContains(t, err, "finishing_queues")
}

// An alternative to a conference's modes is accepted: the first where they are not alike, none where they were given on
// re-queueings alone; and with it what is accepted of that (I15).
func TestModesHaveAlternatives(t *testing.T) {
	through := func(first, second, invitation, acceptance string) string {
		return handled + "\"Agent 1\" confers through queue \"Queue 2\"" + first + "\nstrategy \"S\" takes the chat from queue \"Queue 2\"\n" +
			"the server returns the chat to queue \"Queue 2\"" + second + "\nstrategy \"S\" takes the chat from queue \"Queue 2\"\n" +
			"strategy \"S\" invites \"Agent 2\"" + invitation + "\n\"Agent 2\" accepts" + acceptance + "\n\"Agent 2\" leaves\n\"Agent 1\" completes the chat"
	}
	const one, two, three = " with visibility mode 1", " with visibility mode 2", " with visibility mode 3"
	const conferee, consulted = "InConference/Completed", "ReceivedConsult/Completed"
	for _, tt := range []struct {
		log  string
		want []string // the reference's first
	}{
		{through(one, "", "", ""), []string{conferee}},
		{through(one, three, "", ""), []string{consulted, conferee}},
		{through(three, "", one, ""), []string{conferee, consulted}},
		{through(three, "", "", two), []string{conferee, consulted}},
		{through(one, "", three, one), []string{conferee}},
		{through("", three, "", ""), []string{consulted, conferee}},
		{through("", one, "", ""), []string{conferee, consulted}},
		{through("", three, three, ""), []string{consulted}},
		{through("", "", "", ""), []string{conferee, consulted}},
	} {
		var got []string
		for _, d := range classify(t, log(t, tt.log)).IRFs[1].Accepted() {
			got = append(got, d.String())
		}
		assert.Equal(t, tt.want, got, tt.log)
	}
	for _, d := range classify(t, log(t, handled+"\"Agent 1\" confers through queue \"Queue 2\" with visibility mode 1\n\"Agent 1\" leaves\n"+
		"strategy \"S\" takes the chat from queue \"Queue 2\"\nstrategy \"S\" sends the chat on to queue \"Queue 3\" with visibility mode 3\nthe customer leaves")).IRFs[1].Accepted() {
		assert.Contains(t, []model.Role{model.Received, model.ReceivedConsult, model.InConference}, d.Role, "a queue keeps its own role, or has that of either mode")
	}
}

// Ordinals count only where all rows have one.
func TestOrdinalsOfSomeRowsCountForNone(t *testing.T) {
	chat := classify(t, log(t, handled+"\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n\"Agent 2\" leaves\n"+
		"\"Agent 1\" invites \"Agent 2\" to a conference with visibility mode 1\n\"Agent 2\" accepts\n\"Agent 1\" completes the chat"))
	want := model.Expect(chat)
	all := []string{"RoutedTo/Completed", "InConference/Completed", "InConference/Completed"}
	for missing := range 1 << len(all) {
		var got []model.Fact
		for i, r := range chat.IRFs {
			f := r.Fact
			f.Ordinal = model.Num(int64(7 - i)) // and not in their order
			if missing&(1<<i) != 0 {
				f.Ordinal = model.Number{}
			}
			f.ReceivedFrom = model.Number{}
			got = append(got, f)
		}
		ds := model.Compare(&want, got)
		assert.Equal(t, missing == 0, len(ds) > 0, "%b: %v", missing, ds)
	}
}

// Of an agent whom a handling timeout took the chat from, any known result is accepted but CustomerAbandoned and
// Transferred, with any reason that V7 and V8 allow (I21); of one who finished it, Completed, Canceled or not (I20). A blank
// is no result.
func TestWhatIsAcceptedOfFinishingAndTimeouts(t *testing.T) {
	timeout := func(d model.Descriptor) bool {
		switch d.Reason {
		case model.RevokedReason:
			return d.Result == model.Redirected || d.Result == model.Abandoned
		case model.AbandonedWhileQueued, model.AbandonedWhileRinging:
			return false
		}
		return d.Result != model.CustomerAbandoned && d.Result != model.Transferred
	}
	finish := func(d model.Descriptor) bool {
		return d.Result == model.Completed && (d.Reason == model.NoReason || d.Reason == model.CanceledReason)
	}
	for _, tt := range []struct {
		log      string
		accepted func(model.Descriptor) bool
	}{
		{"the server revokes the chat from \"Agent 1\"\nthe server returns the chat to queue \"Queue 1\"\nthe server stops the chat", timeout},
		{"\"Agent 1\" finishes the chat in queue \"iWD_Completed\"\n\"Agent 1\" leaves\nthe customer leaves", finish},
		{"\"Agent 1\" finishes the chat in queue \"iWD_Canceled\"\n\"Agent 1\" leaves\nthe customer leaves", finish},
	} {
		chat := classify(t, log(t, handled+tt.log))
		want := model.Expect(chat)
		for _, role := range []model.Role{model.RoutedTo, model.InConference} {
			for _, result := range append(model.Results, "Odd") {
				for _, reason := range append(model.Reasons, "Odd") {
					row := chat.IRFs[0].Fact
					row.Role, row.Result, row.Reason = role, result, reason
					ok := role == model.RoutedTo && result != "Odd" && result != "Unspecified" && tt.accepted(row.Descriptor())
					got := append(model.Compare(&want, []model.Fact{row}), model.CheckInvariants(chat, []model.Fact{row})...)
					assert.Equal(t, ok, len(got) == 0, "%s\n%v", row.Descriptor(), got)
				}
			}
		}
	}
}
