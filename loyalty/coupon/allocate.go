package coupon

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// share is one line that takes part in a discount.
type share struct {
	line int    // position
	rest uint64 // remainder of the division
}

// allocate takes amount off the lines of in, in proportion to what is left of them:
// each gets the whole units of its part, and the units left over go to the largest
// remainders, of equal ones to the larger left, and then to the smaller rank. amount
// is at most sum, the sum of left over in; no line goes below zero. take, if there is
// any, is told what each line gives.
func allocate(left []int64, in []int, rank []int, amount, sum int64, shares []share, take []int64) []share {
	if amount <= 0 {
		return shares
	}
	shares = shares[:0]
	rest := amount
	for _, i := range in {
		hi, lo := bits.Mul64(uint64(amount), uint64(left[i]))
		q, r := bits.Div64(hi, lo, uint64(sum))
		rest -= int64(q)
		if r > 0 {
			shares = append(shares, share{i, r})
		}
		give(left, take, i, int64(q))
	}
	if rest > 0 {
		// Of two with equal remainders the one that had more left still has.
		slices.SortFunc(shares, func(a, b share) int {
			return cmp.Or(cmp.Compare(b.rest, a.rest), cmp.Compare(left[b.line], left[a.line]), cmp.Compare(rank[a.line], rank[b.line]))
		})
		for _, s := range shares[:rest] {
			give(left, take, s.line, 1)
		}
	}
	return shares
}

func give(left, take []int64, i int, n int64) {
	left[i] -= n
	if take != nil {
		take[i] += n
	}
}

// Refund returns how much of a line's discount goes with a part of it that is sent
// back for a refund: amount of the line's price before coupons, after before of it went
// back earlier. The customer is owed amount less that. It is the difference of the
// cumulative shares, each rounded down, so that refunds of a line in parts, however
// cut, add up to its discount exactly. [ErrMoney], placed, refuses negative amounts and
// more than the line had.
func (l PricedLine) Refund(before, amount decimal.Decimal, decimals int) (decimal.Decimal, error) {
	var f faults
	scale := min(max(decimals, 0), minor.MaxScale)
	if scale != decimals {
		f.add("/decimals", ErrOption, "%d is not in 0 to %d", decimals, minor.MaxScale)
	}
	price, discount := f.money("/line/amount", l.Amount, scale), f.money("/line/discount", l.Discount, scale)
	b, a := f.money("/before", before, scale), f.money("/amount", amount, scale)
	if discount > price {
		f.at("/line/discount", ErrMoney)
	}
	sum, ok := minor.Add(a, b)
	if !ok || sum > price {
		f.at("/amount", fmt.Errorf("%w: more than the %s of the line", ErrMoney, l.Amount))
	}
	if err := f.err(); err != nil {
		return decimal.Decimal{}, err
	}
	return minor.To(part(discount, sum, price)-part(discount, b, price), scale), nil
}

// part is ⌊v·n/of⌋ for 0 ≤ v, n ≤ of, and 0 of nothing.
func part(v, n, of int64) int64 {
	if of == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(v), uint64(n))
	q, _ := bits.Div64(hi, lo, uint64(of))
	return int64(q)
}
