// Package kill gives a service that is killed again and again a load, and asks afterwards
// whether anything that it acknowledged was lost or done twice.
package kill

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// Config is what one run does.
type Config struct {
	// Command starts the service on a database that was empty before the run. It prints
	// "listening on URL". Verify checks the database; the name of a file of acknowledged
	// requests is appended.
	Command, Verify []string
	Env             []string // besides this process's own
	Dir             string   // for files of the run
	Rounds          int      // how often it is killed
	Clients         int      // at once
	Customers       int      // whom they share
	Load            time.Duration
	Seed            uint64
	Output          io.Writer // where the service's errors go
}

// Report is what a run came to.
type Report struct {
	Killed       int
	Acknowledged int // requests
	Orders       int
	Refused      int // with an answer that says why
	Resent       int // since no answer came
	Lost         int // answers of requests that had been done: given when they came again
	Twice        int // sent again on purpose, and answered the same
	Points       int64
	Took         time.Duration
}

// String is one line.
func (r Report) String() string {
	return fmt.Sprintf("killed %d times: %d requests acknowledged, %d of them orders, %d refused; %d sent again after no answer, of which %d had been done; %d sent twice; %d points, each once; %.1f s",
		r.Killed, r.Acknowledged, r.Orders, r.Refused, r.Resent, r.Lost, r.Twice, r.Points, r.Took.Seconds())
}

// Run gives the load, kills the service cfg.Rounds times at moments that the seed chooses,
// ends it once as an operator does, in the middle of the load, and then verifies.
func Run(ctx context.Context, cfg Config) (r Report, err error) {
	began := time.Now()
	p := &process{command: cfg.Command, env: cfg.Env, stderr: cfg.Output}
	defer func() { err = errors.Join(err, p.kill()) }()
	if err := p.start(ctx); err != nil {
		return r, err
	}
	loadCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLoad(cfg, p)
	p.idle = l.http.CloseIdleConnections
	done := l.begin(loadCtx, cancel)

	dice := rand.New(rand.NewPCG(cfg.Seed, 0))
	for range cfg.Rounds {
		if err := pause(loadCtx, cfg.Load/4+time.Duration(dice.Int64N(int64(cfg.Load)*3/4+1))); err != nil {
			return r, err
		}
		if err := errors.Join(p.kill(), p.start(loadCtx)); err != nil {
			return r, err
		}
		r.Killed++
	}
	if err := pause(loadCtx, cfg.Load/2); err != nil {
		return r, err
	}
	if err := p.terminate(); err != nil { // in the middle of the load
		return r, err
	}
	if err := p.start(loadCtx); err != nil {
		return r, err
	}
	l.stop()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		return r, errors.New("the clients do not come to an end")
	}
	if err := context.Cause(loadCtx); err != nil {
		return r, err
	}
	if err := p.terminate(); err != nil {
		return r, err
	}
	err = l.verify(ctx, &r)
	r.Took = time.Since(began)
	return r, err
}

// pause waits, and tells if the load has failed meanwhile.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
