package churn

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// MaxLogOdds bounds the bias and what any one signal adds, in log-odds: far more
// than certainty, and little enough that every sum is exact.
const MaxLogOdds = 100

const (
	maxSignals = 256
	maxCap     = 1000
	maxBands   = 15
)

// Signal is something seen of a customer that speaks for leaving, or, with a
// negative weight, against it.
type Signal struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Weight is what one fresh occurrence adds to the log-odds: 0.7 doubles the
	// odds of leaving, −0.7 halves them. |Weight|·Cap is at most MaxLogOdds.
	Weight float64 `json:"weight"`
	// HalfLife is the time in which an occurrence loses half its weight, without
	// months. Zero means that it does not fade: the signal is a state ("no order for
	// half a year"), which is as it was last observed.
	HalfLife guanxi.Span `json:"half_life,omitzero"`
	// Cap is the most that occurrences count for together: with 3, however many
	// there are, they are worth three fresh ones. Of a state it is the most that its
	// value counts for. Up to 1,000; 0 is 1.
	Cap float64 `json:"cap,omitempty"`
	// Clear is what it adds to the log-odds to have looked and found that it is
	// not so, fading likewise, as long as nothing newer was found; what was found
	// before then no longer counts. (Not to have looked adds nothing.) 0 where that
	// says nothing; it rarely has the sign of Weight.
	Clear float64 `json:"clear,omitempty"`
	// Group is shared by signals of one cause, of which only the one that adds
	// the most, up or down, counts. "" is no group.
	Group string `json:"group,omitempty"`
}

// Label returns the name in lang, or the id if there is none.
func (s Signal) Label(lang guanxi.Lang) string {
	if name := s.Name.In(lang); name != "" {
		return name
	}
	return s.ID
}

// Band is a range of risk with a name, from From to the next band's.
type Band struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	From float64     `json:"from"` // the least risk of the band; the first is 0
}

// Label returns the name in lang, or the id if there is none.
func (b Band) Label(lang guanxi.Lang) string {
	if name := b.Name.In(lang); name != "" {
		return name
	}
	return b.ID
}

// Catalogue is the list of signals that a shop watches, with their weights. It
// may be stored as JSON, which is read strictly. [Handbook] returns a ready one,
// to use or to edit.
type Catalogue struct {
	// Bias is the log-odds of leaving where nothing has been seen: −2.2 is about
	// one in ten.
	Bias    float64  `json:"bias"`
	Signals []Signal `json:"signals"` // 1 to 256
	// Bands of risk in rising order, up to 15; none is DefaultBands.
	Bands []Band `json:"bands,omitempty"`
}

// DefaultBands returns the four bands used where a catalogue has none.
func DefaultBands() []Band {
	return []Band{
		{"healthy", guanxi.Text{EN: "Healthy", ZH: "健康"}, 0},
		{"watch", guanxi.Text{EN: "Watch", ZH: "关注"}, 0.25},
		{"at_risk", guanxi.Text{EN: "At risk", ZH: "预警"}, 0.5},
		{"critical", guanxi.Text{EN: "Critical", ZH: "危急"}, 0.75},
	}
}

