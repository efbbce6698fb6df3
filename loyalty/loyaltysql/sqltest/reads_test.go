package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/shopspring/decimal"
)

var opening = time.Date(2026, time.March, 8, 12, 0, 0, 0, time.UTC)

// desk is a shop that gives the same commands to a store in a database and to one in
// memory.
type desk struct {
	d       *database
	db      *sql.DB
	store   *loyaltysql.Store
	sql     *loyalty.Service
	plain   *loyalty.Service
	now     time.Time
	r       *rand.Rand
	n       int
	ids     []loyalty.AccountID
	program string
	spent   []loyalty.Key
}

func deskProgram() loyalty.Program {
	return loyalty.Program{
		Version: 1, Currency: "CNY", Decimals: 2,
		Kinds: []loyalty.KindConfig{
			{ID: "points", Spendable: true, Pending: loyalty.PendingRule{Span: guanxi.MustParseSpan("P2D")}, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireSpan, Span: guanxi.MustParseSpan("P30D")}},
			{ID: "stars", Spendable: true, Expiry: loyalty.ExpiryRule{Mode: loyalty.ExpireActivity, Span: guanxi.MustParseSpan("P20D")}},
		},
		Earning:    []loyalty.EarnRule{{ID: "base", Kind: "points", Points: loyalty.Rational{Num: 1, Den: 1}, Per: decimal.NewFromInt(1)}},
		Activities: []loyalty.ActivityRule{{ID: "review", Give: []loyalty.KindPoints{{Kind: "stars", Points: 10}}}},
		Policy:     loyalty.PolicyConfig{Takeback: loyalty.TakeDebt, Return: loyalty.ReturnGrace, Grace: guanxi.MustParseSpan("P10D")},
	}
}

func newDesk(t testing.TB, d *database, seed uint64, accounts int) *desk {
	t.Helper()
	k := &desk{d: d, db: d.open(t), now: opening, r: rand.New(rand.NewPCG(seed, 5))}
	k.program = fmt.Sprint("desk", programs.Add(1))
	k.store = d.program(t, k.db, k.program)
	engine := loyalty.MustNew(deskProgram())
	clock := func() time.Time { return k.now }
	k.sql = &loyalty.Service{Engine: engine, Store: k.store, Now: clock}
	k.plain = &loyalty.Service{Engine: engine, Store: new(loyalty.Memory), Now: clock}
	for i := range accounts {
		k.ids = append(k.ids, loyalty.AccountID(fmt.Sprint("客户-", i)))
	}
	return k
}

// memory returns the store in memory.
func (k *desk) memory() *loyalty.Memory { return k.plain.Store.(*loyalty.Memory) }

// do gives a command to both stores.
func (k *desk) do(t testing.TB, id loyalty.AccountID, cmd loyalty.Command) error {
	t.Helper()
	ctx := context.Background()
	x, err := k.sql.Do(ctx, id, cmd)
	y, want := k.plain.Do(ctx, id, cmd)
	if fmt.Sprint(err) != fmt.Sprint(want) || fmt.Sprintf("%+v", x.Receipt) != fmt.Sprintf("%+v", y.Receipt) {
		t.Fatalf("%T of %q: %+v %v, want %+v %v", cmd, id, x, err, y, want)
	}
	return err
}

