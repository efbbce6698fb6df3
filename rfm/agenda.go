package rfm

// agenda says when time alone changes a customer: a heap of instants, with at
// most one that counts for each customer.
type agenda struct {
	heap []event
	next []instant // by ordinal; 0 is nothing
}

type event struct {
	at  instant
	ord uint32
}

// schedule makes due report the customer once time has passed at; 0 is never.
// An earlier appointment stands: when it comes the customer is read anew.
func (a *agenda) schedule(ord uint32, at instant) {
	if at == 0 {
		return
	}
	for len(a.next) <= int(ord) {
		a.next = append(a.next, 0)
	}
	if next := a.next[ord]; next != 0 && next <= at {
		return
	}
	a.next[ord] = at
	a.heap = append(a.heap, event{at, ord})
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if a.heap[up].at <= a.heap[i].at {
			return
		}
		a.heap[up], a.heap[i] = a.heap[i], a.heap[up]
		i = up
	}
}

// due appends the customers whose appointment lies before now.
func (a *agenda) due(dst []uint32, now instant) []uint32 {
	for len(a.heap) > 0 && a.heap[0].at < now {
		e := a.heap[0]
		last := len(a.heap) - 1
		a.heap[0] = a.heap[last]
		a.heap = a.heap[:last]
		for i := 0; ; {
			least := i
			for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
				if a.heap[c].at < a.heap[least].at {
					least = c
				}
			}
			if least == i {
				break
			}
			a.heap[i], a.heap[least] = a.heap[least], a.heap[i]
			i = least
		}
		if a.next[e.ord] == e.at {
			a.next[e.ord] = 0
			dst = append(dst, e.ord)
		}
	}
	return dst
}
