package simulate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/shopspring/decimal"
)

// ticket is the reference of a coupon.
type ticket struct {
	def             int
	customer        string
	begins, expires int64 // 0: for ever
	updated         int64
	void            bool
	lapsed          int64 // uses that had expired when it was cancelled
	taken           []taking
}

// taking is a use that an order has reserved (until) or redeemed (0).
type taking struct {
	order, customer string
	until           int64
}

// tickets is the reference of all coupons: every limit is counted by looking at all of them.
type tickets struct {
	defs    []coupon.Definition
	byCode  map[coupon.Code]*ticket
	touched map[coupon.CounterID]int64 // when a counter last moved
}

func (r *tickets) clone() *tickets {
	c := &tickets{defs: r.defs, byCode: map[coupon.Code]*ticket{}, touched: map[coupon.CounterID]int64{}}
	for k, t := range r.byCode {
		x := *t
		x.taken = slices.Clone(t.taken)
		c.byCode[k] = &x
	}
	maps.Copy(c.touched, r.touched)
	return c
}

// used counts uses of a definition that are redeemed, or reserved at an instant.
func (r *tickets) used(def int, customer string, at int64) (n int64) {
	for _, t := range r.byCode {
		for _, u := range t.taken {
			if t.def == def && (customer == "" || u.customer == customer) && (u.until == 0 || u.until > at) {
				n++
			}
		}
	}
	return n
}

func (r *tickets) issued(def int, customer string) (n int64) {
	for _, t := range r.byCode {
		if t.def == def && (customer == "" || t.customer == customer) {
			n++
		}
	}
	return n
}

// tally counts the uses of a coupon by what they are.
func (r *tickets) tally(t *ticket, at int64) (n coupon.Tally) {
	n.Issued = int64(max(r.defs[t.def].Uses, 1))
	for _, u := range t.taken {
		if u.until == 0 {
			n.Redeemed++
		} else if u.until > at {
			n.Reserved++
		}
	}
	n.Expired = t.lapsed
	rest := n.Issued - n.Redeemed - n.Reserved - n.Expired
	switch {
	case t.void:
		n.Void = rest
	case t.expires != 0 && t.expires <= at:
		n.Expired += rest
	default:
		n.Open = rest
	}
	return n
}

// do carries a command out, or says why not.
func (r *tickets) do(c coupon.Command, at int64) error {
	t, def := r.byCode[c.Code], 0
	switch {
	case c.Action == coupon.Issue && t != nil:
		return coupon.ErrExists
	case c.Action == coupon.Issue:
		def = slices.IndexFunc(r.defs, func(d coupon.Definition) bool { return d.ID == c.Definition })
	case t == nil:
		return coupon.ErrNotIssued
	default:
		def, at = t.def, max(at, t.updated)
	}
	d, customer := &r.defs[def], c.Customer
	i := -1
	if t != nil {
		i = slices.IndexFunc(t.taken, func(u taking) bool { return u.order == c.Order })
		if customer == "" {
			customer = t.customer
		}
		if i >= 0 && c.Action != coupon.Reserve && c.Action != coupon.UseNow {
			customer = t.taken[i].customer
		}
	}
	total, each := d.Limits.Redeemed, d.Limits.RedeemedPerCustomer
	if c.Action == coupon.Issue {
		total, each = d.Limits.Issued, d.Limits.IssuedPerCustomer
	}
	var counters []coupon.CounterID
	if c.Action != coupon.Cancel && (i >= 0 || c.Action == coupon.Issue || c.Action == coupon.Reserve || c.Action == coupon.UseNow) {
		if total > 0 {
			counters = append(counters, coupon.CounterID{Definition: d.ID})
		}
		if each > 0 && customer != "" {
			counters = append(counters, coupon.CounterID{Definition: d.ID, Customer: customer})
		}
	}
	for _, id := range counters {
		at = max(at, r.touched[id])
	}
	if err := r.act(c, t, d, def, i, customer, at); err != nil {
		return err
	}
	r.byCode[c.Code].updated = at
	for _, id := range counters {
		r.touched[id] = at
	}
	return nil
}

