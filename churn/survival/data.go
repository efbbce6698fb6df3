package survival

import (
	"fmt"
	"math"
	"slices"
)

// Data are customers by column; row i of every column is one customer. What an
// analysis does not use it does not look at. The columns are read, never kept
// or changed. A Data may be shared while nobody writes to its columns.
type Data struct {
	// Time at which the customer left or was last seen, in days or any other unit,
	// counted from where the clock of this customer starts. NaN is missing; use it
	// too where it is unknown whether the customer left.
	Time []float64
	// Event says that the customer left at Time; false is "still here then".
	Event []bool
	// Entry, where not nil, is from when on the customer was seen (delayed entry,
	// left truncation): at risk on (Entry, Time], so that somebody who enters at
	// t is not at risk of what happens at t. nil: everybody from the start.
	Entry []float64
	// Group is what curves are drawn by and log-rank compares.
	Group Factor
	// Strata are compared within only: a stratified log-rank test, a Cox model
	// with a baseline for each.
	Strata Factor
	// Missing says what becomes of a row that misses a value in a column that the
	// analysis uses.
	Missing Missing
}

// Missing says what becomes of rows that miss a value.
type Missing string

const (
	// Drop, the default, leaves the row out and counts it as skipped.
	Drop Missing = "drop"
	// Refuse is ErrMissing with the row and the column.
	Refuse Missing = "refuse"
)

// Factor is a column of labels: row i has Levels[Codes[i]]; the code -1 is
// missing. The zero Factor is no column. See [NewFactor].
type Factor struct {
	Codes  []int32
	Levels []string
}

// NewFactor makes a factor of texts; the empty text is missing. Levels stand in
// the order given, or, where none are, in byte order. A text that is not among
// levels given, or levels that are empty or doubled, are ErrLevel.
func NewFactor(values []string, levels ...string) (Factor, error) {
	given := len(levels) > 0
	if !given {
		seen := map[string]bool{}
		for _, v := range values {
			if v != "" && !seen[v] {
				seen[v] = true
				levels = append(levels, v)
			}
		}
		slices.Sort(levels)
	}
	f := Factor{Codes: make([]int32, len(values)), Levels: slices.Clone(levels)}
	code := make(map[string]int32, len(levels)+1)
	code[""] = -1
	var fs faults
	for i, l := range levels {
		if _, ok := code[l]; ok {
			fs.add(fmt.Errorf("%w: %.64q is empty or stands twice", ErrLevel, l), "levels", i)
		}
		code[l] = int32(i)
	}
	if err := fs.err(); err != nil {
		return Factor{}, err
	}
	for i, v := range values {
		c, ok := code[v]
		if !ok {
			fs.add(fmt.Errorf("%w: %.64q", ErrLevel, v), i)
		}
		f.Codes[i] = c
	}
	if err := fs.err(); err != nil {
		return Factor{}, err
	}
	return f, nil
}

// Covariate is a column of numbers that a regression explains leaving by.
type Covariate struct {
	// Name stands in results and errors; every column needs one of its own.
	Name string
	// Term is shared by columns that belong together, such as the indicators of
	// one factor: the proportional-hazards test takes them as one. "" is Name.
	Term string
	// Values, one a row; NaN is missing.
	Values []float64
}

func (c Covariate) term() string {
	if c.Term == "" {
		return c.Name
	}
	return c.Term
}

// uses says which columns besides Time and Event an analysis looks at.
type uses struct {
	group, strata bool
	covariates    []Covariate
	marker        []float64
	positive      bool // times must be above 0
}

