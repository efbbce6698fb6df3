package predict_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/churn/predict"
)

// sentinels are all that Learn may answer.
var sentinels = []error{
	predict.ErrShape, predict.ErrColumn, predict.ErrValue, predict.ErrConstant, predict.ErrCollinear, predict.ErrSeparation,
	predict.ErrTooFew, predict.ErrOneClass, predict.ErrOverflow, predict.ErrConverge, predict.ErrOption, predict.ErrConfidence,
}

func known(err error) bool {
	for _, s := range sentinels {
		if errors.Is(err, s) {
			return true
		}
	}
	return false
}

// FuzzLearn fits whatever floats: a typed error, or finite numbers that score.
func FuzzLearn(f *testing.F) {
	seed := func(values ...float64) (out []byte) {
		for _, v := range values {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(v))
		}
		return out
	}
	f.Add(seed(1, 2, 3, 4, 5, 6, 7, 9), uint64(0b1011), 1, 0.0)
	f.Add(seed(1, 2, 3, 4, 5, 6, 7, 9, 1, 3, 5, 5), uint64(0b101101), 2, 1.0)
	f.Add(seed(1e308, -1e308, 5e-324, 4, 1e-300, 1e200), uint64(0b101), 1, 1e-300)
	f.Add(seed(math.NaN(), 1, math.Inf(1)), uint64(1), 1, math.Inf(1))
	f.Fuzz(func(t *testing.T, raw []byte, bits uint64, p int, lambda float64) {
		if p < 1 || p > 4 || len(raw) > 4096 {
			t.Skip()
		}
		x := predict.Matrix{Columns: []string{"a", "b", "c", "d"}[:p]}
		for ; len(raw) >= 8; raw = raw[8:] {
			x.Values = append(x.Values, math.Float64frombits(binary.LittleEndian.Uint64(raw)))
		}
		left := make([]bool, x.Rows())
		for i := range left {
			left[i] = bits>>(i%64)&1 == 1
		}
		for _, cfg := range []predict.FitConfig{{}, {Lambda: lambda}, {Lambda: lambda, Scaling: predict.ByUnit, AllowSeparation: lambda > 0}} {
			fit, err := predict.Learn(x, left, cfg)
			if err != nil {
				if !known(err) {
					t.Fatalf("%v", err)
				}
				continue
			}
			if err := fit.Model.Validate(); err != nil {
				t.Fatal(err)
			}
			for k, se := range fit.SE {
				if !(se >= 0) || math.IsInf(se, 1) {
					t.Fatalf("se %d: %v", k, se)
				}
			}
			if _, err := json.Marshal(fit); err != nil {
				t.Fatal(err)
			}
			y, l := shuffled(x, left, bits)
			again, err := predict.Learn(y, l, cfg)
			if err != nil || string(must(json.Marshal(again))) != string(must(json.Marshal(fit))) {
				t.Fatalf("shuffled: %v", err)
			}
		}
	})
}

// FuzzRanking: no panic, shares in [0, 1], an AUC that mirrors.
func FuzzRanking(f *testing.F) {
	f.Add([]byte{1, 2, 3, 3, 3, 200, 9, 9}, uint64(0b0110101))
	f.Add([]byte{7, 7, 7}, uint64(0b010))
	f.Add([]byte{0, 255}, uint64(0b01))
	f.Fuzz(func(t *testing.T, raw []byte, bits uint64) {
		if len(raw) > 2000 {
			t.Skip()
		}
		p, q, left := make([]float64, len(raw)), make([]float64, len(raw)), make([]bool, len(raw))
		for i, b := range raw {
			p[i], q[i], left[i] = float64(b)/255, -float64(b)/255, bits>>(i%64)&1 == 1
		}
		r, err := predict.Evaluate(p, p, left, predict.ReportConfig{Bins: 3})
		if err != nil {
			if len(raw) > 0 {
				t.Fatal(err)
			}
			return
		}
		if !(r.Brier >= 0 && r.Brier <= 1) || !(r.LogLoss >= 0) {
			t.Fatalf("%+v", r)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		for _, top := range r.Top {
			if !(top.Precision >= 0 && top.Precision <= 1+1e-12 && top.Recall >= 0 && top.Recall <= 1+1e-12) {
				t.Fatalf("%+v", top)
			}
		}
		if r.AUC == nil {
			return
		}
		d := must(predict.CompareAUC(p, q, left, 0.95))
		if d.A != *r.AUC || math.Abs(d.A.Value+d.B.Value-1) > 1e-12 || math.Abs(d.A.SE-d.B.SE) > 1e-12 {
			t.Fatalf("%+v and %+v", *r.AUC, d)
		}
		for _, m := range []predict.Method{predict.Platt, predict.Isotonic} {
			c, err := predict.Calibrate(m, p, left)
			if err == nil {
				err = c.Validate()
			}
			if err != nil && !errors.Is(err, predict.ErrNoSpread) {
				t.Fatal(err)
			}
		}
	})
}

// FuzzModel: what is read is valid, and is written and read as it was.
func FuzzModel(f *testing.F) {
	f.Add([]byte(`{"columns":["a"],"intercept":-1,"weights":[2]}`))
	f.Add([]byte(`{"version":1,"columns":["a","b"],"intercept":-1,"weights":[2,1e300],"calibration":{"method":"isotonic","scores":[0,1],"chances":[0.1,0.2]}}`))
	f.Add([]byte(`{"columns":["a"],"weights":[1],"intercept":0,"calibration":{"method":"platt","slope":2}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		var m, back predict.Model
		if err := m.UnmarshalJSON(doc); err != nil {
			return
		}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := back.UnmarshalJSON(must(json.Marshal(m))); err != nil {
			t.Fatal(err)
		}
		_, _ = m.AppendChances(nil, predict.Matrix{Columns: m.Columns, Values: make([]float64, len(m.Columns))})
	})
}
