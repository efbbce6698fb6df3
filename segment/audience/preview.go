package audience

import (
	"fmt"
	"iter"

	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// Select returns the customers of a population whom the rule selects: ordinals
// and rows, in any order. Faults, the first 1,000 at once: ErrRow, ErrOrdinal and
// ErrDuplicate at /i, the i-th customer. Cost: one Match a customer.
//
// segment's batch does the same over columns for many rules at once; its words
// become a set by [FromWords].
func Select[T any](rule *segment.Rule[T], population iter.Seq2[uint32, *T]) (Set, error) {
	if rule == nil {
		return Set{}, wrap(at(optionFault("no rule"), "rule"))
	}
	var members Builder
	_, err := each(population, func(ordinal uint32, row *T) {
		if rule.Match(row) {
			members.Add(ordinal)
		}
	})
	if err != nil {
		return Set{}, err
	}
	return members.Set(), nil
}

// each calls do with every customer of a population and returns who they are.
func each[T any](population iter.Seq2[uint32, *T], do func(ordinal uint32, row *T)) (Set, error) {
	var seen Builder
	var errs []error
	i := 0
	for ordinal, row := range population {
		switch {
		case len(errs) >= maxFaults:
			return Set{}, wrap(strict.Join(errs...))
		case row == nil:
			errs = append(errs, at(fmt.Errorf("%w: customer %d", ErrRow, ordinal), i))
		case ordinal == NoOrdinal:
			errs = append(errs, at(fmt.Errorf("%w: %d", ErrOrdinal, ordinal), i))
		case !seen.Add(ordinal):
			errs = append(errs, at(fmt.Errorf("%w: customer %d", ErrDuplicate, ordinal), i))
		default:
			do(ordinal, row)
		}
		i++
	}
	if errs != nil {
		return Set{}, wrap(strict.Join(errs...))
	}
	return seen.Set(), nil
}

// Preview is what a change of a rule would do to a population. A plain value, for
// JSON too.
type Preview struct {
	Customers int64 `json:"customers"` // looked at
	Before    int64 `json:"before"`    // in the segment by the old rule
	After     int64 `json:"after"`     // and by the new one
	Entered   int64 `json:"entered"`   // by the new one and not by the old one
	Left      int64 `json:"left"`      // by the old one and not by the new one
	// The first to look at, as Set.Sample picks them.
	EnteredSample []uint32 `json:"entered_sample,omitempty"`
	LeftSample    []uint32 `json:"left_sample,omitempty"`
}

// PreviewOf compares what two rules select of a population, where the sets are
// there already, with samples of at most n.
func PreviewOf(before, after, population Set, n int) Preview {
	entered, left := after.Minus(before), before.Minus(after)
	return Preview{
		Customers: population.Count(), Before: before.Count(), After: after.Count(),
		Entered: entered.Count(), Left: left.Count(),
		EnteredSample: entered.Sample(n), LeftSample: left.Sample(n),
	}
}

// PreviewChange asks two rules of the same population before the new one is
// published. old is nil where there was none. Bind both rules to one moment, or
// the time between shows as well. It returns the preview, with samples of at most
// n, and the two sets. Faults: those of [Select].
func PreviewChange[T any](old, new *segment.Rule[T], population iter.Seq2[uint32, *T], n int) (p Preview, before, after Set, err error) {
	if new == nil {
		return Preview{}, Set{}, Set{}, wrap(at(optionFault("no rule"), "new"))
	}
	var was, is Builder
	all, err := each(population, func(ordinal uint32, row *T) {
		if old != nil && old.Match(row) {
			was.Add(ordinal)
		}
		if new.Match(row) {
			is.Add(ordinal)
		}
	})
	if err != nil {
		return Preview{}, Set{}, Set{}, err
	}
	before, after = was.Set(), is.Set()
	return PreviewOf(before, after, all, n), before, after, nil
}
