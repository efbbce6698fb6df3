package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// cell is what is measured with some number of workers.
type cell struct {
	name           string
	library, floor func(context.Context) error
	step           float64 // commands a call
	once           bool    // with one worker alone
}

// measure measures a database.
func measure(ctx context.Context, w io.Writer, name string, o *options) (err error) {
	s, err := open(ctx, name, o.dir)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := s.close(); err == nil {
			err = closeErr
		}
	}()
	l, f, err := begin(ctx, s, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%s\n", s.version)
	fmt.Fprintf(w, "%-11s %8s %10s %10s %7s   %-11s %9s %9s\n", "", "workers", "library/s", "floor/s", "ratio", "half within", "CPU", "floor CPU")
	for _, c := range []cell{
		{"wide", l.one(l.service.Do, false), f.wide, 1, false},
		{"hot alone", l.one(l.locking.Do, true), f.hot, 1, false},
		{"hot group", l.one(l.group.Do, true), f.hot, 1, false},
		{"wide group", l.one(l.group.Do, false), f.wide, 1, false},
		{"batch 100", l.batch, f.batch, batchSize, true},
	} {
		if !slices.Contains(o.cells, c.name) || c.once && name != "sqlite" {
			continue
		}
		for _, workers := range o.workers {
			if c.once {
				workers = 1
			}
			if err := c.measure(ctx, w, workers, o); err != nil {
				return fmt.Errorf("%s, %d workers: %w", c.name, workers, err)
			}
			if err := check(ctx, l, f, false, o); err != nil {
				return fmt.Errorf("%s, %d workers: %w", c.name, workers, err)
			}
			if c.once {
				break
			}
		}
	}
	if err := check(ctx, l, f, true, o); err != nil {
		return err
	}
	fmt.Fprintf(w, "checked: %d entries of %d accounts by the library, %d by the floor\n", l.commands.Load(), o.accounts+1, f.commands.Load())
	return nil
}

// begin seeds both places alike, and has both carry out some commands.
func begin(ctx context.Context, s *server, o *options) (*library, *floor, error) {
	l, seeds := newLibrary(s.library, o.accounts), newLibrary(s.floor, o.accounts)
	for _, x := range []*library{l, seeds} {
		if err := x.seed(ctx); err != nil {
			return nil, nil, err
		}
	}
	for range 3 * batchSize {
		if err := l.one(l.service.Do, false)(ctx); err != nil {
			return nil, nil, err
		}
	}
	f := newFloor(s.name, s.floor, seeds)
	if err := f.measure(ctx, s.library); err != nil {
		return nil, nil, err
	}
	for range 3 * batchSize {
		if err := f.wide(ctx); err != nil {
			return nil, nil, err
		}
	}
	return l, f, errors.Join(sameRows(ctx, s), s.analyze(ctx))
}

// measure lets both take turns, first the one and then the other before, and prints what
// they came to.
func (c *cell) measure(ctx context.Context, w io.Writer, workers int, o *options) error {
	var rates, cpu [2][]float64 // of the library and the floor
	var ratios []float64
	for i := range o.rounds + 1 {
		turn := o.turn
		if i == 0 {
			turn /= 2 // statements are prepared
		}
		var now [2]float64
		for j := range 2 {
			who := (i + j) % 2
			before := cpuTime()
			n, err := rate(ctx, [...]func(context.Context) error{c.library, c.floor}[who], workers, turn)
			if err != nil {
				return fmt.Errorf("%s: %w", [...]string{"library", "floor"}[who], err)
			}
			used := cpuTime() - before
			if now[who] = n.perSecond(); i > 0 {
				rates[who], cpu[who] = append(rates[who], now[who]*c.step), append(cpu[who], float64(used)/float64(n.calls)/c.step)
			}
		}
		if i > 0 {
			ratios = append(ratios, now[0]/now[1])
		}
	}
	q := len(ratios) / 4
	slices.Sort(ratios)
	fmt.Fprintf(w, "%-11s %8d %10.0f %10.0f %7.2f   %4.2f–%-6.2f %9v %9v\n", c.name, workers, median(rates[0]), median(rates[1]), median(ratios), ratios[q], ratios[len(ratios)-1-q],
		time.Duration(median(cpu[0])).Round(time.Microsecond), time.Duration(median(cpu[1])).Round(time.Microsecond))
	return nil
}

// turned is what a turn came to.
type turned struct {
	calls int64
	took  time.Duration
}

func (t turned) perSecond() float64 { return float64(t.calls) / t.took.Seconds() }

// rate is how many calls workers make in a second.
func rate(ctx context.Context, call func(context.Context) error, workers int, turn time.Duration) (turned, error) {
	var calls atomic.Int64
	var failed error
	var once sync.Once
	var wg sync.WaitGroup
	var stop atomic.Bool
	began := time.Now()
	timer := time.AfterFunc(turn, func() { stop.Store(true) })
	defer timer.Stop()
	plain := context.WithoutCancel(ctx) // drivers watch what can end
	for range workers {
		wg.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				if err := call(plain); err != nil {
					once.Do(func() { failed = err })
					stop.Store(true)
					return
				}
				calls.Add(1)
			}
		})
	}
	wg.Wait()
	return turned{calls.Load(), time.Since(began)}, errors.Join(failed, ctx.Err())
}

// median of numbers, of which there are some.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
