package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func quota(limits ...int) *survey.Quota {
	c := survey.QuotaConfig{ID: "q", Hold: guanxi.Span{Time: time.Minute}}
	for i, limit := range limits {
		c.Cells = append(c.Cells, survey.Cell{ID: fmt.Sprint("c", i), Limit: limit})
	}
	return survey.MustQuota(c)
}

func TestQuotaConfig(t *testing.T) {
	bad := survey.QuotaConfig{ID: " ", Hold: guanxi.Span{Days: -1}, Cells: []survey.Cell{
		{ID: "a"}, {ID: "a", Limit: -1}, {ID: "", Name: guanxi.Text{ZH: " "}},
	}}
	_, err := survey.NewQuota(bad)
	wantFaults(t, err, fault{"/id", survey.ErrID}, fault{"/hold", guanxi.ErrSpan}, fault{"/cells/1/id", survey.ErrDuplicate},
		fault{"/cells/1/limit", survey.ErrOption}, fault{"/cells/2/id", survey.ErrID}, fault{"/cells/2/name/zh", survey.ErrNoText})
	wantFaults(t, survey.QuotaConfig{ID: "q", Hold: guanxi.Span{Months: 1201}}.Validate(), fault{"/hold", survey.ErrOption}, fault{"/cells", survey.ErrEmpty})
	wantFaults(t, survey.QuotaConfig{ID: "q", Hold: guanxi.Span{Time: 999}, Cells: []survey.Cell{{ID: "a"}}}.Validate(), fault{"/hold", survey.ErrOption})
	wantFaults(t, survey.QuotaConfig{ID: "q", Cells: make([]survey.Cell, 100_001)}.Validate(), fault{"/cells", survey.ErrOption})

	var c survey.QuotaConfig
	if err := json.Unmarshal([]byte(`{"id":"q","hold":"PT15M","cells":[{"id":"北京","name":{"zh":"北京"},"limit":0}]}`), &c); err != nil {
		t.Fatal(err)
	}
	data, _ := json.Marshal(c)
	if want := `{"id":"q","hold":"PT15M","cells":[{"id":"北京","name":{"zh":"北京"},"limit":0}]}`; string(data) != want {
		t.Errorf("%s", data)
	}
	wantFaults(t, c.UnmarshalJSON([]byte(`{"id":"q","cells":[{"id":"a","limit":-1}]}`)), fault{"/cells/0/limit", survey.ErrOption})
	wantFaults(t, c.UnmarshalJSON([]byte(`{"id":"q","cells":[{"id":"a","limit":"1","max":1}]}`)), fault{"/cells/0/limit", guanxi.ErrType}, fault{"/cells/0/max", guanxi.ErrUnknownField})

	q := survey.MustQuota(c)
	q.Cells()[0] = "spoilt"
	if q.ID() != "q" || q.Cells()[0] != "北京" {
		t.Error(q.ID(), q.Cells())
	}
}

