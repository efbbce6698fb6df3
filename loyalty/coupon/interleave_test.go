package coupon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// model is a small world in which processes take turns: every process carries its
// commands out by load, decide and commit, and any other may come between the load and
// the commit. All orders of turns are tried.
type model struct {
	t       *testing.T
	c       *Catalogue
	scripts [][]Command
	blind   bool // planted defect: commits do not look at the versions of counters
	limit   int64
	perHead int64
	issued  int64
	late    time.Duration // what the clock gains when it jumps, at any one turn; 0: it stands

	met       map[string]int // moments gone through, and how many orders of turns lead on from them
	violation string
}

// world of one moment: plain values, copied for every branch.
type moment struct {
	coupons  map[Code]Coupon
	counters map[CounterID]Counter
	receipts map[string]Receipt
	procs    []proc
	now      time.Time
	jumped   bool
}

type proc struct {
	next   int // command
	loaded bool
	state  State
	tries  int
}

func (m moment) clone() moment {
	m.coupons, m.counters, m.receipts = maps.Clone(m.coupons), maps.Clone(m.counters), maps.Clone(m.receipts)
	m.procs = append([]proc(nil), m.procs...)
	return m
}

// explore goes through all that may follow, and returns how many orders of turns do. A
// moment that was met before is not gone through again.
func (m *model) explore(at moment) (orders int) {
	key := at.text()
	if n, ok := m.met[key]; ok || m.violation != "" {
		return n
	}
	idle := true
	for i := range at.procs {
		if at.procs[i].next == len(m.scripts[i]) {
			continue
		}
		idle = false
		next := at.clone()
		m.turn(&next, i)
		m.check(next)
		orders += m.explore(next)
	}
	if idle {
		orders = 1
	} else if m.late > 0 && !at.jumped {
		next := at.clone()
		next.now, next.jumped = next.now.Add(m.late), true
		m.check(next)
		orders += m.explore(next)
	}
	m.met[key] = orders
	return orders
}

// text is all there is to a moment.
func (m moment) text() string {
	var b strings.Builder
	for _, id := range slices.SortedFunc(maps.Keys(m.counters), func(a, b CounterID) int { return strings.Compare(a.Customer, b.Customer) }) {
		fmt.Fprintf(&b, "%+v", m.counters[id])
	}
	fmt.Fprintf(&b, "%+v %+v %d %v", m.coupons, slices.Sorted(maps.Keys(m.receipts)), m.now.UnixMicro(), m.jumped)
	for _, p := range m.procs {
		if fmt.Fprintf(&b, "|%d %v %d", p.next, p.loaded, p.tries); p.loaded {
			fmt.Fprintf(&b, "%+v", p.state)
		}
	}
	return b.String()
}

// turn is one step of a process: a load, or a decision and its commit.
func (m *model) turn(at *moment, i int) {
	p := &at.procs[i]
	cmd := m.scripts[i][p.next]
	if !p.loaded {
		p.state = State{Coupon: at.coupons[cmd.Code], Receipt: at.receipts[cmd.Key]}
		for _, id := range m.c.AppendNeed(nil, p.state.Coupon, cmd) {
			c := at.counters[id]
			c.CounterID = id
			p.state.Counters = append(p.state.Counters, c)
		}
		p.loaded = true
		return
	}
	p.loaded = false
	d, err := m.c.Decide(p.state, cmd, at.now)
	if err != nil || d.Repeated {
		p.next, p.tries = p.next+1, 0
		return
	}
	conflict := at.coupons[cmd.Code].Version != d.Change.From
	if _, taken := at.receipts[cmd.Key]; taken {
		conflict = true
	}
	for _, c := range d.Change.Counters {
		if at.counters[c.To.CounterID].Version != c.From && !m.blind {
			conflict = true
		}
	}
	if conflict {
		if p.tries++; p.tries == 3 {
			p.next, p.tries = p.next+1, 0
		}
		return
	}
	at.coupons[cmd.Code], at.receipts[cmd.Key] = d.Change.To, d.Receipt
	for _, c := range d.Change.Counters {
		at.counters[c.To.CounterID] = c.To
	}
	p.next, p.tries = p.next+1, 0
}

