package rfm

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/guanxi-go/guanxi"
)

// Fit makes a scale from the customers of pop who ever bought; the others have
// a cell of their own and move no cut. Without such a customer it is ErrEmpty
// (a scale of fixed breaks alone needs none: see NewScale).
// Cost: O(customers) selection, no sort (NTile in AppendScores sorts);
// the dimensions are fitted side by side on Config.Workers.
func Fit[K comparable](pop *Population[K], cfg ScaleConfig) (*Scale, error) {
	s, err := newScale(cfg, pop.cfg.Currency, pop.cfg.Decimals)
	if err != nil {
		return nil, fmt.Errorf("rfm: scale: %w", err)
	}
	if err := s.takes(&pop.cfg); err != nil {
		return nil, fmt.Errorf("rfm: scale: %w", err)
	}
	var n int
	for _, c := range pop.count {
		if c != prospect {
			n++
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("rfm: scale: %w", ErrEmpty)
	}
	if s.cfg.Nested {
		s.fitNested(pop, n)
		return s, nil
	}
	var next atomic.Int32
	together(min(pop.cfg.Workers, 3), func(int) {
		buf := make([]int64, 0, n)
		for dim := next.Add(1) - 1; dim < 3; dim = next.Add(1) - 1 {
			d := &s.dims[dim]
			vals := pop.insides(buf[:0], s, Dimension(dim))
			m := momentsOf(vals)
			d.spread(&m)
			if d.cuts == nil {
				d.cuts = fitCuts(s.cfg.Method, vals, d.bins)
			}
		}
	})
	return s, nil
}

// takes reports whether amounts of an aggregate with config c can be scored.
func (s *Scale) takes(c *Config) error {
	if s.currency != c.Currency || s.decimals != c.Decimals {
		return fmt.Errorf("%w: the scale is of %q with %d decimals, the population of %q with %d",
			ErrMismatch, s.currency, s.decimals, c.Currency, c.Decimals)
	}
	if s.cfg.Money == MoneyMargin && !c.KeepCosts {
		return guanxi.At("/money", fmt.Errorf("%w: margin, and the aggregate keeps no costs", ErrMismatch))
	}
	return nil
}

// insides appends the inside values of everybody who ever bought.
func (p *Population[K]) insides(dst []int64, s *Scale, dim Dimension) []int64 {
	at := len(dst)
	dst = slices.Grow(dst, len(p.keys))[:at+len(p.keys)]
	p.column(dst[at:], s, dim, 0)
	n := at
	for i, c := range p.count {
		dst[n] = dst[at+i]
		if c != prospect {
			n++
		}
	}
	return dst[:n]
}

// column writes the inside values of the rows from lo on; those of who never
// bought mean nothing.
func (p *Population[K]) column(dst []int64, s *Scale, dim Dimension, lo int) {
	flip := s.dims[dim].flip
	hi := lo + len(dst)
	switch {
	case dim == Recency:
		for i, day := range p.day[lo:hi] {
			dst[i] = (int64(p.today) - int64(day)) ^ flip
		}
	case dim == Frequency:
		for i, n := range p.count[lo:hi] {
			dst[i] = int64(n) ^ flip
		}
	case s.cfg.Money == MoneyMean:
		for i, sum := range p.sum[lo:hi] {
			dst[i] = halfMean(sum, int64(p.count[lo+i])) ^ flip
		}
	case s.cfg.Money == MoneyMargin:
		for i, margin := range p.margin[lo:hi] {
			dst[i] = margin ^ flip
		}
	default:
		for i, sum := range p.sum[lo:hi] {
			dst[i] = sum ^ flip
		}
	}
}

// fitNested fits frequency within each recency score and monetary within each
// cell of both. A group that nobody is in takes the cuts of the whole population.
func (s *Scale) fitNested(pop pooled, n int) {
	group := make([]int32, n) // 0-based cell of each buyer on the dimensions so far
	bound := make([]int64, 0, n)
	for dim := range s.dims {
		d := &s.dims[dim]
		vals := pop.insides(make([]int64, 0, n), s, Dimension(dim))
		m := momentsOf(vals)
		d.spread(&m)
		whole := fitCuts(s.cfg.Method, vals, d.bins)
		members := grouped(group, d.groups)
		for _, rows := range members {
			bound = bound[:0]
			for _, i := range rows {
				bound = append(bound, vals[i])
			}
			cuts := fitCuts(s.cfg.Method, bound, d.bins)
			if cuts == nil {
				cuts = whole
			}
			d.cuts = append(d.cuts, cuts...)
		}
		s.bin(d, vals, members, group)
	}
}

// pooled is the part of a Population that does not depend on its key type.
type pooled interface {
	insides(dst []int64, s *Scale, dim Dimension) []int64
}

// grouped lists the rows of every group, in order.
func grouped(group []int32, groups int) [][]int32 {
	out := make([][]int32, groups)
	for i, g := range group {
		out[g] = append(out[g], int32(i))
	}
	return out
}

// bin moves every row from its group into the cell of its group and its bin on d.
func (s *Scale) bin(d *scaleDim, vals []int64, members [][]int32, group []int32) {
	for g, rows := range members {
		if s.cfg.Method == NTile && !d.fixed {
			for rank, i := range byValue(vals, rows) {
				group[i] = int32(g*d.bins + tile(rank, len(rows), d.bins))
			}
			continue
		}
		for _, i := range rows {
			group[i] = int32(g*d.bins + d.score(vals[i], g))
		}
	}
}

// byValue returns rows by value ascending, ties as they stand (by key).
func byValue(vals []int64, rows []int32) []int32 {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b int32) int {
		switch {
		case vals[a] < vals[b]:
			return -1
		case vals[a] > vals[b]:
			return 1
		}
		return 0
	})
	return sorted
}

