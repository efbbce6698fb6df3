package loyalty

import (
	"cmp"
	"slices"
)

// owed returns what the order has earned of its i-th kind when returns are counted
// besides what the record knows: 0 when everything has come back, what was granted
// when nothing has, never more than before, and the same in whatever order and
// portions things come back. r is only read.
//
// Cost: O(lines × terms), no allocation once w has room.
func (r *OrderRecord) owed(w *owing, returns []LineReturn, i int) (Points, error) {
	k := &r.Kinds[i]
	kept, all := w.remaining(r, returns)
	if kept == all {
		return k.Granted, nil
	}
	total, err := Points(0), error(nil)
	if k.Rounding.Scope == ScopeSplit {
		total, err = w.totalSplit(r, k, kept)
	} else {
		total, err = w.total(r, k, w.bases, kept)
	}
	return min(total, k.Granted), err
}

// remaining fills w.bases with what is left of each line's base, and returns its sum
// and that of the bases in full.
func (w *owing) remaining(r *OrderRecord, returns []LineReturn) (kept, all int64) {
	w.bases = grow(w.bases, len(r.Lines))
	for i := range r.Lines {
		w.bases[i] = r.Lines[i].baseLeft(0, 0)
	}
	for j, back := range returns {
		amount, quantity := back.Amount, back.Quantity
		for _, more := range returns[:j] { // of the same line
			if more.Line == back.Line {
				amount, quantity = amount+more.Amount, quantity+more.Quantity
			}
		}
		w.bases[back.Line] = r.Lines[back.Line].baseLeft(amount, quantity)
	}
	for i := range r.Lines {
		kept += w.bases[i]
		all += r.Lines[i].Base
	}
	return kept, all
}

// totalSplit is total of ScopeSplit: each line keeps the share of its points that is
// left of it. Where thresholds are no longer reached, the shares are found again
// without what they gave, and the least counts, so that nothing grows.
func (w *owing) totalSplit(r *OrderRecord, k *OrderKind, kept int64) (Points, error) {
	terms := r.Terms[k.From:k.To]
	w.stage = grow(w.stage, len(terms))
	if kept <= 0 {
		return 0, nil
	}
	if k.Stacking != BestOf && k.Stacking != "" {
		return w.splitWith(r, k, kept, onlyAll)
	}
	best, err := w.splitWith(r, k, kept, onlyNone)
	for c := baseTerms(terms); c < len(terms) && err == nil; c++ {
		if terms[c].Min > kept {
			continue
		}
		var total Points
		total, err = w.splitWith(r, k, kept, c)
		best = max(best, total)
	}
	return best, err
}

// splitWith is totalSplit with the campaigns that only names.
func (w *owing) splitWith(r *OrderRecord, k *OrderKind, kept int64, only int) (Points, error) {
	// What belongs to the order as a whole, by what is left.
	if _, err := w.run(r, k, w.bases, kept, only); err != nil {
		return 0, err
	}
	whole, ok := w.cur[len(w.bases)].round(w.den, k.Rounding.Mode)
	if !ok {
		return 0, ErrOverflow
	}
	level := int64(0)
	for i := range r.Lines {
		level += r.Lines[i].Base
	}
	least := Points(-1)
	for { // from what the full order reached down to what is reached now
		left, err := w.linesLeft(r, k, level, only)
		if err != nil {
			return 0, err
		}
		if least < 0 || left < least {
			least = left
		}
		next := int64(-1) // the highest level below at which fewer thresholds are reached
		for _, t := range r.Terms[k.From:k.To] {
			if t.Min > kept && t.Min <= level {
				next = max(next, t.Min-1)
			}
		}
		if next < 0 {
			break
		}
		level = next
	}
	if sum := least + Points(whole); sum >= 0 {
		return sum, nil
	}
	return 0, ErrOverflow
}

// linesLeft splits what the full lines earn with the terms that level reaches, and
// sums what is left of the shares.
func (w *owing) linesLeft(r *OrderRecord, k *OrderKind, level int64, only int) (Points, error) {
	if err := w.shares(r, k, level, only); err != nil {
		return 0, err
	}
	sum := Points(0)
	for i := range r.Lines {
		if full := r.Lines[i].Base; full > 0 {
			left, _ := share(int64(w.split[i]), w.bases[i], full, k.Rounding.Mode)
			sum += Points(left) // not more than the shares' own sum
		}
	}
	return sum, nil
}

// shares fills w.split with the points of each line in full.
func (w *owing) shares(r *OrderRecord, k *OrderKind, level int64, only int) error {
	n := len(r.Lines)
	kept := w.bases
	w.bases = w.full(r)
	_, err := w.run(r, k, w.bases, level, only)
	w.fulls, w.bases = w.bases, kept
	if err != nil {
		return err
	}
	sum, ok := w.lines()
	total, fits := sum.round(w.den, k.Rounding.Mode)
	if !ok || !fits {
		return ErrOverflow
	}
	w.split, w.order = grow(w.split, n), grow(w.order, n)
	for i := range n {
		p, _ := w.cur[i].round(w.den, Floor) // not more than the sum
		w.split[i], w.order[i] = Points(p), int32(i)
		total -= p
	}
	if total == 0 {
		return nil
	}
	slices.SortFunc(w.order, func(a, b int32) int {
		return cmp.Or(-cmp.Compare(w.cur[a].remainder(w.den), w.cur[b].remainder(w.den)), cmp.Compare(a, b))
	})
	for _, i := range w.order[:total] {
		w.split[i]++
	}
	return nil
}

// full returns the bases of all lines in full, in memory of their own.
func (w *owing) full(r *OrderRecord) []int64 {
	out := grow(w.fulls, len(r.Lines))
	for i := range r.Lines {
		out[i] = r.Lines[i].Base
	}
	return out
}
