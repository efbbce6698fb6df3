package lifecycle_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

func calendarDate(s string) lifecycle.Date {
	var d lifecycle.Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return d
}

// officeWeek is 09:00 to 12:00 and 13:00 to 18:00 from Monday to Friday.
func officeWeek() lifecycle.Week {
	return lifecycle.Weekdays(lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00"))
}

// china2025 is the State Council's table for 2025 (国办发明电〔2024〕12号).
func china2025() lifecycle.CalendarConfig {
	c := lifecycle.CalendarConfig{Zone: "Asia/Shanghai", Week: officeWeek()}
	for _, h := range []struct {
		date   string
		days   int
		en, zh string
	}{
		{"2025-01-01", 1, "New Year", "元旦"},
		{"2025-01-28", 8, "Spring Festival", "春节"},
		{"2025-04-04", 3, "Qingming", "清明节"},
		{"2025-05-01", 5, "Labour Day", "劳动节"},
		{"2025-05-31", 3, "Dragon Boat Festival", "端午节"},
		{"2025-10-01", 8, "National Day and Mid-Autumn Festival", "国庆节、中秋节"},
	} {
		c.Holidays = append(c.Holidays, lifecycle.Holiday{Date: calendarDate(h.date), Days: h.days, Name: guanxi.Text{EN: h.en, ZH: h.zh}})
	}
	for _, d := range []string{"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"} {
		c.Extra = append(c.Extra, lifecycle.ExtraDay{Date: calendarDate(d), Hours: officeWeek().Monday, Name: guanxi.Text{EN: "make-up day", ZH: "调休"}})
	}
	return c
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return loc
}

func TestCalendarChina2025(t *testing.T) {
	loc := zone(t, "Asia/Shanghai")
	c, err := lifecycle.NewCalendar(china2025())
	if err != nil {
		t.Fatal(err)
	}
	// Working days by month, as published: 248 in the year.
	want := []int{19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23}
	year := 0
	for m, days := range want {
		from := time.Date(2025, time.Month(m+1), 1, 0, 0, 0, 0, loc)
		got, err := c.Elapsed(from, from.AddDate(0, 1, 0))
		if err != nil || got != time.Duration(days)*8*time.Hour {
			t.Errorf("month %d: %v, %v, want %d days", m+1, got.Hours()/8, err, days)
		}
		year += days
	}
	if year != 248 {
		t.Errorf("%d working days in the year", year)
	}
	for _, tt := range []struct {
		start string
		d     time.Duration
		want  string
	}{
		{"2025-09-30 17:00", 2 * time.Hour, "2025-10-09 10:00"},  // over the eight days
		{"2025-10-10 17:00", 2 * time.Hour, "2025-10-11 10:00"},  // a Saturday worked
		{"2025-01-24 17:00", 2 * time.Hour, "2025-01-26 10:00"},  // a Sunday worked
		{"2025-01-27 17:00", 2 * time.Hour, "2025-02-05 10:00"},  // Spring Festival
		{"2025-02-07 18:00", 8 * time.Hour, "2025-02-08 18:00"},  // used up at the close
		{"2025-03-03 11:00", 2 * time.Hour, "2025-03-03 14:00"},  // over lunch
		{"2025-03-01 03:00", 0, "2025-03-01 03:00"},              // nothing to wait for
		{"2025-03-07 17:59", time.Minute, "2025-03-07 18:00"},    // the end of Friday
		{"2025-03-07 18:00", time.Minute, "2025-03-10 09:01"},    // and the start of Monday
		{"2025-04-30 12:30", 5 * time.Hour, "2025-04-30 18:00"},  // lunch does not count
		{"2025-04-30 12:30", 6 * time.Hour, "2025-05-06 10:00"},  // Labour Day
		{"2025-05-30 18:00", 24 * time.Hour, "2025-06-05 18:00"}, // three days
	} {
		start, _ := time.ParseInLocation("2006-01-02 15:04", tt.start, loc)
		got, err := c.Deadline(start, tt.d)
		if err != nil || got.Format("2006-01-02 15:04") != tt.want {
			t.Errorf("%s + %v: %v, %v, want %s", tt.start, tt.d, got, err, tt.want)
		}
	}
	noon := time.Date(2025, 10, 1, 12, 0, 0, 0, loc)
	if c.Working(noon) || !c.Working(noon.AddDate(0, 0, 10).Add(-time.Minute)) || c.Location().String() != "Asia/Shanghai" {
		t.Error("Working")
	}
	if got, err := c.Opening(noon); err != nil || !got.Equal(time.Date(2025, 10, 9, 9, 0, 0, 0, loc)) {
		t.Error(got, err)
	}
}

// A night shift has seven, eight or nine hours.
func TestCalendarDaylightSaving(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	night := []lifecycle.Hours{lifecycle.HoursOf("22:00", "06:00")}
	c := lifecycle.MustCalendar(lifecycle.CalendarConfig{Zone: "Europe/Berlin", Week: lifecycle.Week{Saturday: night}})
	for _, tt := range []struct {
		noon string
		want time.Duration
	}{{"2025-03-22", 8}, {"2025-03-29", 7}, {"2025-10-25", 9}, {"2199-03-30", 7}, {"2199-10-26", 9}} {
		noon := time.Time{}
		if d := calendarDate(tt.noon); true {
			noon = time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, loc)
		}
		got, err := c.Elapsed(noon, noon.AddDate(0, 0, 1))
		if err != nil || got != tt.want*time.Hour {
			t.Errorf("%s: %v, %v, want %v", tt.noon, got, err, tt.want*time.Hour)
		}
		end, err := c.Deadline(noon, tt.want*time.Hour)
		if err != nil || end.Format("15:04") != "06:00" {
			t.Errorf("%s: ends %v, %v", tt.noon, end, err)
		}
	}
}

