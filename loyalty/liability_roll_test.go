package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

func mustRoll(t testing.TB, from, to time.Time, basis Basis) *RollForward {
	t.Helper()
	r, err := NewRollForward(RollForwardConfig{from, to, basis})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Opening and closing are the balances just before the period and its end, whenever a
// Sweep has run, and everything between adds up.
func TestRollForwardRandom(t *testing.T) {
	for seed := range uint64(40) {
		p := randomDesk(t, 1000+seed, 150)
		late := p.a.Last.Time().AddDate(0, 0, 120)
		swept, journal := p.a.Clone(), Entries(p.journal)
		d, err := p.e.Decide(swept, &Sweep{Header{Key: "last", At: late}, 1 << 20}, late)
		if err != nil {
			t.Fatal(err)
		}
		all := append(p.journal[:len(p.journal):len(p.journal)], d.Entries...)
		days := int(late.Sub(t0)/(24*time.Hour)) + 1
		for range 5 {
			from := t0.AddDate(0, 0, p.r.IntN(days))
			mid := from.AddDate(0, 0, 1+p.r.IntN(60)).Add(time.Duration(p.r.IntN(24)) * time.Hour)
			to := mid.AddDate(0, 0, 1+p.r.IntN(60))
			if to.After(late) {
				to = late
			}
			if !to.After(mid) {
				continue
			}
			one, two := mustRoll(t, from, mid, ""), mustRoll(t, mid, to, ByEffective)
			for _, r := range []*RollForward{one, two} {
				if err := r.AddJournal("a", journal); err != nil {
					t.Fatal(err)
				}
				again := mustRoll(t, r.from.Time(), r.to.Time(), "")
				if err := again.AddJournal("a", Entries(all)); err != nil {
					t.Fatal(err)
				}
				for _, row := range again.Rows() { // pending and available may be told apart otherwise
					got := r.row(row.Kind)
					if got != row {
						t.Fatalf("seed %d: a sweep changes\n%+v to\n%+v", seed, got, row)
					}
				}
				if err := r.Check(nil); err != nil {
					t.Fatal(err)
				}
				for _, k := range allKinds {
					x, err := BalanceAt(journal, k, (r.from - 1).Time())
					y, err2 := BalanceAt(journal, k, (r.to - 1).Time())
					row := r.row(k)
					if err != nil || err2 != nil || row.Opening != net(x) || row.Closing != net(y) || row.OpeningDebt != x.Debt || row.ClosingDebt != y.Debt {
						t.Fatalf("seed %d: %+v, balances %+v %+v %v %v", seed, row, x, y, err, err2)
					}
					sum := Points(0)
					for _, line := range row.Lines()[:8] {
						sum += line.Points
					}
					if sum != row.Closing {
						t.Fatalf("seed %d: %+v", seed, row)
					}
				}
			}
			if err := two.Follows(one); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		r := mustRoll(t, t0, late, "")
		l := mustLiability(t, late.Add(-time.Microsecond), nil)
		if err := errors.Join(r.AddJournal("a", journal), l.AddAccount(p.a), r.Check(l)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func net(b Balance) Points { return b.Available + b.Pending + b.Held - b.Debt }

func (r *RollForward) row(k Kind) RollRow {
	for _, row := range r.Rows() {
		if row.Kind == k {
			return row
		}
	}
	return RollRow{Kind: k}
}

func TestRollForwardYear(t *testing.T) {
	d := newDesk(t)
	d.do(&Earn{d.head(day(0)), order("o1", 120)})
	d.do(&Redeem{d.head(day(15)), Spend{Reward: "mug"}})
	d.do(&Refund{Header: d.head(day(16)), Order: "o1", Refund: "r1", Lines: []RefundLine{{Line: "1", Amount: order("", 30).Lines[0].Amount}}})
	d.do(&Adjust{Header: d.head(day(20)), Kind: "points", Points: 7, Expire: day(25)})
	d.do(&Donate{d.head(day(40)), "trees", "points", 5})
	d.do(&Send{d.head(day(41)), "b", "points", 6})
	r := mustRoll(t, day(10), day(60), "")
	if err := r.AddJournal("a", Entries(d.journal)); err != nil {
		t.Fatal(err)
	}
	want := RollRow{Kind: "points", Opening: 120, Redeemed: 50, TakenBack: 30, Adjusted: 7, Expired: 7, Donated: 5, Transferred: -6, Closing: 29}
	if got := r.row("points"); got != want {
		t.Errorf("\n%+v\n%+v", got, want)
	}
	// nothing was swept: by what is written the seven are still there
	rec := mustRoll(t, day(10), day(60), ByRecorded)
	if err := rec.AddJournal("a", Entries(d.journal)); err != nil {
		t.Fatal(err)
	}
	if got := rec.row("points"); got.Expired != 0 || got.Closing != 36 {
		t.Errorf("%+v", got)
	}
	var text strings.Builder
	for _, l := range r.row("points").Lines() {
		fmt.Fprint(&text, l.Name.ZH, l.Points, " ")
	}
	if want := "期初120 发放0 兑换-50 过期-7 退货扣回-30 捐赠-5 转移-6 调整7 期末29 "; text.String() != want {
		t.Error(text.String())
	}
}

func TestRollForwardMerge(t *testing.T) {
	from, to := day(20), day(90)
	whole, left, right := mustRoll(t, from, to, ""), mustRoll(t, from, to, ""), mustRoll(t, from, to, "")
	for seed := range uint64(12) {
		p := randomDesk(t, 2000+seed, 60)
		part := []*RollForward{left, right}[seed%2]
		if err := errors.Join(whole.AddJournal("a", Entries(p.journal)), part.AddJournal("a", Entries(p.journal))); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 40 { // more than are named
		e := Entry{Account: AccountID(fmt.Sprint("x", 39-i)), Seq: 1, Effective: InstantOf(from), Postings: []Posting{{"points", Issued, Points(i + 1)}}}
		if err := errors.Join(whole.Add(&e), []*RollForward{left, right}[i%2].Add(&e)); err != nil {
			t.Fatal(err)
		}
	}
	want := mustBytes(t, whole)
	var back RollForward
	if err := errors.Join(back.UnmarshalBinary(mustBytes(t, right)), back.Merge(left)); err != nil || !bytes.Equal(mustBytes(t, &back), want) {
		t.Fatal("the other way round:", err)
	}
	if err := left.Merge(right); err != nil || !bytes.Equal(mustBytes(t, left), want) {
		t.Fatal("merged:", err)
	}
	err := left.Check(nil)
	n := 0
	for f := range guanxi.Faults(err) {
		if n++; n == 1 && f.Pointer != "/kinds/points" || n == 2 && f.Pointer != "/entries/x0/1" {
			t.Error(f)
		}
	}
	if !errors.Is(err, ErrSums) || n != 1+maxUnbalanced {
		t.Error(n, err)
	}
	left.Reset()
	if err := left.Check(nil); err != nil || len(left.Rows()) != 0 {
		t.Error(err)
	}
}

func TestRollForwardRefuses(t *testing.T) {
	_, err := NewRollForward(RollForwardConfig{Basis: "x", To: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)})
	if got := fmt.Sprint(err); strings.Count(got, "\n") != 2 || !errors.Is(err, ErrOption) || !errors.Is(err, ErrTime) {
		t.Error(got)
	}
	if _, err := NewRollForward(RollForwardConfig{From: t0, To: t0}); !errors.Is(err, ErrNotLater) {
		t.Error(err)
	}
	r := mustRoll(t, day(0), day(10), "")
	e := Entry{Account: "a", Seq: 1, Effective: InstantOf(day(1)), Postings: []Posting{{"points", Issued, -1 << 62}, {"points", Available, 1 << 62}}}
	if err := r.Add(&e); err != nil {
		t.Fatal(err)
	}
	before := mustBytes(t, r)
	if err := r.Add(&e); err != nil { // −2⁶³ is there, 2⁶³ is not
		if !errors.Is(err, ErrOverflow) {
			t.Error(err)
		}
	} else {
		t.Error("too much was added")
	}
	if err := r.Add(&Entry{Effective: e.Effective, Postings: []Posting{{"points", Issued, 5}, {"points", books, 1}}}); !errors.Is(err, ErrUnbalanced) {
		t.Error(err)
	}
	if err := r.Merge(r); !errors.Is(err, ErrOverflow) {
		t.Error(err)
	}
	if err := r.Merge(mustRoll(t, day(0), day(11), "")); !errors.Is(err, ErrMerge) {
		t.Error(err)
	}
	bad := []Entry{{Account: "a", Seq: 2}}
	if err := r.AddJournal("a", Entries(bad)); !errors.Is(err, ErrGap) {
		t.Error(err)
	}
	if err := r.AddJournal("a", func(yield func(*Entry, error) bool) { yield(nil, errRead) }); !errors.Is(err, errRead) {
		t.Error(err)
	}
	if !bytes.Equal(before, mustBytes(t, r)) {
		t.Error("a refusal has changed it")
	}
	l := mustLiability(t, day(10).Add(-time.Microsecond), nil)
	if err := r.Check(l); !errors.Is(err, ErrSums) || !strings.Contains(err.Error(), "/kinds/points/closing") {
		t.Error(err)
	}
	if err := r.Check(mustLiability(t, day(10), nil)); !errors.Is(err, ErrMerge) {
		t.Error(err)
	}
	if err := mustRoll(t, day(10), day(20), "").Follows(r); !errors.Is(err, ErrSums) {
		t.Error(err)
	}
	if err := mustRoll(t, day(11), day(20), "").Follows(r); !errors.Is(err, ErrMerge) {
		t.Error(err)
	}
}

var errRead = errors.New("reading")
