package tables_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// eventRow is a row in which every column may hold what it should not.
type eventRow struct {
	Chat   string  `parquet:"interaction_id"`
	Seq    *int32  `parquet:"seq,optional"`
	Time   *int64  `parquet:"time,optional,timestamp(millisecond)"`
	Event  *string `parquet:"event,optional,dict"`
	Type   *string `parquet:"actor_type,optional"`
	ID     *string `parquet:"actor_id,optional,dict"`
	Party  *int64  `parquet:"party_id,optional"`
	Queue  string  `parquet:"queue"`
	Mode   *int64  `parquet:"visibility_mode,optional,decimal(1:18)"`
	Reason *string `parquet:"reason,optional,dict"`

	Medium *float64 `parquet:"media_type,optional"` // rarely there: a row with a number here is not packed as it stands
}

var (
	texts   = rapid.SampledFrom([]string{"", " ", "agent", " agent", "EventHeld", "EventHeld ", "EventRevoked", "Expired", "Ω", "NULL", `\N`, "1", "0x1", "1e3", "chat", "transfer", "a,b", `"`, "a\nb"})
	numbers = rapid.OneOf(rapid.Int64Range(-2, 5), rapid.SampledFrom([]int64{1 << 53, 1<<53 - 1, -62135596800000, 253402300800000, -1 << 62}))
)

func drawn(t *rapid.T, label string, i int) eventRow {
	maybe := func(name string) *string {
		return rapid.Ptr(texts, true).Draw(t, fmt.Sprint(label, i, name))
	}
	n := func(name string) *int64 { return rapid.Ptr(numbers, true).Draw(t, fmt.Sprint(label, i, name)) }
	row := eventRow{
		Chat: texts.Draw(t, "chat"), Time: n("time"), Event: maybe("event"), Type: maybe("type"), ID: maybe("id"), Party: n("party"), Queue: texts.Draw(t, "queue"),
		Mode: n("mode"), Reason: maybe("reason"), Medium: rapid.SampledFrom([]*float64{nil, nil, nil, new(1.5)}).Draw(t, "medium"),
	}
	if seq := n("seq"); seq != nil {
		seq := int32(*seq)
		row.Seq = &seq
	}
	return row
}

// What is packed straight from the input is what is read of it: the same events, and the same faults.
func samePacked(t require.TestingT, at tables.Place) {
	read := func(next func(wire.BlockReader[model.Event], *wire.PackedEvent) error) (all []string) {
		in, err := tables.OpenEventBlocks(context.Background(), at, nil)
		if err != nil {
			return []string{err.Error()}
		}
		defer in.Close()
		var b wire.Block
		r := in.Reader()
		for {
			if err := in.Next(&b); err != nil {
				return append(all, err.Error())
			}
			for r.Take(&b); ; {
				var p wire.PackedEvent
				err := next(r, &p)
				if err == io.EOF {
					break
				} else if err != nil {
					p = wire.PackedEvent{}
				}
				all = append(all, fmt.Sprintf("%d %q %v %q %v", r.Line(), p.ID, err, p.Record, p.Time))
			}
		}
	}
	assert.Equal(t, read(func(r wire.BlockReader[model.Event], p *wire.PackedEvent) error {
		var e model.Event
		id, err := r.Next(&e)
		p.Pack(id, &e)
		return err
	}), read(wire.NextPacked))
}

func TestPackedIsWhatIsRead(t *testing.T) {
	dir := t.TempDir()
	t.Run("Parquet", func(t *testing.T) {
		path := filepath.Join(dir, "events.parquet")
		rapid.Check(t, func(t *rapid.T) {
			rows := make([]eventRow, rapid.IntRange(1, 40).Draw(t, "rows"))
			for i := range rows {
				rows[i] = drawn(t, "row", i)
			}
			require.NoError(t, parquet.WriteFile(path, rows, parquet.PageBufferSize(200), parquet.MaxRowsPerRowGroup(15)))
			samePacked(t, tables.Place{Path: path})
		})
	})
	t.Run("CSV", func(t *testing.T) {
		path := filepath.Join(dir, "events.csv")
		const header = "interaction_id,seq,time,event,actor_type,actor_id,party_type,party_id,queue,operation,visibility_mode,reason,media_type\n"
		odd := rapid.OneOf(texts, rapid.SampledFrom([]string{"2026-01-05T09:00:07Z", "2026-01-05 09:00:07", "0001-01-01T00:00:00+01:00", "3", "007", "-1", "9999999999999999999"}))
		likely := [...]string{"c-1", "7", "2026-01-05T09:00:07Z", "EventHeld", "agent", "Agent 1", "", "", "Q", "", "2", "", "chat"}
		rapid.Check(t, func(t *rapid.T) {
			text := header
			for range rapid.IntRange(1, 20).Draw(t, "rows") {
				fields := likely
				for range rapid.IntRange(0, 3).Draw(t, "odd") {
					field := odd.Draw(t, "field")
					if rapid.Bool().Draw(t, "quoted") || strings.ContainsAny(field, ",\"\n") {
						field = `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
					}
					fields[rapid.IntRange(0, len(fields)-1).Draw(t, "at")] = field
				}
				text += strings.Join(fields[:], ",") + rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
			}
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			samePacked(t, tables.Place{Path: path})
		})
	})
}
