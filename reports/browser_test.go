package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/needs"
)

// TestMain ends what the tests share. Texts of a megabyte are made and forgotten: garbage is collected seldom.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	debug.SetMemoryLimit(512 << 20)
	code := m.Run()
	for _, end := range slices.Backward(ends) {
		end()
	}
	os.Exit(code)
}

var ends []func()

// chromium is started once for all tests, each of which has its own tab: a start takes longer than most of them.
var chromium = sync.OnceValues(func() (context.Context, error) {
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		return nil, exec.ErrNotFound
	}
	dir, err := os.MkdirTemp("", "chatproof-chromium-")
	if err != nil {
		return nil, err
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(),
		chromedp.WSURLReadTimeout(time.Hour), // a busy machine starts it late; go test's own limit is enough
		chromedp.ExecPath(program), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(dir),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true))
	ctx, closed := chromedp.NewContext(allocator)
	ends = append(ends, func() { os.RemoveAll(dir) }, cancel, closed) //nolint:errcheck // it is in the directory for temporary files
	return ctx, chromedp.Do(ctx)
})

// browser returns Chromium, or skips the test and says so; in CI that is a failure.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx, err := chromium()
	if errors.Is(err, exec.ErrNotFound) {
		needs.Missing(t, "chromium")
	}
	require.NoError(t, err)
	return ctx
}

// opened is a page in its own tab, and what it did that a page must not do.
type opened struct {
	context.Context
	mu       sync.Mutex
	messages []string // on the console, errors
	requests []string // except for the page itself
}

func open(t *testing.T, ctx context.Context, address string, before ...chromedp.Action[chromedp.Void]) *opened {
	t.Helper()
	tab, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &opened{Context: tab}
	require.NoError(t, chromedp.Listen(tab, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			p.messages = append(p.messages, fmt.Sprint("console: ", e.Type))
		case *runtime.EventExceptionThrown:
			p.messages = append(p.messages, e.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			p.messages = append(p.messages, e.Entry.Text)
		case *network.EventRequestWillBeSent:
			if bare, _, _ := strings.Cut(address, "#"); e.Request.URL != bare {
				p.requests = append(p.requests, e.Request.URL)
			}
		}
	}))
	actions := append([]chromedp.Action[chromedp.Void]{
		command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}),
	}, before...)
	require.NoError(t, chromedp.Do(tab, append(actions, chromedp.Navigate(address))...))
	return p
}

// command is a command of the protocol that returns nothing of interest.
func command[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

// eval evaluates an expression in the page.
func eval[T any](t *testing.T, p *opened, expression string) T {
	t.Helper()
	value, err := chromedp.Run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(t, err, expression[:min(len(expression), 200)])
	return value
}

// quiet asserts that the page neither complained nor requested anything.
func (p *opened) quiet(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	assert.Empty(t, p.messages)
	assert.Empty(t, p.requests)
}

func written(t *testing.T, results ...*Results) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "index.html")
	require.NoError(t, os.WriteFile(file, []byte(pageOf(t, results...)), 0o666))
	return (&url.URL{Scheme: "file", Path: file}).String()
}

// few are some of the scenarios of a record, for what does not depend on how many there are: a page of all takes a second
// to lay out.
func few(r *Results, ids ...string) *Results {
	other := *r
	other.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l *engine.ScenarioLine) bool { return !slices.Contains(ids, l.ID) })
	return &other
}

// show changes the window and the colours of a page that is open.
func (p *opened) show(t *testing.T, width int64, scheme string) {
	t.Helper()
	require.NoError(t, chromedp.Do(p,
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})))
	assert.Equal(t, width, eval[int64](t, p, "innerWidth"))
	assert.Equal(t, scheme == "dark", eval[bool](t, p, `matchMedia("(prefers-color-scheme: dark)").matches`))
	assert.LessOrEqual(t, eval[int64](t, p, `document.documentElement.scrollWidth`), width, "the page scrolls sideways")
}

