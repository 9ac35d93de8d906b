package cli

import (
	"os"
	"strings"

	"github.com/chatproof/chatproof/internal/secret"
)

// withoutSecrets returns words without credentials, fit to be shown and recorded.
func withoutSecrets(words []string) []string {
	shown, _ := secret.Command(words)
	return shown
}

// hide removes from a message the credentials that a command line holds: a message may repeat them unknowingly.
func hide(words []string, message string) string {
	shown, values := secret.Command(words)
	for i, word := range words {
		if word != shown[i] && len(word) > len("…") {
			message = strings.ReplaceAll(message, word, shown[i])
		}
	}
	return values.Hide(message)
}

// secrets returns the credentials that reach an implementation, and those of our environment, which it shares.
func (w *way) secrets() secret.Values {
	_, all := secret.Command(append(w.command[:len(w.command):len(w.command)], w.facts...))
	return all.And(secret.OfHeader(w.header), secret.OfURL(w.url), secret.OfEnvironment(os.Environ()))
}
