package loyalty

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// play runs random commands on an account, and asks all that must hold after each.
type play struct {
	*desk
	r    *rand.Rand
	now  time.Time
	thaw bool // the account is frozen
	n    int
}

// policies gives a programme random policies.
func policies(r *rand.Rand) func(*Program) {
	return func(p *Program) {
		p.Policy.Backdate = []Backdate{BackdateRefuse, BackdateRaise, BackdateAccept}[r.IntN(3)]
		if p.Policy.Backdate == BackdateAccept {
			p.Policy.BackdateWithin.Days = 20
		}
		p.Policy.Takeback = []Takeback{TakeClamp, TakeLots, TakeDebt}[r.IntN(3)]
		p.Policy.Return = []ReturnPolicy{ReturnForfeit, ReturnGrace, ReturnNewLot}[r.IntN(3)]
		if p.Policy.Return == ReturnGrace {
			p.Policy.Grace.Days = 5
		}
		if r.IntN(2) == 0 {
			p.Kinds[0].Expiry.Span.Months, p.Kinds[0].Expiry.Span.Days = 0, 30
		}
		if r.IntN(2) == 0 {
			stock := int64(1000)
			p.Rewards[0].Stock, p.Rewards[0].Limit = &stock, &Limit{Times: 3, Per: PerMonth}
			p.Activities[1].Limit = &Limit{Times: 1, Per: PerDay}
			p.Caps = []CapRule{{ID: "much", Kind: "points", Per: CapWeek, Points: 150}, {ID: "all", Kind: "points", Per: CapBudget, Points: 1 << 40}}
		}
		if r.IntN(2) == 0 {
			p.Tiers = TierConfig{
				Levels: []Tier{
					{ID: "plain"}, {ID: "silver", Entry: Threshold{Points: []KindPoints{{"growth", 100}}}, Factors: []KindFactor{{"points", Rational{3, 2}}}},
					{ID: "gold", Entry: Threshold{Points: []KindPoints{{"growth", 300}}, Visits: 9}},
				},
				Downgrade: DowngradeRule{To: DownOne},
			}
			if r.IntN(2) == 0 {
				p.Tiers.Period = TierPeriod{Mode: Rolling, Span: guanxi.MustParseSpan("P60D")}
			}
		}
	}
}

func (p *play) id(prefix string, n int) string { return fmt.Sprint(prefix, p.r.IntN(n)) }

func (p *play) spend() Spend {
	switch p.r.IntN(4) {
	case 0:
		return Spend{Reward: "mug", Quantity: p.r.Int64N(3)}
	case 1:
		return Spend{Stored: "wallet", Amount: decimal.New(p.r.Int64N(6000), -2)}
	}
	return Spend{Kind: []Kind{"points", "stars", "bonus", "nothing"}[p.r.IntN(4)], Points: Points(p.r.IntN(80))}
}

