package predict

// FitSingular fits on two equal columns, which
// Learn does not let through.
func FitSingular() error {
	b := &pool{p: 2, x: []float64{1, 1, 2, 2, 3, 3, 4, 4}, hit: []float64{1, 0, 1, 1}, miss: []float64{1, 1, 1, 0}, total: 6, hits: 3}
	return newNewton(b, nil).run()
}

// SortKeys exposes the radix sort.
func SortKeys(keys []uint64) []uint64 {
	a := make([]keyed, len(keys))
	for i, k := range keys {
		a[i] = keyed{k, uint32(i)}
	}
	a = sortKeyed(a, make([]keyed, len(a)))
	out := make([]uint64, len(a))
	for i, e := range a {
		out[i] = e.key
		if i > 0 && a[i-1].key == e.key && a[i-1].row > e.row {
			return nil // not stable
		}
	}
	return out
}

// Ordered exposes the order of floats, there and back.
func Ordered(v float64) (uint64, float64) { k := ordered(v); return k, unordered(k) }

// PoolRows pools rows by a hash and returns them with how many left and stayed.
func PoolRows(m Matrix, left []bool, hash func([]float64) uint64) (rows [][]float64) {
	if hash == nil {
		hash = rowHash
	}
	b := newPoolBy(m, left, hash)
	for i := range b.rows() {
		rows = append(rows, append(append([]float64(nil), b.row(i)...), b.hit[i], b.miss[i]))
	}
	return rows
}
