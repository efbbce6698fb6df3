package migration_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func multiply(a, b [][]float64) [][]float64 {
	out := make([][]float64, len(a))
	for i := range a {
		out[i] = make([]float64, len(b[0]))
		for k, x := range a[i] {
			for j, y := range b[k] {
				out[i][j] += x * y
			}
		}
	}
	return out
}

func TestPowerAndForecast(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		n := 1 + rng.IntN(7)
		rows := randomRows(rng, n, true)
		m := must(migration.NewMatrix(ids(n), rows))
		start, x := make([]int64, n), [][]float64{make([]float64, n)}
		for i := range start {
			start[i] = rng.Int64N(1000)
			x[0][i] = float64(start[i])
		}
		arrivals := make([]float64, n)
		if rng.IntN(2) == 0 {
			for i := range arrivals {
				arrivals[i] = 50 * rng.Float64()
			}
		}
		forecast := must(m.Forecast(migration.ForecastConfig{Start: start, Periods: 9, Arrivals: arrivals}))
		power := must(m.Power(0)).Rows()
		for step := 1; step <= 9; step++ {
			power = multiply(power, rows)
			got := must(m.Power(step)).Rows()
			x = multiply(x, rows)
			for i := range n {
				sum := 0.0
				for j := range n {
					sum += got[i][j]
					if !near(got[i][j], power[i][j], 1e-13) {
						t.Fatalf("power %d: %v, want %v", step, got[i][j], power[i][j])
					}
				}
				if !near(sum, 1, 1e-13) {
					t.Fatalf("row sums to %v", sum)
				}
				x[0][i] += arrivals[i]
				e := forecast[(step-1)*n+i]
				if e.Period != step || e.Stage != ids(n)[i] || !near(e.Mean, x[0][i], 1e-10) || !(e.Low >= 0 && e.Low <= e.Mean && e.Mean <= e.High && e.SE >= 0) {
					t.Fatalf("forecast %+v, want %v", e, x[0][i])
				}
			}
		}
	}
}

// Values are the sums they stand for.
func TestValuesBySummation(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		n := 1 + rng.IntN(6)
		rows := randomRows(rng, n, true)
		m := must(migration.NewMatrix(ids(n), rows))
		e := migration.Economics{Rewards: make([]float64, n), Discount: 0.05 + rng.Float64()}
		for i := range e.Rewards {
			e.Rewards[i] = 100 * (rng.Float64() - 0.4)
		}
		sum, power, f := make([]float64, n), must(m.Power(0)).Rows(), 1.0
		for step := range 700 {
			for i := range n {
				for j, p := range power[i] {
					sum[i] += f * p * e.Rewards[j]
				}
			}
			power, f = multiply(power, rows), f/(1+e.Discount)
			if step == 0 || step == 7 {
				within := must(m.ValueWithin(step, e))
				for i, id := range ids(n) {
					if v, ok := within.Of(id); !ok || !near(v.Mean, sum[i], 1e-11) || v.SE != 0 {
						t.Fatalf("within %d: %+v, want %v", step, v, sum[i])
					}
				}
			}
		}
		forever := must(m.ValueForever(e))
		for i, id := range ids(n) {
			if v, ok := forever.Of(id); !ok || !near(v.Mean, sum[i], 1e-10) {
				t.Fatalf("for ever: %+v, want %v", v, sum[i])
			}
		}
	}
}

