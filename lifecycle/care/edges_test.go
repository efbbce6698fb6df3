package care_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/shopspring/decimal"
)

// A nightly run plans what fell due between the entry and the first run.
func TestKeeperSince(t *testing.T) {
	plan := care.Plan{ID: "w", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never, Steps: []care.Step{{ID: "hello", Channel: care.Phone}}}
	p := care.MustPlanner([]care.Plan{plan}, care.Policy{})
	c := care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Joined, At: at("2025-03-01 10:00")}}}
	ctx := context.Background()
	for _, tt := range []struct {
		since time.Time
		want  []string
	}{
		{at("2025-01-01 00:00"), []string{"w/hello due 2025-03-01 10:00"}},
		{at("2025-03-01 10:00"), []string{"w/hello due 2025-03-01 10:00"}},
		{at("2025-03-01 10:01"), nil}, // long before the host planned anything
	} {
		k := care.BookKeeper{Planner: p, Store: new(care.MemoryBooks), Since: tt.since}
		r := must(k.Plan(ctx, c, at("2025-03-02 02:00")))
		expect(t, tt.since.String(), r.Tasks, tt.want...)
	}
	for _, since := range []time.Time{{}, time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC)} {
		k := care.BookKeeper{Planner: p, Store: new(care.MemoryBooks), Since: since}
		if _, err := k.Plan(ctx, c, at("2025-03-02 02:00")); !errors.Is(err, care.ErrTime) || !slices.Equal(pointers(err), []string{"/since"}) {
			t.Error(err)
		}
		if _, err := k.Complete(ctx, c, "x", "", at("2025-03-02 02:00")); !errors.Is(err, care.ErrTime) {
			t.Error(err)
		}
	}
	if _, err := (care.BookKeeper{Planner: p, Store: new(care.MemoryBooks), Since: at("2025-04-01 00:00")}).Plan(ctx, c, at("2025-03-02 02:00")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
}

func pointers(err error) (out []string) {
	for e := range guanxi.Faults(err) {
		out = append(out, e.Pointer)
	}
	return out
}

// bookStore hides that a store reads tasks too.
type bookStore struct{ care.BookStore }

// What may have been written is closed again without an error.
func TestCompleteAgain(t *testing.T) {
	p := care.MustPlanner([]care.Plan{winback()}, care.Policy{})
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Stage, Name: "dormant", At: at("2025-03-01 10:00")}}}
	ctx, store := context.Background(), new(care.MemoryBooks)
	k := care.BookKeeper{Planner: p, Store: store, Since: at("2025-01-01 00:00")}
	id := must(k.Plan(ctx, c, at("2025-03-02 12:00"))).Tasks[0].ID
	must(k.Complete(ctx, c, id, "unreachable", at("2025-03-02 13:00")))
	for _, now := range []string{"2025-03-02 13:00", "2025-03-02 12:00", "2025-03-02 14:00", "2025-03-02 13:00"} {
		if r, err := k.Complete(ctx, c, id, "unreachable", at(now)); err != nil || len(r.Tasks) > 0 {
			t.Error(now, r.Tasks, err)
		}
	}
	want, ok, err := store.Task(ctx, id)
	if err != nil || !ok || !want.Closed.Equal(at("2025-03-02 13:00")) {
		t.Error(want)
	}
	for _, outcome := range []string{"", "bought"} {
		if _, err := k.Complete(ctx, c, id, outcome, at("2025-03-02 15:00")); !errors.Is(err, care.ErrNotOpen) {
			t.Errorf("%q: %v", outcome, err)
		}
	}
	if _, err := k.Complete(ctx, c, id, "bought", at("2025-03-02 13:30")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	other := c
	other.ID = "wang"
	if _, err := k.Complete(ctx, other, id, "unreachable", at("2025-03-02 15:00")); !errors.Is(err, care.ErrNotOpen) {
		t.Error(err)
	}
	k.Store = bookStore{store}
	if _, err := k.Complete(ctx, c, id, "unreachable", at("2025-03-02 15:00")); !errors.Is(err, care.ErrNotOpen) {
		t.Error(err)
	}
}

// A step that falls due at night has its time from the morning on.
func TestExpiresAfterQuiet(t *testing.T) {
	plan := care.Plan{ID: "w", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{{ID: "call", Channel: care.Phone, After: span("PT12H"), Expires: span("PT4H")}}}
	p := care.MustPlanner([]care.Plan{plan}, night())
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Joined, At: at("2025-03-01 10:00")}}}
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	r := must(p.Plan(c, b, at("2025-03-02 12:59")))
	expect(t, "in its time", r.Tasks, "w/call due 2025-03-02 09:00")
	if len(r.Tasks) == 1 && !r.Tasks[0].Expires.Equal(at("2025-03-02 13:00")) {
		t.Error(r.Tasks[0].Expires.In(shanghai))
	}
	r = must(p.Plan(c, r.Book, at("2025-03-02 13:00")))
	expect(t, "after it", r.Tasks, "w/call expired 2025-03-02 09:00")
	// Learned of too late, it is not done.
	r = must(p.Plan(care.Customer{ID: "li", Location: shanghai}, b, at("2025-03-02 14:00")))
	r = must(p.Plan(c, r.Book, at("2025-03-02 15:00")))
	if len(r.Tasks) != 1 || r.Tasks[0].Status != care.Lapsed {
		t.Error(due(r.Tasks))
	}
}

