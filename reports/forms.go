package reports

import "io"

// Form is a rendering of results into a file.
type Form struct {
	File  string // of [Forms], its name in the directory of a report
	Write func(*Results, io.Writer) error
}

// Forms lists what makes up a report, in addition to the record.
var Forms = []Form{
	{"index.html", Page},
	{"junit.xml", (*Results).WriteJUnit},
	{"summary.md", Summary},
	{"badge.json", (*Results).WriteBadge},
	{"badge.svg", (*Results).WriteBadgeSVG},
}

// Page writes the page of one result.
func Page(r *Results, w io.Writer) error { return WriteHTML(w, r) }

// Summary writes the summary in Markdown, of the most bytes that it may have.
func Summary(r *Results, w io.Writer) error { return r.WriteMarkdown(w, MaxMarkdown) }
