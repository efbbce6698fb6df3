package segment

import (
	"slices"
	"strings"
	"time"
)

// program is a bound tree as a flat list of tests with jumps. Immutable; it
// holds no scratch memory.
type program[T any] struct {
	code []instr[T]
}

// Where a jump leads that ends the program.
const (
	accept = -1
	reject = -2
)

type opcode uint8

const (
	testInt opcode = iota
	testInts
	testTime
	testTimes
	testDate
	testDates
	testMonthDay
	testBool
	testString // one
	testStrings
	testStringSet
	testContains
	testBegins
	testEnds
	testTag // one
	testTags
	testTagSet
	testAllTags
	testFunc
)

// instr is one test. Where its answer is when, the program goes on at to, or
// ends there; otherwise it goes on with the next one, and after the last it
// ends with reject. (One of the two places is always the next one. A branch is
// guessed by the processor, a computed place to go on is not.)
type instr[T any] struct {
	op     opcode
	when   bool
	to     int32
	lo, hi int64
	num    func(*T) (int64, bool)
	str    func(*T) (string, bool)
	time   func(*T) (time.Time, bool)
	tags   func(*T) ([]string, bool)
	text   string
	texts  []string
	day    func(*T) (Date, bool)
	flag   func(*T) (bool, bool)
	test   func(*T) bool
	ints   []int64
	set    map[string]struct{}
}

// linear is up to how many values a list is searched from its start.
const linear = 8

// newProgram compiles a bound tree.
func newProgram[T any](n *node) *program[T] {
	size := 0
	n.leaves(func(*node) { size++ })
	p := &program[T]{make([]instr[T], 0, size)}
	p.compile(n, int32(size), accept, reject)
	// The code was made back to front.
	slices.Reverse(p.code)
	return p
}

// compile appends n's code, what comes later first, and returns where it begins.
// end is where the code after it begins, t and f where to go on.
func (p *program[T]) compile(n *node, end, t, f int32) int32 {
	if n.kind == nodeLeaf {
		if n.neg {
			t, f = f, t
		}
		in := compileAtom[T](n.atom)
		switch {
		case t == end || f == accept:
			in.when, in.to = false, f
		default: // f is end, or n is the last: t is accept
			in.when, in.to = true, t
		}
		p.code = append(p.code, in)
		return end - 1
	}
	kids := n.kids
	if !slices.IsSortedFunc(kids, cheaper) {
		kids = slices.Clone(kids)
		slices.SortStableFunc(kids, cheaper)
	}
	for _, k := range slices.Backward(kids) {
		end = p.compile(k, end, t, f)
		if n.kind == nodeAll {
			t = end
		} else {
			f = end
		}
	}
	return end
}

// cheaper orders tests by what they cost. They are pure and total, so that the
// order does not change the answer.
func cheaper(a, b *node) int { return a.cost() - b.cost() }

func (n *node) cost() int {
	if n.kind != nodeLeaf {
		sum := 0
		for _, k := range n.kids {
			sum += k.cost()
		}
		return sum
	}
	a := n.atom
	if a.agg != nil {
		return 100
	}
	switch a.field.typ {
	case TagsType:
		return 4 + min(len(a.strs), linear)
	case StringType:
		if a.op == atomContains {
			return 8
		}
		return 3
	case InstantType:
		return 2
	}
	if a.op == atomIn || a.op == atomAnniversary {
		return 2
	}
	return 1
}

func compileAtom[T any](a *atom) instr[T] {
	in := instr[T]{lo: a.lo, hi: a.hi, ints: a.ints, texts: a.strs}
	if len(a.strs) > 0 {
		in.text = a.strs[0]
	}
	if a.agg != nil {
		compute := a.field.events.impl.(eventsOf[T]).compute(a)
		from, to := a.agg.from, a.agg.to
		in.op, in.test = testFunc, func(c *T) bool { return a.holds(compute(c, from, to)) }
		return in
	}
	if a.op == atomSet {
		in.op, in.test = testFunc, presence[T](a.field)
		return in
	}
	many := a.op == atomIn
	switch get := a.field.get.(type) {
	case func(*T) (int64, bool):
		in.num, in.op = get, testInt
		if many {
			in.op = testInts
		}
	case func(*T) (time.Time, bool):
		in.time, in.op = get, testTime
		if many {
			in.op = testTimes
		}
	case func(*T) (Date, bool):
		in.day, in.op = get, testDate
		switch {
		case many:
			in.op = testDates
		case a.op == atomAnniversary:
			in.op = testMonthDay
		}
	case func(*T) (bool, bool):
		in.flag, in.op = get, testBool
	case func(*T) (string, bool):
		in.str = get
		switch a.op {
		case atomContains:
			in.op = testContains
		case atomBegins:
			in.op = testBegins
		case atomEnds:
			in.op = testEnds
		default:
			in.op = testString
			if len(a.strs) > linear {
				in.op, in.set = testStringSet, setOf(a.strs)
			} else if len(a.strs) > 1 {
				in.op = testStrings
			}
		}
	case func(*T) ([]string, bool):
		in.tags = get
		switch {
		case a.op == atomHasAll:
			in.op = testAllTags
		case len(a.strs) == 1:
			in.op = testTag
		case len(a.strs) > linear:
			in.op, in.set = testTagSet, setOf(a.strs)
		default:
			in.op = testTags
		}
	}
	return in
}

