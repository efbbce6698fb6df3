package nps

import (
	"fmt"
	"iter"
)

// Movement counts people by their class in two waves. The zero value is ready;
// an accumulator, comparable, not safe for concurrent changes.
type Movement struct {
	counts [classCount][classCount]int64
}

// Add counts one customer. NoAnswer stands for a wave without an answer. ErrClass
// for an unknown class; then nothing is counted.
func (m *Movement) Add(before, after Class) error {
	if err := before.Validate(); err != nil {
		return at(err, "before")
	}
	if err := after.Validate(); err != nil {
		return at(err, "after")
	}
	m.counts[before][after]++
	return nil
}

// Merge adds the counts of o; ErrCount if one would exceed MaxCount.
func (m *Movement) Merge(o Movement) error {
	for i, row := range o.counts {
		for j, n := range row {
			if !within(m.counts[i][j], n) {
				return fmt.Errorf("%w: %s to %s", ErrCount, Class(i), Class(j))
			}
		}
	}
	for i, row := range o.counts {
		for j, n := range row {
			m.counts[i][j] += n
		}
	}
	return nil
}

// Move compares two waves, given as one score a customer: who is only in one is
// NoAnswer in the other. Errors: ErrRange; ErrScore at /before/key or
// /after/key, any one of them. The key is the customer's, as text.
func Move[K comparable](before, after map[K]int, scale Range) (Movement, error) {
	var m Movement
	if err := scale.Validate(); err != nil {
		return m, place("/range", err)
	}
	class := func(wave string, k K, score int) (Class, error) {
		c, err := scale.Class(score)
		if err != nil {
			return c, at(err, wave, fmt.Sprint(k))
		}
		return c, nil
	}
	for k, score := range before {
		from, err := class("before", k, score)
		if err != nil {
			return Movement{}, err
		}
		to := NoAnswer
		if score, ok := after[k]; ok {
			if to, err = class("after", k, score); err != nil {
				return Movement{}, err
			}
		}
		m.counts[from][to]++
	}
	for k, score := range after {
		if _, ok := before[k]; !ok {
			to, err := class("after", k, score)
			if err != nil {
				return Movement{}, err
			}
			m.counts[NoAnswer][to]++
		}
	}
	return m, nil
}

// Count returns how many people went from one class to another; none for an
// unknown class.
func (m Movement) Count(before, after Class) int64 {
	if before >= classCount || after >= classCount {
		return 0
	}
	return m.counts[before][after]
}

// All yields every movement that occurred, from-to, in the order of the classes.
func (m Movement) All() iter.Seq2[[2]Class, int64] {
	return func(yield func([2]Class, int64) bool) {
		for i, row := range m.counts {
			for j, n := range row {
				if n > 0 && !yield([2]Class{Class(i), Class(j)}, n) {
					return
				}
			}
		}
	}
}

// Both returns the classes, before and after, of the people who answered both
// times. The samples are the same people: do not give them to DiffClasses.
func (m Movement) Both() (before, after Classes) {
	for i := Detractor; i < classCount; i++ {
		for j := Detractor; j < classCount; j++ {
			before.add(i, m.counts[i][j])
			after.add(j, m.counts[i][j])
		}
	}
	return before, after
}

func (c *Classes) add(class Class, n int64) {
	switch class {
	case Detractor:
		c.Detractors += n
	case Passive:
		c.Passives += n
	case Promoter:
		c.Promoters += n
	}
}

// Up returns who moved to a better class, of those who answered both times.
func (m Movement) Up() Share {
	return m.moved(func(before, after Class) bool { return after > before })
}

// Down returns who moved to a worse class, of those who answered both times.
func (m Movement) Down() Share {
	return m.moved(func(before, after Class) bool { return after < before })
}

// Stayed returns who is still in a class, of those who were in it and answered
// again.
func (m Movement) Stayed(class Class) Share {
	var s Share
	if class == NoAnswer || class >= classCount {
		return s
	}
	for j := Detractor; j < classCount; j++ {
		s.Of += m.counts[class][j]
	}
	s.Hits = m.counts[class][class]
	return s
}

func (m *Movement) moved(counts func(before, after Class) bool) Share {
	var s Share
	for i := Detractor; i < classCount; i++ {
		for j := Detractor; j < classCount; j++ {
			s.Of += m.counts[i][j]
			if counts(i, j) {
				s.Hits += m.counts[i][j]
			}
		}
	}
	return s
}
