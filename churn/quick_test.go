package churn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/churn"
)

// Rows with signals of one group, with the same signal twice, with faults, and
// blocks too long for the quick way: AppendScores gives the bits of Score.
func TestQuickIsScore(t *testing.T) {
	s := must(churn.NewScorer(churn.Handbook()))
	rng := rand.New(rand.NewPCG(7, 8))
	now := noon.UnixMicro()
	for _, most := range []int{3, 5, 12} {
		c := churn.Columns{First: []int32{0}}
		for range 3000 {
			for range rng.IntN(most + 1) {
				c.Signal = append(c.Signal, uint16(rng.IntN(12)))
				c.Value = append(c.Value, float64(rng.IntN(3)))
				c.At = append(c.At, now-rng.Int64N(1<<44))
				if rng.IntN(2000) == 0 {
					c.Value[len(c.Value)-1] = -1
				}
			}
			c.First = append(c.First, int32(len(c.At)))
		}
		scores, why, left, _ := s.AppendScores(nil, nil, 3, c, noon)
		refused := 0
		for i, got := range scores {
			var seen []churn.Observation
			for j := c.First[i]; j < c.First[i+1]; j++ {
				seen = append(seen, churn.Observation{Signal: int(c.Signal[j]), Value: c.Value[j], At: c.At[j]})
			}
			var top [3]churn.Reason
			want, err := s.Score(top[:], seen, noon)
			if err != nil {
				refused++
				continue
			}
			if got != want || [3]churn.Reason(why[3*i:3*i+3]) != top {
				t.Fatalf("customer %d of %v: %+v %v, want %+v %v", i, seen, got, why[3*i:3*i+3], want, top)
			}
		}
		if refused != left || most > 3 && left == 0 {
			t.Errorf("%d left out, want %d", left, refused)
		}
	}
}

// A zone may be a fixed offset.
func TestRhythmZone(t *testing.T) {
	for zone, fine := range map[string]bool{"": true, "UTC": true, "+08:00": true, "-03:30": true, "Asia/Shanghai": true, "Local": false, "+8": false} {
		if err := (churn.RhythmConfig{Zone: zone}).Validate(); (err == nil) != fine {
			t.Errorf("%q: %v", zone, err)
		}
	}
}
