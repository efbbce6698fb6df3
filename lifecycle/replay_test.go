package lifecycle_test

import (
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle"
)

// A late event asks for a replay, and the replay puts it where it belongs; a
// number that came before is a duplicate; the rows may come in any order.
func TestReplayLate(t *testing.T) {
	c := lifecycle.Shop(lifecycle.Thresholds{})
	c.Late = lifecycle.LateReplay
	m := lifecycle.MustCompile[orders](c, nil, nil)
	order, _ := m.Event("order")
	begun, _ := m.Begin(day(0))
	events := []lifecycle.Occurrence[orders]{
		{Event: order, At: day(5), Seq: 1},
		{Event: order, At: day(200), Seq: 2},
		{Event: order, At: day(80), Seq: 3}, // received last
		{Event: order, At: day(80), Seq: 3},
	}
	p := begun
	for i, e := range events[:3] {
		var out lifecycle.Outcome
		if p, out = m.Step(p, e.Event, e.At, e.Seq, nil); (out.Code == lifecycle.LateNeedsReplay) != (i == 2) {
			t.Fatal(i, out)
		}
	}
	got, err := m.Replay(begun, events)
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, v := range got.Visits {
		text = append(text, m.StageID(v.Stage)+" "+v.From.Time().Format("01-02")+" "+v.To.Time().Format("01-02"))
	}
	// At risk 92 days after day 80, not after day 5.
	if want := []string{"new 01-01 01-06", "active 01-06 06-22", "at_risk 06-22 07-20"}; !slices.Equal(text, want) {
		t.Errorf("%q, want %q", text, want)
	}
	if got.Pos.Seq != 3 || got.Pos.Last.Time() != day(200) || got.Outcomes[3].Code != lifecycle.Duplicate {
		t.Error(got)
	}
	slices.Reverse(events)
	back, err := m.Replay(begun, events)
	if err != nil || back.Pos != got.Pos || !slices.Equal(back.Visits, got.Visits) {
		t.Error(back, err)
	}
	// From a snapshot only what is new is applied.
	snap, err := m.Replay(got.Pos, events)
	if err != nil || snap.Pos != got.Pos || len(snap.Visits) != 0 {
		t.Error(snap, err)
	}
	diff, err := m.Diff(p, got.Pos, day(201))
	if err != nil || len(diff) != 1 || diff[0] != (lifecycle.Difference{Field: "seq", Stored: "2", Replayed: "3"}) {
		t.Error(diff, err)
	}
	// An unswept position is no difference.
	swept, _ := m.Advance(got.Pos, day(1000))
	if diff, err := m.Diff(got.Pos, swept, day(1000)); err != nil || len(diff) > 0 {
		t.Error(diff, err)
	}
	other, _ := m.Begin(day(1))
	if diff, _ := m.Diff(other, got.Pos, day(250)); len(diff) != 5 {
		t.Error(diff)
	}
}
