package lifecycle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// presets are the ready models.
func presets() map[string]lifecycle.Config {
	return map[string]lifecycle.Config{
		"shop":         lifecycle.Shop(lifecycle.Thresholds{}),
		"shop, travel": lifecycle.Shop(lifecycle.TravelThresholds()),
		"journey":      lifecycle.Journey(lifecycle.GymThresholds()),
		"development":  lifecycle.Development(lifecycle.Thresholds{}),
		"relationship": lifecycle.Relationship(),
	}
}

func TestPresets(t *testing.T) {
	for name, c := range presets() {
		t.Run(name, func(t *testing.T) {
			if err := c.Validate(); err != nil {
				t.Fatal(err)
			}
			inner := make(map[string]bool)
			for _, s := range c.Stages {
				inner[s.In] = true
			}
			for _, s := range c.Stages {
				if s.Name.EN == "" || s.Name.ZH == "" {
					t.Errorf("%s has no name in both languages", s.ID)
				}
				if !inner[s.ID] && (s.Response.EN == "" || s.Response.ZH == "") {
					t.Errorf("%s has no response in both languages", s.ID)
				}
			}
			for _, e := range c.Events {
				if e.Name.EN == "" || e.Name.ZH == "" {
					t.Errorf("%s has no name in both languages", e.ID)
				}
			}
			data, err := json.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var back lifecycle.Config
			if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(back, c) {
				t.Errorf("read back: %v\n%+v\n%+v", err, back, c)
			}
		})
	}
}

func TestThresholds(t *testing.T) {
	d := func(n int) guanxi.Span { return guanxi.Span{Days: n} }
	for _, test := range []struct {
		t    lifecycle.Thresholds
		want []string
	}{
		{lifecycle.Thresholds{}, nil},
		{lifecycle.GymThresholds(), nil},
		{lifecycle.TravelThresholds(), nil},
		{lifecycle.Thresholds{Lost: d(30)}, []string{"/lost option"}},
		{lifecycle.Thresholds{AtRisk: d(200)}, []string{"/at_risk option"}},
		{lifecycle.Thresholds{Dormant: d(92)}, []string{"/dormant option"}},
		{lifecycle.Thresholds{Dormant: d(365)}, []string{"/dormant option"}},
		{lifecycle.Thresholds{AtRisk: d(200), Dormant: d(100), LoyalOrders: -5}, []string{"/dormant option", "/loyal_orders option"}},
		{lifecycle.Thresholds{AtRisk: guanxi.Span{Months: 3}, FollowUp: guanxi.Span{Days: -1}}, []string{"/at_risk after", "/follow_up after"}},
	} {
		err := test.t.Validate()
		if got := faultList(err); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %q, want %q: %v", test.t, got, test.want, err)
		}
	}
	read := lifecycle.Thresholds{AtRisk: d(1)}
	if err := json.Unmarshal([]byte(`{"at_risk":"P400D"}`), &read); !errors.Is(err, lifecycle.ErrOption) || read.AtRisk != d(1) {
		t.Error(read, err)
	}
	if err := json.Unmarshal([]byte(`{"dormant":"P100D","soon":1}`), &read); !errors.Is(err, guanxi.ErrUnknownField) {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{"dormant":"P100D"}`), &read); err != nil || read != (lifecycle.Thresholds{Dormant: d(100)}) {
		t.Error(read, err)
	}
}

// One effect more than an Effect numbers is a fault where it is named, not another
// effect.
func TestEffectNumbers(t *testing.T) {
	c := lifecycle.Config{Version: 1, Initial: "s0"}
	for i := range 5 {
		c.Stages = append(c.Stages, lifecycle.StageConfig{ID: fmt.Sprint("s", i)})
	}
	for i := range 255 {
		c.Events = append(c.Events, lifecycle.EventConfig{ID: fmt.Sprint("e", i)})
	}
	n := 0
	for s := range 5 {
		for e := range 255 {
			r := lifecycle.RuleConfig{From: fmt.Sprint("s", s), Event: fmt.Sprint("e", e), To: fmt.Sprint("s", (s+1)%5)}
			for range 64 {
				r.Effects = append(r.Effects, fmt.Sprint("f", n%65536))
				n++
			}
			c.Rules = append(c.Rules, r)
		}
	}
	// The 65,536th is the last of rule 1,023.
	if got := faultList(c.Validate()); !slices.Equal(got, []string{"/rules/1023/effects/63 too many"}) {
		t.Fatal(got)
	}
	c.Rules[1023].Effects[63] = "f0"
	m := lifecycle.MustCompile[person](c, nil, nil)
	for i, e := range []string{"f0", "f65534"} {
		if got, ok := m.Effect(e); !ok || got != []lifecycle.Effect{1, 65535}[i] || m.EffectID(got) != e {
			t.Error(got, ok)
		}
	}
}
