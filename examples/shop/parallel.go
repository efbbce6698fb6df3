package main

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// chunk is how many customers are a piece of work. Results are added up by chunk, in
// order, so that they do not depend on how many workers there are.
const chunk = 2048

// crew does work on customers with some goroutines, and shows how far it is.
type crew struct {
	workers int
	stderr  io.Writer
	long    int // from how many customers on progress is shown
}

func newCrew(workers int, stderr io.Writer) *crew {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return &crew{workers: workers, stderr: stderr, long: manyCustomers}
}

// inChunks calls do for every chunk of n customers, [from, to), and returns what it
// gave in order, or the error of the first chunk that had one.
func inChunks[T any](c *crew, what string, n int, do func(from, to int) (T, error)) ([]T, error) {
	parts := (n + chunk - 1) / chunk
	out, errs := make([]T, parts), make([]error, parts)
	bar := newProgress(c.stderr, what, int64(n), int64(c.long))
	defer bar.finish()
	var next, done atomic.Int64
	var drawing sync.Mutex
	var group sync.WaitGroup
	for range min(c.workers, parts) {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= parts {
					return
				}
				from, to := i*chunk, min(n, (i+1)*chunk)
				out[i], errs[i] = do(from, to)
				sum := done.Add(int64(to - from))
				drawing.Lock()
				bar.set(sum)
				drawing.Unlock()
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
