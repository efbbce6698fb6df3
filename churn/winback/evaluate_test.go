package winback_test

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/winback"
)

var ints = guanxi.IntKey[int64]()

func near(t *testing.T, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s is %.15g, want %.15g", name, got, want)
	}
}

// Money by Welch, returns by Newcombe; the numbers are those of
// testdata/PROVENANCE.md.
func TestEvaluateByHand(t *testing.T) {
	var units []winback.Unit[int64]
	add := func(arm winback.Arm, money ...string) {
		for _, m := range money {
			units = append(units, winback.Unit[int64]{Customer: int64(len(units) + 1), Arm: arm, Money: dec(m), Returned: m != "0"})
		}
	}
	add(winback.Treated, "12.5", "0", "30", "18.25", "7", "0", "41", "22")
	add(winback.Held, "5", "0", "9.5", "0", "14", "3")
	r, err := winback.Evaluate(ints, units, winback.EvaluateConfig{Decimals: 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "uplift", r.Money.Uplift, 11.09375, 1e-14)
	near(t, "standard error", r.Money.SE, 5.598895279268428, 1e-13)
	near(t, "degrees of freedom", r.Money.DF, 9.514487299922983, 1e-13)
	near(t, "low", r.Money.Interval.Low, -1.4681957463003563, 1e-9)
	near(t, "high", r.Money.Interval.High, 23.655695746300356, 1e-9)
	near(t, "returns", r.Returns.Uplift, 6.0/8-4.0/6, 1e-14)
	if r.Verdict != winback.TooFew || r.Treated != (winback.Counts{Units: 8, Returned: 6}) || r.Taint.NotContacted != 8 {
		t.Errorf("%+v", r)
	}
	if len(r.Segments) != 1 || !reflect.DeepEqual(r.Segments[0].Effect, r.Effect) {
		t.Errorf("%+v", r.Segments)
	}
}

// Newcombe (1998), table II, example (a): 56/70 − 48/80, method 10.
func TestNewcombe(t *testing.T) {
	var units []winback.Unit[int64]
	for i := range int64(150) {
		u := winback.Unit[int64]{Customer: i + 1, Arm: winback.Treated, Returned: i < 56}
		if i >= 70 {
			u.Arm, u.Returned = winback.Held, i-70 < 48
		}
		units = append(units, u)
	}
	r, err := winback.Evaluate(ints, units, winback.EvaluateConfig{})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "low", r.Returns.Low, 0.0524, 5e-5)
	near(t, "high", r.Returns.High, 0.3339, 5e-5)
	if r.Verdict != winback.Worked || r.Money.Interval != nil {
		t.Errorf("%+v: nobody brought money, and its interval is known", r)
	}
}

// trial makes units with a true effect by segment.
func trialOf(r *rand.Rand, h winback.Holdout, n int) []winback.Unit[int64] {
	units := make([]winback.Unit[int64], n)
	for i := range units {
		u := winback.Unit[int64]{Customer: int64(i + 1), Segment: []string{"a", "b", "c"}[r.IntN(3)]}
		u.Arm = winback.ArmOf(h, ints, u.Customer)
		p := 0.3
		if u.Arm == winback.Treated {
			u.Contacted = r.IntN(10) > 0
			u.Cost = dec("1.5")
			p += map[string]float64{"a": 0.2, "b": 0, "c": -0.15}[u.Segment]
		}
		if u.Returned = r.Float64() < p; u.Returned {
			u.Money = decimal.New(r.Int64N(20_000)-500, -2)
		}
		units[i] = u
	}
	return units
}

