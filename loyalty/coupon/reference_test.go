package coupon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

// refUse is one use of a coupon in the reference: each is an object of its own.
type refUse struct {
	state    string // open, reserved, redeemed, lapsed
	order    string
	customer string
	until    time.Time
}

type refCoupon struct {
	customer        string
	begins, expires time.Time // expires zero: never
	void            bool
	uses            []*refUse
	gone            map[string]string // orders whose reservation ran out, and whose they were
}

// reference is the life of coupons in the slow and obvious way: nothing is stored but
// uses, limits are counted anew every time.
type reference struct {
	d       Definition
	coupons map[Code]*refCoupon
	issued  map[string]int64
}

// sweep does at once what time has done.
func (r *reference) sweep(now time.Time) {
	for _, c := range r.all() {
		for _, u := range c.uses {
			if u.state == "reserved" && !now.Before(u.until) {
				c.gone[u.order] = u.customer
				*u = refUse{state: "open"}
			}
		}
	}
}

// all are the coupons, in an order that is always the same.
func (r *reference) all() (list []*refCoupon) {
	for _, code := range slices.Sorted(maps.Keys(r.coupons)) {
		list = append(list, r.coupons[code])
	}
	return list
}

func (c *refCoupon) over(now time.Time) bool { return !c.expires.IsZero() && !now.Before(c.expires) }

func (c *refCoupon) of(order string) *refUse {
	for _, u := range c.uses {
		if u.order == order && u.order != "" {
			return u
		}
	}
	return nil
}

func (c *refCoupon) any(state string) *refUse {
	for _, u := range c.uses {
		if u.state == state {
			return u
		}
	}
	return nil
}

func (r *reference) taken(customer string, all bool) (n int64) {
	for _, c := range r.all() {
		for _, u := range c.uses {
			if (u.state == "reserved" || u.state == "redeemed") && (all || u.customer == customer) {
				n++
			}
		}
	}
	return n
}

func (r *reference) do(cmd Command, now time.Time) error {
	r.sweep(now)
	c, l := r.coupons[cmd.Code], r.d.Limits
	if cmd.Action == Issue {
		total := int64(0)
		for _, n := range r.issued {
			total += n
		}
		begins, expires := now, time.Time{}
		if r.d.Window.From.After(now) {
			begins = r.d.Window.From
		}
		if v := r.d.Window.Validity; !v.IsZero() {
			expires = begins.AddDate(0, 0, v.Days).Add(v.Time)
		}
		if to := r.d.Window.To; !to.IsZero() && (expires.IsZero() || to.Before(expires)) {
			expires = to
		}
		switch {
		case c != nil:
			return ErrExists
		case cmd.Customer == "" && l.IssuedPerCustomer > 0:
			return ErrNoCustomer
		case !expires.IsZero() && !begins.Before(expires):
			return ErrExpired
		case l.Issued > 0 && total >= l.Issued:
			return ErrIssueLimit
		case l.IssuedPerCustomer > 0 && r.issued[cmd.Customer] >= l.IssuedPerCustomer:
			return ErrIssueCustomerLimit
		}
		c = &refCoupon{customer: cmd.Customer, begins: begins, expires: expires, gone: make(map[string]string)}
		for range max(r.d.Uses, 1) {
			c.uses = append(c.uses, &refUse{state: "open"})
		}
		r.coupons[cmd.Code], r.issued[cmd.Customer] = c, r.issued[cmd.Customer]+1
		return nil
	}
	if c == nil {
		return ErrNotIssued
	}
	u := c.of(cmd.Order)
	stranger := u != nil && cmd.Customer != "" && cmd.Customer != u.customer
	switch cmd.Action {
	case Reserve, UseNow:
		who := cmd.Customer
		if who == "" {
			who = c.customer
		}
		free := c.any("open")
		switch {
		case c.customer != "" && cmd.Customer != "" && c.customer != cmd.Customer:
			return ErrOtherCustomer
		case u != nil && u.state == "redeemed":
			return ErrRedeemed
		case u != nil:
			return ErrReserved
		case c.void:
			return ErrVoid
		case c.over(now):
			return ErrExpired
		case now.Before(c.begins):
			return ErrNotBegun
		case free == nil && c.any("reserved") != nil:
			return ErrAllReserved
		case free == nil:
			return ErrUsedUp
		case l.RedeemedPerCustomer > 0 && who == "":
			return ErrNoCustomer
		case l.Redeemed > 0 && r.taken("", true) >= l.Redeemed:
			return ErrRedeemLimit
		case l.RedeemedPerCustomer > 0 && r.taken(who, false) >= l.RedeemedPerCustomer:
			return ErrRedeemCustomerLimit
		}
		delete(c.gone, cmd.Order)
		if *free = (refUse{"redeemed", cmd.Order, who, time.Time{}}); cmd.Action == Reserve {
			free.state, free.until = "reserved", now.Add(15*time.Minute)
			if r.d.HoldEnds == AtExpiry && !c.expires.IsZero() && c.expires.Before(free.until) {
				free.until = c.expires
			}
		}
	case Redeem, Release:
		late, gone := c.gone[cmd.Order]
		switch {
		case u == nil && gone && cmd.Customer != "" && cmd.Customer != late:
			return ErrOtherCustomer
		case u == nil && gone:
			return ErrRunOut
		case u == nil:
			return ErrNotReserved
		case stranger:
			return ErrOtherCustomer
		case u.state == "redeemed":
			return ErrRedeemed
		}
		if u.state = "redeemed"; cmd.Action == Release {
			*u = refUse{state: "open"}
		}
	case Return:
		switch {
		case u == nil || u.state != "redeemed":
			return ErrNotRedeemed
		case stranger:
			return ErrOtherCustomer
		case r.d.Returns.Policy == Keep:
			return ErrNoReturn
		}
		if g := r.d.Returns.Grace; !g.IsZero() && !c.expires.IsZero() && !c.void {
			if end := now.AddDate(0, 0, g.Days); end.After(c.expires) {
				if c.over(now) {
					c.lapse()
				}
				c.expires = end
			}
		}
		*u = refUse{state: "open"}
	case Cancel:
		switch {
		case cmd.Customer != "" && c.customer != "" && cmd.Customer != c.customer:
			return ErrOtherCustomer
		case c.void:
			return ErrVoid
		case c.over(now):
			if c.any("reserved") == nil && c.any("redeemed") == nil {
				return ErrExpired
			}
			c.lapse()
		}
		c.void = true
	}
	return nil
}

