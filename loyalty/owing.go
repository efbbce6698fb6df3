package loyalty

import "math/bits"

// owing works out what an order has earned of a kind, from its record alone: the
// same code says what a new order earns and what is left of it after refunds. Its
// memory is reused; the zero value is ready. One goroutine.
type owing struct {
	cur, base []wide // points × den by line; the last is of the order as a whole
	den       uint64
	rate      []uint64 // best rate by line, in 1/den
	win       []int32  // the term that it is of
	bases     []int64  // what is left of each line
	fulls     []int64  // lines in full
	stage     []Points // what each term of the kind added to the total
	split     []Points // scratch of ScopeSplit
	order     []int32
}

// Which campaigns count.
const (
	onlyNone = -2
	onlyAll  = -1 // every one; from 0 on: that term alone
)

func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2+4)
	}
	return s[:n]
}

// total returns what lines with the given bases earn of kind k, before caps, and
// leaves in w.stage what each of its terms adds. kept is the sum of bases.
//
// It never grows when a base gets smaller: rates and bonuses are not negative,
// factors are not below 1, thresholds ask for more, best-of takes the greatest of
// totals that are monotone, and rounding is monotone.
func (w *owing) total(r *OrderRecord, k *OrderKind, bases []int64, kept int64) (Points, error) {
	terms := r.Terms[k.From:k.To]
	w.stage = grow(w.stage, len(terms))
	clear(w.stage)
	if kept <= 0 {
		return 0, nil
	}
	if len(terms) == 1 && terms[0].All && terms[0].Type == TermRate && k.Rounding.Scope != ScopeLine {
		if kept < terms[0].Min {
			return 0, nil
		}
		n, ok := product(uint64(kept), uint64(terms[0].Num)).round(uint64(terms[0].Den), k.Rounding.Mode)
		if !ok {
			return 0, ErrOverflow
		}
		w.stage[0] = Points(n)
		return Points(n), nil
	}
	only, err := w.choose(r, k, bases, kept)
	if err != nil {
		return 0, err
	}
	return w.run(r, k, bases, kept, only)
}

// choose returns which campaigns count: all, or the one that gives most.
func (w *owing) choose(r *OrderRecord, k *OrderKind, bases []int64, kept int64) (int, error) {
	terms := r.Terms[k.From:k.To]
	if k.Stacking != BestOf && k.Stacking != "" {
		return onlyAll, nil
	}
	best, only, first := Points(-1), onlyNone, baseTerms(terms)
	if len(terms)-first == 1 {
		return first, nil
	}
	for c := first; c < len(terms); c++ {
		if terms[c].Min > kept {
			continue
		}
		total, err := w.run(r, k, bases, kept, c)
		if err != nil {
			return 0, err
		}
		if total > best {
			best, only = total, c
		}
	}
	return only, nil
}

func baseTerms(terms []Term) int {
	for i := range terms {
		if terms[i].Type == TermMultiplier || terms[i].Type == TermBonus {
			return i
		}
	}
	return len(terms)
}

// run works through the terms in order. Terms count whose threshold is not above
// level, and of the campaigns only the one named. After it w.cur and w.den hold the
// exact points by line.
func (w *owing) run(r *OrderRecord, k *OrderKind, bases []int64, level int64, only int) (Points, error) {
	terms, n := r.Terms[k.From:k.To], len(bases)
	w.cur = grow(w.cur, n+1)
	clear(w.cur)
	if err := w.common(terms, level); err != nil {
		return 0, err
	}
	best := k.Rules != Add
	if best {
		w.winners(r, terms, n, level)
	}
	running, first := Points(0), baseTerms(terms)
	for i := range terms {
		if i == first {
			w.base = append(w.base[:0], w.cur...)
		}
		t := &terms[i]
		if t.Min > level || i >= first && only != onlyAll && only != i {
			w.stage[i] = 0
			continue
		}
		ok := true
		switch t.Type {
		case TermRate:
			ok = w.addRate(r, t, bases, int32(i), best)
		case TermFixed:
			if !best || w.bestFixed(r, terms[:first], bases, level) == i {
				ok = w.addPoints(r, t, bases)
			}
		case TermBonus:
			ok = w.addPoints(r, t, bases)
		case TermMultiplier:
			ok = w.multiply(r, t, k.Stacking == Add)
		}
		total, fits := Points(0), false
		if ok {
			total, fits = w.rounded(k.Rounding)
		}
		if !fits {
			return 0, ErrOverflow
		}
		w.stage[i] = total - running
		running = total
	}
	return running, nil
}

// common finds a denominator of all rates that count.
func (w *owing) common(terms []Term, level int64) error {
	w.den = 1
	for i := range terms {
		if t := &terms[i]; t.Type == TermRate && t.Min <= level {
			var ok bool
			if w.den, ok = lcm(w.den, uint64(t.Den)); !ok {
				return ErrOverflow
			}
		}
	}
	return nil
}

