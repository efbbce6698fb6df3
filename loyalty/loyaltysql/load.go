package loyaltysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// What rows of the first query are.
const (
	rowAccount = iota
	rowReceipt
	rowOrder
	rowRedemption
	rowHold
	rowOpen // of those that are sought in burn order
	rowLot  // of those that are sought by id, or all
)

// firstLots is how many open lots of a kind are read with the account.
const firstLots = 8

// loadTries is how often an account is read anew that is written meanwhile.
const loadTries = 16

// Load implements [loyalty.Accounts]. One round trip reads the account with what was asked
// for; one more each reads lots that only then are known: of open holds, of the orders and
// redemptions, and more open lots where the first few do not hold the points asked for.
// What several round trips read is of one moment.
func (s *Store) Load(ctx context.Context, id loyalty.AccountID, n loyalty.Need) (a *loyalty.Account, err error) {
	err = s.read(ctx, func(q session) error {
		for range loadTries {
			l := loading{s: s, q: q, id: id, n: n}
			if a, err = l.load(ctx); err != errMoved { //nolint:errorlint // it is our own
				return err
			}
		}
		return fmt.Errorf("%w: while %q was read", loyalty.ErrConflict, id)
	})
	return a, err
}

// errMoved: the account was written between two round trips.
var errMoved = fmt.Errorf("%w: between two readings", loyalty.ErrConflict)

// loading is one attempt to load an account.
type loading struct {
	s    *Store
	q    session
	id   loyalty.AccountID
	n    loyalty.Need
	a    *loyalty.Account
	open []openLot     // in burn order, without those of activity windows
	lots []loyalty.Lot // to be added
	ids  []loyalty.LotID
	rows []loadedRow
	seq  int64
}

// loadedRow is a row that can only be added once the header is read.
type loadedRow struct {
	tag  int64
	id   string
	data []byte
}

type openLot struct{ loyalty.Lot }

func (l *loading) load(ctx context.Context) (*loyalty.Account, error) {
	if err := l.first(ctx); err != nil {
		return nil, err
	}
	if l.a == nil || l.a.Seq == 0 {
		return loyalty.NewAccount(l.id), nil
	}
	if l.a.ID != l.id || l.a.Seq != l.seq {
		return nil, damaged("account", l.id, loyalty.ErrFormat)
	}
	l.ids = append(l.a.HeldLots(), l.n.Lots...)
	l.addNone()
	if err := l.addRows(); err != nil {
		return nil, err
	}
	if err := l.payments(ctx); err != nil {
		return nil, err
	}
	if l.n.All {
		l.a.AllOrders()
	}
	for _, k := range l.a.Kinds() {
		c, err := l.cover(ctx, k)
		if err != nil {
			return nil, err
		}
		l.a.SetCover(k, c)
	}
	if err := l.byID(ctx); err != nil {
		return nil, err
	}
	if err := l.a.AddLots(l.lots); err != nil {
		return nil, damaged("lots of account", l.id, err)
	}
	return l.a, nil
}

// asked returns what is asked for of a list and the one that stands beside it.
func asked[T ~string](one T, more []T) []T {
	if one == "" {
		return more
	}
	return append([]T{one}, more...)
}

// padded returns the number of placeholders for n values: few numbers, so that there are
// few statements.
func padded(n int) int {
	if n <= 1 {
		return n
	}
	return 1 << bits.Len(uint(n-1))
}

// in appends " IN (?, …)" for n values.
func in(b *strings.Builder, n int) {
	b.WriteString(" IN (?")
	for range padded(n) - 1 {
		b.WriteString(", ?")
	}
	b.WriteString(")")
}

// pad repeats the last of n values that were appended until there are as many as
// placeholders.
func pad(args []driver.Value, n int) []driver.Value {
	for range padded(n) - n {
		args = append(args, args[len(args)-1])
	}
	return args
}

// maxIn is how many values a list in a statement has at most.
const maxIn = 512

// shape is what a first query asks for: how many of each.
type shape struct {
	keys, orders, redemptions, holds, lots, kinds int
	returnable                                    bool
}

