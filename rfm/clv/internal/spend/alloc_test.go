//go:build !race

package spend

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestNoAllocations(t *testing.T) {
	e := NewEvaluator()
	eta := []float64{1, 1, 1}
	e.Set(eta, 50, kernel.Hessian)
	g, h := make([]float64, 3), make([]float64, 6)
	p := Natural(eta)
	for name, f := range map[string]func(){
		"Set and Row": func() { e.Set(eta, 50, kernel.Hessian); e.Row(kernel.Row{X: 7, Mean: 3}, g, h) },
		"LogLik":      func() { p.LogLik(9, 3) },
		"Expected":    func() { p.Expected(9, 3) },
		"Quantile":    func() { p.Given(9, 3).Quantile(0.9) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
