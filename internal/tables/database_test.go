package tables_test

import (
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// TestDatabases runs each test on SQLite and on PostgreSQL, in a database of its own, with a handle to fill it.
func TestDatabases(t *testing.T) {
	tests := []struct {
		name string
		test func(t *testing.T, dsn string, exec func(statements string))
	}{{"facts", testFacts}, {"ids", testIDs}, {"events", testEvents}, {"refused", testRefused}}
	run := func(t *testing.T, driver string, create func(t *testing.T) (dsn, source string)) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				dsn, source := create(t)
				db, err := sql.Open(driver, source)
				require.NoError(t, err)
				defer db.Close()
				test.test(t, dsn, func(statements string) {
					t.Helper()
					_, err := db.Exec(statements)
					require.NoError(t, err, statements)
				})
			})
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		run(t, "sqlite", func(t *testing.T) (string, string) {
			path := filepath.Join(t.TempDir(), "facts.db")
			return "sqlite:" + path, path
		})
	})
	t.Run("postgres", func(t *testing.T) {
		tests = append(tests, struct {
			name string
			test func(*testing.T, string, func(string))
		}{"permission and connection", testServer})
		run(t, "pgx", func(t *testing.T) (string, string) {
			dsn := pgtest.Database(t)
			return dsn, dsn
		})
	})
}

func mapping(t *testing.T, text string) *tables.Mapping {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mapping.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	m, err := tables.ReadMapping(t.Context(), path)
	require.NoError(t, err)
	return m
}

// Names in another language do not matter where there are codes; where there are none, names do.
const star = `
INSERT INTO interaction_fact VALUES (71, 'c-1'), (72, 'c-2');
INSERT INTO technical_descriptor VALUES
	(1, 'Weitergeleitet an', 'ROUTEDTO', NULL, NULL, 'Übergeben', 'TRANSFERRED', 'Nicht angegeben', 'UNSPECIFIED'),
	(2, 'ReceivedTransfer', NULL, 'Unspecified', NULL, 'Completed', '', NULL, NULL),
	(3, NULL, 'TELEPORTED', NULL, NULL, NULL, 'COMPLETED', NULL, 'Tired');
INSERT INTO resource_ VALUES (1, 'Agent', 'AGENT', 'Ana'), (2, 'Agent', NULL, 'O''Brien'), (3, 'Warteschlange', 'QUEUE', 'Q');
INSERT INTO interaction_resource_fact VALUES
	(901, 0, 71, 1, 1, NULL, 1767603604, 1767603646),
	(902, 1, 71, 2, 2, 901, 1767603644, 1767603648),
	(903, 1, 72, 3, 3, NULL, NULL, NULL),
	(904, 2, 72, 99, 99, 902, NULL, NULL),  -- joins must not lose it; 902 is a row of another chat
	(905, 1, 73, 1, 1, NULL, NULL, NULL);   -- its interaction is missing
`

var starFacts = []model.Fact{
	{
		InteractionID: "c-1", Ordinal: model.Num(0), ResourceType: model.AgentResource, Resource: "Ana", Role: model.RoutedTo, Result: model.Transferred,
		ReceivedFrom: model.Number{Is: model.Null}, Start: nine.Add(4 * time.Second), End: nine.Add(46 * time.Second),
	},
	{
		InteractionID: "c-1", Ordinal: model.Num(1), ResourceType: model.AgentResource, Resource: "O'Brien", Role: model.ReceivedTransfer, Result: model.Completed,
		ReceivedFrom: model.Num(0), Start: nine.Add(44 * time.Second), End: nine.Add(48 * time.Second),
	},
	{
		InteractionID: "c-2", Ordinal: model.Num(1), ResourceType: model.QueueResource, Resource: "Q", Role: "TELEPORTED", Result: model.Completed, Reason: "Tired",
		ReceivedFrom: model.Number{Is: model.Null},
	},
	{InteractionID: "c-2", Ordinal: model.Num(2), ReceivedFrom: model.Num(-1)},
	{
		InteractionID: "73", Ordinal: model.Num(1), ResourceType: model.AgentResource, Resource: "Ana", Role: model.RoutedTo, Result: model.Transferred,
		ReceivedFrom: model.Number{Is: model.Null},
	},
}

