package affinity

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Rule says what having one item says about another: of the baskets that hold
// From, how many hold To. The rule back has another confidence and the same lift.
// An immutable value.
//
// Where the counts were cut, Together is the least and FromCount and ToCount the
// most that they can be, so that Support, Confidence and Lift are not overstated.
type Rule[I comparable] struct {
	From      I     `json:"from"`
	To        I     `json:"to"`
	Together  int64 `json:"together"`   // baskets with both
	FromCount int64 `json:"from_count"` // baskets with From
	ToCount   int64 `json:"to_count"`   // baskets with To
	Baskets   int64 `json:"baskets"`    // all
	// Short is by how much Together may fall short because the counts were cut;
	// 0 is exact.
	Short int64 `json:"short,omitempty"`

	Support    float64 `json:"support"`    // Together / Baskets
	Confidence float64 `json:"confidence"` // Together / FromCount
	// Lift is the confidence over the share of all baskets that hold To: 1 is
	// chance, 3 is three times as often.
	Lift float64 `json:"lift"`
	// LLR is the signed log-likelihood ratio, see [LLR]: how sure it is that the
	// two have to do with each other. Where cut counts leave the sign open it is 0.
	LLR float64 `json:"llr"`
	// Strength is the confidence, shrunk towards the share of all baskets that
	// hold To as if Prior more baskets with From had held it just so often, less
	// that share: how much more probable To is because of From, with little
	// belief in few baskets. It lies in [-1, 1].
	Strength float64 `json:"strength"`
}

// Reason names the rule in a line for people, such as "because of tea → teapot,
// lift 3.2, seen 41 times". name gives an item's name; nil prints its id.
func (r Rule[I]) Reason(lang guanxi.Lang, name func(I) string) string {
	if name == nil {
		name = func(i I) string { return fmt.Sprint(i) }
	}
	text := guanxi.Text{EN: "because of %s → %s, lift %.1f, seen %d times", ZH: "因为 %s → %s，提升度 %.1f，同购 %d 次"}
	return fmt.Sprintf(text.In(lang), name(r.From), name(r.To), r.Lift, r.Together)
}

// bounds is what is known of a pair: its own count and those of its items.
type bounds struct {
	pair, from, to tallied
	baskets        uint32
	prior          float64
}

// ruleOf measures a pair. There is a basket with each item.
func ruleOf[I comparable](from, to I, b bounds) Rule[I] {
	fromMost, toMost := min(b.from.most(), b.baskets), min(b.to.most(), b.baskets)
	pairMost := min(b.pair.most(), fromMost, toMost)
	r := Rule[I]{From: from, To: to, Together: int64(b.pair.count), FromCount: int64(fromMost), ToCount: int64(toMost),
		Baskets: int64(b.baskets), Short: int64(pairMost - b.pair.count)}
	k, f, t, n := float64(r.Together), float64(fromMost), float64(toMost), float64(b.baskets)
	r.Support, r.Confidence, r.Lift = k/n, k/f, k*n/(f*t)
	r.Strength = (k - f*(t/n)) / (f + b.prior) // = (k + prior t/n) / (f + prior) − t/n
	r.LLR = llrOf(b.pair.count, fromMost, toMost, b.baskets)
	if r.LLR < 0 && (r.Short > 0 || fromMost > b.from.count || toMost > b.to.count) {
		// Not overstated either: at the other end of what is known.
		r.LLR = min(0, llrOf(pairMost, max(b.from.count, pairMost), max(b.to.count, pairMost), b.baskets))
	}
	return r
}

// llrOf is LLR of a pair by its margins. Bounds of different counts need not fit
// together: what would be below 0 is 0.
func llrOf(together, from, to, baskets uint32) float64 {
	k, f, t, n := uint64(together), uint64(from), uint64(to), uint64(baskets)
	return LLR(k, f-k, t-k, max(n+k, f+t)-f-t)
}

// Rule measures two items, whether they meet more or less often than by chance,
// with DefaultPrior. ok is false where one of them is not held, or they are the
// same. No allocation.
func (c *Counts[I]) Rule(from, to I) (r Rule[I], ok bool) {
	a, okA := c.find(from)
	b, okB := c.find(to)
	if !okA || !okB || a == b {
		return r, false
	}
	return ruleOf(from, to, bounds{c.pair(a, b), c.items.Rows[a].Row, c.items.Rows[b].Row, uint32(c.sum.baskets), DefaultPrior}), true
}
