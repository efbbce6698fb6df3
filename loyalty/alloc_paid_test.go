//go:build !race

package loyalty

import "testing"

// Deciding a payment that is linked with its order allocates nothing.
func TestPaymentAllocs(t *testing.T) {
	d := newDesk(t, paying())
	d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 5000})
	d.do(&Earn{d.head(day(0)), order("o", 40)})
	d.do(&Redeem{d.head(day(0)), pay("o", 40, 100)})
	c := &Redeem{Header{Key: "x", At: day(1)}, pay("o", 40, 100)}
	var dec Decision
	run := func() {
		if err := d.e.DecideInto(&dec, d.a, c, day(1)); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(200, run); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}
