package audience

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi"
)

// town is a directory of n customers "C-0", "C-1", …
func town(t testing.TB, n int) *Memory[string] {
	t.Helper()
	dir := NewMemory(guanxi.StringKey[string]())
	keys := make([]string, n)
	for i := range keys {
		keys[i] = "C-" + strconv.Itoa(i)
	}
	if _, err := dir.Assign(context.Background(), nil, keys); err != nil {
		t.Fatal(err)
	}
	return dir
}

func split(t testing.TB, c Campaign) *Split[string] {
	t.Helper()
	s, err := NewSplit(guanxi.StringKey[string](), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func enrol(t testing.TB, s *Split[string], dir Index[string], r Roster, segments map[string]Set) Roster {
	t.Helper()
	r, err := s.Enrol(context.Background(), dir, r, segments)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Who is held out never changes: the host has told customers, or has not.
func TestArmsNeverChange(t *testing.T) {
	s := split(t, springCampaign())
	var got []Arm
	for i := range 12 {
		a, err := s.Arm("C-"+strconv.Itoa(i), "vip")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	// python3 -c "import hashlib,struct; s=b'spring-2026'; print(['TH'[(struct.unpack('>Q',hashlib.sha256(struct.pack('>Q',len(s))
	// +s+bytes([len(k)])+k).digest()[:8])[0]>>11)/2**53<.5] for k in (b'C-%d'%i for i in range(12))])"
	const T, H = Treated, Held
	if want := []Arm{H, H, T, H, H, H, H, T, H, H, T, H}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := s.Arm("C-1", "unknown"); !errors.Is(err, ErrStratum) {
		t.Error(err)
	}
}

// A greater share keeps whom a smaller one held, and another salt holds others.
func TestSharesNest(t *testing.T) {
	s := split(t, springCampaign())
	c := springCampaign()
	c.Holdout.Salt = "summer"
	other := split(t, c)
	both, held, of := 0, 0, 0
	for i := range 4000 {
		k := "C-" + strconv.Itoa(i)
		few, _ := s.Arm(k, "new")
		some, _ := s.Arm(k, "")
		many, _ := s.Arm(k, "vip")
		if few == Held && some != Held || some == Held && many != Held {
			t.Fatal("a smaller share holds whom a greater one treats")
		}
		if many == Held {
			of++
			if a, _ := other.Arm(k, "vip"); a == Held {
				both++
			}
		}
		if some == Held {
			held++
		}
	}
	if math.Abs(float64(held)/4000-0.2) > 0.02 || math.Abs(float64(of)/4000-0.5) > 0.03 || math.Abs(float64(both)/float64(of)-0.5) > 0.05 {
		t.Error(held, of, both)
	}
}

func TestEnrol(t *testing.T) {
	const n = 6000
	dir := town(t, n)
	s := split(t, springCampaign())
	segments := map[string]Set{"active": First(5000), "vip": First(1000), "new": First(2500).Minus(First(500))}
	r := enrol(t, s, dir, Roster{}, segments)
	if !r.All().Equal(First(5000)) || r.Treated().Meets(r.Held()) || r.Campaign != "spring" {
		t.Fatal("not everybody of the target, or somebody twice")
	}
	report, err := s.Assignments(r)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Assignment{{Segment: "vip", Treated: 1000, Wanted: 0.5}, {Segment: "new", Treated: 1500, Wanted: 0.1}, {Segment: "", Treated: 2500, Wanted: 0.2}} {
		a := report[i]
		size := a.Treated + a.Held
		if a.Segment != want.Segment || size != want.Treated || a.Wanted != want.Wanted || a.Uneven || math.Abs(float64(a.Held)/float64(size)-a.Wanted) > 0.05 {
			t.Errorf("%+v", a)
		}
	}
	for v := range uint32(5000) {
		arm, stratum := r.Arm(v)
		if want, err := s.Arm("C-"+strconv.Itoa(int(v)), stratum); err != nil || arm != want {
			t.Fatalf("customer %d is %s in %q, and the hash says %s", v, arm, stratum, want)
		}
	}
	if arm, stratum := r.Arm(5500); arm != Unassigned || stratum != "" {
		t.Error(arm, stratum)
	}

	// Customers change segments, and others come: who is enrolled stays.
	segments = map[string]Set{"active": First(6000).Minus(First(100)), "vip": First(6000).Minus(First(4000)), "new": First(10)}
	c := springCampaign()
	c.Holdout.Share, c.Strata[0].Share = 0.6, 0.1
	later := enrol(t, split(t, c), dir, r, segments)
	for v := range uint32(5000) {
		a1, s1 := r.Arm(v)
		a2, s2 := later.Arm(v)
		if a1 != a2 || s1 != s2 {
			t.Fatalf("customer %d was %s in %q and is %s in %q", v, a1, s1, a2, s2)
		}
	}
	if got := later.Strata[0].Treated.Or(later.Strata[0].Held).Minus(First(1000)); !got.Equal(First(6000).Minus(First(5000))) {
		t.Error("newcomers are not in their stratum", got)
	}
	report, err = split(t, c).Assignments(later)
	if err != nil || !report[2].Uneven || report[1].Uneven {
		t.Errorf("the changed share is not seen: %+v, %v", report, err)
	}

	// What the host stores comes back.
	data, err := json.Marshal(later)
	if err != nil {
		t.Fatal(err)
	}
	var back Roster
	if err := json.Unmarshal(data, &back); err != nil || !back.equal(later) || back.equal(r) || back.equal(Roster{}) {
		t.Error("JSON", err)
	}
	if again := enrol(t, s, dir, back, segments); !again.equal(later) {
		t.Error("enrolling twice changes something")
	}
}

// Removed customers are not enrolled, and nobody held out is nobody held out.
func TestEnrolLeavesOut(t *testing.T) {
	dir := town(t, 100)
	if err := dir.Remove(context.Background(), []string{"C-7", "C-8"}); err != nil {
		t.Fatal(err)
	}
	c := springCampaign()
	c.Strata, c.Holdout = nil, Holdout{}
	r := enrol(t, split(t, c), dir, Roster{}, map[string]Set{"active": First(200)})
	if !r.Held().IsEmpty() || !r.Treated().Equal(First(100).Minus(Of(7, 8))) {
		t.Error(r.Treated(), r.Held())
	}
}

func TestEnrolRefused(t *testing.T) {
	dir, s := town(t, 10), split(t, springCampaign())
	segments := map[string]Set{"active": First(10), "vip": First(1), "new": {}}
	good := enrol(t, s, dir, Roster{}, segments)
	change := func(f func(r *Roster)) Roster {
		r := good
		r.Strata = slices.Clone(good.Strata)
		f(&r)
		return r
	}
	for at, r := range map[string]Roster{
		"/campaign":          change(func(r *Roster) { r.Campaign = "autumn" }),
		"/strata":            change(func(r *Roster) { r.Strata = r.Strata[:2] }),
		"/strata/1/segment":  change(func(r *Roster) { r.Strata[1].Segment = "old" }),
		"/strata (twice)":    change(func(r *Roster) { r.Strata[1].Treated = First(3) }),
		"/strata (both arm)": change(func(r *Roster) { r.Strata[2].Treated = r.Strata[2].Treated.Or(Of(500)); r.Strata[2].Held = Of(500) }),
	} {
		_, err := s.Enrol(context.Background(), dir, r, segments)
		_, err2 := s.Assignments(r)
		_, err3 := NewOutcomes(springCampaign(), r)
		for _, err := range []error{err, err2, err3} {
			if got := pointers(err); !errors.Is(err, ErrRoster) || len(got) != 1 || at[:len(got[0])] != got[0] {
				t.Errorf("%s: %v", at, err)
			}
		}
	}
	missing := maps.Clone(segments)
	delete(missing, "vip")
	delete(missing, "active")
	_, err := s.Enrol(context.Background(), dir, good, missing)
	if got := pointers(err); !errors.Is(err, ErrID) || !slices.Equal(got, []string{"/segments/vip", "/segments/active"}) {
		t.Error(got, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Enrol(ctx, dir, Roster{}, segments); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
