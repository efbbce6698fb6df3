package sqltest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// stocked is a desk that has played, with rewards of which there are few, holds on them,
// and a row of the host's.
func stocked(t *testing.T, d *database, seed uint64) *desk {
	t.Helper()
	k := newDesk(t, d, seed, 2)
	stock, program := int64(9), deskProgram()
	program.Rewards = []loyalty.Reward{{ID: "mug", Kind: "points", Points: 1, Stock: &stock}}
	k.sql.Engine = loyalty.MustNew(program)
	k.plain.Engine = k.sql.Engine
	k.play(t, 75)
	for i, id := range k.ids {
		h := func(name string) loyalty.Header {
			return loyalty.Header{Key: loyalty.Key(fmt.Sprint(name, i)), At: k.now}
		}
		for _, cmd := range []loyalty.Command{
			&loyalty.Adjust{Header: h("give"), Kind: "points", Points: 200},
			&loyalty.Redeem{Header: h("mug"), Spend: loyalty.Spend{Reward: "mug", Quantity: 2}},
			&loyalty.Place{Header: h("hold"), Hold: "mine", Spend: loyalty.Spend{Reward: "mug", Quantity: 1}, Until: k.now.AddDate(0, 0, 3)},
		} {
			if err := k.do(t, id, cmd); err != nil {
				t.Fatal(err)
			}
		}
	}
	row := loyalty.RowChange{RowID: loyalty.RowID{Table: "orders", Key: "1"}, State: []byte("paid")}
	if err := k.store.Commit(context.Background(), loyalty.RowCommit(row)); err != nil {
		t.Fatal(err)
	}
	return k
}

// VerifyAll finds what Verify finds, and what is of no account.
func TestVerifyAll(t *testing.T) {
	const mine = "program = %program"
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		for name, c := range map[string]struct {
			text  string
			alone bool // Verify of the account does not see it
		}{
			"nothing":            {"", true},
			"ends of a hold":     {"UPDATE %holds SET ends = ends + 1 WHERE %who AND hold = %mine", false},
			"points of a hold":   {"UPDATE %holds SET points = points + 1 WHERE %who AND hold = %mine", false},
			"ended hold":         {"UPDATE %holds SET ends = ends + 1 WHERE %who AND hold <> %mine", false},
			"one window more":    {"INSERT INTO %windows SELECT program, account, kind, 99, expire FROM %windows WHERE %who AND win = 1", false},
			"one hold more":      {"INSERT INTO %holds SELECT program, account, %more, state, ends, points FROM %holds WHERE %who AND hold = %mine", false},
			"one use more":       {"INSERT INTO %uses SELECT program, account, seq + 1000, n, lot, ordinal, from_book, to_book, points FROM %uses WHERE %who", false},
			"old entry":          {"INSERT INTO %entries_old SELECT * FROM %entries WHERE %who AND seq = 3", false},
			"old lot":            {"INSERT INTO %lots_old SELECT program, account, lot, data FROM %lots_open WHERE %who", false},
			"entry of a receipt": {"UPDATE %receipts SET seq = seq + 1 WHERE %who", false},
			"one receipt more":   {"INSERT INTO %receipts SELECT program, %more, account, seq, data FROM %receipts WHERE %who AND seq = 1", true},
			"row of nobody":      {"INSERT INTO %orders VALUES (%program, %more, %more, %more)", true},
			"counter":            {"UPDATE %shared SET confirmed = confirmed + 1 WHERE " + mine, true},
			"no counter":         {"DELETE FROM %shared WHERE " + mine, true},
			"counter too many":   {"INSERT INTO %shared SELECT program, %more, confirmed, state FROM %shared WHERE " + mine, true},
			"reserved":           {"UPDATE %shared SET state = %state WHERE " + mine, true},
			"event moved":        {"UPDATE %outbox SET recorded = recorded + 1 WHERE %who AND seq = 2", true},
			"event elsewhere":    {"UPDATE %outbox SET bucket = 15 - bucket WHERE %who", true},
			"event of nothing":   {"INSERT INTO %outbox SELECT program, bucket, recorded, account, 9999 FROM %outbox WHERE %who AND seq = 1", true},
			"row":                {"UPDATE %rows SET version = 0 WHERE " + mine, true},
		} {
			t.Run(name, func(t *testing.T) {
				k := stocked(t, d, 2)
				id := k.ids[0]
				if c.text != "" {
					k.spoil(t, id, c.text)
				}
				v, err := k.store.VerifyAll(ctx)
				if c.text == "" {
					want := int(k.seq(k.ids[0]) + k.seq(k.ids[1]))
					if err != nil || v.Accounts != 2 || v.Entries != want || v.Events != want || v.Counters != 1 || v.Rows != 1 || v.Holds < 2 || v.Receipts == 0 || v.Lots == 0 || v.Recorded == 0 {
						t.Errorf("%+v, %v", v, err)
					}
				} else if !errors.Is(err, loyaltysql.ErrDamaged) || errors.Is(err, loyalty.ErrConflict) {
					t.Errorf("%+v, %v", v, err)
				}
				if _, err := k.store.Verify(ctx, id); errors.Is(err, loyaltysql.ErrDamaged) == c.alone || c.alone && err != nil {
					t.Errorf("Verify: %v", err)
				}
			})
		}
	})
}