func (p *play) command() Command {
	r := p.r
	switch r.IntN(12) {
	case 0:
		p.now = p.now.Add(time.Duration(r.IntN(30*24)) * time.Hour)
	case 1, 2, 3, 4:
		p.now = p.now.Add(time.Duration(r.IntN(48*60)) * time.Minute)
	}
	at := p.now
	if r.IntN(8) == 0 {
		at = at.Add(-time.Duration(r.IntN(40*24)) * time.Hour)
	}
	p.n++
	h := Header{Key: Key(fmt.Sprint("k", p.n)), At: at}
	if r.IntN(20) == 0 {
		h.Member = AccountID(p.id("m", 2))
	}
	if r.IntN(30) == 0 {
		h.Key = Key(p.id("k", p.n))
	}
	switch r.IntN(22) {
	case 0, 1, 2, 3:
		o := order(p.id("o", 1+p.n), 1+r.Int64N(100))
		o.Lines = append(o.Lines, OrderLine{ID: "2", Amount: decimal.New(r.Int64N(5000), -2)})
		if p.thaw {
			p.thaw = false
			return &Thaw{Header: h}
		}
		return &Earn{h, o}
	case 4:
		return &Act{Header: h, Activity: []string{"review", "gift", "top100", "none"}[r.IntN(4)]}
	case 5, 6, 7:
		return &Redeem{h, p.spend()}
	case 8, 9:
		var until time.Time
		if r.IntN(4) > 0 {
			until = at.Add(time.Duration(r.IntN(60*24)) * time.Hour)
		}
		return &Place{h, p.id("h", 1+p.n/8), p.spend(), until}
	case 10:
		return &Capture{h, p.id("h", 1+p.n/8), Points(r.IntN(40)), r.IntN(2) == 0}
	case 11:
		return &Void{h, p.id("h", 1+p.n/8)}
	case 12, 13:
		c := &Refund{Header: h, Order: p.id("o", 1+p.n), Refund: "r"}
		if r.IntN(3) > 0 {
			c.Lines = append(c.Lines, RefundLine{Line: p.id("", 4), Amount: decimal.New(r.Int64N(4000), -2)})
		}
		return c
	case 14, 15:
		return &Return{h, Key(p.id("k", p.n)), Points(r.IntN(30))}
	case 16:
		return &Sweep{h, r.IntN(5)}
	case 17:
		return &Extend{Header: h, Kind: []Kind{"points", "stars"}[r.IntN(2)], Until: at.AddDate(0, 0, r.IntN(60))}
	case 18:
		c := &Adjust{Header: h, Kind: []Kind{"points", "stars", "growth"}[r.IntN(3)], Points: Points(r.IntN(100) - 40), Note: Note{Actor: "ann"}}
		if r.IntN(2) == 0 {
			c.Expire = at.AddDate(0, 0, r.IntN(30))
		}
		return c
	case 19:
		return &Send{h, "b", "points", Points(r.IntN(50))}
	case 20:
		l := Lot{Kind: "points", Points: Points(r.IntN(50)), Earned: InstantOf(at), Activate: InstantOf(at), Expire: InstantOf(at.AddDate(0, 0, r.IntN(60)))}
		return &Receive{h, Parcel{From: "b", To: "a", Lots: []Lot{l}}}
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		return &Activate{h, p.id("o", 1+p.n)}
	case 3:
		return &Freeze{Header: h}
	case 4, 5:
		return &Thaw{Header: h}
	case 6:
		return &SetTier{Header: h, Grant: TierGrant{Action: []TierAction{GrantTier, LockTier, UnlockTier}[r.IntN(3)], Tier: []string{"", "gold"}[r.IntN(2)]}}
	}
	if r.IntN(40) == 0 {
		return &Close{Header: h, Forfeit: r.IntN(2) == 0}
	}
	return &Donate{h, "trees", "points", Points(r.IntN(30))}
}

