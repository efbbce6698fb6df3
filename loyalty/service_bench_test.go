package loyalty

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// BenchmarkService earns and redeems in turn over many accounts (wide), and on one (hot).
// One goroutine; keys and orders are made beforehand.
func BenchmarkService(b *testing.B) {
	engine := MustNew(shop(func(p *Program) {
		p.Kinds[0].Pending = PendingRule{}
	}))
	for _, c := range []struct {
		name     string
		accounts int
		unlocked bool
	}{{"wide/accounts=100000", 100_000, false}, {"hot/accounts=1", 1, false}, {"unlocked/wide/accounts=100000", 100_000, true}, {"unlocked/hot/accounts=1", 1, true}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			store := new(Memory)
			now := day(1)
			s := &Service{Engine: engine, Store: store, Now: func() time.Time { return now }, Unlocked: c.unlocked}
			ids := make([]AccountID, c.accounts)
			for i := range ids {
				ids[i] = AccountID(fmt.Sprintf("account-%06d", i))
			}
			ctx := context.Background()
			n := 0
			keys := make([]Key, 1<<14) // what the callers have brought with them
			earn := Earn{Header{At: now}, order("", 60)}
			redeem := Redeem{Header{At: now}, Spend{Kind: "points", Points: 60}}
			refill := func() {
				for i := range keys {
					keys[i] = Key(fmt.Sprintf("k%09d", n+i))
				}
			}
			refill()
			next := func() Key {
				n++
				return keys[(n-1)%len(keys)]
			}
			do := func(i int) {
				id := ids[i%len(ids)]
				var err error
				if (i/len(ids))%2 == 0 {
					earn.Key = next()
					earn.Order.ID = string(earn.Key)
					_, err = s.Do(ctx, id, &earn)
				} else {
					redeem.Key = next()
					_, err = s.Do(ctx, id, &redeem)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			i := 0
			for ; i < 2*len(ids); i++ {
				if do(i); n%len(keys) == 0 {
					refill()
				}
			}
			b.ResetTimer()
			for b.Loop() {
				if do(i); n%len(keys) == 0 {
					b.StopTimer()
					refill()
					b.StartTimer()
				}
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}
