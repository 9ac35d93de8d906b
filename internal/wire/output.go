package wire

import (
	"io"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Output is where rows are written to. Where Append is not nil, it makes the bytes of a row, one after the other, and
// may be called by several goroutines at a time; Write takes them. Else Put takes rows. It is one goroutine's to call
// Write, Put and Finish.
type Output[T any] struct {
	Append func(b []byte, row *T) []byte
	Write  func(b []byte) (int, error)
	Put    func(rows []T) error
	End    func() error // ends what is written, but for the file; nil where there is nothing to do
	Abort  func()       // leaves nothing of what was not ended; nil where there is nothing to do
	On     *files.File  // that is written; nil where there is none
}

// Finish writes what is still to be written. What went to a database is there then, and before nothing of it; a file
// is to be kept yet, by [files.Keep].
func (o *Output[T]) Finish() error {
	if o.End == nil {
		return nil
	}
	end := o.End
	o.End, o.Abort = nil, nil
	return end()
}

// All writes rows and finishes; where it fails, what was written is to be discarded.
func (o *Output[T]) All(rows []T) error {
	var b Batch[T]
	for i := range rows {
		b.Add(o, &rows[i])
	}
	if err := b.Flush(o); err != nil {
		return err
	}
	return o.Finish()
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

// Discard leaves nothing of what was not finished, or of a file not kept.
func (o *Output[T]) Discard() {
	if o.Abort != nil {
		o.Abort()
		o.Abort = nil
	}
	if o.On != nil {
		o.On.Discard()
	}
}

// EventLines writes events to out as JSON Lines.
func EventLines(out io.Writer) *Output[model.Event] {
	return &Output[model.Event]{Append: AppendEvent, Write: out.Write}
}

// FactLines writes facts to out as JSON Lines.
func FactLines(out io.Writer) *Output[model.Fact] {
	return &Output[model.Fact]{Append: AppendFact, Write: out.Write}
}

// Resource is an agent, a queue or a strategy, as implementations may have to know them beforehand.
type Resource struct {
	Type model.ResourceType
	Name string
}
