package tables_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/internal/wire/wiretest"
	"github.com/chatproof/chatproof/model"
)

// readAll reads a source to its end.
func readAll[T model.Event | model.Fact](s tables.Source[T], err error) (all []T, _ error) {
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for {
		row, err := s.Read()
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, row)
	}
}

func readFacts(t *testing.T, format, text string) ([]model.Fact, error) {
	t.Helper()
	return readAll(tables.OpenFacts(t.Context(), tables.Place{Path: "-", Format: format}, strings.NewReader(text)))
}

var nine = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

// The same two rows as clients write them.
func TestCSVOfClients(t *testing.T) {
	row := model.Fact{
		InteractionID: "c-1", Ordinal: model.Num(2), ResourceType: model.AgentResource, Resource: "Müller, Ana", Role: model.ReceivedTransfer,
		Result: model.Abandoned, Reason: model.RevokedReason, ReceivedFrom: model.Num(1), Start: nine, End: nine.Add(30 * time.Second),
	}
	queue := model.Fact{
		InteractionID: "c-2", Ordinal: model.Num(1), ResourceType: model.QueueResource, Resource: `the "best"` + "\nqueue", Role: model.Received,
		Result: model.CustomerAbandoned, Reason: model.AbandonedWhileQueued, ReceivedFrom: model.Number{Is: model.Null}, Start: nine, End: nine,
	}
	const header = "interaction_id,ordinal,resource_type,resource,resource_role,technical_result,result_reason,received_from,start,end"
	for _, c := range []struct{ client, text string }{
		{"psql \\copy … csv header", header + "\nc-1,2,agent,\"Müller, Ana\",ReceivedTransfer,Abandoned,Revoked,1,2026-01-05 10:00:00+01,2026-01-05 10:00:30+01\n" +
			"c-2,1,queue,\"the \"\"best\"\"\nqueue\",Received,CustomerAbandoned,AbandonedWhileQueued,,2026-01-05 09:00:00,2026-01-05 09:00:00\n"},
		{"Excel, where the comma is decimal", "\ufeffsep=;\r\n" + strings.ReplaceAll(header, ",", ";") +
			"\r\nc-1;2;agent;Müller, Ana;ReceivedTransfer;Abandoned;Revoked;1;2026-01-05T09:00:00Z;2026-01-05T09:00:30Z\r\n" +
			"c-2;1;queue;\"the \"\"best\"\"\nqueue\";Received;CustomerAbandoned;AbandonedWhileQueued;;2026-01-05T09:00:00Z;2026-01-05T09:00:00Z\r\n"},
		{"sqlcmd, with Info Mart's names", "MEDIA_SERVER_IXN_GUID\tINTERACTION_RESOURCE_ORDINAL\tRESOURCE_TYPE_CODE\tRESOURCE_NAME\tRESOURCE_ROLE_CODE\tTECHNICAL_RESULT_CODE\tRESULT_REASON_CODE\tRECEIVED_FROM\tSTART_TS\tEND_TS\r\n" +
			"-----\t---\t---\t---\t---\t---\t---\t---\t---\t---\r\n" +
			"\"c-1\"\t2\t\"AGENT\"\t\"Müller, Ana\"\t\"RECEIVEDTRANSFER\"\t\"ABANDONED\"\t\"REVOKED\"\t1\t1767603600\t1767603630\r\n" +
			"\"c-2\"\t1\t\"QUEUE\"\t\"the \"\"best\"\"\nqueue\"\t\"RECEIVED\"\t\"CUSTOMERABANDONED\"\t\"ABANDONEDWHILEQUEUED\"\tNULL\t1767603600\t1767603600\r\n"},
		{"SQL*Plus, codes and names", "\n\"INTERACTION_ID\",\"MEDIA_SERVER_IXN_GUID\",\"ORDINAL\",\"RESOURCE_TYPE\",\"RESOURCE_NAME\",\"RESOURCE_ROLE\",\"RESOURCE_ROLE_CODE\",\"TECHNICAL_RESULT\",\"TECHNICAL_RESULT_CODE\",\"RESULT_REASON\",\"RESULT_REASON_CODE\",\"RECEIVED_FROM\",\"START_TS\",\"END_TS\"\n" +
			"4711,\"c-1\",2,\"Agent\",\"Müller, Ana\",\"Übergabe\",\"RECEIVEDTRANSFER\",\"Abgebrochen\",\"ABANDONED\",\"Widerrufen\",\"REVOKED\",1,1767603600,1767603630\n" +
			"4712,\"c-2\",1,\"Queue\",\"the \"\"best\"\"\nqueue\",\"Received\",,\"CustomerAbandoned\",,\"AbandonedWhileQueued\",,,1767603600,1767603600\n"},
	} {
		t.Run(c.client, func(t *testing.T) {
			got, err := readFacts(t, "csv", c.text)
			require.NoError(t, err)
			assert.Equal(t, []model.Fact{row, queue}, got)
		})
	}
}

