package churn

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Confirm demands that at least N of the last M readings agree.
type Confirm struct {
	N int `json:"n"`
	M int `json:"m"` // 1 to 8
}

// AlertConfig says when an alert opens and closes. Zero fields are the defaults.
// As JSON it is read strictly.
type AlertConfig struct {
	// Rule is the id of the alert's cause, the first part of every key. Required.
	Rule string `json:"rule"`
	// Enter and Leave are the risks at which an alert opens (this or more) and
	// closes (less than this); in between it stays as it is. 0 < Leave ≤ Enter ≤ 1;
	// zero is 0.6 for Enter, and for Leave 0.4, or Enter if that is less.
	Enter float64 `json:"enter,omitempty"`
	Leave float64 `json:"leave,omitempty"`
	// Opens and Closes are how many readings must agree, both numbers given. Zero is
	// 2 of 3.
	Opens  Confirm `json:"opens,omitzero"`
	Closes Confirm `json:"closes,omitzero"`
	// Dwell is the least time that an alert stays open, CoolDown the least time
	// from its end until the next; neither has months. Zero is none.
	Dwell    guanxi.Span `json:"dwell,omitzero"`
	CoolDown guanxi.Span `json:"cool_down,omitzero"`
	// Jump is by how many bands the risk must rise above the highest one told for
	// an open alert to be told again; 1 to 15, 0 is 1.
	Jump int `json:"jump,omitempty"`
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c AlertConfig) Validate() error {
	_, err := NewAlerts(c)
	return err
}

// UnmarshalJSON reads strictly, as that of RhythmConfig does.
func (c *AlertConfig) UnmarshalJSON(data []byte) error {
	type plain AlertConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, AlertConfig(v), err)
}

// Alerts moves alerts on. Immutable; safe for concurrent use.
type Alerts struct {
	rule            string
	enter, leave    float64
	opens, closes   Confirm
	dwell, coolDown int64 // seconds
	jump            int
}

// NewAlerts returns every fault of cfg at once: ErrOption, ErrID.
func NewAlerts(cfg AlertConfig) (*Alerts, error) {
	var f faults
	a := &Alerts{
		rule:  cfg.Rule,
		enter: orDefault(cfg.Enter, 0.6), leave: cfg.Leave,
		opens: orDefault(cfg.Opens, Confirm{2, 3}), closes: orDefault(cfg.Closes, Confirm{2, 3}),
		jump: orDefault(cfg.Jump, 1),
	}
	if a.leave == 0 {
		a.leave = min(0.4, a.enter)
	}
	if cfg.Rule == "" {
		f.add(ErrID, "/rule", "it is missing")
	}
	if !(a.enter > 0 && a.enter <= 1) {
		f.add(ErrOption, "/enter", "%v is not above 0 and up to 1", a.enter)
	}
	if cfg.Leave == 0 {
		// Of a faulty enter there is nothing more to say.
	} else if !(a.leave > 0 && a.leave <= 1) {
		f.add(ErrOption, "/leave", "%v is not above 0 and up to 1", a.leave)
	} else if a.leave > a.enter {
		f.add(ErrOption, "/leave", "%v is above enter, %v", a.leave, a.enter)
	}
	for _, c := range []struct {
		name string
		Confirm
	}{{"opens", a.opens}, {"closes", a.closes}} {
		if c.M < 1 || c.M > 8 || c.N < 1 || c.N > c.M {
			f.add(ErrOption, "/"+c.name, "n is %d and m is %d; n is 1 to m, and m up to 8", c.N, c.M)
		}
	}
	a.dwell = f.lengthIn("/dwell", cfg.Dwell, 0, endOfTime) / second
	a.coolDown = f.lengthIn("/cool_down", cfg.CoolDown, 0, endOfTime) / second
	if a.jump < 1 || a.jump > maxBands {
		f.add(ErrOption, "/jump", "%d is not in 1 to %d", a.jump, maxBands)
	}
	if len(f) > 0 {
		return nil, f.err()
	}
	return a, nil
}
