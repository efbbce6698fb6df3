package retention_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zone data for %s", name)
	}
	return loc
}

// bounds finds the beginnings of periods by looking at every minute: the first
// at which the clocks show the period's first day or a later one.
func bounds(u retention.Unit, from time.Time, n int, loc *time.Location) []time.Time {
	y, m, d := from.In(loc).Date()
	day := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	switch u {
	case retention.Week:
		for day.Weekday() != time.Monday {
			day = day.AddDate(0, 0, -1)
		}
	case retention.Month:
		day = time.Date(y, m, 1, 12, 0, 0, 0, time.UTC)
	case retention.Quarter:
		day = time.Date(y, (m-1)/3*3+1, 1, 12, 0, 0, 0, time.UTC)
	case retention.Year:
		day = time.Date(y, 1, 1, 12, 0, 0, 0, time.UTC)
	}
	var out []time.Time
	for range n + 1 {
		wy, wm, wd := day.Date()
		t := time.Date(wy, wm, wd, 0, 0, 0, 0, time.UTC).Add(-26 * time.Hour)
		for {
			y, m, d := t.In(loc).Date()
			if y*10000+int(m)*100+d >= wy*10000+int(wm)*100+wd {
				break
			}
			t = t.Add(time.Minute)
		}
		out = append(out, t)
		switch u {
		case retention.Day:
			day = day.AddDate(0, 0, 1)
		case retention.Week:
			day = day.AddDate(0, 0, 7)
		case retention.Month:
			day = day.AddDate(0, 1, 0)
		case retention.Quarter:
			day = day.AddDate(0, 3, 0)
		case retention.Year:
			day = day.AddDate(1, 0, 0)
		}
	}
	return out
}

// brute counts a cohort table straight from its definition.
func brute(cfg retention.Config, rows []retention.Activity[int64], asOf time.Time) (cells map[[2]int]retention.Cell, sizes []int64, earlier, later int64) {
	loc := cfg.Location
	if loc == nil {
		loc = time.UTC
	}
	b := bounds(cfg.Unit, cfg.From, cfg.Periods, loc)
	width := cfg.Periods
	if cfg.Columns > 0 {
		width = cfg.Columns
	}
	var cols [][2]int
	for k := range width {
		cols = append(cols, [2]int{k, k + 1})
	}
	if cfg.Rule == retention.Bracket {
		cols = nil
		for i := 1; i < len(cfg.Edges); i++ {
			cols = append(cols, [2]int{cfg.Edges[i-1], cfg.Edges[i]})
		}
	}
	cells, sizes = map[[2]int]retention.Cell{}, make([]int64, cfg.Periods)
	people := map[int64][]time.Time{}
	for _, r := range rows {
		people[r.Customer] = append(people[r.Customer], r.At)
	}
	for _, times := range people {
		var birth time.Time
		for _, t := range times {
			if cfg.Birth == retention.InWindow && t.Before(b[0]) {
				continue
			}
			if birth.IsZero() || t.Before(birth) {
				birth = t
			}
		}
		cohort := -1
		for p := range cfg.Periods {
			if !birth.IsZero() && !birth.Before(b[p]) && birth.Before(b[p+1]) {
				cohort = p
			}
		}
		if cohort < 0 {
			if birth.IsZero() || birth.Before(b[0]) {
				earlier++
			} else {
				later++
			}
			continue
		}
		sizes[cohort]++
		// at returns the beginning of the customer's k-th period.
		at := func(k int) (time.Time, bool) {
			if cfg.Window == retention.Rolling {
				return birth.Add(time.Duration(k*cfg.Days) * 24 * time.Hour), true
			}
			if cohort+k > cfg.Periods {
				return time.Time{}, false
			}
			return b[cohort+k], true
		}
		for i, col := range cols {
			from, ok1 := at(col[0])
			to, ok2 := at(col[1])
			if !ok1 || !ok2 {
				continue
			}
			back := false
			for _, t := range times {
				if !t.Before(from) && !t.Before(birth) && (cfg.Rule == retention.Unbounded || t.Before(to)) {
					back = true
				}
			}
			c := cells[[2]int{cohort, i}]
			c.Customers++
			if back {
				c.SoFar++
			}
			if !to.After(asOf) {
				c.Of++
				if back {
					c.Hits++
				}
			}
			cells[[2]int{cohort, i}] = c
		}
	}
	return cells, sizes, earlier, later
}

