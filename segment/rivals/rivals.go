// Package rivals holds only tests: the rule of the segment package's benchmark
// side by side with expr-lang/expr and cel-go, in one run.
package rivals
