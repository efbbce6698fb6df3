package loyalty

import (
	"fmt"
	"strings"
	"testing"
)

// What a hold gives back by itself pays what is owed, when it ends and not when that is
// written.
func TestDebtAndRunOut(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Policy.Takeback = TakeDebt; p.Policy.Return = ReturnNewLot })
	d.do(&Earn{d.head(day(0)), order("o1", 100)})
	d.do(&Adjust{Header: d.head(day(15)), Kind: "points", Points: 40, Expire: day(30)})
	d.do(&Adjust{Header: d.head(day(15)), Kind: "points", Points: 40, Expire: day(22)})
	d.do(&Place{d.head(day(16)), "h", Spend{Kind: "points", Points: 60}, day(25)}) // 40 of them expire on day 22
	d.do(&Place{d.head(day(16)), "g", Spend{Kind: "points", Points: 20}, day(27)})
	d.do(&Redeem{d.head(day(17)), Spend{Kind: "points", Points: 90}})
	d.do(&Refund{Header: d.head(day(18)), Order: "o1"}) // owes 90
	want := map[int]Balance{
		18: {Held: 80, Debt: 90}, 24: {Held: 80, Debt: 90}, 25: {Held: 20, Debt: 30}, 26: {Held: 20, Debt: 30}, 27: {Debt: 10}, 40: {Debt: 10},
	}
	look := func(d *desk) {
		t.Helper()
		for n, b := range want {
			b.Kind = "points"
			if got, err := BalanceAt(Entries(d.journal), "points", day(n)); err != nil || got != b {
				t.Errorf("day %d: %+v, want %+v", n, got, b)
			}
			if InstantOf(day(n)) >= d.a.Last {
				if got := d.balance("points", n); got != b {
					t.Errorf("day %d: %+v, want %+v", n, got, b)
				}
			}
		}
	}
	look(d)
	s, err := NewStatement(Entries(d.journal), "points", day(20), day(50))
	if err != nil || len(s.Lines) != 4 || s.Closing.Debt != 10 {
		t.Errorf("%+v %v", s, err)
	}
	swept := &desk{t: t, e: d.e, a: d.a.Clone(), n: 100}
	for i := range d.journal {
		swept.journal = append(swept.journal, d.journal[i].Clone())
	}
	swept.do(&Sweep{Header: swept.head(day(40))})
	look(swept)
	if s2, err := NewStatement(Entries(swept.journal), "points", day(20), day(50)); err != nil || fmt.Sprint(*s) != fmt.Sprint(*s2) {
		t.Errorf("\n%+v\n%+v %v", s, s2, err)
	}
	// A spend that comes later finds nothing, an earning pays the rest.
	if _, err := d.try(&Redeem{d.head(day(40)), Spend{Kind: "points", Points: 1}}); err == nil {
		t.Error("spent what was owed")
	}
	d.do(&Adjust{Header: d.head(day(41)), Kind: "points", Points: 15})
	if b := d.balance("points", 41); b.Available != 5 || b.Debt != 0 {
		t.Error(b)
	}
	for _, x := range []*desk{d, swept} {
		if err := x.a.Check(); err != nil {
			t.Error(err)
		}
	}
}

// A counter is forgotten when its window has passed, and the day by which the account may
// be ahead of the clock.
func TestCountersEnd(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Activities[0].Limit = &Limit{Times: 1, Per: PerDay} })
	for i := range 5 {
		d.do(&Act{Header: d.head(day(i)), Activity: "review"})
		if len(d.a.counters.all) != min(i+1, 2) {
			t.Error(d.a.counters.all)
		}
	}
	var c counters
	for _, ch := range []CounterChange{{Counter{"b", 1, 9}, 2}, {Counter{"a", 1, 20}, 1}, {Counter{"a", 0, 5}, 1}, {Counter{"b", 1, 9}, 3}, {Counter{"c", 0, 5}, 0}} {
		c.add(ch)
	}
	if c.total("b", 1) != 5 || c.total("b", 0) != 0 || len(c.all) != 3 {
		t.Error(c)
	}
	c.advance(4)
	c.add(CounterChange{Counter{"b", 1, 9}, -5})
	c.advance(5)
	if len(c.all) != 1 || c.forget != 20 {
		t.Error(c)
	}
}

// Postings of kinds may alternate.
func TestPostAlternate(t *testing.T) {
	post := func(last Points) error {
		a := NewAccount("a")
		return a.post([]Posting{{"x", Issued, -1}, {"y", Issued, -2}, {"x", Available, 1}, {"y", Available, last}})
	}
	if err := post(2); err != nil {
		t.Error(err)
	}
	if err := post(3); err == nil {
		t.Error("out of balance")
	}
	a := NewAccount("a")
	for _, p := range [][]Posting{
		{{"x", Issued, -1}, {"y", Issued, -2}, {"x", books, 1}},
		{{"x", Available, 1<<63 - 1}, {"x", Issued, -1<<63 + 1}},
		{{"x", Available, 1}, {"x", Issued, -1}},
		{{"y", Issued, -1}, {"x", Available, 1}, {"y", Available, 1}},
	} {
		if err := a.post(p); err == nil && p[0].Points != 1<<63-1 {
			t.Error(p)
		}
	}
}

func TestBrokenErrorSays(t *testing.T) {
	err := &BrokenError{3, 4, ErrGap}
	if !strings.Contains(err.Error(), "entry 4") {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("an engine of nothing")
		}
	}()
	MustNew(Program{Version: -1})
}
