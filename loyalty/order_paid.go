package loyalty

import "github.com/guanxi-go/guanxi"

// OrderPayment is points that paid for a part of an order: a Redeem or a Capture of a
// Spend with Payment and Order. All money is in minor units.
type OrderPayment struct {
	Redemption Key   // of the Redeem or the Capture
	Amount     int64 // of the order, as the payment says
	Money      int64 // what the points paid of it
	Points     Points
	// From is what of the order had come back when the points paid, and Whole what points
	// pay of the rest from there on: Money, with what other payments still pay of it.
	From, Whole int64
}

// RefundBack says how a refund of an order splits back. All money is in minor units.
type RefundBack struct {
	Amount   int64           // what of the order came back now
	Money    int64           // of Amount, what is to be paid out: the rest was paid by points
	Payments []PaymentReturn // the points, the last payment first
}

// PaymentReturn is what a refund gives back of points that paid for the order.
type PaymentReturn struct {
	Redemption Key
	Kind       Kind
	Points     Points // given back
	Lost       Points // of Points: their lots had expired, and the programme forfeits them
}

func (k *RefundBack) clone() *RefundBack {
	if k == nil {
		return nil
	}
	c := *k
	c.Payments = append([]PaymentReturn(nil), k.Payments...)
	return &c
}

// total returns the amount of the order in full.
func (r *OrderRecord) total() (sum int64) {
	for i := range r.Lines {
		sum += r.Lines[i].Amount
	}
	return sum
}

// returning returns how much money a refund brings back.
func (r *OrderRecord) returning(lines []LineReturn) (sum int64) {
	for i := range lines {
		l := r.Lines[lines[i].Line]
		for _, before := range lines[:i] {
			if before.Line == lines[i].Line {
				l.ReturnedAmount += before.Amount
				l.ReturnedQuantity += before.Quantity
			}
		}
		sum += l.left(0, 0) - l.left(lines[i].Amount, lines[i].Quantity)
	}
	return sum
}

// due returns how many points of a payment belong to the customer when back of an order
// of total has come back in all.
func (p *OrderPayment) due(back, total int64) Points {
	if back <= p.From || p.From >= total {
		return 0
	}
	n, _ := share(int64(p.Points), back-p.From, total-p.From, Floor)
	return Points(n)
}

// rest returns how many points of a payment may still come back when back of an order of
// total has come back in all, and so many of its redemption are left.
func (p *OrderPayment) rest(left Points, back, total int64) Points {
	return min(left, p.Points-min(p.due(back, total), p.Points))
}

// byPoints returns what of the money points had paid, since the last payment, when back of
// an order of total has come back in all.
func (r *OrderRecord) byPoints(back, total int64) int64 {
	if len(r.Payments) == 0 {
		return 0
	}
	p := &r.Payments[len(r.Payments)-1]
	if back <= p.From || p.From >= total {
		return 0
	}
	n, _ := share(p.Whole, back-p.From, total-p.From, Floor)
	return n
}

// standing returns what points pay of what is left of the order; given says how many points
// of each payment have come back. Where some came back by hand, those pay nothing any more.
func (r *OrderRecord) standing(given []Points) int64 {
	if len(r.Payments) == 0 {
		return 0
	}
	total := r.total()
	back := total - r.Kept()
	sum, byHand := int64(0), false
	for i := range r.Payments {
		p := &r.Payments[i]
		byHand = byHand || given[i] > p.due(back, total)
		n, _ := share(p.Money, int64(p.Points-given[i]), int64(p.Points), Floor)
		sum += n
	}
	whole := r.Payments[len(r.Payments)-1].Whole - r.byPoints(back, total)
	if byHand {
		return min(sum, whole)
	}
	return whole
}

// checkPayments returns ErrImpossible unless the payments can have paid the order.
func (r *OrderRecord) checkPayments(total int64) error {
	from := int64(0)
	for i := range r.Payments {
		p := &r.Payments[i]
		if p.Redemption == "" || p.Points <= 0 || p.Points > MaxPoints || p.Money < 0 || p.Amount <= 0 || p.Money > p.Amount ||
			p.From < from || p.From >= total || p.Whole < 0 || p.Whole > total-p.From || p.From > total-r.Kept() || r.payment(p.Redemption) < i {
			return guanxi.At(guanxi.Pointer("payments", i), ErrImpossible)
		}
		from = p.From
	}
	if r.Unearned && (len(r.Lines) != 1 || len(r.Kinds)+len(r.Terms)+len(r.Hits) > 0 || r.First || len(r.Payments) == 0) {
		return ErrImpossible
	}
	return nil
}

// payment returns the place of the payment by a redemption, or −1.
func (r *OrderRecord) payment(k Key) int {
	for i := range r.Payments {
		if r.Payments[i].Redemption == k {
			return i
		}
	}
	return -1
}

// unearned returns the record of an order that is known by a payment alone: one line,
// without an id and without a base.
func unearned(id string, at Instant, amount int64) OrderRecord {
	return OrderRecord{ID: id, At: at, Unearned: true, Lines: []LineRecord{{Amount: amount, Quantity: 1}}}
}
