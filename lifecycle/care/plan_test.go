package care_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

var shanghai = time.FixedZone("+08:00", 8*3600)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func span(s string) guanxi.Span { return guanxi.MustParseSpan(s) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// winback calls those who sleep, writes to those who do not answer, and greets on
// birthdays.
func winback() care.Plan {
	return care.Plan{
		ID: "winback", Entry: care.Anchor{Kind: care.Stage, Name: "dormant"}, Reentry: care.Ended, Exits: []string{"bought"},
		Steps: []care.Step{
			{ID: "call", Channel: care.Phone, After: span("P1D"), Expires: span("P3D"), Outcomes: []string{"bought", "unreachable"}},
			{ID: "letter", Channel: care.Email, Anchor: care.Anchor{Kind: care.AfterStep, Name: "call", Outcomes: []string{"unreachable", care.OutcomeExpired}}, After: span("P2D")},
			{ID: "offer", Channel: care.WeChat, After: span("P10D"), Every: span("P1M"), Times: 3, Expires: span("P60D"), CatchUp: care.One},
		},
	}
}

func birthdays() care.Plan {
	return care.Plan{
		ID: "birthday", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{
			{ID: "card", Channel: care.SMS, Anchor: care.Anchor{Kind: care.Birthday}, At: 10 * 60, Expires: span("P3D"), CatchUp: care.Skip},
			{ID: "gift", Channel: care.WeChat, Anchor: care.Anchor{Kind: care.Birthday}, Before: span("P7D"), At: 10 * 60},
			{ID: "singles-day", Channel: care.WeChat, Anchor: care.Anchor{Kind: care.OnDate, Date: lifecycle.Date{Year: 2024, Month: 11, Day: 11}}, Every: span("P1Y"), At: 7 * 60},
		},
	}
}

func night() care.Policy {
	return care.Policy{Quiet: []care.Quiet{{Hours: lifecycle.HoursOf("21:00", "09:00")}}}
}

func due(tasks []care.Task) (out []string) {
	for _, t := range tasks {
		out = append(out, fmt.Sprintf("%s/%s %s %s", t.Plan, t.Step, t.Status, t.Due.In(shanghai).Format("2006-01-02 15:04")))
	}
	return out
}

func expect(t *testing.T, what string, got []care.Task, want ...string) {
	t.Helper()
	if !slices.Equal(due(got), want) {
		t.Errorf("%s:\n got %q\nwant %q", what, due(got), want)
	}
}

func TestPlanRun(t *testing.T) {
	p := care.MustPlanner([]care.Plan{winback()}, night())
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Stage, Name: "dormant", At: at("2025-03-01 22:00")}}}
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	r := must(p.Plan(c, b, at("2025-03-02 23:00")))
	expect(t, "it is night", r.Tasks)
	if !r.Next.Equal(at("2025-03-03 09:00")) {
		t.Error(r.Next)
	}
	r = must(p.Plan(c, r.Book, at("2025-03-03 12:00")))
	expect(t, "in the morning", r.Tasks, "winback/call due 2025-03-03 09:00")
	again := must(p.Plan(c, r.Book, at("2025-03-03 12:00")))
	expect(t, "a second run", again.Tasks)
	call := r.Tasks[0].ID
	if _, err := p.Complete(c, r.Book, call, "maybe", at("2025-03-03 13:00")); !errors.Is(err, care.ErrNoOutcome) {
		t.Error(err)
	}
	reached := must(p.Complete(c, r.Book, call, "unreachable", at("2025-03-03 13:00")))
	expect(t, "called", reached.Tasks, "winback/call done 2025-03-03 09:00")
	if _, err := p.Complete(c, reached.Book, call, "bought", at("2025-03-03 14:00")); !errors.Is(err, care.ErrNotOpen) {
		t.Error(err)
	}
	r = must(p.Plan(c, reached.Book, at("2025-03-30 00:00")))
	expect(t, "after the call", r.Tasks, "winback/letter due 2025-03-05 13:00", "winback/offer due 2025-03-12 09:00")
	// The next offer takes the place of the first.
	r = must(p.Plan(c, r.Book, at("2025-04-12 00:00")))
	expect(t, "a month later", r.Tasks, "winback/letter expired 2025-03-05 13:00", "winback/offer skipped 2025-03-12 09:00")
	r = must(p.Plan(c, r.Book, at("2025-04-12 09:00")))
	expect(t, "a month later", r.Tasks, "winback/offer due 2025-04-12 09:00")
	// Back again: the run ends, and a new one begins with the next entry.
	c.Facts[0].Name = "active"
	r = must(p.Plan(c, r.Book, at("2025-04-20 00:00")))
	expect(t, "revived", r.Tasks, "winback/offer dropped 2025-04-12 09:00")
	c.Facts[0] = care.Fact{Kind: care.Stage, Name: "dormant", At: at("2025-09-01 12:00")}
	r = must(p.Plan(c, r.Book, at("2025-09-02 12:00")))
	expect(t, "again", r.Tasks, "winback/call due 2025-09-02 12:00")
	r = must(p.Complete(c, r.Book, r.Tasks[0].ID, "bought", at("2025-09-02 13:00")))
	expect(t, "exit", r.Tasks, "winback/call done 2025-09-02 12:00")
	if !r.Next.IsZero() || len(r.Book.Tasks) != 0 {
		t.Error("the run goes on", r.Next)
	}
}

