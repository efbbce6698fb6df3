//go:build !race

package discrete

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestNoAllocations(t *testing.T) {
	p, s := BGBB{1.2, 0.75, 0.66, 2.78}, SBG{0.7, 3}
	e, f := NewBGBB(), NewSBG()
	eta, etaS := CoordinatesBGBB(p), CoordinatesSBG(s)
	var g [4]float64
	var h [10]float64
	r := kernel.Row{X: 3, Tx: 5, T: 40}
	for name, call := range map[string]func(){
		"BGBB":     func() { p.PAlive(3, 5, 40, 1); p.Expected(3, 5, 40, 9); p.DERT(3, 5, 40, 0.01); p.Prob(3, 5, 40, 9, 2) },
		"SBG":      func() { s.LogLik(9, true); s.DERL(3, 0.1); s.Expected(3, 9); _ = s.Prob(1, 5, 2) },
		"BGBB row": func() { e.Set(eta, 3, kernel.Hessian); e.Row(r, g[:], h[:]) },
		"SBG row":  func() { f.Set(etaS, 1, kernel.Hessian); f.Row(kernel.Row{X: 1, T: 40}, g[:2], h[:3]) },
	} {
		call()
		if n := testing.AllocsPerRun(100, call); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
