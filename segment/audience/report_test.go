package audience

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// converted makes an outcome of shares: x of m treated, y of n held.
func converted(t testing.TB, c Campaign, x, m, y, n uint32) *Outcomes {
	t.Helper()
	o := outcomes(t, c, plainRoster(m, n))
	if err := o.AddConverted(First(x).Or(First(m + y).Minus(First(m)))); err != nil {
		t.Fatal(err)
	}
	return o
}

// Newcombe (1998), table II, method 10; see testdata/PROVENANCE.md.
func TestNewcombe(t *testing.T) {
	for _, c := range []struct {
		x, m, y, n uint32
		low, high  float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1},
		{10, 10, 0, 10, 0.6075, 1},
	} {
		u := converted(t, plainCampaign(), c.x, c.m, c.y, c.n).Report().Share
		near(t, "low", u.Interval.Low, c.low, 5e-5)
		near(t, "high", u.Interval.High, c.high, 5e-5)
		near(t, "uplift", u.Uplift, float64(c.x)/float64(c.m)-float64(c.y)/float64(c.n), 1e-15)
	}
}

// The two parts by gonum, over everybody in an arm, put together by hand.
func TestTwoParts(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	c := plainCampaign()
	c.Goal = Goal{ByMoney, decimal.New(1, 0)}
	for range 40 {
		m, n := 150+r.IntN(300), 150+r.IntN(40)
		o := outcomes(t, c, plainRoster(uint32(m), uint32(n)))
		var buyers, all [2][]float64
		for i := range m + n {
			j, v := 0, 0.0
			if i >= m {
				j = 1
			}
			if r.IntN(3) == 0 {
				units := r.Int64N(100_000) - 20_000 // some take money back
				v = float64(units) / 100
				add(t, o, Outcome{uint32(i), true, decimal.New(units, -2)})
				if units != 0 {
					buyers[j] = append(buyers[j], v)
				}
			}
			all[j] = append(all[j], v)
		}
		var mean, low, high, spread, count [2]float64
		for j := range 2 {
			mean[j], count[j] = stat.Mean(all[j], nil), float64(len(buyers[j]))
			spread[j] = stat.Variance(buyers[j], nil) / square(stat.Mean(buyers[j], nil))
		}
		pooled := (spread[0]*(count[0]-1) + spread[1]*(count[1]-1)) / (count[0] + count[1] - 2)
		for j := range 2 {
			const z = 1.959963984540054
			size := float64(len(all[j]))
			p := count[j] / size
			centre, half := (p+z*z/(2*size))/(1+z*z/size), z/(1+z*z/size)*math.Sqrt(p*(1-p)/size+z*z/(4*size*size))
			of := distuv.StudentsT{Sigma: 1, Nu: count[j] - 1}.Quantile(0.975) * math.Sqrt(max(spread[j], pooled)/count[j])
			low[j] = math.Exp(math.Log(mean[j]) - math.Sqrt(square(math.Log(p)-math.Log(centre-half))+of*of))
			high[j] = math.Exp(math.Log(mean[j]) + math.Sqrt(square(math.Log(centre+half)-math.Log(p))+of*of))
		}
		u := o.Report().Money
		d := mean[0] - mean[1]
		near(t, "treated", u.Treated, mean[0], 1e-9)
		near(t, "held", u.Held, mean[1], 1e-9)
		near(t, "low", u.Interval.Low, d-math.Sqrt(square(mean[0]-low[0])+square(high[1]-mean[1])), 1e-3)
		near(t, "high", u.Interval.High, d+math.Sqrt(square(high[0]-mean[0])+square(mean[1]-low[1])), 1e-3)
	}
}

func TestStudent(t *testing.T) {
	for _, level := range []float64{0.5, 0.8, 0.9, 0.95, 0.99, 0.999} {
		z := distuv.UnitNormal.Quantile((1 + level) / 2)
		for _, df := range []float64{9, 10, 15, 30, 100, 1e6} {
			want := distuv.StudentsT{Sigma: 1, Nu: df}.Quantile((1 + level) / 2)
			near(t, "quantile", student(z, df), want, 1e-3*want)
		}
	}
}