// calendarOracle tells working time minute by minute, from the config alone.
type calendarOracle struct {
	cfg    lifecycle.CalendarConfig
	loc    *time.Location
	off    map[lifecycle.Date]bool
	extra  map[lifecycle.Date][]lifecycle.Hours
	weekly [7][]lifecycle.Hours // Sunday first
}

func newOracle(t testing.TB, c lifecycle.CalendarConfig) *calendarOracle {
	o := &calendarOracle{cfg: c, loc: zone(t, c.Zone), off: map[lifecycle.Date]bool{}, extra: map[lifecycle.Date][]lifecycle.Hours{}}
	for _, h := range c.Holidays {
		for k := range max(h.Days, 1) {
			o.off[lifecycle.DateOf(time.Date(h.Date.Year, h.Date.Month, h.Date.Day+k, 0, 0, 0, 0, time.UTC))] = true
		}
	}
	for _, e := range c.Extra {
		o.extra[e.Date] = e.Hours
	}
	w := c.Week
	o.weekly = [7][]lifecycle.Hours{w.Sunday, w.Monday, w.Tuesday, w.Wednesday, w.Thursday, w.Friday, w.Saturday}
	return o
}

func (o *calendarOracle) hours(t time.Time) []lifecycle.Hours {
	d := lifecycle.DateOf(t)
	if o.off[d] {
		return nil
	}
	if list, ok := o.extra[d]; ok {
		return list
	}
	return o.weekly[t.Weekday()]
}

func (o *calendarOracle) working(at time.Time) bool {
	at = at.In(o.loc)
	// The date and time on the wall, as a UTC time that knows no daylight saving.
	y, m, d := at.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	minute := lifecycle.TimeOfDay(at.Hour()*60 + at.Minute())
	for _, h := range o.hours(day) {
		if minute >= h.From && (minute < h.To || h.To <= h.From) {
			return true
		}
	}
	for _, h := range o.hours(day.AddDate(0, 0, -1)) {
		if h.To <= h.From && minute < h.To {
			return true
		}
	}
	return false
}