func cases(t testing.TB) map[string]retention.Config {
	shanghai, berlin, samoa, newfoundland := zone(t, "Asia/Shanghai"), zone(t, "Europe/Berlin"), zone(t, "Pacific/Apia"), zone(t, "America/St_Johns")
	day := func(y int, m time.Month, d int, loc *time.Location) time.Time {
		return time.Date(y, m, d, 10, 30, 0, 0, loc)
	}
	return map[string]retention.Config{
		"months":            {Unit: retention.Month, From: day(2024, 1, 15, shanghai), Periods: 9, Location: shanghai},
		"months in window":  {Unit: retention.Month, From: day(2024, 3, 31, berlin), Periods: 7, Location: berlin, Birth: retention.InWindow},
		"days over DST":     {Unit: retention.Day, From: day(2024, 3, 25, berlin), Periods: 90, Location: berlin},
		"days without one":  {Unit: retention.Day, From: day(2011, 12, 20, samoa), Periods: 20, Location: samoa, Birth: retention.InWindow},
		"days shown twice":  {Unit: retention.Day, From: day(2010, 11, 1, newfoundland), Periods: 14, Location: newfoundland},
		"ISO weeks":         {Unit: retention.Week, From: day(2024, 12, 24, berlin), Periods: 12, Location: berlin},
		"quarters":          {Unit: retention.Quarter, From: day(2023, 5, 1, nil2utc(nil)), Periods: 6},
		"years":             {Unit: retention.Year, From: day(2020, 2, 29, shanghai), Periods: 4, Location: shanghai, Rule: retention.Unbounded},
		"unbounded":         {Unit: retention.Month, From: day(2024, 1, 1, berlin), Periods: 10, Location: berlin, Rule: retention.Unbounded},
		"many words":        {Unit: retention.Day, From: day(2024, 1, 1, berlin), Periods: 150, Location: berlin, Rule: retention.Unbounded},
		"brackets":          {Unit: retention.Week, From: day(2024, 2, 26, berlin), Periods: 20, Location: berlin, Rule: retention.Bracket, Edges: []int{0, 1, 4, 9, 20}},
		"rolling":           {Unit: retention.Month, From: day(2024, 2, 1, berlin), Periods: 6, Location: berlin, Window: retention.Rolling, Days: 7, Columns: 12},
		"rolling brackets":  {Unit: retention.Week, From: day(2024, 2, 1, berlin), Periods: 9, Location: berlin, Window: retention.Rolling, Days: 1, Columns: 80, Rule: retention.Bracket, Edges: []int{1, 7, 30, 70}},
		"rolling unbounded": {Unit: retention.Month, From: day(2024, 2, 1, shanghai), Periods: 6, Location: shanghai, Window: retention.Rolling, Days: 30, Rule: retention.Unbounded, Birth: retention.InWindow},
	}
}

func nil2utc(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}

// activities are spread over the table and beyond, with traps around midnights.
func activities(r *rand.Rand, cfg retention.Config, n int) (rows []retention.Activity[int64], asOf time.Time) {
	loc := nil2utc(cfg.Location)
	b := bounds(cfg.Unit, cfg.From, cfg.Periods, loc)
	begin, end := b[0].Add(-20*24*time.Hour), b[cfg.Periods].Add(10*24*time.Hour)
	span := end.Sub(begin)
	switch r.IntN(3) {
	case 0:
		asOf = end.Add(time.Second)
	case 1:
		asOf = b[r.IntN(cfg.Periods)+1] // at a boundary
	default:
		asOf = begin.Add(time.Duration(1 + r.Int64N(int64(span))))
	}
	asOf = asOf.Truncate(time.Microsecond).Add(time.Microsecond)
	for range n {
		var t time.Time
		switch r.IntN(4) {
		case 0: // 23:45 and 00:01 of a boundary
			t = b[r.IntN(len(b))].Add([]time.Duration{-15 * time.Minute, time.Minute, 0, -time.Microsecond}[r.IntN(4)])
		default:
			t = begin.Add(time.Duration(r.Int64N(int64(span)))).Truncate(time.Microsecond)
		}
		if t.Before(asOf) {
			rows = append(rows, retention.Activity[int64]{Customer: 1 + r.Int64N(int64(n)/6+1), At: t})
		}
	}
	return rows, asOf
}

