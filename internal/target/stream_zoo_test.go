//go:build unix

package target

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// guilty is the interaction on which members that speak the stream protocol misbehave; they are right about others.
const guilty = "chat-3"

// classifyMessage is what a member is sent.
type classifyMessage struct {
	Type   string
	ID     string
	Events []json.RawMessage
}

// talk is a member's side of a conversation.
type talk struct {
	in    *bufio.Scanner
	asked int // questions so far
	last  string
}

// next returns the next message, and its interaction and facts if it is a question; at the end it exits.
func (t *talk) next() (m classifyMessage, interaction string, facts [][]byte) {
	if !t.in.Scan() {
		os.Exit(0)
	}
	must(json.Unmarshal(t.in.Bytes(), &m))
	if m.Type != wire.Classify {
		return m, "", nil
	}
	t.asked++
	var log bytes.Buffer
	for _, e := range m.Events {
		log.Write(append(e, '\n'))
	}
	var events []model.Event
	for r := wire.NewEventReader("events", &log); ; {
		e, err := r.Read()
		if err != nil {
			break
		}
		events = append(events, e)
	}
	chats, _ := model.ClassifyLog(model.Reference(), events)
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			facts = append(facts, bytes.TrimSpace(wire.AppendFact(nil, &irf.Fact)))
		}
	}
	return m, events[0].InteractionID, facts
}

func say(line string) { fmt.Println(line) }

func answerLine(id string, facts [][]byte) string {
	quoted, _ := json.Marshal(id)
	return fmt.Sprintf(`{"type":"facts","id":%s,"facts":[%s]}`, quoted, bytes.Join(facts, []byte(",")))
}

const helloLine = `{"type":"hello","protocol":1,"implementation":{"name":"zoo","version":"7","language":"Go"}}`

// converse is right but for what how says.
func converse(how string) {
	t := &talk{in: bufio.NewScanner(os.Stdin)}
	t.in.Buffer(nil, 1<<24)
	t.next()
	switch how {
	case "exits at once":
		fmt.Fprintln(os.Stderr, "ModuleNotFoundError: \x1b[2J")
		os.Exit(1)
	case "hangs at the start":
		ready()
		forever()
	case "speaks version 2":
		say(strings.Replace(helloLine, `"protocol":1`, `"protocol":2`, 1))
	case "has no name":
		say(`{"type":"hello","protocol":1,"implementation":{"version":"1"}}`)
	case "greets in prose":
		say("Listening on stdin ...")
	case "answers first":
		say(answerLine("1", nil))
	case "three in flight, dies of the second once":
		say(strings.Replace(helloLine, `}}`, `},"max_in_flight":3}`, 1))
		inCompany(t)
	case "three in flight, out of order", "three in flight, dies":
		say(strings.Replace(helloLine, `}}`, `},"max_in_flight":3}`, 1))
	case "endless stderr":
		go func() {
			for i := 0; ; i++ {
				fmt.Fprintf(os.Stderr, "\x1b[31mwarning %d\xff\n", i)
			}
		}()
		fallthrough
	default:
		say("\n  \n" + helloLine)
	}
	var held []string
	for {
		m, interaction, facts := t.next()
		if m.Type == wire.Bye {
			atBye(how, t)
			return
		}
		right := answerLine(m.ID, facts)
		switch {
		case how == "three in flight, out of order":
			// The last of three first, and the seventh and eighth at once. Beside another process it would wait for a
			// third for ever: how questions are shared is a matter of luck.
			if held = append(held, right); len(held) == 3 || t.asked > 6 {
				for i := len(held) - 1; i >= 0; i-- {
					say(held[i])
				}
				held = nil
			}
			continue
		case how == "exits after three" && t.asked > 3:
			os.Exit(0)
		case how == "leaks state":
			all := bytes.Join(facts, []byte(","))
			if t.last != "" {
				right = answerLine(m.ID, append(facts, []byte(t.last)))
			}
			t.last = string(all)
		case how == "declines":
			right = fmt.Sprintf(`{"type":"skip","id":%q,"reason":"no \u001b[2Jqueues\nhere"}`, m.ID)
		case interaction == guilty && misbehave(how, m.ID, facts):
			continue
		}
		say(right)
	}
}

