package cli

import (
	"regexp"
	"slices"
	"strings"
)

// secrets are the passwords that connection strings hold, with what stands before and behind them.
var secrets = []struct {
	at   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?s)(\w:/{0,2}[^/:@]*):.*@`), "$1@"},                                       // postgres://USER:PASSWORD@
	{regexp.MustCompile(`(?s)(:thin:[^/@]*)/.*@`), "$1@"},                                           // jdbc:oracle:thin:USER/PASSWORD@
	{regexp.MustCompile(`(?i)((?:password|passwd|pwd)\s*=\s*)(?:'[^']*'|"[^"]*"|[^&;\s]+)`), "$1…"}, // Server=…;Password=…
}

// withoutSecret is a word of a command line without the passwords of connection strings.
func withoutSecret(word string) string {
	for _, s := range secrets {
		word = s.at.ReplaceAllString(word, s.with)
	}
	return word
}

// withoutSecrets are words to be shown and recorded.
func withoutSecrets(words []string) []string {
	words = slices.Clone(words)
	for i := range words {
		words[i] = withoutSecret(words[i])
	}
	return words
}

// hide takes the passwords that the words of a command line hold out of a message: not every message knows what it
// repeats.
func hide(words []string, message string) string {
	for _, word := range words {
		if _, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "-") {
			word = value
		}
		if without := withoutSecret(word); without != word {
			message = strings.ReplaceAll(message, word, without)
		}
	}
	return message
}
