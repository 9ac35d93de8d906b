package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// eventLog is a log as read, with the interactions that bad lines have spoilt (W9), each with its first bad line.
type eventLog struct {
	file   string
	events []model.Event
	spoilt map[string]*wire.LineError
	table  *model.Table // the reference's, for the log's deployment
}

// readLog reads all events of the place that args name, or stdin. A line that belongs to no interaction is an error.
func (e *env) readLog(ctx context.Context, flags *placeFlags, args []string) (*eventLog, error) {
	at, err := flags.inputs(ctx, args)
	if err != nil {
		return nil, err
	}
	table, err := flags.reference(ctx)
	if err != nil {
		return nil, err
	}
	in, err := tables.OpenEvents(ctx, at, e.in)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	log := &eventLog{file: at.String(), spoilt: make(map[string]*wire.LineError), table: table}
	for {
		event, err := in.Read()
		var bad *wire.LineError
		switch {
		case err == nil:
			log.events = append(log.events, event)
		case err == io.EOF:
			return log, nil
		case errors.As(err, &bad) && bad.InteractionID != "":
			if log.spoilt[bad.InteractionID] == nil {
				log.spoilt[bad.InteractionID] = bad
			}
		default:
			return nil, err
		}
	}
}

// reportIllFormed writes a line for each interaction that could not be classified, by id.
func (e *env) reportIllFormed(log *eventLog, bad []*model.IllFormed) error {
	type line struct{ id, text string }
	var report []line
	for id, err := range log.spoilt {
		report = append(report, line{id, fmt.Sprintf("%v (interaction %s is ill-formed: W9)", err, model.Quoted(id))})
	}
	for _, err := range bad {
		if log.spoilt[err.InteractionID] == nil {
			report = append(report, line{err.InteractionID, fmt.Sprintf("%s: %v", log.file, err)})
		}
	}
	if len(report) == 0 {
		return nil
	}
	slices.SortFunc(report, func(a, b line) int { return cmp.Compare(a.id, b.id) })
	for _, l := range report {
		fmt.Fprintln(e.err, "chatproof: "+l.text)
	}
	return &exitError{code: exitUsage}
}
