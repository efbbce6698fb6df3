package loyalty

// RoundMode says how a fraction of a point is rounded.
type RoundMode string

// The modes of rounding.
const (
	Floor    RoundMode = "floor" // down; the default
	HalfUp   RoundMode = "half_up"
	HalfEven RoundMode = "half_even"
	Ceil     RoundMode = "ceil"
)

// RoundScope says what is rounded.
type RoundScope string

// The scopes of rounding.
const (
	ScopeOrder RoundScope = "order" // the order's total; the default
	ScopeLine  RoundScope = "line"  // every line
	// ScopeSplit rounds the order's total and shares it out over the lines, the
	// largest remainders first; a line that comes back takes its share with it.
	ScopeSplit RoundScope = "order_split"
)

// Rounding is a mode and a scope.
type Rounding struct {
	Mode  RoundMode  `json:"mode,omitempty"`
	Scope RoundScope `json:"scope,omitempty"`
}

// Stacking says what several matching rules give together.
type Stacking string

// The ways of stacking.
const (
	BestOf   Stacking = "best_of"  // what gives most; the default
	Add      Stacking = "add"      // everything, each on what earning rules give
	Multiply Stacking = "multiply" // campaigns in their order, each on what those before it made
)
