package loyalty

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// GroupSize is how many commands a [Group] whose Size is 0 commits at once.
const GroupSize = 256

// errAbandoned is the error of commands whose round has not come to its end, because what
// carried it out has panicked.
var errAbandoned = errors.New("loyalty: whoever carried this out has not come back")

// Group carries out the commands of many callers in few commits: who comes while a commit
// is under way waits, and all who wait go into the next one. The first who comes leads: it
// commits for itself and those who are there, and lets the first of those who came
// meanwhile lead the next round. Commands are carried out as by [Service.Batch], in the
// order in which they came: those of one account are decided one after the other on one
// loading and written in one commit; those of many accounts go together where the store is
// a [MultiCommit]. It is safe for concurrent use if its fields are not changed, and must
// not be copied.
//
// On an account that many write to at once it is many times as fast as Service.Do, for
// each commit is waited for once; where every caller has an account of its own it spares
// the store commits too, and callers wait for the slowest account of their round.
//
// Commands come in the order in which Do is called, which need not be that of their
// [Header.At]: see [Service] on ErrBackdated.
type Group struct {
	Service *Service
	Size    int // commands in a round at most; 0 is GroupSize
	// Pause, if there is one, is called before a round of fewer than Size commands, with
	// how many wait: the place to wait a moment for more. It ends when ctx does.
	Pause func(ctx context.Context, waiting int)
	// Go, if there is one, carries rounds out, such as in a goroutine: no caller leads
	// then, and every caller can go when its ctx ends. It must call rounds, once, now or
	// later: of one that drops it the callers wait until their ctx ends, and so do all who
	// come after them. If it panics before rounds is called, those who wait have an error,
	// nothing of them was written, and the caller has the panic.
	Go func(rounds func())
	// Lanes is how many rounds may be under way at once, for a store that commits several
	// transactions at once: accounts fall into lanes by their ids. 0 is 1.
	Lanes int

	once  sync.Once
	lanes []groupLane
}

// groupLane is the callers of some accounts. One of them leads.
type groupLane struct {
	*Group
	mu    sync.Mutex
	queue []*groupCall
	busy  bool // somebody leads
}

// lane returns the lane of an account.
func (g *Group) lane(id AccountID) *groupLane {
	g.once.Do(func() {
		g.lanes = make([]groupLane, max(g.Lanes, 1))
		for i := range g.lanes {
			g.lanes[i].Group = g
		}
	})
	if len(g.lanes) == 1 {
		return &g.lanes[0]
	}
	return &g.lanes[maphash.String(keySeed, string(id))%uint64(len(g.lanes))]
}

// groupCall is a command that waits, or is under way.
type groupCall struct {
	ctx   context.Context
	req   Request
	state groupState // of groupLane.mu
	wake  chan struct{}
	out   Outcome
}

type groupState uint8

const (
	groupWaits groupState = iota // in the queue
	groupLeads                   // in the queue too, until the round begins
	groupRuns
	groupDone
)

// Do carries a command out, as [Service.Do] does, with those of other callers. Its answer
// and errors are those of Service.Do. One whose ctx ends while it waits has ctx's error, and
// nothing was written; one whose ctx ends while its commit is under way has an error that
// is ErrUnknownOutcome and ctx's, but whoever leads learns what became of it. A round ends
// early when the ctx of all its callers have ended; what the store is told otherwise is
// the leader's ctx without its end. Do not change cmd after it was given, not even after an
// ErrUnknownOutcome.
func (g *Group) Do(ctx context.Context, id AccountID, cmd Command, rows ...RowChange) (Answer, error) {
	if err := ctx.Err(); err != nil {
		return Answer{}, err
	}
	return g.lane(id).do(ctx, id, cmd, rows)
}

func (g *groupLane) do(ctx context.Context, id AccountID, cmd Command, rows []RowChange) (Answer, error) {
	c := &groupCall{ctx: ctx, req: Request{id, cmd, rows}, wake: make(chan struct{}, 1)}
	g.mu.Lock()
	g.queue = append(g.queue, c)
	lead := !g.busy
	g.busy = true
	if lead && g.Go == nil {
		c.state = groupLeads
	}
	g.mu.Unlock()
	switch {
	case lead && g.Go == nil:
		g.lead(ctx, c)
		return c.out.Answer, c.out.Err
	case lead:
		g.start(ctx)
	}
	select {
	case <-c.wake:
	case <-ctx.Done():
		if err := g.leave(c); err != nil {
			return Answer{}, err
		}
	}
	g.mu.Lock()
	lead = c.state == groupLeads
	g.mu.Unlock()
	if lead {
		g.lead(ctx, c)
	}
	return c.out.Answer, c.out.Err
}

