package migration_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func draw(rng *rand.Rand, row []float64) int {
	u := rng.Float64()
	for j, p := range row {
		if u -= p; u < 0 {
			return j
		}
	}
	for j := len(row) - 1; ; j-- {
		if row[j] > 0 {
			return j
		}
	}
}

func poisson(rng *rand.Rand, mean float64) int {
	n, u := 0, rng.ExpFloat64()
	for u < mean {
		n++
		u += rng.ExpFloat64()
	}
	return n
}

type moments struct{ n, sum, squares float64 }

func (m *moments) add(v float64) { m.n++; m.sum += v; m.squares += v * v }
func (m *moments) mean() float64 { return m.sum / m.n }
func (m *moments) sd() float64 {
	return math.Sqrt(max(0, m.squares/m.n-m.mean()*m.mean()))
}

var shop = [][]float64{{0.5, 0.3, 0.2, 0}, {0.1, 0.7, 0.15, 0.05}, {0, 0.25, 0.45, 0.3}, {0, 0.05, 0, 0.95}}

// Customers who walk at random, counted from their journals, give back the chain;
// the forecast's mean and error are those of many such worlds.
func TestSimulatedForecast(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	const worlds, steps = 4000, 5
	start, arrivals := []int64{60, 100, 40, 10}, []float64{7, 0, 0, 1}
	m := must(migration.NewMatrix(ids(4), shop))
	forecast := must(m.Forecast(migration.ForecastConfig{Start: start, Periods: steps, Arrivals: arrivals}))
	seen := make([]moments, steps*4)
	for range worlds {
		var people []int
		for i, n := range start {
			for range n {
				people = append(people, i)
			}
		}
		for step := range steps {
			for k, i := range people {
				people[k] = draw(rng, shop[i])
			}
			for i, mean := range arrivals {
				for range poisson(rng, mean) {
					people = append(people, i)
				}
			}
			var count [4]float64
			for _, i := range people {
				count[i]++
			}
			for i, v := range count {
				seen[step*4+i].add(v)
			}
		}
	}
	for k, e := range forecast {
		s := &seen[k]
		if math.Abs(s.mean()-e.Mean) > 5*e.SE/math.Sqrt(worlds) || math.Abs(s.sd()/e.SE-1) > 0.06 {
			t.Errorf("%+v, simulated %v ± %v", e, s.mean(), s.sd())
		}
	}
}

// ratio is 1 for two zeros.
func ratio(a, b float64) float64 {
	if a == 0 && b < 1e-9 {
		return 1
	}
	return a / b
}

// The errors of an estimated matrix: many samples of counts from one chain.
func TestSimulatedStandardErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	const worlds, per = 3000, 400
	truth := must(migration.NewMatrix(ids(4), shop))
	e := migration.Economics{Rewards: []float64{5, 20, -3, 0}, Discount: 0.03}
	start := []int64{100, 400, 100, 50}
	want := must(truth.ValueForever(e))
	var forever, within, forecast, wait, ever [4]moments
	var seForever, seWithin, seForecast, seWait, seEver [4]float64
	inside := 0
	for range worlds {
		counts := make([][]int64, 4)
		for i := range counts {
			counts[i] = make([]int64, 4)
			for range per {
				counts[i][draw(rng, shop[i])]++
			}
		}
		m := must(must(migration.NewTable(ids(4), counts)).Estimate(migration.EstimateConfig{})).Matrix()
		a, b := must(m.ValueForever(e)), must(m.ValueWithin(6, e))
		next := must(m.Forecast(migration.ForecastConfig{Start: start, Periods: 6}))
		people := must(truth.Forecast(migration.ForecastConfig{Start: start, Periods: 6}))
		lost := must(m.Passage("s3"))
		counts[3] = []int64{0, 0, 0, per} // nobody comes back from s3: is s0 seen before?
		won := must(must(must(migration.NewTable(ids(4), counts)).Estimate(migration.EstimateConfig{})).Matrix().Passage("s0"))
		for i, id := range ids(4) {
			w2, _ := lost.Periods(id)
			c2, _ := won.Ever(id)
			wait[i].add(w2.Mean)
			ever[i].add(c2.P)
			seWait[i] += w2.SE / worlds
			seEver[i] += c2.SE / worlds
			v, _ := a.Of(id)
			w, _ := b.Of(id)
			f, g := next[5*4+i], people[5*4+i]
			forever[i].add(v.Mean)
			within[i].add(w.Mean)
			forecast[i].add(f.Mean)
			seForever[i] += v.SE / worlds
			seWithin[i] += w.SE / worlds
			seForecast[i] += math.Sqrt(max(0, f.SE*f.SE-g.SE*g.SE)) / worlds // without the chance of the customers
			exact, _ := want.Of(id)
			if math.Abs(v.Mean-exact.Mean) < 1.96*v.SE {
				inside++
			}
		}
	}
	for i := range 4 {
		for name, r := range map[string]float64{"for ever": seForever[i] / forever[i].sd(), "within": seWithin[i] / within[i].sd(), "forecast": seForecast[i] / forecast[i].sd(),
			"wait": ratio(seWait[i], wait[i].sd()), "ever": ratio(seEver[i], ever[i].sd())} {
			if math.Abs(r-1) > 0.08 {
				t.Errorf("%s, stage %d: standard error %.3f of what is seen", name, i, r)
			}
		}
	}
	if share := float64(inside) / (4 * worlds); math.Abs(share-0.95) > 0.02 {
		t.Errorf("value ± 1.96 standard errors held the truth %.3f of the time", share)
	}
}
