//go:build !race

package audience

import "testing"

func TestDecideAllocs(t *testing.T) {
	next := houseTable
	next.Unset = UnsetNext
	c := &member{Spend: 6000, City: "北京"}
	for _, cfg := range []TreatmentConfig{houseTable, next} {
		e := treatments(t, cfg)
		if n := testing.AllocsPerRun(100, func() { e.Decide(c) }); n != 0 {
			t.Errorf("Decide: %v allocs, want 0", n)
		}
	}
	e := tagger(t, memberTags)
	current := []HeldTag{byRule("high", memberNow.Now), byRule("bj", memberNow.Now), byHand("other", 0)}
	dst := make([]TagChange, 0, 8)
	if n := testing.AllocsPerRun(100, func() { dst, _ = e.AppendChanges(dst[:0], current, c) }); n != 0 || len(dst) != 0 {
		t.Errorf("Apply: %v allocs and %v, want none", n, dst)
	}
	current = []HeldTag{byRule("low", memberNow.Now)}
	if n := testing.AllocsPerRun(100, func() { dst, _ = e.AppendChanges(dst[:0], current, c) }); n != 0 || len(dst) != 3 {
		t.Errorf("Apply with changes: %v allocs, want 0", n)
	}
}
