package audience

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/guanxi-go/guanxi"
)

func BenchmarkDecide(b *testing.B) {
	for _, unset := range []Unset{UnsetDefault, UnsetNext} {
		cfg := houseTable
		cfg.Unset = unset
		e := treatments(b, cfg)
		for _, c := range []member{{Spend: 6000, City: "北京"}, {Spend: 10, City: "上海"}} {
			b.Run(fmt.Sprintf("rows=3/unset=%s/row=%d", unset, e.Decide(&c).Row), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					e.Decide(&c)
				}
			})
		}
	}
}

func BenchmarkApplyTags(b *testing.B) {
	e := tagger(b, memberTags)
	c := &member{Spend: 2000, City: "北京"}
	current := []HeldTag{byRule("mid", memberNow.Now), byRule("bj", memberNow.Now)}
	var dst []TagChange
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = e.AppendChanges(dst[:0], current, c)
	}
}

// manyRecords is what a chain of shops has: of 7 people in 10 one record, of the
// others up to four; every record with a phone or a union id, or both, one in four
// with a card, one in five with an e-mail, some with a shop's phone.
func manyRecords(n int) []IdentityRecord[int64] {
	g := rand.New(rand.NewPCG(1, 7))
	records := make([]IdentityRecord[int64], n)
	person := 0
	for i := 0; i < n; person++ {
		many := 1
		if g.IntN(10) >= 7 {
			many += 1 + g.IntN(3)
		}
		for ; many > 0 && i < n; many, i = many-1, i+1 {
			r := IdentityRecord[int64]{Key: int64(i)}
			add := func(kind IdentifierKind, format string, args ...any) {
				r.Identifiers = append(r.Identifiers, Identifier{kind, fmt.Sprintf(format, args...)})
			}
			has := 1 + g.IntN(3)
			if has&1 != 0 {
				add(PhoneID, "138%08d", person)
			}
			if has&2 != 0 {
				add(WeChatUnionID, "oUnion_%020d", person)
			}
			if g.IntN(4) == 0 {
				add(MemberCardID, "VIP %08d", person)
			}
			if g.IntN(5) == 0 {
				add(EmailID, "Customer%d@Example.com", person)
			}
			if g.IntN(200) == 0 {
				add(PhoneID, "0755 8%07d", g.IntN(100))
			}
			records[i] = r
		}
	}
	g.Shuffle(n, func(i, j int) { records[i], records[j] = records[j], records[i] })
	return records
}

func BenchmarkResolve(b *testing.B) {
	m, err := NewIdentityRules(guanxi.IntKey[int64](), IdentityPreset())
	if err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{10_000, 1_000_000} {
		b.Run(fmt.Sprintf("n=%.0e", float64(n)), func(b *testing.B) {
			records := manyRecords(n)
			b.ReportAllocs()
			b.ResetTimer()
			found := 0
			for b.Loop() {
				o, err := m.Resolve(records, nil)
				if err != nil {
					b.Fatal(err)
				}
				found = o.Len()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/record")
			b.ReportMetric(float64(found), "customers")
		})
	}
}

func BenchmarkAdvance(b *testing.B) {
	key := guanxi.IntKey[int64]()
	m, err := NewIdentityRules(key, IdentityPreset())
	if err != nil {
		b.Fatal(err)
	}
	const n = 100_000
	o, err := m.Resolve(manyRecords(n), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		l, err := NewIdentityLog(key, nil)
		if err != nil {
			b.Fatal(err)
		}
		events, err := l.Advance(o, day1)
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range events {
			if err := l.Apply(e); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
}
