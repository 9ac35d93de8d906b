package steps

import (
	"bytes"
	"unicode/utf8"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// notUTF8 returns the first place where a file is not UTF-8, or nil if all of it is. In another encoding names would
// be misread, in events and expectations alike.
func notUTF8(label string, text []byte) *Problem {
	if cause := wire.Packed(text); cause != "" {
		return &Problem{label, 1, cause}
	}
	line := int64(0)
	for part := range bytes.Lines(text) {
		if line++; !utf8.Valid(part) {
			return &Problem{label, line, "not UTF-8: " + model.Name(string(bytes.TrimSpace(part)))}
		}
	}
	return nil
}