// The life of a reservation, each step once and once more.
func TestReservations(t *testing.T) {
	ctx := context.Background()
	k := survey.Keeper{Quota: quota(2, 0), Store: new(survey.Memory)}
	type step struct {
		do     string // reserve, confirm, release
		key    string
		after  time.Duration
		status survey.Status
		err    error
	}
	for i, s := range []step{
		{"confirm", "a", 0, "", survey.ErrNoReservation},
		{"release", "a", 0, "", survey.ErrNoReservation},
		{"reserve", "a", 0, survey.Held, nil},
		{"reserve", "b", 0, survey.Held, nil},
		{"reserve", "c", 0, "", survey.ErrFull},
		{"confirm", "a", 30 * time.Second, survey.Confirmed, nil},
		{"reserve", "a", 30 * time.Second, survey.Confirmed, nil},
		{"release", "a", 30 * time.Second, "", survey.ErrConfirmed},
		{"reserve", "c", time.Minute - time.Microsecond, "", survey.ErrFull},
		{"confirm", "b", time.Minute, "", survey.ErrExpired},
		{"reserve", "b", time.Minute, "", survey.ErrExpired},
		{"reserve", "c", time.Minute, survey.Held, nil},
		{"release", "b", time.Minute, survey.Expired, nil},
		{"confirm", "b", time.Minute, "", survey.ErrExpired},
		{"release", "c", time.Minute, survey.Released, nil},
		{"confirm", "c", time.Minute, "", survey.ErrReleased},
		{"reserve", "c", time.Minute, "", survey.ErrReleased},
		{"reserve", "d", time.Minute, survey.Held, nil},
		{"release", "d", 2 * time.Minute, survey.Expired, nil},
		{"reserve", "", 0, "", survey.ErrKey},
		{"reserve", strings.Repeat("k", 129), 0, "", survey.ErrKey},
		{"confirm", "a\nb", 0, "", survey.ErrKey},
		{"release", "\xff", 0, "", survey.ErrKey},
	} {
		do := map[string]func(context.Context, string, string, time.Time) (survey.Reservation, error){
			"reserve": k.Reserve, "confirm": k.Confirm, "release": k.Release,
		}[s.do]
		for range 2 {
			r, err := do(ctx, "c0", s.key, noon.Add(s.after))
			if !errors.Is(err, s.err) || r.Status != s.status || s.status != "" && r.Key != s.key {
				t.Fatalf("step %d, %s %s: %+v, %v; want %q, %v", i, s.do, s.key, r, err, s.status, s.err)
			}
		}
	}
	count, err := k.Count(ctx, "c0", noon.Add(time.Minute))
	if want := (survey.CellCount{Limit: 2, Confirmed: 1, Free: 1}); err != nil || count != want {
		t.Errorf("%+v, %v", count, err)
	}
	if _, err := k.Reserve(ctx, "c1", "a", noon); !errors.Is(err, survey.ErrFull) {
		t.Errorf("a quota of 0: %v", err)
	}
	for _, run := range []func() error{
		func() error { _, err := k.Reserve(ctx, "x", "a", noon); return err },
		func() error { _, err := k.Count(ctx, "x", noon); return err },
		func() error { _, err := k.Expire(ctx, "x", noon); return err },
		func() error { _, err := k.Quota.Reserve("x", survey.CellState{}, "a", noon); return err },
	} {
		if err := run(); !errors.Is(err, survey.ErrCell) {
			t.Errorf("unknown cell: %v", err)
		}
	}
	if _, err := k.Reserve(ctx, "c0", "z", time.Time{}); !errors.Is(err, survey.ErrTime) {
		t.Error(err)
	}
	if _, err := k.Reserve(ctx, "c0", "z", time.Date(9999, 12, 31, 23, 59, 30, 0, time.UTC)); !errors.Is(err, survey.ErrTime) {
		t.Error(err)
	}
	if def := survey.MustQuota(survey.QuotaConfig{ID: "q", Cells: []survey.Cell{{ID: "c", Limit: 1}}}); true {
		r, err := def.Reserve("c", survey.CellState{}, "a", noon)
		if err != nil || !r.Reservation.Until.Equal(noon.Add(survey.DefaultHold)) {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestExpireAll(t *testing.T) {
	ctx := context.Background()
	k := survey.Keeper{Quota: quota(500), Store: new(survey.Memory)}
	for i := range 330 {
		if _, err := k.Reserve(ctx, "c0", fmt.Sprint(i), noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []struct {
		after  time.Duration
		marked int
	}{{time.Minute - 1, 0}, {time.Minute, 330}, {time.Hour, 0}} {
		if n, err := k.Expire(ctx, "c0", noon.Add(want.after)); n != want.marked || err != nil {
			t.Errorf("after %v: %d marked, %v; want %d", want.after, n, err, want.marked)
		}
	}
	if c, err := k.Count(ctx, "c0", noon); err != nil || c.Free != 500 || c.Held != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

// A lower limit takes nothing back, and lets nobody in until there is room.
func TestLowerLimit(t *testing.T) {
	ctx := context.Background()
	store := new(survey.Memory)
	wide, narrow := survey.Keeper{Quota: quota(3), Store: store}, survey.Keeper{Quota: quota(1), Store: store}
	for _, key := range []string{"a", "b", "c"} {
		must(wide.Reserve(ctx, "c0", key, noon))
	}
	must(narrow.Confirm(ctx, "c0", "a", noon))
	must(narrow.Confirm(ctx, "c0", "b", noon))
	must(narrow.Release(ctx, "c0", "c", noon))
	if _, err := narrow.Reserve(ctx, "c0", "d", noon); !errors.Is(err, survey.ErrFull) {
		t.Error(err)
	}
	if c, _ := narrow.Count(ctx, "c0", noon); c != (survey.CellCount{Limit: 1, Confirmed: 2}) {
		t.Errorf("%+v", c)
	}
}

// What has expired under a higher limit is marked, however much it is, so that
// the cell is open again.
func TestLowerLimitAfterExpiry(t *testing.T) {
	ctx := context.Background()
	store := new(survey.Memory)
	wide, narrow := survey.Keeper{Quota: quota(1000), Store: store}, survey.Keeper{Quota: quota(50), Store: store, Attempts: 1}
	for i := range 500 {
		must(wide.Reserve(ctx, "c0", fmt.Sprint(i), noon))
	}
	if _, err := narrow.Reserve(ctx, "c0", "early", noon); !errors.Is(err, survey.ErrFull) {
		t.Error(err)
	}
	later := noon.Add(24 * time.Hour)
	for i := range 51 {
		r, err := narrow.Reserve(ctx, "c0", fmt.Sprint("later ", i), later)
		if i < 50 && (err != nil || r.Status != survey.Held) || i == 50 && !errors.Is(err, survey.ErrFull) {
			t.Fatalf("%d: %+v, %v", i, r, err)
		}
	}
	if c, err := narrow.Count(ctx, "c0", later); err != nil || c != (survey.CellCount{Limit: 50, Held: 50}) {
		t.Errorf("%+v, %v", c, err)
	}
}

// The ruling beside ErrFull marks what is overdue, and nothing else.
func TestFullSweeps(t *testing.T) {
	q := quota(1)
	old := survey.Reservation{Key: "x", Status: survey.Held, Until: noon}
	r, err := q.Reserve("c0", survey.CellState{Version: 1, Held: 3, Overdue: []survey.Reservation{old}}, "a", noon)
	if !errors.Is(err, survey.ErrFull) || !r.Write || r.Change.Held != 2 || len(r.Change.Put) != 1 ||
		r.Change.Put[0].Status != survey.Expired || r.Reservation != (survey.Reservation{}) {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = q.Reserve("c0", survey.CellState{Version: 1, Held: 3}, "a", noon)
	if !errors.Is(err, survey.ErrFull) || r.Write || r.Change.Put != nil {
		t.Errorf("%+v, %v", r, err)
	}
	// A store that forgets what it was told is not asked for ever.
	saves := 0
	s := survey.CellState{Version: 1, Held: 3, Overdue: []survey.Reservation{old}}
	k := survey.Keeper{Quota: q, Store: failing{state: s, saves: &saves}, Attempts: 3}
	if _, err := k.Reserve(context.Background(), "c0", "a", noon); !errors.Is(err, survey.ErrConflict) || saves != 4 {
		t.Errorf("%v after %d saves", err, saves)
	}
	lost := errors.New("connection lost")
	k.Store = failing{state: s, save: lost}
	if _, err := k.Reserve(context.Background(), "c0", "a", noon); !errors.Is(err, lost) {
		t.Error(err)
	}
}

func TestContradictions(t *testing.T) {
	q := quota(5)
	held := func(key string, until time.Time) survey.Reservation {
		return survey.Reservation{Key: key, Status: survey.Held, Until: until}
	}
	a := held("a", noon.Add(time.Hour))
	other, strange, confirmed := held("b", noon.Add(time.Hour)), a, a
	strange.Status, confirmed.Status = "lost", survey.Confirmed
	for name, s := range map[string]survey.CellState{
		"negative":          {Version: 1, Held: -1},
		"never written":     {Held: 1},
		"overdue":           {Version: 1, Held: 1, Overdue: []survey.Reservation{held("x", noon), held("y", noon)}},
		"not overdue":       {Version: 1, Held: 1, Overdue: []survey.Reservation{held("x", noon.Add(1000))}},
		"other key":         {Version: 1, Held: 1, Reservation: &other},
		"not counted":       {Version: 1, Reservation: &a},
		"confirmed nowhere": {Version: 1, Reservation: &confirmed},
		"strange":           {Version: 1, Held: 1, Reservation: &strange},
	} {
		_, err := q.Reserve("c0", s, "a", noon)
		if !errors.Is(err, survey.ErrState) {
			t.Errorf("%s: Reserve: %v", name, err)
		}
		if _, err := q.Confirm(s, "a", noon); !errors.Is(err, survey.ErrState) {
			t.Errorf("%s: Confirm: %v", name, err)
		}
	}
	if _, err := q.Expire(survey.CellState{Version: -1}, noon); !errors.Is(err, survey.ErrState) {
		t.Error(err)
	}
	k := survey.Keeper{Quota: q, Store: failing{state: survey.CellState{Version: 1, Held: -1}}}
	if _, err := k.Count(context.Background(), "c0", noon); !errors.Is(err, survey.ErrState) {
		t.Error(err)
	}
}

// failing answers what it is told to.
type failing struct {
	state      survey.CellState
	load, save error
	saves      *int
}

func (f failing) Load(context.Context, survey.CellID, string, time.Time) (survey.CellState, error) {
	return f.state, f.load
}

func (f failing) Save(context.Context, survey.CellID, int64, survey.CellChange) error {
	if f.saves != nil {
		*f.saves++
	}
	return f.save
}

func TestKeeperErrors(t *testing.T) {
	ctx := context.Background()
	lost := errors.New("connection lost")
	saves := 0
	for _, tt := range []struct {
		name  string
		store failing
		want  error
		saves int
	}{
		{"load", failing{load: lost}, lost, 0},
		{"save", failing{save: lost}, lost, 1},
		{"conflict", failing{save: fmt.Errorf("version: %w", survey.ErrConflict)}, survey.ErrConflict, survey.DefaultAttempts},
	} {
		saves = 0
		tt.store.saves = &saves
		_, err := survey.Keeper{Quota: quota(1), Store: tt.store}.Reserve(ctx, "c0", "a", noon)
		if !errors.Is(err, tt.want) || saves != tt.saves {
			t.Errorf("%s: %v after %d saves", tt.name, err, saves)
		}
	}
	k := survey.Keeper{Quota: quota(1), Store: failing{save: survey.ErrConflict, saves: &saves}, Attempts: 3}
	if saves = 0; true {
		if _, err := k.Reserve(ctx, "c0", "a", noon); !errors.Is(err, survey.ErrConflict) || saves != 3 {
			t.Errorf("%v after %d saves", err, saves)
		}
	}
	k.Store = failing{load: lost}
	if _, err := k.Count(ctx, "c0", noon); !errors.Is(err, lost) {
		t.Error(err)
	}
	if _, err := k.Expire(ctx, "c0", noon); !errors.Is(err, lost) {
		t.Error(err)
	}
}

// Whatever is commanded, the places given out never exceed the limit, and what
// is counted is what was answered.
func TestQuotaModel(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(9, 11))
	for run := range 60 {
		limit := rng.IntN(6)
		k := survey.Keeper{Quota: quota(limit), Store: new(survey.Memory)}
		model := map[string]survey.Reservation{}
		now := noon
		for range 150 {
			now = now.Add(time.Duration(rng.IntN(20)) * time.Second)
			key := fmt.Sprint(rng.IntN(20))
			m, known := model[key]
			live := known && m.Status == survey.Held && now.Before(m.Until)
			places, confirmed := 0, 0
			for _, r := range model {
				if r.Status == survey.Confirmed || r.Status == survey.Held && now.Before(r.Until) {
					places++
				}
				if r.Status == survey.Confirmed {
					confirmed++
				}
			}
			var r survey.Reservation
			var err, want error
			switch rng.IntN(4) {
			case 0, 1:
				r, err = k.Reserve(ctx, "c0", key, now)
				switch {
				case known && m.Status == survey.Released:
					want = survey.ErrReleased
				case known && m.Status != survey.Confirmed && !live:
					want = survey.ErrExpired
				case !known && places >= limit:
					want = survey.ErrFull
				}
			case 2:
				r, err = k.Confirm(ctx, "c0", key, now)
				switch {
				case !known:
					want = survey.ErrNoReservation
				case m.Status == survey.Released:
					want = survey.ErrReleased
				case m.Status != survey.Confirmed && !live:
					want = survey.ErrExpired
				}
			case 3:
				r, err = k.Release(ctx, "c0", key, now)
				switch {
				case !known:
					want = survey.ErrNoReservation
				case m.Status == survey.Confirmed:
					want = survey.ErrConfirmed
				}
			}
			if !errors.Is(err, want) || (want == nil) != (err == nil) {
				t.Fatalf("run %d: %v, want %v", run, err, want)
			}
			if err == nil {
				model[key] = r
			}
			count, err := k.Count(ctx, "c0", now)
			if err != nil || count.Confirmed+count.Held > limit || count.Free != limit-count.Confirmed-count.Held {
				t.Fatalf("run %d: %+v, %v", run, count, err)
			}
		}
	}
}

// Many answer at once: the quota is never exceeded, and all who were told that
// they are confirmed are counted.
func TestConcurrentAnswers(t *testing.T) {
	const people, limit = 300, 60
	ctx := context.Background()
	k := survey.Keeper{Quota: quota(limit, limit), Store: new(survey.Memory), Attempts: 4 * people}
	var confirmed, full [2]atomic.Int32
	var done atomic.Bool
	var wg, watch sync.WaitGroup
	watch.Go(func() {
		for !done.Load() {
			for _, cell := range k.Quota.Cells() {
				if c, err := k.Count(ctx, cell, noon); err != nil || c.Confirmed+c.Held > limit {
					t.Errorf("%s: %+v, %v", cell, c, err)
					return
				}
			}
		}
	})
	for i := range people {
		wg.Go(func() {
			n := i % 2
			cell, key := fmt.Sprint("c", n), fmt.Sprint("customer ", i)
			for range 2 { // the page is loaded twice
				if _, err := k.Reserve(ctx, cell, key, noon); errors.Is(err, survey.ErrFull) {
					full[n].Add(1)
					return
				} else if err != nil {
					t.Error(err)
					return
				}
			}
			if i%5 == 0 {
				if _, err := k.Release(ctx, cell, key, noon); err != nil {
					t.Error(err)
				}
				return
			}
			for range 2 { // the button is pressed twice
				if _, err := k.Confirm(ctx, cell, key, noon); err != nil {
					t.Error(err)
					return
				}
			}
			confirmed[n].Add(1)
		})
	}
	wg.Wait()
	done.Store(true)
	watch.Wait()
	for n, cell := range k.Quota.Cells() {
		c, err := k.Count(ctx, cell, noon)
		if err != nil || c.Confirmed != int(confirmed[n].Load()) || c.Held != 0 || c.Confirmed > limit {
			t.Errorf("%s: %+v, %v; %d were told that they are confirmed", cell, c, err, confirmed[n].Load())
		}
		if full[n].Load() == 0 {
			t.Errorf("%s was never full", cell)
		}
	}
}
