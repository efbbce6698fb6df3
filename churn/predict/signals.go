package predict

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// SignalFrame gathers the very signals that package churn scores: the columns
// are the ids of a catalogue, the values what [churn.Scorer.AppendFeatures] makes
// of a customer's observations at the cut, each date that of the newest
// observation. Beside them it keeps the log-odds that the catalogue's weights,
// groups and clears give at the cut, so that they can be judged as a [Rival].
//
// A signal that was not looked for is 0, as it is to the catalogue, which adds
// nothing for it; Missing counts them. It belongs to one goroutine.
type SignalFrame struct {
	scorer  *churn.Scorer
	clears  bool
	frame   *Frame
	handSet []float64
	missing []int64
	values  []float64
	unseen  []bool
	dated   []time.Time
}

// NewSignalFrame is an empty frame of the signals of s. Errors: those of
// [Window.Validate]; ErrOption without a scorer.
func NewSignalFrame(s *churn.Scorer, w Window) (*SignalFrame, error) {
	return newSignalFrame(s, w, false)
}

// NewSignalFrameWithClears is NewSignalFrame with a further column "id:clear" for
// each signal, behind those of the signals: what [churn.Signal.Clear] is
// multiplied with, see [churn.Scorer.AppendClears], 0 where a signal was found or
// not looked for. So "looked, and it was not so" gets a weight of its own, which
// [Model.Catalogue] writes back as Clear. Error further: ErrColumn where a signal
// has such an id already.
func NewSignalFrameWithClears(s *churn.Scorer, w Window) (*SignalFrame, error) {
	return newSignalFrame(s, w, true)
}

func newSignalFrame(s *churn.Scorer, w Window, clears bool) (*SignalFrame, error) {
	if s == nil {
		return nil, at(fmt.Errorf("%w: no scorer", ErrOption), "scorer")
	}
	names, n := s.AppendNames(nil), s.NumSignals()
	if clears {
		for _, id := range names[:n] {
			names = append(names, id+churn.ClearSuffix)
		}
	}
	f, err := NewFrame(w, names)
	if err != nil {
		return nil, err
	}
	return &SignalFrame{scorer: s, clears: clears, frame: f, missing: make([]int64, n), unseen: make([]bool, n), dated: make([]time.Time, len(names))}, nil
}

// Add takes up what was observed of a customer before the cut and what became
// of them; see [Example] for label and since. Nothing of seen is kept. Errors,
// s being as it was: those of [Frame.Add], among them ErrLeak for a signal
// observed at the cut or later; those of churn for a faulty observation, at
// /rows/i/seen.
func (s *SignalFrame) Add(seen []churn.Observation, label Label, since time.Time) error {
	row := guanxi.Pointer("rows", int(s.frame.counts.met()))
	clear(s.dated)
	var leaks []error
	for _, o := range seen {
		if uint(o.Signal) >= uint(len(s.missing)) {
			continue // churn says so
		}
		when := time.UnixMicro(o.At)
		if !when.Before(s.frame.window.Cut) {
			id := s.frame.columns[o.Signal]
			leaks = append(leaks, at(fmt.Errorf("%w: %q dates from %v, the cut is %v", ErrLeak, id, when.UTC(), s.frame.window.Cut), id))
		}
		if d := &s.dated[o.Signal]; d.IsZero() || when.After(*d) {
			*d = when
		}
	}
	if s.clears {
		copy(s.dated[len(s.missing):], s.dated)
	}
	if len(leaks) > 0 {
		return guanxi.At(row, errors.Join(leaks...))
	}
	var err error
	if s.values, err = s.scorer.AppendFeatures(s.values[:0], seen, s.frame.window.Cut); err != nil {
		return guanxi.At(row+"/seen", err)
	}
	if s.clears {
		if s.values, err = s.scorer.AppendClears(s.values, seen, s.frame.window.Cut); err != nil {
			return guanxi.At(row+"/seen", err)
		}
	}
	score, err := s.scorer.Score(nil, seen, s.frame.window.Cut)
	if err != nil {
		return guanxi.At(row+"/seen", err)
	}
	for j := range s.values {
		no := math.IsNaN(s.values[j])
		if j < len(s.unseen) {
			s.unseen[j] = no
		}
		if no {
			s.values[j] = 0
		}
	}
	before := s.frame.counts.Rows()
	if err := s.frame.Add(Example{Values: s.values, Dated: s.dated, Label: label, At: since}); err != nil {
		return err
	}
	if s.frame.counts.Rows() == before {
		return nil
	}
	for j, no := range s.unseen {
		if no {
			s.missing[j]++
		}
	}
	s.handSet = append(s.handSet, score.LogOdds)
	return nil
}

