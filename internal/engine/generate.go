package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
	"github.com/chatproof/chatproof/steps"
)

// Delivery says which logs are written, and how their events arrive. The zero Delivery is all logs in order.
//
// Logs are delivered in groups: of one log, or of [AtOnce] where chats run at the same time. Events never leave
// their group, so that memory stays bounded and groups can be made in any order.
type Delivery struct {
	gen.Delivery
	Seed          uint64       // of duplicates and order
	Shard, Shards int          // log i, from 0, falls to shard i mod Shards + 1
	Start         time.Time    // when every chat begins; zero leaves their times
	Jobs          int          // how many processors to use, 0 is all; it does not change what is written
	InTime        bool         // events come in the order of their times, chats beginning in the order of the logs
	Defects       float64      // this share of the events is lost, doubled or late; facts are of the chats as they were
	Table         *model.Table // gives the facts; nil is the reference's
}

// AtOnce is how many chats run at the same time, if they are interleaved.
const AtOnce = 8

// group is how many logs are delivered together.
func (d *Delivery) group() int {
	if d.Interleaved {
		return AtOnce
	}
	return 1
}

// groupMaker makes groups of logs, with the reference's facts if they are wanted.
type groupMaker struct {
	delivery   *Delivery
	next       func(i int) ([]model.Event, bool)
	numbers    []int
	logs       [][]model.Event
	classifier *model.Classifier // nil if no facts are wanted
	chat       model.Chat
	facts      []model.Fact // of the group, by chat and ordinal
	resources  *Resources   // nil if they are not wanted
	learner    *twin.Learner
	defects    []gen.Defect // of the group
}

func (d *Delivery) newMaker(logs Logs, facts bool) *groupMaker {
	m := &groupMaker{delivery: d, next: logs.open()}
	if facts {
		m.classifier = model.NewClassifier(cmp.Or(d.Table, model.Reference()))
	}
	return m
}

// make makes group k of the shard and returns its events in the order of arrival, none after the last group. k may
// not fall from one call to the next.
func (m *groupMaker) make(k int) []model.Event {
	m.numbers, m.logs, m.facts, m.defects = m.numbers[:0], m.logs[:0], m.facts[:0], m.defects[:0]
	size, first, shards := m.delivery.group(), max(m.delivery.Shard, 1)-1, max(m.delivery.Shards, 1)
	for j := k * size; j < (k+1)*size; j++ {
		i := first + j*shards
		log, ok := m.next(i)
		if !ok {
			break
		}
		m.classify(log)
		if m.learner != nil {
			m.learner.Learn(log)
		}
		if m.delivery.Defects > 0 {
			var defects []gen.Defect
			log, defects = gen.Damage(log, m.delivery.Defects, m.delivery.Seed, i)
			m.defects = append(m.defects, defects...)
		} else if size > 1 {
			log = slices.Clone(log)
		}
		m.numbers, m.logs = append(m.numbers, i), append(m.logs, log)
	}
	switch {
	case len(m.logs) == 0:
		return nil
	case m.delivery.Delivery == gen.Delivery{}:
		return m.logs[0]
	}
	return m.delivery.Arrive(m.delivery.Seed, m.numbers, m.logs)
}

// classify adds the facts of a log. An ill-formed chat has none.
func (m *groupMaker) classify(log []model.Event) {
	if m.classifier == nil {
		return
	}
	for _, chat := range model.Chats(log) {
		if m.classifier.Classify(&m.chat, chat) == nil {
			for i := range m.chat.IRFs {
				m.facts = append(m.facts, m.chat.IRFs[i].Fact)
			}
		}
	}
}

// block is what one job makes at once: groupsPerBlock groups.
type block struct {
	events wire.Batch[model.Event]
	facts  wire.Batch[model.Fact]

	defects wire.Batch[gen.Defect]
	running []*running // where events come in the order of their times
}

const groupsPerBlock = 64

// Outputs are where generated chats go. All but Events may be nil.
type Outputs struct {
	Events    *wire.Output[model.Event]
	Facts     *wire.Output[model.Fact]
	Resources *Resources
	Defects   *wire.Output[gen.Defect]
	Tally     *TwinTally
}

