package loyalty

import (
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi"
)

// Ladder is a chain ladder: how a triangle develops, and what it comes to. Index k of
// Factors, Sigma2 and Known belongs to the step from age k to age k+1.
type Ladder struct {
	Factors []float64 // f_k; 1 where nothing is known
	Sigma2  []float64 // σ²_k
	Known   []bool    // some row has something at age k, and is known at age k+1
	// Ultimate, Reserve (what is still to come) and SE (its standard error) of each row;
	// NaN where nothing is known of a row: it is 0 at its last age, or a step is not
	// known. SE is of the steps of the triangle: none of the tail.
	Ultimate, Reserve, SE []float64
	Total                 float64 // the reserves of the rows that are known
	TotalSE               float64
	Tail                  float64
}

// NewLadder estimates a cumulative triangle: row i, the oldest first, holds what is known
// at ages 0, 1, …; the first row has an age for each row of the triangle or more, each
// other is not longer than the one before. tail is what the last age is multiplied by for
// what comes after it, 1 or more; 0 is 1: nothing.
//
// Rows of another shape, and figures that are negative or not finite, are ErrTriangle.
// Decreasing rows are accepted: points were given back. Cost: O(cells + rows² × ages).
//
// Mack (1993), "Distribution-free calculation of the standard error of chain ladder
// reserve estimates", ASTIN Bulletin 23(2), 213–225: f_k and σ²_k after theorem 2, the
// last σ² by the rule given there, the standard error of a row by theorem 3 and of all rows
// by the corollary, each summed over the ages where the rows lie; for a tail they are
// multiplied by it.
func NewLadder(rows [][]float64, tail float64) (*Ladder, error) {
	if tail == 0 {
		tail = 1
	}
	if !(tail >= 1) || math.IsInf(tail, 1) {
		return nil, guanxi.At("/tail", ErrOption)
	}
	if err := checkTriangle(rows); err != nil {
		return nil, err
	}
	l := &Ladder{Tail: tail}
	if len(rows) == 0 {
		return l, nil
	}
	sums := l.develop(rows)
	l.rows(rows, sums)
	l.total(rows, sums)
	return l, nil
}

func checkTriangle(rows [][]float64) error {
	for i, row := range rows {
		if len(row) == 0 || i > 0 && len(row) > len(rows[i-1]) {
			return guanxi.At(guanxi.Pointer(i), fmt.Errorf("%w: %d ages", ErrTriangle, len(row)))
		}
		for k, v := range row {
			if !(v >= 0) || v > math.MaxInt64 {
				return guanxi.At(guanxi.Pointer(i, k), ErrTriangle)
			}
		}
	}
	return nil
}

// develop finds the factors; it returns the sums of each age over the rows that are known
// an age later.
func (l *Ladder) develop(rows [][]float64) (sums []float64) {
	steps := len(rows[0]) - 1
	l.Factors, l.Sigma2, l.Known = make([]float64, steps), make([]float64, steps), make([]bool, steps)
	sums = make([]float64, steps)
	thin := make([]bool, steps) // one row or none: σ² is by the rule
	for k := range steps {
		next, n := 0.0, 0
		for _, row := range rows {
			if len(row) > k+1 {
				sums[k] += row[k]
				next += row[k+1]
				if row[k] > 0 {
					n++
				}
			}
		}
		l.Factors[k] = 1
		if l.Known[k] = sums[k] > 0; l.Known[k] {
			l.Factors[k] = next / sums[k]
		}
		thin[k] = n < 2
		for _, row := range rows {
			if len(row) > k+1 && row[k] > 0 && n > 1 {
				d := row[k+1]/row[k] - l.Factors[k]
				l.Sigma2[k] += row[k] * d * d / float64(n-1)
			}
		}
	}
	for k := range steps {
		if !thin[k] {
			continue
		}
		switch { // min(σ⁴_{k−1}/σ²_{k−2}, σ²_{k−2}, σ²_{k−1}), of what there is
		case k >= 2:
			a, b := l.Sigma2[k-1], l.Sigma2[k-2]
			l.Sigma2[k] = min(a, b)
			if b > 0 {
				l.Sigma2[k] = min(l.Sigma2[k], a*a/b)
			}
		case k == 1:
			l.Sigma2[k] = l.Sigma2[0]
		}
	}
	return sums
}

// ratio is σ²_k / f²_k.
func (l *Ladder) ratio(k int) float64 {
	f := l.Factors[k]
	if f == 0 {
		return 0
	}
	return l.Sigma2[k] / (f * f)
}

// rows finds what each row comes to.
func (l *Ladder) rows(rows [][]float64, sums []float64) {
	for _, row := range rows {
		c := row[len(row)-1]
		known := c > 0
		ult, mse := c, 0.0
		for k := len(row) - 1; k < len(l.Factors) && known; k++ {
			if known = l.Known[k] && ult > 0; known {
				mse += l.ratio(k) * (1/ult + 1/sums[k])
				ult *= l.Factors[k]
			}
		}
		if len(row) == len(rows[0]) { // whatever it is, it is all
			known = true
		}
		if !known {
			ult, mse = math.NaN(), math.NaN()
		}
		ult *= l.Tail
		l.Ultimate = append(l.Ultimate, ult)
		l.Reserve = append(l.Reserve, ult-c)
		l.SE = append(l.SE, ult*math.Sqrt(mse))
	}
}

// total finds the standard error of the sum: rows share the factors.
func (l *Ladder) total(rows [][]float64, sums []float64) {
	mse, after := 0.0, 0.0 // after is Σ C_jn of younger rows
	for i := len(rows) - 1; i >= 0; i-- {
		if math.IsNaN(l.Ultimate[i]) {
			continue
		}
		l.Total += l.Reserve[i]
		shared := 0.0
		for k := len(rows[i]) - 1; k < len(l.Factors); k++ {
			shared += 2 * l.ratio(k) / sums[k]
		}
		mse += l.SE[i]*l.SE[i] + l.Ultimate[i]*after*shared
		after += l.Ultimate[i]
	}
	l.TotalSE = math.Sqrt(mse)
}
