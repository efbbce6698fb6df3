package loyaltytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

// abandoned holds stock that nobody captures, sweeps or voids.
func abandoned(e *env) error {
	s := e.service(e.st)
	for _, id := range []loyalty.AccountID{anna, bert, cleo} {
		if err := e.do(id, adjust("give "+loyalty.Key(id), day(0), "points", 200, time.Time{})); err != nil {
			return err
		}
	}
	mugs := func(n int64) loyalty.Spend { return loyalty.Spend{Reward: "mug", Quantity: n} }
	place := func(id loyalty.AccountID, n int64, at, until int) loyalty.Command {
		return &loyalty.Place{Header: head(loyalty.Key(fmt.Sprint(id, " places ", at)), day(at)), Hold: fmt.Sprint("h", at), Spend: mugs(n), Until: day(until)}
	}
	redeem := func(id loyalty.AccountID, n int64, at int) loyalty.Command {
		return &loyalty.Redeem{Header: head(loyalty.Key(fmt.Sprint(id, " redeems ", at)), day(at)), Spend: mugs(n)}
	}
	held := func(until int, amount int64) loyalty.SharedHeld {
		return loyalty.SharedHeld{Until: micros(day(until)), Amount: amount}
	}
	for i, c := range []struct {
		id      loyalty.AccountID
		cmd     loyalty.Command
		refused error
		used    int64 // at the time of the command
		want    loyalty.SharedTotal
	}{
		{anna, place(anna, 3, 1, 5), nil, 3, total(0, held(5, 3))},
		{bert, redeem(bert, 1, 4), loyalty.ErrStock, 3, total(0, held(5, 3))},
		// at the deadline the stock is free, though nobody has swept
		{bert, redeem(bert, 1, 5), nil, 1, loyalty.SharedTotal{Confirmed: 1, Lapsed: micros(day(5))}},
		{cleo, place(cleo, 2, 6, 9), nil, 3, loyalty.SharedTotal{Confirmed: 1, Held: []loyalty.SharedHeld{held(9, 2)}, Lapsed: micros(day(5))}},
		// the end of the hold is written later, and takes nothing from others
		{anna, &loyalty.Sweep{Header: head("", day(7))}, nil, 3, loyalty.SharedTotal{Confirmed: 1, Held: []loyalty.SharedHeld{held(9, 2)}, Lapsed: micros(day(5))}},
		// another account's clock is ahead, and takes one of the two
		{bert, redeem(bert, 1, 10), nil, 2, loyalty.SharedTotal{Confirmed: 2, Lapsed: micros(day(9))}},
		{cleo, &loyalty.Capture{Header: head("all", day(8)), Hold: "h6"}, loyalty.ErrShared, 2, loyalty.SharedTotal{Confirmed: 2, Lapsed: micros(day(9))}},
		{cleo, &loyalty.Capture{Header: head("one", day(8)), Hold: "h6", Points: 50, Keep: true}, nil, 3, loyalty.SharedTotal{Confirmed: 3, Lapsed: micros(day(9))}},
		{cleo, &loyalty.Void{Header: head("void", day(8)), Hold: "h6"}, nil, 3, loyalty.SharedTotal{Confirmed: 3, Lapsed: micros(day(9))}},
		{cleo, &loyalty.Return{Header: head("back", day(9)), Redemption: "one"}, nil, 2, loyalty.SharedTotal{Confirmed: 2, Lapsed: micros(day(9))}},
	} {
		var err error
		if sweep, ok := c.cmd.(*loyalty.Sweep); ok {
			_, _, err = s.Sweep(e.ctx, sweep.At, loyalty.DueAccount{}, 100)
		} else {
			_, err = s.Do(e.ctx, c.id, c.cmd)
		}
		if !errors.Is(err, c.refused) {
			return fmt.Errorf("command %d, %T: %w, want %w", i+1, c.cmd, err, c.refused)
		}
		t, err := e.st.Shared(e.ctx, "stock:mug")
		if err := errors.Join(err, same("stock", t, c.want), same("used", t.UsedAt(micros(c.cmd.Common().At)), c.used)); err != nil {
			return fmt.Errorf("after command %d, %T: %w", i+1, c.cmd, err)
		}
		if err := e.audit(anna, bert, cleo); err != nil {
			return err
		}
	}
	return nil
}

