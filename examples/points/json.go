package main

import (
	"io"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// The shape of -json of the sample's year. Figures without a kind are of points.
type (
	jsonYear struct {
		From        time.Time                `json:"from"`
		To          time.Time                `json:"to"`
		Commands    jsonCommands             `json:"commands"`
		Accounts    int                      `json:"accounts"`
		Issued      loyalty.Points           `json:"issued"`
		Redeemed    loyalty.Points           `json:"redeemed"`
		Expired     loyalty.Points           `json:"expired"`
		Outstanding loyalty.Points           `json:"outstanding"`
		Liability   decimal.NullDecimal      `json:"liability"`
		Currency    string                   `json:"currency"`
		Tiers       map[string]int           `json:"tiers"`
		Statement   jsonStatement            `json:"statement"`
		TierHistory []jsonTierStep           `json:"tier_history"`
		RollForward jsonRolls                `json:"roll_forward"`
		Owed        *loyalty.LiabilityReport `json:"owed"`
		Breakage    []jsonVintage            `json:"breakage"`
		Revenue     *loyalty.RevenueReport   `json:"revenue"`
		Proposals   []loyalty.LedgerProposal `json:"proposals"`
	}
	jsonCommands struct {
		Accepted int            `json:"accepted"`
		Repeated int            `json:"repeated"`
		Rejected int            `json:"rejected"`
		Reasons  map[string]int `json:"reasons"`
		Cut      loyalty.Points `json:"cut"`
	}
	jsonStatement struct {
		Customer loyalty.AccountID `json:"customer"`
		Opening  balance           `json:"opening"`
		Lines    []jsonLine        `json:"lines"`
		Closing  balance           `json:"closing"`
	}
	jsonLine struct {
		At        time.Time      `json:"at"`
		Op        loyalty.Op     `json:"op"`
		Ref       string         `json:"ref"`
		Available loyalty.Points `json:"available"`
		Pending   loyalty.Points `json:"pending"`
		Held      loyalty.Points `json:"held"`
		Debt      loyalty.Points `json:"debt"`
	}
	jsonTierStep struct {
		At     time.Time          `json:"at"`
		From   string             `json:"from"`
		To     string             `json:"to"`
		Reason loyalty.TierReason `json:"reason"`
	}
	jsonRolls struct {
		Quarters []loyalty.RollRow `json:"quarters"`
		Year     loyalty.RollRow   `json:"year"`
	}
	jsonVintage struct {
		Vintage     loyalty.Month  `json:"vintage"`
		Issued      loyalty.Points `json:"issued"`
		Removed     loyalty.Points `json:"removed"`
		Redeemed    loyalty.Points `json:"redeemed"`
		Expired     loyalty.Points `json:"expired"`
		Outstanding loyalty.Points `json:"outstanding"`
		Ultimate    *float64       `json:"ultimate"`
		Low         *float64       `json:"low"`
		High        *float64       `json:"high"`
		Breakage    *float64       `json:"breakage"` // points
	}
)

// writeYearJSON writes one object.
func writeYearJSON(w io.Writer, a *analysis) error {
	at := func(i loyalty.Instant) time.Time { return i.Time().In(a.location()) }
	year := row(a.whole, a.kind())
	r := jsonYear{
		From: a.from, To: a.to, Commands: jsonCommands{a.accepted, a.repeated, a.rejected, a.reasons, a.cut},
		Issued: year.Issued, Redeemed: year.Redeemed, Expired: year.Expired, Currency: a.program.Currency,
		Tiers: a.levels, Owed: a.owed, Revenue: a.report, Proposals: a.proposals,
		Statement: jsonStatement{Customer: a.customer, Opening: balance(a.statement.Opening), Closing: balance(a.statement.Closing), Lines: []jsonLine{}},
		Breakage:  []jsonVintage{}, TierHistory: []jsonTierStep{}, RollForward: jsonRolls{Year: year},
	}
	for _, n := range a.levels {
		r.Accounts += n
	}
	for _, k := range a.owed.Kinds {
		if k.Kind == a.kind() {
			r.Outstanding, r.Liability = k.Total, k.Value
		}
	}
	for _, l := range a.statement.Lines {
		r.Statement.Lines = append(r.Statement.Lines, jsonLine{at(l.At), l.Op, l.Ref, l.Available, l.Pending, l.Held, l.Debt})
	}
	for _, s := range a.tiers {
		r.TierHistory = append(r.TierHistory, jsonTierStep{at(s.At), s.From, s.To, s.Reason})
	}
	for _, q := range a.quarters {
		r.RollForward.Quarters = append(r.RollForward.Quarters, row(q, a.kind()))
	}
	for i := range a.breakage.Vintages {
		v := &a.breakage.Vintages[i]
		j := jsonVintage{Vintage: v.Vintage, Issued: v.Issued, Removed: v.Removed, Redeemed: v.Redeemed, Expired: v.Expired, Outstanding: v.Outstanding}
		if v.Known {
			j.Ultimate, j.Low, j.High, j.Breakage = &v.Ultimate, &v.Low, &v.High, &v.Breakage
		}
		r.Breakage = append(r.Breakage, j)
	}
	data, err := encode(r, "  ")
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}