func testFacts(t *testing.T, dsn string, exec func(string)) {
	exec(tables.FactDDL)
	exec(star)
	read := func(m *tables.Mapping) []model.Fact {
		t.Helper()
		facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: dsn, Mapping: m}, nil))
		require.NoError(t, err)
		return facts
	}
	assert.ElementsMatch(t, starFacts, read(nil))

	for _, d := range tables.Dialects { // what is printed for the database itself is the same query
		text, err := d.ExtractFacts(nil)
		require.NoError(t, err)
		if strings.Contains(t.Name(), d.Name) {
			exec("CREATE TABLE printed AS " + strings.TrimSuffix(text, ";\n"))
			assert.ElementsMatch(t, starFacts, read(mapping(t, "fact: {table: printed}")), "a flat table")
		}
	}

	assert.ElementsMatch(t, starFacts[:2], read(mapping(t, "interaction_fact: {where: interaction_id = 71}")), "some interactions")
	exec(`CREATE TABLE "Dimension of Roles" AS SELECT technical_descriptor_key AS "Key", resource_role AS "order", technical_result FROM technical_descriptor WHERE technical_descriptor_key = 2`)
	exec(`CREATE TABLE landed AS SELECT interaction_id, technical_descriptor_key, resource_key, start_ts, end_ts, CAST(interaction_resource_id AS text) AS interaction_resource_id,
CAST(interaction_resource_ordinal AS text) AS interaction_resource_ordinal, COALESCE(CAST(received_from_ixn_resource_id AS text), '') AS received_from_ixn_resource_id FROM interaction_resource_fact`)
	assert.ElementsMatch(t, starFacts, read(mapping(t, "interaction_resource_fact: {table: landed}")), "all text")
	exec(`CREATE TABLE numbered AS SELECT technical_descriptor_key, technical_descriptor_key AS resource_role_code, technical_result, technical_result_code, result_reason_code FROM technical_descriptor`)
	numbered := slices.Clone(starFacts)
	numbered[2].Role = "3"
	assert.ElementsMatch(t, numbered, read(mapping(t, `technical_descriptor: {table: numbered, columns: {resource_role_code: {values: {"1": RoutedTo, 2: ReceivedTransfer}}}}`)), "numbers for words")
	exec(`CREATE TABLE irf2 AS SELECT * FROM interaction_resource_fact`)
	assert.Equal(t, []model.Fact{starFacts[1]}, read(mapping(t, `
technical_descriptor:
  table: '"Dimension of Roles"'
  columns: {technical_descriptor_key: Key, resource_role: order}
interaction_resource_fact: {table: irf2, where: technical_descriptor_key = 2}
`))[:1:1], "renamed")
}

