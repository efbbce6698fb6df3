package loyalty

import "slices"

// join adds to a record what another one says of the same order, which knows it by its
// payments alone; mine and theirs say what is left of redemptions. What came back by the other
// record has come back by this one, of its lines from the first on; what is left of its
// payments pays what is left of the order. Money that was paid out without knowing of the
// payments on the other side is taken off the points that are still to come back: the
// refunds of both sides and those that follow give no more than was paid.
func (r *OrderRecord) join(other *OrderRecord, mine, theirs func(Key) Points) {
	total := r.total()
	out := r.paidOut() + other.paidOut()
	before := total - r.Kept()
	whole := int64(0)
	if n := len(r.Payments); n > 0 {
		whole = r.Payments[n-1].Whole - r.byPoints(before, total)
	}
	back := before + r.comeBack(other.total()-other.Kept())
	rest := total - back
	if rest <= 0 {
		return
	}
	gone := r.restart(before, back, mine)
	there := other.total()
	returned := there - other.Kept()
	for _, p := range other.Payments {
		points := p.rest(theirs(p.Redemption), returned, there)
		if points <= 0 || r.payment(p.Redemption) >= 0 {
			continue
		}
		p.Money, _ = share(p.Money, int64(points), int64(p.Points), Floor)
		p.Points, p.From = points, back
		whole += p.Money
		r.Payments = append(r.Payments, p)
	}
	worth := int64(0) // of the points that may still come back
	for _, p := range r.Payments[gone:] {
		worth += p.Money
	}
	whole = min(max(whole-r.cut(gone, min(worth-rest, out)), 0), rest)
	for i := range r.Payments {
		r.Payments[i].Whole = whole
	}
}

// paidOut returns how much money refunds have paid out of an order, as far as its record
// knows.
func (r *OrderRecord) paidOut() int64 {
	total := r.total()
	back := total - r.Kept()
	out := back
	for i := range r.Payments {
		p := &r.Payments[i]
		n, _ := share(p.Money, int64(min(p.due(back, total), p.Points)), int64(p.Points), Floor)
		out -= n
	}
	return max(out, 0)
}

// comeBack counts an amount as come back, of the lines in their order, and returns how much
// of it they had room for.
func (r *OrderRecord) comeBack(amount int64) (carried int64) {
	for i := range r.Lines {
		l := &r.Lines[i]
		n := min(l.left(0, 0), amount-carried)
		if n <= 0 {
			continue
		}
		l.ReturnedAmount += n
		carried += n
	}
	return carried
}

// restart makes the payments pay, with what was left of them when before had come back, what
// is left of the order when back has. Those of which nothing is left come first; it returns
// how many.
func (r *OrderRecord) restart(before, back int64, left func(Key) Points) (gone int) {
	var paid []OrderPayment
	total := r.total()
	for _, p := range r.Payments {
		points := p.rest(left(p.Redemption), before, total)
		p.From = back
		if points > 0 {
			p.Money, _ = share(p.Money, int64(points), int64(p.Points), Floor)
			p.Points = points
			paid = append(paid, p)
			continue
		}
		r.Payments[gone] = p
		gone++
	}
	r.Payments = append(r.Payments[:gone], paid...)
	return gone
}

// cut takes money off the payments from a place on, the last first, and their points with
// it: of the only payment one point stays. It returns how much it has taken.
func (r *OrderRecord) cut(from int, money int64) (taken int64) {
	for i := len(r.Payments) - 1; i >= from && taken < money; i-- {
		p := &r.Payments[i]
		n := min(p.Money, money-taken)
		if n <= 0 {
			continue
		}
		points, _ := share(int64(p.Points), p.Money-n, p.Money, Floor)
		taken += n
		p.Money -= n
		if p.Points = Points(points); points > 0 {
			continue
		}
		if len(r.Payments) == 1 {
			p.Points = 1
			continue
		}
		r.Payments = slices.Delete(r.Payments, i, i+1)
	}
	return taken
}
