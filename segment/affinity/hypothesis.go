package affinity

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Claim is what a hypothesis says of an index.
type Claim string

const (
	AtLeast Claim = "at_least" // the index is Index or more; the default
	AtMost  Claim = "at_most"  // the index is Index or less
)

// Hypothesis is a claim about a portrait, such as "VIPs are over-represented in
// Shanghai: an index of 120 or more". As JSON it is read strictly by
// guanxi.UnmarshalStrict. Of several hypotheses each is judged for itself.
type Hypothesis struct {
	Trait
	Claim        Claim   `json:"claim,omitempty"`
	Index        float64 `json:"index"`                   // base 100, above 0
	Confidence   float64 `json:"confidence,omitempty"`    // 0 is DefaultConfidence
	MinCustomers int64   `json:"min_customers,omitempty"` // in the segment and in the rest; 0 is DefaultMinCustomers
}

// Validate returns every fault of h, each a *guanxi.FieldError.
func (h Hypothesis) Validate() error {
	var f faultList
	if h.Dimension == "" {
		f = append(f, guanxi.At("/dimension", fmt.Errorf("%w: no dimension", ErrTrait)))
	}
	if h.Value == "" {
		f = append(f, guanxi.At("/value", fmt.Errorf("%w: no value", ErrTrait)))
	}
	switch h.Claim {
	case "", AtLeast, AtMost:
	default:
		f.option("/claim", "%q is none of at_least, at_most", string(h.Claim))
	}
	if !(h.Index > 0 && h.Index <= 1e9) {
		f.option("/index", "%v is no index", h.Index)
	}
	if _, _, ok := proportion.Level(h.Confidence, DefaultConfidence); !ok {
		f = append(f, guanxi.At("/confidence", fmt.Errorf("%w: %v", ErrConfidence, h.Confidence)))
	}
	if h.MinCustomers < 0 || h.MinCustomers > mostCustomers {
		f.option("/min_customers", "%d customers", h.MinCustomers)
	}
	return f.join()
}

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (h *Hypothesis) UnmarshalJSON(data []byte) error {
	type plain Hypothesis
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(h, Hypothesis(v), err)
}

// Verdict is what may be said of a hypothesis.
type Verdict string

// The verdicts.
const (
	Supported    Verdict = "supported"    // the whole interval agrees with the claim
	Contradicted Verdict = "contradicted" // the whole interval disagrees
	Undecided    Verdict = "undecided"    // the interval agrees in part, or there is none
	// TooFewCustomers: of the segment or of the rest there are fewer than
	// Hypothesis.MinCustomers.
	TooFewCustomers Verdict = "too_few"
)

// Label returns the name of v that is shown to people.
func (v Verdict) Label(lang guanxi.Lang) string {
	switch v {
	case Supported:
		return guanxi.Text{EN: "Supported", ZH: "支持"}.In(lang)
	case Contradicted:
		return guanxi.Text{EN: "Contradicted", ZH: "不支持"}.In(lang)
	case Undecided:
		return guanxi.Text{EN: "Undecided", ZH: "尚无定论"}.In(lang)
	case TooFewCustomers:
		return guanxi.Text{EN: "Too few customers", ZH: "样本不足"}.In(lang)
	}
	return string(v)
}

// Finding is a verdict with its grounds. A plain value.
type Finding struct {
	Verdict Verdict `json:"verdict"`
	Index   Index   `json:"index"` // with the limits at the hypothesis's confidence; its Mark is not set
	// Needed is how many more customers of the segment would decide, if they and
	// as many times more of the rest are like those counted; 0 once it is decided.
	// Reachable is false where no number can be told: the index is the claimed one
	// itself, or nobody has the trait.
	Needed    int64 `json:"needed"`
	Reachable bool  `json:"reachable"`
	// NeededRest is how many customers of the rest are missing to MinCustomers.
	// Until they are there Needed counts those of the segment to MinCustomers.
	NeededRest int64 `json:"needed_rest,omitempty"`
}

// maxNeeded is the most customers that are looked ahead.
const maxNeeded = 1e12

// Test judges a hypothesis. A claim is supported or contradicted when the
// interval of the index lies wholly on one side. Errors: those of Validate, and
// ErrTrait at /dimension for one that the portrait does not have. A value that
// nobody has is not an error: the verdict is Undecided or TooFewCustomers.
func (p *Portrait) Test(h Hypothesis) (Finding, error) {
	if err := h.Validate(); err != nil {
		return Finding{}, fmt.Errorf("affinity: hypothesis: %w", err)
	}
	if _, ok := p.dims[h.Dimension]; !ok {
		return Finding{}, fmt.Errorf("affinity: hypothesis: %w", guanxi.At("/dimension", fmt.Errorf("%w: %.64q", ErrTrait, h.Dimension)))
	}
	x, err := p.Index(h.Trait, h.Confidence)
	if err != nil {
		return Finding{}, err
	}
	x.Mark = ""
	least := orDefault(h.MinCustomers, DefaultMinCustomers)
	f := Finding{Verdict: Undecided, Index: x, NeededRest: max(0, least-(x.BaseOf-x.SegmentOf))}
	if x.SegmentOf < least || f.NeededRest > 0 {
		f.Verdict = TooFewCustomers
	}
	if !x.Known || f.NeededRest > 0 {
		f.Needed = max(0, least-x.SegmentOf)
		f.Reachable = f.Needed > 0 || f.NeededRest > 0
		return f, nil
	}
	_, z, _ := proportion.Level(h.Confidence, DefaultConfidence)
	segment, rest := x.shares()
	times := rest.n / segment.n
	judge := func(n int64) Verdict {
		segment.n, rest.n = float64(n), float64(n)*times
		low, high := tgiLimits(segment, rest, z)
		return h.judge(low, high)
	}
	from := max(x.SegmentOf, least)
	if x.SegmentOf >= least {
		if f.Verdict = h.judge(x.Low, x.High); f.Verdict != Undecided {
			f.Reachable = true
			return f, nil
		}
	}
	if from >= maxNeeded || x.TGI == h.Index || judge(maxNeeded) == Undecided {
		return f, nil
	}
	// The interval narrows with every customer: look for the first that decides.
	lo, hi := from-1, int64(maxNeeded) // undecided, decided
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; judge(mid) != Undecided {
			hi = mid
		} else {
			lo = mid
		}
	}
	f.Needed, f.Reachable = hi-x.SegmentOf, true
	return f, nil
}

// judge compares an interval with the claim.
func (h *Hypothesis) judge(low, high float64) Verdict {
	switch {
	case h.Claim != AtMost && low >= h.Index, h.Claim == AtMost && high <= h.Index:
		return Supported
	case h.Claim != AtMost && high < h.Index, h.Claim == AtMost && low > h.Index:
		return Contradicted
	}
	return Undecided
}