func fill(t testing.TB, cfg retention.Config, rows []retention.Activity[int64]) *retention.Cohorts[int64] {
	t.Helper()
	c, err := retention.NewCohorts(guanxi.IntKey[int64](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var b retention.Batch[int64]
	for _, r := range rows {
		b.Customer, b.At = append(b.Customer, r.Customer), append(b.At, r.At.UnixMicro())
	}
	if err := c.AddBatch(b); err != nil {
		t.Fatal(err)
	}
	return c
}

func table(t testing.TB, c *retention.Cohorts[int64], asOf time.Time) retention.Table {
	t.Helper()
	out, err := c.Table(asOf)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTableIsTheBruteForceCount(t *testing.T) {
	for name, cfg := range cases(t) {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for round := range 12 {
				rows, asOf := activities(r, cfg, []int{0, 1, 40, 700}[round%4])
				got := table(t, fill(t, cfg, rows), asOf)
				cells, sizes, earlier, later := brute(cfg, rows, asOf)
				if got.Earlier != earlier || got.Later != later {
					t.Fatalf("earlier %d, later %d; want %d, %d", got.Earlier, got.Later, earlier, later)
				}
				for p, row := range got.Rows {
					if row.Customers != sizes[p] {
						t.Fatalf("cohort %d has %d customers, want %d", p, row.Customers, sizes[p])
					}
					for i, cell := range row.Cells {
						want := cells[[2]int{p, i}]
						if cell.Share != want.Share || cell.SoFar != want.SoFar || cell.Customers != sizes[p] {
							t.Fatalf("cell %d, %d: %+v, want %+v", p, i, cell, want)
						}
						if cell.State == retention.Finished && (cell.Hits != cell.SoFar || cell.Of != cell.Customers) ||
							cell.State == retention.NotBegun && (cell.Of > 0 || cell.SoFar > 0) ||
							cell.State == retention.Growing && cfg.Rule != retention.Unbounded {
							t.Fatalf("cell %d, %d: %+v", p, i, cell)
						}
					}
				}
			}
		})
	}
}

func TestOrderMergeAndBytesChangeNothing(t *testing.T) {
	for name, cfg := range cases(t) {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			rows, asOf := activities(r, cfg, 500)
			whole := fill(t, cfg, rows)
			want := table(t, whole, asOf)
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			cut := r.IntN(len(rows) + 1)
			a, b := fill(t, cfg, rows[:cut]), fill(t, cfg, rows[cut:])
			if err := a.Merge(b); err != nil {
				t.Fatal(err)
			}
			for _, row := range rows[:cut/2] { // repeated rows
				if err := a.Add(row.Customer, row.At); err != nil {
					t.Fatal(err)
				}
			}
			if got := table(t, a, asOf); !reflect.DeepEqual(got, want) {
				t.Fatal("parts differ from the whole")
			}
			x, err := whole.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			y, err := a.MarshalBinary()
			if err != nil || !bytes.Equal(x, y) {
				t.Fatal("the same rows have two encodings", err)
			}
			var back retention.Cohorts[int64]
			empty := fill(t, cfg, nil)
			if err := empty.UnmarshalBinary(x); err != nil {
				t.Fatal(err)
			}
			back = *empty
			if got := table(t, &back, asOf); !reflect.DeepEqual(got, want) {
				t.Fatal("the decoded table differs")
			}
			back.Reset()
			for _, row := range rows {
				if err := back.Add(row.Customer, row.At); err != nil {
					t.Fatal(err)
				}
			}
			if got := table(t, &back, asOf); !reflect.DeepEqual(got, want) {
				t.Fatal("the table after Reset and Add differs")
			}
		})
	}
}

