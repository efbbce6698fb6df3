package sqltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/shopspring/decimal"
)

// faultProgram refuses nothing that ledger gives it.
func faultProgram() loyalty.Program {
	stock := int64(1_000_000)
	return loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds:   []loyalty.KindConfig{{ID: "points", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P30D")}}},
		Earning: []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		Rewards: []loyalty.Reward{{ID: "mug", Kind: "points", Points: 5, Stock: &stock}},
		Policy:  loyalty.PolicyConfig{Takeback: loyalty.TakeLots},
	}
}

// ledger is what a host knows of what it has given, while things go wrong.
type ledger struct {
	engine *loyalty.Engine
	mu     sync.Mutex
	acked  map[loyalty.Key]loyalty.Receipt
	maybe  map[loyalty.Key]bool // some attempt has ended without it being known
	given  map[loyalty.Key]loyalty.AccountID
	faults map[string]int // what was met
	quick  bool           // Verify alone says what is stored
}

// shops are accounts that loads share.
func shops(n int) (ids []loyalty.AccountID) {
	for i := range n {
		ids = append(ids, loyalty.AccountID(fmt.Sprint("店-", i)))
	}
	return ids
}

func newLedger() *ledger {
	return &ledger{
		engine: loyalty.MustNew(faultProgram()),
		acked:  make(map[loyalty.Key]loyalty.Receipt), maybe: make(map[loyalty.Key]bool),
		given: make(map[loyalty.Key]loyalty.AccountID), faults: make(map[string]int),
	}
}

func (l *ledger) service(store loyalty.Store) *loyalty.Service {
	return &loyalty.Service{Engine: l.engine, Store: store, Now: func() time.Time { return opening }}
}

// opened gives an account what it spends later.
func (l *ledger) opened(id loyalty.AccountID) loyalty.Command {
	return &loyalty.Adjust{Header: loyalty.Header{Key: loyalty.Key("open/" + id), At: opening}, Kind: "points", Points: 1_000_000, Expire: opening.AddDate(1, 0, 0), Note: loyalty.Note{Reason: "opening", Actor: "li"}}
}

// command returns the n-th command of a customer of the shop: an order, points, a mug, a
// hold, what is captured of it, and the order's return.
func (l *ledger) command(by string, n int) loyalty.Command {
	h := loyalty.Header{Key: loyalty.Key(fmt.Sprintf("%s/%d", by, n)), At: opening}
	round := fmt.Sprintf("%s/%d", by, n/6)
	switch n % 6 {
	case 0:
		return &loyalty.Earn{Header: h, Order: loyalty.Order{ID: round, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(20), Quantity: 2}, {ID: "2", Amount: decimal.NewFromInt(7)}}}}
	case 1:
		return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Kind: "points", Points: 3}}
	case 2:
		return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Reward: "mug"}}
	case 3:
		return &loyalty.Place{Header: h, Hold: round, Spend: loyalty.Spend{Kind: "points", Points: 4}, Until: opening.AddDate(0, 0, 3)}
	case 4:
		return &loyalty.Capture{Header: h, Hold: round, Points: 1}
	}
	return &loyalty.Refund{Header: h, Order: round, Refund: round, Lines: []loyalty.RefundLine{{Line: "1", Quantity: 1}}}
}

// spent is what the first n commands of command take, less what they give.
func spent(n int) (sum loyalty.Points) {
	for i := range n {
		sum += [6]loyalty.Points{-27, 3, 5, 0, 1, 10}[i%6]
	}
	return sum
}

// met notes an error that a host sees, and checks that it is one that is promised. What it
// does not call unknown was not written.
func (l *ledger) met(k loyalty.Key, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, loyalty.ErrUnknownOutcome):
		l.faults["unknown"]++
		l.maybe[k] = true
	case errors.Is(err, loyalty.ErrConflict):
		l.faults["conflict"]++
	case errors.Is(err, loyaltysql.ErrFull):
		l.faults["full"]++
	case errors.Is(err, loyaltysql.ErrConnection):
		l.faults["connection"]++
	default:
		return fmt.Errorf("%q: an error without a type: %w", k, err)
	}
	return nil
}

// ack notes that a command was acknowledged.
func (l *ledger) ack(id loyalty.AccountID, k loyalty.Key, a *loyalty.Answer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, twice := l.acked[k]
	switch {
	case twice && (before.Seq != a.Seq || before.Account != a.Account):
		return fmt.Errorf("%q: entry %d of %q and then %d of %q", k, before.Seq, before.Account, a.Seq, a.Account)
	case !twice && a.Repeated && !l.maybe[k]:
		return fmt.Errorf("%q of %q was written, though errors said that it was not", k, id)
	case a.Account != id || a.Key != k:
		return fmt.Errorf("%q of %q: the receipt of %q of %q", k, id, a.Key, a.Account)
	}
	l.acked[k] = a.Receipt
	return nil
}

func (l *ledger) note(id loyalty.AccountID, k loyalty.Key) {
	l.mu.Lock()
	l.given[k] = id
	l.mu.Unlock()
}

// doer is a loyalty.Service or a loyalty.Group.
type doer interface {
	Do(ctx context.Context, id loyalty.AccountID, cmd loyalty.Command, rows ...loyalty.RowChange) (loyalty.Answer, error)
}

