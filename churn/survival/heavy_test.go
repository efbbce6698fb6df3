package survival_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// heavy makes rows whose risks differ by many orders of size, and which enter
// late, so that large ones go off the sums while small ones stay.
func heavy(seed uint64, n int, tail, effect float64) (survival.Data, []survival.Covariate) {
	r := rand.New(rand.NewPCG(seed, 8))
	var d survival.Data
	x, z := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], z[i] = math.Exp(tail*r.NormFloat64()), r.NormFloat64()
		entry := float64(r.IntN(300))
		t := entry + math.Ceil(r.ExpFloat64()*200/math.Exp(effect*math.Log(x[i])+0.3*z[i]))
		d.Time, d.Event, d.Entry = append(d.Time, min(max(t, entry+1), 720)), append(d.Event, t <= 720), append(d.Entry, entry)
	}
	return d, []survival.Covariate{{Name: "revenue", Values: x}, {Name: "z", Values: z}}
}

// strong makes rows of one strong effect beside two columns of noise.
func strong(n int, scale float64) (survival.Data, []survival.Covariate) {
	r := rand.New(rand.NewPCG(7, 8))
	var d survival.Data
	x := []survival.Covariate{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for range n {
		v := r.NormFloat64()
		entry := r.Float64() * 10
		t := entry + r.ExpFloat64()*math.Exp(-scale*v/2) + 1e-9
		d.Time, d.Event, d.Entry = append(d.Time, max(min(t, 20), entry+1e-6)), append(d.Event, t <= 20), append(d.Entry, entry)
		for k, c := range []float64{v, float64(r.IntN(2)), r.NormFloat64()} {
			x[k].Values = append(x[k].Values, c)
		}
	}
	return d, x
}

// coxDefinition is the partial likelihood written down, rows by rows.
func coxDefinition(d survival.Data, x []survival.Covariate, beta []float64, ties survival.Ties) (ll float64) {
	n := len(d.Time)
	eta, stratum := make([]float64, n), make([]int32, n)
	for i := range eta {
		for k, b := range beta {
			eta[i] += b * x[k].Values[i]
		}
	}
	copy(stratum, d.Strata.Codes)
	type cell struct {
		stratum int32
		time    float64
	}
	seen := map[cell]bool{}
	for i := range n {
		c := cell{stratum[i], d.Time[i]}
		if !d.Event[i] || math.IsNaN(eta[i]) || seen[c] {
			continue
		}
		seen[c] = true
		risk, dead, deaths := 0.0, 0.0, 0
		for j, e := range eta {
			if math.IsNaN(e) || stratum[j] != c.stratum || d.Time[j] < c.time || d.Entry != nil && d.Entry[j] >= c.time {
				continue
			}
			r := math.Exp(e)
			risk += r
			if d.Event[j] && d.Time[j] == c.time {
				dead += r
				deaths++
				ll += e
			}
		}
		for k := range deaths {
			if ties == survival.Breslow {
				ll -= math.Log(risk)
			} else {
				ll -= math.Log(risk - float64(k)/float64(deaths)*dead)
			}
		}
	}
	return ll
}

// A fit of rows that enter late is at the maximum of the likelihood as it is
// defined, however much the risks of those who go exceed those who stay.
func TestLateEntryOfUnequalRisks(t *testing.T) {
	type problem struct {
		name string
		d    survival.Data
		x    []survival.Covariate
	}
	var all []problem
	for seed := range uint64(4) {
		for _, tail := range []float64{1, 2, 3} {
			d, x := heavy(seed, 1500, tail, 0.8)
			all = append(all, problem{fmt.Sprintf("revenue %v seed %d", tail, seed), d, x})
		}
	}
	for _, scale := range []float64{1, 10, 20, 40} {
		d, x := strong(2000, scale)
		all = append(all, problem{fmt.Sprintf("strong %v", scale), d, x})
	}
	for _, p := range all {
		f, err := survival.Cox(p.d, p.x, survival.CoxConfig{})
		if err != nil {
			t.Errorf("%s: %v", p.name, err)
			continue
		}
		beta := make([]float64, len(p.x))
		for k, c := range f.Coefficients {
			beta[k] = c.Value
		}
		at := coxDefinition(p.d, p.x, beta, survival.Efron)
		if math.Abs(at-f.LogLik) > 1e-9*(1+math.Abs(at)) {
			t.Errorf("%s: log-likelihood %v, by definition %v", p.name, f.LogLik, at)
		}
		for k, c := range f.Coefficients {
			var side [2]float64
			for i, h := range []float64{-0.1, 0.1} {
				b := append([]float64(nil), beta...)
				b[k] += h * c.SE
				side[i] = coxDefinition(p.d, p.x, b, survival.Efron)
			}
			// A tenth of a standard error costs 0.005, on both sides alike.
			if math.Abs(side[0]-side[1]) > 1e-3 || math.Abs(2*at-side[0]-side[1]-0.01) > 1e-3 {
				t.Errorf("%s: %s: %v beside %v and %v", p.name, c.Name, at, side[0], side[1])
			}
		}
	}
}

// The test of many groups is its definition, times by groups by groups.
func TestLogRankAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	for round := range 60 {
		k, n := 2+r.IntN(8), 60+r.IntN(100)
		var d survival.Data
		for g := range k {
			d.Group.Levels = append(d.Group.Levels, fmt.Sprint(g))
		}
		d.Strata.Levels = []string{"p", "q"}
		for range n {
			entry := float64(r.IntN(10) * (round % 2))
			d.Time = append(d.Time, entry+1+float64(r.IntN(12)))
			d.Entry, d.Event = append(d.Entry, entry), append(d.Event, r.IntN(3) > 0)
			d.Group.Codes = append(d.Group.Codes, int32(r.IntN(k)))
			d.Strata.Codes = append(d.Strata.Codes, int32(r.IntN(2)))
		}
		if round%2 == 0 {
			d.Entry = nil
		}
		got := must(survival.LogRank(d, survival.RankConfig{}))
		if len(got.Groups) != k {
			continue
		}
		want := make([][]float64, k)
		for g := range want {
			want[g] = make([]float64, k)
		}
		for stratum := range int32(2) {
			for at := 1.0; at < 40; at++ {
				risk, left, total := make([]float64, k), 0.0, 0.0
				for i, end := range d.Time {
					if d.Strata.Codes[i] == stratum && end >= at && (d.Entry == nil || d.Entry[i] < at) {
						risk[d.Group.Codes[i]]++
						total++
						if end == at && d.Event[i] {
							left++
						}
					}
				}
				if total < 2 {
					continue
				}
				v := left * (total - left) / (total - 1)
				for g := range want {
					for h := range want {
						want[g][h] -= v * risk[g] / total * risk[h] / total
					}
					want[g][g] += v * risk[g] / total
				}
			}
		}
		for g := range want {
			for h, w := range want[g] {
				if math.Abs(got.Variance[g][h]-w) > 1e-11*float64(n) {
					t.Fatalf("round %d: variance %d %d is %v, want %v", round, g, h, got.Variance[g][h], w)
				}
			}
		}
	}
}
