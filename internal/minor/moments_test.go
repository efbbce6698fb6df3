package minor

import (
	"math"
	"testing"
)

func TestMoments(t *testing.T) {
	const far = int64(4e18)
	list := []int64{3, -1, 0, 4, far, -far, 2}
	var m, a, b Moments
	for i, v := range list {
		var ok bool
		if m, ok = m.Add(v); !ok {
			t.Fatalf("%d does not fit", v)
		}
		half := &a
		if i%2 == 1 {
			half = &b
		}
		*half, _ = half.Add(v)
	}
	if sum, ok := b.Merge(a); !ok || sum != m || m.Sum != 8 {
		t.Errorf("in parts %+v, %v, at once %+v", sum, ok, m)
	}
	if got, want := m.Squares().String(), "32000000000000000000000000000000000030"; got != want {
		t.Errorf("squares %s, want %s", got, want)
	}

	var far3 Moments // 1, 2, 3 far from 0, where floats would lose the variance
	for v := range int64(3) {
		far3, _ = far3.Add(3e18/3 + v)
	}
	if got := far3.Variance(3); got != 1 {
		t.Errorf("variance %v, want 1", got)
	}

	least, ok := Moments{}.Add(math.MinInt64)
	if !ok || least.Hi != 1<<62 || least.Lo != 0 {
		t.Errorf("the least amount: %+v, %v", least, ok)
	}
	if _, ok := least.Add(-1); ok {
		t.Error("a sum beyond int64 fits")
	}
	squares := Moments{Hi: math.MaxUint64, Lo: math.MaxUint64}
	if _, ok := squares.Add(1); ok {
		t.Error("squares beyond 128 bits fit")
	}
}
