package churn

import "math"

const (
	// block is how many customers go through each step together: a loop that does
	// little to much keeps the processor busier than one that does all to each.
	block = 256
	// quickSeen is how many observations a block may have to take the quick way.
	quickSeen = 4 * block
	// quickReasons is the most reasons that quick keeps.
	quickReasons = 3
	// quickMerged is the most observations of a customer that merge looks at.
	quickMerged = 8
)

// weighed are the keys of the observations of a block, each taken by itself, and
// the groups of their signals.
type weighed struct {
	key   [quickSeen]uint64
	group [quickSeen]uint8
}

// weigh fills p with the observations lo to hi of c. It reports false if they are
// too many, or one of them has a fault.
func (s *Scorer) weigh(p *weighed, c *Columns, lo, hi int, now int64) bool {
	if hi-lo > quickSeen {
		return false
	}
	signals, ats, values := c.Signal[lo:hi], c.At[lo:hi], c.Value
	if values != nil {
		values = values[lo:hi]
	}
	keys, groups := p.key[:len(signals)], p.group[:len(signals)]
	ats = ats[:len(signals)]
	if values != nil {
		values = values[:len(signals)]
	}
	rules, pow, most := s.rules, &s.pow, math.Float64bits(MaxValue)
	for j, signal := range signals {
		// The bits of a number below zero, and of no number, are more than any.
		value, when := math.Float64bits(1), ats[j]
		if values != nil {
			value = math.Float64bits(values[j])
		}
		if int(signal) >= len(rules) || value > most || uint64(when) > uint64(now) {
			return false
		}
		r := &rules[signal]
		x, weight := float64(float64(now-when)*r.rate), r.weight
		if x < -1000 {
			x = -1000
		}
		x = pow.exp2(x)
		if value != 0 {
			// Floats of one sign are in the order of their bits.
			x *= math.Float64frombits(value)
			x = math.Float64frombits(min(math.Float64bits(x), math.Float64bits(r.limit)))
		} else {
			weight = r.clear
		}
		keys[j] = keyOf(toGrid(float64(onGrid(x)*weight)), uint8(signal))
		groups[j] = r.group
	}
	return true
}

// quick is see and sum for the customer whose observations are lo to hi of p. It
// reports false where a signal was observed more than once, and wherever else it
// does not know; p may have been changed then.
func (s *Scorer) quick(p *weighed, lo, hi int, sc *Score, top []Reason) bool {
	keys, groups := p.key[lo:hi], p.group[lo:hi]
	merged := false
again:
	var seen, k0, k1, k2 uint64
	total := s.bias
	groups = groups[:len(keys)]
	for j, key := range keys {
		bit := uint64(1) << (groups[j] % 64)
		if seen&bit != 0 {
			n, ok := merge(keys, groups)
			if !ok || merged { // two groups that share a bit
				return false
			}
			keys, merged = keys[:n], true
			goto again
		}
		seen |= bit
		total += keySum(key)
		k0, key = max(k0, key), min(k0, key)
		k1, key = max(k1, key), min(k1, key)
		k2 = max(k2, key)
	}
	rest, kept := total-s.bias, 0
	for k := range top {
		if top[k].fill(k0); k0 >= 1<<9 {
			kept++
		}
		rest -= keySum(k0)
		k0, k1 = k1, k2
	}
	s.finish(sc, total, rest, hi-lo, kept)
	return true
}

// merge leaves the weightiest key of each group in front and returns their
// number; ok is false where a signal occurs twice, or they are too many to look.
func merge(keys []uint64, groups []uint8) (n int, ok bool) {
	if len(keys) > quickMerged {
		return 0, false
	}
	for i, key := range keys {
		for _, other := range keys[:i] {
			if uint8(key>>1) == uint8(other>>1) {
				return 0, false
			}
		}
	}
next:
	for i, key := range keys {
		for k := range n {
			if groups[k] == groups[i] {
				keys[k] = max(keys[k], key)
				continue next
			}
		}
		keys[n], groups[n] = key, groups[i]
		n++
	}
	return n, true
}
