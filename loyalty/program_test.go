package loyalty

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func sample(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/program.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestProgramJSON(t *testing.T) {
	var p Program
	if err := json.Unmarshal(sample(t), &p); err != nil {
		t.Fatal(err)
	}
	if p.Location.String() != "Asia/Shanghai" || p.Earning[1].Points != (Rational{3, 2}) || *p.Rewards[0].Stock != 200 {
		t.Errorf("%+v", p)
	}
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again Program
	if err := json.Unmarshal(out, &again); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil || string(second) != string(out) {
		t.Errorf("not the same again: %v\n%s\n%s", err, out, second)
	}
	mustCompile(t, p)
	p.Location = time.Local
	if _, err := json.Marshal(p); p.Location.String() == "Local" && err == nil {
		t.Error("Local is another zone on another machine")
	}
	fixed := program(func(p *Program) { p.Location = time.FixedZone("", 8*3600) })
	if out, err := json.Marshal(fixed); err != nil || !strings.Contains(string(out), `"location":"+08:00"`) {
		t.Errorf("%s %v", out, err)
	}
}

// Every fault is reported at once with its place, and the program is left alone.
func TestProgramFaults(t *testing.T) {
	const hostile = `{
	  "version": 0, "decimals": 2, "stacking": "pile", "rules_stacking": "multiply",
	  "kinds": [
	    {"id": "a b", "unit": "kilos", "rounding": {"mode": "up", "scope": "day"}, "pending": {"span": "P200Y"}},
	    {"id": "p", "spendable": true, "expiry": {"mode": "span"}},
	    {"id": "p", "expiry": {"mode": "end_of", "period": "week", "month": 3, "on": ["earn"]}},
	    {"id": "q", "expiry": {"mode": "yearly", "month": 2, "day": 30, "period": "year"}},
	    {"id": "s", "expiry": {"span": "P1D", "from": "monday"}},
	    {"id": "m", "spendable": true, "unit": "money", "expiry": {"mode": "activity", "span": "PT1H", "on": ["", "sleep"]}},
	    {"id": "y", "expiry": {"mode": "yearly", "month": 13, "day": 1}},
	    {"id": "e", "expiry": {"mode": "end_of"}}, {"id": "z", "expiry": {"mode": "soon"}}
	  ],
	  "exclude": {"groups": [""]},
	  "earning": [
	    {"id": "r", "kind": "nope", "points": "1", "per": "0"},
	    {"id": "r", "kind": "p", "points": "1", "per": "1.001", "min_order": "-1"},
	    {"id": "r2", "kind": "p", "fixed": 5, "per": "1", "channels": ["", "app"]},
	    {"id": "tier", "kind": "p", "fixed": -5},
	    {"id": "r3", "kind": "p", "per": "10", "from": "2025-01-02T00:00:00Z", "to": "2025-01-02T00:00:00Z"},
	    {"id": "r4", "kind": "p", "points": "1/1000000000", "per": "999999"},
	    {"id": "r5", "kind": "p", "points": "1", "per": "9999999.67"},
	    {"id": "r6", "kind": "p", "points": "1", "per": "9999999.71"}
	  ],
	  "campaigns": [
	    {"id": "c1", "kind": "p", "multiplier": "1"}, {"id": "c2", "kind": "p"}, {"id": "c3", "kind": "p", "multiplier": "2", "bonus": 3},
	    {"id": "c4", "kind": "p", "bonus": -3, "limit": {"times": 0, "per": "decade"}},
	    {"id": "c5", "kind": "p", "bonus": 3, "activities": ["r", "act"], "groups": ["x"]}
	  ],
	  "activities": [{"id": "act", "give": [{"kind": "p", "points": 0}, {"kind": "p", "points": 1}], "tiers": [""]}],
	  "streaks": [{"id": "st", "kind": "p", "pays": []}, {"id": "st2", "kind": "p", "pays": [-1]}],
	  "referral": {"id": "", "kept": "PT1H", "min_order": "0.001", "limit": {"times": -1}, "friend": [{"kind": "nope", "points": 1}]},
	  "caps": [
	    {"id": "k", "kind": "p", "per": "hour", "points": 0}, {"id": "k", "kind": "p", "per": "day", "points": 1, "of": ["ghost"]},
	    {"id": "k2", "kind": "nope", "points": 1}
	  ],
	  "rewards": [
	    {"id": "w", "type": "voucher", "kind": "q", "points": 0, "money": "-1", "cause": "x", "stock": -1},
	    {"id": "w", "type": "donation", "kind": "p", "points": 1, "cause": "x", "coupon": "c", "segments": [""]}, {"id": "w2", "type": "car", "kind": "p", "points": 1}
	  ],
	  "payments": [{"id": "$", "kind": "q", "points": 0, "money": "0", "step": -1, "min": -1, "max_share": "3/2", "max_money": "-1", "min_order": "-1", "rounding": "up", "tiers": [""]}],
	  "stored": [{"id": "sv", "principal": "m", "bonus": "m", "spend": "all", "return": "none"}, {"id": "sv", "principal": "p", "bonus": "nope"}],
	  "top_ups": [{"id": "t", "stored": "ghost", "pay": "0", "bonus": "-1"}],
	  "cards": [{"id": "cd", "kind": "p", "visits": 0, "valid": "P200Y"}],
	  "causes": [{"id": "cs", "min": -1, "kinds": ["q"]}, {"id": "cs"}],
	  "policy": {"backdate": "accept", "takeback": "all", "return": "grace", "hold": "P999Y", "ahead": "P999Y"}
	}`
	want := strings.Fields(`/version /rules_stacking /stacking
	/kinds/0/id /kinds/0/unit /kinds/0/rounding/mode /kinds/0/rounding/scope /kinds/0/pending/span /kinds/0/pending /kinds/1/expiry/span
	/kinds/2/expiry /kinds/3/expiry /kinds/6/expiry /kinds/7/expiry /kinds/8/expiry
	/kinds/2/id /kinds/2/expiry/period /kinds/2/expiry/month /kinds/2/expiry/on /kinds/3/expiry/day /kinds/3/expiry/period
	/kinds/4/expiry/from /kinds/4/expiry/span /kinds/5/expiry/span /kinds/5/expiry/on/0 /kinds/5/expiry/on/1 /kinds/6/expiry/month
	/kinds/7/expiry/period /kinds/8/expiry/mode /exclude/groups/0
	/earning/1/id /earning/3/id /referral/id
	/earning/0/kind /earning/0/per /earning/1/min_order /earning/1/per /earning/2/channels/0 /earning/2/fixed /earning/3/fixed
	/earning/4/to /earning/4/points /earning/5/per /earning/7/points
	/campaigns/0/multiplier /campaigns/1/multiplier /campaigns/2/bonus /campaigns/3/limit/times /campaigns/3/limit/per /campaigns/3/bonus
	/campaigns/4/activities/0 /campaigns/4/activities
	/activities/0/give/0/points /activities/0/give/1/kind /activities/0/tiers/0 /streaks/0/pays /streaks/1/pays/0
	/referral/friend/0/kind /referral/kept /referral/min_order /referral/limit/times
	/caps/0/points /caps/0/per /caps/1/id /caps/1/of/0 /caps/2/kind /caps/2/per
	/causes/0/min /causes/0/kinds/0 /causes/1/id
	/rewards/0/kind /rewards/0/points /rewards/0/money /rewards/0/coupon /rewards/0/cause /rewards/0/stock
	/rewards/1/id /rewards/1/coupon /rewards/1/cause /rewards/1/segments/0 /rewards/2/type
	/payments/0/id /payments/0/kind /payments/0/points /payments/0/step /payments/0/min /payments/0/money /payments/0/max_money /payments/0/min_order
	/payments/0/rounding /payments/0/max_share /payments/0/tiers/0
	/stored/0/bonus /stored/0/spend /stored/0/return /stored/1/id /stored/1/principal /stored/1/bonus
	/top_ups/0/stored /top_ups/0/pay /top_ups/0/bonus /cards/0/kind /cards/0/visits /cards/0/valid
	/policy/backdate_within /policy/ahead /policy/takeback /policy/grace /policy/hold`)
	var p Program
	err := p.UnmarshalJSON([]byte(hostile))
	got := map[string]bool{}
	for f := range guanxi.Faults(err) {
		got[f.Pointer] = true
		if !errors.Is(f, ErrOption) && !errors.Is(f, ErrUnknown) && !errors.Is(f, ErrDuplicate) && !errors.Is(f, ErrDecimals) && !errors.Is(f, ErrOverflow) {
			t.Errorf("%s: %v is none of the package's errors", f.Pointer, f.Err)
		}
	}
	for _, at := range want {
		if !got[at] {
			t.Errorf("%s is not found", at)
		}
		delete(got, at)
	}
	for at := range got {
		t.Errorf("%s is no fault", at)
	}
	if !reflect.DeepEqual(p, Program{}) {
		t.Error("the program was changed")
	}
}

func TestProgramHostileJSON(t *testing.T) {
	for text, at := range map[string]string{
		`{}`:               "/version",
		`{"version": 1}`:   "/kinds",
		`{"version": 1.5}`: "/version",
		`{"version": 1, "kinds": [{"id": "p"}], "tires": 3}`:                                                                   "/tires",
		`{"version": 1, "kinds": [{"id": "p", "id": "q"}]}`:                                                                    "/kinds/0/id",
		`{"version": 1, "kinds": [{"id": "p", "pending": {"span": "7 days"}}]}`:                                                "/kinds/0/pending/span",
		`{"version": 1, "kinds": [{"id": "p"}], "location": "Mars/Olympus"}`:                                                   "/location",
		`{"version": 1, "kinds": [{"id": "p"}], "location": "Local"}`:                                                          "/location",
		`{"version": 1, "kinds": [{"id": "p"}], "decimals": 10}`:                                                               "/decimals",
		`{"version": 1, "kinds": [{"id": "p"}], "decimals": -1}`:                                                               "/decimals",
		`{"version": 1, "kinds": [{"id": "p"}], "earning": [{"id": "r", "kind": "p", "points": "1", "per": 1e2000000000}]}`:    "/earning/0/per",
		`{"version": 1, "kinds": [{"id": "p"}], "earning": [{"id": "r", "kind": "p", "points": 1, "per": "1"}]}`:               "/earning/0/points",
		`{"version": 1, "kinds": [{"id": "p"}], "earning": [{"id": "r", "kind": "p", "points": "1/0", "per": "1"}]}`:           "/earning/0/points",
		`{"version": 1, "kinds": [{"id": "p"}], "earning": [{"id": "r", "kind": "p", "points": "1", "per": null}]}`:            "/earning/0/per",
		`{"version": 1, "kinds": [{"id": "p"}], "campaigns": [{"id": "r", "kind": "p", "bonus": 9223372036854775807}]}`:        "/campaigns/0/bonus",
		`{"version": 1, "kinds": [{"id": "p"}], "campaigns": [{"id": "r", "kind": "p", "bonus": 9223372036854775808}]}`:        "/campaigns/0/bonus",
		`{"version": 1, "kinds": [{"id": "p"}], "campaigns": [{"id": "r", "kind": "p", "bonus": 1, "from": "11 November"}]}`:   "/campaigns/0/from",
		`{"version": 1, "kinds": [{"id": "p"}], "campaigns": [{"id": "r", "kind": "p", "bonus": 1, "From": "2025-01-01"}]}`:    "/campaigns/0/From",
		`{"version": 1, "kinds": [{"id": "p"}], "rewards": [{"id": "w", "kind": "p", "points": 1, "stock": 1.5}]}`:             "/rewards/0/stock",
		`{"version": 1, "kinds": [{"id": "p"}], "causes": [{"id": "` + strings.Repeat("x", 65) + `"}]}`:                        "/causes/0/id",
		`{"version": 1, "kinds": [` + strings.TrimSuffix(strings.Repeat(`{"id":"p"},`, MaxKinds+1), ",") + `]}`:                "/kinds",
		`{"version": 1, "kinds": [{"id": "p"}], "caps": [` + strings.TrimSuffix(strings.Repeat(`{},`, MaxRules+1), ",") + `]}`: "/caps",
		`{"version": 1, "kinds": [{"id": "p"}], "policy": {"backdate": "never"}}`:                                              "/policy/backdate",
		`{"version": 1, "kinds": [{"id": "p"}], "policy": {"return": "never"}}`:                                                "/policy/return",
		`{"version": 1, "kinds": [{"id": "p"}]`:                                                                                "",
	} {
		var p Program
		err := p.UnmarshalJSON([]byte(text))
		found := false
		for f := range guanxi.Faults(err) {
			found = found || f.Pointer == at
		}
		if !found {
			t.Errorf("%.120s: %v, want a fault at %q", text, err, at)
		}
	}
}

func TestProgramYears(t *testing.T) {
	p := program(func(p *Program) {
		p.Earning[0].During = During{From: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	})
	n := 0
	for f := range guanxi.Faults(p.Validate()) {
		if !errors.Is(f, ErrTime) {
			t.Error(f)
		}
		n++
	}
	if n != 2 {
		t.Error(n)
	}
}

// A compiled programme keeps nothing of the config.
func TestCompileCopies(t *testing.T) {
	var p Program
	if err := json.Unmarshal(sample(t), &p); err != nil {
		t.Fatal(err)
	}
	r := mustCompile(t, p)
	o := orderOf("100", "200")
	o.Channel, o.Lines[0].Groups = "app", []string{"wine"}
	at := InstantOf(time.Date(2025, 11, 11, 0, 0, 0, 0, time.UTC))
	var before, after earning
	if err := r.order(&before, o, &situation{at: at}); err != nil {
		t.Fatal(err)
	}
	p.Earning[1].Groups[0], p.Campaigns[1].Channels[0], p.Streaks[0].Pays[0] = "x", "y", 99
	*p.Rewards[0].Stock, p.Caps[1].Of[0], p.Causes[0].Kinds[0], p.Rewards[1].Tiers[0] = 0, "z", "q", "tin"
	p.Earning[0].ID = "other"
	if err := r.order(&after, o, &situation{at: at}); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before.awards, after.awards) || *r.rewards[0].Stock != 200 {
		t.Errorf("%+v\n%+v", before.awards, after.awards)
	}
	if _, err := r.cause("forest", "points", 100); err != nil {
		t.Error(err)
	}
	if got, _ := sum(before.awards); got != 20+20+15+15+50+300 {
		t.Errorf("%d: %+v", got, before.awards)
	}
}
