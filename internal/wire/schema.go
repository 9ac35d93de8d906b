package wire

import _ "embed"

// EventSchema and FactSchema are the JSON Schemas of a line of events and of facts; ProtocolSchema is that of a
// message of the stream protocol, which refers to them as event.schema.json and fact.schema.json.
var (
	//go:embed event.schema.json
	EventSchema []byte
	//go:embed fact.schema.json
	FactSchema []byte
	//go:embed protocol.schema.json
	ProtocolSchema []byte
)
