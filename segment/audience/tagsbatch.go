package audience

import (
	"slices"
	"sync"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// TagChanges is what is to change about the tags of one customer of many.
type TagChanges struct {
	Row     int         `json:"row"` // the customer's place
	Changes []TagChange `json:"changes"`
}

// ChangesAll is AppendChanges for many customers: current[i] is held by customers[i]; a
// current that is shorter goes on with those who hold nothing. It returns those
// with changes, in the order of their rows. workers goroutines share the rows; 0
// is the caller's alone, and any number gives the same result. Faults are at
// /i/j, tag j of row i, up to 1,000 of them; such a row has no changes, and the
// others have theirs all the same.
func (t *Tagger[T]) ChangesAll(customers []T, current [][]HeldTag, workers int) ([]TagChanges, error) {
	workers = max(1, min(workers, len(customers)))
	type part struct {
		out  []TagChanges
		errs []error
	}
	parts := make([]part, workers)
	run := func(w int) {
		p := &parts[w]
		var buf []TagChange
		for i := w * len(customers) / workers; i < (w+1)*len(customers)/workers; i++ {
			var tags []HeldTag
			if i < len(current) {
				tags = current[i]
			}
			var err error
			if buf, err = t.AppendChanges(buf[:0], tags, &customers[i]); err != nil {
				if len(p.errs) < maxFaults {
					p.errs = append(p.errs, guanxi.At(guanxi.Pointer(i), err))
				}
			} else if len(buf) > 0 {
				p.out = append(p.out, TagChanges{i, slices.Clone(buf)})
			}
		}
	}
	var wait sync.WaitGroup
	for w := 1; w < workers; w++ {
		wait.Go(func() { run(w) })
	}
	run(0)
	wait.Wait()
	var out []TagChanges
	var errs []error
	for _, p := range parts {
		out, errs = append(out, p.out...), append(errs, p.errs...)
	}
	return out, wrap(strict.Join(errs[:min(len(errs), maxFaults)]...))
}