func state(t testing.TB, a *Account) []byte {
	b, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (p *play) step(cmd Command) error {
	t := p.t
	before := state(t, p.a)
	d, err := p.e.Decide(p.a, cmd, cmd.Common().At)
	if got := state(t, p.a); !bytes.Equal(before, got) {
		t.Fatalf("%T %+v: deciding has changed the account", cmd, cmd)
	}
	if err != nil {
		return err
	}
	again, err := p.e.Decide(p.a, cmd, cmd.Common().At)
	if err != nil || len(again.Entries) != len(d.Entries) {
		t.Fatalf("%T %+v: decided otherwise: %v", cmd, cmd, err)
	}
	p.partly(cmd, d)
	if err := p.a.Apply(d); err != nil {
		t.Fatalf("%T %+v: %v", cmd, cmd, err)
	}
	for i := range d.Entries {
		p.journal = append(p.journal, d.Entries[i].Clone())
	}
	if err := p.a.Check(); err != nil {
		t.Fatalf("%T %+v: %v\n%+v", cmd, cmd, err, d.Entries)
	}
	p.thaw = p.a.Status == Frozen
	if !d.Repeated && len(d.Entries) > 0 {
		r, err := p.e.Decide(p.a, cmd, cmd.Common().At.AddDate(3, 0, 0))
		if err != nil || !r.Repeated || r.Receipt.Seq != d.Receipt.Seq {
			t.Fatalf("%T %+v: not repeated: %v", cmd, cmd, err)
		}
	}
	return nil
}

// partly decides on as little of the account as is needed: it comes to the same.
func (p *play) partly(cmd Command, want *Decision) {
	t := p.t
	need := p.e.Need(cmd)
	var part Account
	for range 10 {
		p.a.LoadInto(&part, need)
		if err := part.Check(); err != nil {
			t.Fatalf("%T %+v: %v", cmd, cmd, err)
		}
		d, err := p.e.Decide(&part, cmd, cmd.Common().At)
		var more *NeedError
		if errors.As(err, &more) {
			need = need.Join(more.Need)
			continue
		}
		if err != nil || len(d.Entries) != len(want.Entries) || d.Repeated != want.Repeated {
			t.Fatalf("%T %+v: decided otherwise in part: %v", cmd, cmd, err)
		}
		for i := range d.Entries {
			if d.Entries[i].Hash != want.Entries[i].Hash {
				t.Fatalf("%T %+v: decided otherwise in part:\n%+v\n%+v", cmd, cmd, d.Entries[i], want.Entries[i])
			}
		}
		if err := part.Apply(d); err != nil {
			t.Fatalf("%T %+v: in part: %v", cmd, cmd, err)
		}
		if err := part.Check(); err != nil {
			t.Fatalf("%T %+v: in part: %v", cmd, cmd, err)
		}
		full := p.a.Clone()
		if err := full.Apply(want); err != nil {
			t.Fatal(err)
		}
		a, b := full.AppendHeader(nil), part.AppendHeader(nil)
		if full.Due() == part.Due() && !bytes.Equal(a, b) {
			t.Fatalf("%T %+v: another header", cmd, cmd)
		}
		if part.Due() > full.Due() {
			t.Fatalf("%T %+v: due at %d, says %d", cmd, cmd, full.Due(), part.Due())
		}
		return
	}
	t.Fatalf("%T %+v: never enough: %+v", cmd, cmd, need)
}

// finish asks what needs the whole journal.
func (p *play) finish() {
	t := p.t
	if err := Verify("a", Entries(p.journal)); err != nil {
		t.Fatal(err)
	}
	a, err := Replay("a", Entries(p.journal))
	if err != nil {
		t.Fatal(err)
	}
	want := state(t, p.a)
	if !bytes.Equal(state(t, a), want) {
		t.Fatal("replay makes another account")
	}
	if !bytes.Equal(state(t, p.a.Clone()), want) {
		t.Fatal("a clone is another account")
	}
	cut := p.r.IntN(len(p.journal) + 1)
	c, err := Replay("a", Entries(p.journal[:cut]))
	if err != nil {
		t.Fatal(err)
	}
	var from Account
	if err := from.UnmarshalBinary(state(t, c)); err != nil {
		t.Fatal(err)
	}
	if err := from.Replay(Entries(p.journal[cut:])); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(state(t, &from), want) {
		t.Fatal("replay from a checkpoint makes another account")
	}
	p.sweeps()
}

// sweeps asks that sweeping changes no balance and no statement.
func (p *play) sweeps() {
	t := p.t
	late := max(p.a.Last, InstantOf(t0)).Time().AddDate(0, 0, p.r.IntN(90))
	a, journal := p.a.Clone(), p.journal
	for i := range 7 {
		if p.r.IntN(2) == 0 {
			d, err := p.e.Decide(a, &Sweep{Header{Key: Key(fmt.Sprint("sweep", i)), At: late}, p.r.IntN(4)}, late)
			if err != nil {
				t.Fatal(err)
			}
			if err := a.Apply(d); err != nil {
				t.Fatal(err)
			}
			if err := a.Check(); err != nil {
				t.Fatal(err)
			}
			for j := range d.Entries {
				journal = append(journal, d.Entries[j].Clone())
			}
		}
		for _, k := range []Kind{"points", "stars", "cash", "bonus"} {
			at := late.AddDate(0, 0, p.r.IntN(60))
			x, err := p.a.BalanceAt(k, at)
			y, err2 := a.BalanceAt(k, at)
			z, err3 := BalanceAt(Entries(journal), k, at)
			u, err4 := BalanceAt(Entries(p.journal), k, at)
			if err != nil || err2 != nil || err3 != nil || err4 != nil || x != y || x != z || x != u {
				t.Fatalf("balance at %s: %+v %+v %+v %+v %v", at, x, y, z, u, err)
			}
			past := t0.Add(time.Duration(p.r.Int64N(int64(late.Sub(t0)) + 1)))
			v, err := BalanceAt(Entries(p.journal), k, past)
			w, err2 := BalanceAt(Entries(journal), k, past)
			if err != nil || err2 != nil || v != w {
				t.Fatalf("balance at %s: %+v %+v", past, v, w)
			}
			s1, err := NewStatement(Entries(p.journal), k, past, at)
			s2, err2 := NewStatement(Entries(journal), k, past, at)
			if err != nil || err2 != nil || fmt.Sprint(*s1) != fmt.Sprint(*s2) {
				t.Fatalf("statements:\n%+v\n%+v", s1, s2)
			}
			p.statement(s1)
		}
	}
}

func (p *play) statement(s *Statement) {
	b := s.Opening
	for _, l := range s.Lines {
		b.Available += l.Available
		b.Pending += l.Pending
		b.Held += l.Held
		b.Debt += l.Debt
	}
	if b != s.Closing {
		p.t.Fatalf("a statement does not sum: %+v", s)
	}
}

func TestRandom(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := &play{desk: newDesk(t, policies(r)), r: r, now: t0}
		ok, refused := 0, map[string]int{}
		for range 250 {
			cmd := p.command()
			if err := p.step(cmd); err != nil {
				refused[err.Error()]++
			} else {
				ok++
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		p.finish()
		if seed == 0 {
			t.Log(ok, refused)
		}
	}
}
