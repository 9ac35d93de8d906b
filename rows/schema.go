package rows

import _ "embed"

// EventSchema and FactSchema are the JSON Schemas of a line of events and of facts.
var (
	//go:embed event.schema.json
	EventSchema []byte
	//go:embed fact.schema.json
	FactSchema []byte
)
