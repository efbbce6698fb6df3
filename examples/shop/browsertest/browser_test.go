package browsertest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is one for all tests.
var browser = sync.OnceValues(func() (context.Context, error) {
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(os.Getenv("GUANXI_CHROMIUM")),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", false), chromedp.WSURLReadTimeout(time.Minute))
	if os.Getuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium refuses to run as root otherwise
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, cancel := chromedp.NewContext(allocator)
	closeBrowser = func() {
		_ = chromedp.Cancel(ctx) // waits until it has gone
		cancel()
		stop()
	}
	return ctx, chromedp.Run(ctx)
})

var closeBrowser = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	_ = os.RemoveAll(binaries)
	os.Exit(code)
}

// tab is a page of the browser, with what it complains about.
type tab struct {
	context.Context
	t      *testing.T
	mu     sync.Mutex
	faults []string
}

// newTab opens a tab of a width, as on a desk or in a hand.
func newTab(t *testing.T, width, height int64) *tab {
	t.Helper()
	if os.Getenv("GUANXI_CHROMIUM") == "" {
		t.Skip("no browser: run it under .ci/browser.sh")
	}
	parent, err := browser()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	b := &tab{Context: ctx, t: t}
	chromedp.ListenTarget(ctx, b.hear)
	b.run(network.Enable(), runtime.Enable(), log.Enable(),
		emulation.SetDeviceMetricsOverride(width, height, 1, width < 600))
	return b
}

// hear notes errors, and requests for anything but the file.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note := func(format string, args ...any) { b.faults = append(b.faults, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		note("exception: %s", e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			note("console %s: %s", e.Type, strings.Join(words, " "))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			note("log %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") && u != "about:blank" {
			note("request: %s", u)
		}
	case *page.EventJavascriptDialogOpening:
		note("dialog: %s", e.Message)
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// clean fails where the page complained.
func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.faults {
		b.t.Error(f)
	}
}

// ask runs a function of JavaScript that returns a list of faults.
func (b *tab) ask(what, script string) {
	b.t.Helper()
	var faults []string
	b.run(chromedp.Evaluate("("+script+")()", &faults))
	for _, f := range faults {
		b.t.Errorf("%s: %s", what, f)
	}
}
