package retention

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/guanxi-go/guanxi"
)

// State says how much of a cell can be known as of a table's instant.
type State string

const (
	// Finished cells do not change any more: everybody's time for them is over.
	Finished State = "finished"
	// InProgress cells have begun and are not over for all of the cohort. Their
	// rate is that of the customers whose time is over; where it is over for
	// nobody (every calendar cell) there is none, not a low one.
	InProgress State = "in_progress"
	// Growing cells are those of Rule Unbounded whose period is over: who has not
	// come back may still do so, and the rate is a lower bound.
	Growing State = "growing"
	// NotBegun cells lie in the future.
	NotBegun State = "not_begun"
)

// Label returns the name of s that is shown to people.
func (s State) Label(lang guanxi.Lang) string {
	switch s {
	case Finished:
		return guanxi.Text{EN: "Finished", ZH: "已完成"}.In(lang)
	case InProgress:
		return guanxi.Text{EN: "In progress", ZH: "进行中"}.In(lang)
	case Growing:
		return guanxi.Text{EN: "May still grow", ZH: "仍可能增长"}.In(lang)
	case NotBegun:
		return guanxi.Text{EN: "Not begun", ZH: "未开始"}.In(lang)
	}
	return string(s)
}

// Table is a cohort table as of an instant. A value of its own; nothing in it
// belongs to the accumulator.
type Table struct {
	AsOf    time.Time `json:"as_of"`
	Columns []Column  `json:"columns"`
	Rows    []Cohort  `json:"rows"` // every cohort of the config, those without customers included
	// Overall pools the cells of a column whose rates are known, so that each
	// customer counts once: Customers and SoFar are theirs. It is finished where
	// they all are. A column without any of them has Customers 0 and no rate, and
	// is as its first cell is: InProgress once that has begun.
	Overall   []Cell `json:"overall"`
	Customers int64  `json:"customers"` // in the cohorts
	Earlier   int64  `json:"earlier"`   // in none: born before the first (InWindow: active only before it)
	Later     int64  `json:"later"`     // in none: born after the last
}

// Column is the periods since birth that a column is about: [From, To), counted
// from 0, the period of the birth itself. An Open column goes on without end.
type Column struct {
	From int  `json:"from"`
	To   int  `json:"to"`
	Open bool `json:"open,omitempty"`
}

// Cohort is everybody born in [From, To). Calendar windows have a cell for each
// column that ends with the table's last period or before, so that later cohorts
// have fewer; rolling ones have them all.
type Cohort struct {
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	Customers int64     `json:"customers"`
	Cells     []Cell    `json:"cells"`
}

// Cell is one cohort in one column. An immutable value.
type Cell struct {
	State State `json:"state"`
	// Share is Hits customers retained of Of, those whose time is over. The rate
	// is Share.Rate, its Wilson interval Share.Estimate.
	Share
	// SoFar is how many of the whole cohort were retained until asOf; it can
	// only grow until the cell is finished.
	SoFar     int64 `json:"so_far"`
	Customers int64 `json:"customers"` // the cohort
}

// Table returns the cohort table as of an instant, which is exclusive. The
// accumulator stays as it is, and may be added to. Errors: ErrTime at /as_of,
// and ErrFuture there unless it is after every activity that was added.
// Cost: O(customers + activities kept + cells).
func (c *Cohorts[K]) Table(asOf time.Time) (Table, error) {
	us, err := micro(asOf)
	if err != nil {
		return Table{}, wrap(at(err, "as_of"))
	}
	if us <= c.latest {
		err := fmt.Errorf("%w: the last is at %v", ErrFuture, time.UnixMicro(c.latest).In(c.cfg.Location))
		return Table{}, wrap(at(err, "as_of"))
	}
	t := newTally(&c.cfg)
	if c.cfg.Window == Rolling {
		c.rolling(t, us)
	} else {
		c.calendar(t, us)
	}
	return c.table(t, us), nil
}

// calendar counts customers by their bits.
func (c *Cohorts[K]) calendar(t *tally, asOf int64) {
	over := c.cal.over(asOf)
	own := make([]uint64, c.extra+1)
	for i := range c.tab.Rows {
		own[0] = c.tab.Rows[i].Row
		copy(own[1:], c.more[i*c.extra:(i+1)*c.extra])
		if own[0]&1 != 0 {
			if c.cfg.Birth == FirstEver {
				t.earlier++
				continue
			}
			own[0] &^= 1
		}
		first := lowest(own)
		switch {
		case first < 0:
			t.earlier++
		case first > c.cfg.Periods:
			t.later++
		default:
			t.add(first-1, max(0, over-(first-1)), own, first)
		}
	}
}

// rolling finds the births, then puts the activities into windows from there.
func (c *Cohorts[K]) rolling(t *tally, asOf int64) {
	const none = int64(1) << 62
	n, length := len(c.tab.Rows), int64(c.cfg.Days)*dayMicros
	birth := make([]int64, n)
	for i := range birth {
		birth[i] = none
	}
	from := c.cal.bounds[0]
	since := minMicro
	if c.cfg.Birth == InWindow {
		since = from
	}
	for i, ord := range c.ord {
		if us := c.times[i]; us >= since && us < birth[ord] {
			birth[ord] = us
		}
	}
	width := c.cfg.Columns
	words := (width + 1 + 63) / 64 // the last bit is any time after the columns
	own := make([]uint64, n*words)
	for i, ord := range c.ord {
		d := c.times[i] - birth[ord]
		if d < 0 || birth[ord] < from {
			continue
		}
		w := min(uint64(d)/uint64(length), uint64(width))
		own[int(ord)*words+int(w/64)] |= 1 << (w % 64)
	}
	for i, b := range birth {
		row := 0
		if b != none {
			row = c.cal.slot(b)
		}
		switch {
		case row == 0:
			t.earlier++
		case row > c.cfg.Periods:
			t.later++
		default:
			t.begun[row-1] = max(t.begun[row-1], (asOf-b-1)/length+1)
			t.add(row-1, int(min((asOf-b)/length, 1<<30)), own[i*words:(i+1)*words], 0)
		}
	}
}

