//go:build unix

package target

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chatproof/chatproof/internal/wire"
	"github.com/chatproof/chatproof/model"
)

// zooEnv makes the test binary a member of the zoo, if its first argument says so too: os.Args is then the binary,
// "zoo", the member's name, the token by which its processes are found, and what the member takes besides.
const zooEnv = "CHATPROOF_ZOO"

func TestMain(m *testing.M) {
	if os.Getenv(zooEnv) != "" && len(os.Args) > 3 && os.Args[1] == "zoo" {
		zoo[os.Args[2]]()
		os.Exit(0)
	}
	os.Setenv(zooEnv, "1")
	os.Setenv("GORACE", "atexit_sleep_ms=0") // members built with -race would take a second to exit
	isolate(exec.Command("true"))            // starts the watch
	if r, w, err := os.Pipe(); err == nil {  // opens the poller's files too, before a test counts open files
		closeAll(r, w)
	}
	flag.Parse()
	crowd := flag.Lookup("test.parallel")
	must(crowd.Value.Set("16")) // what runs in parallel here waits, and takes no processor
	files, heap := openFiles(), memory()
	code := m.Run()
	if now := openFiles(); len(now) > len(files) {
		code = 1
		fmt.Printf("FAIL: files left open: there were %v, now %v\n", files, now)
	}
	if now := memory(); now >= heap+384<<20 {
		code = 1
		fmt.Printf("FAIL: %d bytes of memory: more than lines take, and what may be kept\n", now)
	}
	os.Exit(code)
}

// zoo is what a third party's program may do. A member that returns exits with status 0.
var zoo map[string]func()

func init() {
	zoo = map[string]func(){
		// right and nearly right
		"right":        func() { answer(logOnStdin(), nil) },
		"shuffled":     func() { answer(logOnStdin(), shuffle) },
		"slow":         func() { answer(logOnStdin(), func([][]byte) { time.Sleep(400 * time.Millisecond) }) },
		"silent":       func() { logOnStdin() },
		"strangers":    strangers,
		"noisy":        noisy,
		"one bad line": oneBadLine,
		"100 rows":     func() { manyRows(100) },
		"101 rows":     func() { manyRows(101) },
		"fat rows":     fatRows,

		// wrong ends
		"exit 7":       func() { os.Exit(7) },
		"right exit 7": func() { answer(logOnStdin(), nil); os.Exit(7) },
		"suicide":      func() { logOnStdin(); kill(os.Getpid(), syscall.SIGKILL); forever() },
		"sleeper":      func() { logOnStdin(); forever() },
		"stopped":      func() { kill(os.Getpid(), syscall.SIGSTOP); forever() },
		"stubborn":     stubborn,

		// wrong output
		"garbage":         func() { logOnStdin(); fmt.Println("Traceback (most recent call last):") },
		"garbage and 7":   func() { logOnStdin(); fmt.Println("Segmentation fault"); os.Exit(7) },
		"garbage galore":  garbageGalore,
		"mute":            func() { logOnStdin(); os.Stdout.Close(); forever() },
		"flood":           func() { flood(func(i int) string { return stranger("flood-" + strconv.Itoa(i)) }) },
		"flood a line":    func() { flood(func(int) string { return `{"interaction_id":"` }) },
		"flood of stderr": func() { os.Stdout = os.Stderr; flood(func(i int) string { return fmt.Sprintf("warning %d\n", i) }) },

		// stdin unread
		"deaf":          func() {},
		"deaf sleeper":  forever,
		"closes stdin":  closesStdin,
		"early answers": earlyAnswers,

		// processes left behind
		"holder":          func() { logOnStdin(); spawn(os.Stdout, false, "forever") },
		"setsid holder":   func() { logOnStdin(); spawn(os.Stdout, true, "forever") },
		"holder and 7":    func() { logOnStdin(); spawn(os.Stdout, false, "forever"); os.Exit(7) },
		"garbling holder": func() { logOnStdin(); fmt.Println("oops"); spawn(os.Stdout, false, "forever") },
		"daemon":          daemon,
		"daemon that stays": func() {
			must(spawn(nil, true, "fork").Wait())
			ready()
			forever()
		},
		"daemon that has nothing": func() {
			must(spawn(nil, true, "bare fork").Wait())
			ready()
			forever()
		},
		"bare fork":    bareFork,
		"fork":         func() { spawn(os.Stdout, true, "forever") }, // for daemon
		"stdin holder": stdinHolder,
		"family":       family,
		"hydra":        hydra,
		"forever":      forever,
		"lender":       func() { ready(); answer(logOnStdin(), nil) },

		"picky":      picky,
		"scripted":   scripted,
		"stream":     func() { converse(os.Args[4]) },
		"driver":     driver,
		"privileged": privileged,
	}
}

