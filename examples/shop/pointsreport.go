package main

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// report makes the figures of all tills.
func (d *desk) report(all *till) (*wholePoints, error) {
	rule := d.program.Payments[0]
	decimals := d.pop.Config().Decimals
	worth := loyalty.PointValue{Kind: pointsKind, Points: rule.Points, Worth: rule.Money}
	text := func(m decimal.Decimal) string { return m.StringFixed(int32(decimals)) }
	value := func(points int64) string {
		return text(rule.Money.Mul(decimal.NewFromInt(points)).DivRound(decimal.NewFromInt(int64(rule.Points)), int32(decimals)))
	}
	owed, err := all.owed.Report(loyalty.LiabilityView{Decimals: min(maxDecimals, decimals), Values: []loyalty.PointValue{worth}})
	if err != nil {
		return nil, err
	}
	r := &wholePoints{
		Program:   d.program.Kinds[0].Name.In(d.lang),
		Redeeming: d.options.orders == "", Accounts: int64(len(d.shoppers)), Loose: d.loose, Worth: text(rule.Money), Liability: text(decimal.Zero),
		Months: []wholePointsMonth{}, Ages: []wholePointsAge{}, Expiring: []wholePointsMonthEnd{},
	}
	var sum flows
	for k, f := range all.months {
		sum.add(f)
		r.Months = append(r.Months, wholePointsMonth{
			Month:  time.UnixMicro(d.months[k]).In(d.loc).Format("2006-01"),
			Issued: f.issued, Redeemed: f.redeemed, Expired: f.expired, TakenBack: f.takenBack,
			Outstanding: sum.net(), Liability: value(sum.net()),
		})
	}
	r.Issued, r.Redeemed, r.Expired, r.TakenBack = sum.issued, sum.redeemed, sum.expired, sum.takenBack
	for _, k := range owed.Kinds {
		if k.Kind == pointsKind {
			r.owed(k, text)
		}
	}
	if net := r.Outstanding - r.Debt; net != sum.net() {
		return nil, fmt.Errorf("points do not add up: %d outstanding, %d by their flows", net, sum.net())
	}
	d.tiers(r)
	return r, nil
}

// owed takes over what is outstanding.
func (r *wholePoints) owed(k loyalty.KindLiability, text func(decimal.Decimal) string) {
	r.Outstanding, r.Debt, r.Holders = int64(k.Total), int64(k.Debt), k.Holders
	r.Available, r.Pending, r.Liability = int64(k.Available), int64(k.Pending), text(k.Value.Decimal)
	for _, a := range k.Ages {
		age := wholePointsAge{From: a.From, Points: int64(a.Total), Liability: text(a.Value.Decimal)}
		if a.To > 0 {
			age.To = &a.To
		}
		r.Ages = append(r.Ages, age)
	}
	for _, e := range k.Expires {
		end := wholePointsMonthEnd{Points: int64(e.Total), Liability: text(e.Value.Decimal)}
		if e.Month != loyalty.NoMonth {
			end.Month = e.Month.String()
		}
		r.Expiring = append(r.Expiring, end)
	}
}

// tiers counts the customers by tier.
func (d *desk) tiers(r *wholePoints) {
	n := map[string]int{}
	for _, t := range d.tier {
		n[t]++
	}
	for _, t := range d.program.Tiers.Levels {
		r.Tiers = append(r.Tiers, wholeTier{wholeName{t.ID, t.Name.In(d.lang)}, n[t.ID]})
	}
}

// tierName is what people call a tier.
func (d *desk) tierName(id string) string {
	for _, t := range d.program.Tiers.Levels {
		if t.ID == id {
			return t.Name.In(d.lang)
		}
	}
	return id
}
