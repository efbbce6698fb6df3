package sqltest

import (
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/internal/simulate"
)

// TestSimulation plays programmes over the service and each store, and compares every
// answer and every account with a model that shares nothing with them.
func TestSimulation(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		db := d.open(t)
		for _, lock := range []bool{false, true} {
			for seed := uint64(200); seed < 202; seed++ {
				open := func(e *loyalty.Engine) simulate.Host {
					s := d.store(t, db)
					if lock {
						return simulate.NewStored(e, s.Locking())
					}
					return simulate.NewStored(e, s)
				}
				if _, err := simulate.Run(simulate.Config{Seed: seed, Commands: 400, Open: open, Brief: true}); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
