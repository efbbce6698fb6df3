package affinity

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// Purchase is a line of one customer's own history.
type Purchase[I comparable] struct {
	Item I
	At   time.Time
	// Quantity is in any unit, below zero for a return, which takes back what was
	// bought last: an occasion that is taken back wholly does not count. What was
	// never bought cannot be taken back, and such a return does nothing. 0 is
	// ErrQuantity.
	Quantity int64
}

// Habit is how a customer buys one item. Occasions are the civil days on which
// it was bought and not wholly returned. A plain value.
type Habit[I comparable] struct {
	Item  I         `json:"item"`
	Times int       `json:"times"` // occasions
	First time.Time `json:"first"` // the first purchase of the first occasion
	Last  time.Time `json:"last"`  // the last purchase of the last one
	// Gaps are the days between one occasion and the next. Both are 0, and there
	// are none, with a single occasion.
	MeanGap   float64 `json:"mean_gap,omitempty"`
	MedianGap float64 `json:"median_gap,omitempty"`
	// Known is whether there are occasions enough to expect the next. Only then is
	// there a Due: the beginning of the first day that lies the median gap or more
	// after the last occasion. DueIn is the days to it from asOf, below zero when
	// it is over.
	Known bool      `json:"known"`
	Due   time.Time `json:"due,omitzero"`
	DueIn int       `json:"due_in,omitempty"`
}

// DefaultMinTimes is how many occasions make a habit: two gaps.
const DefaultMinTimes = 3

// HabitConfig says what counts as a habit. As JSON it is read strictly by
// guanxi.UnmarshalStrict.
type HabitConfig struct {
	MinTimes int            // occasions, 2 or more; 0 is DefaultMinTimes
	Location *time.Location // whose days are counted; nil is UTC
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c HabitConfig) Validate() error {
	var f faultList
	if c.MinTimes != 0 && c.MinTimes < 2 {
		f.option("/min_times", "%d occasions have no gap", c.MinTimes)
	}
	if err := civil.CheckZone(c.Location, ErrOption); err != nil {
		f = append(f, guanxi.At("/location", err))
	}
	return f.join()
}

func (c HabitConfig) withDefaults() HabitConfig {
	c.MinTimes = orDefault(c.MinTimes, DefaultMinTimes)
	if c.Location == nil {
		c.Location = time.UTC
	}
	return c
}

// Habits finds customers' habits. Immutable; safe for concurrent use.
type Habits[I comparable] struct {
	key guanxi.Key[I]
	cfg HabitConfig
}

// NewHabits returns an engine, or every fault of cfg.
func NewHabits[I comparable](key guanxi.Key[I], cfg HabitConfig) (*Habits[I], error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("affinity: habits: %w", err)
	}
	return &Habits[I]{key, cfg.withDefaults()}, nil
}

// HabitScratch is memory that calls reuse. The zero value is ready. Not safe:
// use one per goroutine.
type HabitScratch struct {
	order []int32 // places in the history
	kept  []occasion
	gaps  []int32
}

// occasion is what was bought at one time, less what came back.
type occasion struct {
	row      int32
	day      int32
	quantity int64
}

// Append appends the habits of one customer, in the order of the items' keys: one
// for every item that was bought and not wholly returned. history is in any order.
// What happened at asOf or later is not known yet. s may be nil; with a scratch
// nothing is allocated but dst. Errors, all at once: ErrNoItem, ErrTime and
// ErrQuantity below /history/i, ErrTime at /as_of; dst is then returned as it was.
func (h *Habits[I]) Append(dst []Habit[I], s *HabitScratch, history []Purchase[I], asOf time.Time) ([]Habit[I], error) {
	if s == nil {
		s = &HabitScratch{}
	}
	if err := checkHistory(history, asOf); err != nil {
		return dst, fmt.Errorf("affinity: %w", err)
	}
	return h.append(dst, s, history, asOf), nil
}

// checkHistory returns every fault of a history.
func checkHistory[I comparable](history []Purchase[I], asOf time.Time) error {
	var errs []error
	if _, ok := micro(asOf); !ok {
		errs = append(errs, guanxi.At("/as_of", ErrTime))
	}
	if len(history) > math.MaxInt32 {
		return guanxi.At("/history", ErrOverflow)
	}
	var zero I
	for i := range history {
		p := &history[i]
		fault := func(field string, err error) {
			errs = append(errs, guanxi.At(guanxi.Pointer("history", i, field), err))
		}
		if p.Item == zero {
			fault("item", ErrNoItem)
		}
		if _, ok := micro(p.At); !ok {
			fault("at", ErrTime)
		}
		if p.Quantity == 0 || p.Quantity > MaxQuantity || p.Quantity < -MaxQuantity {
			fault("quantity", ErrQuantity)
		}
	}
	return errors.Join(errs...)
}

func (h *Habits[I]) append(dst []Habit[I], s *HabitScratch, history []Purchase[I], asOf time.Time) []Habit[I] {
	s.order = s.order[:0]
	for i := range history {
		if history[i].At.Before(asOf) {
			s.order = append(s.order, int32(i))
		}
	}
	slices.SortFunc(s.order, func(a, b int32) int {
		p, q := &history[a], &history[b]
		// What is bought and returned at one moment was bought first.
		return cmp.Or(h.key.Compare(p.Item, q.Item), p.At.Compare(q.At), cmp.Compare(q.Quantity, p.Quantity))
	})
	days := civil.New(h.cfg.Location)
	today := days.Day(asOf.UnixMicro())
	for at := 0; at < len(s.order); {
		item := history[s.order[at]].Item
		s.kept = s.kept[:0]
		for ; at < len(s.order) && history[s.order[at]].Item == item; at++ {
			p := &history[s.order[at]]
			if p.Quantity > 0 {
				s.kept = append(s.kept, occasion{s.order[at], days.Day(p.At.UnixMicro()), p.Quantity})
				continue
			}
			for back := -p.Quantity; back > 0 && len(s.kept) > 0; {
				last := &s.kept[len(s.kept)-1]
				n := min(back, last.quantity)
				last.quantity -= n
				back -= n
				if last.quantity == 0 {
					s.kept = s.kept[:len(s.kept)-1]
				}
			}
		}
		if len(s.kept) > 0 {
			dst = append(dst, h.habit(s, history, item, today))
		}
	}
	return dst
}

// habit sums up the occasions that are kept, which are in the order of time.
func (h *Habits[I]) habit(s *HabitScratch, history []Purchase[I], item I, today int32) Habit[I] {
	first, last := s.kept[0], s.kept[len(s.kept)-1]
	out := Habit[I]{Item: item, Times: 1, First: history[first.row].At, Last: history[last.row].At}
	s.gaps = s.gaps[:0]
	for i, o := range s.kept[1:] {
		if gap := o.day - s.kept[i].day; gap > 0 {
			s.gaps = append(s.gaps, gap)
		}
	}
	n := len(s.gaps)
	if n == 0 {
		return out
	}
	out.Times = n + 1
	out.MeanGap = float64(last.day-first.day) / float64(n)
	slices.Sort(s.gaps)
	out.MedianGap = (float64(s.gaps[(n-1)/2]) + float64(s.gaps[n/2])) / 2
	due := int64(last.day) + int64(math.Ceil(out.MedianGap))
	const lastDay = maxMicro / 86400_000000
	if out.Times < h.cfg.MinTimes || due >= lastDay {
		return out
	}
	out.Known, out.Due, out.DueIn = true, civil.Start(due, h.cfg.Location), int(due-int64(today))
	return out
}