func TestCSVThatCannotBeRead(t *testing.T) {
	const header = "interaction_id,resource,resource_role,technical_result,start\n"
	for _, c := range []struct{ text, want string }{
		{"", "stdin:1: expected a header with the column names, found nothing"},
		{"\xff\xfei\x00n\x00", "stdin:1: it is UTF-16; save it as UTF-8"},
		{"INTERACTION_ID,RESOURCE_KEY,TECHNICAL_DESCRIPTOR_KEY\n", "stdin:1: no column \"resource\" or \"resource_name\"; the columns are INTERACTION_ID, RESOURCE_KEY, TECHNICAL_DESCRIPTOR_KEY; these rows come from Info Mart's fact table alone; join its dimension tables, as the query of 'run --print-sql' does"},
		{"{\"interaction_id\":\"c\"}\n", "stdin:1: it looks like JSON Lines; expected a header with the column names; for JSON Lines, use --format jsonl, or give the file a name that ends in .jsonl"},
		{"\x1f\x8b\x08", "stdin:1: it is compressed with gzip; give the file a name that ends in .gz, or decompress it"},
		{"hello\n", "stdin:1: no column \"media_server_ixn_guid\" or \"interaction_id\"; the columns are hello"},
		{"interaction_id,resource,technical_result\n", "stdin:1: no column \"resource_role_code\" or \"resource_role\"; the columns are interaction_id, resource, technical_result"},
		{"\n\ninteraction_id,Resource,resource\n", "stdin:3: two columns are called resource; rename one"},
		{header + "c,A,RoutedTo\n", "stdin:2: expected 5 fields separated by ',', as in the header; got 3"},
		{header + "\nc,A,RoutedTo,Completed,\nc,\"A\"x,RoutedTo,Completed,\n", "stdin:4: column 5: extraneous or missing \" in quoted-field"},
		{header + "c,A,RoutedTo,Completed,yesterday\n", "stdin:2: start: expected a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970, got \"yesterday\""},
		{header + "c,A,RoutedTo,Completed,1767603600000\n", "stdin:2: start: expected a time such as 2026-01-05T09:00:07Z (UTC if it has no zone), or whole seconds since 1970, got 1767603600000; it looks like milliseconds (2026-01-05T09:00:00Z)"},
		{header + "c,M\xfcller,RoutedTo,Completed,\n", `stdin:2: column 3: "M\ufffdller" is not UTF-8; save the file as UTF-8`},
		{header + ",A,RoutedTo,Completed,\n", "stdin:2: interaction_id: missing; expected a non-empty string"},
		{header + "c,\"" + strings.Repeat("x", wire.MaxLine+1<<20), "stdin:1: after this line comes a row longer than 16777216 bytes; is a quote not closed?"},
		{strings.Repeat("x", 1<<20), "stdin:1: expected a header with the column names, found a line longer than 65536 bytes"},
	} {
		_, err := readFacts(t, "csv", c.text)
		assert.EqualError(t, err, c.want)
	}
	_, err := readFacts(t, "parquet", "")
	assert.EqualError(t, err, "stdin: a Parquet file is read from its end, which stdin does not allow; name a file")
	_, err = readFacts(t, "xml", "")
	assert.EqualError(t, err, "expected jsonl, csv or parquet, got \"xml\"")
}

