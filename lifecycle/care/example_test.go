package care_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// Today's list: who is to be contacted, by what channel and since when. The plan is
// data, read from JSON.
func ExamplePlanner_Plan() {
	var plan care.Plan
	if err := json.Unmarshal([]byte(`{
		"id": "welcome", "name": {"en": "Welcome", "zh": "新客关怀"},
		"entry": {"kind": "stage", "name": "experience"}, "reentry": "never", "exits": ["complained"],
		"steps": [
			{"id": "ask", "channel": "phone", "after": "P3D", "expires": "P7D", "outcomes": ["pleased", "complained"]},
			{"id": "invite", "channel": "wechat", "anchor": {"kind": "step", "name": "ask", "outcomes": ["pleased"]}, "after": "P1D"},
			{"id": "greet", "channel": "sms", "anchor": {"kind": "birthday"}, "at": "10:00", "expires": "P1D"}
		]}`), &plan); err != nil {
		fmt.Println(err)
		return
	}
	planner := care.MustPlanner([]care.Plan{plan}, care.Policy{
		Quiet: []care.Quiet{{Hours: lifecycle.HoursOf("20:00", "09:00")}},
		Cap:   care.Cap{Max: 2, Per: guanxi.MustParseSpan("P7D")},
	})
	zone := time.FixedZone("+08:00", 8*3600)
	day := func(d, hour int) time.Time { return time.Date(2025, 3, d, hour, 0, 0, 0, zone) }
	li := care.Customer{ID: "li", Location: zone, Birthday: care.MonthDay{Month: 3, Day: 6},
		Facts: []care.Fact{{Kind: care.Stage, Name: "experience", At: day(1, 22)}}}

	store := new(care.MemoryBooks)
	keeper := care.BookKeeper{Planner: planner, Store: store, Since: day(1, 0)}
	ctx := context.Background()
	print := func(what string) {
		tasks, _ := store.DueTasks(ctx, day(31, 0), 10)
		fmt.Println(what)
		for _, t := range tasks {
			fmt.Println(" ", t.Step, t.Channel.Label(guanxi.ZH), t.Due.In(zone).Format(time.DateTime))
		}
	}
	r, err := keeper.Plan(ctx, li, day(6, 12))
	if err != nil {
		fmt.Println(err)
		return
	}
	print("on the 6th")
	ask := r.Tasks[0].ID
	if _, err := keeper.Complete(ctx, li, ask, "pleased", day(6, 15)); err != nil {
		fmt.Println(err)
	}
	_, _ = keeper.Plan(ctx, li, day(12, 12))
	_, _ = keeper.Plan(ctx, li, day(12, 12)) // a second run creates nothing
	print("on the 12th")
	// Output:
	// on the 6th
	//   ask 电话 2025-03-05 09:00:00
	//   greet 短信 2025-03-06 10:00:00
	// on the 12th
	//   invite 微信 2025-03-12 09:00:00
}

// A complaint on the eve of the National Day is answered within eight working
// hours: the holiday does not count, the Saturday worked for it does.
func ExampleDesk_Open() {
	calendar := lifecycle.MustCalendar(lifecycle.CalendarConfig{
		Zone:     "+08:00",
		Week:     lifecycle.Weekdays(lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00")),
		Holidays: []lifecycle.Holiday{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 1}, Days: 8}},
		Extra:    []lifecycle.ExtraDay{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 11}, Hours: []lifecycle.Hours{lifecycle.HoursOf("09:00", "17:00")}}},
	})
	desk := care.MustDesk(care.DeskConfig{
		Severities: []care.Severity{{
			ID:       "ordinary",
			Answer:   care.Limit{Clock: care.Working, Within: guanxi.MustParseSpan("PT8H")},
			Requires: []string{"apology_with_measures"},
			Ladder:   []care.Rung{{After: guanxi.MustParseSpan("PT4H"), To: "manager"}},
		}},
		Causes: []string{"delivery"}, Units: []string{"logistics"},
	}, calendar)
	zone := calendar.Location()
	c, err := desk.Open("c-17", "li", care.Complaint, "ordinary", time.Date(2025, 9, 30, 16, 0, 0, 0, zone))
	fmt.Println("due", c.Due.In(zone).Format("Mon 2 Jan 15:04"), err)
	c, effects, _ := desk.Advance(c, time.Date(2025, 10, 9, 12, 0, 0, 0, zone))
	for _, e := range effects {
		fmt.Println(e.Kind, e.To, e.At.In(zone).Format("Mon 2 Jan 15:04"))
	}
	_, _, err = desk.Answer(c, nil, time.Date(2025, 10, 9, 14, 0, 0, 0, zone))
	fmt.Println(err)
	c, _, err = desk.Answer(c, []string{"apology_with_measures"}, time.Date(2025, 10, 9, 15, 0, 0, 0, zone))
	fmt.Println(c.Status.Label(guanxi.ZH), c.Waited, "late:", c.Late, err)
	// Output:
	// due Thu 9 Oct 16:00 <nil>
	// escalate manager Thu 9 Oct 11:00
	// care: the answer lacks a required deliverable: "apology_with_measures"
	// 已答复 7h0m0s late: false <nil>
}

