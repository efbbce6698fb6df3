// Package caretest holds a host's stores of care tasks and cases to their
// contracts, on package testing alone:
//
//	func TestBooks(t *testing.T) {
//		caretest.TestBooks(t, func(t *testing.T) caretest.Books { return openMine(t) })
//	}
package caretest
