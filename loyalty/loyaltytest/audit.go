package loyaltytest

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty"
)

func same(what string, got, want any) error {
	if !reflect.DeepEqual(got, want) && fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) { // nil and empty are the same
		return fmt.Errorf("%s: %+v, want %+v", what, got, want)
	}
	return nil
}

// decided loads what a command needs, as a service does, and decides.
func (e *env) decided(st loyalty.Accounts, id loyalty.AccountID, cmd loyalty.Command) (*loyalty.Account, *loyalty.Decision, error) {
	need := e.engine.Need(cmd)
	for range 4 {
		a, err := st.Load(e.ctx, id, need)
		if err != nil {
			return nil, nil, fmt.Errorf("Load of %q: %w", id, err)
		}
		d, err := e.engine.Decide(a, cmd, cmd.Common().At)
		var more *loyalty.NeedError
		if errors.As(err, &more) {
			need = need.Join(more.Need)
			continue
		}
		return a, d, err
	}
	return nil, nil, fmt.Errorf("%q, %T: what was asked for is not loaded: %+v", id, cmd, need)
}

// made returns the commit of a command.
func (e *env) made(id loyalty.AccountID, cmd loyalty.Command) (*loyalty.Commit, error) {
	a, d, err := e.decided(e.st, id, cmd)
	if err != nil {
		return nil, fmt.Errorf("%q, %T: %w", id, cmd, err)
	}
	return loyalty.NewCommit(a, d), nil
}

// do commits a command.
func (e *env) do(id loyalty.AccountID, cmds ...loyalty.Command) error {
	for _, cmd := range cmds {
		c, err := e.made(id, cmd)
		if err != nil {
			return err
		}
		if len(c.Entries) == 0 {
			continue
		}
		if err := e.st.Commit(e.ctx, c); err != nil {
			return fmt.Errorf("commit of %T for %q: %w", cmd, id, err)
		}
	}
	return nil
}

func (e *env) play(steps []step) error {
	for _, s := range steps {
		if err := e.do(s.id, s.cmd); err != nil {
			return err
		}
	}
	return nil
}

// journal reads the journal of an account.
func (e *env) journal(id loyalty.AccountID) (all []loyalty.Entry, err error) {
	for entry, err := range e.st.Journal(e.ctx, loyalty.JournalQuery{Account: id}) {
		if err != nil {
			return nil, fmt.Errorf("Journal of %q: %w", id, err)
		}
		all = append(all, entry)
	}
	return all, nil
}

// audit checks that all that a store says of accounts is what their journals say.
func (e *env) audit(ids ...loyalty.AccountID) error {
	for _, id := range ids {
		if _, err := e.audited(id); err != nil {
			return fmt.Errorf("account %q: %w", id, err)
		}
	}
	return nil
}

func (e *env) audited(id loyalty.AccountID) (*loyalty.Account, error) {
	journal, err := e.journal(id)
	if err != nil {
		return nil, err
	}
	if err := loyalty.Verify(id, loyalty.Entries(journal)); err != nil {
		return nil, err
	}
	want, err := loyalty.Replay(id, loyalty.Entries(journal))
	if err != nil {
		return nil, err
	}
	need := loyalty.Need{All: true, At: want.Last}
	for i := range journal {
		c := &journal[i]
		need = need.Join(loyalty.Need{Key: c.Key})
		switch c.Op {
		case loyalty.OpRedeem, loyalty.OpCapture, loyalty.OpDonate:
			need = need.Join(loyalty.Need{Redemption: c.Key})
		}
		if c.Hold != nil {
			need = need.Join(loyalty.Need{Hold: c.Hold.ID})
		}
		if c.Order != nil {
			need = need.Join(loyalty.Need{Orders: []string{c.Order.ID}})
		}
	}
	got, err := e.st.Load(e.ctx, id, need)
	if err != nil {
		return nil, fmt.Errorf("Load: %w", err)
	}
	for _, c := range []func() error{
		func() error { return sameHeader(got, want) },
		func() error { return sameRows(got, want, journal, need) },
		func() error { return e.receipts(got, journal) },
		func() error { return e.due(want) },
		func() error { return e.outbox(id, journal) },
	} {
		if err := c(); err != nil {
			return nil, err
		}
	}
	return want, nil
}

func sameHeader(got, want *loyalty.Account) error {
	type header struct {
		ID             loyalty.AccountID
		Seq            int64
		Head           [32]byte
		Recorded, Last loyalty.Instant
		Program        int64
		Status         loyalty.Status
		MergedTo       loyalty.AccountID
	}
	of := func(a *loyalty.Account) header {
		return header{a.ID, a.Seq, a.Head, a.Recorded, a.Last, a.Program, a.Status, a.MergedTo}
	}
	if err := same("header", of(got), of(want)); err != nil {
		return err
	}
	if err := same("kinds", got.Kinds(), want.Kinds()); err != nil {
		return err
	}
	for _, k := range want.Kinds() {
		if err := same(fmt.Sprintf("books of %s", k), got.Books(k), want.Books(k)); err != nil {
			return err
		}
		at := want.Last.Time()
		x, err := got.BalanceAt(k, at)
		y, _ := want.BalanceAt(k, at)
		if err := errors.Join(err, same("balance", x, y)); err != nil {
			return err
		}
		p, err := got.Expiring(k, at, at.AddDate(10, 0, 0))
		q, _ := want.Expiring(k, at, at.AddDate(10, 0, 0))
		if err := errors.Join(err, same("expiring", p, q)); err != nil {
			return err
		}
	}
	return contract.First(
		func() error { return same("counters", got.Counters(), want.Counters()) },
		func() error { return same("tier", got.Tier(), want.Tier()) },
		func() error { return same("holds", len(got.Holds()), len(want.Holds())) },
	)
}