// play gives random commands, some hours apart.
func (k *desk) play(t testing.TB, commands int) {
	t.Helper()
	for range commands {
		k.n++
		k.now = k.now.Add(time.Duration(1+k.r.IntN(6)) * time.Hour)
		id := k.ids[k.r.IntN(len(k.ids))]
		h := loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", k.n)), At: k.now}
		order := func(n int) string { return fmt.Sprint("o", n) }
		var cmd loyalty.Command
		switch k.r.IntN(9) {
		case 0, 1, 2:
			cmd = &loyalty.Earn{Header: h, Order: loyalty.Order{ID: order(k.n), Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.NewFromInt(int64(10 + k.r.IntN(90))), Quantity: 2}}}}
		case 3:
			cmd = &loyalty.Act{Header: h, Activity: "review", Ref: string(h.Key)}
		case 4, 5:
			cmd = &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Kind: "points", Points: loyalty.Points(1 + k.r.IntN(60))}}
			k.spent = append(k.spent, h.Key)
		case 6:
			cmd = &loyalty.Place{Header: h, Hold: "h" + string(h.Key), Spend: loyalty.Spend{Kind: "points", Points: loyalty.Points(1 + k.r.IntN(20))}, Until: k.now.AddDate(0, 0, 3)}
		case 7:
			cmd = &loyalty.Refund{Header: h, Order: order(1 + k.r.IntN(k.n)), Refund: string(h.Key), Lines: []loyalty.RefundLine{{Line: "1", Quantity: 1}}}
		default:
			cmd = &loyalty.Sweep{Header: h}
			if len(k.spent) > 0 {
				cmd = &loyalty.Return{Header: h, Redemption: k.spent[k.r.IntN(len(k.spent))], Points: loyalty.Points(1 + k.r.IntN(10))}
			}
		}
		_ = k.do(t, id, cmd) // some are refused
	}
}

// exec gives a statement to the database.
func (k *desk) exec(t testing.TB, text string) {
	t.Helper()
	if _, err := k.db.Exec(text); err != nil {
		t.Fatal(text, err)
	}
}

// table returns the name of a table, as statements have it.
func (k *desk) table(name string) string {
	if k.d.config.Schema == "" {
		return "loyalty_" + name
	}
	return k.d.config.Schema + ".loyalty_" + name
}

// where is the condition of an account's rows. The account's id is given as bytes.
func (k *desk) where(id loyalty.AccountID) string {
	format := "account = X'%x'"
	if k.d.dialect == loyaltysql.PostgreSQL {
		format = `account = '\x%x'`
	}
	return fmt.Sprintf(format, string(id))
}

// bytes is bytes as SQL has them.
func (k *desk) bytes(b []byte) string {
	if k.d.dialect == loyaltysql.PostgreSQL {
		return fmt.Sprintf(`'\x%x'`, b)
	}
	return fmt.Sprintf("X'%x'", b)
}

// What is read from the tables is what is read from memory.
func TestReads(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 1, 4)
		k.play(t, 250)
		for _, id := range k.ids {
			journal := func() func(func(*loyalty.Entry, error) bool) {
				return loyalty.EachEntry(k.memory().Journal(ctx, loyalty.JournalQuery{Account: id}))
			}
			account, err := loyalty.Replay(id, journal())
			if err != nil {
				t.Fatal(err)
			}
			for _, kind := range []loyalty.Kind{"points", "stars"} {
				for _, at := range []time.Time{opening.AddDate(0, 0, 5), opening.AddDate(0, 0, 25), k.now, k.now.AddDate(0, 0, 12)} {
					got, err := k.store.Balance(ctx, id, kind, at)
					want, e := loyalty.BalanceAt(journal(), kind, at)
					if err != nil || e != nil || got != want {
						t.Errorf("balance of %q at %v: %+v %v, want %+v %v", id, at, got, err, want, e)
					}
				}
				got, err := k.store.Expiring(ctx, id, kind, k.now, k.now.AddDate(0, 0, 15))
				want, e := account.Expiring(kind, k.now, k.now.AddDate(0, 0, 15))
				if err != nil || e != nil || fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("expiring of %q: %v %v, want %v %v", id, got, err, want, e)
				}
			}
			if _, err := k.store.Expiring(ctx, id, "points", opening, k.now); !errors.Is(err, loyalty.ErrBackdated) {
				t.Errorf("expiring before the last instant: %v", err)
			}
			k.statements(t, id)
			k.entries(t, id)
		}
		k.outstanding(t)
		k.expiringAccounts(t)
	})
}

