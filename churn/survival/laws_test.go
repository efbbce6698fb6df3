package survival_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// small makes a few rows with many ties, late entries, missing values, groups
// and strata.
func small(r *rand.Rand, n int, late bool) (survival.Data, []survival.Covariate) {
	d := survival.Data{Time: make([]float64, n), Event: make([]bool, n)}
	d.Group = survival.Factor{Codes: make([]int32, n), Levels: []string{"a", "b", "c"}}
	d.Strata = survival.Factor{Codes: make([]int32, n), Levels: []string{"north", "south"}}
	if late {
		d.Entry = make([]float64, n)
	}
	x := []survival.Covariate{{Name: "x", Values: make([]float64, n)}, {Name: "y", Values: make([]float64, n)}}
	for i := range n {
		d.Time[i] = float64(1+r.IntN(12)) / float64(1+r.IntN(2))
		d.Event[i] = r.IntN(3) > 0
		d.Group.Codes[i] = int32(r.IntN(3))
		d.Strata.Codes[i] = int32(r.IntN(2))
		x[0].Values[i] = float64(r.IntN(5))
		x[1].Values[i] = r.NormFloat64()
		if late {
			d.Entry[i] = math.Floor(d.Time[i] * 0.9 * r.Float64() * 2 / 2)
			if d.Entry[i] >= d.Time[i] {
				d.Entry[i] = 0
			}
		}
		if r.IntN(20) == 0 {
			x[0].Values[i] = math.NaN()
		}
		if r.IntN(20) == 0 {
			d.Group.Codes[i] = -1
		}
	}
	return d, x
}

// TestRowOrder: shuffling the rows changes nothing, to the last digit.
func TestRowOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, late := range []bool{false, true} {
		d, x := small(r, 300, late)
		type answers struct {
			km    survival.Curves
			lr    survival.RankTest
			c     survival.Concordance
			coef  []survival.Coefficient
			cov   [][]float64
			ll    [2]float64
			base  []survival.Hazard
			ph    survival.PHTest
			cox   survival.Concordance
			para  []survival.Coefficient
			law   []float64
			tests [3]survival.Test
		}
		ask := func(d survival.Data, x []survival.Covariate) (a answers, m []float64) {
			a.km = must(survival.KaplanMeier(d, survival.CurveConfig{}))
			a.lr = must(survival.LogRank(d, survival.RankConfig{Rho: 0.5}))
			a.c = must(survival.Harrell(d, x[0].Values, survival.MarkerConfig{}))
			f := must(survival.Cox(d, x, survival.CoxConfig{}))
			a.coef, a.cov, a.ll = f.Coefficients, f.Covariance(), [2]float64{f.LogLik, f.NullLogLik}
			a.base = must(f.Baseline(nil))
			a.ph = must(f.ProportionalHazards(""))
			a.cox = must(f.Concordance())
			a.tests = [3]survival.Test{f.LikelihoodRatio, f.Wald, f.Score}
			p := must(survival.Parametric(d, x, survival.ParametricConfig{}))
			a.para, a.law = p.Coefficients, []float64{p.Scale, p.LogLik, p.NullLogLik}
			return a, f.Deviance()
		}
		want, residual := ask(d, x)
		for range 5 {
			rows := r.Perm(len(d.Time))
			shuffled := []survival.Covariate{{Name: "x", Values: take(x[0].Values, rows)}, {Name: "y", Values: take(x[1].Values, rows)}}
			got, m := ask(pick(d, rows), shuffled)
			if !reflect.DeepEqual(clean(want.km), clean(got.km)) {
				t.Error("curves differ")
			}
			got.km = want.km
			if !reflect.DeepEqual(want, got) {
				t.Errorf("late %v:\n%+v\n%+v", late, want, got)
			}
			for i, row := range rows {
				if m[i] != residual[row] && !(math.IsNaN(m[i]) && math.IsNaN(residual[row])) {
					t.Fatalf("residual of row %d: %v, want %v", row, m[i], residual[row])
				}
			}
		}
	}
}

// clean makes NaN equal to itself.
func clean(c survival.Curves) survival.Curves {
	for _, k := range c.Curves {
		for i := range k.Points {
			p := &k.Points[i]
			for _, f := range []*float64{&p.SE, &p.LogSE, &p.Low, &p.High} {
				if math.IsNaN(*f) {
					*f = -1
				}
			}
		}
	}
	return c
}

