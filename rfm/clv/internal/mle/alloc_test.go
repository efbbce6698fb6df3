//go:build !race

package mle

import (
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func TestNoAllocationByEvaluation(t *testing.T) {
	p := Problem{Model: normal(), Rows: normalRows(3_000, 1)}
	o := newObjective(&p, newTable(&p), newWorkers(&p))
	q := newPoint(2)
	if n := testing.AllocsPerRun(20, func() { o.at(q, kernel.Hessian) }); n != 0 {
		t.Errorf("an evaluation allocates %v times", n)
	}
}
