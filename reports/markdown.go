package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// MaxMarkdown limits a summary in Markdown, in bytes: a step of GitHub Actions may write a mebibyte.
const MaxMarkdown = 900_000

// WriteMarkdown writes a summary in GitHub's Markdown, at most limit bytes, the worst first.
func (r *Results) WriteMarkdown(w io.Writer, limit int) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s\n\n", markdown(r.Verdict()))
	if r.Footer.Audit != nil {
		r.auditMarkdown(&b, limit)
		_, err := w.Write(b.Bytes()[:min(b.Len(), max(0, limit))])
		return err
	}
	fmt.Fprintf(&b, "%s against %s\n\n", markdown("chatproof "+r.Header.Chatproof), codeSpan(r.Implementation()))
	b.WriteString("| | | pass | differs | fail | error | skip | not run |\n|---|---|--:|--:|--:|--:|--:|--:|\n")
	groups := r.groups()
	for i, c := range groups[:min(len(groups), 100)] {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d |\n", markdown(c.Name), markdown(groups[i].Title),
			c.Pass, c.Differ, c.Fail, c.Error, c.Skip, c.NotRun)
	}
	if guide := r.Guide(); guide != "" {
		fmt.Fprintf(&b, "\n%s\n", markdown(guide))
	}
	if r.Changes != nil {
		r.Changes.writeMarkdown(&b)
	}
	var told, all int
	causes := r.causes()
	for _, c := range causes {
		all += len(c.lines)
	}
	for i, c := range causes {
		var part bytes.Buffer
		if i == 0 {
			part.WriteString("\n### What does not pass\n")
		}
		fmt.Fprintf(&part, "\n**%s:** %s\n\n", markdown(scenarios(len(c.lines))), markdown(c.said))
		for j, l := range c.lines {
			if j == maxNamed {
				fmt.Fprintf(&part, "- and %d more\n", len(c.lines)-j)
				break
			}
			fmt.Fprintf(&part, "- %s\n", strings.TrimSpace(codeSpan(l.ID)+" "+markdown(l.Source)))
		}
		if e := c.lines[0].Environment; e != nil && e.Reproduce != "" {
			fmt.Fprintf(&part, "\nRun the first again: %s\n", codeSpan(e.Reproduce))
		}
		if b.Len()+part.Len()+100 > limit {
			fmt.Fprintf(&b, "\nand %s: the report has them all.\n", Number(all-told, "more scenario", "more scenarios"))
			break
		}
		b.Write(part.Bytes())
		told += len(c.lines)
	}
	if b.Len() > limit {
		b.Reset()
	}
	_, err := w.Write(b.Bytes())
	return err
}

// maxNamed limits how many scenarios of a cause are named.
const maxNamed = 10

// unmarked escapes what could be markup within a line, and what GitHub turns into links.
var unmarked = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "&", `\&`, "~", `\~`, "|",
	`\|`, "@", `\@`, "!", `\!`, "$", `\$`, "#", `\#`, "://", `:\//`, "www.", `www\.`,
)

// markdown writes a line of text so that nothing in it is markup.
func markdown(s string) string { return unmarked.Replace(safe(s)) }

// codeSpan writes a line of text as code, in a fence longer than any in it.
func codeSpan(s string) string {
	s = safe(s)
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}

// auditMarkdown writes what a check found: the answer, what was not judged, and the findings.
func (r *Results) auditMarkdown(b *bytes.Buffer, limit int) {
	fmt.Fprintf(b, "%s\n\n", markdown(r.audited()+": "+r.sum()))
	for i, c := range r.auditCauses() {
		if i < auditCauses {
			fmt.Fprintf(b, "- %s\n", markdown(strings.TrimSpace(c.String())))
		}
	}
	for _, said := range r.unjudged() {
		fmt.Fprintf(b, "- %s\n", markdown(strings.TrimSpace(said)))
	}
	if r.Changes != nil {
		r.Changes.writeMarkdown(b)
	}
	for i, l := range r.Lines {
		if i == 0 {
			b.WriteString("\n| chats | times | counts | level | difference | for example |\n" +
				"|--:|--:|---|---|---|---|\n")
		}
		line := fmt.Sprintf("| %d | %d | %s | %s | %s | %s |\n", l.Found.Chats, l.Found.Times, counts(l),
			markdown(l.Level), markdown(l.Found.Signature), markdown(model.Name(l.Found.Example)))
		if i == maxListed || b.Len()+len(line)+100 > limit {
			fmt.Fprintf(b, "\nand %s: the report has them all.\n",
				Number(len(r.Lines)-i, "more difference", "more differences"))
			break
		}
		b.WriteString(line)
	}
}
