package winback_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
)

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func ptr(s string) *decimal.Decimal { d := dec(s); return &d }

func span(s string) guanxi.Span { return guanxi.MustParseSpan(s) }

// campaign is a config with a plan for each of three reasons.
func campaign() winback.Config {
	return winback.Config{
		Currency: "CNY", Decimals: 2,
		Reasons: []winback.Reason{{ID: winback.Price}, {ID: winback.Delivery}, {ID: winback.Forgot}},
		Plans: []winback.Plan{
			{ID: "fair price", Reasons: []string{winback.Price}, When: winback.Situation{MinValue: ptr("500")}, Steps: []winback.Step{
				{ID: "call", Kind: winback.Contact, Cost: dec("2")},
				{ID: "5 off", Kind: winback.Offer, Percent: dec("0.05"), Cost: dec("0.1")},
				{ID: "10 off", Kind: winback.Offer, Percent: dec("0.1"), Cost: dec("0.1")},
			}},
			{ID: "small price", Reasons: []string{winback.Price}, Steps: []winback.Step{
				{ID: "write", Kind: winback.Contact}, {ID: "news", Kind: winback.Contact},
			}},
			{ID: "mend", Reasons: []string{winback.Delivery}, Steps: []winback.Step{
				{ID: "courier", Kind: winback.ServiceFix, Gift: dec("15")},
			}},
			{ID: "ask", Steps: []winback.Step{{ID: "why", Kind: winback.Contact}}},
		},
		Eligible:       winback.Situation{MinAway: span("P60D"), MaxAway: span("P2Y")},
		Holdout:        winback.Holdout{Salt: "spring 2026", Share: 0.2},
		CoolDown:       span("P14D"),
		MarginFloor:    dec("0.1"),
		LifetimeBudget: dec("40"), CampaignBudget: dec("1000"),
	}
}

func pointers(err error) (out []string) {
	for f := range guanxi.Faults(err) {
		out = append(out, f.Pointer)
	}
	return out
}

