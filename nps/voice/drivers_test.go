package voice_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/nps/voice"
)

// own is the fixture testdata/drivers.json; its provenance is beside it.
type own struct {
	Drivers  []string
	Rows     [][]*float64
	Complete int
	RSquared float64 `json:"r_squared"`
	LMG      []float64
	Johnson  []float64
	Pearson  []float64
	StdBeta  []float64 `json:"std_beta"`
}

func readOwn(tb testing.TB) (o own, c voice.DriversConfig) {
	tb.Helper()
	data, err := os.ReadFile("testdata/drivers.json")
	if err != nil {
		tb.Fatal(err)
	}
	if err := json.Unmarshal(data, &o); err != nil {
		tb.Fatal(err)
	}
	c.Score.Name = "recommend"
	for _, name := range o.Drivers {
		c.Drivers = append(c.Drivers, voice.Column{Name: name})
	}
	for _, row := range o.Rows {
		values := make([]float64, len(row))
		for i, v := range row {
			if values[i] = math.NaN(); v != nil {
				values[i] = *v
			}
		}
		c.Score.Values = append(c.Score.Values, values[0])
		for i := range c.Drivers {
			c.Drivers[i].Values = append(c.Drivers[i].Values, values[i+1])
		}
	}
	return o, c
}

func TestDrivers(t *testing.T) {
	near := func(got, want float64) bool { return math.Abs(got-want) <= 1e-12*math.Abs(want) }
	o, c := readOwn(t)
	for weighting, want := range map[voice.Weighting][]float64{"": o.Johnson, voice.RelativeWeights: o.Johnson, voice.LMG: o.LMG} {
		c.Weighting = weighting
		r, err := voice.Drivers(c)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows != o.Complete || r.LeftOut != len(o.Rows)-o.Complete || !near(r.RSquared, o.RSquared) {
			t.Errorf("%q: %+v", weighting, r)
		}
		positions := []int{}
		for i, d := range r.Drivers {
			positions = append(positions, d.Position)
			if !near(d.Weight, want[i]) || !near(d.Share, want[i]/o.RSquared) || !near(d.Pearson, o.Pearson[i]) || !near(d.StdBeta, o.StdBeta[i]) {
				t.Errorf("%q: %+v, want %v", weighting, d, want[i])
			}
		}
		if slices.Sort(positions); !slices.Equal(positions, []int{1, 2, 3, 4}) {
			t.Errorf("positions %v", positions)
		}
	}
	// Units do not matter, nor do very large or small ones.
	for i, unit := range []float64{1e-300, 1e300, -3, 1e17} {
		for k := range c.Drivers[i].Values {
			c.Drivers[i].Values[k] *= unit
		}
	}
	c.Weighting = voice.LMG
	r, err := voice.Drivers(c)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range r.Drivers {
		if !near(d.Weight, o.LMG[i]) {
			t.Errorf("in other units: %+v, want %v", d, o.LMG[i])
		}
	}
}

