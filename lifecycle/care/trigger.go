package care

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// TriggerKind says what a trigger counts.
type TriggerKind string

const (
	// Repeated: an event of the kind Of for the same subject (the same product),
	// Count times within Within, without an event of a kind in Unless for that
	// subject: looked at again and again and not bought.
	Repeated TriggerKind = "repeated"
	// Streak: events of the kind Of, Count in a row for different subjects, with
	// none of a kind in Unless for any between: promotions not taken part in.
	Streak TriggerKind = "streak"
)

// Label returns the name in lang, or the id of an unknown kind.
func (k TriggerKind) Label(lang guanxi.Lang) string {
	switch k {
	case Repeated:
		return guanxi.Text{EN: "again and again", ZH: "反复出现"}.In(lang)
	case Streak:
		return guanxi.Text{EN: "in a row", ZH: "连续发生"}.In(lang)
	}
	return string(k)
}

// Trigger is behaviour that speaks. As JSON it is read strictly, as part of
// [WatchConfig].
type Trigger struct {
	ID     string      `json:"id"` // of the alert it raises, see the anchor kind [Alert]
	Name   guanxi.Text `json:"name,omitzero"`
	Kind   TriggerKind `json:"kind"`
	Of     string      `json:"of"`     // the kind of event that counts, such as "view"
	Unless []string    `json:"unless"` // the kinds that clear the count, such as "buy"
	Count  int         `json:"count"`  // 2 to 32
	// Within is how far back events count, on the calendar in UTC; P0D, for a
	// Streak alone, is without limit.
	Within guanxi.Span `json:"within,omitzero"`
}

// WatchConfig is the triggers of a shop.
type WatchConfig struct {
	Triggers []Trigger `json:"triggers"`
	// Subjects is how many subjects are remembered for each Repeated trigger, 1 to
	// 64; 0 is 8. The one that was seen longest ago is forgotten first.
	Subjects int `json:"subjects,omitempty"`
}

const (
	defaultSubjects = 8
	maxSubjects     = 64
	maxTriggers     = 64
	maxCount        = 32
)

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c WatchConfig) Validate() error {
	var f faults
	if n := len(c.Triggers); n == 0 {
		f.at("/triggers", ErrEmpty)
	} else if n > maxTriggers {
		f.add("/triggers", ErrOption, "%d are more than %d", n, maxTriggers)
		return f.err()
	}
	if c.Subjects < 0 || c.Subjects > maxSubjects {
		f.add("/subjects", ErrOption, "%d is not in 0 to %d", c.Subjects, maxSubjects)
	}
	seen := make(map[string]bool)
	for i, t := range c.Triggers {
		f.under(guanxi.Pointer("triggers", i), func() {
			f.unique("/id", t.ID, seen)
			f.text("/name", t.Name)
			option(&f, "/kind", t.Kind, Repeated, Streak)
			f.id("/of", t.Of)
			f.ids("/unless", t.Unless)
			if slices.Contains(t.Unless, t.Of) {
				f.add("/unless", ErrOption, "%q counts", t.Of)
			}
			if t.Count < 2 || t.Count > maxCount {
				f.add("/count", ErrOption, "%d is not in 2 to %d", t.Count, maxCount)
			}
			f.span("/within", t.Within)
			if t.Kind == Repeated && t.Within.IsZero() {
				f.at("/within", ErrEmpty)
			}
		})
	}
	return f.err()
}

// UnmarshalJSON reads strictly, as that of [Plan] does.
func (c *WatchConfig) UnmarshalJSON(data []byte) error {
	type plain WatchConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, WatchConfig(v), err)
}

// Seen is one event that counted.
type Seen struct {
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
}

// Watch is what is remembered of one customer: at most Subjects × Count events for
// each trigger. The zero value remembers nothing. The host stores it as JSON.
type Watch struct {
	Last   time.Time         `json:"last,omitzero"` // the last event
	Counts map[string][]Seen `json:"counts,omitempty"`
}

// UnmarshalJSON reads strictly what was written; w is left alone on error.
func (w *Watch) UnmarshalJSON(data []byte) error {
	type plain Watch
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(w, Watch(v), err)
}

