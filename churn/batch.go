package churn

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Columns are the observations of many customers. Those of customer i stand from
// First[i] to First[i+1], in any order; First has one entry more than there are
// customers and never falls. Signals that were not observed take no room.
//
// A part of the customers is a part of First with the same other columns, so that
// several goroutines can share the work: First[:n+1] is the first n, First[n:] the
// others.
type Columns struct {
	First  []int32
	Signal []uint16  // place in the catalogue
	Value  []float64 // as Observation.Value; nil is 1 everywhere
	At     []int64   // UTC microseconds
}

// check returns what does not fit together.
func (c *Columns) check() error {
	var f faults
	n := len(c.Signal)
	if len(c.At) != n {
		f.add(ErrColumns, "/at", "%d entries, and %d signals", len(c.At), n)
	}
	if c.Value != nil && len(c.Value) != n {
		f.add(ErrColumns, "/value", "%d entries, and %d signals", len(c.Value), n)
	}
	if len(c.First) == 0 || c.First[0] < 0 || int(c.First[len(c.First)-1]) > n {
		f.add(ErrColumns, "/first", "it is empty or leads out of 0 to %d", n)
	} else if !slices.IsSorted(c.First) {
		f.add(ErrColumns, "/first", "it falls")
	}
	return f.err()
}

// AppendScores appends to dst the scores of all customers of c at now, and to
// reasons exactly top entries a customer: the first Score.Reasons of them are the
// customer's, as Score has them, and the others have the Signal −1. It gives the
// same bits as Score.
//
// A customer with a faulty observation has no score: Risk, LogOdds and Rest are
// NaN, Known is −1, and the error names the row: ErrSignal, ErrValue, ErrTime,
// ErrFuture at /customer/observation/field, counted from 0 each, up to 100, then
// guanxi.ErrTooMany; left is how many customers were left out in all. Other rows are
// scored. ErrColumns and ErrOption (top below 0 or above 256) come alone, with
// nothing appended. No allocation where the capacity suffices and there is no
// fault; cost: O(observations). One core; see Columns for several.
func (s *Scorer) AppendScores(dst []Score, reasons []Reason, top int, c Columns, now time.Time) (scores []Score, why []Reason, left int, err error) {
	m, err := micro(now)
	if err != nil {
		return dst, reasons, 0, err
	}
	if top < 0 || top > maxSignals {
		return dst, reasons, 0, at(fmt.Errorf("%w: %d reasons", ErrOption, top), "top")
	}
	if err := c.check(); err != nil {
		return dst, reasons, 0, err
	}
	rows := len(c.First) - 1
	if rows > 0 && top > math.MaxInt/rows {
		return dst, reasons, 0, at(fmt.Errorf("%w: %d reasons", ErrOption, top), "top")
	}
	n, k := len(dst), len(reasons)
	dst = slices.Grow(dst, rows)[:n+rows]
	reasons = slices.Grow(reasons, rows*top)[:k+rows*top]
	var f faults
	var w work
	var p weighed
	base, ready := 0, false
	for i := range rows {
		if i%block == 0 {
			s.risks(dst[n+max(i-block, 0) : n+i])
			base = int(c.First[i])
			ready = top <= quickReasons && s.weigh(&p, &c, base, int(c.First[min(i+block, rows)]), m)
		}
		room := reasons[k+i*top : k+i*top+top]
		if ready && s.quick(&p, int(c.First[i])-base, int(c.First[i+1])-base, &dst[n+i], room) {
			continue
		}
		w.reset()
		fine := true
		for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
			v := 1.
			if c.Value != nil {
				v = c.Value[j]
			}
			signal, when := int(c.Signal[j]), c.At[j]
			if s.sound(signal, v, when, m) {
				w.date(&s.rules[signal], signal, v, m-when)
				continue
			}
			fine = false
			if len(f) < maxFaults {
				f = append(f, guanxi.At(guanxi.Pointer(i, j-int(c.First[i])), s.fault(signal, v, when, m)))
			}
		}
		if !fine {
			left++
			nan := math.NaN()
			dst[n+i] = Score{LogOdds: nan, Risk: nan, Rest: nan, Band: -1, Reasons: -1, Known: -1}
			for j := range room {
				room[j] = Reason{Signal: -1}
			}
			continue
		}
		for j := int(c.First[i]); j < int(c.First[i+1]); j++ {
			v := 1.
			if c.Value != nil {
				v = c.Value[j]
			}
			s.see(&w, int(c.Signal[j]), v, m-c.At[j])
		}
		s.sum(&w, &dst[n+i], room)
	}
	if rows > 0 {
		s.risks(dst[n+(rows-1)/block*block:])
	}
	if len(f) >= maxFaults {
		f = append(f, at(fmt.Errorf("%w: %d customers were left out", guanxi.ErrTooMany, left)))
	}
	return dst, reasons, left, f.err()
}
