package tables

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// fillTable opens a table to write rows to: all of them are there in the end, or none. It creates the table if it is
// missing, and drops what it created if writing fails. The form's columns have the names of the table's.
func fillTable[T any](ctx context.Context, p Place, known string, f *wire.Form[T]) (_ *wire.Output[T], err error) {
	db, err := openDatabase(ctx, p.Path, true)
	if err != nil {
		return nil, err
	}
	table, made := p.Mapping.table(known), false
	remove := func() {
		if made {
			db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE "+table) //nolint:errcheck // what failed is reported
		}
	}
	defer func() {
		if err != nil {
			remove()
			db.Close()
		}
	}()
	has, err := db.columns(ctx, table)
	if err != nil {
		if _, err := db.ExecContext(ctx, tableOf(table, f)); err != nil {
			return nil, db.failed("table "+table, err)
		}
		made = true
		has, err = db.columns(ctx, table)
		if err != nil {
			return nil, err
		}
	}
	var columns []string
	for i := range f.Columns {
		name := f.Columns[i].Name
		actual, ok := has[strings.ToLower(name)]
		if !ok {
			return nil, fmt.Errorf("%s: table %s has no column %s; its columns are %s", db.name, table,
				model.Quoted(name), wire.Listed(slices.Sorted(maps.Values(has))))
		}
		columns = append(columns, quotedName(actual))
	}
	l := &loader[T]{ctx: ctx, db: db, form: f, table: table, columns: columns}
	l.remove = remove
	o := &wire.Output[T]{Put: l.put, End: l.finish, Abort: l.abort}
	if db.postgres {
		err = l.copy()
	} else {
		err = l.insert()
	}
	return o, err
}

// loader fills a table.
type loader[T any] struct {
	ctx     context.Context
	db      *database
	form    *wire.Form[T]
	table   string
	columns []string                                     // as spelt in SQL
	known   bool                                         // it is known that the first interaction is not there yet
	query   func(statement string, args ...any) *sql.Row // in the writing transaction
	write   func(rows []T) error
	end     func(failed error) error // commits, or rolls back if there is an error
	remove  func()                   // drops the table that was created for the rows
}

// tableOf returns the statement that creates a table for a form, in SQL that PostgreSQL and SQLite understand.
func tableOf[T any](table string, f *wire.Form[T]) string {
	var columns []string
	for i := range f.Columns {
		kind := map[wire.Kind]string{
			wire.Text: "text", wire.Integer: "bigint",
			wire.Instant: "timestamptz",
		}[f.Columns[i].Kind]
		columns = append(columns, "    "+quotedName(f.Columns[i].Name)+" "+kind)
	}
	return "CREATE TABLE IF NOT EXISTS " + table + " (\n" + strings.Join(columns, ",\n") + "\n)"
}

func quotedName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

func (l *loader[T]) put(rows []T) error {
	if !l.known && len(rows) > 0 {
		if id, _ := l.form.Key(&rows[0]); id != "" {
			if err := l.refuse(id); err != nil {
				return err
			}
		}
		l.known = true
	}
	return l.write(rows)
}

// refuse returns an error if an interaction is in the table already. With its events there twice, perhaps with other
// times, it would no longer be a chat.
func (l *loader[T]) refuse(id string) error {
	var n int
	err := l.query(fmt.Sprintf("SELECT 1 FROM %s WHERE %s = $1 LIMIT 1", l.table, l.columns[0]), id).Scan(&n)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return l.db.failed("table "+l.table, err)
	}
	return fmt.Errorf("%s: table %s already holds interaction %s; delete the rows that an earlier run left there",
		l.db.name, l.table, model.Name(id))
}

func (l *loader[T]) finish() error {
	err := l.end(nil)
	if err != nil {
		err = l.db.failed("table "+l.table, err)
		l.remove()
	}
	return errors.Join(err, l.db.Close())
}