func TestBadConfig(t *testing.T) {
	if err := campaign().Validate(); err != nil {
		t.Fatal(err)
	}
	offer := func(percent, gift string) winback.Step {
		return winback.Step{ID: percent + "+" + gift, Kind: winback.Offer, Percent: dec(percent), Gift: dec(gift)}
	}
	all := []string{winback.Price, winback.Delivery, winback.Forgot}
	for name, c := range map[string]struct {
		change func(*winback.Config)
		want   error
		at     []string
	}{
		"blanket": {func(c *winback.Config) {
			c.Plans = []winback.Plan{{ID: "all", Reasons: all, Steps: []winback.Step{offer("0.1", "0")}}}
		}, winback.ErrBlanket, []string{"/plans/0/steps/0"}},
		"blanket in pieces": {func(c *winback.Config) {
			c.Plans = []winback.Plan{
				{ID: "a", Reasons: all[:1], Steps: []winback.Step{{ID: "hi", Kind: winback.Contact}, offer("0.10", "0")}},
				{ID: "b", Reasons: all[1:], When: winback.Situation{Segments: []string{"x"}}, Steps: []winback.Step{offer("0.1", "0.00")}},
			}
		}, winback.ErrBlanket, []string{"/plans/0/steps/1"}},
		"blanket without reasons": {func(c *winback.Config) { c.Plans[3].Steps[0] = offer("0.1", "0") }, winback.ErrBlanket, []string{"/plans/3/steps/0"}},
		"gift without reasons": {func(c *winback.Config) {
			c.Plans[3].Steps[0] = winback.Step{ID: "sorry", Kind: winback.ServiceFix, Gift: dec("20")}
		}, winback.ErrBlanket, []string{"/plans/3/steps/0"}},
		"gift for all": {func(c *winback.Config) {
			c.Plans[1] = winback.Plan{ID: "p", Reasons: []string{winback.Price, winback.Forgot}, Steps: []winback.Step{offer("0", "15.00")}}
		}, winback.ErrBlanket, []string{"/plans/1/steps/0"}},
		"not rising": {func(c *winback.Config) { c.Plans[0].Steps[2].Percent = dec("0.05") }, winback.ErrRising, []string{"/plans/0/steps/2"}},
		"mixed":      {func(c *winback.Config) { c.Plans[0].Steps[2] = offer("0.04", "9") }, winback.ErrRising, []string{"/plans/0/steps/2"}},
		"ids": {func(c *winback.Config) {
			c.Reasons[1].ID, c.Plans[1].ID, c.Plans[0].Steps[1].ID = winback.Price, "fair price", ""
		}, winback.ErrID, []string{"/reasons/1/id", "/plans/0/steps/1/id", "/plans/1/id", "/plans/2/reasons/0"}},
		"reasons":    {func(c *winback.Config) { c.Plans[0].Reasons = []string{"x", winback.Price, winback.Price} }, winback.ErrReason, []string{"/plans/0/reasons/0", "/plans/0/reasons/2"}},
		"no steps":   {func(c *winback.Config) { c.Plans[3].Steps = nil }, winback.ErrOption, []string{"/plans/3/steps"}},
		"no money":   {func(c *winback.Config) { c.LifetimeBudget, c.CampaignBudget = decimal.Zero, decimal.Zero }, winback.ErrOption, []string{"/lifetime_budget", "/campaign_budget"}},
		"fen":        {func(c *winback.Config) { c.LifetimeBudget, c.CampaignBudget = dec("1.001"), dec("-1") }, winback.ErrAmount, []string{"/lifetime_budget", "/campaign_budget"}},
		"too much":   {func(c *winback.Config) { c.CampaignBudget = decimal.New(1, math.MaxInt32) }, winback.ErrOverflow, []string{"/campaign_budget"}},
		"gift":       {func(c *winback.Config) { c.Plans[3].Steps[0].Gift = dec("1") }, winback.ErrOption, []string{"/plans/3/steps/0/gift"}},
		"percent":    {func(c *winback.Config) { c.Plans[2].Steps[0].Percent = dec("0.1") }, winback.ErrOption, []string{"/plans/2/steps/0/percent"}},
		"all of it":  {func(c *winback.Config) { c.Plans[0].Steps[2].Percent = dec("1") }, winback.ErrOption, []string{"/plans/0/steps/2/percent"}},
		"nothing":    {func(c *winback.Config) { c.Plans[0].Steps[1].Percent = decimal.Zero }, winback.ErrOption, []string{"/plans/0/steps/1/percent"}},
		"kind":       {func(c *winback.Config) { c.Plans[3].Steps[0].Kind = "x" }, winback.ErrOption, []string{"/plans/3/steps/0/kind"}},
		"cost":       {func(c *winback.Config) { c.Plans[3].Steps[0].Cost = dec("-1") }, winback.ErrAmount, []string{"/plans/3/steps/0/cost"}},
		"holdout":    {func(c *winback.Config) { c.Holdout = winback.Holdout{Share: 1} }, winback.ErrOption, []string{"/holdout/salt", "/holdout/share"}},
		"NaN":        {func(c *winback.Config) { c.Holdout.Share = math.NaN() }, winback.ErrOption, []string{"/holdout/share"}},
		"spans":      {func(c *winback.Config) { c.CoolDown, c.Eligible.MinAway = guanxi.Span{}, guanxi.Span{Days: -1} }, guanxi.ErrSpan, []string{"/eligible/min_away", "/cool_down"}},
		"a span":     {func(c *winback.Config) { c.CoolDown.Days = -1 }, guanxi.ErrSpan, []string{"/cool_down"}},
		"values":     {func(c *winback.Config) { c.Eligible.MinValue, c.Eligible.MaxValue = ptr("5"), ptr("5") }, winback.ErrOption, []string{"/eligible/max_value"}},
		"huge value": {func(c *winback.Config) { d := decimal.New(1, math.MaxInt32); c.Plans[0].When.MinValue = &d }, winback.ErrOverflow, []string{"/plans/0/when/min_value"}},
		"huge zero": {func(c *winback.Config) {
			zero := decimal.New(0, math.MaxInt32)
			c.Plans[0].Steps[0].Cost, c.Plans[0].Steps[2].Gift, c.Plans[0].When.MaxValue = zero, zero, &zero
		}, winback.ErrOverflow, []string{"/plans/0/when/max_value", "/plans/0/steps/0/cost", "/plans/0/steps/2/gift"}},
		"rest": {func(c *winback.Config) {
			c.Currency, c.Decimals, c.MaxSteps, c.MarginFloor, c.Stops = "\xff", 19, -1, dec("1"), []string{"a", "a"}
		}, winback.ErrDuplicate, []string{"/currency", "/decimals", "/max_steps", "/margin_floor", "/stops/1"}},
		"empty": {func(c *winback.Config) { *c = winback.Config{} }, winback.ErrReason, []string{"/reasons", "/plans", "/cool_down"}},
	} {
		cfg := campaign()
		c.change(&cfg)
		err := cfg.Validate()
		if got := pointers(err); !errors.Is(err, c.want) || !reflect.DeepEqual(got, c.at) {
			t.Errorf("%s: at %q: %v", name, got, err)
		}
		if _, err := winback.New(guanxi.IntKey[int64](), cfg); !errors.Is(err, c.want) {
			t.Errorf("%s: New: %v", name, err)
		}
	}
}