func setOf(list []string) map[string]struct{} {
	m := make(map[string]struct{}, len(list))
	for _, s := range list {
		m[s] = struct{}{}
	}
	return m
}

// match runs the program.
func (p *program[T]) match(c *T) bool {
	code := p.code
	for pc := 0; pc < len(code); {
		in := &code[pc]
		v := false
		switch in.op {
		case testInt:
			x, ok := in.num(c)
			v = in.lo <= x && x <= in.hi && ok
		case testInts:
			x, ok := in.num(c)
			v = ok && contains(in.ints, x)
		case testTime:
			if t, ok := in.time(c); ok {
				x := micros(t)
				v = in.lo <= x && x <= in.hi
			}
		case testTimes:
			t, ok := in.time(c)
			v = ok && contains(in.ints, micros(t))
		case testDate:
			x, ok := in.day(c)
			v = ok && in.lo <= int64(x) && int64(x) <= in.hi
		case testDates:
			x, ok := in.day(c)
			v = ok && contains(in.ints, int64(x))
		case testMonthDay:
			x, ok := in.day(c)
			v = ok && comesUp(in.ints, x)
		case testBool:
			x, ok := in.flag(c)
			v = ok && x == (in.lo == 1)
		case testString:
			x, ok := in.str(c)
			v = ok && same(x, in.text)
		case testStrings:
			if x, ok := in.str(c); ok {
				for _, s := range in.texts {
					if same(s, x) {
						v = true
						break
					}
				}
			}
		case testStringSet:
			if x, ok := in.str(c); ok {
				_, v = in.set[x]
			}
		case testContains:
			x, ok := in.str(c)
			v = ok && strings.Contains(x, in.text)
		case testBegins:
			x, ok := in.str(c)
			v = ok && strings.HasPrefix(x, in.text)
		case testEnds:
			x, ok := in.str(c)
			v = ok && strings.HasSuffix(x, in.text)
		case testTag:
			if tags, ok := in.tags(c); ok {
				for _, x := range tags {
					if same(x, in.text) {
						v = true
						break
					}
				}
			}
		case testTags:
			if tags, ok := in.tags(c); ok {
				v = hasAny(tags, in.texts)
			}
		case testTagSet:
			if tags, ok := in.tags(c); ok {
				for _, x := range tags {
					if _, v = in.set[x]; v {
						break
					}
				}
			}
		case testAllTags:
			tags, ok := in.tags(c)
			v = ok && hasAll(tags, in.texts)
		default:
			v = in.test(c)
		}
		if v != in.when {
			pc++
			continue
		}
		if in.to < 0 {
			return in.to == accept
		}
		pc = int(in.to)
	}
	return false
}

// contains reports whether sorted has x.
func contains(sorted []int64, x int64) bool {
	if len(sorted) > linear {
		_, ok := slices.BinarySearch(sorted, x)
		return ok
	}
	return slices.Contains(sorted, x)
}

// comesUp reports whether d's month and day lie in one of the ranges.
func comesUp(ranges []int64, d Date) bool {
	md := d.monthDay()
	for i := 0; i+1 < len(ranges); i += 2 {
		if ranges[i] <= md && md <= ranges[i+1] {
			return true
		}
	}
	return false
}

func hasAny(tags, want []string) bool {
	for _, x := range tags {
		for _, s := range want {
			if same(s, x) {
				return true
			}
		}
	}
	return false
}

// same is a == b. Most texts that differ do so in length or at their beginning,
// which saves a call.
func same(a, b string) bool {
	return len(a) == len(b) && (len(a) == 0 || a[0] == b[0] && a == b)
}

func hasAll(tags, want []string) bool {
next:
	for _, s := range want {
		for _, x := range tags {
			if s == x {
				continue next
			}
		}
		return false
	}
	return true
}
