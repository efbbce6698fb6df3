package loyalty

// settle writes what time has done and the command needs: the end of holds past their
// deadline, and what their points pay of a debt. The rest of time needs no writing.
func (w *work) settle() error {
	at := w.now()
	for {
		h := w.a.nextRunOut(at)
		if h == nil {
			return nil
		}
		until := h.Until
		w.runOut(h)
		if err := w.stage(); err != nil {
			return err
		}
		if err := w.repay(until); err != nil {
			return err
		}
	}
}

// nextRunOut returns the open hold that ended first, at an instant or before; nil if
// there is none.
func (a *Account) nextRunOut(at Instant) *Hold {
	var first *Hold
	for i := range a.holds {
		if h := &a.holds[i]; h.Until <= at && (first == nil || h.Until < first.Until || h.Until == first.Until && h.ID < first.ID) {
			first = h
		}
	}
	return first
}

// runOut writes the end of a hold that nobody captured or voided, at its deadline.
func (w *work) runOut(h *Hold) {
	e := w.entry(OpRunOut, h.Until)
	e.Ref = h.ID
	w.release(e, h, h.Until, HoldRunOut, func(k Kind) Instant {
		for _, l := range h.Late {
			if l.Kind == k {
				return l.Expire
			}
		}
		return 0
	})
}

// release gives back all that a hold holds, and ends it.
func (w *work) release(e *Entry, h *Hold, at Instant, state HoldState, late func(Kind) Instant) {
	w.hold = *h
	w.hold.State = state
	w.giveHeld(e, h.Uses, at, late)
	w.hold.Uses = nil
	w.uncount(e)
	hold := w.hold.clone()
	e.Hold = &hold
}

// uncount releases what of the counters of w.hold, which ends, was not captured.
func (w *work) uncount(e *Entry) {
	h := &w.hold
	for _, s := range h.Shared {
		if s.Amount -= partOf(s.Amount, 0, h.Captured, h.Points); s.Amount > 0 {
			s.Step = Release
			e.Shared = append(e.Shared, s)
		}
	}
	for _, c := range h.Counters {
		if c.Add = partOf(c.Add, 0, h.Captured, h.Points) - c.Add; c.Add != 0 {
			e.Counters = append(e.Counters, c)
		}
	}
}

// partOf returns what of an amount is due when of whole points, after before, all up to
// after are: of n pieces those that are paid in full by then, less those before.
func partOf(amount int64, before, after, whole Points) int64 {
	if whole <= 0 || amount <= 0 || before < 0 || after < before || after > whole {
		return 0
	}
	a, _ := share(amount, int64(after), int64(whole), Floor)
	b, _ := share(amount, int64(before), int64(whole), Floor)
	return a - b
}

// giveHeld gives what is held back to its lots, the last use first. w.hold counts it.
func (w *work) giveHeld(e *Entry, uses []Use, at Instant, late func(Kind) Instant) {
	for i := len(uses) - 1; i >= 0; i-- {
		u := &uses[i]
		n := w.a.lot(u.Lot)
		e.result(n.Kind).Points += w.giveBack(e, n, Held, u.Points, at, late(n.Kind))
		w.hold.Released += u.Points
	}
}

// repay writes what lots pay of debts at an instant: what is available first. Nothing
// else has happened since.
func (w *work) repay(at Instant) error {
	for i := range w.a.purses {
		p := &w.a.purses[i]
		owed := -p.books[Debt]
		if owed <= 0 {
			continue
		}
		e := w.entry(OpRepay, at)
		for _, pending := range []bool{false, true} {
			var err error
			if owed, err = w.walk(e, p, owed, Debt, at, pending, ""); err != nil {
				return err
			}
		}
		if len(e.Uses) == 0 { // nothing to pay with
			w.d.Entries = w.d.Entries[:len(w.d.Entries)-1]
			w.seq--
			w.recorded--
			continue
		}
		paid := -p.books[Debt] - owed
		*e.result(p.kind) = Result{Kind: p.kind, Debt: -paid}
		if err := w.stage(); err != nil {
			return err
		}
	}
	return nil
}
