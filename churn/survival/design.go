package survival

import (
	"fmt"
	"math"
	"slices"
)

// design is the complete rows of a regression in the order that it walks them:
// by stratum, within it from the last time to the first, within a time those
// who left before those last seen, and then by what the rows hold, so that the
// order they came in has no part in any sum.
type design struct {
	n, p    int
	names   []string
	z       []float64 // n·p: (x - mean)/scale
	mean    []float64
	scale   []float64
	time    []float64
	event   []bool
	row     []int32 // in the caller's columns
	rows    int     // of the caller's columns
	strata  []stratum
	groups  []moment // times, in the order of the rows
	entry   []float64
	entered []int32 // rows from the last entry to the first, within each stratum
	events  int
}

// stratum is a run of rows and a run of groups.
type stratum struct {
	code           int32
	index          int
	from, to       int
	groups, groupN int
}

// moment is a run of rows with one time, the first deaths of which left.
type moment struct {
	from, to int32
	deaths   int32
}

// newDesign sorts and scales the rows kept.
func newDesign(d *Data, x []Covariate, keep []int32) (*design, error) {
	n, p := count(keep, len(d.Time)), len(x)
	g := &design{n: n, p: p, rows: len(d.Time)}
	for _, c := range x {
		g.names = append(g.names, c.Name)
	}
	order := d.canonical(x, keep, n)
	g.time, g.event, g.row = make([]float64, n), make([]bool, n), make([]int32, n)
	for i, it := range order {
		g.row[i], g.time[i], g.event[i] = it.row, d.Time[it.row], d.Event[it.row]
		g.events += one(d.Event[it.row])
	}
	g.cut(d)
	if d.Entry != nil {
		g.enter(d)
	}
	if g.events == 0 {
		return nil, ErrNoEvents
	}
	g.mean, g.scale, g.z = make([]float64, p), make([]float64, p), make([]float64, n*p)
	column := make([]float64, n)
	var fs faults
	for k, c := range x {
		for i, r := range g.row {
			column[i] = c.Values[r]
		}
		if !g.standardise(k, column) {
			fs.add(fmt.Errorf("%w: %v in every row", ErrConstant, c.Values[g.row[0]]), "covariates", c.Name)
		}
	}
	return g, fs.err()
}

// standardise puts column k in place and reports whether it varies; column is
// scratch afterwards.
func (g *design) standardise(k int, column []float64) bool {
	low, high := column[0], column[0]
	for _, v := range column {
		if v < low {
			low = v
		} else if v > high {
			high = v
		}
	}
	if low == high {
		return false
	}
	// Sums of values beyond 1e150 would overflow: work on a share of them.
	unit := max(math.Abs(low), math.Abs(high))
	if unit < 1e100 && unit > 1e-100 {
		unit = 1
	} else {
		for i := range column {
			column[i] /= unit
		}
	}
	mean, square := 0.0, 0.0
	for _, v := range column {
		mean += v
	}
	mean /= float64(g.n)
	for _, v := range column {
		square += (v - mean) * (v - mean)
	}
	sd := math.Sqrt(square / float64(g.n))
	if !(sd > 0) {
		return false
	}
	g.mean[k], g.scale[k] = mean*unit, sd*unit
	inverse := 1 / sd
	for i, v := range column {
		g.z[i*g.p+k] = (v - mean) * inverse
	}
	return true
}

// hashBits are the bits of a row's hash that two passes sort by; a third pass
// would be the price of more, with the bit for the event.
const hashBits = 1<<21 - 1