func TestEvaluateLaws(t *testing.T) {
	h := winback.Holdout{Salt: "laws", Share: 0.4}
	r := rand.New(rand.NewPCG(1, 2))
	units := trialOf(r, h, 6000)
	for _, m := range []winback.Measure{"", winback.ByReturns, winback.ByMoney, winback.ByProfit} {
		cfg := winback.EvaluateConfig{Decimals: 2, Holdout: h, Measure: m}
		want, err := winback.Evaluate(ints, units, cfg)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := slices.Clone(units)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got, err := winback.Evaluate(ints, shuffled, cfg)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatal("shuffling rows changes something", err)
		}
		sum := winback.Counts{}
		for _, s := range want.Segments {
			sum.Units += s.Treated.Units
			sum.Contacted += s.Treated.Contacted
			sum.Returned += s.Treated.Returned
		}
		if sum != want.Treated {
			t.Errorf("segments have %+v treated, of %+v", sum, want.Treated)
		}
		if stops := want.Stops(); !reflect.DeepEqual(stops, []string{"c"}) {
			t.Errorf("%s stops %v", m, stops)
		}
		near(t, "profit", want.Money.Uplift-want.Profit.Uplift, 1.5, 1e-12)
		if want.Taint.UnevenSplit || want.Taint.OtherArm != 0 || want.Taint.HeldContacted != 0 || want.Taint.NotContacted == 0 {
			t.Errorf("%+v", want.Taint)
		}
		// The stop list goes back into the engine.
		c := campaign()
		c.Stops = want.Stops()
		e, err := winback.New(ints, c)
		if err != nil {
			t.Fatal(err)
		}
		left := pricey()
		left.Segment = "c"
		if d, err := e.Decide(1, left, winback.State{}, winback.Purse{}, now); err != nil || d.Cause != winback.Stopped {
			t.Errorf("%+v, %v", d, err)
		}
	}
}

// Customers who were contacted against their arm, or put into the other one, are
// analysed as assigned, and named.
func TestTaint(t *testing.T) {
	h := winback.Holdout{Salt: "taint", Share: 0.5}
	units := trialOf(rand.New(rand.NewPCG(3, 4)), h, 600)
	cfg := winback.EvaluateConfig{Decimals: 2, Holdout: h}
	clean, err := winback.Evaluate(ints, units, cfg)
	if err != nil {
		t.Fatal(err)
	}
	held := slices.IndexFunc(units, func(u winback.Unit[int64]) bool { return u.Arm == winback.Held })
	units[held].Contacted = true
	r, err := winback.Evaluate(ints, units, cfg)
	if err != nil {
		t.Fatal(err)
	}
	if r.Taint.HeldContacted != 1 || !reflect.DeepEqual(r.Taint.Rows, []int{held}) || !reflect.DeepEqual(r.Returns, clean.Returns) {
		t.Errorf("%+v", r.Taint)
	}
	units[held].Contacted, units[held].Arm = false, winback.Treated
	r, err = winback.Evaluate(ints, units, cfg)
	if err != nil || r.Taint.OtherArm != 1 || !reflect.DeepEqual(r.Taint.Rows, []int{held}) || r.Treated.Units != clean.Treated.Units+1 {
		t.Errorf("%+v, %v", r.Taint, err)
	}
	cfg.Holdout = winback.Holdout{Salt: "taint", Share: 0.1} // not the one that was used
	if r, err = winback.Evaluate(ints, units, cfg); err != nil || !r.Taint.UnevenSplit || r.Taint.OtherArm < 100 {
		t.Errorf("%+v, %v", r.Taint, err)
	}
}

