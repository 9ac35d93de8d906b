package reports

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// Merge joins the shards of one run. Except for the environments, the result is byte for byte the record of a run of
// the whole. It refuses records of different suites, seeds, plans, levels, readings or implementations, incomplete
// ones, gaps and overlaps, and says which they are. A whole record alone is its own merge.
func Merge(shards []*Results) (*Results, error) {
	first := shards[0]
	if len(shards) > 1 && slices.ContainsFunc(shards, func(s *Results) bool { return s.Header.Kind == engine.Check }) {
		return nil, errors.New("the record of a check has no shards: it cannot be merged")
	}
	if len(shards) == 1 && first.Header.Shard == "" && !first.Incomplete {
		return first, nil
	}
	if err := alike(shards); err != nil {
		return nil, err
	}
	from := make([]*Results, first.Header.Scenarios+1) // by place in the plan
	whole := &Results{Name: first.Name, Lines: make([]*engine.ScenarioLine, 0, first.Header.Scenarios)}
	var coverage []*engine.Coverage
	for _, s := range shards {
		for _, l := range s.Lines {
			if other := from[l.Index]; other != nil {
				if other.Name == s.Name {
					return nil, fmt.Errorf("%s: given twice; give each shard once", s.Name)
				}
				return nil, fmt.Errorf("%s and %s overlap: both hold %s; give each shard once", other.Name, s.Name,
					model.Name(l.ID))
			}
			from[l.Index] = s
		}
		whole.Lines = append(whole.Lines, s.Lines...)
		coverage = append(coverage, s.Footer.Coverage)
	}
	if missing := first.Header.Scenarios - len(whole.Lines); missing > 0 {
		var given []string
		for _, s := range shards {
			given = append(given, model.Name(s.Header.Shard))
		}
		return nil,
			fmt.Errorf("%d of %d scenarios are in none of the results, because only the shards %s were given; add the "+
				"results of the other shards (the first missing scenario is number %d in the order of the run)",
				missing, first.Header.Scenarios, strings.Join(given, ", "), slices.Index(from[1:], nil)+1)
	}
	slices.SortFunc(whole.Lines, func(a, b *engine.ScenarioLine) int { return a.Index - b.Index })
	merged, err := engine.MergeCoverage(coverage)
	if err != nil {
		return nil, err
	}
	tally := engine.NewTally()
	tally.Known, err = expectations(shards)
	if err != nil {
		return nil, err
	}
	tally.Known.Asked(whole.Lines)
	for _, l := range whole.Lines {
		tally.Add(l)
	}
	header := *first.Header
	header.Shard = ""
	whole.Header = &header
	whole.Footer = engine.NewFooter(tally, merged)
	whole.Footer.Environment = occasions(shards)
	return whole, nil
}

// digestOf returns the digest of readings, or "none".
func digestOf(r *engine.Readings) string {
	if r == nil {
		return "none"
	}
	return r.Digest
}

// alike checks that the results can be those of one run.
func alike(shards []*Results) error {
	first := shards[0]
	for _, s := range shards {
		a, b := first.Header, s.Header
		for _, part := range []struct{ what, first, other string }{
			{"suites", a.Chatproof + " " + a.Suite, b.Chatproof + " " + b.Suite},
			{"seeds", fmt.Sprint(a.Seed), fmt.Sprint(b.Seed)},
			{
				"scenarios", fmt.Sprintf("%d with the digest %s", a.Scenarios, a.Plan),
				fmt.Sprintf("%d with the digest %s", b.Scenarios, b.Plan),
			},
			{"required levels", strings.Join(a.Require, ","), strings.Join(b.Require, ",")},
			{"readings", digestOf(a.Readings), digestOf(b.Readings)},
			{"values of --strict", fmt.Sprint(a.Strict), fmt.Sprint(b.Strict)},
			{"implementations", model.Quoted(first.Implementation()), model.Quoted(s.Implementation())},
		} {
			if part.first != part.other {
				return fmt.Errorf("%s and %s have different %s (%s, %s): only shards of one run can be merged",
					first.Name, s.Name, part.what, safe(part.first), safe(part.other))
			}
		}
		if s.Incomplete {
			return fmt.Errorf("%s: incomplete: the run did not end, or the file is cut off", s.Name)
		}
		if b.Suite != engine.Digest() {
			return fmt.Errorf("%s: made by chatproof %s, but this is chatproof %s %s; merge with the chatproof that "+
				"made it", s.Name,
				safe(b.Chatproof+" "+b.Suite), engine.Version, engine.Digest())
		}
	}
	return nil
}

// expectations adds up what the shards found about the entries in force.
func expectations(shards []*Results) (*engine.Expectations, error) {
	all := new(engine.Expectations)
	for _, x := range shards[0].Footer.Expectations {
		entry := *x
		entry.Held, entry.Otherwise = 0, 0
		all.Entries = append(all.Entries, &entry)
	}
	for _, s := range shards {
		other := s.Footer.Expectations
		same := len(other) == len(all.Entries)
		for i := 0; same && i < len(other); i++ {
			x, y := *all.Entries[i], *other[i]
			all.Entries[i].Held += y.Held
			all.Entries[i].Otherwise += y.Otherwise
			x.Held, x.Otherwise, y.Held, y.Otherwise = 0, 0, 0, 0
			same = x == y
		}
		if !same {
			return nil, fmt.Errorf("%s and %s have different expectations: only shards of one run can be merged",
				shards[0].Name, s.Name)
		}
	}
	if len(all.Entries) == 0 {
		return nil, nil
	}
	return all, nil
}

// occasions combines what the shards say about their runs.
func occasions(shards []*Results) *engine.Environment {
	all := new(engine.Environment)
	for _, s := range shards {
		if e := s.Footer.Environment; e != nil {
			all.Ignored += e.Ignored
			all.Notes, all.Expired = joinNew(all.Notes, e.Notes), joinNew(all.Expired, e.Expired)
			all.Stderr = cmp.Or(all.Stderr, e.Stderr)
		}
	}
	return all
}

// joinNew appends the texts that are not there yet.
func joinNew(all, more []string) []string {
	for _, s := range more {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// Write writes the record.
func (r *Results) Write(w io.Writer) error {
	err := engine.WriteLine(w, r.Header)
	for _, l := range r.Lines {
		if err == nil {
			err = engine.WriteLine(w, l)
		}
	}
	if err == nil && !r.Incomplete {
		err = engine.WriteLine(w, r.Footer)
	}
	return err
}