// Zones with all kinds of clocks: none, an hour, half an hour (Lord Howe), a
// day left out (Apia), changes at midnight (São Paulo), fasting months
// (Casablanca), odd offsets.
var calendarZones = []string{"UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
	"Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Europe/Dublin", "America/St_Johns", "Pacific/Kwajalein"}

// randomCalendar has hours over midnight, holidays and extra days around a date.
func randomCalendar(r *rand.Rand, zone string, around time.Time) lifecycle.CalendarConfig {
	c := lifecycle.CalendarConfig{Zone: zone}
	day := func() (list []lifecycle.Hours) {
		for range r.IntN(4) {
			from, to := r.IntN(1440), r.IntN(1441)
			if from != to {
				list = append(list, lifecycle.Hours{From: lifecycle.TimeOfDay(from), To: lifecycle.TimeOfDay(to)})
			}
		}
		return list
	}
	c.Week.Wednesday = []lifecycle.Hours{lifecycle.HoursOf("08:00", "08:01")}
	for _, list := range []*[]lifecycle.Hours{&c.Week.Monday, &c.Week.Tuesday, &c.Week.Wednesday, &c.Week.Thursday, &c.Week.Friday, &c.Week.Saturday, &c.Week.Sunday} {
		for range 4 {
			before := *list
			if *list = day(); c.Validate() != nil {
				*list = before
			}
		}
	}
	for range r.IntN(12) {
		before := c
		date := lifecycle.DateOf(around.AddDate(0, 0, r.IntN(40)-20))
		if r.IntN(2) == 0 {
			c.Holidays = append(slices.Clone(c.Holidays), lifecycle.Holiday{Date: date, Days: r.IntN(4)})
		} else {
			c.Extra = append(slices.Clone(c.Extra), lifecycle.ExtraDay{Date: date, Hours: append(day(), lifecycle.HoursOf("20:00", "24:00"))})
		}
		if c.Validate() != nil {
			c = before
		}
	}
	return c
}

func TestCalendarAgainstMinutes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 13))
	for round := range 60 {
		name := calendarZones[round%len(calendarZones)]
		loc := zone(t, name)
		// Around a change of the clock where there is one.
		from := time.Date(1971+r.IntN(228), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, loc)
		if _, change := from.ZoneBounds(); !change.IsZero() && r.IntN(4) > 0 && change.Year() < 2200 {
			from = change.AddDate(0, 0, -5)
		}
		if name == "Pacific/Apia" && r.IntN(2) == 0 {
			from = time.Date(2011, 12, 27, 0, 0, 0, 0, loc)
		}
		cfg := randomCalendar(r, name, from.AddDate(0, 0, 7))
		c := lifecycle.MustCalendar(cfg)
		o := newOracle(t, cfg)
		from = time.Unix(from.Unix()/60*60, 0)
		// worked[i] is the working time up to minute i.
		const minutes = 14 * 1440
		worked := make([]int, minutes+1)
		for i := range minutes {
			worked[i+1] = worked[i]
			if o.working(from.Add(time.Duration(i) * time.Minute)) {
				worked[i+1]++
			}
		}
		for range 400 {
			i, k := r.IntN(minutes+1), r.IntN(minutes+1)
			i, k = min(i, k), max(i, k)
			a, b := from.Add(time.Duration(i)*time.Minute), from.Add(time.Duration(k)*time.Minute)
			want := time.Duration(worked[k]-worked[i]) * time.Minute
			if got, err := c.Elapsed(a, b); err != nil || got != want {
				t.Fatalf("%s: [%v, %v): %v, %v, want %v\n%+v", name, a.In(loc), b.In(loc), got, err, want, cfg)
			}
			if i < minutes && c.Working(a) != (worked[i+1] > worked[i]) {
				t.Fatalf("%s: working at %v: %v", name, a.In(loc), c.Working(a))
			}
			// The earliest minute at which that much is worked.
			end := i + slices.IndexFunc(worked[i:], func(n int) bool { return n >= worked[k] })
			if got, err := c.Deadline(a, want); err != nil || !got.Equal(from.Add(time.Duration(end)*time.Minute)) {
				t.Fatalf("%s: %v + %v: %v, %v, want %v\n%+v", name, a.In(loc), want, got, err, from.Add(time.Duration(end)*time.Minute).In(loc), cfg)
			}
		}
	}
}

