package migration_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

func us(t time.Time) int64 { return t.UnixMicro() }

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no zone %s here", name)
	}
	return loc
}

func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*max(1, math.Abs(b))
}

// ids returns n stage ids.
func ids(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("s%d", i)
	}
	return out
}

// randomRows makes a chain; sparse leaves about half of the moves out.
func randomRows(rng *rand.Rand, n int, sparse bool) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
		sum := 0.0
		for j := range rows[i] {
			if !sparse || rng.IntN(2) == 0 {
				rows[i][j] = rng.ExpFloat64()
				sum += rows[i][j]
			}
		}
		if sum == 0 {
			rows[i][i], sum = 1, 1
		}
		for j := range rows[i] {
			rows[i][j] /= sum
		}
	}
	return rows
}

// journal makes the stays of one customer: some gaps, some empty stays.
func journal(rng *rand.Rand, stages int, from, to int64) []migration.Stay {
	var out []migration.Stay
	at := from + rng.Int64N((to-from)/2)
	for range rng.IntN(8) {
		if rng.IntN(5) == 0 {
			at += rng.Int64N((to - from) / 6)
		}
		length := rng.Int64N((to - from) / 4)
		if rng.IntN(9) == 0 {
			length = 0
		}
		out = append(out, migration.Stay{Stage: rng.IntN(stages), From: at, To: at + length})
		at += length
	}
	if len(out) > 0 && rng.IntN(2) == 0 {
		out[len(out)-1].To = migration.Open
	}
	return out
}

// wantFaults checks the pointers and the sentinel of every fault of err.
func wantFaults(t *testing.T, name string, err error, sentinel error, pointers ...string) {
	t.Helper()
	if !errors.Is(err, sentinel) {
		t.Errorf("%s: %v, want %v", name, err, sentinel)
	}
	var got []string
	for f := range guanxi.Faults(err) {
		got = append(got, f.Pointer)
	}
	if fmt.Sprint(got) != fmt.Sprint(pointers) {
		t.Errorf("%s: faults at %q, want %q", name, got, pointers)
	}
}
