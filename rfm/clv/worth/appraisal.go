package worth

import (
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// Customer is a row: what one customer spends, or is expected to, and the score
// of how long a cooperation may last. A customer has one row.
type Customer[K comparable] struct {
	Customer K
	// Consumption in Config.Currency: a historic value, a forecast. It may be
	// negative, and then counts so for those who brought the customer.
	Consumption decimal.Decimal
	// Score of cooperation, 0 to Config.MaxScore with at most 6 decimal places.
	Score decimal.Decimal
}

// Part names one of the numbers of a Value.
type Part string

// The parts.
const (
	Consumption Part = "consumption"
	WordOfMouth Part = "word_of_mouth"
	Cooperation Part = "cooperation"
	Total       Part = "total"
)

// Parts lists all of them.
func Parts() []Part { return []Part{Consumption, WordOfMouth, Cooperation, Total} }

// Label is the part's name for people; an unknown part is its own name.
func (p Part) Label(lang guanxi.Lang) string {
	switch p {
	case Consumption:
		return guanxi.Text{EN: "consumption", ZH: "消费价值"}.In(lang)
	case WordOfMouth:
		return guanxi.Text{EN: "word of mouth", ZH: "口碑价值"}.In(lang)
	case Cooperation:
		return guanxi.Text{EN: "cooperation potential", ZH: "合作潜力"}.In(lang)
	case Total:
		return guanxi.Text{EN: "total", ZH: "总价值"}.In(lang)
	}
	return string(p)
}

// Value is what one customer is worth: Total = Consumption + WordOfMouth +
// Cooperation, exactly.
type Value struct {
	Consumption, WordOfMouth, Cooperation, Total decimal.Decimal
}

// Of returns one part of v, and false for an unknown one.
func (v Value) Of(p Part) (decimal.Decimal, bool) {
	switch p {
	case Consumption:
		return v.Consumption, true
	case WordOfMouth:
		return v.WordOfMouth, true
	case Cooperation:
		return v.Cooperation, true
	case Total:
		return v.Total, true
	}
	return decimal.Decimal{}, false
}

// Appraisal holds the values of customers. Immutable; safe for concurrent use.
type Appraisal[K comparable] struct {
	decimals int
	index    map[K]int32
	keys     []K
	parts    [4][]int64 // minor units, in the order of Parts
}

// Appraise values customers. Customer i of the result is customers[i]; after them
// come those who appear in referrals alone, in the order in which they do: their
// consumption and score are 0, but those they brought count. Who brought whom does not depend on the order of rows, nor does any value.
//
// All faults of rows at once, the first 1,000 of them, in front those of cfg:
//
//   - /customers/3/customer ([ErrCustomer], [ErrDuplicate]), …/consumption and
//     …/score ([ErrDecimals], [ErrOverflow], [ErrScore]);
//   - /referrals/7/referrer and …/referred ([ErrCustomer], [ErrSelfReferral],
//     [ErrReferrers]), …/at ([ErrTime], with ReferrersFirst alone), and
//     /referrals/7 for every row that lies on a circle ([ErrCycle]);
//   - ErrOverflow at the customer (or at "" for one without a row) where what
//     those they brought spend does not fit.
//
// Cost: linear in customers, rows and hops.
func Appraise[K comparable](key guanxi.Key[K], customers []Customer[K], referrals []Referral[K], cfg Config) (*Appraisal[K], error) {
	r, err := cfg.rates()
	if err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	if len(customers) > math.MaxInt32/4 || len(referrals) > math.MaxInt32/4 {
		return nil, fmt.Errorf("worth: %w: more than %d rows", ErrOverflow, math.MaxInt32/4)
	}
	a := &Appraisal[K]{decimals: cfg.Decimals, index: make(map[K]int32, len(customers))}
	var f faults
	a.read(cfg, r, customers, &f)
	edges := a.link(cfg, referrals, &f)
	g := build(key, a.keys, edges, cfg.Referrers, &f)
	if err := f.err(); err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	if err := a.sum(r, g, len(customers)); err != nil {
		return nil, fmt.Errorf("worth: %w", err)
	}
	return a, nil
}

// read takes the customers' own rows: consumption, and the score's money.
func (a *Appraisal[K]) read(cfg Config, r rates, customers []Customer[K], f *faults) {
	var zero K
	unit := pow10(scorePlaces + ratePlaces - cfg.Decimals)
	for p := range a.parts {
		a.parts[p] = make([]int64, 0, len(customers))
	}
	for i, c := range customers {
		if c.Customer == zero {
			f.add("/customers", i, "/customer", ErrCustomer)
		} else if _, seen := a.index[c.Customer]; seen {
			f.add("/customers", i, "/customer", ErrDuplicate)
		} else {
			a.index[c.Customer] = int32(i)
		}
		spent, err := minor.From(c.Consumption, cfg.Decimals)
		if err != nil {
			f.add("/customers", i, "/consumption", moneyFault(err))
		}
		score, err := minor.From(c.Score, scorePlaces)
		if err != nil {
			f.add("/customers", i, "/score", moneyFault(err))
		} else if score < 0 || r.maxScore > 0 && score > r.maxScore {
			f.add("/customers", i, "/score", ErrScore)
		}
		money, ok := product(score, r.point).over(unit)
		if !ok {
			f.add("/customers", i, "/score", ErrOverflow)
		}
		a.add(c.Customer, spent, money)
	}
}

func (a *Appraisal[K]) add(k K, spent, money int64) {
	a.keys = append(a.keys, k)
	for p, v := range [4]int64{spent, 0, money, 0} {
		a.parts[p] = append(a.parts[p], v)
	}
}

// link numbers the customers of referrals.
func (a *Appraisal[K]) link(cfg Config, referrals []Referral[K], f *faults) []edge {
	var zero K
	number := func(k K) int32 {
		n, ok := a.index[k]
		if !ok {
			n = int32(len(a.keys))
			a.index[k] = n
			a.add(k, 0, 0)
		}
		return n
	}
	edges := make([]edge, 0, len(referrals))
	for i, r := range referrals {
		e := edge{row: int32(i)}
		ok := true
		if r.Referrer == zero {
			f.add("/referrals", i, "/referrer", ErrCustomer)
			ok = false
		}
		if r.Referred == zero {
			f.add("/referrals", i, "/referred", ErrCustomer)
			ok = false
		} else if r.Referred == r.Referrer {
			f.add("/referrals", i, "/referrer", ErrSelfReferral)
			ok = false
		}
		if cfg.Referrers == ReferrersFirst {
			if e.at = r.At.UnixMicro(); !known(r.At) {
				f.add("/referrals", i, "/at", ErrTime)
				ok = false
			}
		}
		if ok {
			e.referrer, e.referred = number(r.Referrer), number(r.Referred)
			edges = append(edges, e)
		}
	}
	return edges
}

// known reports whether t is a time of the years 1 to 9999.
func known(t time.Time) bool {
	us := t.UnixMicro()
	return us > minMicro && us < maxMicro
}

// The years 1 to 9999 in UTC microseconds; the first is the zero time.Time.
const (
	minMicro = -62135596800_000000
	maxMicro = 253402300800_000000
)

// sum fills word of mouth and the total.
func (a *Appraisal[K]) sum(r rates, g graph, rows int) error {
	n := len(a.keys)
	var f faults
	overflow := func(i int) {
		if i < rows {
			f.add("/customers", i, "", ErrOverflow)
		} else {
			f.errs = append(f.errs, &guanxi.FieldError{Err: ErrOverflow})
		}
	}
	heard := make([]wide, n)
	if len(g.to) > 0 {
		values, next := append([]int64(nil), a.parts[0]...), make([]wide, n)
		for _, share := range r.decay {
			g.hop(next, values)
			for i, v := range next {
				var ok bool
				if values[i], ok = v.int64(); !ok {
					overflow(i)
					return f.err()
				}
				heard[i] = heard[i].plus(product(values[i], share))
			}
		}
	}
	for i := range n {
		mouth, ok1 := heard[i].over(rateOne)
		total, ok2 := minor.Add(a.parts[0][i], mouth)
		all, ok3 := minor.Add(total, a.parts[2][i])
		if !ok1 || !ok2 || !ok3 {
			overflow(i)
		}
		a.parts[1][i], a.parts[3][i] = mouth, all
	}
	return f.err()
}

// Len is the number of customers.
func (a *Appraisal[K]) Len() int { return len(a.keys) }

// Key returns customer i, 0 ≤ i < Len.
func (a *Appraisal[K]) Key(i int) K { return a.keys[i] }

// At returns the value of customer i, 0 ≤ i < Len.
func (a *Appraisal[K]) At(i int) Value {
	return Value{
		Consumption: minor.To(a.parts[0][i], a.decimals),
		WordOfMouth: minor.To(a.parts[1][i], a.decimals),
		Cooperation: minor.To(a.parts[2][i], a.decimals),
		Total:       minor.To(a.parts[3][i], a.decimals),
	}
}

// Find returns the value of one customer, and false for an unknown one.
func (a *Appraisal[K]) Find(k K) (Value, bool) {
	i, ok := a.index[k]
	if !ok {
		return Value{}, false
	}
	return a.At(int(i)), true
}

// All yields every customer with their value, in the order of Appraise.
func (a *Appraisal[K]) All() iter.Seq2[K, Value] {
	return func(yield func(K, Value) bool) {
		for i, k := range a.keys {
			if !yield(k, a.At(i)) {
				return
			}
		}
	}
}

// Sum adds up every part over all customers. See the package's comment on what
// such a sum of word of mouth is not.
func (a *Appraisal[K]) Sum() Value {
	var sums [4]decimal.Decimal
	for p, column := range a.parts {
		var s wide
		for _, v := range column {
			s = s.plus(wideOf(v))
		}
		sums[p] = s.decimal(a.decimals)
	}
	return Value{sums[0], sums[1], sums[2], sums[3]}
}

// Tiers cuts the customers by one part; tiers[i] is the tier of customer i, an
// index into t.All. ErrOption for an unknown part, ErrOverflow where the sum of
// the positive values does not fit.
func (a *Appraisal[K]) Tiers(t *Tiers, part Part) (tiers []int, err error) {
	for i, p := range Parts() {
		if p == part {
			return t.cutMoney(nil, a.parts[i])
		}
	}
	return nil, fmt.Errorf("worth: %w: part %.32q", ErrOption, part)
}
