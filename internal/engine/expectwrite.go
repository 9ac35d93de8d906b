package engine

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Rewriting counts what a file's entries became.
type Rewriting struct{ Kept, Added, Removed int }

// String says in one line what became of the entries of a file.
func (r *Rewriting) String(file string) string {
	entries := "entries"
	if r.Kept == 1 {
		entries = "entry"
	}
	return fmt.Sprintf("%s: %d %s kept, %d added, %d removed", file, r.Kept, entries, r.Added, r.Removed)
}

// Rewrite returns new text for the file that lists the failures of a run of the whole plan, all of whose outcomes have
// been judged. Entries that hold stay as they are, except that a number of max is updated. An entry that holds only in
// part is replaced by one for each scenario of that part. A stale entry goes, with the comments directly above it, but
// not those at the top. Unlisted failures come last: first the causes that several share, an entry each, by signature;
// then the others in their order, by id. Of a list in brackets, only whole-line comments are kept.
func (x *Expectations) Rewrite(failures []*Outcome, require model.Levels) (text string, done Rewriting, err error) {
	replaced := make(map[*Expectation][]*Expectation)
	var unlisted []*Outcome
	for _, o := range failures {
		entry := x.lists(o)
		if entry == nil {
			unlisted = append(unlisted, o)
		} else if entry.Stale() {
			again := *entry
			again.ID = o.ID
			replaced[entry] = append(replaced[entry], &again)
		}
	}
	return x.rewrite(replaced, x.byCause(unlisted, failures, require))
}

// rewrite writes the entries that hold, the replacements in place of those that do not, and then the added ones.
func (x *Expectations) rewrite(replaced map[*Expectation][]*Expectation,
	added []*Expectation,
) (text string, done Rewriting, err error) {
	var b strings.Builder
	indent := ""
	for _, p := range x.parts() {
		entry := p.entry
		if entry == nil {
			b.WriteString(p.text)
			continue
		}
		indent = p.indent
		switch most, share, _ := readMax(entry.Max); {
		case entry.Held > 0 && entry.Otherwise == 0 && entry.Max != "" && !share && float64(entry.Held) != most:
			entry.Max = fmt.Sprint(entry.Held)
			b.WriteString(p.above + entry.text(p.indent))
			done.Kept++
		case !entry.Stale():
			b.WriteString(p.above + p.text)
			done.Kept++
		default:
			done.Removed++
			for i, again := range replaced[entry] {
				if i == 0 {
					b.WriteString(p.above)
				}
				b.WriteString(again.text(p.indent))
				done.Added++
			}
		}
	}
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
	for _, entry := range added {
		b.WriteString(entry.text(indent))
		done.Added++
	}
	if done.Kept+done.Added == 0 {
		b.WriteString("[]\n")
	}
	again, err := ReadExpectations(x.file, b.String())
	if b.Len() > files.MaxText {
		return "", done, fmt.Errorf("%s: %d entries do not fit in a file of %d bytes: fix some failures first",
			x.file, done.Kept+done.Added, files.MaxText)
	}
	if err == nil && len(again.Entries) != done.Kept+done.Added {
		err = fmt.Errorf("%s: %d entries", x.file, len(again.Entries))
	}
	if err != nil {
		return "", done, fmt.Errorf("%s: cannot be rewritten as it is; make it a plain list of entries (%w)", x.file,
			err)
	}
	return b.String(), done, nil
}

// byCause makes entries for outcomes that the file does not list, or not fully. A failed one gets entries by signature
// if each of its causes occurs in another of the unlisted, and otherwise one by id.
func (x *Expectations) byCause(unlisted, failures []*Outcome, require model.Levels) (added []*Expectation) {
	globs := make(map[*Outcome][]string)
	with := make(map[string]int) // outcomes by glob
	for _, o := range unlisted {
		globs[o] = x.causes(o, require)
		for _, glob := range globs[o] {
			with[glob]++
		}
	}
	var byID []*Expectation
	entries := make(map[string]*Expectation)
	for _, o := range unlisted {
		alone := slices.ContainsFunc(globs[o], func(glob string) bool { return with[glob] < 2 })
		if o.Verdict != Fail || alone {
			byID = append(byID, &Expectation{ID: o.ID, Verdict: o.Verdict, Reason: o.reason(require)})
			continue
		}
		for _, glob := range globs[o] {
			if entries[glob] == nil {
				entries[glob] = &Expectation{
					Signature: glob, Verdict: Fail, Reason: "for example in " + o.ID, signature: globPattern(glob),
				}
				added = append(added, entries[glob])
			}
		}
	}
	for _, entry := range added {
		most := 0
		for _, o := range failures {
			if o.has(entry, require) {
				most++
			}
		}
		entry.Max = fmt.Sprint(most)
	}
	return append(added, byID...)
}

