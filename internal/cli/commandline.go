package cli

import (
	"strings"

	"github.com/chatproof/chatproof/internal/engine"
)

// reproduce returns a command line that runs one scenario alone.
func (f *runFlags) reproduce(id string) string {
	words := []string{"run"}
	for _, dir := range f.features {
		words = append(words, "--features", dir)
	}
	if f.require != engine.DefaultLevels {
		words = append(words, "--require", (*levelsFlag)(&f.require).String())
	}
	if f.strict {
		words = append(words, "--strict")
	}
	words = append(words, "--scenario", id)
	return commandLine(append(words, f.way.words()...))
}

// doctor returns a command line that finds out why nothing came back, or "" if there is no implementation to ask.
func (f *runFlags) doctor() string {
	if len(f.way.facts) > 0 || len(f.way.command) == 0 && f.way.url == nil {
		return ""
	}
	return commandLine(append([]string{"doctor"}, f.way.words()...))
}

// explain returns a command line that shows a scenario's events.
func (f *runFlags) explain(id string) string {
	words := []string{"explain"}
	for _, dir := range f.features {
		words = append(words, "--features", dir)
	}
	if f.way.read.Deployment() != nil { // the queues that finish chats have other names
		words = append(words, "--mapping", f.way.mapping)
	}
	if f.way.readings != "" {
		words = append(words, "--readings", f.way.readings)
	}
	return commandLine(append(words, "--scenario", id))
}

func commandLine(words []string) string {
	for i, w := range words {
		words[i] = shellWord(w)
	}
	return self() + " " + strings.Join(words, " ")
}

// shellWord quotes a word for a POSIX shell if necessary.
func shellWord(w string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,"
	if w != "" && strings.Trim(w, safe) == "" {
		return w
	}
	return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
}
