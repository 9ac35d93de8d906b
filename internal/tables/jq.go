package tables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
	"github.com/itchyny/gojq"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// program is a program in jq that turns the user's values into ours, or ours into theirs. It is pure: its output
// depends on its input alone. Several goroutines may run it.
type program struct {
	name    string // events.send, events.read, facts.read
	perChat bool   // its input is the array of a chat's values
	code    *gojq.Code
	key     *gojq.Code // gives the chat of a value; nil if it is not needed
	dropped dropped
}

// maxCall limits how long a call of a program may take. [wire.MaxLine] limits its input and output.
const maxCall = time.Second

var callLimit = maxCall // a test gives less

// impure lists the functions that a program may not call. Their result depends on where and when it runs, or on earlier
// calls; or they write, or end the process.
var impure = []string{
	"now", "localtime", "strflocaltime", "env", "$ENV", "input", "inputs", "input_filename", "input_line_number",
	"halt", "halt_error", "debug", "stderr", "modulemeta", "get_search_list", "import", "include",
}

// program returns a reader of a program: its text, or {jq: TEXT} or {file: FILE} with per and key.
func (f *mappingFile) program(name string, into **program) func(ast.Node) error {
	return func(n ast.Node) (err error) {
		p := &program{name: name}
		text, key, at := ast.Node(nil), ast.Node(nil), ""
		if _, isForm := n.(*ast.MappingNode); !isForm {
			text = n
		} else {
			keys := map[string]func(ast.Node) error{
				"jq":   func(n ast.Node) error { text = n; return nil },
				"file": func(n ast.Node) (err error) { at, err = f.scalar(n, name+".file"); text = n; return err },
				"per": func(n ast.Node) error {
					_, err := f.oneOf(n, name+".per", "chat")
					p.perChat = true
					return err
				},
				"key": func(n ast.Node) error { key = n; return nil },
			}
			if name == "events.send" {
				delete(keys, "key")
			}
			if err := f.each(n, name, keys); err != nil {
				return err
			}
		}
		switch {
		case text == nil:
			return f.Wrong(n, "%s: no program; expected the key jq or file", name)
		case p.perChat && key == nil && name != "events.send":
			return f.Wrong(n, "%s: per: chat needs the chat's key too, such as key: .ConversationId", name)
		case !p.perChat && key != nil:
			return f.Wrong(key, "%s.key: goes only with per: chat; leave it out, or add per: chat", name)
		}
		p.code, err = f.compile(text, name, at)
		if err == nil && key != nil {
			p.key, err = f.compile(key, name+".key", "")
		}
		*into = p
		return err
	}
}

// compile compiles a program from the mapping, or from a file next to it. Errors say where.
func (f *mappingFile) compile(n ast.Node, what, file string) (*gojq.Code, error) {
	text, err := f.scalar(n, what)
	where := func(offset int) string { return f.within(n, text, offset) }
	if file != "" {
		path := filepath.Join(filepath.Dir(f.Path), filepath.FromSlash(file))
		text, err = files.Text(f.ctx, path)
		if err != nil {
			return nil, f.Wrong(n, "%s.file: %v", what, err)
		}
		where = func(offset int) string { return path + ":" + position(text, offset, 1, 1) }
		io.WriteString(f.read, "\x00"+text) //nolint:errcheck // it has none
	}
	if err != nil {
		return nil, err
	}
	query, err := gojq.Parse(text)
	if err != nil {
		offset := len(text)
		var bad *gojq.ParseError
		if errors.As(err, &bad) {
			offset = max(0, bad.Offset-len(bad.Token))
		}
		return nil, fmt.Errorf("%s: %s: not a jq program: %s", where(offset), what, model.Line(err.Error()))
	}
	if name := forbidden(reflect.ValueOf(query)); name != "" {
		return nil,
			fmt.Errorf("%s: %s: %s is not allowed: a program must not use the clock, the environment, files, modules "+
				"or further input",
				where(strings.Index(text, name)), what, name)
	}
	code, err := gojq.Compile(query, gojq.WithVariables([]string{"$n"}))
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %s", where(0), what, model.Line(err.Error()))
	}
	return code, nil
}

