package clv

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/guanxi-go/guanxi"
)

// Kind names a model of buying.
type Kind string

// The models. All but BG/BB are of customers who buy at any time and leave
// unseen.
const (
	KindMBGNBD    Kind = "mbgnbd"             // the default; see MBGNBD
	KindBGNBD     Kind = "bgnbd"              // see BGNBD
	KindParetoNBD Kind = "paretonbd"          // see ParetoNBD
	KindSarmanov  Kind = "paretonbd_sarmanov" // see Sarmanov
	KindBGBB      Kind = "bgbb"               // see BGBB
)

// Label returns the model's name as papers write it, which is the same in every
// language.
func (k Kind) Label(guanxi.Lang) string {
	switch k {
	case KindMBGNBD:
		return "MBG/NBD"
	case KindBGNBD:
		return "BG/NBD"
	case KindParetoNBD:
		return "Pareto/NBD"
	case KindSarmanov:
		return "Pareto/NBD (Sarmanov)"
	case KindBGBB:
		return "BG/BB"
	}
	return string(k)
}

// Model is a model of buying with its parameters, a plain value: [MBGNBD],
// [BGNBD], [ParetoNBD], [Sarmanov] or [BGBB]. Parameters are in the unit of time
// they were fitted in; what a model says of customers is asked of a [Predictor],
// which knows the unit. To store one, store Kind and the values of Params and the
// unit, and give them to [NewModel] and [NewPredictor].
type Model interface {
	// Kind names the model.
	Kind() Kind
	// Params returns the parameters in the order of the papers.
	Params() []Param
	// Validate returns every parameter that is out of range.
	Validate() error

	// place writes the model into c, moved as an effect of covariates: for
	// customers whose log rate of buying is higher by buy and whose log rate (or
	// log odds) of leaving is higher by leave.
	place(c *cores, buy, leave float64) core
}

// core is the arithmetic of a model. Inputs have been checked.
type core interface {
	LogLik(x int, tx, T float64) float64
	PAlive(x int, tx, T, ahead float64) float64
	Expected(x int, tx, T, t float64) float64
	ExpectedMany(dst []float64, x int, tx, T float64, ts []float64)
	Prob(x int, tx, T, t float64, n int) float64
	DERT(x int, tx, T, delta float64) float64
	ExpectedNew(t float64) float64
	ProbNew(t float64, n int) float64
	draw(dst []float64, rng *rand.Rand, age float64) []float64
}

// cores has room for each core, so that none is allocated a customer.
type cores struct {
	bg       bgCore
	pareto   paretoCore
	sarmanov sarmanovCore
	bgbb     bgbbCore
}

// Param is a parameter of a model.
type Param struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// MBGNBD is the modified BG/NBD model: while active, a customer buys at a
// constant rate, which is Gamma(R, Alpha) over the customers, and leaves after
// each purchase, the first included, with a probability that is Beta(A, B). The
// default, since here one-time buyers are not immortal. Batislam, Denizel &
// Filiztekin (2007), Int. J. of Research in Marketing 24:201–209.
type MBGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// BGNBD is the beta-geometric/NBD model: as [MBGNBD], but nobody leaves after the
// first purchase, so that who never came back is active with probability 1.
// Fader, Hardie & Lee (2005), Marketing Science 24:275–284.
type BGNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	A     float64 `json:"a"`
	B     float64 `json:"b"`
}

// ParetoNBD is the Pareto/NBD model: while active, a customer buys at a constant
// rate, which is Gamma(R, Alpha) over the customers, and leaves at any time at a
// rate that is Gamma(S, Beta). Schmittlein, Morrison & Colombo (1987), Management
// Science 33:1–24.
type ParetoNBD struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	S     float64 `json:"s"`
	Beta  float64 `json:"beta"`
}

// Sarmanov is Pareto/NBD where those who buy often may leave sooner (M > 0) or
// later (M < 0) than the rest: the two gamma densities are joined by Sarmanov's
// family with the kernels e^−λ and e^−μ. M is bounded by the other parameters and
// depends on the unit of time, as the kernels do.
type Sarmanov struct {
	R     float64 `json:"r"`
	Alpha float64 `json:"alpha"`
	S     float64 `json:"s"`
	Beta  float64 `json:"beta"`
	M     float64 `json:"m"`
}

