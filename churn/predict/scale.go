package predict

import (
	"fmt"
	"math"
	"strings"
)

const (
	// flat is how small the range of a column may be beside its values before
	// it counts as constant.
	flat = 1e-12
	// tolerance is the least part of a column's variance that the columns
	// before it must leave open.
	tolerance = 1e-9
)

// scales are the means and the population standard deviations of columns.
type scales struct{ mean, sd []float64 }

// usable returns the columns that can be standardised, with the faults of the
// others: ErrConstant, ErrOverflow.
func (b *pool) usable(names []string) (columns []int, errs []error) {
	low, high := b.bounds()
	for j := range b.p {
		switch span := high[j] - low[j]; {
		case span <= flat*max(math.Abs(low[j]), math.Abs(high[j])):
			errs = append(errs, at(fmt.Errorf("%w: %q is %v in every row", ErrConstant, names[j], low[j]), "columns", names[j]))
		case math.IsInf(span, 1):
			errs = append(errs, at(fmt.Errorf("%w: %q runs from %v to %v", ErrOverflow, names[j], low[j], high[j]), "columns", names[j]))
		default:
			columns = append(columns, j)
		}
	}
	return columns, errs
}

// bounds returns the least and the largest value of each column.
func (b *pool) bounds() (low, high []float64) {
	low, high = make([]float64, b.p), make([]float64, b.p)
	copy(low, b.row(0))
	copy(high, b.row(0))
	for i := range b.rows() {
		for j, v := range b.row(i) {
			low[j], high[j] = min(low[j], v), max(high[j], v)
		}
	}
	return low, high
}

// standardize replaces the columns of b, all of them usable, by (x − mean)/sd.
func (b *pool) standardize() scales {
	p := b.p
	s := scales{make([]float64, p), make([]float64, p)}
	low, high := b.bounds()
	span := make([]float64, p)
	for j := range p {
		span[j] = high[j] - low[j]
	}
	for i := range b.rows() { // in parts of the span, so that no square overflows
		w := b.hit[i] + b.miss[i]
		for j, v := range b.row(i) {
			s.mean[j] += w * ((v - low[j]) / span[j])
		}
	}
	for j := range s.mean {
		s.mean[j] = low[j] + span[j]*(s.mean[j]/b.total)
	}
	for i := range b.rows() {
		w := b.hit[i] + b.miss[i]
		row := b.row(i)
		for j, v := range row {
			d := (v - s.mean[j]) / span[j]
			row[j] = d
			s.sd[j] += w * d * d
		}
	}
	for j := range s.sd {
		s.sd[j] = math.Sqrt(s.sd[j] / b.total) // of the span
	}
	for i := range b.rows() {
		row := b.row(i)
		for j := range row {
			row[j] /= s.sd[j]
		}
	}
	for j := range s.sd {
		s.sd[j] *= span[j]
	}
	return s
}

// independent returns the columns of the standardised b that those before them
// leave open, with ErrCollinear for every other that says what determines it.
func (b *pool) independent(names []string) (kept []int, errs []error) {
	p := b.p
	cor := newSquare(p)
	for i := range b.rows() {
		w := (b.hit[i] + b.miss[i]) / b.total
		row := b.row(i)
		for j, v := range row {
			v *= w
			r := cor.row(j)[: j+1 : j+1]
			for k, u := range row[:j+1] {
				r[k] += v * u
			}
		}
	}
	// A Cholesky factor that grows by the columns that are independent.
	factor := newSquare(p)
	for j := range p {
		l := factor.row(len(kept))
		open := cor.row(j)[j]
		for k, c := range kept {
			v := cor.row(j)[c]
			for q := range k {
				v -= l[q] * factor.row(k)[q]
			}
			l[k] = v / factor.row(k)[k]
			open -= l[k] * l[k]
		}
		if open > tolerance {
			l[len(kept)] = math.Sqrt(open)
			kept = append(kept, j)
			continue
		}
		// Which of those before it: solve the transposed triangle.
		share := append([]float64(nil), l[:len(kept)]...)
		var by []string
		for k := len(kept) - 1; k >= 0; k-- {
			for q := k + 1; q < len(kept); q++ {
				share[k] -= factor.row(q)[k] * share[q]
			}
			share[k] /= factor.row(k)[k]
		}
		for k, v := range share {
			if math.Abs(v) > 1e-6 {
				by = append(by, fmt.Sprintf("%q", names[kept[k]]))
			}
		}
		errs = append(errs, at(fmt.Errorf("%w: %q by %s", ErrCollinear, names[j], strings.Join(by, ", ")), "columns", names[j]))
	}
	return kept, errs
}
