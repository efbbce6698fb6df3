package segment

import (
	"math/big"
	"sort"
	"strings"
	"time"
)

// oracle answers an expression from the words of the package comment, slowly and
// on its own: no atoms, no programs, no bounds.
type oracle struct {
	at     At
	loc    *time.Location
	starts map[Date]int64
}

func newOracle(at At) *oracle {
	o := &oracle{at: at, loc: at.Location, starts: map[Date]int64{}}
	if o.loc == nil {
		o.loc = time.UTC
	}
	return o
}

// start finds the beginning of a day by going through the minutes.
func (o *oracle) start(d Date) int64 {
	if s, ok := o.starts[d]; ok {
		return s
	}
	t := time.Unix(int64(d)*86400-30*3600, 0)
	for DateOf(t.Add(2*time.Hour).In(o.loc)) < d { // no clock changes by more
		t = t.Add(time.Hour)
	}
	for DateOf(t.In(o.loc)) < d {
		t = t.Add(time.Minute)
	}
	for DateOf(t.Add(-time.Second).In(o.loc)) >= d {
		t = t.Add(-time.Second)
	}
	o.starts[d] = t.UnixMicro()
	return o.starts[d]
}

func (o *oracle) today() Date {
	d := DateOf(o.at.Now.In(o.loc)) + 2
	for o.start(d) > o.at.Now.UnixMicro() {
		d--
	}
	return d
}

// firstDay is the first day of a window.
func (o *oracle) firstDay(w Window) Date {
	today := o.today()
	switch w.Unit {
	case Days:
		return today - Date(w.N-1)
	case Weeks:
		d := today
		for time.Unix(int64(d)*86400, 0).UTC().Weekday() != o.at.WeekStart {
			d--
		}
		return d - Date(7*(w.N-1))
	}
	y, m, day := today.Date()
	last := time.Date(y, m-time.Month(w.N)+1, 0, 0, 0, 0, 0, time.UTC)
	first := time.Date(y, m-time.Month(w.N), day, 0, 0, 0, 0, time.UTC)
	if day > last.Day() {
		first = last
	}
	return DateOf(first) + 1
}

func (o *oracle) within(micros int64, w Window) bool {
	now := o.at.Now.UnixMicro()
	switch {
	case micros > now:
		return false
	case w.IsZero():
		return true
	case w.Unit == Hours:
		return now < micros+int64(w.N)*hourMicros
	}
	return micros >= o.start(o.firstDay(w))
}

func (o *oracle) anniversary(d Date, n int) bool {
	_, m, day := d.Date()
	for k := range n {
		y, mm, dd := (o.today() + Date(k)).Date()
		if mm == m && dd == day || m == 2 && day == 29 && mm == 2 && dd == 28 && time.Date(y, 2, 29, 0, 0, 0, 0, time.UTC).Month() != 2 {
			return true
		}
	}
	return false
}

// datum is a value of any type.
type datum struct {
	ok   bool
	num  *big.Rat // numbers, in units of 1; instants in microseconds; dates in days
	s    string
	tags []string
}

func num(ok bool, v int64, scale int) datum {
	d := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return datum{ok: ok, num: new(big.Rat).SetFrac(big.NewInt(v), d)}
}

func deref[V any](p *V) (V, bool) {
	if p == nil {
		var zero V
		return zero, false
	}
	return *p, true
}

func flag(p *bool) datum {
	v, ok := deref(p)
	if v {
		return num(ok, 1, 0)
	}
	return num(ok, 0, 0)
}

func instant(p *time.Time) datum { t, ok := deref(p); return num(ok, t.UnixMicro(), 0) }
func day(p *Date) datum          { d, ok := deref(p); return num(ok, int64(d), 0) }
func text0(p *string) datum      { s, ok := deref(p); return datum{ok: ok, s: s} }
func int0(p *int64, scale int) datum {
	v, ok := deref(p)
	return num(ok, v, scale)
}

