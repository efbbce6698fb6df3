package surveytest

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// loads checks what is loaded of a cell under key at an instant.
func loads(st survey.QuotaStore, id survey.CellID, key string, now time.Time, want state) error {
	s, err := st.Load(context.Background(), id, key, now)
	if err != nil {
		return fmt.Errorf("Load: %w", err)
	}
	if err := want.check(s); err != nil {
		return fmt.Errorf("Load under %q at %s: %w", key, stamp(now), err)
	}
	return nil
}

func saves(st survey.QuotaStore, id survey.CellID, expected int64, held, confirmed int, put ...survey.Reservation) error {
	err := st.Save(context.Background(), id, expected, survey.CellChange{Held: held, Confirmed: confirmed, Put: put})
	if err != nil {
		return fmt.Errorf("Save expecting version %d: %w", expected, err)
	}
	return nil
}

func conflicts(st survey.QuotaStore, id survey.CellID, expected int64, change survey.CellChange) error {
	err := st.Save(context.Background(), id, expected, change)
	return contract.Is(err, survey.ErrConflict, fmt.Sprintf("Save expecting version %d", expected))
}

func fresh(st survey.QuotaStore) error {
	return loads(st, beijing, "a", noon, state{})
}

func counters(st survey.QuotaStore) error {
	r := held("a", noon.Add(time.Hour))
	return contract.First(
		func() error { return saves(st, beijing, 0, 7, 3, r) },
		func() error { return loads(st, beijing, "", noon, state{version: 1, held: 7, confirmed: 3}) },
		func() error { return saves(st, beijing, 1, 0, 10) },
		func() error { return loads(st, beijing, "", noon, state{version: 2, confirmed: 10}) },
	)
}

func reservation(st survey.QuotaStore) error {
	a, b := held("a", noon.Add(time.Hour)), held("邀请-b", noon.Add(2*time.Hour))
	return contract.First(
		func() error { return saves(st, beijing, 0, 1, 0, a) },
		func() error { return saves(st, beijing, 1, 2, 0, b) },
		func() error { return loads(st, beijing, "a", noon, state{version: 2, held: 2, reservation: &a}) },
		func() error { return loads(st, beijing, "邀请-b", noon, state{version: 2, held: 2, reservation: &b}) },
		func() error { return loads(st, beijing, "c", noon, state{version: 2, held: 2}) },
	)
}

func emptyKey(st survey.QuotaStore) error {
	return contract.First(
		func() error { return saves(st, beijing, 0, 1, 0, held("a", noon.Add(time.Hour))) },
		func() error { return loads(st, beijing, "", noon, state{version: 1, held: 1}) },
	)
}

func replace(st survey.QuotaStore) error {
	r := held("a", noon.Add(time.Hour))
	if err := saves(st, beijing, 0, 1, 0, r); err != nil {
		return err
	}
	for i, status := range []survey.Status{survey.Confirmed, survey.Released, survey.Expired} {
		r.Status = status
		version := int64(i + 1)
		if err := saves(st, beijing, version, 0, 0, r); err != nil {
			return err
		}
		// Neither as it is now nor as it was is it Held and overdue.
		if err := loads(st, beijing, "a", noon.Add(2*time.Hour), state{version: version + 1, reservation: &r}); err != nil {
			return err
		}
	}
	return nil
}

func several(st survey.QuotaStore) error {
	var put []survey.Reservation
	for i := range 150 {
		put = append(put, held(fmt.Sprint("key ", i), noon.Add(time.Duration(i+1)*time.Second)))
	}
	if err := saves(st, beijing, 0, len(put), 0, put...); err != nil {
		return err
	}
	for _, r := range put {
		if err := loads(st, beijing, r.Key, noon, state{version: 1, held: len(put), reservation: &r}); err != nil {
			return err
		}
	}
	return nil
}

