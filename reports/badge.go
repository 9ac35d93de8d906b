package reports

import (
	"cmp"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/chatproof/chatproof/internal/engine"
)

// badge returns the verdict in a few words, and a colour.
func (r *Results) badge() (label, message, colour string) {
	all := &r.Footer.Totals.All
	label = "chatproof"
	if a := r.Footer.Audit; a != nil {
		colour = map[engine.Conclusion]string{
			engine.Conforming: "brightgreen", engine.AsExpected: "yellow",
			engine.Incomplete: "yellow",
		}[r.Footer.Conclusion()]
		return label, fmt.Sprintf("%d of %d chats differ", a.Differing, a.Chats), cmp.Or(colour, "red")
	}
	switch r.Footer.Conclusion() {
	case engine.Conforming:
		return label, fmt.Sprintf("conforms, %d of %d", all.Pass+all.Differ, all.Scenarios()), "brightgreen"
	case engine.AsExpected:
		return label, fmt.Sprintf("%d of %d, %d known", all.Pass, all.Scenarios(), all.Known), "yellow"
	case engine.StaleExpectations:
		return label, "expectations stale", "red"
	case engine.Incomplete:
		return label, "incomplete", "yellow"
	}
	return label, fmt.Sprintf("%d of %d fail", all.Bad(), all.Scenarios()), "red"
}

// WriteBadge writes the badge as the JSON that shields.io reads from an endpoint.
func (r *Results) WriteBadge(w io.Writer) error {
	label, message, colour := r.badge()
	b, err := json.Marshal(struct {
		SchemaVersion int    `json:"schemaVersion"`
		Label         string `json:"label"`
		Message       string `json:"message"`
		Color         string `json:"color"`
	}{1, label, message, colour})
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	return err
}

// colours are those of the badges, dark enough for white letters.
var colours = map[string]string{"brightgreen": "#1a7f37", "yellow": "#8a6100", "red": "#c62828"}

// WriteBadgeSVG draws the badge.
func (r *Results) WriteBadgeSVG(w io.Writer) error {
	label, message, colour := r.badge()
	width := func(s string) int { return 7*utf8.RuneCountInString(s) + 10 }
	left, right := width(label), width(message)
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="20" role="img" aria-label="%[5]s: %[6]s">
<title>%[5]s: %[6]s</title>
<clipPath id="r"><rect width="%[1]d" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="%[2]d" height="20" fill="#444"/><rect x="%[2]d" width="%[3]d" height="20" fill="%[4]s"/></g>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="5" y="14" textLength="%[7]d">%[5]s</text>
<text x="%[8]d" y="14" textLength="%[9]d">%[6]s</text>
</g>
</svg>
`, left+right, left, right, colours[colour], label, message, left-10, left+5, right-10)
	return err
}
