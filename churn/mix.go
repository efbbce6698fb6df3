package churn

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// MixSlots is how many kinds a mix tells apart.
const MixSlots = 8

// DriftConfig says how the mix of a customer's purchases is watched for a drift.
// Zero fields are the defaults. As JSON it is read strictly.
type DriftConfig struct {
	// Breaks are the lower ends of the price bands from the second on, rising, up
	// to 7; a price on a break is in the upper band. Only for [Drift.Slot].
	Breaks []decimal.Decimal `json:"breaks,omitempty"`
	// Recent and Usual are the weights of the newest purchase in the recent and in
	// the usual mix; 0 < Usual < Recent ≤ 0.5; zero is 0.15 and 0.03.
	Recent float64 `json:"recent,omitempty"`
	Usual  float64 `json:"usual,omitempty"`
	// WarmUp is how many purchases there must be; 1 to 1,000, 0 is 10.
	WarmUp int `json:"warm_up,omitempty"`
	// Moved is the least share of the purchases that must have moved between
	// kinds, up to 1; 0 is 0.3.
	Moved float64 `json:"moved,omitempty"`
	// Limit is how many standard deviations beyond chance it must be; 0 is 2.5, at
	// which a steady customer with 2 to 8 kinds of purchase alike is reported about
	// twice in 1,000 purchases (simulated).
	Limit float64 `json:"limit,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c DriftConfig) Validate() error {
	_, err := NewDrift(c)
	return err
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *DriftConfig) UnmarshalJSON(data []byte) error {
	type plain DriftConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, DriftConfig(v), err)
}

// Mix is what share of a customer's purchases is of each kind (a category, or a
// price band), recently and usually. The zero value is empty. It is 68 bytes,
// comparable, stored by the host, and changed by [Drift.Step] alone; a value may
// be shared.
type Mix struct {
	n             uint32
	recent, usual [MixSlots]float32
}

// Purchases returns how many purchases there were, at most 1,048,575.
func (m Mix) Purchases() int { return int(m.n) }

// Recent returns the recent share of a kind, and Usual the usual one; 0 for a
// kind that does not exist, and without purchases.
func (m Mix) Recent(slot int) float64 { return share(&m.recent, slot) }

// Usual returns the usual share of a kind.
func (m Mix) Usual(slot int) float64 { return share(&m.usual, slot) }

func share(shares *[MixSlots]float32, slot int) float64 {
	if uint(slot) >= MixSlots {
		return 0
	}
	return float64(shares[slot])
}

// Moves is what a purchase says about a mix.
type Moves struct {
	// Warm says that there were purchases enough to judge by.
	Warm bool
	// Alarm: the mix has drifted, by more than the config's Moved and Limit. It
	// is reported once: the recent mix then becomes the usual one.
	Alarm bool
	// Moved is the share of purchases that are of other kinds recently than
	// usually (total variation, 0 to 1); Rise is the mean slot recently less
	// usually: of price bands, below 0 is trading down.
	Moved, Rise float64
}

// Drift watches mixes. Immutable; safe for concurrent use.
type Drift struct {
	breaks        []decimal.Decimal
	recent, usual float64
	variance      float64 // of recent less usual, for a share p: × p(1−p)
	warm          uint32
	moved, limit  float64
}

// NewDrift returns every fault of cfg at once: ErrOption.
func NewDrift(cfg DriftConfig) (*Drift, error) {
	var f faults
	d := &Drift{
		breaks: append([]decimal.Decimal(nil), cfg.Breaks...),
		recent: orDefault(cfg.Recent, 0.15), usual: orDefault(cfg.Usual, 0.03),
		moved: orDefault(cfg.Moved, 0.3), limit: orDefault(cfg.Limit, 2.5),
	}
	if len(cfg.Breaks) >= MixSlots {
		f.add(ErrOption, "/breaks", "%d breaks make more than %d bands", len(cfg.Breaks), MixSlots)
	}
	for i, b := range cfg.Breaks {
		if i > 0 && b.Cmp(cfg.Breaks[i-1]) <= 0 {
			f.add(ErrOption, guanxi.Pointer("breaks", i), "%s is not above the break before", b)
		}
	}
	f.number("/recent", d.recent, 1e-3, 0.5)
	f.number("/usual", d.usual, 1e-4, 0.5)
	if len(f) == 0 && d.usual >= d.recent {
		f.add(ErrOption, "/usual", "%v is not below recent, %v", d.usual, d.recent)
	}
	warm := orDefault(cfg.WarmUp, 10)
	if warm < 1 || warm > 1000 {
		f.add(ErrOption, "/warm_up", "%d is not in 1 to 1000", warm)
	}
	d.warm = uint32(max(warm, 0))
	f.number("/moved", d.moved, 1e-3, 1)
	f.number("/limit", d.limit, 0.1, 100)
	if len(f) > 0 {
		return nil, f.err()
	}
	// The variances of two EWMAs of one series, less twice their covariance.
	a, b := d.recent, d.usual
	d.variance = a/(2-a) + b/(2-b) - 2*a*b/(a+b-a*b)
	return d, nil
}

// Slot returns the slot of a price: how many breaks it has reached. ErrOption if
// the config has none.
func (d *Drift) Slot(price decimal.Decimal) (int, error) {
	if len(d.breaks) == 0 {
		return 0, fmt.Errorf("%w: the config has no breaks", ErrOption)
	}
	slot := 0
	for slot < len(d.breaks) && price.Cmp(d.breaks[slot]) >= 0 {
		slot++
	}
	return slot, nil
}

// Step returns the mix after a purchase of a kind, 0 to MixSlots−1, and what it
// says. The host decides which category has which slot; what is rare may share
// one. ErrValue for another slot; the mix is then as it was. No allocation.
//
// Whether a move is beyond chance is judged by Pearson's X² of the recent against
// the usual shares, scaled to the variance of their difference, and taken as a
// normal score by Wilson & Hilferty (1931).
func (d *Drift) Step(m Mix, slot int) (Mix, Moves, error) {
	if uint(slot) >= MixSlots {
		return m, Moves{}, fmt.Errorf("%w: slot %d of %d", ErrValue, slot, MixSlots)
	}
	if m.n < maxGaps {
		m.n++
	}
	// Means of all purchases at first, until a mean is as long as the EWMA.
	a, b := max(d.recent, 1/float64(m.n)), max(d.usual, 1/float64(m.n))
	var x2, moved, rise float64
	kinds := 0
	for i := range MixSlots {
		hit := 0.
		if i == slot {
			hit = 1
		}
		r := float64(m.recent[i]) + float64(a*(hit-float64(m.recent[i])))
		u := float64(m.usual[i]) + float64(b*(hit-float64(m.usual[i])))
		m.recent[i], m.usual[i] = float32(r), float32(u)
		if u > 0 {
			diff := r - u
			kinds++
			// A share that is hardly known is taken as one of a hundred.
			x2 += diff * diff / max(u, 0.01)
			moved += math.Abs(diff)
			rise += float64(i) * diff
		}
	}
	v := Moves{Warm: m.n >= d.warm, Moved: moved / 2, Rise: rise}
	if !v.Warm || kinds < 2 {
		return m, v, nil
	}
	k := float64(kinds - 1)
	h := 2 / (9 * k)
	z := (math.Cbrt(x2/d.variance/k) - (1 - h)) / math.Sqrt(h)
	if v.Alarm = v.Moved >= d.moved && z > d.limit; v.Alarm {
		m.usual = m.recent
	}
	return m, v, nil
}
