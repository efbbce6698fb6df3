package loyaltytest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"
)

// A host calls TestStore in a test of its own, with how its store is opened, and opened
// again. rows_test.go beside this file is such a store, over tables of rows.
func ExampleTestStore() {
	open := func(testing.TB) loyaltytest.Harness {
		m := new(loyalty.Memory)
		return loyaltytest.Harness{Store: m, Reopen: func() (loyalty.Store, error) { return m, nil }}
	}
	_ = func(t *testing.T) { // func TestMyStore
		loyaltytest.TestStore(t, open, loyaltytest.Features{Outbox: true, Lock: true, Multi: true, Aggregate: true, Reopen: true})
	}
}

// A store that loses an answer: the service finds out by the receipt.
func ExampleFaults() {
	engine := loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}})
	noon := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	store := &loyaltytest.Faults{Store: new(loyalty.Memory), Plan: func(_ int, call string) loyaltytest.Fault {
		if call == "Commit" {
			return loyaltytest.Unknown
		}
		return loyaltytest.None
	}}
	s := &loyalty.Service{Engine: engine, Store: store, Now: func() time.Time { return noon }}
	for range 2 {
		a, err := s.Do(context.Background(), "anna", &loyalty.Adjust{Header: loyalty.Header{Key: "k1", At: noon}, Kind: "points", Points: 5})
		fmt.Println(a.Seq, a.Results[0].Points, a.Repeated, errors.Is(err, loyalty.ErrUnknownOutcome))
	}
	// Output:
	// 1 5 false false
	// 1 5 true false
}
