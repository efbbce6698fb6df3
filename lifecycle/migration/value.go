package migration

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

const (
	minDiscount = 1e-9  // above 0 and below this is no rate that anyone means
	maxReward   = 1e100 // keeps sums of squares finite
)

// Economics is what a customer brings in each stage, and how later money counts
// less. As JSON it is read strictly.
type Economics struct {
	// Rewards are what a customer in each stage brings in a period, less what is
	// spent on them, in the order of the stages: a mean, so a float. Costs are
	// negative. Each is at most 1e100 in size.
	Rewards []float64 `json:"rewards"`
	// Discount is the rate d of one period: money one period later counts
	// 1/(1+d). Not negative; 0 is no discount, and what is above 0 is at least
	// 1e-9. [Period.Rate] turns a yearly rate into that of a period.
	Discount float64 `json:"discount"`
}

// Rate returns the rate of one period that compounds to a yearly rate. A year has
// 365.2425/7 weeks. The result for a rate of −1 or less is not a usable one.
func (p Period) Rate(yearly float64) float64 {
	periods := 12.0
	switch p {
	case Week:
		periods = 365.2425 / 7
	case Quarter:
		periods = 4
	}
	return math.Expm1(math.Log1p(yearly) / periods)
}

// Validate returns every fault of e, each a *guanxi.FieldError: ErrValue below
// /rewards, ErrDiscount. That there is a reward for each stage is seen where e is
// used.
func (e Economics) Validate() error {
	var errs []error
	for i, r := range e.Rewards {
		if !(math.Abs(r) <= maxReward) {
			errs = append(errs, at(fmt.Errorf("%w: %v", ErrValue, r), "rewards", i))
		}
	}
	if !(e.Discount >= 0) || math.IsInf(e.Discount, 1) || e.Discount > 0 && e.Discount < minDiscount {
		errs = append(errs, at(fmt.Errorf("%w: %v", ErrDiscount, e.Discount), "discount"))
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and e is left alone if there is one.
func (e *Economics) UnmarshalJSON(data []byte) error {
	type plain Economics
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(e, Economics(v), err)
}

func (e Economics) check(stages int) error {
	var shape error
	if len(e.Rewards) != stages {
		shape = at(fmt.Errorf("%w: %d rewards for %d stages", ErrShape, len(e.Rewards), stages), "rewards")
	}
	return errors.Join(shape, e.Validate())
}

// factor is what money one period later counts.
func (e Economics) factor() float64 { return 1 / (1 + e.Discount) }

// Value is the discounted sum that a customer who is in a stage now is expected
// to bring, the reward of the period of now included.
type Value struct {
	Stage string `json:"stage"`
	// Mean may be negative: then nothing is earned by keeping such a customer.
	Mean float64 `json:"mean"`
	// SE is the standard error that comes of the counts the matrix was estimated
	// from, by the delta method; 0 for a matrix that was given. That one customer
	// brings more than another is not in it.
	SE float64 `json:"se"`
}

// Values are the values of all stages. Immutable; safe for concurrent use.
type Values struct {
	values []Value
	known  []bool
}

// Of returns the value of a stage; ok is false where an absent row would be
// needed, or the stage is not in the list.
func (v Values) Of(stage string) (value Value, ok bool) {
	for i := range v.values {
		if v.values[i].Stage == stage {
			return v.values[i], v.known[i]
		}
	}
	return Value{}, false
}

// All yields the values that are known, in the order of the stages.
func (v Values) All() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for i, value := range v.values {
			if v.known[i] && !yield(value) {
				return
			}
		}
	}
}

// values puts means and variances together.
func (m *Matrix) values(mean, variance []float64, known []bool) Values {
	out := Values{values: make([]Value, len(mean)), known: known}
	for i, stage := range m.stages {
		out.values[i].Stage = stage
		if known[i] {
			out.values[i].Mean, out.values[i].SE = mean[i], math.Sqrt(variance[i])
		}
	}
	return out
}

