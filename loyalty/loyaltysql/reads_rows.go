package loyaltysql

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi/loyalty"
)

// wrong is the error of a row that is not what the journal says.
func (v *verifying) wrong(what string, id any, how string) error {
	return fmt.Errorf("%w: %s %q of account %q: %s", ErrDamaged, what, fmt.Sprint(id), v.id, how)
}

const (
	isMissing = "it is missing"
	isChanged = "it is not what the journal says"
	isExtra   = "the journal knows none"
)

// rows compares the rows of an account with what its journal has made of it.
func (v *verifying) rows(ctx context.Context) error {
	if r := &v.row; v.a.Seq > 0 {
		if !bytes.Equal(r.head, v.a.Head[:]) || r.recorded != int64(v.a.Recorded) || r.bucket != bucketOf(v.id) || r.due > int64(v.a.Due()) {
			return v.wrong("row", v.id, isChanged)
		}
		if err := v.header(); err != nil {
			return err
		}
	}
	for _, f := range []func(context.Context) error{v.putAway, v.lots, v.windows, v.orders, v.redemptions, v.holds, v.receipts, v.useRows} {
		if err := f(ctx); err != nil {
			return err
		}
	}
	return nil
}

// header compares the header. The due that it names may be too early: that of the open lots
// is put in its place.
func (v *verifying) header() error {
	a, err := loyalty.NewPart(v.row.header)
	if err != nil {
		return damaged("account", v.id, err)
	}
	var lots []loyalty.Lot
	for l := range v.a.Lots() {
		if l.Remaining > 0 || l.Held > 0 {
			lots = append(lots, l)
		}
	}
	if err := a.AddLots(lots); err != nil {
		return v.wrong("header", v.id, isChanged)
	}
	for _, k := range a.Kinds() {
		a.SetCover(k, loyalty.Cover{All: true})
	}
	if !bytes.Equal(a.AppendHeader(nil), v.a.AppendHeader(nil)) {
		return v.wrong("header", v.id, isChanged)
	}
	return nil
}

// lots compares lots: open and done where they belong, those that were put away wherever
// they are not found else.
func (v *verifying) lots(ctx context.Context) error {
	stored := make(map[loyalty.LotID][]byte)
	for _, table := range []string{"lots_open", "lots_done", "lots_old"} {
		err := v.query(ctx, "SELECT lot, data FROM {table:"+table+"} WHERE program = ? AND account = ?", nil, func(r []driver.Value) error {
			id := loyalty.LotID(integer(r[0]))
			l, ok := v.a.Lot(id)
			_, seen := stored[id]
			switch open := l.Remaining > 0 || l.Held > 0; {
			case table == "lots_old" && v.done.From == 0: // nothing was ever put away
				return v.wrong("lot", id, "it stands in "+table)
			case table == "lots_old" && (seen || ok && open): // it came back since
				return nil
			case !ok:
				return v.wrong("lot", id, isExtra)
			case seen || open != (table == "lots_open"):
				return v.wrong("lot", id, "it stands in "+table)
			}
			stored[id] = slices.Clone(octets(r[1]))
			return nil
		})
		if err != nil {
			return err
		}
	}
	for l := range v.a.Lots() {
		want, _ := l.AppendBinary(nil)
		data, ok := stored[l.ID]
		switch {
		case !ok:
			return v.wrong("lot", l.ID, isMissing)
		case !bytes.Equal(data, want):
			return v.wrong("lot", l.ID, isChanged)
		}
		v.done.Lots++
	}
	return v.query(ctx, "SELECT lot, kind, win, priority, expire, activate, remaining FROM {table:lots_open} WHERE program = ? AND account = ?", nil, func(r []driver.Value) error {
		l, _ := v.a.Lot(loyalty.LotID(integer(r[0])))
		expire := l.Expire
		if l.Window != 0 {
			expire = 0
		}
		if string(octets(r[1])) != string(l.Kind) || integer(r[2]) != l.Window || integer(r[3]) != int64(l.Priority) ||
			integer(r[4]) != int64(expire) || integer(r[5]) != int64(l.Activate) || integer(r[6]) != int64(l.Remaining) {
			return v.wrong("lot", l.ID, isChanged)
		}
		return nil
	})
}

// windows compares the ends of activity windows.
func (v *verifying) windows(ctx context.Context) error {
	type window struct {
		kind loyalty.Kind
		id   int64
	}
	want := make(map[window]int64)
	for w := range v.a.Windows() {
		want[window{w.Kind, w.ID}] = int64(w.Expire)
	}
	err := v.query(ctx, "SELECT kind, win, expire FROM {table:windows} WHERE program = ? AND account = ?", nil, func(r []driver.Value) error {
		w := window{loyalty.Kind(octets(r[0])), integer(r[1])}
		switch expire, ok := want[w]; {
		case !ok:
			return v.wrong("window of "+string(w.kind), w.id, isExtra)
		case expire != integer(r[2]):
			return v.wrong("window of "+string(w.kind), w.id, isChanged)
		}
		delete(want, w)
		return nil
	})
	if err != nil {
		return err
	}
	for w := range want {
		return v.wrong("window of "+string(w.kind), w.id, isMissing)
	}
	return nil
}