func TestConfigJSON(t *testing.T) {
	cfg := campaign()
	cfg.Location = time.FixedZone("", 8*3600)
	data, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var back winback.Config
	if err := guanxi.UnmarshalStrict(data, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(data) {
		t.Errorf("%s\n%s\n%v", data, again, err)
	}
	before := back
	err = guanxi.UnmarshalStrict([]byte(`{"decimals":2,"reason":[],"location":"Mars/Base","cool_down":"14 days"}`), &back)
	if !errors.Is(err, guanxi.ErrUnknownField) || !errors.Is(err, winback.ErrOption) || !errors.Is(err, guanxi.ErrSpan) || !reflect.DeepEqual(back, before) {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"decimals":2}`), &back); !errors.Is(err, winback.ErrReason) {
		t.Error(err)
	}
	var e winback.EvaluateConfig
	if err := json.Unmarshal([]byte(`{"decimals":2,"measure":"profit","holdout":{"salt":"x","share":0.1}}`), &e); err != nil || e.Measure != winback.ByProfit {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"decimals":-2,"confidence":1,"min_customers":-1,"measure":"x","holdout":{"salt":"","share":0.1}}`), &e); !reflect.DeepEqual(pointers(err),
		[]string{"/decimals", "/confidence", "/min_customers", "/measure", "/holdout/salt"}) {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"decimal":2}`), &e); !errors.Is(err, guanxi.ErrUnknownField) {
		t.Error(err)
	}
}

func FuzzConfig(f *testing.F) {
	data, err := json.Marshal(campaign())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"decimals":2,"reasons":[{"id":"a"},{"id":"b"}],"plans":[{"id":"p","when":{"min_value":"0e2000000000"},"steps":[{"id":"s","kind":"contact","cost":"0e1999999999"}]}],"cool_down":"P1D"}`))
	f.Add([]byte(`{"decimals":2,"plans":[{"steps":[{"percent":1e2000000000,"gift":"-1e-2000000000"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c winback.Config
		if json.Unmarshal(data, &c) != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var d winback.Config
		if err := json.Unmarshal(again, &d); err != nil {
			t.Fatalf("%s: %v", again, err)
		}
	})
}

func TestLabels(t *testing.T) {
	list := []interface{ Label(guanxi.Lang) string }{
		winback.Contact, winback.ServiceFix, winback.Offer, winback.Unassigned, winback.Treated, winback.Held,
		winback.Act, winback.Wait, winback.Leave, winback.Fits, winback.OptedOut, winback.Stopped, winback.OtherSegment,
		winback.OtherValue, winback.TooSoon, winback.TooLate, winback.HeldOut, winback.Exhausted, winback.CoolingDown, winback.NoPlan,
		winback.OpenComplaint, winback.NotRising, winback.OrderUnknown, winback.BelowMargin, winback.LifetimeSpent, winback.CampaignSpent,
		winback.Worked, winback.Harmed, winback.Undecided, winback.TooFew, winback.ByReturns, winback.ByMoney, winback.ByProfit,
	}
	for _, l := range list {
		en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH)
		if en == "" || zh == "" || en == zh {
			t.Errorf("%v is shown as %q and %q", l, en, zh)
		}
	}
	for _, r := range winback.Reasons() {
		if r.ID == "" || r.Name.EN == "" || r.Name.ZH == "" || r.Label(guanxi.ZH) != r.Name.ZH {
			t.Errorf("%+v", r)
		}
	}
	for _, l := range []interface{ Label(guanxi.Lang) string }{
		winback.Reason{ID: "x"}, winback.Plan{ID: "x"}, winback.Step{ID: "x"}, winback.Arm("x"),
	} {
		if got := l.Label(guanxi.EN); got != "x" {
			t.Errorf("%#v is shown as %q, and not as its id", l, got)
		}
	}
}
