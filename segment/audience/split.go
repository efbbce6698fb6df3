package audience

import (
	"context"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/holdout"
	"github.com/guanxi-go/guanxi/internal/normal"
	"github.com/guanxi-go/guanxi/internal/proportion"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Arm is the side of a campaign that a customer is on. The zero value is neither.
type Arm string

// The arms.
const (
	Unassigned Arm = ""
	Treated    Arm = "treated" // may be contacted
	Held       Arm = "held"    // is left alone, and shows what would have happened anyway
)

// Label returns the name of a that is shown to people.
func (a Arm) Label(lang guanxi.Lang) string {
	switch a {
	case Unassigned:
		return guanxi.Text{EN: "Not assigned", ZH: "未分组"}.In(lang)
	case Treated:
		return guanxi.Text{EN: "Treated", ZH: "实验组"}.In(lang)
	case Held:
		return guanxi.Text{EN: "Held out", ZH: "对照组"}.In(lang)
	}
	return string(a)
}

// Split assigns customers to the arms of a campaign. Immutable; safe for
// concurrent use.
type Split[K comparable] struct {
	key      guanxi.Key[K]
	campaign Campaign
}

// NewSplit makes the split of a campaign. Errors: those of Campaign.Validate.
func NewSplit[K comparable](key guanxi.Key[K], c Campaign) (*Split[K], error) {
	if err := c.Validate(); err != nil {
		return nil, wrap(err)
	}
	return &Split[K]{key, c.clone()}, nil
}

func (c Campaign) clone() Campaign {
	c.Channels, c.Strata = slices.Clone(c.Channels), slices.Clone(c.Strata)
	return c
}

// Arm returns the arm of a customer in a stratum, "" for the rest: what the hash
// of the salt and the key, as guanxi encodes it, says. It is the same for ever.
// An unknown stratum is ErrStratum. Once somebody is enrolled the [Roster] says
// where they are, even if they move to another segment.
func (s *Split[K]) Arm(customer K, stratum string) (Arm, error) {
	share, ok := s.campaign.share(stratum)
	if !ok {
		return Unassigned, wrap(fmt.Errorf("%w: %.64q", ErrStratum, stratum))
	}
	return s.place(s.key.Append(nil, customer), share), nil
}

func (s *Split[K]) place(customer []byte, share float64) Arm {
	if holdout.Place(s.campaign.Holdout.Salt, customer) < share {
		return Held
	}
	return Treated
}

// share is what is held out of a stratum.
func (c *Campaign) share(stratum string) (float64, bool) {
	if stratum == "" {
		return c.Holdout.Share, true
	}
	for _, s := range c.Strata {
		if s.Segment == stratum {
			return s.Share, true
		}
	}
	return 0, false
}

// holds reports whether anybody is held out.
func (c *Campaign) holds() bool {
	return c.Holdout.Share > 0 || slices.ContainsFunc(c.Strata, func(s Stratum) bool { return s.Share > 0 })
}

// strata returns the ids in order, the rest last.
func (c *Campaign) strata() []string {
	ids := make([]string, 0, len(c.Strata)+1)
	for _, s := range c.Strata {
		ids = append(ids, s.Segment)
	}
	return append(ids, "")
}

// keysAtOnce is how many keys are asked of a directory in one call.
const keysAtOnce = 4096

// Enrol returns r with those of the target who are not in it yet. Who is in it
// stays in their stratum and arm, whatever became of them or of the shares: the
// host stores the roster, and enrols again as customers come. The zero Roster is
// nobody.
//
// segments has the set of the target and of every stratum; one that is missing is
// ErrID at /segments/id. Customers who are not in the directory any more are not
// enrolled. Errors: those of the directory, and ErrRoster.
func (s *Split[K]) Enrol(ctx context.Context, dir Index[K], r Roster, segments map[string]Set) (Roster, error) {
	c := &s.campaign
	next, err := r.of(c)
	if err != nil {
		return Roster{}, wrap(err)
	}
	var errs []error
	for _, id := range append(c.strata(), c.Target) {
		if _, ok := segments[id]; !ok && id != "" {
			errs = append(errs, at(fmt.Errorf("%w: the set is not given", ErrID), "segments", id))
		}
	}
	if len(errs) > 0 {
		return Roster{}, wrap(strict.Join(errs...))
	}
	left := segments[c.Target].Minus(next.All())
	for i := range next.Strata {
		e := &next.Strata[i]
		part := left
		if e.Segment != "" {
			part = left.And(segments[e.Segment])
		}
		left = left.Minus(part)
		share, _ := c.share(e.Segment)
		if err := s.enrol(ctx, dir, e, part, share); err != nil {
			return Roster{}, wrap(err)
		}
	}
	return next, nil
}

// enrol splits part and adds it to e.
func (s *Split[K]) enrol(ctx context.Context, dir Index[K], e *Enrolled, part Set, share float64) error {
	var treated, held Builder
	var customers []Customer[K]
	var buf []byte
	for ordinals := range slices.Chunk(part.Append(nil), keysAtOnce) {
		var err error
		if customers, err = dir.Keys(ctx, customers[:0], ordinals); err != nil {
			return err
		}
		for _, c := range customers {
			buf = s.key.Append(buf[:0], c.Key)
			if s.place(buf, share) == Held {
				held.Add(c.Ordinal)
			} else {
				treated.Add(c.Ordinal)
			}
		}
	}
	e.Treated, e.Held = e.Treated.Or(treated.Set()), e.Held.Or(held.Set())
	return nil
}

// Assignment is how one stratum was split. A plain value.
type Assignment struct {
	Segment string  `json:"segment"` // "" is the rest
	Treated int64   `json:"treated"`
	Held    int64   `json:"held"`
	Wanted  float64 `json:"wanted"` // share to hold out, as the campaign has it
	// Uneven is that the arms' sizes contradict the share wanted, at 99.9 %: the
	// share was changed in between, or the keys are not whom the hash saw.
	Uneven bool `json:"uneven"`
}

// Assignments reports how the customers of a roster were split, by stratum in the
// campaign's order, the rest last. A roster of another campaign is ErrRoster.
func (s *Split[K]) Assignments(r Roster) ([]Assignment, error) {
	r, err := r.of(&s.campaign)
	if err != nil {
		return nil, wrap(err)
	}
	z := normal.Deviate(0.999)
	report := make([]Assignment, len(r.Strata))
	for i, e := range r.Strata {
		wanted, _ := s.campaign.share(e.Segment)
		a := Assignment{Segment: e.Segment, Treated: e.Treated.Count(), Held: e.Held.Count(), Wanted: wanted}
		if n := float64(a.Treated + a.Held); n > 0 {
			low, high := proportion.Wilson(float64(a.Held)/n, n, z)
			a.Uneven = wanted < low || wanted > high
		}
		report[i] = a
	}
	return report, nil
}
