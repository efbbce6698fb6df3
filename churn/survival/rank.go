package survival

import (
	"fmt"
	"math"
)

// RankConfig sets up LogRank; the zero value is the log-rank test.
type RankConfig struct {
	// Rho weights each time by S(t-)^Rho, the share of all (of the stratum)
	// still there: 0 is the log-rank test, 1 that of Peto & Peto, which looks more
	// at the early leavers; 0 to 10.
	Rho float64 `json:"rho,omitempty"`
}

// Validate returns a *guanxi.FieldError around ErrOption where Rho is out of
// range.
func (c RankConfig) Validate() error {
	if !(c.Rho >= 0 && c.Rho <= 10) {
		return at(fmt.Errorf("%w: rho %v is not in 0 to 10", ErrOption, c.Rho), "rho")
	}
	return nil
}

// MaxGroups is how many groups LogRank compares at most: the matrix has a row and
// a column for each.
const MaxGroups = 1000

// RankTest is whether groups stay equally long. It is a value.
type RankTest struct {
	Groups   []string    `json:"groups"`   // in the order of the levels; levels without rows are not there
	N        []int       `json:"n"`        // customers of each
	Observed []float64   `json:"observed"` // weighted events of each
	Expected []float64   `json:"expected"` // what they would be if all groups were alike
	Variance [][]float64 `json:"variance"` // of Observed less Expected
	ChiSq    float64     `json:"chi_sq"`
	DF       int         `json:"df"`
	P        float64     `json:"p"`
	Skipped  int         `json:"skipped"` // rows left out because they miss Time, Entry, Group or Stratum
}

// LogRank tests whether the groups of d leave alike: the test of Harrington &
// Fleming's G-rho family. Given Strata, groups are compared within each stratum
// and the differences added up.
//
// ErrNoEvents where nobody left; ErrOneGroup where no two groups were at risk
// together when somebody did. The order of rows is of no account. Cost:
// O((rows + times)·groups), and groups³ at the end.
//
// Harrington & Fleming (1982), Biometrika 69, 553–566.
func LogRank(d Data, cfg RankConfig) (RankTest, error) {
	if err := cfg.Validate(); err != nil {
		return RankTest{}, err
	}
	if d.Group.Codes == nil {
		return RankTest{}, at(fmt.Errorf("%w: no column", ErrOneGroup), "group")
	}
	keep, skipped, err := d.rows(uses{group: true, strata: true})
	if err != nil {
		return RankTest{Skipped: skipped}, err
	}
	// Levels without rows take no part.
	used := make([]bool, len(d.Group.Levels))
	for i := range each(keep, len(d.Time)) {
		used[d.Group.Codes[i]] = true
	}
	var levels []string
	code := make([]int32, len(used))
	for g, u := range used {
		if u {
			code[g] = int32(len(levels))
			levels = append(levels, d.Group.Levels[g])
		}
	}
	if len(levels) > MaxGroups {
		return RankTest{Skipped: skipped}, at(fmt.Errorf("%w: %d, at most %d", ErrGroups, len(levels), MaxGroups), "group")
	}
	s := newRankSums(len(levels), cfg.Rho)
	s.code = code
	d.sweepGroups(keep, s)
	out, err := s.test(levels)
	out.Skipped = skipped
	return out, err
}

// rankSums are the sums over all times of a test of k groups.
type rankSums struct {
	k                  int
	code               []int32 // of each level, those with rows only
	rho                float64
	n                  []int
	observed, expected []float64
	variance           []float64 // k·k
	events             int
	risk, left, gone   []int // at one time: at risk, events, and all who go
	km                 float64
	// The covariance of two groups is Σ v·risk·risk over the times: while neither
	// changes, v alone is summed up. reached is what it had come to when the pair was
	// last looked at.
	v       float64
	reached []float64 // k·k, below the diagonal
}

func newRankSums(k int, rho float64) *rankSums {
	return &rankSums{
		k: k, rho: rho, n: make([]int, k),
		observed: make([]float64, k), expected: make([]float64, k), variance: make([]float64, k*k),
		risk: make([]int, k), left: make([]int, k), gone: make([]int, k), reached: make([]float64, k*k),
	}
}

