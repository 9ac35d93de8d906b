// Command bench times whole commands of chatproof, and beside them what one would use instead: DuckDB grouping the same
// file, PostgreSQL running examples/sql, and the Python example. It prints a table of ratios and one of rates, by the
// time on the clock and by that of processors: where others share the machine, only the latter means much.
//
// It is a module of its own, so that DuckDB, which needs cgo, stays out of the product. Run it from its directory:
//
//	go run . [-events 10000000] [-dsn postgres://…]
package main

import (
	"database/sql"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

var (
	most = flag.Int("events", 1_000_000, "about how many events the largest log has")
	dsn  = flag.String("dsn", "", "an empty PostgreSQL database, for examples/sql; psql must be there")
)

func main() {
	switch args := os.Args; { // what takes memory is a process of its own: a child's peak begins at its parent's
	case len(args) == 3 && args[1] == "group":
		group(args[2])
		return
	case len(args) == 3 && args[1] == "read":
		read(args[2])
		return
	case len(args) == 5 && args[1] == "arrange":
		arrange(args[3], args[4], args[2] == "shuffled")
		return
	}
	flag.Parse()
	dir, err := os.MkdirTemp("", "chatproof-bench-")
	check(err)
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, program: filepath.Join(dir, "chatproof")}
	// The interpreter itself: where python3 is a version manager's script, that takes longer than the program to start.
	b.python = strings.TrimSpace(string(b.run("python3", "-c", "import sys; print(sys.executable)").out))
	b.make("go", "build", "-C", "../..", "-o", b.program, ".")
	info, err := os.Stat(b.program)
	check(err)
	fmt.Printf("%s, %d processors; the program has %.1f MB and links %s modules\n\n", runtime.GOOS+"/"+runtime.GOARCH,
		runtime.NumCPU(), float64(info.Size())/1e6, b.modules())
	b.logs()
	b.suite()
	fmt.Printf("| command | compared with | times as fast, elapsed | times as fast, by processor time |\n"+
		"|---|---|---|---|\n%s\n"+
		"| command | unit | per second elapsed | per second of processor time | peak memory, MB |\n"+
		"|---|---|---|---|---|\n%s", b.ratios.String(), b.rates.String())
}

// cost is what a command took.
type cost struct {
	clock, cpu time.Duration
	peak       int64 // bytes
	out        []byte
}

type bench struct {
	dir, program, python string
	ratios, rates        strings.Builder // rows of the two tables
}

// run is try of a command that is to succeed.
func (b *bench) run(args ...string) cost {
	c, err := b.try(args...)
	check(err)
	return c
}

// try runs a command three times, unless it is long, and returns the cheapest.
func (b *bench) try(args ...string) (least cost, err error) {
	for i := range 3 {
		c, err := b.once(args...)
		if err != nil {
			return cost{}, err
		}
		if i == 0 || c.cpu < least.cpu {
			least = c
		}
		if c.clock > 10*time.Second {
			break
		}
	}
	return least, nil
}

// make runs once what is not timed.
func (b *bench) make(args ...string) {
	_, err := b.once(args...)
	check(err)
}

func (b *bench) once(args ...string) (cost, error) {
	cmd := exec.Command(args[0], args[1:]...)
	var said strings.Builder
	cmd.Stderr = &said
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return cost{}, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, said.String())
	}
	return cost{
		time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, out,
	}, nil
}

// why is the first line of what a command said that failed, of "bench: what: more" what.
func why(err error) string {
	_, said, _ := strings.Cut(err.Error(), "bench: ")
	said, _, _ = strings.Cut(said, "\n")
	said, _, _ = strings.Cut(said, ":")
	return strings.ToLower(said)
}

func (b *bench) file(name string) string { return filepath.Join(b.dir, name) }

func (b *bench) cp(args ...string) cost { return b.run(append([]string{b.program}, args...)...) }

// rate adds a row to the table of rates: what n things took.
func (b *bench) rate(what, unit string, n int, c cost) {
	fmt.Fprintf(&b.rates, "| %s | %s | %s | %s | %d |\n", what, unit, short(float64(n)/c.clock.Seconds()),
		short(float64(n)/c.cpu.Seconds()), c.peak>>20)
}