// A quarter of an hour may lie between two days of the calendar; it never lies
// between two windows of 24 hours.
func TestFifteenMinutes(t *testing.T) {
	loc := zone(t, "Asia/Shanghai")
	late := time.Date(2026, 3, 1, 23, 45, 0, 0, loc)
	for window, want := range map[retention.Window]int64{retention.Calendar: 1, retention.Rolling: 0} {
		cfg := retention.Config{Unit: retention.Day, From: late, Periods: 3, Location: loc, Window: window}
		if window == retention.Rolling {
			cfg.Days = 1
		}
		c := fill(t, cfg, []retention.Activity[int64]{{Customer: 1, At: late}, {Customer: 1, At: late.Add(16 * time.Minute)}})
		out := table(t, c, late.AddDate(0, 0, 10))
		if got := out.Rows[0].Cells[1].Hits; got != want {
			t.Errorf("%s: %d came back on day 1, want %d", window, got, want)
		}
	}
}

// Weeks do not break at the end of a year: 2024-12-30 begins week 2025-W01.
func TestWeeksOverNewYear(t *testing.T) {
	c := fill(t, retention.Config{Unit: retention.Week, From: time.Date(2024, 12, 23, 0, 0, 0, 0, time.UTC), Periods: 3},
		[]retention.Activity[int64]{
			{Customer: 1, At: time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC)},
			{Customer: 1, At: time.Date(2025, 1, 5, 23, 59, 0, 0, time.UTC)},
			{Customer: 1, At: time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)},
		})
	out := table(t, c, time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC))
	row := out.Rows[1]
	if row.Customers != 1 || row.Cells[0].Hits != 1 || row.Cells[1].Hits != 1 || len(row.Cells) != 2 {
		t.Errorf("%+v", row)
	}
	if want := time.Date(2024, 12, 30, 0, 0, 0, 0, time.UTC); !row.From.Equal(want) {
		t.Errorf("the second week begins %v", row.From)
	}
}

func FuzzMergeIsOnePass(f *testing.F) {
	f.Add(uint64(1), uint16(40), uint8(0))
	f.Add(uint64(2), uint16(300), uint8(5))
	names := make([]string, 0, 16)
	all := cases(f)
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, which uint8) {
		cfg := all[names[int(which)%len(names)]]
		r := rand.New(rand.NewPCG(seed, 9))
		rows, asOf := activities(r, cfg, int(n%400)+1)
		cut := r.IntN(len(rows) + 1)
		a, b := fill(t, cfg, rows[:cut]), fill(t, cfg, rows[cut:])
		if err := b.Merge(a); err != nil {
			t.Fatal(err)
		}
		if x, y := table(t, b, asOf), table(t, fill(t, cfg, rows), asOf); !reflect.DeepEqual(x, y) {
			t.Fatal(fmt.Sprint(x, "\n", y))
		}
	})
}

func FuzzUnmarshalBinary(f *testing.F) {
	day := retention.Config{Unit: retention.Day, From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Periods: 70}
	roll := retention.Config{Unit: retention.Month, From: day.From, Periods: 3, Window: retention.Rolling, Days: 7}
	for _, cfg := range []retention.Config{day, roll} {
		for _, n := range []int{0, 30} {
			rows, _ := activities(rand.New(rand.NewPCG(5, 6)), cfg, n)
			data, err := fill(f, cfg, rows).MarshalBinary()
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			f.Add(data[:len(data)*2/3])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, cfg := range []retention.Config{day, roll} {
			c := fill(t, cfg, nil)
			if err := c.UnmarshalBinary(data); err != nil {
				continue
			}
			again, err := c.MarshalBinary()
			if err != nil || !bytes.Equal(again, data) {
				t.Fatalf("%x decodes and encodes as %x (%v)", data, again, err)
			}
			if _, err := c.Table(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
