package main

import (
	"os"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/examples/erp/internal/kill"
)

// TestMain is the service itself where the kill test starts this binary again.
func TestMain(m *testing.M) {
	if os.Getenv("ERP_TEST_MAIN") != "" {
		main()
	}
	os.Exit(m.Run())
}

// The short form of the command killtest: killed twice, and ended once in the middle of the
// load. Nothing that was acknowledged is lost or done twice.
func TestKill(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		r, err := kill.Run(t.Context(), kill.Config{
			Command: []string{os.Args[0], "-db", db, "-addr", "127.0.0.1:0"},
			Verify:  []string{os.Args[0], "-db", db, "-verify", "-acknowledged"},
			Env:     []string{"ERP_TEST_MAIN=1"},
			Dir:     t.TempDir(), Rounds: 2, Clients: 6, Customers: 4, Load: 400 * time.Millisecond, Seed: 7, Output: t.Output(),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r)
		if r.Killed != 2 || r.Orders == 0 {
			t.Errorf("%+v", r)
		}
	})
}