// Birthdays near the turn of the year are found, whatever the zone and the span.
func TestBirthdaysAtTheTurnOfTheYear(t *testing.T) {
	west, east := time.FixedZone("", -8*3600), time.FixedZone("", 14*3600)
	for _, tt := range []struct {
		name     string
		zone     *time.Location
		birthday care.MonthDay
		joined   time.Time
		step     care.Step
		want     time.Time
	}{
		{"31 December in the west", west, care.MonthDay{Month: 12, Day: 31}, time.Date(2025, 12, 31, 18, 0, 0, 0, west), care.Step{At: 20 * 60}, time.Date(2025, 12, 31, 20, 0, 0, 0, west)},
		{"1 January in the east", east, care.MonthDay{Month: 1, Day: 1}, time.Date(2026, 1, 1, 1, 0, 0, 0, east), care.Step{At: 2 * 60}, time.Date(2026, 1, 1, 2, 0, 0, 0, east)},
		{"a week after", time.UTC, care.MonthDay{Month: 12, Day: 30}, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), care.Step{After: span("P7D")}, time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)},
		{"a week before", time.UTC, care.MonthDay{Month: 1, Day: 3}, time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC), care.Step{Before: span("P7D")}, time.Date(2025, 12, 27, 0, 0, 0, 0, time.UTC)},
		{"99 years after", time.UTC, care.MonthDay{Month: 12, Day: 30}, time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), care.Step{After: span("P99Y")}, time.Date(1970, 12, 30, 0, 0, 0, 0, time.UTC)},
		{"at the first instant", time.UTC, care.MonthDay{Month: 1, Day: 1}, time.Unix(0, 0), care.Step{}, time.Unix(0, 0)},
	} {
		tt.step.ID, tt.step.Channel, tt.step.Anchor = "card", care.SMS, care.Anchor{Kind: care.Birthday}
		p := care.MustPlanner([]care.Plan{{ID: "b", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never, Steps: []care.Step{tt.step}}}, care.Policy{})
		c := care.Customer{ID: "li", Location: tt.zone, Birthday: tt.birthday, Facts: []care.Fact{{Kind: care.Joined, At: tt.joined}}}
		r := must(p.Plan(c, must(care.NewBook("li", tt.joined)), tt.want))
		if len(r.Tasks) != 1 || !r.Tasks[0].Due.Equal(tt.want) || !r.Next.Equal(tt.want.Add(720*time.Hour)) {
			t.Errorf("%s: %v, next %v", tt.name, due(r.Tasks), r.Next)
		}
		// Elsewhere it is not planned a second time.
		c.Location = []*time.Location{west, east}[len(tt.name)%2]
		for _, x := range must(p.Plan(c, r.Book, tt.want.Add(48*time.Hour))).Tasks {
			t.Errorf("%s: again %+v", tt.name, x)
		}
	}
}