// statements checks that the pages of a statement are the statement.
func (k *desk) statements(t *testing.T, id loyalty.AccountID) {
	t.Helper()
	ctx := context.Background()
	from, to := opening.AddDate(0, 0, 3), k.now.AddDate(0, 0, -2)
	want, err := k.plain.Statement(ctx, id, "points", from, to)
	if err != nil {
		t.Fatal(err)
	}
	var lines []loyalty.Line
	before := want.Opening
	for line, first := 0, true; first || line > 0; first = false {
		p, err := k.store.StatementPage(ctx, id, "points", from, to, line, 7)
		if err != nil {
			t.Fatal(err)
		}
		if p.Opening != want.Opening || p.Closing != want.Closing || p.Before != before || p.Count != len(want.Lines) {
			t.Errorf("page from line %d: %+v, want %+v before", line, p, before)
		}
		before, lines, line = p.After, append(lines, p.Lines...), p.Next
	}
	if !reflect.DeepEqual(lines, want.Lines) || before != want.Closing {
		t.Errorf("pages have %d lines and end with %+v, want %d and %+v", len(lines), before, len(want.Lines), want.Closing)
	}
	if _, err := k.store.StatementPage(ctx, id, "points", from, to, -1, 7); !errors.Is(err, loyaltysql.ErrConfig) {
		t.Errorf("line -1: %v", err)
	}
}

// entries checks entries by business time.
func (k *desk) entries(t *testing.T, id loyalty.AccountID) {
	t.Helper()
	ctx := context.Background()
	from, to := opening.AddDate(0, 0, 5), opening.AddDate(0, 0, 20)
	var want []string
	for e, err := range k.memory().Journal(ctx, loyalty.JournalQuery{Account: id}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Effective >= loyalty.InstantOf(from) && e.Effective < loyalty.InstantOf(to) {
			want = append(want, fmt.Sprint(e.Seq, e.Hash))
		}
	}
	var got []string
	for after := int64(0); ; {
		page, err := k.store.Entries(ctx, id, from, to, after, 5)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, fmt.Sprint(e.Seq, e.Hash))
			after = e.Seq
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%d entries of %q, want %d", len(got), id, len(want))
	}
}

