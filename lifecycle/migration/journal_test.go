package migration_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// A super-stage ahead of its stages moves every number by one more.
func TestAppendStays(t *testing.T) {
	m := lifecycle.MustCompile[struct{}](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	if got := migration.StagesOf(m); !slices.Equal(got, []string{"new", "active", "at_risk", "lost"}) {
		t.Fatal(got)
	}
	visits := []lifecycle.Visit{{Stage: 2, From: 10, To: 20}, {Stage: 3, From: 20, To: 20}, {Stage: 5, From: 20, To: 30}}
	pos := lifecycle.Pos{Since: 30, Last: 30, Standing: lifecycle.Standing{Version: 1, Stage: 3, Prev: 5}}
	ahead := []migration.Stay{{Stage: 7, From: 1, To: 2}}
	got, err := migration.AppendStays(ahead, m, visits, pos)
	want := []migration.Stay{{Stage: 7, From: 1, To: 2}, {Stage: 0, From: 10, To: 20}, {Stage: 1, From: 20, To: 20}, {Stage: 3, From: 20, To: 30}, {Stage: 1, From: 30, To: migration.Open}}
	if err != nil || !slices.Equal(got, want) {
		t.Error(got, err)
	}
	if got, err := migration.AppendStays(nil, m, nil, lifecycle.Pos{}); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	// Stage 1 is the super-stage, 9 is none.
	visits[1].Stage, pos.Stage = 1, 9
	got, err = migration.AppendStays(ahead, m, visits, pos)
	var places []string
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	if !errors.Is(err, migration.ErrStage) || !slices.Equal(places, []string{"/1/stage", "/pos/stage"}) || len(got) != 1 {
		t.Error(got, places, err)
	}
}
