package loyalty

import (
	"cmp"
	"maps"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Revenue sums what sales have allocated to points and what became of the points, by
// cohort. It is an accumulator: cohorts add in any order, and parts merge. Not safe for
// concurrent use; count parts apart and Merge.
//
// What it defers is the allocated amount that is not recognised, a contract liability
// after expected breakage. What the points that are outstanding are worth is the gross
// liability, another figure: see Liability.
type Revenue struct {
	decimals int
	cohorts  map[cohortKey]cohortSum
}

type cohortKey struct {
	kind    Kind
	vintage Month
}

type cohortSum struct {
	allocated int64
	VintageFlow
}

// plus returns the sum, and whether it fits.
func (c cohortSum) plus(d cohortSum) (cohortSum, bool) {
	flow, ok := c.VintageFlow.plus(d.VintageFlow)
	v, ok2 := minor.Add(c.allocated, d.allocated)
	return cohortSum{v, flow}, ok && ok2
}

// NewRevenue returns an empty sum of amounts with so many decimal places; fewer than 0 or
// more than 18 are ErrOption.
func NewRevenue(decimals int) (*Revenue, error) {
	if decimals < 0 || decimals > minor.MaxScale {
		return nil, ErrOption
	}
	return &Revenue{decimals: decimals, cohorts: map[cohortKey]cohortSum{}}, nil
}

// Reset empties r and keeps its decimal places.
func (r *Revenue) Reset() { clear(r.cohorts) }

// Add adds to a cohort: a sale with Allocated and Issued, its refund with a negative
// Allocated and Removed, or what was redeemed or expired. An amount with more decimal
// places is ErrDecimals, a month outside the years 1 to 9999 ErrTime, a sum that does not
// fit ErrOverflow; r is then unchanged.
func (r *Revenue) Add(c Cohort) error {
	v, err := minor.From(c.Allocated, r.decimals)
	switch {
	case err != nil:
		return guanxi.At("/allocated", moneyError(err))
	case c.Vintage < firstMonth || c.Vintage > lastMonth:
		return guanxi.At("/vintage", ErrTime)
	}
	key := cohortKey{c.Kind, c.Vintage}
	sum, ok := r.cohorts[key].plus(cohortSum{v, c.VintageFlow})
	if !ok {
		return ErrOverflow
	}
	r.put(key, sum)
	return nil
}

func (r *Revenue) put(key cohortKey, v cohortSum) {
	if v == (cohortSum{}) {
		delete(r.cohorts, key)
		return
	}
	r.cohorts[key] = v
}

// AddTriangle adds what became of points, as a triangle has counted it until a month,
// which is not included; the vintages of several months are those of their first one.
// On error r is unchanged.
func (r *Revenue) AddTriangle(t *Triangle, before Month) error {
	part := Revenue{decimals: r.decimals, cohorts: map[cohortKey]cohortSum{}}
	for k, v := range t.cells {
		if Month((k.vintage+k.age)*t.per) >= before {
			continue
		}
		if err := part.Add(Cohort{Kind: t.kind, Vintage: Month(k.vintage * t.per), VintageFlow: v}); err != nil {
			return err
		}
	}
	return r.Merge(&part)
}

// Merge adds what s has counted, which is only read. Other decimal places are ErrMerge, a
// sum that does not fit ErrOverflow; r is then unchanged.
func (r *Revenue) Merge(s *Revenue) error {
	if r.decimals != s.decimals {
		return ErrMerge
	}
	for key, v := range s.cohorts {
		if _, ok := r.cohorts[key].plus(v); !ok {
			return ErrOverflow
		}
	}
	for key, v := range maps.Clone(s.cohorts) {
		sum, _ := r.cohorts[key].plus(v)
		r.put(key, sum)
	}
	return nil
}

func (r *Revenue) keys() []cohortKey {
	return slices.SortedFunc(maps.Keys(r.cohorts), func(a, b cohortKey) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.vintage, b.vintage))
	})
}

// Cohorts returns what was added, by kind and vintage.
func (r *Revenue) Cohorts() []Cohort {
	out := make([]Cohort, 0, len(r.cohorts))
	for _, k := range r.keys() {
		v := r.cohorts[k]
		out = append(out, Cohort{k.kind, k.vintage, minor.To(v.allocated, r.decimals), v.VintageFlow})
	}
	return out
}

