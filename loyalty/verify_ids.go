package loyalty

import "iter"

// OrderIDs yields the ids of the orders that are known and loaded, in no order that means
// anything.
func (a *Account) OrderIDs() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range a.orders.len() {
			if !a.orders.rows.at(i).missing && !yield(a.orders.rows.name(i)) {
				return
			}
		}
	}
}

// Keys yields the keys that are known and loaded, in no order that means anything: those
// of which the account has the receipts, and of redemptions that a merge has brought along.
func (a *Account) Keys() iter.Seq[Key] {
	return func(yield func(Key) bool) {
		for i := range a.keys.len() {
			if !a.keys.rows.at(i).missing && !yield(Key(a.keys.rows.name(i))) {
				return
			}
		}
	}
}

// EndedHolds yields the holds that are open no more, with what became of them, as far as
// they are loaded, in no order that means anything.
func (a *Account) EndedHolds() iter.Seq2[string, HoldState] {
	return func(yield func(string, HoldState) bool) {
		for id, state := range a.ended {
			if state != HoldOpen && !yield(id, state) {
				return
			}
		}
	}
}

// Windows yields the activity windows of all kinds, with their ends, those of a kind by
// their ids.
func (a *Account) Windows() iter.Seq[Window] {
	return func(yield func(Window) bool) {
		for i := range a.purses {
			for j, end := range a.purses[i].windows {
				if !yield(Window{a.purses[i].kind, int64(j) + 1, end}) {
					return
				}
			}
		}
	}
}
