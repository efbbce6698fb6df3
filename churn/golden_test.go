package churn_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

type golden struct {
	name, hex string
	state     stored
}

// goldenStates are states as version 1 wrote them. A released version is read for
// ever: add to the list, never change it.
func goldenStates(t testing.TB) []golden {
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	var c churn.Cycle
	var err error
	var gaps churn.Gaps
	for _, day := range []string{"2026-01-01", "2026-01-31", "2026-03-02"} {
		if c, _, err = r.Step(c, date(day)); err != nil {
			t.Fatal(err)
		}
	}
	gaps.Add(c)
	d := must(churn.NewShift(churn.ShiftConfig{}))
	var s churn.Series
	for _, v := range []float64{1, 1, 1} {
		if s, _, err = d.Step(s, v); err != nil {
			t.Fatal(err)
		}
	}
	drift := must(churn.NewDrift(churn.DriftConfig{Recent: 0.5, Usual: 0.25}))
	var m churn.Mix
	for _, slot := range []int{0, 2, 0, 0} {
		if m, _, err = drift.Step(m, slot); err != nil {
			t.Fatal(err)
		}
	}
	a := must(churn.NewAlerts(churn.AlertConfig{Rule: "r", Opens: churn.Confirm{N: 1, M: 1}}))
	open, _, err := a.Step(churn.Alert{}, churn.Reading{Risk: 0.7, Band: 2, Crisis: true}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if open, err = a.Snooze(open, noon, noon.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	var v churn.Curve
	for _, x := range []struct {
		days int
		came bool
	}{{3, true}, {3, false}, {300, true}, {400, false}} {
		if err := v.Add(x.days, x.came); err != nil {
			t.Fatal(err)
		}
	}
	return []golden{
		{"cycle", "0100064bff449ac000400b35a6f90bd69a0000000000000003", &c},
		{"series", "010000000300000000000000000000000000000000", &s},
		{"mix", "01000000043f600000000000003e00000000000000000000000000000000000000000000003f400000000000003e8000000000000000000000000000000000000000000000", &m},
		{"alert", "6a1d74406a1d74406a1ec5c00000031d", &open},
		{"gaps", "010000000000000001000000000000000200000000000000000000000366b4df2100000000000000000000000b9171dc620000000000000000000000008000000000000000000000000000000000000000", &gaps},
		{"curve", "0103030101a9020100640001", &v},
		{"no cycle", "01000000000000000000000000000000000000000000000000", new(churn.Cycle)},
		{"no alert", "00000000000000000000000000000010", new(churn.Alert)},
	}
}

func TestGoldenBytes(t *testing.T) {
	for _, g := range goldenStates(t) {
		if got := hex.EncodeToString(must(g.state.MarshalBinary())); got != g.hex {
			t.Errorf("%s is written as %s, not %s", g.name, got, g.hex)
			continue
		}
		back := reflect.New(reflect.TypeOf(g.state).Elem()).Interface().(stored)
		data := must(hex.DecodeString(g.hex))
		if err := back.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(back, g.state) {
			t.Errorf("%s is read as %+v, not %+v: %v", g.name, back, g.state, err)
		}
		for i := range data {
			if err := back.UnmarshalBinary(data[:i]); err == nil && g.name != "curve" {
				t.Errorf("%s: %d bytes are read", g.name, i)
			}
		}
		if err := back.UnmarshalBinary(append(data, 0)); err == nil {
			t.Errorf("%s: a byte more is read", g.name)
		}
		if _, ok := back.(encoding.TextMarshaler); !ok {
			continue
		}
		text := must(json.Marshal(g.state))
		if err := json.Unmarshal(text, back); err != nil || !reflect.DeepEqual(back, g.state) {
			t.Errorf("%s as JSON %s: %v", g.name, text, err)
		}
		value := must(g.state.(driver.Valuer).Value())
		if err := back.(sql.Scanner).Scan(value); err != nil || !reflect.DeepEqual(back, g.state) {
			t.Errorf("%s as a column: %v", g.name, err)
		}
	}
}

// The catalogue has the signals that the handbooks list, in both languages.
func TestHandbook(t *testing.T) {
	c := churn.Handbook()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	want := []string{"promotions_missed", "order_value_plunged", "order_frequency_fell", "unfollowed", "community_quiet", "complaint_small",
		"refund_demanded", "complaint_escalated", "promise_broken", "no_order_half_year", "no_visit_three_months", "low_score"}
	if len(c.Signals) != len(want) {
		t.Fatalf("%d signals, want %d", len(c.Signals), len(want))
	}
	for i, s := range c.Signals {
		if s.ID != want[i] || s.Name.EN == "" || s.Name.ZH == "" || s.Label(guanxi.ZH) != s.Name.ZH || s.Weight <= 0 {
			t.Errorf("%d: %+v", i, s)
		}
	}
	for _, b := range churn.DefaultBands() {
		if b.Name.EN == "" || b.Name.ZH == "" || b.Label(guanxi.EN) != b.Name.EN {
			t.Errorf("%+v", b)
		}
	}
	if (churn.Signal{ID: "own"}).Label(guanxi.EN) != "own" || (churn.Band{ID: "b"}).Label(guanxi.ZH) != "b" {
		t.Error("without a name the id is shown")
	}
}
