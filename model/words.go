package model

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds a name in a message, in characters.
const maxName = 80

// Name makes a name that came from outside safe in a line of text. A plain name stays as it is; any other is quoted,
// with control and direction characters escaped and hidden blanks shown. A name is cut after 80 characters.
func Name(s string) string {
	if s == "" {
		return `""`
	}
	for _, r := range s {
		if !plain(r) || r == '"' {
			return Quoted(s)
		}
	}
	if hasBlanks(s) {
		return Quoted(s)
	}
	return cut(s)
}

// hasBlanks reports whether a name has blanks that the eye misses: outer ones, or several in a row.
func hasBlanks(s string) bool {
	return s[0] == ' ' || s[len(s)-1] == ' ' || strings.Contains(s, "  ")
}

// Word is [Name], but with quotes unless it begins as a number does: "got first" reads as a sentence, unlike "got 2.5".
func Word(s string) string {
	if s != "" && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') {
		return Name(s)
	}
	return Quoted(s)
}

// Quoted is [Name], but always with quotes.
func Quoted(s string) string { return quoted(s, escape) }

// Escaped is [Quoted], with every character beyond ASCII escaped.
func Escaped(s string) string {
	return quoted(s, func(b *strings.Builder, r rune) {
		if r < utf8.RuneSelf {
			escape(b, r)
			return
		}
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	})
}

// quoted writes a name in quotes. Outer blanks become dots, and so does every blank after another.
func quoted(s string, write func(*strings.Builder, rune)) string {
	var b strings.Builder
	b.WriteByte('"')
	long := cut(s)
	start, end := len(long)-len(strings.TrimLeft(long, " ")), len(strings.TrimRight(long, " "))
	last := rune(0)
	for i, r := range long {
		switch {
		case r == ' ' && (i < start || i >= end || last == ' '):
			b.WriteRune('·')
		case r == '·' && hasBlanks(s):
			b.WriteString(`\u00b7`)
		case r == '"':
			b.WriteString(`\"`)
		default:
			write(&b, r)
		}
		last = r
	}
	b.WriteByte('"')
	return b.String()
}

// Apart writes two names so that the eye sees where they differ: if they look alike, it escapes the characters beyond
// ASCII in both.
func Apart(a, b string) (string, string) {
	if a != b && lookAlike(a, b) {
		return Escaped(a), Escaped(b)
	}
	return Name(a), Name(b)
}

// lookAlike reports whether two names differ only in how letters are composed, or in the script of letters, like the
// Greek Alpha and the Latin A.
func lookAlike(a, b string) bool {
	x, y := letters(a), letters(b)
	if len(x) != len(y) {
		return false
	}
	alike := false
	for i := range x {
		if x[i] == y[i] {
			continue
		}
		alike = isComposed(x[i]) != isComposed(y[i]) || isForeign(x[i]) != isForeign(y[i])
		if !alike {
			return false
		}
	}
	return alike
}

func isComposed(letter string) bool { return utf8.RuneCountInString(letter) > 1 }

// isForeign reports whether a letter is of a script that shares shapes with the Latin one.
func isForeign(letter string) bool {
	r, _ := utf8.DecodeRuneInString(letter)
	return unicode.In(r, unicode.Cyrillic, unicode.Greek)
}

// letters splits a name into its characters, each with the marks that combine with it.
func letters(s string) (all []string) {
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) && len(all) > 0 {
			all[len(all)-1] += string(r)
		} else {
			all = append(all, string(r))
		}
	}
	return all
}

// Line makes a line of text that came from outside safe: it escapes control and direction characters, and cuts the line
// after 400 characters.
func Line(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > 400 {
			b.WriteString("…")
			break
		}
		escape(&b, r)
	}
	return b.String()
}