// first reads the account and all that can be sought before it is known.
func (l *loading) first(ctx context.Context) error {
	n := &l.n
	keys, reds, holds := asked(n.Key, n.Keys), asked(n.Redemption, n.Redemptions), asked(n.Hold, n.Holds)
	keys = append(keys[:len(keys):len(keys)], reds...)
	var kinds []loyalty.Kind
	for _, o := range n.Open {
		if !n.All && o.Points > 0 && !slices.Contains(kinds, o.Kind) {
			kinds = append(kinds, o.Kind)
		}
	}
	orders := n.Orders
	sh := shape{padded(min(len(keys), maxIn)), padded(min(len(orders), maxIn)), padded(min(len(reds), maxIn)), padded(min(len(holds), maxIn)), 0, len(kinds), n.Returnable}
	if n.All {
		sh.orders, sh.lots, orders = -1, -1, nil
	}
	account, program := blob(l.id), l.s.program
	args := make([]driver.Value, 0, 24)
	args = append(args, program, account)
	args = list(args, program, account, keys)
	if n.All {
		args = append(args, program, account)
	}
	args = list(args, program, account, orders)
	args = list(args, program, account, reds)
	args = list(args, program, account, holds)
	for _, k := range kinds {
		args = append(args, program, account, blob(k), int64(n.At))
	}
	if n.All {
		args = append(args, program, account)
	}
	if n.Returnable {
		args = append(args, program, account, account, program, account)
	}
	if err := l.q.query(ctx, l.s.firstText(sh), args, l.take); err != nil {
		return err
	}
	return l.more(ctx, keys, orders, reds, holds)
}

// list appends the arguments of a list, at most maxIn of it.
func list[T ~string](args []driver.Value, program, account []byte, all []T) []driver.Value {
	if len(all) == 0 {
		return args
	}
	all = all[:min(len(all), maxIn)]
	args = append(args, program, account)
	for _, v := range all {
		args = append(args, blob(v))
	}
	return pad(args, len(all))
}

// more reads the rest of long lists.
func (l *loading) more(ctx context.Context, keys []loyalty.Key, orders []string, reds []loyalty.Key, holds []string) error {
	for len(keys) > maxIn || len(orders) > maxIn || len(reds) > maxIn || len(holds) > maxIn {
		keys, orders, reds, holds = keys[min(maxIn, len(keys)):], orders[min(maxIn, len(orders)):], reds[min(maxIn, len(reds)):], holds[min(maxIn, len(holds)):]
		account, program := blob(l.id), l.s.program
		args := []driver.Value{program, account}
		args = list(args, program, account, keys)
		args = list(args, program, account, orders)
		args = list(args, program, account, reds)
		args = list(args, program, account, holds)
		sh := shape{padded(min(len(keys), maxIn)), padded(min(len(orders), maxIn)), padded(min(len(reds), maxIn)), padded(min(len(holds), maxIn)), 0, 0, false}
		if err := l.q.query(ctx, l.s.firstText(sh), args, l.takeMore); err != nil {
			return err
		}
	}
	return nil
}

// firstText is the text of a first query.
func (s *Store) firstText(sh shape) string {
	if text, ok := s.texts.Load(sh); ok {
		return text.(string)
	}
	var b strings.Builder
	b.WriteString("SELECT 0, seq, account, header FROM {table:accounts} WHERE program = ? AND account = ?")
	part := func(tag int, columns, table, key string, n int) {
		if n == 0 {
			return
		}
		fmt.Fprintf(&b, " UNION ALL SELECT %d, %s FROM {table:%s} WHERE program = ? AND account = ?", tag, columns, table)
		if n > 0 {
			b.WriteString(" AND " + key)
			in(&b, n)
		}
	}
	part(rowReceipt, "seq, rkey, data", "receipts", "rkey", sh.keys)
	part(rowOrder, "0, order_id, data", "orders", "order_id", sh.orders)
	part(rowRedemption, "0, rkey, data", "redemptions", "rkey", sh.redemptions)
	part(rowHold, "0, hold, state", "holds", "hold", sh.holds)
	for range sh.kinds {
		b.WriteString(" UNION ALL " + s.part(fmt.Sprintf(`SELECT %d, lot, account, data FROM {table:lots_open} WHERE program = ? AND account = ? AND kind = ?
 AND win = 0 AND expire > ? ORDER BY priority, expire, lot LIMIT %d`, rowOpen, firstLots)))
	}
	part(rowLot, "lot, account, data", "lots_open", "lot", sh.lots)
	if sh.returnable {
		fmt.Fprintf(&b, " UNION ALL SELECT %d, r.seq, r.rkey, r.data FROM {table:redemptions} d JOIN {table:receipts} r ON r.program = d.program AND r.rkey = d.rkey"+
			" WHERE d.program = ? AND d.account = ? AND r.account = ?", rowReceipt)
		part(rowRedemption, "0, rkey, data", "redemptions", "", -1)
	}
	text, _ := s.texts.LoadOrStore(sh, s.names.fill(b.String()))
	return text.(string)
}

