package migration

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// leadsTo returns which stages can come to one of the goals over moves that have
// a probability, the goals included. Stages in closed are never left.
func (m *Matrix) leadsTo(goal, closed []bool) []bool {
	n := len(m.stages)
	out := make([]bool, n)
	var todo []int
	for i, g := range goal {
		if g {
			out[i] = true
			todo = append(todo, i)
		}
	}
	for len(todo) > 0 {
		j := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for i := range n {
			if !out[i] && !(closed != nil && closed[i]) && m.p[i*n+j] > 0 {
				out[i] = true
				todo = append(todo, i)
			}
		}
	}
	return out
}

// absent returns which rows are not known.
func (m *Matrix) absent() []bool {
	out := make([]bool, len(m.known))
	for i, k := range m.known {
		out[i] = !k
	}
	return out
}

// recurrent returns which stages are come back to for ever once entered: those
// from which every stage they lead to leads back.
func (m *Matrix) recurrent() []bool {
	n := len(m.stages)
	reach := make([][]bool, n) // reach[j][i]: i leads to j
	for j := range n {
		goal := make([]bool, n)
		goal[j] = true
		reach[j] = m.leadsTo(goal, nil)
	}
	out := make([]bool, n)
	for i := range n {
		out[i] = true
		for j := range n {
			if reach[j][i] && !reach[i][j] {
				out[i] = false
				break
			}
		}
	}
	return out
}

// inverse returns (I − v·P)⁻¹ over the stages in which, and their positions.
func (m *Matrix) inverse(v float64, which []bool) (*mat.Dense, []int, error) {
	var list []int
	for i, w := range which {
		if w {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return nil, nil, nil
	}
	n := len(m.stages)
	a := mat.NewDense(len(list), len(list), nil)
	for r, i := range list {
		for s, j := range list {
			x := -v * m.p[i*n+j]
			if i == j {
				x++
			}
			a.Set(r, s, x)
		}
	}
	var out mat.Dense
	if err := out.Inverse(a); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSingular, err)
	}
	return &out, list, nil
}
