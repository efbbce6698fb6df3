package loyalty

// needLists asks for orders of which the decision opens further lots, such as that in
// which points come back for a while: an order's record lists its lots, and a store that
// keeps records writes the list anew.
func (w *work) needLists(a *Account) error {
	if a.part == nil || a.part.orders {
		return nil
	}
	var missing []string
	for i := range w.d.Entries {
		e := &w.d.Entries[i]
		for j := range e.Opened {
			id := e.Opened[j].Order
			if id == "" {
				continue
			}
			if row, _ := a.orders.find(id); row == nil && (e.Order == nil || e.Order.ID != id) {
				missing = append(missing, id)
			}
		}
	}
	if missing != nil {
		return w.need(Need{Orders: missing})
	}
	return nil
}
