package loyalty

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// AllocatePrice shares a price out over what it pays for, in proportion to the prices at
// which each would be sold alone: the goods and the points that come with them. The parts
// sum to the price, exactly: each is rounded down, and the units that are left go to the
// largest remainders, of equal ones to the first.
//
// A negative price, no or a negative stand-alone price, and such that are all 0 are
// ErrAmount; amounts with more decimal places, or too large, are refused as those of
// orders. IFRS 15.74, 15.76–80 and B39–B40; ASC 606-10-32-31, 606-10-55-41 to 44.
func AllocatePrice(price decimal.Decimal, standalone []decimal.Decimal, decimals int) ([]decimal.Decimal, error) {
	var f faults
	money := func(d decimal.Decimal, parts ...any) int64 {
		v, err := minor.From(d, decimals)
		switch {
		case err != nil:
			f.add(moneyError(err), parts...)
		case v < 0:
			f.add(ErrAmount, parts...)
		}
		return v
	}
	whole := money(price, "price")
	weights, sum := make([]int64, len(standalone)), int64(0)
	fit := true
	for i, d := range standalone {
		weights[i] = money(d, "standalone", i)
		var ok bool
		sum, ok = minor.Add(sum, max(weights[i], 0))
		fit = fit && ok
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	switch {
	case !fit:
		return nil, guanxi.At("/standalone", ErrOverflow)
	case sum == 0:
		return nil, guanxi.At("/standalone", ErrAmount)
	}
	out := make([]decimal.Decimal, len(weights))
	for i, v := range apportion(whole, weights, sum) {
		out[i] = minor.To(v, decimals)
	}
	return out, nil
}

// apportion shares whole out by weights that sum to sum, the largest remainders first.
func apportion(whole int64, weights []int64, sum int64) []int64 {
	type rest struct {
		i   int
		rem uint64
	}
	out, rests := make([]int64, len(weights)), make([]rest, len(weights))
	left := whole
	for i, w := range weights {
		p := product(uint64(whole), uint64(w))
		out[i], _ = p.round(uint64(sum), Floor) // not more than whole
		rests[i] = rest{i, p.remainder(uint64(sum))}
		left -= out[i]
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.rem > b.rem:
			return -1
		case a.rem < b.rem:
			return 1
		}
		return 0
	})
	for i := range left { // fewer than weights
		out[rests[i].i]++
	}
	return out
}

// StandAlone returns what points would be sold for alone: what they are worth, times the
// share that is expected to be redeemed, rounded half up. A share above 1 is ErrOption,
// negative points or worth are ErrAmount, what does not fit is ErrOverflow.
func StandAlone(points Points, worth PointValue, share Rational, decimals int) (decimal.Decimal, error) {
	if err := (LiabilityView{Values: []PointValue{worth}, Decimals: decimals}).Validate(); err != nil {
		return decimal.Decimal{}, err
	}
	switch {
	case points < 0:
		return decimal.Decimal{}, guanxi.At("/points", ErrAmount)
	case share.Validate() != nil || share.Num > share.Den:
		return decimal.Decimal{}, guanxi.At("/share", ErrOption)
	}
	m, _ := minor.From(worth.Worth, decimals) // it is valid
	// points × m × num / (worth.Points × den), in lowest terms so that it fits
	num, den := reduced(uint64(share.Num), uint64(worth.Points))
	num2, den2 := reduced(uint64(m), uint64(share.Den))
	if m == 0 {
		num2, den2 = 0, 1
	}
	p, ok := product(uint64(points), num).mul(num2)
	over := product(den, den2)
	if !ok || over.hi != 0 {
		return decimal.Decimal{}, ErrOverflow
	}
	v, ok := p.round(over.lo, HalfUp)
	if !ok {
		return decimal.Decimal{}, ErrOverflow
	}
	return minor.To(v, decimals), nil
}

// Cohort is points that are accounted for together: those of a kind that were earned in
// a month, with what sales have allocated to them.
type Cohort struct {
	Kind      Kind            `json:"kind"`
	Vintage   Month           `json:"vintage"`
	Allocated decimal.Decimal `json:"allocated"` // by sales, less refunds
	VintageFlow
}

