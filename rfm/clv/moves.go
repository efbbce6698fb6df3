package clv

import (
	"fmt"
	"math"
	"strconv"

	"github.com/guanxi-go/guanxi"
)

// maxMove is how far covariates may move the log of a rate: beyond it no rate
// means anything, and numbers overflow.
const maxMove = 200

func movable(buy, leave float64) bool {
	return math.Abs(buy) <= maxMove && math.Abs(leave) <= maxMove
}

func tooFar(buy, leave float64) error {
	return fmt.Errorf("%w: the covariates move the log rates by %v and %v, at most %d", ErrRange, buy, leave, maxMove)
}

// moves is what the covariates of row i add to the log rates.
func (w *walker) moves(i int) (buy, leave float64) {
	for k, j := range w.at {
		b, l := w.p.effects[k].moves(w.rows.Covariates[j].Values[i])
		buy, leave = buy+b, leave+l
	}
	return buy, leave
}

// allMovable returns the rows whose covariates move them too far.
func (w *walker) allMovable() error {
	if len(w.at) == 0 {
		return nil
	}
	var errs faultList
	for i := range w.rows.List {
		if buy, leave := w.moves(i); !movable(buy, leave) {
			errs.add(&guanxi.FieldError{Pointer: "/rows/" + strconv.Itoa(i), Err: tooFar(buy, leave)})
		}
	}
	return errs.err("rows")
}

// allFinite returns the rows whose forecasts are no numbers.
func allFinite(forecasts []float64) error {
	var errs faultList
	for i, v := range forecasts {
		if !finite(v) {
			errs.add(&guanxi.FieldError{Pointer: "/rows/" + strconv.Itoa(i), Err: fmt.Errorf("%w: the forecast is %v", ErrValue, v)})
		}
	}
	return errs.err("forecast")
}
