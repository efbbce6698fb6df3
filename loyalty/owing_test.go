package loyalty

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

// What follows is an obvious, slow reference for what an order earns of the kind
// "points", written from the documentation with math/big and on the program alone.

func ratRound(x *big.Rat, mode RoundMode) int64 {
	floor := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: down, as x is not negative
	frac := new(big.Rat).Sub(x, new(big.Rat).SetInt(floor))
	half := frac.Cmp(big.NewRat(1, 2))
	up := false
	switch mode {
	case Ceil:
		up = frac.Sign() > 0
	case HalfUp:
		up = half >= 0
	case HalfEven:
		up = half > 0 || half == 0 && floor.Bit(0) == 1
	}
	if up {
		return floor.Int64() + 1
	}
	return floor.Int64()
}

func refMatches(m *Match, line *OrderLine) bool {
	in := func(list []string) bool {
		return slices.ContainsFunc(list, func(g string) bool { return slices.Contains(line.Groups, g) })
	}
	return (len(m.Groups) == 0 || in(m.Groups)) && !in(m.Except)
}

func refTotal(p *Program, o *Order, bases []int64, mode RoundMode, scope RoundScope) int64 {
	kept := int64(0)
	for _, b := range bases {
		kept += b
	}
	if kept == 0 {
		return 0
	}
	reached := func(m *Match) bool { return m.MinOrder.Shift(2).IntPart() <= kept }
	anyLeft := func(m *Match) bool {
		for i := range bases {
			if bases[i] > 0 && refMatches(m, &o.Lines[i]) {
				return true
			}
		}
		return false
	}
	lines := make([]*big.Rat, len(bases))
	for i := range bases {
		lines[i] = new(big.Rat)
		for j := range p.Earning {
			e := &p.Earning[j]
			if e.Fixed > 0 || !reached(&e.Match) || !refMatches(&e.Match, &o.Lines[i]) {
				continue
			}
			x := new(big.Rat).Mul(big.NewRat(e.Points.Num, e.Points.Den), big.NewRat(bases[i], e.Per.Shift(2).IntPart()))
			if p.Rules == Add {
				lines[i].Add(lines[i], x)
			} else if x.Cmp(lines[i]) > 0 {
				lines[i] = x
			}
		}
	}
	whole := new(big.Rat)
	for j := range p.Earning {
		e := &p.Earning[j]
		if x := big.NewRat(int64(e.Fixed), 1); reached(&e.Match) && anyLeft(&e.Match) {
			if p.Rules == Add {
				whole.Add(whole, x)
			} else if x.Cmp(whole) > 0 {
				whole = x
			}
		}
	}
	round := func(lines []*big.Rat, whole *big.Rat) int64 {
		sum, out := new(big.Rat), int64(0)
		for _, l := range lines {
			sum.Add(sum, l)
			out += ratRound(l, mode)
		}
		switch scope {
		case ScopeLine:
			return out + ratRound(whole, mode)
		case ScopeSplit:
			return ratRound(sum, mode) + ratRound(whole, mode)
		}
		return ratRound(sum.Add(sum, whole), mode)
	}
	// with returns what one campaign makes of now, by what base was.
	with := func(c *Campaign, now, base []*big.Rat, nowWhole, baseWhole *big.Rat) ([]*big.Rat, *big.Rat) {
		out, w := slices.Clone(now), new(big.Rat).Set(nowWhole)
		if !reached(&c.Match) {
			return out, w
		}
		if c.Bonus > 0 {
			if anyLeft(&c.Match) {
				w.Add(w, big.NewRat(int64(c.Bonus), 1))
			}
			return out, w
		}
		more := big.NewRat(c.Multiplier.Num-c.Multiplier.Den, c.Multiplier.Den)
		for i := range out {
			if refMatches(&c.Match, &o.Lines[i]) {
				out[i] = new(big.Rat).Add(out[i], new(big.Rat).Mul(base[i], more))
			}
		}
		if len(c.Groups) == 0 && len(c.Except) == 0 {
			w.Add(w, new(big.Rat).Mul(baseWhole, more))
		}
		return out, w
	}
	switch p.Stacking {
	case Add:
		now, nowWhole := lines, whole
		for i := range p.Campaigns {
			now, nowWhole = with(&p.Campaigns[i], now, lines, nowWhole, whole)
		}
		return round(now, nowWhole)
	case Multiply:
		for i := range p.Campaigns {
			lines, whole = with(&p.Campaigns[i], lines, lines, whole, whole)
		}
		return round(lines, whole)
	}
	best := round(lines, whole)
	for i := range p.Campaigns {
		best = max(best, round(with(&p.Campaigns[i], lines, lines, whole, whole)))
	}
	return best
}

