package churn

import "math"

// work is the scratch for one customer after the other.
type work struct {
	n      int
	signal [maxSignals]uint8
	value  [maxSignals]float64 // decayed and capped; of zeros the freshest one's decay
	zero   [maxSignals]bool    // nothing but zeros so far
	seen   [maxSignals / 64]uint64
	group  [maxSignals]uint64 // the weightiest key of each group, 0 between customers
	best   [maxSignals]uint64
	endings
}

// endings say which observations of one customer are over.
type endings struct {
	set   [maxSignals / 64]uint64
	until [maxSignals]int64 // the age beyond which they are, where set
}

func (w *work) reset() {
	w.n = 0
	w.seen, w.set = [maxSignals / 64]uint64{}, [maxSignals / 64]uint64{}
}

// date finds out which observations are over, before see counts the others: all
// older than the newest 0, and, where a signal does not fade, all older than the
// newest. Several of one signal can come in any order, so that this takes a turn
// of its own.
func (e *endings) date(r *rule, signal int, value float64, age int64) {
	if value != 0 && r.rate != 0 {
		return
	}
	word, bit := &e.set[uint(signal)/64%uint(len(e.set))], uint64(1)<<(uint(signal)%64)
	until := &e.until[uint(signal)%maxSignals]
	if *word&bit == 0 || age < *until {
		*until = age
	}
	*word |= bit
}

// over says whether an observation is older than one that ends it.
func (e *endings) over(signal int, age int64) bool {
	return e.set[uint(signal)/64%uint(len(e.set))]>>(uint(signal)%64)&1 != 0 && age > e.until[uint(signal)%maxSignals]
}

// see counts an observation that has no fault, after date was told of all.
func (s *Scorer) see(w *work, signal int, value float64, age int64) {
	if w.over(signal, age) {
		return
	}
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
		w.again(uint8(signal), zero, x, r)
		return
	}
	*word |= bit
	i := w.n % maxSignals
	w.signal[i], w.value[i], w.zero[i] = uint8(signal), x, zero
	w.n++
}

// again counts a further observation of a signal. Those of a signal that does not
// fade are of one instant, and so are zeros: the largest counts.
func (w *work) again(signal uint8, zero bool, x float64, r *rule) {
	i := 0
	for w.signal[i] != signal {
		i++
	}
	switch {
	case zero:
	case w.zero[i]:
		w.zero[i], w.value[i] = false, x
	case r.rate == 0:
		w.value[i] = max(w.value[i], x)
	default:
		w.value[i] = min(w.value[i]+x, r.limit)
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
		// Without a branch, of which a third would be foreseen wrongly: numbers of
		// one sign are in the order of their bits.
		band := int64(-1)
		for _, from := range s.fromBits {
			band += 1 + int64(math.Float64bits(risk)-from)>>63
		}
		if risk != risk {
			band = -1
		}
		sc.Risk, sc.Band = risk, int16(band)
	}
}
