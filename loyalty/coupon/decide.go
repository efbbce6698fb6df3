package coupon

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
)

// AppendNeed appends the counters that a command on a coupon needs in its [State]: at
// most two, none where the coupon's definition has no such limits or is not in the
// catalogue.
func (c *Catalogue) AppendNeed(dst []CounterID, coupon Coupon, cmd Command) []CounterID {
	r, customer := c.ruleFor(coupon, cmd), cmd.Customer
	if r == nil {
		return dst
	}
	switch cmd.Action {
	case Cancel:
		return dst
	case Issue:
	case Reserve, UseNow:
		customer = orDefault(customer, coupon.Customer)
	default:
		i := coupon.find(cmd.Order)
		if i < 0 {
			return dst
		}
		customer = coupon.Taken[i].Customer
	}
	total, perCustomer := r.limits(cmd.Action)
	if total > 0 {
		dst = append(dst, CounterID{Definition: r.def.ID})
	}
	if perCustomer > 0 && customer != "" {
		dst = append(dst, CounterID{r.def.ID, customer})
	}
	return dst
}

// limits are those an action counts for.
func (r *rule) limits(a Action) (total, perCustomer int64) {
	if a == Issue {
		return r.def.Limits.Issued, r.def.Limits.IssuedPerCustomer
	}
	return r.def.Limits.Redeemed, r.def.Limits.RedeemedPerCustomer
}

func (c *Catalogue) ruleFor(coupon Coupon, cmd Command) *rule {
	if cmd.Action == Issue {
		return c.rule(cmd.Definition, cmd.Version)
	}
	if coupon.Under == 0 {
		return nil
	}
	return c.rule(coupon.Definition, coupon.Under)
}

// Decide answers a command on a state that [Coupon.Validate] and [Counter.Validate]
// accept, and changes nothing. The decision is as of at, or as of the last change of
// the coupon or one of its counters where a clock had gone further there.
//
// If the state has the receipt of the same command, that is the answer, whatever has
// become of the coupon. Else the first of these errors that applies is: the faults of
// [Command.Validate]; [ErrTime]; [ErrKeyReused]; [ErrState] for a state of another
// command; [ErrNotIssued] or [ErrExists]; [ErrDefinition]; a [NeedError]; and what the
// action says. A decision is pure: safe for concurrent use, and equal for equal input.
// Cost: O(uses taken + deadlines counted), one allocation per state that changes.
func (c *Catalogue) Decide(s State, cmd Command, at time.Time) (Decision, error) {
	if err := cmd.Validate(); err != nil {
		return Decision{}, err
	}
	t, ok := InstantOf(at)
	if !ok {
		return Decision{}, ErrTime
	}
	intent := cmd.Intent()
	if s.Receipt.Key == cmd.Key {
		if s.Receipt.Intent != intent {
			return Decision{}, ErrKeyReused
		}
		return Decision{Receipt: s.Receipt, Repeated: true}, nil
	}
	coupon := &s.Coupon
	switch exists := coupon.Version != 0; {
	case exists && coupon.Code != cmd.Code:
		return Decision{}, guanxi.At("/coupon/code", ErrState)
	case exists && cmd.Action == Issue:
		return Decision{}, ErrExists
	case !exists && cmd.Action != Issue:
		return Decision{}, ErrNotIssued
	}
	d := deciding{rule: c.ruleFor(s.Coupon, cmd), cmd: cmd, to: s.Coupon, from: s}
	if d.rule == nil {
		return Decision{}, fmt.Errorf("%w: %q, version %d", ErrDefinition, orDefault(cmd.Definition, coupon.Definition), max(cmd.Version, coupon.Under))
	}
	if err := d.counters(c); err != nil {
		return Decision{}, err
	}
	d.t = max(t, coupon.Updated)
	for _, i := range d.counted() {
		d.t = max(d.t, s.Counters[i].Updated)
	}
	until, err := d.act()
	if err != nil {
		return Decision{}, err
	}
	d.to.Updated = d.t
	d.to.Version++
	receipt := Receipt{Key: cmd.Key, Intent: intent, Action: cmd.Action, Code: cmd.Code, Order: cmd.Order,
		At: d.t, Until: until, Expires: d.to.Expires, Left: d.to.TallyAt(d.t).Open}
	return Decision{Receipt: receipt, Change: Change{
		Code: cmd.Code, From: coupon.Version, To: d.to, Counters: d.changes, Receipt: receipt,
	}}, nil
}

// deciding is a decision in the making.
type deciding struct {
	rule    *rule
	cmd     Command
	from    State
	to      Coupon
	t       Instant
	need    [2]int // positions in State.Counters
	n       int
	changes []CounterChange
}

func (d *deciding) counted() []int { return d.need[:d.n] }

// counters finds the counters that are needed.
func (d *deciding) counters(c *Catalogue) error {
	var buf [2]CounterID
	ids := c.AppendNeed(buf[:0], d.from.Coupon, d.cmd)
	for k, id := range ids {
		i := d.from.counter(id)
		if i < 0 {
			return &NeedError{append([]CounterID(nil), ids...)}
		}
		d.need[k] = i
	}
	d.n = len(ids)
	return nil
}

// act changes the copy of the coupon and notes the counters. until is a deadline.
func (d *deciding) act() (until Instant, err error) {
	switch d.cmd.Action {
	case Issue:
		return 0, d.issue()
	case Reserve, UseNow:
		return d.take()
	case Redeem:
		return 0, d.redeem()
	case Release:
		return 0, d.release()
	case Return:
		return 0, d.giveBack()
	}
	return 0, d.cancel()
}

func (d *deciding) issue() error {
	r, cmd := d.rule, &d.cmd
	if cmd.Customer == "" && r.def.Limits.IssuedPerCustomer > 0 {
		return ErrNoCustomer
	}
	begins := r.begins(d.t)
	expires, ok := r.expires(begins)
	switch {
	case !ok:
		return ErrTime
	case expires.over(begins):
		return ErrExpired
	}
	for _, i := range d.counted() {
		c := d.from.Counters[i]
		if c.Customer == "" && c.Issued >= r.def.Limits.Issued {
			return ErrIssueLimit
		} else if c.Customer != "" && c.Issued >= r.def.Limits.IssuedPerCustomer {
			return ErrIssueCustomerLimit
		}
		c.Issued++
		d.count(c, 0, 0)
	}
	d.to = Coupon{Code: cmd.Code, Definition: r.def.ID, Under: r.def.Version, Customer: cmd.Customer,
		Issued: d.t, Begins: begins, Expires: expires, Uses: r.uses}
	return nil
}

func (d *deciding) cancel() error {
	n := d.to.TallyAt(d.t)
	switch {
	case d.cmd.Customer != "" && d.to.Customer != "" && d.cmd.Customer != d.to.Customer:
		return ErrOtherCustomer
	case d.to.Voided != 0:
		return ErrVoid
	case d.to.Expires.over(d.t):
		if n.Reserved == 0 && n.Redeemed == 0 {
			return ErrExpired
		}
		d.to.Lapsed = n.Expired
	}
	d.to.Voided = d.t
	return nil
}

// count notes a counter that changes, with n more reservations until a deadline.
func (d *deciding) count(c Counter, until Instant, n int64) bool {
	from, ok := c.Version, false
	if c.Held, ok = c.holding(d.t, until, n); !ok {
		return false
	}
	c.Updated, c.Version = d.t, from+1
	if d.changes == nil {
		d.changes = make([]CounterChange, 0, d.n)
	}
	d.changes = append(d.changes, CounterChange{From: from, To: c})
	return true
}
