package discrete

import "math"

// SBG are the parameters of the shifted beta-geometric model, both positive: the
// chance θ to give a contract up at a renewal is Beta(Alpha, Beta) distributed.
// n counts renewals; all methods are pure and allocate nothing.
type SBG struct{ Alpha, Beta float64 }

func (p SBG) churn() mix { return mixOf(p.Alpha, p.Beta) }

// LogLik is the log-likelihood of a contract that was renewed n times and runs
// on, or of one given up at its n-th renewal, n ≥ 1 (2007). Cost:
// O(n).
func (p SBG) LogLik(n int, churned bool) float64 {
	if churned {
		return p.churn().log(1, n-1)
	}
	return p.churn().log(0, n)
}

// Survival is S(t), the probability that a new contract is renewed t times.
// Cost: O(t).
func (p SBG) Survival(t int) float64 { return math.Exp(p.churn().log(0, t)) }

// Retention is r(t) = S(t)/S(t−1), t ≥ 1: the share that renews for the t-th time
// among those who could (2007).
func (p SBG) Retention(t int) float64 { return p.churn().miss(t-1, t-1) }

// PAlive is the probability that a contract renewed n times is renewed ahead
// times more. Cost: O(ahead).
func (p SBG) PAlive(n, ahead int) float64 { return p.churn().misses(0, n, ahead) }

// Expected is the expected number of renewals among the next ones of a contract
// renewed n times. Cost: O(next).
func (p SBG) Expected(n, next int) float64 {
	var out [1]float64
	p.ExpectedMany(out[:], n, []int{next})
	return out[0]
}

// ExpectedMany sets out[i] to Expected(n, next[i]), next ascending.
func (p SBG) ExpectedMany(out []float64, n int, next []int) {
	churn := p.churn()
	each, sum, k := 1.0, 0.0, 0
	for i, until := range next {
		for ; k < until; k++ {
			each *= churn.miss(n+k, n+k)
			sum += each
		}
		out[i] = sum
	}
}

// Prob is the probability that a contract renewed n times is renewed exactly k
// times more at the next renewals. Cost: O(k).
func (p SBG) Prob(n, next, k int) float64 {
	switch churn := p.churn(); {
	case k < 0 || k > next:
		return 0
	case k == next:
		return churn.misses(0, n, k)
	default:
		return churn.misses(0, n, k) * churn.hit(0, n+k)
	}
}

// Churn is the posterior mean of θ of a contract as in LogLik.
func (p SBG) Churn(n int, churned bool) float64 {
	if churned {
		return p.churn().hit(1, n)
	}
	return p.churn().hit(0, n)
}

// DEL is the discounted expected lifetime of a contract about to be signed, in
// periods: the first counts whole, the next 1/(1+d), … (2010). d = 0 gives
// the expected lifetime, +Inf for Alpha ≤ 1.
func (p SBG) DEL(d float64) float64 { return p.churn().discounted(0, d) }

// DERL is the discounted expected residual lifetime of a contract renewed n
// times, just before the next renewal is due: if it comes it counts whole, the
// one after it 1/(1+d), … (2010).
func (p SBG) DERL(n int, d float64) float64 {
	churn := p.churn()
	return churn.miss(n, n) * churn.discounted(n+1, d)
}
