package wire

import (
	"io"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/model"
)

// Output is where rows are written to. If Append is not nil, it appends the bytes of a row, and several goroutines
// may call it at once; Write takes the bytes. Otherwise Put takes rows. Write, Put and Finish are for one goroutine.
type Output[T any] struct {
	Append func(b []byte, row *T) []byte
	Write  func(b []byte) (int, error)
	Put    func(rows []T) error
	End    func() error // ends what is written, except the file; nil if there is nothing to do
	Abort  func()       // removes what was not ended; nil if there is nothing to do
	On     *files.File  // the file that is written; nil if there is none
}

// Finish writes what is still to be written. A database has all rows then, and none before; a file still has to be
// kept, by [files.Keep].
func (o *Output[T]) Finish() error {
	if o.End == nil {
		return nil
	}
	end := o.End
	o.End, o.Abort = nil, nil
	return end()
}

// All writes rows and finishes; if it fails, the caller discards what was written.
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

// Batch is rows on their way to an output: in bytes, if it takes these.
type Batch[T any] struct {
	text []byte
	rows []T
}

// Add adds a row. Several goroutines can have a batch each.
func (b *Batch[T]) Add(out *Output[T], row *T) {
	if out.Append != nil {
		b.text = out.Append(b.text, row)
	} else {
		b.rows = append(b.rows, *row)
	}
}

// Flush hands over what was added, and empties the batch.
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

// Discard removes what was not finished, and a file that was not kept. It does nothing for a nil output.
func (o *Output[T]) Discard() {
	if o == nil {
		return
	}
	if o.Abort != nil {
		o.Abort()
		o.Abort = nil
	}
	o.On.Discard()
}

// EventLines writes events to out as JSON Lines.
func EventLines(out io.Writer) *Output[model.Event] {
	return &Output[model.Event]{Append: AppendEvent, Write: out.Write}
}

// FactLines writes facts to out as JSON Lines.
func FactLines(out io.Writer) *Output[model.Fact] {
	return &Output[model.Fact]{Append: AppendFact, Write: out.Write}
}

// Resource is an agent, a queue or a strategy. Implementations may have to know them beforehand.
type Resource struct {
	Type model.ResourceType
	Name string
}