// randomProgram makes a programme of one kind whose rules overlap.
func randomProgram(rng *rand.Rand) Program {
	pick := func(list []string) []string {
		if rng.IntN(2) == 0 {
			return nil
		}
		return []string{list[rng.IntN(len(list))]}
	}
	groups := []string{"a", "b", "c"}
	match := func() Match {
		m := Match{Groups: pick(groups)}
		if rng.IntN(3) == 0 {
			m.Except = pick(groups)
		}
		if rng.IntN(3) == 0 {
			m.MinOrder = decimal.New(rng.Int64N(20000), -2)
		}
		return m
	}
	p := Program{
		Version: 1, Decimals: 2,
		Kinds: []KindConfig{{ID: "points", Spendable: true, Rounding: Rounding{
			Mode:  []RoundMode{Floor, HalfUp, HalfEven, Ceil}[rng.IntN(4)],
			Scope: []RoundScope{ScopeOrder, ScopeLine, ScopeSplit}[rng.IntN(3)],
		}}},
		Rules:    []Stacking{BestOf, Add}[rng.IntN(2)],
		Stacking: []Stacking{BestOf, Add, Multiply}[rng.IntN(3)],
	}
	for i := range 1 + rng.IntN(3) {
		e := EarnRule{ID: fmt.Sprintf("r%d", i), Kind: "points", Match: match()}
		if rng.IntN(5) == 0 {
			e.Fixed = Points(1 + rng.IntN(50))
		} else {
			e.Points, e.Per = Rational{1 + rng.Int64N(5), 1 + rng.Int64N(3)}, decimal.New(1+rng.Int64N(1500), -2)
		}
		p.Earning = append(p.Earning, e)
	}
	for i := range rng.IntN(4) {
		c := Campaign{ID: fmt.Sprintf("c%d", i), Kind: "points", Match: match()}
		if rng.IntN(3) == 0 {
			c.Bonus = Points(1 + rng.IntN(80))
		} else {
			den := 1 + rng.Int64N(4)
			c.Multiplier = Rational{den + 1 + rng.Int64N(6), den}
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	return p
}

func randomOrder(rng *rand.Rand) Order {
	o := Order{ID: "o"}
	for i := range 1 + rng.IntN(5) {
		l := OrderLine{ID: fmt.Sprintf("l%d", i), Quantity: 1 + rng.Int64N(4), Amount: decimal.New(rng.Int64N(9000), -2)}
		for _, g := range []string{"a", "b", "c"} {
			if rng.IntN(3) == 0 {
				l.Groups = append(l.Groups, g)
			}
		}
		o.Lines = append(o.Lines, l)
	}
	return o
}

func TestOrderAgainstReference(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	var e earning
	for n := range 20000 {
		p, o := randomProgram(rng), randomOrder(rng)
		r := mustCompile(t, p)
		if err := r.order(&e, &o, &situation{at: noon()}); err != nil {
			t.Fatal(err)
		}
		bases := make([]int64, len(o.Lines))
		for i, l := range o.Lines {
			bases[i] = l.Amount.Shift(2).IntPart()
		}
		how := p.Kinds[0].Rounding
		want, got := refTotal(&p, &o, bases, how.Mode, how.Scope), Points(0)
		for _, a := range e.awards {
			if a.Points < 0 {
				t.Fatalf("case %d: award %+v", n, a)
			}
			got += a.Points
		}
		if int64(got) != want {
			t.Fatalf("case %d: %d points, want %d\n%+v\n%+v\n%+v", n, got, want, p, o, e.awards)
		}
		// After a refund by amount of one line, without the split whose shares are fixed.
		if how.Scope == ScopeSplit || len(e.record.Kinds) == 0 {
			continue
		}
		i := rng.IntN(len(o.Lines))
		if bases[i] == 0 {
			continue
		}
		back := 1 + rng.Int64N(bases[i])
		bases[i] -= back
		left, err := e.record.owed(&e.owing, []LineReturn{{Line: int32(i), Amount: back}}, 0)
		if want := refTotal(&p, &o, bases, how.Mode, how.Scope); err != nil || int64(left) != want {
			t.Fatalf("case %d: %d owed after line %d lost %d, want %d (%v)\n%+v\n%+v", n, left, i, back, want, err, p, o)
		}
	}
}

// Any sequence of partial refunds takes what one refund of their sum takes, in any
// order; what is owed never grows and ends at nothing.
func TestRefundLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2))
	for n := range 8000 {
		p, o := randomProgram(rng), randomOrder(rng)
		if rng.IntN(3) == 0 {
			p.Caps = []CapRule{{ID: "cap", Kind: "points", Per: CapOrder, Points: Points(1 + rng.IntN(60))}}
		}
		if err := checkRefunds(&p, &o, rng); err != nil {
			t.Fatalf("case %d: %v\n%+v\n%+v", n, err, p, o)
		}
	}
}

