// Package loyaltytest is the conformance kit for a host's own loyalty.Store: it holds a
// store to the numbered sentences of that interface, and a loyalty.Service on it to doing
// each command once, whatever fails. It uses package testing alone.
package loyaltytest