// inCompany dies of a second question before it has answered the first, while the mark is there; it takes that along.
func inCompany(t *talk) {
	_, err := os.Stat(os.Args[5])
	for {
		m, _, facts := t.next()
		switch {
		case m.Type == wire.Bye:
			os.Exit(0)
		case err != nil:
			say(answerLine(m.ID, facts))
		case t.asked > 1:
			must(os.Remove(os.Args[5]))
			os.Exit(7)
		}
	}
}

var blanks = strings.Repeat(strings.Repeat(" ", 63)+"\n", 64)

// misbehave does what members do about the guilty interaction, and reports whether that was their answer.
func misbehave(how, id string, facts [][]byte) (answered bool) {
	fact := func(members string) string {
		return fmt.Sprintf(`{"type":"facts","id":%q,"facts":[{"interaction_id":%q,%s}]}`, id, guilty, members)
	}
	switch how {
	case "exits 7", "three in flight, dies":
		os.Exit(7)
	case "kills itself":
		kill(os.Getpid(), syscall.SIGKILL)
		forever()
	case "hangs":
		if len(os.Args) > 5 {
			log, err := os.OpenFile(os.Args[5], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
			must(err)
			fmt.Fprintln(log, "hung")
			log.Close()
		}
		forever()
	case "hangs, deaf to signals":
		stubborn()
	case "hangs once", "hangs with children once":
		if os.Remove(os.Args[5]) == nil {
			if how == "hangs with children once" {
				spawn(os.Stdout, true, "forever")
			}
			forever()
		}
		return false
	case "mute":
		os.Stdout.Close()
		forever()
	case "closes stdin":
		os.Stdin.Close()
		forever()
	case "closes stdin, having answered":
		os.Stdin.Close()
		say(answerLine(id, facts))
		forever()
	case "holder":
		spawn(os.Stdout, false, "forever")
		os.Exit(0)
	case "endless line":
		flood(func(i int) string { return strings.Repeat("x", 1<<16) })
	case "endless blank lines":
		flood(func(int) string { return blanks })
	case "endless answers":
		flood(func(i int) string { return answerLine(fmt.Sprint("flood", i), nil) + "\n" })
	case "garbage":
		say("Traceback (most recent call last): \x1b[2J<script>")
	case "not UTF-8":
		say(fact(`"resource":"` + "\xff\xfe" + `","resource_role":"RoutedTo","technical_result":"Completed"`))
	case "NUL bytes":
		say("\x00\x00\x00")
	case "deep nesting":
		say(strings.Repeat(`{"type":`, 20_000))
	case "wrong id":
		say(answerLine("nobody \x1b[2J", facts))
	case "repeats an id":
		say(answerLine(id, facts))
		return false
	case "another chat":
		say(strings.ReplaceAll(answerLine(id, facts), guilty, "chat-1"))
	case "101 rows":
		say(answerLine(id, slices.Repeat(facts[:1], 1001)))
	case "10,001 rows":
		say(answerLine(id, slices.Repeat(facts[:1], 10_001)))
	case "arrays for strings":
		say(fact(`"resource":[7],"resource_role":"RoutedTo","technical_result":"Completed"`))
	case "script and escapes":
		say(fact(`"resource":"<script>alert(1)</script>\u001b[2J","resource_role":"\u0000","technical_result":"\u202e"`))
	case "no facts":
		say(fmt.Sprintf(`{"type":"facts","id":%q}`, id))
	case "unknown type":
		say(fmt.Sprintf(`{"type":"result","id":%q,"facts":[]}`, id))
	case "fails":
		say(fmt.Sprintf(`{"type":"error","id":%q,"message":"no such queue\u001b[2J\nat line 7"}`, id))
	case "fails without a word":
		say(fmt.Sprintf(`{"type":"error","id":%q}`, id))
	default:
		return false
	}
	return true
}

// atBye does what members do at the end.
func atBye(how string, t *talk) {
	switch how {
	case "deaf to bye":
		forever()
	case "exits 9 at bye":
		os.Exit(9)
	case "talks at bye":
		say(answerLine("17", nil))
	case "leaves a child at bye":
		spawn(os.Stdout, true, "forever")
	}
}
