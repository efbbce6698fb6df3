package migration_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/migration"
)

// oracle counts by definition: it looks at every instant at which anything of
// the customer changes.
type oracle struct {
	moves [][][]int64
	stock [][]int64
}

func bruteForce(cfg migration.Config, c *migration.Counts, customers [][]migration.Stay) oracle {
	n, k := len(cfg.Stages), c.Len()
	o := oracle{make([][][]int64, k), make([][]int64, k+1)}
	for p := range o.moves {
		o.moves[p] = make([][]int64, n)
		for i := range n {
			o.moves[p][i] = make([]int64, n)
		}
	}
	for p := range o.stock {
		o.stock[p] = make([]int64, n)
	}
	for _, stays := range customers {
		// A stay that reaches Until and is the last one goes on.
		var own []migration.Stay
		for _, s := range stays {
			if s.From < s.To {
				own = append(own, s)
			}
		}
		if n := len(own); n > 0 && own[n-1].To == us(cfg.Until) {
			own[n-1].To = migration.Open
		}
		stageAt := func(t int64) int {
			for _, s := range own {
				if s.From <= t && t < s.To {
					return s.Stage
				}
			}
			return -1
		}
		for p := range k + 1 {
			from, to, ok := c.Bounds(p)
			at := us(from)
			if !ok {
				_, to, _ = c.Bounds(p - 1)
				at = us(to)
			}
			first := stageAt(at)
			if first >= 0 {
				o.stock[p][first]++
			}
			if p == k || first < 0 {
				continue
			}
			last := stageAt(us(to))
			wholly := last >= 0
			for _, s := range own {
				if s.To > us(from) && s.To < us(to) && stageAt(s.To) < 0 {
					wholly = false
				}
			}
			if wholly {
				o.moves[p][first][last]++
			}
		}
	}
	return o
}

func checkCounts(t *testing.T, cfg migration.Config, c *migration.Counts, customers [][]migration.Stay) {
	t.Helper()
	o := bruteForce(cfg, c, customers)
	for p := range c.Len() + 1 {
		if got := c.Stock(p); !reflect.DeepEqual(got, o.stock[p]) {
			t.Fatalf("stock %d: %v, want %v\n%+v", p, got, o.stock[p], customers)
		}
		if p == c.Len() {
			break
		}
		if got := c.Between(p, p+1).Rows(); !reflect.DeepEqual(got, o.moves[p]) {
			t.Fatalf("moves %d: %v, want %v\n%+v", p, got, o.moves[p], customers)
		}
		var sum int64
		for i := range cfg.Stages {
			sum += c.Stock(p)[i] - c.Vanished(p)[i] + c.Arrived(p)[i] - c.Stock(p + 1)[i]
			if c.Vanished(p)[i] < 0 || c.Arrived(p)[i] < 0 {
				t.Fatalf("period %d: vanished %v, arrived %v", p, c.Vanished(p), c.Arrived(p))
			}
		}
		if sum != 0 {
			t.Fatalf("period %d: stocks, vanished and arrived do not add up", p)
		}
	}
}