// What was put away is verified where it is, and believed where it is elsewhere.
func TestVerifyAllArchived(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := stocked(t, d, 4)
		o := loyaltysql.ArchiveConfig{Before: k.now.AddDate(1, 0, 0), Keep: 1}
		if a, err := k.store.Archive(ctx, k.ids[0], o); err != nil || a.Entries == 0 {
			t.Fatal(a, err)
		}
		all := int(k.seq(k.ids[0]) + k.seq(k.ids[1]))
		v, err := k.store.VerifyAll(ctx)
		if err != nil || v.Entries != all || v.Counters != 1 || v.Elsewhere != 0 || v.Events != all {
			t.Errorf("%+v, %v", v, err)
		}
		events, err := k.store.Events(ctx, 1000)
		if err == nil {
			err = k.store.Delivered(ctx, events)
		}
		if err != nil {
			t.Fatal(err)
		}
		o.Sink = func(context.Context, *loyalty.Entry) error { return nil }
		a, err := k.store.Archive(ctx, k.ids[1], o)
		if err != nil || a.Entries == 0 {
			t.Fatal(a, err)
		}
		v, err = k.store.VerifyAll(ctx)
		if err != nil || v.Elsewhere != a.Entries || v.Entries != all-a.Entries || v.Counters != 0 || v.Events != 0 {
			t.Errorf("%+v, %v", v, err)
		}
		k.spoil(t, k.ids[0], "UPDATE %entries_old SET effective = effective + 1 WHERE %who AND seq = 2")
		var broken *loyalty.BrokenError
		if _, err := k.store.VerifyAll(ctx); !errors.As(err, &broken) || broken.Seq != 2 {
			t.Error(err)
		}
	})
}

// A merge brings redemptions along, the receipts of which stay the other account's.
func TestVerifyMerged(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		k := newDesk(t, d, 6, 2)
		h := func(key loyalty.Key) loyalty.Header { return loyalty.Header{Key: key, At: k.now} }
		for _, cmd := range []loyalty.Command{
			&loyalty.Adjust{Header: h("give"), Kind: "points", Points: 50},
			&loyalty.Redeem{Header: h("spend"), Spend: loyalty.Spend{Kind: "points", Points: 20}},
		} {
			if err := k.do(t, k.ids[0], cmd); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := k.sql.Merge(ctx, k.ids[0], &loyalty.MergeOut{Header: h("merge"), Into: k.ids[1]}); err != nil {
			t.Fatal(err)
		}
		if _, err := k.sql.Do(ctx, k.ids[1], &loyalty.Return{Header: h("back"), Redemption: "spend", Points: 5}); err != nil {
			t.Fatal(err)
		}
		for _, id := range k.ids {
			if v, err := k.store.Verify(ctx, id); err != nil || v.Entries == 0 {
				t.Errorf("%q: %+v, %v", id, v, err)
			}
		}
		if v, err := k.store.VerifyAll(ctx); err != nil || v.Accounts != 2 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}
