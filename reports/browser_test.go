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

const visible = `(e => !!e && e.checkVisibility() && e.getBoundingClientRect().height > 50)`

func TestPageInABrowser(t *testing.T) {
	ctx := browser(t)
	bad := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	page := written(t, bad)

	t.Run("the timeline of what fails is visible, with and without scripts", func(t *testing.T) {
		for _, scripts := range []bool{true, false} {
			p := open(t, ctx, page, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts}))
			assert.True(t, eval[bool](t, p, visible+`(document.querySelector("[id='documented/1.4/invitation-expired'] .timeline"))`))
			assert.Equal(t, !scripts, eval[bool](t, p, `document.getElementById("filter").hidden`))
			p.quiet(t)
		}
	})
	t.Run("a filter", func(t *testing.T) {
		p := open(t, ctx, page)
		require.NoError(t, chromedp.Do(p, chromedp.SendKeys(chromedp.CSS("#words"), "fail 1.4"), chromedp.Poll[chromedp.Void](`document.getElementById("shown").textContent.startsWith("7 ")`)))
		assert.Regexp(t, `^7 of \d+ scenarios$`, eval[string](t, p, `document.getElementById("shown").textContent`))
		assert.Equal(t, 7, eval[int](t, p, `document.querySelectorAll("article:not([hidden])").length`))
		assert.Equal(t, "1.4", eval[string](t, p, `[...document.querySelectorAll(".group[open]")].map(g => g.querySelector("b").textContent).join()`))
		p.quiet(t)
	})
	t.Run("deep links", func(t *testing.T) {
		for _, id := range []string{"documented/1.4/invitation-expired", "documented/1.1/the-agent-accepts-and-completes-the-chat"} {
			p := open(t, ctx, page+"#"+id)
			where := `document.getElementById("` + id + `").getBoundingClientRect().top`
			require.NoError(t, chromedp.Do(p, chromedp.Poll[chromedp.Void](where+" >= 0 && "+where+" < innerHeight")))
			p.quiet(t)
		}
	})
	t.Run("keys alone", func(t *testing.T) {
		p := open(t, ctx, page)
		require.NoError(t, chromedp.Do(p, chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r")))
		assert.Equal(t, "#verdict", eval[string](t, p, "location.hash"))
	})
	t.Run("nothing hostile acts", func(t *testing.T) {
		p := open(t, ctx, written(t, hostile(t), bad))
		assert.Equal(t, 1, eval[int](t, p, `document.scripts.length`))
		assert.Equal(t, 0, eval[int](t, p, `document.querySelectorAll("img, iframe, object, embed, link, base").length`))
		p.quiet(t)
	})
	t.Run("a phone shows the causes at once, and what fails without scrolling sideways", func(t *testing.T) {
		p := open(t, ctx, page, command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 1, Mobile: true}))
		assert.LessOrEqual(t, eval[float64](t, p, `document.querySelector(".first").getBoundingClientRect().bottom`), 844.0)
		assert.LessOrEqual(t, eval[int](t, p, `document.querySelectorAll(".first > li").length`), 3)
		eval[chromedp.Void](t, p, `for (const d of document.querySelectorAll("details")) d.open = true; null`)
		assert.Empty(t, eval[[]string](t, p, `[...document.querySelectorAll("#matrix .wide, #scenarios .wide, #rules .wide")].filter(w => w.scrollWidth > w.clientWidth).map(w => w.ariaLabel)`))
	})
	t.Run("no text overlaps another in a picture", func(t *testing.T) {
		p := open(t, ctx, page)
		assert.Empty(t, eval[[]string](t, p, overlaps))
		for _, l := range eval[[]string](t, p, `[...document.querySelectorAll(".timeline")].flatMap(s => [...s.querySelectorAll("text")].filter(t => { const b = t.getBBox(); return b.x < 0 || b.x + b.width > s.viewBox.baseVal.width }).map(t => t.textContent))`) {
			t.Errorf("%s stands outside of its picture", l)
		}
	})
}

// overlaps lists the pairs of texts in one picture that overlap.
const overlaps = `[...document.querySelectorAll(".timeline")].slice(0, 40).flatMap(svg => {
	const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBBox()]);
	return texts.flatMap(([a, p], i) => texts.slice(i + 1).filter(([, q]) =>
		p.x + p.width > q.x + 1 && q.x + q.width > p.x + 1 && p.y + p.height > q.y + 4 && q.y + q.height > p.y + 4).map(([b]) => a + " | " + b));
})`

// axe-core finds nothing serious, light and dark, wide and narrow.
func TestPageIsAccessible(t *testing.T) {
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	axe, err := os.ReadFile(filepath.Join(cache, "chatproof/node_modules/axe-core/axe.min.js"))
	if err != nil {
		needs.Missing(t, "axe-core (npm install --prefix "+filepath.Join(cache, "chatproof")+" axe-core@4.14.1)")
	}
	ctx := browser(t)
	r := read(t, "r.jsonl", record(t, routed, 1, 1, 1))
	one, two := written(t, r), written(t, r, read(t, "s.jsonl", record(t, reference, 1, 1, 1)))
	check := written(t, nastyCheck(t, 12))
	for _, tt := range []struct {
		name, address, scheme string
		width                 int64
	}{{"one", one, "light", 1280}, {"one", one, "dark", 390}, {"two", two, "dark", 1280}, {"two", two, "light", 390}, {"check", check, "light", 1280}, {"check", check, "dark", 390}} {
		t.Run(fmt.Sprint(tt.name, " ", tt.scheme, " ", tt.width), func(t *testing.T) {
			p := open(t, ctx, tt.address,
				command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: tt.width, Height: 1800, DeviceScaleFactor: 1, Mobile: tt.width < 500}),
				command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: tt.scheme}}}))
			assert.Equal(t, tt.scheme == "dark", eval[bool](t, p, `matchMedia("(prefers-color-scheme: dark)").matches`))
			assert.LessOrEqual(t, eval[int64](t, p, `document.documentElement.scrollWidth`), tt.width, "the page scrolls sideways")
			eval[chromedp.Void](t, p, `for (const a of [...document.querySelectorAll("article")].slice(3)) a.remove(); for (const r of document.querySelectorAll("tr:nth-child(n+5)")) r.remove(); for (const d of document.querySelectorAll("details")) d.open = true; null`)
			eval[chromedp.Void](t, p, string(axe)+"; null")
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
		})
	}
}
