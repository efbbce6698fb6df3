package affinity_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment/affinity"
)

type purchase = affinity.Purchase[int32]

func newHabits(t testing.TB, cfg affinity.HabitConfig) *affinity.Habits[int32] {
	t.Helper()
	h, err := affinity.NewHabits(guanxi.IntKey[int32](), cfg)
	check(t, err)
	return h
}

func bought(item int32, days ...int) (out []purchase) {
	for _, d := range days {
		out = append(out, purchase{Item: item, At: day(d).Add(15 * time.Hour), Quantity: 1})
	}
	return out
}

func TestHabits(t *testing.T) {
	back := func(item int32, d int, q int64) purchase {
		return purchase{Item: item, At: day(d).Add(20 * time.Hour), Quantity: -q}
	}
	for _, c := range []struct {
		name          string
		history       []purchase
		times         int
		mean, median  float64
		known         bool
		dueDay, dueIn int
	}{
		{"once", bought(1, 0), 1, 0, 0, false, 0, 0},
		{"twice", bought(1, 0, 10), 2, 10, 10, false, 0, 0},
		{"three times", bought(1, 0, 10, 40), 3, 20, 20, true, 60, -40},
		{"the median, and not the mean", bought(1, 0, 10, 20, 90), 4, 30, 10, true, 100, 0},
		{"half a day is rounded up", bought(1, 0, 10, 21), 3, 10.5, 10.5, true, 32, -68},
		{"twice a day is once", bought(1, 0, 0, 30, 30, 30, 60), 3, 30, 30, true, 90, -10},
		{"one returned", append(bought(1, 0, 10, 30, 35), back(1, 40, 1)), 3, 15, 15, true, 45, -55},
		{"two of one day, one returned", append(bought(1, 0, 10, 30, 30), back(1, 31, 1)), 3, 15, 15, true, 45, -55},
		{"two occasions returned", append(bought(1, 0, 10, 30, 35), back(1, 40, 2)), 2, 10, 10, false, 0, 0},
		{"a return before anything", append(bought(1, 10, 20, 30), back(1, 0, 5)), 3, 10, 10, true, 40, -60},
		{"not known yet", append(bought(1, 0, 10, 20, 100), bought(1, 130)...), 3, 10, 10, true, 30, -70},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newHabits(t, affinity.HabitConfig{}).Append(nil, nil, c.history, day(100))
			check(t, err)
			if len(got) != 1 {
				t.Fatal(got)
			}
			h := got[0]
			if h.Times != c.times || h.MeanGap != c.mean || h.MedianGap != c.median || h.Known != c.known {
				t.Errorf("%+v", h)
			}
			if c.known && (!h.Due.Equal(day(c.dueDay)) || h.DueIn != c.dueIn) || !c.known && !h.Due.IsZero() {
				t.Errorf("due %v in %d, want day %d in %d", h.Due, h.DueIn, c.dueDay, c.dueIn)
			}
		})
	}
	all := append(bought(1, 0, 10, 30), back(1, 31, 3))
	if got := must(newHabits(t, affinity.HabitConfig{}).Append(nil, nil, all, day(100))); len(got) != 0 {
		t.Errorf("all returned: %+v", got)
	}
}

func TestHabitZones(t *testing.T) {
	shanghai := time.FixedZone("", 8*3600)
	late := []purchase{{1, day(0).Add(15 * time.Hour), 1}, {1, day(0).Add(17 * time.Hour), 1}, {1, day(4), 1}} // two days in Shanghai
	utc := must(newHabits(t, affinity.HabitConfig{MinTimes: 2}).Append(nil, nil, late, day(9)))[0]
	east := must(newHabits(t, affinity.HabitConfig{MinTimes: 2, Location: shanghai}).Append(nil, nil, late, day(9)))[0]
	if utc.Times != 2 || east.Times != 3 || !utc.Due.Equal(day(8)) || !east.Due.Equal(day(6).Add(-8*time.Hour)) {
		t.Errorf("%+v\n%+v", utc, east)
	}
	// Beyond the calendar there is no due date.
	far := []purchase{{1, day(0), 1}, {1, time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC), 1}}
	if h := must(newHabits(t, affinity.HabitConfig{MinTimes: 2}).Append(nil, nil, far, time.Date(9001, 1, 1, 0, 0, 0, 0, time.UTC)))[0]; h.Known || h.Times != 2 {
		t.Errorf("%+v", h)
	}
}

func TestHabitsInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var history []purchase
	for range 60 {
		history = append(history, purchase{1 + rng.Int32N(5), day(rng.IntN(40)), max(-2, int64(1+rng.IntN(4)-rng.IntN(5))*2+1)})
	}
	h := newHabits(t, affinity.HabitConfig{})
	want := must(h.Append(nil, nil, history, day(50)))
	var s affinity.HabitScratch
	for range 30 {
		rng.Shuffle(len(history), func(i, j int) { history[i], history[j] = history[j], history[i] })
		if got := must(h.Append(nil, &s, history, day(50))); !slices.Equal(got, want) {
			t.Fatalf("%+v\n%+v", got, want)
		}
	}
	if !slices.IsSortedFunc(want, func(a, b affinity.Habit[int32]) int { return int(a.Item - b.Item) }) || len(want) < 4 {
		t.Errorf("%+v", want)
	}
}
