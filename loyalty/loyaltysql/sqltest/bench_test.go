package sqltest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// durable returns the databases as a shop would run them: SQLite with full sync.
func durable(b *testing.B) []*database {
	all := databases(b)
	all[0].dsn = "file:" + filepath.Join(b.TempDir(), "durable.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	s, err := loyaltysql.New(all[0].open(b), all[0].config)
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Apply(context.Background()); err != nil {
		b.Fatal(err)
	}
	return all
}

// command is the n-th of a programme where accounts are given points twice, and spend
// once.
func command(n int, at time.Time) (loyalty.AccountID, loyalty.Command) {
	id := loyalty.AccountID(fmt.Sprint("customer-", n/3%10_000))
	h := loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", n)), At: at}
	if n%3 == 2 {
		return id, &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Kind: "points", Points: 15}}
	}
	return id, &loyalty.Adjust{Header: h, Kind: "points", Points: 10, Expire: at.AddDate(1, 0, 0)}
}

func benchService(s *loyaltysql.Store) *loyalty.Service {
	at := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	e := loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}})
	return &loyalty.Service{Engine: e, Store: s, Now: func() time.Time { return at }}
}

// BenchmarkDo carries out one command a commit.
func BenchmarkDo(b *testing.B) {
	for _, d := range durable(b) {
		b.Run(string(d.dialect), func(b *testing.B) {
			s := benchService(d.store(b, d.open(b)))
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				id, cmd := command(n, s.Now())
				if _, err := s.Do(b.Context(), id, cmd); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}

// BenchmarkBatch carries out a hundred commands of a hundred accounts a commit.
func BenchmarkBatch(b *testing.B) {
	for _, d := range durable(b) {
		b.Run(string(d.dialect), func(b *testing.B) {
			s := benchService(d.store(b, d.open(b)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				requests := make([]loyalty.Request, 100)
				for i := range requests {
					round := n / 100
					id := loyalty.AccountID(fmt.Sprint("customer-", (round/3*100+i)%10_000))
					_, cmd := command(round%3, s.Now())
					key := loyalty.Key(fmt.Sprint("k", n))
					switch c := cmd.(type) {
					case *loyalty.Redeem:
						c.Key = key
					case *loyalty.Adjust:
						c.Key = key
					}
					requests[i] = loyalty.Request{Account: id, Command: cmd}
					n++
				}
				for _, o := range s.Batch(b.Context(), requests) {
					if o.Err != nil {
						b.Fatal(o.Err)
					}
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commands/s")
		})
	}
}
