package affinity_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
	"github.com/shopspring/decimal"
)

func roundTrip[T any](t *testing.T, v T, text string) {
	t.Helper()
	data, err := json.Marshal(v)
	check(t, err)
	if string(data) != text {
		t.Errorf("%s, want %s", data, text)
	}
	var back T
	check(t, guanxi.UnmarshalStrict(data, &back))
	if !reflect.DeepEqual(v, back) {
		t.Errorf("%+v, want %+v", back, v)
	}
	// Strictly: an unknown field, and nothing changed.
	err = json.Unmarshal([]byte(`{"colour": 1}`), &back)
	wantFaults(t, err, guanxi.ErrUnknownField, "/colour")
	if !reflect.DeepEqual(v, back) {
		t.Error("changed by what was refused")
	}
}

func TestConfigJSON(t *testing.T) {
	shanghai := time.FixedZone("+08:00", 8*3600)
	roundTrip(t, affinity.CountConfig{}, `{}`)
	roundTrip(t, affinity.CountConfig{Basket: affinity.PerCustomer, Window: guanxi.Span{Days: 7}, Large: affinity.LargeSample, MaxBasket: 20, MaxItems: 100, MaxPairs: 1000},
		`{"basket":"customer","window":"P7D","large":"sample","max_basket":20,"max_items":100,"max_pairs":1000}`)
	roundTrip(t, affinity.RuleConfig{MinTogether: 3, Prior: 10}, `{"min_together":3,"prior":10}`)
	floor := decimal.RequireFromString("1.5")
	data := must(json.Marshal(affinity.NextConfig{Decimals: 2, MinMargin: &floor, Habit: affinity.HabitConfig{MinTimes: 4, Location: shanghai}}))
	const text = `{"decimals":2,"min_margin":"1.5","habit":{"min_times":4,"location":"+08:00"}}`
	if string(data) != text {
		t.Errorf("%s", data)
	}
	var next affinity.NextConfig
	check(t, json.Unmarshal(data, &next))
	if next.MinMargin == nil || !next.MinMargin.Equal(floor) || next.Habit.MinTimes != 4 || next.Habit.Location.String() != "+08:00" {
		t.Errorf("%+v", next)
	}
	wantFaults(t, json.Unmarshal([]byte(`{"min_margin": "0.5", "habit": {"min_times": 1}}`), &next), affinity.ErrOption, "/habit/min_times")
	wantFaults(t, json.Unmarshal([]byte(`{"min_margin": "0.5"}`), &next), affinity.ErrDecimals, "/min_margin")
	roundTrip(t, affinity.NextConfig{}, `{"decimals":0}`)
	roundTrip(t, affinity.PortraitConfig{Dimensions: []affinity.Dimension{{ID: "tag", Name: guanxi.Text{ZH: "标签"}, Many: true}}},
		`{"dimensions":[{"id":"tag","name":{"zh":"标签"},"many":true}]}`)
	roundTrip(t, affinity.IndexConfig{Adjust: affinity.BH}, `{"adjust":"bh"}`)
	roundTrip(t, affinity.Hypothesis{Trait: affinity.Trait{Dimension: "region", Value: "Shanghai"}, Index: 120},
		`{"dimension":"region","value":"Shanghai","index":120}`)
	if _, err := json.Marshal(affinity.CountConfig{Location: time.FixedZone("", 1<<30)}); err == nil {
		t.Error("a zone without a name was written")
	}
	// What was built says its defaults.
	c := newCounts(t, affinity.CountConfig{}).Config()
	if c.MaxBasket != affinity.DefaultMaxBasket || c.Basket != affinity.PerOrder || c.Location != time.UTC {
		t.Errorf("%+v", c)
	}
	if r := teaShop(t).Config(); r.Prior != affinity.DefaultPrior {
		t.Errorf("%+v", r)
	}
	if p := newPortrait(t, shopDimensions).Config(); p.Dimensions[1].Among != affinity.AmongAll || p.Dimensions[0].Among != affinity.AmongKnown {
		t.Errorf("%+v", p)
	}
}
