package tables

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/itchyny/gojq"

	"github.com/chatproof/chatproof/model"
)

// dropped counts the values that a program made nothing of, by shape.
type dropped struct {
	mu     sync.Mutex
	given  int
	shapes map[string]int
}

// count counts a value. Several goroutines may call it.
func (d *dropped) count(value any, gave bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if gave {
		d.given++
		return
	}
	if d.shapes == nil {
		d.shapes = make(map[string]int)
	}
	shape := shapeOf(value)
	if len(d.shapes) >= maxShapes && d.shapes[shape] == 0 {
		shape = "others"
	}
	d.shapes[shape]++
}

// maxShapes limits how many shapes are told apart, and maxNames how many names of a shape are shown.
const (
	maxShapes = 100
	maxNames  = 8
)

func shapeOf(value any) string {
	object, ok := value.(map[string]any)
	if !ok {
		return article(gojq.TypeOf(value))
	}
	names := slices.Sorted(maps.Keys(object))
	number, more := "the keys ", ""
	if len(names) == 1 {
		number = "the key "
	}
	if len(names) > maxNames {
		names, more = names[:maxNames], ", …"
	}
	for i, n := range names {
		names[i] = model.Quoted(n)
	}
	return "an object with " + number + strings.Join(names, ", ") + more
}

// Dropped says what values each reading program made nothing of, a line per program, and whether one of them made
// nothing of everything that it was given.
func (m *Mapping) Dropped() (lines []string, nothing bool) {
	if m == nil {
		return nil, false
	}
	for _, p := range []*program{m.jq.readEvents, m.jq.readFacts} {
		if p == nil || len(p.dropped.shapes) == 0 {
			continue
		}
		all, shapes := p.dropped.given, slices.Collect(maps.Keys(p.dropped.shapes))
		slices.SortFunc(shapes, func(a, b string) int {
			return cmp.Or(cmp.Compare(p.dropped.shapes[b], p.dropped.shapes[a]), cmp.Compare(a, b))
		})
		empty := 0
		for i, s := range shapes {
			empty += p.dropped.shapes[s]
			shapes[i] = fmt.Sprintf("%d × %s", p.dropped.shapes[s], s)
		}
		all += empty
		if len(shapes) > maxNames {
			shapes = append(shapes[:maxNames], "and others")
		}
		lines = append(lines, fmt.Sprintf("%s gave no output for %d of %d input values: %s",
			p.name, empty, all, strings.Join(shapes, "; ")))
		nothing = nothing || p.dropped.given == 0
	}
	return lines, nothing
}