func (c *customer) read(name string) datum {
	switch name {
	case "country":
		return text0(c.Country)
	case "age":
		return int0(c.Age, 0)
	case "tags":
		return datum{ok: len(c.Tags) > 0, tags: c.Tags}
	case "r":
		return int0(c.R, 0)
	case "spend":
		return int0(c.Spend, 2)
	case "last_buy":
		return instant(c.LastBuy)
	case "birthday":
		return day(c.Birthday)
	case "vip":
		return flag(c.Vip)
	case "note":
		return text0(c.Note)
	}
	panic(name)
}

func (e *order) read(name string) datum {
	switch name {
	case "at":
		return instant(e.At)
	case "amount":
		return int0(e.Amount, 2)
	case "qty":
		return int0(e.Qty, 0)
	case "category":
		return text0(e.Category)
	case "paid":
		return flag(e.Paid)
	case "due":
		return day(e.Due)
	}
	panic(name)
}

// match answers e of a row; c is nil where the row is an event.
func (o *oracle) match(e *expr, read func(string) datum, c *customer) bool {
	switch e.kind {
	case exprLeaf:
		return o.leaf(e.leaf, read, c)
	case exprNot:
		return !o.match(e.kids[0], read, c)
	case exprRef:
		return o.match(e.kids[0], read, c)
	}
	for _, k := range e.kids {
		if o.match(k, read, c) == (e.kind == exprAny) {
			return e.kind == exprAny
		}
	}
	return e.kind == exprAll
}

var negations = map[Operator]Operator{
	"!=": "=", "notBetween": "between", "notIn": "in", "null": "notNull", "doesNotContain": "contains", "doesNotBeginWith": "beginsWith",
	"doesNotEndWith": "endsWith", "hasNone": "hasAny", "doesNotHaveAll": "hasAll", "notWithinHours": "withinHours", "notWithinDays": "withinDays",
	"notWithinWeeks": "withinWeeks", "notWithinMonths": "withinMonths", "notAnniversaryWithin": "anniversaryWithin",
}

func (o *oracle) leaf(l *leaf, read func(string) datum, c *customer) bool {
	op := l.op
	if pos, ok := negations[op]; ok {
		m := *l
		m.op = pos
		return !o.leaf(&m, read, c)
	}
	var v datum
	if l.agg == nil {
		v = read(l.field.name)
	} else if l.agg.fn == aggTop {
		return o.top(l, c)
	} else {
		v = o.aggregate(l, c)
	}
	if !v.ok {
		return false
	}
	typ, scale := l.value()
	want := func(i int) datum {
		if typ == StringType || typ == TagsType {
			s := l.vals[i].s
			if l.source().meta.Folded {
				s = Fold(s)
			}
			return datum{ok: true, s: s}
		}
		if typ != DecimalType {
			scale = 0
		}
		return num(true, l.vals[i].i, scale)
	}
	same := func(i int) bool {
		if w := want(i); w.num != nil {
			return v.num.Cmp(w.num) == 0
		} else {
			return v.s == w.s
		}
	}
	has := func(i int) bool {
		for _, t := range v.tags {
			if t == want(i).s {
				return true
			}
		}
		return false
	}
	any, all := false, true
	for i := range l.vals {
		if typ == TagsType {
			any, all = any || has(i), all && has(i)
		} else {
			any = any || same(i)
		}
	}
	switch op {
	case "notNull":
		return true
	case "=", "in", "hasAny":
		return any
	case "hasAll":
		return all
	case "<":
		return v.num.Cmp(want(0).num) < 0
	case "<=":
		return v.num.Cmp(want(0).num) <= 0
	case ">":
		return v.num.Cmp(want(0).num) > 0
	case ">=":
		return v.num.Cmp(want(0).num) >= 0
	case "between":
		return v.num.Cmp(want(0).num) >= 0 && v.num.Cmp(want(1).num) <= 0
	case "contains":
		return strings.Contains(v.s, want(0).s)
	case "beginsWith":
		return strings.HasPrefix(v.s, want(0).s)
	case "endsWith":
		return strings.HasSuffix(v.s, want(0).s)
	case "isTrue":
		return v.num.Sign() > 0
	case "isFalse":
		return v.num.Sign() == 0
	case "anniversaryWithin":
		return o.anniversary(Date(v.num.Num().Int64()), l.win.N)
	}
	n := v.num.Num().Int64()
	if typ == DateType {
		return Date(n) <= o.today() && Date(n) >= o.firstDay(l.win)
	}
	return o.within(n, l.win)
}

