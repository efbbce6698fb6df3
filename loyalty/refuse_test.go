package loyalty

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// prepared has an order of 100 points that are available, one that is pending, a
// redemption r, an open hold h, one that was captured, voided and run out, and a debt of
// nothing; it is day 40.
func prepared(t testing.TB, change ...func(*Program)) *desk {
	d := newDesk(t, change...)
	d.do(&Earn{Header{Key: "e1", At: day(0)}, order("o1", 100)})
	d.do(&Act{Header: Header{Key: "act", At: day(1)}, Activity: "gift"})
	d.do(&Earn{Header{Key: "e2", At: day(30)}, order("o2", 70)})
	d.do(&Redeem{Header{Key: "r", At: day(31)}, Spend{Kind: "points", Points: 30}})
	for _, id := range []string{"captured", "voided", "over", "h"} {
		until := day(60)
		if id == "over" {
			until = day(33)
		}
		d.do(&Place{Header{Key: Key("p" + id), At: day(32)}, id, Spend{Kind: "points", Points: 20}, until})
	}
	d.do(&Capture{Header{Key: "c", At: day(32)}, "captured", 0, false})
	d.do(&Void{Header{Key: "v", At: day(32)}, "voided"})
	d.do(&Act{Header: Header{Key: "now", At: day(40)}, Activity: "review"})
	return d
}

