package steps

import (
	"fmt"
	"io"
	"io/fs"
	"strings"

	messages "github.com/cucumber/messages/go/v21"
)

const (
	// MaxFeature limits the size of a feature file, in bytes.
	MaxFeature = 4 << 20
	// MaxWritten limits the size of a file's scenarios, in bytes, once its outlines are written out: an outline of
	// 800 steps and 60,000 rows, a file of 750 kB, makes 48 million steps.
	MaxWritten = 32 << 20
	// perStep is roughly what a step takes in addition to its text.
	perStep = 200
)

// readFeature reads a feature file. It refuses a pipe, which would block until somebody writes to it.
func readFeature(in fs.FS, path string) ([]byte, error) {
	info, err := fs.Stat(in, path)
	if err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("expected a file, got %s", info.Mode().Type())
	}
	file, err := in.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxFeature+1))
	if err == nil && len(text) > MaxFeature {
		err = fmt.Errorf("larger than %d bytes", MaxFeature)
	}
	return text, err
}

// tooMuch returns the scenario at which a feature becomes too large once its outlines are written out, or nil if none
// does.
func tooMuch(f *messages.Feature) *messages.Scenario {
	if f == nil {
		return nil
	}
	size, before := 0, 0
	for background, scenario := range children(f) {
		if background != nil {
			before += extent(background.Steps, 0)
			continue
		}
		for _, e := range append(scenario.Examples, nil)[:max(len(scenario.Examples), 1)] {
			rows, longest := 1, 0
			if e != nil {
				rows = len(e.TableBody)
				for _, row := range e.TableBody {
					for _, cell := range row.Cells {
						longest = max(longest, len(cell.Value))
					}
				}
			}
			one := perStep + before + extent(scenario.Steps, longest)
			size += min(rows, MaxWritten) * min(one, MaxWritten)
			if size > MaxWritten {
				return scenario
			}
		}
	}
	return nil
}

// extent estimates the size of steps, in bytes, if each placeholder holds the given number of bytes.
func extent(steps []*messages.Step, placeholder int) (size int) {
	text := func(s string) { size += len(s) + strings.Count(s, "<")*placeholder }
	for _, s := range steps {
		size += perStep
		text(s.Text)
		if s.DocString != nil {
			text(s.DocString.Content)
		}
		if s.DataTable != nil {
			for _, row := range s.DataTable.Rows {
				for _, cell := range row.Cells {
					size += perStep / 4
					text(cell.Value)
				}
			}
		}
	}
	return size
}
