package discrete

import "math"

// BGBB are the parameters of the BG/BB model, all positive: p is
// Beta(Alpha, Beta) and θ is Beta(Gamma, Delta) distributed over customers.
//
// A history is x purchases in n opportunities, the last at opportunity tx:
// 0 ≤ x ≤ tx ≤ n, and tx = 0 exactly where x = 0. All methods are pure, allocate
// nothing and cost O(n) besides what they say.
type BGBB struct{ Alpha, Beta, Gamma, Delta float64 }

func (p BGBB) buy() mix  { return mixOf(p.Alpha, p.Beta) }
func (p BGBB) drop() mix { return mixOf(p.Gamma, p.Delta) }

// past is what a history says of the customer.
type past struct {
	logLik     float64
	alive      float64 // the probability of having been there at opportunity n
	rate, drop float64 // posterior means of p and θ
}

// rescaling keeps sums of tiny terms in range.
const (
	tiny     = 0x1p-400
	huge     = 0x1p+400
	logScale = 400 * math.Ln2
)

// past sums over the last opportunity the customer was there for: tx … n−1, or
// n and after.
func (p BGBB) past(x, tx, n int) past {
	buy, drop := p.buy(), p.drop()
	a, sum, rate, gone, shift := 1.0, 0.0, 0.0, 0.0, 0.0
	for i := tx; i < n; i++ {
		w := a * drop.hit(0, i)
		sum += w
		rate += w * buy.hit(x, i)
		gone += w * drop.hit(1, i+1)
		a *= buy.miss(i-x, i) * drop.miss(i, i)
		if a < tiny && sum < tiny {
			a, sum, rate, gone, shift = a*huge, sum*huge, rate*huge, gone*huge, shift+logScale
		}
	}
	sum += a
	rate += a * buy.hit(x, n)
	gone += a * drop.hit(0, n)
	return past{
		logLik: buy.log(x, tx-x) + drop.log(0, tx) + math.Log(sum) - shift,
		alive:  a / sum, rate: rate / sum, drop: gone / sum,
	}
}

// LogLik is the log-likelihood of a history, in which the order of purchases
// counts: there is no binomial coefficient.
func (p BGBB) LogLik(x, tx, n int) float64 { return p.past(x, tx, n).logLik }

// PAlive is the probability that the customer is there for opportunity n+ahead.
// The paper and BTYD give it at ahead = 1; at ahead = 0 it is 1 for tx = n. Cost:
// O(n + ahead).
func (p BGBB) PAlive(x, tx, n, ahead int) float64 {
	return p.past(x, tx, n).alive * p.drop().misses(0, n, ahead)
}

// Expected is the expected number of purchases at opportunities n+1 … n+next
// . Cost: O(n + next).
func (p BGBB) Expected(x, tx, n, next int) float64 {
	var out [1]float64
	p.ExpectedMany(out[:], x, tx, n, []int{next})
	return out[0]
}

// ExpectedNew is Expected of somebody without a history.
func (p BGBB) ExpectedNew(n int) float64 { return p.Expected(0, 0, 0, n) }

// ExpectedMany sets out[i] to Expected(…, next[i]), next ascending. Cost:
// O(n + the last of next).
func (p BGBB) ExpectedMany(out []float64, x, tx, n int, next []int) {
	drop := p.drop()
	each := p.past(x, tx, n).alive * p.buy().hit(x, n)
	sum, k := 0.0, 0
	for i, until := range next {
		for ; k < until; k++ {
			each *= drop.miss(n+k, n+k)
			sum += each
		}
		out[i] = sum
	}
}

// DERT is the expected number of purchases at all opportunities after n, the
// first discounted by 1/(1+d), the next by its square, … (BTYD's bgbb.DERT).
// d = 0 gives the expected number itself, +Inf for Gamma ≤ 1. Cost: O(n) and that
// of Residual.
func (p BGBB) DERT(x, tx, n int, d float64) float64 {
	return p.DERTFrom(x, tx, n, p.Residual(n, d))
}

// Residual is the part of DERT that all customers of n opportunities share: the
// discounted number of opportunities that one who was there at n will be there
// for. Cost: some 20/√d steps at most; a batch keeps it by n.
func (p BGBB) Residual(n int, d float64) float64 {
	drop := p.drop()
	return drop.miss(n, n) / (1 + d) * drop.discounted(n+1, d)
}

// DERTFrom is DERT given Residual(n, d).
func (p BGBB) DERTFrom(x, tx, n int, residual float64) float64 {
	return p.past(x, tx, n).alive * p.buy().hit(x, n) * residual
}

// Rates are the posterior means of p, the chance to buy while there, and of θ,
// the chance to be gone before an opportunity.
func (p BGBB) Rates(x, tx, n int) (buy, drop float64) {
	h := p.past(x, tx, n)
	return h.rate, h.drop
}

// Prob is the probability of exactly k purchases at opportunities n+1 … n+next.
// Cost: O(n + next).
func (p BGBB) Prob(x, tx, n, next, k int) float64 {
	alive := p.past(x, tx, n).alive
	v := alive * counts(p.buy().after(x, n-x), p.drop().after(0, n), next, k)
	if k == 0 {
		v += 1 - alive
	}
	return v
}

// ProbNew is Prob of somebody without a history.
func (p BGBB) ProbNew(n, k int) float64 { return counts(p.buy(), p.drop(), n, k) }

// counts is the probability of k purchases in n opportunities of somebody who is
// there: the sum over the last opportunity i they are there for. The binomials
// are carried along, so that thousands of opportunities do no harm.
func counts(buy, drop mix, n, k int) float64 {
	if k < 0 || k > n {
		return 0
	}
	a, sum, shift := 1.0, 0.0, buy.log(k, 0)+drop.log(0, k)
	for i := k; i < n; i++ {
		sum += a * drop.hit(0, i)
		a *= float64(i+1) / float64(i+1-k) * buy.miss(i-k, i) * drop.miss(i, i)
		switch {
		case a < tiny && sum < tiny:
			a, sum, shift = a*huge, sum*huge, shift-logScale
		case a > huge || sum > huge:
			a, sum, shift = a*tiny, sum*tiny, shift+logScale
		}
	}
	return math.Exp(math.Log(sum+a) + shift)
}
