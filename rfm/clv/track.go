package clv

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// AppendTracking appends the tracking curve of a model to dst: how many repeat
// purchases all customers of rows together are expected to have made by each of
// times, which count from the end of observation, in the unit of the rows: −10 is
// ten units before it, 10 after. Only what the customers' ages say is used, not
// what they did. Customers of one age are computed once. Errors: those of
// AppendPAlive; ErrValue for a time that is not finite.
func (p *Predictor) AppendTracking(dst []float64, rows Rows, times []float64) ([]float64, error) {
	for i, t := range times {
		if !finite(t) {
			return dst, fmt.Errorf("clv: tracking: %w", rowFault(i, "time", fmt.Errorf("%w: %v", ErrValue, t)))
		}
	}
	at, err := p.columns(rows)
	if err != nil {
		return dst, err
	}
	n := len(dst)
	dst = append(dst, make([]float64, len(times))...)
	curve := dst[n:]
	if len(at) > 0 {
		w := p.walker(rows, at)
		for i := range rows.List {
			track(curve, w.core(i), rows.List[i].Age, 1, times)
		}
		return dst, nil
	}
	ages := make([]float64, len(rows.List))
	for i := range rows.List {
		ages[i] = rows.List[i].Age
	}
	slices.Sort(ages)
	for i := 0; i < len(ages); {
		j := sort.Search(len(ages)-i, func(k int) bool { return ages[i+k] > ages[i] }) + i
		track(curve, p.core, ages[i], float64(j-i), times)
		i = j
	}
	return dst, nil
}

func track(curve []float64, c core, age, customers float64, times []float64) {
	for k, t := range times {
		if age+t > 0 {
			curve[k] += customers * c.ExpectedNew(age+t)
		}
	}
}

// Tracking counts what AppendTracking expects: the repeat purchases by each of
// times of the customers who first bought before calibration, from an order log
// to asOf. Config and errors are those of [Split]; a calibration at asOf is
// allowed. Times after asOf count what is known by then.
func Tracking[K comparable](agg *rfm.Aggregator[K], calibration, asOf time.Time, times []float64, cfg RowConfig) ([]float64, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if calibration.After(asOf) {
		return nil, fmt.Errorf("clv: %w: calibration to %s, observation to %s", ErrSplit,
			calibration.Format(time.RFC3339), asOf.Format(time.RFC3339))
	}
	b := newRowBuilder(agg.Config(), cfg, calibration, asOf)
	var when []float64
	for h, err := range agg.Histories(asOf) {
		if err != nil {
			return nil, fmt.Errorf("clv: %w", err)
		}
		if h.Sales[0].At >= b.cutMicro {
			continue
		}
		first := b.step(h.Sales[0].At)
		last := first
		for i := range h.Sales {
			if step := b.step(h.Sales[i].At); step != last {
				when = append(when, b.length(b.cut, step))
				last = step
			}
		}
	}
	slices.Sort(when)
	curve := make([]float64, len(times))
	for k, t := range times {
		if math.IsNaN(t) {
			return nil, fmt.Errorf("clv: tracking: %w", rowFault(k, "time", fmt.Errorf("%w: %v", ErrValue, t)))
		}
		curve[k] = float64(sort.Search(len(when), func(i int) bool { return when[i] > t }))
	}
	return curve, nil
}

// rowFault names a field of row i.
func rowFault(i int, field string, err error) error {
	return &guanxi.FieldError{Pointer: fmt.Sprintf("/rows/%d/%s", i, field), Err: err}
}
