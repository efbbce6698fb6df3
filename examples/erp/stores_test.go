package main

import (
	"context"
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care/caretest"
	"github.com/guanxi-go/guanxi/lifecycle/lifecycletest"
	"github.com/guanxi-go/guanxi/nps/survey"
	"github.com/guanxi-go/guanxi/nps/survey/surveytest"
)

// emptyDatabase has the tables, and nothing in them.
func emptyDatabase(t *testing.T, open func(testing.TB) string) *database {
	t.Helper()
	d, err := openDatabase(open(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	if err := makeTables(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// The host's stores keep the contracts of the library's interfaces.
func TestStores(t *testing.T) {
	for name, open := range databases(t) {
		t.Run(name+"/positions", func(t *testing.T) {
			lifecycletest.TestStore(t, func(t *testing.T) lifecycle.Store { return positions{emptyDatabase(t, open)} })
		})
		t.Run(name+"/books", func(t *testing.T) {
			caretest.TestBooks(t, func(t *testing.T) caretest.Books { return books{emptyDatabase(t, open)} })
		})
		t.Run(name+"/places", func(t *testing.T) {
			surveytest.TestStore(t, func(t *testing.T) survey.QuotaStore { return places{emptyDatabase(t, open)} })
		})
	}
}