// ratio adds a row to the table of ratios: how many times as long as c the same took with something else. Where the
// other's processor time is not known, it is 0.
func (b *bench) ratio(what string, c cost, against string, other cost) {
	clock, cpu := "", ""
	if other.clock > 0 {
		clock = fmt.Sprintf("%.2f", other.clock.Seconds()/c.clock.Seconds())
	}
	if other.cpu > 0 {
		cpu = fmt.Sprintf("%.2f", other.cpu.Seconds()/c.cpu.Seconds())
	}
	fmt.Fprintf(&b.ratios, "| %s | %s | %s | %s |\n", what, against, clock, cpu)
}

// short writes a number with three figures: 3.02M.
func short(f float64) string {
	switch {
	case f >= 1e6:
		return fmt.Sprintf("%.3gM", f/1e6)
	case f >= 1e3:
		return fmt.Sprintf("%.3gk", f/1e3)
	}
	return fmt.Sprintf("%.3g", f)
}

// logs times the making and the classifying of logs, of 100,000 events and more.
func (b *bench) logs() {
	var smallest cost
	n0 := 0
	for size := 100_000; size <= *most; size *= 10 {
		log, arranged, parquet := b.file("log.jsonl"), b.file("arranged.jsonl"), b.file("log.parquet")
		chats := fmt.Sprint(size / 15)
		b.make(b.program, "generate", "--random", chats, "-o", log)
		n := lines(log)
		events := fmt.Sprintf(", %s events", short(float64(n)))
		b.rate("generate"+events, "events", n, b.cp("generate", "--random", chats, "-o", os.DevNull))
		b.make(b.program, "generate", "--random", chats, "-o", parquet)
		classified := b.cp("classify", log, "-o", os.DevNull)
		if n0 == 0 {
			smallest, n0 = classified, n
		} else {
			each := func(c cost, n int) cost { // an event's share
				return cost{clock: c.clock * 1000 / time.Duration(n), cpu: c.cpu * 1000 / time.Duration(n)}
			}
			b.ratio("classify, per event"+events, each(classified, n),
				"classify, per event, "+short(float64(n0))+" events", each(smallest, n0))
		}
		b.rate("classify, JSON Lines"+events, "events", n, classified)
		b.ratio("classify, JSON Lines"+events, classified, "DuckDB, which only reads, into typed columns",
			b.run(self(), "read", log))
		grouped, err := b.try(self(), "group", log)
		against := "DuckDB, which only groups"
		if err != nil {
			against += ": " + why(err)
		}
		b.ratio("classify, JSON Lines"+events, classified, against, grouped)
		both := func(what string, c cost, against string) {
			b.rate(what+events, "events", n, c)
			b.ratio(what+events, c, against, classified)
		}
		both("classify, Parquet", b.cp("classify", parquet, "-o", os.DevNull), "classify, JSON Lines")
		b.make(self(), "arrange", "by time", log, arranged)
		both("classify --ordered", b.cp("classify", "--ordered", arranged, "-o", os.DevNull), "classify")
		b.make(self(), "arrange", "shuffled", log, arranged)
		both("classify --memory 256MiB, shuffled", b.cp("classify", "--memory", "256MiB", arranged, "-o", os.DevNull),
			"classify, in order of chats")
		both("generate --like, which only learns", b.cp("generate", "--like", log, "--learn-profile", os.DevNull),
			"classify")
		if size > 1_000_000 {
			continue
		}
		b.ratio("classify, JSON Lines"+events, classified, "Python example, the same log",
			b.run("sh", "-c", b.python+" ../../examples/python/classify.py <'"+log+"' >"+os.DevNull))
		if *dsn != "" && size == min(*most, 1_000_000) {
			b.make(b.program, "generate", "--random", chats, "--to", *dsn)
			query := b.run("psql", "-q", "-d", *dsn, "-f", "../../examples/sql/classify.sql")
			query.cpu = 0 // the server's is not known
			b.ratio("classify, JSON Lines"+events, classified, "PostgreSQL, examples/sql, the table loaded", query)
		}
	}
}