// TestDaysAreKaplanMeier: counts, merged in any way, give the curve of the rows;
// so do the counting path and the sorting path.
func TestDaysAreKaplanMeier(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 3))
	for round := range 200 {
		n := 1 + r.IntN(80)
		d := survival.Data{Time: make([]float64, n), Event: make([]bool, n)}
		late := round%2 == 1
		if late {
			d.Entry = make([]float64, n)
		}
		var parts [3]survival.Days
		for i := range n {
			day := 1 + r.IntN(30)
			d.Time[i], d.Event[i] = float64(day), r.IntN(2) == 0 || i == 0
			part := &parts[r.IntN(3)]
			if late {
				e := r.IntN(day)
				d.Entry[i] = float64(e)
				if err := part.AddEntered(e, day, d.Event[i]); err != nil {
					t.Fatal(err)
				}
			} else if err := part.Add(day, d.Event[i]); err != nil {
				t.Fatal(err)
			}
		}
		var all survival.Days
		for _, k := range r.Perm(3) {
			data := must(parts[k].MarshalBinary())
			var part survival.Days
			if err := part.UnmarshalBinary(data); err != nil {
				t.Fatal(err)
			}
			if err := all.Merge(&part); err != nil {
				t.Fatal(err)
			}
		}
		want := must(survival.KaplanMeier(d, survival.CurveConfig{}))
		var c survival.Curve
		if err := all.KaplanMeier(&c, survival.CurveConfig{}); err != nil {
			t.Fatal(err)
		}
		got := survival.Curves{Curves: []survival.Curve{c}}
		if !reflect.DeepEqual(clean(want), clean(got)) {
			t.Fatalf("%v\n%+v\n%+v", d, want, got)
		}
		if !late {
			// One time that is far away has the rest sorted instead of counted.
			d.Time, d.Event = append(d.Time, 1e9), append(d.Event, false)
			sorted := must(survival.KaplanMeier(d, survival.CurveConfig{}))
			d.Time[n] = 31
			counted := must(survival.KaplanMeier(d, survival.CurveConfig{}))
			counted.Curves[0].Points[len(counted.Curves[0].Points)-1].Time = 1e9
			if !reflect.DeepEqual(clean(sorted), clean(counted)) {
				t.Fatal("sorting and counting differ")
			}
		}
	}
}

// TestConcordanceAgainstPairs compares with every pair looked at.
func TestConcordanceAgainstPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	for round := range 300 {
		d, x := small(r, 2+r.IntN(40), round%2 == 1)
		marker := x[0].Values
		n := len(d.Time)
		a, b := make([]float64, n), make([]float64, n)
		var con, dis, tied, tiedTime, tiedBoth int64
		for i := range n {
			for j := range n {
				if i == j || math.IsNaN(marker[i]) || math.IsNaN(marker[j]) || d.Strata.Codes[i] != d.Strata.Codes[j] || !d.Event[i] {
					continue
				}
				if d.Time[i] == d.Time[j] && d.Event[j] {
					if i < j && marker[i] == marker[j] {
						tiedBoth++
					} else if i < j {
						tiedTime++
					}
					continue
				}
				if d.Time[j] < d.Time[i] || d.Entry != nil && d.Entry[j] >= d.Time[i] {
					continue
				}
				score := 0.5
				switch {
				case marker[j] > marker[i]:
					con++
					score = 1
				case marker[j] < marker[i]:
					dis++
					score = 0
				default:
					tied++
				}
				a[i], a[j], b[i], b[j] = a[i]+score, a[j]+score, b[i]+1, b[j]+1
			}
		}
		c, err := survival.Harrell(d, marker, survival.MarkerConfig{})
		if con+dis+tied == 0 {
			if err == nil {
				t.Fatal("no pairs, no error")
			}
			continue
		}
		all := float64(con + dis + tied)
		value, sum := (float64(con)+float64(tied)/2)/all, 0.0
		for i := range n {
			v := a[i] - value*b[i]
			sum += v * v
		}
		se := math.Sqrt(sum) / all
		if err != nil || c.Concordant != con || c.Discordant != dis || c.TiedMarker != tied || c.TiedTime != tiedTime ||
			c.TiedBoth != tiedBoth || math.Abs(c.C.Value-value) > 1e-14 || math.Abs(c.C.SE-se) > 1e-14 {
			t.Fatalf("round %d: %+v, %v; want %d %d %d %d %d, %v ± %v", round, c, err, con, dis, tied, tiedTime, tiedBoth, value, se)
		}
		risk := must(survival.Harrell(d, marker, survival.MarkerConfig{Risk: true}))
		if risk.Concordant != dis || math.Abs(risk.C.Value+c.C.Value-1) > 1e-14 || risk.C.SE != c.C.SE {
			t.Fatalf("as a risk: %+v", risk)
		}
	}
}