// outstanding checks the sums of the database by those of the library.
func (k *desk) outstanding(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	for _, at := range []time.Time{k.now, k.now.AddDate(0, 0, 10)} {
		l, err := loyalty.NewLiability(loyalty.LiabilityConfig{At: at, Location: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		rows := func(store loyalty.Aggregator) (out []loyalty.OutstandingRow) {
			for r, err := range store.Outstanding(ctx, loyalty.InstantOf(at)) {
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, r)
			}
			return out
		}
		got, want := rows(k.store), rows(k.memory())
		if !reflect.DeepEqual(got, want) {
			t.Errorf("outstanding at %v: %v, want %v", at, got, want)
		}
		sums := make(map[loyalty.Kind]loyalty.Points)
		for _, r := range got {
			sums[r.Kind] += r.Points
		}
		held := false
		for _, id := range k.ids {
			a, err := k.store.Load(ctx, id, loyalty.Need{All: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range a.Holds() {
				held = held || h.Until <= loyalty.InstantOf(at)
			}
			if err := l.AddAccount(a); err != nil {
				t.Fatal(err)
			}
		}
		if held { // the library gives back what no entry says yet
			continue
		}
		report, err := l.Report(loyalty.LiabilityView{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.Kinds {
			if n := r.Available + r.Pending; n != sums[r.Kind] {
				t.Errorf("%s: liability %d, sum %d", r.Kind, n, sums[r.Kind])
			}
		}
	}
}

// expiringAccounts checks whom to write to.
func (k *desk) expiringAccounts(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	until := k.now.AddDate(0, 0, 9)
	want := make(map[loyalty.AccountID]string)
	for _, id := range k.ids {
		x, err := k.store.Expiring(ctx, id, "points", k.now, until)
		if err != nil {
			t.Fatal(err)
		}
		if len(x) > 0 {
			want[id] = fmt.Sprint(x)
		}
	}
	got := make(map[loyalty.AccountID]string)
	var after loyalty.DueAccount
	for more := true; more; {
		var page []loyaltysql.ExpiringAccount
		var err error
		if page, after, more, err = k.store.ExpiringAccounts(ctx, "points", k.now, until, after, 2); err != nil {
			t.Fatal(err)
		}
		for _, x := range page {
			got[x.Account] = fmt.Sprint(x.Expiring)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("expiring soon: %v, want %v", got, want)
	}
}

// Verify finds whatever was done to the rows of an account, and names it.
func TestVerify(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		for name, c := range map[string]struct {
			spoil func(k *desk, id loyalty.AccountID) string
			seq   int64 // of a BrokenError; 0: ErrDamaged
			plain bool  // VerifyRange sees nothing
		}{
			"nothing":       {},
			"entry missing": {func(k *desk, id loyalty.AccountID) string { return "DELETE FROM %entries WHERE %who AND seq = 7" }, 7, false},
			"last missing": {func(k *desk, id loyalty.AccountID) string {
				return "DELETE FROM %entries WHERE %who AND seq = " + strconv.FormatInt(k.seq(id), 10)
			}, -1, false},
			"entry changed": {func(k *desk, id loyalty.AccountID) string {
				var data []byte
				for e := range k.memory().Journal(ctx, loyalty.JournalQuery{Account: id, After: 8, Limit: 1}) {
					e.Ref += "!"
					data, _ = e.MarshalBinary()
				}
				return "UPDATE %entries SET data = " + k.bytes(data) + " WHERE %who AND seq = 9"
			}, 9, false},
			"entry no entry": {func(k *desk, id loyalty.AccountID) string {
				return "UPDATE %entries SET data = " + k.bytes([]byte("x")) + " WHERE %who AND seq = 9"
			}, 9, false},
			"column changed": {func(k *desk, id loyalty.AccountID) string {
				return "UPDATE %entries SET recorded = recorded + 1 WHERE %who AND seq = 5"
			}, 5, false},
			"header": {func(k *desk, id loyalty.AccountID) string {
				return "UPDATE %accounts SET recorded = recorded + 1 WHERE %who"
			}, 0, true},
			"other header": {func(k *desk, id loyalty.AccountID) string {
				return "UPDATE %accounts SET header = " + k.bytes([]byte("x")) + " WHERE %who"
			}, 0, true},
			"head": {func(k *desk, id loyalty.AccountID) string {
				return "UPDATE %accounts SET head = " + k.bytes(make([]byte, 32)) + " WHERE %who"
			}, 0, false},
			"lot missing": {func(*desk, loyalty.AccountID) string { return "DELETE FROM %lots_open WHERE %who" }, 0, true},
			"lot done":    {func(*desk, loyalty.AccountID) string { return "DELETE FROM %lots_done WHERE %who" }, 0, true},
			"lot column": {func(*desk, loyalty.AccountID) string {
				return "UPDATE %lots_open SET remaining = remaining + 1 WHERE %who"
			}, 0, true},
			"order":          {func(*desk, loyalty.AccountID) string { return "DELETE FROM %orders WHERE %who" }, 0, true},
			"redemption":     {func(*desk, loyalty.AccountID) string { return "DELETE FROM %redemptions WHERE %who" }, 0, true},
			"hold":           {func(*desk, loyalty.AccountID) string { return "DELETE FROM %holds WHERE %who" }, 0, true},
			"receipt":        {func(*desk, loyalty.AccountID) string { return "DELETE FROM %receipts WHERE %who" }, 0, true},
			"use":            {func(*desk, loyalty.AccountID) string { return "UPDATE %uses SET points = points + 1 WHERE %who" }, 0, true},
			"window":         {func(*desk, loyalty.AccountID) string { return "UPDATE %windows SET expire = expire + 1 WHERE %who" }, 0, true},
			"window missing": {func(*desk, loyalty.AccountID) string { return "DELETE FROM %windows WHERE %who" }, 0, true},
		} {
			t.Run(name, func(t *testing.T) {
				k := newDesk(t, d, 2, 2)
				k.play(t, 75)
				id := k.ids[0]
				if c.spoil != nil {
					k.spoil(t, id, c.spoil(k, id))
				}
				v, err := k.store.Verify(ctx, id)
				n, chain := k.store.VerifyRange(ctx, id, 0, 0)
				if v, err := k.store.Verify(ctx, k.ids[1]); err != nil || v.Entries == 0 {
					t.Errorf("the other account: %+v, %v", v, err)
				}
				var broken *loyalty.BrokenError
				switch {
				case c.spoil == nil:
					if err != nil || chain != nil || int64(v.Entries) != k.seq(id) || v.Seq != k.seq(id) || v.Lots == 0 || n != v.Entries {
						t.Errorf("%+v %v, %d %v", v, err, n, chain)
					}
				case c.seq != 0:
					seq := c.seq
					if seq < 0 {
						seq = k.seq(id)
					}
					if !errors.As(err, &broken) || broken.Seq != seq && broken.Seq != seq+1 {
						t.Errorf("Verify: %v, want entry %d", err, seq)
					}
					if !errors.As(chain, &broken) || broken.Seq != seq {
						t.Errorf("VerifyRange: %v, want entry %d", chain, seq)
					}
				default:
					if !errors.Is(err, loyaltysql.ErrDamaged) || errors.As(err, &broken) {
						t.Errorf("Verify: %v", err)
					}
					if c.plain == (chain != nil) {
						t.Errorf("VerifyRange: %v", chain)
					}
				}
			})
		}
	})
}

func (k *desk) seq(id loyalty.AccountID) int64 {
	a, _ := k.memory().Load(context.Background(), id, loyalty.Need{})
	return a.Seq
}

// spoil changes rows of an account behind the store's back.
func (k *desk) spoil(t *testing.T, id loyalty.AccountID, text string) {
	t.Helper()
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			out = append(out, text[i])
			continue
		}
		j := i + 1
		for j < len(text) && (text[j] == '_' || text[j] >= 'a' && text[j] <= 'z') {
			j++
		}
		switch word := text[i+1 : j]; word {
		case "who":
			out = append(out, k.where(id)...)
			out = append(out, " AND program = "+k.bytes([]byte(k.program))...)
		case "program":
			out = append(out, k.bytes([]byte(k.program))...)
		case "mine", "more":
			out = append(out, k.bytes([]byte(word))...)
		case "state": // a counter of which nothing is reserved
			state, _ := loyalty.SharedTotal{Confirmed: 4}.MarshalBinary()
			out = append(out, k.bytes(state)...)
		default:
			out = append(out, k.table(word)...)
		}
		i = j - 1
	}
	k.exec(t, string(out))
}

// A range of the chain begins anywhere.
func TestVerifyRange(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 3, 1)
		k.play(t, 60)
		id, last := k.ids[0], k.seq(k.ids[0])
		for after := range last {
			for upto := after; upto <= last; upto += 7 {
				want := upto - after
				if upto == 0 {
					want = last - after
				}
				if n, err := k.store.VerifyRange(ctx, id, after, upto); err != nil || int64(n) != want {
					t.Errorf("after %d up to %d: %d, %v", after, upto, n, err)
				}
			}
		}
		if n, err := k.store.VerifyRange(ctx, "nobody", 0, 0); n != 0 || err != nil {
			t.Errorf("nobody: %d, %v", n, err)
		}
		var broken *loyalty.BrokenError
		if _, err := k.store.VerifyRange(ctx, id, last+3, 0); !errors.As(err, &broken) {
			t.Errorf("after the end: %v", err)
		}
	})
}