// rows checks the columns used and returns the rows that miss nothing. A nil
// slice of rows with a nil error stands for all of them, in order.
func (d *Data) rows(u uses) (keep []int32, skipped int, err error) {
	n := len(d.Time)
	if err := d.lengths(u); err != nil {
		return nil, 0, err
	}
	if n == 0 {
		return nil, 0, ErrNoRows
	}
	var fs faults
	var missing []bool // made when the first is found
	miss := func(i int, parts ...any) {
		if d.Missing == Refuse {
			fs.add(ErrMissing, append(parts, i)...)
			return
		}
		if missing == nil {
			missing = make([]bool, n)
		}
		missing[i] = true
	}
	for i, t := range d.Time {
		switch {
		case t > 0 && t <= math.MaxFloat64:
		case t == 0 && !u.positive:
		case math.IsNaN(t):
			miss(i, "time")
		case t == 0:
			fs.add(fmt.Errorf("%w: 0 has no logarithm", ErrTime), "time", i)
		default:
			fs.add(fmt.Errorf("%w: %v", ErrTime, t), "time", i)
		}
	}
	for i, e := range d.Entry {
		switch {
		case math.IsNaN(e):
			miss(i, "entry")
		case !(e >= 0 && e <= math.MaxFloat64):
			fs.add(fmt.Errorf("%w: %v", ErrTime, e), "entry", i)
		case e >= d.Time[i]:
			fs.add(fmt.Errorf("%w: %v ≥ %v", ErrEntry, e, d.Time[i]), "entry", i)
		}
	}
	factor := func(name string, f Factor) {
		for i, c := range f.Codes {
			if c == -1 {
				miss(i, name)
			} else if c < -1 || int(c) >= len(f.Levels) {
				fs.add(fmt.Errorf("%w: code %d of %d levels", ErrLevel, c, len(f.Levels)), name, i)
			}
		}
	}
	if u.group {
		factor("group", d.Group)
	}
	if u.strata {
		factor("strata", d.Strata)
	}
	column := func(values []float64, parts ...any) {
		for i, v := range values {
			if math.IsNaN(v) {
				miss(i, parts...)
			} else if math.IsInf(v, 0) {
				fs.add(fmt.Errorf("%w: %v", ErrValue, v), append(slices.Clone(parts), i)...)
			}
		}
	}
	for _, c := range u.covariates {
		column(c.Values, "covariates", c.Name)
	}
	column(u.marker, "marker")
	if err := fs.err(); err != nil {
		return nil, 0, err
	}
	if missing == nil {
		return nil, 0, nil
	}
	keep = make([]int32, 0, n)
	for i, m := range missing {
		if !m {
			keep = append(keep, int32(i))
		}
	}
	if len(keep) == 0 {
		return nil, n, fmt.Errorf("%w: each of %d misses a value", ErrNoRows, n)
	}
	return keep, n - len(keep), nil
}

// lengths checks that columns are as long as Time and that names are in order.
func (d *Data) lengths(u uses) error {
	n := len(d.Time)
	var fs faults
	want := func(have int, parts ...any) {
		if have != n {
			fs.add(fmt.Errorf("%w: %d, time has %d", ErrLength, have, n), parts...)
		}
	}
	if n > math.MaxInt32 {
		fs.add(fmt.Errorf("%w: more than %d rows", ErrLength, math.MaxInt32), "time")
	}
	want(len(d.Event), "event")
	if d.Entry != nil {
		want(len(d.Entry), "entry")
	}
	if u.group && d.Group.Codes != nil {
		want(len(d.Group.Codes), "group")
	}
	if u.strata && d.Strata.Codes != nil {
		want(len(d.Strata.Codes), "strata")
	}
	if d.Missing != "" && d.Missing != Drop && d.Missing != Refuse {
		fs.add(fmt.Errorf("%w: %.64q is not drop or refuse", ErrOption, d.Missing), "missing")
	}
	seen := map[string]bool{}
	for k, c := range u.covariates {
		want(len(c.Values), "covariates", c.Name)
		if c.Name == "" || seen[c.Name] {
			fs.add(fmt.Errorf("%w: %.64q", ErrName, c.Name), "covariates", k)
		}
		seen[c.Name] = true
	}
	if u.marker != nil {
		want(len(u.marker), "marker")
	}
	return fs.err()
}

// each yields the rows kept: keep, or 0 to n-1 where keep is nil.
func each(keep []int32, n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		if keep == nil {
			for i := range n {
				if !yield(i) {
					return
				}
			}
			return
		}
		for _, i := range keep {
			if !yield(int(i)) {
				return
			}
		}
	}
}

// count returns how many rows are kept of n.
func count(keep []int32, n int) int {
	if keep == nil {
		return n
	}
	return len(keep)
}