func (r *tickets) act(c coupon.Command, t *ticket, d *coupon.Definition, def, i int, customer string, at int64) error {
	foreign := c.Customer != "" && i >= 0 && c.Customer != t.taken[i].customer
	switch c.Action {
	case coupon.Issue:
		switch {
		case c.Customer == "" && d.Limits.IssuedPerCustomer > 0:
			return coupon.ErrNoCustomer
		case d.Limits.Issued > 0 && r.issued(def, "") >= d.Limits.Issued:
			return coupon.ErrIssueLimit
		case d.Limits.IssuedPerCustomer > 0 && r.issued(def, c.Customer) >= d.Limits.IssuedPerCustomer:
			return coupon.ErrIssueCustomerLimit
		}
		t = &ticket{def: def, customer: c.Customer, begins: at}
		if !d.Window.Validity.IsZero() {
			t.expires = d.Window.Validity.AddTo(time.UnixMicro(at).UTC(), time.UTC).UnixMicro()
		}
		r.byCode[c.Code] = t
		return nil
	case coupon.Reserve, coupon.UseNow:
		n := r.tally(t, at)
		switch {
		case c.Customer != "" && t.customer != "" && c.Customer != t.customer:
			return coupon.ErrOtherCustomer
		case i >= 0 && t.taken[i].until == 0:
			return coupon.ErrRedeemed
		case i >= 0 && t.taken[i].until > at:
			return coupon.ErrReserved
		case t.void:
			return coupon.ErrVoid
		case t.expires != 0 && t.expires <= at:
			return coupon.ErrExpired
		case n.Open == 0 && n.Reserved > 0:
			return coupon.ErrAllReserved
		case n.Open == 0:
			return coupon.ErrUsedUp
		case customer == "" && d.Limits.RedeemedPerCustomer > 0:
			return coupon.ErrNoCustomer
		case d.Limits.Redeemed > 0 && r.used(def, "", at) >= d.Limits.Redeemed:
			return coupon.ErrRedeemLimit
		case d.Limits.RedeemedPerCustomer > 0 && r.used(def, customer, at) >= d.Limits.RedeemedPerCustomer:
			return coupon.ErrRedeemCustomerLimit
		}
		u := taking{order: c.Order, customer: customer}
		if c.Action == coupon.Reserve { // of two minutes or more: deadlines are on whole minutes from an hour on
			hold, grain := d.Hold.Time.Microseconds(), int64(1_000_000)
			if hold >= 3600_000000 {
				grain = 60_000000
			}
			u.until = (at + hold + grain - 1) / grain * grain
			if d.HoldEnds == coupon.AtExpiry && t.expires != 0 {
				u.until = min(u.until, t.expires)
			}
		}
		if i >= 0 {
			t.taken = slices.Delete(t.taken, i, i+1)
		}
		t.taken = append(t.taken, u)
		return nil
	case coupon.Redeem, coupon.Release:
		switch {
		case i < 0:
			return coupon.ErrNotReserved
		case foreign:
			return coupon.ErrOtherCustomer
		case t.taken[i].until == 0:
			return coupon.ErrRedeemed
		case t.taken[i].until <= at:
			return coupon.ErrRunOut
		}
		if t.taken[i].until = 0; c.Action == coupon.Release {
			t.taken = slices.Delete(t.taken, i, i+1)
		}
		return nil
	case coupon.Return:
		switch {
		case i < 0 || t.taken[i].until != 0:
			return coupon.ErrNotRedeemed
		case foreign:
			return coupon.ErrOtherCustomer
		case d.Returns.Policy == coupon.Keep:
			return coupon.ErrNoReturn
		}
		t.taken = slices.Delete(t.taken, i, i+1)
		return nil
	}
	n := r.tally(t, at)
	switch {
	case c.Customer != "" && t.customer != "" && c.Customer != t.customer:
		return coupon.ErrOtherCustomer
	case t.void:
		return coupon.ErrVoid
	case t.expires != 0 && t.expires <= at && n.Reserved+n.Redeemed == 0:
		return coupon.ErrExpired
	}
	t.void, t.lapsed = true, n.Expired
	return nil
}

// till is a host that takes coupons together with points, as at a till.
type till struct {
	*Stored
	checkout coupon.Checkout
	truth    loyalty.Store
	rng      *rand.Rand
	ref      *tickets
	pairs    map[loyalty.Key][]coupon.Command // what went with a command for points
	n        int
	did      map[string]int
}

