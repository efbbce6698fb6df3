package affinity

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Rules holds the rules that some counts give, in both directions. It is a
// snapshot: immutable; safe for concurrent use.
type Rules[I comparable] struct {
	cfg     RuleConfig
	key     guanxi.Key[I]
	seed    uint64
	items   table.Table[I, tallied] // in the order of the keys
	first   []int                   // the rules from item i are rules[first[i]:first[i+1]], the strongest first
	rules   []arrow
	baskets uint32
}

// arrow is a rule without what its items know.
type arrow struct {
	to       uint32
	pair     tallied
	strength float64
}

// NewRules returns the rules of c, or every fault of cfg. c stays as it is.
// Cost: a sort of the items and of the rules, 24 bytes a rule.
func NewRules[I comparable](c *Counts[I], cfg RuleConfig) (*Rules[I], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: rules: %w", err)
	}
	r := &Rules[I]{cfg: cfg.withDefaults(), key: c.key, seed: rand.Uint64(), baskets: uint32(c.sum.baskets)}
	order, rank := c.ranks()
	r.items.Reserve(len(order))
	for _, ord := range order {
		e := c.items.Rows[ord]
		r.items.Rows[r.items.Ordinal(r.key.Hash(r.seed, e.Key), e.Key)].Row = e.Row
	}
	type edge struct {
		from uint32
		arrow
	}
	var edges []edge
	for _, e := range c.pairs.Rows {
		if int64(e.Row.count) < r.cfg.MinTogether {
			continue
		}
		a, b := ordinalsOf(e.Key)
		a, b = rank[a], rank[b]
		for range 2 {
			if s, ok := r.accepts(a, b, e.Row); ok {
				edges = append(edges, edge{a, arrow{b, e.Row, s}})
			}
			a, b = b, a
		}
	}
	slices.SortFunc(edges, func(x, y edge) int {
		return cmp.Or(cmp.Compare(x.from, y.from), cmp.Compare(y.strength, x.strength), cmp.Compare(x.to, y.to))
	})
	r.first = make([]int, len(order)+1)
	at := 0
	for i := range order {
		r.first[i] = len(r.rules)
		for n := 0; at < len(edges) && edges[at].from == uint32(i); n, at = n+1, at+1 {
			if n < r.cfg.PerItem {
				r.rules = append(r.rules, edges[at].arrow)
			}
		}
	}
	r.first[len(order)] = len(r.rules)
	r.rules = slices.Clip(r.rules)
	return r, nil
}

// accepts reports whether a pair becomes a rule, and how strong it is.
func (r *Rules[I]) accepts(from, to uint32, pair tallied) (float64, bool) {
	a, b := r.items.Rows[from].Row, r.items.Rows[to].Row
	if int64(min(a.count, b.count)) < r.cfg.MinItem {
		return 0, false
	}
	m := ruleOf(struct{}{}, struct{}{}, bounds{pair, a, b, r.baskets, r.cfg.Prior})
	return m.Strength, m.Strength > 0 && m.LLR >= r.cfg.MinLLR && m.Lift >= r.cfg.MinLift &&
		m.Confidence >= r.cfg.MinConfidence && m.Support >= r.cfg.MinSupport
}

// Config returns the config with every default spelled out.
func (r *Rules[I]) Config() RuleConfig { return r.cfg }

// Len returns the number of rules; a pair may have two.
func (r *Rules[I]) Len() int { return len(r.rules) }

// rule spells out the n-th rule, which is one from item i.
func (r *Rules[I]) rule(i uint32, n int) Rule[I] {
	w := r.rules[n]
	a, b := &r.items.Rows[i], &r.items.Rows[w.to]
	return ruleOf(a.Key, b.Key, bounds{w.pair, a.Row, b.Row, r.baskets, r.cfg.Prior})
}

func (r *Rules[I]) find(item I) (uint32, bool) {
	return r.items.Find(r.key.Hash(r.seed, item), item)
}

