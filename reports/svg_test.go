package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/model"
)

// chatOf returns a chat of nine events with the given names.
func chatOf(queue, strategy, agent string) []model.Event {
	server, router, human := model.Party{Type: model.MediaServer}, model.Party{Type: model.Strategy, ID: strategy}, model.Party{Type: model.Agent, ID: agent}
	events := []model.Event{
		{Name: model.Submitted, Actor: server},
		{Name: model.PlacedInQueue, Actor: server, Queue: queue},
		{Name: model.TakenFromQueue, Actor: router, Queue: queue},
		{Name: model.PartyAdded, Actor: router, Party: router},
		{Name: model.AgentInvited, Actor: router, Party: human},
		{Name: model.PartyRemoved, Actor: router, Party: router},
		{Name: model.PartyAdded, Actor: human, Party: human},
		{Name: model.PartyRemoved, Actor: human, Party: human},
		{Name: model.ProcessingStopped, Actor: human},
	}
	for i := range events {
		events[i].InteractionID, events[i].Seq, events[i].Time = "c", int64(i+1), time.Unix(int64(i), 0)
	}
	return events
}

// drawn draws a chat, and fails unless the picture is XML of known elements.
func drawn(t *testing.T, log []model.Event) string {
	t.Helper()
	var b bytes.Buffer
	chats, _ := model.ClassifyLog(model.Reference(), log)
	var chat *model.Chat
	if len(chats) > 0 {
		chat = &chats[0]
	}
	NewTimeline(log).AppendSVG(&b, chat)
	decoder := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			assert.Contains(t, []string{"svg", "style", "rect", "path", "circle", "text"}, start.Name.Local)
			for _, a := range start.Attr {
				assert.False(t, strings.HasPrefix(a.Name.Local, "on"), a.Name.Local)
			}
		}
	}
}

func TestHostileNamesAreInertInPictures(t *testing.T) {
	for _, name := range append(nasty, "\u2028\ufdfd", strings.Repeat("\ufdfd", 30), "{{.}}", "") {
		svg := drawn(t, chatOf("Q"+name, "S"+name, "A"+name))
		assert.Less(t, len(svg), 20_000)
		assert.NotContains(t, svg, "\u202e")
	}
}

// However long or ill-formed a chat is, and whoever takes part, the picture is bounded.
func TestPicturesAreBounded(t *testing.T) {
	long := chatOf("Q", "S", "A")
	stop := long[len(long)-1]
	long = long[:len(long)-2]
	for i := range 20_000 {
		e := model.Event{
			InteractionID: "c", Seq: int64(len(long) + 1), Time: time.Unix(int64(i), 0), Name: model.AgentInvited,
			Actor: model.Party{Type: model.Agent, ID: "A"}, Party: model.Party{Type: model.Agent, ID: fmt.Sprint("B", i)}, Operation: model.Conference,
		}
		long = append(long, e)
	}
	stop.Seq = int64(len(long) + 1)
	svg := drawn(t, append(long, stop))
	assert.Less(t, len(svg), 100_000)
	assert.Contains(t, svg, ">19908 more<")
	assert.Contains(t, svg, "30 of 20004 lanes are drawn.")
	assert.Contains(t, svg, "60 of 20001 rows are drawn.")
	for _, odd := range [][]model.Event{nil, {{Name: "EventOfNobody"}}, {{Name: model.AgentInvited}}, {stop, long[3], long[3]}} {
		assert.Less(t, len(drawn(t, odd)), 10_000)
	}
}
