package tables

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/wire"
)

// parquetKinds is a row with a column of every kind of value, and of every encoding that parquet-go writes.
type parquetKinds struct {
	Plain  string             `parquet:"plain,plain"`
	Dict   *string            `parquet:"dict,optional,dict"`
	Length string             `parquet:"length,optional,delta"`
	Bytes  []byte             `parquet:"bytes,delta"`
	Small  int32              `parquet:"small,optional,delta"`
	Narrow int32              `parquet:"narrow,dict"`
	Large  int64              `parquet:"large,delta"`
	Twice  *int64             `parquet:"twice,optional,dict"`
	Split  float64            `parquet:"split,split"`
	Single *float32           `parquet:"single,optional"`
	Yes    *bool              `parquet:"yes,optional"`
	UUID   [16]byte           `parquet:"uuid,uuid"`
	Cents  int64              `parquet:"cents,decimal(2:12)"`
	Milli  *int64             `parquet:"milli,optional,timestamp(millisecond)"`
	Nano   int64              `parquet:"nano,timestamp(nanosecond)"`
	Julian deprecated.Int96   `parquet:"julian"`
	Group  *parquetKindsGroup `parquet:"group,optional"`
	List   []string           `parquet:"list,list"`
}

type parquetKindsGroup struct {
	Inner *string `parquet:"inner,optional,dict"`
}

// shown is what the cells of a row should be, absent ones left out.
func (k *parquetKinds) shown() string {
	var b strings.Builder
	show := func(name string, v any) { fmt.Fprintf(&b, "%s=%v ", name, v) }
	instant := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	show("plain", k.Plain)
	if k.Dict != nil {
		show("dict", *k.Dict)
	}
	if k.Length != "" {
		show("length", k.Length)
	}
	show("bytes", string(k.Bytes))
	if k.Small != 0 {
		show("small", k.Small)
	}
	show("narrow", k.Narrow)
	show("large", k.Large)
	if k.Twice != nil {
		show("twice", *k.Twice)
	}
	show("split", k.Split)
	if k.Single != nil {
		show("single", *k.Single)
	}
	if k.Yes != nil {
		show("yes", *k.Yes)
	}
	u := k.UUID
	show("uuid", fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:]))
	show("cents", k.Cents/100)
	if k.Milli != nil {
		show("milli", instant(time.UnixMilli(*k.Milli)))
	}
	show("nano", instant(time.Unix(0, k.Nano)))
	show("julian", instant(time.Unix((int64(k.Julian[2])-2440588)*86400, int64(k.Julian[0])|int64(k.Julian[1])<<32)))
	if k.Group != nil && k.Group.Inner != nil {
		show("group_inner", *k.Group.Inner)
	}
	return b.String()
}

// drawnKinds draws rows. Values repeat, so that there are runs and dictionaries.
func drawnKinds(n int) []parquetKinds {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	text := func() string { return strings.Repeat("é", r.IntN(3)) + fmt.Sprint(r.IntN(1+n/3)) }
	rows := make([]parquetKinds, n)
	for i := range rows {
		k := &rows[i]
		*k = parquetKinds{
			Plain: text(), Bytes: []byte(text()), Narrow: int32(r.IntN(5)) - 2, Large: int64(r.Uint64()),
			Split: float64(r.IntN(1000)) / 4, Cents: 100 * int64(r.IntN(50)-20), Nano: int64(r.IntN(1 << 60)),
			Julian: deprecated.Int96{r.Uint32(), uint32(r.IntN(20000)), 2440000 + uint32(r.IntN(20000))},
		}
		binary.LittleEndian.PutUint64(k.UUID[3:], r.Uint64())
		if i%5 == 0 {
			k.List = []string{"a", "b"}
		}
		if r.IntN(3) > 0 {
			k.Dict, k.Length, k.Small = new(text()), text(), int32(r.Uint32())
		}
		if n > 1000 && i < n/2 { // long runs, without a null and of nulls
			k.Twice, k.Yes = new(int64(7)), nil
		} else if r.IntN(2) == 0 {
			k.Twice, k.Yes, k.Single = new(int64(r.IntN(300))), new(r.IntN(2) == 0), new(float32(r.IntN(99)))
			k.Milli = new(int64(r.IntN(1 << 40)))
		}
		if r.IntN(2) == 0 {
			k.Group = new(parquetKindsGroup)
			if r.IntN(2) == 0 {
				k.Group.Inner = new(text())
			}
		}
	}
	return rows
}