// has reports whether the outcome has a gating difference that the entry covers.
func (o *Outcome) has(entry *Expectation, require model.Levels) bool {
	return slices.ContainsFunc(o.Differences, func(d model.Difference) bool {
		return require.Has(d.Level) && entry.Covers(d.Signature())
	})
}

// causes returns globs for the gating differences of an outcome that no entry that holds covers.
func (x *Expectations) causes(o *Outcome, require model.Levels) (globs []string) {
	for i := range o.Differences {
		d := &o.Differences[i]
		if !require.Has(d.Level) || slices.ContainsFunc(x.about[o.ID],
			func(entry *Expectation) bool { return entry.Held > 0 && entry.Covers(d.Signature()) }) {
			continue
		}
		if glob := Cause(d); !slices.Contains(globs, glob) {
			globs = append(globs, glob)
		}
	}
	return globs
}

// Found is the differences of one signature that check found.
type Found struct {
	Signature string // or a glob of many
	Cause     string // a glob of the signatures of one cause
	Chats     int    // that have them
	Known     bool   // an entry of the file covers them
}

// Covering returns the entries about signatures alone that cover a signature. Those with an id are about scenarios.
func (x *Expectations) Covering(signature string) (all []*Expectation) {
	for _, entry := range x.Entries {
		if entry.ID == "" && entry.Covers(signature) {
			all = append(all, entry)
		}
	}
	return all
}

// Count tells the entries about signatures alone how many of so many chats they cover. Those with an id hold.
func (x *Expectations) Count(held map[*Expectation]int, chats int) {
	for _, entry := range x.Entries {
		entry.Scenarios = max(1, chats)
		if entry.ID == "" {
			entry.Held = held[entry]
			entry.Nothing = entry.Held == 0
		}
	}
}

// heldBy adds up the chats of what the entry covers.
func (x *Expectation) heldBy(found []Found) (chats int) {
	for _, f := range found {
		if x.Covers(f.Signature) {
			chats += f.Chats
		}
	}
	return chats
}

// RewriteFound returns new text for the file, as Rewrite does, that lists what check found. Call Count before.
func (x *Expectations) RewriteFound(found []Found) (text string, done Rewriting, err error) {
	globs := make([]string, len(found))
	with := make(map[string]int) // found by glob
	for i, f := range found {
		globs[i] = f.Signature
		if globPattern(f.Cause).MatchString(f.Signature) {
			globs[i] = f.Cause
		}
		with[globs[i]]++
	}
	var added []*Expectation
	for i, f := range found {
		if f.Known || slices.ContainsFunc(added, func(x *Expectation) bool { return x.Covers(f.Signature) }) {
			continue
		}
		glob := f.Signature
		if with[globs[i]] > 1 {
			glob = globs[i]
		}
		added = append(added, &Expectation{
			Signature: glob, Verdict: Fail, Reason: "found by check", signature: globPattern(glob),
		})
	}
	for _, entry := range added {
		entry.Max = fmt.Sprint(entry.heldBy(found))
	}
	return x.rewrite(nil, added)
}

// Cause is a glob of signatures, of those that one cause has: what is wrong of a row, whatever rules made it and
// whatever else it says. A transfer that is routed is one, however the transfer ends.
func Cause(d *model.Difference) string {
	if d.OfInvariant() {
		return d.Signature()
	}
	a, b := model.Code(d.Expected), model.Code(d.Actual)
	switch d.Field {
	case model.RowField:
		if d.Actual == "no row" {
			a = "*"
		} else {
			b = "*"
		}
	case model.DescriptorField:
		role, rest, _ := strings.Cut(a, "/")
		gotRole, gotRest, _ := strings.Cut(b, "/")
		switch {
		case rest == gotRest:
			a, b = role+"/*", gotRole+"/*"
		case role == gotRole:
			a, b = "*/"+rest, "*/"+gotRest
		}
	case model.TypeField:
	default:
		return "*" + string(d.Field)
	}
	return "*" + string(d.Field) + " " + a + " -> " + b
}

