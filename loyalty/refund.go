package loyalty

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

// left returns what is left of a line's amount when so much more comes back.
func (l *LineRecord) left(amount, quantity int64) int64 {
	byQuantity, _ := share(l.Amount, l.ReturnedQuantity+quantity, l.Quantity, Floor)
	return l.Amount - l.ReturnedAmount - amount - byQuantity
}

// baseLeft returns what is left of a line's base: in proportion to its amount, a
// fraction of a minor unit for the customer.
func (l *LineRecord) baseLeft(amount, quantity int64) int64 {
	if l.Base == 0 {
		return 0
	}
	base, _ := share(l.Base, l.left(amount, quantity), l.Amount, Ceil)
	return base
}

// Kept returns how much money of the order has not come back, in minor units.
func (r *OrderRecord) Kept() int64 {
	sum := int64(0)
	for i := range r.Lines {
		sum += r.Lines[i].left(0, 0)
	}
	return sum
}

// back appends what a refund brings back of an order: no lines is all that is left.
// A line that is not the order's is ErrUnknown; more than what is left of a line, or
// a refund of an order of which nothing is left, is ErrRefundTooMuch; a refund by
// amount and quantity at once, or of a negative amount, is ErrAmount. All faults are
// returned, each with its pointer. r is only read.
func (r *OrderRecord) back(dst []LineReturn, lines []RefundLine, decimals int) ([]LineReturn, error) {
	from := len(dst)
	if len(lines) == 0 {
		for i := range r.Lines {
			if l := &r.Lines[i]; l.open() {
				dst = append(dst, l.rest(i))
			}
		}
		if len(dst) == from {
			return dst, ErrRefundTooMuch
		}
		return dst, nil
	}
	var faults faults
	for i := range lines {
		back, err := r.backLine(dst[from:], &lines[i], decimals)
		if err != nil {
			faults.add(err, "lines", i)
			continue
		}
		dst = append(dst, back)
	}
	if err := faults.err(); err != nil {
		return dst[:from], err
	}
	return dst, nil
}

// open reports whether something of a line may still come back.
func (l *LineRecord) open() bool {
	if l.Amount > 0 {
		return l.left(0, 0) > 0
	}
	return l.ReturnedQuantity < l.Quantity
}

// rest is all that is left of line i.
func (l *LineRecord) rest(i int) LineReturn {
	if l.Amount > 0 {
		return LineReturn{Line: int32(i), Amount: l.left(0, 0)}
	}
	return LineReturn{Line: int32(i), Quantity: l.Quantity - l.ReturnedQuantity}
}

// backLine reads one line of a refund; before are the lines of the same refund.
func (r *OrderRecord) backLine(before []LineReturn, line *RefundLine, decimals int) (LineReturn, error) {
	i := r.line(line.Line)
	if i < 0 {
		return LineReturn{}, guanxi.At("/line", ErrUnknown)
	}
	l := r.Lines[i] // a copy, on which the lines before are booked
	for _, b := range before {
		if int(b.Line) == i {
			l.ReturnedAmount += b.Amount
			l.ReturnedQuantity += b.Quantity
		}
	}
	amount, err := minor.From(line.Amount, decimals)
	switch {
	case err != nil:
		return LineReturn{}, guanxi.At("/amount", moneyError(err))
	case amount < 0 || amount > 0 && line.Quantity != 0:
		return LineReturn{}, guanxi.At("/amount", ErrAmount)
	case line.Quantity < 0:
		return LineReturn{}, guanxi.At("/quantity", ErrAmount)
	case !l.open():
		return LineReturn{}, ErrRefundTooMuch
	case amount == 0 && line.Quantity == 0:
		return l.rest(i), nil
	case amount > l.left(0, 0):
		return LineReturn{}, guanxi.At("/amount", ErrRefundTooMuch)
	case line.Quantity > l.Quantity-l.ReturnedQuantity || l.left(0, line.Quantity) < 0:
		return LineReturn{}, guanxi.At("/quantity", ErrRefundTooMuch)
	}
	return LineReturn{Line: int32(i), Amount: amount, Quantity: line.Quantity}, nil
}