// do gives a command once.
func (l *ledger) do(ctx context.Context, s doer, id loyalty.AccountID, cmd loyalty.Command, rows ...loyalty.RowChange) (done bool, err error) {
	k := cmd.Common().Key
	l.note(id, k)
	a, err := s.Do(ctx, id, cmd, rows...)
	if err != nil {
		return false, l.met(k, err)
	}
	return true, l.ack(id, k, &a)
}

// until gives a command until it is acknowledged.
func (l *ledger) until(ctx context.Context, s doer, id loyalty.AccountID, cmd loyalty.Command) error {
	for wait := time.Millisecond; ; wait = min(2*wait, 20*time.Millisecond) { // a server that starts needs the processor
		done, err := l.do(ctx, s, id, cmd)
		switch {
		case done || err != nil:
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("%q was not acknowledged: %w, %v", cmd.Common().Key, ctx.Err(), l.faults)
		}
		time.Sleep(wait)
	}
}

// audit checks the accounts: that hash chains hold, that what is stored is what the journal
// says, and that each acknowledged command is there once, where its receipt says, with its
// event; what else is there was given, and nobody was told that it was not written.
func (l *ledger) audit(t testing.TB, store *loyaltysql.Store, ids ...loyalty.AccountID) {
	t.Helper()
	ctx := context.Background()
	l.mu.Lock()
	defer l.mu.Unlock()
	at := make(map[loyalty.Key]loyalty.Receipt)
	entries := make(map[string]bool)
	for _, id := range ids {
		if _, err := store.Verify(ctx, id); err != nil {
			t.Errorf("%q: %v", id, err)
			continue
		}
		var journal []loyalty.Entry
		for e, err := range store.Journal(ctx, loyalty.JournalQuery{Account: id}) {
			if err != nil {
				t.Fatal(id, err)
			}
			journal = append(journal, e)
			entries[fmt.Sprint(id, "/", e.Seq)] = true
			if e.Key == "" {
				continue
			}
			if r, twice := at[e.Key]; twice {
				t.Errorf("%q is there twice: entry %d of %q and %d of %q", e.Key, r.Seq, r.Account, e.Seq, id)
			}
			at[e.Key] = e.Receipt()
		}
		if l.quick {
			continue
		}
		if err := asStored(ctx, store, id, journal); err != nil {
			t.Errorf("%q: %v", id, err)
		}
	}
	for k, r := range l.acked {
		if got := at[k]; got.Seq != r.Seq || got.Account != r.Account || got.Intent != r.Intent {
			t.Errorf("%q was acknowledged as entry %d of %q: %+v", k, r.Seq, r.Account, got)
		}
		if got, ok, err := store.Receipt(ctx, k); err != nil || !ok || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", at[k]) {
			t.Errorf("receipt of %q: %t %+v %v", k, ok, got, err)
		}
	}
	for k, id := range l.given {
		if r, there := at[k]; there && (r.Account != id || l.acked[k].Seq == 0 && !l.maybe[k]) {
			t.Errorf("%q of %q is there, and nobody was told", k, id)
		}
	}
	events, err := store.Events(ctx, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		name := fmt.Sprint(events[i].Account, "/", events[i].Seq)
		if !entries[name] {
			t.Errorf("event %s: no entry, or another event", name)
		}
		delete(entries, name)
	}
	if len(entries) > 0 {
		t.Errorf("no events of %v", slices.Sorted(maps.Keys(entries)))
	}
}

// asStored checks that an account is what its journal says, by hand.
func asStored(ctx context.Context, store *loyaltysql.Store, id loyalty.AccountID, journal []loyalty.Entry) error {
	if err := loyalty.Verify(id, loyalty.Entries(journal)); err != nil {
		return err
	}
	want, err := loyalty.Replay(id, loyalty.Entries(journal))
	if err != nil {
		return err
	}
	got, err := store.Load(ctx, id, loyalty.Need{All: true, At: want.Last})
	if err != nil {
		return err
	}
	if got.Seq != want.Seq || got.Head != want.Head || !bytes.Equal(got.AppendHeader(nil), want.AppendHeader(nil)) {
		return fmt.Errorf("stored at entry %d, the journal has %d, or another header", got.Seq, want.Seq)
	}
	for lot := range want.Lots() {
		if g, ok := got.Lot(lot.ID); (ok || lot.Remaining+lot.Held > 0) && g != lot {
			return fmt.Errorf("lot %d is stored as %+v, want %+v", lot.ID, g, lot)
		}
	}
	return nil
}

// mugs checks that the stock that accounts share was taken as often as they have taken it.
func (l *ledger) mugs(t testing.TB, store *loyaltysql.Store, want int) {
	t.Helper()
	if got, err := store.Shared(context.Background(), "stock:mug"); err != nil || got.Confirmed != int64(want) || len(got.Held) > 0 {
		t.Errorf("of the stock %+v were taken, want %d, %v", got, want, err)
	}
}

// available checks the balance of an account.
func available(t testing.TB, store *loyaltysql.Store, id loyalty.AccountID, want loyalty.Points) {
	t.Helper()
	if b, err := store.Balance(context.Background(), id, "points", opening); err != nil || b.Available != want {
		t.Errorf("%q has %+v, want %d available, %v", id, b, want, err)
	}
}
