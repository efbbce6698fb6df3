package lifecycle_test

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
)

var sinkPos lifecycle.Pos

// sixStages is the model of the side-by-side benchmark in rivals: six stages,
// three events, ten transitions and one guard.
func sixStages() lifecycle.Config {
	c := lifecycle.Config{Version: 1, Initial: "lead"}
	for _, id := range []string{"lead", "trial", "customer", "loyal", "at_risk", "lost"} {
		c.Stages = append(c.Stages, lifecycle.StageConfig{ID: id, Final: id == "lost"})
	}
	for _, id := range []string{"order", "silence", "visit"} {
		c.Events = append(c.Events, lifecycle.EventConfig{ID: id})
	}
	for _, r := range [][4]string{
		{"lead", "visit", "", "trial"}, {"trial", "order", "", "customer"}, {"trial", "silence", "", "lead"},
		{"customer", "order", "many", "loyal"}, {"customer", "silence", "", "at_risk"}, {"loyal", "silence", "", "at_risk"},
		{"at_risk", "order", "", "customer"}, {"at_risk", "silence", "", "lost"}, {"lost", "order", "", "customer"},
		{"lost", "visit", "", "trial"},
	} {
		c.Rules = append(c.Rules, lifecycle.RuleConfig{From: r[0], Event: r[1], Guard: r[2], To: r[3]})
	}
	return c
}

type orders struct{ n int }

// round is a way through all six stages, back to where it began.
var round = []string{"order", "order", "silence", "silence", "visit", "silence", "visit"}

func BenchmarkStep(b *testing.B) {
	for _, bench := range []struct {
		name   string
		config lifecycle.Config
		events []string
		guards lifecycle.Guards[orders]
	}{
		{"six stages", sixStages(), round, lifecycle.Guards[orders]{"many": func(o *orders) bool { return o.n >= 2 }}},
		{"shop with timeouts", lifecycle.Shop(lifecycle.Thresholds{}), []string{"order"}, nil},
	} {
		b.Run(bench.name, func(b *testing.B) {
			m := lifecycle.MustCompile(bench.config, bench.guards, nil)
			var events []lifecycle.Event
			for _, id := range bench.events {
				e, _ := m.Event(id)
				events = append(events, e)
			}
			p, _ := m.Begin(day(0))
			if s, ok := m.Stage("trial"); ok {
				p, _ = m.Place(s, day(0))
			}
			at, c := day(0), &orders{n: 5}
			const steps = 7000
			best := time.Hour // what the machine does when nothing else runs
			b.ReportAllocs()
			for b.Loop() {
				begin := time.Now()
				sinkPos = steppedRound(m, p, events, at, c, steps)
				best = min(best, time.Since(begin))
			}
			b.ReportMetric(float64(best.Nanoseconds())/steps, "best-ns/step")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
		})
	}
}

// steppedRound is a loop as a host has it; in the body of b.Loop itself everything
// would be kept in memory.
func steppedRound(m *lifecycle.Model[orders], p lifecycle.Pos, events []lifecycle.Event, at time.Time, c *orders, steps int) lifecycle.Pos {
	seq := uint32(0)
	for range steps / len(events) {
		for _, e := range events {
			seq++
			var out lifecycle.Outcome
			if p, out = m.Step(p, e, at, seq, c); out.Code > lifecycle.Stayed {
				panic(out.Code)
			}
		}
	}
	return p
}

// million returns positions of the shop of which one in a hundred is due.
func million(m *lifecycle.Model[orders], n int) []lifecycle.Pos {
	pos := make([]lifecycle.Pos, n)
	for i := range pos {
		at := day(400).Add(time.Duration(i%91) * 24 * time.Hour)
		if i%100 == 0 {
			at = day(395)
		}
		pos[i], _ = m.Begin(at)
	}
	return pos
}

func BenchmarkSweep(b *testing.B) {
	m := lifecycle.MustCompile[orders](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	const n = 1_000_000
	fresh := million(m, n)
	pos := make([]lifecycle.Pos, n)
	changes := make([]lifecycle.Change, 0, n/50)
	now := day(491)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		copy(pos, fresh)
		b.StartTimer()
		changes, _ = m.Sweep(changes[:0], pos, now)
		if len(changes) != n/100 {
			b.Fatal(len(changes))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/position")
}

// day returns noon, so many days after 2025-01-01.
func day(n int) time.Time {
	return time.Date(2025, 1, 1+n, 12, 0, 0, 0, time.UTC)
}
