package loyaltytest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"

	"github.com/guanxi-go/guanxi/loyalty"
)

// rows is a host's own store: tables of rows, as in a database, written in a transaction.
// It is what a host that has tables of its own may begin with.
type rows struct {
	disk *disk
	hook *hook // what tests spoil; nil in a host
}

// disk is what outlives a crash.
type disk struct {
	mu       sync.Mutex
	accounts map[loyalty.AccountID]*accountRows
	receipts map[loyalty.Key]loyalty.Receipt
	shared   map[string]loyalty.SharedTotal
	opaque   map[loyalty.RowID]loyalty.Row
	outbox   []loyalty.Event
}

// accountRows are the rows of one account.
type accountRows struct {
	seq         int64
	head        [32]byte
	header      []byte
	due         loyalty.Instant
	lots        map[loyalty.LotID]loyalty.Lot
	orders      map[string]orderRow
	redemptions map[loyalty.Key]loyalty.Redemption
	ended       map[string]loyalty.HoldState
	entries     [][]byte
	recorded    []loyalty.Instant
}

type orderRow struct {
	rec  loyalty.OrderRecord
	lots []loyalty.LotID
}

func newRows() *rows {
	return &rows{disk: &disk{
		accounts: make(map[loyalty.AccountID]*accountRows), receipts: make(map[loyalty.Key]loyalty.Receipt),
		shared: make(map[string]loyalty.SharedTotal), opaque: make(map[loyalty.RowID]loyalty.Row),
	}}
}

// account returns the rows of an account, made if they are not there.
func (d *disk) account(id loyalty.AccountID) *accountRows {
	a := d.accounts[id]
	if a == nil {
		a = &accountRows{due: loyalty.Never, lots: make(map[loyalty.LotID]loyalty.Lot), orders: make(map[string]orderRow),
			redemptions: make(map[loyalty.Key]loyalty.Redemption), ended: make(map[string]loyalty.HoldState)}
		d.accounts[id] = a
	}
	return a
}

