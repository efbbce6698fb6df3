package loyalty

import "github.com/guanxi-go/guanxi"

// Award says which rule gave how many points, and why so many. The points of an
// order's awards of one kind sum to what the order earned of it: each has the
// difference that it makes to the rounded total.
type Award struct {
	Rule   string // id of the rule, campaign, activity, …; "tier:" and the tier of a tier's multiplier
	Name   guanxi.Text
	Kind   Kind
	Basis  int64    // minor units of money that it worked on; 0 where it is no matter of money
	Rate   Rational // points per minor unit, or the factor of a multiplier; zero of a fixed number
	Points Points   // given, after caps
	Cut    Points   // not given because of Cap
	Cap    string   // id of the cap that cut it; "" if none did
}