// check counts anew.
func (m *model) check(at moment) {
	now, _ := InstantOf(at.now)
	var all Tally
	taken, reserved := make(map[string]int64), make(map[string]int64)
	for _, c := range at.coupons {
		n := c.TallyAt(now)
		if n.Open < 0 || n.Expired < 0 || n.Void < 0 || n.Issued != n.Open+n.Reserved+n.Redeemed+n.Expired+n.Void {
			m.violation = fmt.Sprintf("%+v", n)
		}
		all.Add(n)
		for _, u := range c.Taken {
			if u.holds(now) {
				reserved[u.Customer]++
			}
			if u.holds(now) || u.redeemed() {
				taken[u.Customer]++
			}
		}
	}
	if all.Reserved+all.Redeemed > m.limit {
		m.violation = fmt.Sprintf("%d reserved and %d redeemed, at most %d", all.Reserved, all.Redeemed, m.limit)
	}
	if n := int64(len(at.coupons)); m.issued > 0 && (n > m.issued || at.counters[CounterID{Definition: "x"}].Issued != n) {
		m.violation = fmt.Sprintf("%d issued, at most %d", n, m.issued)
	}
	for who, n := range taken {
		if n > m.perHead {
			m.violation = fmt.Sprintf("%q has %d, at most %d", who, n, m.perHead)
		}
	}
	for id, c := range at.counters {
		wantHeld, wantRedeemed := all.Reserved, all.Redeemed
		if id.Customer != "" {
			wantHeld, wantRedeemed = reserved[id.Customer], taken[id.Customer]-reserved[id.Customer]
		}
		if c.ReservedAt(now) != wantHeld || c.Redeemed != wantRedeemed {
			m.violation = fmt.Sprintf("counter %q: %d reserved, %d redeemed; are %d and %d", id, c.ReservedAt(now), c.Redeemed, wantHeld, wantRedeemed)
		}
	}
}

func (m *model) start() moment {
	w := newWorld(m.t, m.definition())
	m.c = w.c
	for i, script := range m.scripts {
		for _, cmd := range script {
			if _, ok := w.coupons[cmd.Code]; !ok && m.issued == 0 {
				w.ok(Command{Action: Issue, Code: cmd.Code, Definition: "x"}, noon)
			}
		}
		for k := range script {
			script[k].Key = fmt.Sprint(i, "/", k)
		}
	}
	clear(w.receipts)
	m.met = make(map[string]int)
	return moment{coupons: w.coupons, counters: w.counters, receipts: w.receipts, procs: make([]proc, len(m.scripts)), now: noon}
}

func (m *model) definition() Definition {
	d := off("x", "5")
	d.Uses = 2
	d.Limits = Limits{Issued: m.issued, Redeemed: m.limit, RedeemedPerCustomer: m.perHead}
	return d
}

// script is "reserve A o1 li, redeem A o1".
func script(s string) (list []Command) {
	for one := range strings.SplitSeq(s, ", ") {
		f := append(strings.Fields(one), "", "")
		cmd := Command{Action: Action(f[0]), Code: Code(f[1]), Order: f[2], Customer: f[3]}
		if cmd.Action == Issue {
			cmd.Definition, cmd.Customer, cmd.Order = "x", f[2], ""
		}
		list = append(list, cmd)
	}
	return list
}

func TestLimitsUnderEveryInterleaving(t *testing.T) {
	scripts := []struct {
		name    string
		limit   int64
		perHead int64
		late    time.Duration
		procs   []string
	}{
		{"one left for three", 1, 9, 0, []string{"use A 1 li", "use B 2 wang", "use C 3 zhao"}},
		{"reserve and redeem", 1, 9, 0, []string{"reserve A 1 li, redeem A 1", "reserve B 2 wang, redeem B 2", "use C 3 zhao"}},
		{"a release lets another in", 1, 9, 0, []string{"reserve A 1 li, release A 1", "use B 2 wang", "reserve C 3 zhao"}},
		{"a return lets another in", 1, 9, 0, []string{"use A 1 li, return A 1", "use B 2 wang", "reserve C 3 zhao"}},
		{"one customer in three tabs", 9, 1, 0, []string{"reserve A 1 li, redeem A 1", "use B 2 li", "reserve C 3 li"}},
		{"both limits", 2, 1, 0, []string{"use A 1 li", "use A 2 li", "reserve A 3 wang", "use B 4 zhao"}},
		{"issued", 1, 9, 0, []string{"issue A li, use A 1", "issue B wang, use B 2", "issue C zhao"}},
		{"two uses of one coupon", 9, 9, 0, []string{"reserve A 1 li, redeem A 1", "use A 2 wang", "use A 3 zhao"}},
		{"reservations run out in between", 1, 9, 20 * time.Minute, []string{"reserve A 1 li, redeem A 1", "use B 2 wang", "reserve C 3 zhao"}},
		{"cancelled in between", 1, 9, 20 * time.Minute, []string{"reserve A 1 li, redeem A 1", "cancel A", "use A 3 wang"}},
	}
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			m := &model{t: t, limit: s.limit, perHead: s.perHead, late: s.late}
			if s.name == "issued" {
				m.issued = 2
			}
			for _, p := range s.procs {
				m.scripts = append(m.scripts, script(p))
			}
			n := m.explore(m.start())
			if m.violation != "" {
				t.Error(m.violation)
			}
			t.Logf("%d interleavings, %d moments", n, len(m.met))
		})
	}
	t.Run("planted: counters without versions", func(t *testing.T) {
		m := &model{t: t, limit: 1, perHead: 9, blind: true, scripts: [][]Command{script("use A 1 li"), script("use B 2 wang")}}
		m.explore(m.start())
		if m.violation == "" {
			t.Error("the model does not find it")
		}
	})
}

