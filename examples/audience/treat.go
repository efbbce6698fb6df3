package main

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// treatments is the shop's table: the first row that matches decides, and the
// cells that it leaves empty come from the next that does.
var treatments = audience.TreatmentConfig{
	Version: 1, Unset: audience.UnsetNext,
	Rows: []audience.TreatmentRow{
		{ID: "gold", Name: guanxi.Text{EN: "Gold", ZH: "金卡"}, Segment: "vip", Treatment: audience.Treatment{PriceList: "gold", ServiceLevel: "adviser"}},
		{ID: "back", Name: guanxi.Text{EN: "Come back", ZH: "唤醒"}, Segment: "winback", Treatment: audience.Treatment{Offer: "tea-parcel", Channel: "wechat"}},
		{ID: "welcome", Name: guanxi.Text{EN: "Welcome", ZH: "迎新"}, Segment: "newcomers", Treatment: audience.Treatment{Offer: "second-order", Channel: "wechat"}},
		{ID: "party", Name: guanxi.Text{EN: "Birthday", ZH: "生日"}, Segment: "birthday", Treatment: audience.Treatment{Offer: "birthday-tea"}},
	},
	Default: audience.Treatment{PriceList: "list", ServiceLevel: "standard", Channel: "newsletter"},
}

// treated is how one customer is treated.
type treated struct {
	id string
	audience.Decision
}

// treat decides about a customer of each row, and about one whom none is for.
func (s *shop) treat(book *ruleBook, sets []audience.Set) ([]treated, error) {
	t, err := audience.NewTreatments(treatments, s.schema, book.at, book.resolve)
	if err != nil {
		return nil, err
	}
	var out []treated
	for row := range len(treatments.Rows) + 1 {
		from := s.live
		want := audience.DefaultRow
		if row < len(treatments.Rows) {
			from, want = sets[book.index(treatments.Rows[row].Segment)], row
		}
		if c := s.find(from, func(c *customer) bool { return t.Decide(c).Row == want }); c != nil {
			out = append(out, treated{c.id, t.Decide(c)})
		}
	}
	return out, nil
}

func (p *report) treatments(all []treated) {
	p.section("How customers are treated", "差别化对待")
	t := &layout.Table{Align: "llllll"}
	head := []string{p.in("customer", "客户")}
	cells := []audience.Cell{audience.PriceListCell, audience.OfferCell, audience.ServiceLevelCell, audience.ChannelCell}
	for _, c := range cells {
		head = append(head, c.Label(p.lang))
	}
	t.Add(append(head, p.in("because", "依据"))...)
	for _, x := range all {
		row := []string{x.id}
		for _, c := range cells {
			value := x.Get(c)
			if value == "" {
				value = unknown
			}
			row = append(row, value)
		}
		t.Add(append(row, x.Reason().In(p.lang))...)
	}
	p.print(t)
}
