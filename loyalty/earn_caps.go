package loyalty

import (
	"cmp"
	"math"
	"slices"
)

// limitCap is a compiled cap.
type limitCap struct {
	CapRule
	period Period // of a customer's cap; "" of an order's and a budget
	name   string // of its counter
}

func (r *rules) compileCaps(p *Program) {
	for _, c := range p.Caps {
		l := limitCap{CapRule: c, name: "cap:" + c.ID}
		l.Of = slices.Clone(c.Of)
		switch c.Per {
		case CapDay, CapWeek, CapMonth, CapYear:
			l.period = Period(c.Per)
		case CapCustomer:
			l.period = PerEver
		case CapBudget:
			l.name = "budget:" + c.ID
		}
		r.caps = append(r.caps, l)
	}
	r.tierCaps = make([][]int32, len(r.kinds))
	for i := range r.kinds {
		r.tierCaps[i] = r.capsOf("tier", r.kinds[i].ID, true)
	}
}

// capsOf returns the caps that count what a source gives of a kind; general ones too
// if all is set.
func (r *rules) capsOf(id string, kind Kind, all bool) (out []int32) {
	for i := range r.caps {
		c := &r.caps[i]
		if c.Kind == kind && (all && len(c.Of) == 0 || slices.Contains(c.Of, id)) {
			out = append(out, int32(i))
		}
	}
	return out
}

// earnScratch is the memory for working out what is earned.
type earnScratch struct {
	groups  []uint64 // of each line
	segs    []uint64
	sources []*source // of each term of the record; nil is a tier's multiplier
	amounts []int64
	rems    []lineRem
	room    []capRoom
	capOf   [][]int32 // of each award
}

// capRoom is what a cap has left in this command.
type capRoom struct {
	cap         int32
	start, end  Instant
	left, given Points
	shared      bool // a budget
}

// cut cuts the awards where caps say so, in order: what comes first takes the room.
// It adds what is given to the counters.
func (r *rules) cut(e *earning, s *situation) {
	sc := &e.scratch
	sc.room = sc.room[:0]
	for i := range e.awards {
		a := &e.awards[i]
		caps := sc.capOf[i]
		if len(caps) == 0 || a.Points == 0 {
			continue
		}
		least, by := a.Points, int32(-1)
		for _, c := range caps {
			if room := r.room(sc, c, s); room.left < least {
				least, by = room.left, c
			}
		}
		if by >= 0 {
			a.Cut, a.Cap = a.Points-least, r.caps[by].ID
			a.Points = least
		}
		for _, c := range caps {
			room := r.room(sc, c, s)
			room.left -= a.Points
			room.given += a.Points
		}
	}
	for i := range sc.room {
		room := &sc.room[i]
		c := &r.caps[room.cap]
		switch {
		case room.given == 0 || c.Per == CapOrder:
		case room.shared:
			e.shared = append(e.shared, SharedChange{Counter: c.name, Step: Reserve, Amount: int64(room.given), Limit: int64(c.Points)})
		default:
			e.counters = append(e.counters, CounterChange{Counter{c.name, room.start, r.retain(room.end)}, int64(room.given)})
		}
	}
}

// room returns what cap c has left, which is looked up once.
func (r *rules) room(sc *earnScratch, c int32, s *situation) *capRoom {
	for i := range sc.room {
		if sc.room[i].cap == c {
			return &sc.room[i]
		}
	}
	l := &r.caps[c]
	room := capRoom{cap: c, left: l.Points}
	switch {
	case l.Per == CapBudget:
		room.shared, room.left = true, math.MaxInt64
		if s.tallies != nil {
			if left, known := s.tallies.left(l.name); known {
				room.left = Points(left)
			}
		}
		room.left = min(room.left, l.Points)
	case l.Per != CapOrder:
		room.start, room.end = r.zone.window(l.period, s.at)
		room.left -= Points(s.tally(l.name, room.start))
	}
	room.left = max(room.left, 0)
	sc.room = append(sc.room, room)
	return &sc.room[len(sc.room)-1]
}

// lots opens a lot for each kind of the awards. Awards of a kind stand together.
func (r *rules) lots(e *earning, at Instant, order string, pending bool) error {
	for i := 0; i < len(e.awards); {
		k := r.kind(e.awards[i].Kind)
		sum, source := Points(0), ""
		for ; i < len(e.awards) && e.awards[i].Kind == k.ID; i++ {
			if sum += e.awards[i].Points; sum < 0 {
				return ErrOverflow
			}
			if e.awards[i].Points > 0 {
				source = cmp.Or(source, e.awards[i].Rule)
			}
		}
		if sum == 0 {
			continue
		}
		l := newLot{kind: k.ID, points: sum, activate: at, window: k.window(), priority: k.Priority, order: order, source: source}
		if pending {
			l.activate = k.activate(at)
		}
		l.expire = k.expire(at, l.activate)
		e.lots = append(e.lots, l)
	}
	return nil
}
