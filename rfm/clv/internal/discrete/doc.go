// Package discrete holds the models whose time is counted in opportunities:
//
//   - [BGBB], the beta-geometric/beta-Bernoulli model (Fader, Hardie & Shang
//     2010, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting",
//     Marketing Science 29(6)): a customer who is still there buys at an
//     opportunity with probability p, and is gone for good before each with
//     probability θ; p and θ are beta distributed over customers.
//   - [SBG], the shifted beta-geometric model of contracts (Fader & Hardie 2007,
//     "How to Project Customer Retention", Journal of Interactive Marketing
//     21(1); 2010, "Customer-Base Valuation in a Contractual Setting", Marketing
//     Science 29(1)): a contract is given up at each renewal with probability θ,
//     beta distributed over customers, and one sees when.
//
// Both are made of one piece: the probability of x hits and k misses in a row of
// draws whose chance is Beta(a, b) distributed,
//
//	B(a+x, b+k)/B(a, b) = Π_{j<x}(φ+jκ) · Π_{j<k}(1−φ+jκ) / Π_{j<x+k}(1+jκ)
//
// with the mean φ = a/(a+b) and κ = 1/(a+b). All numbers of draws are integers,
// so there is no gamma function and nothing cancels; κ = 0, where all customers
// are alike, is an ordinary point. Sums run over positive terms and are kept in
// range by powers of two.
//
// Coordinates are (logit φ, ln κ) of each beta distribution; ln κ = −Inf is
// legal. As natural parameters that limit is a+b = [Alike], which no double tells
// from it.
package discrete
