package rfm

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// scaleVersion rises when the meaning of a stored scale changes.
const scaleVersion = 1

type scaleJSON struct {
	Version   int          `json:"version"`
	Method    Method       `json:"method"`
	Money     Money        `json:"money"`
	Bins      int          `json:"bins"`
	Nested    bool         `json:"nested,omitempty"`
	Currency  string       `json:"currency,omitempty"`
	Decimals  int          `json:"decimals"`
	Recency   scaleDimJSON `json:"recency"`
	Frequency scaleDimJSON `json:"frequency"`
	Monetary  scaleDimJSON `json:"monetary"`
}

type scaleDimJSON struct {
	Bins    int                 `json:"bins,omitempty"` // if not those of the scale
	Cuts    [][]decimal.Decimal `json:"cuts"`           // worst first; one list a group
	Breaks  []Break             `json:"breaks,omitempty"`
	Reverse bool                `json:"reverse,omitempty"`
	Weight  float64             `json:"weight"`
	Mean    *float64            `json:"mean,omitempty"`
	SD      *float64            `json:"sd,omitempty"`
}

// MarshalJSON writes the cut points in natural units: days, purchases, money.
func (s *Scale) MarshalJSON() ([]byte, error) {
	j := scaleJSON{Version: scaleVersion, Method: s.cfg.Method, Money: s.cfg.Money, Bins: s.cfg.Bins, Nested: s.cfg.Nested,
		Currency: s.currency, Decimals: s.decimals}
	for i, c := range s.cfg.dimensions() {
		d := &s.dims[i]
		out := scaleDimJSON{Bins: c.Bins, Breaks: c.Breaks, Reverse: c.Reverse, Weight: c.Weight}
		for _, cuts := range s.Cuts(Dimension(i)) {
			out.Cuts = append(out.Cuts, cuts)
		}
		if !math.IsNaN(d.sd) {
			out.Mean, out.SD = &d.mean, &d.sd
		}
		*j.dimensions()[i] = out
	}
	return json.Marshal(j)
}

func (j *scaleJSON) dimensions() [3]*scaleDimJSON {
	return [3]*scaleDimJSON{&j.Recency, &j.Frequency, &j.Monetary}
}

// UnmarshalJSON reads what MarshalJSON writes, strictly: every unknown field
// and every fault is reported with its JSON pointer, and s is left alone then.
func (s *Scale) UnmarshalJSON(data []byte) error {
	var j scaleJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	if j.Version != scaleVersion {
		return guanxi.At("/version", fmt.Errorf("%w: %d, this library knows %d", ErrOption, j.Version, scaleVersion))
	}
	cfg := ScaleConfig{Method: j.Method, Money: j.Money, Bins: j.Bins, Nested: j.Nested}
	for i, c := range cfg.dimensions() {
		d := j.dimensions()[i]
		*c = DimensionConfig{Bins: d.Bins, Breaks: d.Breaks, Reverse: d.Reverse, Weight: d.Weight}
	}
	n, err := newScale(cfg, j.Currency, j.Decimals)
	if err != nil {
		return err
	}
	var errs []error
	for i := range n.dims {
		errs = append(errs, guanxi.At("/"+Dimension(i).String(), n.readDim(Dimension(i), j.dimensions()[i])))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	*s = *n
	return nil
}

// readDim takes the cut points of one dimension over.
func (s *Scale) readDim(dim Dimension, j *scaleDimJSON) error {
	d := &s.dims[dim]
	if len(j.Cuts) != d.groups {
		return guanxi.At("/cuts", fmt.Errorf("%w: %d groups, want %d", ErrOption, len(j.Cuts), d.groups))
	}
	var errs []error
	var cuts []int64
	for g, list := range j.Cuts {
		if len(list) != d.bins-1 {
			errs = append(errs, guanxi.At(guanxi.Pointer("cuts", g), fmt.Errorf("%w: %d cut points, want %d", ErrOption, len(list), d.bins-1)))
			continue
		}
		before := int64(math.MinInt64)
		for i, c := range list {
			v, err := s.inside(dim, c)
			switch {
			case err != nil:
			case v < before:
				err = fmt.Errorf("%w: cut points run from worst to best", ErrOption)
			case d.fixed && v != d.cuts[i]:
				err = fmt.Errorf("%w: %v is not what the breaks say", ErrOption, c)
			default:
				before = v
			}
			if err != nil {
				errs = append(errs, guanxi.At(guanxi.Pointer("cuts", g, i), err))
			}
			cuts = append(cuts, v)
		}
	}
	d.cuts = cuts
	if (j.Mean == nil) != (j.SD == nil) || j.SD != nil && *j.SD < 0 {
		errs = append(errs, guanxi.At("/sd", fmt.Errorf("%w: mean and sd go together, and sd is not negative", ErrOption)))
	} else if j.SD != nil {
		d.mean, d.sd = *j.Mean, *j.SD
	}
	return errors.Join(errs...)
}
