package loyalty_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// A Go that panics, such as that of a pool that is closed, keeps nobody waiting: who is there
// has an error, and who comes later is carried out.
func TestGroupGoPanics(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	engine := loyalty.MustNew(loyalty.Program{Version: 1, Currency: "CNY", Decimals: 2, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}})
	cmd := func(k string) loyalty.Command {
		return &loyalty.Adjust{Header: loyalty.Header{Key: loyalty.Key(k), At: noon}, Kind: "points", Points: 5, Note: loyalty.Note{Reason: "x"}}
	}
	for _, runs := range []bool{false, true} { // after the rounds were carried out, a panic changes nothing
		var kept func()
		in := make(chan struct{})
		out := make(chan struct{})
		first := true
		g := &loyalty.Group{
			Service: &loyalty.Service{Engine: engine, Store: new(loyalty.Memory), Now: func() time.Time { return noon }},
			Go: func(rounds func()) {
				if !first {
					go rounds()
					return
				}
				first = false
				if runs {
					rounds()
				}
				kept = rounds
				close(in)
				<-out
				panic("pool closed")
			},
		}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		panicked := make(chan any, 1)
		go func() {
			defer func() { panicked <- recover() }()
			_, _ = g.Do(ctx, "a", cmd("1"))
		}()
		<-in
		if runs {
			close(out)
			<-panicked
		} else {
			waits := make(chan error, 1)
			go func() {
				_, err := g.Do(ctx, "a", cmd("2"))
				waits <- err
			}()
			time.Sleep(20 * time.Millisecond) // until it waits; if it comes later it is carried out
			close(out)
			if <-panicked == nil {
				t.Error("the panic was swallowed")
			}
			if err := <-waits; errors.Is(err, context.DeadlineExceeded) || errors.Is(err, loyalty.ErrUnknownOutcome) {
				t.Error(err)
			}
			kept() // too late
		}
		if _, err := g.Do(ctx, "a", cmd("3")); err != nil {
			t.Error(err)
		}
	}
}
