package cli

import (
	"os"
	"strings"

	"github.com/chatproof/chatproof/internal/secret"
)

// withoutSecrets are words to be shown and recorded.
func withoutSecrets(words []string) []string {
	shown, _ := secret.Command(words)
	return shown
}

// hide takes the credentials that the words of a command line hold out of a message: not every message knows what it
// repeats.
func hide(words []string, message string) string {
	shown, values := secret.Command(words)
	for i, word := range words {
		if word != shown[i] && len(word) > len("…") {
			message = strings.ReplaceAll(message, word, shown[i])
		}
	}
	return values.Hide(message)
}

// secrets are the credentials by which an implementation is reached, and those of our environment, which is also its.
func (w *way) secrets() secret.Values {
	_, all := secret.Command(append(w.command[:len(w.command):len(w.command)], w.facts...))
	return all.And(secret.OfHeader(w.header), secret.OfURL(w.url), secret.OfEnvironment(os.Environ()))
}