// batchRows commits rows with the commands of a batch.
func batchRows(e *env) error {
	give := func(key loyalty.Key) loyalty.Command { return adjust(key, day(0), "points", 100, time.Time{}) }
	s := e.service(e.st)
	for i, b := range []struct {
		requests []loyalty.Request
		want     []error
		rows     map[string]loyalty.Row
	}{
		{[]loyalty.Request{
			{Account: anna, Command: give("k1"), Rows: []loyalty.RowChange{row("a", 0, "a1"), row("b", 0, "b1")}},
			{Account: anna, Command: give("k2"), Rows: []loyalty.RowChange{row("a", 1, "a2")}},
			{Account: bert, Command: give("k3"), Rows: []loyalty.RowChange{row("c", 0, "c1")}},
		}, []error{nil, nil, nil}, map[string]loyalty.Row{"a": {Version: 2, State: []byte("a2")}, "b": {Version: 1, State: []byte("b1")}, "c": {Version: 1, State: []byte("c1")}}},
		{[]loyalty.Request{ // again: nothing is written twice
			{Account: anna, Command: give("k1"), Rows: []loyalty.RowChange{row("a", 0, "a1"), row("b", 0, "b1")}},
			{Account: bert, Command: give("k3"), Rows: []loyalty.RowChange{row("c", 0, "c1")}},
		}, []error{nil, nil}, map[string]loyalty.Row{"a": {Version: 2, State: []byte("a2")}, "b": {Version: 1, State: []byte("b1")}, "c": {Version: 1, State: []byte("c1")}}},
		{[]loyalty.Request{ // what cannot be committed together is tried one by one
			{Account: anna, Command: give("k4"), Rows: []loyalty.RowChange{row("a", 1, "x")}},
			{Account: anna, Command: give("k5"), Rows: []loyalty.RowChange{row("b", 1, "b2")}},
			{Account: bert, Command: give("k6"), Rows: []loyalty.RowChange{row("c", 1, "c2")}},
			{Account: cleo, Command: spend("k7", day(0), 5), Rows: []loyalty.RowChange{row("d", 0, "x")}},
		}, []error{loyalty.ErrRowConflict, nil, nil, loyalty.ErrNotEnough}, map[string]loyalty.Row{
			"a": {Version: 2, State: []byte("a2")}, "b": {Version: 2, State: []byte("b2")}, "c": {Version: 2, State: []byte("c2")}, "d": {},
		}},
	} {
		for j, o := range s.Batch(e.ctx, b.requests) {
			if !errors.Is(o.Err, b.want[j]) {
				return fmt.Errorf("request %d of batch %d: %w, want %w", j+1, i+1, o.Err, b.want[j])
			}
		}
		for key, want := range b.rows {
			if err := e.reads([]loyalty.RowID{{Table: "t", Key: key}}, want); err != nil {
				return fmt.Errorf("after batch %d: %w", i+1, err)
			}
		}
	}
	return e.audit(anna, bert, cleo)
}

// tiers plays two years of a programme with tiers, some of it through batches.
func tiers(e *env) error {
	p := program()
	p.Kinds = append(p.Kinds, loyalty.KindConfig{ID: "growth", Tiers: true})
	p.Earning = append(p.Earning, loyalty.EarnRule{ID: "grow", Kind: "growth", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)})
	at := func(points loyalty.Points) loyalty.Threshold {
		return loyalty.Threshold{Points: []loyalty.KindPoints{{Kind: "growth", Points: points}}}
	}
	p.Tiers = loyalty.TierConfig{Levels: []loyalty.Tier{
		{ID: "member"}, {ID: "silver", Entry: at(500)},
		{ID: "gold", Entry: at(2000), Paid: &loyalty.PaidTier{Term: guanxi.MustParseSpan("P1M"), Price: decimal.NewFromInt(25)}},
	}}
	engine, err := loyalty.New(p)
	if err != nil {
		return err
	}
	e.engine = engine
	s := e.service(e.st)
	s.Now = func() time.Time { return day(900) }
	buy := func(id string, amount int64, d int) *loyalty.Earn {
		return &loyalty.Earn{Header: head(loyalty.Key("buy "+id), day(d)), Order: order(id, amount)}
	}
	for i, c := range []struct {
		cmd  loyalty.Command
		tier string
		next bool
	}{
		{buy("o1", 300, 0), "member", true},
		{buy("o2", 400, 10), "silver", true},
		{buy("o3", 1500, 20), "gold", true}, // which is to be kept
		{&loyalty.Refund{Header: head("back", day(25)), Order: "o3", Refund: "r"}, "silver", true},
		{&loyalty.SetTier{Header: head("pay", day(30)), Grant: loyalty.TierGrant{Action: loyalty.BuyTier, Tier: "gold"}}, "gold", true},
		{spend("less", day(40), 100), "gold", true},
		{buy("o4", 1, 70), "silver", true}, // the term has ended
		{buy("o5", 1, 800), "member", true},
	} {
		for again := range 2 {
			a, err := s.Do(e.ctx, anna, c.cmd)
			if again == 1 {
				out := s.Batch(e.ctx, []loyalty.Request{{Account: anna, Command: c.cmd}})
				a, err = out[0].Answer, errors.Join(err, out[0].Err)
			}
			if err != nil || a.Repeated != (again == 1) || again == 0 && (a.Next != nil) != c.next {
				return fmt.Errorf("command %d, %T: repeated %t, next %+v, %w", i+1, c.cmd, a.Repeated, a.Next, err)
			}
		}
		account, err := e.audited(anna)
		if err != nil {
			return fmt.Errorf("after command %d, %T: %w", i+1, c.cmd, err)
		}
		got, err := e.st.Load(e.ctx, anna, loyalty.Need{})
		if err != nil {
			return err
		}
		for _, a := range []*loyalty.Account{account, got} {
			if v, ok := engine.Tier(a, c.cmd.Common().At); !ok || v.Tier != c.tier {
				return fmt.Errorf("after command %d, %T: tier %q, want %q", i+1, c.cmd, v.Tier, c.tier)
			}
		}
	}
	return nil
}