// Another share held out of another stratum is not an effect: in each stratum the
// arms are alike, and so they are together, while the sums of the arms are not.
func TestStrataAreNotMixed(t *testing.T) {
	c := springCampaign()
	c.Strata = []Stratum{{"vip", 0.5}}
	r := Roster{"spring", []Enrolled{
		{"vip", First(1000), First(2000).Minus(First(1000))},                    // half of each arm converts
		{"", First(11000).Minus(First(2000)), First(12000).Minus(First(11000))}, // a tenth
	}}
	o := outcomes(t, c, r)
	var buyers Builder
	for v := range uint32(12000) {
		if v < 2000 && v%2 == 0 || v >= 2000 && v%10 == 0 {
			buyers.Add(v)
		}
	}
	if err := o.AddConverted(buyers.Set()); err != nil {
		t.Fatal(err)
	}
	rep := o.Report()
	near(t, "uplift", rep.Share.Uplift, 0, 1e-12)
	crude := float64(rep.Effect.Treated.Converted)/10000 - float64(rep.Effect.Held.Converted)/2000
	if crude > -0.1 {
		t.Error("the example shows nothing:", crude)
	}
	near(t, "treated, by size", rep.Share.Treated, (2000*0.5+10000*0.1)/12000, 1e-12)
	if rep.Verdict != Undecided && rep.Verdict != NotReached {
		t.Error(rep.Verdict)
	}
	near(t, "vip", rep.Strata[0].Share.Uplift, 0, 1e-12)
}

// Of a hundred intervals at 95 % about 95 contain the truth, with strata that
// differ in size, level and share.
func TestStratifiedCoverage(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	c := springCampaign()
	const trials, effect = 400, 0.05
	sizes := [3][2]uint32{{300, 300}, {900, 400}, {4000, 2500}}
	base := [3]float64{0.4, 0.1, 0.02}
	var roster Roster
	roster.Campaign = "spring"
	from := uint32(0)
	for i, name := range []string{"vip", "new", ""} {
		m, n := sizes[i][0], sizes[i][1]
		roster.Strata = append(roster.Strata, Enrolled{name, First(from + m).Minus(First(from)), First(from + m + n).Minus(First(from + m))})
		from += m + n
	}
	share, money := 0, 0
	for range trials {
		o := outcomes(t, c, roster)
		for i, s := range sizes {
			for v := range s[0] + s[1] {
				p := base[i]
				if v < s[0] {
					p += effect
				}
				if r.Float64() < p { // one unit: the mean is the share
					side := &o.cells[2*i+btoi(v >= s[0])]
					side.converted++
					side.money, _ = side.money.add(100)
				}
			}
		}
		rep := o.Report()
		if i := rep.Share.Interval; i.Low <= effect && effect <= i.High {
			share++
		}
		if i := rep.Money.Interval; i != nil && i.Low <= effect && effect <= i.High {
			money++
		}
	}
	// 0.95 ± three standard errors of 400.
	if share < 367 || share > 395 || money < 367 || money > 395 {
		t.Errorf("%d and %d of %d", share, money, trials)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		name       string
		goal       int64 // points
		x, m, y, n uint32
		least      int64
		want       Verdict
	}{
		{"well above", 2, 2000, 8000, 300, 2000, 0, Reached},
		{"well below", 20, 2000, 8000, 300, 2000, 0, NotReached},
		{"harm", 0, 200, 8000, 300, 2000, 0, NotReached},
		{"any effect", 0, 2000, 8000, 300, 2000, 0, Reached},
		{"too close", 9, 2000, 8000, 300, 2000, 0, Undecided},
		{"too few by the setting", 2, 2000, 8000, 300, 2000, 2001, TooFew},
		{"too few by default", 2, 29, 29, 0, 29, 0, TooFew},
		{"none", 2, 0, 0, 0, 0, 0, TooFew},
		{"nobody held", 2, 5, 100, 0, 0, 0, TooFew},
		{"no effect, no goal", 0, 100, 1000, 100, 1000, 0, Undecided},
	} {
		k := plainCampaign()
		k.Goal.Uplift, k.MinCustomers = decimal.New(c.goal, -2), c.least
		rep := converted(t, k, c.x, c.m, c.y, c.n).Report()
		if rep.Verdict != c.want {
			t.Errorf("%s: %s", c.name, rep.Verdict)
		}
		if rep.Verdict != Undecided && rep.Verdict != TooFew && (rep.Needed != 0 || !rep.Reachable) {
			t.Errorf("%s: decided, and %d needed", c.name, rep.Needed)
		}
	}
}

