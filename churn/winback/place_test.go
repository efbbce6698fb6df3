package winback_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
)

// askFirst is a campaign that asks who left why, and has a plan for two answers.
func askFirst(t *testing.T, change func(*winback.Config)) *winback.Engine[int64] {
	return engine(t, func(c *winback.Config) {
		c.Holdout = winback.Holdout{}
		c.Plans = []winback.Plan{
			{ID: "price", Name: guanxi.Text{EN: "a fair price", ZH: "合理价格"}, Reasons: []string{winback.Price}, Steps: []winback.Step{
				{ID: "10 off", Kind: winback.Offer, Percent: dec("0.1")}, {ID: "20 off", Kind: winback.Offer, Percent: dec("0.2")},
			}},
			{ID: "delivery", Reasons: []string{winback.Delivery}, Steps: []winback.Step{{ID: "replace", Kind: winback.ServiceFix, Cost: dec("9")}}},
			{ID: "ask", Steps: []winback.Step{{ID: "call", Kind: winback.Contact}}},
		}
		if change != nil {
			change(c)
		}
	})
}

// walk decides every other week, for reasons that are recorded one after the
// other, and returns the steps.
func walk(t *testing.T, e *winback.Engine[int64], s *winback.State, reasons ...string) (steps []string) {
	t.Helper()
	for _, r := range reasons {
		when := now
		if s.Last > 0 {
			when = time.UnixMicro(s.Last).AddDate(0, 0, 14)
		}
		c := pricey()
		c.Reason, c.Order, c.Margin = r, dec("100"), dec("0.6")
		before, was := *s, slices.Clone(s.Places)
		d, err := e.Decide(1, c, *s, winback.Purse{}, when)
		if err != nil {
			t.Fatal(err)
		}
		*s = s.Apply(d)
		if !slices.Equal(before.Places, was) {
			t.Fatal("Apply changes the state it is given")
		}
		if d.Outcome == winback.Act {
			steps = append(steps, d.Step)
		} else {
			steps = append(steps, string(d.Cause))
		}
	}
	return steps
}

// Who is asked first gets the first step of the plan for the answer, and who
// returns to a plan goes on where they left it.
func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct{ reasons, want []string }{
		"ask, then price":    {[]string{"", winback.Price, winback.Price}, []string{"call", "10 off", "20 off"}},
		"ask, then delivery": {[]string{"", winback.Delivery, winback.Delivery}, []string{"call", "replace", "exhausted"}},
		"there and back":     {[]string{winback.Price, winback.Delivery, winback.Price, ""}, []string{"10 off", "replace", "20 off", "call"}},
		"nothing twice":      {[]string{"", "", winback.Delivery, winback.Delivery, ""}, []string{"call", "exhausted", "replace", "exhausted", "exhausted"}},
	} {
		e := askFirst(t, nil)
		var s winback.State
		if got := walk(t, e, &s, c.reasons...); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		data, err := json.Marshal(s)
		var back winback.State
		if err != nil || json.Unmarshal(data, &back) != nil || !reflect.DeepEqual(back, s) {
			t.Errorf("%s: %s, %v", name, data, err)
		}
	}
	// MaxSteps counts them all.
	var s winback.State
	e := askFirst(t, func(c *winback.Config) { c.MaxSteps = 2 })
	if got := walk(t, e, &s, "", winback.Price, winback.Price); !slices.Equal(got, []string{"call", "10 off", "exhausted"}) {
		t.Errorf("%q", got)
	}
	if s.Steps != 2 || !slices.Equal(s.Places, []winback.Place{{Plan: "ask", Steps: 1}, {Plan: "price", Steps: 1}}) {
		t.Errorf("%+v", s)
	}
}

// A state from before there were places: its steps count in every plan.
func TestOldState(t *testing.T) {
	var s winback.State
	if err := json.Unmarshal([]byte(`{"assigned":1775044800000000,"last":1775044800000000,"steps":1,"arm":"treated"}`), &s); err != nil {
		t.Fatal(err)
	}
	if got := walk(t, askFirst(t, nil), &s, winback.Price, winback.Price, winback.Delivery, ""); !slices.Equal(got, []string{"20 off", "exhausted", "exhausted", "exhausted"}) {
		t.Errorf("%q", got)
	}
	if s.Steps != 2 || !slices.Equal(s.Places, []winback.Place{{Plan: "price", Steps: 1}}) {
		t.Errorf("%+v", s)
	}
}

// Whatever the reasons, no step is taken twice, each plan is climbed in its
// order, and a campaign comes to an end without MaxSteps.
func TestPlacesLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	e := askFirst(t, nil)
	for range 200 {
		var s winback.State
		var reasons []string
		for range 12 {
			reasons = append(reasons, []string{"", winback.Price, winback.Delivery, winback.Forgot}[r.IntN(4)])
		}
		var taken []string
		for _, step := range walk(t, e, &s, reasons...) {
			if step == string(winback.Exhausted) {
				continue
			}
			if slices.Contains(taken, step) {
				t.Fatalf("%q: %q again, after %q", reasons, step, taken)
			}
			taken = append(taken, step)
		}
		if i, j := slices.Index(taken, "10 off"), slices.Index(taken, "20 off"); j >= 0 && (i < 0 || i > j) {
			t.Fatalf("%q: %q", reasons, taken)
		}
	}
}

// A refused plan is named as people know it.
func TestRefusedLabel(t *testing.T) {
	c := pricey()
	c.OpenCase = true
	d, err := askFirst(t, nil).Decide(1, c, winback.State{}, winback.Purse{}, now)
	if err != nil || len(d.Refused) != 1 || d.Refused[0] != (winback.Refusal{Plan: "price", PlanName: guanxi.Text{EN: "a fair price", ZH: "合理价格"}, Cause: winback.OpenComplaint}) {
		t.Fatalf("%+v, %v", d, err)
	}
	if got, want := d.Explain(guanxi.ZH), "执行：call（ask）；原因与情形相符，且在预算之内；未选合理价格：投诉尚未解决"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
