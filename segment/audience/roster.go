package audience

import "fmt"

// Roster is who takes part in a campaign and in which arm: a state that the host
// stores, as JSON or set by set. The zero value is nobody. A value; its sets may
// be shared.
type Roster struct {
	Campaign string     `json:"campaign"` // id
	Strata   []Enrolled `json:"strata"`   // in the campaign's order, the rest last
}

// Enrolled is a stratum of a roster.
type Enrolled struct {
	Segment string `json:"segment"` // "" is the rest
	Treated Set    `json:"treated"`
	Held    Set    `json:"held"`
}

// Treated returns the treated of all strata: who may be contacted.
func (r Roster) Treated() Set {
	var all Builder
	for _, e := range r.Strata {
		all.AddSet(e.Treated)
	}
	return all.Set()
}

// Held returns those held out of all strata: who must not be contacted.
func (r Roster) Held() Set {
	var all Builder
	for _, e := range r.Strata {
		all.AddSet(e.Held)
	}
	return all.Set()
}

// All returns everybody who takes part.
func (r Roster) All() Set { return r.Treated().Or(r.Held()) }

// Arm returns where a customer is, [Unassigned] who takes no part.
func (r Roster) Arm(ordinal uint32) (arm Arm, stratum string) {
	i, a := r.find(ordinal)
	if a == Unassigned {
		return Unassigned, ""
	}
	return a, r.Strata[i].Segment
}

func (r Roster) find(ordinal uint32) (int, Arm) {
	for i, e := range r.Strata {
		switch {
		case e.Treated.Has(ordinal):
			return i, Treated
		case e.Held.Has(ordinal):
			return i, Held
		}
	}
	return 0, Unassigned
}

// of returns a copy of r with the strata of c, or ErrRoster.
func (r Roster) of(c *Campaign) (Roster, error) {
	ids := c.strata()
	next := Roster{c.ID, make([]Enrolled, len(ids))}
	for i, id := range ids {
		next.Strata[i].Segment = id
	}
	if r.Campaign == "" && len(r.Strata) == 0 {
		return next, nil
	}
	if r.Campaign != c.ID {
		return Roster{}, at(fmt.Errorf("%w: it is of %.64q", ErrRoster, r.Campaign), "campaign")
	}
	if len(r.Strata) != len(ids) {
		return Roster{}, at(fmt.Errorf("%w: %d strata and not %d", ErrRoster, len(r.Strata), len(ids)), "strata")
	}
	var seen Builder
	total := int64(0)
	for i, e := range r.Strata {
		if e.Segment != ids[i] {
			return Roster{}, at(fmt.Errorf("%w: %.64q and not %.64q", ErrRoster, e.Segment, ids[i]), "strata", i, "segment")
		}
		seen.AddSet(e.Treated)
		seen.AddSet(e.Held)
		total += e.Treated.Count() + e.Held.Count()
		next.Strata[i] = e
	}
	if seen.Set().Count() != total {
		return Roster{}, at(fmt.Errorf("%w: a customer in two places", ErrRoster), "strata")
	}
	return next, nil
}

// equal reports whether the same customers are in the same places.
func (r Roster) equal(o Roster) bool {
	if r.Campaign != o.Campaign || len(r.Strata) != len(o.Strata) {
		return false
	}
	for i, e := range r.Strata {
		f := o.Strata[i]
		if e.Segment != f.Segment || !e.Treated.Equal(f.Treated) || !e.Held.Equal(f.Held) {
			return false
		}
	}
	return true
}
