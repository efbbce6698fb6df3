package nps

// Referrals counts, by class, who of those that answered has in fact referred
// somebody. The zero value is for NPS scores; an accumulator, comparable, not
// safe for concurrent changes. Leave out people of whom it is not known.
type Referrals struct {
	asked, referred Tally
}

// NewReferrals returns an empty count, as [NewTally] does.
func NewReferrals(kind Kind, r Range) (Referrals, error) {
	t, err := NewTally(kind, r)
	return Referrals{t, t}, err
}

// Add counts one customer. A score off the scale is ErrScore.
func (r *Referrals) Add(score int, referred bool) error {
	if err := r.asked.Add(score); err != nil {
		return err
	}
	if referred {
		return r.referred.Add(score) // never more than asked
	}
	return nil
}

// Merge adds the counts of o. ErrMismatch, ErrCount; then nothing is changed.
func (r *Referrals) Merge(o Referrals) error {
	asked := r.asked
	if err := asked.Merge(o.asked); err != nil {
		return err
	}
	if err := r.referred.Merge(o.referred); err != nil {
		return err
	}
	r.asked = asked
	return nil
}

// Of returns who referred somebody as a share of those of a class, with its
// interval by [Share.Interval]. NoAnswer is everybody. ErrClass for an unknown
// class.
func (r Referrals) Of(class Class) (Share, error) {
	if err := class.Validate(); err != nil {
		return Share{}, err
	}
	if class == NoAnswer {
		return Share{Hits: r.referred.Answers(), Of: r.asked.Answers()}, nil
	}
	return Share{Hits: r.referred.Classes().Of(class).Hits, Of: r.asked.Classes().Of(class).Hits}, nil
}
