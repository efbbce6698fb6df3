package predict

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// DefaultBins is the number of calibration bins where a config leaves it at 0.
const DefaultBins = 10

// ReportConfig says what an evaluation shows. As JSON it is read strictly.
type ReportConfig struct {
	Confidence float64 `json:"confidence,omitempty"` // of intervals, in (0, 1); 0 is DefaultConfidence
	Bins       int     `json:"bins,omitempty"`       // of calibration, 3–1000; 0 is DefaultBins
	// Shares of the rows, in (0, 1], whose top is shown; if neither they nor
	// Places are given, 10 % and 20 %.
	Shares []float64 `json:"shares,omitempty"`
	// Places are numbers of customers whose top is shown, such as those a team
	// can call in a week; where there are fewer rows, it is absent.
	Places []int64 `json:"places,omitempty"`
	// SameRows says that the chances were fitted on these very rows, which costs
	// the Hosmer-Lemeshow test two degrees of freedom.
	SameRows bool `json:"same_rows,omitempty"`
}

// Validate returns every fault of c, each ErrOption or ErrConfidence.
func (c ReportConfig) Validate() error {
	var errs []error
	if _, err := deviate(c.withDefaults().Confidence); err != nil {
		errs = append(errs, err)
	}
	if c.Bins != 0 && (c.Bins < 3 || c.Bins > 1000) {
		errs = append(errs, at(fmt.Errorf("%w: %d bins, want 3 to 1000", ErrOption, c.Bins), "bins"))
	}
	for i, s := range c.Shares {
		if !(s > 0 && s <= 1) {
			errs = append(errs, at(fmt.Errorf("%w: %v is not a share", ErrOption, s), "shares", i))
		}
	}
	for i, k := range c.Places {
		if k < 1 {
			errs = append(errs, at(fmt.Errorf("%w: top %d", ErrOption, k), "places", i))
		}
	}
	return errors.Join(errs...)
}

func (c ReportConfig) withDefaults() ReportConfig {
	if c.Confidence == 0 {
		c.Confidence = DefaultConfidence
	}
	if c.Bins == 0 {
		c.Bins = DefaultBins
	}
	if c.Shares == nil && c.Places == nil {
		c.Shares = []float64{0.1, 0.2}
	}
	return c
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *ReportConfig) UnmarshalJSON(data []byte) error {
	type plain ReportConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, ReportConfig(v), err)
}

// Report is all that is known about one set of scores, from customers whose
// outcome is known. What could not be computed is nil, and Absent says why. A
// plain value.
type Report struct {
	Name     string  `json:"name,omitempty"`
	Rows     int64   `json:"rows"`
	Left     int64   `json:"left"`
	BaseRate float64 `json:"base_rate"`

	// How well the scores order the customers.
	AUC              *AUC     `json:"auc,omitempty"`
	AveragePrecision *float64 `json:"average_precision,omitempty"`
	KS               *float64 `json:"ks,omitempty"`
	Top              []Top    `json:"top,omitempty"`

	// How far the chances are true. BrierOfBaseRate and LogLossOfBaseRate are
	// those of giving everyone the base rate; BrierSkill is 1 − Brier /
	// BrierOfBaseRate.
	Brier             float64  `json:"brier"`
	BrierOfBaseRate   float64  `json:"brier_of_base_rate"`
	BrierSkill        *float64 `json:"brier_skill,omitempty"`
	LogLoss           float64  `json:"log_loss"`
	LogLossOfBaseRate float64  `json:"log_loss_of_base_rate"`
	// Clipped counts the rows whose chance of 0 or 1 was moved inwards for
	// LogLoss and Line.
	Clipped          int64      `json:"clipped,omitempty"`
	Line             *Line      `json:"line,omitempty"`
	Bins             []Bin      `json:"bins,omitempty"`
	CalibrationError *float64   `json:"calibration_error,omitempty"`
	HosmerLemeshow   *ChiSquare `json:"hosmer_lemeshow,omitempty"`

	Absent []Absence `json:"absent,omitempty"`
}

