package care_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
)

func poolConfig() care.PoolConfig {
	return care.PoolConfig{Zone: "+08:00", Untouched: span("P15D"), Warning: span("P3D"), Holding: 2, Claims: 2, ClaimsPer: span("P1D"), Reclaim: span("P7D")}
}

func TestPool(t *testing.T) {
	p := must(care.NewPool(poolConfig()))
	l, s := care.Lead{ID: "acme"}, care.Seller{ID: "zhang"}
	l, s, _, err := p.Claim(l, s, at("2025-03-01 10:00"))
	if err != nil || l.Owner != "zhang" || s.Holding != 1 || !p.Next(l).Equal(at("2025-03-13 10:00")) {
		t.Fatal(l, s, err)
	}
	if _, _, _, err := p.Claim(l, care.Seller{ID: "chen"}, at("2025-03-01 11:00")); !errors.Is(err, care.ErrOwner) {
		t.Error(err)
	}
	l, _, err = p.Touch(l, "zhang", at("2025-03-05 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	gone, notices, err := p.Advance(l, at("2025-04-01 00:00"))
	want := []care.Notice{{Kind: care.Warned, Owner: "zhang", At: at("2025-03-17 10:00").UTC()}, {Kind: care.Returned, Owner: "zhang", At: at("2025-03-20 10:00").UTC()}}
	if err != nil || !slices.Equal(notices, want) || gone.Owner != "" || gone.Last != "zhang" || !p.Next(gone).IsZero() {
		t.Error(gone, notices, err)
	}
	if _, _, err := p.Touch(l, "zhang", at("2025-03-20 10:00")); !errors.Is(err, care.ErrOwner) {
		t.Error(err)
	}
	back, _, err := p.Advance(l, at("2025-03-20 10:00"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := p.Claim(back, care.Seller{ID: "zhang"}, at("2025-03-27 09:59")); !errors.Is(err, care.ErrReclaim) {
		t.Error(err)
	}
	if _, _, _, err := p.Claim(back, care.Seller{ID: "zhang"}, at("2025-03-27 10:00")); err != nil {
		t.Error(err)
	}
	if _, _, _, err := p.Claim(back, care.Seller{ID: "chen", Holding: 2}, at("2025-03-27 10:00")); !errors.Is(err, care.ErrHolding) {
		t.Error(err)
	}
	busy := care.Seller{ID: "chen", Claims: []time.Time{at("2025-03-26 10:01").UTC(), at("2025-03-27 09:00").UTC()}}
	if _, _, _, err := p.Claim(back, busy, at("2025-03-27 10:00")); !errors.Is(err, care.ErrClaims) {
		t.Error(err)
	}
	if _, got, _, err := p.Claim(back, busy, at("2025-03-27 10:01")); err != nil || len(got.Claims) != 2 {
		t.Error(got, err)
	}
	zhang, chen := care.Seller{ID: "zhang", Holding: 1}, care.Seller{ID: "chen", Holding: 1}
	moved, zhang, chen, _, err := p.HandOver(l, zhang, chen, at("2025-03-18 10:00"))
	if err != nil || moved.Owner != "chen" || zhang.Holding != 0 || chen.Holding != 2 || moved.Warned {
		t.Error(moved, zhang, chen, err)
	}
	if _, _, _, _, err := p.HandOver(moved, chen, chen, at("2025-03-19 10:00")); !errors.Is(err, care.ErrOwner) {
		t.Error(err)
	}
	if _, _, _, _, err := p.HandOver(moved, chen, care.Seller{ID: "wu", Holding: 2}, at("2025-03-19 10:00")); !errors.Is(err, care.ErrHolding) {
		t.Error(err)
	}
	free, chen, err := p.Release(moved, chen, at("2025-03-19 10:00"))
	if err != nil || free.Owner != "" || chen.Holding != 1 || free.Last != "chen" {
		t.Error(free, chen, err)
	}
	if _, _, err := p.Release(free, chen, at("2025-03-19 10:00")); !errors.Is(err, care.ErrOwner) {
		t.Error(err)
	}
	if _, _, err := p.Advance(free, at("2025-03-19 09:00")); !errors.Is(err, care.ErrBackwards) {
		t.Error(err)
	}
	if _, _, err := p.Advance(care.Lead{ID: "x", Owner: "y"}, at("2025-03-19 09:00")); !errors.Is(err, care.ErrState) {
		t.Error(err)
	}
	if _, _, _, _, err := p.HandOver(l, care.Seller{ID: "zhang"}, care.Seller{}, at("2025-03-06 10:00")); !errors.Is(err, care.ErrID) {
		t.Error(err)
	}
}

// Sweeps in between make no difference, and no command panics.
func TestPoolSweeps(t *testing.T) {
	p := must(care.NewPool(poolConfig()))
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		now := at("2025-01-01 00:00")
		a := care.Lead{ID: "x"}
		b := a
		var na, nb []care.Notice
		for range 20 {
			next := now.Add(time.Duration(r.Int64N(int64(20 * 24 * time.Hour))))
			mid := now.Add(next.Sub(now) / 2)
			swept, n, err := p.Advance(b, mid)
			if err != nil {
				t.Fatal(err)
			}
			b, nb, now = swept, append(nb, n...), next
			who, command := []string{"zhang", "chen"}[r.IntN(2)], r.IntN(3)
			do := func(l care.Lead) (care.Lead, []care.Notice, error) {
				switch command {
				case 0:
					l, _, n, err := p.Claim(l, care.Seller{ID: who}, now)
					return l, n, err
				case 1:
					return p.Touch(l, who, now)
				}
				return p.Advance(l, now)
			}
			xa, ma, erra := do(a)
			xb, mb, errb := do(b)
			if (erra == nil) != (errb == nil) {
				t.Fatal(erra, errb)
			}
			if erra != nil {
				if xa != a {
					t.Fatal("changed on error")
				}
				xa, ma, _ = p.Advance(a, now)
				xb, mb, _ = p.Advance(b, now)
			}
			a, b, na, nb = xa, xb, append(na, ma...), append(nb, mb...)
			if a != b || !slices.Equal(na, nb) {
				t.Fatalf("%+v\n%+v\n%v\n%v", a, b, na, nb)
			}
			data, _ := json.Marshal(a)
			var back care.Lead
			if err := json.Unmarshal(data, &back); err != nil || back != a {
				t.Fatalf("%s %v", data, err)
			}
		}
	}
}
