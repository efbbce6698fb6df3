package pareto

import (
	"encoding/csv"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// group is a row and how many customers have it.
type group struct {
	kernel.Row
	n float64
}

// grouped counts equal rows, in order of first appearance.
func grouped(rows []kernel.Row) []group {
	at := map[kernel.Row]int{}
	var out []group
	for _, r := range rows {
		i, ok := at[r]
		if !ok {
			i = len(out)
			at[r] = i
			out = append(out, group{Row: r})
		}
		out[i].n++
	}
	return out
}

func records(t testing.TB, name string) [][]string {
	t.Helper()
	all, err := csv.NewReader(shared(t, name)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

// cdnow returns the rows of cdnow_summary.csv.
func cdnow(t testing.TB) []kernel.Row {
	t.Helper()
	var rows []kernel.Row
	for _, r := range records(t, "cdnow_summary.csv") {
		x, _ := strconv.Atoi(r[1])
		tx, _ := strconv.ParseFloat(r[2], 64)
		age, err := strconv.ParseFloat(r[3], 64)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, kernel.Row{X: x, Tx: tx, T: age})
	}
	return rows
}

// apparel returns rows of apparel_transactions.csv up to the end of day end, in
// weeks of days; purchases of one day count once.
func apparel(t testing.TB, end string) []kernel.Row {
	t.Helper()
	day := func(s string) int64 {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at.Unix() / 86400
	}
	last := day(end)
	days := map[string]map[int64]bool{}
	var ids []string
	for _, r := range records(t, "apparel_transactions.csv") {
		d := day(r[1])
		if d > last {
			continue
		}
		if days[r[0]] == nil {
			days[r[0]] = map[int64]bool{}
			ids = append(ids, r[0])
		}
		days[r[0]][d] = true
	}
	var rows []kernel.Row
	for _, id := range ids {
		lo, hi := int64(math.MaxInt64), int64(0)
		for d := range days[id] {
			lo, hi = min(lo, d), max(hi, d)
		}
		rows = append(rows, kernel.Row{X: len(days[id]) - 1, Tx: float64(hi-lo) / 7, T: float64(last-lo) / 7})
	}
	return rows
}

// total sums a log-likelihood and its derivatives over groups.
func total(e kernel.Evaluator, rows []group, eta []float64, order kernel.Order) (v float64, grad, hess []float64, ok bool) {
	n, most := e.Dim(), 0
	for _, r := range rows {
		most = max(most, r.X)
	}
	grad, hess = make([]float64, n), make([]float64, n*(n+1)/2)
	if !e.Set(eta, most, order) {
		return math.Inf(-1), grad, hess, false
	}
	g, h := make([]float64, n), make([]float64, n*(n+1)/2)
	for _, r := range rows {
		v += r.n * e.Row(r.Row, g, h)
		for i := range g {
			grad[i] += r.n * g[i]
		}
		for i := range h {
			hess[i] += r.n * h[i]
		}
	}
	return v, grad, hess, !math.IsNaN(v)
}

// climb maximises by Newton's method with a ridge, over the coordinates that
// are finite.
func climb(t testing.TB, e kernel.Evaluator, rows []group, eta []float64) (best float64, grad, hess []float64) {
	t.Helper()
	n := e.Dim()
	best, grad, hess, ok := total(e, rows, eta, kernel.Hessian)
	if !ok {
		t.Fatalf("no start at %v", eta)
	}
	ridge := 1e-3
	for range 200 {
		var free []int
		for i := range n {
			if !math.IsInf(eta[i], 0) {
				free = append(free, i)
			}
		}
		size := 0.0
		for _, i := range free {
			size = max(size, math.Abs(grad[i]))
		}
		if size < 1e-9 {
			break
		}
		moved := false
		for ridge < 1e12 {
			step := solve(hess, grad, free, ridge)
			next := append([]float64(nil), eta...)
			big := 0.0
			for k, i := range free {
				next[i] += step[k]
				big = max(big, math.Abs(step[k]))
			}
			if big < 3 {
				if v, g, h, ok := total(e, rows, next, kernel.Hessian); ok && v >= best-1e-11*math.Abs(best) && (v > best || big < 1e-3) {
					best, grad, hess = v, g, h
					copy(eta, next)
					ridge /= 10
					moved = true
					break
				}
			}
			ridge = max(ridge*10, 1e-9)
		}
		if !moved {
			break
		}
	}
	return best, grad, hess
}

// solve returns (ridge·I − H)⁻¹ g over the free coordinates.
func solve(hess, grad []float64, free []int, ridge float64) []float64 {
	n := len(free)
	a := make([][]float64, n)
	for i := range a {
		a[i] = make([]float64, n+1)
		for j := range n {
			p, q := max(free[i], free[j]), min(free[i], free[j])
			a[i][j] = -hess[p*(p+1)/2+q]
		}
		a[i][i] += ridge * (1 + math.Abs(a[i][i]))
		a[i][n] = grad[free[i]]
	}
	for i := range n {
		for k := i + 1; k < n; k++ {
			f := a[k][i] / a[i][i]
			for j := i; j <= n; j++ {
				a[k][j] -= f * a[i][j]
			}
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = a[i][n]
		for j := i + 1; j < n; j++ {
			x[i] -= a[i][j] * x[j]
		}
		x[i] /= a[i][i]
	}
	return x
}
