package rows

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

func (l *lines) fact(line []byte) (f model.Fact, _ *LineError) {
	var bad fault
	var resource, role, result bool
	err := l.object(line, func(name []byte) {
		switch string(name) {
		case "interaction_id":
			f.InteractionID = l.str("interaction_id", &bad)
		case "ordinal":
			f.Ordinal = l.integer("ordinal", &bad)
		case "resource_type":
			f.ResourceType = model.ResourceType(l.str("resource_type", &bad))
		case "resource":
			resource = true
			f.Resource = l.str("resource", &bad)
		case "resource_role":
			role = true
			f.Role = model.Role(l.str("resource_role", &bad))
		case "role_reason":
			f.RoleReason = l.str("role_reason", &bad)
		case "technical_result":
			result = true
			f.Result = model.Result(l.str("technical_result", &bad))
		case "result_reason":
			f.Reason = model.Reason(l.str("result_reason", &bad))
		case "received_from":
			f.ReceivedFrom = l.integer("received_from", &bad)
		case "start":
			f.Start = l.instant("start", &bad)
		case "end":
			f.End = l.instant("end", &bad)
		default:
			l.skip()
		}
	})
	if err != nil {
		return f, err
	}
	switch {
	case f.InteractionID == "" && bad.field != "interaction_id":
		bad = fault{"interaction_id", "missing; expected a non-empty string"}
	case !resource:
		bad.set("resource", "missing")
	case !role:
		bad.set("resource_role", "missing")
	case !result:
		bad.set("technical_result", "missing")
	}
	if bad.problem == "" {
		return f, nil
	}
	err = l.errorf(bad.field, "%s", bad.problem)
	err.InteractionID = f.InteractionID
	return f, err
}

// AppendFact appends a fact as a JSON line, fields in the order of the contract, absent and blank ones left out.
func AppendFact(b []byte, f *model.Fact) []byte {
	b = append(b, `{"interaction_id":`...)
	b = quote(b, f.InteractionID)
	b = number(b, `,"ordinal":`, f.Ordinal)
	b = member(b, `,"resource_type":`, string(f.ResourceType))
	b = append(b, `,"resource":`...)
	b = quote(b, f.Resource)
	b = append(b, `,"resource_role":`...)
	b = quote(b, string(f.Role))
	b = member(b, `,"role_reason":`, f.RoleReason)
	b = append(b, `,"technical_result":`...)
	b = quote(b, string(f.Result))
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