// escape writes a character as it is if it is plain, or else as Go would in a string.
func escape(b *strings.Builder, r rune) {
	if plain(r) && r != '\\' {
		b.WriteRune(r)
	} else {
		b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
}

// plain reports whether a character shows as itself and moves nothing else.
func plain(r rune) bool {
	return r == ' ' || unicode.IsPrint(r) && r != utf8.RuneError && !unicode.Is(unicode.Bidi_Control, r)
}

func cut(s string) string {
	n := 0
	for i := range s {
		if n == maxName {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Because says briefly which events made the IRF, each with its seq.
func (r *IRF) Because() string {
	t := &r.Trace
	var b strings.Builder
	switch {
	case r.Clauses&silenceClauses != 0:
		fmt.Fprintf(&b, "a row that the readings add")
	case t.How == EndedInMediation && r.ResourceType == QueueResource:
		fmt.Fprintf(&b, "placed in %s (seq %d)", Name(r.Resource), t.Opened)
	case t.How == EndedInMediation:
		fmt.Fprintf(&b, "%s began to route (seq %d)", Name(r.Resource), t.Opened)
	case t.Pulled:
		fmt.Fprintf(&b, "pulled from %s (seq %d)", Name(t.Queue), t.Opened)
	case t.Initiator != "" && t.Queue == "" && t.ModeFrom == t.Opened:
		fmt.Fprintf(&b, "invited by %s%s (seq %d)", t.wish(), t.mode(), t.Opened)
	case t.Initiator != "" && t.Queue == "":
		fmt.Fprintf(&b, "invited by %s (seq %d)%s", t.wish(), t.Opened, t.mode())
	default:
		fmt.Fprintf(&b, "invited by %s (seq %d)", Name(t.Invoker), t.Opened)
	}
	if t.Initiator != "" && (t.Queue != "" || t.How == EndedInMediation) {
		fmt.Fprintf(&b, " for %s through a queue%s", t.wish(), t.mode())
	}
	if t.Accepted != 0 && !t.Pulled {
		fmt.Fprintf(&b, ", accepted (seq %d)", t.Accepted)
	}
	switch {
	case t.HandedOver != 0 && r.Clauses&Set(I20Completed, I20Canceled) != 0:
		fmt.Fprintf(&b, ", finished in %s (seq %d)", Name(t.HandedTo), t.HandedOver)
	case t.HandedOver != 0:
		fmt.Fprintf(&b, ", transferred to %s (seq %d)", Name(t.HandedTo), t.HandedOver)
	}
	if t.Withdrawn != 0 {
		fmt.Fprintf(&b, ", revoked as Stopped (seq %d)", t.Withdrawn)
	}
	if t.Left != 0 {
		fmt.Fprintf(&b, ", left (seq %d)", t.Left)
	}
	fmt.Fprintf(&b, ", %s (seq %d)", endings[t.How], t.Closed)
	return b.String()
}

var endings = [...]string{
	NotEnded:            "not ended",
	HasLeft:             "left",
	WasRemoved:          "removed by the media server",
	WasRejected:         "rejected",
	WasRevoked:          "revoked",
	WasRevokedOtherwise: "revoked for another reason",
	WasStopped:          "alerted until the stop",
	HandlingAtStop:      "handling until the stop",
	EndedInMediation:    "where the chat stopped",
	TimedOut:            "revoked while it handled",
}

// wish says on whose behalf an agent is invited, and for what.
func (t *Trace) wish() string { return Name(t.Initiator) + "'s " + string(t.Operation) }

// mode says with which visibility mode a conference invites, and which event gave it unless it is the attempt's first.
func (t *Trace) mode() string {
	switch {
	case t.Operation != Conference:
		return ""
	case t.Mode == 0:
		return " with unknown visibility mode"
	case t.ModeFrom == t.Opened:
		return fmt.Sprintf(" with visibility mode %d", t.Mode)
	}
	return fmt.Sprintf(" with visibility mode %d (seq %d)", t.Mode, t.ModeFrom)
}
