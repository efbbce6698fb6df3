package loyalty

import (
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
)

// TestTierGolden: what was written once is read for ever.
func TestTierGolden(t *testing.T) {
	s := TierState{
		Tier: "gold", Since: 1_735_722_000_000_000, Reason: TierReached, Joined: 1_735_722_000_000_000, Mode: Rolling, Kinds: [MaxTierKinds]Kind{"growth"},
		Now:    TierCycle{From: 5, Base: "member", Reached: []TierReach{{Tier: "gold", At: 7, Had: points(1000), Grace: 3, Rest: 4}}, Growth: TierSums{100000, 2, 1000}, Taken: TierSums{2}, Land: "silver"},
		Review: 1_767_225_600_000_000, Due: 1_767_225_600_000_000, Verdict: VerdictGrace, Grace: 9, Rest: -3, Spared: TierReach{Tier: "gold", At: 8, Had: points(9)}, Low: 20001,
		Past: TierCycle{From: -5, Base: "silver"}, Lock: "gold", LockEnd: Never,
		Terms: []TierTerm{{"silver", true, 1, 2, 12, 1, 5}}, Days: []TierDay{{20000, points(3)}}, Gone: 19000,
		Steps: []TierStep{{"member", "gold", 7, TierReached}},
	}
	const golden = "0304676f6c647f038090e9d3a8a895068090e9d3a8a89506077265616368656407726f6c6c696e67010667726f7774680a066d656d62657207c09a0c04d00f01" +
		"040673696c7665720104676f6c640e04d00f0608808082e288d2a30600056772616365120504676f6c641004120000c2b802090673696c7665720000000004676f" +
		"6c64feffffffffffffffff01010673696c76657201020418020af0a80201c0b802040601066d656d62657204676f6c640e0772656163686564"
	got := s.append(nil)
	if hex.EncodeToString(got) != golden {
		t.Errorf("%d bytes: %x", len(got), got)
	}
	var back TierState
	if err := back.UnmarshalBinary(got); err != nil || string(back.append(nil)) != string(got) {
		t.Errorf("%v: %+v", err, back)
	}
	for i := range got {
		if err := back.UnmarshalBinary(got[:i]); !errors.Is(err, ErrFormat) {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
	if err := back.UnmarshalBinary(append(got, 0)); !errors.Is(err, ErrFormat) {
		t.Errorf("%v", err)
	}
}

func FuzzTierState(f *testing.F) {
	for seed := range 20 {
		rng := rand.New(rand.NewPCG(uint64(seed), 23))
		p := lawTiers(rng)
		r, err := compile(&p)
		if err != nil {
			f.Fatal(err)
		}
		b := &tierBook{r: r.loyal}
		tierSteps(rng, 20, b)
		f.Add(b.s.append(nil))
	}
	// A term that ends at the instant 0.
	f.Add((&TierState{Tier: "00", Terms: []TierTerm{{Tier: "0"}}}).append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s TierState
		if s.UnmarshalBinary(data) != nil {
			return
		}
		if got := s.append(nil); string(got) != string(data) {
			t.Errorf("%x is read, and written as %x", data, got)
		}
		e := MustNew(shop(withTiers())) // nothing that can be read makes it panic
		e.tierView(&s, noon())
	})
}
