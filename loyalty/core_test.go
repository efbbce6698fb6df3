package loyalty

import (
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

var t0 = time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC)

func day(n int) time.Time { return t0.AddDate(0, 0, n) }

// shop is a programme with a kind that is pending for a fortnight and expires after a
// year, a kind that expires by activity, growth value, stored value and a catalogue.
func shop(change ...func(*Program)) Program {
	p := Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds: []KindConfig{
			{ID: "points", Spendable: true, Pending: PendingRule{Span: guanxi.MustParseSpan("P14D")}, Expiry: ExpiryRule{Mode: ExpireSpan, Span: guanxi.MustParseSpan("P1Y")}},
			{ID: "stars", Spendable: true, Expiry: ExpiryRule{Mode: ExpireActivity, Span: guanxi.MustParseSpan("P90D")}},
			{ID: "growth", Tiers: true},
			{ID: "cash", Unit: UnitMoney, Spendable: true},
			{ID: "bonus", Unit: UnitMoney, Spendable: true, Expiry: ExpiryRule{Mode: ExpireSpan, Span: guanxi.MustParseSpan("P30D")}},
		},
		Earning: []EarnRule{
			{ID: "base", Kind: "points", Points: Rational{1, 1}, Per: decimal.NewFromInt(1)},
			{ID: "grow", Kind: "growth", Points: Rational{1, 1}, Per: decimal.NewFromInt(1)},
		},
		Activities: []ActivityRule{{ID: "review", Give: []KindPoints{{"stars", 10}}}, {ID: "gift", Give: []KindPoints{{"points", 100}}}},
		Rewards:    []Reward{{ID: "mug", Kind: "points", Points: 50}},
		Causes:     []Cause{{ID: "trees"}},
		Stored:     []StoredRule{{ID: "wallet", Principal: "cash", Bonus: "bonus"}},
		TopUps:     []TopUp{{ID: "top100", Stored: "wallet", Pay: decimal.NewFromInt(100), Bonus: decimal.NewFromInt(10)}},
	}
	for _, c := range change {
		c(&p)
	}
	return p
}

// desk runs commands on one account and keeps its journal.
type desk struct {
	t       testing.TB
	e       *Engine
	a       *Account
	journal []Entry
	n       int
}

func newDesk(t testing.TB, change ...func(*Program)) *desk {
	e, err := New(shop(change...))
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t: t, e: e, a: NewAccount("a")}
}

func (d *desk) head(at time.Time) Header {
	d.n++
	return Header{Key: Key(fmt.Sprint("k", d.n)), At: at}
}

// try decides and applies.
func (d *desk) try(cmd Command) (*Decision, error) {
	dec, err := d.e.Decide(d.a, cmd, cmd.Common().At)
	if err != nil {
		return nil, err
	}
	if err := d.a.Apply(dec); err != nil {
		d.t.Fatalf("%T: %v", cmd, err)
	}
	for i := range dec.Entries {
		d.journal = append(d.journal, dec.Entries[i].Clone())
	}
	return dec, nil
}

func (d *desk) do(cmd Command) *Decision {
	d.t.Helper()
	dec, err := d.try(cmd)
	if err != nil {
		d.t.Fatalf("%T: %v", cmd, err)
	}
	return dec
}

func order(id string, amount int64) Order {
	return Order{ID: id, Lines: []OrderLine{{ID: "1", Amount: decimal.NewFromInt(amount)}}}
}

func TestEarnRedeem(t *testing.T) {
	d := newDesk(t)
	d.do(&Earn{d.head(day(0)), order("o1", 120)})
	if _, err := d.try(&Redeem{d.head(day(1)), Spend{Reward: "mug"}}); err == nil {
		t.Fatal("pending points were spent")
	}
	d.do(&Redeem{d.head(day(15)), Spend{Reward: "mug"}})
	d.do(&Refund{Header: d.head(day(16)), Order: "o1", Refund: "r1", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(30)}}})
	l, _ := d.a.Lot(1)
	if l.Remaining != 40 || l.Redeemed != 50 || l.TakenBack != 30 {
		t.Errorf("%+v", l)
	}
}
