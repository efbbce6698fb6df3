package churn_test

import (
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/churn"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// columns makes n customers with three of twelve signals each.
func columns(n int) (c churn.Columns) {
	c.First = append(c.First, 0)
	now := noon.UnixMicro()
	x := uint64(1)
	for range n {
		for k := range 3 {
			x = x*6364136223846793005 + 1442695040888963407
			c.Signal = append(c.Signal, uint16(k*4)+uint16(x>>40&3))
			c.Value = append(c.Value, float64(1+x>>50&1))
			c.At = append(c.At, now-int64(x>>20&(1<<43-1)))
		}
		c.First = append(c.First, int32(len(c.At)))
	}
	return c
}

// segment is of customers who order every month or so; half came once.
func segment(t testing.TB) *churn.Segment {
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	var gaps churn.Gaps
	var curve churn.Curve
	for i := range 100 {
		var c churn.Cycle
		at := date("2025-01-01")
		for k := range 5 {
			next, gap, err := r.Step(c, at)
			if err != nil {
				t.Fatal(err)
			}
			if next.Orders() == 2 {
				if err := curve.Add(int(gap), true); err != nil {
					t.Fatal(err)
				}
			}
			c, at = next, at.AddDate(0, 0, 15+(i*11+k*7)%31)
		}
		gaps.Add(c)
		if err := curve.Add(40+i, false); err != nil {
			t.Fatal(err)
		}
	}
	return must(churn.NewSegment(&gaps, &curve, nil, churn.SegmentConfig{}))
}

// BenchmarkOrder is what one order costs: the cycle, with the series of its value,
// and with watch that of its gap as well.
func BenchmarkOrder(b *testing.B) {
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	seasons := must(churn.NewRhythm(churn.RhythmConfig{Seasons: []churn.Season{{From: "--02-20", To: "--07-01"}, {From: "--09-01", To: "--01-15"}}}))
	value := must(churn.NewShift(churn.ShiftConfig{}))
	gap := must(churn.NewShift(churn.ShiftConfig{Direction: churn.Up}))
	at := make([]time.Time, 512)
	amount := make([]float64, len(at))
	for i := range at {
		at[i] = date("2000-01-01").AddDate(0, 0, 20*i+i*i%13)
		amount[i] = float64(80 + i*i%41)
	}
	run := func(name string, r *churn.Rhythm, watch int) {
		b.Run(name, func(b *testing.B) {
			var c churn.Cycle
			var v, g churn.Series
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if i == len(at) {
					i, c, v, g = 0, churn.Cycle{}, churn.Series{}, churn.Series{}
				}
				next, days, err := r.Step(c, at[i])
				if err != nil {
					b.Fatal(err)
				}
				c = next
				if watch > 0 {
					if v, _, err = value.Step(v, amount[i]); err != nil {
						b.Fatal(err)
					}
				}
				if watch > 1 && days > 0 {
					if g, _, err = gap.Step(g, days); err != nil {
						b.Fatal(err)
					}
				}
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/order")
		})
	}
	run("cycle", r, 0)
	run("cycle_seasons", seasons, 0)
	run("cycle_and_value", r, 1)
	run("cycle_and_watch", r, 2)
}

func BenchmarkStanding(b *testing.B) {
	r, seg := must(churn.NewRhythm(churn.RhythmConfig{})), segment(b)
	once, _, _ := r.Step(churn.Cycle{}, noon)
	often, _, _ := r.Step(once, noon.AddDate(0, 0, 20))
	for name, c := range map[string]churn.Cycle{"once": once, "often": often} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Standing(c, seg, noon.AddDate(0, 0, 90)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAlertStep(b *testing.B) {
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r"}))
	var s churn.Alert
	at, risk := noon, 0.1
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if s, _, err = a.Step(s, churn.Reading{Risk: risk}, at); err != nil {
			b.Fatal(err)
		}
		if risk += 0.37; risk > 1 {
			risk--
		}
		at = at.Add(time.Second)
		if at.Year() > 2100 {
			at, s = noon, churn.Alert{}
		}
	}
}

func BenchmarkAppendScores(b *testing.B) {
	const n = 1_000_000
	s, err := churn.NewScorer(churn.Handbook())
	if err != nil {
		b.Fatal(err)
	}
	c := columns(n)
	scores := make([]churn.Score, 0, n)
	why := make([]churn.Reason, 0, 3*n)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, err := s.AppendScores(scores, why, 3, c, noon); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/customer")
}

// BenchmarkAppendScoresShared is the same on two goroutines.
func BenchmarkAppendScoresShared(b *testing.B) {
	const n = 1_000_000
	s := must(churn.NewScorer(churn.Handbook()))
	c := columns(n)
	scores := make([]churn.Score, n)
	why := make([]churn.Reason, 3*n)
	b.ReportAllocs()
	for b.Loop() {
		var wg sync.WaitGroup
		for _, p := range [][2]int{{0, n / 2}, {n / 2, n}} {
			wg.Go(func() {
				part := c
				part.First = c.First[p[0] : p[1]+1]
				if _, _, _, err := s.AppendScores(scores[p[0]:p[0]:p[1]], why[3*p[0]:3*p[0]:3*p[1]], 3, part, noon); err != nil {
					b.Error(err)
				}
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/customer")
}
