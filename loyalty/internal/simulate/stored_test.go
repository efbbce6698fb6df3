package simulate

import (
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
)

// TestStored plays over the service and the store in memory.
func TestStored(t *testing.T) {
	for seed := uint64(100); seed < 103; seed++ {
		open := func(e *loyalty.Engine) Host { return NewStored(e, new(loyalty.Memory)) }
		if _, err := Run(Config{Seed: seed, Commands: 1500, Open: open}); err != nil {
			t.Fatal(err)
		}
	}
}
