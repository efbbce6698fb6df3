package affinity

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/table"
)

// Portrait counts the traits of a segment and of the rest of its base. It is an
// accumulator: the order of customers does not matter, and merging the portraits
// of parts equals one pass over the whole.
//
// Not safe for concurrent use: use one per goroutine and Merge.
type Portrait struct {
	cfg   PortraitConfig
	dims  map[string]int
	seed  uint64 // of the hashes; nothing that is returned or encoded depends on it
	all   split
	parts []part
	order []int // scratch of Add
}

// split counts customers of the segment and of the rest.
type split struct{ in, rest int64 }

func (s *split) add(in bool) {
	if in {
		s.in++
	} else {
		s.rest++
	}
}

func (s *split) merge(o split) { s.in, s.rest = s.in+o.in, s.rest+o.rest }
func (s split) base() int64    { return s.in + s.rest }

// part is one dimension.
type part struct {
	known  split // customers with a value
	values table.Table[string, split]
}

// NewPortrait returns an empty portrait, or every fault of cfg.
func NewPortrait(cfg PortraitConfig) (*Portrait, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: portrait: %w", err)
	}
	p := &Portrait{cfg: cfg.withDefaults(), dims: map[string]int{}, seed: rand.Uint64()}
	p.parts = make([]part, len(p.cfg.Dimensions))
	for i, d := range p.cfg.Dimensions {
		p.dims[d.ID] = i
	}
	return p, nil
}

// Config returns the config with every default spelled out.
func (p *Portrait) Config() PortraitConfig {
	c := p.cfg
	c.Dimensions = slices.Clone(c.Dimensions)
	return c
}

// Customers returns how many customers of the segment and of the whole base were
// added.
func (p *Portrait) Customers() (segment, base int64) { return p.all.in, p.all.base() }

// Reset empties the portrait and keeps its memory.
func (p *Portrait) Reset() {
	p.all = split{}
	for i := range p.parts {
		p.parts[i].known = split{}
		p.parts[i].values.Reset()
	}
}

func (p *Portrait) hash(value string) uint64 { return refKey.Hash(p.seed, value) }

// Add counts one customer of the base, in the segment or not, with what is known
// of them. A dimension without a trait is one without a known value. Errors, all
// at once, at /traits/i: ErrTrait for a dimension that the config does not name
// and for an empty value, ErrDuplicate for a trait that is there twice and for a
// second value of a dimension that has one, ErrLimit for a new value above
// MaxValues. Then nothing is counted. No allocation but growth.
func (p *Portrait) Add(inSegment bool, traits ...Trait) error {
	if err := p.check(traits); err != nil {
		return fmt.Errorf("affinity: %w", err)
	}
	p.all.add(inSegment)
	before := -1
	for _, i := range p.order {
		t := &traits[i]
		d := p.dims[t.Dimension]
		part := &p.parts[d]
		if d != before {
			part.known.add(inSegment)
			before = d
		}
		h := p.hash(t.Value)
		ord, ok := part.values.Find(h, t.Value)
		if !ok {
			part.values.Reserve(1)
			ord = part.values.Ordinal(h, strings.Clone(t.Value))
		}
		part.values.Rows[ord].Row.add(inSegment)
	}
	return nil
}

// check returns every fault of a customer's traits, and puts them in order.
func (p *Portrait) check(traits []Trait) error {
	var errs []error
	fault := func(i int, err error) { errs = append(errs, guanxi.At(guanxi.Pointer("traits", i), err)) }
	p.order = p.order[:0]
	for i := range traits {
		t := &traits[i]
		if _, ok := p.dims[t.Dimension]; !ok {
			fault(i, fmt.Errorf("%w: dimension %.64q", ErrTrait, t.Dimension))
		} else if t.Value == "" {
			fault(i, fmt.Errorf("%w: no value", ErrTrait))
		} else {
			p.order = append(p.order, i)
		}
	}
	slices.SortFunc(p.order, func(a, b int) int {
		x, y := &traits[a], &traits[b]
		if c := strings.Compare(x.Dimension, y.Dimension); c != 0 {
			return c
		}
		if c := strings.Compare(x.Value, y.Value); c != 0 {
			return c
		}
		return a - b
	})
	fresh := 0
	for k, i := range p.order {
		t := &traits[i]
		d := p.dims[t.Dimension]
		if k > 0 && traits[p.order[k-1]].Dimension == t.Dimension {
			if traits[p.order[k-1]].Value == t.Value || !p.cfg.Dimensions[d].Many {
				fault(i, ErrDuplicate)
				continue
			}
		} else {
			fresh = 0
		}
		values := &p.parts[d].values
		if _, ok := values.Find(p.hash(t.Value), t.Value); !ok {
			if fresh++; len(values.Rows)+fresh > p.cfg.MaxValues {
				fault(i, fmt.Errorf("%w: %d", ErrLimit, p.cfg.MaxValues))
			}
		}
	}
	return errors.Join(errs...)
}

// Merge adds what o holds, as if its customers had been added here. o stays as it
// is and is not kept. Portraits with different configs (names aside) are ErrMismatch, too many
// values together ErrLimit; p is unchanged then.
func (p *Portrait) Merge(o *Portrait) error {
	if a, b := p.cfg.unnamed(), o.cfg.unnamed(); p == o || a.MaxValues != b.MaxValues || !slices.Equal(a.Dimensions, b.Dimensions) {
		return fmt.Errorf("affinity: merge: %w", ErrMismatch)
	}
	for i := range p.parts {
		values, fresh := &p.parts[i].values, 0
		for _, e := range o.parts[i].values.Rows {
			if _, ok := values.Find(p.hash(e.Key), e.Key); !ok {
				fresh++
			}
		}
		if len(values.Rows)+fresh > p.cfg.MaxValues {
			return fmt.Errorf("affinity: merge: %w: %d of %s", ErrLimit, p.cfg.MaxValues, p.cfg.Dimensions[i].ID)
		}
	}
	p.all.merge(o.all)
	for i := range p.parts {
		to, from := &p.parts[i], &o.parts[i]
		to.known.merge(from.known)
		to.values.Reserve(len(from.values.Rows))
		for _, e := range from.values.Rows {
			to.values.Rows[to.values.Ordinal(p.hash(e.Key), e.Key)].Row.merge(e.Row)
		}
	}
	return nil
}

// sorted returns the ordinals of a dimension's values in the order of bytes.
func (p *Portrait) sorted(d int) []uint32 {
	rows := p.parts[d].values.Rows
	order := make([]uint32, len(rows))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(rows[a].Key, rows[b].Key) })
	return order
}
