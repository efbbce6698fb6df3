package caretest_test

import (
	"testing"

	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/lifecycle/care/caretest"
)

// In a host's own package this is func TestStore(t *testing.T).
func ExampleTestBooks() {
	_ = func(t *testing.T) {
		caretest.TestBooks(t, func(*testing.T) caretest.Books { return new(care.MemoryBooks) })
		caretest.TestCases(t, func(*testing.T) care.CaseStore { return new(care.MemoryCases) })
	}
}
