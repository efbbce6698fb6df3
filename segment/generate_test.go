package segment

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"time"
	_ "time/tzdata"
)

// generator makes random rules over schema, and customers that lie at the edges
// of what the rules ask.
type generator struct {
	*rand.Rand
	at At
}

var zoneNames = []string{"UTC", "Asia/Shanghai", "America/New_York", "America/Havana", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"}

var moments0 = []string{
	"2026-03-15T12:00:00Z", "2026-03-08T06:59:59.999999Z", "2026-03-08T05:00:00Z", "2026-11-01T05:30:00Z", "2026-03-31T23:59:59.999999Z",
	"2028-02-29T00:00:00Z", "2027-02-28T12:00:00Z", "2024-02-29T23:30:00Z", "2011-12-30T11:00:00Z", "2026-12-31T16:00:00Z", "2010-11-07T03:30:00Z",
	"2026-01-01T00:00:00Z", "2026-04-05T15:00:00Z",
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
	loc, err := time.LoadLocation(pick(g, zoneNames))
	if err != nil {
		panic(err)
	}
	t, err := time.Parse(time.RFC3339Nano, pick(g, moments0))
	if err != nil {
		panic(err)
	}
	g.at = At{Now: t, Location: loc, WeekStart: time.Weekday(g.IntN(7))}
	return g
}

func pick[V any](g *generator, list []V) V { return list[g.IntN(len(list))] }

var words = []string{"CN", "cn", "CN ", " CN", "SG", "C", "é", "e\u0301", "É", "%", "_", `\`, `%_\`, "a%b", "tea", "TEA", "'", `"`, "a,b", "ſ", "K", "中国", "CN\u00a0", "''", "--", "1"}

var numbers = []int64{0, 1, -1, 2, 3, 10, 25, 39, 40, 99, 100, 200000, 1<<53 - 1, 1 << 53, 1<<53 + 1, -(1 << 53) - 1, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1}

func (g *generator) number() int64 {
	if g.IntN(3) == 0 {
		return pick(g, numbers)
	}
	return g.Int64N(6) - 1
}

func (g *generator) micros() int64 {
	now := g.at.Now.UnixMicro()
	switch g.IntN(6) {
	case 0:
		return now + g.Int64N(3) - 1
	case 1:
		return now - g.Int64N(50)*hourMicros + g.Int64N(3) - 1
	case 2:
		return g.at.calendar().start(DateOf(g.at.Now.In(g.at.calendar().loc))-Date(g.IntN(70)-5)) + g.Int64N(3) - 1
	case 3:
		return now + g.Int64N(100)*hourMicros
	case 4:
		return now - g.Int64N(400*dayMicros)
	}
	return g.at.Now.AddDate(0, -g.IntN(5), g.IntN(3)-1).UnixMicro()
}

func (g *generator) date() Date {
	d := DateOf(g.at.Now.In(g.at.calendar().loc))
	switch g.IntN(5) {
	case 0:
		return NewDate(1990+g.IntN(40), time.February, 28+g.IntN(2))
	case 1:
		return d.AddMonths(-g.IntN(400)) + Date(g.IntN(3)-1)
	case 2:
		return NewDate(2026, time.Month(1+g.IntN(12)), 28+g.IntN(4))
	}
	return d + Date(g.IntN(60)-30)
}

func maybe[V any](g *generator, v V) *V {
	if g.IntN(5) == 0 {
		return nil
	}
	return &v
}

func (g *generator) customer() *customer {
	c := &customer{
		Country: maybe(g, pick(g, words)), Age: maybe(g, g.number()), R: maybe(g, g.number()), Spend: maybe(g, g.number()),
		LastBuy: maybe(g, time.UnixMicro(g.micros())), Birthday: maybe(g, g.date()), Vip: maybe(g, g.IntN(2) == 0), Note: maybe(g, Fold(pick(g, words))),
	}
	if g.IntN(4) > 0 {
		c.Tags = []string{}
		for range g.IntN(4) {
			c.Tags = append(c.Tags, pick(g, words[:6]))
		}
	}
	for range g.IntN(6) {
		c.Orders = append(c.Orders, order{
			At: maybe(g, time.UnixMicro(g.micros())), Amount: maybe(g, g.number()), Qty: maybe(g, g.number()),
			Category: maybe(g, pick(g, words[:6])), Paid: maybe(g, g.IntN(2) == 0), Due: maybe(g, g.date()),
		})
	}
	return c
}

func (g *generator) expr(depth int) *expr { return g.node(depth, schema.fields) }

func (g *generator) node(depth int, fields []*fieldDef) *expr {
	if depth == 0 || g.IntN(3) == 0 {
		return &expr{kind: exprLeaf, leaf: g.leaf(pick(g, fields), depth)}
	}
	e := &expr{kind: pick(g, []exprKind{exprAll, exprAny, exprNot})}
	n := 1
	if e.kind != exprNot {
		n += g.IntN(3)
	}
	for range n {
		e.kids = append(e.kids, g.node(depth-1, fields))
	}
	return e
}

func (g *generator) window() Window {
	return Window{1 + g.IntN(40), pick(g, []Unit{Hours, Days, Weeks, Months})}
}

func (g *generator) leaf(f *fieldDef, depth int) *leaf {
	l := &leaf{field: f}
	if f.events != nil {
		l.agg = g.aggregate(f, depth)
	}
	l.op = pick(g, l.operators())
	typ, _ := l.value()
	n := 1
	switch l.op.arity() {
	case arityNone:
		return l
	case arityNumber:
		l.win = Window{1 + g.IntN(35), l.op.unit()}
		if l.op == opAnniv && g.IntN(4) == 0 {
			l.win.N = 360 + g.IntN(7)
		}
		return l
	case arityTwo:
		n = 2
	case arityMany:
		n = 1 + g.IntN(3)
		if g.IntN(6) == 0 {
			n = 12
		}
	}
	for range n {
		var v value
		switch typ {
		case StringType, TagsType:
			v.s = pick(g, words)
			if typ == TagsType || l.agg != nil {
				v.s = pick(g, words[:6])
			}
		case BoolType:
			v.i = g.Int64N(2)
		case InstantType:
			v.i = g.micros()
		case DateType:
			v.i = int64(g.date())
		default:
			v.i = g.number()
			if l.agg != nil {
				v.i = g.Int64N(8) - 1
				if l.agg.fn == aggAvg {
					v.i *= 5000
				}
			}
		}
		l.vals = append(l.vals, v)
	}
	if n == 2 && l.vals[0].i > l.vals[1].i {
		l.vals[0], l.vals[1] = l.vals[1], l.vals[0]
	}
	return l
}

func (g *generator) aggregate(f *fieldDef, depth int) *aggregate {
	a := &aggregate{fn: aggFn(g.IntN(len(aggNames)))}
	var of []*fieldDef
	for _, k := range f.events.fields {
		for _, t := range a.fn.types() {
			if k.typ == t {
				of = append(of, k)
			}
		}
	}
	if of != nil {
		a.of = pick(g, of)
	}
	if g.IntN(2) == 0 {
		a.win = g.window()
	}
	if g.IntN(2) == 0 {
		a.filter = g.node(min(depth, 1), f.events.fields)
	}
	switch a.fn {
	case aggTop:
		a.topN = 1 + g.IntN(3)
		a.by = pick(g, []*fieldDef{nil, amount.def(), qty.def()})
	case aggSequence:
		a.gap = 1 + g.Int64N(20*dayMicros)
		if g.IntN(2) == 0 {
			a.then = g.node(min(depth, 1), f.events.fields)
		}
	}
	return a
}

// rat is a number exactly, unless its exponent is large.
func rat(s string) (*big.Rat, bool) {
	if i := strings.IndexAny(s, "eE"); i >= 0 && len(s)-i > 5 {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