func TestDriversOfNothing(t *testing.T) {
	// The score goes with nothing: no R², no shares, no NaN.
	r, err := voice.Drivers(voice.DriversConfig{
		Score:   voice.Column{Values: []float64{1, 2, 2, 1}},
		Drivers: []voice.Column{{Name: "a", Values: []float64{1, 1, 2, 2}}},
	})
	if err != nil || r.RSquared > 1e-30 || math.IsNaN(r.Drivers[0].Share) || r.Drivers[0].Position != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestDriversFaults(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	y := voice.Column{Name: "y", Values: []float64{1, 2, 3, 5, 4, 9}}
	a := voice.Column{Name: "a", Values: []float64{1, 2, 4, 3, 5, 5}}
	b := voice.Column{Name: "b", Values: []float64{2, 1, 1, 3, 1, 2}}
	flat := voice.Column{Name: "flat", Values: []float64{3, 3, 3, 3, 3, 3}}
	sum := voice.Column{Name: "sum", Values: []float64{3, 3, 5, 6, 6, 7}} // a + b
	var sixteen []voice.Column
	for i := range 16 {
		sixteen = append(sixteen, voice.Column{Name: fmt.Sprint(i), Values: y.Values})
	}
	for _, tt := range []struct {
		name string
		c    voice.DriversConfig
		want []string
		is   error
	}{
		{"no drivers", voice.DriversConfig{Score: y}, []string{"/drivers: empty"}, voice.ErrEmpty},
		{"names", voice.DriversConfig{Score: y, Drivers: []voice.Column{a, {Values: b.Values}, a}},
			[]string{"/drivers/1/name: empty", "/drivers/2/name: occurs twice: \"a\" is driver 0"}, voice.ErrDuplicate},
		{"names that are not UTF-8", voice.DriversConfig{Score: voice.Column{Name: "\xe7", Values: y.Values}, Drivers: []voice.Column{a, {Name: "b\xff", Values: b.Values}}},
			[]string{`/score/name: not valid UTF-8: "\xe7"`, `/drivers/1/name: not valid UTF-8: "b\xff"`}, voice.ErrUTF8},
		{"weighting", voice.DriversConfig{Weighting: "x", Score: y, Drivers: []voice.Column{a}}, []string{"/weighting: not a value"}, voice.ErrOption},
		{"lengths", voice.DriversConfig{Score: y, Drivers: []voice.Column{{Name: "a", Values: []float64{1}}}}, []string{"/drivers/0/values: columns of different"}, voice.ErrLength},
		{"infinite", voice.DriversConfig{Score: voice.Column{Values: []float64{1, inf}}, Drivers: []voice.Column{{Name: "a", Values: []float64{-inf, inf}}}},
			[]string{"/score/values/1: not a finite number", "/drivers/0/values/0: not a finite"}, voice.ErrValue},
		{"sixteen", voice.DriversConfig{Weighting: voice.LMG, Score: y, Drivers: sixteen}, []string{"/drivers: too large"}, voice.ErrTooLarge},
		{"no rows", voice.DriversConfig{Drivers: []voice.Column{{Name: "a"}}}, nil, voice.ErrTooFew},
		{"few rows", voice.DriversConfig{Score: voice.Column{Values: []float64{1, nan, 3, 4}},
			Drivers: []voice.Column{{Name: "a", Values: []float64{1, 2, nan, 4}}}}, nil, voice.ErrTooFew},
		{"constant", voice.DriversConfig{Score: flat, Drivers: []voice.Column{a, flat, {Name: "also", Values: []float64{0, 0, 0, 0, 0, 0}}}},
			[]string{`/drivers/1: the same in every row: "flat"`, `/drivers/2: the same in every row: "also"`, "/score: the same"}, voice.ErrConstant},
		{"collinear", voice.DriversConfig{Score: y, Drivers: []voice.Column{a, b, sum, {Name: "again", Values: []float64{-2, -4, -8, -6, -10, -10}}}},
			[]string{`/drivers/2: determined by other drivers: "sum" by "a", "b"`, `/drivers/3: determined by other drivers: "again" by "a"`}, voice.ErrCollinear},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := voice.Drivers(tt.c)
			if got := faults(err); !slices.EqualFunc(got, tt.want, strings.HasPrefix) || !errors.Is(err, tt.is) {
				t.Errorf("%v\nwant %q", err, tt.want)
			}
		})
	}
}

func TestDriversFifteen(t *testing.T) {
	c := voice.DriversConfig{Weighting: voice.LMG}
	seed := uint32(3)
	next := func() float64 { seed = seed*1664525 + 1013904223; return float64(seed >> 8 % 5) }
	for range 200 {
		c.Score.Values = append(c.Score.Values, next())
	}
	for i := range 15 {
		col := voice.Column{Name: fmt.Sprint(i)}
		for k := range 200 {
			col.Values = append(col.Values, next()+c.Score.Values[k]/float64(1+i))
		}
		c.Drivers = append(c.Drivers, col)
	}
	for _, c.Weighting = range []voice.Weighting{voice.LMG, voice.RelativeWeights} {
		r, err := voice.Drivers(c)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, d := range r.Drivers {
			sum += d.Weight
		}
		if math.Abs(sum-r.RSquared) > 1e-12 || r.Drivers[0].Position != 1 {
			t.Errorf("weights add up to %v, R² %v; %+v", sum, r.RSquared, r.Drivers[0])
		}
	}
}