// sweepGroups walks the strata one by one, each through its times.
func (d *Data) sweepGroups(keep []int32, s *rankSums) {
	m := count(keep, len(d.Time))
	exits := d.sortedRows(keep, d.Time, m)
	var entries []item
	if d.Entry != nil {
		entries = d.sortedRows(keep, d.Entry, m)
	}
	for from := 0; from < m; {
		stratum, to := d.stratum(exits[from].row), from
		for to < m && d.stratum(exits[to].row) == stratum {
			to++
		}
		s.km = 1
		clear(s.gone) // for now: of each group, how many come
		for _, x := range exits[from:to] {
			s.gone[s.code[d.Group.Codes[x.row]]]++
		}
		for g, n := range s.gone {
			if s.n[g] += n; entries == nil && n > 0 {
				s.change(g, n)
			}
		}
		e := from
		for i := from; i < to; {
			key := exits[i].key
			for entries != nil && e < to && entries[e].key < key {
				s.change(int(s.code[d.Group.Codes[entries[e].row]]), 1)
				e++
			}
			clear(s.left)
			clear(s.gone)
			for ; i < to && exits[i].key == key; i++ {
				g := s.code[d.Group.Codes[exits[i].row]]
				s.gone[g]++
				s.left[g] += one(d.Event[exits[i].row])
			}
			s.step()
		}
		from = to
	}
}

// stratum is the code of a row, 0 where there are no strata.
func (d *Data) stratum(row int32) int32 {
	if d.Strata.Codes == nil {
		return 0
	}
	return d.Strata.Codes[row]
}

// sortedRows are the rows kept by stratum, then by a column of times.
func (d *Data) sortedRows(keep []int32, times []float64, m int) []item {
	a, b := make([]item, m), make([]item, m)
	k := 0
	for i := range each(keep, len(d.Time)) {
		a[k] = item{key: bits(times[i]), row: int32(i)}
		k++
	}
	done, out := sorted(a, b)
	if d.Strata.Codes == nil {
		return done
	}
	from := make([]int, len(d.Strata.Levels)+1)
	for i := range done {
		from[d.Strata.Codes[done[i].row]+1]++
	}
	for i := range d.Strata.Levels {
		from[i+1] += from[i]
	}
	for i := range done {
		c := d.Strata.Codes[done[i].row]
		out[from[c]] = done[i]
		from[c]++
	}
	return out
}

// step takes one time into the sums, and those who go off the risk set.
func (s *rankSums) step() {
	d, n := 0, 0
	for g := range s.k {
		d += s.left[g]
		n += s.risk[g]
	}
	if d > 0 {
		s.events += d
		w := 1.0
		if s.rho != 0 {
			w = math.Pow(s.km, s.rho)
		}
		nf, df := float64(n), float64(d)
		v := 0.0
		if n > 1 {
			v = w * w * df * (nf - df) / (nf * nf * (nf - 1))
		}
		for g, r := range s.risk {
			rg := float64(r)
			s.observed[g] += w * float64(s.left[g])
			s.expected[g] += w * df * rg / nf
			s.variance[g*s.k+g] += v * rg * (nf - rg)
		}
		s.v += v
		s.km *= (nf - df) / nf
	}
	for g, n := range s.gone {
		if n > 0 {
			s.change(g, -n)
		}
	}
}

// change moves the number at risk of a group, after bringing its covariances up to
// date. At the end of a stratum nobody is at risk, and all are.
func (s *rankSums) change(g, by int) {
	r := float64(s.risk[g])
	for h, q := range s.risk {
		if h == g {
			continue
		}
		pair := max(g, h)*s.k + min(g, h)
		s.variance[pair] -= r * float64(q) * (s.v - s.reached[pair])
		s.reached[pair] = s.v
	}
	s.risk[g] += by
}

// test makes the chi-square of the sums.
func (s *rankSums) test(levels []string) (RankTest, error) {
	var t RankTest
	var use []int // groups that could have had events
	t.Groups, t.N, t.Observed, t.Expected = levels, s.n, s.observed, s.expected
	for g := range s.n {
		for h := range g {
			s.variance[h*s.k+g] = s.variance[g*s.k+h]
		}
	}
	for g := range s.n {
		t.Variance = append(t.Variance, s.variance[g*s.k:(g+1)*s.k:(g+1)*s.k])
		if s.expected[g] > 0 {
			use = append(use, g)
		}
	}
	if len(t.Groups) < 2 {
		return RankTest{}, at(fmt.Errorf("%w: %d with rows", ErrOneGroup, len(t.Groups)), "group")
	}
	if s.events == 0 {
		return RankTest{}, ErrNoEvents
	}
	// The differences add up to 0: leave out the first, and any further group
	// that was never at risk beside those before it.
	if len(use) > 0 {
		use = use[1:]
	}
	p := len(use)
	a, u := newSym(p), make([]float64, p)
	for i, g := range use {
		u[i] = s.observed[g] - s.expected[g]
		for j := range i + 1 {
			a.set(i, j, s.variance[g*s.k+use[j]])
		}
	}
	var c chol
	free := c.factorFree(a, 1e-12)
	if free == 0 {
		return RankTest{}, at(fmt.Errorf("%w: none at risk together when somebody left", ErrOneGroup), "group")
	}
	t.ChiSq, t.DF = c.quadratic(u), free
	t.P = chiSquareP(t.ChiSq, free)
	return t, nil
}
