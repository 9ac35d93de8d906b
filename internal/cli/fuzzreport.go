package cli

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// campaignReport reports on a running campaign, each finding as soon as it is made.
type campaignReport struct {
	*env
	dir   string // "" for no report
	shown *progress
	hide  func(text string) string // removes credentials from what the implementation said
	// header heads the page. words are the flags that reach the implementation again.
	header *engine.Header
	words  []string

	mu       sync.Mutex
	now      engine.Progress
	findings []*engine.Finding // in order of arrival
	failed   error             // the first write that failed
}

// found prints a finding, and writes it to the report.
func (c *campaignReport) found(f *engine.Finding) {
	var b bytes.Buffer
	if len(c.findings) > 0 {
		b.WriteByte('\n')
	}
	c.findings = append(c.findings, f)
	f.Hide(c.hide)
	describeFinding(&b, f, len(c.findings))
	c.write(f, len(c.findings)-1, &b)
	c.shown.clear()
	if _, err := c.out.Write(b.Bytes()); c.failed == nil {
		c.failed = err
	}
}

// write writes a finding to its directory, if there is a report.
func (c *campaignReport) write(f *engine.Finding, i int, b *bytes.Buffer) {
	if c.dir == "" {
		return
	}
	dir := filepath.Join(c.dir, f.Directory(i))
	if err := f.Write(dir); err != nil {
		if c.failed == nil {
			c.failed = fmt.Errorf("--report: %w", err)
		}
		return
	}
	fmt.Fprintf(b, "      written to %s\n", model.Line(dir))
}

func (c *campaignReport) progress(p engine.Progress) {
	c.mu.Lock()
	c.now = p
	c.mu.Unlock()
}

// line says how far the campaign is, like random chats: 12,000 of 33,000 asked, 3 findings, 2 more being shrunk, 640/s.
func (c *campaignReport) line(spent, span time.Duration) string {
	c.mu.Lock()
	p := c.now
	c.mu.Unlock()
	line := fmt.Sprintf("%s: %d", p.Phase, p.Asked)
	if p.Phase == "" {
		line = "0"
	}
	if p.Most > 0 {
		line += fmt.Sprintf(" of at most %d", p.Most)
	}
	line += " asked, " + number(p.Findings, "finding", "findings")
	if p.Open > 0 {
		line += fmt.Sprintf(", %d more being shrunk", p.Open)
	}
	if rate := float64(p.Asked) / spent.Seconds(); rate > 0 {
		line += fmt.Sprintf(", %.0f/s", rate)
	}
	if left := span - spent; left > 0 {
		line += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	return line
}

// maxFaces bounds how many faces of a finding the summary lists. The report has them all.
const maxFaces = 4

// close writes the faces that were found later, and the summary.
func (c *campaignReport) close(h *engine.Harvest, seed uint64, levels model.Levels) error {
	var b, unsaid bytes.Buffer
	if len(c.findings) > 0 {
		b.WriteByte('\n')
	}
	for i, f := range c.findings {
		if len(f.Faces) > 0 {
			fmt.Fprintf(&b, "Finding %d (%s, in %s) also shows as\n", i+1, f.Signature, chats(f.Count))
			c.write(f, i, &unsaid)
		}
		for k, face := range f.Faces {
			if k == maxFaces {
				fmt.Fprintf(&b, "      and %s more\n", number(len(f.Faces)-k, "signature", "signatures"))
				break
			}
			fmt.Fprintf(&b, "      %s  (%s, in %s)\n", face.Signature, face.Level, chats(face.Count))
		}
	}
	for _, note := range h.Notes {
		fmt.Fprintf(&b, "The program %s.\n", model.Line(note))
	}
	asked := fmt.Sprintf("%s, %s, seed %d", smallChats(h.Small), scenarios(h.Scenarios), seed)
	signatures := number(h.Signatures(), "signature", "signatures")
	fmt.Fprintf(&b, "%s: %s from %s of differences (required: %s).\n", asked,
		number(len(h.Findings), "finding", "findings"), signatures, strings.Join(c.header.Require, ", "))
	if _, err := c.out.Write(b.Bytes()); c.failed == nil {
		c.failed = err
	}
	if c.dir != "" && c.failed == nil {
		c.failed = c.page("from "+signatures+" of differences, in "+asked, levels)
	}
	return c.failed
}

// page writes the findings as one page, and prints its path.
func (c *campaignReport) page(lead string, levels model.Levels) error {
	tally := engine.NewTally()
	r := &reports.Results{Header: c.header, Campaign: lead}
	for i, f := range c.findings {
		l := f.Line(i, levels)
		if l.Environment == nil {
			l.Environment = new(engine.Environment)
		}
		l.Environment.Reproduce = commandLine(append([]string{
			"run", "--scenario", "own/*", "--features",
			filepath.Join(c.dir, f.Directory(i)),
		}, c.words...))
		r.Lines = append(r.Lines, l)
		tally.Add(l)
	}
	r.Footer = engine.NewFooter(tally, nil)
	path := filepath.Join(c.dir, "index.html")
	if err := reports.WriteFiles([]reports.Form{{File: path, Write: reports.Page}}, r, nil); err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	fmt.Fprintln(c.err, "chatproof: the report:", model.Line(path))
	return nil
}

func chats(n int) string      { return number(n, "chat", "chats") }
func smallChats(n int) string { return number(n, "small chat", "small chats") }

// describeFinding writes a finding as text: what it is, the shortest chat, what differs.
func describeFinding(b *bytes.Buffer, f *engine.Finding, n int) {
	said, level := "", f.Level.String()
	for i := range f.Found {
		if d := &f.Found[i]; said == "" && d.Signature() == f.Signature {
			said = d.String()
		}
	}
	if f.Failure != nil {
		said, level = f.Failure.Message, "no facts"
	}
	fmt.Fprintf(b, "Finding %d: %s\n", n, said)
	fmt.Fprintf(b, "      signature: %s  (%s, in %s, first %s)\n", f.Signature, level, chats(f.Count), f.First)
	for line := range strings.Lines(f.Stderr) {
		fmt.Fprintf(b, "      | %s\n", model.Line(strings.TrimSuffix(line, "\n")))
	}
	log := f.Minimal.Log
	fmt.Fprintf(b, "      %d events; %s\n", len(log), f.Verdict())
	if f.Again {
		fmt.Fprintf(b, "      %s\n", engine.ForAgain)
	}
	if len(log) <= 40 {
		reports.NewTimeline(log).AppendText(b)
	}
}