func TestBirthdays(t *testing.T) {
	p := care.MustPlanner([]care.Plan{birthdays()}, night())
	c := care.Customer{ID: "wang", Location: shanghai, Birthday: care.MonthDay{Month: 2, Day: 29}, Facts: []care.Fact{{Kind: care.Joined, At: at("2020-05-01 00:00")}}}
	b := must(care.NewBook("wang", at("2023-01-01 00:00")))
	r := must(p.Plan(c, b, at("2025-03-01 12:00")))
	expect(t, "all so far", r.Tasks,
		"birthday/gift expired 2023-02-21 10:00", "birthday/card skipped 2023-02-28 10:00",
		"birthday/gift expired 2024-02-22 10:00", "birthday/card skipped 2024-02-29 10:00",
		"birthday/singles-day expired 2024-11-11 09:00",
		"birthday/gift due 2025-02-21 10:00", "birthday/card skipped 2025-02-28 10:00")
	if !r.Next.Equal(at("2025-03-23 10:00")) { // the gift expires
		t.Error(r.Next)
	}
}

// Every month from the 31st is the last day of each.
func TestMonthEnd(t *testing.T) {
	plan := care.Plan{ID: "m", Entry: care.Anchor{Kind: care.Order}, Reentry: care.Restart,
		Steps: []care.Step{{ID: "ask", Channel: care.Phone, Every: span("P1M"), After: span("P1M"), Times: 4}}}
	p := care.MustPlanner([]care.Plan{plan}, care.Policy{})
	c := care.Customer{ID: "c", Location: shanghai, Facts: []care.Fact{{Kind: care.Order, At: at("2025-12-31 12:00")}}}
	r := must(p.Plan(c, must(care.NewBook("c", at("2025-01-01 00:00"))), at("2026-05-01 00:00")))
	expect(t, "month ends", r.Tasks, "m/ask expired 2026-01-31 12:00", "m/ask expired 2026-02-28 12:00",
		"m/ask expired 2026-03-31 12:00", "m/ask due 2026-04-30 12:00")
	// The next order begins anew.
	c.Facts[0].At = at("2026-05-02 12:00")
	r = must(p.Plan(c, r.Book, at("2026-05-03 00:00")))
	expect(t, "next order", r.Tasks, "m/ask dropped 2026-04-30 12:00")
}