func (l *loader[T]) abort() {
	l.end(errors.New("given up")) //nolint:errcheck // the failure is reported already
	l.remove()
	l.db.Close()
}

// copy fills a PostgreSQL table with one COPY.
func (l *loader[T]) copy() error {
	conn, err := l.db.Conn(l.ctx)
	if err != nil {
		return l.db.failed("", err)
	}
	if err := l.alone(conn); err != nil {
		return errors.Join(err, conn.Close())
	}
	statement := fmt.Sprintf("COPY %s (%s) FROM STDIN WITH (FORMAT csv)", l.table, strings.Join(l.columns, ", "))
	out, in := io.Pipe()
	done := make(chan struct{})
	var ended error
	begin := sync.OnceFunc(func() {
		go func() {
			defer close(done)
			ended = conn.Raw(func(driver any) error {
				_, err := driver.(interface{ Conn() *pgx.Conn }).Conn().PgConn().CopyFrom(l.ctx, out, statement)
				return err
			})
			out.CloseWithError(errors.New("the copy has ended")) // for a pending write
			if ended == nil {
				_, ended = conn.ExecContext(l.ctx, "COMMIT")
			}
			ended = errors.Join(ended, conn.Close())
		}()
	})
	var b []byte
	l.write = func(rows []T) error {
		b = b[:0]
		for i := range rows {
			b = appendCSV(b, l.form, &rows[i])
		}
		begin() // earlier queries on the connection are over
		if _, err := in.Write(b); err != nil {
			<-done
			return l.db.failed("table "+l.table, errors.Join(ended, l.ctx.Err()))
		}
		return nil
	}
	l.end = func(failed error) error {
		begin()
		in.CloseWithError(failed)
		<-done
		return ended
	}
	return nil
}

// alone begins the transaction of a copy. If another process of ours is filling the table, alone returns an error
// instead of waiting: both may be writing the same chats.
func (l *loader[T]) alone(conn *sql.Conn) error {
	l.query = func(statement string, args ...any) *sql.Row { return conn.QueryRowContext(l.ctx, statement, args...) }
	if _, err := conn.ExecContext(l.ctx, "BEGIN"); err != nil {
		return l.db.failed("", err)
	}
	alone := false
	if err := l.query("SELECT pg_try_advisory_xact_lock(hashtext($1))",
		"chatproof "+strings.ToLower(l.table)).Scan(&alone); err != nil {
		return l.db.failed("table "+l.table, err)
	}
	if !alone {
		return fmt.Errorf("%s: another process is filling table %s; wait until it has finished", l.db.name, l.table)
	}
	return nil
}

// insert fills a SQLite table in one transaction.
func (l *loader[T]) insert() error {
	tx, err := l.db.BeginTx(l.ctx, nil)
	if err != nil {
		return l.db.failed("", err)
	}
	l.query = func(statement string, args ...any) *sql.Row { return tx.QueryRowContext(l.ctx, statement, args...) }
	marks := strings.Repeat(", ?", len(l.columns))[2:]
	insert, err := tx.PrepareContext(l.ctx,
		fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", l.table, strings.Join(l.columns, ", "), marks))
	if err != nil {
		return l.db.failed("table "+l.table, errors.Join(err, tx.Rollback()))
	}
	values := make([]any, len(l.columns))
	l.write = func(rows []T) error {
		for i := range rows {
			for j := range l.form.Columns {
				switch c := l.form.Columns[j].Get(&rows[i]); c.Is {
				case wire.Empty:
					values[j] = nil
				case wire.Text:
					values[j] = c.Text
				case wire.Integer:
					values[j] = c.N
				case wire.Instant:
					values[j] = c.Time.UTC().Format(time.RFC3339Nano)
				}
			}
			if _, err := insert.ExecContext(l.ctx, values...); err != nil {
				return l.db.failed("table "+l.table, err)
			}
		}
		return nil
	}
	l.end = func(failed error) error {
		if failed != nil {
			return tx.Rollback()
		}
		return tx.Commit()
	}
	return nil
}