// putAway asks whether journal and archive meet at the checkpoint.
func (v *verifying) putAway(ctx context.Context) error {
	for _, x := range []struct{ what, text string }{
		{"entry in entries before the checkpoint", "SELECT seq FROM {table:entries} WHERE program = ? AND account = ? AND seq <= ? ORDER BY seq LIMIT 1"},
		{"entry in entries_old after the checkpoint", "SELECT seq FROM {table:entries_old} WHERE program = ? AND account = ? AND seq > ? ORDER BY seq LIMIT 1"},
		{"checkpoint", "SELECT seq FROM {table:checkpoints} WHERE program = ? AND account = ? AND seq <> ? ORDER BY seq LIMIT 1"},
	} {
		err := v.query(ctx, x.text, []driver.Value{v.done.From}, func(r []driver.Value) error {
			return v.wrong(x.what, integer(r[0]), "it is one too many")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// records compares rows of an id and an encoding.
func (v *verifying) records(ctx context.Context, what, text string, want map[string][]byte) error {
	err := v.query(ctx, text, nil, func(r []driver.Value) error {
		id := string(octets(r[0]))
		data, ok := want[id]
		switch {
		case !ok:
			return v.wrong(what, id, isExtra)
		case !bytes.Equal(data, octets(r[1])):
			return v.wrong(what, id, isChanged)
		}
		delete(want, id)
		return nil
	})
	if err != nil {
		return err
	}
	for id := range want {
		return v.wrong(what, id, isMissing)
	}
	return nil
}

func (v *verifying) orders(ctx context.Context) error {
	want := make(map[string][]byte)
	for id := range v.a.OrderIDs() {
		want[id], _ = v.a.AppendOrder(nil, id)
	}
	return v.records(ctx, "order", "SELECT order_id, data FROM {table:orders} WHERE program = ? AND account = ?", want)
}

func (v *verifying) redemptions(ctx context.Context) error {
	want := make(map[string][]byte)
	for k := range v.a.Keys() {
		if data, ok := v.a.AppendRedemption(nil, k); ok {
			want[string(k)] = data
		}
	}
	return v.records(ctx, "redemption", "SELECT rkey, data FROM {table:redemptions} WHERE program = ? AND account = ?", want)
}

// holds compares holds. Of those that had ended by the checkpoint the state alone is known.
func (v *verifying) holds(ctx context.Context) error {
	want := make(map[string]loyalty.HoldState)
	for _, h := range v.a.Holds() {
		want[h.ID] = loyalty.HoldOpen
	}
	maps.Insert(want, v.a.EndedHolds())
	v.done.Holds = len(want)
	err := v.query(ctx, "SELECT hold, state, ends, points FROM {table:holds} WHERE program = ? AND account = ?", nil, func(r []driver.Value) error {
		id := string(octets(r[0]))
		state, ok := want[id]
		last, known := v.lastHolds[id]
		switch {
		case !ok:
			return v.wrong("hold", id, isExtra)
		case string(octets(r[1])) != string(state), known && last != [2]int64{integer(r[2]), integer(r[3])}:
			return v.wrong("hold", id, isChanged)
		}
		delete(want, id)
		return nil
	})
	if err != nil {
		return err
	}
	for id := range want {
		return v.wrong("hold", id, isMissing)
	}
	return nil
}

// receipts compares the receipts of all keys. Those that are one too many cannot be found by
// the account, but by reading those of all accounts.
func (v *verifying) receipts(ctx context.Context) error {
	all := slices.DeleteFunc(slices.Collect(v.a.Keys()), func(k loyalty.Key) bool {
		_, ok := v.a.Receipt(k)
		return !ok // of a redemption that a merge has brought: the receipt is the other account's
	})
	v.done.Receipts = len(all)
	const columns = "SELECT rkey, seq, data FROM {table:receipts} WHERE program = ? AND account = ?"
	if v.every {
		return v.receiptsOf(ctx, all, columns, nil)
	}
	for keys := range slices.Chunk(all, maxIn) {
		args := make([]driver.Value, 0, padded(len(keys)))
		for _, k := range keys {
			args = append(args, blob(k))
		}
		var text strings.Builder
		text.WriteString(columns + " AND rkey")
		in(&text, len(keys))
		if err := v.receiptsOf(ctx, keys, text.String(), pad(args, len(keys))); err != nil {
			return err
		}
	}
	return nil
}

// receiptsOf compares the receipts of keys with what a statement reads.
func (v *verifying) receiptsOf(ctx context.Context, keys []loyalty.Key, text string, args []driver.Value) error {
	want := make(map[string]loyalty.Receipt, len(keys))
	for _, k := range keys {
		want[string(k)], _ = v.a.Receipt(k)
	}
	err := v.query(ctx, text, args, func(row []driver.Value) error {
		k := string(octets(row[0]))
		r, ok := want[k]
		if !ok {
			return v.wrong("receipt", k, isExtra)
		}
		if data, _ := r.AppendBinary(nil); r.Seq != integer(row[1]) || !bytes.Equal(data, octets(row[2])) {
			return v.wrong("receipt", k, isChanged)
		}
		delete(want, k)
		return nil
	})
	if err != nil {
		return err
	}
	for k := range want {
		return v.wrong("receipt", k, isMissing)
	}
	return nil
}

// useRows compares what entries took from which lot.
func (v *verifying) useRows(ctx context.Context) error {
	n := 0
	err := v.query(ctx, "SELECT seq, n, lot, ordinal, from_book, to_book, points FROM {table:uses} WHERE program = ? AND account = ? ORDER BY seq, n", nil, func(r []driver.Value) error {
		var u useRow
		for i := range u {
			u[i] = integer(r[i])
		}
		if n >= len(v.uses) || v.uses[n] != u {
			return v.wrong("use of entry", u[0], isChanged)
		}
		n++
		return nil
	})
	if err == nil && n < len(v.uses) {
		return v.wrong("use of entry", v.uses[n][0], isMissing)
	}
	return err
}
