// Package pareto is the Pareto/NBD model of Schmittlein, Morrison & Colombo
// (1987): a customer buys at rate λ ~ Gamma(r, α) until leaving, which happens
// at rate μ ~ Gamma(s, β), and Gamma(r, α) has mean r/α. Correlated lets λ and μ
// depend on each other by the form of Sarmanov (Park & Fader 2004, as in
// CLVTools).
//
// Everything rests on one integral, over the unseen time u at which the customer
// left: with n = r+x
//
//	I = ∫ from t_x to T of s/(β+u) · ((α+T)/(α+u))^n · ((β+T)/(β+u))^s du,
//	P(alive at T) = 1/(1+I),
//	ln L = ln Γ(r+x)/Γ(r) + r ln α − n ln(α+T) − s ln((β+T)/β) + ln(1+I)
//
// (Fader & Hardie 2005, "A note on deriving the Pareto/NBD model", with the two
// hypergeometric functions undone). The integrand is positive and its logarithm
// is concave in y = ln(min(α, β)+u), so that Gauss's rule on the part that counts
// gives thirteen digits anywhere, without cases for α against β and without
// differences. Derivatives are taken under the integral sign.
//
// Times are in one unit throughout, rates are per that unit. Results are finite
// for positive finite parameters, x ≥ 0 and 0 ≤ t_x ≤ T; nothing is validated
// here. Functions are pure and allocate nothing unless they say so.
package pareto