// Find returns the rule between two items. ok is false where there is none.
// Cost: O(PerItem), no allocation.
func (r *Rules[I]) Find(from, to I) (rule Rule[I], ok bool) {
	a, okA := r.find(from)
	b, okB := r.find(to)
	if !okA || !okB {
		return rule, false
	}
	n, ok := r.between(a, b)
	if !ok {
		return rule, false
	}
	return r.rule(a, n), true
}

func (r *Rules[I]) between(from, to uint32) (int, bool) {
	for n := r.first[from]; n < r.first[from+1]; n++ {
		if r.rules[n].to == to {
			return n, true
		}
	}
	return 0, false
}

// From yields the rules from an item, the strongest first, equal ones in the
// order of their keys.
func (r *Rules[I]) From(item I) iter.Seq[Rule[I]] {
	return func(yield func(Rule[I]) bool) {
		i, ok := r.find(item)
		if !ok {
			return
		}
		for n := r.first[i]; n < r.first[i+1]; n++ {
			if !yield(r.rule(i, n)) {
				return
			}
		}
	}
}

// All yields all rules: From in the order of the keys, and of each the strongest
// first.
func (r *Rules[I]) All() iter.Seq[Rule[I]] {
	return func(yield func(Rule[I]) bool) {
		for i := range r.items.Rows {
			for n := r.first[i]; n < r.first[i+1]; n++ {
				if !yield(r.rule(uint32(i), n)) {
					return
				}
			}
		}
	}
}

// Measure is what rules are ranked by.
type Measure string

// The measures, see the fields of [Rule].
const (
	ByStrength   Measure = "strength" // the default
	BySupport    Measure = "support"
	ByConfidence Measure = "confidence"
	ByLift       Measure = "lift"
	ByLLR        Measure = "llr"
)

// validate returns ErrOption unless m is one of the constants or "".
func (m Measure) validate() error {
	switch m {
	case "", ByStrength, BySupport, ByConfidence, ByLift, ByLLR:
		return nil
	}
	return fmt.Errorf("%w: %q is none of strength, support, confidence, lift, llr", ErrOption, string(m))
}

// measure picks one.
func (r *Rule[I]) measure(m Measure) float64 {
	switch m {
	case BySupport:
		return r.Support
	case ByConfidence:
		return r.Confidence
	case ByLift:
		return r.Lift
	case ByLLR:
		return r.LLR
	}
	return r.Strength
}

// AppendTop appends the k best rules by a measure, the best first; equal ones by
// how often they were seen, and then by From and To in the order of the keys. An
// unknown measure and a k below 0 are ErrOption. Cost: a look at every rule, and
// for the better ones a place among k; no allocation beyond dst.
func (r *Rules[I]) AppendTop(dst []Rule[I], k int, by Measure) ([]Rule[I], error) {
	var f faultList
	if err := by.validate(); err != nil {
		f = append(f, guanxi.At("/by", err))
	}
	if k < 0 {
		f.option("/k", "%d rules", k)
	}
	if err := f.join(); err != nil {
		return dst, fmt.Errorf("affinity: %w", err)
	}
	start := len(dst)
	better := func(x, y Rule[I]) int {
		return cmp.Or(cmp.Compare(y.measure(by), x.measure(by)), cmp.Compare(y.Together, x.Together),
			r.key.Compare(x.From, y.From), r.key.Compare(x.To, y.To))
	}
	for rule := range r.All() {
		dst = insert(dst, start, k, rule, better)
	}
	return dst, nil
}

// insert keeps dst[start:] the k best of what it was given, the best first.
func insert[T any](dst []T, start, k int, v T, compare func(a, b T) int) []T {
	best := dst[start:]
	if len(best) >= k && (k == 0 || compare(v, best[k-1]) >= 0) {
		return dst
	}
	at, _ := slices.BinarySearchFunc(best, v, compare)
	if len(best) < k {
		dst = append(dst, v)
		best = dst[start:]
	}
	copy(best[at+1:], best[at:])
	best[at] = v
	return dst
}
