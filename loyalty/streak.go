package loyalty

// streakPrefix begins the names of the counters of streaks.
const streakPrefix = "streak:"

// checkIn returns the counter change of a check-in, whose Add is which day in a row
// this is, and false if the customer has checked in on this civil day already.
//
// The counter of a day says how many days in a row it is. It ends two days on: after
// that the next check-in is a first one. Whether the zone's clock changed in between
// does not matter, nor does a day that the zone never had.
func (r *rules) checkIn(st *StreakRule, s *situation) (CounterChange, bool) {
	name := streakPrefix + st.ID
	day := r.zone.day(s.at)
	today := r.zone.start(day)
	if s.tally(name, today) > 0 {
		return CounterChange{}, false
	}
	before := r.zone.start(r.zone.day(today - 1))
	row := s.tally(name, before) + 1
	tomorrow := r.zone.start(day + 1)
	end := r.zone.start(r.zone.day(tomorrow) + 1)
	return CounterChange{Counter{name, today, r.retain(end)}, row}, true
}

// pays returns what the n-th day in a row pays.
func (st *StreakRule) pays(n int64) Points {
	last := int64(len(st.Pays))
	if st.Stay {
		return st.Pays[min(n, last)-1]
	}
	return st.Pays[(n-1)%last]
}