// fill makes block k, and reports whether there was anything to make.
func (b *block) fill(m *groupMaker, out *Outputs, k int) bool {
	for g := k * groupsPerBlock; g < (k+1)*groupsPerBlock; g++ {
		events := m.make(g)
		if len(m.logs) == 0 {
			return g > k*groupsPerBlock
		}
		for i := range m.defects {
			if out.Defects != nil {
				b.defects.Add(out.Defects, &m.defects[i])
			}
		}
		if m.delivery.InTime {
			b.run(out.Events, m.numbers[0], events)
		}
		var began map[string]time.Time
		start := m.delivery.Start
		if !start.IsZero() {
			began = model.Began(events)
		}
		for _, e := range events {
			if began != nil {
				e.Time = e.Time.Add(start.Sub(began[e.InteractionID]))
			}
			if !m.delivery.InTime {
				b.events.Add(out.Events, &e)
			}
			m.resources.see(&e)
		}
		for _, f := range m.facts {
			if began != nil {
				f = f.Moved(start.Sub(began[f.InteractionID]))
			}
			b.facts.Add(out.Facts, &f)
		}
	}
	return true
}

// Write writes the events of the logs and, if they are wanted, the reference's facts for the same chats and the
// resources that these name, in the order of the logs. The number of jobs does not change what is written. The error
// is the context's, or that of an output.
func (d *Delivery) Write(ctx context.Context, logs Logs, out *Outputs) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	// Job j makes the blocks j, j + jobs, …, at most two ahead of what has been written.
	jobs := cmp.Or(d.Jobs, runtime.GOMAXPROCS(0))
	made, spare := make([]chan *block, jobs), make([]chan *block, jobs)
	for j := range jobs {
		made[j], spare[j] = make(chan *block, 2), make(chan *block, 2)
		spare[j] <- new(block)
		spare[j] <- new(block)
		workers.Go(func() {
			defer close(made[j])
			m := d.newMaker(logs, out.Facts != nil)
			if out.Resources != nil {
				m.resources = new(Resources)
				defer func() { out.Resources.merge(m.resources) }()
			}
			if out.Tally != nil {
				m.learner = twin.NewLearner(cmp.Or(d.Table, model.Reference()))
				defer func() { out.Tally.merge(m.learner.Tally) }()
			}
			for k := j; ; k += jobs {
				select {
				case <-ctx.Done():
					return
				case b := <-spare[j]:
					if !b.fill(m, out, k) {
						return
					}
					made[j] <- b
				}
			}
		})
	}
	timed := inTime{out: out.Events}
	for k := 0; ; k++ {
		b, ok := <-made[k%jobs]
		if !ok {
			workers.Wait() // what they tally is there
			return cmp.Or(ctx.Err(), timed.end())
		}
		if err := b.flush(out, &timed); err != nil {
			return err
		}
		spare[k%jobs] <- b
	}
}

// flush hands over what was made.
func (b *block) flush(out *Outputs, timed *inTime) error {
	if err := cmp.Or(b.events.Flush(out.Events), timed.take(b.running)); err != nil {
		return err
	}
	b.running = nil
	if out.Facts != nil {
		if err := b.facts.Flush(out.Facts); err != nil {
			return err
		}
	}
	if out.Defects != nil {
		return b.defects.Flush(out.Defects)
	}
	return nil
}

// TwinTally counts what the written chats are like.
type TwinTally struct {
	mu  sync.Mutex
	All *twin.Tally
}

func (t *TwinTally) merge(other *twin.Tally) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.All.Merge(other)
}

// MostInFeature is the most chats that a feature may hold: people read it.
const MostInFeature = 1000

// WriteFeature writes the logs as a feature, a scenario a group, whose tables are the reference's facts, and unless
// facts is nil these, too.
func (d *Delivery) WriteFeature(ctx context.Context, logs Logs, events io.Writer,
	facts *wire.Output[model.Fact],
) error {
	var scenarios []steps.Written
	var all wire.Batch[model.Fact]
	m, n := d.newMaker(logs, true), 0
	for k := 0; ; k++ {
		log := m.make(k)
		if len(log) == 0 {
			break
		}
		n += len(model.Chats(log))
		if n > MostInFeature {
			return fmt.Errorf("more than %d chats: the feature file would be too long to read; ask for fewer chats",
				MostInFeature)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		name := logs.name(m.numbers[0])
		if more := len(m.numbers) - 1; more > 0 {
			name += fmt.Sprintf(" and %d more", more)
		}
		scenarios = append(scenarios, steps.Written{
			Name: name, Events: slices.Clone(log), Facts: slices.Clone(m.facts),
		})
		for i := range m.facts {
			if facts != nil {
				all.Add(facts, &m.facts[i])
			}
		}
	}
	if len(scenarios) == 0 {
		return errors.New("no chat falls in this shard, and a feature needs at least one")
	}
	if err := steps.Write(events, "Chats generated by chatproof "+Version, scenarios); err != nil || facts == nil {
		return err
	}
	return all.Flush(facts)
}
