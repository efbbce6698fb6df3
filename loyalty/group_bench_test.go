package loyalty_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// durable is a store whose commits, one at a time, take as long as a disk does.
type durable struct {
	*loyalty.Memory
	mu   sync.Mutex
	disk time.Duration
}

// Lock is hidden: a plain store.
func (d *durable) Lock() {}

func (d *durable) sync() {
	d.mu.Lock()
	defer d.mu.Unlock()
	time.Sleep(d.disk)
}

func (d *durable) Commit(ctx context.Context, c *loyalty.Commit) error {
	d.sync()
	return d.Memory.Commit(ctx, c)
}

func (d *durable) CommitAll(ctx context.Context, commits []*loyalty.Commit) error {
	d.sync()
	return d.Memory.CommitAll(ctx, commits)
}

// BenchmarkGroup gives points by 32 callers: each on its own (do) and in groups, on one
// account and on many; in memory, and where a commit takes a millisecond.
func BenchmarkGroup(b *testing.B) {
	for _, disk := range []time.Duration{0, time.Millisecond} {
		for _, accounts := range []int{1, 10_000} {
			for _, how := range []string{"do", "group"} {
				b.Run(fmt.Sprintf("disk=%v/accounts=%d/%s", disk, accounts, how), func(b *testing.B) {
					b.ReportAllocs()
					var store loyalty.Store = new(loyalty.Memory)
					if disk > 0 {
						store = &durable{Memory: new(loyalty.Memory), disk: disk}
					}
					s := groupService(store)
					s.Attempts = 1 << 20
					g := &loyalty.Group{Service: s}
					var n atomic.Int64
					var wg sync.WaitGroup
					for range 32 {
						wg.Go(func() {
							for {
								i := n.Add(1)
								if i > int64(b.N) {
									return
								}
								id := loyalty.AccountID(fmt.Sprint("a", i%int64(accounts)))
								cmd := &loyalty.Adjust{Header: loyalty.Header{Key: loyalty.Key(fmt.Sprint("k", i)), At: groupNoon}, Kind: "points", Points: 5}
								var err error
								if how == "group" {
									_, err = g.Do(context.Background(), id, cmd)
								} else {
									_, err = s.Do(context.Background(), id, cmd)
								}
								if err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					wg.Wait()
					b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
				})
			}
		}
	}
}