func checkInverse(t *testing.T, c *lifecycle.Calendar, start time.Time, d time.Duration) {
	t.Helper()
	end, err := c.Deadline(start, d)
	if err != nil {
		if !errors.Is(err, lifecycle.ErrCalendarRange) {
			t.Fatal(err)
		}
		return
	}
	if got, err := c.Elapsed(start, end); err != nil || got != d {
		t.Fatalf("%v: %v to %v: %v, %v, want %v", c.Location(), start, end, got, err, d)
	}
	if d == 0 {
		if !end.Equal(start) {
			t.Fatalf("%v + 0 is %v", start, end)
		}
		return
	}
	// It is the earliest.
	if got, err := c.Elapsed(start, end.Add(-1)); err != nil || got != d-1 {
		t.Fatalf("%v: a nanosecond before %v: %v, %v, want %v", c.Location(), end, got, err, d-1)
	}
	if !c.Working(end.Add(-1)) {
		t.Fatalf("%v: the nanosecond before %v is no working time", c.Location(), end)
	}
	us := start.UnixMicro()
	if start.Equal(time.UnixMicro(us)) {
		got, err := c.DeadlineMicros(us, d)
		if err != nil || got != (end.UnixNano()+999)/1000 {
			t.Fatalf("in microseconds %v, %v, want %v", got, err, end)
		}
		if back, err := c.ElapsedMicros(us, got); err != nil || d%1000 == 0 && back != d {
			t.Fatalf("in microseconds %v, %v, want %v", back, err, d)
		}
	}
}

func TestCalendarInverse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range calendarZones {
		loc := zone(t, name)
		for range 4 {
			c := lifecycle.MustCalendar(randomCalendar(r, name, time.Date(1975+r.IntN(100), 4, 1, 0, 0, 0, 0, loc)))
			for range 2000 {
				start := time.Unix(0, r.Int64N(7289654400e9))
				if r.IntN(2) == 0 {
					start = start.Truncate(time.Microsecond)
				}
				checkInverse(t, c, start, time.Duration(r.Int64N(1<<r.IntN(62))))
			}
		}
	}
}

func FuzzCalendarInverse(f *testing.F) {
	f.Add(uint64(1), uint8(2), int64(1743210000), int64(1), int64(3600e9))
	f.Add(uint64(2), uint8(5), int64(1325100000), int64(999999999), int64(1))
	f.Fuzz(func(t *testing.T, seed uint64, z uint8, sec, nsec, d int64) {
		name := calendarZones[int(z)%len(calendarZones)]
		sec = int64(uint64(sec) % 7289654400)
		start := time.Unix(sec, int64(uint64(nsec)%1e9))
		c := lifecycle.MustCalendar(randomCalendar(rand.New(rand.NewPCG(seed, 0)), name, start))
		checkInverse(t, c, start, time.Duration(d&math.MaxInt64))
	})
}

// Additive: what is worked in two halves is what is worked in the whole.
func TestCalendarAdds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	c := lifecycle.MustCalendar(randomCalendar(r, "America/New_York", time.Date(2030, 3, 1, 0, 0, 0, 0, time.UTC)))
	for range 10000 {
		at := []int64{r.Int64N(7289654400e9), r.Int64N(7289654400e9), r.Int64N(7289654400e9)}
		slices.Sort(at)
		a, b, z := time.Unix(0, at[0]), time.Unix(0, at[1]), time.Unix(0, at[2])
		x, _ := c.Elapsed(a, b)
		y, _ := c.Elapsed(b, z)
		if whole, _ := c.Elapsed(a, z); whole != x+y {
			t.Fatal(a, b, z, x, y, whole)
		}
	}
}

