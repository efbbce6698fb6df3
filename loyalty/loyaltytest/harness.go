package loyaltytest

import (
	"context"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Harness is a store under test, empty when it is opened, and what a host can do with it
// from outside. A plain value.
type Harness struct {
	Store loyalty.Store
	// Reopen opens the storage again as after a crash: what was in memory alone is gone.
	Reopen func() (loyalty.Store, error)
	// Other opens the store of another programme in the same storage.
	Other func() loyalty.Store
	// CrashAt lets the next commit die at its n-th write point, from 1 on, with an error:
	// before the n-th thing that it writes, and, for the last n, after everything. With a
	// larger n it is not disturbed. The store is not used again but through Reopen.
	CrashAt func(n int)
	// Begin begins a transaction of the host and returns a store in it.
	Begin func(ctx context.Context) (store loyalty.Store, commit, rollback func() error, err error)
}

// Features says what a store can do besides the contract of loyalty.Store; what is not
// said is not asked.
type Features struct {
	Outbox    bool // it is a loyalty.Outbox
	Lock      bool // it is a loyalty.Locker
	Multi     bool // it is a loyalty.MultiCommit
	Aggregate bool // it is a loyalty.Aggregator
	Reopen    bool // Harness.Reopen is there: what was committed outlives a crash
	Other     bool // Harness.Other is there
	Crash     bool // Harness.CrashAt and Reopen are there
	Tx        bool // Harness.Begin is there
}

// TestStore runs every case of the contract of loyalty.Store, and those of the features,
// as a subtest, each on a store of its own, which open returns empty and cleans up through
// Cleanup. The store is called from several goroutines at once.
func TestStore(t *testing.T, open func(testing.TB) Harness, f Features) {
	for i := range cases {
		c := &cases[i]
		if c.asks != nil && !c.asks(f) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(newEnv(open, t, f)); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.contract)
			}
		})
	}
}

// kase is one sentence of the contract and what checks it.
type kase struct {
	name     string
	sentence int // of loyalty.Store and its neighbours; 0: of loyalty.Service
	contract string
	asks     func(Features) bool // nil: asked of every store
	run      func(*env) error
}

// env is a store under test with what cases use.
type env struct {
	Harness
	f      Features
	ctx    context.Context
	engine *loyalty.Engine
	st     loyalty.Store
	open   func() *env // another empty one
	n      int
}

func newEnv(open func(testing.TB) Harness, t testing.TB, f Features) *env {
	h := open(t)
	e := &env{Harness: h, f: f, ctx: context.Background(), engine: loyalty.MustNew(program()), st: h.Store}
	e.open = func() *env { return newEnv(open, t, f) }
	return e
}

// reopen opens the storage again.
func (e *env) reopen() error {
	st, err := e.Reopen()
	if err == nil {
		e.st = st
	}
	return err
}

// service returns a service on a store that records at a time after each command.
func (e *env) service(st loyalty.Store) *loyalty.Service {
	return &loyalty.Service{Engine: e.engine, Store: st, Now: func() time.Time { return day(400) }}
}
