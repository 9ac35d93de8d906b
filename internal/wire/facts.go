package wire

import (
	"io"
	"strconv"
	"time"

	"github.com/chatproof/chatproof/model"
)

// FactReader reads facts from JSON Lines.
type FactReader struct {
	lines *lines
}

// NewFactReader reads from in; file names it in errors.
func NewFactReader(file string, in io.Reader) *FactReader {
	return &FactReader{newLines(file, in)}
}

// Read returns the next fact. The error is io.EOF at the end, a *LineError for a line that is no fact (reading may go
// on behind it, unless the line was too long), or the input's own. interaction_id, resource, resource_role and
// technical_result must be there; blank ones are read as they are.
func (r *FactReader) Read() (model.Fact, error) {
	line, err := r.lines.next()
	if err != nil {
		return model.Fact{}, err
	}
	var f model.Fact
	if r.lines.fast.fact(line, &f) {
		return f, nil
	}
	f, bad := r.lines.fact(line)
	if bad != nil {
		return f, bad
	}
	return f, nil
}

// Line is the number of the line that was read last.
func (r *FactReader) Line() int { return r.lines.line }

func (l *lines) fact(line []byte) (model.Fact, *LineError) {
	var f factFields
	if err := l.object(line, func(name []byte) { l.factField(&f, string(name)) }); err != nil {
		return f.Fact, err
	}
	if f.complete(); f.bad.Problem == "" {
		return f.Fact, nil
	}
	err := l.errorf(f.bad.Field, "%s", f.bad.Problem)
	err.InteractionID = f.InteractionID
	return f.Fact, err
}

// factFields are the fields of a fact as far as they have been read.
type factFields struct {
	model.Fact
	resource, role, result bool
	bad                    Fault
}

// factField reads the value of one member.
func (l *lines) factField(f *factFields, name string) {
	switch name {
	case "interaction_id":
		f.InteractionID = l.str(name, &f.bad)
	case "ordinal":
		f.Ordinal = l.integer(name, &f.bad)
	case "resource_type":
		f.ResourceType = model.ResourceType(l.str(name, &f.bad))
	case "resource":
		f.resource = true
		f.Resource = l.str(name, &f.bad)
	case "resource_role":
		f.role = true
		f.Role = model.Role(l.str(name, &f.bad))
	case "role_reason":
		f.RoleReason = l.str(name, &f.bad)
	case "technical_result":
		f.result = true
		f.Result = model.Result(l.str(name, &f.bad))
	case "result_reason":
		f.Reason = model.Reason(l.str(name, &f.bad))
	case "received_from":
		f.ReceivedFrom = l.integer(name, &f.bad)
	case "start":
		f.Start = l.instant(name, &f.bad)
	case "end":
		f.End = l.instant(name, &f.bad)
	default:
		l.skip()
	}
}

// complete finds what is missing.
func (f *factFields) complete() {
	switch {
	case f.InteractionID == "" && f.bad.Field != "interaction_id":
		f.bad = Fault{"interaction_id", "missing; expected a non-empty string"}
	case !f.resource:
		f.bad.Set("resource", "missing")
	case !f.role:
		f.bad.Set("resource_role", "missing")
	case !f.result:
		f.bad.Set("technical_result", "missing")
	}
}

// AppendFact appends a fact as a JSON line, fields in the order of the contract, absent and blank ones left out.
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
