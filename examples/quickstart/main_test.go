package main

// The program in the README, run.
func Example() {
	main()
	// Output:
	// 1 533 Potential Loyalist
	// 2 434 Loyal
	// 3 334 Loyal
	// 4 335 Loyal
	// 5 211 Hibernating
	// 6 311 About to Sleep
	// 7 112 Lost
	// 8 112 Lost
	// 9 213 Hibernating
}
