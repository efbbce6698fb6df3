package pareto

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The panels and nodes chosen, and the quick functions, against four times as
// many panels with 32 nodes and careful functions; and what trimming leaves out
// against nothing left out.
func TestQuadrature(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var worst, cut float64
	var nodes, quick int
	const rows = 20000
	for range rows {
		eta, row := randomEta(rng), randomRow(rng)
		if math.IsInf(eta[atMu], -1) || row.T == row.Tx {
			continue
		}
		p := Natural(eta)
		d := integral(p.Alpha, p.life(), p.R+float64(row.X), row.Tx, row.T)
		d.plan(0)
		nodes += d.panels * len(d.rule)
		if d.quick {
			quick++
		}
		got := d.sum()
		fine := d
		fine.quick, fine.rule = false, rule(32)
		fine.panels, fine.step = 4*d.panels, d.step/4
		want := fine.sum()
		if e := math.Abs(got/want - 1); !(e < 3e-13) {
			t.Fatalf("%+v %+v: %v, want %v (%g); %d panels of %v, %d nodes", p, row, got, want, e, d.panels, d.step, len(d.rule))
		} else {
			worst = max(worst, e)
		}
		if d.start > 0 || d.start+float64(d.panels)*d.step < d.width*(1-1e-12) {
			whole := d
			whole.quick, whole.rule, whole.start = false, rule(32), 0
			whole.panels = 400
			whole.step = d.width / 400
			// As many panels in what was kept as give it to the last digit.
			if whole.step < 2*d.step {
				e := math.Abs(got/whole.sum() - 1)
				cut = max(cut, e)
				if !(e < 1e-12) {
					t.Fatalf("%+v %+v: trimmed by %g", p, row, e)
				}
			}
		}
	}
	t.Logf("%.1f nodes a row, %d of %d quick; largest error %.1e, trimming %.1e", float64(nodes)/rows, quick, rows, worst, cut)
}
