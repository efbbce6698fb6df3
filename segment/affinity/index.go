package affinity

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Mark says whether a trait stands out.
type Mark string

// The marks.
const (
	Over   Mark = "over"    // significantly more frequent in the segment
	Under  Mark = "under"   // significantly less frequent
	Even   Mark = "even"    // no significant difference
	TooFew Mark = "too_few" // not enough customers to say anything
)

// Label returns the name of m that is shown to people.
func (m Mark) Label(lang guanxi.Lang) string {
	switch m {
	case Over:
		return guanxi.Text{EN: "Above the base", ZH: "显著偏高"}.In(lang)
	case Under:
		return guanxi.Text{EN: "Below the base", ZH: "显著偏低"}.In(lang)
	case Even:
		return guanxi.Text{EN: "No difference shown", ZH: "无显著差异"}.In(lang)
	case TooFew:
		return guanxi.Text{EN: "Too few customers", ZH: "样本不足"}.In(lang)
	}
	return string(m)
}

// Defaults of an IndexConfig and a Hypothesis where a field is 0.
const (
	DefaultConfidence   = 0.95
	DefaultMinCustomers = 30
	DefaultMinTrait     = 5
)

// IndexConfig says how traits are judged. The zero value is the defaults. As
// JSON it is read strictly by guanxi.UnmarshalStrict.
type IndexConfig struct {
	Confidence   float64    `json:"confidence,omitempty"`    // 0 is DefaultConfidence
	Adjust       Adjustment `json:"adjust,omitempty"`        // "" is Holm
	MinCustomers int64      `json:"min_customers,omitempty"` // in the segment and in the rest; 0 is DefaultMinCustomers
	MinTrait     int64      `json:"min_trait,omitempty"`     // customers of the base with the trait; 0 is DefaultMinTrait
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c IndexConfig) Validate() error {
	var f faultList
	if _, _, ok := proportion.Level(c.Confidence, DefaultConfidence); !ok {
		f = append(f, guanxi.At("/confidence", fmt.Errorf("%w: %v", ErrConfidence, c.Confidence)))
	}
	switch c.Adjust {
	case "", Holm, BH, Unadjusted:
	default:
		f.option("/adjust", "%q is none of holm, bh, none", string(c.Adjust))
	}
	customers := func(pointer string, n int64) {
		if n < 0 || n > mostCustomers {
			f.option(pointer, "%d customers", n)
		}
	}
	customers("/min_customers", c.MinCustomers)
	customers("/min_trait", c.MinTrait)
	return f.join()
}

func (c IndexConfig) withDefaults() IndexConfig {
	c.Confidence = orDefault(c.Confidence, DefaultConfidence)
	c.Adjust = orDefault(c.Adjust, Holm)
	c.MinCustomers = orDefault(c.MinCustomers, DefaultMinCustomers)
	c.MinTrait = orDefault(c.MinTrait, DefaultMinTrait)
	return c
}

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (c *IndexConfig) UnmarshalJSON(data []byte) error {
	type plain IndexConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, IndexConfig(v), err)
}

// Index is the Target Group Index (目标群体指数) of one trait: 100 × its share in
// the segment ÷ its share in the base, which the segment is part of. A plain value.
type Index struct {
	Trait
	// With the trait, and of how many (see Among): in the segment, and in the base.
	Segment   int64 `json:"segment"`
	SegmentOf int64 `json:"segment_of"`
	Base      int64 `json:"base"`
	BaseOf    int64 `json:"base_of"`
	// Known is false where nobody can know an index: nobody of the segment or of
	// the rest can be asked, or nobody has the trait. TGI, Low and High are 0 then,
	// and stand for nothing.
	Known bool    `json:"known"`
	TGI   float64 `json:"tgi"`
	// Low and High are the limits of TGI, each trait for itself. The most an index
	// can be is 100 × BaseOf ÷ SegmentOf.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Mark Mark    `json:"mark"`
	// P is the p-value of no difference between the segment and the rest, and
	// Adjusted the one corrected for the number of traits tested. Both are 1, and
	// stand for nothing, where Mark is TooFew.
	P        float64 `json:"p"`
	Adjusted float64 `json:"p_adjusted"`
}

// SegmentShare returns the share of the segment with the trait; ok is false where
// nobody of it can be asked.
func (x Index) SegmentShare() (p float64, ok bool) {
	return float64(x.Segment) / float64(max(1, x.SegmentOf)), x.SegmentOf > 0
}

// BaseShare returns the share of the base with the trait; ok is false where
// nobody of it can be asked.
func (x Index) BaseShare() (p float64, ok bool) {
	return float64(x.Base) / float64(max(1, x.BaseOf)), x.BaseOf > 0
}