// Ids keep their blanks and their case: the same id in a column of events is read as the same. Two that a collation
// takes for one are two chats.
func testIDs(t *testing.T, dsn string, exec func(string)) {
	if strings.HasPrefix(dsn, "postgres:") {
		exec("CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
	}
	exec(`CREATE TABLE interaction_fact (interaction_id text COLLATE nocase, media_server_ixn_guid char(8));
INSERT INTO interaction_fact VALUES ('of chat', 'chat    '), ('blank', '');
CREATE TABLE interaction_resource_fact (interaction_id text COLLATE nocase, interaction_resource_id integer, interaction_resource_ordinal integer,
	received_from_ixn_resource_id integer, technical_descriptor_key integer, resource_key integer);
INSERT INTO interaction_resource_fact VALUES ('of chat', 1, 0, NULL, 1, 1), ('blank', 2, 1, NULL, 1, 1), ('ID', 3, 2, NULL, 1, 1), ('id', 4, 3, 3, 1, 1), ('id', 5, 4, 4, 1, 1);
CREATE TABLE technical_descriptor (technical_descriptor_key integer, resource_role_code char(20), resource_role text, technical_result text);
INSERT INTO technical_descriptor VALUES (1, '', 'RoutedTo', 'Completed');
CREATE TABLE resource_ (resource_key integer, resource_name char(8));
INSERT INTO resource_ VALUES (1, 'Anna    ');`)
	want := []model.Fact{
		{InteractionID: "chat    "},
		{InteractionID: "blank"},
		{InteractionID: "ID"},
		{InteractionID: "id", ReceivedFrom: model.Num(-1)},
		{InteractionID: "id", ReceivedFrom: model.Num(3)},
	}
	for i := range want {
		f := &want[i]
		f.Ordinal, f.Resource, f.Role, f.Result = model.Num(int64(i)), "Anna    ", model.RoutedTo, model.Completed
		if f.ReceivedFrom == (model.Number{}) {
			f.ReceivedFrom.Is = model.Null
		}
	}
	facts, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: dsn}, nil))
	require.NoError(t, err)
	assert.ElementsMatch(t, want, facts)
}

func testEvents(t *testing.T, dsn string, exec func(string)) {
	events := []model.Event{
		{InteractionID: "c", Seq: 1, Time: nine, Name: model.Submitted, Actor: model.Party{Type: model.MediaServer}, MediaType: "whatsapp"},
		{
			InteractionID: "c", Seq: 2, Time: nine.Add(1500 * time.Millisecond), Name: model.AgentInvited, Actor: model.Party{Type: model.Agent, ID: `O'Brien, "Bob"`},
			Party: model.Party{Type: model.Agent, ID: "李雷\n"}, Operation: model.Conference, VisibilityMode: model.Coach, Reason: "x", Queue: "Q;",
		},
	}
	write := func(at tables.Place, finish bool) error {
		out, err := tables.CreateEvents(t.Context(), at, nil)
		if err != nil {
			return err
		}
		defer out.Discard()
		if err := out.Put(events); err != nil || !finish {
			return err
		}
		return out.Finish()
	}
	at := tables.Place{Path: dsn}
	require.NoError(t, write(at, false))
	_, err := tables.OpenEvents(t.Context(), at, nil)
	assert.ErrorContains(t, err, "chat_event", "given up, and nothing is left")
	require.NoError(t, write(at, true))
	got, err := readAll(tables.OpenEvents(t.Context(), at, nil))
	require.NoError(t, err)
	assert.Equal(t, events, got)
	assert.EqualError(t, write(at, true), tables.Redacted(dsn)+": table chat_event already holds interaction c; delete the rows that an earlier run left there")

	exec(`CREATE TABLE landing (ixn text, n bigint, at text, what text, actor_type text, actor_id text, party_type text, party_id text, "Queue" text, operation text, visibility_mode integer, reason text, media_type text)`)
	at.Mapping = mapping(t, "chat_event: {table: landing, columns: {interaction_id: ixn, seq: n, time: at, event: what, queue: Queue}}")
	require.NoError(t, write(at, true))
	got, err = readAll(tables.OpenEvents(t.Context(), at, nil))
	require.NoError(t, err)
	assert.Equal(t, events, got)
}

// Each error is a line that says what and where, and no password is in it.
func checkRefused(t *testing.T, dsn string, m *tables.Mapping, want ...string) {
	t.Helper()
	_, err := readAll(tables.OpenFacts(t.Context(), tables.Place{Path: dsn, Mapping: m}, nil))
	require.Error(t, err, dsn)
	for _, w := range want {
		assert.Contains(t, err.Error(), w)
	}
	assert.NotContains(t, err.Error(), "\n")
	assert.NotContains(t, err.Error(), "s3cret")
}