// The same sofa looked at three times in a week and not bought.
func ExampleWatcher_Observe() {
	watcher, err := care.NewWatcher(care.WatchConfig{Triggers: []care.Trigger{{
		ID: "hesitates", Kind: care.Repeated, Of: "view", Unless: []string{"buy"}, Count: 3, Within: guanxi.MustParseSpan("P7D"),
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var state care.Watch
	for day := range 3 {
		var fired []care.Firing
		state, fired, _ = watcher.Observe(state, care.Behaviour{Kind: "view", Subject: "sofa-3", At: time.Date(2025, 3, 1+day, 20, 0, 0, 0, time.UTC)})
		for _, f := range fired {
			fmt.Println(f.Trigger, len(f.Evidence), "times", f.Evidence[0].Subject, "since", f.Evidence[0].At.Format(time.DateOnly))
		}
	}
	// Output: hesitates 3 times sofa-3 since 2025-03-01
}

// A nightly run plans everyone, those too who joined since the last one; a reply
// that was lost is sent again.
func ExampleBookKeeper() {
	planner := care.MustPlanner([]care.Plan{{
		ID: "welcome", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{{ID: "hello", Channel: care.Phone}},
	}}, care.Policy{})
	store := new(care.MemoryBooks)
	keeper := care.BookKeeper{Planner: planner, Store: store, Since: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)}
	ctx := context.Background()
	li := care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Joined, At: time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)}}}
	night := time.Date(2025, 3, 2, 2, 0, 0, 0, time.UTC)
	if _, err := keeper.Plan(ctx, li, night); err != nil {
		fmt.Println(err)
	}
	tasks, _ := store.DueTasks(ctx, night, 10)
	for _, t := range tasks {
		fmt.Println(t.Step, t.Due.Format(time.DateTime))
		for range 2 {
			_, err := keeper.Complete(ctx, li, t.ID, "", night.Add(8*time.Hour))
			fmt.Println(err)
		}
	}
	// Output:
	// hello 2025-03-01 10:00:00
	// <nil>
	// <nil>
}

// Cases are opened, swept and answered through a store.
func ExampleCaseKeeper() {
	desk := care.MustDesk(care.DeskConfig{
		Severities: []care.Severity{{
			ID: "crisis", Answer: care.Limit{Clock: care.Wall, Within: guanxi.MustParseSpan("PT24H")},
			Ladder: []care.Rung{{After: guanxi.MustParseSpan("PT4H"), To: "director"}},
		}},
		Causes: []string{"quality"}, Units: []string{"kitchen"},
	}, nil)
	keeper := care.CaseKeeper{Desk: desk, Store: new(care.MemoryCases)}
	ctx, opened := context.Background(), time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)
	_, _, err := keeper.Do(ctx, "c-1", func(care.Case) (care.Case, []care.Effect, error) {
		c, err := desk.Open("c-1", "li", care.Crisis, "crisis", opened)
		return c, nil, err
	})
	fmt.Println("opened", err)
	now := opened.Add(5 * time.Hour)
	due, _ := keeper.Store.Due(ctx, now, 10) // a sweep
	for _, id := range due {
		_, effects, err := keeper.Do(ctx, id, func(c care.Case) (care.Case, []care.Effect, error) { return desk.Advance(c, now) })
		for _, e := range effects {
			fmt.Println(e.Kind.Label(guanxi.EN), e.To, e.At.Format(time.TimeOnly), err)
		}
	}
	c, _, err := keeper.Do(ctx, "c-1", func(c care.Case) (care.Case, []care.Effect, error) {
		return desk.Answer(c, nil, now.Add(time.Hour))
	})
	fmt.Println(c.Status, c.Waited, err)
	// Output:
	// opened <nil>
	// escalate director 14:00:00 <nil>
	// answered 6h0m0s <nil>
}

