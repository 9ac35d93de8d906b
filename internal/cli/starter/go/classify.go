// Classify classifies chats: it reads event lines from stdin, and prints fact lines to stdout.
// It already reads, groups and orders the events, but prints no rows yet. Make classify return the rows of a chat.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"
)

// Party is who caused an event, or whom it is about.
type Party struct {
	Type string `json:"type"` // media_server, strategy, agent, interaction_server
	ID   string `json:"id"`
}

// Event is a line of input; a field that an event lacks is blank.
type Event struct {
	InteractionID  string    `json:"interaction_id"`
	Seq            int64     `json:"seq"`
	Time           time.Time `json:"time"`
	Event          string    `json:"event"`
	Actor          Party     `json:"actor"`
	Party          Party     `json:"party"`
	Queue          string    `json:"queue"`
	Operation      string    `json:"operation"`
	VisibilityMode int       `json:"visibility_mode"`
	Reason         string    `json:"reason"`
}

// Row is a line of output.
type Row struct {
	InteractionID   string `json:"interaction_id"`
	Ordinal         int    `json:"ordinal"`
	ResourceType    string `json:"resource_type"` // agent, queue, strategy
	Resource        string `json:"resource"`
	ResourceRole    string `json:"resource_role"`    // such as RoutedTo
	TechnicalResult string `json:"technical_result"` // such as Completed
	ResultReason    string `json:"result_reason"`    // such as Revoked, or blank
}

// classify returns the rows of one chat. The events are in the order of seq. A chat has a row for each invitation of an
// agent, once that invitation has ended.
func classify(events []Event) (rows []Row) {
	// Fill in here: go through the events, and append rows.
	return rows
}

func main() {
	var order []string
	chats := make(map[string][]Event)
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		e := Event{Seq: -1} // 0 is a seq
		if err := json.Unmarshal(in.Bytes(), &e); err != nil || e.InteractionID == "" || e.Seq < 0 || e.Event == "" {
			fmt.Fprintf(os.Stderr, "skipped, not an event: %q %v\n", in.Text(), err)
			continue
		}
		if chats[e.InteractionID] == nil {
			order = append(order, e.InteractionID)
		}
		chats[e.InteractionID] = append(chats[e.InteractionID], e)
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	lines := json.NewEncoder(out)
	for _, id := range order {
		events := chats[id]
		slices.SortStableFunc(events, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
		// an event that comes twice counts once
		events = slices.CompactFunc(events, func(a, b Event) bool { return a.Seq == b.Seq })
		for _, row := range classify(events) {
			if err := lines.Encode(row); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}