func newTill(seed uint64, h *Stored, truth loyalty.Store) (*till, error) {
	t := &till{Stored: h, truth: truth, rng: rand.New(rand.NewPCG(seed, 15)), pairs: map[loyalty.Key][]coupon.Command{}, did: map[string]int{}}
	t.ref = &tickets{byCode: map[coupon.Code]*ticket{}, touched: map[coupon.CounterID]int64{}}
	for i := range 3 {
		limit := func(n int) int64 { return int64(t.rng.IntN(3) / 2 * (1 + t.rng.IntN(n))) }
		d := coupon.Definition{
			ID: fmt.Sprint("d", i), Version: 1, Currency: "CNY", Decimals: 2, Uses: 1 + t.rng.IntN(3),
			Benefit: coupon.Benefit{Kind: coupon.Amount, Amount: decimal.New(100, -2)},
			Limits:  coupon.Limits{Issued: limit(40), IssuedPerCustomer: limit(5), Redeemed: limit(30), RedeemedPerCustomer: limit(4)},
			Hold:    span([]string{"PT2M", "PT50M", "PT26H"}[t.rng.IntN(3)]), HoldEnds: []coupon.HoldEnds{"", coupon.AtExpiry}[t.rng.IntN(2)],
			Returns: coupon.Returns{Policy: []coupon.ReturnPolicy{"", coupon.Keep}[t.rng.IntN(2)]},
		}
		if t.rng.IntN(2) == 0 {
			d.Window.Validity = span("PT600H")
		}
		t.ref.defs = append(t.ref.defs, d)
	}
	catalogue, err := coupon.New(t.ref.defs...)
	t.checkout = coupon.Checkout{Catalogue: catalogue, Points: &h.service}
	return t, err
}

// command asks for something of a coupon: mostly one that is there.
func (t *till) command(id loyalty.AccountID) coupon.Command {
	t.n++
	rng := t.rng
	c := coupon.Command{
		Key: fmt.Sprint("c", t.n), Code: coupon.Code(fmt.Sprint("code", rng.IntN(1+t.n/6))), Order: fmt.Sprint("o", rng.IntN(1+t.n/8)),
		Action: []coupon.Action{coupon.Issue, coupon.Reserve, coupon.Reserve, coupon.Redeem, coupon.UseNow, coupon.Release, coupon.Return, coupon.Cancel}[rng.IntN(8)],
	}
	if rng.IntN(3) > 0 {
		c.Customer = string(id)
	}
	codes := sortedKeys(t.ref.byCode)
	if len(codes) > 0 && c.Action != coupon.Issue && rng.IntN(10) > 0 {
		c.Code = codes[max(len(codes)-1-rng.IntN(12), 0)]
		if x := t.ref.byCode[c.Code]; len(x.taken) > 0 && c.Action != coupon.Reserve && rng.IntN(8) > 0 {
			u := x.taken[rng.IntN(len(x.taken))]
			c.Order, c.Customer = u.order, u.customer
		} else if rng.IntN(4) > 0 {
			c.Customer = x.customer
		}
	}
	switch c.Action {
	case coupon.Issue:
		c.Code, c.Order, c.Definition = coupon.Code(fmt.Sprint("code", t.n)), "", fmt.Sprint("d", rng.IntN(3))
	case coupon.Cancel:
		if c.Order = ""; rng.IntN(3) > 0 { // seldom
			c.Action, c.Order = coupon.UseNow, fmt.Sprint("o", t.n)
		}
	}
	return c
}

