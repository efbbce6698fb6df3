package loyalty

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"
)

// history plays a journal in the order of business time, with what time itself does in
// between: what stands in a statement, and what a balance was. Entries that say what
// time has done change nothing in it. It looks at one kind.
type history struct {
	kind    Kind
	lots    map[LotID]*pastLot
	windows map[int64]Instant
	holds   map[string]*Hold
	ended   map[string]bool // holds whose end is written
	entries []Entry
	due     pastHeap
	bal     Balance
	emit    func(Line)
	extra   LotID // of lots that no entry has opened yet, below 0
}

// pastLot is a lot as it was.
type pastLot struct {
	id               LotID
	remaining        Points
	activate, expire Instant
	window           int64
	priority         int32
	state            pastState
}

type pastState uint8

const (
	pastPending pastState = iota
	pastOpen
	pastOver
)

// pastDue is when time does something to a lot or a hold.
type pastDue struct {
	at   Instant
	rank int8 // 0 activation, 1 end of a hold, 2 expiry
	lot  LotID
	hold string
	seq  int64 // of the entry that placed it
}

type pastHeap []pastDue

func (h pastHeap) Len() int { return len(h) }
func (h pastHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].at, h[j].at), cmp.Compare(h[i].rank, h[j].rank), cmp.Compare(h[i].lot, h[j].lot), cmp.Compare(h[i].seq, h[j].seq)) < 0
}
func (h pastHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push and Pop are heap.Interface's.
func (h *pastHeap) Push(x any) { *h = append(*h, x.(pastDue)) }

// Pop removes the last.
func (h *pastHeap) Pop() any {
	s := *h
	x := s[len(s)-1]
	*h = s[:len(s)-1]
	return x
}

// newHistory gathers the entries that are in force before end.
func newHistory(journal iter.Seq2[*Entry, error], kind Kind, end Instant) (*history, error) {
	h := &history{
		kind: kind, lots: map[LotID]*pastLot{}, windows: map[int64]Instant{}, holds: map[string]*Hold{}, ended: map[string]bool{},
		bal: Balance{Kind: kind}, emit: func(Line) {},
	}
	for e, err := range journal {
		if err != nil {
			return nil, err
		}
		if e.Op == OpRunOut {
			h.ended[e.Ref] = true
		}
		if e.Effective < end {
			h.entries = append(h.entries, e.Clone())
		}
	}
	slices.SortStableFunc(h.entries, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Effective, b.Effective), cmp.Compare(a.Seq, b.Seq)) })
	return h, nil
}

// play goes on to an instant, which is not included.
func (h *history) play(end Instant) {
	for len(h.entries) > 0 && h.entries[0].Effective < end {
		e := &h.entries[0]
		h.pass(e.Effective + 1)
		before := h.bal
		h.apply(e)
		seq := e.Seq
		if e.Op == OpRunOut || e.Op == OpRepay {
			seq = 0 // time did it
		}
		h.line(e.Effective, e.Op, e.Ref, seq, before)
		h.entries = h.entries[1:]
	}
	h.pass(end)
}

// line emits what has changed since before.
func (h *history) line(at Instant, op Op, ref string, seq int64, before Balance) {
	l := Line{
		At: at, Op: op, Ref: ref, Seq: seq,
		Available: h.bal.Available - before.Available, Pending: h.bal.Pending - before.Pending,
		Held: h.bal.Held - before.Held, Debt: h.bal.Debt - before.Debt,
	}
	if l.Available != 0 || l.Pending != 0 || l.Held != 0 || l.Debt != 0 {
		h.emit(l)
	}
}

// pass lets time do what it does before end.
func (h *history) pass(end Instant) {
	for len(h.due) > 0 && h.due[0].at < end {
		d := heap.Pop(&h.due).(pastDue)
		before := h.bal
		op := OpActivate
		switch d.rank {
		case 0:
			if l := h.lots[d.lot]; l.state == pastPending && l.activate == d.at {
				h.enter(l, pastOpen)
			}
		case 1:
			h.runOut(d)
			continue
		default:
			op = OpExpire
			l := h.lots[d.lot]
			if x := h.expiry(l); x > d.at { // it was moved
				heap.Push(&h.due, pastDue{at: x, rank: 2, lot: d.lot})
				continue
			}
			h.enter(l, pastOver)
		}
		h.line(d.at, op, "", 0, before)
	}
}

func (h *history) expiry(l *pastLot) Instant {
	if l.window != 0 {
		if end, ok := h.windows[l.window]; ok {
			return end
		}
	}
	return l.expire
}

// enter moves a lot into a state, and what remains of it with it.
func (h *history) enter(l *pastLot, s pastState) {
	r := l.remaining
	h.remain(l, -r)
	l.state = s
	h.remain(l, r)
}