// Load builds the part of an account that is asked for.
func (s *rows) Load(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (*loyalty.Account, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	r := s.disk.accounts[id]
	if r == nil || r.seq == 0 {
		return loyalty.NewAccount(id), nil
	}
	a, err := loyalty.NewPart(r.header)
	if err != nil {
		return nil, err
	}
	lots := append(a.HeldLots(), n.Lots...)
	for _, key := range append([]loyalty.Key{n.Key}, n.Keys...) {
		s.loadKey(a, key)
	}
	redemptions := append([]loyalty.Key{n.Redemption}, n.Redemptions...)
	for _, order := range n.Orders { // what paid for them
		for _, p := range r.orders[order].rec.Payments {
			redemptions = append(redemptions, p.Redemption)
		}
	}
	if n.Returnable {
		redemptions = append(redemptions, slices.Sorted(maps.Keys(r.redemptions))...)
	}
	for _, key := range redemptions {
		s.loadKey(a, key)
		if red, ok := r.redemptions[key]; ok {
			a.AddRedemption(&red)
			for _, u := range red.Uses {
				lots = append(lots, u.Lot)
			}
		}
	}
	for _, hold := range append([]string{n.Hold}, n.Holds...) {
		a.AddEnded(hold, r.ended[hold])
	}
	orders := n.Orders
	if n.All {
		orders = append(slices.Sorted(maps.Keys(r.orders)), orders...)
	}
	for _, order := range orders {
		if row, ok := r.orders[order]; ok {
			a.AddOrder(order, &row.rec, row.lots)
			lots = append(lots, row.lots...)
		} else {
			a.AddOrder(order, nil, nil)
		}
	}
	if n.All {
		a.AllOrders()
	}
	for _, k := range a.Kinds() {
		c := r.cover(a, k, n)
		for id := range r.lots {
			if l := r.lots[id]; l.Kind == k && l.Remaining > 0 && (c.All || covered(&c, a, &l)) {
				lots = append(lots, id)
			}
		}
		a.SetCover(k, c)
	}
	var load []loyalty.Lot
	for _, id := range lots {
		load = append(load, r.lots[id])
	}
	return a, a.AddLots(load)
}

func (s *rows) loadKey(a *loyalty.Account, k loyalty.Key) {
	if k == "" {
		return
	}
	if r, ok := s.disk.receipts[k]; ok && r.Account == a.ID {
		a.AddReceipt(r)
	} else {
		a.AddReceipt(loyalty.Receipt{Key: k})
	}
}

func burnKey(a *loyalty.Account, l *loyalty.Lot) loyalty.BurnKey {
	return loyalty.BurnKey{Priority: l.Priority, Expire: a.Expiry(l), Window: l.Window}
}

func compareKeys(x, y loyalty.BurnKey) int {
	return cmp.Or(cmp.Compare(x.Priority, y.Priority), cmp.Compare(x.Expire, y.Expire), cmp.Compare(x.Window, y.Window))
}

// covered reports whether a lot is one of those that a cover says are loaded.
func covered(c *loyalty.Cover, a *loyalty.Account, l *loyalty.Lot) bool {
	k := burnKey(a, l)
	return k.Expire > c.At && cmp.Or(compareKeys(k, c.Key), cmp.Compare(l.ID, c.Upto)) <= 0
}

// cover says how far lots of a kind are loaded: in burn order, until what is available of
// them is enough. In SQL this is an index (account, kind, priority, expiry, id) of lots of
// which something remains, read until the sum is reached.
func (r *accountRows) cover(a *loyalty.Account, k loyalty.Kind, n loyalty.Need) loyalty.Cover {
	c := loyalty.Cover{At: max(n.At, a.Last), All: n.All}
	want := loyalty.Points(0)
	for _, o := range n.Open {
		if o.Kind == k {
			want = max(want, o.Points)
			c.All = c.All || o.Points == 1<<63-1
		}
	}
	if c.All || want == 0 {
		return c
	}
	var open []loyalty.Lot
	for _, l := range r.lots {
		if l.Kind == k && l.Remaining > 0 && a.Expiry(&l) > c.At {
			open = append(open, l)
		}
	}
	slices.SortFunc(open, func(x, y loyalty.Lot) int {
		return cmp.Or(compareKeys(burnKey(a, &x), burnKey(a, &y)), cmp.Compare(x.ID, y.ID))
	})
	for i := range open {
		l := &open[i]
		c.Key, c.Upto = burnKey(a, l), l.ID
		if l.Activate <= c.At {
			if want -= l.Remaining; want <= 0 {
				return c
			}
		}
	}
	c.Key, c.Upto = loyalty.BurnKey{Priority: 1<<31 - 1, Expire: loyalty.Never, Window: 1<<63 - 1}, 1<<63-1
	return c
}

// Commit writes one commit.
func (s *rows) Commit(ctx context.Context, c *loyalty.Commit) error {
	return s.CommitAll(ctx, []*loyalty.Commit{c})
}

// write is one row of a transaction.
type write struct {
	table string
	do    func(d *disk)
}

// CommitAll writes commits in one transaction.
func (s *rows) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	var tx []write
	keys := make(map[loyalty.Key]bool)
	shared := make(map[string]loyalty.SharedTotal)
	opaque := make(map[loyalty.RowID]loyalty.Row)
	for _, c := range commits {
		r := new(accountRows)
		if c.Account != "" {
			r = s.disk.account(c.Account)
		}
		if err := c.Check(r.seq, r.head); err != nil {
			return err
		}
		for receipt := range c.Receipts() {
			if _, taken := s.disk.receipts[receipt.Key]; taken || keys[receipt.Key] {
				return loyalty.ErrDuplicateKey
			}
			keys[receipt.Key] = true
		}
		for _, ch := range c.Shared {
			t, ok := shared[ch.Counter]
			if !ok {
				t = s.disk.shared[ch.Counter]
			}
			if err := t.Apply(ch); err != nil {
				return err
			}
			shared[ch.Counter] = t
		}
		for _, ch := range c.Rows {
			row, ok := opaque[ch.RowID]
			if !ok {
				row = s.disk.opaque[ch.RowID]
			}
			if row.Version != ch.Expected {
				return loyalty.ErrRowConflict
			}
			opaque[ch.RowID] = loyalty.Row{Version: ch.Expected + 1, State: slices.Clone(ch.State)}
		}
		if c.Account == "" {
			continue
		}
		writes, err := rowsOf(c)
		if err != nil {
			return err
		}
		tx = append(tx, writes...)
	}
	for name, t := range shared {
		tx = append(tx, write{"shared", func(d *disk) { d.shared[name] = t }})
	}
	for id, row := range opaque {
		tx = append(tx, write{"rows", func(d *disk) { d.opaque[id] = row }})
	}
	return s.hook.write(s.disk, tx)
}

