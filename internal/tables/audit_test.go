package tables_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/chatproof/chatproof/internal/pgtest"
	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/model"
)

// A database finds by SQL the same offenders as Go does in its rows, on tables of the likely and the unlikely, whose
// collation ignores case.
func TestAuditsAgree(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (driver, source, dsn string){
		"sqlite": func(t *testing.T) (string, string, string) {
			file := filepath.Join(t.TempDir(), "facts.db")
			return "sqlite", file, "sqlite:" + file
		},
		"postgres": func(t *testing.T) (string, string, string) {
			dsn := pgtest.Database(t)
			return "pgx", dsn, dsn
		},
	} {
		t.Run(name, func(t *testing.T) {
			driver, source, dsn := open(t)
			db, err := sql.Open(driver, source)
			require.NoError(t, err)
			defer db.Close()
			if name == "postgres" {
				_, err := db.ExecContext(t.Context(), "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
				require.NoError(t, err)
			}
			random := rand.New(rand.NewPCG(4, 4))
			for _, shape := range []string{"info mart", "flat"} {
				mapping := map[string]*tables.Mapping{"flat": flatMapping(t)}[shape]
				fill(t, db, random, shape)
				place := tables.Place{Path: dsn, Mapping: mapping}
				want, rows, count, met := inGo(t, place)
				var got []string
				counts, err := tables.Audit(t.Context(), place, func(f *model.Fact, of []model.RowCondition) error {
					for _, c := range of {
						d, ok := c.On(model.Reference(), f)
						assert.True(t, ok)
						got = append(got, offender(&d))
					}
					return nil
				})
				require.NoError(t, err)
				slices.Sort(got)
				assert.Equal(t, want, got, shape)
				assert.Equal(t, count, counts.Interactions)
				assert.Equal(t, rows, counts.Facts)
				assert.Equal(t, met, counts.Met)
				for _, v := range []string{
					"V1 ", "V2 ", "V6 ", "V7 ", "V8 ", "V11 ", "V20 a dup", "V20 an ord", "V21 a sec", "V21 received_from", "resource_type ",
				} {
					assert.True(t, slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, v) }), "%s: the tables show no offender of %s", shape, v)
				}
			}
		})
	}
}

// Whole numbers are judged inside a database, whatever the type of their column; what is no whole number is left to Go,
// which refuses it.
func TestAuditOfNumbers(t *testing.T) {
	server := pgtest.Database(t)
	for _, kind := range []string{"numeric", "double precision", "in SQLite"} {
		for value, whole := range map[string]bool{
			"NULL": true, "1": true, "1.00": true, "1.5": false, "1e19": false, "-1e19": false, "'NaN'": false, "'Infinity'": false,
		} {
			t.Run(kind+" "+value, func(t *testing.T) {
				driver, source, dsn, column := "pgx", server, server, kind
				if kind == "in SQLite" {
					file := filepath.Join(t.TempDir(), "facts.db")
					driver, source, dsn, column = "sqlite", file, "sqlite:"+file, ""
				}
				db, err := sql.Open(driver, source)
				require.NoError(t, err)
				defer db.Close()
				_, err = db.ExecContext(t.Context(), fmt.Sprintf(`DROP TABLE IF EXISTS flat;
CREATE TABLE flat (interaction_id text, ordinal %s, resource text, resource_role text, technical_result text);
INSERT INTO flat VALUES ('a', %s, 'Anna', 'RoutedTo', 'Completed')`, column, value))
				require.NoError(t, err)
				place := tables.Place{Path: dsn, Mapping: flatMapping(t)}
				counts, err := tables.Audit(t.Context(), place, func(*model.Fact, []model.RowCondition) error { return nil })
				_, refused := readAll(tables.OpenFacts(t.Context(), place, nil))
				if !whole {
					require.ErrorIs(t, err, tables.ErrBeyondSQL)
					assert.ErrorContains(t, refused, "expected an integer, got ")
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 1, counts.Facts)
				assert.NoError(t, refused)
			})
		}
	}
}

// Times of two types, and senders that are no numbers, are left to Go: PostgreSQL would not compare them, or take a time
// without a zone as one of the session's zone.
func TestAuditOfTypes(t *testing.T) {
	dsn := pgtest.Database(t)
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	defer db.Close()
	for _, tt := range []struct {
		start, end, from string
		alike            bool
	}{
		{"integer", "numeric", "bigint", true},
		{"timestamp", "timestamp", "smallint", true},
		{"timestamptz", "timestamptz", "real", true},
		{"timestamptz", "timestamp", "integer", false},
		{"integer", "timestamptz", "integer", false},
		{"integer", "text", "integer", false},
		{"date", "timestamp", "integer", false},
		{"integer", "integer", "text", false},
	} {
		_, err = db.ExecContext(t.Context(), fmt.Sprintf(`DROP TABLE IF EXISTS flat;
CREATE TABLE flat (interaction_id text, ordinal integer, "start" %s, "end" %s, received_from %s, resource text, resource_role text, technical_result text);
INSERT INTO flat VALUES ('a', 1, NULL, NULL, NULL, 'Anna', 'RoutedTo', 'Completed')`, tt.start, tt.end, tt.from))
		require.NoError(t, err)
		place := tables.Place{Path: dsn, Mapping: flatMapping(t)}
		_, err := tables.Audit(t.Context(), place, func(*model.Fact, []model.RowCondition) error { return nil })
		if tt.alike {
			assert.NoError(t, err, tt)
		} else {
			assert.ErrorIs(t, err, tables.ErrBeyondSQL, tt)
		}
		_, err = readAll(tables.OpenFacts(t.Context(), place, nil))
		assert.NoError(t, err, tt)
	}
}

