package bulk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/tables"
)

// A chat that has no end is set aside by its name, whether its rows stand together or not; the others are judged.
func TestHotChatIsSetAside(t *testing.T) {
	row := func(chat string, n int) string {
		return fmt.Sprintf(`{"interaction_id":%q,"ordinal":%d,"resource":"Agent 1","resource_role":"RoutedTo","technical_result":"Completed"}`+"\n", chat, n)
	}
	var together, apart strings.Builder
	for i := range MaxOfChat + 1 {
		together.WriteString(row("hot", i))
		apart.WriteString(row("hot", i))
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
		assert.Equal(t, "chat hot: more than 100000 events and rows", r.Aside[0].Why)
	}
}

// Events that are delivered again and again take no memory.
func TestDuplicatesAreDroppedEarly(t *testing.T) {
	line := `{"interaction_id":"c-1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"MediaServer"}}` + "\n"
	path := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat(line, MaxOfChat+100)), 0o600))
	g := NewGroups(Options{Jobs: 1})
	defer g.Close()
	require.NoError(t, addEvents(t.Context(), g, tables.Place{Path: path}, nil))
	require.NoError(t, g.Each(t.Context(), func(_ int, c *Chat) error {
		assert.Nil(t, c.Bad)
		assert.Len(t, c.Events, 1)
		return nil
	}))
}
