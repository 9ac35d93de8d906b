package target

import (
	"errors"
	"io"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// Speech is how questions are asked and answers understood if the implementation's world differs from the contract's.
// A nil one is the contract's. Several goroutines may use it.
type Speech interface {
	// AppendEvents appends events as they are sent, an object per line. An error is one of the speech, not of the
	// implementation, and ends the run.
	AppendEvents(b []byte, events []model.Event) ([]byte, error)
	// Facts reads the rows of an answer; file names it in errors.
	Facts(file string, in io.Reader) Facts
	// Spelling returns what gives rows the ids and names of their events.
	Spelling(batch []Question) func(*model.Fact)
}

// textOf returns a batch as it is sent.
func textOf(speech Speech, batch []Question) (text []byte, err error) {
	for i := range batch {
		text, err = speech.AppendEvents(text, batch[i].Events)
		if err != nil {
			return nil, err
		}
		for _, line := range batch[i].Lines {
			text = append(append(text, line...), '\n')
		}
	}
	return text, nil
}

// factsOf returns a reader of the answer to a batch.
func factsOf(speech Speech, batch []Question, file string, in io.Reader) Facts {
	if speech == nil {
		return wire.NewFactReader(file, in)
	}
	return &speltFacts{speech.Facts(file, in), speech.Spelling(batch)}
}

// speltFacts are rows with the ids and names of the questions.
type speltFacts struct {
	Facts
	spell func(*model.Fact)
}

func (s *speltFacts) Read() (model.Fact, error) {
	f, err := s.Facts.Read()
	s.spell(&f)
	var bad *wire.LineError
	if errors.As(err, &bad) && bad.InteractionID != "" {
		bad.InteractionID = f.InteractionID
	}
	return f, err
}
