package lifecycle_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

func TestAccessors(t *testing.T) {
	m := lifecycle.MustCompile[person](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	var ids []string
	for s := range m.Stages() {
		ids = append(ids, m.StageID(s))
		if m.Response(s).ZH == "" || m.StageLabel(s, guanxi.ZH) == m.StageLabel(s, guanxi.EN) {
			t.Error(m.StageID(s))
		}
	}
	for range m.Stages() {
		break
	}
	if !slices.Equal(ids, []string{"new", "active", "at_risk", "lost"}) || m.Version() != 1 {
		t.Error(ids)
	}
	if _, ok := m.Stage("current"); ok {
		t.Error("a position in a super-stage")
	}
	if e, ok := m.Effect("recall"); !ok || m.EffectID(e) != "recall" {
		t.Error(e, ok)
	}
	if _, ok := m.Effect("x"); ok {
		t.Error("an effect out of nothing")
	}
	for _, n := range []uint8{0, 99, 255} {
		s := lifecycle.Stage(n)
		if m.StageID(s)+m.StageLabel(s, guanxi.EN)+m.EventID(lifecycle.Event(n))+m.EffectID(lifecycle.Effect(n)) != "" || !m.Response(s).IsZero() {
			t.Error(n)
		}
	}
	c := m.Config()
	*c.Classes[0].MinSilence = guanxi.Span{}
	c.Rules[2].Effects[0], c.Timeouts[0].Effects[0] = "x", "x"
	if d := m.Config(); d.Rules[2].Effects[0] != "welcome_back" || d.Timeouts[0].Effects[0] != "recall" || d.Classes[0].MinSilence.IsZero() {
		t.Error("the model changes with its config")
	}
	if name := lifecycle.MustCompile(pausing(), bitGuards(), office).StageLabel(1, guanxi.ZH); name != "trial" {
		t.Error(name)
	}
}

// Outside the years of the calendar no working time passes, and a timeout longer
// than they are never falls due.
func TestWorkingTimeEnds(t *testing.T) {
	c := lifecycle.Config{Version: 1, Initial: "a", Stages: []lifecycle.StageConfig{{ID: "s", Final: true}, {ID: "a", In: "s"}, {ID: "b", In: "s"}},
		Events: []lifecycle.EventConfig{{ID: "e"}}, Rules: []lifecycle.RuleConfig{{From: "a", Event: "e", To: "b"}, {From: "b", Event: "e", To: "a"}},
		Timeouts: []lifecycle.TimeoutConfig{{From: "a", After: guanxi.Span{Time: 10 * time.Hour}, Counts: lifecycle.WorkingTime, PausedIn: []string{"b"}, To: "b"}}}
	m := lifecycle.MustCompile[person](c, nil, office)
	for year, due := range map[int]string{1960: "1970-01-02T10:00:00Z", 2201: ""} {
		p, _ := m.Begin(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC))
		at, ok := m.NextDue(p)
		if ok != (due != "") || ok && at.Format(time.RFC3339) != due {
			t.Error(year, at, ok)
		}
		p, _ = m.Step(p, 1, time.Date(year, 12, 1, 0, 0, 0, 0, time.UTC), 0, nil)
		if p.Counted != 0 {
			t.Error(p)
		}
	}
	c.Timeouts[0].After = guanxi.Span{Time: 250 * 365 * 24 * time.Hour}
	m = lifecycle.MustCompile[person](c, nil, office)
	p, _ := m.Begin(start)
	if at, ok := m.NextDue(p); ok {
		t.Error(at)
	}
	c.Timeouts[0] = lifecycle.TimeoutConfig{From: "a", After: guanxi.Span{Days: 365_000}, To: "b"}
	m = lifecycle.MustCompile[person](c, nil, office)
	p, _ = m.Begin(time.Date(9500, 1, 1, 0, 0, 0, 0, time.UTC))
	if at, ok := m.NextDue(p); ok {
		t.Error("after the last instant", at)
	}
}

// The journey of a customer who declines, sleeps, comes back and stays.
func TestJourney(t *testing.T) {
	th := lifecycle.Thresholds{}
	m := lifecycle.MustCompile(lifecycle.Journey(th), lifecycle.JourneyGuards(th), nil)
	order, _ := m.Event("order")
	p, _ := m.Begin(day(0))
	var way []string
	n := int64(0)
	for i, d := range []int{10, 20, 20 + 91, 20 + 91 + 92, 203 + 182, 386, 390, 400 + 800, 1201} {
		n++
		before := p
		var out lifecycle.Outcome
		p, out = m.Step(p, order, day(d), uint32(i+1), &lifecycle.Facts{Orders: n})
		for _, v := range m.AppendVisits(nil, before, out) {
			way = append(way, m.StageLabel(v.Stage, guanxi.ZH))
		}
	}
	way = append(way, m.StageLabel(p.Stage, guanxi.ZH))
	want := []string{"认知", "体验", "忠诚", "衰退", "忠诚", "衰退", "沉睡", "回流", "忠诚", "衰退", "沉睡", "流失", "回流", "忠诚"}
	if !slices.Equal(way, want) {
		t.Errorf("%q\nwant %q", way, want)
	}
}

// One model serves all goroutines.
func TestConcurrent(t *testing.T) {
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	p, _ := m.Begin(start)
	var wg sync.WaitGroup
	got := make([]lifecycle.Pos, 4)
	for i := range got {
		wg.Go(func() {
			q := p
			for h := range 500 {
				q, _ = m.Step(q, lifecycle.Event(1+h%4), hour(h), uint32(h), &person{0})
				q, _ = m.Advance(q, hour(h))
			}
			got[i] = q
		})
	}
	wg.Wait()
	for _, q := range got {
		if q != got[0] {
			t.Error(q, got[0])
		}
	}
}
