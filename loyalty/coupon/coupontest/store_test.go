package coupontest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

func TestMemory(t *testing.T) {
	TestStore(t, func(*testing.T) coupon.Store { return new(coupon.Memory) })
}

// planted is a store whose every step can be spoilt.
type planted struct {
	coupon.Memory
	load     func(*coupon.Coupon, *coupon.Receipt)
	counters func(ids []coupon.CounterID) []coupon.CounterID
	counted  func([]coupon.Counter) []coupon.Counter
	commit   func(p *planted, c coupon.Change) error
	code     func(string) string
	deaf     bool // to the context
	kept     map[coupon.Code][]coupon.Use
	given    map[coupon.CounterID]coupon.Counter
}

func (p *planted) ctx(ctx context.Context) context.Context {
	if p.deaf {
		return context.Background()
	}
	return ctx
}

func (p *planted) Load(ctx context.Context, code coupon.Code, key string) (coupon.Coupon, coupon.Receipt, error) {
	if p.code != nil {
		code = coupon.Code(p.code(string(code)))
	}
	c, r, err := p.Memory.Load(p.ctx(ctx), code, key)
	if err == nil && p.load != nil {
		p.load(&c, &r)
	}
	if taken, ok := p.kept[code]; ok {
		c.Taken = taken
	}
	return c, r, err
}

func (p *planted) Counters(ctx context.Context, dst []coupon.Counter, ids []coupon.CounterID) ([]coupon.Counter, error) {
	if p.counters != nil {
		ids = p.counters(ids)
	}
	n := len(dst)
	dst, err := p.Memory.Counters(p.ctx(ctx), dst, ids)
	if err == nil && p.counted != nil {
		dst = append(dst[:n], p.counted(dst[n:])...)
	}
	for i := range dst[n:] {
		if c, ok := p.given[dst[n+i].CounterID]; ok && err == nil {
			dst[n+i] = c
		}
	}
	return dst, err
}

func (p *planted) Commit(ctx context.Context, c coupon.Change) error {
	if p.code != nil {
		c.Code = coupon.Code(p.code(string(c.Code)))
	}
	if p.commit != nil && p.ctx(ctx).Err() == nil {
		return p.commit(p, c)
	}
	return p.Memory.Commit(p.ctx(ctx), c)
}

// spoil changes what is written.
func spoil(change func(*coupon.Change)) *planted {
	return &planted{commit: func(p *planted, c coupon.Change) error {
		c.Counters = slices.Clone(c.Counters)
		for i := range c.Counters {
			c.Counters[i].To.Held = slices.Clone(c.Counters[i].To.Held)
		}
		c.To.Taken = slices.Clone(c.To.Taken)
		change(&c)
		return p.Memory.Commit(ctx, c)
	}}
}

// wins has what is there already give way: the versions of the change are taken for
// those in the store.
func wins(coupons bool, counters func(i int) bool) *planted {
	return &planted{commit: func(p *planted, c coupon.Change) error {
		if old, _, _ := p.Memory.Load(ctx, c.Code, ""); coupons && c.From > 0 {
			c.From = old.Version
		}
		c.Counters = slices.Clone(c.Counters)
		for i := range c.Counters {
			if old, _ := p.Memory.Counters(ctx, nil, []coupon.CounterID{c.Counters[i].To.CounterID}); c.Counters[i].From > 0 && counters(i) {
				c.Counters[i].From = old[0].Version
			}
		}
		return p.Memory.Commit(ctx, c)
	}}
}

func never(int) bool { return false }

