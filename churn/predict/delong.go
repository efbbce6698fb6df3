package predict

import (
	"errors"
	"math"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// AUCDifference compares two scores of the same customers. An immutable value.
type AUCDifference struct {
	A          AUC     `json:"a"`
	B          AUC     `json:"b"`
	Difference float64 `json:"difference"` // A − B
	SE         float64 `json:"se"`
	// Interval is Difference ± z·SE, its ends cut at ±1. It and Test are absent
	// where SE is 0, as when both scores put the rows in the same order.
	Interval Interval `json:"interval,omitzero"`
	Test     *ZTest   `json:"test,omitempty"`
}

// ZTest is a standard normal statistic and its two-sided p-value.
type ZTest struct {
	Z float64 `json:"z"`
	P float64 `json:"p"`
}

// CompareAUC returns the difference between the areas of two scores of the same
// rows, by DeLong's paired test: a[i] and b[i] are scores of row i, left[i] says
// whether it left. Errors: those of [Ranking.Reset], at /a and /b, and those of
// [Ranking.DeLong]. Cost: O(n), two sortings, 40 bytes a row.
//
// DeLong, DeLong & Clarke-Pearson (1988), as for [Ranking.DeLong].
func CompareAUC(a, b []float64, left []bool, confidence float64) (AUCDifference, error) {
	z, err := deviate(confidence)
	err = errors.Join(err, guanxi.At("/a", checkScores(a, left)), guanxi.At("/b", checkScores(b, left)))
	if err != nil {
		return AUCDifference{}, err
	}
	hit := int64(0)
	for _, l := range left {
		if l {
			hit++
		}
	}
	miss := int64(len(left)) - hit
	if err := twoClasses(hit, miss); err != nil {
		return AUCDifference{}, err
	}
	keys, tmp := make([]keyed, len(a)), make([]keyed, len(a))
	pa, pb := make([]uint32, len(a)), make([]uint32, len(a))
	place(pa, a, left, hit, keys, tmp)
	place(pb, b, left, hit, keys, tmp)
	var of [2]struct{ a, b, d signed } // by label
	for i, l := range left {
		s := &of[0]
		if l {
			s = &of[1]
		}
		s.a.add(int64(pa[i]))
		s.b.add(int64(pb[i]))
		s.d.add(int64(pa[i]) - int64(pb[i]))
	}
	pairs := 2 * float64(hit) * float64(miss)
	se := func(hits, misses signed) float64 {
		return math.Sqrt(hits.variance(hit, miss) + misses.variance(miss, hit))
	}
	d := AUCDifference{
		A:          newAUC(float64(of[1].a.sum)/pairs, se(of[1].a, of[0].a), z, confidence),
		B:          newAUC(float64(of[1].b.sum)/pairs, se(of[1].b, of[0].b), z, confidence),
		Difference: float64(of[1].d.sum) / pairs,
		SE:         se(of[1].d, of[0].d),
	}
	if d.SE > 0 {
		d.Interval = Interval{max(-1, d.Difference-z*d.SE), min(1, d.Difference+z*d.SE)}
		stat := d.Difference / d.SE
		d.Test = &ZTest{stat, normal.TwoSided(stat)}
	}
	return d, nil
}

// place fills dst with the doubled placement of each row among those of the
// other label.
func place(dst []uint32, scores []float64, left []bool, hit int64, keys, tmp []keyed) {
	for i, s := range scores {
		keys[i] = keyed{ordered(s), uint32(i)}
	}
	sorted := sortKeyed(keys, tmp)
	below, above := uint32(0), uint32(hit)
	for from := 0; from < len(sorted); {
		to, hits := from, uint32(0)
		for ; to < len(sorted) && sorted[to].key == sorted[from].key; to++ {
			if left[sorted[to].row] {
				hits++
			}
		}
		misses := uint32(to-from) - hits
		above -= hits
		for _, e := range sorted[from:to] {
			if left[e.row] {
				dst[e.row] = 2*below + misses
			} else {
				dst[e.row] = 2*above + hits
			}
		}
		below += misses
		from = to
	}
}

// signed sums numbers below 2³² in size, and their squares.
type signed struct {
	squares wide
	sum     int64
}

func (s *signed) add(v int64) {
	abs := uint64(max(v, -v))
	s.squares.addSquares(1, abs)
	s.sum += v
}

func (s signed) variance(n, m int64) float64 {
	p := placements{s.squares, uint64(max(s.sum, -s.sum))}
	return p.variance(n, m)
}