// AddHistory is Add with the label that a definition of leaving gives within
// the window; h may reach as far as the data does. Where h.Until is before the end
// of the window the outcome is Unknown even of those who have left already: they
// are known sooner than those who stay, and would make up too large a share of the
// rows. Customers who were gone at the cut, or no customers yet, are left out and
// counted. Errors further: those of [churn.Leaving.Outcome], at /rows/i/history.
func (s *SignalFrame) AddHistory(seen []churn.Observation, leaving *churn.Leaving, h churn.History) error {
	row := guanxi.Pointer("rows", int(s.frame.counts.met()))
	if leaving == nil {
		return at(fmt.Errorf("%w: no definition of leaving", ErrOption), "leaving")
	}
	w := s.frame.window
	outcome, err := leaving.Outcome(h, w.Cut, guanxi.Span{Time: w.End.Sub(w.Cut)})
	if err != nil {
		return guanxi.At(row+"/history", err)
	}
	if h.Until.Before(w.End) && outcome == churn.Left {
		outcome = churn.Unknown
	}
	switch outcome {
	case churn.Gone, churn.Stranger:
		s.frame.counts.Outside++
		return nil
	case churn.Left:
		return s.Add(seen, Left, w.Cut) // or later in the window, which is all that the outcome tells
	case churn.Stayed:
		return s.Add(seen, Stayed, w.End)
	}
	return s.Add(seen, Unknown, time.Time{})
}

// Frame returns the examples gathered, to learn from or to test on; add to them
// through s alone.
func (s *SignalFrame) Frame() *Frame { return s.frame }

// Missing returns how often each signal, in the order of the catalogue, was not
// looked for among the rows of known outcome. The slice is a copy.
func (s *SignalFrame) Missing() []int64 { return slices.Clone(s.missing) }

// HandSet returns the catalogue's own weights as a rival on these rows, with all
// that they do besides adding: groups, clears, caps.
func (s *SignalFrame) HandSet(name string) Rival {
	return Rival{Name: name, LogOdds: slices.Clone(s.handSet)}
}

// Catalogue writes learned weights into a copy of c, see
// [churn.Catalogue.Learned], so that package churn scores and explains with
// them. A calibration by Platt is a line and goes into bias and weights; one by
// Isotonic is ErrModel. A signal that m has no column of weighs 0: nothing was
// learned of it; a column "id:clear" gives its Clear. Errors: the faults of m; churn.ErrSignal for a column that is no
// signal of c; churn.ErrWeight for a weight that a catalogue does not hold.
func (m Model) Catalogue(c churn.Catalogue) (churn.Catalogue, error) {
	if err := m.Validate(); err != nil {
		return churn.Catalogue{}, err
	}
	slope, intercept := 1.0, 0.0
	if cal := m.Calibration; cal != nil {
		if cal.Method != Platt {
			return churn.Catalogue{}, at(fmt.Errorf("%w: a catalogue holds no %q", ErrModel, string(cal.Method)), "calibration")
		}
		slope, intercept = cal.Slope, cal.Intercept
	}
	weights := make(map[string]float64, len(c.Signals))
	for _, s := range c.Signals {
		weights[s.ID] = 0
	}
	for j, name := range m.Columns {
		weights[name] = slope * m.Weights[j]
	}
	return c.Learned(intercept+slope*m.Intercept, weights)
}
