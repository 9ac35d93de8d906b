package cli

import (
	"bytes"
	"fmt"

	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/reports"
)

// explainRepair writes an ill-formed chat as repaired by the fewest edits.
func explainRepair(b *bytes.Buffer, t *model.Table, bad *model.IllFormed, log []model.Event) {
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "Interaction %s is ill-formed: seq %d: %s: %s.\n", model.Name(bad.InteractionID), bad.Seq,
		bad.Requirement, bad.Problem)
	r := model.NewRepairer(t).Repair(log)
	if len(r.Edits) == 0 {
		fmt.Fprintf(b, "No repair of at most %d edits was found.\n", model.MostEdits)
		return
	}
	edits := "One edit makes"
	if len(r.Edits) > 1 {
		edits = "Two edits make"
	}
	if r.Unanimous {
		fmt.Fprintf(b, "%s it well-formed, and all shortest repairs give the rows below. The events are renumbered.\n",
			edits)
	} else {
		fmt.Fprintf(b,
			"%s it well-formed. Its shortest repairs differ in their rows; this is one of them. "+
				"The events are renumbered.\n",
			edits)
	}
	repaired, put := r.Apply(log)
	for _, e := range r.Edits {
		switch {
		case !e.Put:
			fmt.Fprintf(b, "  - %s, seq %d, is left out\n", e.Event.Name, e.Event.Seq)
		case e.After < 0:
			fmt.Fprintf(b, "  + %s is added at the beginning\n", e.Event.Name)
		default:
			fmt.Fprintf(b, "  + %s is added after seq %d\n", e.Event.Name, e.After)
		}
	}
	b.WriteString("\n")
	var chat model.Chat
	if err := model.NewClassifier(t).Classify(&chat, repaired); err != nil {
		panic(err) // the repair was classified when it was found
	}
	timeline := reports.NewTimeline(repaired)
	timeline.Put = put
	reports.Explain(b, &chat, timeline, true)
}
