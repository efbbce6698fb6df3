package simulate

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/guanxi-go/guanxi/loyalty"
)

// order is what the reference knows of an order. It is not changed: a refund makes another.
type order struct {
	id string
	at int64
	// counted is as of when its growth counts: late, out of a rolling span, it may be later.
	counted int64

	lines []line
	kinds []orderKind

	first    bool // nothing was left of those before it
	unearned bool // known by its payments alone
	payments []payment
}

type line struct {
	id                 string
	amount, base       int64
	quantity           int64
	backAmount, backed int64 // come back by amount, by quantity
}

type orderKind struct {
	kind            loyalty.Kind
	rounding        loyalty.Rounding
	terms           []term
	granted, taken  int64
	expired         int64 // of taken
	gone            int64 // had expired in lots that a merge has left behind
	rules, stacking loyalty.Stacking
}

// term is a rule that matched an order.
type term struct {
	id     string
	typ    loyalty.TermType
	rate   *big.Rat // points per minor unit, or the factor
	points int64
	min    int64
	lines  []int // nil: all
	limit  *count
}

func (t *term) earns() bool { return t.typ == loyalty.TermRate || t.typ == loyalty.TermFixed }

func (t *term) on(l int) bool { return t.lines == nil || slices.Contains(t.lines, l) }

func floorDiv(a, b, c int64) int64 { // ⌊a×b/c⌋ of what is not negative
	x := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	return x.Quo(x, big.NewInt(c)).Int64()
}

// left is what is left of a line's amount.
func (l *line) left() int64 {
	return l.amount - l.backAmount - floorDiv(l.amount, l.backed, l.quantity)
}

// baseLeft is what is left of a line's base, in proportion, a fraction for the customer.
func (l *line) baseLeft() int64 {
	if l.base == 0 {
		return 0
	}
	return -floorDivSigned(-l.base*l.left(), l.amount)
}

func floorDivSigned(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func (l *line) open() bool {
	if l.amount > 0 {
		return l.left() > 0
	}
	return l.backed < l.quantity
}

func (o *order) kept() (sum int64) {
	for i := range o.lines {
		sum += o.lines[i].left()
	}
	return sum
}

// keeps returns how many orders that have earned the customer has not brought back whole.
func (a *account) keeps() (n int) {
	for _, o := range a.orders {
		if !o.unearned && o.kept() > 0 {
			n++
		}
	}
	return n
}

// first reports whether an order is the friend's first that is kept: nothing was left of
// those before it, or it is the only one.
func (a *account) first(o *order) bool {
	return o.first || a.keeps() == 1 && !o.unearned && o.kept() > 0
}

func (o *order) clone() *order {
	c := *o
	c.lines, c.kinds = slices.Clone(o.lines), slices.Clone(o.kinds)
	return &c
}

// round rounds a number that is not negative.
func round(x *big.Rat, mode loyalty.RoundMode) int64 {
	whole := new(big.Int).Quo(x.Num(), x.Denom())
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(whole))
	up := false
	switch half := rest.Cmp(big.NewRat(1, 2)); mode {
	case loyalty.HalfUp:
		up = half >= 0
	case loyalty.HalfEven:
		up = half > 0 || half == 0 && whole.Bit(0) == 1
	case loyalty.Ceil:
		up = rest.Sign() > 0
	}
	if up {
		return whole.Int64() + 1
	}
	return whole.Int64()
}

// worth is what the lines of an order earn of a kind, exactly, and what belongs to the
// order as a whole.
type worth struct {
	lines []*big.Rat
	whole *big.Rat
}

func (w *worth) sum() *big.Rat {
	s := new(big.Rat)
	for _, x := range w.lines {
		s.Add(s, x)
	}
	return s
}

func (w *worth) rounded(r loyalty.Rounding) (total int64) {
	switch r.Scope {
	case loyalty.ScopeLine:
		for _, x := range w.lines {
			total += round(x, r.Mode)
		}
		return total + round(w.whole, r.Mode)
	case loyalty.ScopeSplit:
		return round(w.sum(), r.Mode) + round(w.whole, r.Mode)
	}
	return round(new(big.Rat).Add(w.sum(), w.whole), r.Mode)
}

// Which campaigns count: all, none, or (from 0 on) the one at that place of the terms.
const (
	everyCampaign = -1
	noCampaign    = -2
)