// A bad row names its interaction, and reading goes on after it.
func TestCSVGoesOnBehindABadRow(t *testing.T) {
	s, err := tables.OpenEvents(t.Context(), tables.Place{Path: "-", Format: "csv"}, strings.NewReader(
		"interaction_id,seq,time,event,visibility_mode\nc,one,,EventHeld,\nc,2,,EventHeld,7\nc,3,,EventUnheardOf,x\nc,4.0,,EventHeld,2\n"))
	require.NoError(t, err)
	for _, want := range []string{"stdin:2: seq: expected an integer from 0 to 9007199254740991, got \"one\"", "stdin:3: visibility_mode: expected 1, 2 or 3, got 7"} {
		_, err := s.Read()
		var bad *wire.LineError
		require.True(t, errors.As(err, &bad), err)
		assert.Equal(t, want, bad.Error())
		assert.Equal(t, "c", bad.InteractionID)
	}
	e, err := s.Read()
	assert.Equal(t, model.EventName("EventUnheardOf"), e.Name)
	assert.NoError(t, err, "an unknown event may hold anything")
	e, err = s.Read()
	assert.Equal(t, model.Event{InteractionID: "c", Seq: 4, Name: model.Held, VisibilityMode: 2}, e)
	assert.NoError(t, err)
}

// plainText is what every format can hold: no part of it is lost, nor taken for an absent one.
func plainText() *rapid.Generator[string] {
	return wiretest.Text().Filter(func(s string) bool {
		return strings.ToValidUTF8(s, "") == s && !strings.ContainsAny(s, "\x00\r") && strings.Trim(s, " ") == s
	})
}

// What is written in a format is read back.
func TestFormatsRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		var events []model.Event
		for range rapid.IntRange(0, 20).Draw(r, "n") {
			e := wiretest.Event(r)
			e.Time = e.Time.Truncate(time.Microsecond)
			for _, s := range []*string{&e.InteractionID, &e.Actor.ID, &e.Party.ID, &e.Queue, &e.Reason, &e.MediaType, (*string)(&e.Actor.Type), (*string)(&e.Party.Type), (*string)(&e.Operation)} {
				if strings.ToValidUTF8(*s, "") != *s || strings.ContainsAny(*s, "\x00\r") {
					*s = plainText().Filter(func(s string) bool { return s != "" }).Draw(r, "text")
				}
			}
			events = append(events, e)
		}
		for _, ending := range []string{".jsonl", ".csv", ".parquet"} {
			at := tables.Place{Path: filepath.Join(dir, "events"+ending)}
			out, err := tables.CreateEvents(t.Context(), at, nil)
			require.NoError(r, err)
			require.NoError(r, out.All(events))
			require.NoError(r, files.Keep(out.On))
			got, err := readAll(tables.OpenEvents(t.Context(), at, nil))
			require.NoError(r, err)
			assert.Equal(r, events, got, ending)
		}
	})
}

// What ends in the middle is told with the last line that was whole.
func TestCSVThatBreaksOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "facts.csv.gz")
	file, err := files.Create(t.Context(), path, nil)
	require.NoError(t, err)
	_, err = io.WriteString(file, "interaction_id,resource,resource_role,technical_result\na,A,RoutedTo,Completed\n")
	require.NoError(t, err)
	require.NoError(t, files.Keep(file))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(whole, "garbage beyond"...), 0o600))
	r, err := tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil)
	require.NoError(t, err)
	defer r.Close()
	for err == nil {
		_, err = r.Read()
	}
	assert.EqualError(t, err, path+":2: after this line: gzip: invalid header")
}