// A few more than are needed decide, and a few fewer do not; counts are whole.
func TestNeeded(t *testing.T) {
	k := plainCampaign()
	k.Goal.Uplift = decimal.New(5, -2)
	rep := converted(t, k, 150, 1000, 18, 200).Report() // 15 % and 9 %
	if rep.Verdict != Undecided || !rep.Reachable || rep.Needed <= 0 {
		t.Fatalf("%+v", rep)
	}
	total := 1200 + rep.Needed
	scaled := func(f float64) Verdict {
		n := func(v float64) uint32 { return uint32(math.Round(v * f)) }
		return converted(t, k, n(150), n(1000), n(18), n(200)).Report().Verdict
	}
	if f := float64(total) / 1200; scaled(f*1.05) != Reached || scaled(f*0.95) != Undecided {
		t.Errorf("%d needed: %s and %s", rep.Needed, scaled(f*1.05), scaled(f*0.95))
	}

	few := converted(t, k, 5, 10, 0, 10).Report() // wide apart, and far too few
	if few.Verdict != TooFew || few.Needed != 40 || !few.Reachable {
		t.Errorf("%+v", few)
	}
	nobody := converted(t, k, 0, 0, 0, 0).Report()
	if nobody.Needed != 60 || nobody.Share != nil || nobody.Money != nil || !nobody.Reachable {
		t.Errorf("%+v", nobody)
	}
	all := k
	all.Holdout = Holdout{}
	if rep := converted(t, all, 5, 100, 0, 0).Report(); rep.Reachable || rep.Needed != 0 || rep.Verdict != TooFew {
		t.Errorf("%+v", rep)
	}
	exact := converted(t, k, 150, 1000, 20, 200).Report() // the goal itself
	if exact.Verdict != Undecided || exact.Reachable || exact.Needed != 0 {
		t.Errorf("%+v", exact)
	}
	// Money that nobody brought has no spread.
	k.Goal = Goal{ByMoney, decimal.New(1, 0)}
	still := converted(t, k, 5, 100, 0, 100).Report()
	if still.Verdict != Undecided || still.Reachable || still.Needed != 0 || still.Money.Interval != nil {
		t.Errorf("%+v", still)
	}
	still = converted(t, k, 5, 10, 0, 10).Report()
	if still.Needed != 40 || still.Reachable {
		t.Errorf("%+v", still)
	}
}

// A stratum of which nobody is held out is counted, and not compared.
func TestUnmeasured(t *testing.T) {
	c := springCampaign()
	c.Strata = []Stratum{{"vip", 0}}
	o := outcomes(t, c, Roster{"spring", []Enrolled{{"vip", First(500), Set{}}, {"", First(1500).Minus(First(500)), First(2000).Minus(First(1500))}}})
	if err := o.AddConverted(First(800)); err != nil {
		t.Fatal(err)
	}
	rep := o.Report()
	if rep.Unmeasured != 500 || rep.Strata[0].Share != nil || rep.Effect.Treated.Customers != 1500 || rep.Effect.Treated.Converted != 800 {
		t.Errorf("%+v", rep)
	}
	near(t, "treated", rep.Share.Treated, 0.3, 1e-12)
	data, err := json.Marshal(rep)
	if err != nil || !strings.Contains(string(data), `"strata":[{"segment":"vip","treated":{"customers":500,"converted":500,"buyers":0,"money":"0"},"held":{"customers":0,"converted":0,"buyers":0,"money":"0"}},{"segment":"",`) {
		t.Errorf("%s, %v", data, err)
	}
}
