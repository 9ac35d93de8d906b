package reports

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chatproof/chatproof/model"
)

//go:embed page/timeline.css
var timelineCSS string

// The limits of a picture: of a long chat it shows the first and the last events, and of many lanes and rows those
// that differ first.
const (
	maxColumns = 100
	maxLanes   = 30
	maxBars    = 60
	maxLabel   = 64 // characters
)

// The measures of a picture, in units of its coordinates.
const (
	margin     = 12
	lineHeight = 13
	laneHeight = 34
	barHeight  = 18
	rowHeight  = 22
)

// bar is an IRF in a picture, under the lane of its resource.
type bar struct {
	kind             model.ResourceType // "" if it is not known
	resource         string
	ordinal          int64
	opened, closed   int64  // seq; 0 if it is not known
	expected, actual string // actual is "" if it is as expected
}

// AppendSVG draws the timeline as an SVG document: time runs to the right, everybody has a lane, and under the lane
// are the IRFs of that resource, each with its descriptor. chat is the reference's reading of the same log, or nil if
// that is ill-formed.
func (t *Timeline) AppendSVG(b *bytes.Buffer, chat *model.Chat) {
	var bars []bar
	if chat != nil {
		for i := range chat.IRFs {
			r := &chat.IRFs[i]
			bars = append(bars, bar{
				r.ResourceType, r.Resource, r.Ordinal.Value, r.Trace.Opened, r.Trace.Closed, r.Descriptor().String(),
				"",
			})
		}
	}
	t.draw(b, bars, "<style>"+timelineCSS+"</style>\n")
}

// picture is a timeline being drawn.
type picture struct {
	*Timeline
	b      *bytes.Buffer
	left   int // where the columns begin
	right  int // where they end
	width  int
	height int
	x      []int // of each event
	shown  []int // events that have a column of their own
	gap    int   // the x of the others
	rows   []laneRow
	judged bool // some row differs
	note   string
}

type laneRow struct {
	*lane
	y    int // its middle
	bars []bar
}

func (t *Timeline) draw(b *bytes.Buffer, bars []bar, style string) {
	p := &picture{Timeline: t, b: new(bytes.Buffer)}
	p.place(bars)
	lines := p.header()
	top := margin + lines*lineHeight
	y := top
	for i := range p.rows {
		r := &p.rows[i]
		r.y = y + laneHeight/2
		y += laneHeight
		for _, bar := range r.bars {
			y += rowHeight
			if bar.actual != "" {
				y += rowHeight
			}
		}
	}
	p.height = y + margin
	for _, i := range p.shown {
		class := "grid"
		if p.events[i].Name == model.ProcessingStopped {
			class = "stop"
		}
		p.line(class, p.x[i], top, p.x[i], y)
	}
	for i := range p.rows {
		p.line("rule", margin, p.rows[i].y-laneHeight/2, p.right, p.rows[i].y-laneHeight/2)
	}
	p.arrows()
	p.stays()
	p.acts()
	for i := range p.rows {
		p.facts(&p.rows[i])
	}
	if p.note != "" {
		p.height += lineHeight
		p.text("small", "start", margin, p.height-margin, p.note)
	}
	label := html.EscapeString(p.describe())
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" class="timeline" role="img" aria-label="%s" width="%d" `+
		`height="%d" viewBox="0 0 %[2]d %[3]d">`+"\n%s", label, p.width, p.height, style)
	fmt.Fprintf(b, `<rect class="paper" width="%d" height="%d"/>`+"\n", p.width, p.height)
	b.Write(p.b.Bytes())
	b.WriteString("</svg>\n")
}

// place chooses lanes and columns, and gives the lanes their bars.
func (p *picture) place(bars []bar) {
	differs := func(b bar) bool { return b.actual != "" }
	p.judged = slices.ContainsFunc(bars, differs)
	drawn := slices.Clone(bars)
	slices.SortStableFunc(drawn, func(a, b bar) int { return first(differs(a), differs(b)) })
	drawn = drawn[:min(len(drawn), maxBars)]
	for _, l := range p.lanes {
		p.rows = append(p.rows, laneRow{lane: l})
	}
	for _, b := range bars {
		if !slices.Contains(drawn, b) {
			continue
		}
		at := slices.IndexFunc(p.rows, func(r laneRow) bool { return r.name == b.resource && r.kind.holds(b.kind) })
		if at < 0 {
			p.rows, at = append(p.rows, laneRow{lane: &lane{strangerLane, b.resource}}), len(p.rows)
		}
		p.rows[at].bars = append(p.rows[at].bars, b)
	}
	if lanes := len(p.rows); lanes > maxLanes {
		kept := slices.Clone(p.rows)
		slices.SortStableFunc(kept, func(a, b laneRow) int {
			return first(slices.ContainsFunc(a.bars, differs), slices.ContainsFunc(b.bars, differs))
		})
		kept = kept[:maxLanes]
		p.rows = slices.DeleteFunc(p.rows, func(r laneRow) bool {
			return !slices.ContainsFunc(kept, func(k laneRow) bool { return k.lane == r.lane })
		})
		p.note = fmt.Sprintf("%d of %d lanes are drawn. ", maxLanes, lanes)
	}
	if len(drawn) < len(bars) {
		p.note += fmt.Sprintf("%d of %d rows are drawn.", len(drawn), len(bars))
	}
	for _, r := range p.rows {
		p.left = max(p.left, textWidth(shorten(r.name, 24))*9/8+2*margin)
	}
	p.left = max(p.left, textWidth("as expected")+2*margin)
}