// Once warm, a row of Parquet costs no allocation beside the string of each new id, one of CSV its text; one that is only to
// be packed does without either.
func TestFlatAllocates(t *testing.T) {
	events := wiretest.Events(9_000)
	for ending, most := range map[string]struct{ read, packed float64 }{".parquet": {0.25, 0.1}, ".csv": {1.2, 0.02}} {
		at := tables.Place{Path: filepath.Join(t.TempDir(), "events"+ending)}
		out, err := tables.CreateEvents(t.Context(), at, nil)
		require.NoError(t, err)
		require.NoError(t, out.All(events))
		require.NoError(t, files.Keep(out.On))
		var e model.Event
		var p wire.PackedEvent
		for _, by := range []struct {
			next func(wire.BlockReader[model.Event]) error
			most float64
		}{
			{func(r wire.BlockReader[model.Event]) error { _, err := r.Next(&e); return err }, most.read},
			{func(r wire.BlockReader[model.Event]) error { p.Record = p.Record[:0]; return wire.NextPacked(r, &p) }, most.packed},
		} {
			n := 0
			allocs := testing.AllocsPerRun(1, func() {
				in, err := tables.OpenEventBlocks(t.Context(), at, nil)
				require.NoError(t, err)
				defer in.Close()
				var b wire.Block
				r := in.Reader()
				for n = 0; in.Next(&b) == nil; {
					for r.Take(&b); ; n++ {
						if err := by.next(r); err == io.EOF {
							break
						} else if err != nil {
							t.Fatal(err)
						}
					}
				}
			})
			assert.Equal(t, len(events), n)
			assert.Less(t, allocs/float64(n), by.most, ending)
		}
	}
}

func TestParquetThatCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "facts.parquet")
	out, err := tables.CreateFacts(t.Context(), tables.Place{Path: path}, nil)
	require.NoError(t, err)
	require.NoError(t, out.All([]model.Fact{{InteractionID: "c", Resource: "A", Role: model.RoutedTo, Result: model.Completed, Start: nine, End: nine}}))
	require.NoError(t, files.Keep(out.On))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = readAll(tables.OpenEvents(t.Context(), tables.Place{Path: path}, nil))
	assert.ErrorContains(t, err, "facts.parquet: no column \"seq\"; the columns are ")
	for _, damaged := range [][]byte{nil, []byte("hello"), whole[:len(whole)-5], whole[len(whole)/2:]} {
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		_, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
		assert.ErrorContains(t, err, path)
		assert.NotContains(t, err.Error(), "\n")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range whole { // whatever is damaged, there is an answer, and it takes no memory to speak of
		b := append([]byte(nil), whole...)
		b[i] ^= 0xff
		require.NoError(t, os.WriteFile(path, b, 0o600))
		_, _ = readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<30), "of %d files", len(whole))
}

// Whatever is read as CSV, there is an answer, and what it holds is read again from what is written of it.
func FuzzCSV(f *testing.F) {
	f.Add("interaction_id,resource,resource_role,technical_result\nc,A,RoutedTo,Completed\n")
	f.Add("sep=;\nMEDIA_SERVER_IXN_GUID;RESOURCE_NAME;RESOURCE_ROLE_CODE;TECHNICAL_RESULT_CODE;START_TS\n---;---;---;---;---\n\"c\";\"\"\"\";NULL;X;1\n")
	f.Fuzz(func(t *testing.T, text string) {
		facts, err := readFacts(t, "csv", text)
		if err != nil {
			return
		}
		path := filepath.Join(t.TempDir(), "facts.csv")
		out, err := tables.CreateFacts(t.Context(), tables.Place{Path: path}, nil)
		require.NoError(t, err)
		require.NoError(t, out.All(facts))
		require.NoError(t, files.Keep(out.On))
		again, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: path}, nil))
		require.NoError(t, err)
		require.Len(t, again, len(facts))
		for i := range facts {
			assert.Equal(t, facts[i].Resource, again[i].Resource)
			assert.Equal(t, facts[i].Descriptor(), again[i].Descriptor())
		}
	})
}
