package migration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Other as Event.Step is an event that is no step: it ends an attempt where the
// order is Strict, and is passed over where it is Loose.
const Other = -1

// Event is something one customer did.
type Event struct {
	Step int   // its position in FunnelConfig.Steps, or Other
	At   int64 // UTC microseconds
	// Group is what the attempt is counted under if this is its first step: a
	// touchpoint, a channel, a campaign. Of other events it is not read.
	Group string
}

// Funnel counts customers by how far they came, and keeps how long each step
// took them.
//
// A customer counts once. An attempt begins with each event of the first step and
// takes every later step at its first occurrence from there. Of all attempts one
// counts: the one that first reaches the last step, and if none does the one that
// came farthest; of those alike the one that began last. It is open while it may
// still go on, that is until its window closes or, with Strict, another event
// comes.
//
// An accumulator: exact and independent of the order of customers. One goroutine;
// use one per goroutine and Merge. Memory is 8 bytes a customer and step reached.
type Funnel struct {
	cfg    FunnelConfig
	header []byte
	groups map[string]*passes
	levels []attempt // scratch: by step, the attempt that began last of those that came there
}

// attempt is a way through the steps so far.
type attempt struct {
	live     bool
	first    int // the position of its first event
	deadline int64
	at       [maxFunnelSteps]int64
}

// passes are the customers of one group: by step those who went on from it or did
// not, and at the end the same for the way from the first step to the last.
type passes []pass

// pass holds how many microseconds it took those who went on, how many those who
// may still go on have waited, and how many will not. What is sorted stays so
// until something is added.
type pass struct {
	done, open []int64
	dropped    int64
}

func (p *pass) reached() int64 { return int64(len(p.done)) + int64(len(p.open)) + p.dropped }

// NewFunnel returns an empty accumulator. Errors are those of
// [FunnelConfig.Validate].
func NewFunnel(cfg FunnelConfig) (*Funnel, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	cfg.Steps = slices.Clone(cfg.Steps)
	header, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	return &Funnel{cfg: cfg, header: header, groups: make(map[string]*passes), levels: make([]attempt, len(cfg.Steps))}, nil
}

// The instants of the years 1 to 9999, exclusive at the end, in UTC microseconds.
const (
	minMicro int64 = -62135596800e6
	maxMicro int64 = 253402300800e6
)

// Add counts one customer: all of their events in the order of time, and the
// instant until which they were seen, exclusive. Events at one instant count in
// the order given. A customer without the first step is in no funnel.
//
// Every fault is reported, with the position of the event, and f is then as
// before: ErrStep, ErrTime, ErrBackwards.
// Cost: O(events · steps) and what appending takes.
func (f *Funnel) Add(events []Event, until int64) error {
	if err := f.check(events, until); err != nil {
		return err
	}
	depth, dead := f.walk(events)
	if depth < 0 {
		return nil
	}
	a := &f.levels[depth]
	g := f.group(events[a.first].Group)
	for k := range depth {
		g[k].done = append(g[k].done, a.at[k+1]-a.at[k])
	}
	last := len(f.cfg.Steps) - 1
	switch {
	case depth == last:
		g[last].done = append(g[last].done, a.at[last]-a.at[0])
	case dead || until >= a.deadline:
		g[depth].dropped++
		g[last].dropped++
	default:
		g[depth].open = append(g[depth].open, until-a.at[depth])
		g[last].open = append(g[last].open, until-a.at[0])
	}
	return nil
}

func (f *Funnel) group(name string) passes {
	g := f.groups[name]
	if g == nil {
		p := make(passes, len(f.cfg.Steps))
		g = &p
		f.groups[name] = g
	}
	return *g
}

// walk returns how far the attempt that counts came, −1 if there is none, and
// whether another event ended it. The attempt is in f.levels.
func (f *Funnel) walk(events []Event) (depth int, dead bool) {
	for i := range f.levels {
		f.levels[i].live = false
	}
	if f.cfg.Order == Strict {
		return f.walkStrict(events)
	}
	depth = -1
	for i := range events {
		e := &events[i]
		switch e.Step {
		case Other:
		case 0:
			f.begin(&f.levels[0], i, e.At)
			depth = max(depth, 0)
		default:
			from, to := &f.levels[e.Step-1], &f.levels[e.Step]
			if !from.live || e.At >= from.deadline || to.live && to.first >= from.first {
				continue
			}
			*to = *from
			to.at[e.Step] = e.At
			depth = max(depth, e.Step)
			if depth == len(f.levels)-1 {
				return depth, false
			}
		}
	}
	return depth, false
}

func (f *Funnel) walkStrict(events []Event) (depth int, dead bool) {
	depth = -1
	var a attempt
	next := 0 // the step awaited
	for i := range events {
		e := &events[i]
		switch {
		case a.live && e.Step == next && e.At < a.deadline:
			a.at[next] = e.At
			next++
		case e.Step == 0:
			dead = true
			f.begin(&a, i, e.At)
			next = 1
		default:
			dead = true
			a.live = false
		}
		if a.live && next-1 >= depth {
			depth, dead = next-1, false
			f.levels[depth] = a
			if next == len(f.levels) {
				break
			}
		}
	}
	return depth, dead
}

func (f *Funnel) begin(a *attempt, i int, at int64) {
	a.live, a.first, a.deadline = true, i, f.cfg.deadline(at)
	a.at[0] = at
}

func (f *Funnel) check(events []Event, until int64) error {
	before := minMicro
	for i := range events {
		e := &events[i]
		if e.Step < Other || e.Step >= len(f.cfg.Steps) || e.At < before || e.At >= until {
			return f.faults(events, until)
		}
		before = e.At
	}
	if until < minMicro || until > maxMicro {
		return f.faults(events, until)
	}
	return nil
}

func (f *Funnel) faults(events []Event, until int64) error {
	var errs []error
	before := minMicro
	for i, e := range events {
		if e.Step < Other || e.Step >= len(f.cfg.Steps) {
			errs = append(errs, at(fmt.Errorf("%w: %d of %d", ErrStep, e.Step, len(f.cfg.Steps)), i, "step"))
		}
		switch {
		case e.At < minMicro || e.At >= maxMicro:
			errs = append(errs, at(fmt.Errorf("%w: %d", ErrTime, e.At), i, "at"))
			continue
		case e.At < before:
			errs = append(errs, at(fmt.Errorf("%w: %d is before the event ahead of it, %d", ErrBackwards, e.At, before), i, "at"))
		case e.At >= until:
			errs = append(errs, at(fmt.Errorf("%w: %d is not before %d, until when the customer was seen", ErrBackwards, e.At, until), i, "at"))
		}
		before = max(before, e.At)
	}
	if until < minMicro || until > maxMicro {
		errs = append(errs, at(fmt.Errorf("%w: %d", ErrTime, until), "until"))
	}
	return errors.Join(errs...)
}

// Merge adds the customers of o, counted with the same config: else ErrMismatch,
// and f is unchanged. o is not changed and nothing of it is kept.
func (f *Funnel) Merge(o *Funnel) error {
	if !bytes.Equal(f.header, o.header) {
		return fmt.Errorf("migration: %w: %.200s and %.200s", ErrMismatch, f.header, o.header)
	}
	for name, p := range o.groups {
		g := f.group(name)
		for k, v := range *p {
			g[k].done = append(g[k].done, v.done...)
			g[k].open = append(g[k].open, v.open...)
			g[k].dropped += v.dropped
		}
	}
	return nil
}

// Reset forgets all customers and groups; the config stays.
func (f *Funnel) Reset() { clear(f.groups) }
