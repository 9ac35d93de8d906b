package model

// Case is one scenario in the form in which all scenarios are planned, asked and judged, whether it was compiled
// from a feature or made by other means: a log, and what is expected of it.
type Case struct {
	ID     string // stable and unique within a plan: documented/1.6/visibility-mode-unknown
	Level  Level
	Flow   string   // the guide's section, such as 1.6; "" where the case is about no single flow
	Title  string   // what the feature or family is about
	Name   string   // what a report calls the case
	Tags   []string // with their @
	Source string   // file:line of the feature, "" where there is none
	Kind   Kind
	Events []Event

	// Authored says that Table is the oracle. Otherwise the reference's answer to Events is.
	Authored bool
	Table    []Fact
}

// Kind says in which company a case may be sent: a filter's start never mixes kinds.
type Kind uint8

// The kinds. Of robustness cases the log may be ill-formed.
const (
	OrderedKind Kind = iota
	InterleavedKind
	DeliveryKind
	RobustnessKind
)

// Expected tells what is expected of each interaction of the case, in the order in which they first appear in the
// log. An ill-formed interaction expects nothing unless a table says so.
func (c *Case) Expected(t *Table) []Expected {
	var out []Expected
	classifier := NewClassifier(t)
	for _, log := range Chats(c.Events) {
		id := log[0].InteractionID
		chat := new(Chat)
		if err := classifier.Classify(chat, log); err != nil {
			chat = nil
		}
		switch {
		case c.Authored:
			var rows []Fact
			for _, row := range c.Table {
				if row.InteractionID == id {
					rows = append(rows, row)
				}
			}
			w := ExpectTable(rows, chat, c.Level)
			w.InteractionID = id
			out = append(out, w)
		case chat != nil && chat.InteractionID != "":
			out = append(out, Expect(chat))
		}
	}
	return out
}

// Judge compares rows with what is expected of a case. Rows of other interactions are left out.
func Judge(want []Expected, got []Fact) (ds []Difference) {
	for i := range want {
		var rows []Fact
		for j := range got {
			if got[j].InteractionID == want[i].InteractionID {
				rows = append(rows, got[j])
			}
		}
		ds = append(ds, Compare(&want[i], rows)...)
	}
	return ds
}

// RulesIn lists the rules that bear on what is expected, in the order of the table.
func RulesIn(want []Expected) []string {
	var s Clauses
	for i := range want {
		s |= want[i].Silent
		for j := range want[i].Rows {
			if irf := want[i].Rows[j].irf; irf != nil {
				s |= irf.Clauses
			}
		}
	}
	return s.Rules()
}
