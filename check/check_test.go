package check_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/check"
	"github.com/chatproof/chatproof/model"
)

// source reads from a slice.
type source[T any] struct{ rest []T }

func (s *source[T]) Read() (v T, err error) {
	if len(s.rest) == 0 {
		return v, io.EOF
	}
	v, s.rest = s.rest[0], s.rest[1:]
	return v, nil
}

var defaults = model.LevelSet(model.Documented, model.Invariant, model.Own)

func rowOf(id, resource, descriptor string) model.Fact {
	d, ok := model.ParseDescriptor(descriptor)
	if !ok {
		panic(descriptor)
	}
	return model.Fact{InteractionID: id, Resource: resource, Role: d.Role, Result: d.Result, Reason: d.Reason}
}

// Whatever the order in which rows come, the report is the same: the example is the smallest.
func TestExampleIsTheSmallest(t *testing.T) {
	facts := []model.Fact{
		rowOf("c", "A", "RoutedTo/Completed [Revoked]"),
		rowOf("b", "A", "RoutedTo/Completed [Revoked]"),
		rowOf("a", "A", "RoutedTo/Completed [Revoked]"), rowOf("a", "B", "InConference/Completed"),
	}
	for range 20 {
		rand.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		r, err := check.Rows(&source[model.Fact]{facts}, defaults)
		require.NoError(t, err)
		assert.Equal(t, 3, r.Differing)
		require.Len(t, r.Findings, 2)
		for i, signature := range []string{"V2 (blank) RoutedTo/Completed [Revoked]", "V7 RoutedTo/Completed [Revoked]"} {
			assert.Equal(t, signature, r.Findings[i].Signature)
			assert.Equal(t, 3, r.Findings[i].Chats)
			assert.Equal(t, "b", r.Findings[i].Example.InteractionID)
		}
	}
}

// An implementation may write anything: signatures are bounded, and what is beyond them is counted.
func TestSignaturesAreBounded(t *testing.T) {
	var facts []model.Fact
	for i := range 1500 {
		facts = append(facts, rowOf(fmt.Sprint(i), "A", fmt.Sprintf("Role %d/Completed", i)))
	}
	r, err := check.Rows(&source[model.Fact]{facts}, defaults)
	require.NoError(t, err)
	assert.Equal(t, 1500, r.Differing)
	assert.Len(t, r.Findings, 1000)
	assert.Equal(t, 2000, r.Unsaid) // each row breaks V1 and V2
}
