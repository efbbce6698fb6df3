package survival_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// raw reads rows of any numbers from bytes: what a host should never pass, and
// some day does.
func raw(in []byte) (d survival.Data, x []survival.Covariate) {
	x = []survival.Covariate{{Name: "x"}, {Name: "y"}}
	odd := []float64{math.NaN(), math.Inf(1), -1, 0, 1e300, 1e-300, math.Copysign(0, -1), 0.1}
	value := func(b byte) float64 {
		if b >= 248 {
			return odd[b-248]
		}
		return float64(b % 32)
	}
	d.Group.Levels, d.Strata.Levels = []string{"a", "b"}, []string{"c", "d"}
	if len(in) > 0 && in[0]&1 != 0 {
		d.Entry = []float64{}
	}
	for len(in) >= 6 {
		d.Time = append(d.Time, value(in[0]))
		d.Event = append(d.Event, in[1]&1 != 0)
		d.Group.Codes = append(d.Group.Codes, int32(in[1]>>1&3)-1)
		d.Strata.Codes = append(d.Strata.Codes, int32(in[1]>>3&1))
		if d.Entry != nil {
			e := value(in[2])
			if e >= value(in[0]) && in[2] < 240 { // mostly something to work with
				e = 0
			}
			d.Entry = append(d.Entry, e)
		}
		x[0].Values = append(x[0].Values, value(in[3]))
		x[1].Values = append(x[1].Values, value(in[4])*float64(1+in[5]%7))
		in = in[6:]
	}
	return d, x
}

// FuzzFits: any rows give an answer in range or an error, and never panic.
func FuzzFits(f *testing.F) {
	f.Add([]byte{5, 1, 0, 3, 4, 1, 6, 3, 0, 9, 2, 1, 9, 1, 0, 3, 7, 2, 4, 2, 0, 1, 1, 3, 8, 3, 0, 8, 5, 0})
	f.Add(bytes.Repeat([]byte{7, 1, 2, 255, 3, 9, 31, 8, 1, 2, 6, 4}, 9))
	f.Add(bytes.Repeat([]byte{255, 1, 0, 252, 3, 1}, 20))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 600 {
			return
		}
		d, x := raw(in)
		if cs, err := survival.KaplanMeier(d, survival.CurveConfig{}); err == nil {
			for _, c := range cs.Curves {
				last, n := 1.0, 0
				for _, p := range c.Points {
					n += p.Events + p.Censored
					if !(p.Survival >= 0 && p.Survival <= last) || p.Low > p.Survival || p.High < p.Survival || p.AtRisk < p.Events+p.Censored {
						t.Fatalf("%+v after %v", p, last)
					}
					last = p.Survival
				}
				if n != c.N {
					t.Fatalf("%d customers, %d in the points", c.N, n)
				}
			}
		}
		if lr, err := survival.LogRank(d, survival.RankConfig{Rho: 1}); err == nil && !(lr.ChiSq >= 0 && lr.P >= 0 && lr.P <= 1) {
			t.Fatalf("%+v", lr)
		}
		if c, err := survival.Harrell(d, x[0].Values, survival.MarkerConfig{}); err == nil && !(c.C.Value >= 0 && c.C.Value <= 1 && c.C.SE >= 0) {
			t.Fatalf("%+v", c)
		}
		if fit, err := survival.Cox(d, x, survival.CoxConfig{}); err == nil {
			for _, c := range fit.Coefficients {
				if !(c.SE > 0) || math.IsNaN(c.Value) || math.IsInf(c.Value, 0) {
					t.Fatalf("%+v", c)
				}
			}
			fit.Deviance()
			if fit.LogLik < fit.NullLogLik-1e-9*math.Abs(fit.NullLogLik) {
				t.Fatalf("log-likelihood %v below %v", fit.LogLik, fit.NullLogLik)
			}
			if ph, err := fit.ProportionalHazards(""); err == nil && !(ph.Global.P >= 0 && ph.Global.P <= 1) {
				t.Fatalf("%+v", ph)
			}
			_, _ = fit.Concordance()
			_, _ = fit.Baseline(nil)
		}
		for _, law := range []survival.Law{survival.Weibull, survival.Exponential, survival.LogNormal} {
			if fit, err := survival.Parametric(d, x, survival.ParametricConfig{Law: law}); err == nil {
				if s, err := fit.Predict([]float64{1, 2}, 0, 1, 2); err == nil && !(s[1].Value <= s[0].Value) {
					t.Fatalf("%s: %+v", law, s)
				}
			}
		}
	})
}

// FuzzDays: what decodes encodes to the same bytes.
func FuzzDays(f *testing.F) {
	f.Add([]byte{1, 0})
	f.Add([]byte{1, 2, 0, 1, 1, 2, 0, 0})
	f.Add(binary.AppendUvarint([]byte{1}, survival.MaxDay))
	f.Fuzz(func(t *testing.T, in []byte) {
		var d survival.Days
		if d.UnmarshalBinary(in) != nil {
			return
		}
		out, err := d.MarshalBinary()
		if err != nil || !bytes.Equal(in, out) {
			t.Fatalf("%x became %x, %v", in, out, err)
		}
		var c survival.Curve
		_ = d.KaplanMeier(&c, survival.CurveConfig{})
	})
}

// TestDaysGolden reads bytes of version 1, for ever.
func TestDaysGolden(t *testing.T) {
	golden := []byte{1, 4, 0, 0, 1, 2, 0, 0, 0, 1, 0, 1, 1, 0}
	var d survival.Days
	if err := d.UnmarshalBinary(golden); err != nil {
		t.Fatal(err)
	}
	var c survival.Curve
	if err := d.KaplanMeier(&c, survival.CurveConfig{}); err != nil {
		t.Fatal(err)
	}
	if c.N != 5 || c.Events != 3 || c.Points[0].AtRisk != 5 {
		t.Errorf("%+v", c)
	}
}
