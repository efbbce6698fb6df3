package loyalty

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// withTiers adds tiers to the shop: by growth, or for black by spend or visits.
func withTiers(change ...func(*TierConfig)) func(*Program) {
	return func(p *Program) {
		p.Tiers.Levels = fourTiers()
		p.Tiers.Levels[2].Factors = []KindFactor{{"points", Rational{3, 2}}}
		p.Tiers.Levels[3].Entry.Spend = decimal.NewFromInt(5000)
		p.Tiers.Levels[3].Entry.Visits = 30
		p.Tiers.Levels[1].Paid = &PaidTier{Term: span("P1Y"), Price: decimal.NewFromInt(99)}
		for _, c := range change {
			c(&p.Tiers)
		}
	}
}

func (d *desk) tier(at time.Time, want string) TierView {
	d.t.Helper()
	v, ok := d.e.Tier(d.a, at)
	if !ok || v.Tier != want {
		d.t.Errorf("%v: tier %q, want %q", at, v.Tier, want)
	}
	return v
}

func TestTierCommands(t *testing.T) {
	d := newDesk(t, withTiers())
	d.tier(day(0), "member")
	if due := d.a.tierDue(); due != Never {
		t.Errorf("due at %v", due.Time())
	}
	d.do(&Earn{d.head(day(0)), order("o1", 600)})
	d.tier(day(0), "silver")
	d.do(&Earn{d.head(day(1)), order("o2", 400)})
	v := d.tier(day(1), "gold")
	if g := v.Need.Next; g == nil || g.Tier != "black" || !slices.Equal(g.Ways, []TierWay{
		{ByPoints, "growth", 1000, 3000, 2000}, {BySpend, "", 100000, 500000, 400000}, {ByVisits, "", 2, 30, 28},
	}) || g.By != InstantOf(t0.AddDate(1, 0, 0).Truncate(24*time.Hour)) {
		t.Errorf("%+v", g)
	}
	if dec := d.do(&Earn{d.head(day(2)), order("o3", 100)}); dec.Receipt.Results[0].Points != 150 {
		t.Errorf("gold earns %+v of 100", dec.Receipt.Results)
	}
	d.do(&Act{Header: d.head(day(2)), Activity: "gift"}) // no growth: nothing of a tier
	if e := d.journal[len(d.journal)-1]; e.Tier != nil {
		t.Errorf("%+v", e.Tier)
	}
	d.do(&Refund{Header: d.head(day(3)), Order: "o1", Refund: "r1"})
	d.tier(day(3), "silver") // 500
	d.do(&Refund{Header: d.head(day(4)), Order: "o2", Refund: "r2", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(1)}}})
	v = d.tier(day(4), "member")
	if v.Reason != TierRefunded || v.Growth[0].Have != 499 || v.Growth[1].Have != 49900 || v.Growth[2].Have != 2 {
		t.Errorf("%+v", v)
	}
	d.do(&Adjust{Header: d.head(day(5)), Kind: "growth", Points: 1, Note: Note{"forgotten", "amy"}})
	v = d.tier(day(5), "silver")
	if v.Reason != TierAdjusted {
		t.Errorf("%+v", v)
	}
	d.do(&SetTier{Header: d.head(day(6)), Grant: TierGrant{Action: GrantTier, Tier: "black", Until: day(36)}})
	d.tier(day(35), "black")
	d.tier(day(36), "silver")
	if at := d.a.tierDue(); at != InstantOf(day(36)) {
		t.Errorf("due at %v", at.Time())
	}
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	swept := &desk{t: t, e: d.e, a: d.a.Clone(), journal: slices.Clone(d.journal), n: 1000}
	for _, n := range []int{10, 100, 400, 500, 600, 800} {
		swept.do(&Sweep{Header: swept.head(day(n))})
		for range 2 { // again: nothing
			if dec := swept.do(&Sweep{Header: swept.head(day(n))}); len(dec.Entries) > 0 {
				t.Errorf("swept at %d again: %+v", n, dec.Entries)
			}
		}
	}
	a, err := d.e.TierHistory(Entries(d.journal), end.AddDate(1, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.e.TierHistory(Entries(swept.journal), end.AddDate(1, 0, 0))
	if err != nil || !slices.Equal(a, b) {
		t.Errorf("%v: swept %+v\nnever %+v", err, b, a)
	}
	var text []string
	for _, s := range a {
		text = append(text, fmt.Sprint(s.To, " ", s.At.Time().Format(time.DateOnly), " ", s.Reason))
	}
	if got := strings.Join(text, "; "); got != "member 2025-01-01 start; silver 2025-01-01 reached; gold 2025-01-02 reached; silver 2025-01-04 refunded; "+
		"member 2025-01-05 refunded; silver 2025-01-06 adjusted; black 2025-01-07 given; silver 2025-02-06 given_over; member 2027-01-01 not_kept" {
		t.Error(got)
	}
	for at, want := range map[time.Time]string{day(-1): "", day(0): "silver", day(1): "gold", day(35): "black", day(36): "silver", end: "member", end.Add(-1): "silver"} {
		if got := TierAt(a, at); got != want {
			t.Errorf("%v: %q, want %q", at, got, want)
		}
	}
	if cut, err := d.e.TierHistory(Entries(d.journal), day(2)); err != nil || len(cut) != 3 {
		t.Errorf("%v: %+v", err, cut)
	}
	for _, x := range []*desk{d, swept} {
		back, err := Replay("a", Entries(x.journal))
		if err != nil || !reflect.DeepEqual(back.Tier(), x.a.Tier()) {
			t.Errorf("%v: replayed %+v, want %+v", err, back.Tier(), x.a.Tier())
		}
	}
}

func TestTierErrors(t *testing.T) {
	d := newDesk(t)
	if _, ok := d.e.Tier(d.a, day(0)); ok {
		t.Error("a programme without tiers has one")
	}
	if _, err := d.try(&SetTier{Header: d.head(day(0)), Grant: TierGrant{Action: GrantTier, Tier: "gold"}}); !errors.Is(err, ErrTierUnknown) {
		t.Error(err)
	}
	d = newDesk(t, withTiers())
	d.do(&Earn{d.head(day(0)), order("o1", 600)})
	before := d.a.Tier()
	if _, err := d.try(&SetTier{Header: d.head(day(1)), Grant: TierGrant{Action: BuyTier, Tier: "gold"}}); !errors.Is(err, ErrTierNotSold) {
		t.Error(err)
	}
	if !reflect.DeepEqual(before, d.a.Tier()) {
		t.Error("a refused command changed the tier")
	}
	broken := errors.New("broken")
	if _, err := d.e.TierHistory(func(yield func(*Entry, error) bool) { yield(nil, broken) }, day(1)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestTierVisits counts what the programme names, and a visit goes with all of its order.
func TestTierVisits(t *testing.T) {
	levels := []Tier{{ID: "a"}, {ID: "b", Entry: Threshold{Visits: 2}}}
	d := newDesk(t, func(p *Program) { p.Tiers = TierConfig{Levels: levels} })
	d.do(&Earn{d.head(day(0)), order("o1", 10)})
	d.do(&Act{Header: d.head(day(0)), Activity: "review"})
	d.do(&Earn{d.head(day(1)), order("o2", 10)})
	d.tier(day(1), "b")
	half := []RefundLine{{Line: "1", Amount: decimal.NewFromInt(5)}}
	d.do(&Refund{Header: d.head(day(2)), Order: "o2", Refund: "r1", Lines: half})
	d.tier(day(2), "b")
	d.do(&Refund{Header: d.head(day(2)), Order: "o2", Refund: "r2", Lines: half})
	d.tier(day(2), "a")

	d = newDesk(t, func(p *Program) { p.Tiers = TierConfig{Levels: levels, Visits: []string{"review"}} })
	d.do(&Earn{d.head(day(0)), order("o1", 10)})
	d.do(&Earn{d.head(day(0)), order("o2", 10)})
	d.do(&Act{Header: d.head(day(0)), Activity: "gift"})
	d.tier(day(0), "a")
	d.do(&Act{Header: d.head(day(0)), Activity: "review"})
	d.do(&Act{Header: d.head(day(0)), Activity: "review"})
	d.tier(day(0), "b")
}

// TestTierMergedAccount: the tier moves with a merge, and a refund after it takes back.
func TestTierMergedAccount(t *testing.T) {
	d := newDesk(t, withTiers())
	d.do(&Earn{d.head(day(0)), order("o1", 700)})
	other := &desk{t: t, e: d.e, a: NewAccount("b"), n: 500}
	other.do(&Earn{other.head(day(1)), order("o2", 300)})
	out := other.do(&MergeOut{Header: other.head(day(2)), Into: "a"})
	d.do(&Receive{Header: d.head(day(2)), Parcel: *out.Parcel})
	if v := d.tier(day(2), "gold"); v.Reason != TierMerged {
		t.Errorf("%+v", v)
	}
	d.do(&Refund{Header: d.head(day(3)), Order: "o2", Refund: "r1"})
	d.tier(day(3), "silver")
}

func TestTierWhy(t *testing.T) {
	d := newDesk(t, withTiers(func(c *TierConfig) { c.Downgrade.Grace = span("P31D") }))
	d.do(&Earn{d.head(day(0)), order("o1", 1200)})
	d.do(&SetTier{Header: d.head(day(1)), Grant: TierGrant{Action: GrantTier, Tier: "black", Until: day(31)}})
	for _, tc := range []struct {
		at     time.Time
		en, zh string
	}{
		{
			day(1), "Black since 2025-01-02 (granted by hand); granted until 2025-02-01",
			"黑卡，自2025-01-02起（人工授予）；人工授予，至2025-02-01",
		},
		{
			day(31), "Gold since 2025-02-01 (grant ended); to reach Black: 1800 growth or 3800 spend or 29 visits by 2026-01-01",
			"金卡，自2025-02-01起（授予到期）；升级黑卡还需growth1800或消费金额3800或到店次数29（2026-01-01前）",
		},
		{
			time.Date(2027, 1, 5, 0, 0, 0, 0, time.UTC),
			"Gold since 2025-02-01 (grant ended); not kept, held until 2027-02-01; to keep Gold: 800 growth by 2027-02-01; to reach Black: 3000 growth or 5000 spend or 30 visits by 2028-01-01",
			"金卡，自2025-02-01起（授予到期）；保级未达标，保留至2027-02-01；保级金卡还需growth800（2027-02-01前）；升级黑卡还需growth3000或消费金额5000或到店次数30（2028-01-01前）",
		},
	} {
		v, _ := d.e.Tier(d.a, tc.at)
		if got := d.e.Why(&v, guanxi.EN); got != tc.en {
			t.Errorf("%s\nwant\n%s", got, tc.en)
		}
		if got := d.e.Why(&v, guanxi.ZH); got != tc.zh {
			t.Errorf("%s\nwant\n%s", got, tc.zh)
		}
	}
	for _, b := range []TierBasis{ByGrowth, ByGrant, ByPaid, ByLock, ""} {
		if (b.Label(guanxi.ZH) == string(b)) != (b == "") {
			t.Errorf("%q: %q", b, b.Label(guanxi.ZH))
		}
	}
	for _, m := range []TierMetric{ByPoints, BySpend, ByVisits, ""} {
		if (m.Label(guanxi.ZH) == string(m)) != (m == "") {
			t.Errorf("%q: %q", m, m.Label(guanxi.ZH))
		}
	}
	for _, b := range []Benefit{{Type: BirthdayGift}, {Type: FreeDelivery}, {Type: PriceList, Value: "vip"}, {Type: OtherBenefit, Name: guanxi.Text{EN: "lounge"}}} {
		if l := b.Label(guanxi.EN); l == "" || l == string(b.Type) {
			t.Errorf("%+v has no name", b)
		}
	}
	if l := (Benefit{Type: OtherBenefit}).Label(guanxi.EN); l != string(OtherBenefit) {
		t.Errorf("%q", l)
	}
}

func TestTierJSON(t *testing.T) {
	p := shop(withTiers(func(c *TierConfig) {
		c.Period, c.Downgrade = TierPeriod{Rolling, span("P12M")}, DowngradeRule{DownOne, span("P30D")}
		c.Visits, c.Upgrade, c.Refund, c.Late = []string{"review"}, TierAtReview, TierAtReview, LatePresent
		c.Levels[3].Benefits = []Benefit{{Type: PriceList, Value: "vip"}, {Type: BirthdayGift, Name: guanxi.Text{EN: "cake", ZH: "蛋糕"}}}
	}))
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var q Program
	if err := json.Unmarshal(data, &q); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(q)
	if err != nil || string(again) != string(data) {
		t.Errorf("%v\n%s\n%s", err, again, data)
	}
	bad := strings.NewReplacer(`"rolling"`, `"weekly"`, `"keep":`, `"kept":`).Replace(string(data))
	var at []string
	for fe := range guanxi.Faults(json.Unmarshal([]byte(bad), &q)) {
		at = append(at, fe.Pointer)
	}
	if !slices.Equal(at, []string{"/tiers/levels/1/kept", "/tiers/levels/2/kept", "/tiers/levels/3/kept"}) {
		t.Errorf("%q", at)
	}
}

// TestTierNext: what a decision says of the tier is what the account has when it is
// applied, and after.
func TestTierNext(t *testing.T) {
	for _, mode := range []TierMode{CalendarYear, MembershipYear, Rolling} {
		d := newDesk(t, withTiers(func(c *TierConfig) {
			if c.Period.Mode = mode; mode == Rolling {
				c.Period.Span = span("P30D")
			}
		}))
		for i := range 40 {
			at := day(11 * i)
			dec, err := d.e.Decide(d.a, &Earn{d.head(at), order(fmt.Sprint("o", i), int64(i%5)*100+1)}, at)
			if err != nil {
				t.Fatal(err)
			}
			before, ok := dec.Next()
			if err := d.a.Apply(dec); err != nil || !ok {
				t.Fatal(err, ok)
			}
			after, _ := dec.Next()
			v, _ := d.e.Tier(d.a, at)
			if !reflect.DeepEqual(before, v.Need) || !reflect.DeepEqual(after, v.Need) {
				t.Fatalf("%s, order %d: %+v, applied %+v, account %+v", mode, i, before, after, v.Need)
			}
		}
	}
}
