package tables_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// writeFacts writes facts of so many chats to a file, and returns their ids.
func writeFacts(t *testing.T, path string, n int) (ids []string) {
	t.Helper()
	out, err := tables.CreateFacts(t.Context(), tables.Place{Path: path}, nil)
	require.NoError(t, err)
	var facts []model.Fact
	for i := range n {
		ids = append(ids, fmt.Sprintf("%s/%d", path, i))
		facts = append(facts, model.Fact{InteractionID: ids[i], Resource: "A", Role: model.RoutedTo, Result: model.Completed})
	}
	require.NoError(t, out.All(facts))
	require.NoError(t, files.Keep(out.On))
	return ids
}

// What Spark and Hive write is read in one go, in every format, and with other files.
func TestPartsOfAPlace(t *testing.T) {
	for _, ending := range []string{".jsonl", ".ndjson", ".json.gz", ".csv", ".tsv", ".csv.gz", ".parquet"} {
		t.Run(ending, func(t *testing.T) {
			t.Chdir(t.TempDir())
			require.NoError(t, os.MkdirAll("parts/day=2", 0o700))
			require.NoError(t, os.WriteFile("parts/_SUCCESS", nil, 0o600))
			want := writeFacts(t, "parts/day=2/part-0"+ending, 3)
			want = append(want, writeFacts(t, "parts/part-0"+ending, 1000)...)
			want = append(want, writeFacts(t, "parts/part-1"+ending, 1)...)
			want = append(want, writeFacts(t, "more.csv", 2)...)
			facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: "parts", More: []string{"more.csv"}}, nil))
			require.NoError(t, err)
			var got []string
			for i := range facts {
				got = append(got, facts[i].InteractionID)
			}
			assert.Equal(t, want, got)
		})
	}
}

// Several goroutines read blocks of several files; each row is told with its own.
func TestBlocksOfParts(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("parts", 0o700))
	const line = `{"interaction_id":"%s","seq":%s,"time":"2026-01-05T09:00:00Z","event":"EventHeld"}` + "\n"
	for i := range 20 {
		name := fmt.Sprintf("parts/%02d.jsonl", i)
		text := strings.Repeat(fmt.Sprintf(line, name, "1"), 999) + fmt.Sprintf(line, name, `"x"`)
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	in, err := tables.OpenEventBlocks(t.Context(), tables.Place{Path: "parts"}, nil)
	require.NoError(t, err)
	defer in.Close()
	blocks := make(chan *wire.Block)
	var workers sync.WaitGroup
	var mutex sync.Mutex
	read, bad := make(map[string]int), make(map[string]string)
	for range 3 {
		r := in.Reader()
		workers.Go(func() {
			for b := range blocks {
				r.Take(b)
				for {
					var e model.Event
					id, err := r.Next(&e)
					if err == io.EOF {
						break
					}
					mutex.Lock()
					if read[string(id)]++; err != nil {
						bad[string(id)] = err.Error()
					}
					assert.Equal(t, string(id), r.File())
					mutex.Unlock()
				}
			}
		})
	}
	for {
		b := new(wire.Block)
		if err = in.Next(b); err != nil {
			break
		}
		blocks <- b
	}
	close(blocks)
	workers.Wait()
	assert.Equal(t, io.EOF, err)
	assert.Len(t, read, 20)
	for name, n := range read {
		assert.Equal(t, 1000, n, name)
		assert.Equal(t, name+":1000: seq: expected an integer from 0 to 9007199254740991, got \"x\"", bad[name])
	}
}