// Without a discount a value for ever is the reward of every visit before the end.
func TestValueWithoutDiscount(t *testing.T) {
	m := must(migration.NewMatrix([]string{"a", "b", "lost", "alone"}, [][]float64{{0.5, 0.25, 0.25, 0}, {0.25, 0.5, 0.25, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}))
	v := must(m.ValueForever(migration.Economics{Rewards: []float64{3, 6, 0, 0}}))
	if a, _ := v.Of("a"); !near(a.Mean, 16, 1e-12) { // (8/3)·3 + (4/3)·6
		t.Errorf("a: %v", a.Mean)
	}
	_, err := m.ValueForever(migration.Economics{Rewards: []float64{3, 6, -1, 2}})
	wantFaults(t, "diverges", err, migration.ErrDiverges, "/rewards/2", "/rewards/3")
	if _, err := m.ValueForever(migration.Economics{Rewards: []float64{3, 6, -1, 2}, Discount: 0.01}); err != nil {
		t.Error(err)
	}
	near1 := must(migration.NewMatrix(ids(2), [][]float64{{1, 1e-18}, {0, 1}}))
	if _, err := near1.ValueForever(migration.Economics{Rewards: []float64{1, 0}}); !errors.Is(err, migration.ErrSingular) {
		t.Errorf("hardly ever left: %v", err)
	}
	if _, err := near1.Passage("s1"); !errors.Is(err, migration.ErrSingular) {
		t.Errorf("hardly ever left: %v", err)
	}
}

// No choice of stages to drop is worth more, anywhere, than the rule's.
func TestStopRuleIsBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	dropped := 0
	for round := range 200 {
		n := 2 + rng.IntN(5)
		rows := randomRows(rng, n, round%2 == 0)
		lost := n - 1
		e := migration.Economics{Rewards: make([]float64, n), Discount: 0.02 + rng.Float64()/2}
		for i := range lost {
			e.Rewards[i] = 10 * (rng.Float64() - 0.6)
		}
		if round%3 == 0 { // the paper's: lost for ever
			rows[lost] = make([]float64, n)
			rows[lost][lost] = 1
		}
		m := must(migration.NewMatrix(ids(n), rows))
		rule := must(m.StopRule(e, ids(n)[lost]))
		dropped += len(rule.Dropped())
		for choice := range 1 << lost {
			chosen, rewards := m.Rows(), append([]float64(nil), e.Rewards...)
			for i := range lost {
				if choice>>i&1 == 1 {
					chosen[i] = make([]float64, n)
					chosen[i][lost], rewards[i] = 1, 0
				}
			}
			v := must(must(migration.NewMatrix(ids(n), chosen)).ValueForever(migration.Economics{Rewards: rewards, Discount: e.Discount}))
			for i, id := range ids(n) {
				best, _ := rule.After().Of(id)
				other, _ := v.Of(id)
				if other.Mean > best.Mean+1e-9 {
					t.Fatalf("round %d: stage %d is worth %v under the rule (drops %q) and %v under %b", round, i, best.Mean, rule.Dropped(), other.Mean, choice)
				}
			}
		}
	}
	if dropped == 0 {
		t.Error("nothing was ever dropped")
	}
}

// Chances and times of reaching a stage, by summation over a long time.
func TestPassageBySummation(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	unsure := 0
	for range 80 {
		n := 2 + rng.IntN(5)
		rows := randomRows(rng, n, true)
		m := must(migration.NewMatrix(ids(n), rows))
		targets := ids(n)[:1+rng.IntN(2)]
		p := must(m.Passage(targets...))
		for j := range targets {
			rows[j] = make([]float64, n)
			rows[j][j] = 1
		}
		power := must(m.Power(0)).Rows()
		const steps = 4000
		visits, first, second := make([][]float64, n), make([]float64, n), make([]float64, n)
		for i := range visits {
			visits[i] = make([]float64, n)
		}
		arrived := func(i int) (sum float64) {
			for j := range targets {
				sum += power[i][j]
			}
			return sum
		}
		for step := range steps {
			for i := range n {
				for j := range n {
					visits[i][j] += power[i][j]
				}
				first[i] += 1 - arrived(i)
				second[i] += float64(2*step+1) * (1 - arrived(i)) // ΣP(T>t)(2t+1) = E T²
			}
			power = multiply(power, rows)
		}
		for i, id := range ids(n) {
			ever, ok := p.Ever(id)
			if !ok || !near(ever.P, arrived(i), 1e-9) || ever.SE != 0 {
				t.Fatalf("ever: %v, want %v", ever, arrived(i))
			}
			wait, ok := p.Periods(id)
			mean, sd := wait.Mean, wait.SD
			if ok != (arrived(i) > 1-1e-9) {
				t.Fatalf("reached with %v, and periods are %v %v", arrived(i), mean, ok)
			}
			if !ok {
				unsure++
				continue
			}
			if wait.SE != 0 || !near(mean, first[i], 1e-8) || !near(sd*sd, second[i]-first[i]*first[i], 1e-6) {
				t.Fatalf("periods %v ± %v, want %v ± %v", mean, sd, first[i], math.Sqrt(second[i]-first[i]*first[i]))
			}
			for j, other := range ids(n) {
				v, ok := p.Visits(id, other)
				if ok != (j >= len(targets)) || ok && !near(v, visits[i][j], 1e-8) {
					t.Fatalf("visits %v %v, want %v", v, ok, visits[i][j])
				}
			}
		}
	}
	if unsure == 0 {
		t.Error("every target was always reached")
	}
}

