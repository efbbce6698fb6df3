package loyalty

import (
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// PointValue says what points of a kind are worth: exactly Worth for Points.
type PointValue struct {
	Kind   Kind            `json:"kind"`
	Points Points          `json:"points"` // such as 100
	Worth  decimal.Decimal `json:"worth"`  // such as 1.00
	// Rounding of a total to minor units of the currency; the default is half up.
	Rounding RoundMode `json:"rounding,omitempty"`
}

// LiabilityView says what a report shows.
type LiabilityView struct {
	// Ages are the ages at which bands begin, in months since the month in which points
	// were earned; there is one from 0 as well. The default is 3, 6, 12, 24.
	Ages []int `json:"ages,omitempty"`
	// Values, one for each kind that has one; others are counted in points alone.
	Values   []PointValue `json:"values,omitempty"`
	Decimals int          `json:"decimals"` // of the currency
}

// DefaultAges are the ages at which bands begin unless a view names others.
func DefaultAges() []int { return []int{3, 6, 12, 24} }

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of Validate is
// reported with its JSON pointer, and v is left alone if there is one.
func (v *LiabilityView) UnmarshalJSON(data []byte) error {
	type plain LiabilityView
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(v, LiabilityView(p), err)
}

// Validate returns every fault.
func (v LiabilityView) Validate() error {
	var f faults
	for i, a := range v.Ages {
		if a <= 0 || a > 12000 || i > 0 && a <= v.Ages[i-1] {
			f.add(ErrOption, "ages", i)
		}
	}
	if v.Decimals < 0 || v.Decimals > minor.MaxScale {
		f.add(ErrOption, "decimals")
		return f.err()
	}
	for i := range v.Values {
		p := &v.Values[i]
		if slices.ContainsFunc(v.Values[:i], func(q PointValue) bool { return q.Kind == p.Kind }) {
			f.add(ErrDuplicate, "values", i, "kind")
		}
		if p.Points <= 0 {
			f.add(ErrAmount, "values", i, "points")
		}
		if m, err := minor.From(p.Worth, v.Decimals); err != nil {
			f.add(moneyError(err), "values", i, "worth")
		} else if m < 0 {
			f.add(ErrAmount, "values", i, "worth")
		}
		if !slices.Contains([]RoundMode{"", Floor, HalfUp, HalfEven, Ceil}, p.Rounding) {
			f.add(ErrOption, "values", i, "rounding")
		}
	}
	return f.err()
}

// LiabilityReport is what is owed to customers in points, and what that is worth.
type LiabilityReport struct {
	At       Instant         `json:"at"`
	Accounts int64           `json:"accounts"`
	Kinds    []KindLiability `json:"kinds"` // by name
}

// KindLiability is the gross liability of a kind. Bands and months each sum to Total and
// Value to the last unit: each has what its sum from the first one adds to the rounded
// value.
type KindLiability struct {
	Kind Kind `json:"kind"`
	Standing
	Total   Points              `json:"total"`
	Value   decimal.NullDecimal `json:"value"` // not valid: the view names none
	Debt    Points              `json:"debt"`  // owed by customers; not part of Total
	Holders int64               `json:"holders"`
	Debtors int64               `json:"debtors"`
	Ages    []AgeBand           `json:"ages"`    // all bands of the view
	Expires []ExpiryMonth       `json:"expires"` // months in which something expires; the last may be NoMonth
}

// AgeBand is what was earned From (included) To (not included) months ago. To 0 is
// without an end. Points of the month of the instant, or later, have age 0.
type AgeBand struct {
	From int `json:"from"`
	To   int `json:"to,omitempty"`
	Standing
	Total Points              `json:"total"`
	Value decimal.NullDecimal `json:"value"`
}

// ExpiryMonth is what expires in a month. What is held may have expired before the
// instant.
type ExpiryMonth struct {
	Month Month `json:"month"`
	Standing
	Total Points              `json:"total"`
	Value decimal.NullDecimal `json:"value"`
}

// valuer turns sums of points to money.
type valuer struct {
	ok       bool
	minor    int64
	points   Points
	mode     RoundMode
	decimals int
	sum      Points
	value    int64 // of sum
}

func (v *LiabilityView) valuer(k Kind) valuer {
	for _, p := range v.Values {
		if p.Kind == k {
			m, _ := minor.From(p.Worth, v.Decimals) // it is valid
			mode := p.Rounding
			if mode == "" {
				mode = HalfUp
			}
			return valuer{ok: true, minor: m, points: p.Points, mode: mode, decimals: v.Decimals}
		}
	}
	return valuer{}
}

// next returns what points add to the value of those before them.
func (v *valuer) next(points Points) (out decimal.NullDecimal, ok bool) {
	if !v.ok {
		return out, true
	}
	v.sum += points
	value, ok := product(uint64(v.sum), uint64(v.minor)).round(uint64(v.points), v.mode)
	if !ok {
		return out, false
	}
	out = decimal.NullDecimal{Decimal: minor.To(value-v.value, v.decimals), Valid: true}
	v.value = value
	return out, true
}

// Report returns what was counted. A value that does not fit is ErrOverflow.
func (l *Liability) Report(v LiabilityView) (*LiabilityReport, error) {
	if err := v.Validate(); err != nil {
		return nil, err
	}
	if v.Ages == nil {
		v.Ages = DefaultAges()
	}
	r := &LiabilityReport{At: l.at, Accounts: l.accounts}
	now := l.months.of(l.at)
	for i := range l.kinds {
		k := &l.kinds[i]
		if k.empty() {
			continue
		}
		out := KindLiability{Kind: k.kind, Standing: k.sum, Total: k.sum.Total(), Debt: k.debt, Holders: k.holders, Debtors: k.debtors}
		ok := true
		value := func(to *decimal.NullDecimal, by *valuer, points Points) {
			var fits bool
			*to, fits = by.next(points)
			ok = ok && fits
		}
		all, ages, ends := v.valuer(k.kind), v.valuer(k.kind), v.valuer(k.kind)
		value(&out.Value, &all, out.Total)
		out.Ages = k.bands(now, v.Ages)
		for j := range out.Ages {
			value(&out.Ages[j].Value, &ages, out.Ages[j].Total)
		}
		for month, s := range k.expires.all {
			out.Expires = append(out.Expires, ExpiryMonth{Month: month, Standing: *s, Total: s.Total()})
			value(&out.Expires[len(out.Expires)-1].Value, &ends, s.Total())
		}
		if !ok {
			return nil, overflow(out.Kind, "the worth of points")
		}
		r.Kinds = append(r.Kinds, out)
	}
	slices.SortFunc(r.Kinds, func(a, b KindLiability) int {
		if a.Kind < b.Kind {
			return -1
		}
		return 1
	})
	return r, nil
}

func (k *liabilityKind) empty() bool {
	return k.sum == Standing{} && k.debt == 0 && k.holders == 0 && k.debtors == 0
}

func (k *liabilityKind) bands(now Month, ages []int) []AgeBand {
	out := make([]AgeBand, len(ages)+1)
	for i := range ages {
		out[i].To, out[i+1].From = ages[i], ages[i]
	}
	for month, s := range k.earned.all {
		age := min(max(int64(now)-int64(month), 0), math.MaxInt32)
		i, found := slices.BinarySearch(ages, int(age))
		if found {
			i++
		}
		out[i].add(*s)
	}
	for i := range out {
		out[i].Total = out[i].Standing.Total()
	}
	return out
}
