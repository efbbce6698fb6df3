package simulate

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"
)

// overMemory is a host over the store in memory.
func overMemory(e *loyalty.Engine) Host {
	m := new(loyalty.Memory)
	h := NewStored(e, m)
	h.Outbox = m
	return h
}

// overFaults is a host over a store whose calls fail, one in about 8.
func overFaults(seed uint64, e *loyalty.Engine, m *loyalty.Memory) *Stored {
	rng := rand.New(rand.NewPCG(seed, 3))
	f := &loyaltytest.Faults{Store: m, Plan: func(int, string) loyaltytest.Fault {
		if rng.IntN(8) > 0 {
			return loyaltytest.None
		}
		return []loyaltytest.Fault{loyaltytest.FailBefore, loyaltytest.Unknown, loyaltytest.Lost, loyaltytest.Conflict}[rng.IntN(4)]
	}}
	h := NewStored(e, f)
	if rng.IntN(2) == 0 {
		h = NewStored(e, loyaltytest.FaultsMulti{Faults: f})
	}
	h.Truth, h.Outbox = m, m
	h.Fault = func(err error) bool {
		return errors.Is(err, loyaltytest.ErrInjected) || errors.Is(err, loyalty.ErrUnknownOutcome)
	}
	return h
}

// TestStored plays over the service and the store in memory, which is sound, or fails.
func TestStored(t *testing.T) {
	commands, first := number("GUANXI_COMMANDS", 4000), uint64(number("GUANXI_SEED", 100))
	for seed := first; seed < first+uint64(commands)/1000; seed++ {
		if _, err := Run(Config{Seed: seed, Commands: 1000, Open: overMemory}); err != nil {
			t.Fatal(err)
		}
		faulty := func(e *loyalty.Engine) Host { return overFaults(seed, e, new(loyalty.Memory)) }
		if _, err := Run(Config{Seed: seed, Commands: 1000, Open: faulty, Brief: true}); err != nil {
			t.Fatal("with faults:", err)
		}
	}
}