func TestPlacesThatCannotBeRead(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("mixed", 0o700))
	writeFacts(t, "mixed/a.csv", 1)
	writeFacts(t, "mixed/b.jsonl", 1)
	require.NoError(t, os.Mkdir("hive", 0o700))
	for _, name := range []string{"hive/000000_0", "hive/000001_0", "rows.txt"} {
		require.NoError(t, os.WriteFile(name, []byte("interaction_id,resource,resource_role,technical_result\nc,A,RoutedTo,Completed\n"), 0o600))
	}
	const endings = "expected a name that ends in .jsonl, .ndjson, .json, .csv or .tsv (each may be followed by .gz), or in .parquet"
	for _, c := range []struct {
		place tables.Place
		want  string
	}{
		{tables.Place{Path: "mixed"}, "mixed: its files have different formats, such as mixed/a.csv and mixed/b.jsonl; select one format with a glob"},
		{tables.Place{Path: "mixed/*.csv", More: []string{"nosuch.csv"}}, "nosuch.csv: no such file or directory"},
		{tables.Place{Path: "hive"}, "hive/000000_0: its name has no ending; " + endings},
		{tables.Place{Path: "rows.txt"}, "rows.txt: .txt is not a known format; " + endings},
		{tables.Place{Path: "-", More: []string{"-"}}, "stdin: given twice; it can be read only once"},
		{tables.Place{Path: "mixed/a.csv", More: []string{"oracle://host/db"}}, "oracle://…: chatproof has no driver for this database; expected postgres://…, sqlite:FILE or a file; for another database, print the query with --print-sql, run it there, and pipe the output to --facts -"},
	} {
		_, err := readAll(tables.OpenFacts(t.Context(), c.place, nil))
		assert.EqualError(t, err, c.want)
	}
	facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: "hive", Format: "csv"}, nil))
	assert.NoError(t, err)
	assert.Len(t, facts, 2)
}

// A mapping is for JSON Lines, too: a name that it gives and no line has is its mistake, one that some lines lack is not.
func TestMappingOfJSONLines(t *testing.T) {
	const first = `{"ixn":{"guid":"c-1"},"WHO":"A","role":"ROUTEDTO","result":"COMPLETED","end":"-"}` + "\n"
	const second = `{"ixn":{"guid":"c-2"},"WHO":"B","role":"n/a","result":"COMPLETED","why":"REVOKED"}` + "\n"
	m := mapping(t, `
fact:
  columns: {interaction_id: ixn.guid, resource: who, resource_role: role, technical_result: result, result_reason: why, ordinal: ~}
null: ["-", n/a]
`)
	read := func(text string) ([]model.Fact, error) {
		return readAll(tables.OpenFacts(t.Context(), tables.Place{Path: "-", Format: "jsonl", Mapping: m}, strings.NewReader(text)))
	}
	facts, err := read(first + second)
	require.NoError(t, err)
	assert.Equal(t, []model.Fact{
		{InteractionID: "c-1", Resource: "A", Role: model.RoutedTo, Result: model.Completed},
		{InteractionID: "c-2", Resource: "B", Result: model.Completed, Reason: model.RevokedReason},
	}, facts)
	_, err = read(first)
	assert.EqualError(t, err, "no line has the field why, the mapping's name for result_reason")
	_, err = read(`{"interaction_id":"c-1","who":"A","role":"x","result":"y"}` + "\n")
	assert.EqualError(t, err, "stdin:1: interaction_id: missing; expected a non-empty string; the mapping says that it is called ixn.guid; the names on the line are interaction_id, who, role, result")
}

// What is absent, and what is text: an agent may be called NULL.
func TestNullInCSV(t *testing.T) {
	const header = "interaction_id,resource,resource_role,technical_result,result_reason,received_from,start\n"
	facts, err := readFacts(t, "csv", header+
		"a,NULL,RoutedTo,Completed,NULL,NULL,NULL\n"+
		"\n\"b\",\"NULL\",RoutedTo,Completed,\\N,\\N,\\N\n"+
		"c,\"two\nlines, and \"\"quotes\"\"\",\"NULL\",Completed,\"\\N\",,\n"+
		"\\N,\\N,RoutedTo,Completed,\"\",,"+"\n")
	require.NoError(t, err)
	null := model.Number{Is: model.Null}
	assert.Equal(t, []model.Fact{
		{InteractionID: "a", Resource: "NULL", Role: model.RoutedTo, Result: model.Completed, ReceivedFrom: null},
		{InteractionID: "b", Resource: "NULL", Role: model.RoutedTo, Result: model.Completed, ReceivedFrom: null},
		{InteractionID: "c", Resource: "two\nlines, and \"quotes\"", Role: "NULL", Result: model.Completed, Reason: `\N`, ReceivedFrom: null},
		{InteractionID: `\N`, Resource: `\N`, Role: model.RoutedTo, Result: model.Completed, ReceivedFrom: null},
	}, facts)
}
