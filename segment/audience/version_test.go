package audience

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

var noon = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

func pointers(err error) []string {
	var p []string
	for f := range guanxi.Faults(err) {
		p = append(p, f.Pointer)
	}
	return p
}

// Diff, then apply, is the new set; events are numbered without gaps over versions
// and have keys of their own.
func TestDiffThenApply(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	v := Version{Segment: "vip"}
	keys := make(map[string]bool)
	told := uint64(0)
	for i := range 30 {
		next, err := v.Next("rule", Of(randomOrdinals(r)...), noon.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		d, err := Diff(v, next)
		if err != nil {
			t.Fatal(err)
		}
		if !d.Apply(v.Set).Equal(next.Set) || d.Entered.Meets(d.Left) || d.Entered.Meets(v.Set) || !d.Left.Within(v.Set) {
			t.Fatal("diff then apply is not the new set")
		}
		state, before := v.Set, int64(-1)
		for e := range d.Events(nil) {
			told++
			if e.Seq != told || keys[e.Key] || int64(e.Ordinal) <= before || e.Segment != "vip" || e.Version != next.Number || e.Cause != "" || !e.At.Equal(next.At) {
				t.Fatalf("%+v", e)
			}
			if len(keys) < 20_000 {
				keys[e.Key] = true
			}
			before = int64(e.Ordinal)
			if e.Entered == state.Has(e.Ordinal) {
				t.Fatalf("%+v was there already", e)
			}
		}
		if told != next.Seq {
			t.Fatalf("%d events, and the version says %d", told, next.Seq)
		}
		first := func(yield func(Event) bool) { d.Events(nil)(yield) }
		for range first {
			break // stops when asked to
		}
		v = next
	}
}

// Versions that are far apart: the sets differ by who came or went for good, and
// the events are none of those of the versions.
func TestDiffOfSpan(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	versions := []Version{{Segment: "vip"}}
	for i := range 8 {
		next, err := versions[i].Next("rule", Of(randomOrdinals(r)...).And(First(300)), noon.Add(time.Duration(i)*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		versions = append(versions, next)
	}
	keys := map[string]bool{}
	for i, old := range versions {
		for j := i + 1; j < len(versions); j++ {
			d, err := Diff(old, versions[j])
			if err != nil || !d.Apply(old.Set).Equal(versions[j].Set) || d.Entered.Meets(old.Set) || !d.Left.Within(old.Set) {
				t.Fatal(i, j, err)
			}
			n := int64(0)
			for e := range d.Events(nil) {
				n++
				if keys[e.Key] || (e.Seq == 0) != (j > i+1) || e.Version != versions[j].Number {
					t.Fatalf("%+v", e)
				}
				keys[e.Key] = true
			}
			if n != d.Entered.Count()+d.Left.Count() {
				t.Fatal(n)
			}
		}
	}
}

func TestVersionRefused(t *testing.T) {
	v, err := Version{Segment: "vip"}.Next("a", Of(1, 2), noon)
	if err != nil || v.Number != 1 || v.Seq != 2 {
		t.Fatal(v, err)
	}
	for name, c := range map[string]struct {
		err  error
		want error
		at   []string
	}{
		"no time":   {failed(v.Next("a", Set{}, time.Time{})), ErrTime, []string{"/at"}},
		"year 0":    {failed(v.Next("a", Set{}, time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))), ErrTime, []string{"/at"}},
		"before":    {failed(v.Next("a", Set{}, noon.Add(-time.Microsecond))), ErrTime, []string{"/at"}},
		"no rule":   {failed(v.Next("", Set{}, noon)), ErrID, []string{"/rule"}},
		"no name":   {failed(Version{}.Next("", Set{}, noon)), ErrID, []string{"/segment", "/rule"}},
		"same":      {failed(Diff(v, v)), ErrVersion, nil},
		"backwards": {failed(Diff(v, Version{Segment: "vip", Rule: "a", At: noon})), ErrVersion, nil},
		"another":   {failed(Diff(v, Version{Segment: "new", Rule: "a", At: noon, Number: 2, Seq: 4})), ErrVersion, nil},
		"events":    {failed(Diff(v, Version{Segment: "vip", Rule: "a", At: noon, Number: 2, Seq: 2})), ErrVersion, []string{"/seq"}},
	} {
		if got := pointers(c.err); !errors.Is(c.err, c.want) || !slices.Equal(got, c.at) {
			t.Errorf("%s: %v at %v", name, c.err, got)
		}
	}
	third, _ := v.Next("a", Of(2, 3), noon)
	third, _ = third.Next("a", Of(2, 4), noon)
	odd, fewer := third, third
	odd.Seq++
	fewer.Seq = v.Seq
	for _, far := range []Version{odd, fewer} {
		if _, err := Diff(v, far); !errors.Is(err, ErrVersion) || !slices.Equal(pointers(err), []string{"/seq"}) {
			t.Error(far.Seq, err)
		}
	}
	same, err := v.Next("b", v.Set, noon)
	if err != nil || same.Seq != v.Seq || same.Number != 2 {
		t.Error(same, err)
	}
	fine, _ := v.Next("b", v.Set, noon.Add(1999))
	if !fine.At.Equal(noon.Add(time.Microsecond)) {
		t.Error("finer than microseconds:", fine.At)
	}
}

func failed[T any](_ T, err error) error { return err }
