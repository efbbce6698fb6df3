package audience_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// Buyer is the host's own customer.
type Buyer struct {
	City    string
	Yuan    int64
	LastBuy time.Time
}

var (
	buyerCity = segment.String("city", func(b *Buyer) (string, bool) { return b.City, b.City != "" }, segment.Meta{})
	buyerYuan = segment.Int("yuan", func(b *Buyer) (int64, bool) { return b.Yuan, true }, segment.Meta{})
	buyerLast = segment.Instant("last_buy", func(b *Buyer) (time.Time, bool) { return b.LastBuy, !b.LastBuy.IsZero() }, segment.Meta{})
	buyers    = segment.MustSchema[Buyer](segment.SchemaConfig{}, buyerCity, buyerYuan, buyerLast)

	today = segment.At{Now: time.Date(2026, 3, 15, 4, 0, 0, 0, time.UTC), Location: time.FixedZone("CST", 8*3600)}
)

// buyerSegment is where the host keeps its segments.
func buyerSegment(id string) (segment.Expr[Buyer], error) {
	switch id {
	case "high":
		return buyerYuan.AtLeast(5000), nil
	case "middle":
		return buyerYuan.AtLeast(1000), nil
	case "active":
		return buyerLast.Within(segment.LastDays(30)), nil
	case "beijing":
		return buyerCity.Is("北京"), nil
	}
	return segment.Expr[Buyer]{}, segment.ErrReference
}

// The first row that matches says how a customer is treated; cells that it leaves
// empty come from the next one, where the table says so.
func ExampleTreatments_Decide() {
	var table audience.TreatmentConfig
	err := json.Unmarshal([]byte(`{"version": 1, "unset": "next", "rows": [
		{"id": "vip", "segment": "high", "price_list": "gold", "service_level": "adviser"},
		{"id": "local", "segment": "beijing", "price_list": "beijing", "channel": "store"}
	], "default": {"price_list": "list", "service_level": "standard", "channel": "wechat"}}`), &table)
	if err != nil {
		panic(err)
	}
	treatments, err := audience.NewTreatments(table, buyers, today, buyerSegment)
	if err != nil {
		panic(err)
	}
	d := treatments.Decide(&Buyer{City: "北京", Yuan: 8000})
	fmt.Println(d.PriceList, d.ServiceLevel, d.Channel)
	fmt.Println(d.Reason().EN)
	fmt.Println("channel from row", d.From[audience.ChannelCell]+1)
	// Output:
	// gold adviser store
	// row 1 (vip): in the segment high
	// channel from row 2
}

// A row that no customer can reach is found before the table is used.
func ExampleNewTreatments() {
	_, err := audience.NewTreatments(audience.TreatmentConfig{Version: 1, Rows: []audience.TreatmentRow{
		{ID: "silver", Segment: "middle", Treatment: audience.Treatment{PriceList: "silver"}},
		{ID: "gold", Segment: "high", Treatment: audience.Treatment{PriceList: "gold"}},
		{ID: "new", Segment: "newcomers", Treatment: audience.Treatment{Offer: "welcome"}},
	}}, buyers, today, buyerSegment)
	for fault := range guanxi.Faults(err) {
		fmt.Println(fault)
	}
	// Output:
	// /rows/1/segment: never reached: everybody in "high" is in "middle", row 0, already
	// /rows/2/segment: not a segment: "newcomers": unknown segment
}

// Rules keep a group of tags up, of which a customer has at most one; what a
// person set by hand stays.
func ExampleTagger_AppendChanges() {
	tagger, err := audience.NewTagger(audience.TagConfig{Version: 1, Groups: []audience.TagGroup{
		{ID: "value", Name: guanxi.Text{EN: "Value", ZH: "价值"}, Exclusive: true, Tags: []audience.TagRule{
			{Tag: "高价值", Segment: "high"}, {Tag: "中价值", Segment: "middle"},
		}},
		{ID: "state", Tags: []audience.TagRule{{Tag: "活跃", Segment: "active"}}},
	}}, buyers, today, buyerSegment)
	if err != nil {
		panic(err)
	}
	wei := &Buyer{Yuan: 6000, LastBuy: today.Now.AddDate(0, 0, -10)}
	tags := []audience.HeldTag{
		{Tag: "中价值", By: audience.TagByRule, Since: today.Now.AddDate(0, -1, 0)},
		{Tag: "喜欢茶", By: audience.TagByHand},
	}
	changes, err := tagger.AppendChanges(nil, tags, wei)
	if err != nil {
		panic(err)
	}
	for _, c := range changes {
		fmt.Println(c.Op, c.Tag, c.Reason.Label(guanxi.ZH))
	}
	next, _, err := tagger.NextChange(tags, wei)
	fmt.Println("look again", next.Format(time.DateTime), err)
	// Output:
	// add 高价值 符合人群条件
	// remove 中价值 被同组其他标签取代
	// add 活跃 符合人群条件
	// look again 2026-04-04 00:00:00 <nil>
}