// winners finds the best rate of each line, the earlier one of two.
func (w *owing) winners(r *OrderRecord, terms []Term, n int, level int64) {
	w.rate, w.win = grow(w.rate, n), grow(w.win, n)
	clear(w.rate)
	for i := range terms {
		t := &terms[i]
		if t.Type != TermRate || t.Min > level {
			continue
		}
		hi, rate := bits.Mul64(uint64(t.Num), w.den/uint64(t.Den))
		if hi != 0 { // more than any base can be multiplied with: seen by addRate
			rate = 1<<64 - 1
		}
		for h := range r.hits(t, n) {
			if line := r.hit(t, h); rate > w.rate[line] {
				w.rate[line], w.win[line] = rate, int32(i)
			}
		}
	}
}

// hits returns how many lines a term applies to, and hit which is the h-th.
func (r *OrderRecord) hits(t *Term, lines int) int {
	if t.All {
		return lines
	}
	return int(t.To - t.From)
}

func (r *OrderRecord) hit(t *Term, h int) int {
	if t.All {
		return h
	}
	return int(r.Hits[int(t.From)+h])
}

func (w *owing) addRate(r *OrderRecord, t *Term, bases []int64, i int32, best bool) bool {
	hi, rate := bits.Mul64(uint64(t.Num), w.den/uint64(t.Den))
	if hi != 0 {
		return false
	}
	for h := range r.hits(t, len(bases)) {
		line := r.hit(t, h)
		if best && w.win[line] != i {
			continue
		}
		var ok bool
		if w.cur[line], ok = w.cur[line].add(product(uint64(bases[line]), rate)); !ok {
			return false
		}
	}
	return true
}

// bestFixed returns the fixed rule that gives most, the earlier one of two, or −1.
func (w *owing) bestFixed(r *OrderRecord, terms []Term, bases []int64, level int64) int {
	best, points := -1, Points(0)
	for i := range terms {
		t := &terms[i]
		if t.Type == TermFixed && t.Min <= level && t.Points > points && r.anyLeft(t, bases) {
			best, points = i, t.Points
		}
	}
	return best
}

// anyLeft reports whether something is left of the lines that a term applies to.
func (r *OrderRecord) anyLeft(t *Term, bases []int64) bool {
	if t.All { // total has seen that something is left
		return true
	}
	for _, line := range r.Hits[t.From:t.To] {
		if bases[line] > 0 {
			return true
		}
	}
	return false
}

func (w *owing) addPoints(r *OrderRecord, t *Term, bases []int64) bool {
	if !r.anyLeft(t, bases) {
		return true
	}
	var ok bool
	w.cur[len(bases)], ok = w.cur[len(bases)].add(product(uint64(t.Points), w.den))
	return ok
}

// multiply multiplies the lines that a term applies to, or with add adds what the
// factor makes of what the earning rules gave. What belongs to the order as a whole
// is multiplied by a term for all lines.
func (w *owing) multiply(r *OrderRecord, t *Term, add bool) bool {
	num, den, n := uint64(t.Num), uint64(t.Den), len(w.cur)-1
	hi, product := bits.Mul64(w.den, den)
	if hi != 0 {
		return false
	}
	if den != 1 {
		for i := range w.cur { // all to the new denominator
			var ok, ok2 bool
			w.cur[i], ok = w.cur[i].mul(den)
			w.base[i], ok2 = w.base[i].mul(den)
			if !ok || !ok2 {
				return false
			}
		}
	}
	w.den = product
	for h := range r.hits(t, n) {
		if !w.multiplyLine(r.hit(t, h), num, den, add) {
			return false
		}
	}
	return !t.All || w.multiplyLine(n, num, den, add)
}

// multiplyLine adds (num/den − 1) of what is there, or of the base, which are both
// multiples of den.
func (w *owing) multiplyLine(i int, num, den uint64, add bool) bool {
	from := w.cur[i]
	if add {
		from = w.base[i]
	}
	if den != 1 {
		from = from.divided(den)
	}
	more, ok := from.mul(num - den)
	if !ok {
		return false
	}
	w.cur[i], ok = w.cur[i].add(more)
	return ok
}

// rounded returns the total of w.cur.
func (w *owing) rounded(how Rounding) (Points, bool) {
	n := len(w.cur) - 1
	if how.Scope == ScopeLine {
		sum := Points(0)
		for _, c := range w.cur {
			p, ok := c.round(w.den, how.Mode)
			if sum += Points(p); !ok || sum < 0 {
				return 0, false
			}
		}
		return sum, true
	}
	lines, ok := w.lines()
	if !ok {
		return 0, false
	}
	if how.Scope == ScopeSplit { // what has no line is rounded apart
		p, ok := lines.round(w.den, how.Mode)
		q, ok2 := w.cur[n].round(w.den, how.Mode)
		return Points(p + q), ok && ok2 && p+q >= 0
	}
	if lines, ok = lines.add(w.cur[n]); !ok {
		return 0, false
	}
	p, ok := lines.round(w.den, how.Mode)
	return Points(p), ok
}

// lines returns the sum of w.cur without what belongs to the order as a whole.
func (w *owing) lines() (sum wide, ok bool) {
	ok = true
	for _, c := range w.cur[:len(w.cur)-1] {
		if sum, ok = sum.add(c); !ok {
			break
		}
	}
	return sum, ok
}
