package nps_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/nps"
)

var (
	netMethods   = []nps.Method{"", nps.Tango, nps.MOVERWilson, nps.AdjustedWald, nps.Wald}
	shareMethods = []nps.Method{"", nps.Wilson, nps.ClopperPearson, nps.Jeffreys}
	levels       = []float64{1e-6, 0.1, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999999, 1 - 1e-12}
)

// someClasses are all small samples and some of every size.
func someClasses(yield func(nps.Classes) bool) {
	for n := int64(1); n <= 8; n++ {
		for d := int64(0); d <= n; d++ {
			for p := int64(0); p <= n-d; p++ {
				if !yield(nps.Classes{Detractors: d, Passives: p, Promoters: n - d - p}) {
					return
				}
			}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		size := func() int64 { return int64(math.Exp2(rng.Float64()*40)) - 1 }
		if !yield(nps.Classes{Detractors: size(), Passives: size(), Promoters: 1 + size()}) {
			return
		}
	}
}

func mirror(c nps.Classes) nps.Classes {
	return nps.Classes{Detractors: c.Promoters, Passives: c.Passives, Promoters: c.Detractors}
}

// Intervals lie on the scale, contain the score, nest, and mirror.
func TestIntervalLaws(t *testing.T) {
	for c := range someClasses {
		score, _ := c.Score()
		for _, m := range netMethods {
			inner := nps.Interval{Low: math.Inf(1), High: math.Inf(-1)}
			for _, level := range levels {
				i := must(c.Interval(m, level))
				if i.Low < -1 || i.High > 1 || i.Low > i.High {
					t.Fatalf("%+v %q %v: %v", c, m, level, i)
				}
				if !i.Contains(score) && m != nps.AdjustedWald && !(m == nps.MOVERWilson && i.Contains(score-1e-15) || i.Contains(score+1e-15)) {
					t.Fatalf("%+v %q %v: %v without %v", c, m, level, i, score)
				}
				if (m == "" || m == nps.Tango) && i.Width() <= 0 {
					t.Fatalf("%+v %v: no width", c, level)
				}
				if m != "" && m != nps.Tango && m != nps.MOVERWilson {
					// closed forms nest by their formula
				} else if i.Low > inner.Low+1e-15 || i.High < inner.High-1e-15 {
					t.Fatalf("%+v %q %v: %v does not hold %v", c, m, level, i, inner)
				}
				inner = i
				o := must(mirror(c).Interval(m, level))
				if math.Abs(o.Low+i.High) > 1e-14 || math.Abs(o.High+i.Low) > 1e-14 {
					t.Fatalf("%+v %q %v: %v, mirrored %v", c, m, level, i, o)
				}
			}
		}
		for _, m := range shareMethods {
			s := c.Of(nps.Promoter)
			value, _ := s.Value()
			inner := nps.Interval{Low: math.Inf(1), High: math.Inf(-1)}
			for _, level := range levels[1:] {
				if m == nps.ClopperPearson || m == nps.Jeffreys {
					if s.Of > 1e6 || m == nps.Jeffreys && level < 0.5 {
						continue // Jeffreys is a credible interval: a narrow one may miss the share
					}
				}
				i := must(s.Interval(m, level))
				if i.Low < 0 || i.High > 1 || i.Low >= i.High || !i.Contains(value) {
					t.Fatalf("%+v %q %v: %v with %v", s, m, level, i, value)
				}
				if i.Low > inner.Low+1e-13 || i.High < inner.High-1e-13 {
					t.Fatalf("%+v %q %v: %v does not hold %v", s, m, level, i, inner)
				}
				inner = i
			}
		}
	}
}

// The limits of Tango solve the equation they come from.
func TestTangoEquation(t *testing.T) {
	const level = 0.95
	const z = 1.959963984540054
	for c := range someClasses {
		i := must(c.Interval(nps.Tango, level))
		score, _ := c.Score()
		n := float64(c.Answers())
		for _, v := range []float64{i.Low, i.High} {
			if v == score || v == 1 || v == -1 {
				continue
			}
			variance, slope := nps.NullVariance(c, v)
			if got, want := math.Abs(score-v), z*math.Sqrt(variance/n); math.Abs(got-want) > 1e-13 {
				t.Errorf("%+v at %v: %v, want %v", c, v, got, want)
			}
			const h = 1e-6
			if math.Abs(v) < 0.99 && math.Abs(v) > 1e-2 {
				above, _ := nps.NullVariance(c, v+h)
				below, _ := nps.NullVariance(c, v-h)
				if numeric := (above - below) / (2 * h); math.Abs(numeric-slope) > 1e-4 {
					t.Errorf("%+v at %v: slope %v, numerically %v", c, v, slope, numeric)
				}
			}
		}
	}
}

// A difference has a sign, contains itself, nests, and agrees with its p-value.
func checkDifference(t *testing.T, diff func(a, b nps.Classes, level float64) nps.Difference, a, b nps.Classes) {
	t.Helper()
	inner := nps.Interval{Low: math.Inf(1), High: math.Inf(-1)}
	for _, level := range levels {
		d, o := diff(a, b, level), diff(b, a, level)
		if d.Delta != -o.Delta || d.Z != -o.Z || d.P != o.P || d.Low != -o.High || d.High != -o.Low {
			t.Fatalf("%+v and %+v at %v: %+v, swapped %+v", a, b, level, d, o)
		}
		if !d.Contains(d.Delta) || !(d.P >= 0 && d.P <= 1) || math.Signbit(d.Z) != math.Signbit(d.Delta) && d.Z != 0 {
			t.Fatalf("%+v and %+v at %v: %+v", a, b, level, d)
		}
		if d.Low > inner.Low+1e-14 || d.High < inner.High-1e-14 {
			t.Fatalf("%+v and %+v at %v: %v does not hold %v", a, b, level, d.Interval, inner)
		}
		inner = d.Interval
		// Agreement, but for the last digits on the boundary itself.
		edge := math.Min(math.Abs(d.Low), math.Abs(d.High))
		if edge > 1e-12 && d.Contains(0) != (d.P > 1-level) && math.Abs(d.P-(1-level)) > 1e-9*(1-level) {
			t.Fatalf("%+v and %+v at %v: %+v disagrees with itself", a, b, level, d)
		}
	}
	// The interval at the level of the p-value ends at 0.
	d := diff(a, b, 0.95)
	if d.P > 1e-6 && d.P < 1-1e-9 {
		i := diff(a, b, 1-d.P)
		if edge := math.Min(math.Abs(i.Low), math.Abs(i.High)); edge > 1e-9 {
			t.Fatalf("%+v and %+v: p = %v, but there the interval is %v", a, b, d.P, i.Interval)
		}
	}
}

func diffNet(a, b nps.Classes, level float64) nps.Difference {
	return must(nps.DiffClasses(b, a, level))
}

func diffTop(a, b nps.Classes, level float64) nps.Difference {
	return must(nps.DiffShares(b.Of(nps.Promoter), a.Of(nps.Promoter), level))
}

func TestDifferenceLaws(t *testing.T) {
	var all []nps.Classes
	for c := range someClasses {
		all = append(all, c)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		a, b := all[rng.IntN(len(all))], all[rng.IntN(len(all))]
		checkDifference(t, diffNet, a, b)
		checkDifference(t, diffTop, a, b)
	}
	// Great differences: p becomes 0, z goes on.
	up, down := nps.Classes{Promoters: 1e6, Passives: 1}, nps.Classes{Detractors: 1e6, Passives: 1}
	d := diffNet(up, down, 0.95)
	if d.P != 0 || !(d.Z > 100) || d.Low < 1.9 {
		t.Errorf("a great difference: %+v", d)
	}
}

func FuzzDifference(f *testing.F) {
	f.Add(uint32(50), uint32(70), uint32(80), uint32(30), uint32(40), uint32(30))
	f.Add(uint32(0), uint32(0), uint32(20), uint32(20), uint32(0), uint32(0))
	f.Add(uint32(0), uint32(20), uint32(0), uint32(1), uint32(0), uint32(0))
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g uint32) {
		x := nps.Classes{Detractors: int64(a), Passives: int64(b), Promoters: int64(c)}
		y := nps.Classes{Detractors: int64(d), Passives: int64(e), Promoters: int64(g)}
		if x.Answers() == 0 || y.Answers() == 0 {
			return
		}
		checkDifference(t, diffNet, x, y)
		checkDifference(t, diffTop, x, y)
	})
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte{1, 9, 10, 200, 0}, 2)
	f.Fuzz(func(t *testing.T, answers []byte, cut int) {
		cut = min(max(cut, 0), len(answers))
		count := func(answers []byte) (tally nps.Tally) {
			for _, a := range answers {
				if a >= 200 {
					if err := tally.Dismiss(1); err != nil {
						t.Fatal(err)
					}
				} else if err := tally.Add(int(a)); (err == nil) != (a <= 10) {
					t.Fatal(err)
				}
			}
			return tally
		}
		all, a, b := count(answers), count(answers[:cut]), count(answers[cut:])
		ab, ba := a, b
		if ab.Merge(b) != nil || ba.Merge(a) != nil || ab != ba || ab != all {
			t.Fatalf("%v + %v = %v, not %v", a, b, ab, all)
		}
		left, right := ab, b
		if left.Merge(all) != nil || right.Merge(all) != nil || a.Merge(right) != nil || a != left {
			t.Fatal("merge is not associative")
		}
		if ab.Sub(b) != nil || ab != count(answers[:cut]) {
			t.Fatal("sub does not undo merge")
		}
		var back nps.Tally
		if err := back.UnmarshalBinary(must(all.MarshalBinary())); err != nil || back != all {
			t.Fatalf("read back as %+v, %v", back, err)
		}
	})
}