// ValueWithin returns the value of now and the given number of periods after it,
// 0 to 1,200: V_T = Σ_{t=0..T} ((1+d)⁻¹P)ᵗ·R. Faults: ErrShape, ErrValue,
// ErrDiscount; ErrOption at /periods.
// Cost: O(T · stages²), and O(T · stages³) for an estimated matrix.
//
// Pfeifer & Carraway (2000), Journal of Interactive Marketing 14(2):43–55, the
// value for a finite horizon.
func (m *Matrix) ValueWithin(periods int, e Economics) (Values, error) {
	err := e.check(len(m.stages))
	if periods < 0 || periods > maxSteps {
		err = errors.Join(err, at(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, periods, maxSteps), "periods"))
	}
	if err != nil {
		return Values{}, err
	}
	n, f := len(m.stages), e.factor()
	v := make([][]float64, periods+1) // by horizon
	v[0] = slices.Clone(e.Rewards)
	known := make([]bool, n)
	for i := range known {
		known[i] = true
	}
	for t := 1; t <= periods; t++ {
		v[t] = make([]float64, n)
		m.back(v[t], v[t-1])
		next := make([]bool, n)
		for i := range n {
			v[t][i] = e.Rewards[i] + f*v[t][i]
			next[i] = m.known[i]
			for j, p := range m.row(i) {
				next[i] = next[i] && (p == 0 || known[j])
			}
		}
		known = next
	}
	variance := make([]float64, n)
	if m.estimated() {
		for s := range n {
			if known[s] {
				variance[s] = m.withinVariance(s, v, f)
			}
		}
	}
	return m.values(v[periods], variance, known), nil
}

// withinVariance is the variance of v[T][s] by the delta method:
// ∂V_T(s)/∂P_ij = Σ_{u<T} f^{u+1}·(Pᵘ)_si·V_{T−1−u}(j).
func (m *Matrix) withinVariance(s int, v [][]float64, f float64) float64 {
	n := len(m.stages)
	grad, x, next := make([]float64, n*n), make([]float64, n), make([]float64, n)
	x[s] = 1
	weight := f
	for u := range len(v) - 1 {
		later := v[len(v)-2-u]
		for i, p := range x {
			if p == 0 {
				continue
			}
			for j, w := range later {
				grad[i*n+j] += weight * p * w
			}
		}
		m.step(next, x)
		x, next = next, x
		weight *= f
	}
	sum := 0.0
	for i := range n {
		sum += m.rowVariance(i, grad[i*n:(i+1)*n])
	}
	return sum
}

// rowVariance is the variance of Σ_j P_ij·g_j that the counts of row i leave.
func (m *Matrix) rowVariance(i int, g []float64) float64 {
	if math.IsInf(m.size[i], 1) {
		return 0
	}
	mean, sum := dot(m.row(i), g), 0.0
	for j, p := range m.row(i) {
		sum += p * (g[j] - mean) * (g[j] - mean)
	}
	return sum / m.size[i]
}

// estimated reports whether a row was estimated from counts.
func (m *Matrix) estimated() bool {
	for _, v := range m.size {
		if !math.IsInf(v, 1) {
			return true
		}
	}
	return false
}

// ValueForever returns the value without an end: V = (I − (1+d)⁻¹P)⁻¹·R. With a
// discount of 0 it exists only where nothing is earned or spent in stages that
// are come back to for ever; else it is ErrDiverges, which names the reward.
// Other faults: ErrShape, ErrValue, ErrDiscount, ErrSingular.
// Cost: O(stages³).
//
// Pfeifer & Carraway (2000), the value for an infinite horizon.
func (m *Matrix) ValueForever(e Economics) (Values, error) {
	if err := e.check(len(m.stages)); err != nil {
		return Values{}, err
	}
	n := len(m.stages)
	known := m.leadsTo(m.absent(), nil)
	solve := make([]bool, n)
	for i, bad := range known {
		known[i], solve[i] = !bad, !bad
	}
	if e.Discount == 0 {
		var errs []error
		for i, r := range m.recurrent() {
			if r && known[i] {
				solve[i] = false
				if e.Rewards[i] != 0 {
					errs = append(errs, at(fmt.Errorf("%w: %v again and again in %q, and no discount", ErrDiverges, e.Rewards[i], m.stages[i]), "rewards", i))
				}
			}
		}
		if err := errors.Join(errs...); err != nil {
			return Values{}, err
		}
	}
	f := e.factor()
	inv, list, err := m.inverse(f, solve)
	if err != nil {
		return Values{}, err
	}
	mean, spread, variance := make([]float64, n), make([]float64, n), make([]float64, n)
	for r, i := range list {
		for s, j := range list {
			mean[i] += inv.At(r, s) * e.Rewards[j]
		}
	}
	for _, i := range list {
		spread[i] = m.rowVariance(i, mean)
	}
	for r, i := range list { // ∂V(i)/∂P_jk = f·(I − fP)⁻¹_ij·V(k)
		for s, j := range list {
			w := f * inv.At(r, s)
			variance[i] += w * w * spread[j]
		}
	}
	return m.values(mean, variance, known), nil
}
