package tables

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/chatproof/chatproof/model"
)

// parquetFile is a Parquet file whose footer has been read: each row group has a chunk of each leaf.
//
// parquet-go decodes the footer, Thrift and the encodings; pages are read here. parquet-go's own reader unpacks a page
// however large it gets, so a file of some kilobytes can take gigabytes. It would also link 61 more packages, protobuf
// among them.
type parquetFile struct {
	on     io.ReaderAt
	leaves []parquetLeaf
	groups []format.RowGroup
}

// parquetLeaf is a column that has values of its own, not columns.
type parquetLeaf struct {
	name     string // the names of its groups and its own, joined by _
	kind     format.Type
	size     int  // of a value of FixedLenByteArray or Int96, in bytes
	level    byte // the definition level of a present value
	repeated bool // it, or a group that it is in
	logical  format.LogicalTypeValue
}

// deepestGroup limits how deep groups of columns are nested, and mostNames how many bytes their names have.
const (
	deepestGroup = 100
	mostNames    = 16 << 20
)

// parquetFooter reads the footer of a file.
func parquetFooter(on io.ReaderAt, size int64) (*parquetFile, error) {
	var end [8]byte // the length of the footer, and PAR1
	if size < int64(len(end)) {
		return nil, errors.New("the file is too short")
	}
	if _, err := on.ReadAt(end[:], size-int64(len(end))); err != nil {
		return nil, err
	}
	if string(end[4:]) == "PARE" {
		return nil, errors.New("its footer is encrypted")
	} else if string(end[4:]) != "PAR1" {
		return nil, fmt.Errorf("it ends in %q; expected \"PAR1\"", end[4:])
	}
	says := int64(binary.LittleEndian.Uint32(end[:]))
	if says > size-int64(len(end)) {
		return nil, fmt.Errorf("its footer claims %d bytes, but the file has only %d; the file is damaged or was cut "+
			"off", says, size)
	}
	footer := bufio.NewReader(io.NewSectionReader(on, size-int64(len(end))-says, says))
	var meta format.FileMetaData
	if err := thrift.NewDecoder(newBoundedThrift(footer, MaxPages)).Decode(&meta); err != nil {
		return nil, fmt.Errorf("its footer is damaged: %w", err)
	}
	leaves, err := parquetLeaves(meta.Schema)
	if err != nil {
		return nil, err
	}
	for i := range meta.RowGroups {
		if err := groupFits(&meta.RowGroups[i], leaves, size); err != nil {
			return nil, fmt.Errorf("row group %d: %w", i, err)
		}
	}
	return &parquetFile{on: on, leaves: leaves, groups: meta.RowGroups}, nil
}

// groupFits returns an error if a row group is not one of these leaves, or lies outside a file of a size.
func groupFits(group *format.RowGroup, leaves []parquetLeaf, size int64) error {
	if len(group.Columns) != len(leaves) {
		return fmt.Errorf("it has %d columns; expected %d", len(group.Columns), len(leaves))
	} else if group.NumRows < 0 {
		return fmt.Errorf("it has %d rows; expected 0 or more", group.NumRows)
	}
	for i := range leaves {
		m := &group.Columns[i].MetaData
		at := chunkOffset(m)
		if path := group.Columns[i].FilePath; path != "" {
			return fmt.Errorf("column %d is in another file, %s; expected all columns in one file", i, model.Name(path))
		} else if group.Columns[i].CryptoMetadata.Value != nil {
			return fmt.Errorf("column %d is encrypted", i)
		} else if at < 0 || m.TotalCompressedSize < 0 || m.TotalCompressedSize > size-at {
			return fmt.Errorf("column %d lies outside the file; the file is damaged or was cut off", i)
		} else if !leaves[i].repeated && m.NumValues != group.NumRows {
			return fmt.Errorf("column %d has %d values; expected %d, one per row", i, m.NumValues, group.NumRows)
		}
	}
	return nil
}

// chunkOffset returns where a chunk begins: at its dictionary, if it has one. Some writers do not say where that is and
// name its place as that of the first page of data; others name a place that holds none.
func chunkOffset(m *format.ColumnMetaData) int64 {
	if 0 < m.DictionaryPageOffset && m.DictionaryPageOffset < m.DataPageOffset {
		return m.DictionaryPageOffset
	}
	return m.DataPageOffset
}

