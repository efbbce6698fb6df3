//go:build !race

package lifecycle_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestAllocations(t *testing.T) {
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	p, _ := m.Begin(start)
	c, _ := m.Event("complain")
	open, _ := m.Step(p, c, hour(3), 1, nil)
	who := &person{1}
	rows := make([]lifecycle.Pos, 100)
	changes := make([]lifecycle.Change, 0, 100)
	visits := make([]lifecycle.Visit, 0, 10)
	buffer := make([]byte, 0, 32)
	shop := lifecycle.MustCompile[person](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	facts := lifecycle.Facts{Orders: 3, LastOrder: day(2)}
	for name, run := range map[string]func(){
		"Step":         func() { m.Step(p, c, hour(3), 1, who) },
		"Step, due":    func() { m.Step(open, c, hour(500), 2, who) },
		"Advance":      func() { m.Advance(open, hour(500)) },
		"NextDue":      func() { m.NextDue(open) },
		"Check":        func() { m.Check(open) },
		"Classify":     func() { shop.Classify(lifecycle.Pos{}, facts, day(9)) },
		"AppendBinary": func() { buffer, _ = open.AppendBinary(buffer[:0]) },
		"Effects, Timeouts, AppendVisits": func() {
			after, out := m.Advance(open, hour(500))
			visits = m.AppendVisits(visits[:0], open, out)
			for _, o := range m.Timeouts(open, hour(500)) {
				for e := range m.Effects(o) {
					after.Seq += uint32(e)
				}
			}
			sinkPos = after
		},
		"Sweep": func() {
			for i := range rows {
				rows[i] = open
			}
			changes, _ = m.Sweep(changes[:0], rows, hour(500))
		},
	} {
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}
