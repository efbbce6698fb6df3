package loyalty

// waiting is a lot of which something remains and whose activation is not posted.
type waiting struct {
	activate Instant
	lot      LotID
}

func (w waiting) less(v waiting) bool {
	return w.activate < v.activate || w.activate == v.activate && w.lot < v.lot
}

// waitHeap has the soonest first. Lots that need it no more are dropped when they
// come to the top.
type waitHeap []waiting

func (h *waitHeap) push(w waiting) {
	s := append(*h, w)
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !w.less(s[up]) {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = w
	*h = s
}

func (h *waitHeap) pop() {
	s := *h
	n := len(s) - 1
	w := s[n]
	s = s[:n]
	for i := 0; n > 0; {
		down := 2*i + 1
		if down >= n {
			s[i] = w
			break
		}
		if down+1 < n && s[down+1].less(s[down]) {
			down++
		}
		if !s[down].less(w) {
			s[i] = w
			break
		}
		s[i] = s[down]
		i = down
	}
	*h = s
}

// due calls yield with all that become available at t or before, in no order.
func (h waitHeap) due(t Instant, yield func(waiting)) { h.dueFrom(0, t, yield) }

func (h waitHeap) dueFrom(i int, t Instant, yield func(waiting)) {
	if i >= len(h) || h[i].activate > t {
		return
	}
	yield(h[i])
	h.dueFrom(2*i+1, t, yield)
	h.dueFrom(2*i+2, t, yield)
}

// tidy drops from the top what waits no more.
func (a *Account) tidy() {
	for len(a.waiting) > 0 {
		w := a.waiting[0]
		n := a.lot(w.lot)
		if n != nil && !n.Posted && n.Remaining > 0 && n.Activate == w.activate {
			return
		}
		a.waiting.pop()
		if n != nil && n.waits {
			n.waits = false
			if !n.Posted && n.Remaining > 0 { // it waits for another time
				n.waits = true
				a.waiting.push(waiting{n.Activate, n.ID})
			}
		}
	}
}
