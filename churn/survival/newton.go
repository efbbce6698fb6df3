package survival

import (
	"fmt"
	"math"
	"strings"
)

// objective is a log-likelihood. eval sets the gradient and the information
// (minus the matrix of second derivatives) at beta and returns the value.
type objective interface {
	eval(beta []float64) float64
	slopes() (gradient []float64, information sym)
}

// newton climbs to the maximum from beta, in place.
type newton struct {
	most int // evaluations
	// convex says that the information is never negative, so that one that is
	// not positive definite means that the maximum is at infinity.
	convex bool
	// known, where not nil, is the value at the start, where f stands already.
	known *float64
}

// apart is a step in standard deviations of a column that no fit near its
// maximum makes: while the likelihood no longer rises, the coefficient still
// runs away.
const apart = 1e-3

// runaway names the columns whose coefficients have no end.
type runaway struct{ columns []int }

func (r *runaway) Error() string { return ErrSeparation.Error() }

// climb returns the value at the maximum, with beta there, the gradient and
// information of f those of the last evaluation, and c its factor.
func (nt newton) climb(f objective, beta []float64, c *chol) (ll float64, evals int, err error) {
	p := len(beta)
	step, next := make([]float64, p), make([]float64, p)
	if nt.known != nil {
		ll = *nt.known
	} else {
		ll = f.eval(beta)
	}
	if math.IsNaN(ll) || math.IsInf(ll, 0) {
		return ll, 1, ErrConverge
	}
	for evals = 1; ; evals++ {
		u, info := f.slopes()
		if bad := nt.factor(c, info); bad >= 0 {
			return ll, evals, &runaway{[]int{bad}}
		}
		c.solve(step, u)
		rise := 0.0
		for i := range u {
			rise += u[i] * step[i]
		}
		if !(rise >= 0 && rise <= math.MaxFloat64) {
			return ll, evals, ErrConverge
		}
		if rise < 1e-13*(1+math.Abs(ll)*1e-4) {
			if away := far(step); away != nil {
				return ll, evals, &runaway{away}
			}
			for i := range beta {
				beta[i] += step[i]
			}
			return ll, evals, nil
		}
		if evals >= nt.most {
			return ll, evals, fmt.Errorf("%w in %d steps", ErrConverge, evals)
		}
		// Halve the step until it does not lead down.
		slack := 1e-12 * (1 + math.Abs(ll))
		for scale := 1.0; ; scale /= 2 {
			for i := range beta {
				next[i] = beta[i] + scale*step[i]
			}
			if got := f.eval(next); got >= ll-slack && got <= math.MaxFloat64 {
				ll = got
				break
			}
			if scale < 1e-9 {
				return ll, evals, ErrConverge
			}
		}
		copy(beta, next)
	}
}

// factor takes info apart; where it may be indefinite, with as much added to its
// diagonal as it takes. It returns the column at fault, or -1.
func (nt newton) factor(c *chol, info sym) int {
	bad := c.factor(info, 1e-14)
	if bad < 0 || nt.convex {
		return bad
	}
	more := sym{info.n, append([]float64(nil), info.a...)}
	for add := 1e-3; add < 1e12; add *= 10 {
		for i := range info.n {
			d := info.at(i, i)
			more.set(i, i, d+add*(math.Abs(d)+1e-8))
		}
		if c.factor(more, 1e-14) < 0 {
			return -1
		}
	}
	return bad
}

// far returns the columns that still move, nil where all are at rest.
func far(step []float64) (columns []int) {
	most := 0.0
	for _, s := range step {
		most = max(most, math.Abs(s))
	}
	if !(most > apart) {
		return nil
	}
	for i, s := range step {
		if math.Abs(s) > most/100 {
			columns = append(columns, i)
		}
	}
	return columns
}

// independent refuses columns that do not vary or that others make up, by name,
// from the information where all coefficients are 0, which about equals scale
// for a column that does its part.
func independent(info sym, names []string, scale float64) error {
	var c chol
	c.alike(info.n)
	var fs faults
	for i := range info.n {
		if info.at(i, i) > 1e-12*scale && c.row(info, i, 1e-11) {
			continue
		}
		c.l.set(i, i, 0)
		if !(info.at(i, i) > 1e-12*scale) {
			for j := range i {
				c.l.set(i, j, 0)
			}
		}
		var of []string
		for j, b := range c.combination(i) {
			if math.Abs(b) > 1e-6 {
				of = append(of, fmt.Sprintf("%q", names[j]))
			}
		}
		if len(of) == 0 {
			fs.add(fmt.Errorf("%w among those at risk", ErrConstant), "covariates", names[i])
		} else {
			fs.add(fmt.Errorf("%w: of %s", ErrCollinear, strings.Join(of, ", ")), "covariates", names[i])
		}
	}
	return fs.err()
}