// TestCoxAgainstDefinition compares the likelihood with its definition, row by
// row, and sees that the fit is its maximum.
func TestCoxAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	for round := range 40 {
		d, x := small(r, 60, round%2 == 1)
		for _, ties := range []survival.Ties{survival.Efron, survival.Breslow} {
			f, err := survival.Cox(d, x, survival.CoxConfig{Ties: ties})
			if err != nil {
				t.Fatal(err)
			}
			beta := []float64{f.Coefficients[0].Value, f.Coefficients[1].Value}
			if f.Skipped > 0 && f.N+f.Skipped != len(d.Time) {
				t.Errorf("%d rows, %d skipped", f.N, f.Skipped)
			}
			// Partial likelihoods are known up to nothing: no constant is left out.
			if got, want := f.LogLik, coxDefinition(d, x, beta, ties); math.Abs(got-want) > 1e-9*math.Abs(want) {
				t.Fatalf("%s: log-likelihood %v, want %v", ties, got, want)
			}
			for k := range beta {
				for _, h := range []float64{1e-3, -1e-3} {
					moved := append([]float64(nil), beta...)
					moved[k] += h
					if coxDefinition(d, x, moved, ties) > f.LogLik || f.Likelihood(moved) > f.LogLik {
						t.Fatalf("%s: not the maximum", ties)
					}
				}
			}
			sum := 0.0
			for _, m := range f.Martingale() {
				if !math.IsNaN(m) {
					sum += m
				}
			}
			if math.Abs(sum) > 1e-9 {
				t.Errorf("%s: martingale residuals add up to %v", ties, sum)
			}
		}
	}
}