func FuzzUnmarshalBinary(f *testing.F) {
	f.Add(must(nps.Tally{}.MarshalBinary()))
	f.Add([]byte{1, 4, 5, 6, 0, 4, 0, 0, 0, 0, 0, 0, 128, 128, 128, 128, 128, 128, 128, 16, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var tally, back nps.Tally
		if err := tally.UnmarshalBinary(data); err != nil {
			if tally != (nps.Tally{}) {
				t.Fatal("changed by bytes that were refused")
			}
			return
		}
		if err := back.UnmarshalBinary(must(tally.MarshalBinary())); err != nil || back != tally {
			t.Fatalf("%+v is read back as %+v, %v", tally, back, err)
		}
	})
}

// Adjusted p-values keep the order, are no smaller, and Holm lies between.
func FuzzAdjust(f *testing.F) {
	f.Add([]byte{1, 2, 3, 250, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		p := make([]float64, len(data))
		for i, b := range data {
			p[i] = float64(b) / 255
		}
		adjusted := map[nps.Adjustment][]float64{}
		for _, a := range []nps.Adjustment{nps.Unadjusted, nps.BH, nps.Hochberg, nps.Holm, nps.Bonferroni, nps.BY} {
			adjusted[a] = must(nps.AppendAdjusted(nil, p, a))
			for i := range p {
				q := adjusted[a][i]
				if !(q >= p[i] && q <= 1) {
					t.Fatalf("%s: %v becomes %v", a, p[i], q)
				}
				for j := range p {
					if p[i] < p[j] && q > adjusted[a][j] {
						t.Fatalf("%s changes the order", a)
					}
				}
			}
		}
		for i := range p {
			if adjusted[nps.BH][i] > adjusted[nps.Hochberg][i] || adjusted[nps.Hochberg][i] > adjusted[nps.Holm][i] || adjusted[nps.Holm][i] > adjusted[nps.Bonferroni][i] {
				t.Fatalf("value %d: %v", i, adjusted)
			}
		}
	})
}
