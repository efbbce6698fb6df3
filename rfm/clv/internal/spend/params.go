package spend

import "math"

// Params are the parameters of the model, all positive: P the shape of a
// customer's purchases, Q and V shape and rate of the customers' rates.
type Params struct{ P, Q, V float64 }

// Natural turns coordinates (ln p, ln q, ln v) into parameters.
func Natural(eta []float64) Params {
	return Params{P: math.Exp(eta[0]), Q: math.Exp(eta[1]), V: math.Exp(eta[2])}
}

// Coordinates is the inverse of [Natural].
func Coordinates(p Params) []float64 {
	return []float64{math.Log(p.P), math.Log(p.Q), math.Log(p.V)}
}

// Jacobian returns d ln(p, q, v) / d eta by rows: the identity.
func Jacobian(_ []float64) [][]float64 {
	return [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
}

// LogLik is the log-density of the mean of x purchases, all constants kept. A
// customer without purchases says nothing: 0. mean is positive.
func (p Params) LogLik(x int, mean float64) float64 {
	if x <= 0 {
		return 0
	}
	q := restOf(p.Q)
	t := newTerms(p, q, x)
	return t.at(p, x, mean).value
}

// Expected returns the mean spend to expect of a customer whose x purchases had
// the given mean: p(v + x·mean)/(p·x + q − 1), which is pulled towards the
// population's mean, the more the fewer the purchases. x = 0 gives
// the population's mean itself, p·v/(q−1). It does not exist, and is false, where
// p·x + q ≤ 1.
func (p Params) Expected(x int, mean float64) (float64, bool) {
	return p.Given(x, mean).Mean()
}

// Given is what is known of a customer's mean spend after x purchases with the
// given mean.
func (p Params) Given(x int, mean float64) Posterior {
	n := float64(x)
	if x <= 0 {
		n, mean = 0, 0
	}
	return Posterior{P: p.P, Shape: p.P*n + p.Q, Rate: p.V + n*mean}
}
