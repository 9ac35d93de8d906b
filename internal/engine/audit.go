package engine

import (
	"strings"

	"github.com/chatproof/chatproof/model"
)

// Check is the kind of record that check makes. A line is all differences of one signature and level, not a scenario.
const Check = "check"

// Audit is what check knows of a user's own chats apart from how they differ.
type Audit struct {
	Chats      int `json:"chats"`                 // judged
	Rows       int `json:"rows"`                  // of those chats
	Agreeing   int `json:"agreeing"`              // chats without a difference
	Differing  int `json:"differing"`             // chats with a difference that counts
	AsExpected int `json:"as_expected,omitzero"`  // chats whose differences that would count are all known
	Unfinished int `json:"unfinished"`            // chats whose closed attempts alone were judged
	Early      int `json:"rows_of_open_attempts"` // rows that unfinished chats have beyond those: not judged
	Rowless    int `json:"chats_without_rows"`    // chats that should have rows and have none
	Strangers  int `json:"rows_without_events"`   // rows of chats without events: not judged
	Backwards  int `json:"clock_backwards"`       // judged chats whose clock ran backwards
	Unsaid     int `json:"differences_unsaid"`    // differences without a line; UnsaidBy lists them
	SetAside   int `json:"set_aside"`             // chats whose log is ill-formed
	CutOff     int `json:"cut_off"`               // of those: by the beginning of the log
	Endless    int `json:"without_end"`           // of the unfinished chats: long before the end of the log
	RowsAside  int `json:"rows_set_aside"`        // rows of chats that were set aside
	AtEdge     int `json:"edge_seconds,omitzero"` // how far into the log the beginning cuts off
	Limit      int `json:"-"`                     // of the chats set aside that are listed in the record

	UnsaidBy   []Unsaid      `json:"differences_unsaid_by,omitempty"` // what counts first
	Share      float64       `json:"set_aside_share"`                 // unjudgeable, of the chats not cut off
	Groups     []AsideGroup  `json:"set_aside_by,omitempty"`          // without those cut off; the largest group first
	Aside      []AsideChat   `json:"set_aside_first,omitempty"`       // the first by id
	Unknown    []UnknownName `json:"unknown_events,omitempty"`
	NotMet     []string      `json:"not_applicable,omitempty"` // invariants that no row is about
	Alike      string        `json:"alike,omitempty"`          // how ids of the rowless and of strangers differ
	NamesAlike string        `json:"names_alike,omitempty"`    // names that may be one, and what makes them so
	Of         []RowCount    `json:"rows_by_type,omitempty"`   // rows that judged chats should have, by resource type

	Marts   *Marts  `json:"legacy,omitempty"`   // of a check of two marts
	Repairs *Mended `json:"repaired,omitempty"` // of the chats set aside, where they were looked for

	Readings *Readings `json:"-"` // by which the reference answered; the header has them
	// Finishing are the deployment's finishing queues, where a mapping names others than the usual ones.
	Finishing *model.Deployment `json:"finishing_queues,omitempty"`
}

// Unsaid is differences without a line, because there were too many signatures: all of one level and field.
type Unsaid struct {
	Signature string `json:"signature"` // a glob
	Level     string `json:"level"`
	Gates     bool   `json:"gates,omitzero"` // they count
	Known     bool   `json:"known,omitzero"` // they would, if no expectation covered them
	Times     int    `json:"times"`
	Chats     int    `json:"chats"` // a chat counts once for each signature
	Listed    int    `json:"-"`     // of those chats: in entries of the file, whether these excuse them or not

	Field model.Field `json:"-"`
}

// Counts says whether they count: yes, known or no.
func (u *Unsaid) Counts() string {
	switch {
	case u.Gates:
		return "yes"
	case u.Known:
		return "known"
	}
	return "no"
}

// Marts is what a check of an old mart and its successor knows in addition. A chat that is in only one of them is not
// judged.
type Marts struct {
	Attempts []ChangeCount `json:"attempts"` // what became of them, in the order of [model.Changes]
	Chats    []ChangeCount `json:"chats"`    // by the worst of their attempts
	OldRows  int           `json:"legacy_rows"`
	OldAlone int           `json:"in_legacy_alone"` // chats
	NewAlone int           `json:"in_new_alone"`
	Neither  int           `json:"in_neither,omitzero"`   // chats that should have rows and have none in both
	Empty    int           `json:"without_rows,omitzero"` // chats that have no row in either, and should have none
	Outside  int           `json:"outside_window"`        // of the three before: outside the time that both marts cover
	Window   string        `json:"window,omitempty"`      // that time; "" where rows have none, or there is none
	OldLike  string        `json:"legacy_alone_example,omitempty"`
	NewLike  string        `json:"new_alone_example,omitempty"`
	// old rows whose ids the table of keys does not have, or has twice
	Unkeyed int `json:"rows_without_key,omitzero"`
}

// ChangeCount is how many attempts or chats changed in one way.
type ChangeCount struct {
	Change model.Change `json:"change"`
	Number int          `json:"number"`
}

