package mle

import (
	"errors"
	"fmt"
	"math"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

// Problem is what is maximised: the sum over rows of weight times log-likelihood,
// less the ridge penalty. Its parameters (Theta) are the evaluator's coordinates,
// followed by the coefficients of the covariates. A Problem is read only.
type Problem struct {
	Model kernel.Evaluator // never used itself: every worker has a clone

	Rows    []kernel.Row
	Weights []float64 // customers behind each row, ≥ 0; nil = 1 each

	Covariates Covariates

	// Starts are points to climb from, Dim coordinates each; coefficients may
	// follow, otherwise they start at 0. Starts that are not finite are passed
	// over.
	Starts [][]float64

	// Names of the parameters, for messages; missing ones are numbered.
	Names []string

	// Edges lists the limits that are models themselves, see [kernel.Evaluator].
	Edges []Edge

	// Ridge subtracts ½·Ridge[i]·(Theta[i] − Centre[i])² for each parameter, on
	// the scale of the coordinates (logs of natural parameters, for most) and
	// coefficients; nil = none, nil Centre = 0. A coordinate with a ridge has no
	// edges: its penalty is infinite there.
	Ridge, Centre []float64

	// Nested are optima of models that this one contains. A result below one of
	// them is searched for again from there, and refused if it stays below.
	Nested []Nested

	Workers int // goroutines for the sums; 0 = 1
}

// Covariates shift coordinates from row to row: coordinate c of row i is
//
//	Theta[c] + Σ over effects on c: Sign · Z[i·Columns+Column] · Theta[Dim+Coefficient]
//
// An effect on a coordinate at ±Inf moves nothing.
type Covariates struct {
	Columns      int
	Coefficients int
	Z            []float64 // len(Rows)·Columns, by rows
	Effects      []Effect
}

// Effect lets a coefficient act on a coordinate. One coefficient may have several.
type Effect struct {
	Coordinate, Column, Coefficient int
	Sign                            float64
}

// Edge is a legal limit of a coordinate: −Inf (Sign −1) or +Inf (Sign +1).
type Edge struct {
	Coordinate int
	Sign       int
	Name       string // what the limit means, for messages
}

// Nested is the optimum of a contained model, written in this problem's
// parameters (±Inf at a legal edge), and its log-likelihood without penalty.
type Nested struct {
	Theta  []float64
	LogLik float64
}

// Bound is where a coordinate without a legal edge counts as run off.
const Bound = 25

// dims returns the numbers of coordinates and of all parameters.
func (p *Problem) dims() (dim, n int) {
	dim = p.Model.Dim()
	return dim, dim + p.Covariates.Coefficients
}

// check reports what makes the problem impossible to evaluate.
func (p *Problem) check() error {
	if p.Model == nil {
		return errors.New("no model")
	}
	dim, n := p.dims()
	c := &p.Covariates
	switch {
	case len(p.Rows) == 0:
		return errors.New("no rows")
	case p.Weights != nil && len(p.Weights) != len(p.Rows):
		return fmt.Errorf("%d weights for %d rows", len(p.Weights), len(p.Rows))
	case c.Columns < 0 || c.Coefficients < 0 || len(c.Z) != len(p.Rows)*c.Columns:
		return fmt.Errorf("%d covariate values for %d rows of %d columns", len(c.Z), len(p.Rows), c.Columns)
	case p.Ridge != nil && len(p.Ridge) != n, p.Centre != nil && len(p.Centre) != n:
		return fmt.Errorf("ridge and centre need %d entries", n)
	}
	for i, w := range p.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("weight %d is %v", i, w)
		}
	}
	for _, e := range c.Effects {
		if e.Coordinate < 0 || e.Coordinate >= dim || e.Column < 0 || e.Column >= c.Columns ||
			e.Coefficient < 0 || e.Coefficient >= c.Coefficients {
			return errors.New("an effect points outside the covariates")
		}
	}
	for _, e := range p.Edges {
		if e.Coordinate < 0 || e.Coordinate >= dim || (e.Sign != 1 && e.Sign != -1) {
			return errors.New("an edge points outside the coordinates")
		}
	}
	for _, s := range p.Starts {
		if len(s) != dim && len(s) != n {
			return fmt.Errorf("a start has %d entries, not %d or %d", len(s), dim, n)
		}
	}
	for _, s := range p.Nested {
		if len(s.Theta) != n {
			return fmt.Errorf("a nested optimum has %d entries, not %d", len(s.Theta), n)
		}
	}
	return nil
}

// name of parameter i.
func (p *Problem) name(i int) string {
	if i < len(p.Names) && p.Names[i] != "" {
		return p.Names[i]
	}
	return fmt.Sprintf("parameter %d", i)
}

// runs says in words where parameter i runs off to: coordinates are logs.
func (p *Problem) runs(i, side int) string {
	switch dim, _ := p.dims(); {
	case side > 0:
		return " grows without limit"
	case i < dim:
		return " falls to 0"
	}
	return " falls without limit"
}

// edge returns the legal edge of parameter i on the side of sign.
func (p *Problem) edge(i, sign int) (Edge, bool) {
	if p.Ridge != nil && p.Ridge[i] > 0 {
		return Edge{}, false
	}
	for _, e := range p.Edges {
		if e.Coordinate == i && e.Sign == sign {
			return e, true
		}
	}
	return Edge{}, false
}