// suite times the suite and fuzzing, by every way.
func (b *bench) suite() {
	python := []string{"--", b.python, "../../examples/python/classify.py"}
	empty := b.file("empty.go")
	check(os.WriteFile(empty, []byte("package main\n\nfunc main() {}\n"), 0o666))
	b.make("go", "build", "-o", b.file("empty"), empty)
	version := b.cp("version")
	b.rate("version", "starts", 1, version)
	b.ratio("version", version, "an empty program", b.run(b.file("empty")))
	ran := b.cp("run")
	b.rate("run, the reference", "scenarios", scenarios(ran), ran)
	events := b.file("suite.jsonl")
	b.make(b.program, "generate", "--suite", "-o", events)
	program := b.python + " ../../examples/python/classify.py"
	filter := b.cp(append([]string{"run", "--require", "all"}, python...)...)
	b.rate("run, Python filter", "scenarios", scenarios(filter), filter)
	b.ratio("run, Python filter", filter, "the same filter without chatproof, started once",
		b.run("sh", "-c", program+" <'"+events+"' >"+os.DevNull))
	starts := strings.Repeat(program+" <"+os.DevNull+"; ", 3) // a start for each kind of scenario
	b.ratio("run, Python filter", filter, "the same filter without chatproof, started four times, as by run",
		b.run("sh", "-c", starts+program+" <'"+events+"' >"+os.DevNull))
	const n = 3000
	asked := func(scenarios int) int { return scenarios + min(100_000, 10*scenarios) } // with the small chats
	b.rate("fuzz, the reference", "chats", asked(100*n), b.cp("fuzz", "--scenarios", fmt.Sprint(100*n)))
	b.rate("fuzz --prove 0, the reference", "random scenarios", 100*n,
		b.cp("fuzz", "--prove", "0", "--scenarios", fmt.Sprint(100*n)))
	b.rate("fuzz, Python filter", "chats", asked(n),
		b.cp(append([]string{"fuzz", "--scenarios", fmt.Sprint(n)}, python...)...))
	// The shell says what its own child took: the rest is the harness's.
	times := b.file("times")
	whole := b.cp("fuzz", "--scenarios", fmt.Sprint(3*n), "--stream", "--", "sh", "-c",
		b.python+" ../../examples/python/classify.py --stream; times >"+times)
	b.rate("fuzz, Python over stream", "chats", asked(3*n), whole)
	b.ratio("fuzz, Python over stream", cost{cpu: whole.cpu}, "chatproof's own share of it",
		cost{cpu: whole.cpu - childTimes(times)})
}

// scenarios returns how many scenarios a run had, by its last line: "Conforms: 833 of 833 scenarios pass".
func scenarios(run cost) (n int) {
	said := strings.Split(strings.TrimSpace(string(run.out)), "\n")
	_, err := fmt.Sscanf(said[len(said)-1], "Conforms: %d of", &n)
	check(err)
	return n
}

// group lets DuckDB group the events of a log by chat and order each group: what classify does before it classifies.
func group(path string) {
	var chats, events int64
	duckdb("SELECT count(*), sum(len(log)) FROM (SELECT interaction_id, list(e ORDER BY seq) AS log FROM "+
		readJSON(path)+" AS e GROUP BY interaction_id)", &chats, &events)
}

// read reads all events of a log, every column as its type, and does nothing with them.
func read(path string) {
	var events int64
	duckdb("SELECT count(*) FROM "+readJSON(path)+" AS e WHERE hash(e) = 0", &events)
}

func duckdb(query string, into ...any) {
	db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d", runtime.NumCPU()))
	check(err)
	check(db.QueryRow(query).Scan(into...))
}

func readJSON(path string) string {
	return `read_json('` + path + `',
	format = 'newline_delimited', columns = {interaction_id: 'VARCHAR', seq: 'BIGINT', time: 'TIMESTAMPTZ', event: 'VARCHAR',
	actor: 'STRUCT(type VARCHAR, id VARCHAR)', party: 'STRUCT(type VARCHAR, id VARCHAR)', queue: 'VARCHAR', operation: 'VARCHAR',
	visibility_mode: 'INTEGER', reason: 'VARCHAR', media_type: 'VARCHAR'})`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