// A lead is claimed from the public pool and handed over to a colleague.
func ExampleNewPool() {
	pool, err := care.NewPool(care.PoolConfig{
		Untouched: guanxi.MustParseSpan("P30D"), Holding: 1,
		Claims: 5, ClaimsPer: guanxi.MustParseSpan("P1D"), Reclaim: guanxi.MustParseSpan("P7D"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	day := func(d int) time.Time { return time.Date(2025, 3, d, 9, 0, 0, 0, time.UTC) }
	zhang, chen := care.Seller{ID: "zhang"}, care.Seller{ID: "chen"}
	lead, zhang, _, err := pool.Claim(care.Lead{ID: "acme"}, zhang, day(1))
	fmt.Println(lead.Owner, zhang.Holding, err)
	_, _, _, err = pool.Claim(care.Lead{ID: "globex"}, zhang, day(1))
	fmt.Println(err)
	lead, zhang, chen, _, err = pool.HandOver(lead, zhang, chen, day(2))
	fmt.Println(lead.Owner, zhang.Holding, chen.Holding, err)
	fmt.Println("back on", pool.Next(lead).Format(time.DateOnly))
	// Output:
	// zhang 1 <nil>
	// care: holds as many leads as allowed
	// chen 0 1 <nil>
	// back on 2025-04-01
}

func ExamplePool_Advance() {
	pool, err := care.NewPool(care.PoolConfig{
		Untouched: guanxi.MustParseSpan("P15D"), Warning: guanxi.MustParseSpan("P3D"), Holding: 50,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	lead, zhang, _, _ := pool.Claim(care.Lead{ID: "acme"}, care.Seller{ID: "zhang"}, time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC))
	fmt.Println(lead.Owner, zhang.Holding)
	lead, notices, _ := pool.Advance(lead, time.Date(2025, 4, 1, 0, 0, 0, 0, time.UTC))
	for _, n := range notices {
		fmt.Println(n.Kind, n.Owner, n.At.Format(time.DateOnly))
	}
	fmt.Printf("%q\n", lead.Owner)
	// Output:
	// zhang 1
	// warned zhang 2025-03-13
	// returned zhang 2025-03-16
	// ""
}

func ExampleDesk_Assess() {
	desk := care.MustDesk(care.DeskConfig{
		Severities: []care.Severity{{ID: "s", Answer: care.Limit{Clock: care.Wall, Within: guanxi.MustParseSpan("PT24H")}}},
		Causes:     []string{"c"}, Units: []string{"u"},
	}, nil)
	day := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	var cases []care.Case
	for i, hours := range []time.Duration{2, 5, 9, 30, 0, 0} { // 0: still open
		c, _ := desk.Open(care.CaseID(fmt.Sprint(i)), "li", care.Complaint, "s", day.Add(time.Duration(i)*6*time.Hour))
		if hours > 0 {
			c, _, _ = desk.Answer(c, nil, c.Opened.Add(hours*time.Hour))
		}
		cases = append(cases, c)
	}
	a, err := desk.Assess("s", cases, day.Add(48*time.Hour), 0.95)
	fmt.Printf("%d cases, %d still in time; on time %.0f %% (%.0f to %.0f), half within %v, %v\n",
		a.Cases, a.Pending, 100*a.OnTime.Value, 100*a.OnTime.Low, 100*a.OnTime.High, a.Median, err)
	// Output: 6 cases, 1 still in time; on time 50 % (19 to 81), half within 9h0m0s, <nil>
}
