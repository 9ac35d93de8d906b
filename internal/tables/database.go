package tables

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// IsDSN reports whether a path is the name of a database: it begins with postgres:// or sqlite:.
func IsDSN(path string) bool {
	return strings.HasPrefix(path, "postgres://") || strings.HasPrefix(path, "postgresql://") ||
		strings.HasPrefix(path, "sqlite:")
}

// Redacted returns a DSN without its password. It still works if the password is in the environment.
func Redacted(dsn string) string {
	if strings.HasPrefix(dsn, "sqlite:") {
		return dsn
	}
	u, err := parseDSN(dsn)
	if err != nil {
		scheme, _, _ := strings.Cut(dsn, "://")
		return scheme + "://…"
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.User(u.User.Username())
	}
	q := u.Query()
	for name := range q {
		if strings.Contains(strings.ToLower(name), "password") {
			q.Del(name)
		}
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// parseDSN parses the DSN of a server. A password with special characters may end up in another part of the URL: that
// is an error, and no part of it may be shown.
func parseDSN(dsn string) (*url.URL, error) {
	u, err := url.Parse(dsn)
	if err != nil || strings.Count(dsn, "@") > 1 || strings.Contains(u.Host+u.Path+u.RawQuery+u.Fragment, "@") ||
		strings.Contains(dsn, "#") {
		return nil,
			errors.New("not a valid URL; expected something like postgres://USER@HOST/DATABASE; in names and " +
				"passwords, write special characters as codes, such as %40 for @")
	}
	return u, nil
}

// database is an open database.
type database struct {
	*sql.DB
	name     string   // for messages
	postgres bool     // else SQLite
	secrets  []string // that no message may show
	tx       *sql.Tx  // in which all tables are read as of its beginning; nil before

	limit   time.Duration   // of all reading
	reading context.Context // that ends by it; nil when writing
}

// connectTimeout limits how long it may take to reach a server.
const connectTimeout = 15 * time.Second

// openDatabase opens a database and connects to it. A SQLite file must exist unless it is written to.
func openDatabase(ctx context.Context, dsn string, write bool) (*database, error) {
	db := &database{name: Redacted(dsn)}
	driver, source := "sqlite", ""
	if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		path = strings.TrimPrefix(path, "//")
		if path == "" {
			return nil, errors.New("sqlite: no file is named; expected something like sqlite:facts.db")
		}
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			return nil, fmt.Errorf("%s is a directory; expected a file", db.name)
		}
		mode := "rwc"
		if !write {
			mode = "ro"
			if err != nil {
				var at *os.PathError
				errors.As(err, &at)
				return nil, fmt.Errorf("%s: %w", db.name, at.Err)
			}
		}
		source = "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?mode=" + mode
		if write {
			source += "&_txlock=immediate" // a second writer is refused at once
		}
	} else {
		u, err := parseDSN(dsn)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", db.name, err)
		}
		password, _ := u.User.Password()
		db.secrets = append(db.secrets, password, url.PathEscape(password), url.QueryEscape(password))
		for name, values := range u.Query() {
			if strings.Contains(strings.ToLower(name), "password") {
				db.secrets = append(db.secrets, values...)
			}
		}
		db.postgres, driver, source = true, "pgx", dsn
	}
	var err error
	db.DB, err = sql.Open(driver, source)
	if err != nil {
		return nil, db.failed("", err)
	}
	limited, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := db.PingContext(limited); err != nil {
		db.Close()
		var dial *net.OpError
		switch {
		case errors.Is(limited.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
			err = fmt.Errorf("no connection within %v", connectTimeout)
		case errors.As(err, &dial): // pgx says it once for each way in which it tried
			err = fmt.Errorf("no connection: %w", dial)
		}
		return nil, db.failed("", err)
	}
	return db, nil
}

func (db *database) dialect() *Dialect {
	if db.postgres {
		return &Dialects[0]
	}
	return &Dialects[1]
}

func tooSlow(limit time.Duration) error {
	return fmt.Errorf("reading took longer than %v; raise --query-timeout", limit)
}

// failed returns an error that says what failed where, without secrets.
func (db *database) failed(what string, err error) error {
	if db.reading != nil && errors.Is(db.reading.Err(), context.DeadlineExceeded) ||
		strings.Contains(err.Error(), "statement timeout") {
		err = tooSlow(db.limit)
	}
	s := err.Error()
	for _, secret := range db.secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "xxxxx")
		}
	}
	s = model.Line(strings.Join(strings.Fields(s), " "))
	if what != "" {
		s = what + ": " + s
	}
	return fmt.Errorf("%s: %s", db.name, s)
}

