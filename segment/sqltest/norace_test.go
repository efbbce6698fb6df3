//go:build !race

package sqltest

const raced = false