func keys(st survey.QuotaStore) error {
	all := []string{"a", "A", "á", "a ", " a", "a\u0301", "ａ", "a%", "a_", "ß", "ss", "'", `\`, "😀", "1", "01"}
	var put []survey.Reservation
	for i, key := range all {
		put = append(put, held(key, noon.Add(time.Duration(i+1)*time.Hour)))
	}
	if err := saves(st, beijing, 0, len(put), 0, put...); err != nil {
		return err
	}
	for _, r := range put {
		if err := loads(st, beijing, r.Key, noon, state{version: 1, held: len(put), reservation: &r}); err != nil {
			return err
		}
	}
	return contract.First(
		func() error { return loads(st, beijing, "a_x", noon, state{version: 1, held: len(put)}) },
		func() error { return loads(st, beijing, "SS", noon, state{version: 1, held: len(put)}) },
	)
}

func cells(st survey.QuotaStore) error {
	ids := []survey.CellID{
		{Quota: "q", Cell: "a/b"}, {Quota: "q/a", Cell: "b"}, {Quota: "q", Cell: "a"}, {Quota: "q", Cell: "A"},
		{Quota: "a", Cell: "q"}, {Quota: "qa", Cell: "b"}, {Quota: "q", Cell: "ab"}, {Quota: "q:a", Cell: "b"}, {Quota: "q", Cell: "a:b"},
	}
	rows := make([]survey.Reservation, len(ids))
	for i, id := range ids {
		rows[i] = held("same key", noon.Add(time.Duration(i+1)*time.Minute))
		if err := saves(st, id, 0, i+1, 10*i, rows[i]); err != nil {
			return fmt.Errorf("%v: %w", id, err)
		}
	}
	for i, id := range ids {
		if err := loads(st, id, "same key", noon, state{version: 1, held: i + 1, confirmed: 10 * i, reservation: &rows[i]}); err != nil {
			return fmt.Errorf("%v: %w", id, err)
		}
		// The first is overdue a minute later, and in its own cell only.
		if err := loads(st, id, "", noon.Add(time.Minute), state{version: 1, held: i + 1, confirmed: 10 * i, overdue: i == 0}); err != nil {
			return fmt.Errorf("%v: %w", id, err)
		}
	}
	return nil
}

func microseconds(st survey.QuotaStore) error {
	east := time.FixedZone("", 8*3600)
	for i, until := range []time.Time{
		noon, noon.Add(time.Microsecond), noon.In(east), time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
		time.Date(2100, 1, 1, 0, 0, 0, 1000, time.UTC),
	} {
		r := held(fmt.Sprint(i), until)
		r.Status = survey.Confirmed
		if err := saves(st, beijing, int64(i), 0, i+1, r); err != nil {
			return err
		}
		if err := loads(st, beijing, r.Key, noon, state{version: int64(i + 1), confirmed: i + 1, reservation: &r}); err != nil {
			return err
		}
	}
	return nil
}

func overdue(st survey.QuotaStore) error {
	until := noon.Add(time.Minute)
	rows := []survey.Reservation{
		held("due", until),
		held("later", until.Add(time.Hour)),
		{Key: "confirmed", Status: survey.Confirmed, Until: until},
		{Key: "released", Status: survey.Released, Until: until},
		{Key: "expired", Status: survey.Expired, Until: until},
	}
	want := state{version: 1, held: 2, confirmed: 1}
	due := want
	due.overdue = true
	return contract.First(
		func() error { return saves(st, beijing, 0, 2, 1, rows...) },
		func() error { return loads(st, beijing, "", until.Add(-time.Microsecond), want) },
		func() error { return loads(st, beijing, "", until, due) },
		func() error { return onlyHeld(st, until, "due") },
		func() error { return onlyHeld(st, until.Add(time.Hour), "due", "later") },
	)
}

// onlyHeld checks that what is overdue is among these keys, whole and each once.
func onlyHeld(st survey.QuotaStore, now time.Time, among ...string) error {
	s, err := st.Load(context.Background(), beijing, "", now)
	if err != nil {
		return fmt.Errorf("Load: %w", err)
	}
	seen := make(map[string]bool)
	for _, r := range s.Overdue {
		known := false
		for _, key := range among {
			known = known || key == r.Key
		}
		switch {
		case !known || r.Status != survey.Held || r.Until.After(now):
			return fmt.Errorf("%q, %s until %s, is overdue at %s", r.Key, r.Status, stamp(r.Until), stamp(now))
		case seen[r.Key]:
			return fmt.Errorf("%q is overdue twice", r.Key)
		}
		seen[r.Key] = true
	}
	if len(seen) == 0 {
		return fmt.Errorf("nothing is overdue at %s, want any of %q", stamp(now), among)
	}
	return nil
}

func overdueToTheLast(st survey.QuotaStore) error {
	const n = 230
	var put []survey.Reservation
	for i := range n {
		put = append(put, held(fmt.Sprint(i), noon.Add(time.Duration(i%7)*time.Second)))
	}
	if err := saves(st, beijing, 0, n, 0, put...); err != nil {
		return err
	}
	left := n
	for version := int64(1); left > 0; version++ {
		s, err := st.Load(context.Background(), beijing, "", noon.Add(time.Hour))
		if err != nil {
			return fmt.Errorf("Load: %w", err)
		}
		if len(s.Overdue) == 0 || len(s.Overdue) > left {
			return fmt.Errorf("%d overdue of %d that are", len(s.Overdue), left)
		}
		left -= len(s.Overdue)
		for i := range s.Overdue {
			s.Overdue[i].Status = survey.Expired
		}
		if err := saves(st, beijing, version, left, 0, s.Overdue...); err != nil {
			return err
		}
	}
	return nil
}