// A run that is begun anew keeps what is not counted from its entry.
func TestRestartKeeps(t *testing.T) {
	plan := care.Plan{ID: "p", Entry: care.Anchor{Kind: care.Order}, Reentry: care.Restart, Steps: []care.Step{
		{ID: "card", Channel: care.SMS, Anchor: care.Anchor{Kind: care.Birthday}, At: 9 * 60},
		{ID: "day", Channel: care.SMS, Anchor: care.Anchor{Kind: care.OnDate, Date: lifecycle.Date{Year: 2025, Month: 2, Day: 1}}, Every: span("P1M"), At: 9 * 60},
		{ID: "vip", Channel: care.SMS, Anchor: care.Anchor{Kind: care.Tier, Name: "vip"}, After: span("P1D")},
		{ID: "thank", Channel: care.SMS},
		{ID: "after", Channel: care.SMS, Anchor: care.Anchor{Kind: care.Order}, After: span("PT1H")},
	}}
	p := care.MustPlanner([]care.Plan{plan}, care.Policy{})
	c := care.Customer{ID: "li", Location: shanghai, Birthday: care.MonthDay{Month: 2, Day: 1}, Facts: []care.Fact{
		{Kind: care.Order, At: at("2025-01-31 12:00")}, {Kind: care.Tier, Name: "vip", At: at("2025-01-31 08:00")}}}
	r := must(p.Plan(c, must(care.NewBook("li", at("2025-01-01 00:00"))), at("2025-02-01 10:00")))
	expect(t, "first", r.Tasks, "p/thank due 2025-01-31 12:00", "p/after due 2025-01-31 13:00", "p/vip due 2025-02-01 08:00", "p/card due 2025-02-01 09:00", "p/day due 2025-02-01 09:00")
	before := r.Book
	c.Facts[0].At = at("2025-02-01 12:00")
	r = must(p.Plan(c, before, at("2025-02-01 14:00")))
	expect(t, "again", r.Tasks, "p/thank dropped 2025-01-31 12:00", "p/after dropped 2025-01-31 13:00", "p/thank due 2025-02-01 12:00", "p/after due 2025-02-01 13:00")
	open := map[care.TaskID]bool{}
	for _, x := range r.Book.Open() {
		open[x.ID] = true
	}
	for _, x := range before.Tasks {
		if kept := x.Step == "card" || x.Step == "day" || x.Step == "vip"; open[x.ID] != kept {
			t.Errorf("%s is open: %v", x.Step, open[x.ID])
		}
	}
	if err := r.Book.Validate(); err != nil || len(r.Book.Runs) != 1 {
		t.Error(err, r.Book.Runs)
	}
	// The next of what recurs comes once.
	r = must(p.Plan(c, r.Book, at("2025-03-01 09:00")))
	expect(t, "a month later", r.Tasks, "p/day due 2025-03-01 09:00")
}

// A stage that is true since later was left, though nobody saw it.
func TestLeftBetweenPlans(t *testing.T) {
	for _, kind := range []care.Kind{care.Stage, care.Segment, care.Tier, care.Alert, care.Order, care.Joined} {
		for _, reentry := range []care.Reentry{care.Never, care.Ended, care.Restart} {
			fact := care.Fact{Kind: kind, At: at("2025-01-01 10:00")}
			leaves := kind != care.Order && kind != care.Joined
			if leaves {
				fact.Name = "x"
			}
			plan := care.Plan{ID: "s", Entry: care.Anchor{Kind: kind, Name: fact.Name}, Reentry: reentry,
				Steps: []care.Step{{ID: "call", Channel: care.Phone, Every: span("P7D"), CatchUp: care.One}}}
			p := care.MustPlanner([]care.Plan{plan}, care.Policy{})
			c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{fact}}
			seen := must(p.Plan(c, must(care.NewBook("li", at("2025-01-01 00:00"))), at("2025-01-02 00:00")))
			c.Facts = []care.Fact{{Kind: kind, Name: fact.Name, At: at("2025-01-05 10:00")}}
			want := []string{"s/call dropped 2025-01-01 10:00", "s/call due 2025-01-05 10:00"}
			if !leaves && reentry != care.Restart {
				want = nil
			} else if reentry == care.Never {
				want = want[:1]
			}
			r := must(p.Plan(c, seen.Book, at("2025-01-06 00:00")))
			expect(t, fmt.Sprint(kind, " ", reentry), r.Tasks, want...)
			// It is learned of only after it was so.
			late := must(p.Plan(care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{fact}}, seen.Book, at("2025-01-05 23:00")))
			late = must(p.Plan(c, late.Book, at("2025-01-06 00:00")))
			if len(want) == 2 {
				want[1] = "s/call due 2025-01-05 23:00"
			}
			expect(t, fmt.Sprint(kind, " ", reentry, " late"), late.Tasks, want...)
		}
	}
}