// tile returns the 0-based NTILE of a 0-based rank among n rows.
func tile(rank, n, tiles int) int {
	size, larger := n/tiles, n%tiles
	if rank < larger*(size+1) {
		return rank / (size + 1)
	}
	return larger + (rank-larger*(size+1))/size
}

// AppendScores appends the score of every customer of pop; the i-th belongs to
// pop.Key(i). NTile ranks pop itself, whatever it was fitted on. A population
// of another currency is ErrMismatch.
// Cost: O(customers) on Config.Workers, no allocation but dst (NTile: a sort).
func AppendScores[K comparable](dst []Score, pop *Population[K], s *Scale) ([]Score, error) {
	if err := s.takes(&pop.cfg); err != nil {
		return dst, fmt.Errorf("rfm: scores: %w", err)
	}
	n := pop.Len()
	at := len(dst)
	dst = slices.Grow(dst, n)[:at+n]
	out := dst[at:]
	if s.cfg.Method == NTile {
		s.tiles(out, pop)
		return dst, nil
	}
	if pop.cfg.Workers == 1 {
		scoreRows(out, s, pop, 0, n)
		return dst, nil
	}
	split(pop.cfg.Workers, n, func(_, lo, hi int) { scoreRows(out, s, pop, lo, hi) })
	return dst, nil
}

// scoreRows scores rows lo to hi of pop, block by block and column by column.
func scoreRows[K comparable](out []Score, s *Scale, pop *Population[K], lo, hi int) {
	var vals [blockRows]int64
	var group [blockRows]int // cell of the dimensions so far
	var bins [3][blockRows]uint8
	for ; lo < hi; lo += blockRows {
		n := min(blockRows, hi-lo)
		clear(group[:n])
		for dim := range s.dims {
			d := &s.dims[dim]
			pop.column(vals[:n], s, Dimension(dim), lo)
			for i, v := range vals[:n] {
				bin := d.score(v, group[i])
				bins[dim][i] = uint8(bin + 1)
				group[i] = group[i]*d.bins + bin
			}
		}
		for i, count := range pop.count[lo : lo+n] {
			out[lo+i] = Score{bins[0][i], bins[1][i], bins[2][i]}
			if count == prospect {
				out[lo+i] = Score{}
			}
		}
	}
}

// tiles ranks the customers of pop and cuts the ranking into equal groups.
func (s *Scale) tiles(out []Score, pop interface {
	pooled
	buyers() []int32
}) {
	clear(out)
	rows := pop.buyers()
	group := make([]int32, len(rows))
	for dim := range s.dims {
		d := &s.dims[dim]
		vals := pop.insides(make([]int64, 0, len(rows)), s, Dimension(dim))
		if !s.cfg.Nested {
			clear(group)
		}
		s.bin(d, vals, grouped(group, d.groups), group)
		for j, i := range rows {
			b := uint8(int(group[j])%d.bins + 1)
			switch Dimension(dim) {
			case Recency:
				out[i].R = b
			case Frequency:
				out[i].F = b
			case Monetary:
				out[i].M = b
			}
		}
	}
}

// buyers lists the rows of those who ever bought.
func (p *Population[K]) buyers() []int32 {
	var rows []int32
	for i, c := range p.count {
		if c != prospect {
			rows = append(rows, int32(i))
		}
	}
	return rows
}
