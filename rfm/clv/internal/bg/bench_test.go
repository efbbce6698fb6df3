package bg

import (
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

var (
	cdnow = Params{R: 0.2425945, Alpha: 4.413602, A: 0.7929220, B: 2.4259068}
	ridge = Params{R: 0.7302813, Alpha: 26.34902, A: 0.1385099e12, B: 0.8614901e12}
	broad = Params{R: 0.66, Alpha: 23.2, A: 40, B: 280}
)

func BenchmarkPAlive(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = cdnow.PAlive(2, 30.43, 38.86, 0)
	}
}

func BenchmarkPAliveAhead(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		sink = cdnow.PAlive(2, 30.43, 38.86, 39)
	}
}

var sink float64

func BenchmarkExpected(b *testing.B) {
	for _, c := range []struct {
		name string
		p    Params
		t    float64
	}{{"cdnow", cdnow, 39}, {"cdnow/t=365", cdnow, 365}, {"a+b=320", broad, 39}, {"a+b=1e12", ridge, 39}, {"a+b=4e7", Params{R: 0.8, Alpha: 28, A: 4e6, B: 3.6e7}, 39}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = c.p.Expected(2, 30.43, 38.86, c.t)
			}
		})
	}
}

func BenchmarkExpectedMany(b *testing.B) {
	var ts, out [12]float64
	for i := range ts {
		ts[i] = float64(i+1) * 365.25 / 12 / 7
	}
	for _, c := range []struct {
		name string
		p    Params
	}{{"cdnow", cdnow}, {"a+b=1e12", ridge}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.p.ExpectedMany(out[:], 2, 30.43, 38.86, ts[:])
			}
		})
	}
}

func BenchmarkDERT(b *testing.B) {
	for _, c := range []struct {
		name  string
		p     Params
		delta float64
	}{{"cdnow", cdnow, 0.0025}, {"cdnow/delta=1e-8", cdnow, 1e-8}, {"cdnow/delta=10", cdnow, 10}, {"a+b=320", broad, 0.0025}, {"a+b=1e12", ridge, 0.0025}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = c.p.DERT(2, 30.43, 38.86, c.delta)
			}
		})
	}
}

func BenchmarkProb(b *testing.B) {
	for _, n := range []int{1, 10, 1000} {
		b.Run("n="+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sink = cdnow.Prob(2, 30.43, 38.86, 39, n)
			}
		})
	}
}

// BenchmarkEvaluator is one step of a fit over as many different rows as CDNOW has.
func BenchmarkEvaluator(b *testing.B) {
	rows := make([]kernel.Row, 1016)
	for i := range rows {
		age := 27 + float64(i%84)/7
		rows[i] = kernel.Row{X: i % 30, T: age}
		if rows[i].X > 0 {
			rows[i].Tx = age * float64(i%97+1) / 98
		}
	}
	eta := cdnow.Coordinates()
	for _, order := range []kernel.Order{kernel.Value, kernel.Gradient, kernel.Hessian} {
		b.Run([]string{"value", "gradient", "hessian"}[order], func(b *testing.B) {
			e := NewEvaluator(false)
			var grad [4]float64
			var hess [10]float64
			b.ReportAllocs()
			for b.Loop() {
				e.Set(eta, 29, order)
				for _, r := range rows {
					sink = e.Row(r, grad[:], hess[:])
				}
			}
		})
	}
}

func BenchmarkSet(b *testing.B) {
	e := NewEvaluator(true)
	eta := cdnow.Coordinates()
	b.ReportAllocs()
	for b.Loop() {
		e.Set(eta, 3, kernel.Hessian)
	}
}

// BenchmarkFarRows is a step of a fit over six customers of up to half a million
// purchases each.
func BenchmarkFarRows(b *testing.B) {
	e := NewEvaluator(false)
	eta := cdnow.Coordinates()
	var grad [4]float64
	var hess [10]float64
	b.ReportAllocs()
	for b.Loop() {
		e.Set(eta, 500000, kernel.Hessian)
		for x := 300000; x < 500000; x += 40000 {
			sink = e.Row(kernel.Row{X: x, Tx: 900, T: 1000}, grad[:], hess[:])
		}
	}
}
