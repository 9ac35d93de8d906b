package reports

import "io"

// Form is a rendering of results into a file.
type Form struct {
	File  string // its name in the directory of a report
	Write func(*Results, io.Writer) error
}

// Forms lists what makes up a report, in addition to the record.
var Forms = []Form{
	{"index.html", func(r *Results, w io.Writer) error { return WriteHTML(w, r) }},
	{"junit.xml", (*Results).WriteJUnit},
	{"summary.md", func(r *Results, w io.Writer) error { return r.WriteMarkdown(w, MaxMarkdown) }},
	{"badge.json", (*Results).WriteBadge},
	{"badge.svg", (*Results).WriteBadgeSVG},
}
