package affinity

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Next says what a customer wants next: it holds rules and a catalogue.
// Immutable; safe for concurrent use, each goroutine with its own NextScratch.
type Next[I comparable] struct {
	cfg        NextConfig
	key        guanxi.Key[I]
	seed       uint64
	rules      *Rules[I]
	habits     Habits[I]
	known      table.Table[I, product] // the items of the rules first, with the same ordinals
	categories []category
	floor      int64
	floored    bool
}

// category is the priced items of one category.
type category struct {
	items   []uint32 // by price, equal ones by key
	baskets float64  // of all its items
}

// NewNext returns an engine, or every fault of cfg (/config) and items (/items):
// ErrNoItem, ErrDuplicate, ErrPrice (negative), ErrDecimals, ErrOverflow. Only
// items of the catalogue are ever suggested. rules and items are not changed.
// Stock and prices are those of the catalogue: make a new engine when it changes
// (a few hundred ns an item), or see Query.Skip.
func NewNext[I comparable](rules *Rules[I], items []Item[I], cfg NextConfig) (*Next[I], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: %w", guanxi.At("/config", err))
	}
	cfg = cfg.withDefaults()
	n := &Next[I]{cfg: cfg, key: rules.key, seed: rules.seed, rules: rules, habits: Habits[I]{rules.key, cfg.Habit}}
	n.floor, n.floored, _ = cfg.floor()
	n.known.Reserve(len(rules.items.Rows))
	for _, e := range rules.items.Rows {
		n.known.Ordinal(n.key.Hash(n.seed, e.Key), e.Key)
	}
	if err := n.products(items); err != nil {
		return nil, fmt.Errorf("affinity: %w", guanxi.At("/items", err))
	}
	for ord, e := range n.known.Rows {
		if e.Row.listed && e.Row.category >= 0 && e.Row.hasPrice {
			c := &n.categories[e.Row.category]
			c.items = append(c.items, uint32(ord))
			c.baskets += n.sold(uint32(ord))
		}
	}
	for _, c := range n.categories {
		slices.SortFunc(c.items, func(a, b uint32) int {
			return cmp.Or(cmp.Compare(n.known.Rows[a].Row.price, n.known.Rows[b].Row.price), n.byKey(a, b))
		})
	}
	return n, nil
}

// sold is in how many baskets an item was.
func (n *Next[I]) sold(ord uint32) float64 {
	if int(ord) < len(n.rules.items.Rows) {
		return float64(n.rules.items.Rows[ord].Row.count)
	}
	return 0
}

func (n *Next[I]) byKey(a, b uint32) int {
	return n.key.Compare(n.known.Rows[a].Key, n.known.Rows[b].Key)
}

// Query is a question about one customer.
type Query[I comparable] struct {
	History []Purchase[I] // in any order
	Cart    []I           // what is being bought now: it leads to others and is not suggested
	AsOf    time.Time     // what happened then or later is not known yet
	// How many of each kind are wanted, at most; 0 is none of that kind.
	Repeat, CrossSell, UpSell int
	// Skip, where it is there, keeps further items from being suggested, such as
	// those that have sold out since or were declined. It must be safe to call.
	Skip func(I) bool
}

// NextScratch is memory that calls reuse: about 40 bytes for every item known.
// The zero value is ready. Not safe: use one per goroutine.
type NextScratch[I comparable] struct {
	habit   HabitScratch
	habits  []Habit[I]
	marks   []mark // by ordinal; all zero between calls
	touched []uint32
	causes  []uint32 // what the customer has, in the order of ordinals
	top     []candidate
}

// mark is what a call knows of an item.
type mark struct {
	score   float64
	best    float64 // the strength of the strongest rule to it
	rule    int     // which, of rules.rules
	from    uint32
	causes  int32
	habit   int32 // its place in habits + 1; 0 is not owned
	touched bool
	out     bool // in the cart, or suggested already
}

// candidate is an item that may be suggested.
type candidate struct {
	ord   uint32
	from  uint32 // of a step up
	score float64
}

