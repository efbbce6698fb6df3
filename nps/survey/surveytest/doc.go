// Package surveytest holds a host's survey.QuotaStore to its contract, on
// package testing alone:
//
//	func TestStore(t *testing.T) {
//		surveytest.TestStore(t, func(t *testing.T) survey.QuotaStore { return openMine(t) })
//	}
package surveytest