// lowest returns the lowest bit that is set, or −1.
func lowest(words []uint64) int {
	for i, w := range words {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// tally counts customers by cohort and column.
type tally struct {
	cols    []Column
	col     []int16 // by periods since birth: the column, or −1
	open    bool    // Rule Unbounded
	size    []int64 // by cohort
	begun   []int64 // by cohort, rolling: windows that have begun for somebody
	over    []int64 // by cohort and periods that are over
	hits    []int64 // by cohort and column, over and retained
	soFar   []int64
	steps   int // one more than the last column's end
	earlier int64
	later   int64
}

func newTally(cfg *Config) *tally {
	t := &tally{cols: cfg.columns(), open: cfg.Rule == Unbounded}
	width := cfg.width()
	t.col = make([]int16, width)
	for k := range t.col {
		t.col[k] = -1
	}
	for i, c := range t.cols {
		for k := c.From; k < c.To; k++ {
			t.col[k] = int16(i)
		}
	}
	t.steps = width + 1
	t.size, t.begun = make([]int64, cfg.Periods), make([]int64, cfg.Periods)
	t.over = make([]int64, cfg.Periods*t.steps)
	t.hits = make([]int64, cfg.Periods*len(t.cols))
	t.soFar = make([]int64, cfg.Periods*len(t.cols))
	return t
}

// add counts a customer of cohort row, of whose periods since birth over are
// past, and whose bit first is the birth's.
func (t *tally) add(row, over int, own []uint64, first int) {
	t.size[row]++
	t.over[row*t.steps+min(over, t.steps-1)]++
	hits := t.hits[row*len(t.cols) : (row+1)*len(t.cols)]
	soFar := t.soFar[row*len(t.cols) : (row+1)*len(t.cols)]
	if t.open {
		last := len(own) - 1
		for own[last] == 0 {
			last--
		}
		high := min(last*64+bits.Len64(own[last])-1-first, len(t.cols)-1)
		soFar[high]++
		if high = min(high, over-1); high >= 0 {
			hits[high]++
		}
		return
	}
	before := int16(-1)
	for i, w := range own {
		for ; w != 0; w &= w - 1 {
			k := i*64 + bits.TrailingZeros64(w) - first
			if k >= len(t.col) {
				return
			}
			col := t.col[k]
			if col < 0 || col == before {
				continue
			}
			before = col
			soFar[col]++
			if t.cols[col].To <= over {
				hits[col]++
			}
		}
	}
}

// table turns counts into rows.
func (c *Cohorts[K]) table(t *tally, asOf int64) Table {
	loc := c.cfg.Location
	out := Table{AsOf: time.UnixMicro(asOf).In(loc), Columns: t.cols, Earlier: t.earlier, Later: t.later}
	done := c.cal.over(asOf)
	length := int64(c.cfg.Days) * dayMicros
	for row := range c.cfg.Periods {
		r := Cohort{From: c.cal.start(row, loc), To: c.cal.start(row+1, loc), Customers: t.size[row]}
		out.Customers += r.Customers
		hits, soFar := t.hits[row*len(t.cols):(row+1)*len(t.cols)], t.soFar[row*len(t.cols):(row+1)*len(t.cols)]
		over := t.over[row*t.steps : (row+1)*t.steps]
		for k := t.steps - 2; k >= 0; k-- {
			over[k] += over[k+1] // now: for whom at least k periods are over
		}
		for i := len(t.cols) - 2; t.open && i >= 0; i-- {
			hits[i] += hits[i+1]
			soFar[i] += soFar[i+1]
		}
		for i, col := range t.cols {
			cell := Cell{Share: Share{Hits: hits[i], Of: over[col.To]}, SoFar: soFar[i], Customers: r.Customers}
			var begun, all bool
			if c.cfg.Window == Calendar {
				if row+col.To > c.cfg.Periods {
					break
				}
				begun, all = c.cal.bounds[row+col.From] < asOf, done >= row+col.To
			} else {
				all = done > row && cell.Of == r.Customers
				if begun = t.begun[row] > int64(col.From); r.Customers == 0 {
					begun = c.cal.bounds[row]+int64(col.From)*length < asOf
					all = c.cal.bounds[row+1]+int64(col.To)*length <= asOf
				}
			}
			switch {
			case !begun && !all:
				cell.State = NotBegun
			case !all:
				cell.State = InProgress
			case t.open && cell.Hits < cell.Of:
				cell.State = Growing
			default:
				cell.State = Finished
			}
			r.Cells = append(r.Cells, cell)
		}
		out.Rows = append(out.Rows, r)
	}
	out.Overall = overall(out.Rows, len(t.cols))
	return out
}

// overall pools the known cells of every column.
func overall(rows []Cohort, cols int) []Cell {
	out := make([]Cell, cols)
	for i := range out {
		o := Cell{State: NotBegun}
		if i < len(rows[0].Cells) {
			o.State = rows[0].Cells[i].State
		}
		for _, r := range rows {
			if i >= len(r.Cells) || r.Cells[i].Of == 0 {
				continue
			}
			cell := r.Cells[i]
			if o.Of == 0 || cell.State == InProgress || cell.State == Growing && o.State == Finished {
				o.State = cell.State
			}
			o.Hits += cell.Hits
			o.Of += cell.Of
			o.SoFar += cell.SoFar
			o.Customers += cell.Customers
		}
		out[i] = o
	}
	return out
}