func (c *refCoupon) lapse() {
	for _, u := range c.uses {
		if u.state == "open" {
			u.state = "lapsed"
		}
	}
}

func (c *refCoupon) tally(now time.Time) (n Tally) {
	for _, u := range c.uses {
		n.Issued++
		switch {
		case u.state == "redeemed":
			n.Redeemed++
		case u.state == "reserved":
			n.Reserved++
		case u.state == "lapsed":
			n.Expired++
		case c.void:
			n.Void++
		case c.over(now):
			n.Expired++
		default:
			n.Open++
		}
	}
	return n
}

// simulate plays commands that next chooses against the reference.
func simulate(t testing.TB, next func(n int) int, steps int) {
	span := func(d time.Duration) guanxi.Span { return guanxi.Span{Time: d} }
	d := off("x", "5")
	d.Uses = next(4)
	d.Limits = Limits{int64(next(5)), int64(next(4)), int64(next(6)), int64(next(4))}
	d.Window.Validity = []guanxi.Span{{}, span(time.Hour), {Days: 1}}[next(3)]
	if next(3) == 0 {
		d.Window.From = noon.Add(20 * time.Minute)
	}
	if next(3) == 0 {
		d.Window.To = noon.Add(3 * time.Hour)
	}
	d.HoldEnds = []HoldEnds{"", AtDeadline, AtExpiry}[next(3)]
	d.Returns = []Returns{{}, {Policy: Keep}, {Grace: guanxi.Span{Days: 1}}}[next(3)]
	w := newWorld(t, d)
	ref := &reference{d, make(map[Code]*refCoupon), make(map[string]int64)}
	type done struct {
		cmd     Command
		receipt Receipt
	}
	var history []done
	now := noon
	for step := range steps {
		now = now.Add([]time.Duration{0, time.Second, time.Minute, 7 * time.Minute, 15 * time.Minute, 2 * time.Hour}[next(6)])
		if len(history) > 0 && next(8) == 0 { // the same again
			old := history[next(len(history))]
			if r, err := w.do(old.cmd, now); err != nil || r != old.receipt {
				t.Fatalf("step %d: again %s: %v, %v", step, text(old.cmd), text(r), err)
			}
			old.cmd.Code += "z"
			if _, err := w.do(old.cmd, now); !errors.Is(err, ErrKeyReused) {
				t.Fatalf("step %d: another command under %s: %v", step, old.cmd.Key, err)
			}
			continue
		}
		cmd := Command{Key: fmt.Sprint(step), Code: []Code{"A", "B", "C"}[next(3)], Customer: []string{"", "li", "wang"}[next(3)]}
		cmd.Action = []Action{Issue, Reserve, Reserve, Redeem, Redeem, UseNow, Release, Return, Cancel}[next(9)]
		if cmd.Action == Cancel && next(3) > 0 {
			cmd.Action = Redeem
		}
		switch cmd.Action {
		case Issue:
			cmd.Definition = "x"
		case Cancel:
		default:
			cmd.Order = []string{"o1", "o2", "o3", "o4"}[next(4)]
		}
		before := text(w.coupons) + text(w.receipts)
		want := ref.do(cmd, now)
		r, err := w.do(cmd, now)
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Fatalf("step %d: %s at %v: %v, want %v\n%s\n%s", step, text(cmd), now, err, want, text(d), text(w.coupons))
		}
		if err == nil {
			history = append(history, done{cmd, r})
		} else if text(w.coupons)+text(w.receipts) != before {
			t.Fatalf("step %d: changed by an error", step)
		}
		at, _ := InstantOf(now)
		var all Tally
		for code, c := range ref.coupons {
			got, want := w.coupons[code].TallyAt(at), c.tally(now)
			if got != want || got.Issued != got.Open+got.Reserved+got.Redeemed+got.Expired+got.Void {
				t.Fatalf("step %d: %s %s: %+v, want %+v\n%s", step, text(cmd), code, got, want, text(w.coupons[code]))
			}
			all.Add(got)
		}
		for id, c := range w.counters {
			if d.Limits.Redeemed > 0 && id.Customer == "" && (c.Redeemed != all.Redeemed || c.ReservedAt(at) != all.Reserved) {
				t.Fatalf("step %d: %s, want %+v", step, text(c), all)
			}
			if d.Limits.RedeemedPerCustomer > 0 && id.Customer != "" && c.Redeemed+c.ReservedAt(at) != ref.taken(id.Customer, false) {
				t.Fatalf("step %d: %s, want %d", step, text(c), ref.taken(id.Customer, false))
			}
		}
	}
}

