package voice

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strings"

	"github.com/guanxi-go/guanxi"
	"gonum.org/v1/gonum/mat" // eigenvectors: LAPACK's way, long proven
)

// tolerance is the least part of a driver's variance that the drivers before it
// must leave open.
const tolerance = 1e-9

// regress solves for the standardized coefficients and R². cor has the score
// last. All collinear drivers are named at once.
func (c DriversConfig) regress(cor [][]float64) (beta []float64, rSquared float64, err error) {
	n := len(cor) - 1
	var f factor
	var errs []error
	var independent []int
	for j := range n {
		if !f.add(cor, independent, j) {
			errs = append(errs, guanxi.At(guanxi.Pointer("drivers", j), c.collinear(cor, &f, independent, j)))
			continue
		}
		independent = append(independent, j)
	}
	if len(errs) > 0 {
		return nil, 0, errors.Join(errs...)
	}
	for _, v := range f.score {
		rSquared += v * v
	}
	return f.back(f.score), min(rSquared, 1), nil
}

// collinear says by which of the independent drivers j is determined.
func (c DriversConfig) collinear(cor [][]float64, f *factor, independent []int, j int) error {
	var names []string
	for k, b := range f.back(f.forward(cor, independent, j)) {
		if math.Abs(b) > 1e-6 {
			names = append(names, fmt.Sprintf("%q", c.Drivers[independent[k]].Name))
		}
	}
	return fmt.Errorf("%w: %q by %s", ErrCollinear, c.Drivers[j].Name, strings.Join(names, ", "))
}

// factor is a Cholesky factor of correlations that grows by a row at a time,
// and the score in the terms of it: R² is the sum of squares of score.
type factor struct {
	rows  [][]float64 // lower triangle
	score []float64
}

// forward solves for the row of driver j beside those of set.
func (f *factor) forward(cor [][]float64, set []int, j int) []float64 {
	return f.forwardInto(make([]float64, 0, len(set)+1), cor, set, j)
}

func (f *factor) forwardInto(row []float64, cor [][]float64, set []int, j int) []float64 {
	for k, s := range set {
		row = append(row, (cor[s][j]-dot(f.rows[k][:k], row))/f.rows[k][k])
	}
	return row
}

// add takes up driver j beside those of set; false leaves f as it was.
func (f *factor) add(cor [][]float64, set []int, j int) bool {
	row := f.forward(cor, set, j)
	open := 1 - dot(row, row)
	if !(open > tolerance) {
		return false
	}
	f.push(cor, row, j, open)
	return true
}

// push appends the row of driver j, open being 1 − the squares of it.
func (f *factor) push(cor [][]float64, row []float64, j int, open float64) {
	pivot := math.Sqrt(open)
	y := (cor[j][len(cor)-1] - dot(row, f.score)) / pivot
	f.rows = append(f.rows, append(row, pivot))
	f.score = append(f.score, y)
}

// back solves the transposed triangle for v.
func (f *factor) back(v []float64) []float64 {
	x := append([]float64(nil), v...)
	for i := len(x) - 1; i >= 0; i-- {
		for k := i + 1; k < len(x); k++ {
			x[i] -= f.rows[k][i] * x[k]
		}
		x[i] /= f.rows[i][i]
	}
	return x
}

// lmg averages what each driver adds to R², over subsets S of the others by
// size: the weight of one of size k among n drivers is k!(n−1−k)!/n!. The
// subsets are walked as a tree in which each takes up one driver more.
func lmg(cor [][]float64) []float64 {
	n := len(cor) - 1
	explained := make([]float64, 1<<n) // R² by subset
	var f factor
	scratch := make([]float64, n*(n+1))
	set := make([]int, 0, n)
	var walk func(from, subset int, rSquared float64)
	walk = func(from, subset int, rSquared float64) {
		explained[subset] = rSquared
		for j := from; j < n; j++ {
			k := len(set)
			row := f.forwardInto(scratch[k*(n+1):k*(n+1):(k+1)*(n+1)], cor, set, j)
			f.push(cor, row, j, max(1-dot(row, row), tolerance))
			set = append(set, j)
			y := f.score[k]
			walk(j+1, subset|1<<j, rSquared+y*y)
			set, f.rows, f.score = set[:k], f.rows[:k], f.score[:k]
		}
	}
	walk(0, 0, 0)
	share := make([]float64, n) // by size of S
	share[0] = 1 / float64(n)
	for k := 1; k < n; k++ {
		share[k] = share[k-1] * float64(k) / float64(n-k)
	}
	weights := make([]float64, n)
	for j := range n {
		for subset := range explained {
			if subset>>j&1 == 0 {
				weights[j] += share[bits.OnesCount(uint(subset))] * (explained[subset|1<<j] - explained[subset])
			}
		}
	}
	return weights
}

// relativeWeights are Johnson's: with R = QΔQ′ the drivers' correlations and
// Λ = QΔ^½Q′, the weights are Λ∘Λ · (Λ⁻¹r)∘(Λ⁻¹r), ∘ element by element.
func relativeWeights(cor [][]float64) ([]float64, error) {
	n := len(cor) - 1
	among := mat.NewSymDense(n, nil)
	r := mat.NewVecDense(n, nil)
	for i := range n {
		r.SetVec(i, cor[i][n])
		for j := range i + 1 {
			among.SetSym(i, j, cor[i][j])
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(among, true) {
		return nil, ErrCollinear
	}
	var q mat.Dense
	eigen.VectorsTo(&q)
	roots, inverses := make([]float64, n), make([]float64, n)
	for k, value := range eigen.Values(nil) {
		roots[k] = math.Sqrt(max(value, tolerance*tolerance))
		inverses[k] = 1 / roots[k]
	}
	squared := func(_, _ int, v float64) float64 { return v * v }
	var root, inverse, part, weights mat.Dense
	root.Product(&q, mat.NewDiagDense(n, roots), q.T())
	inverse.Product(&q, mat.NewDiagDense(n, inverses), q.T())
	part.Mul(&inverse, r)
	root.Apply(squared, &root)
	part.Apply(squared, &part)
	weights.Mul(&root, &part)
	return mat.Col(nil, 0, &weights), nil
}
