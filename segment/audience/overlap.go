package audience

// Overlap says how many customers each two of several sets have in common. It is
// a plain value, for JSON too. A share whose base is empty is absent.
type Overlap struct {
	// Counts[i][j] is how many are in both set i and set j; Counts[i][i] is the
	// size of set i.
	Counts [][]int64 `json:"counts"`
}

// OverlapOf counts the overlaps of n sets. Cost: n(n − 1)/2 counts of an
// intersection, each as fast as [Set.AndCount].
func OverlapOf(sets ...Set) Overlap {
	n := len(sets)
	cells := make([]int64, n*n)
	o := Overlap{make([][]int64, n)}
	for i, s := range sets {
		o.Counts[i] = cells[i*n : (i+1)*n : (i+1)*n]
		o.Counts[i][i] = s.Count()
		for j := range i {
			both := s.AndCount(sets[j])
			o.Counts[i][j], o.Counts[j][i] = both, both
		}
	}
	return o
}

// Share returns which part of set i is in set j too; ok is false where set i is
// empty.
func (o Overlap) Share(i, j int) (share float64, ok bool) {
	return ratio(o.Counts[i][j], o.Counts[i][i])
}

// Jaccard returns how alike two sets are: those in both over those in one or
// both. ok is false where both are empty.
func (o Overlap) Jaccard(i, j int) (index float64, ok bool) {
	both := o.Counts[i][j]
	return ratio(both, o.Counts[i][i]+o.Counts[j][j]-both)
}

func ratio(a, b int64) (float64, bool) {
	if b == 0 {
		return 0, false
	}
	return float64(a) / float64(b), true
}
