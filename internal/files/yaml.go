package files

import (
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/chatproof/chatproof/model"
)

// MaxDepth limits how deeply the lists and mappings of a YAML file may be nested. A parser's memory grows with the
// square of the depth: 100,000 brackets, a file of 100 kB, would take gigabytes.
const MaxDepth = 64

// twice is what the parser says of a key, in words that may be taken for those of a mapping file.
var twice = regexp.MustCompile(`^mapping key (.*) already defined at \[(.*)\]$`)

// YAML parses a file that holds one YAML document, or returns nil for a blank one. Errors name file, line and column.
func YAML(path, text string) (ast.Node, error) {
	tokens := lexer.Tokenize(text)
	if at := tooDeep(tokens); at != nil {
		return nil, fmt.Errorf("%s:%d:%d: nested more than %d levels deep", path, at.Line, at.Column, MaxDepth)
	}
	tree, err := parser.Parse(tokens, 0)
	var bad *yaml.SyntaxError
	switch {
	case errors.As(err, &bad) && bad.Token != nil:
		at := bad.Token.Position
		said := twice.ReplaceAllString(model.Line(bad.Message), "the key $1 is given twice, first at $2")
		return nil, fmt.Errorf("%s:%d:%d: %s", path, at.Line, at.Column, said)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	docs := slices.DeleteFunc(tree.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	switch {
	case len(docs) == 0:
		return nil, nil // blank, or comments alone
	case len(docs) > 1:
		at := docs[1].Body.GetToken().Position
		return nil, fmt.Errorf("%s:%d:%d: a second YAML document begins here; expected only one", path, at.Line,
			at.Column)
	}
	return docs[0].Body, nil
}

// tooDeep returns the place where a file is nested too deeply, or nil.
func tooDeep(tokens token.Tokens) *token.Position {
	flow, line := 0, 0
	var columns []int // where the blocks around a token begin
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(flow-1, 0)
		case token.CommentType:
			continue
		}
		begins := t.Position.Line > line || t.Type == token.SequenceEntryType || t.Type == token.MappingKeyType
		line = t.Position.Line
		if flow == 0 && begins {
			for len(columns) > 0 && columns[len(columns)-1] >= t.Position.Column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, t.Position.Column)
		}
		if flow+len(columns) > MaxDepth {
			return t.Position
		}
	}
	return nil
}