func testRefused(t *testing.T, dsn string, exec func(string)) {
	exec("CREATE TABLE other (a integer)")
	checkRefused(t, dsn, nil, tables.Redacted(dsn)+": table interaction_resource_fact: ")
	exec(tables.FactDDL)
	exec(star)
	exec("CREATE TABLE ixf AS SELECT interaction_id FROM interaction_fact")
	checkRefused(t, dsn, mapping(t, "resource_: {columns: {resource_name: employee_id}}"), tables.Redacted(dsn)+": table resource_ has no column \"employee_id\"; its columns are resource_key, resource_name, ")
	checkRefused(t, dsn, mapping(t, "technical_descriptor: {columns: {resource_role: ~, resource_role_code: ~}}"), "table technical_descriptor has no column \"resource_role_code\" or \"resource_role\"")
	unnamed := mapping(t, "interaction_fact: {table: ixf, columns: {media_server_ixn_guid: ~}}")
	checkRefused(t, dsn, unnamed, tables.Redacted(dsn)+": the mapping says that table ixf has no column media_server_ixn_guid, which is needed; ")
	_, err := tables.Dialects[0].ExtractFacts(unnamed)
	assert.ErrorContains(t, err, "has no column media_server_ixn_guid, which is needed")
	checkRefused(t, dsn, mapping(t, "fact: {table: resource_}"), "table resource_ has no column \"media_server_ixn_guid\" or \"interaction_id\"")
	checkRefused(t, dsn, mapping(t, "interaction_resource_fact: {where: nosuch = 1}"), tables.Redacted(dsn)+": ", "nosuch")
}

func testServer(t *testing.T, dsn string, exec func(string)) {
	exec(tables.FactDDL + "CREATE ROLE reader LOGIN PASSWORD 's3cret'; GRANT SELECT ON interaction_resource_fact TO reader")
	reader := strings.Replace(dsn, "postgres@", "reader:s3cret@", 1)
	shown := strings.Replace(dsn, "postgres@", "reader@", 1)
	checkRefused(t, reader, nil, shown+": table interaction_fact: ", "permission denied")
	checkRefused(t, strings.Replace(reader, "?", "-nosuch?", 1), nil, `-nosuch" does not exist`)
	checkRefused(t, strings.Replace(reader, "reader:", "nobody:", 1), nil, `role "nobody" does not exist`)

	// The connection is lost between one row and the next.
	exec("CREATE VIEW many AS SELECT 'c' || n AS interaction_id, 'A' AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result FROM generate_series(1, 300000) n")
	s, err := tables.OpenFacts(t.Context(), tables.Place{Path: dsn, Mapping: mapping(t, "fact: {table: many}")}, nil)
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Read()
	require.NoError(t, err)
	exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	for err == nil {
		_, err = s.Read()
	}
	assert.ErrorContains(t, err, tables.Redacted(dsn)+": many, after row ")
}

func TestDatabasesThatAreNotThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	checkRefused(t, "postgres://reader:s3cret@"+l.Addr().String()+"/db", nil, "postgres://reader@"+l.Addr().String()+"/db: no connection: dial tcp "+l.Addr().String()+": connect: connection refused")
	checkRefused(t, "postgres://reader@"+l.Addr().String()+"/db?password=s3cret", nil, "postgres://reader@"+l.Addr().String()+"/db: ")
	for _, dsn := range []string{"postgres://reader:s3cret/x@host/db", "postgres://reader:1#s3cret@host/db", "postgres://reader:1?s3cret@host/db", "postgres://reader:%zzs3cret@host/db", "postgres://reader:1@s3cret@host/db"} {
		checkRefused(t, dsn, nil, "postgres://…: not a valid URL; expected something like postgres://USER@HOST/DATABASE")
	}
	checkRefused(t, "mysql://reader:s3cret@host/db", nil, "mysql://…: chatproof has no driver for this database; expected postgres://…, sqlite:FILE or a file")
	checkRefused(t, "sqlite:", nil, "sqlite: no file is named")
	checkRefused(t, "sqlite:nosuch.db", nil, "sqlite:nosuch.db: no such file or directory")
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600))
	checkRefused(t, "sqlite:"+text, nil, "sqlite:"+text+": ", "file is not a database")
}

func TestMappingThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		"events: {send: '{a: '}":                             "1:21: events.send: not a jq program: unexpected EOF",
		"events:\n  send: |\n    {a: .b}\n    | foo(":        "4:11: events.send: not a jq program: unexpected EOF",
		"events:\n  send: |\n    .a\n    | foo":              "3:5: events.send: function not defined: foo/0",
		"events: {send: now}":                                "1:16: events.send: now is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {send: '[.a, env.HOME]'}":                   "1:22: events.send: env is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {send: '$ENV.HOME'}":                        "1:17: events.send: $ENV is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {read: '[inputs]'}":                         "1:18: events.read: inputs is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {read: 'import \"a\" as a; .'}":             "1:17: events.read: import is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {read: halt}":                               "1:16: events.read: halt is not allowed: a program must not use the clock, the environment, files, modules or further input",
		"events: {read: {per: chat, jq: .}}":                 "1:16: events.read: per: chat needs the chat's key too, such as key: .ConversationId",
		"events: {send: {per: row, jq: .}}":                  "1:22: events.send.per: expected chat, got \"row\"",
		"events: {send: {per: chat}}":                        "1:16: events.send: no program; expected the key jq or file",
		"events: {send: {jq: ., key: .a}}":                   "1:24: events.send: no such key: key; expected one of: file, jq, per",
		"facts: {read: {jq: ., key: .a}}":                    "1:28: facts.read.key: goes only with per: chat; leave it out, or add per: chat",
		"events: {sent: .}":                                  "1:10: events: no such key: sent; expected one of: read, send; did you mean send?",
		"facts: {send: .}":                                   "1:9: facts: no such key: send; expected one of: read",
		"ids: {form: uuid}":                                  "1:13: ids.form: expected guid or interaction-server, got \"uuid\"",
		"chat_event: {columns: {time: {format: ms}}}":        "1:39: chat_event.columns.time.format: expected epoch_s, epoch_ms, epoch_us, epoch_ns or rfc3339, got \"ms\"",
		"chat_event: {columns: {time: {zone: Mars}}}":        "1:37: chat_event.columns.time.zone: no such time zone: Mars; expected a name such as Europe/Berlin",
		"chat_event: {columns: {seq: {format: epoch_ms}}}":   "1:38: chat_event.columns.seq.format: goes only with a column of times; leave it out",
		"fact: {columns: {resource_type: {values: [a]}}}":    "1:42: fact.columns.resource_type.values: expected your values, each with ours, such as {ROUTINGPOINT: strategy}",
		"fact: {columns: {start: {values: {a: b}}}}":         "1:34: fact.columns.start.values: a column of times has none; use format or zone",
		"fact: {columns: {start: {name: a}}}":                "1:26: fact.columns.start: no such key: name; expected one of: column, format, values, zone",
		"chat_event: {columns: {seq: n}}\nevents: {read: .}": "1:11: chat_event.columns: a program of events already sets the columns; leave out the program or the columns",
		"fact: [":                          "1:7: sequence end token ']' not found",
		"facts: {table: x}":                "1:9: facts: no such key: table; expected one of: read",
		"fax: {table: x}":                  "1:1: no such key: fax; expected one of: chat_event, events, fact, facts, finishing_queues, ids, interaction_fact, interaction_resource_fact, keys, media, null, resource_, technical_descriptor",
		"finishing_queues: {completed: A}": "1:31: finishing_queues.completed: expected a list of queues, such as [\"Chat_Stop\"]",
		"finishing_queues: {completed: [A], canceled: [B, A]}": "1:50: finishing_queues.canceled: A is listed twice; leave out one",
		"finishing_queues: {closed: [A]}":                      "1:20: finishing_queues: no such key: closed; expected one of: canceled, completed",
		"media: chat":                                          "1:8: media: expected a list of media, such as [chat, sms]",
		"media: []":                                            "1:8: media: expected a list of media, such as [chat, sms]",
		"media: ['']":                                          "1:9: media: expected the name of a medium, got nothing",
		"\ufeff# x\nresource_: {name: x}":                      "2:13: resource_: no such key: name; expected one of: columns, table, where",
		"resource_: {columns: {name: x}}":                      "1:23: resource_.columns: no such key: name; expected one of: resource_key, resource_name, resource_type, resource_type_code",
		"fact: {table: 'x; DROP TABLE y'}":                     `1:15: fact.table: expected a name such as TABLE, SCHEMA.TABLE or "Schema"."Table", got "x; DROP TABLE y"`,
		"fact:\n  columns: [role]":                             "2:12: fact.columns: expected keys, each with a colon and a value; got [role]",
		"fact: {where: [1]}":                                   "1:15: fact.where: expected text, got [1]",
		"ids: {compare: nocase}":                               "1:16: ids.compare: expected exact, ignore-case or guid, got \"nocase\"",
		"ids: {trim: yes}":                                     "1:13: ids.trim: expected true or false, got \"yes\"",
		"null: n/a":                                            `1:7: null: expected a list of words, such as ["n/a", "-"]`,
		"null: []\nids: {}\n---\nnull: []":                     "4:5: a second YAML document begins here; expected only one",
		"ids: {trim: true}\nids: {}":                           `2:1: the key "ids" is given twice, first at 1:1`,
	} {
		path := filepath.Join(t.TempDir(), "m.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := tables.ReadMapping(t.Context(), path)
		assert.EqualError(t, err, path+":"+want, text)
	}
}