// shares returns those of the segment and of the rest, both of somebody.
func (x *Index) shares() (segment, rest share) {
	n, m := float64(x.SegmentOf), float64(x.BaseOf-x.SegmentOf)
	return share{float64(x.Segment) / n, n}, share{float64(x.Base-x.Segment) / m, m}
}

// tgiLimits returns the limits of an index. With r the ratio of the segment's
// share to the rest's and f the segment's part of the base, the index is
// 100 r / (f r + 1 − f), which rises with r: the limits of r give those of it.
func tgiLimits(segment, rest share, z float64) (low, high float64) {
	f := segment.n / (segment.n + rest.n)
	l, h := ratioLimits(segment, rest, z)
	low = 100 * l / (f*l + 1 - f)
	if math.IsInf(h, 1) {
		return low, 100 / f
	}
	return low, 100 * h / (f*h + 1 - f)
}

// index measures one trait at a deviate, untested.
func (p *Portrait) index(d int, value string, row split, z float64) Index {
	of := p.all
	if p.cfg.Dimensions[d].Among == AmongKnown {
		of = p.parts[d].known
	}
	x := Index{Trait: Trait{p.cfg.Dimensions[d].ID, value}, Segment: row.in, SegmentOf: of.in,
		Base: row.base(), BaseOf: of.base(), Mark: TooFew, P: 1, Adjusted: 1}
	if of.in == 0 || of.rest == 0 || row.base() == 0 {
		return x
	}
	x.Known = true
	x.TGI = 100 * (float64(x.Segment) / float64(x.SegmentOf)) / (float64(x.Base) / float64(x.BaseOf))
	segment, rest := x.shares()
	low, high := tgiLimits(segment, rest, z)
	x.Low, x.High = min(low, x.TGI), max(high, x.TGI) // against the last bit
	return x
}

// Indexes returns the index of every trait that somebody of the base has:
// dimensions in the order of the config, in each the highest index first (those
// without one last), equal ones by value. The segment is compared with the rest of
// the base, not with the base that it is part of: a trait is Over or Under where
// its adjusted p-value is at most 1 − Confidence. Traits of too few customers are
// not tested, and do not count in the correction. Errors: those of Validate.
// Cost: O(traits × log), about 2 µs a trait.
func (p *Portrait) Indexes(cfg IndexConfig) ([]Index, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: indexes: %w", err)
	}
	cfg = cfg.withDefaults()
	z := normal.Deviate(cfg.Confidence)
	var out []Index
	for d := range p.parts {
		start := len(out)
		for _, e := range p.parts[d].values.Rows {
			out = append(out, p.index(d, e.Key, e.Row, z))
		}
		slices.SortFunc(out[start:], func(x, y Index) int {
			known := func(x Index) int {
				if x.Known {
					return 0
				}
				return 1
			}
			return cmp.Or(cmp.Compare(known(x), known(y)), cmp.Compare(y.TGI, x.TGI), strings.Compare(x.Value, y.Value))
		})
	}
	var tested []*Index
	for i := range out {
		x := &out[i]
		if !x.Known || min(x.SegmentOf, x.BaseOf-x.SegmentOf) < cfg.MinCustomers || x.Base < cfg.MinTrait {
			continue
		}
		x.P = differs(x.shares())
		tested = append(tested, x)
	}
	adjust(tested, cfg.Adjust)
	for _, x := range tested {
		switch {
		case x.Adjusted > 1-cfg.Confidence:
			x.Mark = Even
		case x.TGI > 100:
			x.Mark = Over
		default:
			x.Mark = Under
		}
	}
	return out, nil
}

// StandOut yields the traits of a portrait that are Over or Under.
func StandOut(indexes []Index) iter.Seq[Index] {
	return func(yield func(Index) bool) {
		for _, x := range indexes {
			if (x.Mark == Over || x.Mark == Under) && !yield(x) {
				return
			}
		}
	}
}

// Index measures one trait, untested: Mark is TooFew. A trait that nobody has is
// not known. Errors: ErrTrait for a dimension that the config does not name and
// an empty value, and ErrConfidence; 0 is DefaultConfidence.
func (p *Portrait) Index(t Trait, confidence float64) (Index, error) {
	d, ok := p.dims[t.Dimension]
	_, z, level := proportion.Level(confidence, DefaultConfidence)
	var errs []error
	if !ok || t.Value == "" {
		errs = append(errs, guanxi.At("/trait", fmt.Errorf("%w: %.64q", ErrTrait, t)))
	}
	if !level {
		errs = append(errs, guanxi.At("/confidence", fmt.Errorf("%w: %v", ErrConfidence, confidence)))
	}
	if len(errs) > 0 {
		return Index{}, fmt.Errorf("affinity: %w", errors.Join(errs...))
	}
	row := split{}
	if ord, ok := p.parts[d].values.Find(p.hash(t.Value), t.Value); ok {
		row = p.parts[d].values.Rows[ord].Row
	}
	return p.index(d, t.Value, row, z), nil
}
