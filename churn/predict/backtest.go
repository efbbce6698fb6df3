package predict

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Frames are the windows of a back-test. Test is the newest: what Train and
// Calibration teach must have been known at its cut, so that their windows end
// there or earlier. Calibration is needed only where the config asks for one;
// give it other customers than Train, or another cut.
type Frames struct {
	Train, Calibration, Test *Frame
}

// Rival is what the learned weights are held against: hand-set weights, last
// year's model. One of Scorer and LogOdds is given.
type Rival struct {
	Name string
	// Scorer scores the rows of Test. If it also has a method AppendChances as
	// [Model] does, its chances are those, else logistic(log-odds).
	Scorer Scorer
	// LogOdds are the scores of the rows of Test in their order, where they come
	// from more than the columns; see [SignalFrame.HandSet].
	LogOdds []float64
}

// Names of the learned weights in a BackTestResult, which no rival may have.
const (
	NameLearned    = "learned"
	NameCalibrated = "calibrated"
)

// BackTestConfig says how weights are learned and judged. As JSON it is read
// strictly.
type BackTestConfig struct {
	Fit FitConfig `json:"fit,omitzero"`
	// Calibration of the learned weights on Frames.Calibration; "" is none.
	Calibration Method       `json:"calibration,omitempty"`
	Report      ReportConfig `json:"report,omitzero"`
}

// Validate returns every fault of c.
func (c BackTestConfig) Validate() error {
	var errs []error
	errs = append(errs, guanxi.At("/fit", c.Fit.Validate()), guanxi.At("/report", c.Report.Validate()))
	switch c.Calibration {
	case "", Platt, Isotonic:
	default:
		errs = append(errs, at(fmt.Errorf("%w: %q", ErrOption, string(c.Calibration)), "calibration"))
	}
	if c.Report.SameRows {
		errs = append(errs, at(fmt.Errorf("%w: a back-test is on new rows", ErrOption), "report", "same_rows"))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *BackTestConfig) UnmarshalJSON(data []byte) error {
	type plain BackTestConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, BackTestConfig(v), err)
}

// BackTestResult is what a back-test found. A plain value.
type BackTestResult struct {
	Train       Counts  `json:"train"`
	Calibration *Counts `json:"calibration,omitempty"`
	Test        Counts  `json:"test"`
	// Fit is what was learned; its Model carries the calibration, if any.
	Fit Fit `json:"fit"`
	// Reports on the test window: the learned weights, the calibrated ones if
	// any, and the rivals in their order.
	Reports []Report `json:"reports"`
	// Rivals compares the AUC of the learned weights with that of each rival on
	// the same customers.
	Rivals []RivalAUC `json:"rivals,omitempty"`
}

// RivalAUC is the AUC of the learned weights less that of a rival.
type RivalAUC struct {
	Name string `json:"name"`
	// AUCDifference has the learned weights as A; it is nil where too few left or
	// stayed to tell.
	*AUCDifference
}

// chancer gives chances of its own, as Model does.
type chancer interface {
	AppendChances(dst []float64, x Matrix) ([]float64, error)
}

// BackTest learns weights from one window and judges them on a later one,
// beside those of the rivals. Errors: the faults of cfg, at /config; ErrOption
// for a missing frame, for a rival without a name or with one that is taken, and
// for one without scores;
// ErrColumn where frames differ; ErrLeak where labels of Train or Calibration
// reach beyond the cut of Test, or one frame stands in two places; ErrTooFew where Test is empty; those of [Learn],
// at /train, and of [Calibrate], at /calibration; what a rival answers, at
// /rivals/i, or ErrShape and ErrValue for its scores. One class only in Test
// is not an error, see [Evaluate].
func BackTest(frames Frames, cfg BackTestConfig, rivals ...Rival) (BackTestResult, error) {
	err := errors.Join(guanxi.At("/config", cfg.Validate()), frames.check(cfg), checkRivals(rivals))
	if err != nil {
		return BackTestResult{}, err
	}
	out := BackTestResult{Train: frames.Train.counts, Test: frames.Test.counts}
	out.Fit, err = Learn(frames.Train.Matrix(), frames.Train.left, cfg.Fit)
	if err != nil {
		return BackTestResult{}, guanxi.At("/train", err)
	}
	x, left := frames.Test.Matrix(), frames.Test.left
	scores, err := out.Fit.Model.AppendLogOdds(nil, x)
	if err != nil {
		return BackTestResult{}, guanxi.At("/test", err)
	}
	report := func(name string, s, chances []float64) error {
		r, err := Evaluate(s, chances, left, cfg.Report)
		r.Name = name
		out.Reports = append(out.Reports, r)
		return err
	}
	if err := report(NameLearned, scores, nil); err != nil {
		return BackTestResult{}, guanxi.At("/test", err)
	}
	if cfg.Calibration != "" {
		counts, err := out.calibrate(frames.Calibration, cfg.Calibration)
		if err != nil {
			return BackTestResult{}, guanxi.At("/calibration", err)
		}
		out.Calibration = &counts
		chances, err := out.Fit.Model.AppendChances(nil, x)
		if err == nil {
			err = report(NameCalibrated, chances, chances)
		}
		if err != nil {
			return BackTestResult{}, guanxi.At("/test", err)
		}
	}
	for i, rival := range rivals {
		theirs, chances, err := rival.score(x)
		if err == nil {
			err = report(rival.Name, theirs, chances)
		}
		if err != nil {
			return BackTestResult{}, guanxi.At(guanxi.Pointer("rivals", i), err)
		}
		beside := RivalAUC{Name: rival.Name}
		if d, err := CompareAUC(scores, theirs, left, cfg.Report.withDefaults().Confidence); err == nil {
			beside.AUCDifference = &d
		}
		out.Rivals = append(out.Rivals, beside)
	}
	return out, nil
}

