package cli

import (
	"bytes"
	"fmt"

	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/model"
)

// repaired says what the chats that were set aside lack, and what of their rows can be judged.
func (r *checkReport) repaired(b *bytes.Buffer) {
	if !r.flags.repair || r.Spoilt == 0 {
		return
	}
	fmt.Fprintf(b, "Repaired: %d of %s by at most %d events put in or left out. Of %d all repairs as short give the same rows: %d have them, %d have others (level repaired).\n",
		r.Repaired, number(r.Spoilt, "chat", "chats"), model.MostEdits, r.Unanimous, r.Mends, r.Unanimous-r.Mends)
	for i, g := range r.Defects {
		if i == maxGroups {
			fmt.Fprintf(b, "  and %s\n", number(len(r.Defects)-i, "other defect", "other defects"))
			break
		}
		fmt.Fprintf(b, "  %s, for example %s\n", defect(&g), model.Name(g.Example))
	}
	if r.Unclear > 0 {
		fmt.Fprintf(b, "  %s: more than one defect would explain it\n", number(r.Unclear, "chat", "chats"))
	}
}

// defect says what is wrong with how many logs.
func defect(g *bulk.DefectGroup) string {
	event := string(g.Name)
	if by, ok := map[model.PartyType]string{
		model.Strategy: "a strategy's ", model.Agent: "an agent's ", model.InteractionServer: "the server's ", model.MediaServer: "the media server's ",
	}[g.Actor]; ok {
		event = by + event
	}
	chats, have, lack := number(g.Chats, "chat", "chats"), " have ", " lack "
	if g.Chats == 1 {
		have, lack = " has ", " lacks "
	}
	switch g.Kind {
	case model.Superfluous:
		return chats + have + event + " twice"
	case model.OutOfOrder:
		return chats + have + event + " in the wrong place"
	}
	return chats + lack + event
}

// The lines of check --json about repairs.
type (
	defectLine struct {
		Type    string `json:"type"` // "defect"
		Kind    string `json:"kind"` // missing, superfluous, or out of order
		Event   string `json:"event"`
		Actor   string `json:"actor"` // its type
		Chats   int    `json:"chats"` // all of whose repairs mend the same
		Example string `json:"example"`
	}
	repairedSum struct {
		Chats     int `json:"chats"`     // of those set aside: few edits make a chat of the log
		Unanimous int `json:"unanimous"` // of these: all repairs as short give the same rows
		Agreeing  int `json:"agreeing"`  // of these: the chat has these rows
		Unclear   int `json:"unclear"`   // of the repaired: repairs as short mend different defects
	}
)

func (r *checkReport) repairedSum() *repairedSum {
	if !r.flags.repair {
		return nil
	}
	return &repairedSum{r.Repaired, r.Unanimous, r.Mends, r.Unclear}
}