// defects are stores that break the contract, and the case that must find each.
var defects = []struct {
	name, found string
	store       func() coupon.Store
}{
	{"a fresh coupon has a code", "fresh", one(&planted{load: func(c *coupon.Coupon, _ *coupon.Receipt) {
		if c.Version == 0 {
			c.Code = "none"
		}
	}})},
	{"counters that are not there are left out", "fresh", one(&planted{counted: func(list []coupon.Counter) []coupon.Counter {
		return slices.DeleteFunc(list, func(c coupon.Counter) bool { return c.Version == 0 })
	}})},
	{"the first coupon stays", "saved", one(&planted{commit: func(p *planted, c coupon.Change) error {
		if old, _, _ := p.Memory.Load(ctx, c.Code, ""); old.Version > 0 {
			version := c.To.Version
			c.To = old
			c.To.Version = version
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"only the last receipt is kept", "saved", one(&planted{load: func(c *coupon.Coupon, r *coupon.Receipt) {
		if c.Version == 2 && r.Key == "k1" {
			*r = coupon.Receipt{}
		}
	}})},
	{"receipts are found with their coupon alone", "saved", one(&planted{load: func(c *coupon.Coupon, r *coupon.Receipt) {
		if c.Version == 0 {
			*r = coupon.Receipt{}
		}
	}})},
	{"uses once taken stay", "saved", one(spoil(func(c *coupon.Change) {
		if len(c.To.Taken) == 0 {
			c.To.Taken = made(c.Code, 1).Taken
		}
	}))},
	{"no customer is a customer without a name", "saved", one(spoil(func(c *coupon.Change) {
		if c.To.Customer == "" {
			c.To.Customer = "NULL"
		}
	}))},
	{"counters come in an order of their own", "counters", one(&planted{counters: func(ids []coupon.CounterID) []coupon.CounterID {
		ids = slices.Clone(ids)
		slices.SortFunc(ids, func(a, b coupon.CounterID) int { return strings.Compare(a.Customer, b.Customer) })
		return ids
	}})},
	{"only the first counter is written", "counters", one(spoil(func(c *coupon.Change) { c.Counters = c.Counters[:min(1, len(c.Counters))] }))},
	{"deadlines are lost", "counters", one(spoil(func(c *coupon.Change) {
		for i := range c.Counters {
			c.Counters[i].To.Held = nil
		}
	}))},
	{"numbers are floats", "bits", one(spoil(func(c *coupon.Change) { c.To.Lapsed = int64(float64(c.To.Lapsed)) }))},
	{"the left of a receipt has 32 bits", "bits", one(spoil(func(c *coupon.Change) { c.Receipt.Left = int64(int32(c.Receipt.Left)) }))},
	{"the intent is half as long", "bits", one(spoil(func(c *coupon.Change) { clear(c.Receipt.Intent[8:]) }))},
	{"a counter is a float", "bits", one(spoil(func(c *coupon.Change) {
		for i := range c.Counters {
			for k := range c.Counters[i].To.Held {
				c.Counters[i].To.Held[k].N = int64(float64(c.Counters[i].To.Held[k].N))
			}
		}
	}))},
	{"codes ignore case", "ids", one(&planted{code: strings.ToLower})},
	{"codes ignore trailing spaces", "ids", one(&planted{code: func(s string) string { return strings.TrimRight(s, " ") }})},
	{"customers ignore case", "ids", one(&planted{
		counters: func(ids []coupon.CounterID) []coupon.CounterID {
			ids = slices.Clone(ids)
			for i := range ids {
				ids[i].Customer = strings.ToLower(ids[i].Customer)
			}
			return ids
		},
		commit: func(p *planted, c coupon.Change) error {
			c.Counters = slices.Clone(c.Counters)
			for i := range c.Counters {
				c.Counters[i].To.Customer = strings.ToLower(c.Counters[i].To.Customer)
			}
			return p.Memory.Commit(ctx, c)
		},
	})},
	{"definitions ignore case", "ids", one(&planted{
		counters: func(ids []coupon.CounterID) []coupon.CounterID {
			ids = slices.Clone(ids)
			for i := range ids {
				ids[i].Definition = strings.ToLower(ids[i].Definition)
			}
			return ids
		},
		commit: func(p *planted, c coupon.Change) error {
			c.Counters = slices.Clone(c.Counters)
			for i := range c.Counters {
				c.Counters[i].To.Definition = strings.ToLower(c.Counters[i].To.Definition)
			}
			return p.Memory.Commit(ctx, c)
		},
	})},
	{"the first write of a coupon always wins", "first write", one(&planted{commit: func(p *planted, c coupon.Change) error {
		if old, _, _ := p.Memory.Load(ctx, c.Code, ""); c.From == 0 {
			c.From = old.Version
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"the first write of a counter always wins", "first write", one(&planted{commit: func(p *planted, c coupon.Change) error {
		c.Counters = slices.Clone(c.Counters)
		for i := range c.Counters {
			if old, _ := p.Memory.Counters(ctx, nil, []coupon.CounterID{c.Counters[i].To.CounterID}); c.Counters[i].From == 0 {
				c.Counters[i].From = old[0].Version
			}
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"the last write of a coupon wins", "stale", one(wins(true, never))},
	{"the versions of counters do not matter", "stale counter", one(wins(false, func(int) bool { return true }))},
	{"only the first counter's version matters", "second counter", one(wins(false, func(i int) bool { return i > 0 }))},
	{"counters are written before the coupon conflicts", "stale", one(&planted{commit: func(p *planted, c coupon.Change) error {
		err := p.Memory.Commit(ctx, c)
		if err != nil {
			p.torn(c)
		}
		return err
	}})},
	{"a coupon of a version to come is taken", "ahead", one(&planted{commit: func(p *planted, c coupon.Change) error {
		if old, _, _ := p.Memory.Load(ctx, c.Code, ""); c.From > old.Version {
			c.From = old.Version
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"keys are unique by coupon alone", "key taken", one(&planted{commit: func(p *planted, c coupon.Change) error {
		if _, r, _ := p.Memory.Load(ctx, "", c.Receipt.Key); !r.IsZero() && r.Code != c.Code {
			c.Receipt.Key += " of " + string(c.Code)
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"keys are not unique", "key taken", one(&planted{commit: func(p *planted, c coupon.Change) error {
		if _, r, _ := p.Memory.Load(ctx, "", c.Receipt.Key); !r.IsZero() {
			c.Receipt.Key += "'"
		}
		return p.Memory.Commit(ctx, c)
	}})},
	{"the caller's uses are kept", "own slices", one(&planted{kept: map[coupon.Code][]coupon.Use{}, commit: func(p *planted, c coupon.Change) error {
		err := p.Memory.Commit(ctx, c)
		if err == nil {
			p.kept[c.Code] = c.To.Taken
		}
		return err
	}})},
	{"the store's own deadlines are given away", "own slices", one(&planted{given: map[coupon.CounterID]coupon.Counter{}, commit: func(p *planted, c coupon.Change) error {
		err := p.Memory.Commit(ctx, c)
		for _, n := range c.Counters {
			if err == nil {
				n.To.Held = slices.Clone(n.To.Held)
				p.given[n.To.CounterID] = n.To
			}
		}
		return err
	}})},
	{"the context is not looked at", "cancelled", one(&planted{deaf: true})},
	{"two writers both win", "race", func() coupon.Store { return &slow{} }},
	{"two writers of one counter both win", "counter race", func() coupon.Store { return &slow{counters: true} }},
	{"the receipt is read before the coupon", "limit", func() coupon.Store { return new(early) }},
}

// one makes a store anew for each case: a defect keeps state.
func one(p *planted) func() coupon.Store {
	return func() coupon.Store {
		q := &planted{load: p.load, counters: p.counters, counted: p.counted, commit: p.commit, code: p.code, deaf: p.deaf}
		if p.kept != nil {
			q.kept = make(map[coupon.Code][]coupon.Use)
		}
		if p.given != nil {
			q.given = make(map[coupon.CounterID]coupon.Counter)
		}
		return q
	}
}

// torn writes counters that are of the right version, and nothing else.
func (p *planted) torn(c coupon.Change) {
	_ = p.Memory.Commit(ctx, coupon.Change{Code: "torn", To: coupon.Coupon{}, Counters: c.Counters, Receipt: coupon.Receipt{Key: "torn"}})
}

// slow checks the versions, and writes a moment later without looking again.
type slow struct {
	coupon.Memory
	counters bool
}

func (s *slow) Commit(ctx context.Context, c coupon.Change) error {
	old, r, err := s.Memory.Load(ctx, c.Code, c.Receipt.Key)
	if err != nil {
		return err
	}
	if old.Version != c.From || !r.IsZero() {
		return coupon.ErrConflict
	}
	list := make([]coupon.CounterID, len(c.Counters))
	for i := range c.Counters {
		list[i] = c.Counters[i].To.CounterID
	}
	before, err := s.Memory.Counters(ctx, nil, list)
	if err != nil {
		return err
	}
	for i := range before {
		if before[i].Version != c.Counters[i].From {
			return coupon.ErrConflict
		}
	}
	pause()
	for {
		if !s.counters {
			now, _, _ := s.Memory.Load(ctx, c.Code, "")
			c.From = now.Version
		}
		now, _ := s.Memory.Counters(ctx, nil, list)
		c.Counters = slices.Clone(c.Counters)
		for i := range now {
			c.Counters[i].From = now[i].Version
		}
		if s.Memory.Commit(ctx, c) == nil {
			return nil
		}
		if s.counters {
			if now, r, _ := s.Memory.Load(ctx, c.Code, c.Receipt.Key); now.Version != c.From || !r.IsZero() {
				return coupon.ErrConflict
			}
		}
	}
}

// early reads the receipt, and the coupon a moment later.
type early struct{ coupon.Memory }

func (e *early) Load(ctx context.Context, code coupon.Code, key string) (coupon.Coupon, coupon.Receipt, error) {
	_, r, err := e.Memory.Load(ctx, code, key)
	if err != nil {
		return coupon.Coupon{}, coupon.Receipt{}, err
	}
	pause()
	c, _, err := e.Memory.Load(ctx, code, key)
	return c, r, err
}

// Every defect is found by its case, and by none before it.
func TestDefects(t *testing.T) {
	byCase := make(map[string]bool)
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			byCase[d.found] = true
			for _, c := range cases {
				if err := c.run(d.store()); err != nil {
					if c.name != d.found {
						t.Errorf("found by %q, want %q: %v", c.name, d.found, err)
					}
					return
				} else if c.name == d.found {
					t.Errorf("not found by %q", c.name)
					return
				}
			}
		})
	}
	for _, c := range cases {
		if !byCase[c.name] {
			t.Errorf("no defect is planted for %q", c.name)
		}
	}
}

// pause lets other goroutines come in between.
func pause() { time.Sleep(200 * time.Microsecond) }
