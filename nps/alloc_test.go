//go:build !race

package nps_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/nps"
)

func TestNoAllocations(t *testing.T) {
	a, b := class(t, 50, 70, 80), class(t, 30, 40, 30)
	csat := fill(t, nps.CSAT, []int64{1, 2, 3, 4, 5})
	m := must(nps.NewMonitor([]nps.Tally{a}, nps.MonitorConfig{}))
	for name, f := range map[string]func(){
		"Add":           func() { _ = a.Add(9); _ = a.AddFloat(3); _ = a.Remove(9); _ = a.Dismiss(1) },
		"Merge and Sub": func() { _ = a.Merge(b); _ = a.Sub(b) },
		"Score":         func() { a.Score(); a.Mean(); a.Classes() },
		"Interval":      func() { _, _ = a.Interval("", 0.95) },
		"MOVER-Wilson":  func() { _, _ = a.Interval(nps.MOVERWilson, 0.95) },
		"adjusted Wald": func() { _, _ = a.Interval(nps.AdjustedWald, 0.95) },
		"Estimate":      func() { _, _ = a.Estimate("", 0.95) },
		"Wilson":        func() { _, _ = csat.Interval("", 0.95) },
		"Jeffreys":      func() { _, _ = csat.Interval(nps.Jeffreys, 0.95) },
		"mean":          func() { _, _ = csat.MeanInterval(0.95) },
		"Diff":          func() { _, _ = nps.Diff(a, b, 0.95) },
		"Judge":         func() { _, _ = nps.KPI{Target: 0.1}.Judge(a) },
		"Next":          func() { _, _ = m.Next(m.Start(), a) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocs, want 0", name, n)
		}
	}
}
