package coupon

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/minor"
)

const full = `{
	"id": "spring", "version": 3, "name": {"en": "Spring", "zh": "春季券"},
	"benefit": {"kind": "percent", "percent": "12.5", "of": "original", "cap": "50", "rounding": "half_even"},
	"currency": "CNY", "decimals": 2,
	"minimum": {"amount": 100, "on": "original", "of": "basket"},
	"scope": {"items": {"include": ["tea"], "exclude": ["cup"]}, "groups": {"include": ["drinks"]}, "channels": {"exclude": ["till"]}},
	"window": {"from": "2026-03-01T00:00:00+08:00", "to": "2026-06-01T00:00:00+08:00", "validity": "P30D", "ends": "day", "zone": "Asia/Shanghai"},
	"uses": 3, "limits": {"issued": 1000, "issued_per_customer": 2, "redeemed": 500, "redeemed_per_customer": 1},
	"hold": "PT30M", "hold_ends": "expiry", "returns": {"policy": "reopen", "grace": "P7D"},
	"stacking": {"group": "shop", "max": 2, "repeat": 2, "with": ["gifts", ""], "order": -5}
}`

func TestDefinitionJSON(t *testing.T) {
	var d Definition
	if err := json.Unmarshal([]byte(full), &d); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again Definition
	if err := json.Unmarshal(data, &again); err != nil || text(again) != string(data) {
		t.Errorf("%v\n%s\n%s", err, data, text(again))
	}
	before := d
	wants(t, json.Unmarshal([]byte(`{"id":"x","version":0,"benefit":{"kind":"percent"},"what":1}`), &d), "/what", guanxi.ErrUnknownField)
	wants(t, json.Unmarshal([]byte(`{"id":"x","version":0,"benefit":{"kind":"percent"}}`), &d), "/version", ErrOption, "/benefit/percent", ErrOption)
	wants(t, json.Unmarshal([]byte(`{"hold":"15 minutes"}`), &d), "/hold", guanxi.ErrSpan)
	if !reflect.DeepEqual(d, before) {
		t.Error("changed by an error")
	}
}

func TestDefinitionDefaultsAreSmall(t *testing.T) {
	d := Definition{ID: "g", Version: 1, Benefit: Benefit{Kind: Gift, Item: "cup"}}
	if got := text(d); got != `{"id":"g","version":1,"benefit":{"kind":"gift","item":"cup"}}` {
		t.Error(got)
	}
}

