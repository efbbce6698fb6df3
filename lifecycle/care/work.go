package care

import (
	"cmp"
	"slices"
	"time"
)

// work is one call of a planner: the book is brought from one event to the next.
type work struct {
	p       *Planner
	c       Customer
	b       Book // our own
	at, now time.Time
	tasks   []Task
	changed map[TaskID]int // place among tasks
}

// run does what is to be done up to now; false if that is too much at once.
func (w *work) run() bool {
	w.sync()
	w.finish()
	for range maxEvents {
		next := w.next()
		if next.IsZero() || next.After(w.now) {
			w.at, w.b.Planned = w.now, w.now
			return true
		}
		if next.After(w.at) {
			w.at = next
		}
		w.lapse()
		w.sync()
		w.ready()
		w.release()
		w.finish()
	}
	w.b.Planned = w.at
	return false
}

func (w *work) result(behind bool) Result {
	return Result{Book: w.b, Tasks: w.tasks, Next: w.next(), Behind: behind}
}

// next returns the instant of the next event; it may lie in the past.
func (w *work) next() (next time.Time) {
	for _, f := range w.c.Facts {
		if f.At.After(w.at) {
			next = earliest(next, f.At)
		}
	}
	for i := range w.b.Runs {
		r := &w.b.Runs[i]
		for k := range r.Lines {
			if o, _, ok := w.upcoming(r, &r.Lines[k]); ok {
				next = earliest(next, o.due)
			}
		}
	}
	for i := range w.b.Tasks {
		t := &w.b.Tasks[i]
		next = earliest(next, t.Expires)
		if t.Status == Waiting {
			next = earliest(next, w.slot(t))
		}
	}
	return next
}

// upcoming returns the next occurrence of a line.
func (w *work) upcoming(r *Run, l *Line) (o occurrence, s *Step, ok bool) {
	if _, s, ok = w.p.find(r.Plan, l.Step); ok && !l.Gone {
		o, ok = s.occurrence(l.Anchor, l.N, w.c.Location)
		return o, s, ok
	}
	return o, s, false
}

// emit notes a task as new or changed.
func (w *work) emit(t Task) {
	if i, ok := w.changed[t.ID]; ok {
		w.tasks[i] = t
		return
	}
	w.changed[t.ID] = len(w.tasks)
	w.tasks = append(w.tasks, t)
}

// close takes a task from the book, and does what follows from its outcome.
func (w *work) close(i int, status TaskStatus, outcome string) {
	t := w.b.Tasks[i]
	w.b.Tasks = slices.Delete(w.b.Tasks, i, i+1)
	silent := t.Status == Waiting && status == Dropped
	t.Status, t.Outcome, t.Closed = status, outcome, w.at
	if !silent {
		w.emit(t)
	}
	if status == Lapsed || status == Skipped {
		outcome = OutcomeExpired
	}
	r := w.runOf(t.Plan)
	if outcome == "" || r == nil || !r.Ended.IsZero() {
		return
	}
	plan := &w.p.plans[w.p.index[t.Plan]]
	if slices.Contains(plan.Exits, outcome) {
		w.end(r)
		return
	}
	for k := range plan.Steps {
		s := &plan.Steps[k]
		if s.Anchor.Kind == AfterStep && s.Anchor.Name == t.Step && slices.Contains(s.Anchor.Outcomes, outcome) {
			w.setLine(r, s, w.at, w.at)
		}
	}
}

func (w *work) runOf(plan string) *Run {
	for i := range w.b.Runs {
		if w.b.Runs[i].Plan == plan {
			return &w.b.Runs[i]
		}
	}
	return nil
}

// end ends a run and drops its tasks.
func (w *work) end(r *Run) {
	r.Ended, r.Lines = w.at, nil
	w.drop(func(t *Task) bool { return t.Plan == r.Plan })
}

func (w *work) drop(which func(t *Task) bool) {
	for i := 0; i < len(w.b.Tasks); {
		if which(&w.b.Tasks[i]) {
			w.close(i, Dropped, "")
		} else {
			i++
		}
	}
}

// forget drops what belongs to plans and steps that no longer exist.
func (w *work) forget() {
	for i := range w.b.Runs {
		r := &w.b.Runs[i]
		r.Lines = slices.DeleteFunc(r.Lines, func(l Line) bool {
			_, _, ok := w.p.find(r.Plan, l.Step)
			return !ok
		})
	}
	w.drop(func(t *Task) bool {
		_, _, ok := w.p.find(t.Plan, t.Step)
		r := w.runOf(t.Plan)
		return !ok || r == nil || !r.Ended.IsZero()
	})
}

// lapse closes the tasks whose time is over.
func (w *work) lapse() {
	for i := 0; i < len(w.b.Tasks); {
		t := &w.b.Tasks[i]
		if t.Expires.After(w.at) {
			i++
			continue
		}
		status := Lapsed
		if _, s, _ := w.p.find(t.Plan, t.Step); s.CatchUp == Skip {
			status = Skipped
		}
		w.close(i, status, "")
		i = 0 // an exit may have dropped others
	}
}

