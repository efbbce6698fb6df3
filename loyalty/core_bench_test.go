package loyalty

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// crowded returns a desk whose account has n open lots of 60 points that expire in the
// order in which they were earned or in none, about when new ones do. The programme gives
// a point a yuan.
func crowded(b testing.TB, n int, random bool) *desk {
	d := newDesk(b, func(p *Program) { p.Kinds[0].Pending, p.Earning = PendingRule{}, p.Earning[:1] })
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		expire := day(100).Add(time.Duration(i) * time.Second)
		if random {
			expire = day(266).Add(time.Duration(r.Int64N(200*86400e3)) * time.Millisecond)
		}
		d.journal = d.journal[:0]
		d.do(&Adjust{Header: d.head(day(0)), Kind: "points", Points: 60, Expire: expire})
	}
	return d
}

// BenchmarkDecideApply decides and applies an earning and a redemption, by turns, on an
// account with 10,000 open lots; ns/command is of one of them.
func BenchmarkDecideApply(b *testing.B) {
	for _, random := range []bool{false, true} {
		b.Run(fmt.Sprintf("lots=10000/random=%t", random), func(b *testing.B) {
			d := crowded(b, 10000, random)
			a := d.a.Clone()
			keys := make([]Key, 1<<13)
			for i := range keys {
				keys[i] = Key(fmt.Sprintf("key-%08d", i))
			}
			earn := Earn{Header{At: day(1)}, order("o", 60)}
			redeem := Redeem{Header{At: day(1)}, Spend{Kind: "points", Points: 60}}
			var dec Decision
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				if n+2 > len(keys) { // the account remembers what it has seen: begin anew
					b.StopTimer()
					n = 0
					d.a.CopyTo(a)
					b.StartTimer()
				}
				earn.Key, redeem.Key = keys[n], keys[n+1]
				earn.Order.ID = string(keys[n])
				n += 2
				for _, cmd := range [...]Command{&earn, &redeem} {
					if err := d.e.DecideInto(&dec, a, cmd, t0); err != nil {
						b.Fatal(err)
					}
					if err := a.Apply(&dec); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(2*b.N), "ns/command")
		})
	}
}

// BenchmarkReplay replays the journals of a thousand accounts of a hundred entries,
// earnings and redemptions by turns, without and with hashing.
func BenchmarkReplay(b *testing.B) {
	d := newDesk(b, func(p *Program) { p.Kinds[0].Pending = PendingRule{} })
	for i := range 50 {
		d.do(&Earn{d.head(day(i)), order(fmt.Sprint("o", i), 60)})
		d.do(&Redeem{d.head(day(i)), Spend{Kind: "points", Points: 50}})
	}
	n := float64(len(d.journal))
	b.Run("hash=false", func(b *testing.B) {
		b.ReportAllocs()
		a := NewAccount("a")
		for b.Loop() {
			a.Reset("a")
			if err := a.Replay(Entries(d.journal)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
	b.Run("hash=true", func(b *testing.B) {
		b.ReportAllocs()
		a := NewAccount("a")
		for b.Loop() {
			a.Reset("a")
			if err := a.Verify(Entries(d.journal)); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
	})
}