// sameRows checks lots, holds, orders and redemptions.
func sameRows(got, want *loyalty.Account, journal []loyalty.Entry, need loyalty.Need) error {
	for i, h := range want.Holds() {
		if err := same("hold", fmt.Sprintf("%+v", got.Holds()[i]), fmt.Sprintf("%+v", h)); err != nil {
			return err
		}
	}
	for l := range want.Lots() {
		g, ok := got.Lot(l.ID)
		if l.Remaining == 0 && l.Held == 0 && !ok {
			continue
		}
		if err := same("lot", g, l); err != nil {
			return err
		}
		if got.Expiry(&g) != want.Expiry(&l) {
			return fmt.Errorf("lot %d expires at %d, want %d", l.ID, got.Expiry(&g), want.Expiry(&l))
		}
	}
	for _, id := range need.Orders {
		g, ok := got.Order(id)
		w, there := want.Order(id)
		if ok != there || fmt.Sprintf("%+v", g) != fmt.Sprintf("%+v", w) || !slices.Equal(got.OrderLots(id), want.OrderLots(id)) {
			return fmt.Errorf("order %q: %+v with lots %v, want %+v with %v", id, g, got.OrderLots(id), w, want.OrderLots(id))
		}
		for _, lot := range want.OrderLots(id) {
			if _, ok := got.Lot(lot); !ok {
				return fmt.Errorf("lot %d of order %q is not loaded", lot, id)
			}
		}
	}
	for i := range journal {
		k := journal[i].Key
		g, ok := got.Redemption(k)
		w, there := want.Redemption(k)
		if ok != there || fmt.Sprintf("%+v", g) != fmt.Sprintf("%+v", w) {
			return fmt.Errorf("redemption %q: %t %+v, want %t %+v", k, ok, g, there, w)
		}
		if h := journal[i].Hold; h != nil {
			g, ok := got.Ended(h.ID)
			if w, there := want.Ended(h.ID); g != w || ok != there {
				return fmt.Errorf("hold %q ended as %q, want %q", h.ID, g, w)
			}
		}
	}
	return nil
}

// receipts checks the receipts of all keys.
func (e *env) receipts(got *loyalty.Account, journal []loyalty.Entry) error {
	for i := range journal {
		c := &journal[i]
		if c.Key == "" {
			continue
		}
		want := fmt.Sprintf("%+v", c.Receipt())
		r, ok, err := e.st.Receipt(e.ctx, c.Key)
		if err != nil || !ok || fmt.Sprintf("%+v", r) != want {
			return fmt.Errorf("receipt %q: %t %+v %w, want %s", c.Key, ok, r, err, want)
		}
		if r, ok = got.Receipt(c.Key); !ok || fmt.Sprintf("%+v", r) != want {
			return fmt.Errorf("loaded receipt %q: %t %+v, want %s", c.Key, ok, r, want)
		}
	}
	return nil
}

// due checks that an account is found due, and not late.
func (e *env) due(want *loyalty.Account) error {
	if want.Due() == loyalty.Never {
		return nil
	}
	found, err := e.allDue(loyalty.Never-1, 1000)
	if err != nil {
		return err
	}
	for _, d := range found {
		if d.Account == want.ID {
			if d.Due > want.Due() {
				return fmt.Errorf("due at %d, want %d or before", d.Due, want.Due())
			}
			return nil
		}
	}
	return fmt.Errorf("not found due; it is at %d", want.Due())
}

// allDue reads the due index by pages.
func (e *env) allDue(at loyalty.Instant, page int) (all []loyalty.DueAccount, err error) {
	var after loyalty.DueAccount
	for range 10000 {
		got, err := e.st.Due(e.ctx, at, after, page)
		if err != nil {
			return nil, fmt.Errorf("Due: %w", err)
		}
		if len(got) > page {
			return nil, fmt.Errorf("Due: %d accounts, at most %d", len(got), page)
		}
		if len(got) == 0 {
			return all, nil
		}
		all, after = append(all, got...), got[len(got)-1]
	}
	return nil, errors.New("the pages of Due do not end")
}

// events reads the outbox of one account.
func (e *env) outbox(id loyalty.AccountID, journal []loyalty.Entry) error {
	if !e.f.Outbox {
		return nil
	}
	box, ok := e.st.(loyalty.Outbox)
	if !ok {
		return nil // a store of faults
	}
	all, err := box.Events(e.ctx, math.MaxInt32)
	if err != nil {
		return fmt.Errorf("Events: %w", err)
	}
	var got []loyalty.Event
	for _, ev := range all {
		if ev.Account == id {
			got = append(got, ev)
		}
	}
	if len(got) != len(journal) {
		return fmt.Errorf("%d events of %d entries", len(got), len(journal))
	}
	for i := range got {
		if w := journal[i].Event(); fmt.Sprintf("%+v", got[i]) != fmt.Sprintf("%+v", w) {
			return fmt.Errorf("event %d: %+v, want %+v", i, got[i], w)
		}
	}
	return nil
}
