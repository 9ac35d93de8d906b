// Package twin learns what the chats of a log are like, and makes others that are like them: a profile holds shares and
// quantiles, and no string of the log. [Learner] follows finished, well-formed chats through the grammar of package gen
// and counts what they chose where; [Tally.Profile] makes a profile of the counts, in which nothing rests on few chats;
// [Maker] walks the same grammar by a profile. [Compare] puts the chats of a log beside those of a twin.
//
// What is made is a function of profile, seed and number; what is learnt is the same for any order of chats and any
// number of jobs.
package twin

import (
	"math"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
)

// Version is the version of profile files.
const Version = 1

// Profile is what chats are like. All shares are between 0 and 1, all times in seconds.
type Profile struct {
	About     string // who made it, and of what
	Chats     int    // that it was learnt from; 0 if written by hand
	Threshold int    // nothing in it rests on fewer chats

	Week       [7][quarters]float64 // chats that begin in each quarter of an hour, UTC, from Monday on
	Media      []Share[string]
	Agents     Load
	Queues     Load
	Strategies Load
	AtOnce     []float64 // shares of 1, 2, … chats that an agent has when it takes one; the last is "or more"
	Handled    float64   // how long the agents of a chat handle it, all added up, on average

	States map[gen.State]*Next
	Moves  []Share[Choice] // of all states together, for a state that States does not have
	Waits  map[Wait]Quantiles
	Modes  map[Given][4]float64 // shares of no mode, 1, 2 and 3
	Again  map[model.Move]Again
}

const (
	quarters = 96
	days     = 7
)

// Share is how often something occurs.
type Share[T any] struct {
	Of    T
	Share float64
}

// Load is how many agents, queues or strategies there are, and how chats spread over them: by the shares of equally
// large groups, the busiest first; or, if the groups would be too small, by a slope: the share of number n is
// proportional to n to the power -slope.
type Load struct {
	Count  int
	Shares []float64 // of each group together
	Slope  float64
}

// each returns the share of each one.
func (l *Load) each() []float64 {
	all, sum := make([]float64, l.Count), 0.0
	for i := range all {
		if n := len(l.Shares); n > 0 {
			at := i * n / l.Count
			all[i] = l.Shares[at] / float64(groupEnd(l.Count, n, at)-groupEnd(l.Count, n, at-1))
		} else {
			all[i] = math.Pow(float64(i+1), -l.Slope)
		}
		sum += all[i]
	}
	for i := range all {
		all[i] /= sum
	}
	return all
}

// groupEnd returns the index of the first of count items that is not in the first at+1 of the groups.
func groupEnd(count, groups, at int) int { return ((at+1)*count + groups - 1) / groups }

// Next is what comes next in a state.
type Next struct {
	Choices []Share[Choice]
	Rest    float64 // the share of rare choices: drawn as in this state whatever came before, or as in any
	Waits   map[model.Move]Quantiles
}

// Choice is a move with what it is about: which agent, by whom the chat is stopped, which neutral event.
type Choice struct {
	Move   model.Move
	Detail uint8
}

// Wait is a time that passes before a move or, if the move has two events, between the two.
type Wait struct {
	Move   model.Move
	Within bool
}

// Given is the situation in which a visibility mode is chosen: a move, and the mode that its conference had before.
type Given struct {
	Move   model.Move
	Before model.VisibilityMode
}

// Again says to whom or what a move goes: to an agent, a queue or a strategy that is new to the chat, to the same as
// last time, or to another one that the chat has had. Each has its share.
type Again struct{ New, Same, Other float64 }

// Which of the possible agents or strategies a move is about: the one seen first, the one seen last, or one in between.
const (
	theFirst = iota
	theLast
	inBetween
)

// details are the names of a move's details; the others have none.
var details = func() (names [model.MoveCount][]string) {
	names[model.Stop] = []string{"customer", "agent", "strategy", "server"} // as stoppers
	names[model.Finish] = []string{"completed", "canceled"}
	names[model.NoMove] = []string{"properties", "held", "resumed"} // as neutrals
	for _, m := range [...]model.Move{
		model.Accept, model.Leave, model.Removed, model.Expire, model.Reject, model.RevokeOther, model.RevokeStopped,
		model.TransferTo, model.ConferWith, model.TransferThroughQueue, model.ConferThroughQueue, model.StrategyLeaves,
	} {
		names[m] = []string{"", "last", "between"}
	}
	return names
}()

var stoppers = [...]model.PartyType{model.MediaServer, model.Agent, model.Strategy, model.InteractionServer}

var neutrals = [...]model.EventName{model.PropertiesChanged, model.Held, model.Resumed}

// String returns a choice as profiles write it: stop.customer, leave, leave.last.
func (c Choice) String() string {
	s := model.MoveNames[c.Move]
	if names := details[c.Move]; int(c.Detail) < len(names) && names[c.Detail] != "" {
		s += "." + names[c.Detail]
	}
	return s
}

// twoEvents reports whether a move has two events.
func twoEvents(m model.Move) bool {
	return m == model.Take || m == model.Pull || m == model.TransferThroughQueue || m == model.Finish
}

// String returns a wait as profiles write it: take, take.within.
func (w Wait) String() string {
	if w.Within {
		return model.MoveNames[w.Move] + ".within"
	}
	return model.MoveNames[w.Move]
}

var modeNames = [4]string{"none", "conference", "monitor", "consult"}

// String returns a choice of a mode as profiles write it: accept.consult.
func (g Given) String() string { return model.MoveNames[g.Move] + "." + modeNames[g.Before] }

// knownMedia are the media that a profile names. Any other is "other".
var knownMedia = [...]string{
	"chat", "callback", "sms", "mms", "email", "facebook", "twitter", "whatsapp", "applechat", "telegram", "viber",
	"line", "wechat", "messenger", "webchat", "video", otherMedium,
}

const otherMedium = "other"

// mediumOf returns the place of a medium in knownMedia. An unknown medium has that of the last, which is other.
func mediumOf(name string) int {
	at, known := mediaByCode[model.Code(name)]
	if !known {
		return len(knownMedia) - 1
	}
	return at
}

// mediaByCode maps no medium to chat.
var mediaByCode = func() map[string]int {
	byCode := map[string]int{"": 0}
	for i, name := range knownMedia {
		byCode[model.Code(name)] = i
	}
	return byCode
}()

// Quantiles are points of a distribution, by rising share. Between two of them the distribution is even; nothing lies
// beyond the outer ones.
type Quantiles []Quantile

// Quantile says that a share of all, in percent, is no more than a value.
type Quantile struct {
	Percent int
	Value   float64
}

// At returns the value of a share from 0 to 1.
func (q Quantiles) At(share float64) float64 {
	if len(q) == 0 {
		return 0
	}
	percent := 100 * share
	for i := range q {
		if at := float64(q[i].Percent); percent <= at {
			if i == 0 {
				return q[0].Value
			}
			from := float64(q[i-1].Percent)
			return q[i-1].Value + (q[i].Value-q[i-1].Value)*(percent-from)/(at-from)
		}
	}
	return q[len(q)-1].Value
}
