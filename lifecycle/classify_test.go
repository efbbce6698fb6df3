package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/shopspring/decimal"
)

func TestClassify(t *testing.T) {
	c := lifecycle.Shop(lifecycle.Thresholds{})
	cycles, rich := 3.0, decimal.RequireFromString("2000.00")
	// Overdue by the customer's own cycle comes first; unknown cycles fall through.
	c.Stages = append(c.Stages, lifecycle.StageConfig{ID: "vip", Final: true})
	c.Classes = append([]lifecycle.ClassConfig{{Stage: "vip", MinMoney: &rich}, {Stage: "at_risk", MinCycles: &cycles}}, c.Classes...)
	m := lifecycle.MustCompile[orders](c, nil, nil)
	facts := func(n int64, last int, money string, cycle int) lifecycle.Facts {
		f := lifecycle.Facts{Orders: n, Money: decimal.RequireFromString(money), Cycle: time.Duration(cycle) * 24 * time.Hour}
		if n > 0 {
			f.LastOrder = day(last)
		}
		return f
	}
	var p lifecycle.Pos
	for i, s := range []struct {
		day   int
		facts lifecycle.Facts
		code  lifecycle.Code
		stage string
		since int
	}{
		{10, facts(0, 0, "0", 0), lifecycle.Unclassified, "", -1},
		{10, facts(1, 9, "10", 0), lifecycle.Moved, "new", 10},
		{11, facts(1, 9, "10", 0), lifecycle.Idle, "new", 10},
		{16, facts(2, 15, "20", 6), lifecycle.Dwelling, "new", 10},
		{17, facts(2, 15, "20", 6), lifecycle.Moved, "active", 17},
		{32, facts(2, 15, "20", 6), lifecycle.Idle, "active", 17},   // 17 days of 18
		{33, facts(2, 15, "20", 6), lifecycle.Moved, "at_risk", 33}, // 18 days are 3 cycles
		{33 + 91, facts(2, 15, "20", 0), lifecycle.Idle, "at_risk", 33},
		{15 + 365, facts(2, 15, "20", 0), lifecycle.Moved, "lost", 15 + 365},
		{400, facts(3, 399, "1999.99", 0), lifecycle.Moved, "active", 400},
		{420, facts(4, 419, "2000", 0), lifecycle.Moved, "vip", 420},
		{419, facts(4, 419, "2000", 0), lifecycle.Backwards, "vip", 420},
		{430, facts(4, 431, "2000", 0), lifecycle.BadFacts, "vip", 420},
		{430, lifecycle.Facts{Orders: 1}, lifecycle.BadFacts, "vip", 420},
		{430, lifecycle.Facts{Orders: -1}, lifecycle.BadFacts, "vip", 420},
		{430, lifecycle.Facts{Money: decimal.New(1, 1<<30)}, lifecycle.BadFacts, "vip", 420},
	} {
		q, out := m.Classify(p, s.facts, day(s.day))
		if out.Code != s.code || m.StageID(q.Stage) != s.stage || s.since >= 0 && q.Since.Time() != day(s.since) {
			t.Fatalf("%d: %+v, %+v", i, out, q)
		}
		if out.Code == lifecycle.Moved && !p.IsZero() {
			visits := m.AppendVisits(nil, p, out)
			if len(visits) != 1 || visits[0] != (lifecycle.Visit{Stage: p.Stage, From: p.Since, To: q.Since}) {
				t.Error(visits)
			}
		} else if p.Last = q.Last; out.Code != lifecycle.Moved && q != p {
			t.Error(q, p)
		}
		if s.since >= 0 && out.Err() == nil && q.Last.Time() != s.facts.LastOrder {
			t.Errorf("%d: last %v, not %v", i, q.Last, s.facts.LastOrder)
		}
		p = q
	}
	if !errors.Is(lifecycle.Unclassified.Err(), lifecycle.ErrUnclassified) || !errors.Is(lifecycle.BadFacts.Err(), lifecycle.ErrFacts) {
		t.Error("errors")
	}
	if _, out := m.Classify(p, lifecycle.Facts{}, time.Time{}); !errors.Is(out.Err(), lifecycle.ErrTime) {
		t.Error(out)
	}
	if v, ok := p.OpenVisit(day(430)); !ok || v.From != p.Since || v.To.Time() != day(430) {
		t.Error(v, ok)
	}
	if _, ok := p.OpenVisit(day(1)); ok {
		t.Error("open before it began")
	}
}