func TestCapAcrossPlans(t *testing.T) {
	var plans []care.Plan
	for i, priority := range []int{0, 5, 1} {
		plans = append(plans, care.Plan{ID: fmt.Sprint("p", i), Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
			Steps: []care.Step{{ID: "s", Channel: care.SMS, Priority: priority}}})
	}
	p := care.MustPlanner(plans, care.Policy{Cap: care.Cap{Max: 1, Per: span("P7D")}})
	c := care.Customer{ID: "c", Facts: []care.Fact{{Kind: care.Joined, At: at("2025-01-01 08:00")}}}
	r := must(p.Plan(c, must(care.NewBook("c", at("2025-01-01 00:00"))), at("2025-01-20 00:00")))
	expect(t, "a week apart", r.Tasks, "p1/s due 2025-01-01 08:00", "p2/s due 2025-01-08 08:00", "p0/s due 2025-01-15 08:00")
}

func TestTaskIDGolden(t *testing.T) {
	const want = "5f226c6ac225d443fe4a2592a87ce613"
	if got := care.NewTaskID("customer-7", "winback", "call", time.Unix(1735689600, 0), 3); got != want {
		t.Errorf("%s: a released id has changed", got)
	}
	if care.NewTaskID("a", "bc", "d", time.Unix(0, 0), 0) == care.NewTaskID("ab", "c", "d", time.Unix(0, 0), 0) {
		t.Error("ids run together")
	}
}

// randomPlans makes plans that pass Validate.
func randomPlans(r *rand.Rand) []care.Plan {
	spans := []string{"P0D", "PT1H", "P1D", "P3D", "P1W", "P1M", "P2M", "P40D"}
	pick := func() guanxi.Span { return span(spans[r.IntN(len(spans))]) }
	kinds := []care.Anchor{{}, {Kind: care.Order}, {Kind: care.Alert, Name: "x"}, {Kind: care.Birthday},
		{Kind: care.OnDate, Date: lifecycle.Date{Year: 2025, Month: 3, Day: 31}}, {Kind: care.Stage, Name: "a"}}
	var out []care.Plan
	for i := range 1 + r.IntN(4) {
		p := care.Plan{ID: fmt.Sprint("p", i), Entry: []care.Anchor{{Kind: care.Joined}, {Kind: care.Order}, {Kind: care.Stage, Name: "a"}, {Kind: care.Alert, Name: "x"}}[r.IntN(4)],
			Reentry: []care.Reentry{care.Never, care.Ended, care.Restart}[r.IntN(3)]}
		if r.IntN(3) == 0 {
			p.Rest = pick()
		}
		if r.IntN(3) == 0 {
			p.Exits = []string{care.OutcomeExpired}
		}
		for k := range 1 + r.IntN(4) {
			s := care.Step{ID: fmt.Sprint("s", k), Channel: care.Channels()[r.IntN(6)], Anchor: kinds[r.IntN(len(kinds))],
				After: pick(), Expires: pick(), Outcomes: []string{"yes", "no"}, Priority: r.IntN(3),
				CatchUp: []care.CatchUp{care.All, care.One, care.Skip}[r.IntN(3)]}
			if k > 0 && r.IntN(2) == 0 && p.Steps[k-1].Every.IsZero() && p.Steps[k-1].Anchor.Kind != care.Birthday {
				s.Anchor = care.Anchor{Kind: care.AfterStep, Name: fmt.Sprint("s", k-1), Outcomes: []string{"yes", care.OutcomeExpired}}
			} else if s.Anchor.Kind != care.Birthday && r.IntN(2) == 0 {
				if s.Every = pick(); s.Every.IsZero() || s.Every.Time > 0 {
					s.Every = span("P2D")
				}
				s.Times = r.IntN(20)
			}
			p.Steps = append(p.Steps, s)
		}
		out = append(out, p)
	}
	return out
}

func randomCustomer(r *rand.Rand, loc *time.Location, from time.Time, days int) care.Customer {
	c := care.Customer{ID: "c", Location: loc, Facts: []care.Fact{{Kind: care.Joined, At: from.AddDate(0, 0, -r.IntN(400))}}}
	if r.IntN(2) == 0 {
		c.Birthday = care.MonthDay{Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}
	}
	for _, f := range []care.Fact{{Kind: care.Order}, {Kind: care.Stage, Name: "a"}, {Kind: care.Alert, Name: "x"}} {
		if r.IntN(4) > 0 {
			f.At = from.Add(time.Duration(r.Int64N(int64(days)*24*int64(time.Hour)))).AddDate(0, 0, -60)
			c.Facts = append(c.Facts, f)
		}
	}
	return c
}

