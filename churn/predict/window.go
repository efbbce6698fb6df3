package predict

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Window is what a prediction is asked about: with what was known before Cut,
// who leaves in [Cut, End)? A fact counts if fact < Cut, a label if
// Cut ≤ label < End, so that every instant is either known or asked about. It is
// the window of [churn.Leaving.Outcome]. A plain value.
type Window struct {
	Cut time.Time `json:"cut"`
	End time.Time `json:"end"`
}

// NewWindow is the window of a horizon after cut, in the calendar of loc; nil
// is UTC. Errors as for [Window.Validate], and guanxi.ErrSpan at /horizon.
func NewWindow(cut time.Time, horizon guanxi.Span, loc *time.Location) (Window, error) {
	if err := horizon.Validate(); err != nil {
		return Window{}, guanxi.At("/horizon", err)
	}
	if err := checkTime(cut, "cut"); err != nil {
		return Window{}, err
	}
	w := Window{cut, horizon.AddTo(cut, loc)}
	return w, w.Validate()
}

// Validate returns ErrTime, or ErrOption unless Cut is before End.
func (w Window) Validate() error {
	err := errors.Join(checkTime(w.Cut, "cut"), checkTime(w.End, "end"))
	if err == nil && !w.Cut.Before(w.End) {
		err = at(fmt.Errorf("%w: the end %v is not after the cut %v", ErrOption, w.End, w.Cut), "end")
	}
	return err
}

func checkTime(t time.Time, parts ...any) error {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return at(fmt.Errorf("%w: %v", ErrTime, t), parts...)
	}
	return nil
}

// Label says what became of a customer within a window.
type Label string

// Unknown is the zero value: nobody can say yet, or ever. It is [churn.Unknown],
// which is spelled out since Gone and Stranger stand beside it; the two are of
// different types.
const (
	Unknown Label = ""
	Stayed  Label = "stayed"
	Left    Label = "left"
)

// Outcome answers what is known of a customer who left at an instant (zero: did
// not leave, as far as is known) and has been watched until another, and when
// that became certain. All is known before watched, nothing from it on. Someone
// who left at End or later stayed in this window. Someone watched until before
// End only is Unknown, left or not: of such customers those who left are known and
// those who stay are not, so that the rows would hold too many who left. Error:
// ErrLabelTime for someone who left before Cut, about whom there is nothing to
// predict.
func (w Window) Outcome(left, watched time.Time) (Label, time.Time, error) {
	switch {
	case !left.IsZero() && left.Before(w.Cut):
		return Unknown, time.Time{}, at(fmt.Errorf("%w: left at %v, the cut is %v", ErrLabelTime, left, w.Cut), "left")
	case watched.Before(w.End):
		return Unknown, time.Time{}, nil
	case !left.IsZero() && left.Before(w.End):
		return Left, left, nil
	}
	return Stayed, w.End, nil
}

// checkLabel returns ErrLabel, ErrTime or ErrLabelTime unless l, certain since
// at, is an answer for w.
func (w Window) checkLabel(l Label, since time.Time) error {
	switch l {
	case Unknown:
		return nil
	case Left:
		if err := checkTime(since); err != nil {
			return err
		}
		if since.Before(w.Cut) || !since.Before(w.End) {
			return fmt.Errorf("%w: left at %v, the window is [%v, %v)", ErrLabelTime, since, w.Cut, w.End)
		}
	case Stayed:
		if err := checkTime(since); err != nil {
			return err
		}
		if since.Before(w.End) {
			return fmt.Errorf("%w: watched until %v only, the window ends %v: unknown", ErrLabelTime, since, w.End)
		}
	default:
		return fmt.Errorf("%w: %q", ErrLabel, string(l))
	}
	return nil
}
