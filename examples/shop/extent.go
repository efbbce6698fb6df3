package main

import "time"

// extent is the first and the last instant of a log.
type extent struct{ first, last time.Time }

func (e *extent) add(t time.Time) {
	if e.first.IsZero() || t.Before(e.first) {
		e.first = t
	}
	if e.last.IsZero() || t.After(e.last) {
		e.last = t
	}
}

// dayAfter is the beginning of the civil day after the last instant.
func (e *extent) dayAfter(loc *time.Location) time.Time {
	last := e.last.In(loc)
	return midnight(last.Year(), last.Month(), last.Day()+1, loc)
}