// Append appends the next items of one customer: first those to buy again, then
// cross-selling, then up-selling, each kind best first, equal scores by how often
// the item was sold and then by key. An item is suggested once.
//
//   - Repeat: consumables with a known habit that is due at AsOf (or within
//     LeadDays). The score is the smaller of elapsed/gap and gap/elapsed, days since
//     the last occasion against the median gap: 1 on the very day, less the longer
//     it is over, for then the habit is fading.
//   - CrossSell: items that rules lead to from what the customer has or has in the
//     cart. The score is made of the strengths of those rules (see Rule.Strength)
//     as Config.Combine says.
//   - UpSell: items of the category of something the customer has, a step up (see
//     UpBy) from the dearest of it, at no more than MaxStep times its price. The
//     score is the item's share of the baskets of its category, plus the strength
//     of the rule between the two where there is one.
//
// Never suggested are items out of stock, not in the catalogue, under the floor
// of margins (or of unknown margin, where there is a floor), in the cart, or
// owned; an owned consumable may be suggested, but not before it is due where its
// habit is known. What was wholly returned is not owned.
//
// s may be nil; with a scratch nothing is allocated but dst. Errors, all at
// once: those of [Habits.Append]; ErrNoItem below /cart; ErrUnknownItem
// below /history and /cart, see Unknown; ErrOption for a number of suggestions
// below 0. dst is then returned as it was. Cost: the history sorted, and
// PerItem rules for each thing owned.
func (n *Next[I]) Append(dst []Suggestion[I], s *NextScratch[I], q Query[I]) ([]Suggestion[I], error) {
	if s == nil {
		s = &NextScratch[I]{}
	}
	if err := n.check(&q); err != nil {
		return dst, fmt.Errorf("affinity: %w", err)
	}
	defer s.clean()
	n.prepare(s, &q)
	dst = n.repeats(dst, s, &q)
	dst = n.crossSells(dst, s, &q)
	return n.upSells(dst, s, &q), nil
}

// check returns every fault of a query.
func (n *Next[I]) check(q *Query[I]) error {
	err := checkHistory(q.History, q.AsOf)
	var zero I
	for i, item := range q.Cart {
		if item == zero {
			err = errors.Join(err, guanxi.At(guanxi.Pointer("cart", i), ErrNoItem))
		}
	}
	if n.cfg.Unknown == UnknownRefuse {
		for i := range q.History {
			if item := q.History[i].Item; item != zero && !n.knows(item) {
				err = errors.Join(err, guanxi.At(guanxi.Pointer("history", i, "item"), ErrUnknownItem))
			}
		}
		for i, item := range q.Cart {
			if item != zero && !n.knows(item) {
				err = errors.Join(err, guanxi.At(guanxi.Pointer("cart", i), ErrUnknownItem))
			}
		}
	}
	negative := func(pointer string, k int) {
		if k < 0 {
			err = errors.Join(err, guanxi.At(pointer, fmt.Errorf("%w: %d", ErrOption, k)))
		}
	}
	negative("/repeat", q.Repeat)
	negative("/cross_sell", q.CrossSell)
	negative("/up_sell", q.UpSell)
	return err
}

func (n *Next[I]) find(item I) (uint32, bool) {
	return n.known.Find(n.key.Hash(n.seed, item), item)
}

func (n *Next[I]) knows(item I) bool {
	_, ok := n.find(item)
	return ok
}

// prepare notes what the customer has.
func (n *Next[I]) prepare(s *NextScratch[I], q *Query[I]) {
	if len(s.marks) < len(n.known.Rows) {
		s.marks = make([]mark, len(n.known.Rows))
	}
	s.habits = n.habits.append(s.habits[:0], &s.habit, q.History, q.AsOf)
	s.causes = s.causes[:0]
	for i := range s.habits {
		if ord, ok := n.find(s.habits[i].Item); ok {
			s.touch(ord).habit = int32(i + 1)
			s.causes = append(s.causes, ord)
		}
	}
	for _, item := range q.Cart {
		if ord, ok := n.find(item); ok {
			s.touch(ord).out = true
			s.causes = append(s.causes, ord)
		}
	}
	slices.Sort(s.causes)
	s.causes = slices.Compact(s.causes)
}

func (s *NextScratch[I]) touch(ord uint32) *mark {
	m := &s.marks[ord]
	if !m.touched {
		m.touched = true
		s.touched = append(s.touched, ord)
	}
	return m
}

func (s *NextScratch[I]) clean() {
	for _, ord := range s.touched {
		s.marks[ord] = mark{}
	}
	s.touched = s.touched[:0]
	clear(s.habits)
}
