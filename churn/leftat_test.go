package churn_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// The instant of leaving is the first deadline that no order met, as Deadline has
// it; it does not depend on what came after the instant asked for.
func TestLeftAt(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 4))
	seg := segment(t)
	rhythm := must(churn.NewRhythm(churn.RhythmConfig{}))
	leaving := must(churn.NewLeaving(churn.LeavingConfig{}, rhythm))
	left := 0
	for range 500 {
		h := churn.History{Until: noon, Segment: seg}
		for at := noon.AddDate(-2, 0, 0); at.Before(noon); at = at.Add(time.Duration(rng.ExpFloat64() * 60 * 24 * float64(time.Hour))) {
			h.Orders = append(h.Orders, at.UnixMicro())
		}
		asOf := noon.AddDate(0, 0, rng.IntN(800)-700)
		var want time.Time
		var c churn.Cycle
		for i, m := range h.Orders {
			at := time.UnixMicro(m)
			if !at.Before(asOf) {
				break
			}
			c, _, _ = rhythm.Step(c, at)
			next := asOf
			if h.Until.Before(next) {
				next = h.Until
			}
			if i+1 < len(h.Orders) && h.Orders[i+1] < next.UnixMicro() {
				next = time.UnixMicro(h.Orders[i+1])
			}
			deadline, ok, err := leaving.Deadline(c, seg)
			if err != nil {
				t.Fatal(err)
			}
			if ok && !deadline.After(next) {
				want = deadline
				break
			}
		}
		got, ok, err := leaving.LeftAt(h, asOf)
		if err != nil || ok == want.IsZero() || !got.Equal(want) {
			t.Fatalf("%v by %s: %s %v %v, want %s", h.Orders, asOf, got, ok, err, want)
		}
		if ok {
			left++
		}
	}
	if left < 100 || left > 400 {
		t.Errorf("%d of 500 left", left)
	}
	contract := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.ContractEnd, Grace: guanxi.Span{Days: 10}}, nil))
	day := func(n int) int64 { return noon.AddDate(0, 0, n).UnixMicro() }
	h := churn.History{Terms: []churn.Term{{From: day(0), To: day(30)}, {From: day(35), To: day(60)}, {From: day(90)}}, Until: noon.AddDate(1, 0, 0)}
	if at, ok, err := contract.LeftAt(h, noon.AddDate(1, 0, 0)); err != nil || !ok || !at.Equal(noon.AddDate(0, 0, 70)) {
		t.Error(at, ok, err)
	}
	if at, ok, err := contract.LeftAt(h, noon.AddDate(0, 0, 69)); err != nil || ok || !at.IsZero() {
		t.Error(at, ok, err)
	}
	h.Terms[1].To = day(35)
	for want, err := range map[string]error{
		"/terms/1": func() error { _, _, err := contract.LeftAt(h, noon); return err }(),
		"/as_of":   func() error { _, _, err := contract.LeftAt(h, time.Time{}); return err }(),
		"/until":   func() error { _, _, err := contract.LeftAt(churn.History{}, noon); return err }(),
		"/segment": func() error { _, _, err := leaving.LeftAt(churn.History{Until: noon}, noon); return err }(),
	} {
		if p := pointers(err); len(p) != 1 || p[0] != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