// Recognised is what has been recognised of a cohort: what the host stores from one
// closing to the next. The zero Recognised is of a cohort that is new.
type Recognised struct {
	Amount   decimal.Decimal `json:"amount"`
	Breakage decimal.Decimal `json:"breakage"` // within Amount
	Redeemed Points          `json:"redeemed"` // by then
	Expected Points          `json:"expected"` // to be redeemed in the end, as it was estimated then
}

// Recognition is the revenue of a cohort: Total and Deferred sum to what is allocated.
type Recognition struct {
	Total    Recognised      `json:"total"`    // to date, to be stored
	Deferred decimal.Decimal `json:"deferred"` // the contract liability that is left
	Now      decimal.Decimal `json:"now"`      // Total less what was recognised before; below 0 it takes revenue back
	// Breakage, within Now, is the revenue of points that nobody will redeem.
	Breakage decimal.Decimal `json:"breakage"`
	// CatchUp, within Now, is what the new estimate, and sales and refunds since, make of
	// points that had been redeemed before.
	CatchUp decimal.Decimal `json:"catch_up"`
}

// Recognise returns the revenue of a cohort to date: what is allocated × redeemed /
// expected, rounded half up, where expected is how many points will have been redeemed in
// the end. A new estimate counts for everything redeemed so far (cumulative catch-up). It
// is all of the allocated amount once nothing is outstanding, or as many are redeemed as
// were expected, never more than allocated and never below 0.
//
// An estimate of 0 or less while points are outstanding is ErrExpected; a cohort of which
// less than nothing is allocated, issued, redeemed or left is ErrAmount.
// IFRS 15.B44–B47, 15.88; ASC 606-10-55-46 to 49.
func Recognise(c Cohort, expected Points, before Recognised, decimals int) (Recognition, error) {
	allocated, err := minor.From(c.Allocated, decimals)
	if err != nil {
		return Recognition{}, guanxi.At("/allocated", moneyError(err))
	}
	was, err := minor.From(before.Amount, decimals)
	if err != nil {
		return Recognition{}, guanxi.At("/before/amount", moneyError(err))
	}
	wasBreakage, err := minor.From(before.Breakage, decimals)
	if err != nil {
		return Recognition{}, guanxi.At("/before/breakage", moneyError(err))
	}
	kept, ok := minor.Sub(int64(c.Issued), int64(c.Removed))
	left, ok2 := minor.Sub(kept, int64(c.Expired))
	left, ok3 := minor.Sub(left, int64(c.Redeemed))
	switch {
	case !ok || !ok2 || !ok3:
		return Recognition{}, ErrOverflow
	case allocated < 0:
		return Recognition{}, guanxi.At("/allocated", ErrAmount)
	case c.Redeemed < 0 || c.Issued < 0 || kept < 0 || left < 0:
		return Recognition{}, guanxi.At("/issued", ErrAmount)
	case left > 0 && expected <= 0:
		return Recognition{}, ErrExpected
	case was < 0 || before.Redeemed < 0:
		return Recognition{}, guanxi.At("/before", ErrAmount)
	}
	part := func(redeemed, of Points) int64 {
		if redeemed >= of {
			return allocated
		}
		v, _ := share(allocated, int64(redeemed), int64(of), HalfUp) // not more than allocated
		return v
	}
	total := allocated
	if left > 0 {
		total = part(c.Redeemed, expected)
	}
	breakage := int64(0)
	if kept > 0 {
		breakage = max(total-part(c.Redeemed, Points(kept)), 0)
	} else {
		breakage = total // nothing is left that could be redeemed
	}
	catchUp := int64(0)
	if before.Redeemed > 0 {
		of := expected
		if left == 0 {
			of = c.Redeemed // it has turned out
		}
		catchUp = part(before.Redeemed, of) - was
	}
	to := func(v int64) decimal.Decimal { return minor.To(v, decimals) }
	return Recognition{
		Total:    Recognised{to(total), to(breakage), c.Redeemed, expected},
		Deferred: to(allocated - total), Now: to(total - was), Breakage: to(breakage - wasBreakage), CatchUp: to(catchUp),
	}, nil
}