func checkRefunds(p *Program, o *Order, rng *rand.Rand) error {
	r, err := compile(p)
	if err != nil {
		return err
	}
	var e earning
	if err := r.order(&e, o, &situation{at: noon()}); err != nil {
		return err
	}
	var first, second OrderRecord
	e.record.copyTo(&first)
	e.record.copyTo(&second)
	if len(first.Kinds) == 0 {
		return nil
	}
	owed := func(rec *OrderRecord, back []LineReturn) Points {
		got, err2 := rec.owed(&e.owing, back, 0)
		if err2 != nil {
			err = err2
		}
		return got
	}
	last := owed(&first, nil)
	if last != first.Kinds[0].Granted {
		return fmt.Errorf("owed %d of %d before any refund", last, first.Kinds[0].Granted)
	}
	if k := &first.Kinds[0]; k.Rounding.Scope == ScopeSplit {
		kept, _ := e.owing.remaining(&first, nil)
		if total, err := e.owing.totalSplit(&first, k, kept); err != nil || total != k.Granted+k.Cut {
			return fmt.Errorf("the shares of the lines make %d, not %d (%w)", total, k.Granted+k.Cut, err)
		}
	}
	var all []LineReturn
	for range 1 + rng.IntN(6) {
		i := rng.IntN(len(o.Lines))
		line := RefundLine{Line: o.Lines[i].ID}
		switch rng.IntN(3) {
		case 0:
			line.Amount = decimal.New(1+rng.Int64N(5000), -2)
		case 1:
			line.Quantity = 1 + rng.Int64N(3)
		}
		back, refused := first.back(nil, []RefundLine{line}, 2)
		if refused != nil {
			continue
		}
		ahead := owed(&first, back)
		first.apply(&OrderChange{Lines: back})
		now := owed(&first, nil)
		if ahead != now || now > last || now < 0 {
			return fmt.Errorf("owed %d, then %d (foreseen %d) after %+v", last, now, ahead, back)
		}
		last = now
		all = append(all, back...)
	}
	if got := owed(&second, all); got != last && len(all) > 0 {
		return fmt.Errorf("one refund leaves %d, its parts %d: %+v", got, last, all)
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, b := range all {
		second.apply(&OrderChange{Lines: []LineReturn{b}})
	}
	if got := owed(&second, nil); got != last {
		return fmt.Errorf("in another order %d are left, not %d", got, last)
	}
	rest, refused := second.back(nil, nil, 2)
	if refused == nil {
		second.apply(&OrderChange{Lines: rest})
	}
	if got := owed(&second, nil); got != 0 && second.Kinds[0].Granted > 0 || second.Kept() != 0 {
		return fmt.Errorf("%d owed and %d kept when all is back", got, second.Kept())
	}
	return err
}

func FuzzRefunds(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		rng := rand.New(rand.NewPCG(a, b))
		p, o := randomProgram(rng), randomOrder(rng)
		if err := checkRefunds(&p, &o, rng); err != nil {
			t.Fatalf("%v\n%+v\n%+v", err, p, o)
		}
	})
}
