package cli

// The drivers of the databases that rows are read from and written to.
import (
	_ "time/tzdata" // time zones must not depend on the machine

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"
)