// CohortRevenue is the revenue of a cohort.
type CohortRevenue struct {
	Cohort
	Recognition
}

// RevenueReport is the revenue of all cohorts, with its sums: Recognised and Deferred are
// what is allocated.
type RevenueReport struct {
	Cohorts    []CohortRevenue `json:"cohorts"` // by kind and vintage
	Allocated  decimal.Decimal `json:"allocated"`
	Recognised decimal.Decimal `json:"recognised"`
	Deferred   decimal.Decimal `json:"deferred"` // the contract liability; not the gross liability
	Now        decimal.Decimal `json:"now"`
	Breakage   decimal.Decimal `json:"breakage"` // within Now
	CatchUp    decimal.Decimal `json:"catch_up"` // within Now
}

// Estimator says how many points of a cohort will have been redeemed in the end, such as
// VintageBreakage.Expected; ok is false where nothing is known. Before says what was
// recognised of it at the last closing; the zero Recognised is nothing.
type Estimator interface {
	Expected(kind Kind, vintage Month) (points Points, ok bool)
	Before(kind Kind, vintage Month) Recognised
}

// Report recognises the revenue of all cohorts. What is wrong with them is returned at
// once, each with the place of its cohort in Cohorts: one of which points are outstanding
// without an estimate is ErrExpected.
func (r *Revenue) Report(by Estimator) (*RevenueReport, error) {
	var f faults
	out := &RevenueReport{}
	for i, c := range r.Cohorts() {
		expected, ok := by.Expected(c.Kind, c.Vintage)
		if !ok {
			expected = 0
		}
		rec, err := Recognise(c, expected, by.Before(c.Kind, c.Vintage), r.decimals)
		if err != nil {
			f.add(err, i)
			continue
		}
		out.Cohorts = append(out.Cohorts, CohortRevenue{c, rec})
		for _, s := range []struct {
			to *decimal.Decimal
			by decimal.Decimal
		}{
			{&out.Allocated, c.Allocated}, {&out.Recognised, rec.Total.Amount}, {&out.Deferred, rec.Deferred},
			{&out.Now, rec.Now}, {&out.Breakage, rec.Breakage}, {&out.CatchUp, rec.CatchUp},
		} {
			*s.to = s.to.Add(s.by)
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// revenueEncoding begins every encoded Revenue.
const revenueEncoding = 1

// AppendBinary appends the encoding of r; equal sums have equal bytes. The error is
// always nil.
func (r *Revenue) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, revenueEncoding, byte(r.decimals))
	b = appendLen(b, len(r.cohorts))
	for _, k := range r.keys() {
		v := r.cohorts[k]
		b = appendInt(appendInt(appendText(b, k.kind), k.vintage), Points(v.allocated))
		for _, p := range v.parts() {
			b = appendInt(b, *p)
		}
	}
	return b, nil
}

// MarshalBinary returns what AppendBinary appends.
func (r *Revenue) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote, and nothing else: other bytes are
// ErrFormat, and r is unchanged.
func (r *Revenue) UnmarshalBinary(data []byte) error {
	d := &reader{b: data}
	if v := d.byte(); v != revenueEncoding {
		d.fail("version %d of revenue", v)
	}
	out, err := NewRevenue(int(d.byte()))
	if err != nil {
		d.fail("decimal places")
		return d.err
	}
	n, last := d.len(), cohortKey{}
	for i := 0; i < n && d.err == nil; i++ {
		k := cohortKey{d.kind(), Month(d.int32())}
		v := cohortSum{allocated: d.int()}
		for _, p := range v.parts() {
			*p = d.points()
		}
		if k.vintage < firstMonth || k.vintage > lastMonth || v == (cohortSum{}) ||
			i > 0 && cmp.Or(cmp.Compare(k.kind, last.kind), cmp.Compare(k.vintage, last.vintage)) <= 0 {
			d.fail("a cohort")
		}
		out.cohorts[k], last = v, k
	}
	if err := d.end(); err != nil {
		return err
	}
	*r = *out
	return nil
}