// work goes through the terms whose least order is not above level. It returns what each
// of them adds to the rounded total.
func (k *orderKind) work(bases []int64, level int64, only int) (w worth, steps []int64) {
	w = worth{whole: new(big.Rat)}
	for range bases {
		w.lines = append(w.lines, new(big.Rat))
	}
	counts := func(i int) bool {
		t := &k.terms[i]
		return t.min <= level && (t.earns() || only == everyCampaign || only == i)
	}
	reaches := func(t *term) bool { // something is left of what it is for
		return slices.ContainsFunc(k.every(t, len(bases)), func(l int) bool { return bases[l] > 0 })
	}
	var earned worth // by earning rules
	running := int64(0)
	for i := range k.terms {
		t := &k.terms[i]
		if !t.earns() && earned.lines == nil {
			for _, x := range w.lines {
				earned.lines = append(earned.lines, new(big.Rat).Set(x))
			}
			earned.whole = new(big.Rat).Set(w.whole)
		}
		if counts(i) {
			switch t.typ {
			case loyalty.TermRate:
				for _, l := range k.every(t, len(bases)) {
					if k.rules == loyalty.Add || k.bestRate(l, level) == i {
						x := new(big.Rat).SetInt64(bases[l])
						w.lines[l].Add(w.lines[l], x.Mul(x, t.rate))
					}
				}
			case loyalty.TermFixed:
				if reaches(t) && (k.rules == loyalty.Add || k.bestFixed(level, reaches) == i) {
					w.whole.Add(w.whole, big.NewRat(t.points, 1))
				}
			case loyalty.TermBonus:
				if reaches(t) {
					w.whole.Add(w.whole, big.NewRat(t.points, 1))
				}
			case loyalty.TermMultiplier:
				more := new(big.Rat).Sub(t.rate, big.NewRat(1, 1))
				grow := func(x, base *big.Rat) {
					if k.stacking != loyalty.Add {
						base = x
					}
					x.Add(x, new(big.Rat).Mul(base, more))
				}
				for _, l := range k.every(t, len(bases)) {
					grow(w.lines[l], earned.lines[l])
				}
				if t.lines == nil {
					grow(w.whole, earned.whole)
				}
			}
		}
		total := w.rounded(k.rounding)
		steps = append(steps, total-running)
		running = total
	}
	return w, steps
}

func (k *orderKind) every(t *term, n int) []int {
	if t.lines != nil {
		return t.lines
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// bestRate returns the term of the best rate of a line, the earlier of two.
func (k *orderKind) bestRate(l int, level int64) int {
	best := -1
	for i := range k.terms {
		t := &k.terms[i]
		if t.typ == loyalty.TermRate && t.min <= level && t.on(l) && (best < 0 || t.rate.Cmp(k.terms[best].rate) > 0) {
			best = i
		}
	}
	return best
}

func (k *orderKind) bestFixed(level int64, reaches func(*term) bool) int {
	best := -1
	for i := range k.terms {
		t := &k.terms[i]
		if t.typ == loyalty.TermFixed && t.min <= level && reaches(t) && (best < 0 || t.points > k.terms[best].points) {
			best = i
		}
	}
	return best
}

func sum(x []int64) (s int64) {
	for _, v := range x {
		s += v
	}
	return s
}

// choices returns the campaigns that may be the best one, or that all count.
func (k *orderKind) choices() []int {
	if k.stacking != loyalty.BestOf && k.stacking != "" {
		return []int{everyCampaign}
	}
	out := []int{}
	for i := range k.terms {
		if !k.terms[i].earns() {
			out = append(out, i)
		}
	}
	return append(out, noCampaign) // last: of two that give the same the campaign counts
}

// earns returns what each term gives for an order, before caps.
func (k *orderKind) earns(bases []int64) (steps []int64) {
	kept := sum(bases)
	for _, only := range k.choices() {
		if _, s := k.work(bases, kept, only); steps == nil || sum(s) > sum(steps) {
			steps = s
		}
	}
	return steps
}

// owed returns what an order has earned of a kind by what is left of it.
func (o *order) owed(k *orderKind) int64 {
	bases, full, all := []int64{}, []int64{}, int64(0)
	for i := range o.lines {
		bases, full = append(bases, o.lines[i].baseLeft()), append(full, o.lines[i].base)
		all += o.lines[i].base
	}
	kept := sum(bases)
	switch {
	case kept == all:
		return k.granted
	case kept == 0:
		return 0
	case k.rounding.Scope != loyalty.ScopeSplit:
		return min(k.granted, sum(k.earns(bases)))
	}
	best := int64(0)
	for _, only := range k.choices() {
		w, _ := k.work(bases, kept, only)
		least := int64(-1)
		levels := []int64{all}
		for i := range k.terms {
			if m := k.terms[i].min; m > kept && m <= all {
				levels = append(levels, m-1)
			}
		}
		for _, level := range levels { // with fewer and fewer of the thresholds reached
			x, left := k.split(full, level, only), int64(0)
			for l := range x {
				if full[l] > 0 {
					left += round(big.NewRat(x[l]*bases[l], full[l]), k.rounding.Mode)
				}
			}
			if least < 0 || left < least {
				least = left
			}
		}
		best = max(best, least+round(w.whole, k.rounding.Mode))
	}
	return min(k.granted, best)
}

// split shares the rounded total of lines in full over them, the largest remainders first.
func (k *orderKind) split(full []int64, level int64, only int) []int64 {
	w, _ := k.work(full, level, only)
	total, out, by := round(w.sum(), k.rounding.Mode), make([]int64, len(full)), make([]int, len(full))
	rest := make([]*big.Rat, len(full))
	for i, x := range w.lines {
		out[i], by[i] = round(x, loyalty.Floor), i
		total -= out[i]
		rest[i] = new(big.Rat).Sub(x, big.NewRat(out[i], 1))
	}
	slices.SortStableFunc(by, func(a, b int) int { return cmp.Or(rest[b].Cmp(rest[a]), cmp.Compare(a, b)) })
	for _, i := range by[:total] {
		out[i]++
	}
	return out
}
