package clv

import (
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm/clv/internal/mle"
)

// Where covariates act: on the second coordinate of the models that take them,
// log α, which goes down as buying goes up, and on the third, the log rate or log
// odds of leaving.
const (
	buyingAt  = 1
	leavingAt = 2
)

// design fills the problem's covariates. Columns are standardised for the
// optimiser; family.toHost leads back to the host's.
func (f *Fit) design(rows Rows, acting []Acting) error {
	if acting == nil && (f.kind == KindSarmanov || f.kind == KindBGBB) {
		if len(rows.Covariates) > 0 {
			return fmt.Errorf("%w: the rows have covariates and this model takes none", ErrCovariate)
		}
		return nil
	}
	if acting == nil {
		for _, c := range rows.Covariates {
			acting = append(acting, Acting{c.Name, Buying}, Acting{c.Name, Leaving})
		}
	}
	if len(acting) == 0 {
		return nil
	}
	f.acting = append([]Acting(nil), acting...)
	var cols []column
	at := map[string]int{}
	for i, a := range f.acting {
		if _, ok := at[a.Covariate]; ok {
			continue
		}
		c, ok := findCovariate(rows, a.Covariate)
		if !ok {
			return &guanxi.FieldError{Pointer: fmt.Sprintf("/covariates/%d/covariate", i),
				Err: fmt.Errorf("%w: the rows have no %q", ErrCovariate, a.Covariate)}
		}
		at[a.Covariate] = len(cols)
		cols = append(cols, standardise(c))
	}
	if err := tellApart(cols); err != nil {
		return err
	}
	n := len(rows.List)
	cov := mle.Covariates{Columns: len(cols), Coefficients: len(f.acting), Z: make([]float64, n*len(cols))}
	for j := range cols {
		for i, v := range cols[j].values {
			cov.Z[i*len(cols)+j] = v
		}
	}
	for j, a := range f.acting {
		c := at[a.Covariate]
		f.family.effects = append(f.family.effects, effect{
			name: string(a.On) + "." + a.Covariate, column: c, mean: cols[c].mean, sd: cols[c].sd, buys: a.On != Leaving, leaves: a.On != Buying,
		})
		for _, coordinate := range []int{buyingAt, leavingAt} {
			if sign := f.family.effects[j].shift(coordinate); sign != 0 {
				cov.Effects = append(cov.Effects, mle.Effect{Coordinate: coordinate, Column: c, Coefficient: j, Sign: sign})
			}
		}
	}
	for _, c := range cols {
		c.values = nil
		f.columns = append(f.columns, c)
	}
	f.problem.Covariates = cov
	return nil
}

func findCovariate(rows Rows, name string) (Covariate, bool) {
	for _, c := range rows.Covariates {
		if c.Name == name {
			return c, true
		}
	}
	return Covariate{}, false
}

// column is a covariate less its mean, over its standard deviation.
type column struct {
	name     string
	mean, sd float64
	values   []float64
}

func standardise(c Covariate) column {
	out := column{name: c.Name, values: make([]float64, len(c.Values))}
	n, greatest := float64(len(c.Values)), 0.0
	for _, v := range c.Values {
		greatest = max(greatest, math.Abs(v))
	}
	if greatest == 0 {
		return out
	}
	inOrder := slices.Sorted(slices.Values(c.Values)) // for sums that no order of the rows changes
	for _, v := range inOrder {
		out.mean += v / n
	}
	sum := 0.0
	for _, v := range inOrder {
		d := (v - out.mean) / greatest
		sum += d * d
	}
	for i, v := range c.Values {
		out.values[i] = (v - out.mean) / greatest
	}
	root := math.Sqrt(sum / n)
	if !(root > 1e-13) { // rounding of the mean
		clear(out.values)
		return out
	}
	out.sd = root * greatest
	for i := range out.values {
		out.values[i] /= root
	}
	return out
}

// tellApart refuses columns that are constant or follow from those before them,
// by name: modified Gram-Schmidt.
func tellApart(cols []column) error {
	var errs faultList
	var basis [][]float64
	for _, c := range cols {
		if c.sd == 0 {
			errs.add(&guanxi.FieldError{Pointer: guanxi.Pointer("covariates", c.name), Err: fmt.Errorf("%w: the same for everybody", ErrConstant)})
			continue
		}
		if !(c.sd > 1e-100 && c.sd < 1e100) {
			errs.add(&guanxi.FieldError{Pointer: guanxi.Pointer("covariates", c.name), Err: fmt.Errorf("%w: it varies by %v; give it another unit", ErrRange, c.sd)})
			continue
		}
		rest := append([]float64(nil), c.values...)
		n := float64(len(rest))
		for range 2 { // again, for what rounding left
			for _, b := range basis {
				dot := 0.0
				for i, v := range rest {
					dot += v * b[i]
				}
				for i := range rest {
					rest[i] -= dot / n * b[i]
				}
			}
		}
		sum := 0.0
		for _, v := range rest {
			sum += v * v
		}
		root := math.Sqrt(sum / n)
		if root < 1e-7 {
			errs.add(&guanxi.FieldError{Pointer: guanxi.Pointer("covariates", c.name), Err: fmt.Errorf("%w: it follows from the covariates before it", ErrConstant)})
			continue
		}
		for i := range rest {
			rest[i] /= root
		}
		basis = append(basis, rest)
	}
	return errs.join()
}