// types returns the types of what a query returns.
func (db *database) types(ctx context.Context, query string) ([]*sql.ColumnType, error) {
	run := db.QueryContext
	if db.tx != nil {
		run = db.tx.QueryContext
	}
	rows, err := run(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	return types, cmp.Or(err, rows.Err())
}

// columns returns the columns of a table, from lower case to their spelling.
func (db *database) columns(ctx context.Context, table string) (map[string]string, error) {
	types, err := db.types(ctx, "SELECT * FROM "+table+" WHERE 1 = 0")
	if err != nil {
		return nil, db.failed("table "+table, err)
	}
	has := make(map[string]string)
	for _, of := range types {
		name := of.Name()
		if _, twice := has[strings.ToLower(name)]; !twice || strings.ToLower(name) == name {
			has[strings.ToLower(name)] = name
		}
	}
	return has, nil
}

// queryFacts returns the query of facts.
func queryFacts(ctx context.Context, db *database, m *Mapping) (string, error) {
	query, _, err := db.facts(ctx, m)
	return query, err
}

// facts returns the query of facts and the columns that it has.
func (db *database) facts(ctx context.Context, m *Mapping) (query string, kept []string, err error) {
	var failed error
	query, kept, err = factQuery(db.dialect(), m, func(table string) (has map[string]string, err error) {
		has, failed = db.columns(ctx, table)
		return has, failed
	})
	if err != nil && failed == nil {
		err = fmt.Errorf("%s: %w", db.name, err)
	}
	return query, kept, err
}

// tableQuery makes the query of a table of a database.
type tableQuery func(context.Context, *database, *Mapping) (string, error)

// queryColumns makes the query of a table that has the columns of a form.
func queryColumns[T any](f *wire.Form[T]) tableQuery {
	return func(ctx context.Context, db *database, m *Mapping) (string, error) {
		has, err := db.columns(ctx, m.table(f.Table))
		if err != nil {
			return "", err
		}
		var items []string
		for i := range f.Columns {
			c := &f.Columns[i]
			actual, err := m.actual(db.dialect(), f.Table, c.Name, has, c.Need >= wire.NeedColumn)
			if err != nil {
				return "", fmt.Errorf("%s: %w", db.name, err)
			} else if actual != "" {
				items = append(items, actual+" AS "+c.Name)
			}
		}
		return "SELECT " + strings.Join(items, ", ") + " FROM " + m.source(f.Table) + " e", nil
	}
}

// begin begins the transaction, which only reads.
func (db *database) begin(ctx context.Context) (err error) {
	o := &sql.TxOptions{ReadOnly: true}
	if db.postgres { // SQLite's always is
		o.Isolation = sql.LevelRepeatableRead
	}
	db.tx, err = db.BeginTx(ctx, o)
	if err != nil {
		return db.failed("", err)
	}
	if db.postgres {
		// The server itself ends a query when its time is up and, from version 14 on, soon after we are gone. It does not
		// compile queries: an audit of 100,000 rows took 1.53 s with that, and 1.44 s without.
		_, err = db.tx.ExecContext(ctx,
			"SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN $1 WHEN 'jit' THEN 'off' ELSE '2s' END, "+
				"true) FROM pg_settings WHERE name IN ('statement_timeout', 'client_connection_check_interval', 'jit')",
			fmt.Sprintf("%dms", db.limit.Milliseconds()))
		if err != nil {
			return db.failed("", err)
		}
	}
	return nil
}

// DefaultQueryTimeout is how long reading from a database may take by default.
const DefaultQueryTimeout = time.Hour

// readTable opens the tables of a place in a read-only transaction.
func readTable[T any](ctx context.Context, p Place, f *wire.Form[T], query tableQuery) (_ *flatReader[T], err error) {
	limit := cmp.Or(p.QueryTimeout, DefaultQueryTimeout)
	ctx, cancel := context.WithTimeout(ctx, limit) // so that nothing is read that nobody wants
	db, err := openDatabase(ctx, p.Path, false)
	if err != nil {
		late := errors.Is(ctx.Err(), context.DeadlineExceeded)
		cancel()
		if late {
			err = fmt.Errorf("%s: %w", Redacted(p.Path), tooSlow(limit))
		}
		return nil, err
	}
	db.limit, db.reading = limit, ctx
	defer func() {
		if err != nil {
			cancel()
			db.Close()
		}
	}()
	if err := db.begin(ctx); err != nil {
		return nil, err
	}
	text, err := query(ctx, db, p.Mapping)
	if err != nil {
		return nil, err
	}
	tx := db.tx
	rows, err := tx.QueryContext(ctx, text)
	if err != nil {
		return nil, db.failed("", err)
	}
	header, err := rows.Columns()
	if err != nil {
		return nil, db.failed("", err)
	}
	table := p.Mapping.table(f.Table)
	n, values, into := 0, make([]any, len(header)), make([]any, len(header))
	for i := range values {
		into[i] = &values[i]
	}
	r, err := newFlatReader(f, p.Mapping.queried(f.Table), db.name+": "+table, header,
		func(b *flatBlock) (more bool, err error) {
			if !rows.Next() {
				if err := rows.Err(); err != nil {
					return false, db.failed(fmt.Sprintf("%s, after row %d", table, n), err)
				}
				return false, io.EOF
			}
			n++
			if err := rows.Scan(into...); err != nil {
				return false, db.failed(fmt.Sprintf("%s, row %d", table, n), err)
			}
			cells := b.row(n, len(values))
			for i, v := range values {
				cells[i] = cellOf(v)
			}
			return true, nil
		})
	if err != nil {
		return nil, err
	}
	r.close = func() error {
		if db.postgres { // or the driver would read what is left
			cancel()
		}
		rows.Close()
		tx.Rollback() //nolint:errcheck // nothing was written
		cancel()
		return db.Close()
	}
	return r, nil
}

// cellOf returns a value from a driver as a cell.
func cellOf(v any) wire.Cell {
	switch v := v.(type) {
	case nil:
		return wire.Cell{}
	case string:
		return wire.TextCell(v)
	case []byte:
		return wire.TextCell(string(v))
	case int64:
		return wire.IntegerCell(v)
	case float64:
		return wire.FloatCell(v)
	case time.Time:
		return wire.InstantCell(v)
	}
	return wire.TextCell(fmt.Sprint(v))
}
