package wire

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/chatproof/chatproof/model"
)

var executions = flag.Int("executions", 100_000, "how many random lines to read with both the scanner and the decoder")

// A fuzzer that starts a coverage run for each line does some thousands a second. Lines that are drawn and changed here
// are read 100 times as fast, and the scanner keeps what it learned from the lines before, as it does in a log.
// `go test ./internal/wire -run ScannerAgrees -executions 100000000 -v` takes minutes.
func TestScannerAgrees(t *testing.T) {
	const shard = 50_000 // lines that one pair of readers reads
	shards := make(chan uint64)
	var all sync.WaitGroup
	var lock sync.Mutex
	var accepted int
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for seed := range shards {
				yes, differs := agree(seed, shard)
				lock.Lock()
				accepted += yes
				if differs != "" {
					assert.Fail(t, "read differently", "seed %d: %s", seed, differs)
				}
				lock.Unlock()
			}
		})
	}
	for seed := range max(*executions/shard, 1) {
		shards <- uint64(seed)
	}
	close(shards)
	all.Wait()
	t.Logf("%d lines, read by the scanner %d", max(*executions/shard, 1)*shard, accepted)
	assert.Greater(t, 6*accepted, *executions, "lines that the scanner gives up compare nothing")
}

// agree returns how many of a seed's lines the scanner read, as an event or a fact, and the first that it read otherwise
// than the decoder.
func agree(seed uint64, lines int) (accepted int, differs string) {
	draw := lineDraw{Rand: rand.New(rand.NewPCG(seed, 0))}
	r, s := NewEventReader("log", nil), NewFactReader("facts", nil)
	packed := PackedEvent{Record: []byte{anything}}
	for range lines {
		at := draw.time()
		if t, ok := ParseTime(at); ok { // the decoder reads times by it, too
			if want, err := time.Parse(time.RFC3339, at); err != nil || !t.Equal(want) {
				return accepted, at
			}
		}
		line := draw.line(at)
		var e, wantEvent model.Event
		if id, ok := r.lines.fast.event(line, &e); ok {
			e.InteractionID = string(id)
			accepted++
			if bad := readObject(r.lines, r.objects, line, &wantEvent); bad != nil || e != wantEvent && !assert.ObjectsAreEqual(wantEvent, e) {
				return accepted, string(line)
			}
			_, ok = r.lines.fast.scan(append(append(draw.text[:0], line...), '\n'))
			raw := &r.lines.fast.raw
			packed.Record = packed.Record[:1]
			raw.Pack(&packed, r.lines.names)
			if !ok || !bytes.Equal(packed.Record, PackEvent([]byte{anything}, &wantEvent)) ||
				string(packed.ID) != wantEvent.InteractionID || packed.Name != wantEvent.Name || !packed.Time.Equal(wantEvent.Time) {
				return accepted, "packed: " + string(line)
			}
		}
		var f, wantFact model.Fact
		if s.lines.fast.fact(line, &f) {
			accepted++
			if bad := readObject(s.lines, s.objects, line, &wantFact); bad != nil || !assert.ObjectsAreEqual(wantFact, f) {
				return accepted, string(line)
			}
		}
	}
	return accepted, ""
}

// lineDraw draws lines that are events or facts, or nearly.
type lineDraw struct {
	*rand.Rand
	buf, text []byte
}

var (
	eventMembers = slices.Concat(slices.Repeat(slices.Concat(scannedEvents, scanned), 8), unscannedEvents, unscanned)
	factMembers  = slices.Concat(unscanned, slices.Repeat(slices.Concat(scanned, []string{
		`"ordinal":1`, `"received_from":null`, `"role_reason":""`, `"result_reason":null`, `"start":"2026-01-05T09:00:07+01:00"`, `"end":null`, `"resource_type":"agent"`,
	}), 8))
	tokens = []string{`"`, `\`, `{`, `}`, `[`, `]`, `:`, `,`, `null`, `true`, `0`, `-`, `.5`, `e3`, ` `, "\t", `\u0041`, `\ud83d\ude00`, `"x":1,`, `"seq":5,`, `ö`, "\xff", "\x00", `Z`, `+01:00`, `,"queue":"Q"`}
)

// time draws a time, often at an edge of what is one.
func (d *lineDraw) time() string {
	of := func(texts ...string) string { return texts[d.IntN(len(texts))] }
	return of("0000", "0001", "1600", "1900", "2000", "2023", "2024", "2026", "9998", "9999") +
		of("-00-", "-01-", "-02-", "-04-", "-12-", "-13-") + of("00", "01", "28", "29", "30", "31", "32") +
		of("T", "T", "T", "t", " ") + of("00", "09", "23", "24") + of(":00", ":59", ":60") + of(":00", ":59", ":60") +
		of("", "", ".", ".5", ",5", ".123456789", ".1234567890") + of("Z", "Z", "z", "", "+01:00", "-00:00", "+23:59", "-24:00", "+0100")
}

// line draws a line, which is valid until the next; in some events with the given time.
func (d *lineDraw) line(at string) []byte {
	first, members := scannedEvent, eventMembers
	if d.IntN(4) == 0 {
		first, members = scannedFact, factMembers
	}
	b := append(d.buf[:0], first...)
	if first == scannedEvent && d.IntN(4) == 0 {
		b = fmt.Appendf(b[:0], `{"interaction_id":"c-1","seq":%d,"time":"%s","event":"EventHeld"`, d.Uint64()>>d.IntN(64), at)
	}
	for range d.IntN(3) {
		b = append(append(b, ','), members[d.IntN(len(members))]...)
	}
	b = append(b, '}')
	for range max(d.IntN(5)-2, 0) + d.IntN(2) { // a third of the lines stay as they are
		at := d.IntN(len(b))
		switch d.IntN(5) {
		case 0:
			b = slices.Delete(b, at, at+1)
		case 1:
			b[at] = byte(d.Uint32())
		case 2:
			b[at] = "0123456789"[d.IntN(10)]
		case 3:
			b = slices.Insert(b, at, []byte(tokens[d.IntN(len(tokens))])...)
		default:
			end := min(at+1+d.IntN(30), len(b))
			b = slices.Insert(b, end, b[at:end]...)
		}
		if len(b) == 0 {
			b = append(b, '{')
		}
	}
	d.buf = b
	return b
}
