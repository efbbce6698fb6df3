//go:build !race

package loyalty

import (
	"fmt"
	"testing"
)

// Deciding and applying allocate no more than what the account keeps: less than two
// allocations a command on average, and none for deciding alone.
func TestDecideAllocs(t *testing.T) {
	for _, random := range []bool{false, true} {
		d := crowded(t, 2000, random)
		keys := make([]Key, 4000)
		for i := range keys {
			keys[i] = Key(fmt.Sprintf("key-%08d", i))
		}
		earn := Earn{Header{At: day(1)}, order("o", 60)}
		redeem := Redeem{Header{At: day(1)}, Spend{Kind: "points", Points: 60}}
		var dec Decision
		n := 0
		run := func(apply bool) func() {
			return func() {
				earn.Key, redeem.Key = keys[n], keys[n+1]
				earn.Order.ID = string(keys[n])
				n += 2
				for _, cmd := range [...]Command{&earn, &redeem} {
					if err := d.e.DecideInto(&dec, d.a, cmd, t0); err != nil {
						t.Fatal(err)
					}
					if !apply {
						continue
					}
					if err := d.a.Apply(&dec); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if allocs := testing.AllocsPerRun(500, run(true)); allocs > 4 {
			t.Errorf("%v allocations for two commands", allocs)
		}
		if allocs := testing.AllocsPerRun(500, run(false)); allocs > 0 {
			t.Errorf("%v allocations for deciding two commands", allocs)
		}
	}
	d := crowded(t, 100, true)
	b := d.a
	var part Account
	need := d.e.Need(&Redeem{Header{Key: "x", At: day(1)}, Spend{Kind: "points", Points: 60}})
	if allocs := testing.AllocsPerRun(100, func() { b.LoadInto(&part, need) }); allocs > 4 {
		t.Errorf("%v allocations for loading a part", allocs)
	}
}