// Whatever a mapping says, there is an answer of one line, and what is accepted makes queries.
func FuzzMapping(f *testing.F) {
	f.Add("fact: {table: a.b, columns: {resource_role: role, start: ~}}")
	f.Add("technical_descriptor:\n  table: '\"Dim\".\"Role\"'\n  columns:\n    resource_role_code: ~\n# x")
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "m.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		m, err := tables.ReadMapping(t.Context(), path)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		for i := range tables.Dialects {
			if _, err := tables.Dialects[i].ExtractFacts(m); err != nil {
				assert.NotContains(t, err.Error(), "\n")
			}
		}
	})
}

// A place is read in one transaction that only reads: a view that writes is refused by the server, with the counts of an
// audit as with the rows, and a query that takes too long ends.
func TestServerIsOnlyRead(t *testing.T) {
	server := pgtest.Database(t)
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer db.Close()
	exec := func(statement string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	exec(`CREATE TABLE seen (n int);
CREATE FUNCTION tell() RETURNS text LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1); RETURN 'A'; END $$;
CREATE VIEW spy AS SELECT 'c-1' AS interaction_id, 1 AS ordinal, tell() AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result;
CREATE VIEW slow AS SELECT 'c-1' AS interaction_id, 1 AS ordinal, 'A' || pg_sleep(1000) AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result`)
	none := func(*model.Fact, []model.RowCondition) error { return nil }

	spy := tables.Place{Path: server, Mapping: mapping(t, "fact: {table: spy}")}
	_, err = readAll(tables.OpenFacts(t.Context(), spy, nil))
	assert.ErrorContains(t, err, "cannot execute INSERT in a read-only transaction")
	_, err = tables.Audit(t.Context(), spy, none)
	assert.ErrorContains(t, err, "cannot execute INSERT in a read-only transaction")
	n := 0
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM seen").Scan(&n))
	assert.Zero(t, n)

	slow := tables.Place{Path: server, Mapping: mapping(t, "fact: {table: slow}"), QueryTimeout: 100 * time.Millisecond}
	_, err = readAll(tables.OpenFacts(t.Context(), slow, nil))
	assert.ErrorContains(t, err, "reading took longer than 100ms; raise --query-timeout")
	_, err = tables.Audit(t.Context(), slow, none)
	assert.ErrorContains(t, err, "reading took longer than 100ms; raise --query-timeout")
}

// A server that stands still, and a query of SQLite that has no end, end with the time that they are given.
func TestReadingEndsInTime(t *testing.T) {
	server := pgtest.Database(t)
	db, err := sql.Open("pgx", server)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `CREATE FUNCTION halt() RETURNS text LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'COPY (SELECT pg_backend_pid()) TO PROGRAM ''kill -STOP $PPID'''; RETURN 'A'; END $$;
CREATE VIEW still AS SELECT 'c-1' AS interaction_id, 1 AS ordinal, halt() AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result`)
	require.NoError(t, err)
	t.Cleanup(func() { // or the server would wait for it, and the test for the server
		db, err := sql.Open("pgx", server)
		require.NoError(t, err)
		defer db.Close()
		rows, err := db.Query("SELECT pid FROM pg_stat_activity WHERE query LIKE '%still%' AND pid <> pg_backend_pid()")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var pid int
			require.NoError(t, rows.Scan(&pid))
			require.NoError(t, exec.Command("kill", "-CONT", strconv.Itoa(pid)).Run())
		}
		require.NoError(t, rows.Err())
	})

	lite := filepath.Join(t.TempDir(), "facts.db")
	file, err := sql.Open("sqlite", lite)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.ExecContext(t.Context(), `CREATE VIEW still AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT 'c-1' AS interaction_id, i AS ordinal, 'A' AS resource, 'RoutedTo' AS resource_role, 'Completed' AS technical_result FROM n WHERE i < 0`)
	require.NoError(t, err)

	none := func(*model.Fact, []model.RowCondition) error { return nil }
	for dsn, limit := range map[string]time.Duration{
		server:           500 * time.Millisecond, // until then the server is to be still
		"sqlite:" + lite: 100 * time.Millisecond, // it counts in this process, and keeps a processor busy
	} {
		at := tables.Place{Path: dsn, Mapping: mapping(t, "fact: {table: still}"), QueryTimeout: limit}
		late := fmt.Sprintf("reading took longer than %v; raise --query-timeout", limit)
		_, err = readAll(tables.OpenFacts(t.Context(), at, nil))
		assert.ErrorContains(t, err, late)
		_, err = tables.Audit(t.Context(), at, none)
		assert.ErrorContains(t, err, late)
	}
}

// Of two that fill a table at once one is refused, at once and before it has written anything.
func TestTwoFillATable(t *testing.T) {
	for name, dsn := range map[string]string{"PostgreSQL": "", "SQLite": "sqlite:" + filepath.Join(t.TempDir(), "x.db")} {
		t.Run(name, func(t *testing.T) {
			if dsn == "" {
				dsn = pgtest.Database(t)
			}
			first, err := tables.CreateEvents(t.Context(), tables.Place{Path: dsn}, nil)
			require.NoError(t, err)
			_, err = tables.CreateEvents(t.Context(), tables.Place{Path: dsn}, nil)
			assert.ErrorContains(t, err, map[string]string{"PostgreSQL": "another process is filling table", "SQLite": "locked"}[name])
			events := []model.Event{{InteractionID: "c-1", Seq: 1, Name: model.Submitted, Time: nine}}
			require.NoError(t, first.All(events))
			require.NoError(t, first.Finish())
			again, err := tables.CreateEvents(t.Context(), tables.Place{Path: dsn}, nil)
			require.NoError(t, err)
			assert.ErrorContains(t, again.All(events), "already holds interaction c-1")
			again.Discard()
		})
	}
}
