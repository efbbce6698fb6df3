package affinity

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Counts holds in how many baskets each item and each pair of items was, in
// bounded memory. It is an accumulator: as long as nothing was cut (see
// [Stats.Exact]) the order of baskets does not matter, and merging the counts of
// parts equals one pass over the whole. Where the items or pairs outgrow
// MaxItems or MaxPairs the rarest are cut, and every count then says by how much
// it may fall short.
//
// Not safe for concurrent use: use one per goroutine and Merge.
type Counts[I comparable] struct {
	cfg   CountConfig
	key   guanxi.Key[I]
	seed  uint64 // of the hashes; nothing that is returned or encoded depends on it
	items table.Table[I, tallied]
	pairs table.Table[uint64, tallied] // the lower ordinal above the higher
	sum   sums

	open    basket[I]
	closed  []uint64 // hashes of the baskets closed lately
	members []uint32 // ordinals of one basket
	block   block
}

// tallied counts the baskets of an item or a pair: at least count, at most
// count + short.
type tallied struct{ count, short uint32 }

func (t tallied) most() uint32 { return t.count + t.short }

// sums is what is known beside items and pairs.
type sums struct {
	baskets, empty, large uint64
	itemsCut, pairsCut    uint64
	// No item that is not held was in more than itemShort baskets; no pair that is
	// not held in more than pairShort.
	itemShort, pairShort uint32
}

// maxBaskets is the most that are counted: counts are 32 bits wide.
const maxBaskets = math.MaxUint32

// NewCounts returns empty counts, or every fault of cfg. The key says how the
// host's item ids hash, order and encode: guanxi.IntKey, guanxi.StringKey,
// guanxi.UUIDKey, or one of the host's own.
func NewCounts[I comparable](key guanxi.Key[I], cfg CountConfig) (*Counts[I], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: config: %w", err)
	}
	return &Counts[I]{cfg: cfg.withDefaults(), key: key, seed: rand.Uint64()}, nil
}

// Config returns the config with every default spelled out.
func (c *Counts[I]) Config() CountConfig { return c.cfg }

// Stats says what the counts hold, and what was left out.
type Stats struct {
	Baskets int64 `json:"baskets"` // counted, those of a single item included
	Items   int64 `json:"items"`   // different items that are held
	Pairs   int64 `json:"pairs"`   // different pairs that are held
	Empty   int64 `json:"empty"`   // baskets of which everything was returned: not counted
	Large   int64 `json:"large"`   // baskets above MaxBasket: see Large
	// ItemsCut and PairsCut count how often an item or a pair was cut to make room.
	ItemsCut int64 `json:"items_cut"`
	PairsCut int64 `json:"pairs_cut"`
	// ItemShort and PairShort bound what was cut: no item outside the counts was in
	// more than ItemShort baskets, no pair in more than PairShort, and no count that
	// is held falls short by more.
	ItemShort int64 `json:"item_short"`
	PairShort int64 `json:"pair_short"`
}

// Exact reports whether nothing was cut: then every count is exact, and the
// order of arrival did not matter.
func (s Stats) Exact() bool { return s.ItemsCut == 0 && s.PairsCut == 0 }

// Stats returns what the counts hold. No allocation.
func (c *Counts[I]) Stats() Stats {
	return Stats{Baskets: int64(c.sum.baskets), Items: int64(len(c.items.Rows)), Pairs: int64(len(c.pairs.Rows)),
		Empty: int64(c.sum.empty), Large: int64(c.sum.large), ItemsCut: int64(c.sum.itemsCut), PairsCut: int64(c.sum.pairsCut),
		ItemShort: int64(c.sum.itemShort), PairShort: int64(c.sum.pairShort)}
}

// Reset empties the counts and keeps their memory.
func (c *Counts[I]) Reset() {
	c.items.Reset()
	c.pairs.Reset()
	c.sum = sums{}
	c.open.reset()
	clear(c.open.lines[:cap(c.open.lines)])
	clear(c.closed)
}

