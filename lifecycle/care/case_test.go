package care_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/shopspring/decimal"
)

func office() *lifecycle.Calendar {
	return lifecycle.MustCalendar(lifecycle.CalendarConfig{
		Zone:     "+08:00",
		Week:     lifecycle.Weekdays(lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00")),
		Holidays: []lifecycle.Holiday{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 1}, Days: 8}},
		Extra:    []lifecycle.ExtraDay{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 11}, Hours: []lifecycle.Hours{lifecycle.HoursOf("09:00", "17:00")}}},
	})
}

func deskConfig() care.DeskConfig {
	money := func(s string) decimal.Decimal { return decimal.RequireFromString(s) }
	return care.DeskConfig{
		Zone: "+08:00", Decimals: 2,
		Severities: []care.Severity{
			{ID: "crisis", Answer: care.Limit{Clock: care.Wall, Within: span("PT24H")}, Requires: []string{"apology", "responsibilities"}, NoPause: true,
				Ladder: []care.Rung{{After: span("PT1H"), To: "manager"}, {After: span("PT12H"), To: "director"}},
				Tiers:  []care.Compensation{{ID: "basic", Max: money("200.00")}, {ID: "suite", Max: money("1500")}}, Cap: money("2000")},
			{ID: "food", Answer: care.Limit{Clock: care.SameDay}},
			{ID: "ordinary", Answer: care.Limit{Clock: care.Working, Within: span("PT16H")}, Ladder: []care.Rung{{After: span("PT8H"), To: "lead"}}},
			{ID: "slow", Answer: care.Limit{Clock: care.Wall, Within: span("P3D")}},
		},
		Causes: []string{"delivery", "quality"}, Units: []string{"logistics", "kitchen"},
	}
}

func desk() *care.Desk { return care.MustDesk(deskConfig(), office()) }

func TestDeadlines(t *testing.T) {
	d := desk()
	for _, tt := range []struct{ severity, opened, due string }{
		{"crisis", "2025-09-30 17:00", "2025-10-01 17:00"},
		{"food", "2025-09-30 17:00", "2025-10-01 00:00"},
		{"food", "2025-10-01 00:00", "2025-10-02 00:00"},
		{"ordinary", "2025-09-30 17:00", "2025-10-10 17:00"}, // 1 h, 8 h on the 9th, 7 h on the 10th
		{"ordinary", "2025-10-10 17:00", "2025-10-13 17:00"}, // the Saturday has 8 hours
		{"slow", "2025-09-30 17:00", "2025-10-03 17:00"},
	} {
		c, err := d.Open("1", "li", care.Complaint, tt.severity, at(tt.opened))
		if err != nil || !c.Due.Equal(at(tt.due)) {
			t.Errorf("%s from %s: %v, %v, want %s", tt.severity, tt.opened, c.Due.In(shanghai), err, tt.due)
		}
	}
	due, err := d.Deadline(care.Limit{Clock: care.Wall, Within: span("PT48H")}, at("2025-10-01 08:00"))
	if err != nil || !due.Equal(at("2025-10-03 08:00")) {
		t.Error(due, err)
	}
	if _, err := d.Deadline(care.Limit{Clock: care.Working, Within: span("P1D")}, at("2025-10-01 08:00")); !errors.Is(err, care.ErrOption) {
		t.Error(err)
	}
	if _, err := care.MustDesk(care.DeskConfig{Severities: []care.Severity{{ID: "x", Answer: care.Limit{Clock: care.SameDay}}}, Causes: []string{"c"}, Units: []string{"u"}}, nil).
		Deadline(care.Limit{Clock: care.Working, Within: span("PT1H")}, at("2025-10-01 08:00")); !errors.Is(err, care.ErrNoCalendar) {
		t.Error(err)
	}
}

