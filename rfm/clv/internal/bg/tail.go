package bg

import "math"

// A sum over the purchases of one customer goes term by term up to farFrom; from
// there on it is an integral, so that no history costs more than a few hundred terms:
//
//	Σ_{l≤j<m} f(j) = ∫ f(t) dt from l−½ to m−½ − (Δf(m) − Δf(l))/24 + …
//
// with Δf(j) = f(j) − f(j−1). The terms f have their singularities at t ≤ 0, so
// that what is left out is some 1e-11 of f at most (DLMF 2.10.1, at midpoints).
const farFrom = 1024

// Gauss's rule of ten points: over a span whose end is at most twice its start it
// gives 15 digits.
var (
	gaussNode = [...]float64{
		0.1488743389816312109, 0.4333953941292471908, 0.6794095682990244062, 0.8650633666889845107, 0.9739065285171717201,
	}
	gaussWeight = [...]float64{
		0.2955242247147528702, 0.2692667193099963551, 0.2190863625159820440, 0.1494513491505805931, 0.0666713443086881376,
	}
)

// sumTail returns Σ_{farFrom≤j<m} f(j) for m > farFrom.
func sumTail(m int, f func(t float64) float64) float64 {
	end := float64(m)
	sum := -(f(end) - f(end-1) - f(farFrom) + f(farFrom-1)) / 24
	for lo := farFrom - 0.5; lo < end-0.5; {
		hi := math.Min(2*lo, end-0.5)
		mid, half := (hi+lo)/2, (hi-lo)/2
		for i, x := range gaussNode {
			sum += half * gaussWeight[i] * (f(mid-half*x) + f(mid+half*x))
		}
		lo = hi
	}
	return sum
}

// spans keeps what integrals over whole spans add up to: at k it holds them from
// farFrom−½ to 2ᵏ(farFrom−½), on top of the sums up to farFrom.
type spans struct {
	rate  []rateSums
	leave []jet
}

// spanOf returns the number of whole spans below m and the end of the last.
func spanOf(m int) (k int, lo float64) {
	lo = farFrom - 0.5
	for 2*lo <= float64(m)-0.5 {
		lo *= 2
		k++
	}
	return k, lo
}

// prepareSpans adds up the whole spans below m purchases, given the sums up to farFrom.
func (e *evaluator) prepareSpans(m int) {
	e.far.rate, e.far.leave = e.far.rate[:0], e.far.leave[:0]
	if m <= farFrom {
		return
	}
	rate, leave := e.rate[farFrom], e.leave[farFrom].stay
	rate.add(e.rateTerm(farFrom), 1./24)
	rate.add(e.rateTerm(farFrom-1), -1./24)
	leave.add(e.leaveTerm(farFrom), 1./24)
	leave.add(e.leaveTerm(farFrom-1), -1./24)
	whole, _ := spanOf(m)
	lo := farFrom - 0.5
	for range whole {
		e.far.rate, e.far.leave = append(e.far.rate, rate), append(e.far.leave, leave)
		e.rateSpan(&rate, lo, 2*lo)
		e.leaveSpan(&leave, lo, 2*lo)
		lo *= 2
	}
	e.far.rate, e.far.leave = append(e.far.rate, rate), append(e.far.leave, leave)
}

func (e *evaluator) rateSpan(s *rateSums, lo, hi float64) {
	mid, half := (hi+lo)/2, (hi-lo)/2
	for i, x := range gaussNode {
		w := half * gaussWeight[i]
		s.add(e.rateTerm(mid-half*x), w)
		s.add(e.rateTerm(mid+half*x), w)
	}
}

func (e *evaluator) leaveSpan(s *jet, lo, hi float64) {
	mid, half := (hi+lo)/2, (hi-lo)/2
	for i, x := range gaussNode {
		w := half * gaussWeight[i]
		s.add(e.leaveTerm(mid-half*x), w)
		s.add(e.leaveTerm(mid+half*x), w)
	}
}

// farRate is what e.rate would hold at x > farFrom.
func (e *evaluator) farRate(x int) rateSums {
	k, lo := spanOf(x)
	end := float64(x)
	s := e.far.rate[k]
	e.rateSpan(&s, lo, end-0.5)
	s.add(e.rateTerm(end), -1./24)
	s.add(e.rateTerm(end-1), 1./24)
	return s
}

// farLeave is what e.leave would hold at m > farFrom.
func (e *evaluator) farLeave(m int) leaveSums {
	k, lo := spanOf(m)
	end := float64(m)
	s := e.far.leave[k]
	e.leaveSpan(&s, lo, end-0.5)
	s.add(e.leaveTerm(end), -1./24)
	s.add(e.leaveTerm(end-1), 1./24)
	return leaveSums{stay: s, left: e.leftTerm(end - 1)}
}

func (s *rateSums) add(t rateSums, w float64) {
	s.v += w * t.v
	s.d += w * t.d
	s.dd += w * t.dd
}

func (s *jet) add(t jet, w float64) {
	s.v += w * t.v
	s.t += w * t.t
	s.k += w * t.k
	s.tt += w * t.tt
	s.tk += w * t.tk
	s.kk += w * t.kk
}
