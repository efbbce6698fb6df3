package rivals

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/guanxi-go/guanxi/segment"
)

// Customer is the same for all three. The rivals get money in minor units and
// time in microseconds, ready to compare as int64, which is the fastest they can.
type Customer struct {
	Country string
	Age     int64
	Tags    []string
	R       int64
	Spend   int64
	LastBuy time.Time
	Last    int64 // LastBuy in microseconds
}

var now = time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)

func customer() *Customer {
	last := now.AddDate(0, 0, -3)
	return &Customer{Country: "SG", Age: 31, Tags: []string{"new", "vip"}, R: 5, Spend: 2345678, LastBuy: last, Last: last.UnixMicro()}
}

const rule = `{"combinator":"and","rules":[
 {"field":"country","operator":"in","value":["CN","SG"]},
 {"field":"age","operator":">=","value":25},{"field":"age","operator":"<","value":40},
 {"field":"tags","operator":"hasAny","value":["vip"]},
 {"field":"r","operator":">=","value":4},
 {"field":"spend","operator":">=","value":"2000.00"},
 {"field":"last_buy","operator":"withinHours","value":720}]}`

func ours(tb testing.TB) *segment.Rule[Customer] {
	s := segment.MustSchema[Customer](segment.SchemaConfig{},
		segment.String("country", func(c *Customer) (string, bool) { return c.Country, c.Country != "" }, segment.Meta{}),
		segment.Int("age", func(c *Customer) (int64, bool) { return c.Age, c.Age > 0 }, segment.Meta{}),
		segment.Tags("tags", func(c *Customer) ([]string, bool) { return c.Tags, len(c.Tags) > 0 }, segment.Meta{}),
		segment.Int("r", func(c *Customer) (int64, bool) { return c.R, c.R > 0 }, segment.Meta{}),
		segment.Decimal("spend", 2, func(c *Customer) (int64, bool) { return c.Spend, true }, segment.Meta{}),
		segment.Instant("last_buy", func(c *Customer) (time.Time, bool) { return c.LastBuy, !c.LastBuy.IsZero() }, segment.Meta{}))
	e, err := s.Parse([]byte(rule))
	if err != nil {
		tb.Fatal(err)
	}
	r, err := s.Compile(e, segment.At{Now: now}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func from() int64 { return now.Add(-720*time.Hour).UnixMicro() + 1 }

func exprProgram(tb testing.TB) *vm.Program {
	p, err := expr.Compile(fmt.Sprintf(`Country in ["CN", "SG"] && Age >= 25 && Age < 40 && "vip" in Tags && R >= 4 && Spend >= 200000 && Last >= %d && Last <= %d`, from(), now.UnixMicro()),
		expr.Env(&Customer{}), expr.AsBool())
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// activation resolves names by a switch, the fastest way into cel-go.
type activation struct{ c *Customer }

func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "country":
		return a.c.Country, true
	case "age":
		return a.c.Age, true
	case "tags":
		return a.c.Tags, true
	case "r":
		return a.c.R, true
	case "spend":
		return a.c.Spend, true
	case "last":
		return a.c.Last, true
	}
	return nil, false
}

func (a *activation) Parent() cel.Activation { return nil }

func celProgram(tb testing.TB) cel.Program {
	env, err := cel.NewEnv(cel.Variable("country", cel.StringType), cel.Variable("age", cel.IntType), cel.Variable("tags", cel.ListType(cel.StringType)),
		cel.Variable("r", cel.IntType), cel.Variable("spend", cel.IntType), cel.Variable("last", cel.IntType))
	if err != nil {
		tb.Fatal(err)
	}
	ast, issues := env.Compile(fmt.Sprintf(`country in ["CN", "SG"] && age >= 25 && age < 40 && "vip" in tags && r >= 4 && spend >= 200000 && last >= %d && last <= %d`, from(), now.UnixMicro()))
	if issues.Err() != nil {
		tb.Fatal(issues.Err())
	}
	p, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

type contender struct {
	name  string
	match func() bool
}

func contenders(tb testing.TB) []contender {
	c := customer()
	r, ep, cp := ours(tb), exprProgram(tb), celProgram(tb)
	machine, act := &vm.VM{}, &activation{c}
	return []contender{
		{"guanxi", func() bool { return r.Match(c) }},
		{"expr", func() bool {
			v, err := machine.Run(ep, c)
			return err == nil && v.(bool)
		}},
		{"cel-go", func() bool {
			v, _, err := cp.Eval(act)
			return err == nil && v.Value().(bool)
		}},
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range contenders(b) {
		b.Run(c.name, func(b *testing.B) {
			if !c.match() {
				b.Fatal("no match")
			}
			b.ReportAllocs()
			for b.Loop() {
				c.match()
			}
		})
	}
}

// TestRatios measures the three in turns and prints how many times faster this
// package is; with GUANXI_RATIOS=1 it must be 15 times against either, which a
// busy machine may spoil.
func TestRatios(t *testing.T) {
	long := os.Getenv("GUANXI_LONG") == "1"
	rounds, calls := 5, 20_000
	if long {
		rounds, calls = 15, 200_000
	}
	list := contenders(t)
	took := make([][]float64, len(list))
	for range rounds {
		for i, c := range list {
			begin := time.Now()
			for range calls {
				if !c.match() {
					t.Fatal(c.name, "does not match")
				}
			}
			took[i] = append(took[i], float64(time.Since(begin).Nanoseconds())/float64(calls))
		}
	}
	median := func(v []float64) float64 { slices.Sort(v); return v[len(v)/2] }
	base := median(took[0])
	t.Logf("%-8s %8.1f ns, fastest %.1f, %v allocs", list[0].name, base, took[0][0], testing.AllocsPerRun(100, func() { list[0].match() }))
	for i, c := range list[1:] {
		m := median(took[i+1])
		ratio := m / base
		t.Logf("%-8s %8.1f ns, fastest %.1f, %v allocs: %.1f times", c.name, m, took[i+1][0], testing.AllocsPerRun(100, func() { c.match() }), ratio)
		if os.Getenv("GUANXI_RATIOS") == "1" && ratio < 15 {
			t.Errorf("%.1f times faster than %s, want 15", ratio, c.name)
		}
	}
}
