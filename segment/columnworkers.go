package segment

import (
	"runtime"
	"slices"
	"sync"
)

// fillShares reads all columns of customers, the columns shared among workers.
func (c *Columns[T]) fillShares(customers []T, workers int) {
	shares := c.shares(workers)
	var wg sync.WaitGroup
	ended := make([]bool, workers)
	panics := make([]any, workers)
	for i, cols := range shares {
		wg.Go(func() {
			defer func() { panics[i] = recover() }()
			c.fill(cols, customers)
			ended[i] = true
		})
	}
	wg.Wait()
	for _, p := range panics {
		if p != nil { // of a getter: for the caller to see
			panic(p)
		}
	}
	if slices.Contains(ended, false) { // a getter ended its goroutine
		runtime.Goexit()
	}
}

// shares deals the columns out so that each share takes about as long.
func (c *Columns[T]) shares(workers int) [][]*column[T] {
	cols := slices.Clone(c.cols)
	slices.SortStableFunc(cols, func(a, b *column[T]) int { return b.work() - a.work() })
	out, sum := make([][]*column[T], workers), make([]int, workers)
	for _, col := range cols {
		least := slices.Index(sum, slices.Min(sum))
		out[least] = append(out[least], col)
		sum[least] += col.work()
	}
	return out
}

// work is roughly what reading one value takes, in nanoseconds.
func (c *column[T]) work() int {
	switch {
	case c.of != nil:
		return 100
	case c.kind == vecTags:
		return 20
	case c.kind == vecText:
		return 10
	}
	return 4
}
