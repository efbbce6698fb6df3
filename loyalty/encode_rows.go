package loyalty

import (
	"fmt"
	"iter"
)

// Encodings of single records, for stores that keep an account in tables. What was once
// written is read for ever; other bytes are ErrFormat.

// AppendBinary appends the encoding of a lot.
func (l *Lot) AppendBinary(b []byte) ([]byte, error) { return l.append(b), nil }

// MarshalBinary is AppendBinary to nothing.
func (l *Lot) MarshalBinary() ([]byte, error) { return l.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote; of other bytes l is unchanged.
func (l *Lot) UnmarshalBinary(data []byte) error {
	r := reader{b: data}
	var v Lot
	v.read(&r)
	if err := r.end(); err != nil {
		return err
	}
	*l = v
	return nil
}

// AppendBinary appends the encoding of a receipt.
func (r *Receipt) AppendBinary(b []byte) ([]byte, error) {
	b = appendText(b, r.Key)
	b = append(b, r.Intent[:]...)
	b = appendInt(appendText(b, r.Account), r.Seq)
	b = appendWord(appendInt(b, r.Recorded), r.Op, opWords)
	return appendResults(b, r.Results), nil
}

// MarshalBinary is AppendBinary to nothing.
func (r *Receipt) MarshalBinary() ([]byte, error) { return r.AppendBinary(nil) }

// UnmarshalBinary reads what AppendBinary wrote; of other bytes r is unchanged.
func (r *Receipt) UnmarshalBinary(data []byte) error {
	x := &reader{b: data}
	v := Receipt{Key: Key(x.text()), Intent: x.hash(), Account: AccountID(x.text()), Seq: x.int(), Recorded: x.instant(), Op: word(x, opWords)}
	v.Results = x.results()
	if err := x.end(); err != nil {
		return err
	}
	*r = v
	return nil
}

// AppendOrder appends the encoding of an order with the ids of the lots that carry its id,
// for AddOrderEncoded; ok is false if it is not known, or not loaded.
func (a *Account) AppendOrder(b []byte, id string) (_ []byte, ok bool) {
	row, _ := a.orders.find(id)
	if row == nil || row.missing {
		return b, false
	}
	b = appendLen(row.OrderRecord.append(b), len(row.lots))
	for _, lot := range row.lots {
		b = appendInt(b, lot)
	}
	return b, true
}

// AddOrderEncoded is AddOrder of what AppendOrder wrote, and returns the order's lots,
// which are to be added too.
func (a *Account) AddOrderEncoded(id string, data []byte) (lots []LotID, err error) {
	r := &reader{b: data}
	var rec OrderRecord
	rec.read(r)
	lots = list(r, func(id *LotID) { *id = LotID(r.int()) })
	if err := r.end(); err != nil {
		return nil, err
	}
	if rec.ID != id {
		return nil, fmt.Errorf("%w: order %q is %q", ErrFormat, id, rec.ID)
	}
	a.AddOrder(id, &rec, lots)
	return lots, nil
}

// AppendRedemption appends the encoding of a redemption, for AddRedemptionEncoded; ok is
// false if it is not known, or not loaded.
func (a *Account) AppendRedemption(b []byte, k Key) (_ []byte, ok bool) {
	row, _ := a.keys.find(string(k))
	if row == nil || row.missing || row.red < 0 {
		return b, false
	}
	red := a.redeemed.at(int(row.red))
	b = appendUses(appendText(b, red.ref), red.uses)
	for _, left := range red.left {
		b = appendInt(b, left)
	}
	b = red.split.append(b)
	return appendShared(appendCounters(b, red.counters), red.shared), true
}

// AddRedemptionEncoded is AddRedemption of what AppendRedemption wrote, and returns its
// lots, which are to be added too.
func (a *Account) AddRedemptionEncoded(k Key, data []byte) (lots []LotID, err error) {
	r := &reader{b: data}
	red := Redemption{Key: k, Ref: r.text(), Uses: r.uses()}
	for range red.Uses {
		red.Left = append(red.Left, r.points())
	}
	red.Split = r.split()
	red.Counters, red.Shared = r.counters(), r.shared()
	if err := r.end(); err != nil {
		return nil, err
	}
	a.AddRedemption(&red)
	for i := range red.Uses {
		lots = append(lots, red.Uses[i].Lot)
	}
	return lots, nil
}

// OpenKeys yields the burn keys of a kind in burn order, each with what remains of its
// lots, loaded or not.
func (a *Account) OpenKeys(k Kind) iter.Seq2[BurnKey, Points] {
	return func(yield func(BurnKey, Points) bool) {
		p := a.purse(k)
		if p == nil {
			return
		}
		for c := p.keys.first(); c.ok(); c = p.keys.next(c) {
			if it := p.keys.get(c); !yield(it.key, p.buckets[it.bucket].total) {
				return
			}
		}
	}
}
