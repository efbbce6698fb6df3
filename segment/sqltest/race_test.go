//go:build race

package sqltest

// The race detector makes SQLite, which is Go here, ten times as slow: under it
// a part of the rules is tried.
const raced = true
