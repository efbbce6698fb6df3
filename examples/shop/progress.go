package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on a terminal, and nothing anywhere else.
type progress struct {
	bar  *progressbar.ProgressBar
	step int64
	next int64
}

// newProgress returns a bar for total steps, if stderr is a terminal and there
// are at least long of them.
func newProgress(stderr io.Writer, what string, total, long int64) *progress {
	f, ok := stderr.(*os.File)
	if !ok || total < long || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{step: total / 1000, bar: progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(f),
		progressbar.OptionSetDescription(what),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
	)}
}

// set moves the bar; calls between two steps cost nothing.
func (p *progress) set(n int64) {
	if p.bar == nil || n < p.next {
		return
	}
	p.next = n + p.step
	_ = p.bar.Set64(n) // a bar that cannot be drawn stops nothing
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
