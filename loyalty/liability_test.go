package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

var allKinds = []Kind{"points", "stars", "cash", "bonus"}

// randomDesk plays random commands on one account.
func randomDesk(t testing.TB, seed uint64, n int) *play {
	r := rand.New(rand.NewPCG(seed, 9))
	p := &play{desk: newDesk(t, policies(r)), r: r, now: t0}
	for range n {
		_, _ = p.try(p.command()) // refused ones record nothing
	}
	return p
}

func mustLiability(t testing.TB, at time.Time, loc *time.Location) *Liability {
	t.Helper()
	l, err := NewLiability(LiabilityConfig{At: at, Location: loc})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustBytes(t testing.TB, v interface{ MarshalBinary() ([]byte, error) }) []byte {
	t.Helper()
	b, err := v.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What is outstanding is what balances say, whatever was swept, and by months as the lots
// say one by one.
func TestLiabilityRandom(t *testing.T) {
	for seed := range uint64(40) {
		p := randomDesk(t, seed, 150)
		at := p.a.Last.Time().AddDate(0, 0, p.r.IntN(200))
		l := mustLiability(t, at, time.UTC)
		if err := l.AddAccount(p.a); err != nil {
			t.Fatal(err)
		}
		rep, err := l.Report(LiabilityView{})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range allKinds {
			b, err := p.a.BalanceAt(k, at)
			if err != nil {
				t.Fatal(err)
			}
			var got KindLiability
			for _, r := range rep.Kinds {
				if r.Kind == k {
					got = r
				}
			}
			if got.Standing != (Standing{b.Available, b.Pending, b.Held}) || got.Debt != b.Debt || got.Total != b.Available+b.Pending+b.Held {
				t.Fatalf("seed %d: %+v, balance %+v", seed, got, b)
			}
			ages, months := Points(0), Points(0)
			for _, a := range got.Ages {
				ages += a.Total
			}
			for _, m := range got.Expires {
				months += m.Total
			}
			if ages != got.Total || months != got.Total {
				t.Fatalf("seed %d: %d by age, %d by month of %d", seed, ages, months, got.Total)
			}
		}
		// the same lot by lot, if no hold has run out
		if p.a.nextRunOut(l.at) == nil {
			m := mustLiability(t, at, time.UTC)
			for lot := range p.a.Lots() {
				if err := m.AddLot(&LotRow{lot.Kind, lot.Remaining, lot.Held, lot.Earned, lot.Activate, p.a.Expiry(&lot)}); err != nil {
					t.Fatal(err)
				}
			}
			for _, k := range allKinds {
				b, _ := p.a.BalanceAt(k, at)
				if err := m.AddDebt(k, b.Debt); err != nil {
					t.Fatal(err)
				}
			}
			m.accounts = 1
			for i := range l.kinds {
				l.kinds[i].holders, l.kinds[i].debtors = 0, 0
			}
			if !bytes.Equal(mustBytes(t, l), mustBytes(t, m)) {
				t.Fatalf("seed %d: lot by lot\n%+v\n%+v", seed, l.kinds, m.kinds)
			}
		}
		d, err := p.e.Decide(p.a, &Sweep{Header{Key: "last", At: at}, 1 << 20}, at)
		if err != nil {
			t.Fatal(err)
		}
		swept := p.a.Clone()
		if err := swept.Apply(d); err != nil {
			t.Fatal(err)
		}
		m, o := mustLiability(t, at, time.UTC), mustLiability(t, at, time.UTC)
		if err := errors.Join(m.AddAccount(swept), o.AddAccount(p.a)); err != nil || !bytes.Equal(mustBytes(t, m), mustBytes(t, o)) {
			t.Fatalf("seed %d: a sweep changes it: %v", seed, err)
		}
	}
}

func TestLiabilityManyLots(t *testing.T) {
	d := newDesk(t)
	for i := range 100 {
		d.do(&Adjust{Header: d.head(day(i)), Kind: "points", Points: 10, Expire: day(200 + i%7)})
	}
	d.do(&Place{Header: d.head(day(100)), Hold: "h", Until: day(300), Spend: Spend{Kind: "points", Points: 105}})
	at := day(203)
	l := mustLiability(t, at, nil)
	if err := l.AddAccount(d.a); err != nil {
		t.Fatal(err)
	}
	b, _ := d.a.BalanceAt("points", at)
	if s := l.kinds[0].sum; s != (Standing{b.Available, b.Pending, b.Held}) || s.Held != 105 {
		t.Errorf("%+v, balance %+v", s, b)
	}
}

func TestLiabilityReport(t *testing.T) {
	at := time.Date(2025, 6, 15, 0, 0, 0, 0, time.UTC)
	l := mustLiability(t, at, nil)
	month := func(n int) Instant { return InstantOf(time.Date(2025, 6+time.Month(n), 1, 0, 0, 0, 0, time.UTC)) }
	for _, r := range []LotRow{
		{"points", 101, 0, month(0), month(0), month(6)},
		{"points", 50, 7, month(-2), month(0), month(7)},
		{"points", 1, 0, month(-3), month(0), month(6)},
		{"points", 20, 0, month(-23), month(1), Never},
		{"points", 33, 0, month(-24), month(0), Never},
		{"points", 99, 0, month(-24), month(0), InstantOf(at)},    // it has expired
		{"points", 5, 4, month(-6), month(-5), InstantOf(at) - 1}, // held stays
		{"stars", 3, 0, month(0), month(0), InstantOf(at) + 1},
	} {
		if err := l.AddLot(&r); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.AddDebt("stars", 8); err != nil {
		t.Fatal(err)
	}
	rep, err := l.Report(LiabilityView{Decimals: 2, Values: []PointValue{{Kind: "points", Points: 300, Worth: decimal.NewFromInt(1)}}})
	if err != nil {
		t.Fatal(err)
	}
	p := rep.Kinds[0]
	var got strings.Builder
	fmt.Fprint(&got, p.Kind, p.Standing, p.Total, p.Value.Decimal, " ")
	for _, a := range p.Ages {
		fmt.Fprint(&got, a.From, "-", a.To, ":", a.Total, "=", a.Value.Decimal, " ")
	}
	for _, m := range p.Expires {
		fmt.Fprint(&got, m.Month, ":", m.Total, "=", m.Value.Decimal, " ")
	}
	// 216 points are worth 0.72; 101+57 = 158: 0.53 (0.5267), 159: 0.53, 163: 0.54 (0.5433), 183: 0.61
	want := "points{185 20 11} 216 0.72 0-3:158=0.53 3-6:1=0 6-12:4=0.01 12-24:20=0.07 24-0:33=0.11 " +
		"2025-06:4=0.01 2025-12:102=0.34 2026-01:57=0.19 never:53=0.18 "
	if got.String() != want {
		t.Errorf("\n%s, want\n%s", got.String(), want)
	}
	if s := rep.Kinds[1]; s.Kind != "stars" || s.Total != 3 || s.Debt != 8 || s.Value.Valid {
		t.Errorf("%+v", s)
	}
}

func TestLiabilityMerge(t *testing.T) {
	at := t0.AddDate(1, 0, 0)
	zone := time.FixedZone("", 8*3600)
	whole, left, right := mustLiability(t, at, zone), mustLiability(t, at, zone), mustLiability(t, at, zone)
	for seed := range uint64(20) {
		p := randomDesk(t, 100+seed, 40)
		if err := whole.AddAccount(p.a); err != nil {
			t.Fatal(err)
		}
		part := left
		if seed%3 == 0 {
			part = right
		}
		if err := part.AddAccount(p.a); err != nil {
			t.Fatal(err)
		}
	}
	want := mustBytes(t, whole)
	var back Liability
	if err := back.UnmarshalBinary(mustBytes(t, right)); err != nil {
		t.Fatal(err)
	}
	if err := back.Merge(left); err != nil || !bytes.Equal(mustBytes(t, &back), want) {
		t.Fatal("merged the other way round:", err)
	}
	if err := left.Merge(right); err != nil || !bytes.Equal(mustBytes(t, left), want) {
		t.Fatal("merged:", err)
	}
	left.Reset()
	if err := left.Merge(whole); err != nil || !bytes.Equal(mustBytes(t, left), want) {
		t.Fatal("reset:", err)
	}
}

// Many kinds, and months far away, are counted as any.
func TestLiabilityFar(t *testing.T) {
	l, m := mustLiability(t, t0, nil), mustLiability(t, t0, nil)
	var rows []LotRow
	for i := range 50 {
		for _, year := range []int{1, 1800, 2024, 2025, 9999} {
			at := InstantOf(time.Date(year, 1, 5, 0, 0, 0, 0, time.UTC))
			rows = append(rows, LotRow{Kind(fmt.Sprint("k", i)), 7, 1, at, at, at + 1})
		}
	}
	for i := range rows {
		if err := errors.Join(l.AddLot(&rows[i]), m.AddLot(&rows[len(rows)-1-i])); err != nil {
			t.Fatal(err)
		}
	}
	want := mustBytes(t, l)
	var back Liability
	if err := back.UnmarshalBinary(want); err != nil || !bytes.Equal(mustBytes(t, m), want) || !bytes.Equal(mustBytes(t, &back), want) {
		t.Fatal("another order, another sum:", err)
	}
	r, err := back.Report(LiabilityView{})
	if err != nil || len(r.Kinds) != 50 || len(r.Kinds[49].Expires) != 5 || r.Kinds[0].Standing != (Standing{0, 14, 5}) {
		t.Errorf("%+v %v", r.Kinds[0], err)
	}
	l.Reset()
	for i := range rows {
		if err := l.AddLot(&rows[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(mustBytes(t, l), want) || l.At() != InstantOf(t0) {
		t.Error("another sum after Reset")
	}
}

func TestLiabilityRefuses(t *testing.T) {
	at := t0.AddDate(1, 0, 0)
	if _, err := NewLiability(LiabilityConfig{}); !errors.Is(err, ErrTime) {
		t.Error(err)
	}
	l := mustLiability(t, at, nil)
	d := newDesk(t)
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: MaxPoints})
	for range 4 {
		if err := l.AddAccount(d.a); err != nil {
			t.Fatal(err)
		}
	}
	before := mustBytes(t, l)
	early := mustLiability(t, t0.AddDate(0, 0, -1), nil)
	var part Account
	d.a.LoadInto(&part, Need{})
	for name, c := range map[string]struct{ got, want error }{
		"overflow":  {l.AddAccount(d.a), ErrOverflow},
		"row":       {l.AddLot(&LotRow{Kind: "points", Remaining: 6, Earned: 0, Expire: Never}), ErrOverflow},
		"held":      {l.AddLot(&LotRow{Kind: "x", Remaining: 6, Held: math.MaxInt64, Earned: 0, Expire: Never}), ErrOverflow},
		"negative":  {l.AddLot(&LotRow{Kind: "points", Remaining: -1}), ErrAmount},
		"debt":      {l.AddDebt("points", -1), ErrAmount},
		"backdated": {early.AddAccount(d.a), ErrBackdated},
		"part":      {l.AddAccount(&part), ErrNeed},
		"merge":     {l.Merge(early), ErrMerge},
		"zone":      {l.Merge(mustLiability(t, at, time.FixedZone("", 3600))), ErrMerge},
		"merge sum": {l.Merge(l), ErrOverflow},
		"version":   {l.UnmarshalBinary([]byte{9}), ErrFormat},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if !bytes.Equal(before, mustBytes(t, l)) {
		t.Error("a refusal has changed it")
	}
	_, err := l.Report(LiabilityView{
		Ages: []int{3, 3, -1}, Decimals: 2,
		Values: []PointValue{{"points", 0, decimal.NewFromInt(-1), "up"}, {"points", 1, decimal.New(1, -3), ""}},
	})
	n := 0
	for range guanxi.Faults(err) {
		n++
	}
	if n != 7 {
		t.Errorf("%d faults: %v", n, err)
	}
	if _, err := l.Report(LiabilityView{Values: []PointValue{{"points", 1, decimal.NewFromInt(2), ""}}}); !errors.Is(err, ErrOverflow) {
		t.Error(err)
	}
	if _, err := mustLiability(t, at, time.Local).MarshalBinary(); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
}

func TestMonth(t *testing.T) {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	table := newMonthTable(loc, InstantOf(t0))
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		at := Instant(r.Int64N(int64(endInstant-firstInstant)/50)) * 50
		if r.IntN(2) == 0 {
			at = InstantOf(t0) + Instant(r.Int64N(60*365*86400e6)) - 30*365*86400e6
		} else {
			at += firstInstant + 86400e6
		}
		if got, want := table.of(at), MonthOf(at.Time().In(loc)); got != want {
			t.Fatalf("%v: %v, want %v", at.Time(), got, want)
		}
	}
	for _, s := range []string{"2024-02", "0001-01", "never", "9999-12"} {
		var m Month
		if err := m.UnmarshalText([]byte(s)); err != nil || m.String() != s {
			t.Errorf("%q: %v %v", s, m, err)
		}
	}
	var m Month
	if err := m.UnmarshalText([]byte("2024-13")); !errors.Is(err, ErrTime) || m != 0 {
		t.Error(err)
	}
}
