package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// verified is how much of a database was found right.
type verified struct {
	What     string `json:"what"`
	Steps    int    `json:"steps"`    // that were carried out
	Accounts int    `json:"accounts"` // of which, all told:
	Entries  int    `json:"entries"`
	Lots     int    `json:"lots"`
	Receipts int    `json:"receipts"`
	Holds    int    `json:"holds"`
	Counters int    `json:"counters"` // that accounts share
	Events   int    `json:"events"`   // that wait to be delivered
	Coupons  int    `json:"coupons"`
}

// errWrong: a row is not what the journals say.
var errWrong = errors.New("not what the journals say")

// check is a database that is asked whether all in it is right.
type check struct {
	ctx  context.Context
	db   *database
	done verified

	last     loyalty.Instant       // of the journals
	answered map[string]usedCoupon // by key: what was said of coupons
}

// verify asks the store, and then what no store can know: the record, that no event was
// delivered, coupons. The first fault is the error; it names the account, and the entry or
// row.
func (c *check) verify(ctx context.Context, db *database) (verified, error) {
	*c = check{ctx: ctx, db: db, answered: map[string]usedCoupon{}}
	for _, f := range []func() error{c.steps, c.tables, c.events, c.checkCoupons, c.rest} {
		if err := f(); err != nil {
			return c.done, err
		}
	}
	return c.done, nil
}

// steps asks whether the record is as it was written.
func (c *check) steps() error {
	for s, err := range c.db.steps(c.ctx) {
		if err != nil {
			return err
		}
		c.done.Steps++
		var said struct{ Coupons []usedCoupon }
		if strings.HasPrefix(s.answer, "{") { // of a command
			if err := json.Unmarshal([]byte(s.answer), &said); err != nil {
				return fmt.Errorf("%w: row %d: %w", errRecord, s.n, err)
			}
		}
		for _, u := range said.Coupons {
			c.answered[u.Key] = u
		}
	}
	return nil
}

// tables asks the store whether its tables are what the journals say.
func (c *check) tables() error {
	v, err := c.db.store.VerifyAll(c.ctx)
	if err != nil {
		return err
	}
	c.done.Accounts, c.done.Entries, c.done.Lots, c.done.Receipts = v.Accounts, v.Entries, v.Lots, v.Receipts
	c.done.Holds, c.done.Counters, c.done.Events = v.Holds, v.Counters, v.Events
	c.last = v.Recorded
	return nil
}

// events asks whether each entry has its event, which nobody delivers here.
func (c *check) events() error {
	events, err := c.db.store.Events(c.ctx, c.done.Entries+1)
	if err != nil {
		return err
	}
	slices.SortFunc(events, func(a, b loyalty.Event) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Seq, b.Seq))
	})
	seen := map[loyalty.AccountID]int64{}
	for _, e := range events {
		if seen[e.Account]++; e.Seq != seen[e.Account] {
			return fmt.Errorf("account %q: %w: the event of entry %d is missing", e.Account, errWrong, seen[e.Account])
		}
	}
	if len(events) != c.done.Entries {
		return fmt.Errorf("%w: %d events of %d entries", errWrong, len(events), c.done.Entries)
	}
	return nil
}

// rest asks whether tables are empty that this program has never written.
func (c *check) rest() error {
	for _, t := range []string{"entries_old", "lots_old", "checkpoints", "rows"} {
		where := ""
		if t == "rows" {
			where = " AND tbl NOT IN ('coupon', 'coupon_counter', 'coupon_receipt')"
			if c.db.dialect == loyaltysql.SQLite {
				where = " AND CAST(tbl AS TEXT) NOT IN ('coupon', 'coupon_counter', 'coupon_receipt')"
			}
		}
		n, err := c.count("SELECT COUNT(*) FROM loyalty_"+t+" WHERE program = ?"+where, []byte{})
		if err != nil {
			return err
		}
		if n > 0 {
			return fmt.Errorf("%w: %d rows in %s, where nothing was ever written", errWrong, n, t)
		}
	}
	return nil
}

// count asks for a number.
func (c *check) count(text string, args ...any) (n int, err error) {
	err = c.db.pool.QueryRowContext(c.ctx, c.db.fill(text), args...).Scan(&n)
	return n, err
}

// column reads a column.
func column[T any](c *check, text string, args ...any) (out []T, err error) {
	rows, err := c.db.pool.QueryContext(c.ctx, c.db.fill(text), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// keptDesk is the desk of the programme that a database says it keeps accounts of.
func keptDesk(ctx context.Context, db *database) (d *desk, what string, err error) {
	what, text, ok, err := db.run(ctx)
	if err != nil {
		return nil, "", err
	}
	if !ok {
		return nil, "", fmt.Errorf("%w: nothing was ever run here", errOthers)
	}
	var t terms
	if err = guanxi.UnmarshalStrict([]byte(text), &t); err == nil {
		d, err = openDesk(t.Program, t.Coupons, openStore(db))
	}
	if err != nil {
		return nil, "", fmt.Errorf("points_run: %w", err)
	}
	return d, what, nil
}

// keptSum sums up what the accounts have: of a year at its end, of commands at the last
// entry.
func (d *desk) keptSum(what string, last loyalty.Instant) (*summary, error) {
	s := &summary{At: last.Time()}
	s.Kind, s.Currency = d.kind(), d.program.Currency
	if strings.HasPrefix(what, aYear) {
		s.At = time.Date(2026, 1, 1, 0, 0, 0, -1000, d.location())
	}
	s.At = within(s.At).In(d.location())
	ids, err := d.accounts()
	if err != nil {
		return nil, err
	}
	var whole []*loyalty.Account
	for _, id := range ids {
		a, err := d.service.Store.Load(context.Background(), id, loyalty.Need{All: true})
		if err != nil {
			return nil, err
		}
		whole = append(whole, a)
	}
	s.Accounts = len(ids)
	return s, d.sum(s, whole, options{})
}
