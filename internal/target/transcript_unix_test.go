//go:build unix

package target

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
)

// transcript is one of docs/protocol.md: a line each, its mark in front.
type transcript struct {
	name  string
	lines []string
}

func transcripts(t testing.TB) (all []transcript) {
	text, err := os.ReadFile("../../docs/protocol.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "\n## Transcripts\n")
	for i, section := range strings.Split(rest, "\n### ") {
		name, section, _ := strings.Cut(section, "\n")
		_, block, found := strings.Cut(section, "```text\n")
		if block, _, _ = strings.Cut(block, "\n```"); found {
			all = append(all, transcript{name, strings.Split(block, "\n")})
		} else {
			require.Zero(t, i, "a section without a transcript: %s", name)
		}
	}
	require.NotEmpty(t, all)
	return all
}

// of are the lines with a mark, without it.
func (s *transcript) of(mark string) (lines []string) {
	for _, line := range s.lines {
		if rest, found := strings.CutPrefix(line, mark+" "); found {
			lines = append(lines, rest)
		}
	}
	return lines
}

// scripted is a member that plays the implementation of a transcript, the file of its first argument: it exits with 9
// unless it gets what the harness says there. Lines that follow one another may come in any order.
func scripted() {
	text, err := os.ReadFile(os.Args[4])
	must(err)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	var want []string
	expect := func() {
		for range want {
			i := -1
			if in.Scan() {
				i = slices.Index(want, in.Text())
			}
			if i < 0 {
				fmt.Fprintf(os.Stderr, "got  %s\nwant %s\n", in.Text(), want)
				os.Exit(9)
			}
			want[i] = ""
		}
		want = nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if said, found := strings.CutPrefix(line, "→ "); found {
			want = append(want, said)
		} else if answer, found := strings.CutPrefix(line, "← "); found {
			expect()
			say(answer)
		}
	}
	expect()
	if in.Scan() {
		os.Exit(9)
	}
}

// The real harness takes its part in each transcript, and makes of the answers what stands there.
func TestTranscripts(t *testing.T) {
	for _, s := range transcripts(t) {
		t.Run(s.name, func(t *testing.T) {
			z := newEnclosure(t)
			path := t.TempDir() + "/transcript"
			require.NoError(t, os.WriteFile(path, []byte(strings.Join(s.lines, "\n")+"\n"), 0o666))
			var batch []Question
			for _, line := range s.of("→") {
				var m classifyMessage
				require.NoError(t, json.Unmarshal([]byte(line), &m))
				var q Question
				for _, e := range m.Events {
					event, err := wire.NewEventReader("transcript", bytes.NewReader(e)).Read()
					require.NoError(t, err)
					q.Events = append(q.Events, event)
				}
				if m.Type == wire.Classify {
					batch = append(batch, q)
				}
			}
			stream := &Stream{Argv: z.argv("scripted", path), Timeout: ample, Harness: "chatproof/0.2.0"}
			var got []string
			err := stream.Open(t.Context())
			var start *StartError
			if errors.As(err, &start) {
				got = append(got, "exit 3: "+start.Err.Error())
			} else {
				require.NoError(t, err)
				round, err := stream.Ask(t.Context(), batch)
				require.NoError(t, err)
				for i, a := range round.Answers {
					became := fmt.Sprintf("%d rows", len(a.Facts))
					switch {
					case a.Failure != nil:
						became = a.Failure.Error()
					case a.Skip != "":
						became = "skip: " + a.Skip
					case len(a.Facts) == 1:
						became = "1 row"
					}
					got = append(got, fmt.Sprintf("%d: %s", i+1, became))
				}
				assert.Empty(t, stream.Close(), "the harness does not keep to the transcript")
			}
			assert.Equal(t, s.of("="), got)
		})
	}
}
