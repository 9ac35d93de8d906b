package cli

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chatproof/chatproof/model"
)

// lane is a column of a timeline: one who takes part in the chat, or a queue.
type lane struct {
	kind  laneKind
	name  string
	width int
	now   string // what goes on between events: blank, alerted or present
}

type laneKind int

const (
	customerLane laneKind = iota
	queueLane
	strategyLane
	agentLane
)

const (
	absent  = " "
	alerted = "┊"
	present = "│"
)

// mark is what an event writes into a lane.
type mark struct {
	lane *lane
	text string
	then string // what the lane shows from then on; "" leaves it
}

// maxLaneWidth bounds a column, in characters.
const maxLaneWidth = 32

// maxDrawn bounds the events of a timeline: its size grows with their square.
const maxDrawn = 500

// drawTimeline draws the known events of a log in order of seq, an exact duplicate once: a row an event, a lane for
// the customer, each queue, strategy and agent.
func drawTimeline(b *bytes.Buffer, log []model.Event) {
	log = slices.DeleteFunc(slices.Clone(log), func(e model.Event) bool { return !e.Name.Known() })
	slices.SortStableFunc(log, func(a, b model.Event) int { return cmp.Compare(a.Seq, b.Seq) })
	log = slices.CompactFunc(log, func(a, b model.Event) bool { return a.Seq == b.Seq })

	if len(log) > maxDrawn {
		fmt.Fprintf(b, "%d events, from seq %d to %d: too many to draw.\n", len(log), log[0].Seq, log[len(log)-1].Seq)
		return
	}
	lanes := &lanes{}
	lanes.of(customerLane, "customer")
	moves := make([][]mark, len(log))
	for i := range log {
		moves[i] = lanes.marks(&log[i])
		for _, m := range moves[i] {
			m.lane.width = min(maxLaneWidth, max(m.lane.width, utf8.RuneCountInString(m.text)))
		}
	}
	slices.SortStableFunc(lanes.all, func(a, b *lane) int { return cmp.Compare(a.kind, b.kind) })

	heading := []string{" seq", "time    "}
	for _, l := range lanes.all {
		heading = append(heading, pad(model.Name(l.name), l.width))
	}
	writeRow(b, heading)
	for i := range log {
		row := []string{fmt.Sprintf("%4d", log[i].Seq), log[i].Time.UTC().Format("15:04:05")}
		for _, l := range lanes.all {
			cell := l.now
			for _, m := range moves[i] {
				if m.lane == l {
					cell = m.text
					if m.then != "" {
						l.now = m.then
					}
				}
			}
			row = append(row, pad(cell, l.width))
		}
		writeRow(b, row)
	}
}

func writeRow(b *bytes.Buffer, cells []string) {
	b.WriteString(strings.TrimRight(strings.Join(cells, "  "), " ") + "\n")
}

// pad fits a text into a column.
func pad(s string, width int) string {
	n := utf8.RuneCountInString(s)
	if n > width {
		return string([]rune(s)[:width-1]) + "…"
	}
	return s + strings.Repeat(" ", width-n)
}

type lanes struct {
	all    []*lane
	pulled bool // an agent has just taken the chat from a queue
}

// of finds a lane, or adds it.
func (ls *lanes) of(kind laneKind, name string) *lane {
	for _, l := range ls.all {
		if l.kind == kind && l.name == name {
			return l
		}
	}
	l := &lane{kind: kind, name: name, now: absent, width: min(maxLaneWidth, utf8.RuneCountInString(model.Name(name)))}
	ls.all = append(ls.all, l)
	return l
}

func (ls *lanes) party(p model.Party) *lane {
	switch p.Type {
	case model.Strategy:
		return ls.of(strategyLane, p.ID)
	case model.Agent:
		return ls.of(agentLane, p.ID)
	}
	return ls.of(customerLane, "customer")
}

// marks says what an event shows, in the lanes of those whom it concerns.
func (ls *lanes) marks(e *model.Event) (ms []mark) {
	add := func(l *lane, text, then string) { ms = append(ms, mark{l, text, then}) }
	wish := ""
	if e.Operation != "" && e.Actor.Type == model.Agent {
		wish = string(e.Operation)
	}
	if e.VisibilityMode != 0 {
		wish = strings.TrimSpace(fmt.Sprintf("%s mode %d", wish, e.VisibilityMode))
	}
	pulled := ls.pulled
	ls.pulled = e.Name == model.TakenFromQueue && e.Actor.Type != model.Strategy || pulled && e.Name.Neutral()
	switch e.Name {
	case model.Submitted:
		add(ls.of(customerLane, "customer"), "submits", present)
	case model.PlacedInQueue:
		if e.Actor.Type == model.Agent || e.Actor.Type == model.Strategy {
			add(ls.party(e.Actor), strings.TrimSpace("queues "+wish), "")
		}
		add(ls.of(queueLane, e.Queue), "placed", present)
	case model.TakenFromQueue:
		add(ls.of(queueLane, e.Queue), "taken", absent)
	case model.PartyAdded:
		text := "accepts"
		if e.Party.Type == model.Strategy {
			text = "routes"
		} else if pulled {
			text = "pulls"
		}
		add(ls.party(e.Party), strings.TrimSpace(text+" "+wish), present)
	case model.AgentInvited:
		add(ls.party(e.Actor), strings.TrimSpace("invites "+wish), "")
		add(ls.party(e.Party), "alerted", alerted)
	case model.Rejected:
		add(ls.party(e.Party), "rejects", absent)
	case model.Revoked:
		add(ls.party(e.Party), strings.TrimSpace("revoked "+model.Line(e.Reason)), absent)
	case model.PartyRemoved:
		text := "leaves"
		if e.Actor.Type == model.MediaServer {
			text = "removed"
		}
		add(ls.party(e.Party), text, absent)
	case model.ProcessingStopped:
		if e.Actor.Type == model.InteractionServer {
			add(ls.of(customerLane, "customer"), "server stops", "")
			break
		}
		text := "stops"
		if e.Actor.Type == model.MediaServer {
			text = "leaves"
		}
		add(ls.party(e.Actor), text, "")
	default:
		add(ls.of(customerLane, "customer"), map[model.EventName]string{model.Held: "held", model.Resumed: "resumed", model.PropertiesChanged: "updated"}[e.Name], "")
	}
	return ms
}
