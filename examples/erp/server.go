package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// grace is how long requests have to end once the service is told to.
const grace = 15 * time.Second

// serve answers requests until ctx is done: then it takes no more, lets those that it has
// end, and returns.
func serve(ctx context.Context, s *shop, o options, stdout io.Writer) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           routes(s),
		ReadHeaderTimeout: 2 * time.Second, // Shutdown waits as long for a connection that says nothing
		ReadTimeout:       patience,
		WriteTimeout:      2 * patience,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
	var sweeping sync.WaitGroup
	sweepCtx, stopSweeping := context.WithCancel(ctx)
	sweeping.Go(func() { s.sweepEvery(sweepCtx, o.sweep) })
	defer sweeping.Wait()
	defer stopSweeping()

	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Fprintf(stdout, "listening on http://%s\n", l.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	until, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(until); err != nil {
		return errors.Join(fmt.Errorf("requests did not end within %v: %w", grace, err), server.Close())
	}
	fmt.Fprintln(stdout, "stopped")
	return nil
}