func TestBadUnits(t *testing.T) {
	big := decimal.New(math.MaxInt64, 0)
	units := []winback.Unit[int64]{
		{Customer: 0, Arm: winback.Treated},
		{Customer: 1, Arm: "both"},
		{Customer: 2, Arm: winback.Held, Money: dec("0.5"), Cost: dec("-1")},
		{Customer: 2, Arm: winback.Treated},
		{Customer: 3, Arm: winback.Held, Money: decimal.New(1, math.MaxInt32)},
		{Customer: 4, Arm: winback.Held, Money: big.Neg(), Cost: big},
	}
	_, err := winback.Evaluate(ints, units, winback.EvaluateConfig{})
	want := []string{"/0/customer", "/1/arm", "/2/money", "/2/cost", "/3/customer", "/4/money", "/5/money"}
	if got := pointers(err); !reflect.DeepEqual(got, want) {
		t.Error(err)
	}
	for _, e := range []error{winback.ErrCustomer, winback.ErrArm, winback.ErrAmount, winback.ErrDuplicate, winback.ErrOverflow} {
		if !errors.Is(err, e) {
			t.Errorf("%v misses %v", err, e)
		}
	}
	sum := []winback.Unit[int64]{{Customer: 1, Arm: winback.Held, Money: big}, {Customer: 2, Arm: winback.Held, Money: big}}
	if _, err := winback.Evaluate(ints, sum, winback.EvaluateConfig{}); !errors.Is(err, winback.ErrOverflow) {
		t.Error(err)
	}
	if _, err := winback.Evaluate(ints, sum[:1], winback.EvaluateConfig{}); !errors.Is(err, winback.ErrEmpty) {
		t.Error(err)
	}
	if _, err := winback.Evaluate(ints, nil, winback.EvaluateConfig{Confidence: math.NaN()}); !errors.Is(err, winback.ErrConfidence) {
		t.Error(err)
	}
	var many []winback.Unit[int64]
	for range 5000 {
		many = append(many, winback.Unit[int64]{})
	}
	if _, err := winback.Evaluate(ints, many, winback.EvaluateConfig{}); len(pointers(err)) > 1001 {
		t.Error("more than 1,000 faults")
	}
}

// qini is Radcliffe's definition, counted anew for every part: what
// scikit-uplift 0.5.1's qini_curve gives, over the number of treated.
func qini(rows []winback.Scored) (points []winback.Point, area, auuc float64) {
	var scores []float64
	total := 0.0
	for _, r := range rows {
		scores = append(scores, r.Score)
		if r.Arm == winback.Treated {
			total++
		}
	}
	slices.SortFunc(scores, func(a, b float64) int { return cmp.Compare(b, a) })
	points = []winback.Point{{}}
	before := 0.0
	for _, s := range slices.Compact(scores) {
		var nt, nh, rt, rh float64
		for _, r := range rows {
			hit := 0.0
			if r.Returned {
				hit = 1
			}
			switch {
			case r.Score < s:
			case r.Arm == winback.Treated:
				nt, rt = nt+1, rt+hit
			default:
				nh, rh = nh+1, rh+hit
			}
		}
		p := winback.Point{Part: (nt + nh) / float64(len(rows)), Gain: rt}
		if nh > 0 {
			p.Gain -= rh * nt / nh
		}
		p.Gain /= total
		u := 0.0
		if nt > 0 && nh > 0 {
			u = (rt/nt - rh/nh) * p.Part
		}
		last := points[len(points)-1]
		area += (p.Part - last.Part) * (p.Gain + last.Gain) / 2
		auuc += (p.Part - last.Part) * (u + before) / 2
		before = u
		points = append(points, p)
	}
	return points, area - points[len(points)-1].Gain/2, auuc
}