// calibrate fits the calibration of the learned model.
func (r *BackTestResult) calibrate(f *Frame, m Method) (Counts, error) {
	scores, err := r.Fit.Model.AppendLogOdds(nil, f.Matrix())
	if err != nil {
		return Counts{}, err
	}
	c, err := Calibrate(m, scores, f.left)
	r.Fit.Model.Calibration = &c
	return f.counts, err
}

// score returns the scores and the chances of x, one a row.
func (r Rival) score(x Matrix) (scores, chances []float64, err error) {
	if scores = r.LogOdds; r.Scorer != nil {
		if scores, err = r.Scorer.AppendLogOdds(nil, x); err != nil {
			return nil, nil, err
		}
	}
	if c, ok := r.Scorer.(chancer); ok {
		if chances, err = c.AppendChances(nil, x); err != nil {
			return nil, nil, err
		}
	}
	if len(scores) != x.Rows() || chances != nil && len(chances) != x.Rows() {
		return nil, nil, fmt.Errorf("%w: %d scores, %d chances of %d rows", ErrShape, len(scores), len(chances), x.Rows())
	}
	return scores, chances, nil
}

// check returns what is wrong between the frames.
func (f Frames) check(cfg BackTestConfig) error {
	var errs []error
	if f.Train == nil {
		errs = append(errs, at(fmt.Errorf("%w: missing", ErrOption), "train"))
	}
	if f.Test == nil {
		errs = append(errs, at(fmt.Errorf("%w: missing", ErrOption), "test"))
	}
	if (f.Calibration != nil) != (cfg.Calibration != "") {
		errs = append(errs, at(fmt.Errorf("%w: a frame and a method of calibration go together", ErrOption), "calibration"))
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	if f.Test.counts.Rows() == 0 {
		errs = append(errs, at(fmt.Errorf("%w: nobody of known outcome, %d unknown", ErrTooFew, f.Test.counts.Unknown), "test"))
	}
	earlier := func(name string, frame *Frame) {
		if frame == nil {
			return
		}
		if frame == f.Test || name == "calibration" && frame == f.Train {
			errs = append(errs, at(fmt.Errorf("%w: the same frame twice, where each is to be new to the one before", ErrLeak), name))
			return
		}
		errs = append(errs, guanxi.At("/"+name, frame.Matrix().sameColumns(f.Test.columns)))
		if end, cut := frame.window.End, f.Test.window.Cut; end.After(cut) {
			errs = append(errs, at(fmt.Errorf("%w: its labels reach to %v, the cut of the test is %v", ErrLeak, end, cut), name))
		}
	}
	earlier("train", f.Train)
	earlier("calibration", f.Calibration)
	return errors.Join(errs...)
}

func checkRivals(rivals []Rival) error {
	var errs []error
	seen := map[string]bool{"": true, NameLearned: true, NameCalibrated: true}
	for i, r := range rivals {
		if seen[r.Name] {
			errs = append(errs, at(fmt.Errorf("%w: the name %q is empty or taken", ErrOption, r.Name), "rivals", i))
		}
		seen[r.Name] = true
		if (r.Scorer == nil) == (r.LogOdds == nil) {
			errs = append(errs, at(fmt.Errorf("%w: one of scorer and log-odds is given", ErrOption), "rivals", i))
		}
	}
	return errors.Join(errs...)
}
