//go:build !race

package coupon

import "testing"

func TestAllocs(t *testing.T) {
	codes := mustCodes(t, CodeConfig{})
	if n := testing.AllocsPerRun(5, func() { _, _ = codes.AppendCodes(nil, 0, 10_000) }); n > 4 {
		t.Errorf("AppendCodes: %v allocs, want 4 at most", n)
	}
	w := newWorld(t, off("x", "5"))
	w.ok(issue("A"), noon)
	cmd := Command{Key: "k", Action: Reserve, Code: "A", Order: "o"}
	s := w.state(cmd)
	if n := testing.AllocsPerRun(100, func() { _, _ = w.c.Decide(s, cmd, noon) }); n > 1 {
		t.Errorf("Decide: %v allocs, want 1", n)
	}
	at, _ := InstantOf(noon)
	if n := testing.AllocsPerRun(100, func() { _ = s.Coupon.TallyAt(at) }); n != 0 {
		t.Errorf("TallyAt: %v allocs, want 0", n)
	}
}