// Absence is a figure that a report does not have.
type Absence struct {
	Figure string `json:"figure"` // the field of Report in JSON
	Why    string `json:"why"`
}

// Evaluate reports on scores, the higher the likelier to leave, and on the
// chances made of them; left[i] says whether row i left. The order is judged by
// the scores, since many scores may share a chance; chances nil are
// logistic(scores). Errors: the faults of cfg, at /config; ErrTooFew without
// rows; ErrShape; ErrValue and ErrProbability by row. What one class, ties or
// few rows make unknowable is absent, not an error. Cost: two sortings.
func Evaluate(scores, chances []float64, left []bool, cfg ReportConfig) (Report, error) {
	errs := guanxi.At("/config", cfg.Validate())
	order, err := NewRanking(scores, left)
	if err = errors.Join(errs, err); err != nil {
		return Report{}, err
	}
	if chances == nil {
		chances = make([]float64, len(scores))
		for i, s := range scores {
			chances[i] = logistic(s)
		}
	}
	if len(chances) != len(scores) {
		return Report{}, at(fmt.Errorf("%w: %d chances of %d scores", ErrShape, len(chances), len(scores)), "chances")
	}
	if err := checkChances(chances); err != nil {
		return Report{}, err
	}
	truth, err := NewRanking(chances, left)
	if err != nil {
		return Report{}, err
	}
	cfg = cfg.withDefaults()
	r := Report{Rows: order.Rows(), Left: order.Left()}
	r.BaseRate, _ = order.BaseRate()
	r.order(order, cfg)
	if err := r.truth(truth, cfg); err != nil {
		return Report{}, err
	}
	return r, nil
}

func (r *Report) absent(figure string, why error) {
	r.Absent = append(r.Absent, Absence{figure, why.Error()})
}

// order fills in what the order of the scores says.
func (r *Report) order(o *Ranking, cfg ReportConfig) {
	if auc, err := o.DeLong(cfg.Confidence); err == nil {
		r.AUC = &auc
	} else {
		r.absent("auc", err)
	}
	if ap, ok := o.AveragePrecision(); ok {
		r.AveragePrecision = &ap
	} else {
		r.absent("average_precision", ErrOneClass)
	}
	if ks, ok := o.KS(); ok {
		r.KS = &ks
	} else {
		r.absent("ks", ErrOneClass)
	}
	top := func(t Top, err error) {
		if err != nil {
			r.absent("top", err)
			return
		}
		r.Top = append(r.Top, t)
	}
	for _, share := range cfg.Shares {
		top(o.TopShare(share))
	}
	for _, k := range cfg.Places {
		top(o.Top(k))
	}
}

// truth fills in what the chances say.
func (r *Report) truth(t *Ranking, cfg ReportConfig) (err error) {
	if r.Brier, err = t.Brier(); err != nil {
		return err
	}
	if r.LogLoss, r.Clipped, err = t.LogLoss(); err != nil {
		return err
	}
	base := Ranking{groups: []group{{r.BaseRate, uint32(r.Left), uint32(r.Rows - r.Left)}}, hit: r.Left, miss: r.Rows - r.Left}
	r.BrierOfBaseRate, _ = base.Brier()
	if r.BrierOfBaseRate > 0 {
		skill := 1 - r.Brier/r.BrierOfBaseRate
		r.BrierSkill = &skill
		r.LogLossOfBaseRate, _, _ = base.LogLoss()
	} else {
		r.absent("brier_skill", ErrOneClass)
	}
	if line, err := t.Line(); err == nil {
		r.Line = &line
	} else {
		r.absent("line", err)
	}
	if r.Bins, err = t.Bins(cfg.Bins); err != nil {
		r.absent("bins", err)
		r.absent("calibration_error", err)
		r.absent("hosmer_lemeshow", err)
		return nil
	}
	if ece, ok := CalibrationError(r.Bins); ok {
		r.CalibrationError = &ece
	}
	if c, err := HosmerLemeshow(r.Bins, cfg.SameRows); err == nil {
		r.HosmerLemeshow = &c
	} else {
		r.absent("hosmer_lemeshow", err)
	}
	return nil
}