const tableRows = 1000

func flatMapping(t *testing.T) *tables.Mapping {
	file := filepath.Join(t.TempDir(), "mapping.yaml")
	require.NoError(t, os.WriteFile(file, []byte("fact: {table: flat}\n"), 0o666))
	m, err := tables.ReadMapping(t.Context(), file)
	require.NoError(t, err)
	return m
}

func offender(d *model.Difference) string {
	found := ""
	if d.Field == "V20" || d.Field == "V21" {
		found = d.Actual + " "
	}
	return string(d.Field) + " " + found + d.Level.String() + " " + d.InteractionID + " " + d.Resource
}

// inGo reads all facts and checks them chat by chat.
func inGo(t *testing.T, p tables.Place) (offenders []string, rows, chats int, met map[string]int) {
	source, err := tables.OpenFacts(context.Background(), p, nil)
	require.NoError(t, err)
	defer source.Close()
	of, met := make(map[string][]model.Fact), make(map[string]int)
	for {
		f, err := source.Read()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		of[f.InteractionID] = append(of[f.InteractionID], f)
		rows++
		bits := model.Meets([]model.Fact{f})
		for i, v := range model.Invariants() {
			if v.Kind == model.OnFacts {
				met[v.ID] += int(bits >> i & 1)
			}
		}
	}
	for _, facts := range of {
		for _, d := range model.CheckInvariants(nil, facts) {
			offenders = append(offenders, offender(&d))
		}
	}
	slices.Sort(offenders)
	return offenders, rows, len(of), met
}

// fill makes the tables of a shape anew, with rows of which about half are as they should be.
func fill(t *testing.T, db *sql.DB, random *rand.Rand, shape string) {
	run := func(statement string, args ...any) {
		_, err := db.ExecContext(t.Context(), statement, args...)
		require.NoError(t, err, statement)
	}
	pick := func(values ...string) any {
		v := values[random.IntN(len(values))]
		switch random.IntN(12) {
		case 0:
			return strings.ToUpper(v)
		case 1:
			return strings.ToLower(v) + " "
		case 2:
			return v[:1] + " " + v[1:]
		case 3:
			return ""
		case 4:
			return nil
		case 5:
			return "Unspecified"
		}
		return v
	}
	valid := model.Combinations()
	switch shape {
	case "flat":
		run(`CREATE TABLE flat (interaction_id varchar(50) COLLATE nocase, ordinal numeric, resource_type varchar(32), resource varchar(255) COLLATE nocase, resource_role varchar(255), technical_result varchar(255), result_reason varchar(255), received_from numeric(19, 2), "start" numeric, "end" numeric(10))`)
	default:
		run(regexp.MustCompile(`((media_server_ixn_guid|resource_name) +varchar\(255\))`).ReplaceAllString(tables.FactDDL, "$1 COLLATE nocase"))
	}
	tx, err := db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	insert := func(statement string, args ...any) {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		require.NoError(t, err, statement)
	}
	for i := range tableRows {
		y := valid[random.IntN(len(valid))].Yield
		kind, role, result, reason := any(string(y.Type)), any(string(y.Role)), any(string(y.Result)), any(string(y.Reason))
		if random.IntN(2) == 0 {
			kind = pick("agent", "queue", "strategy", "customer")
			role = pick(string(y.Role), "InConference", "Conferenced", "RoutedTo")
			result = pick(string(y.Result), "Completed", "Redirected", "Done")
			reason = pick(string(y.Reason)+"x", "Revoked", "AbandonedWhileQueued", "AbandonedWhileRinging")
		}
		chat := random.IntN(tableRows / 3)
		id, name := fmt.Sprint("chat ", chat/2), fmt.Sprint("row ", i)
		if chat%2 == 1 { // another chat than the one before
			id = strings.ToUpper(id)
		}
		from := any(random.IntN(5)) // in the mart the id of another row
		if shape != "flat" {
			from = any(2 * random.IntN(i+1))
		}
		ordinal, start, end := any(random.IntN(5)), any(1000+random.IntN(10)), any(1005+random.IntN(10))
		for _, v := range []*any{&ordinal, &start, &end, &from} {
			if random.IntN(20) == 0 {
				*v = nil
			}
		}
		// varied makes half of the rows that come twice differ in one column: these are not the same row twice
		varied := func() {
			if v := random.IntN(10); v < 4 {
				*[]*any{&ordinal, &start, &end, &from}[v] = 0
			} else if v == 4 {
				name = strings.ToUpper(name)
			}
		}
		if shape == "flat" {
			for twice := range 1 + random.IntN(10)/9 {
				if twice == 1 {
					varied()
				}
				insert(`INSERT INTO flat VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, id, ordinal, kind, name, role, result, reason, from, start, end)
			}
			continue
		}
		if chat%10 > 0 { // the others' rows are those of no interaction
			insert(`INSERT INTO interaction_fact VALUES ($1, $2) ON CONFLICT DO NOTHING`, chat, id)
		}
		insert(`INSERT INTO technical_descriptor VALUES ($1, $2, $3, NULL, NULL, $4, NULL, 'Grund', $5)`, i, "Rolle", role, result, reason)
		code := pick("agent")
		for twice := range 1 + random.IntN(10)/9 {
			if twice == 1 {
				varied()
			}
			insert(`INSERT INTO resource_ VALUES ($1, $2, $3, $4)`, 2*i+twice, kind, code, name)
			insert(`INSERT INTO interaction_resource_fact VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, 2*i+twice, ordinal, chat, i, 2*i+twice, from, start, end)
		}
	}
	require.NoError(t, tx.Commit())
}