// Every fault there is, alone.
func TestDefinitionFaults(t *testing.T) {
	percent := func(d *Definition) { d.Benefit = Benefit{Kind: Percent, Percent: dec("10")} }
	list := make([]string, maxFilter+1)
	tests := []struct {
		change  func(d *Definition)
		pointer string
		err     error
	}{
		{func(d *Definition) { d.ID = "a b" }, "/id", ErrID},
		{func(d *Definition) { d.ID = strings.Repeat("x", 65) }, "/id", ErrID},
		{func(d *Definition) { d.Version = -1 }, "/version", ErrOption},
		{func(d *Definition) { d.Name.ZH = "\xff" }, "/name", ErrOption},
		{func(d *Definition) { d.Benefit.Kind = "points"; d.Benefit.Amount = dec("0") }, "/benefit/kind", ErrOption},
		{func(d *Definition) { d.Benefit = Benefit{} }, "/benefit/kind", ErrMissing},
		{func(d *Definition) { d.Benefit.Amount = dec("0") }, "/benefit/amount", ErrMoney},
		{func(d *Definition) { d.Benefit.Amount = dec("-1") }, "/benefit/amount", ErrMoney},
		{func(d *Definition) { d.Benefit.Amount = dec("1.234") }, "/benefit/amount", minor.ErrScale},
		{func(d *Definition) { d.Benefit.Amount = dec("1e30") }, "/benefit/amount", minor.ErrRange},
		{func(d *Definition) { d.Benefit.Percent = dec("1") }, "/benefit/percent", ErrMisplaced},
		{func(d *Definition) { d.Benefit.Of = Original }, "/benefit/of", ErrMisplaced},
		{func(d *Definition) { d.Benefit.Rounding = Floor }, "/benefit/rounding", ErrMisplaced},
		{func(d *Definition) { d.Benefit.Cap = dec("1") }, "/benefit/cap", ErrMisplaced},
		{func(d *Definition) { d.Benefit.Item = "x" }, "/benefit/item", ErrMisplaced},
		{func(d *Definition) { d.Benefit.Value = dec("1") }, "/benefit/value", ErrMisplaced},
		{func(d *Definition) { percent(d); d.Benefit.Amount = dec("1") }, "/benefit/amount", ErrMisplaced},
		{func(d *Definition) { percent(d); d.Benefit.Percent = dec("100.0001") }, "/benefit/percent", ErrOption},
		{func(d *Definition) { percent(d); d.Benefit.Percent = dec("-5") }, "/benefit/percent", ErrOption},
		{func(d *Definition) { percent(d); d.Benefit.Percent = dec("1.00001") }, "/benefit/percent", minor.ErrScale},
		{func(d *Definition) { percent(d); d.Benefit.Cap = dec("-1") }, "/benefit/cap", ErrMoney},
		{func(d *Definition) { percent(d); d.Benefit.Of = "net" }, "/benefit/of", ErrOption},
		{func(d *Definition) { percent(d); d.Benefit.Rounding = "up" }, "/benefit/rounding", ErrOption},
		{func(d *Definition) { d.Benefit = Benefit{Kind: Gift} }, "/benefit/item", ErrID},
		{func(d *Definition) { d.Benefit = Benefit{Kind: Gift, Item: "x", Value: dec("-1")} }, "/benefit/value", ErrMoney},
		{func(d *Definition) { d.Currency = "" }, "/currency", ErrID},
		{func(d *Definition) { d.Decimals = 19 }, "/decimals", ErrOption},
		{func(d *Definition) { d.Currency = ""; percent(d) }, "/decimals", ErrMisplaced},
		{func(d *Definition) { d.Minimum.Amount = dec("-1") }, "/minimum/amount", ErrMoney},
		{func(d *Definition) { d.Minimum = Minimum{Amount: dec("1"), On: "x"} }, "/minimum/on", ErrOption},
		{func(d *Definition) { d.Minimum = Minimum{Amount: dec("1"), Of: "x"} }, "/minimum/of", ErrOption},
		{func(d *Definition) { d.Minimum.On = Original }, "/minimum", ErrMisplaced},
		{func(d *Definition) { d.Scope.Items.Include = []string{"a", ""} }, "/scope/items/include/1", ErrID},
		{func(d *Definition) { d.Scope.Groups.Exclude = []string{"a", "a"} }, "/scope/groups/exclude/1", ErrDuplicate},
		{func(d *Definition) { d.Scope.Channels.Exclude = list }, "/scope/channels", ErrTooMany},
		{func(d *Definition) { d.Window.From = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC) }, "/window/from", ErrTime},
		{func(d *Definition) { d.Window.To = time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC) }, "/window/to", ErrTime},
		{func(d *Definition) { d.Window.From, d.Window.To = noon, noon }, "/window/to", ErrOption},
		{func(d *Definition) { d.Window.Validity = guanxi.Span{Months: 1201} }, "/window/validity", ErrOption},
		{func(d *Definition) { d.Window.Validity = guanxi.Span{Days: -1} }, "/window/validity", guanxi.ErrSpan},
		{func(d *Definition) { d.Window.Ends = "week" }, "/window/ends", ErrOption},
		{func(d *Definition) { d.Window.Zone = "Local" }, "/window/zone", ErrOption},
		{func(d *Definition) { d.Uses = 1001 }, "/uses", ErrOption},
		{func(d *Definition) { d.Limits.Issued = -1 }, "/limits/issued", ErrOption},
		{func(d *Definition) { d.Limits.IssuedPerCustomer = -1 }, "/limits/issued_per_customer", ErrOption},
		{func(d *Definition) { d.Limits.Redeemed = 1<<53 + 1 }, "/limits/redeemed", ErrOption},
		{func(d *Definition) { d.Limits.RedeemedPerCustomer = -1 }, "/limits/redeemed_per_customer", ErrOption},
		{func(d *Definition) { d.Hold.Days = 32 }, "/hold", ErrOption},
		{func(d *Definition) { d.Hold.Time = 15 * time.Nanosecond }, "/hold", ErrOption},
		{func(d *Definition) { d.HoldEnds = "x" }, "/hold_ends", ErrOption},
		{func(d *Definition) { d.Returns.Policy = "x" }, "/returns/policy", ErrOption},
		{func(d *Definition) { d.Returns.Grace.Days = 400 }, "/returns/grace", ErrOption},
		{func(d *Definition) { d.Returns = Returns{Keep, guanxi.Span{Days: 1}} }, "/returns/grace", ErrMisplaced},
		{func(d *Definition) { d.Stacking.Group = " " }, "/stacking/group", ErrID},
		{func(d *Definition) { d.Stacking.Max = -1 }, "/stacking/max", ErrOption},
		{func(d *Definition) { d.Stacking.Repeat = 2 }, "/stacking/repeat", ErrOption},
		{func(d *Definition) { d.Stacking.With = []string{"", ""} }, "/stacking/with/1", ErrDuplicate},
		{func(d *Definition) { d.Stacking.With = []string{"a b"} }, "/stacking/with/0", ErrID},
		{func(d *Definition) { d.Stacking.With = list }, "/stacking/with", ErrTooMany},
		{func(d *Definition) { d.Stacking.Order = maxOrder + 1 }, "/stacking/order", ErrOption},
		{func(d *Definition) { d.Stacking = Stacking{Exclusive: true, With: []string{"a"}} }, "/stacking/with", ErrMisplaced},
		{func(d *Definition) { d.Stacking = Stacking{Exclusive: true, Max: 2} }, "/stacking/max", ErrMisplaced},
	}
	for _, tt := range tests {
		d := off("x", "5")
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		tt.change(&d)
		t.Run(tt.pointer, func(t *testing.T) { wants(t, d.Validate(), tt.pointer, tt.err) })
	}
	d := off("x", "5")
	d.Stacking = Stacking{Exclusive: true, Max: 3, Repeat: 3}
	wants(t, d.Validate(), "/stacking/max", ErrMisplaced, "/stacking/repeat", ErrMisplaced)
}

