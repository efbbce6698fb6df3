package winback

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Purse is money of a budget, in minor units: what was spent, and what is
// promised and not yet taken or let lapse. A campaign has one, which the host
// keeps beside its customers and changes with compare-and-swap, and every State
// has one. A value; its methods return the next and leave it as it is.
type Purse struct {
	Spent    int64 `json:"spent"`
	Reserved int64 `json:"reserved"`
}

// Left is what a limit leaves, and 0 where more is gone than that.
func (p Purse) Left(limit int64) int64 {
	gone, ok := minor.Add(p.Spent, p.Reserved)
	if !ok || gone >= limit {
		return 0
	}
	return limit - gone
}

// Reserve sets an amount aside. Errors: ErrState for a purse or an amount below
// zero, ErrBudget where it is more than the limit leaves; the purse is returned
// as it was.
func (p Purse) Reserve(amount, limit int64) (Purse, error) {
	if err := p.check(); err != nil || amount < 0 {
		return p, wrap(strict.Join(err, below(amount)))
	}
	if amount > p.Left(limit) {
		return p, wrap(fmt.Errorf("%w: %d of %d minor units", ErrBudget, amount, p.Left(limit)))
	}
	p.Reserved += amount
	return p, nil
}

// Settle ends a reservation: what the customer took (which may be more than was
// reserved, where the order was larger) is spent, the rest is free again. An
// offer that lapsed took 0. Errors: ErrState where more is settled than was
// reserved or an amount is below zero, ErrOverflow; the purse is returned as it
// was.
func (p Purse) Settle(reserved, took int64) (Purse, error) {
	if err := p.check(); err != nil || reserved < 0 || took < 0 {
		return p, wrap(strict.Join(err, below(min(reserved, took))))
	}
	if reserved > p.Reserved {
		return p, wrap(fmt.Errorf("%w: %d of %d minor units reserved", ErrState, reserved, p.Reserved))
	}
	spent, ok := minor.Add(p.Spent, took)
	if !ok {
		return p, wrap(fmt.Errorf("%w: spent", ErrOverflow))
	}
	return Purse{spent, p.Reserved - reserved}, nil
}

func (p Purse) check() error {
	if p.Spent < 0 || p.Reserved < 0 {
		return fmt.Errorf("%w: a purse below zero", ErrState)
	}
	return nil
}

func below(amount int64) error {
	if amount < 0 {
		return fmt.Errorf("%w: an amount below zero", ErrState)
	}
	return nil
}

// Given is what an offer gives, as integers.
type Given struct {
	Gift    int64 `json:"gift,omitempty"`    // minor units
	Percent int32 `json:"percent,omitempty"` // of the order, in billionths
}

// better reports whether g gives more than h on an order of any size.
func (g Given) better(h Given) bool {
	return g.Percent >= h.Percent && g.Gift >= h.Gift && g != h
}

// Place is how far a customer is in a plan.
type Place struct {
	Plan  string `json:"plan"`
	Steps int32  `json:"steps"` // taken of it
}

// State is what the host stores of one customer in one campaign, 96 bytes and 24
// for each plan that was begun. The zero value is a customer nothing was done
// for. It is changed by Apply, Settle and Renew alone; they return the next state
// and leave this one as it is.
type State struct {
	Assigned int64 `json:"assigned,omitempty"` // when the arm was fixed, UTC microseconds; 0 is not yet
	Last     int64 `json:"last,omitempty"`     // the last step, UTC microseconds; 0 is none
	Purse    Purse `json:"purse,omitzero"`     // over the customer's lifetime
	Offered  Given `json:"offered,omitzero"`   // the last offer, which the next must better
	// Places are the plans that were begun, in that order. Steps that none of them
	// has, in a state stored before there were places, count in every plan, so
	// that nothing is done twice.
	Places []Place `json:"places,omitempty"`
	Steps  int32   `json:"steps,omitempty"` // steps taken, of all plans
	Arm    Arm     `json:"arm,omitempty"`   // once fixed, it stays: a customer is analysed as assigned
}

// Apply returns the state after a decision that was made from s: the arm it
// fixed, and the step it took.
func (s State) Apply(d Decision) State {
	if s.Arm == Unassigned && d.Arm != Unassigned {
		s.Arm, s.Assigned = d.Arm, d.At
	}
	if d.Outcome == Act {
		s.Steps++
		s.Last = d.At
		s.Places = slices.Clone(s.Places)
		i := slices.IndexFunc(s.Places, func(p Place) bool { return p.Plan == d.Plan })
		if i < 0 {
			i, s.Places = len(s.Places), append(s.Places, Place{Plan: d.Plan})
		}
		s.Places[i].Steps++
		s.Purse.Reserved += d.CostMinor
		if d.Kind == Offer {
			s.Offered = d.Given
		}
	}
	return s
}

// Settle is Purse.Settle of the customer's purse.
func (s State) Settle(reserved, took int64) (State, error) {
	p, err := s.Purse.Settle(reserved, took)
	s.Purse = p
	return s, err
}

// Renew returns the state for another campaign, or for a customer who came back
// and left again: nothing is left of it but the money.
func (s State) Renew() State { return State{Purse: s.Purse} }

// place returns how many steps of a plan were taken.
func (s *State) place(plan string) int {
	other := 0
	for _, p := range s.Places {
		if p.Plan != plan {
			other += int(p.Steps)
		}
	}
	return int(s.Steps) - other
}

func (s State) check() error {
	left := s.Steps
	for i, p := range s.Places {
		if p.Plan == "" || p.Steps <= 0 || p.Steps > left || slices.ContainsFunc(s.Places[:i], func(q Place) bool { return q.Plan == p.Plan }) {
			return fmt.Errorf("%w: places", ErrState)
		}
		left -= p.Steps
	}
	switch s.Arm {
	case Unassigned, Treated, Held:
	default:
		return fmt.Errorf("%w: arm %.32q", ErrState, s.Arm)
	}
	if s.Steps < 0 || s.Offered.Gift < 0 || s.Offered.Percent < 0 || s.Assigned < 0 || s.Last < 0 || (s.Arm == Unassigned) != (s.Assigned == 0) || (s.Steps == 0) != (s.Last == 0) {
		return ErrState
	}
	return s.Purse.check()
}