// first puts a before b if only a holds.
func first(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}

// strangerLane is for a resource that the chat does not have.
const strangerLane laneKind = agentLane + 1

// laneNames says what each kind of lane is.
var laneNames = [...]string{
	customerLane: "", queueLane: "interaction queue", strategyLane: "routing strategy", agentLane: "agent",
	strangerLane: "not in the chat",
}

// holds reports whether a lane of this kind can be that of a resource of the type.
func (k laneKind) holds(t model.ResourceType) bool {
	switch k {
	case queueLane:
		return t == model.QueueResource || t == ""
	case strategyLane:
		return t == model.StrategyResource || t == ""
	case agentLane:
		return t == model.AgentResource || t == ""
	}
	return k == strangerLane
}

// header writes the seq, time and name of each event above its column, and returns how many lines that takes.
func (p *picture) header() int {
	n := len(p.events)
	p.x = make([]int, n)
	x, lines := p.left, 3
	for i := range n {
		if n > maxColumns && i == maxColumns/2 {
			hidden := fmt.Sprintf("%d more", n-maxColumns)
			w := textWidth(hidden) + margin
			p.gap = x + w/2
			p.text("small", "middle", p.gap, margin+2*lineHeight-4, "…")
			p.text("small", "middle", p.gap, margin+3*lineHeight-4, hidden)
			x += w
		}
		if n > maxColumns && i >= maxColumns/2 && i < n-maxColumns/2 {
			p.x[i] = p.gap
			continue
		}
		m := &p.marks[i][0]
		cells := append([]string{fmt.Sprint(p.events[i].Seq), p.events[i].Time.UTC().Format("15:04:05"), m.verb},
			m.more...)
		w := 0
		for k := range cells {
			cells[k] = cut(cells[k], 16)
			w = max(w, textWidth(cells[k])+8)
		}
		lines = max(lines, len(cells))
		p.x[i] = x + w/2
		p.shown = append(p.shown, i)
		for k, cell := range cells {
			class := "small"
			if k == 2 {
				class = "verb"
			}
			p.text(class, "middle", p.x[i], margin+(k+1)*lineHeight-4, cell)
		}
		x += w
	}
	p.right = x
	p.width = x + margin
	return lines
}

// arrows draws who invites whom, and who puts the chat into which queue.
func (p *picture) arrows() {
	for _, i := range p.shown {
		ms := p.marks[i]
		for k, m := range ms {
			r := p.row(m.lane)
			if r == nil {
				continue
			}
			if from := p.row(ms[0].lane); k > 0 && from != nil {
				end, tip := r.y-barHeight/2, -6
				if from.y > r.y {
					end, tip = r.y+barHeight/2, 6
				}
				p.line("arrow", p.x[i], from.y, p.x[i], end)
				fmt.Fprintf(p.b, `<path class="tip" d="M%d %dl-4 %dh8z"/>`+"\n", p.x[i], end, tip)
			}
		}
	}
}

// acts draws what is done by somebody who stays: invites, queues, stops.
func (p *picture) acts() {
	for _, i := range p.shown {
		for _, m := range p.marks[i] {
			if r := p.row(m.lane); r != nil && m.then == unchanged {
				fmt.Fprintf(p.b, `<circle class="dot" cx="%d" cy="%d" r="3"/>`+"\n", p.x[i], r.y)
			}
		}
	}
}

// doing names what goes on in a lane.
var doing = map[laneKind]map[presence]string{
	customerLane: {present: "chat"},
	queueLane:    {present: "queued"},
	strategyLane: {present: "routing"},
	agentLane:    {alerted: "alerted", present: "handling"},
}

// stays draws who is in the chat from when to when, and writes the names of the lanes.
func (p *picture) stays() {
	for _, r := range p.rows {
		for _, s := range p.spans(r.lane) {
			p.stay(&r, &s)
		}
		y := r.y + 4
		if kind := laneNames[r.kind]; kind != "" {
			y -= 6
			p.text("small", "start", margin, y+12, kind)
		}
		p.text("name", "start", margin, y, shorten(r.name, 24))
	}
}

