package files

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/chatproof/chatproof/model"
)

// Document is a YAML file that people write, read key by key after [YAML] has parsed it. Its errors name the file, the
// line and the column.
type Document struct{ Path string }

// Wrong returns an error about a node.
func (d Document) Wrong(n ast.Node, format string, args ...any) error {
	at := n.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", model.Line(d.Path), at.Line, at.Column, fmt.Sprintf(format, args...))
}

// Each calls take for each key of a mapping, with the nodes of the key and of its value. Errors call the mapping what;
// "" is the whole file.
func (d Document) Each(n ast.Node, what string, take func(key string, at, value ast.Node) error) error {
	fields, ok := n.(*ast.MappingNode)
	if !ok {
		return d.Wrong(n, "%sexpected keys, each with a colon and a value; got %s", of(what), model.Name(n.String()))
	}
	for _, field := range fields.Values {
		if err := take(field.Key.GetToken().Value, field.Key, field.Value); err != nil {
			return err
		}
	}
	return nil
}

// NoSuchKey returns the error of a key that a mapping may not have. It names those that it may have, in alphabetical
// order, and the one that was probably meant.
func (d Document) NoSuchKey(at ast.Node, what, key string, known []string) error {
	known = slices.Sorted(slices.Values(known))
	return d.Wrong(at, "%sno such key: %s; expected one of: %s%s", of(what), model.Name(key), strings.Join(known, ", "),
		model.DidYouMean(key, known))
}

// Or lists words as alternatives: a, b or c.
func Or(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " or " + words[n]
	}
	return strings.Join(words, "")
}

func of(what string) string {
	if what == "" {
		return ""
	}
	return what + ": "
}
