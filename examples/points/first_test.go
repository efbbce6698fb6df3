package main

import (
	"context"
	"errors"
	"sync"
	"testing"
)

// Several that begin at once in an empty place are all right; one that is another run is
// told so.
func TestFirstTogether(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres", "mysql"} {
		t.Run(dialect, func(t *testing.T) {
			ctx := context.Background()
			p := newPlace(t, dialect)
			begin := func(what string) error {
				db, err := openDatabase(ctx, p.arg, false)
				if err != nil {
					return err
				}
				return errors.Join(db.keep(ctx, what, "{}"), db.close())
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					if err := begin("a year"); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if err := begin("two years"); !errors.Is(err, errOthers) {
				t.Error(err)
			}
		})
	}
}