// What a classification puts somewhere stays there: timeouts of silence count from
// the order that the classes count from.
func TestClassifyThenAdvance(t *testing.T) {
	for name, c := range map[string]lifecycle.Config{"shop": lifecycle.Shop(lifecycle.Thresholds{}), "journey": lifecycle.Journey(lifecycle.Thresholds{})} {
		m := lifecycle.MustCompile(c, lifecycle.JourneyGuards(lifecycle.Thresholds{}), nil)
		var p lifecycle.Pos
		last := 0
		for d := range 2000 {
			if d%31 == 0 && d%7 < 3 || d == 900 {
				last = d
			}
			q, out := m.Classify(p, lifecycle.Facts{Orders: int64(1 + last), LastOrder: day(last)}, day(d))
			if out.Err() != nil || q.Last.Time() != day(last) {
				t.Fatalf("%s, day %d: %+v, %+v", name, d, out, q)
			}
			stays := out.Code != lifecycle.Dwelling
			if after, out := m.Advance(q, day(d)); stays && (out.Code != lifecycle.Idle || after != q) {
				t.Fatalf("%s, day %d: %s becomes %s: %+v", name, d, m.StageID(q.Stage), m.StageID(after.Stage), out)
			}
			p = q
		}
	}
	m := lifecycle.MustCompile[lifecycle.Facts](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	p, _ := m.Classify(lifecycle.Pos{}, lifecycle.Facts{Orders: 2, LastOrder: day(0)}, day(92))
	q, out := m.Classify(p, lifecycle.Facts{Orders: 3, LastOrder: day(93)}, day(94))
	if out.Code != lifecycle.Dwelling || q.Stage != p.Stage || q.Last.Time() != day(93) {
		t.Error(out, q)
	}
	if q, out := m.Classify(q, lifecycle.Facts{Orders: 3, LastOrder: day(50)}, day(99)); out.Code != lifecycle.Moved || q.Last.Time() != day(93) {
		t.Error(out, q)
	}
}

func TestNext(t *testing.T) {
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	p, _ := m.Begin(start)
	for _, test := range []struct {
		who  *person
		want string
	}{
		{&person{0}, "complain moved→complaint, solve illegal[complaint gone escalated], buy refused[bit0], visit stayed"},
		{nil, "complain moved→complaint, solve illegal[complaint gone escalated], buy refused[bit0], visit stayed"},
		{&person{1}, "complain moved→complaint, solve illegal[complaint gone escalated], buy moved→customer, visit stayed"},
	} {
		options, err := m.Next(p, test.who)
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, o := range options {
			text := m.EventID(o.Event) + " " + o.Code.String()
			if o.Code == lifecycle.Moved {
				text += "→" + m.StageID(o.To)
			}
			if len(o.Guards) > 0 {
				text += "[" + strings.Join(o.Guards, " ") + "]"
			}
			if len(o.Stages) > 0 {
				var ids []string
				for _, s := range o.Stages {
					ids = append(ids, m.StageID(s))
				}
				text += "[" + strings.Join(ids, " ") + "]"
			}
			parts = append(parts, text)
			// It says what Step does.
			if q, out := m.Step(p, o.Event, start, 0, test.who); out.Code != o.Code || out.To != o.To || int(out.Rule) != o.Rule || q.Stage != o.To {
				t.Errorf("%+v, %+v", o, out)
			}
		}
		if got := strings.Join(parts, ", "); got != test.want {
			t.Errorf("%s\nwant %s", got, test.want)
		}
	}
}

func TestLevels(t *testing.T) {
	d := decimal.RequireFromString
	table, err := lifecycle.NewLevelTable(lifecycle.LevelConfig{MediumMargin: d("0.2"), HighMargin: d("0.4"), SomeCustomers: 50, ManyCustomers: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		margin    string
		customers int64
		want      lifecycle.Level
	}{
		{"0.4", 49, lifecycle.Partnership}, {"0.399", 49, lifecycle.Proactive}, {"-1", 1, lifecycle.Accountable},
		{"0.9", 50, lifecycle.Proactive}, {"0.2", 999, lifecycle.Accountable}, {"0.1", 50, lifecycle.Reactive},
		{"0.40", 1000, lifecycle.Accountable}, {"0.2", 1000, lifecycle.Reactive}, {"0.1", 1 << 40, lifecycle.Basic},
	} {
		if got, ok := table.Choose(d(test.margin), test.customers); !ok || got != test.want {
			t.Errorf("%s, %d: %s", test.margin, test.customers, got)
		}
	}
	if l, ok := table.Choose(d("1"), 0); ok {
		t.Error(l)
	}
	m := lifecycle.MustCompile[person](lifecycle.Relationship(), nil, nil)
	p, _ := m.Begin(start)
	before := -1
	for _, l := range lifecycle.Levels() {
		e, ok := m.Event(l.Event())
		care, has := lifecycle.CareFor(l)
		if !ok || !has || care.Level != l || len(care.Steps) <= before || l.Label(guanxi.EN) == "" || l.Label(guanxi.ZH) == "" {
			t.Error(l, care)
		}
		before = len(care.Steps)
		p, _ = m.Step(p, e, start, 0, nil)
		if q, out := m.Step(p, e, hour(1), 0, nil); m.StageID(p.Stage) != string(l) || out.Code != lifecycle.Stayed || q.Since != p.Since {
			t.Error(l, out)
		}
	}
	_, err = lifecycle.NewLevelTable(lifecycle.LevelConfig{HighMargin: d("-1"), Table: [][]lifecycle.Level{{"x", "basic"}}})
	want := "/high_margin /some_customers /many_customers /table /table/0 /table/0/0"
	var got []string
	for f := range guanxi.Faults(err) {
		got = append(got, f.Pointer)
	}
	if strings.Join(got, " ") != want || !errors.Is(err, lifecycle.ErrOption) {
		t.Error(got, err)
	}
	if _, ok := lifecycle.CareFor("x"); ok || lifecycle.Level("x").Label(guanxi.EN) != "x" {
		t.Error("no level has care")
	}
	if err := new(lifecycle.LevelConfig).UnmarshalJSON([]byte(`{"medium_margin":"0.1","high_margin":"0.2","some_customers":5,"many_customers":5}`)); !errors.Is(err, lifecycle.ErrOption) {
		t.Error(err)
	}
}