func TestCurve(t *testing.T) {
	row := func(score float64, arm winback.Arm, back bool) winback.Scored {
		return winback.Scored{Score: score, Arm: arm, Returned: back}
	}
	rows := []winback.Scored{
		row(.9, winback.Treated, true), row(.8, winback.Held, false), row(.8, winback.Treated, true), row(.8, winback.Treated, false),
		row(.5, winback.Held, true), row(.4, winback.Treated, true), row(.4, winback.Held, false), row(.3, winback.Held, true),
		row(.2, winback.Treated, false), row(.1, winback.Held, false),
	}
	c, err := winback.NewCurve(rows)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "Qini", c.Qini(), 0.125, 1e-12)
	near(t, "AUUC", c.AUUC(), 0.14858333333333335, 1e-12)
	if u, ok, err := c.At(0.1, 0); err != nil || ok {
		t.Errorf("among treated alone the uplift is known: %+v", u)
	}
	u, ok, err := c.At(0.4, 0)
	if err != nil || !ok {
		t.Fatal(err)
	}
	near(t, "uplift at 40 %", u.Uplift, 2.0/3, 1e-12)
	// A third of the three customers with 0.8 is 2/3 treated, 1/3 of a return, 1/3 held.
	u, ok, err = c.At(0.2, 0)
	if err != nil || !ok {
		t.Fatal(err)
	}
	near(t, "uplift at 20 %", u.Uplift, (1+1.0/3)/(1+2.0/3), 1e-12)
	if _, _, err := c.At(0, 2); !errors.Is(err, winback.ErrOption) || !errors.Is(err, winback.ErrConfidence) {
		t.Error(err)
	}
	_, err = winback.NewCurve([]winback.Scored{{Score: math.NaN()}, row(math.Inf(1), winback.Held, true)})
	if got := pointers(err); !errors.Is(err, winback.ErrValue) || !errors.Is(err, winback.ErrArm) || len(got) != 3 {
		t.Error(err)
	}
	if _, err := winback.NewCurve(rows[:1]); !errors.Is(err, winback.ErrEmpty) {
		t.Error(err)
	}
}

func TestCurveIsTheDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for range 200 {
		rows := make([]winback.Scored, 2+r.IntN(120))
		for i := range rows {
			rows[i] = winback.Scored{Score: float64(r.IntN(30)), Arm: []winback.Arm{winback.Treated, winback.Held}[r.IntN(2)], Returned: r.IntN(2) == 0}
		}
		rows[0].Arm, rows[1].Arm = winback.Treated, winback.Held
		points, area, auuc := qini(rows)
		c, err := winback.NewCurve(rows)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "Qini", c.Qini(), area, 1e-12)
		near(t, "AUUC", c.AUUC(), auuc, 1e-12)
		for i, p := range c.Points() {
			near(t, "part", p.Part, points[i].Part, 1e-12)
			near(t, "gain", p.Gain, points[i].Gain, 1e-12)
		}
		whole, ok, err := c.At(1, 0)
		if err != nil || !ok {
			t.Fatal(err)
		}
		near(t, "uplift of all", whole.Uplift, points[len(points)-1].Gain, 1e-12)
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		again, err := winback.NewCurve(rows)
		if err != nil || !reflect.DeepEqual(again, c) {
			t.Fatal("shuffling rows changes the curve")
		}
	}
}

// Enough customers without an effect is not the same as too few.
func TestVerdicts(t *testing.T) {
	trial := func(n, treated, held int) []winback.Unit[int64] {
		units := make([]winback.Unit[int64], 2*n)
		for i := range units {
			units[i] = winback.Unit[int64]{Customer: int64(i + 1), Arm: winback.Treated, Returned: i < treated}
			if i >= n {
				units[i].Arm, units[i].Returned = winback.Held, i-n < held
			}
		}
		return units
	}
	for _, c := range []struct {
		n, treated, held int
		measure          winback.Measure
		want             winback.Verdict
	}{
		{29, 10, 10, "", winback.TooFew},
		{29, 29, 0, "", winback.TooFew},
		{30, 10, 10, "", winback.Undecided},
		{10_000, 4000, 4000, "", winback.Undecided},
		{10_000, 4200, 4000, "", winback.Worked},
		{10_000, 4000, 4200, "", winback.Harmed},
		{10_000, 4000, 4000, winback.ByMoney, winback.Undecided}, // nobody brought any
	} {
		r, err := winback.Evaluate(ints, trial(c.n, c.treated, c.held), winback.EvaluateConfig{Measure: c.measure})
		if err != nil || r.Verdict != c.want {
			t.Errorf("%+v: %s, %v", c, r.Verdict, err)
		}
	}
	for _, confidence := range []float64{1, -1, 95, math.Inf(1)} {
		if err := (winback.EvaluateConfig{Confidence: confidence}).Validate(); !errors.Is(err, winback.ErrConfidence) {
			t.Errorf("%v: %v", confidence, err)
		}
	}
}