// parquetLeaves returns the leaves of a schema, whose elements stand in depth-first order.
func parquetLeaves(schema []format.SchemaElement) (leaves []parquetLeaf, err error) {
	type group struct {
		parquetLeaf
		left int32 // members to come
	}
	if len(schema) == 0 {
		return nil, errors.New("its footer has no schema")
	}
	within, names := []group{{left: schema[0].NumChildren.V}}, 0
	for i := range schema[1:] {
		for len(within) > 1 && within[len(within)-1].left == 0 {
			within = within[:len(within)-1]
		}
		parent := &within[len(within)-1]
		parent.left--
		if parent.left < 0 || len(within) > deepestGroup {
			return nil, errors.New("the schema in its footer is damaged")
		}
		e, leaf := &schema[1+i], parent.parquetLeaf
		leaf.name += e.Name
		names += len(leaf.name) // a group's is written once, but stands in all its columns
		if names > mostNames {
			return nil, errors.New("the names of its columns are too long")
		}
		leaf.repeated = leaf.repeated || e.RepetitionType.V == format.Repeated
		if e.RepetitionType.V != format.Required {
			leaf.level++
		}
		if !e.Type.Valid {
			leaf.name += "_"
			within = append(within, group{leaf, e.NumChildren.V})
			continue
		}
		leaf.kind, leaf.size, leaf.logical = e.Type.V, int(e.TypeLength.V), logicalOf(e)
		if !leaf.fits() {
			leaf.logical = nil
		}
		if leaf.kind == format.Int96 {
			leaf.size = 12
		}
		leaves = append(leaves, leaf)
	}
	return leaves, nil
}

// logicalOf returns what a column's values mean, also as older writers say it.
func logicalOf(e *format.SchemaElement) format.LogicalTypeValue {
	if e.LogicalType.Value != nil || !e.ConvertedType.Valid {
		return e.LogicalType.Value
	}
	switch e.ConvertedType.V {
	case deprecated.TimestampMillis:
		return &format.TimestampType{Unit: format.TimeUnit{Value: new(format.MilliSeconds)}}
	case deprecated.TimestampMicros:
		return &format.TimestampType{Unit: format.TimeUnit{Value: new(format.MicroSeconds)}}
	case deprecated.Date:
		return new(format.DateType)
	case deprecated.TimeMillis:
		return &format.TimeType{Unit: format.TimeUnit{Value: new(format.MilliSeconds)}}
	case deprecated.TimeMicros:
		return &format.TimeType{Unit: format.TimeUnit{Value: new(format.MicroSeconds)}}
	case deprecated.Uint32, deprecated.Uint64:
		return new(format.IntType)
	case deprecated.Decimal:
		return &format.DecimalType{Scale: e.Scale.V}
	}
	return nil
}

// fits reports whether values of the column's kind can mean what it says they do. If not, they mean what they are.
func (l *parquetLeaf) fits() bool {
	switch l.logical.(type) {
	case *format.TimestampType:
		return l.kind == format.Int64
	case *format.DateType, *format.TimeType:
		return l.kind == format.Int32 || l.kind == format.Int64
	case *format.DecimalType:
		return slices.Contains([]format.Type{
			format.Int32, format.Int64, format.ByteArray, format.FixedLenByteArray,
		}, l.kind)
	case *format.UUIDType:
		return l.kind == format.FixedLenByteArray && l.size == 16
	}
	return true
}

// unsigned reports whether the column is one of whole numbers that are never negative.
func (l *parquetLeaf) unsigned() bool {
	t, ok := l.logical.(*format.IntType)
	return ok && !t.IsSigned
}

// unit returns the unit of a column of times; 0 for other columns.
func (l *parquetLeaf) unit() time.Duration {
	if t, ok := l.logical.(*format.TimestampType); ok {
		return unitOf(t.Unit)
	}
	return 0
}

func unitOf(u format.TimeUnit) time.Duration {
	if u.Value == nil {
		return time.Nanosecond
	}
	return u.Value.Duration()
}