// readParquet returns the cells of the rows of a file.
func readParquet(file []byte) (rows []string, err error) {
	defer recovered(&err, "f.parquet")
	content, err := parquetFooter(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	c := newParquetColumns("f.parquet", content)
	for i := range c.columns {
		c.columns[i].want(false)
	}
	names := wire.NewNames()
	for {
		var b flatBlock
		if _, err := c.next(&b); err != nil {
			return rows, err
		}
		for i := range b.n {
			var row strings.Builder
			for j := range b.columns {
				switch cell := b.columns[j].cell(i, names); cell.Is {
				case wire.Text:
					fmt.Fprintf(&row, "%s=%s ", c.header[j], cell.Text)
				case wire.Integer:
					fmt.Fprintf(&row, "%s=%d ", c.header[j], cell.N)
				case wire.Instant:
					fmt.Fprintf(&row, "%s=%s ", c.header[j], cell.Time.UTC().Format(time.RFC3339Nano))
				}
			}
			rows = append(rows, row.String())
		}
	}
}

// What parquet-go writes is read as it was: each kind of value and each encoding, packed in each way, whatever the
// pages and groups.
func TestParquetOfEveryKind(t *testing.T) {
	seen := make(map[format.Encoding]bool)
	for _, options := range [][]parquet.WriterOption{
		nil,
		{parquet.Compression(&parquet.Snappy), parquet.DataPageVersion(1)},
		{parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(500)},
		{parquet.Compression(&parquet.Gzip), parquet.DataPageVersion(1), parquet.PageBufferSize(500)},
		{parquet.Compression(&parquet.Brotli), parquet.MaxRowsPerRowGroup(50)},
		{parquet.Compression(&parquet.Lz4Raw), parquet.PageBufferSize(500)},
		{parquet.PageBufferSize(500), parquet.DictionaryMaxBytes(300)},
	} {
		for _, n := range []int{1, 40, 3000} {
			var file bytes.Buffer
			w := parquet.NewGenericWriter[parquetKinds](&file, options...)
			rows := drawnKinds(n)
			_, err := w.Write(rows)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			got, err := readParquet(file.Bytes())
			require.Equal(t, io.EOF, err)
			require.Len(t, got, n)
			for i := range rows {
				require.Equal(t, rows[i].shown(), got[i], "row %d of %d", i, n)
			}
			content, err := parquetFooter(bytes.NewReader(file.Bytes()), int64(file.Len()))
			require.NoError(t, err)
			for _, chunk := range content.groups[0].Columns {
				for _, e := range chunk.MetaData.Encoding {
					seen[e] = true
				}
			}
		}
	}
	for _, e := range []format.Encoding{
		format.Plain, format.RLEDictionary, format.DeltaBinaryPacked, format.DeltaLengthByteArray, format.ByteStreamSplit,
	} {
		assert.True(t, seen[e], "no column was encoded as %s", e)
	}
}

// Booleans in runs, as version 2 of the format has them: parquet-go takes a run of ones for a one and seven zeros.
func TestParquetBooleansInRuns(t *testing.T) {
	p := parquetPages{leaf: parquetLeaf{kind: format.Boolean}}
	for _, tt := range []struct {
		reason string
		runs   []byte
		values int
		want   []int64
		err    error
	}{
		{"a run of three ones", []byte{3 << 1, 1}, 3, []int64{1, 1, 1}, nil},
		{"a run, then bits", []byte{2 << 1, 1, 1<<1 | 1, 0b101}, 5, []int64{1, 1, 1, 0, 1, 0, 0, 0, 0, 0}, nil},
		{"fewer than there are", []byte{2 << 1, 1}, 3, []int64{1, 1}, errDamaged},
		{"more than there are", []byte{0xfe, 0xff, 0xff, 0xff, 0x0f, 1}, 3, nil, errRuns},
	} {
		var v pageValues
		data := append(binary.LittleEndian.AppendUint32(nil, uint32(len(tt.runs))), tt.runs...)
		err := p.decode(&v, format.RLE, data, tt.values)
		assert.Equal(t, tt.err, err, tt.reason)
		assert.Equal(t, tt.want, v.ints, tt.reason)
	}
}

// parquet-go reads what is written here: several groups and pages, and texts with and without a dictionary.
func TestParquetIsReadByTheLibrary(t *testing.T) {
	type row struct {
		Name string
		N    int64
		At   time.Time
	}
	get := func(of func(*row) wire.Cell) func(*row) wire.Cell { return of }
	form := &wire.Form[row]{Table: "rows", Columns: []wire.Column[row]{
		{Name: "name", Kind: wire.Text, Get: get(func(r *row) wire.Cell { return wire.TextCell(r.Name) })},
		{Name: "n", Kind: wire.Integer, Get: get(func(r *row) wire.Cell {
			if r.N%3 == 0 {
				return wire.Cell{}
			}
			return wire.IntegerCell(r.N)
		})},
		{Name: "at", Kind: wire.Instant, Get: get(func(r *row) wire.Cell { return wire.InstantCell(r.At) })},
	}}
	for _, long := range []int{0, 40} {
		rows := make([]row, rowsPerGroup+rowsPerPage+1)
		for i := range rows {
			rows[i] = row{fmt.Sprint(i%30_000, strings.Repeat("x", long)), int64(i), time.UnixMicro(int64(i) * 1e9).UTC()}
		}
		var file bytes.Buffer
		w := newParquetWriter(form, &file)
		require.NoError(t, errors.Join(w.put(rows[:100]), w.put(rows[100:]), w.close()))
		type read struct {
			Name *string    `parquet:"name,optional"`
			N    *int64     `parquet:"n,optional"`
			At   *time.Time `parquet:"at,optional,timestamp(microsecond)"`
		}
		got, err := parquet.Read[read](bytes.NewReader(file.Bytes()), int64(file.Len()))
		require.NoError(t, err)
		require.Len(t, got, len(rows))
		for i, r := range got { // once for all: assertions of 120,000 rows take seconds
			null := r.N == nil
			if *r.Name != rows[i].Name || !r.At.Equal(rows[i].At) || null != (i%3 == 0) || !null && *r.N != rows[i].N {
				t.Fatalf("row %d: %+v, expected %+v", i, r, rows[i])
			}
		}
	}
}

// Whatever a file holds, there is an answer.
func FuzzParquet(f *testing.F) {
	for _, n := range []int{1, 30} {
		for _, version := range []int{1, 2} {
			var file bytes.Buffer
			w := parquet.NewGenericWriter[parquetKinds](&file, parquet.DataPageVersion(version))
			_, err := w.Write(drawnKinds(n))
			require.NoError(f, errors.Join(err, w.Close()))
			f.Add(file.Bytes())
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, err := readParquet(file)
		assert.Error(t, err) // the end, at least
	})
}
