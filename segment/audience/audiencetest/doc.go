// Package audiencetest holds a host's audience.Directory to its contract, on
// package testing alone:
//
//	func TestDirectory(t *testing.T) {
//		open := func(t *testing.T) audience.Directory[string] { return openMine(t) }
//		audiencetest.TestDirectory(t, open, audiencetest.AwkwardKey)
//	}
package audiencetest
