package coupon

import "github.com/guanxi-go/guanxi"

// take reserves a use, or redeems one at once.
func (d *deciding) take() (until Instant, err error) {
	c, cmd, t := &d.to, &d.cmd, d.t
	if c.Customer != "" && cmd.Customer != "" && c.Customer != cmd.Customer {
		return 0, ErrOtherCustomer
	}
	customer := orDefault(cmd.Customer, c.Customer)
	i := c.find(cmd.Order)
	switch n := c.TallyAt(t); {
	case i >= 0 && c.Taken[i].redeemed():
		return 0, ErrRedeemed
	case i >= 0 && c.Taken[i].holds(t):
		return 0, ErrReserved
	case c.Voided != 0:
		return 0, ErrVoid
	case c.Expires.over(t):
		return 0, ErrExpired
	case t < c.Begins:
		return 0, ErrNotBegun
	case n.Open == 0 && n.Reserved > 0:
		return 0, ErrAllReserved
	case n.Open == 0:
		return 0, ErrUsedUp
	case customer == "" && d.rule.def.Limits.RedeemedPerCustomer > 0:
		return 0, ErrNoCustomer
	}
	if cmd.Action == Reserve {
		if until = d.rule.deadline(t, c.Expires); until <= t {
			return 0, ErrTime
		}
	}
	for _, k := range d.counted() {
		n := d.from.Counters[k]
		total, perCustomer := d.rule.limits(cmd.Action)
		if n.Customer == "" && n.LeftAt(t, total) == 0 {
			return 0, ErrRedeemLimit
		} else if n.Customer != "" && n.LeftAt(t, perCustomer) == 0 {
			return 0, ErrRedeemCustomerLimit
		}
		if until != 0 {
			d.count(n, until, 1)
		} else {
			n.Redeemed++
			d.count(n, 0, 0)
		}
	}
	c.prune(t)
	if i = c.find(cmd.Order); i >= 0 { // ran out
		c.Taken = append(c.Taken[:i], c.Taken[i+1:]...)
	}
	c.Taken = append(c.Taken, Use{cmd.Order, customer, t, until})
	return until, nil
}

// held finds the order's reservation, which stands.
func (d *deciding) held() (int, error) {
	i := d.to.find(d.cmd.Order)
	switch {
	case i < 0:
		return 0, ErrNotReserved
	case d.foreign(i):
		return 0, ErrOtherCustomer
	case d.to.Taken[i].redeemed():
		return 0, ErrRedeemed
	case !d.to.Taken[i].holds(d.t):
		return 0, ErrRunOut
	}
	return i, nil
}

// foreign reports whether a command names another customer than a use has.
func (d *deciding) foreign(i int) bool {
	return d.cmd.Customer != "" && d.cmd.Customer != d.to.Taken[i].Customer
}

func (d *deciding) redeem() error {
	i, err := d.held()
	if err != nil {
		return err
	}
	if err = d.settle(d.to.Taken[i].Until, 1); err != nil {
		return err
	}
	order := d.cmd.Order
	d.to.prune(d.t)
	i = d.to.find(order)
	d.to.Taken[i].At, d.to.Taken[i].Until = d.t, 0
	return nil
}

func (d *deciding) release() error {
	i, err := d.held()
	if err != nil {
		return err
	}
	if err = d.settle(d.to.Taken[i].Until, 0); err != nil {
		return err
	}
	d.drop()
	return nil
}

func (d *deciding) giveBack() error {
	i := d.to.find(d.cmd.Order)
	switch {
	case i < 0 || !d.to.Taken[i].redeemed():
		return ErrNotRedeemed
	case d.foreign(i):
		return ErrOtherCustomer
	case d.rule.def.Returns.Policy == Keep:
		return ErrNoReturn
	}
	c := &d.to
	if grace := d.rule.def.Returns.Grace; !grace.IsZero() && c.Expires != 0 && c.Voided == 0 {
		end, ok := d.rule.after(d.t, grace)
		if !ok {
			return ErrTime
		}
		if end > c.Expires {
			if c.Expires.over(d.t) {
				c.Lapsed = c.TallyAt(d.t).Expired // they do not come back with this one
			}
			c.Expires = end
		}
	}
	if err := d.settle(0, -1); err != nil {
		return err
	}
	d.drop()
	return nil
}

// drop takes the order's use out.
func (d *deciding) drop() {
	d.to.prune(d.t)
	if i := d.to.find(d.cmd.Order); i >= 0 {
		d.to.Taken = append(d.to.Taken[:i], d.to.Taken[i+1:]...)
	}
}

// settle ends a reservation in the counters, if there is a deadline, and adds to what
// is redeemed.
func (d *deciding) settle(until Instant, redeemed int64) error {
	held := int64(0)
	if until != 0 {
		held = -1
	}
	for _, k := range d.counted() {
		n := d.from.Counters[k]
		n.Redeemed += redeemed
		if n.Redeemed < 0 || !d.count(n, until, held) {
			return guanxi.At(guanxi.Pointer("counters", k), ErrState)
		}
	}
	return nil
}