// canonical sorts the rows kept by a hash of what they hold, by event, by time
// and by stratum, in few passes; rows alike in all of these, few unless they
// are equal, are compared.
func (d *Data) canonical(x []Covariate, keep []int32, n int) []item {
	a, b := make([]item, n), make([]item, n)
	hash := make([]uint64, n)
	rows := make([]int32, 0, n)
	for i := range each(keep, len(d.Time)) {
		rows = append(rows, int32(i))
	}
	if d.Entry != nil {
		mixColumn(hash, d.Entry, rows)
	}
	for _, c := range x {
		mixColumn(hash, c.Values, rows)
	}
	for i, r := range rows {
		tie := uint32(hash[i]>>32) & hashBits
		a[i] = item{uint64(tie), r, tie}
		if !d.Event[r] {
			a[i].key |= hashBits + 1
		}
	}
	a, b = sorted(a, b)
	for i := range a {
		a[i].key = ^bits(d.Time[a[i].row])
	}
	a, b = sorted(a, b)
	if d.Strata.Codes != nil {
		for i := range a {
			a[i].key = uint64(d.Strata.Codes[a[i].row])
		}
		a, _ = sorted(a, b)
	}
	for i := 0; i < n; {
		j := i + 1
		for j < n && a[j].tie == a[i].tie && d.Time[a[j].row] == d.Time[a[i].row] &&
			d.Event[a[j].row] == d.Event[a[i].row] && d.stratum(a[j].row) == d.stratum(a[i].row) {
			j++
		}
		if j > i+1 {
			slices.SortStableFunc(a[i:j], func(p, q item) int { return d.compare(x, p.row, q.row) })
		}
		i = j
	}
	return a
}

// sorted is radixSort that returns the scratch as well.
func sorted(a, b []item) (done, scratch []item) {
	s := radixSort(a, b)
	if len(a) > 0 && &s[0] == &a[0] {
		return a, b
	}
	return b, a
}

// mixColumn stirs a column into the hashes of rows.
func mixColumn(hash []uint64, column []float64, rows []int32) {
	for i, r := range rows {
		h := (hash[i] ^ math.Float64bits(column[r]+0)) * 0x9e3779b97f4a7c15
		hash[i] = h ^ h>>29
	}
}

// compare orders two rows by entry and covariates.
func (d *Data) compare(x []Covariate, p, q int32) int {
	less := func(a, b float64) int {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	if d.Entry != nil {
		if c := less(d.Entry[p], d.Entry[q]); c != 0 {
			return c
		}
	}
	for k := range x {
		if c := less(x[k].Values[p], x[k].Values[q]); c != 0 {
			return c
		}
	}
	return 0
}

// cut finds the strata and the times.
func (g *design) cut(d *Data) {
	for i := 0; i < g.n; {
		code := d.stratum(g.row[i])
		if len(g.strata) == 0 || g.strata[len(g.strata)-1].code != code {
			g.strata = append(g.strata, stratum{code: code, index: len(g.strata), from: i, groups: len(g.groups)})
		}
		m := moment{from: int32(i)}
		for t := g.time[i]; i < g.n && g.time[i] == t && d.stratum(g.row[i]) == code; i++ {
			m.deaths += int32(one(g.event[i]))
		}
		m.to = int32(i)
		g.groups = append(g.groups, m)
		s := &g.strata[len(g.strata)-1]
		s.to, s.groupN = i, len(g.groups)-s.groups
	}
}

// enter sorts the rows of each stratum by entry, the last first.
func (g *design) enter(d *Data) {
	g.entry, g.entered = make([]float64, g.n), make([]int32, 0, g.n)
	a, b := make([]item, g.n), make([]item, g.n)
	for i, r := range g.row {
		g.entry[i] = d.Entry[r]
	}
	for _, s := range g.strata {
		for i := s.from; i < s.to; i++ {
			a[i] = item{key: ^bits(g.entry[i]), row: int32(i)}
		}
		for _, it := range radixSort(a[s.from:s.to], b[s.from:s.to]) {
			g.entered = append(g.entered, it.row)
		}
	}
}

// original turns coefficients back to the caller's units.
func (g *design) original(beta []float64) []float64 {
	out := make([]float64, g.p)
	for k := range out {
		out[k] = beta[k] / g.scale[k]
	}
	return out
}

// refuse places a runaway at the columns it names, from parameter first on.
func (g *design) refuse(r *runaway, first int) error {
	var fs faults
	for _, k := range r.columns {
		if k >= first && k-first < g.p {
			fs.add(ErrSeparation, "covariates", g.names[k-first])
		}
	}
	if len(fs.errs) == 0 {
		return fmt.Errorf("%w: the likelihood has no maximum", ErrConverge)
	}
	return fs.err()
}
