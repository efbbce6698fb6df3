package kill

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// load is the clients, and what they remember of what was acknowledged.
type load struct {
	cfg     Config
	p       *process
	http    *http.Client
	stopped atomic.Bool
	made    sync.WaitGroup // of the customers

	mu      sync.Mutex
	acked   []acknowledged
	points  int64 // that customers have by what was acknowledged
	orders  int
	refused int
	resent  int
	lost    int
	twice   int
}

// acknowledged is a request whose answer has arrived.
type acknowledged struct {
	Key    string          `json:"key"`
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer"`
}

func newLoad(cfg Config, p *process) *load {
	return &load{cfg: cfg, p: p, http: &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: cfg.Clients},
	}}
}

// begin starts the clients; the channel closes when all have come to an end. A client that
// is answered what must not be fails the load.
func (l *load) begin(ctx context.Context, fail context.CancelCauseFunc) <-chan struct{} {
	var all sync.WaitGroup
	l.made.Add(l.cfg.Clients)
	for i := range l.cfg.Clients {
		all.Go(func() {
			c := &client{load: l, n: i, dice: rand.New(rand.NewPCG(l.cfg.Seed, uint64(i)+1))}
			if err := c.run(ctx); err != nil {
				fail(fmt.Errorf("client %d: %w", i, err))
			}
		})
	}
	done := make(chan struct{})
	go func() {
		all.Wait()
		l.http.CloseIdleConnections()
		close(done)
	}()
	return done
}

// stop lets each client end what it has begun.
func (l *load) stop() { l.stopped.Store(true) }

// acknowledge remembers an answer, and the points that it tells of.
func (l *load) acknowledge(a acknowledged, points int64, order bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, a)
	l.points += points
	if order {
		l.orders++
	}
}

func (l *load) count(n *int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*n++
}

func (l *load) customer(n int) string { return fmt.Sprintf("c%d-%d", l.cfg.Seed, n) }
