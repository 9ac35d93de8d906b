package bulk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/tables"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// A chat that has no end is set aside by its name, whether its rows stand together or not; the others are judged.
func TestHotChatIsSetAside(t *testing.T) {
	row := func(chat string, n int) string {
		return fmt.Sprintf(`{"interaction_id":%q,"ordinal":%d,"resource":"Agent 1","resource_role":"RoutedTo","technical_result":"Completed"}`+"\n", chat, n)
	}
	var together, apart strings.Builder
	for i := range MaxOfChat + 1 {
		hot := row("hot", i)
		together.WriteString(hot)
		apart.WriteString(hot)
		if i%1000 == 0 {
			apart.WriteString(row(fmt.Sprint("c-", i), 1))
		}
	}
	together.WriteString(row("c-1", 1))
	for text, chats := range map[string]int{together.String(): 1, apart.String(): 101} {
		path := filepath.Join(t.TempDir(), "facts.jsonl")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		r, err := CheckRows(t.Context(), CheckOptions{Options: Options{Memory: 32 << 20}}, tables.Place{Path: path})
		require.NoError(t, err)
		assert.Equal(t, chats, r.Chats)
		require.Len(t, r.Aside, 1)
		assert.Equal(t, "chat hot: more than 100000 events and rows together", r.Aside[0].Why)
	}
}

// Where deliveries take turns, A B A B, each counts: a chat of too many is set aside by its name, in any order.
func TestDuplicatesInTurnsAreBounded(t *testing.T) {
	line := func(seq int) string {
		return fmt.Sprintf(`{"interaction_id":"c-1","seq":%d,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}`+"\n", seq)
	}
	path := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(line(1)+line(2), MaxOfChat)), 0o600))
	in := func() wire.Blocks[model.Event] {
		blocks, err := tables.OpenEventBlocks(t.Context(), tables.Place{Path: path}, nil)
		require.NoError(t, err)
		return blocks
	}
	for name, classify := range map[string]func(context.Context, Options, string, wire.Blocks[model.Event], *wire.Output[model.Fact], func(string)) error{
		"any order": Classify, "ordered": ClassifyOrdered,
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			out := &wire.Output[model.Fact]{Put: func(facts []model.Fact) error { t.Error("facts of what is no chat"); return nil }}
			require.NoError(t, classify(t.Context(), Options{Memory: 32 << 20}, path, in(), out, func(text string) { said = append(said, text) }))
			require.Len(t, said, 1)
			assert.Contains(t, said[0], "chat c-1: more than 100000 events and rows")
		})
	}
}

// Events that are delivered again and again take no memory.
func TestDuplicatesAreDroppedEarly(t *testing.T) {
	line := `{"interaction_id":"c-1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}` + "\n"
	path := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(line, MaxOfChat+100)), 0o600))
	g := NewGroups(Options{Jobs: 1})
	defer g.Close()
	require.NoError(t, addEvents(t.Context(), g, tables.Place{Path: path}, nil))
	chats := 0
	require.NoError(t, g.Each(t.Context(), func(_ int, c *Chat) error {
		chats++
		assert.Nil(t, c.Bad)
		assert.Len(t, c.Events, 1)
		return nil
	}))
	assert.Equal(t, 1, chats)

	events, err := tables.OpenEventBlocks(t.Context(), tables.Place{Path: path}, nil)
	require.NoError(t, err)
	require.NoError(t, ClassifyOrdered(t.Context(), Options{}, path, events, &wire.Output[model.Fact]{}, func(text string) {
		assert.NotContains(t, text, "more than")
	}))
}
