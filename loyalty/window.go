package loyalty

import "cmp"

// Window is the time until which activity keeps the lots of a kind alive.
type Window struct {
	Kind   Kind
	ID     int64 // 1, 2, …; a new one after the last has passed
	Expire Instant
}

// windowEnd returns the end of an activity window.
func (p *purse) windowEnd(id int64) Instant {
	if id < 1 || id > int64(len(p.windows)) {
		return Never
	}
	return p.windows[id-1]
}

// setWindow moves the end of a window, or begins the next one; ok is false of any
// other. Cost: O(priorities × log keys).
func (p *purse) setWindow(w Window) (ok bool) {
	switch n := int64(len(p.windows)); {
	case w.ID == n+1:
		p.windows = append(p.windows, w.Expire)
		return true
	case w.ID < 1 || w.ID > n:
		return false
	}
	old := p.windows[w.ID-1]
	p.windows[w.ID-1] = w.Expire
	if old == w.Expire {
		return true
	}
	var moved []int32
	for at := p.keys.first(); at.ok(); at = p.keys.next(at) {
		if it := p.keys.get(at); it.key.Window == w.ID {
			moved = append(moved, it.bucket)
		}
	}
	for _, b := range moved {
		p.keys.remove(p.buckets[b].key)
		p.buckets[b].key.Expire = w.Expire
		p.keys.insert(keyed{p.buckets[b].key, b})
	}
	return true
}

// BurnKey is what orders lots for spending: a lower priority first, then the sooner
// expiry. Lots of one key are spent in the order in which they were opened. Lots of an
// activity window expire at its end.
type BurnKey struct {
	Priority int32
	Expire   Instant
	Window   int64
}

func (k BurnKey) compare(o BurnKey) int {
	if k.Priority != o.Priority {
		return cmp.Compare(k.Priority, o.Priority)
	}
	if k.Expire != o.Expire {
		return cmp.Compare(k.Expire, o.Expire)
	}
	return cmp.Compare(k.Window, o.Window)
}

func (k BurnKey) less(o BurnKey) bool {
	if k.Priority != o.Priority {
		return k.Priority < o.Priority
	}
	if k.Expire != o.Expire {
		return k.Expire < o.Expire
	}
	return k.Window < o.Window
}
