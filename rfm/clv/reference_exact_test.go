package clv_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// tiny is where doubles lose digits: what the reference puts below it may be 0.
const tiny = 2.3e-308

// TestExactGrid holds every row of the grid of 60 digits to 1e-12 for
// log-likelihoods and 1e-10 for predictions, one by one and as a table.
func TestExactGrid(t *testing.T) {
	ref := openReference(t, "ref_exact_grid.json")
	ref.skip("words", "provenance", "conventions")
	kinds := map[string]clv.Kind{"BG/NBD": clv.KindBGNBD, "MBG/NBD": clv.KindMBGNBD, "Pareto/NBD": clv.KindParetoNBD}
	worst := map[string]float64{}
	rows := ref.at("rows")
	for i := range rows.len() {
		row := rows.at(i)
		model := row.text("model")
		p := mustPredictor(t, clv.Day, kinds[model], row.numbers("params")...)
		r := clv.Row{Frequency: int(row.number("x")), LastPurchaseAge: row.number("t_x"), Age: row.number("T")}
		check := func(name string, got float64, tolerance float64) {
			t.Helper()
			want := row.number(name)
			if math.Abs(want) < tiny {
				if !(math.Abs(got) <= tiny) {
					t.Errorf("row %d %s %+v: %s %v, want %v", i, model, r, name, got, row.text(name))
				}
				return
			}
			e := math.Abs(got/want - 1)
			if want == 0 {
				e = math.Abs(got)
			}
			if !(e <= tolerance) {
				t.Errorf("row %d %s %v %+v: %s %v, want %v, off by %.1e", i, model, p.Model(), r, name, got, row.text(name), e)
			}
			worst[model+" "+name] = max(worst[model+" "+name], e)
		}
		table := clv.Rows{Unit: clv.Day, List: []clv.Row{r}}
		one := func(v []float64, err error) float64 { return mustAppend(t, v, err)[0] }
		check("log_likelihood", p.LogLikelihood(r), 1e-12)
		check("p_alive", p.PAlive(r, 0), 1e-10)
		check("p_alive", one(p.AppendPAlive(nil, table, 0)), 1e-10)
		at := row.number("t")
		check("expected_purchases", p.Expected(r, at), 1e-10)
		check("expected_purchases", one(p.AppendExpected(nil, table, at)), 1e-10)
		if row.has("dert") {
			delta := row.number("delta")
			check("dert", p.DERT(r, delta), 1e-10)
			check("dert", one(p.AppendDERT(nil, table, delta)), 1e-10)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(worst)) {
		t.Logf("largest relative error of %s: %.1e", name, worst[name])
	}
	ref.done()
}
