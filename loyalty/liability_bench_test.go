package loyalty

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// smallAccounts have three to six open lots each with expiries of their own.
func smallAccounts(b testing.TB, n int) []*Account {
	d := newDesk(b)
	r := rand.New(rand.NewPCG(1, 7))
	out := make([]*Account, n)
	for i := range out {
		d.a, d.n = NewAccount(AccountID(fmt.Sprint(i))), 0
		for j := range 3 + r.IntN(4) {
			at := t0.AddDate(0, 0, 20*j+r.IntN(20))
			dec, err := d.e.Decide(d.a, &Adjust{Header: d.head(at), Kind: "points", Points: Points(1 + r.IntN(500)), Expire: at.AddDate(0, 0, 200+r.IntN(400))}, at)
			if err == nil {
				err = d.a.Apply(dec)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		out[i] = d.a
	}
	return out
}

// A sweep of a million accounts: twenty thousand in memory, fifty times.
func BenchmarkLiabilitySweep(b *testing.B) {
	const n, distinct = 1_000_000, 20_000
	accounts := smallAccounts(b, distinct)
	l := mustLiability(b, t0.AddDate(0, 8, 0), time.FixedZone("", 8*3600))
	b.ReportAllocs()
	for b.Loop() {
		l.Reset()
		for i := range n {
			if err := l.AddAccount(accounts[i%distinct]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/n, "ns/account")
}

// Rows of lots, as a query of the host's gives them: four million are a million accounts.
func BenchmarkLiabilityRows(b *testing.B) {
	const n, distinct = 4_000_000, 100_000
	r := rand.New(rand.NewPCG(1, 8))
	rows := make([]LotRow, distinct)
	for i := range rows {
		at := InstantOf(t0.AddDate(0, 0, r.IntN(240)))
		rows[i] = LotRow{"points", Points(1 + r.IntN(500)), 0, at, at, at + Instant(200+r.IntN(400))*dayMicros}
	}
	l := mustLiability(b, t0.AddDate(0, 8, 0), time.FixedZone("", 8*3600))
	b.ReportAllocs()
	for b.Loop() {
		l.Reset()
		for i := range n {
			if err := l.AddLot(&rows[i%distinct]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/n, "ns/row")
}

func BenchmarkRollForwardAdd(b *testing.B) {
	p := randomDesk(b, 1, 250)
	r := mustRoll(b, t0, t0.AddDate(1, 0, 0), "")
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		if n++; n%1000 == 0 {
			r.Reset()
		}
		for i := range p.journal {
			if err := r.Add(&p.journal[i]); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(len(p.journal)), "ns/entry")
}

func BenchmarkBreakage(b *testing.B) {
	t := mustTriangle(b, TriangleConfig{Kind: "points"})
	r := rand.New(rand.NewPCG(1, 9))
	for i := range 60 {
		_ = t.Add(monthAt(i), monthAt(i), VintageFlow{Issued: 1e6})
		for k := range 60 - i {
			_ = t.Add(monthAt(i), monthAt(i+k), VintageFlow{Redeemed: Points(1000 + r.IntN(9000))})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Breakage(BreakageConfig{AsOf: monthAt(60).Time()}); err != nil {
			b.Fatal(err)
		}
	}
}