// part is a SELECT with an order and a limit as a part of a UNION.
func (s *Store) part(text string) string {
	if s.names.dialect == SQLite {
		return "SELECT * FROM (" + text + ")"
	}
	return "(" + text + ")"
}

// take takes a row of the first query.
func (l *loading) take(row []driver.Value) error {
	tag, data := integer(row[0]), octets(row[3])
	switch tag {
	case rowAccount:
		if l.seq = integer(row[1]); l.seq == 0 {
			return nil
		}
		a, err := loyalty.NewPart(data)
		if err != nil {
			return damaged("account", l.id, err)
		}
		l.a = a
	case rowOpen:
		var o openLot
		if err := o.UnmarshalBinary(data); err != nil {
			return damaged("lot", l.id, err)
		}
		l.open = append(l.open, o)
	case rowLot:
		return l.takeLot(data)
	default:
		l.rows = append(l.rows, loadedRow{tag, string(octets(row[2])), slices.Clone(data)})
	}
	return nil
}

// takeMore takes a row of a later query, which begins with the account's sequence number.
func (l *loading) takeMore(row []driver.Value) error {
	if integer(row[0]) != rowAccount {
		return l.take(row)
	}
	if integer(row[1]) != l.seq {
		return errMoved
	}
	return nil
}

func (l *loading) takeLot(data []byte) error {
	var lot loyalty.Lot
	if err := lot.UnmarshalBinary(data); err != nil {
		return damaged("lot", l.id, err)
	}
	l.lots = append(l.lots, lot)
	return nil
}

// addNone says of what is sought that there is none, before what there is is added.
func (l *loading) addNone() {
	a := l.a
	for _, k := range asked(l.n.Key, l.n.Keys) {
		a.AddReceipt(loyalty.Receipt{Key: k})
	}
	for _, k := range asked(l.n.Redemption, l.n.Redemptions) {
		a.AddReceipt(loyalty.Receipt{Key: k})
	}
	for _, h := range asked(l.n.Hold, l.n.Holds) {
		a.AddEnded(h, loyalty.HoldOpen)
	}
	for _, o := range l.n.Orders {
		a.AddOrder(o, nil, nil)
	}
}

// payments loads the redemptions that paid for the orders asked for.
func (l *loading) payments(ctx context.Context) error {
	var keys []loyalty.Key
	for _, o := range l.n.Orders {
		rec, _ := l.a.Order(o)
		for i := range rec.Payments {
			if k := rec.Payments[i].Redemption; !slices.Contains(keys, k) {
				if _, ok := l.a.Redemption(k); !ok {
					keys = append(keys, k)
				}
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	for _, k := range keys {
		l.a.AddReceipt(loyalty.Receipt{Key: k})
	}
	l.rows = l.rows[:0]
	account, program := blob(l.id), l.s.program
	for part := range slices.Chunk(keys, maxIn) {
		args := list([]driver.Value{program, account}, program, account, part)
		args = list(args, program, account, part)
		if err := l.q.query(ctx, l.s.firstText(shape{keys: padded(len(part)), redemptions: padded(len(part))}), args, l.takeMore); err != nil {
			return err
		}
	}
	return l.addRows()
}

// addRows adds what was read besides lots.
func (l *loading) addRows() error {
	a := l.a
	for i := range l.rows {
		r := &l.rows[i]
		var lots []loyalty.LotID
		var err error
		switch r.tag {
		case rowReceipt:
			var x loyalty.Receipt
			if err = x.UnmarshalBinary(r.data); err == nil {
				a.AddReceipt(x)
			}
		case rowOrder:
			lots, err = a.AddOrderEncoded(r.id, r.data)
		case rowRedemption:
			lots, err = a.AddRedemptionEncoded(loyalty.Key(r.id), r.data)
		case rowHold:
			a.AddEnded(r.id, loyalty.HoldState(r.data))
		}
		if err != nil {
			return damaged("record", r.id, err)
		}
		l.ids = append(l.ids, lots...)
	}
	return nil
}

// everything is the number of points that asks for all lots of a kind.
const everything loyalty.Points = math.MaxInt64