// Counts are those of the definition, in any order and any split.
func TestCountsAreTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	zones := []*time.Location{nil, time.FixedZone("", 8*3600), zoneOf(t, "America/New_York"), zoneOf(t, "Pacific/Apia")}
	for round := range 150 {
		cfg := migration.Config{Stages: ids(1 + rng.IntN(5)), Period: []migration.Period{"", migration.Week, migration.Month, migration.Quarter}[rng.IntN(4)],
			Since: day(2025, 1, 1).Add(time.Duration(rng.IntN(1000)) * time.Hour), Until: day(2026, 1, 1).Add(time.Duration(rng.IntN(1000)) * time.Hour),
			Location: zones[rng.IntN(len(zones))]}
		if rng.IntN(2) == 0 { // a boundary is the end of what is seen
			_, cfg.Until, _ = must(migration.NewCounts(cfg)).Bounds(must(migration.NewCounts(cfg)).Len() - 1)
		}
		a, b, all := must(migration.NewCounts(cfg)), must(migration.NewCounts(cfg)), must(migration.NewCounts(cfg))
		// Instants on a grid that the boundaries are on, so that ends meet them.
		var customers [][]migration.Stay
		for range 40 {
			stays := journal(rng, len(cfg.Stages), us(day(2024, 11, 1)), us(day(2026, 4, 1)))
			if rng.IntN(2) == 0 {
				for i := range stays {
					stays[i].From = stays[i].From / 3600e6 / 24 * 24 * 3600e6
					if stays[i].To != migration.Open {
						stays[i].To = stays[i].To / 3600e6 / 24 * 24 * 3600e6
					}
				}
			}
			if n := len(stays); n > 0 && rng.IntN(3) == 0 && stays[n-1].From < us(cfg.Until) {
				stays[n-1].To = us(cfg.Until)
			}
			customers = append(customers, stays)
		}
		for i, k := range rng.Perm(len(customers)) {
			part := a
			if i%3 == 0 {
				part = b
			}
			if err := errors.Join(part.Add(customers[k]), all.Add(customers[len(customers)-1-i])); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Merge(a); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(must(all.MarshalBinary()), must(b.MarshalBinary())) {
			t.Fatalf("round %d: merging is not one pass", round)
		}
		checkCounts(t, cfg, all, customers)
	}
}

func TestExposure(t *testing.T) {
	cfg := migration.Config{Stages: []string{"a", "b", "lost"}, Since: day(2026, 1, 1), Until: day(2026, 4, 1)}
	for _, c := range []struct {
		name  string
		stays []migration.Stay
		want  string // by period
	}{
		{"seen all the time", []migration.Stay{{0, 0, migration.Open}}, "aa aa aa"},
		{"cut at Until", []migration.Stay{{0, 0, us(day(2026, 4, 1))}}, "aa aa aa"},
		{"cut before Until", []migration.Stay{{0, 0, us(day(2026, 4, 1)) - 1}}, "aa aa "},
		{"new during a period", []migration.Stay{{0, us(day(2026, 1, 20)), migration.Open}}, " aa aa"},
		{"new at its beginning", []migration.Stay{{0, us(day(2026, 2, 1)), migration.Open}}, " aa aa"},
		{"gone during a period", []migration.Stay{{0, 0, us(day(2026, 2, 10))}}, "aa  "},
		{"gone at its end", []migration.Stay{{0, 0, us(day(2026, 2, 1))}}, "  "},
		{"a gap", []migration.Stay{{0, 0, us(day(2026, 2, 10))}, {1, us(day(2026, 2, 11)), migration.Open}}, "aa  bb"},
		{"a move at the boundary", []migration.Stay{{0, 0, us(day(2026, 2, 1))}, {1, us(day(2026, 2, 1)), migration.Open}}, "ab bb bb"},
		{"there and back", []migration.Stay{{0, 0, us(day(2026, 2, 3))}, {1, us(day(2026, 2, 3)), us(day(2026, 2, 5))}, {0, us(day(2026, 2, 5)), migration.Open}}, "aa aa aa"},
		{"an empty stay", []migration.Stay{{0, 0, us(day(2026, 2, 3))}, {2, us(day(2026, 2, 3)), us(day(2026, 2, 3))}, {1, us(day(2026, 2, 3)), migration.Open}}, "aa ab bb"},
	} {
		n := must(migration.NewCounts(cfg))
		if err := n.Add(c.stays); err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for p := range n.Len() {
			if p > 0 {
				got.WriteString(" ")
			}
			for i, row := range n.Between(p, p+1).Rows() {
				for j, v := range row {
					if v > 0 {
						fmt.Fprintf(&got, "%c%c", cfg.Stages[i][0], cfg.Stages[j][0])
					}
				}
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.String(), c.want)
		}
	}
}