// remain changes what remains of a lot.
func (h *history) remain(l *pastLot, points Points) {
	l.remaining += points
	switch l.state {
	case pastPending:
		h.bal.Pending += points
	case pastOpen:
		h.bal.Available += points
	}
}

// open adds a lot that was opened at an instant.
func (h *history) open(l *pastLot, points Points, at Instant) {
	h.lots[l.id] = l
	switch {
	case h.expiry(l) <= at:
		l.state = pastOver
	case l.activate <= at:
		l.state = pastOpen
	default:
		heap.Push(&h.due, pastDue{at: l.activate, lot: l.id})
	}
	if l.state != pastOver && h.expiry(l) != Never {
		heap.Push(&h.due, pastDue{at: h.expiry(l), rank: 2, lot: l.id})
	}
	h.remain(l, points)
}

func (h *history) apply(e *Entry) {
	for _, w := range e.Windows {
		if w.Kind == h.kind {
			h.windows[w.ID] = w.Expire
		}
	}
	for i := range e.Uses {
		h.use(e, &e.Uses[i])
	}
	for _, x := range e.Extended {
		if l := h.lots[x.Lot]; l != nil {
			l.expire, l.window = x.Expire, 0
			heap.Push(&h.due, pastDue{at: x.Expire, rank: 2, lot: l.id})
		}
	}
	for i := range e.Opened {
		if l := &e.Opened[i]; l.Kind == h.kind {
			h.open(&pastLot{id: l.ID, activate: l.Activate, expire: l.Expire, window: l.Window, priority: l.Priority}, l.Remaining, e.Effective)
		}
	}
	for _, p := range e.Postings {
		if p.Kind == h.kind && p.Book == Debt {
			h.bal.Debt -= p.Points
		}
	}
	if e.Hold == nil {
		return
	}
	hold := e.Hold.clone()
	if _, seen := h.holds[hold.ID]; !seen && !h.ended[hold.ID] {
		heap.Push(&h.due, pastDue{at: hold.Until, rank: 1, hold: hold.ID, seq: e.Seq})
	}
	h.holds[hold.ID] = &hold
}

func (h *history) use(e *Entry, u *Use) {
	l := h.lots[u.Lot]
	if l == nil {
		return
	}
	if u.From == Pending && u.To == Available {
		if l.state == pastPending && l.activate > e.Effective {
			l.activate = e.Effective
			h.enter(l, pastOpen)
		}
		return
	}
	switch u.From {
	case Pending, Available:
		h.remain(l, -u.Points)
	case Held:
		h.bal.Held -= u.Points
	}
	switch u.To {
	case Pending, Available:
		h.remain(l, u.Points)
	case Held:
		h.bal.Held += u.Points
	}
}

// runOut ends a hold whose end is not written. Nothing that takes points has been
// written since.
func (h *history) runOut(d pastDue) {
	hold := h.holds[d.hold]
	if hold.State != HoldOpen || hold.Until != d.at {
		return
	}
	before := h.bal
	hold.State = HoldRunOut
	for i := len(hold.Uses) - 1; i >= 0; i-- {
		u := &hold.Uses[i]
		l := h.lots[u.Lot]
		if l == nil {
			continue
		}
		h.bal.Held -= u.Points
		if h.expiry(l) > d.at {
			h.remain(l, u.Points)
			continue
		}
		for _, late := range hold.Late {
			if late.Kind == h.kind && late.Expire > d.at {
				h.extra--
				h.open(&pastLot{id: h.extra, activate: d.at, expire: late.Expire, priority: l.priority}, u.Points, d.at)
			}
		}
	}
	h.line(d.at, OpRunOut, hold.ID, 0, before)
	before = h.bal
	h.repay()
	h.line(d.at, OpRepay, "", 0, before)
}

// repay lets what is available pay what is owed.
func (h *history) repay() {
	var open []*pastLot
	if h.bal.Debt > 0 {
		for _, l := range h.lots {
			if l.state == pastOpen && l.remaining > 0 {
				open = append(open, l)
			}
		}
	}
	place := func(l *pastLot) uint64 { return uint64(l.id) } // those that no entry has opened come last
	slices.SortFunc(open, func(a, b *pastLot) int {
		return cmp.Or(cmp.Compare(a.priority, b.priority), cmp.Compare(h.expiry(a), h.expiry(b)), cmp.Compare(a.window, b.window), cmp.Compare(place(a), place(b)))
	})
	for _, l := range open {
		x := min(l.remaining, h.bal.Debt)
		h.remain(l, -x)
		h.bal.Debt -= x
	}
}