// unsure fails after the commit was written, and before, in turns.
type unsure struct {
	Memory
	n int
}

func (u *unsure) Commit(ctx context.Context, c Change) error {
	if u.n++; u.n%3 == 1 {
		return fmt.Errorf("connection lost: %w", ErrUnknownOutcome)
	}
	if err := u.Memory.Commit(ctx, c); err != nil || u.n%3 == 2 {
		return err
	}
	return ErrUnknownOutcome
}

func TestServiceUnknownOutcome(t *testing.T) {
	d := off("x", "5")
	d.Uses, d.Limits.Redeemed = 1000, 100
	store := new(unsure)
	s := Service{Catalogue: mustCatalogue(t, d), Store: store}
	ctx := context.Background()
	if _, err := s.Do(ctx, Command{Key: "i", Action: Issue, Code: "A", Definition: "x"}, noon); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if _, err := s.Do(ctx, Command{Key: fmt.Sprint(i), Action: UseNow, Code: "A", Order: fmt.Sprint(i)}, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Do(ctx, Command{Key: "more", Action: UseNow, Code: "A", Order: "more"}, noon); !errors.Is(err, ErrRedeemLimit) {
		t.Error(err)
	}
	if n := store.counters[CounterID{Definition: "x"}].Redeemed; n != 100 {
		t.Error(n)
	}
}

// broken is a store that answers what it is told to.
type broken struct {
	Memory
	load, counters, commit error
	loads                  int
}

func (b *broken) Load(ctx context.Context, code Code, key string) (Coupon, Receipt, error) {
	if b.loads++; b.load != nil && b.loads > 1 {
		return Coupon{}, Receipt{}, b.load
	}
	return b.Memory.Load(ctx, code, key)
}

func (b *broken) Counters(ctx context.Context, dst []Counter, ids []CounterID) ([]Counter, error) {
	if b.counters != nil {
		return dst, b.counters
	}
	return b.Memory.Counters(ctx, dst, ids)
}

func (b *broken) Commit(ctx context.Context, c Change) error {
	if b.commit != nil {
		return b.commit
	}
	return b.Memory.Commit(ctx, c)
}

func TestServiceErrors(t *testing.T) {
	d := off("x", "5")
	d.Limits.Issued = 100
	c, ctx, disk := mustCatalogue(t, d), context.Background(), errors.New("disk full")
	cmd := Command{Key: "i", Action: Issue, Code: "A", Definition: "x"}
	for i, tt := range []struct {
		store *broken
		want  []error
	}{
		{&broken{commit: disk}, []error{disk}},
		{&broken{counters: disk}, []error{disk}},
		{&broken{loads: 1, load: disk}, []error{disk}},
		{&broken{commit: ErrConflict}, []error{ErrConflict}},
		{&broken{commit: ErrUnknownOutcome}, []error{ErrUnknownOutcome}},
		{&broken{commit: ErrUnknownOutcome, load: disk}, []error{ErrUnknownOutcome, disk}},
	} {
		waits := 0
		s := Service{Catalogue: c, Store: tt.store, Attempts: 3, Wait: func(_ context.Context, n int) error {
			if waits++; n != waits+1 {
				t.Error(n, waits)
			}
			return nil
		}}
		r, err := s.Do(ctx, cmd, noon)
		for _, want := range tt.want {
			if !errors.Is(err, want) || !r.IsZero() {
				t.Errorf("%d: %v, want %v", i, err, want)
			}
		}
	}
	s := Service{Catalogue: c, Store: &broken{commit: ErrConflict}, Wait: func(context.Context, int) error { return context.Canceled }}
	if _, err := s.Do(ctx, cmd, noon); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Do(ctx, Command{}, noon); !errors.Is(err, ErrName) {
		t.Error(err)
	}
}
