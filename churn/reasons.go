package churn

// work is the scratch for one customer after the other.
type work struct {
	n      int
	signal [maxSignals]uint8
	value  [maxSignals]float64 // decayed and capped; of zeros the freshest one's decay
	zero   [maxSignals]bool    // nothing but zeros so far
	seen   [maxSignals / 64]uint64
	group  [maxSignals]uint64 // the weightiest key of each group, 0 between customers
	best   [maxSignals]uint64
}

func (w *work) reset() {
	w.n = 0
	w.seen = [maxSignals / 64]uint64{}
}

// see counts an observation that has no fault.
func (s *Scorer) see(w *work, signal int, value float64, age int64) {
	r := &s.rules[signal]
	x := float64(float64(age) * r.rate)
	if x < -1000 {
		x = -1000
	}
	x = s.pow.exp2(x)
	zero := value == 0
	if !zero {
		x = min(float64(x*value), r.limit)
	}
	x = onGrid(x)
	word, bit := &w.seen[uint(signal)/64%uint(len(w.seen))], uint64(1)<<(uint(signal)%64)
	if *word&bit != 0 {
		w.again(uint8(signal), zero, x, r.limit)
		return
	}
	*word |= bit
	i := w.n % maxSignals
	w.signal[i], w.value[i], w.zero[i] = uint8(signal), x, zero
	w.n++
}

// again counts a further observation of a signal.
func (w *work) again(signal uint8, zero bool, x, limit float64) {
	i := 0
	for w.signal[i] != signal {
		i++
	}
	switch {
	case zero && w.zero[i]:
		w.value[i] = max(w.value[i], x)
	case !zero && w.zero[i]:
		w.zero[i], w.value[i] = false, x
	case !zero:
		w.value[i] = min(w.value[i]+x, limit)
	}
}

// A key is a reason as one number: its size in units of 2^-37, then 255 − signal,
// then its sign. Reasons are in order when their keys fall, and min and max of
// keys need no branch. A key with a size of 0 is no reason.
func keyOf(x int64, signal uint8) uint64 {
	sign := x >> 63
	return uint64((x^sign)-sign)<<9 | uint64(^signal)<<1 | uint64(sign)&1
}

func keySum(key uint64) int64 {
	sign := -int64(key & 1)
	return (int64(key>>9) ^ sign) - sign
}

// sum turns what was seen into a score, and fills top: the weightiest first, and
// Signal −1 behind the last.
func (s *Scorer) sum(w *work, sc *Score, top []Reason) {
	seen := w.signal[:w.n]
	for i, signal := range seen {
		r := &s.rules[signal]
		weight := r.weight
		if w.zero[i] {
			weight = r.clear
		}
		g := &w.group[r.group]
		*g = max(*g, keyOf(toGrid(float64(w.value[i]*weight)), signal))
	}
	best := w.best[:len(top)]
	clear(best)
	total := s.bias
	for _, signal := range seen {
		g := &w.group[s.rules[signal].group]
		key := *g
		*g = 0 // the group is counted
		total += keySum(key)
		for k := range best {
			best[k], key = max(best[k], key), min(best[k], key)
		}
	}
	rest, kept := total-s.bias, 0
	for k, key := range best {
		if top[k].fill(key); key >= 1<<9 {
			kept++
		}
		rest -= keySum(key)
	}
	s.finish(sc, total, rest, len(seen), kept)
}

// fill sets the reason of a key, with Signal −1 if it is none.
func (r *Reason) fill(key uint64) {
	signal := int32(^uint8(key >> 1))
	if key < 1<<9 {
		signal = -1
	}
	r.Signal, r.LogOdds = signal, fromGrid(keySum(key))
}

// quickReasons is the most reasons that quick keeps.
const quickReasons = 3

// quick is see and sum for a row of c whose signals are of different groups and
// have no fault, in registers. It reports false for any other row.
func (s *Scorer) quick(c *Columns, lo, hi int, now int64, sc *Score, top []Reason) bool {
	signals, ats := c.Signal[lo:hi], c.At[lo:hi]
	ats = ats[:len(signals)]
	values := c.Value
	if values != nil {
		values = values[lo:hi]
		values = values[:len(signals)]
	}
	var groups, k0, k1, k2 uint64
	total := s.bias
	for j, signal := range signals {
		value, when := 1., ats[j]
		if values != nil {
			value = values[j]
		}
		if !s.sound(int(signal), value, when, now) {
			return false
		}
		r := &s.rules[signal]
		// Two groups that share a bit take the long way; so does a second
		// observation of a signal.
		bit := uint64(1) << (r.group % 64)
		if groups&bit != 0 {
			return false
		}
		groups |= bit
		x, weight := float64(float64(now-when)*r.rate), r.weight
		if x < -1000 {
			x = -1000
		}
		x = s.pow.exp2(x)
		if value != 0 {
			x = min(float64(x*value), r.limit)
		} else {
			weight = r.clear
		}
		part := toGrid(float64(onGrid(x) * weight))
		total += part
		key := keyOf(part, uint8(signal))
		k0, key = max(k0, key), min(k0, key)
		k1, key = max(k1, key), min(k1, key)
		k2 = max(k2, key)
	}
	rest, kept := total-s.bias, 0
	best := [quickReasons]uint64{k0, k1, k2}
	for k := range top {
		key := best[k]
		if top[k].fill(key); key >= 1<<9 {
			kept++
		}
		rest -= keySum(key)
	}
	s.finish(sc, total, rest, len(signals), kept)
	return true
}

// finish fills all of a score but Risk and Band.
func (s *Scorer) finish(sc *Score, total, rest int64, known, kept int) {
	sc.LogOdds, sc.Rest = fromGrid(total), fromGrid(rest)
	sc.Reasons, sc.Known = int16(kept), int16(known)
}

// risks fills Risk and Band from LogOdds. A loop of its own over some hundred
// scores keeps the processor busier than one score after the other.
func (s *Scorer) risks(scores []Score) {
	for i := range scores {
		sc := &scores[i]
		y := float64(sc.LogOdds * -log2E)
		if y > 1000 {
			y = 1000
		} else if y < -1000 {
			y = -1000
		}
		risk := 1 / (1 + s.pow.exp2(y))
		band := int16(-1)
		for _, from := range s.from {
			if risk >= from {
				band++
			}
		}
		sc.Risk, sc.Band = risk, band
	}
}