func TestCalendarRange(t *testing.T) {
	c := lifecycle.MustCalendar(lifecycle.CalendarConfig{Week: lifecycle.Week{Sunday: []lifecycle.Hours{lifecycle.HoursOf("00:00", "24:00")}}})
	first, last := time.Unix(0, 0), time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC)
	all, err := c.Elapsed(first, last)
	if err != nil || all != 12053*24*time.Hour { // the Sundays of 231 years
		t.Fatal(all.Hours()/24, err)
	}
	checkInverse(t, c, first, all)
	if end, err := c.Deadline(first, all); err != nil || !end.Equal(time.Date(2200, 12, 29, 0, 0, 0, 0, time.UTC)) {
		t.Error(end, err)
	}
	noSuch := []struct {
		name string
		err  error
		f    func() error
	}{
		{"deadline", lifecycle.ErrCalendarRange, func() error { _, err := c.Deadline(first, all+1); return err }},
		{"late start", lifecycle.ErrCalendarRange, func() error { _, err := c.Deadline(last.Add(1), 0); return err }},
		{"early start", lifecycle.ErrCalendarRange, func() error { _, err := c.Deadline(first.Add(-1), 0); return err }},
		{"no time", lifecycle.ErrCalendarRange, func() error { _, err := c.Elapsed(time.Time{}, first); return err }},
		{"far time", lifecycle.ErrCalendarRange, func() error { _, err := c.Elapsed(first, time.Unix(math.MaxInt64, 0)); return err }},
		{"backwards", lifecycle.ErrCalendarBackwards, func() error { _, err := c.Elapsed(last, first); return err }},
		{"negative", lifecycle.ErrCalendarBackwards, func() error { _, err := c.Deadline(first, -1); return err }},
		{"opening", lifecycle.ErrCalendarRange, func() error { _, err := c.Opening(last); return err }},
		{"micros start", lifecycle.ErrCalendarRange, func() error { _, err := c.DeadlineMicros(-1, 0); return err }},
		{"micros deadline", lifecycle.ErrCalendarRange, func() error { _, err := c.DeadlineMicros(0, math.MaxInt64); return err }},
		{"micros far", lifecycle.ErrCalendarRange, func() error { _, err := c.ElapsedMicros(0, math.MaxInt64); return err }},
		{"micros backwards", lifecycle.ErrCalendarBackwards, func() error { _, err := c.ElapsedMicros(1, 0); return err }},
	}
	for _, tt := range noSuch {
		if err := tt.f(); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
		}
	}
	if c.Working(last) || c.Working(first.Add(-1)) {
		t.Error("working outside the range")
	}
	if d, err := c.DeadlineMicros(3*86400e6, 1); err != nil || d != 3*86400e6+1 {
		t.Error("a nanosecond is rounded up:", d, err)
	}
}

func ExampleCalendar_Deadline() {
	shop := lifecycle.MustCalendar(lifecycle.CalendarConfig{
		Zone:     "+08:00",
		Week:     lifecycle.Weekdays(lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00")),
		Holidays: []lifecycle.Holiday{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 1}, Days: 8, Name: guanxi.Text{EN: "National Day", ZH: "国庆节"}}},
		Extra:    []lifecycle.ExtraDay{{Date: lifecycle.Date{Year: 2025, Month: 10, Day: 11}, Hours: []lifecycle.Hours{lifecycle.HoursOf("10:00", "16:00")}}},
	})
	complaint := time.Date(2025, 9, 30, 9, 0, 0, 0, time.UTC) // 17:00 on the last day before the holiday
	for _, d := range []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour} {
		at, err := shop.Deadline(complaint, d)
		fmt.Println(at.Format("Mon 2006-01-02 15:04"), err)
	}
	// Output:
	// Tue 2025-09-30 18:00 <nil>
	// Thu 2025-10-09 12:00 <nil>
	// Mon 2025-10-13 10:00 <nil>
}