// TestUnitsDoNotMatter: a column in other units gives the same fit.
func TestUnitsDoNotMatter(t *testing.T) {
	d, x := simulate(500, 2, true)
	a := must(survival.Cox(d, x, survival.CoxConfig{}))
	for _, unit := range []float64{1e-200, 1e-9, 1e9, 1e200} {
		y := []survival.Covariate{x[0], {Name: "x2", Values: make([]float64, 500)}}
		for i, v := range x[1].Values {
			y[1].Values[i] = v * unit
		}
		b, err := survival.Cox(d, y, survival.CoxConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if r := b.Coefficients[1].Value * unit / a.Coefficients[1].Value; math.Abs(r-1) > 1e-9 {
			t.Errorf("unit %g: coefficient off by a factor of %v", unit, r)
		}
		if math.Abs(b.Coefficients[1].Z-a.Coefficients[1].Z) > 1e-9 {
			t.Errorf("unit %g: z %v, want %v", unit, b.Coefficients[1].Z, a.Coefficients[1].Z)
		}
	}
}

// TestExponentialWithLateEntry has a closed form: events over time at risk.
func TestExponentialWithLateEntry(t *testing.T) {
	d, _ := small(rand.New(rand.NewPCG(3, 3)), 200, true)
	at, events := 0.0, 0.0
	for i := range d.Time {
		at += d.Time[i] - d.Entry[i]
		if d.Event[i] {
			events++
		}
	}
	f := must(survival.Parametric(d, nil, survival.ParametricConfig{Law: survival.Exponential}))
	if got, want := f.Coefficients[0].Value, math.Log(at/events); math.Abs(got-want) > 1e-10 {
		t.Errorf("log of the mean %v, want %v", got, want)
	}
	if got, want := f.Coefficients[0].SE, 1/math.Sqrt(events); math.Abs(got-want) > 1e-10 {
		t.Errorf("standard error %v, want %v", got, want)
	}
	if got, want := f.LogLik, -events*math.Log(at/events)-events; math.Abs(got-want) > 1e-9 {
		t.Errorf("log-likelihood %v, want %v", got, want)
	}
	// No memory: to stay another 5 is as likely whenever it is asked.
	a, b := must(f.Conditional(nil, 1, 5, 0)), must(f.Predict(nil, 0, 5))[0]
	if math.Abs(a.Value-b.Value) > 1e-14 || math.Abs(a.SE-b.SE) > 1e-12 {
		t.Errorf("%+v, %+v", a, b)
	}
}

// TestConditionalIsARatio holds each to the ratio of what Predict or At says.
func TestConditionalIsARatio(t *testing.T) {
	d, x := simulate(400, 2, true)
	d.Group, d.Strata = survival.Factor{}, d.Group
	curve := must(survival.KaplanMeier(d, survival.CurveConfig{})).Curves[0]
	fit := must(survival.Cox(d, x, survival.CoxConfig{}))
	q := survival.Question{X: []float64{1, 0.3}, Stratum: "g3"}
	for _, law := range []survival.Law{survival.Weibull, survival.LogNormal} {
		p := must(survival.Parametric(d, x, survival.ParametricConfig{Law: law}))
		s, c := must(p.Predict(q.X, 0, 100, 190)), must(p.Conditional(q.X, 100, 90, 0))
		if math.Abs(c.Value-s[1].Value/s[0].Value) > 1e-14 || !(c.Low < c.Value && c.Value < c.High) {
			t.Errorf("%s: %+v of %+v", law, c, s)
		}
		if first := must(p.Conditional(q.X, 0, 190, 0)); math.Abs(first.SE-s[1].SE) > 1e-12 {
			t.Errorf("%s: from 0 %+v, want %+v", law, first, s[1])
		}
		e := must(p.Quantile(q.X, 1-s[1].Value, 0))
		if math.Abs(e.Value-190) > 1e-9 || !(e.Low < 190 && 190 < e.High) {
			t.Errorf("%s: quantile %+v, want 190", law, e)
		}
	}
	a, _ := curve.At(100)
	b, _ := curve.At(190)
	c := must(curve.Conditional(100, 90))
	if math.Abs(c.Value-b.Survival/a.Survival) > 1e-14 || math.Abs(c.SE/c.Value-math.Sqrt(b.LogSE*b.LogSE-a.LogSE*a.LogSE)) > 1e-12 {
		t.Errorf("%+v of %+v and %+v", c, a, b)
	}
	s := must(fit.Predict(q, 100, 190))
	c = must(fit.Conditional(q, 100, 90))
	if math.Abs(c.Value-s[1].Value/s[0].Value) > 1e-14 {
		t.Errorf("%+v of %+v", c, s)
	}
	if c = must(fit.Conditional(q, 0, 190)); c != s[1] {
		t.Errorf("from 0 %+v, want %+v", c, s[1])
	}
}

func TestHarmonic(t *testing.T) {
	for _, c := range [][2]int{{100, 17}, {1000, 936}, {1000, 900}, {100000, 500}, {100000, 99936}, {81, 17}} {
		sum, squares := 0.0, 0.0
		for k := c[0] - c[1] + 1; k <= c[0]; k++ {
			sum += 1 / float64(k)
			squares += 1 / float64(k) / float64(k)
		}
		a, b := survival.Harmonic(c[0], c[1])
		if math.Abs(a/sum-1) > 1e-13 || math.Abs(b/squares-1) > 1e-11 {
			t.Errorf("%v: %v %v, want %v %v", c, a, b, sum, squares)
		}
	}
}

func TestNormalTail(t *testing.T) {
	// The normal distribution's own tables; the last to six digits.
	for _, c := range []struct{ w, log, hazard float64 }{
		{-10, -7.6198530241605260659e-24, 7.6945986267064193e-23},
		{0, -0.69314718055994530942, 0.79788456080286535588},
		{4.999999, -15.064993, 5.186503}, {5.000001, -15.065003, 5.186505},
		{40, -804.608442, 40.024969},
	} {
		log, hazard := survival.NormalTail(c.w)
		if math.Abs(log-c.log) > 1e-5*math.Max(math.Abs(c.log), 1e-30) || math.Abs(hazard/c.hazard-1) > 1e-6 {
			t.Errorf("%v: %v %v, want %v %v", c.w, log, hazard, c.log, c.hazard)
		}
	}
	a, ha := survival.NormalTail(math.Nextafter(5, 0))
	b, hb := survival.NormalTail(5)
	if math.Abs(a-b) > 1e-13*math.Abs(b) || math.Abs(ha-hb) > 1e-13*hb {
		t.Errorf("a step at 5: %v %v and %v %v", a, b, ha, hb)
	}
}

// TestIncidence: shares and those who stay add up to all; one cause alone is
// Kaplan-Meier with Greenwood's error; where nobody is censored a share is a
// proportion with a binomial's error.
func TestIncidence(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for round := range 40 {
		d, _ := small(r, 150, round%2 == 1)
		cause := survival.Factor{Codes: make([]int32, len(d.Time)), Levels: []string{"price", "service"}}
		for i := range cause.Codes {
			cause.Codes[i] = int32(r.IntN(2))
		}
		d.Group, d.Strata = survival.Factor{}, survival.Factor{}
		both := must(survival.CumulativeIncidence(d, cause, survival.CurveConfig{}))
		for _, s := range both.Steps {
			if math.Abs(s.Share[0]+s.Share[1]+s.Survival-1) > 1e-12 {
				t.Fatalf("%+v does not add up", s)
			}
		}
		rows := r.Perm(len(d.Time))
		again := must(survival.CumulativeIncidence(pick(d, rows), survival.Factor{Codes: take(cause.Codes, rows), Levels: cause.Levels}, survival.CurveConfig{}))
		for i, s := range both.Steps {
			if !slices.Equal(s.Share, again.Steps[i].Share) || !slices.Equal(s.SE, again.Steps[i].SE) {
				t.Fatalf("the order of rows changes %+v", s)
			}
		}
		one := must(survival.CumulativeIncidence(d, survival.Factor{Codes: make([]int32, len(d.Time)), Levels: []string{"any"}}, survival.CurveConfig{}))
		curve := must(survival.KaplanMeier(d, survival.CurveConfig{})).Curves[0]
		for _, s := range one.Steps {
			p, ok := curve.At(s.Time)
			if !ok || math.Abs(p.Survival+s.Share[0]-1) > 1e-12 || p.Survival > 0 && math.Abs(p.SE-s.SE[0]) > 1e-9 || p.AtRisk != s.AtRisk {
				t.Fatalf("%+v, want %+v", s, p)
			}
		}
		if round%2 == 0 {
			for i := range d.Event {
				d.Event[i] = true
			}
			all := must(survival.CumulativeIncidence(d, cause, survival.CurveConfig{}))
			last, n := all.Steps[len(all.Steps)-1], float64(all.N)
			for k := range 2 {
				share := 0.0
				for _, c := range cause.Codes {
					if int(c) == k {
						share += 1 / n
					}
				}
				if math.Abs(last.Share[k]-share) > 1e-12 || math.Abs(last.SE[k]-math.Sqrt(share*(1-share)/n)) > 1e-9 {
					t.Fatalf("%+v, want %v", last, share)
				}
			}
		}
	}
	d, _ := ok()
	_, err := survival.CumulativeIncidence(d, survival.Factor{}, survival.CurveConfig{})
	refused(t, "no causes", err, survival.ErrLength, "/cause")
	_, err = survival.CumulativeIncidence(d, survival.Factor{Codes: []int32{5, 0, 0, 0, 0, 0}, Levels: []string{"a"}}, survival.CurveConfig{})
	refused(t, "code", err, survival.ErrLevel, "/cause/0")
	unknown := must(survival.CumulativeIncidence(d, survival.Factor{Codes: []int32{-1, -1, 0, 0, 0, 0}, Levels: []string{"a"}}, survival.CurveConfig{}))
	if unknown.Skipped != 1 || unknown.N != 5 {
		t.Errorf("skipped %d, want the one who left for an unknown cause", unknown.Skipped)
	}
}
