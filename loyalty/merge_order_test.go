package loyalty

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
)

// An order that was paid with points at one account earns at another one, comes back at the
// first, in all or in part, and after a merge, in either direction, at the one that remains.
func TestMergedRefundGivesNoMoreThanWasPaid(t *testing.T) {
	for _, tc := range []struct {
		before   int64 // what comes back at the payer before the merge
		lines    int
		toEarner bool
	}{
		{100, 1, true}, {50, 1, true}, {1, 1, true}, {0, 1, true}, {50, 3, true},
		{100, 1, false}, {50, 1, false}, {33, 1, false}, {0, 1, false},
	} {
		payer := newDesk(t, paying())
		payer.do(&Adjust{Header: payer.head(day(0)), Kind: "points", Points: 5000})
		payer.do(&Redeem{Header{Key: "p", At: day(1)}, pay("o", 100, 5000)})
		earner := payer.other("b")
		earn := order("o", 100)
		for len(earn.Lines) < tc.lines { // 100 in several lines
			n := int64(len(earn.Lines))
			earn.Lines[0].Amount = earn.Lines[0].Amount.Sub(decimal.NewFromInt(10 * n))
			earn.Lines = append(earn.Lines, OrderLine{ID: string(rune('a' + n)), Amount: decimal.NewFromInt(10 * n)})
		}
		earner.do(&Earn{earner.head(day(1)), earn})
		points, money := Points(0), int64(0)
		if tc.before > 0 {
			points, money = gave(payer.do(&Refund{Header: payer.head(day(2)), Order: "o", Lines: []RefundLine{{Amount: decimal.NewFromInt(tc.before)}}}))
		}
		into := payer
		if tc.toEarner {
			into = earner
			payer.merge(earner, 3)
		} else {
			earner.merge(payer, 3)
		}
		rec, ok := into.a.Order("o")
		if !ok || rec.Unearned || rec.Kept() != (100-tc.before)*100 {
			t.Fatalf("%+v: %+v", tc, rec)
		}
		for i, all := range []bool{false, true} {
			c := &Refund{Header: into.head(day(4 + i)), Order: "o"}
			if !all {
				c.Lines = backOf("20")
			}
			d, err := into.try(c)
			if tc.before == 100 {
				if !errors.Is(err, ErrRefundTooMuch) {
					t.Errorf("%+v: %v", tc, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			p, m := gave(d)
			points, money = points+p, money+m
		}
		if points != 5000 || money != 5000 {
			t.Errorf("%+v: %d points and %d back", tc, points, money)
		}
		into.checked()
	}
}

// Whatever was paid, earned, refunded and merged, all that comes back is worth no more than
// the order, or than the points that paid for it, if they are more.
func TestMergedRefundsAreWorthNoMoreThanTheOrder(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 9))
		a := newDesk(t, paying())
		b, c := a.other("b"), a.other("c")
		earns := r.IntN(4) // 3: nobody
		paid, back := Points(0), int64(0)
		for i, d := range []*desk{a, b, c} {
			d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 20000})
			if i == earns {
				d.do(&Earn{d.head(day(1)), order("o", 100)})
			}
			for n := range r.IntN(3) {
				x := Points(100 + r.IntN(5000))
				if _, err := d.try(&Redeem{Header{Key: Key([]byte{'p', byte('0' + i), byte('0' + n)}), At: day(1)}, pay("o", 100, x)}); err == nil {
					paid += x
				}
			}
		}
		refund := func(d *desk, n int, all bool) {
			line := RefundLine{Amount: decimal.New(1+r.Int64N(9000), -2)}
			if rec, ok := d.a.Order("o"); ok && !rec.Unearned {
				line.Line = "1"
			}
			cmd := &Refund{Header: d.head(day(n)), Order: "o", Lines: []RefundLine{line}}
			if all {
				cmd.Lines = nil
			}
			if dec, err := d.try(cmd); err == nil {
				p, m := gave(dec)
				back += int64(p) + m
				if m < 0 {
					t.Errorf("seed %d: %d of money", seed, m)
				}
			}
		}
		refundSome := func(n int, of ...*desk) {
			for _, d := range of {
				if r.IntN(2) == 0 {
					refund(d, n, r.IntN(6) == 0)
				}
			}
		}
		refundSome(2, a)
		if back == 0 { // before a merge accounts know nothing of each other: one refunds
			refundSome(2, b)
		}
		a.merge(b, 3)
		refundSome(4, b)
		b.merge(c, 5)
		refundSome(6, c)
		refund(c, 7, true)
		if most := max(10000, int64(paid)); back > most {
			t.Errorf("seed %d: %d back of %d, %d by points", seed, back, most, paid)
		}
		c.checked()
	}
}

// The tills of two accounts name different amounts of an order: the smaller one counts,
// whichever account remains, and the order's own as soon as it earns.
func TestMergedPaymentsOfDifferentAmounts(t *testing.T) {
	for _, turned := range []bool{false, true} {
		for _, tc := range []struct {
			points [2]Points
			money  int64
			earned int64
		}{
			{[2]Points{5000, 5000}, 0, 0},
			{[2]Points{2000, 1000}, 3000, 0},
			{[2]Points{2000, 1000}, 7000, 100},
		} {
			d := newDesk(t, paying())
			b := d.other("b")
			desks := []*desk{d, b}
			if turned {
				desks = []*desk{b, d}
			}
			for i, amount := range []int64{100, 60} {
				x := desks[i]
				x.do(&Adjust{Header: x.head(day(0)), Kind: "points", Points: 9000})
				x.do(&Redeem{Header{Key: Key("p" + string(x.a.ID)), At: day(1)}, pay("o", amount, tc.points[i])})
			}
			d.merge(b, 3)
			if tc.earned > 0 {
				b.do(&Earn{b.head(day(4)), order("o", tc.earned)})
			}
			points, money := gave(b.do(&Refund{Header: b.head(day(5)), Order: "o"}))
			if points != tc.points[0]+tc.points[1] || money != tc.money {
				t.Errorf("%+v, %v: %d points and %d", tc, turned, points, money)
			}
			b.checked()
		}
	}
}

// An order that has come back in all at one account and has earned anew at another one is no
// hindrance to a merge.
func TestMergedOrderMovedByHand(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Earn{d.head(day(1)), order("o", 100)})
	d.do(&Refund{Header: d.head(day(1)), Order: "o"})
	b := d.other("b")
	b.do(&Earn{b.head(day(1)), order("o", 100)})
	d.merge(b, 2)
	if rec, _ := b.a.Order("o"); rec.Kept() != 10000 {
		t.Errorf("%+v", rec)
	}
	c := d.other("c")
	b.do(&Refund{Header: b.head(day(3)), Order: "o"})
	b.merge(c, 4)
	if _, err := c.try(&Refund{Header: c.head(day(5)), Order: "o"}); !errors.Is(err, ErrRefundTooMuch) {
		t.Error(err)
	}
	c.checked()
}
