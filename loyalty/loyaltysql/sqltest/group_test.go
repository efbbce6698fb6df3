package sqltest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Groups of two processes write to the same few accounts: every command that was answered
// is there once.
func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		name := fmt.Sprint("p", programs.Add(1))
		engine := loyalty.MustNew(deskProgram())
		var wg sync.WaitGroup
		for p := range 2 {
			g := &loyalty.Group{Service: &loyalty.Service{Engine: engine, Store: d.program(t, d.open(t), name), Now: func() time.Time { return opening }}}
			for w := range 8 {
				wg.Go(func() {
					for i := range 10 {
						key := loyalty.Key(fmt.Sprintf("%d-%d-%d", p, w, i))
						cmd := &loyalty.Adjust{Header: loyalty.Header{Key: key, At: opening}, Kind: "points", Points: 5}
						if _, err := g.Do(ctx, loyalty.AccountID(fmt.Sprint("a", i%2)), cmd); err != nil {
							t.Error(key, err)
						}
					}
				})
			}
		}
		wg.Wait()
		store := d.program(t, d.open(t), name)
		for _, id := range []loyalty.AccountID{"a0", "a1"} {
			v, err := store.Verify(ctx, id)
			b, e := store.Balance(ctx, id, "points", opening)
			if err != nil || e != nil || v.Entries != 80 || b.Available+b.Pending != 400 {
				t.Errorf("%q: %+v %v, %+v %v", id, v, err, b, e)
			}
		}
	})
}
