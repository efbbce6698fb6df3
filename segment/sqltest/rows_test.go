package sqltest

import (
	"math"
	"math/rand/v2"
	"time"
	_ "time/tzdata"

	"github.com/guanxi-go/guanxi/segment"
)

// generator makes customers that lie at the edges of what rules ask, and the
// rules.
type generator struct {
	*rand.Rand
	at    segment.At
	today segment.Date
	seen  map[string]int // conditions made, by type, aggregate and operator
	words []string       // texts of rows: with a zero byte where the database can hold one; rules have none
}

var (
	zones   = []string{"UTC", "Asia/Shanghai", "America/New_York", "America/Havana", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Europe/London"}
	instant = []string{
		"2026-03-15T12:00:00Z", "2026-03-08T06:59:59.999999Z", "2026-03-08T05:00:00Z", "2026-11-01T05:30:00Z", "2026-03-31T23:59:59.999999Z",
		"2028-02-29T00:00:00Z", "2027-02-28T12:00:00Z", "2024-02-29T23:30:00Z", "2011-12-30T11:00:00Z", "2026-12-31T16:00:00Z", "2010-11-07T03:30:00Z",
		"2026-01-01T00:00:00Z", "2026-04-05T15:00:00Z", "1970-01-02T00:00:00Z", "1999-12-31T23:59:59.999999Z",
	}
	words   = []string{"CN", "cn", "cd", "ab", "CN ", " CN", "SG", "C", "é", "e\u0301", "É", "%", "_", `\`, `%_\`, "a%b", "a_b", "tea", "TEA", "'", `"`, "a,b", "ſ", "K", "ss", "ß", "中国", "中", "CN\u00a0", "''", "--", "1", "1.0", "?", "$1", "😀", "NULL", ""}
	zeros   = []string{"ab\x00cd", "ab\x00", "\x00cd", "b\x00"}
	numbers = []int64{0, 1, -1, 2, 3, 10, 25, 39, 40, 99, 100, 200000, 1<<53 - 1, 1 << 53, 1<<53 + 1, -(1 << 53) - 1, 1 << 44, 1<<44 - 1, -1 << 22, 1<<22 - 1,
		math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1}
)

const (
	day  = 24 * time.Hour
	year = 366 * day
)

func newGenerator(seed uint64, d segment.Dialect) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 4)), seen: map[string]int{}, words: words}
	if d != segment.PostgreSQL {
		g.words = join(words[:2], zeros, words[2:])
	}
	loc, err := time.LoadLocation(pick(g, zones))
	if err != nil {
		panic(err)
	}
	now, err := time.Parse(time.RFC3339Nano, pick(g, instant))
	if err != nil {
		panic(err)
	}
	g.at = segment.At{Now: now, Location: loc, WeekStart: time.Weekday(g.IntN(7))}
	g.today = segment.DateOf(now.In(loc))
	return g
}

func pick[V any](g *generator, list []V) V { return list[g.IntN(len(list))] }

func maybe[V any](g *generator, v V) *V {
	if g.IntN(5) == 0 {
		return nil
	}
	return &v
}

func (g *generator) number() int64 {
	if g.IntN(3) == 0 {
		return pick(g, numbers)
	}
	return g.Int64N(6) - 1
}

// instant lies near now, near the beginning of a day in the zone, or anywhere.
func (g *generator) instant() time.Time {
	now := g.at.Now
	off := time.Duration(g.IntN(3)-1) * time.Microsecond
	switch g.IntN(8) {
	case 0:
		return now.Add(off)
	case 1:
		return now.Add(-time.Duration(g.IntN(50))*time.Hour + off)
	case 2:
		y, m, d := now.In(g.at.Location).AddDate(0, 0, 5-g.IntN(70)).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, g.at.Location).Add(off).UTC()
	case 3:
		return now.Add(time.Duration(g.IntN(100)) * time.Hour)
	case 4:
		return now.Add(-time.Duration(g.Int64N(int64(400*day)/1000)) * 1000)
	case 5:
		return now.Add(-time.Duration(g.Int64N(int64(60*year)/1000)) * 1000)
	case 6:
		if g.IntN(4) == 0 {
			return pick(g, []time.Time{
				time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
				time.Unix(0, 0).UTC(), time.Unix(-1, 999_999_000).UTC(), time.Date(1890, 1, 1, 4, 0, 0, 1000, time.UTC),
			})
		}
	}
	return now.AddDate(0, -g.IntN(5), g.IntN(3)-1)
}