func TestCaseLife(t *testing.T) {
	d := desk()
	c := must(d.Open("7", "li", care.Crisis, "crisis", at("2025-05-01 10:00")))
	next := must(d.Next(c))
	if !next.Equal(at("2025-05-01 11:00")) {
		t.Error(next)
	}
	// A late sweep tells both at their own instants.
	late, effects, err := d.Advance(c, at("2025-05-03 00:00"))
	want := []care.Effect{
		{Kind: care.Escalate, At: at("2025-05-01 11:00").UTC(), To: "manager"},
		{Kind: care.Escalate, At: at("2025-05-01 22:00").UTC(), To: "director"},
		{Kind: care.Missed, At: at("2025-05-02 10:00").UTC()},
	}
	if err != nil || !slices.Equal(effects, want) || !late.Late || late.Level != 2 {
		t.Errorf("%v %v %+v", effects, err, late)
	}
	if _, _, err := d.Answer(c, []string{"apology"}, at("2025-05-01 10:30")); !errors.Is(err, care.ErrDeliverable) {
		t.Error(err)
	}
	if _, _, err := d.Answer(c, []string{"flowers"}, at("2025-05-01 10:30")); !errors.Is(err, care.ErrDeliverable) {
		t.Error(err)
	}
	if _, _, err := d.Pause(c, at("2025-05-01 10:30")); !errors.Is(err, care.ErrNoPause) {
		t.Error(err)
	}
	c, effects, err = d.Escalate(c, at("2025-05-01 10:20"))
	if err != nil || len(effects) != 1 || effects[0].To != "manager" {
		t.Error(effects, err)
	}
	for _, tt := range []struct {
		tier, amount string
		err          error
	}{
		{"basic", "200.01", care.ErrCompensation}, {"basic", "0", care.ErrAmount}, {"basic", "-1", care.ErrAmount}, {"basic", "1.001", care.ErrAmount},
		{"none", "1", care.ErrCompensation}, {"suite", "1500", nil}, {"suite", "500.01", care.ErrCompensation}, {"basic", "200", nil}, {"suite", "300", nil}, {"basic", "0.01", care.ErrCompensation},
	} {
		next, _, err := d.Compensate(c, tt.tier, decimal.RequireFromString(tt.amount), at("2025-05-01 10:25"))
		if !errors.Is(err, tt.err) {
			t.Errorf("%s %s: %v", tt.tier, tt.amount, err)
		}
		c = next
	}
	if c.Given != 200000 {
		t.Error(c.Given)
	}
	if _, _, err := d.Resolve(c, "delivery", "logistics", at("2025-05-01 10:30")); !errors.Is(err, care.ErrIllegal) {
		t.Error(err)
	}
	c, _, err = d.Answer(c, []string{"apology", "responsibilities"}, at("2025-05-01 12:00"))
	if err != nil || c.Waited != 2*time.Hour || c.Late {
		t.Error(c, err)
	}
	if _, _, err := d.Resolve(c, "weather", "logistics", at("2025-05-01 13:00")); !errors.Is(err, care.ErrCause) {
		t.Error(err)
	}
	if _, _, err := d.Advance(c, at("2025-05-01 11:00")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	c, _, err = d.Resolve(c, "delivery", "logistics", at("2025-05-01 13:00"))
	if err != nil {
		t.Fatal(err)
	}
	c, _, err = d.Reopen(c, at("2025-05-02 09:00"))
	if err != nil || c.Status != care.CaseReopened || !c.Due.Equal(at("2025-05-03 09:00")) || c.Waited != 2*time.Hour {
		t.Error(c, err)
	}
	if _, _, err := d.Compensate(c, "basic", decimal.NewFromInt(1), time.Time{}); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
}

// The clock of an ordinary case stands while it is paused.
func TestPausedCase(t *testing.T) {
	d := desk()
	c := must(d.Open("7", "li", care.Complaint, "ordinary", at("2025-03-03 10:00"))) // Monday, due Wednesday 10:00
	c, _, err := d.Pause(c, at("2025-03-03 16:00"))                                  // 5 h
	if err != nil || !must(d.Next(c)).IsZero() {
		t.Fatal(err)
	}
	c, effects, err := d.Resume(c, at("2025-03-07 17:00")) // Friday, 11 h are left, 3 h to the rung
	if err != nil || len(effects) > 0 || !c.Due.Equal(at("2025-03-11 11:00")) || !must(d.Next(c)).Equal(at("2025-03-10 11:00")) {
		t.Fatal(c.Due.In(shanghai), must(d.Next(c)).In(shanghai), effects, err)
	}
	c, effects, err = d.Answer(c, nil, at("2025-03-10 18:00"))
	if err != nil || len(effects) != 1 || c.Waited != 14*time.Hour || c.Late {
		t.Error(c, effects, err)
	}
}

// The same day ends at midnight, however the clock is set there.
func TestSameDayInZones(t *testing.T) {
	for _, tt := range []struct{ zone, opened, due string }{
		{"America/Sao_Paulo", "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"}, // no midnight
		{"America/St_Johns", "2010-11-06T23:30:00-02:30", "2010-11-07T00:00:00-02:30"},  // a first midnight
		{"America/St_Johns", "2010-11-06T23:30:00-03:30", "2010-11-07T00:00:00-03:30"},  // and a second
		{"Pacific/Apia", "2011-12-29T12:00:00-10:00", "2011-12-31T00:00:00+14:00"},      // the 30th was left out
		{"Europe/Berlin", "2040-12-31T12:00:00+01:00", "2041-01-01T00:00:00+01:00"},
	} {
		if _, err := time.LoadLocation(tt.zone); err != nil {
			t.Skip(err)
		}
		cfg := deskConfig()
		cfg.Zone = tt.zone
		opened, due := must(time.Parse(time.RFC3339, tt.opened)), must(time.Parse(time.RFC3339, tt.due))
		c, err := care.MustDesk(cfg, office()).Open("1", "li", care.Crisis, "food", opened)
		if err != nil || !c.Due.Equal(due) {
			t.Errorf("%s: %v, %v, want %v", tt.zone, c.Due, err, due)
		}
	}
}

// No sequence of commands panics or makes a case that cannot be stored, a refused
// command changes nothing, and a sweep in between makes no difference.
func runCommands(t *testing.T, r *rand.Rand) {
	d := desk()
	now := at("2025-09-25 00:00")
	severity := []string{"crisis", "food", "ordinary", "slow"}[r.IntN(4)]
	a, err := d.Open("x", "li", care.Complaint, severity, now)
	if err != nil {
		t.Fatal(err)
	}
	b := a
	var ea, eb []care.Effect
	for range 40 {
		before := now
		now = now.Add(time.Duration(r.Int64N(int64(30 * time.Hour))))
		if r.IntN(10) == 0 {
			now = now.Add(-40 * time.Hour)
		}
		command := r.IntN(8)
		deliver := [][]string{nil, {"apology"}, {"apology", "responsibilities"}}[r.IntN(3)]
		amount := decimal.New(r.Int64N(100000), -2)
		do := func(c care.Case) (care.Case, []care.Effect, error) {
			switch command {
			case 0:
				return d.Answer(c, deliver, now)
			case 1:
				return d.Pause(c, now)
			case 2:
				return d.Resume(c, now)
			case 3:
				return d.Resolve(c, "quality", "kitchen", now)
			case 4:
				return d.Reopen(c, now)
			case 5:
				return d.Escalate(c, now)
			case 6:
				return d.Compensate(c, "basic", amount, now)
			}
			return d.Advance(c, now)
		}
		na, fa, erra := do(a)
		// b is swept in between.
		if mid := before.Add(now.Sub(before) / 2); now.After(before) && mid.After(b.Updated) {
			swept, fx, err := d.Advance(b, mid)
			if err != nil {
				t.Fatal(err)
			}
			b, eb = swept, append(eb, fx...)
		}
		nb, fb, errb := do(b)
		if erra != nil {
			if !reflect.DeepEqual(na, a) {
				t.Fatalf("changed on %v", erra)
			}
			if errb == nil {
				t.Fatalf("%v, and %v", erra, errb)
			}
			// Bring both to the same instant again.
			if now.Before(a.Updated) || now.Before(b.Updated) {
				now = before
				if b.Updated.After(now) {
					now = b.Updated
				}
			}
			var err error
			if na, fa, err = d.Advance(a, now); err != nil {
				t.Fatal(err)
			}
			if nb, fb, err = d.Advance(b, now); err != nil {
				t.Fatal(err)
			}
		} else if errb != nil {
			t.Fatal(errb)
		}
		a, b, ea, eb = na, nb, append(ea, fa...), append(eb, fb...)
		if !reflect.DeepEqual(a, b) || !slices.Equal(ea, eb) {
			t.Fatalf("%+v\n%+v\n%v\n%v", a, b, ea, eb)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var back care.Case
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, a) {
			t.Fatalf("%s\n%v", data, err)
		}
		if next := must(d.Next(a)); !next.IsZero() && !next.After(now) {
			t.Fatalf("next is %v at %v", next, now)
		}
	}
	for i := 1; i < len(ea); i++ {
		if ea[i].At.Before(ea[i-1].At) {
			t.Fatalf("effects out of order: %v", ea)
		}
	}
}

func TestCaseCommands(t *testing.T) {
	for seed := range uint64(500) {
		runCommands(t, rand.New(rand.NewPCG(seed, 2)))
	}
}

func FuzzCaseCommands(f *testing.F) {
	f.Add(uint64(1), uint64(1))
	f.Fuzz(func(t *testing.T, a, b uint64) { runCommands(t, rand.New(rand.NewPCG(a, b))) })
}

func TestAssess(t *testing.T) {
	d := desk()
	var cases []care.Case
	open := func(id, opened string) care.Case {
		return must(d.Open(care.CaseID(id), "li", care.Complaint, "slow", at(opened)))
	}
	answered := func(id string, hours int) {
		c := open(id, "2025-03-01 00:00")
		c, _, err := d.Answer(c, nil, c.Start.Add(time.Duration(hours)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	for i, h := range []int{10, 20, 30, 80} { // allowed are 72 hours
		answered(string(rune('a'+i)), h)
	}
	now := at("2025-03-11 00:00")
	a := must(d.Assess("slow", cases, now, 0.95))
	// All are answered: the plain share, and Wilson's limits of 3 of 4.
	if a.OnTime.Value != 0.75 || !a.OnTimeOK || math.Abs(a.OnTime.Low-0.3006) > 1e-4 || math.Abs(a.OnTime.High-0.9544) > 1e-4 || a.Median != 20*time.Hour || !a.MedianOK {
		t.Errorf("%+v", a)
	}
	// One open since 25 hours, and one overdue.
	cases = append(cases, open("p", "2025-03-09 23:00"), open("o", "2025-03-01 00:00"), must(d.Open("f", "li", care.Complaint, "food", now)))
	a = must(d.Assess("slow", cases, now, 0.95))
	// Events at 10, 20 (of 6), a censored one at 25, one of 3 left at 30: S = 4/6 · 2/3 = 4/9.
	if a.Cases != 6 || a.Answered != 4 || a.Overdue != 1 || a.Pending != 1 || math.Abs(a.OnTime.Value-5.0/9) > 1e-12 || a.Median != 30*time.Hour {
		t.Errorf("%+v", a)
	}
	slices.Reverse(cases)
	if b := must(d.Assess("slow", cases, now, 0.95)); b != a {
		t.Errorf("%+v\n%+v", a, b)
	}
	if b := must(d.Assess("slow", cases, now, 0)); b != a || care.DefaultConfidence != 0.95 {
		t.Errorf("0 is not the default confidence: %+v\n%+v", a, b)
	}
	if a = must(d.Assess("slow", cases[:0], now, 0.95)); a.OnTimeOK || a.MedianOK {
		t.Errorf("%+v", a)
	}
	for _, err := range []error{
		second(d.Assess("none", cases, now, 0.95)), second(d.Assess("slow", cases, time.Time{}, 0.95)), second(d.Assess("slow", cases, now, 1)),
		second(d.Assess("slow", []care.Case{{Severity: "slow"}}, now, 0.5)),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
	p := must(care.AssessPromises([]care.Promise{{Due: now, Kept: now.Add(-1)}, {Due: now, Kept: now}, {Due: now}, {Due: now.Add(1)}, {Due: now.Add(1), Kept: now.Add(1)}}, now, 0.95))
	if p.Kept != 1 || p.Broken != 2 || p.Pending != 2 || !p.ShareOK || p.Share.Value != 1.0/3 {
		t.Errorf("%+v", p)
	}
	if q := must(care.AssessPromises([]care.Promise{{Due: now, Kept: now.Add(-1)}, {Due: now, Kept: now}, {Due: now}, {Due: now.Add(1)}, {Due: now.Add(1), Kept: now.Add(1)}}, now, 0)); q != p {
		t.Errorf("0 is not the default confidence: %+v\n%+v", p, q)
	}
	if p = must(care.AssessPromises(nil, now, 0.95)); p.ShareOK {
		t.Error("a share of nothing")
	}
}

func second[T any](_ T, err error) error { return err }

func TestReview(t *testing.T) {
	d := desk()
	var cases []care.Case
	for i, x := range []struct {
		cause, unit string
		hours       int
	}{{"quality", "kitchen", 2}, {"delivery", "logistics", 30}, {"delivery", "logistics", 0}} {
		c := must(d.Open(care.CaseID(rune('a'+i)), "li", care.Complaint, "crisis", at("2025-03-03 10:00")))
		var err error
		for _, do := range []func(time.Time) error{
			func(at time.Time) error {
				c, _, err = d.Compensate(c, "basic", decimal.RequireFromString("12.34"), at)
				return err
			},
			func(at time.Time) error {
				c, _, err = d.Answer(c, []string{"apology", "responsibilities"}, at)
				return err
			},
			func(at time.Time) error {
				c, _, err = d.Resolve(c, x.cause, x.unit, at)
				return err
			},
		} {
			if err := do(at("2025-03-03 10:00").Add(time.Duration(x.hours) * time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		cases = append(cases, c)
	}
	cases = append(cases, must(d.Open("open", "li", care.Complaint, "crisis", at("2025-03-03 10:00"))))
	got, err := d.Review(cases, at("2025-03-03 00:00"), at("2025-03-10 00:00"))
	if err != nil || len(got) != 2 {
		t.Fatal(got, err)
	}
	if f := got[0]; f.Cause != "delivery" || f.Unit != "logistics" || f.Cases != 2 || f.Late != 1 || f.Escalated != 1 || f.Given.String() != "24.68" {
		t.Errorf("%+v", f)
	}
	if f := got[1]; f.Cause != "quality" || f.Cases != 1 || f.Late != 0 || f.Escalated != 1 || f.Reopened != 0 {
		t.Errorf("%+v", f)
	}
	if got, _ := d.Review(cases, at("2025-03-10 00:00"), at("2025-03-17 00:00")); len(got) != 0 {
		t.Error(got)
	}
	if _, err := d.Review(cases, at("2025-03-10 00:00"), at("2025-03-03 00:00")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	cases[0].Given, cases[1].Given, cases[2].Given = 1, math.MaxInt64, 1
	if _, err := d.Review(cases, at("2025-03-03 00:00"), at("2025-03-10 00:00")); !errors.Is(err, care.ErrAmount) {
		t.Error(err)
	}
}

func TestCaseKeeper(t *testing.T) {
	d := desk()
	k := care.CaseKeeper{Desk: d, Store: new(care.MemoryCases)}
	ctx := context.Background()
	_, _, err := k.Do(ctx, "7", func(care.Case) (care.Case, []care.Effect, error) {
		c, err := d.Open("7", "li", care.Complaint, "ordinary", at("2025-03-03 10:00"))
		return c, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	due, err := k.Store.Due(ctx, at("2025-03-04 10:00"), 10)
	if err != nil || !slices.Equal(due, []care.CaseID{"7"}) {
		t.Error(due, err)
	}
	_, effects, err := k.Do(ctx, "7", func(c care.Case) (care.Case, []care.Effect, error) { return d.Advance(c, at("2025-03-04 10:00")) })
	if err != nil || len(effects) != 1 {
		t.Error(effects, err)
	}
	if _, _, err := k.Do(ctx, "none", func(c care.Case) (care.Case, []care.Effect, error) { return d.Advance(c, at("2025-03-04 10:00")) }); err == nil {
		t.Error("a case never opened advances")
	}
}
