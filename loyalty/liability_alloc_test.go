//go:build !race

package loyalty

import "testing"

func TestLiabilityAllocs(t *testing.T) {
	accounts := smallAccounts(t, 10)
	l := mustLiability(t, t0.AddDate(0, 8, 0), nil)
	p := randomDesk(t, 1, 60)
	r := mustRoll(t, t0, t0.AddDate(1, 0, 0), "")
	add := func() {
		for _, a := range accounts {
			if err := l.AddAccount(a); err != nil {
				t.Fatal(err)
			}
		}
		for i := range p.journal {
			if err := r.Add(&p.journal[i]); err != nil {
				t.Fatal(err)
			}
		}
	}
	add()
	if n := testing.AllocsPerRun(20, add); n != 0 {
		t.Errorf("%v allocs, want 0", n)
	}
}
