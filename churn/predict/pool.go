package predict

import (
	"math"
	"math/bits"
	"slices"
)

// pool holds the distinct rows of a matrix, each with how many customers of it
// left and stayed. Their order is that of a fixed hash, so that what is summed
// over a pool does not depend, in any bit, on the order the rows came in.
type pool struct {
	p         int
	x         []float64 // row-major
	hit, miss []float64 // by row
	total     float64
	hits      float64
}

func (b *pool) rows() int           { return len(b.hit) }
func (b *pool) row(i int) []float64 { return b.x[i*b.p : (i+1)*b.p : (i+1)*b.p] }

// newPool copies the rows of m, which is valid. Cost: O(values); a hash and a
// radix sort of the rows.
func newPool(m Matrix, left []bool) *pool { return newPoolBy(m, left, rowHash) }

func newPoolBy(m Matrix, left []bool, hash func([]float64) uint64) *pool {
	n, p := m.Rows(), len(m.Columns)
	keys := make([]keyed, n)
	for i := range keys {
		keys[i] = keyed{hash(m.Row(i)), uint32(i)}
	}
	keys = sortKeyed(keys, make([]keyed, n))
	b := &pool{p: p, x: make([]float64, 0, n*p), hit: make([]float64, 0, n), miss: make([]float64, 0, n), total: float64(n)}
	for from := 0; from < n; {
		to := from + 1
		same := true
		for ; to < n && keys[to].key == keys[from].key; to++ {
			same = same && slices.Equal(m.Row(int(keys[to].row)), m.Row(int(keys[from].row)))
		}
		run := keys[from:to]
		if !same { // different rows of one hash
			slices.SortFunc(run, func(a, b keyed) int { return slices.Compare(m.Row(int(a.row)), m.Row(int(b.row))) })
		}
		for i, e := range run {
			row := m.Row(int(e.row))
			if i == 0 || !same && !slices.Equal(row, m.Row(int(run[i-1].row))) {
				for _, v := range row {
					b.x = append(b.x, v+0) // −0 is 0
				}
				b.hit, b.miss = append(b.hit, 0), append(b.miss, 0)
			}
			if left[e.row] {
				b.hit[len(b.hit)-1]++
				b.hits++
			} else {
				b.miss[len(b.miss)-1]++
			}
		}
		from = to
	}
	return b
}

// rowHash mixes the bits of a row; −0 and 0 are one.
func rowHash(row []float64) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for _, v := range row {
		hi, lo := bits.Mul64(h^math.Float64bits(v+0), 0xd6e8feb86659fd93)
		h = hi ^ bits.RotateLeft64(lo, 32) ^ 0xa0761d6478bd642f
	}
	hi, lo := bits.Mul64(h, 0xe7037ed1a0b428db)
	return hi ^ lo
}

// only returns b with some of its columns.
func (b *pool) only(columns []int) *pool {
	s := &pool{p: len(columns), hit: b.hit, miss: b.miss, total: b.total, hits: b.hits}
	s.x = make([]float64, 0, b.rows()*s.p)
	for i := range b.rows() {
		row := b.row(i)
		for _, j := range columns {
			s.x = append(s.x, row[j])
		}
	}
	return s
}