// Do implements Host: every other command goes with coupons.
func (t *till) Do(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, left map[string]int64) (*loyalty.Decision, error) {
	h := cmd.Common()
	cmds, again := t.pairs[h.Key]
	_, sweep := cmd.(*loyalty.Sweep)
	if _, seen, err := t.truth.Receipt(context.Background(), h.Key); err != nil || sweep || seen && !again || !again && t.rng.IntN(2) == 0 {
		return t.Stored.Do(id, cmd, recordedAt, left)
	}
	at, next := us(h.At), t.ref.clone()
	var want error
	for n := 1 + t.rng.IntN(3); !again && n > 0 && want == nil; n-- {
		c := t.command(id)
		for range t.rng.IntN(12) { // mostly one that is carried out
			if want = next.clone().do(c, at); want == nil {
				break
			}
			c = t.command(id)
		}
		cmds = append(cmds, c)
		want = next.do(c, at)
	}
	var paid coupon.Paid
	t.Stored.do = func(ctx context.Context) (loyalty.Answer, error) {
		var err error
		paid, err = t.checkout.Do(ctx, id, cmd, cmds...)
		return paid.Points, err
	}
	dec, err := t.Stored.Do(id, cmd, recordedAt, left)
	t.Stored.do = nil
	if errors.Is(err, errHost) {
		return nil, err
	}
	if want != nil {
		if err == nil || !errors.Is(err, want) {
			return nil, fmt.Errorf("%w: coupons %+v at %d: (%w), the reference says %w", errHost, cmds, at, err, want)
		}
		t.did[want.Error()]++
		if err := t.same(id); err != nil {
			return nil, err
		}
		return t.Stored.Do(id, cmd, recordedAt, left) // without them
	}
	if err == nil && !again {
		if len(paid.Coupons) != len(cmds) {
			return nil, fmt.Errorf("%w: %d receipts of %d coupons", errHost, len(paid.Coupons), len(cmds))
		}
		t.ref, t.pairs[h.Key] = next, cmds
		for _, c := range cmds {
			t.did[string(c.Action)]++
		}
	}
	if err := t.same(id); err != nil {
		return nil, err
	}
	return dec, err
}

// same asks whether the coupons are those of the reference, and whether the limits hold.
func (t *till) same(id loyalty.AccountID) error {
	store, per := coupon.InLedger(t.truth), map[int]coupon.Tally{}
	codes := sortedKeys(t.ref.byCode)
	for i, code := range codes {
		ref := t.ref.byCode[code]
		at := us(t.now)
		n := per[ref.def]
		n.Add(t.ref.tally(ref, at))
		per[ref.def] = n
		if i < len(codes)-20 && t.n%50 != 0 {
			continue
		}
		c, _, err := store.Load(context.Background(), code, "")
		if err != nil {
			return fmt.Errorf("%w: %w", errHost, err)
		}
		if got, want := c.TallyAt(coupon.Instant(at)), t.ref.tally(ref, at); got != want || got.Issued != got.Open+got.Reserved+got.Redeemed+got.Expired+got.Void {
			return fmt.Errorf("%w: coupon %+v at %d: %+v, the reference has %+v of %+v", errHost, c, at, got, want, *ref)
		}
	}
	for def, n := range per {
		l := t.ref.defs[def].Limits
		if l.Issued > 0 && t.ref.issued(def, "") > l.Issued || l.Redeemed > 0 && n.Redeemed > l.Redeemed || n.Issued != n.Open+n.Reserved+n.Redeemed+n.Expired+n.Void {
			return fmt.Errorf("%w: %+v of limits %+v", errHost, n, l)
		}
		if l.RedeemedPerCustomer > 0 && t.ref.used(def, string(id), us(t.now)) > l.RedeemedPerCustomer {
			return fmt.Errorf("%w: %s has used more than %+v", errHost, id, l)
		}
	}
	return nil
}

// TestCoupons plays over a till at which coupons go together with points in one commit,
// over a store that is sound, or fails.
func TestCoupons(t *testing.T) {
	commands, first := number("GUANXI_COMMANDS", 4000), uint64(number("GUANXI_SEED", 300))
	did := map[string]int{}
	for seed := first; seed < first+uint64(commands)/1000; seed++ {
		for _, faulty := range []bool{false, true} {
			var at *till
			open := func(e *loyalty.Engine) Host {
				m := new(loyalty.Memory)
				h := NewStored(e, m)
				if faulty {
					h = overFaults(seed, e, m)
				}
				h.Outbox = m
				x, err := newTill(seed, h, m)
				if err != nil {
					t.Fatal(err)
				}
				at = x
				return x
			}
			if _, err := Run(Config{Seed: seed, Commands: 1000, Open: open, Brief: true}); err != nil {
				t.Fatal(err)
			}
			for k, n := range at.did {
				did[k] += n
			}
		}
	}
	t.Log(did)
}