// events returns those that count, by time.
func (o *oracle) events(a *aggregate, filter *expr, c *customer) []*order {
	var out []*order
	for i := range c.Orders {
		e := &c.Orders[i]
		if e.At != nil && o.within(e.At.UnixMicro(), a.win) && (filter == nil || o.match(filter, e.read, nil)) {
			out = append(out, e)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At.Before(*out[j].At) })
	return out
}

func (o *oracle) aggregate(l *leaf, c *customer) datum {
	a := l.agg
	es := o.events(a, a.filter, c)
	switch a.fn {
	case aggCount:
		return num(true, int64(len(es)), 0)
	case aggDays:
		days := map[string]bool{}
		for _, e := range es {
			days[e.At.In(o.loc).Format(time.DateOnly)] = true
		}
		return num(true, int64(len(days)), 0)
	case aggSequence:
		for _, x := range es {
			for _, y := range o.events(a, a.then, c) {
				if d := y.At.UnixMicro() - x.At.UnixMicro(); d > 0 && d <= a.gap {
					return num(true, 1, 0)
				}
			}
		}
		return num(true, 0, 0)
	}
	var vals []datum
	var at []int64
	for _, e := range es {
		if v := e.read(a.of.name); v.ok {
			vals, at = append(vals, v), append(at, e.At.UnixMicro())
		}
	}
	sum := new(big.Rat)
	if a.fn == aggSum || a.fn == aggAvg {
		for _, v := range vals {
			sum.Add(sum, v.num)
		}
		if a.fn == aggSum {
			return datum{ok: true, num: sum}
		}
	}
	if len(vals) == 0 {
		return datum{}
	}
	less := func(x, y datum) bool {
		if x.num != nil {
			return x.num.Cmp(y.num) < 0
		}
		return x.s < y.s
	}
	best := vals[0]
	switch a.fn {
	case aggAvg:
		return datum{ok: true, num: sum.Quo(sum, big.NewRat(int64(len(vals)), 1))}
	case aggMin, aggMax:
		for _, v := range vals {
			if less(v, best) == (a.fn == aggMin) {
				best = v
			}
		}
	case aggFirst, aggLast:
		edge := at[0]
		if a.fn == aggLast {
			edge = at[len(at)-1]
		}
		best = datum{}
		for i, v := range vals {
			if at[i] == edge && (!best.ok || less(v, best) == (a.fn == aggFirst)) {
				best = v
			}
		}
	}
	return best
}

func (o *oracle) top(l *leaf, c *customer) bool {
	a := l.agg
	by := map[string]*big.Rat{}
	for _, e := range o.events(a, a.filter, c) {
		v := e.read(a.of.name)
		if !v.ok {
			continue
		}
		one := big.NewRat(1, 1)
		if a.by != nil {
			if w := e.read(a.by.name); w.ok {
				one = w.num
			} else {
				one = new(big.Rat)
			}
		}
		if by[v.s] == nil {
			by[v.s] = new(big.Rat)
		}
		by[v.s].Add(by[v.s], one)
	}
	if l.op == opNotNull {
		return len(by) > 0
	}
	for _, v := range l.vals {
		mine, ok := by[v.s]
		ahead := 0
		for _, other := range by {
			if ok && other.Cmp(mine) > 0 {
				ahead++
			}
		}
		if ok && ahead < a.topN {
			return true
		}
	}
	return false
}
