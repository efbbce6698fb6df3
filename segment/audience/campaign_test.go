package audience

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
)

func springCampaign() Campaign {
	return Campaign{
		ID: "spring", Name: guanxi.Text{EN: "Spring", ZH: "春季"}, Goal: Goal{Uplift: decimal.New(2, -2)}, Target: "active",
		Channels: []string{"sms", "wechat"}, From: noon, To: noon.AddDate(0, 1, 0), Decimals: 2,
		Holdout: Holdout{"spring-2026", 0.2}, Strata: []Stratum{{"vip", 0.5}, {"new", 0.1}},
	}
}

func TestCampaignJSON(t *testing.T) {
	c := springCampaign()
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"id":"spring","name":{"en":"Spring","zh":"春季"},"goal":{"uplift":"0.02"},"target":"active","channels":["sms","wechat"],` +
		`"from":"2026-03-15T12:00:00Z","to":"2026-04-15T12:00:00Z","holdout":{"salt":"spring-2026","share":0.2},` +
		`"strata":[{"segment":"vip","share":0.5},{"segment":"new","share":0.1}],"decimals":2}`
	if string(data) != want {
		t.Errorf("%s\nwant %s", data, want)
	}
	var back Campaign
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); string(again) != want {
		t.Errorf("came back as %s", again)
	}
	for text, places := range map[string][]string{
		`{"id":"x","unknown":1,"goal":{"uplift":true}}`:                              {"/unknown", "/goal/uplift"},
		strings.Replace(want, `"share":0.5`, `"share":1,"label":0`, 1):               {"/strata/0/label"},
		strings.Replace(want, `"share":0.5`, `"share":1`, 1):                         {"/strata/0/share"},
		strings.Replace(want, `"2026-04-15T12:00:00Z"`, `"2026-03-15"`, 1):           {"/to"},
		strings.Replace(want, `"2026-04-15T12:00:00Z"`, `"2026-03-15T12:00:00Z"`, 1): {"/to"},
	} {
		kept := springCampaign()
		err := json.Unmarshal([]byte(text), &kept)
		if got := pointers(err); !slices.Equal(got, places) || kept.Strata[0].Share != 0.5 {
			t.Errorf("%s\n%v at %v", text, err, got)
		}
	}
}

func TestCampaignRefused(t *testing.T) {
	for _, c := range []struct {
		change func(*Campaign)
		want   error
		at     string
	}{
		{func(c *Campaign) { c.ID = "" }, ErrID, "/id"},
		{func(c *Campaign) { c.ID = "\xff" }, ErrID, "/id"},
		{func(c *Campaign) { c.Target = "" }, ErrID, "/target"},
		{func(c *Campaign) { c.Channels = nil }, ErrID, "/channels"},
		{func(c *Campaign) { c.Channels[1] = "sms" }, ErrID, "/channels/1"},
		{func(c *Campaign) { c.From = time.Time{} }, ErrTime, "/from"},
		{func(c *Campaign) { c.From = noon.Add(1) }, ErrTime, "/from"},
		{func(c *Campaign) { c.To = noon }, ErrTime, "/to"},
		{func(c *Campaign) { c.Holdout.Share = 1 }, ErrOption, "/holdout/share"},
		{func(c *Campaign) { c.Holdout.Salt = "" }, ErrOption, "/holdout/salt"},
		{func(c *Campaign) { c.Holdout = Holdout{} }, ErrOption, "/holdout/salt"},
		{func(c *Campaign) { c.Strata[1].Segment = "vip" }, ErrID, "/strata/1/segment"},
		{func(c *Campaign) { c.Strata[0].Segment = "" }, ErrID, "/strata/0/segment"},
		{func(c *Campaign) { c.Strata[1].Share = -0.1 }, ErrOption, "/strata/1/share"},
		{func(c *Campaign) { c.Decimals = 19 }, ErrOption, "/decimals"},
		{func(c *Campaign) { c.Confidence = 1 }, ErrConfidence, "/confidence"},
		{func(c *Campaign) { c.MinCustomers = -1 }, ErrOption, "/min_customers"},
		{func(c *Campaign) { c.Goal.Metric = "joy" }, ErrOption, "/goal/metric"},
		{func(c *Campaign) { c.Goal.Uplift = decimal.New(1, 0) }, ErrOption, "/goal/uplift"},
		{func(c *Campaign) { c.Goal.Uplift = decimal.New(-1, -3) }, ErrOption, "/goal/uplift"},
		{func(c *Campaign) { c.Goal.Uplift = decimal.New(1, -1e9) }, ErrOption, "/goal/uplift"},
		{func(c *Campaign) { c.Goal = Goal{ByMoney, decimal.New(1, -3)} }, ErrAmount, "/goal/uplift"},
		{func(c *Campaign) { c.Goal = Goal{ByMoney, decimal.New(1, 30)} }, ErrOverflow, "/goal/uplift"},
		{func(c *Campaign) { c.Goal = Goal{ByMoney, decimal.New(-1, 0)} }, ErrOption, "/goal/uplift"},
	} {
		k := springCampaign()
		c.change(&k)
		err := k.Validate()
		if got := pointers(err); !errors.Is(err, c.want) || !slices.Equal(got, []string{c.at}) {
			t.Errorf("%v at %v, want %v at %s", err, got, c.want, c.at)
		}
		if _, err := NewSplit(guanxi.StringKey[string](), k); !errors.Is(err, c.want) {
			t.Error(err)
		}
		if _, err := NewOutcomes(k, Roster{}); !errors.Is(err, c.want) {
			t.Error(err)
		}
	}
	nothing := Campaign{Channels: []string{""}}
	if got := pointers(nothing.Validate()); !slices.Equal(got, []string{"/id", "/target", "/channels/0", "/from", "/to", "/to"}) {
		t.Error(got)
	}
	c := springCampaign()
	if !c.In(c.From) || c.In(c.To) || !c.In(c.To.Add(-1)) || c.In(c.From.Add(-1)) {
		t.Error("the window is not half-open")
	}
}

func TestLabels(t *testing.T) {
	type labelled interface{ Label(guanxi.Lang) string }
	for _, l := range []labelled{ByShare, ByMoney, Treated, Held, Unassigned, Reached, NotReached, Undecided, TooFew} {
		if en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH); en == "" || zh == "" || en == zh {
			t.Errorf("%v: %q, %q", l, en, zh)
		}
	}
	if Metric("x").Label("")+Arm("y").Label("")+Verdict("z").Label("") != "xyz" {
		t.Error("labels of nothing")
	}
}
