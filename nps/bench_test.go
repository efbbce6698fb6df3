package nps_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/nps"
)

func benchTallies() (a, b nps.Tally) {
	for score, n := range []int64{4, 2, 3, 5, 6, 12, 18, 28, 42, 40, 40} {
		_ = a.AddN(score, n)
		_ = b.AddN(10-score, n)
	}
	return a, b
}

func BenchmarkTallyAdd(b *testing.B) {
	var t nps.Tally
	score := 0
	b.ReportAllocs()
	for b.Loop() {
		if err := t.Add(score); err != nil {
			b.Fatal(err)
		}
		if score++; score > 10 {
			score = 0
		}
	}
}

func BenchmarkTallyMerge(b *testing.B) {
	t, o := benchTallies()
	b.ReportAllocs()
	for b.Loop() {
		if t.Merge(o) != nil || t.Sub(o) != nil {
			b.Fatal("refused")
		}
	}
}

func BenchmarkInterval(b *testing.B) {
	t, _ := benchTallies()
	csat := nps.MustTally(nps.CSAT, nps.Range{})
	_ = csat.AddN(5, 45)
	_ = csat.AddN(1, 15)
	for _, bb := range []struct {
		name string
		t    nps.Tally
		m    nps.Method
	}{
		{"tango", t, nps.Tango}, {"mover_wilson", t, nps.MOVERWilson}, {"adjusted_wald", t, nps.AdjustedWald}, {"wald", t, nps.Wald},
		{"wilson", csat, nps.Wilson}, {"clopper_pearson", csat, nps.ClopperPearson}, {"jeffreys", csat, nps.Jeffreys},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := bb.t.Interval(bb.m, 0.95); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDiff(b *testing.B) {
	t, o := benchTallies()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := nps.Diff(t, o, 0.95); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare is 499,500 comparisons of 1,000 groups, no two alike.
func BenchmarkCompare(b *testing.B) {
	rng := rand.New(rand.NewPCG(5, 6))
	seen := map[nps.Tally]bool{}
	var groups []nps.Group
	for len(groups) < 1000 {
		var t nps.Tally
		for range 30 + rng.IntN(300) {
			_ = t.Add(rng.IntN(11))
		}
		if !seen[t] {
			seen[t] = true
			groups = append(groups, nps.Group{Name: fmt.Sprint("team ", len(groups)), Tally: t})
		}
	}
	b.Run("groups=1000/adjust=holm", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c, err := nps.Compare(groups, nps.CompareConfig{})
			if err != nil || len(c.Pairs) != 499_500 {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/499_500, "ns/pair")
	})
}

func BenchmarkWindowAdd(b *testing.B) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, repeat := range []nps.Repeat{nps.EveryAnswer, nps.LatestAnswer} {
		b.Run(string(repeat), func(b *testing.B) {
			w, err := nps.NewWindow[int](now, nps.WindowConfig{Days: 90, Repeat: repeat})
			if err != nil {
				b.Fatal(err)
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				i++
				if err := w.Add(1+i%100_000, i%11, now.Add(-time.Duration(1+i*7919%7_000_000)*time.Second)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRake(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	s := nps.Sample{Cells: make([][]string, 2)}
	cells := [][]string{{"new", "active", "lapsed"}, {"web", "shop"}}
	for range 100_000 {
		s.Scores = append(s.Scores, rng.IntN(11))
		for m := range cells {
			s.Cells[m] = append(s.Cells[m], cells[m][rng.IntN(len(cells[m]))])
		}
	}
	cfg := nps.RakeConfig{Margins: []nps.Margin{
		{Name: "state", Targets: []nps.Target{{Cell: "new", Size: 3000}, {Cell: "active", Size: 5000}, {Cell: "lapsed", Size: 4000}}},
		{Name: "channel", Targets: []nps.Target{{Cell: "web", Size: 6600}, {Cell: "shop", Size: 5400}}},
	}}
	b.Run("n=1e5", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := nps.Rake(s, cfg); err != nil {
				b.Fatal(err)
			}
		}
	})
}
