package loyaltysql

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// The end of all burn keys.
var lastKey = loyalty.BurnKey{Priority: math.MaxInt32, Expire: loyalty.Never, Window: math.MaxInt64}

// cover loads open lots of a kind in burn order until those available hold the points
// asked for, and says how far that is.
func (l *loading) cover(ctx context.Context, k loyalty.Kind) (c loyalty.Cover, err error) {
	c = loyalty.Cover{At: max(l.n.At, l.a.Last), All: l.n.All}
	want := loyalty.Points(0)
	for _, o := range l.n.Open {
		if o.Kind == k {
			want = max(want, o.Points)
		}
	}
	if c.All || want <= 0 {
		return c, nil
	}
	f := l.stream(k)
	if want == everything {
		// those that have expired are not among those of the stream
		c.All = true
		return c, l.allOf(ctx, k)
	}
	for key, total := range l.a.OpenKeys(k) {
		if key.Expire <= c.At {
			continue
		}
		from := f
		if key.Window != 0 {
			from = &stream{l: l, kind: k, window: key.Window, priority: key.Priority, page: firstLots}
		}
		for total > 0 {
			lot, err := from.next(ctx, key)
			if err != nil {
				return c, err
			}
			l.lots = append(l.lots, *lot)
			c.Key, c.Upto = key, lot.ID
			total -= lot.Remaining
			if lot.Activate <= c.At {
				if want -= lot.Remaining; want <= 0 {
					return c, nil
				}
			}
		}
	}
	c.Key, c.Upto = lastKey, math.MaxInt64
	return c, nil
}

// stream reads open lots of a kind in burn order, page by page: those of no activity
// window, or those of one and of one priority.
type stream struct {
	l        *loading
	kind     loyalty.Kind
	window   int64
	priority int32
	lots     []openLot // of this page
	at       int
	last     openLot // of the page before
	page     int     // how many the next one has; 0: there is none
}

// stream begins with what the first query has read.
func (l *loading) stream(k loyalty.Kind) *stream {
	f := &stream{l: l, kind: k, page: 4 * firstLots}
	for i := range l.open {
		if l.open[i].Kind == k {
			f.lots = append(f.lots, l.open[i])
		}
	}
	slices.SortFunc(f.lots, func(a, b openLot) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Expire, b.Expire), cmp.Compare(a.ID, b.ID))
	})
	if len(f.lots) < firstLots {
		f.page = 0
	}
	return f
}

// next returns the next lot of a burn key, which is not before that of the last call.
// There is one: the totals of the account say so.
func (f *stream) next(ctx context.Context, key loyalty.BurnKey) (*loyalty.Lot, error) {
	for {
		for f.at < len(f.lots) {
			lot := &f.lots[f.at]
			if f.window == 0 && (lot.Priority > key.Priority || lot.Priority == key.Priority && lot.Expire > key.Expire) {
				return nil, f.missing(ctx)
			}
			f.at++
			if f.window == 0 && (lot.Priority != key.Priority || lot.Expire != key.Expire) || lot.Remaining == 0 {
				continue // it expires before, or all of it is held
			}
			return &lot.Lot, nil
		}
		if f.page == 0 {
			return nil, f.missing(ctx)
		}
		if err := f.read(ctx); err != nil {
			return nil, err
		}
	}
}

// missing is why there are fewer lots than the totals say.
func (f *stream) missing(ctx context.Context) error {
	l := f.l
	err := l.q.query(ctx, l.s.sql("SELECT 0, seq FROM {table:accounts} WHERE program = ? AND account = ?"), []driver.Value{l.s.program, blob(l.id)}, l.takeMore)
	if err != nil {
		return err
	}
	return damaged("lots of account", l.id, loyalty.ErrImpossible)
}

// maxPage is how many lots are read at once at most.
const maxPage = 4096

