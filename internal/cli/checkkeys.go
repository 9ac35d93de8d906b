package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
)

// keysFile is the file of --keys: a line for each chat and signature. Nil is none.
type keysFile struct {
	file *files.File
	csv  *csv.Writer // nil: JSON Lines
}

// keyLine is a line of it.
type keyLine struct {
	Signature     string `json:"signature"`
	Level         string `json:"level"`
	Required      bool   `json:"required"`
	InteractionID string `json:"interaction_id"`
}

func newKeysFile(ctx context.Context, path string, stdout io.Writer) (*keysFile, error) {
	if path == "" {
		return nil, nil
	}
	k := new(keysFile)
	isCSV := strings.HasSuffix(strings.TrimSuffix(path, ".gz"), ".csv")
	if !isCSV && path != "-" && !strings.HasSuffix(strings.TrimSuffix(path, ".gz"), ".jsonl") {
		return nil, fmt.Errorf("--keys: expected a file that ends in .csv or .jsonl, got %s", path)
	}
	var err error
	k.file, err = files.Create(ctx, path, stdout)
	if err != nil {
		return nil, fmt.Errorf("--keys: %w", err)
	}
	if isCSV {
		k.csv = csv.NewWriter(k.file)
		k.csv.Write([]string{"signature", "level", "required", "interaction_id"}) // keep returns the error
	}
	return k, nil
}

// add writes a line.
func (k *keysFile) add(key *bulk.Key) error {
	if k.csv != nil {
		return k.csv.Write([]string{
			inert(key.Signature), key.Level.String(), strconv.FormatBool(key.Required), inert(key.InteractionID),
		})
	}
	return engine.WriteLine(k.file, keyLine{key.Signature, key.Level.String(), key.Required, key.InteractionID})
}

// keep lets the file appear.
func (k *keysFile) keep() error {
	if k == nil {
		return nil
	}
	if k.csv != nil {
		k.csv.Flush()
		if err := k.csv.Error(); err != nil {
			return fmt.Errorf("--keys: %w", err)
		}
	}
	return files.Keep(k.file)
}

func (k *keysFile) discard() {
	if k != nil {
		k.file.Discard()
	}
}
