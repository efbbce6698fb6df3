package clv_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// FuzzFitModel fits small tables made of bytes, three a row, hostile ones among
// them: a fit is sound or refused with a reason.
func FuzzFitModel(f *testing.F) {
	f.Add([]byte{0, 0, 9, 1, 3, 7, 2, 9, 9, 0, 0, 5, 3, 4, 20, 1, 1, 30}, byte(0), byte(0))
	f.Add([]byte{5, 1, 200, 5, 1, 200, 5, 1, 200, 9, 3, 60, 1, 2, 3, 2, 2, 3}, byte(2), byte(1))
	f.Add([]byte{0, 0, 6, 1, 1, 6, 2, 6, 6, 6, 6, 6, 3, 4, 6}, byte(4), byte(0))
	f.Add([]byte{255, 255, 0, 255, 0, 255, 0, 255, 1}, byte(1), byte(2))
	kinds := []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD, clv.KindSarmanov, clv.KindBGBB}
	f.Fuzz(func(t *testing.T, data []byte, kind, how byte) {
		k := kinds[int(kind)%len(kinds)]
		rows := clv.Rows{Unit: unitOf(k)}
		for i := 0; i+2 < len(data) && len(rows.List) < 24; i += 3 {
			r := clv.Row{Frequency: int(data[i] % 32), LastPurchaseAge: float64(data[i+1]), Age: float64(data[i+2])}
			if how&4 == 0 { // a history that can have been
				r.LastPurchaseAge = min(r.LastPurchaseAge, r.Age)
				if k == clv.KindBGBB {
					r.Frequency = min(r.Frequency, int(r.LastPurchaseAge))
				}
				if r.Frequency == 0 || r.LastPurchaseAge == 0 {
					r.Frequency, r.LastPurchaseAge = 0, 0
				}
			}
			rows.List = append(rows.List, r)
		}
		cfg := clv.FitConfig{Model: k}
		if how&1 != 0 {
			cfg.Ridge = 0.5
		}
		if how&2 != 0 && k != clv.KindSarmanov && k != clv.KindBGBB {
			c := clv.Covariate{Name: "c"}
			for i := range rows.List {
				c.Values = append(c.Values, float64(data[3*i]%2))
			}
			rows.Covariates = append(rows.Covariates, c)
		}
		fit, err := clv.FitModel(rows, cfg)
		soundFit(t, string(k), fit, err, rows)
	})
}

// FuzzPredictor asks models with any parameters about any history: every answer is
// a number in its range, or NaN where the question makes no sense.
func FuzzPredictor(f *testing.F) {
	f.Add(0.5, 6.0, 0.9, 1.6, 3, 20.0, 30.0, 10.0, byte(0))
	f.Add(1e-9, 1e9, 1e12, 1e-12, 900, 1e-9, 1e9, 1e-6, byte(2))
	f.Add(1.0, 1.0, 1.0, 1.0, 0, 0.0, 0.0, 0.0, byte(1))
	kinds := []clv.Kind{clv.KindMBGNBD, clv.KindBGNBD, clv.KindParetoNBD, clv.KindBGBB}
	f.Fuzz(func(t *testing.T, a, b, c, d float64, x int, tx, age, at float64, kind byte) {
		k := kinds[int(kind)%len(kinds)]
		for _, v := range []float64{a, b, c, d} {
			if v > 1e15 || v < 1e-15 { // beyond what a fit ends with
				return
			}
		}
		m, err := clv.NewModel(k, a, b, c, d)
		if err != nil {
			return
		}
		p, err := clv.NewPredictor(m, unitOf(k))
		if err != nil {
			t.Fatal(err)
		}
		if x > 3000 || k == clv.KindBGBB && (age > 3000 || at > 3000) {
			return
		}
		r := clv.Row{Frequency: x, LastPurchaseAge: tx, Age: age}
		sound := clv.Rows{Unit: unitOf(k), List: []clv.Row{r}}.Validate() == nil && at >= 0 && at < 1e15 && age < 1e15
		alive, expected := p.PAlive(r, 0), p.Expected(r, at)
		if !sound {
			return
		}
		if k == clv.KindBGBB && at != math.Trunc(at) {
			return
		}
		if !(alive >= 0 && alive <= 1) || !(expected >= 0) || math.IsInf(expected, 0) {
			t.Errorf("%+v %+v: P(alive) %v, expected in %v: %v", m, r, alive, at, expected)
		}
	})
}

// FuzzConfigs reads configs from any JSON: what is accepted is valid and survives
// a round trip, what is refused leaves the config alone.
func FuzzConfigs(f *testing.F) {
	f.Add([]byte(`{"model":"bgnbd","ridge":0.1,"workers":2,"covariates":[{"covariate":"shop","on":"both"}]}`))
	f.Add([]byte(`{"unit":"week","per":"day","value":"all"}`))
	f.Add([]byte(`{"horizon":12,"discount":0.01,"margin":0.3,"month_days":30}`))
	f.Add([]byte(`{"ridge":1e999,"x":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []interface {
			json.Unmarshaler
			Validate() error
		}{new(clv.FitConfig), new(clv.RowConfig), new(clv.ValueConfig), new(clv.TuningConfig)} {
			before := reflect.ValueOf(v).Elem().Interface()
			if err := v.UnmarshalJSON(data); err != nil {
				if !reflect.DeepEqual(before, reflect.ValueOf(v).Elem().Interface()) {
					t.Errorf("%T changed by what it refused", v)
				}
				continue
			}
			if err := v.Validate(); err != nil {
				t.Errorf("accepted: %v", err)
			}
			text, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			again := reflect.New(reflect.TypeOf(v).Elem())
			if err := json.Unmarshal(text, again.Interface()); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			second, err := json.Marshal(again.Interface())
			if err != nil || string(second) != string(text) {
				t.Errorf("%s, then %s, %v", text, second, err)
			}
		}
	})
}