// What needs the row of a stage nobody was in is absent; the rest is not.
func TestAbsentRows(t *testing.T) {
	stages := []string{"active", "lost", "revived", "vip"}
	table := must(migration.NewTable(stages, [][]int64{{80, 20, 0, 0}, {0, 10, 0, 0}, {0, 0, 0, 0}, {10, 0, 10, 0}}))
	for _, prior := range []float64{0, 0.5} {
		e := must(table.Estimate(migration.EstimateConfig{PerCell: prior}))
		m := e.Matrix()
		if _, ok := e.Cell("revived", "lost"); ok || m.Rows()[2] != nil || m.Map()["revived"] != nil || m.Prior(5)[2] != nil {
			t.Error("a row of nobody")
		}
		if _, ok := m.P("revived", "lost"); ok {
			t.Error("a probability of nobody")
		}
		values := must(m.ValueForever(migration.Economics{Rewards: []float64{10, 0, 5, 20}, Discount: 0.1}))
		within := must(m.ValueWithin(2, migration.Economics{Rewards: []float64{10, 0, 5, 20}, Discount: 0.1}))
		now := must(m.ValueWithin(0, migration.Economics{Rewards: []float64{10, 0, 5, 20}, Discount: 0.1}))
		passage := must(m.Passage("lost"))
		squared := must(m.Power(2)).Rows()
		for i, id := range stages {
			// A smoothed chain may go anywhere, so that nothing is known of it.
			want := prior == 0 && i < 2
			_, ok1 := values.Of(id)
			_, ok2 := within.Of(id)
			_, ok3 := passage.Ever(id)
			if ok1 != want || ok2 != want || ok3 != (want || id == "lost") || (squared[i] != nil) != want {
				t.Errorf("prior %v, %s: %v %v %v %v, want %v", prior, id, ok1, ok2, ok3, squared[i] != nil, want)
			}
			if _, ok := now.Of(id); !ok {
				t.Errorf("the value of now of %s is its reward", id)
			}
		}
		_, err := m.Forecast(migration.ForecastConfig{Start: []int64{5, 5, 1, 5}, Periods: 1})
		wantFaults(t, "customers of no row", err, migration.ErrNoRow, "/start/2")
		if prior == 0 {
			if _, err := m.Forecast(migration.ForecastConfig{Start: []int64{5, 5, 0, 0}, Periods: 9}); err != nil {
				t.Error(err)
			}
			if _, err := m.Forecast(migration.ForecastConfig{Start: []int64{5, 5, 0, 9}, Periods: 9}); !errors.Is(err, migration.ErrNoRow) {
				t.Error(err)
			}
			rule := must(m.StopRule(migration.Economics{Rewards: []float64{-10, 0, 5, 20}, Discount: 0.1}, "lost"))
			if got := rule.Dropped(); len(got) != 1 || got[0] != "active" {
				t.Errorf("dropped %q", got)
			}
			n := 0
			for range rule.After().All() {
				n++
			}
			if n != 2 {
				t.Errorf("%d values are known", n)
			}
		}
		_, err = m.StopRule(migration.Economics{Rewards: []float64{-10, 0, 5, 20}, Discount: 0.1}, "revived")
		wantFaults(t, "lost has no row", err, migration.ErrNoRow, "/lost")
	}
	// With impossible moves told apart, a smoothed chain is known again.
	cells := [][]float64{{0.5, 0.5, 0, 0}, {0, 1, 0, 0}, nil, {0.5, 0, 0.5, 0}}
	m := must(table.Estimate(migration.EstimateConfig{Cells: cells})).Matrix()
	if v, ok := must(m.ValueForever(migration.Economics{Rewards: []float64{10, 0, 5, 20}, Discount: 0.1})).Of("active"); !ok || v.SE <= 0 {
		t.Errorf("%+v %v", v, ok)
	}
}