// rowsOf returns the rows that a commit writes.
func rowsOf(c *loyalty.Commit) (tx []write, err error) {
	a, err := c.State()
	if err != nil {
		return nil, err
	}
	id, header, seq, head, due := c.Account, a.AppendHeader(nil), a.Seq, a.Head, a.Due()
	put := func(table string, do func(r *accountRows)) {
		tx = append(tx, write{table, func(d *disk) { do(d.account(id)) }})
	}
	put("due", func(r *accountRows) { r.due = due })
	if len(c.Entries) == 0 {
		return tx, nil
	}
	put("seq", func(r *accountRows) { r.seq, r.head = seq, head })
	put("header", func(r *accountRows) { r.header = header })
	for i := range c.Entries {
		data, err := c.Entries[i].MarshalBinary()
		if err != nil {
			return nil, err
		}
		recorded := c.Entries[i].Recorded
		put("entries", func(r *accountRows) { r.entries, r.recorded = append(r.entries, data), append(r.recorded, recorded) })
		e := c.Entries[i].Clone()
		tx = append(tx, write{"outbox", func(d *disk) { d.outbox = append(d.outbox, e.Event()) }})
	}
	for receipt := range c.Receipts() {
		receipt.Results = slices.Clone(receipt.Results)
		tx = append(tx, write{"receipts", func(d *disk) { d.receipts[receipt.Key] = receipt }})
	}
	t := c.Touched()
	for _, lot := range t.Lots {
		l, _ := a.Lot(lot)
		put("lots", func(r *accountRows) { r.lots[lot] = l })
	}
	for _, order := range t.Orders {
		if rec, ok := a.Order(order); ok {
			row := orderRow{rec, a.OrderLots(order)}
			put("orders", func(r *accountRows) { r.orders[order] = row })
		}
	}
	for _, key := range t.Redemptions {
		if red, ok := a.Redemption(key); ok {
			put("redemptions", func(r *accountRows) { r.redemptions[key] = red })
		}
	}
	for _, hold := range t.Ended {
		state, _ := a.Ended(hold)
		put("holds", func(r *accountRows) { r.ended[hold] = state })
	}
	return tx, nil
}

// Receipt finds a key.
func (s *rows) Receipt(ctx context.Context, k loyalty.Key) (loyalty.Receipt, bool, error) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	r, ok := s.disk.receipts[k]
	r.Results = slices.Clone(r.Results)
	return r, ok, ctx.Err()
}