func (r *OrderRecord) line(id string) int {
	for i := range r.Lines {
		if r.Lines[i].ID == id {
			return i
		}
	}
	return -1
}

// apply books a refund. It is the only thing that changes a record.
func (r *OrderRecord) apply(c *OrderChange) {
	for _, b := range c.Lines {
		r.Lines[b.Line].ReturnedAmount += b.Amount
		r.Lines[b.Line].ReturnedQuantity += b.Quantity
	}
	for i := range r.Kinds {
		k := &r.Kinds[i]
		for _, taken := range c.Taken {
			if taken.Kind == k.Kind {
				k.Taken += taken.Points
			}
		}
		for _, expired := range c.Expired {
			if expired.Kind == k.Kind {
				k.Expired += expired.Points
			}
		}
	}
}

// copyTo makes dst a copy of r that shares no memory but the texts, and reuses what
// dst has.
func (r *OrderRecord) copyTo(dst *OrderRecord) {
	dst.ID, dst.At, dst.Counted, dst.First, dst.Unearned = r.ID, r.At, r.Counted, r.First, r.Unearned
	dst.Payments = append(dst.Payments[:0], r.Payments...)
	dst.Lines = append(dst.Lines[:0], r.Lines...)
	dst.Terms = append(dst.Terms[:0], r.Terms...)
	dst.Hits = append(dst.Hits[:0], r.Hits...)
	dst.Kinds = append(dst.Kinds[:0], r.Kinds...)
}

// check returns ErrImpossible unless r is a record that an order could have left: what
// was stored by another is checked before anything is worked out from it.
func (r *OrderRecord) check() error {
	base, amount := int64(0), int64(0)
	for i := range r.Lines {
		l := &r.Lines[i]
		var ok, ok2 bool
		base, ok = minor.Add(base, l.Base)
		amount, ok2 = minor.Add(amount, l.Amount)
		if !ok || !ok2 || l.Base < 0 || l.Base > l.Amount || l.Quantity < 1 ||
			l.ReturnedAmount < 0 || l.ReturnedAmount > l.Amount || l.ReturnedQuantity < 0 || l.ReturnedQuantity > l.Quantity ||
			l.left(0, 0) < 0 {
			return guanxi.At(guanxi.Pointer("lines", i), ErrImpossible)
		}
	}
	for i := range r.Terms {
		if !r.Terms[i].sound(r.Hits, len(r.Lines)) {
			return guanxi.At(guanxi.Pointer("terms", i), ErrImpossible)
		}
	}
	end := int32(0)
	for i := range r.Kinds {
		k := &r.Kinds[i]
		if k.From != end || k.To < k.From || int(k.To) > len(r.Terms) || k.Granted < 0 || k.Cut < 0 || k.Taken < 0 || k.Taken > k.Granted ||
			k.Expired < 0 || k.Expired > k.Taken || k.Gone < 0 || r.earns(k.Kind, i) {
			return guanxi.At(guanxi.Pointer("kinds", i), ErrImpossible)
		}
		end = k.To
	}
	return r.checkPayments(amount)
}

// earns reports whether a kind is one of the first n of the record.
func (r *OrderRecord) earns(kind Kind, n int) bool {
	for i := range n {
		if r.Kinds[i].Kind == kind {
			return true
		}
	}
	return false
}

// sound reports whether a term can be worked with: its lines are there, in order and
// each once.
func (t *Term) sound(hits []int32, lines int) bool {
	if t.Min < 0 || t.Points < 0 || !t.All && (t.From < 0 || t.To < t.From || int(t.To) > len(hits)) {
		return false
	}
	if !t.All {
		last := int32(-1)
		for _, h := range hits[t.From:t.To] {
			if h <= last || int(h) >= lines {
				return false
			}
			last = h
		}
	}
	switch t.Type {
	case TermRate:
		return t.Num >= 0 && t.Den > 0
	case TermMultiplier:
		return t.Den > 0 && t.Num >= t.Den
	}
	return t.Type == TermFixed || t.Type == TermBonus
}