// A sweep with nothing to do changes nothing, and does not stand in the way of
// what is learned of after it.
func TestSweepsThatDoNothing(t *testing.T) {
	d := desk()
	c := must(d.Open("1", "li", care.Complaint, "crisis", at("2025-05-01 10:00")))
	swept, effects, err := d.Advance(c, at("2025-05-01 10:59"))
	if err != nil || len(effects) > 0 || !swept.Updated.Equal(c.Updated) {
		t.Error(swept.Updated, effects, err)
	}
	swept, _, err = d.Advance(swept, at("2025-05-01 11:30"))
	if err != nil || !swept.Updated.Equal(at("2025-05-01 11:00")) { // the rung
		t.Error(swept.Updated, err)
	}
	if _, _, err := d.Answer(swept, []string{"apology", "responsibilities"}, at("2025-05-01 11:10")); err != nil {
		t.Error(err)
	}
	if _, _, err := d.Answer(swept, []string{"apology", "responsibilities"}, at("2025-05-01 10:59")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	p := must(care.NewPool(poolConfig()))
	l, _, _, err := p.Claim(care.Lead{ID: "x"}, care.Seller{ID: "zhang"}, at("2025-03-01 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	if same, notices, err := p.Advance(l, at("2025-03-10 10:00")); err != nil || len(notices) > 0 || same != l {
		t.Error(same, notices, err)
	}
	early, _, _ := p.Advance(l, at("2025-03-13 10:00"))
	warned, _, _ := p.Advance(l, at("2025-03-14 10:00"))
	if early != warned || !warned.Updated.Equal(at("2025-03-13 10:00")) {
		t.Error(early, warned)
	}
	if touched, _, err := p.Touch(warned, "zhang", at("2025-03-13 11:00")); err != nil || touched.Warned {
		t.Error(touched, err)
	}
	if free, _, err := p.Advance(care.Lead{ID: "y"}, at("2025-03-14 10:00")); err != nil || free != (care.Lead{ID: "y"}) {
		t.Error(free, err)
	}
}

func TestAssessRefuses(t *testing.T) {
	d := desk()
	c := must(d.Open("1", "li", care.Complaint, "slow", at("2025-03-01 00:00")))
	answered, _, err := d.Answer(c, nil, at("2025-03-03 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	reopened, _, err := d.Reopen(answered, at("2025-03-05 00:00"))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []care.Case{answered, reopened} {
		if _, err := d.Assess("slow", []care.Case{c, x}, x.Updated.Add(-time.Microsecond), 0.95); !errors.Is(err, care.ErrBackwards) || !slices.Equal(pointers(err), []string{"/cases/1"}) {
			t.Error(err)
		}
		if a := must(d.Assess("slow", []care.Case{c, x}, x.Updated, 0.95)); a.Answered != 1 {
			t.Errorf("%+v", a)
		}
	}
	// What was opened later is left out.
	if a := must(d.Assess("slow", []care.Case{reopened}, at("2025-02-01 00:00"), 0.95)); a.Cases != 0 {
		t.Errorf("%+v", a)
	}
	now := at("2025-03-05 00:00")
	for _, confidence := range []float64{1, 5, -1, math.NaN(), math.Inf(1)} {
		if _, err := care.AssessPromises(nil, now, confidence); !errors.Is(err, care.ErrConfidence) || !slices.Equal(pointers(err), []string{"/confidence"}) {
			t.Error(confidence, err)
		}
	}
	if _, err := care.AssessPromises(nil, time.Time{}, 0.9); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
	_, err = care.AssessPromises([]care.Promise{{Due: now}, {}, {Due: now, Kept: time.Unix(-1, 0)}}, now, 0.9)
	if !errors.Is(err, care.ErrTime) || !slices.Equal(pointers(err), []string{"/promises/1/due", "/promises/2/kept"}) {
		t.Error(err)
	}
}

func TestTierAboveCap(t *testing.T) {
	cfg := deskConfig()
	cfg.Severities[0].Cap = decimal.RequireFromString("1499.99")
	if err := cfg.Validate(); !errors.Is(err, care.ErrOption) || !slices.Equal(pointers(err), []string{"/severities/0/tiers/1/max"}) {
		t.Error(err)
	}
	cfg.Severities[0].Cap = decimal.NewFromInt(1500)
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
}

// Subjects are names as shops give them.
func TestSubjects(t *testing.T) {
	e := must(care.NewWatcher(watchConfig()))
	for subject, ok := range map[string]bool{
		"红茶 500g": true, strings.Repeat("x", 128): true,
		"": false, "a\n": false, "\xff": false, strings.Repeat("x", 129): false,
	} {
		w, _, err := e.Observe(care.Watch{}, care.Behaviour{Kind: "view", Subject: subject, At: at("2025-03-01 00:00")})
		if (err == nil) != ok || !ok && !errors.Is(err, care.ErrID) {
			t.Errorf("%q: %v", subject, err)
		}
		if err := w.Validate(); err != nil {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

// The hotline is told of when a level is chosen, though the order was before.
func TestHotline(t *testing.T) {
	plan, _ := care.LevelPlan(lifecycle.Reactive)
	p := care.MustPlanner([]care.Plan{plan}, care.Policy{})
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{
		{Kind: care.Order, At: at("2025-01-05 00:00")}, {Kind: care.Stage, Name: "reactive", At: at("2025-01-05 00:01")}}}
	r := must(p.Plan(c, must(care.NewBook("li", at("2025-01-01 00:00"))), at("2025-02-01 00:00")))
	expect(t, "chosen", r.Tasks, "level_reactive/hotline due 2025-01-05 00:01")
	c.Facts[1].At = at("2025-03-05 00:00")
	r = must(p.Plan(c, r.Book, at("2025-03-06 00:00")))
	expect(t, "chosen again", r.Tasks, "level_reactive/hotline expired 2025-01-05 00:01", "level_reactive/hotline due 2025-03-05 00:00")
}
