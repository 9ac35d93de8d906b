package chats_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/chatproof/chatproof/chats"
	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/rows"
)

// BenchmarkClassify is all that classify does with a log, but for the files.
func BenchmarkClassify(b *testing.B) {
	var log []byte
	events := 0
	sequence := gen.Random(5_000, false, 1)
	for i := range 5_000 {
		chat, _ := sequence(i, fmt.Sprintf("%08x-0000-4000-8000-0000%08x", i, i))
		events += len(chat)
		for j := range chat {
			log = rows.AppendEvent(log, &chat[j])
		}
	}
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	out := make([]byte, 0, 1<<10)
	for b.Loop() {
		err := chats.Classify(context.Background(), chats.Options{}, "log", bytes.NewReader(log), func(f *model.Fact) error {
			out = rows.AppendFact(out[:0], f)
			return nil
		}, func(text string) { b.Fatal(text) })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
}