// Alone returns how many chats are in only one mart, or in neither.
func (m *Marts) Alone() int {
	if m == nil {
		return 0
	}
	return m.OldAlone + m.NewAlone + m.Neither
}

// RowCount is the number of rows of a resource type.
type RowCount struct {
	Type model.ResourceType `json:"resource_type"`
	Rows int                `json:"rows"`
}

// AsideGroup is the chats that were set aside for one reason.
type AsideGroup struct {
	Requirement string `json:"requirement"`     // W1, …
	Lacks       string `json:"lacks,omitempty"` // what the logs seem to lack; "" if they rather have too much
	Chats       int    `json:"chats"`
	Example     string `json:"example"` // the least id
}

// AsideChat is a chat that was set aside: its log is ill-formed, and says nothing about its rows.
type AsideChat struct {
	InteractionID string `json:"interaction_id"`
	Why           string `json:"why"`
	CutOff        bool   `json:"cut_off,omitzero"` // the log begins after the chat did
}

// Mended is what repairs made of the chats that were set aside. These stay set aside.
type Mended struct {
	Repaired  int           `json:"chats"`             // of which few edits make one
	Unanimous int           `json:"unanimous"`         // of these: all repairs as short give the same rows
	Mends     int           `json:"agreeing"`          // of these: the chats have these rows
	Unclear   int           `json:"unclear"`           // repaired chats whose repairs mend different defects
	Worse     int           `json:"differing"`         // chats whose rows differ from all repairs, and that counts
	Defects   []DefectGroup `json:"defects,omitempty"` // of chats whose repairs mend the same; most frequent first
}

// DefectGroup is the chats whose logs have one defect.
type DefectGroup struct {
	Kind    string          `json:"kind"` // missing, superfluous, or out of order
	Event   model.EventName `json:"event"`
	Actor   model.PartyType `json:"actor"` // its type
	Chats   int             `json:"chats"`
	Example string          `json:"example"` // the least id
}

// UnknownName is an event's name that classification ignores.
type UnknownName struct {
	Name  model.EventName `json:"event"`           // "" of all beyond those that are told apart
	Count int             `json:"count"`           // events
	Meant model.EventName `json:"meant,omitempty"` // the known name spelt almost like it; "" if there is none
}

// FoundLine says how often differences of a signature were found, and what they have in common.
type FoundLine struct {
	Signature    string             `json:"signature"`
	Times        int                `json:"times"`                   // differences
	Chats        int                `json:"chats"`                   // that have them
	ShiftSeconds int64              `json:"shift_seconds,omitzero"`  // by which all times are late
	Type         model.ResourceType `json:"resource_type,omitempty"` // of the resources, where they all are of one
	Resource     string             `json:"resource,omitempty"`      // where it is always the same
	Example      string             `json:"example"`                 // the shortest chat that has them
	Put          []int64            `json:"put,omitempty"`           // the seqs of its events that a repair put in
}

// Unjudgeable returns how many chats could not be judged, or not to their end. It leaves out those cut off by the edges
// of the log.
func (a *Audit) Unjudgeable() int { return a.SetAside - a.CutOff + a.Endless + a.Marts.Alone() }

// Table returns the reference that judged.
func (a *Audit) Table() *model.Table {
	t := model.Reference()
	if a.Finishing != nil {
		t = t.In(*a.Finishing)
	}
	return a.Readings.On(t)
}

// Judged is what a check concludes apart from its differences.
type Judged struct {
	Unjudged bool          // too little was judged
	Stale    bool          // an expectation covers more than it may, or nothing, and may not
	Known    *Expectations // in force, counted; nil without
	Expired  []string      // of those, the ones past their last day
}

// NewAudit returns the record of a check, and numbers its lines. The coverage may be nil.
func NewAudit(a *Audit, lines []*ScenarioLine, c *Coverage, require model.Levels, j *Judged) *Record {
	t := NewTally()
	t.Totals.Rules, t.Totals.Invariants = nil, nil
	for i, l := range lines {
		l.Type, l.Index = "finding", i+1
		t.Add(l)
	}
	// lines may lack what counts: there are only so many
	t.gating = t.gating || a.Differing > 0 || a.Repairs != nil && a.Repairs.Worse > 0
	t.incomplete = j.Unjudged
	f := NewFooter(t, c)
	f.Audit = a
	if j.Known != nil {
		f.Expectations = j.Known.Entries
	}
	if j.Stale && (f.Verdict == Conforming || f.Verdict == AsExpected) {
		f.Verdict = StaleExpectations
	}
	if len(j.Expired) > 0 {
		f.Environment = &Environment{Expired: j.Expired}
	}
	return &Record{
		Header: &Header{
			Type: "header", Kind: Check, Chatproof: Version, Suite: Digest(), Scenarios: len(lines),
			Require: strings.Split(require.String(), ","), Readings: a.Readings,
		},
		Lines: lines, Footer: f,
	}
}