func (p *picture) stay(r *laneRow, s *span) {
	from, to := p.x[s.from], p.x[s.to]
	if s.open {
		to = p.right
	}
	if to <= from {
		return
	}
	name := doing[r.kind][s.what]
	p.rect(name, from, r.y-barHeight/2, to-from)
	for i := s.to; i > s.from; i-- { // its name stands before what happens next in the lane
		if slices.ContainsFunc(p.marks[i], func(m mark) bool { return m.lane == r.lane }) {
			to = p.x[i]
		}
	}
	if textWidth(name)+8 <= to-from {
		p.text("small", "start", from+5, r.y+4, name)
	}
}

// facts draws the IRFs of a lane: if a row differs, the expected one above the actual one.
func (p *picture) facts(r *laneRow) {
	y := r.y + laneHeight/2
	for _, b := range r.bars {
		name := ""
		if b.ordinal > 0 {
			name = fmt.Sprintf("IRF %d: ", b.ordinal)
		}
		from, to := p.at(b.opened, p.left), p.at(b.closed, p.right)
		if b.actual == "" {
			side := ""
			if p.judged {
				side = "as expected"
			}
			p.fact("fact", side, name+b.expected, from, to, y)
			y += rowHeight
			continue
		}
		p.fact("expected", "expected", name+b.expected, from, to, y)
		p.fact("actual", "actual", "≠ "+b.actual, from, to, y+rowHeight)
		y += 2 * rowHeight
	}
}

// fact draws a row with its label in the bar, or next to it if the bar is too short.
func (p *picture) fact(class, side, label string, from, to, y int) {
	p.rect(class, from, y, to-from)
	if side != "" {
		p.text("small", "end", p.left-margin, y+barHeight-5, side)
	}
	label = cut(label, maxLabel)
	w := textWidth(label) * 9 / 8 // it is bold
	switch y += barHeight - 5; {
	case w+12 <= to-from:
		p.text("label", "start", from+6, y, label)
	case to+6+w <= p.right || from-6-w < p.left:
		p.text("label", "start", to+6, y, label)
		p.width = max(p.width, to+6+w+margin)
	default:
		p.text("label", "end", from-6, y, label)
	}
}

// at returns the x of the event with a seq, or otherwise if there is none.
func (p *picture) at(seq int64, otherwise int) int {
	if i := slices.IndexFunc(p.events, func(e model.Event) bool { return e.Seq == seq }); i >= 0 {
		return p.x[i]
	}
	return otherwise
}

func (p *picture) row(l *lane) *laneRow {
	for i := range p.rows {
		if p.rows[i].lane == l {
			return &p.rows[i]
		}
	}
	return nil
}

// describe puts the picture's rows into words, for those who cannot see it.
func (p *picture) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Timeline of %d events.", len(p.events))
	for _, r := range p.rows {
		for _, f := range r.bars {
			fmt.Fprintf(&b, " %s: ", shorten(r.name, maxLabel))
			if b.WriteString(cut(f.expected, maxLabel)); f.actual != "" {
				b.WriteString(" expected, actual " + cut(f.actual, maxLabel))
			}
			b.WriteString(".")
		}
	}
	return b.String()
}

func (p *picture) line(class string, x1, y1, x2, y2 int) {
	fmt.Fprintf(p.b, `<path class="%s" d="M%d %dL%d %d"/>`+"\n", class, x1, y1, x2, y2)
}

func (p *picture) rect(class string, x, y, w int) {
	fmt.Fprintf(p.b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="3"/>`+"\n", class, x, y, max(w, 2),
		barHeight)
}

// text writes one line. If a font may lack its characters, the line is drawn as wide as textWidth says.
func (p *picture) text(class, anchor string, x, y int, s string) {
	length := ""
	if strings.ContainsFunc(s, func(r rune) bool { return r > 'ɏ' && r != '…' && r != '≠' }) {
		length = fmt.Sprintf(` textLength="%d" lengthAdjust="spacingAndGlyphs"`, textWidth(s))
	}
	if anchor != "start" {
		length += ` text-anchor="` + anchor + `"`
	}
	fmt.Fprintf(p.b, `<text class="%s" x="%d" y="%d"%s>%s</text>`+"\n", class, x, y, length, html.EscapeString(s))
}

// textWidth estimates how wide a line is at most in common fonts.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= 0x1100:
			n += 110
		case strings.ContainsRune("il.,:;'|! ()[]/", r):
			n += 42
		case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == '@' || r == '%':
			n += 105
		case 'A' <= r && r <= 'Z':
			n += 80
		default:
			n += 69
		}
	}
	return n / 10
}

// shorten escapes a name, and cuts it to n characters.
func shorten(name string, n int) string { return cut(model.Name(name), n) }

// cut cuts a text to at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
