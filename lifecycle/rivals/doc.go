// Package rivals holds the benchmark of package lifecycle beside looplab/fsm and
// qmuntal/stateless on the same model, in a module of its own so that nobody who
// imports the library sees them:
//
//	go test -run '^$' -bench . .
package rivals