// What is refused says why, names the field, and leaves no trace.
func TestRefused(t *testing.T) {
	at := Header{Key: "x", At: day(41)}
	spend := func(s Spend) Command { return &Redeem{at, s} }
	lot := Lot{Kind: "points", Points: 5, Earned: InstantOf(day(1)), Expire: Never}
	parcel := func(p Parcel) Command { return &Receive{at, p} }
	late := Header{Key: "x", At: day(39)}
	for name, c := range map[string]struct {
		cmd     Command
		err     error
		pointer string
	}{
		"no key":             {&Void{Header{At: day(41)}, "h"}, ErrKey, "/key"},
		"long key":           {&Void{Header{Key: Key(strings.Repeat("k", 256)), At: day(41)}, "h"}, ErrKey, "/key"},
		"no time":            {&Void{Header{Key: "x"}, "h"}, ErrTime, "/at"},
		"year 300000":        {&Void{Header{Key: "x", At: time.Date(300000, 1, 1, 0, 0, 0, 0, time.UTC)}, "h"}, ErrTime, "/at"},
		"year -300000":       {&Void{Header{Key: "x", At: time.Date(-300000, 1, 1, 0, 0, 0, 0, time.UTC)}, "h"}, ErrTime, "/at"},
		"year 10000":         {&Void{Header{Key: "x", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "h"}, ErrTime, "/at"},
		"long member":        {&Void{Header{Key: "x", At: day(41), Member: AccountID(strings.Repeat("m", 256))}, "h"}, ErrText, "/member"},
		"other intent":       {&Void{Header{Key: "r", At: day(41)}, "h"}, ErrKeyReused, "/key"},
		"other member":       {&Redeem{Header{Key: "r", At: day(31), Member: "m"}, Spend{Kind: "points", Points: 30}}, ErrKeyReused, "/key"},
		"before the last":    {&Void{late, "h"}, ErrBackdated, ""},
		"order again":        {&Earn{at, order("o1", 1)}, ErrOrderExists, "/order/id"},
		"order without id":   {&Earn{at, order("", 1)}, ErrText, "/order/id"},
		"long order":         {&Earn{at, order(strings.Repeat("o", 256), 1)}, ErrText, "/order/id"},
		"order too large":    {&Earn{at, order("o3", math.MaxInt64)}, ErrOverflow, "/order/lines/0/amount"},
		"activity":           {&Act{Header: at, Activity: "none"}, ErrUnknown, "/activity"},
		"no activity":        {&Act{Header: at}, ErrText, "/activity"},
		"long ref":           {&Act{Header: at, Activity: "review", Ref: strings.Repeat("r", 256)}, ErrText, "/ref"},
		"no purchase":        {&Refer{at, Referrer, "f", nil}, ErrNotKept, "/purchase"},
		"own friend":         {&Refer{at, Referrer, "a", &OrderRecord{}}, ErrPeer, "/friend"},
		"other friend":       {&Refer{at, Friend, "f", &OrderRecord{}}, ErrPeer, "/friend"},
		"long friend":        {&Refer{at, Referrer, AccountID(strings.Repeat("f", 256)), &OrderRecord{}}, ErrText, "/friend"},
		"no referral":        {&Refer{at, Referrer, "f", &OrderRecord{}}, ErrUnknown, "/purchase"},
		"activate unknown":   {&Activate{at, "o9"}, ErrOrderUnknown, "/order"},
		"not enough":         {spend(Spend{Kind: "points", Points: 131}), ErrNotEnough, ""},
		"nothing of a kind":  {spend(Spend{Kind: "cash", Points: 1}), ErrNotEnough, ""},
		"unknown reward":     {spend(Spend{Reward: "car"}), ErrUnknown, "/spend/reward"},
		"zero":               {spend(Spend{Kind: "points"}), ErrAmount, "/spend/points"},
		"negative":           {spend(Spend{Kind: "points", Points: -1}), ErrAmount, "/spend/points"},
		"not to be spent":    {spend(Spend{Kind: "growth", Points: 1}), ErrCondition, "/spend/kind"},
		"overflow":           {spend(Spend{Reward: "mug", Quantity: math.MaxInt64}), ErrOverflow, "/spend/quantity"},
		"hold again":         {&Place{at, "h", Spend{Kind: "points", Points: 1}, day(50)}, ErrHoldExists, "/hold"},
		"hold voided again":  {&Place{at, "voided", Spend{Kind: "points", Points: 1}, day(50)}, ErrHoldExists, "/hold"},
		"hold without id":    {&Place{at, "", Spend{Kind: "points", Points: 1}, day(50)}, ErrText, "/hold"},
		"hold is over":       {&Place{at, "h2", Spend{Kind: "points", Points: 1}, day(41)}, ErrNotLater, "/until"},
		"hold of years":      {&Place{at, "h2", Spend{Kind: "points", Points: 1}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, ErrTime, "/until"},
		"hold too much":      {&Place{at, "h2", Spend{Kind: "points", Points: 131}, day(50)}, ErrNotEnough, ""},
		"hold of nothing":    {&Place{at, "h2", Spend{}, day(50)}, ErrOption, "/spend"},
		"capture unknown":    {&Capture{at, "h9", 0, false}, ErrHoldUnknown, "/hold"},
		"capture twice":      {&Capture{at, "captured", 0, false}, ErrHoldEnded, "/hold"},
		"capture voided":     {&Capture{at, "voided", 0, false}, ErrHoldEnded, "/hold"},
		"capture run out":    {&Capture{at, "over", 0, false}, ErrHoldRunOut, "/hold"},
		"capture too much":   {&Capture{at, "h", 21, false}, ErrHoldTooMuch, "/points"},
		"capture negative":   {&Capture{at, "h", -1, false}, ErrAmount, "/points"},
		"void unknown":       {&Void{at, "h9"}, ErrHoldUnknown, "/hold"},
		"void run out":       {&Void{at, "over"}, ErrHoldRunOut, "/hold"},
		"refund unknown":     {&Refund{Header: at, Order: "o9"}, ErrOrderUnknown, "/order"},
		"refund too much":    {&Refund{Header: at, Order: "o1", Lines: []RefundLine{{Line: "1", Amount: decimal.NewFromInt(101)}}}, ErrRefundTooMuch, "/lines/0/amount"},
		"refund other line":  {&Refund{Header: at, Order: "o1", Lines: []RefundLine{{Line: "7"}}}, ErrUnknown, "/lines/0/line"},
		"refund long id":     {&Refund{Header: at, Order: "o1", Refund: strings.Repeat("r", 256)}, ErrText, "/refund"},
		"return unknown":     {&Return{at, "q", 0}, ErrRedemptionUnknown, "/redemption"},
		"return an earning":  {&Return{at, "e1", 0}, ErrRedemptionUnknown, "/redemption"},
		"return too much":    {&Return{at, "r", 31}, ErrReturnTooMuch, "/points"},
		"return negative":    {&Return{at, "r", -1}, ErrAmount, "/points"},
		"sweep negative":     {&Sweep{at, -1}, ErrAmount, "/max"},
		"extend unknown":     {&Extend{Header: at, Lots: []LotID{99}, Until: day(900)}, ErrLotUnknown, "/lots/0"},
		"extend twice":       {&Extend{Header: at, Lots: []LotID{1, 1}, Until: day(900)}, ErrDuplicate, "/lots/1"},
		"extend back":        {&Extend{Header: at, Lots: []LotID{1}, Until: day(50)}, ErrNotLater, "/lots/0"},
		"extend nothing":     {&Extend{Header: at, Kind: "points", Until: day(50)}, ErrNotLater, "/until"},
		"extend other kind":  {&Extend{Header: at, Kind: "gold", Until: day(50)}, ErrUnknown, "/kind"},
		"extend to nowhere":  {&Extend{Header: at, Kind: "points", Until: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, ErrTime, "/until"},
		"adjust by nothing":  {&Adjust{Header: at, Kind: "points"}, ErrAmount, "/points"},
		"adjust unknown":     {&Adjust{Header: at, Kind: "gold", Points: 1}, ErrUnknown, "/kind"},
		"adjust too much":    {&Adjust{Header: at, Kind: "points", Points: -131}, ErrNotEnough, ""},
		"adjust by least":    {&Adjust{Header: at, Kind: "points", Points: math.MinInt64}, ErrOverflow, "/points"},
		"adjust overflow":    {&Adjust{Header: at, Kind: "points", Points: math.MaxInt64}, ErrOverflow, ""},
		"adjust expired":     {&Adjust{Header: at, Kind: "points", Points: 1, Expire: day(41)}, ErrNotLater, "/expire"},
		"adjust for ever":    {&Adjust{Header: at, Kind: "points", Points: 1, Expire: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, ErrTime, "/expire"},
		"adjust with a book": {&Adjust{Header: at, Kind: "points", Points: 1, Note: Note{Reason: strings.Repeat("r", 5000)}}, ErrText, "/note"},
		"send to itself":     {&Send{at, "a", "points", 1}, ErrPeer, "/to"},
		"send unknown":       {&Send{at, "b", "gold", 1}, ErrUnknown, "/kind"},
		"send growth":        {&Send{at, "b", "growth", 1}, ErrCondition, "/kind"},
		"send nothing":       {&Send{at, "b", "points", 0}, ErrAmount, "/points"},
		"send too much":      {&Send{at, "b", "points", 131}, ErrNotEnough, ""},
		"receive other's":    {parcel(Parcel{From: "b", To: "c", Lots: []Lot{lot}}), ErrPeer, "/parcel/to"},
		"receive nothing":    {parcel(Parcel{From: "b", To: "a"}), ErrAmount, "/parcel"},
		"receive no points":  {parcel(Parcel{From: "b", To: "a", Lots: []Lot{{Kind: "points"}}}), ErrAmount, "/parcel/lots/0/points"},
		"receive unknown":    {parcel(Parcel{From: "b", To: "a", Lots: []Lot{{Kind: "gold"}}}), ErrUnknown, "/parcel/lots/0/kind"},
		"receive no debt":    {parcel(Parcel{From: "b", To: "a", Debt: []KindPoints{{"points", 0}}}), ErrAmount, "/parcel/debt/0"},
		"receive its order":  {parcel(Parcel{From: "b", To: "a", Merge: &MergedState{Orders: []OrderRecord{{ID: "o1", Lines: []LineRecord{{Amount: 1, Quantity: 1}}}}}}), ErrOrderExists, "/parcel/merge/orders/0"},
		"donate unknown":     {&Donate{at, "war", "points", 1}, ErrUnknown, "/cause"},
		"donate too much":    {&Donate{at, "trees", "points", 131}, ErrNotEnough, ""},
		"merge into itself":  {&MergeOut{at, "a"}, ErrPeer, "/into"},
		"merge with holds":   {&MergeOut{at, "b"}, ErrHeld, ""},
		"close with points":  {&Close{Header: at}, ErrNotEmpty, ""},
		"thaw":               {&Thaw{Header: at}, ErrNotFrozen, ""},
		"tier":               {&SetTier{Header: at, Grant: TierGrant{Action: GrantTier, Tier: "gold"}}, ErrTierUnknown, "/grant/tier"},
	} {
		d := prepared(t)
		before := state(t, d.a)
		dec, err := d.e.Decide(d.a, c.cmd, day(41))
		if !errors.Is(err, c.err) || dec != nil {
			t.Errorf("%s: %v, want %v", name, err, c.err)
			continue
		}
		pointer := ""
		for f := range guanxi.Faults(err) {
			pointer = f.Pointer
		}
		if c.pointer != "" && pointer != c.pointer {
			t.Errorf("%s: at %q, want %q", name, pointer, c.pointer)
		}
		if !bytes.Equal(before, state(t, d.a)) {
			t.Errorf("%s: the account has changed", name)
		}
		h := c.cmd.Common()
		if h.Key == "x" { // the key may be used again
			d.do(&Act{Header: Header{Key: "x", At: day(41)}, Activity: "review"})
		}
	}
}

func TestShort(t *testing.T) {
	d := prepared(t)
	_, err := d.try(&Redeem{Header{Key: "x", At: day(41)}, Spend{Kind: "points", Points: 200}})
	var short *ShortError
	if !errors.As(err, &short) || short.Missing != 70 || short.Kind != "points" {
		t.Error(err)
	}
}

func TestStatus(t *testing.T) {
	d := prepared(t)
	d.do(&Freeze{Header: Header{Key: "f", At: day(41)}, Note: Note{"theft", "ann"}})
	for _, cmd := range []Command{
		&Act{Header: Header{Key: "x", At: day(42)}, Activity: "review"}, &Freeze{Header: Header{Key: "x", At: day(42)}},
		&Redeem{Header{Key: "x", At: day(42)}, Spend{Reward: "mug"}}, &Close{Header: Header{Key: "x", At: day(42)}, Forfeit: true},
	} {
		if _, err := d.try(cmd); !errors.Is(err, ErrFrozen) {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	d.do(&Sweep{Header: Header{Key: "s", At: day(42)}})
	d.do(&Thaw{Header: Header{Key: "thaw", At: day(43)}})
	d.do(&Close{Header: Header{Key: "close", At: day(44)}, Forfeit: true})
	for _, k := range d.a.Kinds() {
		if b, err := d.a.BalanceAt(k, day(44)); err != nil || b != (Balance{Kind: k}) {
			t.Error(b, err)
		}
	}
	for _, cmd := range []Command{&Thaw{Header: Header{Key: "x", At: day(45)}}, &Act{Header: Header{Key: "x", At: day(45)}, Activity: "review"}} {
		if _, err := d.try(cmd); !errors.Is(err, ErrClosed) {
			t.Errorf("%T: %v", cmd, err)
		}
	}
	if err := d.a.Check(); err != nil {
		t.Error(err)
	}
	if d, _ := d.e.Decide(d.a, &Sweep{Header: Header{Key: "s2", At: day(800)}}, day(800)); len(d.Entries) != 0 {
		t.Error("a closed account is swept", d.Entries)
	}
}

func TestVersions(t *testing.T) {
	d := prepared(t)
	old := d.e
	p := shop()
	p.Version = 2
	d.e = MustNew(p)
	if d.e.Version() != 2 {
		t.Error(d.e.Version())
	}
	d.do(&Act{Header: Header{Key: "x", At: day(41)}, Activity: "review"})
	d.e = old
	if _, err := d.try(&Act{Header: Header{Key: "y", At: day(41)}, Activity: "review"}); !errors.Is(err, ErrVersion) {
		t.Error(err)
	}
	if dec, err := d.try(&Act{Header: Header{Key: "x", At: day(41)}, Activity: "review"}); err != nil || !dec.Repeated {
		t.Error("a receipt needs no programme", err)
	}
}

func TestApplyStale(t *testing.T) {
	d := prepared(t)
	one, err := d.e.Decide(d.a, &Act{Header: Header{Key: "x", At: day(41)}, Activity: "review"}, day(41))
	two, err2 := d.e.Decide(d.a, &Act{Header: Header{Key: "y", At: day(41)}, Activity: "review"}, day(41))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if err := d.a.Apply(one); err != nil {
		t.Fatal(err)
	}
	before := state(t, d.a)
	for _, dec := range []*Decision{one, two} {
		if err := d.a.Apply(dec); !errors.Is(err, ErrStale) {
			t.Error(err)
		}
	}
	if err := NewAccount("b").Apply(one); !errors.Is(err, ErrStale) {
		t.Error(err)
	}
	if !bytes.Equal(before, state(t, d.a)) {
		t.Error("a stale decision has changed the account")
	}
}

// The clock of the host goes backwards: entries are recorded one after the other.
func TestClockBackwards(t *testing.T) {
	d := prepared(t)
	for i := range 3 {
		dec, err := d.e.Decide(d.a, &Act{Header: d.head(day(41)), Activity: "review"}, day(-i))
		if err != nil {
			t.Fatal(err)
		}
		last := d.a.Recorded
		if err := d.a.Apply(dec); err != nil || d.a.Recorded != last+1 {
			t.Fatal(err, d.a.Recorded, last)
		}
	}
}

// The last instant of the years is one that an account with tiers can be written at
// and read back, wherever its zone has gone to by then.
func TestTierOfTheLastYear(t *testing.T) {
	for _, mode := range []TierMode{CalendarYear, MembershipYear} {
		p := Program{
			Version: 1, Location: time.FixedZone("+08:00", 8*3600), Currency: "CNY", Decimals: 2,
			Kinds: []KindConfig{{ID: "points"}},
			Tiers: TierConfig{Period: TierPeriod{Mode: mode}, Levels: []Tier{{ID: "member"}, {ID: "gold", Entry: Threshold{Spend: decimal.New(100, 0)}}}},
		}
		e, a := MustNew(p), NewAccount("a")
		d, err := e.Decide(a, &Adjust{Header: Header{Key: "k", At: endInstant.Time().Add(-time.Microsecond)}, Kind: "points", Points: 5}, endInstant.Time().Add(-time.Microsecond))
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Apply(d); err != nil {
			t.Fatal(err)
		}
		bytes, err := a.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := new(Account).UnmarshalBinary(bytes); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}
