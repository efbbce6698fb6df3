//go:build !race

package winback_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/churn/winback"
)

func TestAllocs(t *testing.T) {
	e := engine(t, func(c *winback.Config) { c.Stops = []string{"annoyed"} })
	c, treated := pricey(), of(e, winback.Treated)
	var purse winback.Purse
	assigned := winback.State{Arm: winback.Treated, Assigned: left.UnixMicro()}
	waiting := winback.State{Arm: winback.Treated, Assigned: 1, Steps: 1, Last: now.AddDate(0, 0, -1).UnixMicro()}
	stopped := c
	stopped.Segment = "annoyed"
	for _, x := range []struct {
		name string
		want float64
		c    winback.Customer
		s    winback.State
	}{
		{"an act (its cost as a decimal)", 2, c, assigned},
		{"an act, and the arm", 3, c, winback.State{}},
		{"waiting", 0, c, waiting},
		{"stopped", 0, stopped, waiting},
	} {
		if n := testing.AllocsPerRun(50, func() {
			if _, err := e.Decide(treated, x.c, x.s, purse, now); err != nil {
				t.Fatal(err)
			}
		}); n > x.want {
			t.Errorf("%s: %v allocs, want %v", x.name, n, x.want)
		}
	}
}
