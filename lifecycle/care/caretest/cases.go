package caretest

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
)

var caseChecks = []check[care.CaseStore]{
	{"fresh", "Load returns zero for a case never written.", casesFresh},
	{"saved", "Load returns what was saved last, and instants keep their microseconds.", casesSaved},
	{"first write", "The first write expects 0.", casesFirst},
	{"stale", "If the version is not the expected one Save writes nothing.", casesStale},
	{"ids", "Ids are compared byte by byte.", casesIDs},
	{"due", "Due returns those whose next time is ≤ now, the earliest first, at most limit.", casesDue},
	{"own slices", "The store keeps no slice of the caller's, and gives none of its own away.", casesSlices},
	{"cancelled", "If ctx is done, nothing is written, and the error is ctx's.", casesCancelled},
	{"race", "Of writes that expect the same version one is written.", casesRace},
}

func caseOf(id care.CaseID) care.Case {
	return care.Case{ID: id, Customer: "li", Kind: care.Complaint, Severity: "high", Status: care.CaseAnswered,
		Opened: noon, Updated: noon.Add(time.Hour), Start: noon, Due: noon.Add(48 * time.Hour), Delivered: []string{"apology"},
		Answered: noon.Add(time.Hour), Waited: time.Hour, Allowed: 48 * time.Hour, Given: 1234}
}

func loadsCase(st care.CaseStore, id care.CaseID, version int64, want care.Case) error {
	got, v, err := st.Load(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("Load %q: %w", id, err)
	case v != version:
		return fmt.Errorf("Load %q: version %d, want %d", id, v, version)
	case text(got) != text(want):
		return fmt.Errorf("Load %q: %s, want %s", id, text(got), text(want))
	}
	return nil
}

func dueCases(st care.CaseStore, now time.Time, limit int, want ...care.CaseID) error {
	got, err := st.Due(ctx, now, limit)
	if err != nil {
		return fmt.Errorf("Due: %w", err)
	}
	return same("Due", got, want)
}

func casesFresh(st care.CaseStore) error {
	return first(
		func() error { return loadsCase(st, "a", 0, care.Case{}) },
		func() error { return dueCases(st, noon, 10) },
	)
}

func casesSaved(st care.CaseStore) error {
	one, two := caseOf("a"), caseOf("a")
	two.Status, two.Resolved, two.Cause, two.Unit, two.Late, two.Overdue = care.CaseResolved, noon.Add(time.Microsecond), "c", "u", true, true
	return first(
		func() error { return st.Save(ctx, 0, one, noon) },
		func() error { return loadsCase(st, "a", 1, one) },
		func() error { return st.Save(ctx, 1, two, time.Time{}) },
		func() error { return loadsCase(st, "a", 2, two) },
	)
}

func casesFirst(st care.CaseStore) error {
	return first(
		func() error { return is(st.Save(ctx, 1, caseOf("a"), noon), care.ErrConflict) },
		func() error { return loadsCase(st, "a", 0, care.Case{}) },
		func() error { return st.Save(ctx, 0, caseOf("a"), noon) },
		func() error { return is(st.Save(ctx, 0, caseOf("a"), noon), care.ErrConflict) },
		func() error { return loadsCase(st, "a", 1, caseOf("a")) },
	)
}

func casesStale(st care.CaseStore) error {
	other := caseOf("a")
	other.Given = 9
	return first(
		func() error { return st.Save(ctx, 0, caseOf("a"), time.Time{}) },
		func() error { return st.Save(ctx, 1, caseOf("a"), time.Time{}) },
		func() error { return is(st.Save(ctx, 1, other, noon), care.ErrConflict) },
		func() error { return is(st.Save(ctx, 3, other, noon), care.ErrConflict) },
		func() error { return loadsCase(st, "a", 2, caseOf("a")) },
		func() error { return dueCases(st, noon, 10) },
	)
}

func casesIDs(st care.CaseStore) error {
	for _, id := range awkward {
		if err := st.Save(ctx, 0, caseOf(care.CaseID(id)), noon); err != nil {
			return fmt.Errorf("%q: %w", id, err)
		}
	}
	for _, id := range awkward {
		if err := loadsCase(st, care.CaseID(id), 1, caseOf(care.CaseID(id))); err != nil {
			return err
		}
	}
	return nil
}

func casesDue(st care.CaseStore) error {
	return first(
		func() error { return st.Save(ctx, 0, caseOf("c"), noon) },
		func() error { return st.Save(ctx, 0, caseOf("b"), noon.Add(time.Microsecond)) },
		func() error { return st.Save(ctx, 0, caseOf("a"), noon.Add(time.Microsecond)) },
		func() error { return st.Save(ctx, 0, caseOf("never"), time.Time{}) },
		func() error { return dueCases(st, noon.Add(-time.Microsecond), 10) },
		func() error { return dueCases(st, noon, 10, "c") },
		func() error { return dueCases(st, noon.Add(time.Hour), 10, "c", "a", "b") },
		func() error { return dueCases(st, noon.Add(time.Hour), 2, "c", "a") },
		func() error { return dueCases(st, noon.Add(time.Hour), 0) },
		func() error { return st.Save(ctx, 1, caseOf("c"), time.Time{}) },
		func() error { return dueCases(st, noon.Add(time.Hour), 10, "a", "b") },
	)
}

func casesSlices(st care.CaseStore) error {
	c := caseOf("a")
	if err := st.Save(ctx, 0, c, noon); err != nil {
		return err
	}
	c.Delivered[0] = "spoilt"
	for range 2 {
		if err := loadsCase(st, "a", 1, caseOf("a")); err != nil {
			return err
		}
		got, _, err := st.Load(ctx, "a")
		if err != nil {
			return err
		}
		got.Delivered[0] = "spoilt"
	}
	return nil
}

func casesCancelled(st care.CaseStore) error {
	off := done()
	return first(
		func() error { _, _, err := st.Load(off, "a"); return is(err, context.Canceled) },
		func() error { return is(st.Save(off, 0, caseOf("a"), noon), context.Canceled) },
		func() error { _, err := st.Due(off, noon, 1); return is(err, context.Canceled) },
		func() error { return loadsCase(st, "a", 0, care.Case{}) },
	)
}

func casesRace(st care.CaseStore) error {
	for version := range int64(10) {
		if err := raced(8, func(i int) error {
			c := caseOf("a")
			c.Given = int64(i)
			return st.Save(ctx, version, c, noon)
		}); err != nil {
			return err
		}
	}
	_, v, err := st.Load(ctx, "a")
	if err == nil && v != 10 {
		err = fmt.Errorf("version %d after 10 writes", v)
	}
	return err
}