// Boundaries follow the zone's calendar, through gaps at midnight and lost days.
func TestBoundaries(t *testing.T) {
	for _, c := range []struct {
		zone         string
		period       migration.Period
		since, until time.Time
		want         []string
	}{
		{"Asia/Shanghai", migration.Quarter, day(2025, 1, 5), day(2025, 11, 1), []string{"2025-04-01T00:00:00+08:00", "2025-07-01T00:00:00+08:00", "2025-10-01T00:00:00+08:00"}},
		{"Europe/Berlin", migration.Week, day(2026, 3, 22), day(2026, 4, 6), []string{"2026-03-23T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "2026-04-06T00:00:00+02:00"}},
		{"UTC", migration.Week, day(2025, 12, 29), day(2026, 1, 5), []string{"2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"}},
		// On 1 October 1995 midnight was skipped.
		{"America/Asuncion", migration.Month, day(1995, 9, 1), day(1995, 12, 2), []string{"1995-09-01T00:00:00-04:00", "1995-10-01T01:00:00-03:00", "1995-11-01T00:00:00-03:00", "1995-12-01T00:00:00-03:00"}},
	} {
		loc := zoneOf(t, c.zone)
		n := must(migration.NewCounts(migration.Config{Stages: ids(2), Period: c.period, Since: c.since, Until: c.until, Location: loc}))
		var got []string
		for p := range n.Len() {
			from, to, _ := n.Bounds(p)
			if p == 0 {
				got = append(got, from.Format(time.RFC3339))
			}
			got = append(got, to.Format(time.RFC3339))
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s %s: %q, want %q", c.zone, c.period, got, c.want)
		}
	}
	n := must(migration.NewCounts(migration.Config{Stages: ids(2), Since: day(2025, 1, 1), Until: day(2025, 6, 1)}))
	if _, _, ok := n.Bounds(5); ok || n.Stock(6) != nil || n.Vanished(5) != nil || n.Arrived(-1) != nil {
		t.Error("a period that is not there")
	}
}

func TestBadSpans(t *testing.T) {
	c := must(migration.NewCounts(migration.Config{Stages: ids(3), Since: day(2026, 1, 1), Until: day(2026, 4, 1)}))
	before := must(c.MarshalBinary())
	for name, bad := range map[string]struct {
		stays    []migration.Stay
		sentinel error
		pointers []string
	}{
		"unknown stage": {[]migration.Stay{{3, 0, 1}, {-1, 1, 2}}, migration.ErrStage, []string{"/0/stage", "/1/stage"}},
		"ends first":    {[]migration.Stay{{0, 5, 4}}, migration.ErrBackwards, []string{"/0/to"}},
		"not in order":  {[]migration.Stay{{0, 5, 9}, {1, 3, 4}}, migration.ErrBackwards, []string{"/1/from"}},
		"overlap":       {[]migration.Stay{{0, 5, 9}, {1, 8, 12}, {2, 11, 13}}, migration.ErrOverlap, []string{"/1/from", "/2/from"}},
		"within":        {[]migration.Stay{{0, 5, 90}, {1, 8, 12}, {2, 20, 23}}, migration.ErrOverlap, []string{"/1/from", "/2/from"}},
		"after open":    {[]migration.Stay{{0, 5, migration.Open}, {1, 8, 12}}, migration.ErrOverlap, []string{"/1/from"}},
	} {
		wantFaults(t, name, c.Add(bad.stays), bad.sentinel, bad.pointers...)
	}
	n, err := c.AddSeq(func(yield func([]migration.Stay, error) bool) {
		_ = yield(nil, nil) && yield([]migration.Stay{{7, 0, 1}}, nil)
	})
	if n != 1 || !errors.Is(err, migration.ErrStage) {
		t.Errorf("AddSeq: %d, %v", n, err)
	}
	broken := errors.New("broken")
	if n, err := c.AddSeq(func(yield func([]migration.Stay, error) bool) { yield(nil, broken) }); n != 0 || !errors.Is(err, broken) {
		t.Errorf("AddSeq: %d, %v", n, err)
	}
	if !bytes.Equal(before, must(c.MarshalBinary())) {
		t.Error("something was counted")
	}
	if err := c.Add([]migration.Stay{{0, -1 << 63, migration.Open}}); err != nil || c.Customers() != 1 || c.Table().Rows()[0][0] != 3 {
		t.Errorf("from the beginning of time: %v", err)
	}
	c.Reset()
	if !bytes.Equal(before, must(c.MarshalBinary())) {
		t.Error("Reset left something")
	}
}
