package loyalty_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// However many callers go at whatever moment, what was acknowledged is there, and nothing
// that was refused.
func TestGroupStorm(t *testing.T) {
	for seed := range uint64(12) {
		store := &durable{Memory: new(loyalty.Memory), disk: 50 * time.Microsecond}
		g := &loyalty.Group{Service: groupService(store), Size: 3, Lanes: 1 + int(seed%2)}
		if seed%3 == 0 {
			g.Go = func(f func()) { go f() }
		}
		var wg sync.WaitGroup
		var acked, maybe atomic.Int64
		for w := range 16 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(w)))
				for i := range 100 {
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.IntN(1500))*time.Microsecond)
					_, err := g.Do(ctx, "a", &loyalty.Adjust{Header: loyalty.Header{Key: loyalty.Key(fmt.Sprint(w, "-", i)), At: groupNoon}, Kind: "points", Points: 1})
					cancel()
					switch {
					case err == nil:
						acked.Add(1)
					case errors.Is(err, loyalty.ErrUnknownOutcome):
						maybe.Add(1)
					case errors.Is(err, context.DeadlineExceeded):
					default:
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		b, err := g.Service.Balance(context.Background(), "a", "points")
		time.Sleep(5 * time.Millisecond)
		if err != nil || int64(b.Available) < acked.Load() || int64(b.Available) > acked.Load()+maybe.Load() {
			t.Errorf("seed %d: %d points, %d acknowledged, %d unknown, %v", seed, b.Available, acked.Load(), maybe.Load(), err)
		}
		// it goes on
		if _, err := g.Do(context.Background(), "a", &loyalty.Adjust{Header: loyalty.Header{Key: "last", At: groupNoon}, Kind: "points", Points: 1}); err != nil {
			t.Error(err)
		}
	}
}