// Validate returns every fault of c, each a *guanxi.FieldError: ErrWeight, ErrID,
// ErrOption.
func (c Catalogue) Validate() error {
	var f faults
	if !(math.Abs(c.Bias) <= MaxLogOdds) {
		f.add(ErrWeight, "/bias", "%v", c.Bias)
	}
	if len(c.Signals) == 0 || len(c.Signals) > maxSignals {
		f.add(ErrOption, "/signals", "%d signals, not 1 to %d", len(c.Signals), maxSignals)
	}
	seen := make(map[string]int)
	for i, s := range c.Signals[:min(len(c.Signals), maxSignals)] {
		here := guanxi.Pointer("signals", i)
		f.id(seen, here, s.ID, i)
		limit := orDefault(s.Cap, 1)
		if !(limit > 0 && limit <= maxCap) {
			f.add(ErrWeight, here+"/cap", "%v is not in 0 to %v", s.Cap, maxCap)
			limit = 1
		}
		if !(math.Abs(s.Weight)*limit <= MaxLogOdds) {
			f.add(ErrWeight, here+"/weight", "%v times %v", s.Weight, limit)
		}
		if !(math.Abs(s.Clear) <= MaxLogOdds) {
			f.add(ErrWeight, here+"/clear", "%v", s.Clear)
		}
		f.lengthIn(here+"/half_life", s.HalfLife, 0, endOfTime)
		if !s.HalfLife.IsZero() && s.HalfLife.Months == 0 && s.HalfLife.Days == 0 && s.HalfLife.Time >= 0 && s.HalfLife.Time < 1e9 {
			f.add(ErrOption, here+"/half_life", "%s is less than a second", s.HalfLife)
		}
	}
	if len(c.Bands) > maxBands {
		f.add(ErrOption, "/bands", "%d bands, not 1 to %d", len(c.Bands), maxBands)
	}
	seen = make(map[string]int)
	for i, b := range c.Bands[:min(len(c.Bands), maxBands)] {
		here := guanxi.Pointer("bands", i)
		f.id(seen, here, b.ID, i)
		switch {
		case i == 0 && b.From != 0:
			f.add(ErrOption, here+"/from", "the first band begins at 0, not %v", b.From)
		case i > 0 && !(b.From > c.Bands[i-1].From && b.From < 1):
			f.add(ErrOption, here+"/from", "%v is not between the band before and 1", b.From)
		}
	}
	return f.err()
}

// id demands that ids are there and different.
func (f *faults) id(seen map[string]int, here, id string, i int) {
	if id == "" {
		f.add(ErrID, here+"/id", "it is missing")
		return
	}
	if k, ok := seen[id]; ok {
		f.add(ErrID, here+"/id", "%.64q is also that of %d", id, k)
		return
	}
	seen[id] = i
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *Catalogue) UnmarshalJSON(data []byte) error {
	type plain Catalogue
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Catalogue(v), err)
}

// Learned returns a copy of c with weights fitted to [Scorer.AppendFeatures]
// (log-odds for each id, and the intercept) in place of those set by hand. Groups
// are dropped: what is fitted together counts related signals once by itself. Clear
// is the weight given under the id with [ClearSuffix], fitted to
// [Scorer.AppendClears], and 0 without one. Ids, names, half-lives, caps and bands
// stay, and so do the features.
//
// Errors: ErrSignal at /id for an id that c does not have or that has no weight;
// those of Validate.
func (c Catalogue) Learned(bias float64, weights map[string]float64) (Catalogue, error) {
	out := Catalogue{Bias: bias, Signals: slices.Clone(c.Signals), Bands: slices.Clone(c.Bands)}
	var f faults
	known := make(map[string]bool, 2*len(out.Signals))
	for _, s := range out.Signals {
		known[s.ID] = true
	}
	for i := range out.Signals {
		s := &out.Signals[i]
		w, ok := weights[s.ID]
		if !ok {
			f.add(ErrSignal, guanxi.Pointer(s.ID), "it was given no weight")
		}
		clear := 0.
		if id := s.ID + ClearSuffix; !slices.ContainsFunc(c.Signals, func(o Signal) bool { return o.ID == id }) {
			clear, known[id] = weights[id], true
		}
		s.Weight, s.Clear, s.Group = w, clear, ""
	}
	for _, id := range slices.Sorted(maps.Keys(weights)) {
		if !known[id] {
			f = append(f, at(fmt.Errorf("%w: %.64q", ErrSignal, id), id))
		}
	}
	if len(f) > 0 {
		return Catalogue{}, f.err()
	}
	if err := out.Validate(); err != nil {
		return Catalogue{}, err
	}
	return out, nil
}
