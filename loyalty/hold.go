package loyalty

import "slices"

// HoldState says what became of a hold.
type HoldState string

// The states of a hold. The zero state is open.
const (
	HoldOpen     HoldState = ""
	HoldCaptured HoldState = "captured" // and what was left released
	HoldVoided   HoldState = "voided"
	HoldRunOut   HoldState = "run_out"
)

// Hold is points set aside. Until is exclusive: at Until what is left is
// available again by itself. It is a value.
type Hold struct {
	ID       string
	Key      Key // of the command that placed it
	Until    Instant
	State    HoldState
	Points   Points // as placed
	Captured Points
	Released Points
	Uses     []Use  // what is still held, in the order of taking
	Ref      string // the reward, payment rule, stored value, kind or cause
	Donation bool
	// Coupon is the definition of a voucher, and Coupons how many it is, as placed.
	Coupon  string
	Coupons int64
	// Order is, of points as part payment, the order that capturing them pays for, Amount
	// the order's and Money what all the points pay of it, both in minor units.
	Order         string
	Amount, Money int64
	Split         Split
	// Shared is what capturing confirms, and Counters what it counted, as placed. Of a
	// reward of n pieces those count that are paid in full by what is captured; the end
	// of the hold gives the others back.
	Shared   []SharedChange
	Counters []CounterChange
	Late     []LateLot // what the end does with points whose lots have expired by then, for each kind
}

// LateLot says what becomes of points of a kind that come back after their lot has
// expired, if the hold runs out by itself: they are in a new lot until Expire, or
// (Expire 0) gone.
type LateLot struct {
	Kind   Kind
	Expire Instant
}

func (h *Hold) clone() Hold {
	c := *h
	c.Uses, c.Shared = slices.Clone(h.Uses), slices.Clone(h.Shared)
	c.Counters, c.Late = slices.Clone(h.Counters), slices.Clone(h.Late)
	return c
}

// captured returns what of the counters goes with the last points that were captured.
func (h *Hold) captured(points Points) (out []CounterChange) {
	if h == nil {
		return nil
	}
	for _, c := range h.Counters {
		if c.Add = partOf(c.Add, h.Captured-points, h.Captured, h.Points); c.Add > 0 {
			out = append(out, c)
		}
	}
	return out
}

// held returns what is still held.
func (h *Hold) held() Points {
	sum := Points(0)
	for i := range h.Uses {
		sum += h.Uses[i].Points
	}
	return sum
}

// openHold returns the open hold of an id, or nil.
func (a *Account) openHold(id string) *Hold {
	for i := range a.holds {
		if a.holds[i].ID == id {
			return &a.holds[i]
		}
	}
	return nil
}
