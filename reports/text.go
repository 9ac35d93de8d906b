package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chatproof/chatproof/model"
)

// maxLaneWidth limits the width of a column, in characters.
const maxLaneWidth = 32

// maxDrawn limits the events of a timeline in text: its size grows with their square.
const maxDrawn = 500

// between is what a lane shows from one event to the next.
var between = [...]string{absent: " ", alerted: "┊", present: "│"}

// AppendText draws the timeline as text: a row per event, a column per lane.
func (t *Timeline) AppendText(b *bytes.Buffer) {
	if n := len(t.events); n > maxDrawn {
		fmt.Fprintf(b, "%d events, from seq %d to %d: too many to draw.\n", n, t.events[0].Seq, t.events[n-1].Seq)
		return
	}
	width := make(map[*lane]int)
	widen := func(l *lane, s string) { width[l] = min(maxLaneWidth, max(width[l], utf8.RuneCountInString(s))) }
	heading := []string{" seq", "time    "}
	names := 0
	if t.Names {
		for i := range t.events {
			names = max(names, len(t.events[i].Name))
		}
		heading = append(heading, pad("event", names))
	}
	for _, l := range t.lanes {
		widen(l, model.Name(l.name))
	}
	for _, ms := range t.marks {
		for _, m := range ms {
			widen(m.lane, m.String())
		}
	}
	for _, l := range t.lanes {
		heading = append(heading, pad(model.Name(l.name), width[l]))
	}
	writeRow(b, heading)
	now := make(map[*lane]presence)
	for i := range t.events {
		row := []string{fmt.Sprintf("%4d", t.events[i].Seq), t.events[i].Time.UTC().Format("15:04:05")}
		if slices.Contains(t.Put, t.events[i].Seq) {
			row = []string{fmt.Sprintf("%4s", fmt.Sprintf("+%d", t.events[i].Seq)), "?       "}
		}
		if t.Names {
			row = append(row, pad(string(t.events[i].Name), names))
		}
		for _, l := range t.lanes {
			cell := between[now[l]]
			for _, m := range t.marks[i] {
				if m.lane == l {
					cell = m.String()
					if m.then != unchanged {
						now[l] = m.then
					}
				}
			}
			row = append(row, pad(cell, width[l]))
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
