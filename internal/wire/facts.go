package wire

import (
	"io"
	"strconv"
	"time"

	"github.com/chatproof/chatproof/model"
)

// FactReader reads facts from JSON Lines.
type FactReader struct {
	lines   *lines
	objects *objects[model.Fact]
	id      []byte
	fact    model.Fact
}

// NewFactReader reads from in; file names it in errors.
func NewFactReader(file string, in io.Reader) *FactReader { return NewFactReaderOf(file, in, nil) }

// NewFactReaderOf is [NewFactReader] for rows of the user's world.
func NewFactReaderOf(file string, in io.Reader, r *Reading) *FactReader {
	l := newLines(file, in, r)
	return &FactReader{lines: l, objects: newObjects(FactForm, r, plainFacts(), l.names)}
}

// Take sets the block to read next.
func (r *FactReader) Take(b *Block) { r.lines.take(b) }

// Read returns the next fact. The error is io.EOF at the end, a *LineError for a line that is no fact (reading may go
// on after it, unless the line was too long), or the input's own. interaction_id, resource, resource_role and
// technical_result must be there; blank ones are read as they are.
func (r *FactReader) Read() (f model.Fact, err error) {
	_, err = r.Next(&r.fact) // which is on the heap already
	return r.fact, err
}

// Next is [FactReader.Read] into f. It also returns the interaction's id, which is valid until the next call.
func (r *FactReader) Next(f *model.Fact) (id []byte, err error) {
	line, err := r.lines.next()
	if err != nil {
		*f = model.Fact{}
		return nil, err
	}
	if !r.lines.fast.fact(line, f) {
		*f = model.Fact{}
		if bad := readObject(r.lines, r.objects, line, f); bad != nil {
			err = bad
		}
	}
	r.id = append(r.id[:0], f.InteractionID...)
	return r.id, err
}

// Line returns the number of the line that was read last.
func (r *FactReader) Line() int { return r.lines.line }

// File returns what errors call the input.
func (r *FactReader) File() string { return r.lines.file }

// AppendFact appends a fact as a JSON line: its fields in the order of the contract, without absent and blank ones.
func AppendFact(b []byte, f *model.Fact) []byte {
	b = append(b, `{"interaction_id":`...)
	b = AppendString(b, f.InteractionID)
	b = number(b, `,"ordinal":`, f.Ordinal)
	b = member(b, `,"resource_type":`, string(f.ResourceType))
	b = append(b, `,"resource":`...)
	b = AppendString(b, f.Resource)
	b = append(b, `,"resource_role":`...)
	b = AppendString(b, string(f.Role))
	b = member(b, `,"role_reason":`, f.RoleReason)
	b = append(b, `,"technical_result":`...)
	b = AppendString(b, string(f.Result))
	b = member(b, `,"result_reason":`, string(f.Reason))
	b = number(b, `,"received_from":`, f.ReceivedFrom)
	b = instant(b, `,"start":"`, f.Start)
	b = instant(b, `,"end":"`, f.End)
	return append(b, "}\n"...)
}

func number(b []byte, name string, n model.Number) []byte {
	switch n.Is {
	case model.Null:
		return append(append(b, name...), "null"...)
	case model.Given:
		return strconv.AppendInt(append(b, name...), n.Value, 10)
	}
	return b
}

func instant(b []byte, name string, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return append(t.UTC().AppendFormat(append(b, name...), time.RFC3339), '"')
}