// read reads the next page.
func (f *stream) read(ctx context.Context) error {
	l := f.l
	if n := len(f.lots); n > 0 {
		f.last = f.lots[n-1]
	}
	text := `SELECT 0, seq, account, header FROM {table:accounts} WHERE program = ? AND account = ?
 UNION ALL `
	lots := `SELECT 5, lot, account, data FROM {table:lots_open} WHERE program = ? AND account = ? AND kind = ? AND win = ? AND `
	account := blob(l.id)
	args := []driver.Value{l.s.program, account, l.s.program, account, blob(f.kind), f.window}
	p, x, id := int64(f.last.Priority), int64(f.last.Expire), int64(f.last.ID)
	switch {
	case f.window != 0:
		lots += "priority = ? AND expire = 0 AND lot > ?"
		args = append(args, int64(f.priority), id)
	case id == 0: // lots of whatever key
		lots += "expire > ?"
		args = append(args, int64(l.n.At))
	case l.s.names.dialect == MySQL: // it finds no range in comparisons of rows
		lots += "priority >= ? AND (priority > ? OR expire > ? OR expire = ? AND lot > ?) AND expire > ?"
		args = append(args, p, p, x, x, id, int64(l.n.At))
	default:
		lots += "(priority, expire, lot) > (?, ?, ?) AND expire > ?"
		args = append(args, p, x, id, int64(l.n.At))
	}
	lots += " ORDER BY priority, expire, lot LIMIT " + fmt.Sprint(f.page)
	f.lots, f.at = f.lots[:0], 0
	before := len(l.open)
	if err := l.q.query(ctx, l.s.sql(text+l.s.part(lots)), args, l.takeMore); err != nil {
		return err
	}
	f.lots = append(f.lots, l.open[before:]...)
	l.open = l.open[:before]
	slices.SortFunc(f.lots, func(a, b openLot) int {
		if f.window != 0 {
			return cmp.Compare(a.ID, b.ID)
		}
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Expire, b.Expire), cmp.Compare(a.ID, b.ID))
	})
	if len(f.lots) < f.page {
		f.page = 0
	} else {
		f.page = min(4*f.page, maxPage)
	}
	return nil
}

// allOf loads all open lots of a kind.
func (l *loading) allOf(ctx context.Context, k loyalty.Kind) error {
	account := blob(l.id)
	return l.q.query(ctx, l.s.sql(`SELECT 0, seq, account, header FROM {table:accounts} WHERE program = ? AND account = ?
 UNION ALL SELECT 6, lot, account, data FROM {table:lots_open} WHERE program = ? AND account = ? AND kind = ?`),
		[]driver.Value{l.s.program, account, l.s.program, account, blob(k)}, l.takeMore)
}

// byID loads the lots of l.ids that were not read yet.
func (l *loading) byID(ctx context.Context) error {
	if len(l.ids) == 0 {
		return nil
	}
	for _, places := range [][]string{{"lots_open", "lots_done"}, {"lots_old"}} {
		have := make(map[loyalty.LotID]bool, len(l.lots))
		for i := range l.lots {
			have[l.lots[i].ID] = true
		}
		slices.Sort(l.ids)
		l.ids = slices.DeleteFunc(slices.Compact(l.ids), func(id loyalty.LotID) bool { return have[id] })
		for ids := range slices.Chunk(l.ids, maxIn) {
			if err := l.find(ctx, places, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

// find reads lots by their ids from tables.
func (l *loading) find(ctx context.Context, places []string, ids []loyalty.LotID) error {
	var b strings.Builder
	account := blob(l.id)
	args := []driver.Value{l.s.program, account}
	b.WriteString("SELECT 0, seq, account, header FROM {table:accounts} WHERE program = ? AND account = ?")
	for _, name := range places {
		b.WriteString(" UNION ALL SELECT 6, lot, account, data FROM {table:" + name + "} WHERE program = ? AND account = ? AND lot")
		in(&b, len(ids))
		args = append(args, l.s.program, account)
		for _, id := range ids {
			args = append(args, int64(id))
		}
		args = pad(args, len(ids))
	}
	return l.q.query(ctx, l.s.sql(b.String()), args, l.takeMore)
}