// Journal reads entries.
func (s *rows) Journal(ctx context.Context, q loyalty.JournalQuery) iter.Seq2[loyalty.Entry, error] {
	return func(yield func(loyalty.Entry, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(loyalty.Entry{}, err)
			return
		}
		for _, data := range s.find(q) {
			var e loyalty.Entry
			err := e.UnmarshalBinary(data)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// find returns the entries of a query, in order.
func (s *rows) find(q loyalty.JournalQuery) (out [][]byte) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	var pages []loyalty.JournalPage
	for id, r := range s.disk.accounts {
		if q.Account != "" && id != q.Account {
			continue
		}
		for i, at := range r.recorded {
			p := loyalty.JournalPage{Recorded: at, Account: id, Seq: int64(i + 1)}
			after := q.Account != "" && p.Seq > q.After || q.Account == "" && comparePages(p, q.Page) > 0
			if after && at >= q.Since && (q.Until == 0 || at < q.Until) {
				pages = append(pages, p)
			}
		}
	}
	slices.SortFunc(pages, comparePages)
	for _, p := range pages {
		if q.Limit > 0 && len(out) == q.Limit {
			break
		}
		out = append(out, s.disk.accounts[p.Account].entries[p.Seq-1])
	}
	return out
}

func comparePages(a, b loyalty.JournalPage) int {
	return cmp.Or(cmp.Compare(a.Recorded, b.Recorded), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Seq, b.Seq))
}

// Due finds accounts.
func (s *rows) Due(ctx context.Context, at loyalty.Instant, after loyalty.DueAccount, limit int) (out []loyalty.DueAccount, err error) {
	if err := ctx.Err(); err != nil || limit <= 0 {
		return nil, err
	}
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	compare := func(a, b loyalty.DueAccount) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Account, b.Account))
	}
	for id, r := range s.disk.accounts {
		d := loyalty.DueAccount{Due: r.due, Account: id}
		if d.Due <= at && d.Due != loyalty.Never && (after == loyalty.DueAccount{} || compare(d, after) > 0) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, compare)
	return out[:min(limit, len(out))], nil
}

// Shared reads a counter.
func (s *rows) Shared(ctx context.Context, counter string) (loyalty.SharedTotal, error) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	return s.disk.shared[counter], ctx.Err()
}

// Rows reads rows.
func (s *rows) Rows(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	out := make([]loyalty.Row, len(ids))
	for i, id := range ids {
		out[i] = s.disk.opaque[id]
		out[i].State = slices.Clone(out[i].State)
	}
	return out, ctx.Err()
}

// Events reads the outbox.
func (s *rows) Events(ctx context.Context, limit int) (out []loyalty.Event, err error) {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	for _, ev := range s.disk.outbox[:min(limit, len(s.disk.outbox))] {
		ev.Results = slices.Clone(ev.Results)
		out = append(out, ev)
	}
	return out, ctx.Err()
}

// Delivered takes events out of the outbox.
func (s *rows) Delivered(ctx context.Context, events []loyalty.Event) error {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.disk.outbox = slices.DeleteFunc(s.disk.outbox, func(ev loyalty.Event) bool {
		return slices.ContainsFunc(events, func(d loyalty.Event) bool { return d.Account == ev.Account && d.Seq == ev.Seq })
	})
	return ctx.Err()
}

// hook is what tests do to transactions: crashes, and rows that are spoilt.
type hook struct {
	crashAt int                       // of the next transaction
	torn    bool                      // a crash leaves what was written before it
	keep    func(table string) bool   // nil, or which rows are written
	spoil   func(d *disk, tx []write) // nil, or what is done besides
}

var errCrash = errors.New("crashed")

// write carries a transaction out: all of it or, with a crash, nothing.
func (h *hook) write(d *disk, tx []write) error {
	crash := 0
	if h != nil {
		crash, h.crashAt = h.crashAt, 0
	}
	if crash > 0 && crash <= len(tx) {
		if h.torn {
			for _, w := range tx[:crash-1] {
				w.do(d)
			}
		}
		return errCrash
	}
	for _, w := range tx {
		if h == nil || h.keep == nil || h.keep(w.table) {
			w.do(d)
		}
	}
	if h != nil && h.spoil != nil {
		h.spoil(d, tx)
	}
	if crash == len(tx)+1 {
		return fmt.Errorf("%w: %w", loyalty.ErrUnknownOutcome, errCrash)
	}
	return nil
}
