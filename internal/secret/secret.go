// Package secret is the one place that decides what is a credential, and takes credentials out of text that is shown
// or written. It hides nothing else: with `Accept-Language: en` hidden, every word "en" would go.
package secret

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// header matches the names of headers that carry credentials.
var header = regexp.MustCompile(`(?i)auth|cookie|token|secret|passw|pwd|credential|session|signature|(^|[-_])(api)?-?_?key($|[-_])`)

// InHeader reports whether a header of this name carries a credential.
func InHeader(name string) bool {
	return header.MatchString(name) && !strings.EqualFold(name, "Idempotency-Key")
}

// Values are credentials known by their text. The zero Values hide nothing.
type Values struct{ longest []string }

// OfHeader collects headers' credentials: whole values, values without their scheme, cookies, and what Basic encodes.
func OfHeader(h http.Header) (v Values) {
	v.ofHeader(h)
	v.sort()
	return v
}

func (v *Values) ofHeader(h http.Header) {
	for name, values := range h {
		if !InHeader(name) {
			continue
		}
		for _, value := range values {
			v.add(value)
			if strings.Contains(strings.ToLower(name), "cookie") {
				for part := range strings.SplitSeq(value, ";") {
					_, cookie, _ := strings.Cut(part, "=")
					v.add(strings.TrimSpace(cookie))
				}
			}
			scheme, rest, found := strings.Cut(value, " ")
			if !found {
				continue
			}
			v.add(strings.TrimSpace(rest))
			if plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest)); err == nil &&
				strings.EqualFold(scheme, "Basic") {
				v.add(string(plain))
				_, password, _ := strings.Cut(string(plain), ":")
				v.add(password)
			}
		}
	}
}

func (v *Values) sort() {
	slices.SortFunc(v.longest, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
}

func (v *Values) add(value string) {
	if value != "" && !slices.Contains(v.longest, value) {
		v.longest = append(v.longest, value)
	}
}

// Hide replaces each credential with …, the longest first. A short one inside a longer word stays: a password "a"
// would otherwise take every a away, and give itself away by that.
func (v Values) Hide(text string) string {
	for _, value := range v.longest {
		text = hideWord(text, value)
	}
	return text
}

func hideWord(text, value string) string {
	var b strings.Builder
	for {
		at := strings.Index(text, value)
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		end := at + len(value)
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[end:])
		first, _ := utf8.DecodeRuneInString(value)
		last, _ := utf8.DecodeLastRuneInString(value)
		if len(value) < 8 && (wordly(before) && wordly(first) || wordly(last) && wordly(after)) {
			_, size := utf8.DecodeRuneInString(text[at:])
			b.WriteString(text[:at+size])
			text = text[at+size:]
			continue
		}
		b.WriteString(text[:at] + "…")
		text = text[end:]
	}
}

func wordly(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