func (g *generator) date() segment.Date {
	switch g.IntN(6) {
	case 0:
		return segment.NewDate(1990+g.IntN(40), time.February, 28+g.IntN(2))
	case 1:
		return g.today.AddMonths(-g.IntN(400)) + segment.Date(g.IntN(3)-1)
	case 2:
		return segment.NewDate(g.at.Now.Year(), time.Month(1+g.IntN(12)), 28+g.IntN(4))
	case 3:
		if g.IntN(3) == 0 {
			return pick(g, []segment.Date{segment.NewDate(1, 1, 1), segment.NewDate(9999, 12, 31), segment.NewDate(1969, 12, 31), 0})
		}
	}
	return g.today + segment.Date(g.IntN(60)-30)
}

// rows is a population, with the events and tags of nobody.
type rows struct {
	customers []customer
	orders    []order
	visits    []visit
	tags      []tagRow
}

type tagRow struct {
	Customer *int64
	Tag      *string
}

func (g *generator) rows(n int) rows {
	var r rows
	for i := range n {
		id := int64(i + 1)
		c := customer{
			ID: id, Country: maybe(g, pick(g, g.words)), Note: maybe(g, segment.Fold(pick(g, g.words))), Age: maybe(g, g.number()), Points: maybe(g, g.number()),
			Spend: maybe(g, g.number()), Rate: maybe(g, g.number()), LastBuy: maybe(g, g.instant()), Seen: maybe(g, g.instant()),
			Birthday: maybe(g, g.date()), Vip: maybe(g, g.IntN(2) == 0),
		}
		if g.IntN(4) > 0 {
			c.Tags = []string{}
			for range g.IntN(4) {
				tag := pick(g, g.words[:8])
				c.Tags = append(c.Tags, tag)
				r.tags = append(r.tags, tagRow{&id, &tag})
			}
			if g.IntN(6) == 0 {
				r.tags = append(r.tags, tagRow{&id, nil})
			}
		}
		orders := g.IntN(6)
		if g.IntN(30) == 0 {
			orders = 40
		}
		for range orders {
			c.Orders = append(c.Orders, g.order(&id))
		}
		for range g.IntN(5) {
			c.Visits = append(c.Visits, g.visit(&id))
		}
		r.customers = append(r.customers, c)
		r.orders = append(r.orders, c.Orders...)
		r.visits = append(r.visits, c.Visits...)
	}
	nobody := int64(n + 1000)
	for range 6 {
		who := pick(g, []*int64{nil, nil, &nobody})
		r.orders, r.visits = append(r.orders, g.order(who)), append(r.visits, g.visit(who))
		tag := pick(g, g.words[:8])
		r.tags = append(r.tags, tagRow{who, &tag})
	}
	return r
}

func (g *generator) order(who *int64) order {
	o := order{
		Customer: who, At: maybe(g, g.instant()), Amount: maybe(g, g.number()), Fee: maybe(g, g.number()), Qty: maybe(g, g.number()),
		Category: maybe(g, pick(g, g.words[:8])), Paid: maybe(g, g.IntN(2) == 0), Due: maybe(g, g.date()), Shipped: maybe(g, g.instant()),
	}
	if g.IntN(3) == 0 { // several at one instant
		t := g.at.Now.Add(-time.Duration(g.IntN(3)) * time.Hour)
		o.At = &t
	}
	return o
}

func (g *generator) visit(who *int64) visit {
	return visit{Customer: who, At: maybe(g, g.instant()), Page: maybe(g, pick(g, g.words[:10])), Secs: maybe(g, g.number())}
}