// BGBB is the beta-geometric/beta-binomial model for discrete opportunities: at
// each one a customer who is still there buys with a probability that is
// Beta(Alpha, Beta) over the customers, having left before it with one that is
// Beta(Gamma, Delta). Its rows are in Opportunities. Fader, Hardie & Shang (2010),
// Marketing Science 29:1086–1108.
type BGBB struct {
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`
	Gamma float64 `json:"gamma"`
	Delta float64 `json:"delta"`
}

// Kind returns KindMBGNBD.
func (m MBGNBD) Kind() Kind { return KindMBGNBD }

// Kind returns KindBGNBD.
func (m BGNBD) Kind() Kind { return KindBGNBD }

// Kind returns KindParetoNBD.
func (m ParetoNBD) Kind() Kind { return KindParetoNBD }

// Kind returns KindSarmanov.
func (m Sarmanov) Kind() Kind { return KindSarmanov }

// Kind returns KindBGBB.
func (m BGBB) Kind() Kind { return KindBGBB }

// Params returns r, alpha, a and b.
func (m MBGNBD) Params() []Param {
	return []Param{{"r", m.R}, {"alpha", m.Alpha}, {"a", m.A}, {"b", m.B}}
}

// Params returns r, alpha, a and b.
func (m BGNBD) Params() []Param {
	return []Param{{"r", m.R}, {"alpha", m.Alpha}, {"a", m.A}, {"b", m.B}}
}

// Params returns r, alpha, s and beta.
func (m ParetoNBD) Params() []Param {
	return []Param{{"r", m.R}, {"alpha", m.Alpha}, {"s", m.S}, {"beta", m.Beta}}
}

// Params returns r, alpha, s, beta and m.
func (m Sarmanov) Params() []Param {
	return []Param{{"r", m.R}, {"alpha", m.Alpha}, {"s", m.S}, {"beta", m.Beta}, {"m", m.M}}
}

// Params returns alpha, beta, gamma and delta.
func (m BGBB) Params() []Param {
	return []Param{{"alpha", m.Alpha}, {"beta", m.Beta}, {"gamma", m.Gamma}, {"delta", m.Delta}}
}

// Validate refuses parameters outside [MinParameter, MaxParameter].
func (m MBGNBD) Validate() error { return positive(m.Kind(), m.Params()) }

// Validate refuses parameters outside [MinParameter, MaxParameter].
func (m BGNBD) Validate() error { return positive(m.Kind(), m.Params()) }

// Validate refuses parameters outside [MinParameter, MaxParameter].
func (m ParetoNBD) Validate() error { return positive(m.Kind(), m.Params()) }

// Validate refuses parameters outside [MinParameter, MaxParameter], and an M at
// which the family is no density: see [Sarmanov.Bounds]. Where the bounds
// themselves are beyond the floats, no M can be told from another, and every one
// is refused.
func (m Sarmanov) Validate() error {
	if err := positive(m.Kind(), m.Params()[:4]); err != nil {
		return err
	}
	const slack = 1e-12
	lo, hi := m.Bounds()
	if !finite(lo) || !finite(hi) || !(m.M >= lo-slack*(hi-lo) && m.M <= hi+slack*(hi-lo)) {
		return fmt.Errorf("clv: %s: %w", m.Kind().Label(guanxi.EN), &guanxi.FieldError{Pointer: "/m",
			Err: fmt.Errorf("%w: %v is outside [%v, %v]", ErrParameter, m.M, lo, hi)})
	}
	return nil
}

// Validate refuses parameters outside [MinParameter, MaxParameter].
func (m BGBB) Validate() error { return positive(m.Kind(), m.Params()) }

// Bounds returns the least and greatest M at which the joint density is nowhere
// negative: −1/max(AB, (1−A)(1−B)) and 1/max(A(1−B), B(1−A)), where A = (α/(1+α))^r
// and B = (β/(1+β))^s.
func (m Sarmanov) Bounds() (low, high float64) {
	return m.core().Bounds()
}

// NewModel makes a model from its parameters in the order of Params.
func NewModel(kind Kind, values ...float64) (Model, error) {
	want := map[Kind]int{KindMBGNBD: 4, KindBGNBD: 4, KindParetoNBD: 4, KindSarmanov: 5, KindBGBB: 4}[kind]
	if want == 0 {
		return nil, fmt.Errorf("clv: %w: %q", ErrModel, string(kind))
	}
	if len(values) != want {
		return nil, fmt.Errorf("clv: %s: %w: %d parameters, want %d", kind.Label(guanxi.EN), ErrLength, len(values), want)
	}
	m := modelOf(kind, values)
	if err := m.Validate(); err != nil {
		return nil, err
	}
	return m, nil
}

func modelOf(kind Kind, v []float64) Model {
	switch kind {
	case KindBGNBD:
		return BGNBD{v[0], v[1], v[2], v[3]}
	case KindParetoNBD:
		return ParetoNBD{v[0], v[1], v[2], v[3]}
	case KindSarmanov:
		return Sarmanov{v[0], v[1], v[2], v[3], v[4]}
	case KindBGBB:
		return BGBB{v[0], v[1], v[2], v[3]}
	}
	return MBGNBD{v[0], v[1], v[2], v[3]}
}

// MinParameter and MaxParameter bound every parameter of time that is above 0:
// what models answer is tested from one to the other, at times of up to 1e30.
// Beyond them sums and products leave the floats.
const (
	MinParameter = 1e-30
	MaxParameter = 1e30
)

// positive returns the faults of parameters that must be above 0.
func positive(kind Kind, params []Param) error {
	return between(kind, params, MinParameter, MaxParameter)
}

func between(kind Kind, params []Param, low, high float64) error {
	var errs []error
	for _, p := range params {
		if !(p.Value >= low && p.Value <= high) {
			errs = append(errs, &guanxi.FieldError{Pointer: "/" + p.Name,
				Err: fmt.Errorf("%w: %v is not in [%v, %v]", ErrParameter, p.Value, low, high)})
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("clv: %s: %w", kind.Label(guanxi.EN), errors.Join(errs...))
}