// forever is longer than go test waits for a test. Members end with the process that has asked them.
func forever() { time.Sleep(time.Hour) }

func kill(pid int, s syscall.Signal) { must(syscall.Kill(pid, s)) }

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "zoo:", err)
		os.Exit(99)
	}
}

func stubborn() {
	signal.Ignore(syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGPIPE)
	ready()
	forever()
}

// logOnStdin reads events to the end, past what is none.
func logOnStdin() (events []model.Event) {
	for r := wire.NewEventReader("stdin", os.Stdin); ; {
		e, err := r.Read()
		var bad *wire.LineError
		switch {
		case err == nil:
			events = append(events, e)
		case err == io.EOF:
			return events
		case !errors.As(err, &bad):
			must(err)
		}
	}
}

// answer prints the facts of a log, as the reference classifies it; order may change their order.
func answer(events []model.Event, order func([][]byte)) {
	chats, bad := model.ClassifyLog(model.Reference(), events)
	if len(bad) > 0 {
		must(bad[0])
	}
	var lines [][]byte
	for _, chat := range chats {
		for _, irf := range chat.IRFs {
			lines = append(lines, wire.AppendFact(nil, &irf.Fact))
		}
	}
	if order != nil {
		order(lines)
	}
	os.Stdout.Write(bytes.Join(lines, nil))
}

func shuffle(lines [][]byte) {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
}

// stranger is a fact line of an interaction, right but for being about nothing.
func stranger(interaction string) string {
	return string(wire.AppendFact(nil, &model.Fact{InteractionID: interaction, Resource: "Agent 1", Role: model.RoutedTo, Result: model.Completed}))
}

func strangers() {
	for i := range 5 {
		fmt.Print(stranger("nobody asked " + strconv.Itoa(i)))
	}
	answer(logOnStdin(), nil)
}

// noisy is right, and writes much to stderr that is not fit for a terminal.
func noisy() {
	for i := range 2000 {
		fmt.Fprintf(os.Stderr, "\x1b[31mline %d\x00\xff\xfe\xc3 \x1b]0;title\x07\n", i)
	}
	fmt.Fprintln(os.Stderr, "the last line")
	answer(logOnStdin(), nil)
}

// oneBadLine is right but for a line that names the interaction of the first event.
func oneBadLine() {
	events := logOnStdin()
	answer(events, func(lines [][]byte) {
		fmt.Printf(`{"interaction_id":%q,"resource":["Agent 1"],"resource_role":"RoutedTo","technical_result":"Completed"}`+"\n", events[0].InteractionID)
	})
}

// manyRows is right, save that the interaction of the last event has n rows.
func manyRows(n int) {
	events := logOnStdin()
	id := events[len(events)-1].InteractionID
	answer(slices.DeleteFunc(events, func(e model.Event) bool { return e.InteractionID == id }), nil)
	fmt.Print(strings.Repeat(stranger(id), n))
}

// fatRows is right, save that the interaction of the last event has three rows of 1 MiB each.
func fatRows() {
	events := logOnStdin()
	f := model.Fact{InteractionID: events[len(events)-1].InteractionID, Role: model.RoutedTo, Result: model.Completed}
	answer(slices.DeleteFunc(events, func(e model.Event) bool { return e.InteractionID == f.InteractionID }), nil)
	fat := strings.Repeat("x", 1<<20)
	for i := range 3 {
		f.Resource = strconv.Itoa(i) + fat
		os.Stdout.Write(wire.AppendFact(nil, &f))
	}
}

func garbageGalore() {
	answer(logOnStdin(), nil)
	fmt.Println("<html>")
	fmt.Print(strings.Repeat("and more of it\n", 1<<16))
	fmt.Fprintln(os.Stderr, "written in full")
}

// flood writes pieces, more than is kept of anything, and never ends.
func flood(piece func(i int) string) {
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	for n, i := 0, 0; n < 32<<20; i++ {
		k, _ := out.WriteString(piece(i))
		n += k
	}
	forever()
}

// closesStdin reads one line of its input, closes it, and goes on to the end.
func closesStdin() {
	r := wire.NewEventReader("stdin", io.LimitReader(os.Stdin, 100<<10))
	e, err := r.Read()
	must(err)
	os.Stdin.Close()
	fmt.Print(stranger(e.InteractionID))
}