// within returns the place of a character of a text in the mapping.
func (f *mappingFile) within(n ast.Node, text string, offset int) string {
	at := n.GetToken().Position
	if block, isBlock := n.(*ast.LiteralNode); isBlock {
		lines := strings.Split(f.text, "\n")
		first := block.Start.Position.Line // of the text, as lines are counted from 0
		for first < len(lines)-1 && strings.TrimSpace(lines[first]) == "" {
			first++
		}
		indent := len(lines[first]) - len(strings.TrimLeft(lines[first], " "))
		return f.Path + ":" + position(text, offset, first+1, indent+1)
	}
	column := at.Column
	if kind := n.GetToken().Type; kind == token.SingleQuoteType || kind == token.DoubleQuoteType {
		column++
	}
	return f.Path + ":" + position(text, offset, at.Line, column)
}

// position returns line:column of an offset in a text that begins at a line and a column.
func position(text string, offset, line, column int) string {
	before := text[:max(0, min(offset, len(text)))]
	if n := strings.Count(before, "\n"); n > 0 {
		line += n
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	return strconv.Itoa(line) + ":" + strconv.Itoa(column+len(before))
}

// forbidden returns the first impure function that a program calls, or its first import; "" means none.
func forbidden(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		switch x := v.Interface().(type) {
		case *gojq.Import:
			if x.IncludePath != "" {
				return "include"
			}
			return "import"
		case *gojq.Func:
			if slices.Contains(impure, x.Name) {
				return x.Name
			}
		}
		return forbidden(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				if name := forbidden(v.Field(i)); name != "" {
					return name
				}
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			if name := forbidden(v.Index(i)); name != "" {
				return name
			}
		}
	}
	return ""
}

// run calls a program with the n-th value, and emit for each object of its output.
func (p *program) run(value any, n int, emit func(map[string]any) error) error {
	return call(p.name, p.code, value, n, func(v any) error {
		object, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: expected objects as output, got %s: %s", p.name, article(gojq.TypeOf(v)),
				model.Line(gojq.Preview(v)))
		}
		return emit(object)
	})
}

// article puts a or an in front of the name of a type.
func article(of string) string {
	if of == "null" {
		return of
	}
	if strings.ContainsRune("aeiou", rune(of[0])) {
		return "an " + of
	}
	return "a " + of
}

// limit ends a call that takes too long. After a call that ends in time, the limit is used again: to make a context for
// each call would take longer than many calls do.
type limit struct {
	context.Context
	timer *time.Timer
}

var limits = sync.Pool{New: func() any {
	ctx, cancel := context.WithCancel(context.Background())
	return &limit{ctx, time.AfterFunc(time.Hour, cancel)}
}}

// call calls a program, and emit for each value of its output.
func call(name string, code *gojq.Code, value any, n int, emit func(any) error) (err error) {
	limit := limits.Get().(*limit)
	limit.timer.Reset(callLimit)
	defer func() {
		if limit.timer.Stop() { // else it is used up
			limits.Put(limit)
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: %s", name, model.Line(fmt.Sprint(p)))
		}
	}()
	results := code.RunWithContext(limit.Context, value, n)
	for {
		v, more := results.Next()
		if !more {
			return nil
		}
		if failed, isError := v.(error); isError {
			if errors.Is(failed, context.Canceled) {
				return fmt.Errorf("%s: did not end within %v", name, callLimit)
			}
			if own, thrown := strings.CutPrefix(failed.Error(), "error: "); thrown { // by jq's error
				return fmt.Errorf("%s failed with the error %s", name, model.Quoted(own))
			}
			return fmt.Errorf("%s failed: %s", name, model.Line(failed.Error()))
		}
		if err := emit(v); err != nil {
			return err
		}
	}
}

// chatOf returns the key of the chat that a value belongs to.
func (p *program) chatOf(value any, n int) (id string, err error) {
	found := false
	err = call(p.name+".key", p.key, value, n, func(v any) error {
		switch v := v.(type) {
		case string:
			id = v
		default:
			b, err := gojq.Marshal(v)
			id = string(b)
			if err != nil {
				return err
			}
			if of := gojq.TypeOf(v); of != "number" {
				return fmt.Errorf("%s.key: expected text, got %s: %s", p.name, article(of), model.Line(gojq.Preview(v)))
			}
		}
		if found {
			return fmt.Errorf("%s.key: expected one value, got several", p.name)
		}
		found = true
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("%s.key: expected text, got nothing", p.name)
	}
	return id, err
}

// appendObject appends an object as a line of JSON, with its names in order.
func appendObject(b []byte, object map[string]any, name string) ([]byte, error) {
	text, err := gojq.Marshal(object)
	if err == nil && len(text) > wire.MaxLine {
		err = fmt.Errorf("gave an object of more than %d bytes", wire.MaxLine)
	}
	if err != nil {
		return b, fmt.Errorf("%s: %w", name, err)
	}
	return append(append(b, text...), '\n'), nil
}