// A page of a whole run is loaded once, at a scenario, and then used as a reader does.
func TestPageInABrowser(t *testing.T) {
	bad := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	const passes, fails = "documented/1.1/the-agent-accepts-and-completes-the-chat", "documented/1.4/invitation-expired"
	p := open(t, browser(t), written(t, bad)+"#"+fails)
	isThere := func(id string) chromedp.Action[chromedp.Void] {
		where := `document.getElementById("` + id + `").getBoundingClientRect()`
		return chromedp.Poll[chromedp.Void](where + ".height > 0 && " + where + ".top >= 0 && " + where + ".top < innerHeight")
	}
	t.Run("a deep link", func(t *testing.T) { require.NoError(t, chromedp.Do(p, isThere(fails))) })
	t.Run("the timeline of what fails is visible, and a filter", func(t *testing.T) { failureIsVisible(t, p, fails, true) })
	t.Run("no text overlaps another in a picture", func(t *testing.T) {
		assert.Empty(t, eval[[]string](t, p, overlaps))
		for _, l := range eval[[]string](t, p, `[...document.querySelectorAll(".timeline")].flatMap(s => [...s.querySelectorAll("text")].filter(t => { const b = t.getBBox(); return b.x < 0 || b.x + b.width > s.viewBox.baseVal.width }).map(t => t.textContent))`) {
			t.Errorf("%s stands outside of its picture", l)
		}
	})
	t.Run("a phone shows the causes at once, and what fails without scrolling sideways", func(t *testing.T) {
		p.show(t, 390, "light")
		assert.LessOrEqual(t, eval[float64](t, p, `scrollTo(0, 0); document.querySelector(".first").getBoundingClientRect().bottom`), 844.0)
		assert.LessOrEqual(t, eval[int](t, p, `document.querySelectorAll(".first > li").length`), 3)
		eval[chromedp.Void](t, p, `for (const d of document.querySelectorAll("details")) d.open = true; null`)
		assert.Empty(t, eval[[]string](t, p, `[...document.querySelectorAll("#matrix .wide, #scenarios .wide, #rules .wide")].filter(w => w.scrollWidth > w.clientWidth).map(w => w.ariaLabel)`))
	})
	t.Run("a filter", func(t *testing.T) {
		require.NoError(t, chromedp.Do(p, chromedp.SendKeys(chromedp.CSS("#words"), "fail 1.4"), chromedp.Poll[chromedp.Void](`document.getElementById("shown").textContent.startsWith("7 ")`)))
		assert.Regexp(t, `^7 of \d+ scenarios$`, eval[string](t, p, `document.getElementById("shown").textContent`))
		assert.Equal(t, 7, eval[int](t, p, `document.querySelectorAll("article:not([hidden])").length`))
		assert.Equal(t, "1.4", eval[string](t, p, `[...document.querySelectorAll(".group[open]")].map(g => g.querySelector("b").textContent).join()`))
	})
	t.Run("a deep link to what is filtered out", func(t *testing.T) {
		eval[chromedp.Void](t, p, `location.hash = "`+passes+`"; null`)
		require.NoError(t, chromedp.Do(p, isThere(passes)))
		assert.Empty(t, eval[string](t, p, `document.getElementById("shown").textContent`))
	})
	p.quiet(t)

	t.Run("without scripts, and with keys alone", func(t *testing.T) {
		p := open(t, browser(t), written(t, few(bad, fails)), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
		failureIsVisible(t, p, fails, false)
		require.NoError(t, chromedp.Do(p, chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r")))
		assert.Equal(t, "#verdict", eval[string](t, p, "location.hash"))
		p.quiet(t)
	})
	t.Run("nothing hostile acts", func(t *testing.T) {
		evil := hostile(t)
		evil.Lines = evil.Lines[:110] // every text in every way
		p := open(t, browser(t), written(t, evil, few(bad, fails)))
		assert.Equal(t, 1, eval[int](t, p, `document.scripts.length`))
		assert.Equal(t, 0, eval[int](t, p, `document.querySelectorAll("img, iframe, object, embed, link, base").length`))
		p.quiet(t)
	})
}

// failureIsVisible asserts that the timeline of a scenario that fails is, and that there is a filter if scripts run.
func failureIsVisible(t *testing.T, p *opened, id string, scripts bool) {
	t.Helper()
	assert.True(t, eval[bool](t, p, `(e => !!e && e.checkVisibility() && e.getBoundingClientRect().height > 50)(document.querySelector("[id='`+id+`'] .timeline"))`))
	assert.Equal(t, !scripts, eval[bool](t, p, `document.getElementById("filter").hidden`))
}

// overlaps lists the pairs of texts in one picture that overlap.
const overlaps = `[...document.querySelectorAll(".timeline")].slice(0, 40).flatMap(svg => {
	const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBBox()]);
	return texts.flatMap(([a, p], i) => texts.slice(i + 1).filter(([, q]) =>
		p.x + p.width > q.x + 1 && q.x + q.width > p.x + 1 && p.y + p.height > q.y + 4 && q.y + q.height > p.y + 4).map(([b]) => a + " | " + b));
})`

// axe-core finds nothing serious, light and dark, wide and narrow.
func TestPageIsAccessible(t *testing.T) {
	ctx := browser(t)
	ids := []string{"documented/1.1/the-agent-accepts-and-completes-the-chat", "documented/1.4/invitation-expired"}
	one := few(read(t, "r.jsonl", record(t, routed, 1, 1, 1)), ids...)
	for _, tt := range []struct {
		name, wide, narrow string
		articles           int
		results            []*Results
	}{
		{"one", "light", "dark", 1, []*Results{one}},
		{"two", "dark", "light", 1, []*Results{one, few(read(t, "s.jsonl", record(t, reference, 1, 1, 1)), ids...)}},
		{"check", "light", "dark", 12, []*Results{nastyCheck(t, 12)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := open(t, ctx, written(t, tt.results...))
			p.show(t, 1280, tt.wide)
			p.show(t, 390, tt.narrow)
			assert.Equal(t, tt.articles, eval[int](t, p, "document.querySelectorAll('article').length"))
			p.quiet(t)
			cache, err := os.UserCacheDir()
			require.NoError(t, err)
			axe, err := os.ReadFile(filepath.Join(cache, "chatproof/node_modules/axe-core/axe.min.js"))
			if err != nil {
				needs.Missing(t, "axe-core (npm install --prefix "+filepath.Join(cache, "chatproof")+" axe-core@4.14.1)")
			}
			eval[chromedp.Void](t, p, `for (const a of [...document.querySelectorAll("article")].slice(1)) a.remove(); for (const r of document.querySelectorAll("tr:nth-child(n+5)")) r.remove(); for (const d of document.querySelectorAll("details")) d.open = true; null`)
			eval[chromedp.Void](t, p, string(axe)+"; null")
			inspected(t, p)
			p.show(t, 1280, tt.wide)
			inspected(t, p)
		})
	}
}

// inspected fails for what axe-core finds serious in a page.
func inspected(t *testing.T, p *opened) {
	t.Helper()
	var found struct {
		Violations []struct {
			ID, Impact, Help string
			Nodes            []struct{ HTML string }
		}
	}
	result := eval[string](t, p, `axe.run(document, {resultTypes: ["violations"]}).then(JSON.stringify)`)
	require.NoError(t, json.Unmarshal([]byte(result), &found))
	for _, v := range found.Violations {
		if v.Impact == "serious" || v.Impact == "critical" {
			t.Errorf("%s: %s, at %d places, first %s", v.ID, v.Help, len(v.Nodes), v.Nodes[0].HTML)
		}
	}
}
