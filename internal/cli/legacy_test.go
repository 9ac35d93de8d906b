package cli

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Two marts of two worlds: other ids, other names of columns, another zone, another time. What is common is judged by a
// table of keys, from a file or from the old mart's database; the rest is counted. Without the table nothing is.
func TestMartsOfTwoWorlds(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) { require.NoError(t, os.WriteFile(at(name), []byte(text), 0o666)) }
	var events, successor []byte
	old, keys := "IXN,NR,NAME,ROLE_,RES,WHY,BEGINS,ENDS\n", "ALT,NEU\n"
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	database := at("old.db")
	db, err := sql.Open("sqlite", database)
	require.NoError(t, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(t.Context(), `CREATE TABLE ROWS_ (IXN TEXT, NR INTEGER, NAME TEXT, ROLE_ TEXT, RES TEXT, WHY TEXT, BEGINS TEXT, ENDS TEXT);
		CREATE TABLE IDS (ALT TEXT, NEU TEXT); BEGIN`)
	require.NoError(t, err)
	logs := gen.Random(1000, true, 3)
	for i, n := 0, 0; i < 300; n++ {
		id, oldID := fmt.Sprintf("%032x", i+1), fmt.Sprint(100_000+i)
		log, _ := logs(n, id)
		if chats, _ := model.ClassifyLog(model.Reference(), log); len(chats[0].IRFs) == 0 {
			continue
		}
		shift := time.Duration(i) * time.Hour
		for k := range log {
			log[k].Time = log[k].Time.Add(shift)
			events = wire.AppendEvent(events, &log[k])
		}
		chats, _ := model.ClassifyLog(model.Reference(), log)
		for k := range chats[0].IRFs {
			f := &chats[0].IRFs[k].Fact
			if i >= 100 { // the new mart begins later
				successor = wire.AppendFact(successor, f)
			}
			if i < 200 {
				const form = "2006-01-02 15:04:05"
				begins, ends := f.Start.In(zone).Format(form), f.End.In(zone).Format(form)
				old += fmt.Sprintf("%s,%d,%s,%s,%s,%s,%s,%s\n", oldID, k, `"`+strings.ReplaceAll(f.Resource, `"`, `""`)+`"`, f.Role, f.Result, f.Reason, begins, ends)
				_, err := db.ExecContext(t.Context(), `INSERT INTO ROWS_ VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, oldID, k, f.Resource, f.Role, f.Result, f.Reason, begins, ends)
				require.NoError(t, err)
			}
		}
		keys += oldID + "," + strings.ToUpper(id) + "\n"
		_, err = db.ExecContext(t.Context(), `INSERT INTO IDS VALUES (?, ?)`, oldID, id)
		require.NoError(t, err)
		i++
	}
	_, err = db.ExecContext(t.Context(), `COMMIT`)
	require.NoError(t, err)
	const columns = `  columns:
    interaction_id: IXN
    ordinal: NR
    resource_type: ""
    resource: NAME
    resource_role: ROLE_
    technical_result: RES
    result_reason: WHY
    received_from: ""
    start: {column: BEGINS, zone: Asia/Almaty}
    end: {column: ENDS, zone: Asia/Almaty}
`
	write("events.jsonl", string(events))
	write("new.jsonl", string(successor))
	write("old.csv", old)
	write("keys.csv", keys)
	write("keyless.yaml", "fact:\n"+columns)
	write("old.yaml", "ids: {compare: guid}\nkeys: {file: keys.csv, columns: {old: ALT, new: NEU}}\nfact:\n"+columns)
	write("db.yaml", "keys: {table: IDS, columns: {old: ALT, new: NEU}}\nids: {compare: guid}\nfact:\n  table: ROWS_\n"+columns)
	check := func(code int, args ...string) (string, string) {
		var out, errOut bytes.Buffer
		args = append([]string{"check", "--events", at("events.jsonl"), "--facts", at("new.jsonl"), "--require", "all"}, args...)
		assert.Equal(t, code, Run(t.Context(), args, strings.NewReader(""), &out, &errOut), "%v: %s%s", args, out.String(), errOut.String())
		return out.String(), errOut.String()
	}
	judged, why := check(exitIncomplete, "--legacy", at("old.csv"), "--legacy-mapping", at("old.yaml"))
	assert.Contains(t, judged, "\n100 chats in both marts, ")
	assert.Contains(t, judged, "Chats by their worst attempt: alike and right: 100.\n")
	assert.Contains(t, judged, "Not judged, because they are not in both marts: 200 chats; 200 of them outside the time that both marts cover (2026-01-09T")
	assert.Contains(t, judged, "  100 chats only in the legacy mart, for example 0000")
	assert.Contains(t, judged, "  100 chats only in the new mart, for example 0000")
	assert.Contains(t, why, "of the chats are in only one mart, or were set aside, but --set-aside allows only 1 %: the result is incomplete")
	inFile, _ := check(0, "--legacy", at("old.csv"), "--legacy-mapping", at("old.yaml"), "--set-aside", "70")
	inDatabase, _ := check(0, "--legacy", "sqlite:"+database, "--legacy-mapping", at("db.yaml"), "--set-aside", "70")
	assert.Equal(t, strings.ReplaceAll(inFile, at("old.csv"), "OLD"), strings.ReplaceAll(inDatabase, "sqlite:"+database, "OLD"))

	_, why = check(exitIncomplete, "--legacy", at("old.csv"), "--legacy-mapping", at("keyless.yaml"))
	assert.Regexp(t, `no chat to check: no chat is in both marts \(only in the legacy mart: 200, only in the new mart: 200\); the period that they have in common is 2026-01-09T.*; ids in the legacy mart look like 100000, ids in the new mart like 0+65; if they stand for the same chats, add to the mapping a table of keys that pairs the old ids with the new\n$`, why)

	// Half of the keys lost, and one old id that two new ones have.
	half := strings.SplitAfter(keys, "\n")
	write("keys.csv", strings.Join(half[:152], "")+"100120,"+fmt.Sprintf("%032x", 9999)+"\n")
	judged, _ = check(exitIncomplete, "--legacy", at("old.csv"), "--legacy-mapping", at("old.yaml"))
	assert.Contains(t, judged, "\n50 chats in both marts, ")
	assert.Regexp(t, `Without exactly one id in the table of keys: \d+ rows of the legacy mart\.`, judged)
	assert.Contains(t, judged, "  150 chats only in the legacy mart, for example 0000")

	write("bad.yaml", "keys: {table: IDS}\n")
	_, why = check(exitUsage, "--legacy", at("old.csv"), "--legacy-mapping", at("bad.yaml"))
	assert.Contains(t, why, "--legacy: the mapping names a table of keys, but the rows are in files, not in a database; put the keys in a file, and name this file in the mapping, under keys.file")
	write("bad.yaml", "keys: {file: old.csv}\n")
	_, why = check(exitUsage, "--legacy", at("old.csv"), "--legacy-mapping", at("bad.yaml"))
	assert.Contains(t, why, `no column "old"; the columns are IXN, `)
}