func TestCatalogue(t *testing.T) {
	bad := off("a", "0")
	_, err := New(off("a", "1"), off("a", "2"), bad)
	wants(t, err, "/1", ErrDuplicate, "/2/benefit/amount", ErrMoney)
	two := off("a", "2")
	two.Version = 2
	two.Scope.Items.Include = []string{"tea"}
	c := mustCatalogue(t, two, off("a", "1"))
	if d, ok := c.Definition("a", 0); !ok || d.Version != 2 {
		t.Error(d, ok)
	}
	two.Scope.Items.Include[0] = "spoilt"
	d, _ := c.Definition("a", 2)
	d.Scope.Items.Include[0] = "spoilt"
	if d, ok := c.Definition("a", 2); !ok || d.Scope.Items.Include[0] != "tea" {
		t.Error("a slice is shared")
	}
	if _, ok := c.Definition("a", 3); ok {
		t.Error("there is a third")
	}
	if _, ok := c.Definition("b", 0); ok {
		t.Error("there is another")
	}
}

// Ends as a calendar would have them: months, leap days, daylight saving.
func TestExpiry(t *testing.T) {
	for _, tt := range []struct{ zone, from, to, validity, ends, at, want string }{
		{"", "", "", "", "", "2026-03-08T12:00:00Z", ""},
		{"", "", "2026-04-01T00:00:00Z", "", "", "2026-03-08T12:00:00Z", "2026-04-01T00:00:00Z"},
		{"Asia/Shanghai", "", "", "P30D", "instant", "2026-03-01T10:00:00+08:00", "2026-03-31T10:00:00+08:00"},
		{"Asia/Shanghai", "", "", "P30D", "day", "2026-03-01T10:00:00+08:00", "2026-04-01T00:00:00+08:00"},
		{"Asia/Shanghai", "", "", "P0D", "day", "2026-03-01T10:00:00+08:00", ""},
		{"Asia/Shanghai", "", "", "P1M", "day", "2026-01-31T23:30:00+08:00", "2026-03-01T00:00:00+08:00"},
		{"Asia/Shanghai", "", "", "P1Y", "day", "2024-02-29T00:00:00+08:00", "2025-03-01T00:00:00+08:00"},
		{"America/New_York", "", "", "P1D", "instant", "2026-03-07T12:00:00-05:00", "2026-03-08T12:00:00-04:00"},
		{"America/New_York", "", "", "PT24H", "instant", "2026-03-07T12:00:00-05:00", "2026-03-08T13:00:00-04:00"},
		{"America/New_York", "", "", "P1D", "day", "2026-10-31T12:00:00-04:00", "2026-11-02T00:00:00-05:00"},
		{"America/Sao_Paulo", "", "", "P1D", "day", "2018-11-02T12:00:00-03:00", "2018-11-04T01:00:00-02:00"}, // midnight is skipped
		{"", "2026-05-01T00:00:00Z", "", "P30D", "", "2026-03-08T12:00:00Z", "2026-05-31T00:00:00Z"},          // counts from the window
		{"", "", "2026-03-10T00:00:00Z", "P30D", "", "2026-03-08T12:00:00Z", "2026-03-10T00:00:00Z"},
		{"", "", "2026-05-10T00:00:00Z", "P30D", "", "2026-03-08T12:00:00Z", "2026-04-07T12:00:00Z"},
	} {
		when := func(s string) (u time.Time) {
			if s != "" {
				var err error
				if u, err = time.Parse(time.RFC3339, s); err != nil {
					t.Fatal(err)
				}
			}
			return u
		}
		d := off("x", "5")
		d.Window = Window{From: when(tt.from), To: when(tt.to), Ends: Ends(tt.ends), Zone: tt.zone}
		if tt.validity != "" {
			d.Window.Validity = guanxi.MustParseSpan(tt.validity)
		}
		w := newWorld(t, d)
		r := w.ok(Command{Action: Issue, Code: "A", Definition: "x"}, when(tt.at))
		if got := r.Expires.Time(); !got.Equal(when(tt.want)) {
			t.Errorf("%+v: %v", tt, got)
		}
	}
	d := off("x", "5")
	d.Window.Validity = guanxi.Span{Months: 1200}
	w := newWorld(t, d)
	w.refused(ErrTime, Command{Action: Issue, Code: "A", Definition: "x"}, time.Date(2150, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestLabels(t *testing.T) {
	for _, l := range []func(guanxi.Lang) string{
		Amount.Label, Percent.Label, Gift.Label, FreeDelivery.Label, Upcoming.Label, Open.Label, Reserved.Label, Void.Label,
		Expired.Label, Redeemed.Label,
	} {
		if l(guanxi.EN) == "" || l(guanxi.EN) == l(guanxi.ZH) {
			t.Error(l(guanxi.EN), l(guanxi.ZH))
		}
	}
	for _, a := range Actions() {
		if a.Label(guanxi.EN) == a.Label(guanxi.ZH) {
			t.Error(a)
		}
	}
	for _, r := range Reasons() {
		if r.Label(guanxi.EN) == string(r) || r.Label(guanxi.EN) == r.Label(guanxi.ZH) {
			t.Error(r)
		}
	}
	if len(Reasons()) != len(reasonNames) {
		t.Error(len(Reasons()), len(reasonNames))
	}
	if Kind("x").Label(guanxi.EN)+Status("x").Label(guanxi.EN)+Action("x").Label(guanxi.EN)+Reason("x").Label(guanxi.EN) != "xxxx" {
		t.Error("unknown ones have no label of their own")
	}
}