// Validate returns [ErrState], placed where it is wrong, for what no watcher
// wrote: events out of order or after the last.
func (w Watch) Validate() error {
	var f faults
	if !stamped(w.Last) {
		f.at("/last", ErrState)
	}
	for id, list := range w.Counts {
		for i, s := range list {
			if s.At.IsZero() || !stamped(s.At) || s.At.After(w.Last) || i > 0 && s.At.Before(list[i-1].At) || !ident.Name(s.Subject) {
				f.at(guanxi.Pointer("counts", id, i), ErrState)
			}
		}
	}
	slices.SortFunc(f.errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return f.err()
}

// Behaviour is something that a customer did, or left undone.
type Behaviour struct {
	Kind    string // such as "view", "buy", "promotion_missed"
	Subject string // the product or the promotion: 1 to 128 bytes, spaces allowed
	At      time.Time
}

// Firing is a trigger that spoke, with the events that made it.
type Firing struct {
	Trigger  string    `json:"trigger"`
	At       time.Time `json:"at"`
	Evidence []Seen    `json:"evidence"`
}

// Watcher counts behaviour; [NewWatcher] makes it. It is immutable and safe for
// concurrent use.
type Watcher struct {
	triggers []Trigger
	subjects int
}

// NewWatcher makes a watcher of c, which it copies. The error holds every fault.
func NewWatcher(c WatchConfig) (*Watcher, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	w := &Watcher{triggers: slices.Clone(c.Triggers), subjects: cmp.Or(c.Subjects, defaultSubjects)}
	for i := range w.triggers {
		w.triggers[i].Unless = slices.Clone(w.triggers[i].Unless)
	}
	return w, nil
}

// Observe counts one event and returns the triggers that it fires, in the order of
// the config. What fired is forgotten, so that it takes Count events more to fire
// again. w is left as it was. An event that is delivered twice counts twice, but for
// a Streak, which counts a subject once: the host leaves out what it has delivered.
// [ErrBackwards] refuses an event before the last, [ErrTime] one outside the years
// 1970 to 2200, and [ErrID] a kind that is no id or a subject that is empty, longer
// than 128 bytes, not UTF-8 or has control characters in it. Cost: O(what is
// remembered).
func (e *Watcher) Observe(w Watch, b Behaviour) (Watch, []Firing, error) {
	at, ok := stamp(b.At)
	switch {
	case !ok:
		return w, nil, ErrTime
	case at.Before(w.Last):
		return w, nil, ErrBackwards
	case !ident.ID(b.Kind) || !ident.Name(b.Subject):
		return w, nil, fmt.Errorf("care: %w: %.64q, %.64q", ErrID, b.Kind, b.Subject)
	}
	if err := w.Validate(); err != nil {
		return w, nil, err
	}
	next := Watch{Last: at, Counts: make(map[string][]Seen, len(w.Counts))}
	var fired []Firing
	for i := range e.triggers {
		t := &e.triggers[i]
		list := slices.Clone(w.Counts[t.ID])
		if !t.Within.IsZero() {
			list = slices.DeleteFunc(list, func(s Seen) bool { return !t.Within.AddTo(s.At, nil).After(at) })
		}
		switch {
		case slices.Contains(t.Unless, b.Kind):
			list = slices.DeleteFunc(list, func(s Seen) bool { return t.Kind == Streak || s.Subject == b.Subject })
		case b.Kind == t.Of:
			var evidence []Seen
			if list, evidence = t.count(list, Seen{b.Subject, at}, e.subjects); evidence != nil {
				fired = append(fired, Firing{t.ID, at, evidence})
			}
		}
		if len(list) > 0 {
			next.Counts[t.ID] = list
		}
	}
	return next, fired, nil
}

// count adds an event, and takes the evidence away if there is enough.
func (t *Trigger) count(list []Seen, s Seen, subjects int) (rest, evidence []Seen) {
	same := func(o Seen) bool { return o.Subject == s.Subject }
	if t.Kind == Streak {
		if list = append(slices.DeleteFunc(list, same), s); len(list) < t.Count {
			return list, nil
		}
		return nil, list
	}
	list = append(list, s)
	for _, o := range list {
		if same(o) {
			evidence = append(evidence, o)
		}
	}
	if len(evidence) >= t.Count {
		return slices.DeleteFunc(list, same), evidence
	}
	// The subject seen longest ago makes room.
	last := make(map[string]int)
	for i, o := range list {
		last[o.Subject] = i
	}
	if len(last) > subjects {
		oldest := s.Subject
		for subject, i := range last {
			if i < last[oldest] {
				oldest = subject
			}
		}
		list = slices.DeleteFunc(list, func(o Seen) bool { return o.Subject == oldest })
	}
	return list, nil
}
