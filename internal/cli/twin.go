package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/chatproof/chatproof/gen"
	"github.com/chatproof/chatproof/internal/bulk"
	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/files"
	"github.com/chatproof/chatproof/internal/twin"
	"github.com/chatproof/chatproof/internal/wire"
)

// twinFlags are the flags of a twin.
type twinFlags struct {
	like                                     []string
	profile, learnProfile, compare, defected string
	days, threshold                          int
	learnsOnly                               bool

	log *twin.Tally // of the log of --like; nil if there is none
}

func (f *generateFlags) addTwin(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.like, "like", nil,
		"a twin of this `LOG`: a file, a directory, a glob or a database; may be repeated")
	flags.StringVar(&f.profile, "profile", "",
		"chats of this profile: a YAML `FILE` ('chatproof schema profile'), or "+twin.Builtin)
	flags.StringVar(&f.learnProfile, "learn-profile", "",
		"with --like: write the profile to this `FILE`; chats are written too if you give --chats, --days, --output "+
			"or --to")
	flags.IntVar(&f.Chats, "chats", 0,
		"with --like or --profile: how many chats (default: with --like, as many as the log has; with --profile, "+
			"those of a week)")
	flags.IntVar(&f.days, "days", 0, "with --like or --profile: how many days of chats")
	flags.IntVar(&f.threshold, "threshold", twin.DefaultThreshold,
		"with --like: the fewest chats that a share or a quantile of the profile may be based on")
	flags.StringVar(&f.compare, "compare", "",
		"with --like: write a comparison of the log with its twin to this `FILE`, as text")
	flags.Float64Var(&f.Defects, "defects", 0,
		"with --like or --profile: lose, double or delay this share of events, such as 0.01; the facts stay those "+
			"of the undamaged chats")
	flags.StringVar(&f.defected, "defects-log", "",
		"with --defects: list each lost, doubled or delayed event in this `FILE`, as JSON Lines")
	complete(cmd, "profile", twin.Builtin)
}

// checkTwin rejects flags of a twin that do not go together.
func (f *generateFlags) checkTwin(given func(string) bool) error {
	switch {
	case len(f.like) > 0 && f.profile != "":
		return errors.New("expected --profile or --like, not both: --like learns a profile itself")
	case f.days != 0 && f.Chats != 0:
		return errors.New("expected --chats or --days, not both")
	case given("chats") && f.Chats < 1 || given("days") && f.days < 1:
		return errors.New("--chats, --days: expected 1 or more")
	case f.days > 3660:
		return fmt.Errorf("--days: expected at most 3660, got %d", f.days)
	case f.threshold < 2:
		return fmt.Errorf("--threshold: expected 2 or more, got %d", f.threshold)
	case !(f.Defects >= 0 && f.Defects <= 0.5):
		return fmt.Errorf("--defects: expected a share from 0 to 0.5, got %v", f.Defects)
	case f.Interleaved && f.arrival != "ordered":
		return errors.New("for a twin, --delivery does not go with --interleave, which puts all events in time " +
			"order; for doubled or delayed events, use --defects")
	case f.Interleaved && f.format == "feature":
		return errors.New("--interleave: a feature has its chats one by one; leave out --interleave")
	}
	f.learnsOnly = f.learnProfile != "" && !slices.ContainsFunc([]string{
		"chats", "days", "output", "to", "facts", "resources", "compare", "defects",
	}, given)
	return nil
}

// learningMemory is about how many bytes of memory learning uses. The rest goes to temporary files.
const learningMemory = 192 << 20

// prepareTwin learns a profile from the log of --like, or reads that of --profile. done means nothing is left to do.
func (e *env) prepareTwin(ctx context.Context, f *generateFlags) (done bool, err error) {
	var p *twin.Profile
	switch {
	case len(f.like) > 0:
		p, err = e.learn(ctx, f)
	case f.profile != "":
		p, err = twin.Read(ctx, f.profile)
	default:
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if f.learnProfile != "" {
		if err := files.Write(ctx, f.learnProfile, p.Append(nil), e.out); err != nil {
			return false, fmt.Errorf("--learn-profile: %w", err)
		}
	}
	if f.learnsOnly {
		return true, nil
	}
	start := f.Start
	if start.IsZero() {
		start = gen.Day.Truncate(24 * time.Hour)
	}
	f.Twin = twin.NewPlan(p, f.Seed, start)
	switch {
	case f.days > 0:
		f.Chats = f.Twin.ChatsOf(f.days)
	case f.Chats > 0: // as requested
	case f.log != nil:
		f.Chats = f.log.Chats
	default:
		f.Chats = f.Twin.ChatsOf(7)
	}
	if f.Chats == 0 {
		return false, fmt.Errorf("--days: according to the profile, no chat begins on these days")
	}
	return false, nil
}

// learn learns from the logs that --like names.
func (e *env) learn(ctx context.Context, f *generateFlags) (*twin.Profile, error) {
	from := f.placeFlags
	from.format = "" // --format is about the output
	at, err := from.place(ctx, f.like[0], f.like[1:]...)
	if err != nil {
		return nil, fmt.Errorf("--like: %w", err)
	}
	table, err := from.reference(ctx)
	if err != nil {
		return nil, err
	}
	defer memoryBound(learningMemory)()
	o := bulk.Options{Memory: learningMemory, Jobs: f.Jobs, Table: table}
	f.log, err = bulk.Learn(ctx, o, at, e.in)
	err = e.leftOut(&from, err)
	if err != nil {
		return nil, fmt.Errorf("--like: %w", err)
	}
	p, err := f.log.Profile(f.threshold)
	if err != nil {
		return nil, fmt.Errorf("--like: %s: %w", at, err)
	}
	fmt.Fprintln(e.err, "chatproof: "+f.log.Summary())
	return p, nil
}

// twinOutputs opens a twin's outputs other than its events.
func (e *env) twinOutputs(ctx context.Context, f *generateFlags, out *engine.Outputs) error {
	if f.log != nil {
		out.Tally = &engine.TwinTally{All: twin.NewTally()}
	}
	if f.defected == "" {
		return nil
	}
	file, err := files.Create(ctx, f.defected, e.out)
	if err != nil {
		return fmt.Errorf("--defects-log: %w", err)
	}
	out.Defects = &wire.Output[gen.Defect]{Append: appendDefect, Write: file.Write, On: file}
	return nil
}

// appendDefect writes a defect as a line of JSON.
func appendDefect(b []byte, d *gen.Defect) []byte {
	b = wire.AppendString(append(b, `{"interaction_id":`...), d.Event.InteractionID)
	b = fmt.Appendf(b, `,"seq":%d,"event":`, d.Event.Seq)
	b = wire.AppendString(b, string(d.Event.Name))
	b = d.Event.Time.AppendFormat(append(b, `,"time":"`...), time.RFC3339)
	return fmt.Appendf(b, `","defect":"%s","after":%d}`+"\n", d.Kind, d.After)
}

// compareTwin says how far apart the twin and the log are, in a line and in the file that --compare names.
func (e *env) compareTwin(ctx context.Context, f *generateFlags, made *twin.Tally) error {
	c := twin.Compare(f.log, made, f.threshold)
	fmt.Fprintln(e.err, "chatproof: "+c.Summary())
	if f.compare == "" {
		return nil
	}
	if err := files.Write(ctx, f.compare, c.Text(), e.out); err != nil {
		return fmt.Errorf("--compare: %w", err)
	}
	return nil
}
