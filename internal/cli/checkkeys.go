package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
)

// keysFile is the file of --keys: one line for each chat and signature. Nil means no file.
type keysFile struct {
	*wire.Output[bulk.Key]
	next wire.Batch[bulk.Key]
}

var keyForm = wire.Form[bulk.Key]{Columns: []wire.Column[bulk.Key]{
	keyColumn("signature", func(k *bulk.Key) string { return inert(k.Signature) }),
	keyColumn("level", func(k *bulk.Key) string { return k.Level.String() }),
	keyColumn("required", func(k *bulk.Key) string { return strconv.FormatBool(k.Required) }),
	keyColumn("interaction_id", func(k *bulk.Key) string { return inert(k.InteractionID) }),
}}

func keyColumn(name string, of func(*bulk.Key) string) wire.Column[bulk.Key] {
	return wire.Column[bulk.Key]{
		Name: name, Kind: wire.Text, Get: func(k *bulk.Key) wire.Cell { return wire.TextCell(of(k)) },
	}
}

func (e *env) newKeysFile(ctx context.Context, path string) (*keysFile, error) {
	out, err := tables.Create(ctx, tables.Place{Path: path}, e.out, &keyForm, func(b []byte, k *bulk.Key) []byte {
		b = wire.AppendString(append(b, `{"signature":`...), k.Signature)
		b = fmt.Appendf(b, `,"level":%q,"required":%t,"interaction_id":`, k.Level, k.Required)
		return append(wire.AppendString(b, k.InteractionID), "}\n"...)
	})
	if err != nil {
		return nil, fmt.Errorf("--keys: %w", err)
	}
	return &keysFile{Output: out}, nil
}

// add writes a line.
func (k *keysFile) add(key *bulk.Key) error {
	k.next.Add(k.Output, key)
	return k.next.Flush(k.Output)
}

// keep finishes the file and puts it in place.
func (k *keysFile) keep() error {
	err := k.Finish()
	if err == nil {
		err = files.Keep(k.On)
	}
	if err != nil {
		return fmt.Errorf("--keys: %w", err)
	}
	return nil
}