// ready makes tasks of the occurrences that are due.
func (w *work) ready() {
	for i := range w.b.Runs {
		r := &w.b.Runs[i]
		for k := 0; k < len(r.Lines); k++ {
			l := &r.Lines[k]
			o, s, ok := w.upcoming(r, l)
			if !ok || o.due.After(w.at) {
				continue
			}
			l.N++
			if s.CatchUp == One {
				w.supersede(r.Plan, s.ID)
			}
			w.add(r, s, o)
		}
	}
}

// supersede skips what is open of a step.
func (w *work) supersede(plan, step string) {
	for i := 0; i < len(w.b.Tasks); {
		if t := &w.b.Tasks[i]; t.Plan == plan && t.Step == step {
			w.emitSkipped(i)
		} else {
			i++
		}
	}
}

// emitSkipped closes a task whose place another takes; no branch follows.
func (w *work) emitSkipped(i int) {
	t := w.b.Tasks[i]
	w.b.Tasks = slices.Delete(w.b.Tasks, i, i+1)
	t.Status, t.Closed = Skipped, w.at
	w.emit(t)
}

func (w *work) add(r *Run, s *Step, o occurrence) {
	t := Task{
		ID: NewTaskID(w.c.ID, r.Plan, s.ID, o.anchor, o.n), Customer: w.c.ID, Plan: r.Plan, Step: s.ID,
		Anchor: o.anchor, N: o.n, Channel: s.Channel, Status: Waiting,
	}
	if slices.ContainsFunc(w.b.Tasks, func(other Task) bool { return other.ID == t.ID }) {
		return
	}
	quiet := w.p.quiet[s.Channel]
	// Its time runs from when it might have been done first.
	expires, ok := stamp(s.Expires.AddTo(quiet.after(o.due, w.c.Location), w.c.Location))
	if !ok {
		return // beyond the years
	}
	t.Due = quiet.after(later(o.due, w.at), w.c.Location) // it may be learned of late
	if s.CatchUp == Skip {
		if end, ok := stamp(nextDay(t.Due, w.c.Location)); ok {
			expires = earliest(expires, end)
		}
	}
	if _, ok := stamp(t.Due); !ok {
		return
	}
	t.Expires = expires
	w.b.Tasks = append(w.b.Tasks, t)
}

// slot returns the instant from which on a waiting task may be due.
func (w *work) slot(t *Task) time.Time {
	at, quiet := t.Due, w.p.quiet[t.Channel]
	if n := w.p.cap.Max; n > 0 && len(w.b.Released) >= n {
		free, ok := stamp(w.p.cap.Per.AddTo(w.b.Released[len(w.b.Released)-n], w.c.Location))
		if !ok {
			return t.Expires
		}
		if free.After(at) {
			at = free
		}
	}
	return quiet.after(at, w.c.Location)
}

// release makes waiting tasks due, as many as may be.
func (w *work) release() {
	for {
		best := -1
		for i := range w.b.Tasks {
			t := &w.b.Tasks[i]
			if t.Status == Waiting && t.Expires.After(w.at) && !w.slot(t).After(w.at) && (best < 0 || w.before(t, &w.b.Tasks[best])) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		t := &w.b.Tasks[best]
		t.Status, t.Due = Due, w.at
		if n := w.p.cap.Max; n > 0 {
			w.b.Released = append(w.b.Released, w.at)
			w.b.Released = w.b.Released[max(len(w.b.Released)-n, 0):]
		}
		w.emit(*t)
	}
}

// before orders the waiting.
func (w *work) before(a, b *Task) bool {
	pa, sa, _ := w.p.find(a.Plan, a.Step)
	pb, sb, _ := w.p.find(b.Plan, b.Step)
	return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(sb.Priority, sa.Priority), cmp.Compare(pa, pb), a.Anchor.Compare(b.Anchor), cmp.Compare(a.N, b.N)) < 0
}

// finish ends the runs of which nothing more can come.
func (w *work) finish() {
	for i := range w.b.Runs {
		r := &w.b.Runs[i]
		if k, ok := w.p.index[r.Plan]; ok && r.Ended.IsZero() && !w.more(r, &w.p.plans[k]) {
			w.end(r)
		}
	}
}

func (w *work) more(r *Run, plan *Plan) bool {
	if slices.ContainsFunc(w.b.Tasks, func(t Task) bool { return t.Plan == r.Plan }) {
		return true
	}
	for k := range plan.Steps {
		s := &plan.Steps[k]
		switch s.Anchor.Kind {
		case Entry, AfterStep, OnDate:
		default:
			return true // a new order, the next birthday
		}
		for i := range r.Lines {
			if _, _, ok := w.upcoming(r, &r.Lines[i]); ok && r.Lines[i].Step == s.ID {
				return true
			}
		}
	}
	return false
}
