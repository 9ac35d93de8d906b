package rows

import _ "embed"

// EventDDL and FactDDL are the tables that events and facts are read from by default, in SQL that PostgreSQL and
// SQLite understand.
var (
	//go:embed chat_event.sql
	EventDDL string
	//go:embed infomart.sql
	FactDDL string
)