// Any number of runs at any instants comes to the same as one, to the bit, with
// commands in between as without.
func TestTwoRunsAreOne(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	total := 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 1))
		total += splitsAgree(t, r, []*time.Location{nil, shanghai, berlin}[r.IntN(3)])
	}
	if total < 2000 {
		t.Errorf("only %d tasks", total)
	}
}

func splitsAgree(t *testing.T, r *rand.Rand, loc *time.Location) int {
	policy := care.Policy{}
	if r.IntN(2) == 0 {
		policy = night()
	}
	if r.IntN(2) == 0 {
		policy.Cap = care.Cap{Max: 1 + r.IntN(3), Per: span("P7D")}
	}
	p, err := care.NewPlanner(randomPlans(r), policy)
	if err != nil {
		t.Fatal(err)
	}
	from, days := at("2025-01-15 00:00"), 300
	whole := must(care.NewBook("c", from))
	split := whole
	n := 0
	for range 4 { // the facts change between, and a task is done
		from = whole.Planned
		c := randomCustomer(r, loc, from, days/4)
		to := from.Add(time.Duration(r.Int64N(int64(days/4) * 24 * int64(time.Hour))))
		one := must(p.Plan(c, whole, to))
		ids := map[care.TaskID]care.Task{}
		for k := 1; k <= 1+r.IntN(8); k++ {
			at := split.Planned.Add(time.Duration(r.Int64N(int64(to.Sub(split.Planned)) + 1)))
			res := must(p.Plan(c, split, at))
			for _, task := range res.Tasks {
				if old, ok := ids[task.ID]; ok && !old.Open() {
					t.Fatalf("%v was closed and is %v", old, task)
				}
				ids[task.ID] = task
			}
			if !res.Next.IsZero() && !res.Next.After(at) {
				t.Fatalf("next is %v at %v", res.Next, at)
			}
			// Nothing happens before Next.
			if before := res.Next.Add(-time.Microsecond); !res.Next.IsZero() && before.After(at) && before.Before(to) {
				if quiet := must(p.Plan(c, res.Book, before)); len(quiet.Tasks) > 0 {
					t.Fatalf("%v before %v", due(quiet.Tasks), res.Next)
				}
			}
			split = res.Book
		}
		last := must(p.Plan(c, split, to))
		for _, task := range last.Tasks {
			ids[task.ID] = task
		}
		split, whole = last.Book, one.Book
		a, _ := json.Marshal(whole)
		b, _ := json.Marshal(split)
		if string(a) != string(b) {
			t.Fatalf("books differ:\n%s\n%s", a, b)
		}
		if len(ids) != len(one.Tasks) {
			t.Fatalf("%d tasks, %d in one run", len(ids), len(one.Tasks))
		}
		for _, task := range one.Tasks {
			if ids[task.ID] != task {
				t.Fatalf("%+v\n%+v", ids[task.ID], task)
			}
		}
		n += len(ids)
		var back care.Book
		if err := json.Unmarshal(a, &back); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		if again, _ := json.Marshal(back); string(again) != string(a) {
			t.Fatalf("%s\n%s", again, a)
		}
		if open := whole.Open(); len(open) > 0 {
			id, outcome := open[r.IntN(len(open))].ID, []string{"yes", "no", ""}[r.IntN(3)]
			x, y := must(p.Complete(c, whole, id, outcome, to)), must(p.Complete(c, split, id, outcome, to))
			whole, split = x.Book, y.Book
		}
	}
	return n
}

func FuzzTwoRunsAreOne(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		r := rand.New(rand.NewPCG(a, b))
		splitsAgree(t, r, []*time.Location{nil, shanghai}[r.IntN(2)])
	})
}
