package loyaltytest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// defect is a store that breaks the contract, and the case that must find it.
type defect struct {
	name, found string
	open        func(testing.TB) Harness
}

// defects are stores that break the contract, and the case that must find each.
var defects = []defect{
	{"an empty account has no id", "fresh", planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			a, err := b.rows.Load(ctx, id, n)
			if err == nil && a.Seq == 0 {
				a.ID = ""
			}
			return a, err
		}
	})},
	{"headers are not written", "saved", openRows(&hook{keep: nil, spoil: func(d *disk, _ []write) {
		for _, r := range d.accounts {
			if r.seq == 3 {
				r.seq = 2
			}
		}
	}}, nil)},
	{"lots are not written", "saved", without("lots")},
	{"orders are not written", "saved", without("orders")},
	{"redemptions are not written", "saved", without("redemptions")},
	{"ended holds are not written", "saved", without("holds")},
	{"receipts are not written", "saved", without("receipts")},
	{"the due is not written", "saved", without("due")},
	{"the outbox is not written", "saved", without("outbox")},
	{"entries are not written", "saved", without("entries")},
	{"orders that are asked for are said to be missing", "need", loaded(func(a *loyalty.Account, n loyalty.Need) {
		for _, o := range n.Orders {
			a.AddOrder(o, nil, nil)
		}
	})},
	{"keys that are asked for are said to be missing", "need", loaded(func(a *loyalty.Account, n loyalty.Need) { a.AddReceipt(loyalty.Receipt{Key: n.Key}) })},
	{"what is asked for is not loaded", "need", planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			n.Orders = nil
			return b.rows.Load(ctx, id, n)
		}
	})},
	{"lots that are loaded in part are said to be all", "truncation", loaded(func(a *loyalty.Account, _ loyalty.Need) {
		for _, k := range a.Kinds() {
			a.SetCover(k, loyalty.Cover{All: true})
		}
	})},
	{"lots are loaded up to the sum of a need of before", "truncation", planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			for i := range n.Open {
				n.Open[i].Points = min(n.Open[i].Points, 7)
			}
			return b.rows.Load(ctx, id, n)
		}
	})},
	{"no more than a thousand lots are loaded", "ten thousand lots", planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			for i := range n.Open {
				n.Open[i].Points = min(n.Open[i].Points, 3000)
			}
			a, err := b.rows.Load(ctx, id, n)
			if err == nil {
				for _, k := range a.Kinds() {
					a.SetCover(k, loyalty.Cover{All: true})
				}
			}
			return a, err
		}
	})},
	{"counters are written though a row has changed", "all or nothing", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			err := b.rows.CommitAll(ctx, commits)
			if errors.Is(err, loyalty.ErrRowConflict) {
				b.disk.shared["s"] = total(0, kept(2))
			}
			return err
		}
	})},
	{"rows are written though a key is taken", "all or nothing", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			err := b.rows.CommitAll(ctx, commits)
			if errors.Is(err, loyalty.ErrDuplicateKey) {
				b.disk.opaque[loyalty.RowID{Table: "t", Key: "a"}] = loyalty.Row{Version: 1}
			}
			return err
		}
	})},
	{"rows are not written", "all or nothing", without("rows")},
	{"counters are not written", "all or nothing", without("shared")},
	{"a crash leaves half of a commit", "crash in a commit", openRows(&hook{torn: true}, nil)},
	{"a conflict is no error", "stale", toldAs(loyalty.ErrConflict, nil)},
	{"a conflict is another error", "stale", toldAs(loyalty.ErrConflict, errors.New("40001"))},
	{"a conflict is a taken key", "stale", toldAs(loyalty.ErrConflict, loyalty.ErrDuplicateKey)},
	{"the last of several wins", "race", toldAs(loyalty.ErrConflict, nil)},
	{"keys are unique by account only", "key taken", committed(keysPerAccount)},
	{"a taken key is another error", "key taken", toldAs(loyalty.ErrDuplicateKey, errors.New("23505"))},
	{"keys at once are unique by account only", "key race", committed(keysPerAccount)},
	{"limits are not looked at", "shared", committed(noLimit)},
	{"confirmed is added and reserved stays", "shared", committed(func(_ *broken, c *loyalty.Commit) {
		for _, ch := range c.Shared {
			if ch.Step == loyalty.Confirm {
				c.Shared = append(c.Shared, loyalty.SharedChange{Counter: ch.Counter, Step: loyalty.Reserve, Amount: ch.Amount})
			}
		}
	})},
	{"a counter at its limit is a conflict", "shared", toldAs(loyalty.ErrShared, loyalty.ErrConflict)},
	{"deadlines are not kept", "shared deadlines", committed(func(_ *broken, c *loyalty.Commit) {
		for i := range c.Shared {
			c.Shared[i].Until = 0
		}
	})},
	{"what has lapsed is reserved until somebody writes so", "shared deadlines", committed(func(_ *broken, c *loyalty.Commit) {
		for i := range c.Shared {
			c.Shared[i].At = 0
		}
	})},
	{"the latest deadline that has passed is forgotten", "shared deadlines", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			b.disk.mu.Lock()
			for name, t := range b.disk.shared {
				t.Lapsed = 0
				b.disk.shared[name] = t
			}
			b.disk.mu.Unlock()
			return b.rows.CommitAll(ctx, commits)
		}
	})},
	{"limits at once are not looked at", "shared race", committed(noLimit)},
	{"versions of rows are not compared", "rows", committed(func(b *broken, c *loyalty.Commit) {
		for i := range c.Rows {
			c.Rows[i].Expected = b.disk.opaque[c.Rows[i].RowID].Version
		}
	})},
	{"versions of the last of several rows are not compared", "rows", committed(func(b *broken, c *loyalty.Commit) {
		if i := len(c.Rows) - 1; i > 0 {
			c.Rows[i].Expected = b.disk.opaque[c.Rows[i].RowID].Version
		}
	})},
	{"of a row that comes twice the first is written", "rows", committed(func(_ *broken, c *loyalty.Commit) {
		if n := len(c.Rows); n == 2 && c.Rows[0].RowID == c.Rows[1].RowID {
			c.Rows = c.Rows[:1]
		}
	})},
	{"another version of a row is a conflict", "rows", toldAs(loyalty.ErrRowConflict, loyalty.ErrConflict)},
	{"rows of all tables have one key", "rows", committed(func(_ *broken, c *loyalty.Commit) {
		for i := range c.Rows {
			c.Rows[i].Table = "t"
		}
	})},
	{"rows come in the order of their keys", "rows", planted(func(b *broken) {
		b.read = func(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
			ids = slices.Clone(ids)
			slices.SortFunc(ids, func(x, y loyalty.RowID) int { return strings.Compare(x.Table+x.Key, y.Table+y.Key) })
			return b.rows.Rows(ctx, ids)
		}
	})},
	{"rows that are not there are left out", "rows", planted(func(b *broken) {
		b.read = func(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
			all, err := b.rows.Rows(ctx, ids)
			return slices.DeleteFunc(all, func(r loyalty.Row) bool { return r.Version == 0 }), err
		}
	})},
	{"rows are read one by one", "rows", planted(func(b *broken) {
		b.read = func(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
			out := make([]loyalty.Row, len(ids))
			for i, id := range ids {
				if i > 0 {
					time.Sleep(time.Millisecond)
				}
				one, err := b.rows.Rows(ctx, []loyalty.RowID{id})
				if err != nil {
					return nil, err
				}
				out[i] = one[0]
			}
			return out, nil
		}
	})},
	{"rows alone are not written", "rows alone", committed(func(_ *broken, c *loyalty.Commit) {
		if len(c.Entries) == 0 {
			c.Rows = nil
		}
	})},
	{"rows alone are an account", "rows alone", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			err := b.rows.CommitAll(ctx, commits)
			if err == nil && commits[0].Account == "" {
				b.disk.mu.Lock()
				defer b.disk.mu.Unlock()
				b.disk.account("").due = 5
			}
			return err
		}
	})},
	{"keys are found in other letters", "receipts", planted(func(b *broken) {
		b.receipt = func(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
			return b.rows.Receipt(ctx, loyalty.Key(strings.ToLower(string(k))))
		}
	})},
	{"receipts are forgotten when the points expire", "receipts", planted(func(b *broken) {
		b.receipt = func(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
			r, ok, err := b.rows.Receipt(ctx, k)
			_, late := b.disk.receipts["late"]
			return r, ok && !late, err
		}
	})},
	{"the journal begins with the entry after which it is asked", "journal", pagesFrom(func(q *loyalty.JournalQuery) { q.After = max(q.After-1, 0) })},
	{"notes are lost", "journal", entriesAs(func(e *loyalty.Entry) { e.Note = loyalty.Note{} })},
	{"the limit is not looked at", "journal", pagesFrom(func(q *loyalty.JournalQuery) { q.Limit = 0 })},
	{"pages of the journal of all lose entries of one instant", "journal of all", pagesFrom(func(q *loyalty.JournalQuery) {
		if q.Page != (loyalty.JournalPage{}) {
			q.Page.Account = "\xff\xff"
		}
	})},
	{"pages of the journal of all begin with the last entry", "journal of all", pagesFrom(func(q *loyalty.JournalQuery) { q.Page.Seq = max(q.Page.Seq-1, 0) })},
	{"until is in", "journal of all", pagesFrom(func(q *loyalty.JournalQuery) { q.Until++ })},
	{"due is before, not at", "due", planted(func(b *broken) {
		b.due = func(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
			return b.rows.Due(ctx, at-1, after, limit)
		}
	})},
	{"pages of due lose accounts of one instant", "due", planted(func(b *broken) {
		b.due = func(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
			if after.Account != "" {
				after.Account = "\xff\xff"
			}
			return b.rows.Due(ctx, at, after, limit)
		}
	})},
	{"dues are by id", "due", planted(func(b *broken) {
		b.due = func(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) ([]loyalty.DueAccount, error) {
			all, err := b.rows.Due(ctx, at, after, limit)
			slices.SortFunc(all, func(x, y loyalty.DueAccount) int { return strings.Compare(string(x.Account), string(y.Account)) })
			return all, err
		}
	})},
	{"a commit of the due writes nothing", "due alone", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			if len(commits[0].Entries) == 0 {
				return nil
			}
			return b.rows.CommitAll(ctx, commits)
		}
	})},
	{"ids lose spaces at their ends", "ids", planted(func(b *broken) {
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			return b.rows.Load(ctx, loyalty.AccountID(strings.TrimRight(string(id), " ")), n)
		}
	})},
	{"notes have two hundred bytes", "ids", entriesAs(func(e *loyalty.Entry) { e.Note.Reason = e.Note.Reason[:min(200, len(e.Note.Reason))] })},
	{"points are floats", "bits", openRows(&hook{spoil: func(d *disk, _ []write) {
		for _, r := range d.accounts {
			for id, l := range r.lots {
				l.Redeemed = loyalty.Points(int64(float64(int64(l.Redeemed)) / 2 * 2))
				l.Points = loyalty.Points(int64(float64(int64(l.Points)) / 2 * 2))
				r.lots[id] = l
			}
		}
	}}, nil)},
	{"rows are text", "bits", planted(func(b *broken) {
		b.commit = func(ctx context.Context, commits []*loyalty.Commit) error {
			for _, c := range commits {
				for i := range c.Rows {
					if strings.ToValidUTF8(string(c.Rows[i].State), "?") != string(c.Rows[i].State) {
						return errors.New("invalid byte sequence")
					}
				}
			}
			return b.rows.CommitAll(ctx, commits)
		}
	})},
	{"what is read is behind", "readers", planted(func(b *broken) {
		var mu sync.Mutex
		last := make(map[loyalty.AccountID]*loyalty.Account)
		b.load = func(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
			a, err := b.rows.Load(ctx, id, n)
			mu.Lock()
			defer mu.Unlock()
			old := last[id]
			if err == nil && (old == nil || old.Seq != a.Seq) {
				last[id] = a.Clone()
				if old != nil {
					return old, nil
				}
			}
			return a, err
		}
	})},
}