// earlyAnswers prints far more than a pipe holds before it reads anything.
func earlyAnswers() {
	for i := range 1 << 14 {
		fmt.Print(stranger("early " + strconv.Itoa(i)))
	}
	answer(logOnStdin(), nil)
}

// spawn starts another member with the same token, and returns once it runs.
func spawn(stdout *os.File, setsid bool, member string, more ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], append([]string{"zoo", member, os.Args[3]}, more...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: setsid}
	if stdout != nil {
		cmd.Stdout = stdout
	}
	must(cmd.Start())
	return cmd
}

// daemon is right, and leaves a process of another session that is nobody's child and holds no pipe.
func daemon() {
	events := logOnStdin()
	must(spawn(nil, true, "fork").Wait())
	ready()
	answer(events, nil)
}

// bareFork leaves a process without an environment, in a session of its own.
func bareFork() {
	cmd := exec.Command("/bin/sh", "-c", "while :; do /bin/sleep 1; done", os.Args[3])
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	must(cmd.Start())
}

// stdinHolder is right about the first interaction, and leaves a process that holds stdin and stderr, unread.
func stdinHolder() {
	e, err := wire.NewEventReader("stdin", io.LimitReader(os.Stdin, 100<<10)).Read()
	must(err)
	cmd := exec.Command(os.Args[0], "zoo", "forever", os.Args[3])
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	must(cmd.Start())
	fmt.Print(stranger(e.InteractionID))
}

// family hangs, as do its children and theirs, each of a session of its own.
func family() {
	depth := 0
	if len(os.Args) > 4 {
		depth, _ = strconv.Atoi(os.Args[4])
	}
	if depth < 2 {
		for range 2 {
			spawn(os.Stdout, true, "family", strconv.Itoa(depth+1)).Process.Release()
		}
	}
	if depth == 0 {
		ready()
	}
	forever()
}

// hydra starts itself anew in another session and exits, over and over, though not for ever.
func hydra() {
	age := 0
	if len(os.Args) > 4 {
		age, _ = strconv.Atoi(os.Args[4])
	}
	if age < 1000 {
		spawn(os.Stdout, true, "hydra", strconv.Itoa(age+1))
	}
}

// ready tells the test, which listens at the path that is the last argument, that the member has got there. It comes
// back when the test has closed the connection.
func ready() {
	path := os.Args[len(os.Args)-1]
	if !strings.HasPrefix(path, "/") {
		return
	}
	conn, err := net.Dial("unix", path)
	must(err)
	_, err = fmt.Fprintln(conn, os.Getpid())
	must(err)
	io.Copy(io.Discard, conn) //nolint:errcheck // the end is all that is waited for
}

// picky appends the number of interactions to the file of its first argument, then does what the second says of those
// that the others name: it is right where none is there.
func picky() {
	log, err := os.OpenFile(os.Args[4], os.O_APPEND|os.O_WRONLY, 0)
	must(err)
	events := logOnStdin()
	ids := make(map[string]bool)
	for _, e := range events {
		ids[e.InteractionID] = true
	}
	fmt.Fprintln(log, len(ids))
	for _, id := range os.Args[6:] {
		if ids[id] {
			switch os.Args[5] {
			case "exit 7":
				os.Exit(7)
			case "hang":
				forever()
			case "garbage":
				fmt.Println("Traceback")
			case "exit 7 in company of more than":
				if most, _ := strconv.Atoi(os.Args[7]); len(ids) > most {
					os.Exit(7)
				}
			}
		}
	}
	answer(events, nil)
}

// driven is what driver tells.
type driven struct {
	Failure string
}

// driver asks another program, the rest of the arguments after the limit.
func driver() {
	limit, err := time.ParseDuration(os.Args[4])
	must(err)
	_, err = (&Filter{Argv: []string{"true"}, Timeout: ample}).Ask(context.Background(), nil)
	must(err) // it is not the first program that counts: between two, there is nothing to guard
	f := &Filter{Argv: os.Args[5:], Timeout: limit}
	round, err := f.Ask(context.Background(), batchOf(1))
	must(err)
	var d driven
	if failure := round.Answers[0].Failure; failure != nil {
		d.Failure = failure.Error()
	}
	must(json.NewEncoder(os.Stdout).Encode(d))
}

// privileged is a setuid program: it becomes root altogether, and hangs.
func privileged() {
	must(syscall.Setuid(0))
	forever()
}
