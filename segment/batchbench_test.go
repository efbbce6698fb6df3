package segment

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// population is n customers: ten countries, two tags each of twenty on average,
// a tenth of the values missing.
func population(n int) []row {
	r := rand.New(rand.NewPCG(1, 2))
	countries := []string{"CN", "SG", "US", "JP", "DE", "FR", "GB", "MY", "TH", "VN"}
	names := make([]string, 20)
	for i := range names {
		names[i] = fmt.Sprint("tag-", i)
	}
	names[3] = "vip"
	rows := make([]row, n)
	for i := range rows {
		c := &rows[i]
		if r.IntN(10) > 0 {
			c.Country = countries[r.IntN(10)]
		}
		if r.IntN(10) > 0 {
			c.Age = 18 + r.Int64N(60)
		}
		c.R, c.HasSpend, c.Spend = 1+r.Int64N(5), r.IntN(10) > 0, r.Int64N(1_000_000)
		c.LastBuy = now.Now.Add(-time.Duration(r.Int64N(365*24)) * time.Hour)
		for k := r.IntN(5); k > 0; k-- {
			c.Tags = append(c.Tags, names[r.IntN(len(names))])
		}
	}
	return rows
}

// hundred is 100 rules of four conditions each over 29 different ones.
func hundred(tb testing.TB) []*Rule[row] {
	var atoms [][]Expr[row]
	atoms = append(atoms, nil, nil, nil, nil, nil)
	for _, c := range []string{"CN", "SG", "US", "JP"} {
		atoms[0] = append(atoms[0], rowCountry.Is(c))
	}
	atoms[0] = append(atoms[0], rowCountry.In("CN", "SG"), rowCountry.In("DE", "FR", "GB"))
	for k := range int64(6) {
		atoms[1] = append(atoms[1], rowAge.Between(18+10*k, 27+10*k))
		atoms[2] = append(atoms[2], rowSpend.AtLeast(decimal.New(1000*(k+1), 0)))
		atoms[3] = append(atoms[3], rowTags.HasAny(fmt.Sprint("tag-", k)))
	}
	for _, n := range []int{7, 30, 90, 180, 365} {
		atoms[4] = append(atoms[4], rowLastBuy.Within(LastDays(n)))
	}
	r := rand.New(rand.NewPCG(5, 6))
	rules := make([]*Rule[row], 100)
	for i := range rules {
		var kids []Expr[row]
		for _, k := range r.Perm(5)[:4] {
			e := atoms[k][r.IntN(len(atoms[k]))]
			if r.IntN(4) == 0 {
				e = Not(e)
			}
			kids = append(kids, e)
		}
		e := All(kids...)
		if i%3 == 0 {
			e = All(kids[0], Any(kids[1:]...))
		}
		var err error
		if rules[i], err = rowSchema.Compile(e, now, nil); err != nil {
			tb.Fatal(err)
		}
	}
	return rules
}

func benchBatch(b *testing.B, rules []*Rule[row], rows []row) {
	batch, err := NewBatch(rules...)
	if err != nil {
		b.Fatal(err)
	}
	fresh := func() *Columns[row] {
		c, err := NewColumns(rowSchema, rules...)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	c := fresh()
	c.AddRows(rows)
	per := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rules)*len(rows)), "ns/evaluation")
	}
	b.Run("scalar", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			for _, r := range rules {
				for i := range rows {
					if r.Match(&rows[i]) {
						n++
					}
				}
			}
		}
		per(b)
	})
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("columns/workers=%d", workers), func(b *testing.B) {
			var sel Selection
			b.ReportAllocs()
			for b.Loop() {
				if err := batch.Eval(&sel, c, workers); err != nil {
					b.Fatal(err)
				}
			}
			per(b)
			b.ReportMetric(float64(batch.Conditions()), "conditions")
		})
	}
	b.Run("build", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			fresh().AddRows(rows)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/customer")
		b.ReportMetric(float64(c.bytes())/float64(len(rows)), "B/customer")
	})
	b.Run("build/workers=2", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := fresh()
			c.Workers = 2
			c.AddRows(rows)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/customer")
	})
	b.Run("rebuild", func(b *testing.B) {
		b.ReportAllocs()
		again := fresh()
		for b.Loop() {
			again.Reset()
			again.AddRows(rows)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/customer")
	})
}

// bytes is what the slices of c take.
func (c *Columns[T]) bytes() int {
	n := 8 * cap(c.alive)
	for _, col := range c.cols {
		n += 8*(cap(col.ints)+cap(col.bits)+cap(col.set)) + 4*cap(col.code)
		for _, p := range col.tags {
			n += 8*cap(p.bits) + 4*cap(p.list)
		}
	}
	return n
}

// BenchmarkBatch is the issue's rule over a million, and a hundred rules over a
// hundred thousand: as loops over Match and in columns.
func BenchmarkBatch(b *testing.B) {
	rows := population(1_000_000)
	b.Run("rules=1/n=1e6", func(b *testing.B) { benchBatch(b, []*Rule[row]{compileIssue(b)}, rows) })
	b.Run("rules=100/n=1e5", func(b *testing.B) { benchBatch(b, hundred(b), rows[:100_000]) })
}

func BenchmarkLive(b *testing.B) {
	rows := population(100_000)
	rules := hundred(b)
	batch, err := NewBatch(rules...)
	if err != nil {
		b.Fatal(err)
	}
	c, err := NewColumns(rowSchema, rules...)
	if err != nil {
		b.Fatal(err)
	}
	c.AddRows(rows)
	l, err := NewLive(batch, c)
	if err != nil {
		b.Fatal(err)
	}
	var dst []Change
	for _, field := range []string{"age", "country", "tags"} {
		b.Run("update="+field, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				if dst, err = l.Update(dst[:0], n%len(rows), &rows[(n*7)%len(rows)], field); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("advance", func(b *testing.B) {
		at := now
		changes := 0
		b.ReportAllocs()
		for b.Loop() {
			at.Now = at.Now.Add(24 * time.Hour)
			if dst, err = l.Advance(dst[:0], at, nil); err != nil {
				b.Fatal(err)
			}
			changes += len(dst)
		}
		b.ReportMetric(float64(changes)/float64(b.N), "changes/op")
	})
}

// BenchmarkKernels is 64 answers at a time of each kind of condition.
func BenchmarkKernels(b *testing.B) {
	rows := population(100_000)
	for name, e := range map[string]Expr[row]{
		"range": rowAge.Between(25, 39), "in": rowAge.In(1, 25, 30, 35), "text": rowCountry.Is("CN"), "texts": rowCountry.In("CN", "SG"),
		"contains": rowCountry.Contains("N"), "tag": rowTags.HasAny("vip"), "tags": rowTags.HasAll("vip", "tag-1", "tag-2"),
	} {
		r, err := rowSchema.Compile(e, now, nil)
		if err != nil {
			b.Fatal(err)
		}
		batch, _ := NewBatch(r)
		c, _ := NewColumns(rowSchema, r)
		c.AddRows(rows)
		b.Run(name, func(b *testing.B) {
			var sel Selection
			for b.Loop() {
				if err := batch.Eval(&sel, c, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(rows)), "ns/evaluation")
		})
	}
}
