package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/model"
)

// ClaimType names what a claim's predicate holds; docs/ci.md describes it.
const ClaimType = "https://github.com/chatproof/chatproof/claim/v1"

// Subject is a file that a claim is about.
type Subject struct {
	Name   string `json:"name"`
	Digest sha    `json:"digest"`
}

type sha struct {
	SHA256 string `json:"sha256"`
}

// Subjects returns the digests of files. The error names the file.
func Subjects(paths []string) (subjects []Subject, err error) {
	seen := make(map[string]bool)
	for _, path := range paths {
		name := filepath.ToSlash(filepath.Clean(path))
		if seen[name] {
			return nil, fmt.Errorf("%s: given twice; give each file once", model.Name(path))
		}
		seen[name] = true
		in, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		h := sha256.New()
		_, err = io.Copy(h, in)
		info, _ := in.Stat()
		if in.Close(); info != nil && info.IsDir() { //nolint:errcheck // it was read
			return nil, fmt.Errorf("%s is a directory; expected a file", model.Quoted(path))
		} else if err != nil {
			return nil, err
		}
		subjects = append(subjects, Subject{name, sha{hex.EncodeToString(h.Sum(nil))}})
	}
	return subjects, nil
}

// statement is an in-toto Statement v1.
type statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     claim     `json:"predicate"`
}

// claim is what was asked and how it ended, without the occasion: the same record gives the same bytes.
type claim struct {
	Verdict      engine.Conclusion     `json:"verdict"`
	Says         string                `json:"says"`
	Chatproof    string                `json:"chatproof"`
	Suite        string                `json:"suite"`
	Plan         string                `json:"plan"`
	Seed         uint64                `json:"seed"`
	Required     []string              `json:"required"`
	Strict       bool                  `json:"strict"`
	Media        []string              `json:"media,omitempty"`
	LeftOut      []engine.Without      `json:"left_out,omitempty"`
	Readings     *engine.Readings      `json:"readings,omitempty"`
	Verdicts     engine.Count          `json:"verdicts"`
	Levels       []engine.Count        `json:"levels"`
	Expectations []*engine.Expectation `json:"known_failures,omitempty"`
	NotTested    []engine.Untested     `json:"not_tested"`
}

// WriteClaim writes an in-toto Statement v1 that the subjects ended as the record says. It is unsigned, and only as
// true as the word of whoever says that the run was of these files. A record that breaks off is an error: nothing can
// be claimed of it.
func (r *Results) WriteClaim(w io.Writer, subjects []Subject) error {
	if r.Incomplete {
		return fmt.Errorf("%s: incomplete: its run did not end, so nothing can be claimed for it", r.Name)
	}
	h, t := r.Header, &r.Footer.Totals
	c := claim{
		Verdict: r.Footer.Conclusion(), Says: r.Verdict(), Chatproof: h.Chatproof, Suite: h.Suite, Plan: h.Plan,
		Seed:     h.Seed,
		Required: h.Require, Strict: h.Strict, Media: h.Media, LeftOut: h.LeftOut, Readings: h.Readings,
		Verdicts: t.All, Levels: t.Levels, Expectations: r.Footer.Expectations, NotTested: engine.NotTested(),
	}
	b, err := json.Marshal(&statement{"https://in-toto.io/Statement/v1", subjects, ClaimType, c},
		jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err == nil {
		_, err = fmt.Fprintf(w, "%s\n", b)
	}
	return err
}
