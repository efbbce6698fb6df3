package mle

import (
	"cmp"
	"slices"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// table holds the rows in their one order, equal ones merged.
type table struct {
	rows    []kernel.Row
	weights []float64
	pattern []int32     // of each row; nil without covariates
	values  [][]float64 // of each pattern: Sign·Z for every effect
	maxX    []int       // of each pattern; one entry without covariates
}

// Compare orders rows as the package sums them: by X, Tx, T, Mean. Rows that
// come in this order, each once, are not copied.
func Compare(a, b kernel.Row) int {
	if a.X != b.X {
		return cmp.Compare(a.X, b.X)
	}
	if a.Tx != b.Tx {
		return cmp.Compare(a.Tx, b.Tx)
	}
	if a.T != b.T {
		return cmp.Compare(a.T, b.T)
	}
	return cmp.Compare(a.Mean, b.Mean)
}

func newTable(p *Problem) *table {
	if p.Covariates.Columns == 0 {
		return plainTable(p)
	}
	cols, z := p.Covariates.Columns, p.Covariates.Z
	order := make([]int32, len(p.Rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := int(i)*cols, int(j)*cols
		if c := slices.Compare(z[a:a+cols], z[b:b+cols]); c != 0 {
			return c
		}
		if c := Compare(p.Rows[i], p.Rows[j]); c != 0 || p.Weights == nil {
			return c
		}
		return cmp.Compare(p.Weights[i], p.Weights[j])
	})
	t := &table{}
	last := -1 // where the values of the last pattern stand
	for _, i := range order {
		w, at := 1.0, int(i)*cols
		if p.Weights != nil {
			w = p.Weights[i]
		}
		if last < 0 || !slices.Equal(z[at:at+cols], z[last:last+cols]) {
			v := make([]float64, len(p.Covariates.Effects))
			for e, f := range p.Covariates.Effects {
				v[e] = f.Sign * z[at+f.Column]
			}
			t.values = append(t.values, v)
			t.maxX = append(t.maxX, 0)
			last = at
		} else if k := len(t.rows) - 1; t.rows[k] == p.Rows[i] {
			t.weights[k] += w
			continue
		}
		k := len(t.values) - 1
		t.maxX[k] = max(t.maxX[k], p.Rows[i].X)
		t.rows = append(t.rows, p.Rows[i])
		t.weights = append(t.weights, w)
		t.pattern = append(t.pattern, int32(k))
	}
	return t
}

func plainTable(p *Problem) *table {
	t := &table{rows: p.Rows, weights: p.Weights, maxX: []int{0}}
	if t.weights == nil {
		t.weights = make([]float64, len(t.rows))
		for i := range t.weights {
			t.weights[i] = 1
		}
	}
	sorted := true
	for i, r := range t.rows {
		t.maxX[0] = max(t.maxX[0], r.X)
		sorted = sorted && (i == 0 || Compare(t.rows[i-1], r) < 0)
	}
	if sorted {
		return t
	}
	type weighted struct {
		row kernel.Row
		w   float64
	}
	all := make([]weighted, len(t.rows))
	for i, r := range t.rows {
		all[i] = weighted{r, t.weights[i]}
	}
	slices.SortFunc(all, func(a, b weighted) int { // equal rows: in one order of weights too
		if c := Compare(a.row, b.row); c != 0 {
			return c
		}
		return cmp.Compare(a.w, b.w)
	})
	rows, weights := make([]kernel.Row, 0, len(all)), make([]float64, 0, len(all))
	for _, a := range all {
		if k := len(rows) - 1; k >= 0 && rows[k] == a.row {
			weights[k] += a.w
			continue
		}
		rows, weights = append(rows, a.row), append(weights, a.w)
	}
	t.rows, t.weights = rows, weights
	return t
}

// thinned returns every step-th row.
func (t *table) thinned(step int) *table {
	s := &table{values: t.values, maxX: t.maxX}
	for i := step / 2; i < len(t.rows); i += step {
		s.rows = append(s.rows, t.rows[i])
		s.weights = append(s.weights, t.weights[i])
		if t.pattern != nil {
			s.pattern = append(s.pattern, t.pattern[i])
		}
	}
	return s
}
