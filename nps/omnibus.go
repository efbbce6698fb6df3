package nps

import (
	"fmt"
	"math"
)

// Test is the outcome of a test over several groups. An immutable value.
type Test struct {
	Statistic float64 `json:"statistic"`
	DF        float64 `json:"df"`            // degrees of freedom, of the numerator where there are two
	DF2       float64 `json:"df2,omitempty"` // of the denominator; 0 for chi-square
	P         float64 `json:"p"`
}

// EqualScores is Welch's test that all tallies come from populations with one
// score, whatever their spreads. Errors: ErrTooFew with fewer than two tallies
// or, at /i, with fewer than two answers in one; ErrMismatch at /i; ErrNoSpread at
// /i where all answers count the same, because the test then has no weight for
// the group. Welch (1951), Biometrika 38:330–336; R's oneway.test.
func EqualScores(tallies []Tally) (Test, error) {
	if err := sameKind(tallies); err != nil {
		return Test{}, err
	}
	var w, wx float64
	weights := make([]float64, len(tallies))
	for i := range tallies {
		s := tallies[i].sample()
		if s.n < 2 {
			return Test{}, at(fmt.Errorf("%w: %v of the two that Welch's test needs", ErrTooFew, tallies[i].Answers()), i)
		}
		v := s.variance()
		if v <= 0 {
			return Test{}, at(ErrNoSpread, i)
		}
		weights[i] = (s.n - 1) / v // n over the variance with n − 1
		w += weights[i]
		wx += weights[i] * s.score
	}
	k := float64(len(tallies))
	mean := wx / w
	var between, a float64
	for i := range tallies {
		s := tallies[i].sample()
		d := s.score - mean
		between += weights[i] * d * d
		q := 1 - weights[i]/w
		a += q * q / (s.n - 1)
	}
	a /= k*k - 1
	t := Test{Statistic: between / (k - 1) / (1 + 2*(k-2)*a), DF: k - 1, DF2: 1 / (3 * a)}
	t.P = fisherTail(t.Statistic, t.DF, t.DF2)
	return t, nil
}

// EqualMix is Pearson's chi-square test that all tallies come from populations
// with the same shares of detractors, passives and promoters. Two groups can
// have one score and very different mixes. Classes and tallies without answers
// are left out. Errors: ErrMismatch at /i; ErrTooFew unless two groups have
// answers; ErrNoSpread when only one class occurs.
func EqualMix(tallies []Tally) (Test, error) {
	if err := sameKind(tallies); err != nil {
		return Test{}, err
	}
	rows := make([][3]float64, len(tallies))
	for i := range tallies {
		c := tallies[i].Classes()
		rows[i] = [3]float64{float64(c.Detractors), float64(c.Passives), float64(c.Promoters)}
	}
	return chiSquare(rows)
}

// EqualShares is Pearson's chi-square test, 2×k and without a continuity
// correction, that all shares are of populations with one share; give it
// [Classes.Of] to test a single class. Shares of nothing are left out. Errors:
// ErrCount at /i; ErrTooFew unless two shares are of something; ErrNoSpread when
// all are 0 or all are 1.
func EqualShares(shares []Share) (Test, error) {
	rows := make([][3]float64, len(shares))
	for i, s := range shares {
		if s.Hits < 0 || s.Of < s.Hits || s.Of > points*MaxCount {
			return Test{}, at(fmt.Errorf("%w: %d of %d", ErrCount, s.Hits, s.Of), i)
		}
		rows[i] = [3]float64{float64(s.Hits), float64(s.Of - s.Hits), 0}
	}
	return chiSquare(rows)
}

func chiSquare(rows [][3]float64) (Test, error) {
	var column [3]float64
	total, groups, classes := 0.0, 0.0, 0.0
	for _, row := range rows {
		sum := row[0] + row[1] + row[2]
		total += sum
		if sum > 0 {
			groups++
		}
		for j, n := range row {
			column[j] += n
		}
	}
	for _, n := range column {
		if n > 0 {
			classes++
		}
	}
	if groups < 2 {
		return Test{}, fmt.Errorf("%w: two groups must have some", ErrTooFew)
	}
	if classes < 2 {
		return Test{}, ErrNoSpread
	}
	t := Test{DF: (groups - 1) * (classes - 1)}
	for _, row := range rows {
		sum := row[0] + row[1] + row[2]
		for j, n := range row {
			if expected := sum / total * column[j]; expected > 0 {
				t.Statistic += (n - expected) * (n - expected) / expected
			}
		}
	}
	t.P = chiSquareTail(t.Statistic, t.DF)
	if math.IsNaN(t.P) {
		t.P = 0
	}
	return t, nil
}

// sameKind returns ErrMismatch, placed, unless all are of the first one's kind, and
// ErrTooFew unless there are two.
func sameKind(tallies []Tally) error {
	if len(tallies) < 2 {
		return fmt.Errorf("%w: a test needs two groups, not %d", ErrTooFew, len(tallies))
	}
	for i := range tallies {
		if err := tallies[0].same(&tallies[i]); err != nil {
			return at(err, i)
		}
	}
	return nil
}
