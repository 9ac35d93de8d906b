package rows

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/chatproof/chatproof/model"
)

// Output is where rows are written to. Where Append is not nil, it makes the bytes of a row, one behind the other, and
// may be called by several goroutines at a time; Write takes them. Else Put takes rows. It is one goroutine's to call
// Write, Put and Finish.
type Output[T any] struct {
	Append func(b []byte, row *T) []byte
	Write  func(b []byte) (int, error)
	Put    func(rows []T) error
	finish func() error
	abort  func()
	file   *File
}

// Finish writes what is still to be written. What went to a database is there then, and before nothing of it; a file
// is to be kept yet, by [Keep].
func (o *Output[T]) Finish() error {
	if o.finish == nil {
		return nil
	}
	finish := o.finish
	o.finish, o.abort = nil, nil
	return finish()
}

// All writes rows and finishes.
func (o *Output[T]) All(rows []T) error {
	var b Batch[T]
	for i := range rows {
		b.Add(o, &rows[i])
	}
	return errors.Join(b.Flush(o), o.Finish())
}

// Batch is rows on their way to an output: in bytes, where it takes them so.
type Batch[T any] struct {
	text []byte
	rows []T
}

// Add adds a row, for which several goroutines can have a batch each.
func (b *Batch[T]) Add(out *Output[T], row *T) {
	if out.Append != nil {
		b.text = out.Append(b.text, row)
	} else {
		b.rows = append(b.rows, *row)
	}
}

// Flush hands over what was added; the batch is empty then.
func (b *Batch[T]) Flush(out *Output[T]) (err error) {
	switch {
	case len(b.text) > 0:
		_, err = out.Write(b.text)
	case len(b.rows) > 0:
		err = out.Put(b.rows)
	}
	b.text, b.rows = b.text[:0], b.rows[:0]
	return err
}

// File is the file that is written, nil where there is none.
func (o *Output[T]) File() *File { return o.file }

// Discard leaves nothing of what was not finished, or of a file not kept.
func (o *Output[T]) Discard() {
	if o.abort != nil {
		o.abort()
		o.abort = nil
	}
	if o.file != nil {
		o.file.Discard()
	}
}

// FileOutput is a file that is written by other means than rows: by put, after which finish is called.
func FileOutput[T any](file *File, put func(rows []T) error, finish func() error) *Output[T] {
	return &Output[T]{Put: put, finish: finish, file: file}
}

// EventLines writes events to out as JSON Lines.
func EventLines(out io.Writer) *Output[model.Event] {
	return &Output[model.Event]{Append: AppendEvent, Write: out.Write}
}

// FactLines writes facts to out as JSON Lines.
func FactLines(out io.Writer) *Output[model.Fact] {
	return &Output[model.Fact]{Append: AppendFact, Write: out.Write}
}

// CreateEvents opens a place for events: a file, which is created anew, or a table, which is created where it is
// missing and keeps what it holds.
func CreateEvents(ctx context.Context, p Place, stdout io.Writer) (*Output[model.Event], error) {
	if IsDSN(p.Path) {
		return fillTable(ctx, p, &eventForm, EventDDL)
	}
	return create(p, stdout, &eventForm, AppendEvent)
}

// CreateFacts opens a file for facts.
func CreateFacts(p Place, stdout io.Writer) (*Output[model.Fact], error) {
	return create(p, stdout, &factForm, AppendFact)
}

// Resource is an agent, a queue or a strategy, as implementations may have to know them beforehand.
type Resource struct {
	Type model.ResourceType
	Name string
}

var resourceForm = form[Resource]{
	table: "resource",
	columns: []column[Resource]{
		{name: "resource_type", kind: textCell, get: func(r *Resource) cell { return textual(r.Type) }},
		{name: "resource", kind: textCell, get: func(r *Resource) cell { return textual(r.Name) }},
	},
}

// CreateResources opens a file for resources.
func CreateResources(p Place, stdout io.Writer) (*Output[Resource], error) {
	return create(p, stdout, &resourceForm, func(b []byte, r *Resource) []byte {
		b = quote(append(b, `{"resource_type":`...), string(r.Type))
		return append(quote(append(b, `,"resource":`...), r.Name), "}\n"...)
	})
}

func create[T any](p Place, stdout io.Writer, f *form[T], line func([]byte, *T) []byte) (*Output[T], error) {
	if IsDSN(p.Path) {
		return nil, fmt.Errorf("%s: a database; expected a file", p)
	} else if err := foreign(p.Path); err != nil {
		return nil, fmt.Errorf("%w, or a file", err)
	}
	format, err := FormatOf(p.Path, p.Format)
	if err != nil {
		return nil, err
	}
	file, err := Create(p.Path, stdout)
	if err != nil {
		return nil, err
	}
	o := &Output[T]{Append: line, Write: file.Write, file: file}
	switch format {
	case "csv":
		o.Append = func(b []byte, row *T) []byte { return appendCSV(b, f, row) }
		if _, err := file.Write(headerCSV(f)); err != nil {
			file.Discard()
			return nil, err
		}
	case "parquet":
		w := newParquetWriter(f, file)
		o.Append, o.Put, o.finish = nil, w.put, w.out.Close
	}
	return o, nil
}
