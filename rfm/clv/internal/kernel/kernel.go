// Package kernel says how a model of customers is seen by the code that fits
// it: coordinates without bounds in, the log-likelihood of one row and its first
// two derivatives out.
package kernel

// Row is the history of one customer, or of several alike: X repeat purchases,
// the last of them Tx after the first purchase, seen for T. X = 0 has Tx = 0.
// All times of one fit are in one unit. Discrete models count opportunities.
type Row struct {
	X     int
	Tx, T float64
	Mean  float64 // of the values of the X repeat purchases; read by models of spend only
}

// Order says which derivatives are wanted.
type Order int

// The orders.
const (
	Value    Order = iota
	Gradient       // and Value
	Hessian        // and both
)

// Evaluator is a model at one point of its coordinates. It holds tables that
// rows share, so it belongs to one goroutine; Clone gives another one.
//
// Coordinates are chosen so that nothing legal is out of reach and the limits of
// the model (a heterogeneity that vanishes, say) are approached smoothly as a
// coordinate goes to −Inf or +Inf. Where a limit is itself a model, the exact
// infinity is a legal coordinate: Row is then the limit's log-likelihood, the
// gradient's entry there is the one-sided slope in the natural quantity that has
// become 0 (dℓ/dκ where the coordinate is log κ), and the Hessian's row is 0.
type Evaluator interface {
	// Dim is the number of coordinates.
	Dim() int
	// Set moves to coordinates eta, for rows of at most maxX purchases, and
	// reports whether the model is defined there (finite parameters, no
	// overflow). eta is not kept. No allocation once tables have grown.
	Set(eta []float64, maxX int, order Order) bool
	// Row returns the log-likelihood of one row, leaving out constants that no
	// parameter moves; it overwrites grad (Dim entries) from order Gradient on
	// and hess (Dim·(Dim+1)/2 entries, the lower triangle by rows: 00, 10, 11,
	// 20, …) at order Hessian. It allocates nothing.
	Row(r Row, grad, hess []float64) float64
	// Clone returns an evaluator that shares nothing with this one.
	Clone() Evaluator
}
