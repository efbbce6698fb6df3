package lifecycle

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Occurrence is an event of one customer as the host has recorded it.
type Occurrence[C any] struct {
	Event Event
	At    time.Time
	Seq   uint32 // 0 is no number
	Facts *C     // what the guards see: the customer as at the time
}

// Replayed is what a replay came to.
type Replayed struct {
	Pos    Pos
	Visits []Visit // that have ended
	// Outcomes are those of the events by their row. An event whose number came
	// before is a Duplicate.
	Outcomes []Outcome
}

// Replay applies events to p, in the order of their instants, then of their
// numbers, then of their rows, whatever order they are in. Of several with the
// same number the first in that order counts. So late events, which Step could
// not take, find their place, and the same events always give the same position.
// On events in order it does what Step does one by one.
//
// p is where the events begin: that of [Model.Begin], or a snapshot, in which case
// events before it are late and those with a number up to its own duplicates.
//
// Faults of p are those of [Model.Check]; [ErrTime] and [ErrEvent] name the rows,
// such as "/7/at". If there are any, nothing is replayed. An event that a stage
// does not allow is an outcome, no error. It leaves no number: the same number
// again, later in that order, is tried again, as Step does when it is redelivered.
// Cost: O(n log n), O(n) if in order.
func (m *Model[C]) Replay(p Pos, events []Occurrence[C]) (Replayed, error) {
	var f configFaults
	f.at(m.Check(p))
	at := make([]Instant, len(events))
	order := make([]int, len(events))
	for i, e := range events {
		var ok bool
		if at[i], ok = InstantOf(e.At); !ok {
			f.at(ErrTime, i, "at")
		}
		if e.Event == 0 || uint(e.Event) >= m.width {
			f.at(fmt.Errorf("%w: %d", ErrEvent, e.Event), i, "event")
		}
		order[i] = i
	}
	if err := f.err(); err != nil {
		return Replayed{}, err
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(at[a], at[b]), cmp.Compare(events[a].Seq, events[b].Seq), cmp.Compare(a, b))
	})
	out := Replayed{Pos: p, Outcomes: make([]Outcome, len(events))}
	seen := make(map[uint32]bool)
	floor := p.Seq
	for _, i := range order {
		e := &events[i]
		if e.Seq != 0 && (e.Seq <= floor || seen[e.Seq]) {
			out.Outcomes[i] = refusal(out.Pos, Duplicate, at[i])
			continue
		}
		for { // Behind only means that there is more to do
			before := out.Pos
			out.Pos, out.Outcomes[i] = m.Step(before, e.Event, e.At, 0, e.Facts)
			out.Visits = m.AppendVisits(out.Visits, before, out.Outcomes[i])
			if out.Outcomes[i].Code != Behind {
				break
			}
		}
		if code := out.Outcomes[i].Code; code == Moved || code == Stayed {
			seen[e.Seq] = true
			out.Pos.Seq = max(out.Pos.Seq, e.Seq)
		}
	}
	return out, nil
}

// Difference is a field in which two positions differ.
type Difference struct {
	Field            string // as in JSON: "stage", "since"
	Stored, Replayed string
}

// Diff advances both positions to now and returns the fields in which they then
// differ, so that a sweep that has not been yet is no difference; none means that
// the stored position is right. Stages are given by id. Faults name the position:
// "/stored/stage".
func (m *Model[C]) Diff(stored, replayed Pos, now time.Time) ([]Difference, error) {
	var f configFaults
	a, b := m.settle(&f, stored, now, "stored"), m.settle(&f, replayed, now, "replayed")
	if err := f.err(); err != nil {
		return nil, err
	}
	var out []Difference
	add := func(field string, same bool, x, y any) {
		if !same {
			out = append(out, Difference{field, fmt.Sprint(x), fmt.Sprint(y)})
		}
	}
	add("since", a.Since == b.Since, a.Since, b.Since)
	add("last", a.Last == b.Last, a.Last, b.Last)
	add("counted", a.Counted == b.Counted, a.Counted, b.Counted)
	add("seq", a.Seq == b.Seq, a.Seq, b.Seq)
	add("stage", a.Stage == b.Stage, m.StageID(a.Stage), m.StageID(b.Stage))
	add("prev", a.Prev == b.Prev, m.StageID(a.Prev), m.StageID(b.Prev))
	return out, nil
}

// settle advances p all the way to now.
func (m *Model[C]) settle(f *configFaults, p Pos, now time.Time, name string) Pos {
	if err := m.Check(p); err != nil {
		f.at(guanxi.At(guanxi.Pointer(name), err))
		return p
	}
	for {
		var o Outcome
		if p, o = m.Advance(p, now); o.Code != Behind {
			f.at(o.Err(), name)
			return p
		}
	}
}