// start hands the rounds over to Go. If that panics with no round begun, nobody would ever
// lead: who waits is told.
func (g *groupLane) start(ctx context.Context) {
	var begun atomic.Bool // by Go, or it is too late
	ended := false
	defer func() {
		if ended || begun.Swap(true) {
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.abandon()
		g.pass()
	}()
	g.Go(func() {
		if begun.Swap(true) {
			return
		}
		for ctx := context.WithoutCancel(ctx); g.round(ctx); {
		}
	})
	ended = true
}

// lead carries a round out, c's among them, and lets another one lead.
func (g *groupLane) lead(ctx context.Context, c *groupCall) {
	if err := ctx.Err(); err != nil { // its turn came when it was going
		c.out.Err = err
		g.mu.Lock()
		g.drop(c)
		g.pass()
		g.mu.Unlock()
		return
	}
	g.round(ctx)
}

// leave takes a call out whose ctx has ended; nil: it is done, or leads.
func (g *groupLane) leave(c *groupCall) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch c.state {
	case groupWaits:
		g.drop(c)
		return c.ctx.Err()
	case groupRuns:
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, c.ctx.Err())
	}
	return nil
}

// drop takes a call out of the queue.
func (g *groupLane) drop(c *groupCall) {
	g.queue = slices.DeleteFunc(g.queue, func(d *groupCall) bool { return d == c })
}

// pass lets the first who waits lead; nobody if nobody does.
func (g *groupLane) pass() {
	if g.busy = len(g.queue) > 0; g.busy && g.Go == nil {
		g.queue[0].state = groupLeads
		g.queue[0].notify()
	}
}

// round carries out who waits, and lets another one lead. more says that somebody waits.
func (g *groupLane) round(ctx context.Context) (more bool) {
	var calls []*groupCall
	var out []Outcome
	ended := false
	defer func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for i, c := range calls {
			if !ended {
				out[i] = Outcome{Err: fmt.Errorf("%w: %w", ErrUnknownOutcome, errAbandoned)}
			}
			c.done(out[i])
		}
		if !ended {
			g.abandon()
		}
		g.pass()
		more = g.busy
	}()
	calls = g.take(ctx)
	out = make([]Outcome, len(calls))
	switch len(calls) {
	case 0:
	case 1: // alone, where the store may lock
		r := &calls[0].req
		out[0].Answer, out[0].Err = g.Service.Do(calls[0].ctx, r.Account, r.Command, r.Rows...)
	default:
		requests := make([]Request, len(calls))
		for i, c := range calls {
			requests[i] = c.req
		}
		ctx, release := shared(ctx, calls)
		defer release()
		copy(out, g.Service.Batch(ctx, requests))
		for i, c := range calls { // the round's ctx ends otherwise than a caller's
			if own := c.ctx.Err(); own != nil && errors.Is(out[i].Err, context.Canceled) && !errors.Is(out[i].Err, own) {
				out[i].Err = fmt.Errorf("%w: %w", own, out[i].Err)
			}
		}
	}
	ended = true
	return more
}

// take takes the commands of a round from the queue. Those whose ctx has ended are
// answered.
func (g *groupLane) take(ctx context.Context) []*groupCall {
	size := g.Size
	if size <= 0 {
		size = GroupSize
	}
	runtime.Gosched() // whom the round before has answered may have another command by now
	g.mu.Lock()
	defer g.mu.Unlock()
	if waiting := len(g.queue); g.Pause != nil && waiting < size {
		func() {
			g.mu.Unlock()
			defer g.mu.Lock()
			g.Pause(ctx, waiting)
		}()
	}
	n := min(size, len(g.queue))
	calls := make([]*groupCall, 0, n)
	for _, c := range g.queue[:n] {
		if err := c.ctx.Err(); err != nil {
			c.done(Outcome{Err: err})
			continue
		}
		c.state = groupRuns
		calls = append(calls, c)
	}
	g.queue = slices.Delete(g.queue, 0, n)
	return calls
}

// abandon answers those who wait for a round that has not come to its end before it began:
// who leads it, or all where nobody else could.
func (g *groupLane) abandon() {
	g.queue = slices.DeleteFunc(g.queue, func(c *groupCall) bool {
		gone := g.Go != nil || c.state == groupLeads
		if gone {
			c.done(Outcome{Err: errAbandoned})
		}
		return gone
	})
}

// done answers a call.
func (c *groupCall) done(o Outcome) {
	c.out, c.state = o, groupDone
	c.notify()
}

// notify tells who waits that the state is another one.
func (c *groupCall) notify() {
	select {
	case c.wake <- struct{}{}:
	default: // told before, and has not looked
	}
}

// shared returns a ctx that ends when those of all calls have.
func shared(ctx context.Context, calls []*groupCall) (context.Context, func()) {
	ctx = context.WithoutCancel(ctx)
	for _, c := range calls {
		if c.ctx.Done() == nil {
			return ctx, func() {}
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	var left atomic.Int64
	left.Store(int64(len(calls)))
	stops := make([]func() bool, len(calls))
	for i, c := range calls {
		stops[i] = context.AfterFunc(c.ctx, func() {
			if left.Add(-1) == 0 {
				cancel()
			}
		})
	}
	return ctx, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}
