// Package spend is the Gamma-Gamma model of what customers spend per purchase
// (Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value").
//
// A purchase of one customer is gamma distributed with shape p and the
// customer's own rate ν; rates are gamma distributed over customers with shape q
// and rate v (gamma in BTYD and CLVTools). What a customer spends on average in
// the long run is p/ν: the mean spend.
//
// The density of the mean z of x purchases is written here
// with m = p·x, s = x·z, w = s/(v+s) as
//
//	w^m (1−w)^q / (B(m, q)·z)
//
// and evaluated in Loader's saddle-point form (2000, "Fast and Accurate
// Computation of Binomial Probabilities"): with u = q·w − m·(1−w),
//
//	ln = ½ ln(m·q/(m+q)/2π) − m·h(u/m) − q·h(−u/q) + Δ(m+q) − Δ(m) − Δ(q) − ln z
//
// where h(t) = t − ln(1+t) ≥ 0 and Δ is the remainder of Stirling's formula. No
// two large numbers are subtracted, so that it holds for m from 1e-100 to 1e100
// and where the differences between customers, or between purchases, vanish
// (q → ∞, p → ∞). The same two quantities, u and the remainders, make the
// derivatives.
//
// In the coordinates (ln p, ln q, ln v) these limits are ridges along which
// several coordinates grow together, so no infinite coordinate is legal.
package spend