func TestLifeAgainstReference(t *testing.T) {
	for seed := range uint64(400 * long()) {
		rng := rand.New(rand.NewPCG(seed, 11))
		simulate(t, rng.IntN, 150)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// A sweep more or less changes nothing: the same commands with commands in between that
// are refused, and counts at any time, end alike.
func TestNoSweeper(t *testing.T) {
	d := off("x", "5")
	d.Window.Validity, d.Limits.Redeemed = guanxi.Span{Days: 1}, 3
	play := func(between func(w *world, at time.Time)) map[Code]Coupon {
		w := newWorld(t, d)
		for i, cmd := range []Command{
			issue("A"), order(Reserve, "A", "o1"), issue("B"), order(Reserve, "A", "o2"), order(Redeem, "A", "o2"),
			order(Return, "A", "o2"), order(UseNow, "B", "o3"),
		} {
			at := noon.Add(time.Duration(i) * 16 * time.Minute / 2)
			between(w, at)
			_, _ = w.do(withKey(cmd, fmt.Sprint(i)), at)
		}
		return w.coupons
	}
	a := play(func(*world, time.Time) {})
	b := play(func(w *world, at time.Time) {
		i, _ := InstantOf(at)
		for range 7 {
			_ = w.coupons["A"].TallyAt(i)
			_, _ = w.run(order(Release, "A", "o9"), at)
		}
	})
	if !reflect.DeepEqual(a, b) {
		t.Error(text(a), text(b))
	}
}

func withKey(c Command, key string) Command {
	c.Key = key
	return c
}

// Many goroutines over one store: limits hold, and counters agree with coupons.
func TestLimitsUnderGoroutines(t *testing.T) {
	d := off("x", "5")
	d.Uses = 3
	d.Limits = Limits{Issued: 20, Redeemed: 25, RedeemedPerCustomer: 8}
	store := new(Memory)
	s := &Service{Catalogue: mustCatalogue(t, d), Store: store, Attempts: 10000}
	ctx := context.Background()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(g), 3))
			for i := range 300 {
				key := fmt.Sprint(g, "/", i)
				cmd := Command{Key: key, Code: Code(fmt.Sprint("C", rng.IntN(30))), Order: fmt.Sprint("o", rng.IntN(40)), Customer: fmt.Sprint("c", rng.IntN(5))}
				switch cmd.Action = pick(rng, Issue, Reserve, Reserve, UseNow, Redeem, Redeem, Release, Return); cmd.Action {
				case Issue:
					cmd.Definition, cmd.Order, cmd.Customer = "x", "", ""
				case Redeem, Release, Return:
					cmd.Customer = ""
				}
				r, err := s.Do(ctx, cmd, noon.Add(time.Duration(i)*5*time.Second))
				if errors.Is(err, ErrConflict) || errors.Is(err, ErrState) {
					t.Error(err)
				}
				if again, err2 := s.Do(ctx, cmd, noon); err == nil && (err2 != nil || again != r) {
					t.Errorf("again: %v, %v", again, err2)
				}
			}
		})
	}
	wg.Wait()
	end, _ := InstantOf(noon.Add(300 * 5 * time.Second))
	var all Tally
	perCustomer := make(map[string]int64)
	for _, c := range store.coupons {
		all.Add(c.TallyAt(end))
		for _, u := range c.Taken {
			if u.redeemed() || u.holds(end) {
				perCustomer[u.Customer]++
			}
		}
	}
	total := store.counters[CounterID{Definition: "x"}]
	if len(store.coupons) != 20 || total.Issued != 20 || all.Redeemed+all.Reserved > 25 || total.Redeemed != all.Redeemed || total.ReservedAt(end) != all.Reserved {
		t.Errorf("%d coupons, %+v, counter %+v", len(store.coupons), all, total)
	}
	for who, n := range perCustomer {
		if c := store.counters[CounterID{"x", who}]; n > 8 || c.Redeemed+c.ReservedAt(end) != n {
			t.Errorf("%s: %d, counter %+v", who, n, c)
		}
	}
	t.Logf("%+v", all)
}
