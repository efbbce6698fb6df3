package mle_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

func benchmark(b *testing.B, p mle.Problem) {
	b.ReportAllocs()
	r := mle.Maximise(p)
	if r.Status == mle.Failed {
		b.Fatal(r.Reason)
	}
	for b.Loop() {
		r = mle.Maximise(p)
	}
	b.ReportMetric(r.Passes, "passes")
	b.ReportMetric(float64(len(p.Rows)), "rows")
}

func BenchmarkMaximise(b *testing.B) {
	b.Run("cdnow/bgnbd", func(b *testing.B) { benchmark(b, bgProblem(cdnow(b), false)) })
	b.Run("cdnow/mbgnbd", func(b *testing.B) { benchmark(b, bgProblem(cdnow(b), true)) })
	b.Run("cdnow/paretonbd", func(b *testing.B) { benchmark(b, paretoProblem(cdnow(b))) })
	for _, workers := range []int{1, 2} {
		name := []string{"", "1", "2"}[workers]
		b.Run("n=1e5/bgnbd/workers="+name, func(b *testing.B) {
			p := bgProblem(simulated(100_000), false)
			p.Workers = workers
			benchmark(b, p)
		})
		b.Run("n=1e5/paretonbd/workers="+name, func(b *testing.B) {
			p := paretoProblem(simulated(100_000))
			p.Workers = workers
			benchmark(b, p)
		})
	}
}

func BenchmarkBootstrap(b *testing.B) {
	b.ReportAllocs()
	p := bgProblem(cdnow(b), false)
	fit := mle.Maximise(p)
	for b.Loop() {
		if _, err := mle.Bootstrap(p, fit, 100, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/100, "ms/replicate")
}

// simulated draws customers of a Pareto/NBD with CDNOW's parameters, whose rows
// all differ.
func simulated(n int) []kernel.Row {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]kernel.Row, n)
	for i := range rows {
		age := 27 + 12*rng.Float64()
		lambda := gamma(rng, 0.553) / 10.58
		mu := gamma(rng, 0.606) / 11.67
		life := math.Min(age, rng.ExpFloat64()/mu)
		r := kernel.Row{T: age}
		for t := rng.ExpFloat64() / lambda; t < life; t += rng.ExpFloat64() / lambda {
			r.X, r.Tx = r.X+1, t
		}
		rows[i] = r
	}
	return rows
}

// gamma draws from the gamma distribution (Marsaglia & Tsang 2000).
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(1-rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// Many distinct rows: the parameters come back, within four standard errors.
func TestRecovers(t *testing.T) {
	p := paretoProblem(simulated(20_000))
	p.Workers = 2
	r := mle.Maximise(p)
	if r.Status != mle.Converged {
		t.Fatal(r.Reason)
	}
	t.Logf("%v, %.1f passes", r.Theta, r.Passes)
	cov, _ := mle.Covariance(r.Info, r.Free)
	for i, want := range []float64{math.Log(0.553), math.Log(10.58), math.Log(0.606 / 11.67), -math.Log(0.606)} {
		if se := math.Sqrt(cov[i*(i+1)/2+i]); math.Abs(r.Theta[i]-want) > 4*se {
			t.Errorf("%s = %g ± %g, want %g", p.Names[i], r.Theta[i], se, want)
		}
	}
}

// The optimum of a sample of CDNOW's log-likelihood does not depend on starts.
func TestAnyStart(t *testing.T) {
	p := bgProblem(cdnow(t), false)
	want := mle.Maximise(p)
	rng := rand.New(rand.NewPCG(8, 8))
	for range 60 {
		start := make([]float64, 4)
		for i := range start {
			start[i] = want.Theta[i] + 4*rng.NormFloat64()
		}
		p.Starts = [][]float64{start}
		r := mle.Maximise(p)
		if r.Status != mle.Converged || math.Abs(r.LogLik-want.LogLik) > 1e-8 {
			t.Errorf("from %v: %v %s %.9f at %v, want %.9f", start, r.Status, r.Reason, r.LogLik, r.Theta, want.LogLik)
		}
	}
}
