package loyalty

// used reports whether a lot is one that a merge opens as already redeemed or donated.
func (l *Lot) used(op Op) bool {
	return op == OpMergeIn && l.Remaining == 0 && l.Redeemed >= 0 && l.Donated >= 0 && l.Redeemed+l.Donated == l.Points
}

// mergeOrders keeps the orders that a merge brings. One that is known here, or there, by its
// payments alone becomes one with the other. Where both are, and name different amounts, the
// smaller one is that of the order: no refund gives more then than was paid, and an Earn of
// the order may put its own amount in the place. One that has earned in both and of which
// nothing was left there stays as it is here.
func (a *Account) mergeOrders(e *Entry, m *MergedState) error {
	none := a.earned == 0
	a.earned += m.Earned
	for i := range m.Orders {
		rec := &m.Orders[i]
		row, fresh := a.addOrder(rec.ID)
		if fresh || row.missing {
			row.missing = false
			row.keep(rec, a.memory())
			row.First = rec.First && none
			continue
		}
		switch {
		case rec.Unearned && (!row.Unearned || row.total() <= rec.total()):
			was := row.kept()
			row.join(rec, a.left, m.left)
			a.earned -= was - row.kept()
		case row.Unearned:
			var was OrderRecord
			row.copyTo(&was)
			row.keep(rec, a.memory())
			row.First = rec.First && none
			row.join(&was, m.left, a.left)
			a.earned -= rec.kept() - row.kept()
		case rec.Kept() > 0:
			return impossible(e, "order %q is there", rec.ID)
		}
	}
	return nil
}

// left returns what of a redemption has not come back; 0 if it is not known.
func (a *Account) left(k Key) Points {
	row, _ := a.keys.find(string(k))
	if row == nil || row.missing || row.red < 0 {
		return 0
	}
	return a.redeemed.at(int(row.red)).rest()
}

func (m *MergedState) left(k Key) (sum Points) {
	for i := range m.Redemptions {
		if m.Redemptions[i].Key == k {
			for _, p := range m.Redemptions[i].Left {
				sum += p
			}
		}
	}
	return sum
}

// mergeRedeemed moves the redemptions of a merge: at the old account nothing of them is left,
// at the new one they are of the lots that were opened last.
func (a *Account) mergeRedeemed(e *Entry, m *MergedState) error {
	if e.Op == OpMergeOut {
		for i := range m.Redemptions {
			row, _ := a.keys.find(string(m.Redemptions[i].Key))
			if row == nil || row.missing || row.red < 0 {
				if a.part != nil {
					return &NeedError{Need{Redemption: m.Redemptions[i].Key}}
				}
				return impossible(e, "redemption %q", m.Redemptions[i].Key)
			}
			clear(a.redeemed.at(int(row.red)).left)
			a.returnable--
		}
		return nil
	}
	first := len(e.Opened) - len(m.Lots)
	if first < 0 {
		return impossible(e, "%d lots of redemptions", len(m.Lots))
	}
	for i := range m.Redemptions {
		r := &m.Redemptions[i]
		row, fresh := a.addKey(r.Key)
		if !fresh && !row.missing || len(r.Left) != len(r.Uses) {
			return impossible(e, "redemption %q", r.Key)
		}
		*row = keyRow{red: int32(a.redeemed.n)} // without a sequence number: the receipt stays behind
		red := redemption{
			key: r.Key, ref: r.Ref, uses: a.memory().uses.keep(r.Uses), left: a.memory().points.keep(r.Left), split: r.Split,
			counters: a.memory().counters.keep(r.Counters), shared: a.memory().shared.keep(r.Shared),
		}
		for j := range red.uses {
			at := m.lot(red.uses[j].Lot)
			if at < 0 {
				return impossible(e, "lot %d of redemption %q", red.uses[j].Lot, r.Key)
			}
			red.uses[j].Lot = e.Opened[first+at].ID
		}
		*a.addRedemption() = red
		a.returnable++
	}
	return nil
}

// lot returns the place of a lot that something was redeemed of, or −1.
func (m *MergedState) lot(id LotID) int {
	for low, high := 0, len(m.Lots); low < high; { // by id
		switch mid := int(uint(low+high) >> 1); {
		case m.Lots[mid].ID == id:
			return mid
		case m.Lots[mid].ID < id:
			low = mid + 1
		default:
			high = mid
		}
	}
	return -1
}
