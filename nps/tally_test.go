package nps_test

import (
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

func TestZeroTallyIsNPS(t *testing.T) {
	var zero nps.Tally
	if zero != nps.MustTally(nps.NPS, nps.Range{}) {
		t.Error("the zero tally is not the empty NPS tally")
	}
	if zero.Range() != (nps.Range{Min: 0, Max: 10, Passive: 7, Promoter: 9}) || zero.Kind() != nps.NPS {
		t.Errorf("zero: %v %v", zero.Kind(), zero.Range())
	}
	if score, ok := zero.Score(); ok || score != 0 {
		t.Errorf("score of nothing: %v, %v", score, ok)
	}
	if mean, ok := zero.Mean(); ok || mean != 0 {
		t.Errorf("mean of nothing: %v, %v", mean, ok)
	}
	if err := zero.Dismiss(5); err != nil {
		t.Fatal(err)
	}
	if _, ok := zero.Score(); ok || zero.Answers() != 0 || zero.Dismissed() != 5 {
		t.Error("a dismissal became an answer")
	}
}

// Every score of every preset falls into its class.
func TestPresets(t *testing.T) {
	for _, tt := range []struct {
		kind    nps.Kind
		classes string // from Min
		first   int
	}{
		{nps.NPS, "dddddddpp++", 0},
		{nps.ENPS, "dddddddpp++", 0},
		{nps.CSAT, "ddp++", 1},
		{nps.CES, "dddpp++", 1},
	} {
		tally := nps.MustTally(tt.kind, nps.Range{})
		var got strings.Builder
		for score := tt.first; score < tt.first+len(tt.classes); score++ {
			if err := tally.Add(score); err != nil {
				t.Fatal(err)
			}
			class, err := tally.Range().Class(score)
			if err != nil {
				t.Fatal(err)
			}
			got.WriteByte("?dp+"[class])
		}
		if got.String() != tt.classes {
			t.Errorf("%s: %s, want %s", tt.kind, &got, tt.classes)
		}
		want := nps.Classes{Detractors: int64(strings.Count(tt.classes, "d")), Passives: int64(strings.Count(tt.classes, "p")), Promoters: int64(strings.Count(tt.classes, "+"))}
		if tally.Classes() != want {
			t.Errorf("%s: %+v, want %+v", tt.kind, tally.Classes(), want)
		}
		for _, off := range []int{tt.first - 1, tt.first + len(tt.classes), math.MaxInt, math.MinInt} {
			before := tally
			if err := tally.Add(off); !errors.Is(err, nps.ErrScore) || tally != before {
				t.Errorf("%s: score %d: %v", tt.kind, off, err)
			}
			if tally.Count(off) != 0 {
				t.Errorf("%s: answers of score %d", tt.kind, off)
			}
		}
		n, last := 0, tt.first-1
		for score, count := range tally.All() {
			if score != last+1 || count != 1 || tally.Count(score) != 1 {
				t.Errorf("%s: %d has %d", tt.kind, score, count)
			}
			n, last = n+1, score
		}
		if n != len(tt.classes) {
			t.Errorf("%s: %d points", tt.kind, n)
		}
		for range tally.All() {
			break
		}
	}
	if _, err := nps.NewTally(nps.Other, nps.Range{}); !errors.Is(err, nps.ErrRange) {
		t.Errorf("a kind without a preset: %v", err)
	}
	stars := nps.MustTally(nps.Other, nps.Range{Min: -5, Max: 5, Passive: 4, Promoter: 4})
	for score := -5; score <= 5; score++ {
		if err := stars.Add(score); err != nil {
			t.Fatal(err)
		}
	}
	if c := stars.Classes(); c != (nps.Classes{Detractors: 9, Promoters: 2}) {
		t.Errorf("no passives: %+v", c)
	}
}

func TestAddFloat(t *testing.T) {
	var tally nps.Tally
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 6.5, 8.5, -1, 11, 10.0000001, 1e300} {
		if err := tally.AddFloat(bad); !errors.Is(err, nps.ErrScore) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if tally != (nps.Tally{}) {
		t.Error("a refused score was counted")
	}
	for score := range 11 {
		if err := tally.AddFloat(float64(score)); err != nil {
			t.Fatal(err)
		}
	}
	if tally.Answers() != 11 {
		t.Errorf("%d answers", tally.Answers())
	}
}

func TestCounts(t *testing.T) {
	var tally nps.Tally
	if err := tally.AddN(9, nps.MaxCount); err != nil {
		t.Fatal(err)
	}
	full := tally
	for what, err := range map[string]error{
		"add to a full count": tally.Add(9),
		"add one":             tally.AddN(9, 1),
		"add very many":       tally.AddN(8, math.MaxInt64),
		"remove very many":    tally.AddN(8, math.MinInt64),
		"remove from none":    tally.Remove(8),
		"merge":               tally.Merge(full),
		"dismiss back":        tally.Dismiss(-1),
	} {
		if !errors.Is(err, nps.ErrCount) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if tally != full {
		t.Error("a refused change was made")
	}
	var other nps.Tally
	if err := other.Add(1); err != nil {
		t.Fatal(err)
	}
	if err := tally.Sub(other); !errors.Is(err, nps.ErrCount) || tally != full {
		t.Errorf("below zero: %v", err)
	}
	csat := nps.MustTally(nps.CSAT, nps.Range{})
	if err := tally.Merge(csat); !errors.Is(err, nps.ErrMismatch) {
		t.Errorf("two kinds: %v", err)
	}
	if err := tally.Sub(nps.MustTally(nps.ENPS, nps.Range{})); !errors.Is(err, nps.ErrMismatch) {
		t.Errorf("two kinds of one scale: %v", err)
	}
	if _, err := nps.Diff(tally, csat, 0.95); !errors.Is(err, nps.ErrMismatch) {
		t.Errorf("difference of two kinds: %v", err)
	}
	tally.Reset()
	if tally != (nps.Tally{}) {
		t.Error("reset left something")
	}
}

func TestRangeFaults(t *testing.T) {
	for _, tt := range []struct {
		r    nps.Range
		want string
	}{
		{nps.Range{Min: 0, Max: 11, Passive: 7, Promoter: 9}, "/max"},
		{nps.Range{Min: 5, Max: 1, Passive: 3, Promoter: 4}, "/max /passive /promoter"},
		{nps.Range{Min: -101, Max: -95, Passive: -98, Promoter: -96}, "/min"},
		{nps.Range{Min: 95, Max: 101, Passive: 98, Promoter: 99}, "/max"},
		{nps.Range{Min: 1, Max: 5, Passive: 1, Promoter: 4}, "/passive"},
		{nps.Range{Min: 1, Max: 5, Passive: 5, Promoter: 4}, "/passive"},
		{nps.Range{Min: 1, Max: 5, Passive: 3, Promoter: 6}, "/promoter"},
		{nps.Range{Min: 1, Max: 5, Passive: 4, Promoter: 4}, ""},
	} {
		var places []string
		for f := range guanxi.Faults(tt.r.Validate()) {
			if !errors.Is(f, nps.ErrRange) {
				t.Errorf("%+v: %v", tt.r, f)
			}
			places = append(places, f.Pointer)
		}
		if got := strings.Join(places, " "); got != tt.want {
			t.Errorf("%+v: faults at %q, want %q", tt.r, got, tt.want)
		}
		_, err := nps.NewTally(nps.Other, tt.r)
		for f := range guanxi.Faults(err) {
			if !strings.HasPrefix(f.Pointer, "/range/") {
				t.Errorf("%+v: %v", tt.r, f)
			}
		}
	}
}

func TestEnums(t *testing.T) {
	for k := nps.NPS; k <= nps.Other; k++ {
		text, err := k.MarshalText()
		value, errValue := k.Value()
		var back, scanned nps.Kind
		if err != nil || errValue != nil || back.UnmarshalText(text) != nil || back != k || scanned.Scan(value) != nil || scanned != k {
			t.Errorf("%v: %s, %v", k, text, err)
		}
		if k.Label(guanxi.EN) == "" || k.Label(guanxi.ZH) == "" || k.Label(guanxi.EN) == k.Label(guanxi.ZH) {
			t.Errorf("%v has no two names", k)
		}
	}
	for c := nps.NoAnswer; c <= nps.Promoter; c++ {
		text, err := c.MarshalText()
		value, errValue := c.Value()
		var back, scanned nps.Class
		if err != nil || errValue != nil || back.UnmarshalText(text) != nil || back != c || scanned.Scan([]byte(value.(string))) != nil || scanned != c {
			t.Errorf("%v: %s, %v", c, text, err)
		}
		if c.Label(guanxi.EN) == "" || c.Label(guanxi.ZH) == "" || c.Label(guanxi.EN) == c.Label(guanxi.ZH) {
			t.Errorf("%v has no two names", c)
		}
	}
	const kind, class = nps.Kind(99), nps.Class(99)
	var k nps.Kind
	var c nps.Class
	for _, err := range []error{kind.Validate(), second(kind.MarshalText()), second(kind.Value()), k.UnmarshalText([]byte("nsp")), k.Scan(nil), k.Scan("x"), second(nps.NewTally(kind, nps.Range{}))} {
		if !errors.Is(err, nps.ErrKind) {
			t.Errorf("unknown kind: %v", err)
		}
	}
	for _, err := range []error{class.Validate(), second(class.MarshalText()), second(class.Value()), c.UnmarshalText([]byte("")), c.Scan(7)} {
		if !errors.Is(err, nps.ErrClass) {
			t.Errorf("unknown class: %v", err)
		}
	}
	if kind.String() != "unknown(99)" || kind.Label(guanxi.ZH) != "unknown(99)" || class.Label(guanxi.EN) != "unknown(99)" || !kind.Range().IsZero() {
		t.Error("unknown values have names")
	}
	for _, v := range []nps.Verdict{nps.Met, nps.Missed, nps.Undecided, nps.TooFew} {
		if v.Label(guanxi.EN) == "" || v.Label(guanxi.ZH) == v.Label(guanxi.EN) {
			t.Errorf("%s has no two names", v)
		}
	}
	if nps.Verdict("?").Label(guanxi.EN) != "?" {
		t.Error("an unknown verdict")
	}
}

func second[T any](_ T, err error) error { return err }

// What was once written is read for ever.
func TestGolden(t *testing.T) {
	small := fill(t, nps.CSAT, []int64{1, 0, 300, 7, 1 << 20})
	var some nps.Tally
	for _, score := range []int{0, 7, 9, 10, 10} {
		if err := some.Add(score); err != nil {
			t.Fatal(err)
		}
	}
	if err := some.Dismiss(200); err != nil {
		t.Fatal(err)
	}
	odd := nps.MustTally(nps.Other, nps.Range{Min: -3, Max: 3, Passive: 0, Promoter: 2})
	if err := odd.AddN(3, nps.MaxCount); err != nil {
		t.Fatal(err)
	}
	golden := must(os.ReadFile(filepath.Join("testdata", "tally.golden")))
	lines := strings.Fields(string(golden))
	for i, want := range []nps.Tally{{}, some, small, odd} {
		data := must(want.MarshalBinary())
		if i >= len(lines) || hex.EncodeToString(data) != lines[i] {
			t.Errorf("%d: written as %x", i, data)
			continue
		}
		var got nps.Tally
		if err := got.UnmarshalBinary(must(hex.DecodeString(lines[i]))); err != nil || got != want {
			t.Errorf("%d: read as %+v, %v", i, got, err)
		}
		for cut := range data {
			before := got
			if err := got.UnmarshalBinary(data[:cut]); !errors.Is(err, nps.ErrFormat) || got != before {
				t.Errorf("%d, cut at %d: %v", i, cut, err)
			}
		}
		if err := got.UnmarshalBinary(append(data, 0)); !errors.Is(err, nps.ErrFormat) {
			t.Errorf("%d with more: %v", i, err)
		}
	}
}