// lists returns the entry that lists an outcome, or nil. It prefers an entry that stays to one that goes.
func (x *Expectations) lists(o *Outcome) (found *Expectation) {
	for _, entry := range x.about[o.ID] {
		if entry.Signature == "" && entry.Verdict == o.Verdict && (found == nil || found.Stale() && !entry.Stale()) {
			found = entry
		}
	}
	return found
}

// part is a stretch of the file: an entry, or the text between entries.
type part struct {
	entry  *Expectation // or nil
	above  string       // comments directly above the entry
	text   string
	indent string // of the entry
}

func (x *Expectations) parts() (parts []part) {
	if x.flow {
		for _, l := range x.lines {
			if outside(l, len(l)) {
				parts = append(parts, part{text: l})
			}
		}
		for _, entry := range x.Entries {
			parts = append(parts, part{entry: entry, text: entry.text("")})
		}
		return parts
	}
	text := func(from, to int) string { return strings.Join(x.lines[from:to], "") }
	at := 0
	for i, entry := range x.Entries {
		first, last, indent := entry.line-1, len(x.lines), entry.column-1
		above := first
		for i > 0 && above > at && strings.TrimSpace(x.lines[above-1]) != "" {
			above-- // what is left there of the entry before is outside of it
		}
		if i+1 < len(x.Entries) {
			last = x.Entries[i+1].line - 1
		}
		for outside(x.lines[last-1], indent) { // the entry's first line is not
			last--
		}
		parts = append(parts, part{text: text(at, above)}, part{
			entry, text(above, first), text(first, last), strings.Repeat(" ", indent),
		})
		at = last
	}
	return append(parts, part{text: text(at, len(x.lines))})
}

// outside reports whether a line is blank, or a comment that is indented no further than the list.
func outside(line string, indent int) bool {
	rest := strings.TrimLeft(line, " ")
	return strings.TrimSpace(rest) == "" || rest[0] == '#' && len(line)-len(rest) <= indent
}

// text returns the entry as it is written.
func (x *Expectation) text(indent string) string {
	var b strings.Builder
	lead := "- "
	for _, k := range keys {
		if value := *k.of(x); value != "" {
			b.WriteString(indent + lead + k.name + ": " + yamlText(value) + "\n")
			lead = "  "
		}
	}
	return b.String()
}

var plainYAML = regexp.MustCompile(`^(fail|error|skip|https?://[\w./-]+|[a-z]+(/[\w.-]+)+|\d{4}-\d\d-\d\d)$`)

// yamlText returns text in quotes, as JSON has them, unless it needs none.
func yamlText(s string) string {
	if plainYAML.MatchString(s) {
		return s
	}
	b, err := json.Marshal(strings.ToValidUTF8(s, "\ufffd"))
	if err != nil {
		panic(err) // a string
	}
	return string(b)
}

// reason says in one line why an outcome gates, as far as that shows from outside.
func (o *Outcome) reason(require model.Levels) string {
	if o.Failure != nil {
		return model.Line(o.Failure.Error())
	}
	if o.Verdict == Skip {
		return cmp.Or(model.Line(o.Reason), "declined")
	}
	first, more := "", 0
	for _, d := range o.Differences {
		if !require.Has(d.Level) {
			continue
		}
		if first != "" {
			more++
			continue
		}
		d.Rules, d.Accepted = nil, nil
		first = d.String()
	}
	if more > 0 {
		return fmt.Sprintf("%s (and %d more)", first, more)
	}
	return first
}

// NullExpectations returns the expectations file of a program that prints nothing, for a run with the defaults.
func NullExpectations(ctx context.Context) (string, error) {
	cases, err := Builtin()
	if err != nil {
		return "", err
	}
	plan, err := NewPlan(append(cases, Generated(1, DefaultGenerated)...))
	if err != nil {
		return "", err
	}
	x := new(Expectations)
	x.Plan(plan)
	var failures []*Outcome
	_, err = Run(ctx, plan, answers(func([]model.Event) []model.Fact { return nil }), DefaultLevels,
		func(o *Outcome) error {
			if o.Gates(DefaultLevels) {
				failures = append(failures, o)
			}
			return nil
		})
	if err != nil {
		return "", err
	}
	text, _, err := x.Rewrite(failures, DefaultLevels)
	return text, err
}
