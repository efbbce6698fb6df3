package sqltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// What a queue delivers at least once comes to several consumers at the same time, to each
// in another order: all have the same answers, and one of them has done it.
func TestFaultTwice(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		const consumers, commands = 6, 60
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		l, ids := newLedger(), shops(3)
		name := fmt.Sprint("twice", programs.Add(1))
		store := d.program(t, d.open(t), name)
		for _, id := range ids {
			if err := l.until(ctx, l.service(store), id, l.opened(id)); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		first := make(map[loyalty.Key]int)
		var wg sync.WaitGroup
		for c := range consumers {
			own := d.program(t, d.open(t), name)
			who := []doer{l.service(own), l.service(own.Locking()), &loyalty.Group{Service: l.service(own)}}[c%3]
			order := rand.New(rand.NewPCG(uint64(c), 9)).Perm(commands)
			wg.Go(func() {
				for _, n := range order {
					cmd := l.command("q", n/4*6+n%4) // those that hang on no other
					k, id := cmd.Common().Key, ids[n%len(ids)]
					l.note(id, k)
					for {
						a, err := who.Do(ctx, id, cmd)
						if errors.Is(err, loyalty.ErrConflict) && ctx.Err() == nil {
							continue
						}
						mu.Lock()
						if !a.Repeated {
							first[k]++
						}
						l.maybe[k] = true
						mu.Unlock()
						if err == nil {
							err = l.ack(id, k, &a)
						}
						if err != nil {
							t.Error(k, err)
						}
						break
					}
				}
			})
		}
		wg.Wait()
		for k, n := range first {
			if n != 1 {
				t.Errorf("%q was done %d times", k, n)
			}
		}
		if len(first) != commands {
			t.Errorf("%d were done, want %d", len(first), commands)
		}
		l.mugs(t, store, commands/4)
		l.audit(t, store, ids...)
	})
}
