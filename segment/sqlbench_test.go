package segment

import "testing"

// The rule of the package's benchmarks, as SQL.
func BenchmarkSQL(b *testing.B) {
	e := All(country.In("CN", "SG"), age.Between(25, 39), tags.HasAny("vip"), recency.AtLeast(4), orders.Sum(amount).AtLeast(dec("2000.00")), lastBuy.Within(LastDays(30)))
	doc, err := schema.Format(e) // SQLite's schema has fields of its own
	if err != nil {
		b.Fatal(err)
	}
	for _, d := range Dialects() {
		s := sqlSchema(d)
		own, err := s.Parse(doc)
		if err != nil {
			b.Fatal(err)
		}
		r := mustRule(b, s, own)
		b.Run("dialect="+string(d), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.SQL(d, SQLConfig{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