// AddBasket counts one basket of items. An item that is there twice counts
// once. Errors name the item: ErrNoItem at /i, or ErrEmpty at the whole; then
// nothing is counted. No allocation but growth.
func (c *Counts[I]) AddBasket(items []I) error {
	var zero I
	c.open.reset()
	for i, item := range items {
		if item == zero {
			return fmt.Errorf("affinity: basket: %w", guanxi.At(guanxi.Pointer(i), ErrNoItem))
		}
		c.open.add(c.key, held[I]{c.key.Hash(c.seed, item), item, 1})
	}
	if len(items) == 0 {
		return fmt.Errorf("affinity: basket: %w", guanxi.At("", ErrEmpty))
	}
	err := c.close()
	c.settle()
	c.fit()
	if err != nil {
		return fmt.Errorf("affinity: basket: %w", guanxi.At("", err))
	}
	return nil
}

// close counts the open basket and empties it.
func (c *Counts[I]) close() error {
	b := &c.open
	defer b.reset()
	b.squeeze(c.key)
	if b.absurd || len(b.lines) > mostLines {
		c.sum.large++
		return nil
	}
	b.bought()
	if len(b.lines) == 0 {
		c.sum.empty++
		return nil
	}
	if c.sum.baskets >= maxBaskets {
		return fmt.Errorf("%w: %d baskets", ErrOverflow, uint64(maxBaskets))
	}
	if len(b.lines) > c.cfg.MaxBasket {
		c.sum.large++
		if c.cfg.Large == LargeSkip {
			return nil
		}
		b.sample(c.key, c.cfg.MaxBasket)
	}
	c.sum.baskets++
	c.count(b.lines)
	return nil
}

// count adds a basket to its items, and its pairs to the block.
func (c *Counts[I]) count(lines []held[I]) {
	c.items.Reserve(len(lines))
	c.members = c.members[:0]
	for _, l := range lines {
		known := len(c.items.Rows)
		ord := c.items.Ordinal(l.hash, l.item)
		row := &c.items.Rows[ord].Row
		if int(ord) == known {
			row.short = c.sum.itemShort
		}
		row.count++
		c.members = append(c.members, ord)
	}
	for i, a := range c.members {
		for _, b := range c.members[:i] {
			c.block.keys = append(c.block.keys, pairOf(a, b))
		}
		if len(c.block.keys) >= blockPairs {
			c.settle()
		}
	}
	if len(c.block.keys) >= blockPairs || len(c.items.Rows) > c.cfg.MaxItems {
		c.settle()
	}
	if len(c.block.keys) == 0 {
		c.fit()
	}
}

// pairOf is the key of a pair of ordinals.
func pairOf(a, b uint32) uint64 { return uint64(min(a, b))<<32 | uint64(max(a, b)) }

func ordinalsOf(pair uint64) (low, high uint32) { return uint32(pair >> 32), uint32(pair) }

// find returns the ordinal of an item that is held.
func (c *Counts[I]) find(item I) (uint32, bool) {
	return c.items.Find(c.key.Hash(c.seed, item), item)
}

// pair returns what is held of a pair, or the bound of what was cut.
func (c *Counts[I]) pair(a, b uint32) tallied {
	p := pairOf(a, b)
	if ord, ok := c.pairs.Find(c.pairHash(p), p); ok {
		return c.pairs.Rows[ord].Row
	}
	return tallied{short: c.sum.pairShort}
}

// Item returns in how many baskets an item was: at least n, and at most n + short.
// ok is false for an item that is not held. No allocation.
func (c *Counts[I]) Item(item I) (n, short int64, ok bool) {
	ord, ok := c.find(item)
	if !ok {
		return 0, 0, false
	}
	t := c.items.Rows[ord].Row
	return int64(t.count), int64(t.short), true
}
