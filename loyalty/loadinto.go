package loyalty

import "slices"

// LoadInto makes dst the part of a that n asks for, and reuses the memory that dst has:
// what a store that keeps whole accounts in memory hands out. a is a complete account.
//
// Cost: O(keys + lots asked for).
func (a *Account) LoadInto(dst *Account, n Need) {
	a.copyHeader(dst)
	dst.part = &part{orders: n.All, due: a.Due()}
	ids := append(a.HeldLots(), n.Lots...)
	for _, id := range n.Orders {
		ids = a.loadOrder(dst, id, ids)
	}
	if n.Returnable {
		for i := range a.redeemed.n {
			if red := a.redeemed.at(i); red.rest() > 0 {
				ids = a.loadRedemption(dst, red.key, ids)
			}
		}
	}
	if n.All {
		for i := range a.orders.rows.n {
			ids = a.loadOrder(dst, a.orders.rows.name(i), ids)
		}
	}
	a.loadKey(dst, n.Key)
	for _, k := range n.Keys {
		a.loadKey(dst, k)
	}
	ids = a.loadRedemption(dst, n.Redemption, ids)
	for _, k := range n.Redemptions {
		ids = a.loadRedemption(dst, k, ids)
	}
	if n.Hold != "" {
		dst.AddEnded(n.Hold, a.ended[n.Hold])
	}
	for _, h := range n.Holds {
		dst.AddEnded(h, a.ended[h])
	}
	at := max(n.At, a.Last)
	for i := range a.purses {
		p := &a.purses[i]
		want := Points(0)
		if n.All {
			want = everything
		}
		for _, o := range n.Open {
			if o.Kind == p.kind {
				want = max(want, o.Points)
			}
		}
		ids = a.cover(&dst.purses[i].cover, p, at, want, ids)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if l := a.lot(id); l != nil {
			_ = dst.loadLot(&l.Lot) // it stands in the header's totals
		}
	}
}

// cover appends the lots of a purse in burn order until they hold want points at an
// instant, and says how far that is.
func (a *Account) cover(c *Cover, p *purse, at Instant, want Points, ids []LotID) []LotID {
	*c = Cover{At: at, All: want == everything}
	for k := p.keys.first(); k.ok() && want > 0; {
		it := p.keys.get(k)
		if it.key.Expire <= at && !c.All {
			k = p.keys.seek(BurnKey{it.key.Priority, at + 1, -1 << 63})
			continue
		}
		for slot := p.buckets[it.bucket].head; slot >= 0 && want > 0; {
			n := a.lots.at(int(slot))
			ids = append(ids, n.ID)
			c.Key, c.Upto = it.key, n.ID
			if n.Activate <= at && !c.All {
				want -= n.Remaining
			}
			slot = n.next
		}
		k = p.keys.next(k)
	}
	if want > 0 && !c.All { // there are no more
		c.Key, c.Upto = BurnKey{1<<31 - 1, Never, 1<<63 - 1}, 1<<63-1
	}
	return ids
}

func (a *Account) loadOrder(dst *Account, id string, ids []LotID) []LotID {
	row, _ := a.orders.find(id)
	if row == nil {
		dst.AddOrder(id, nil, nil)
		return ids
	}
	to, _ := dst.addOrder(id)
	row.copyRow(to, dst.memory())
	for i := range row.OrderRecord.Payments {
		ids = a.loadRedemption(dst, row.OrderRecord.Payments[i].Redemption, ids)
	}
	return append(ids, row.lots...)
}

func (a *Account) loadRedemption(dst *Account, k Key, ids []LotID) []LotID {
	row := a.loadKey(dst, k)
	if row == nil || row.red < 0 {
		return ids
	}
	red := a.redeemed.at(int(row.red))
	if to, _ := dst.keys.find(string(k)); to.red >= 0 { // it is loaded
		return ids
	}
	dst.redeemOf(k, red)
	for i := range red.uses {
		ids = append(ids, red.uses[i].Lot)
	}
	return ids
}

// loadKey returns the row of a key in dst; nil of none.
func (a *Account) loadKey(dst *Account, k Key) *keyRow {
	if k == "" {
		return nil
	}
	to, fresh := dst.addKey(k)
	from, _ := a.keys.find(string(k))
	if from == nil {
		*to = keyRow{red: -1, missing: true}
		return nil
	}
	red := to.red
	if *to = *from; fresh {
		red = -1
	}
	to.red, to.results = red, dst.memory().results.keep(to.results)
	return from
}

func (a *Account) redeemOf(k Key, red *redemption) {
	row, _ := a.addKey(k)
	row.red = int32(a.redeemed.n)
	red.copyTo(a.addRedemption(), a.memory())
}
