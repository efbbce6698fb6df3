package audience

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/shopspring/decimal"
)

// Arms that are alike, with sparse and skewed money: of the intervals at 95 % that
// are given at least 92 % contain 0, and of all campaigns at most 4 % are said to
// have reached a goal of any effect at all. With GUANXI_LONG there are more of
// them, and nothing is granted to chance.
func TestMoneyCoverage(t *testing.T) {
	flat := func(*rand.Rand) float64 { return 1 }
	exponential := func(r *rand.Rand) float64 { return r.ExpFloat64() }
	lognormal := func(sigma float64) func(*rand.Rand) float64 {
		return func(r *rand.Rand) float64 { return math.Exp(sigma * r.NormFloat64()) }
	}
	returns := func(r *rand.Rand) float64 { // one in ten takes something back
		if r.IntN(10) == 0 {
			return -math.Exp(r.NormFloat64()) / 2
		}
		return math.Exp(r.NormFloat64())
	}
	long := os.Getenv("GUANXI_LONG") != ""
	for i, c := range []struct {
		name          string
		treated, held uint32 // of a stratum
		share         float64
		amount        func(*rand.Rand) float64
		strata        int
		given         float64 // intervals, about
	}{
		{"flat", 3000, 30, 0.03, flat, 1, 0},
		{"lognormal 1", 3000, 30, 0.03, lognormal(1), 1, 0},
		{"lognormal 1", 3000, 100, 0.03, lognormal(1), 1, 0},
		{"lognormal 1", 3000, 300, 0.01, lognormal(1), 1, 0},
		{"lognormal 1", 3000, 300, 0.03, lognormal(1), 1, 0},
		{"lognormal 1", 90, 10, 0.1, lognormal(1), 10, 0},
		{"lognormal 1", 20, 2, 0.05, lognormal(1), 20, 0},
		{"flat", 3000, 300, 0.1, flat, 1, 0.98},
		{"exponential", 3000, 300, 0.1, exponential, 1, 0.98},
		{"lognormal 1", 3000, 300, 0.07, lognormal(1), 1, 0.6},
		{"lognormal 1", 3000, 300, 0.1, lognormal(1), 1, 0.98},
		{"lognormal 1", 3000, 1000, 0.03, lognormal(1), 1, 0.98},
		{"lognormal 1", 3000, 1000, 0.1, lognormal(1), 1, 1},
		{"lognormal 1.5", 3000, 300, 0.1, lognormal(1.5), 1, 0.68},
		{"lognormal 1.5", 3000, 1000, 0.1, lognormal(1.5), 1, 0.98},
		{"lognormal 1", 900, 100, 0.5, lognormal(1), 3, 1},
		{"lognormal 1", 90, 10, 0.4, lognormal(1), 10, 1},
		{"lognormal 1", 20, 2, 0.6, lognormal(1), 20, 0.91},
		{"with returns", 3000, 300, 0.1, returns, 1, 0.97},
		{"with returns", 3000, 1000, 0.1, returns, 1, 1},
	} {
		trials := 500
		if long {
			trials = 5000
		}
		r := rand.New(rand.NewPCG(29, uint64(i)))
		k := plainCampaign()
		k.Goal, k.Holdout.Share = Goal{Metric: ByMoney}, 0.1
		roster := Roster{Campaign: k.ID}
		size := c.treated + c.held
		for s := range c.strata {
			id, from := "", uint32(s)*size
			if s < c.strata-1 {
				id = fmt.Sprint("s", s)
				k.Strata = append(k.Strata, Stratum{id, 0.1})
			}
			all, treated := First(from+size), First(from+c.treated)
			roster.Strata = append(roster.Strata, Enrolled{id, treated.Minus(First(from)), all.Minus(treated)})
		}
		o := outcomes(t, k, roster)
		given, covered, above, below := 0, 0, 0, 0
		for range trials {
			o.Reset()
			for j := range o.cells {
				n := [2]uint32{c.treated, c.held}[j%2]
				for range n {
					if r.Float64() < c.share {
						o.cells[j].money, _ = o.cells[j].money.add(int64(10_000 * c.amount(r)))
					}
				}
			}
			rep := o.Report()
			if i := rep.Money.Interval; i != nil {
				given++
				covered += btoi(i.Low <= 0 && 0 <= i.High)
			} else if rep.Verdict != Undecided {
				t.Fatal("a verdict without an interval")
			}
			above += btoi(rep.Verdict == Reached)
			below += btoi(rep.Verdict == NotReached)
		}
		all := float64(trials)
		share := float64(given) / all
		t.Logf("%-13s %4d/%-4d ×%-2d %3.0f %% buy: given %.3f, covered %.3f, Reached %.3f, NotReached %.3f",
			c.name, c.treated, c.held, c.strata, 100*c.share, share, float64(covered)/math.Max(1, float64(given)), float64(above)/all, float64(below)/all)
		chance := func(p float64, n int) float64 { // three standard errors of n
			if long {
				return 0
			}
			return 3 * math.Sqrt(p*(1-p)/float64(n))
		}
		if math.Abs(share-c.given) > 0.05 {
			t.Errorf("%s: %v have an interval, want about %v", c.name, share, c.given)
		}
		if given >= 100 && float64(covered) < (0.92-chance(0.92, given))*float64(given) {
			t.Errorf("%s: %d of %d intervals", c.name, covered, given)
		}
		if float64(above) > (0.04+chance(0.04, trials))*all {
			t.Errorf("%s: %d of %d reached", c.name, above, trials)
		}
	}
}

// Nobody or nearly nobody of those held out bought: nothing is known, however many
// did among the treated, and however alike they paid.
func TestMoneyOfFew(t *testing.T) {
	c := plainCampaign()
	c.Goal = Goal{Metric: ByMoney}
	paid := func(treated, held int, each int64) Report {
		o := outcomes(t, c, plainRoster(3000, 300))
		for i := range treated {
			add(t, o, Outcome{uint32(i), true, decimal.New(each, 0)})
		}
		for i := range held {
			add(t, o, Outcome{uint32(3000 + i), true, decimal.New(each, 0)})
		}
		return o.Report()
	}
	for held := range MinBuyers {
		rep := paid(900, held, 100)
		if rep.Verdict != Undecided || rep.Money.Interval != nil || rep.Treated.Buyers != 900 || rep.Held.Buyers != int64(held) {
			t.Errorf("%d buyers: %+v", held, rep)
		}
		// As many more as give the missing buyers, and decide.
		want := int64(math.Ceil(3300*MinBuyers/float64(max(held, 1)))) - 3300
		if rep.Reachable != (held >= 2) || held >= 2 && (rep.Needed < want || rep.Needed > want+1) || held < 2 && rep.Needed != 0 {
			t.Errorf("%d buyers: %d needed, %v, want about %d", held, rep.Needed, rep.Reachable, want)
		}
	}
	if rep := paid(900, MinBuyers, 100); rep.Verdict != Reached || rep.Needed != 0 {
		t.Errorf("%+v", rep)
	}
	if rep := paid(900, 100, -1); rep.Verdict != Undecided || rep.Money.Interval != nil || rep.Reachable {
		t.Errorf("money taken back: %+v", rep)
	}
}

// Thin strata are pooled with their like alone; what is left over is not measured.
func TestThinStrata(t *testing.T) {
	c := springCampaign() // vip 0.5, new 0.1, the rest 0.2
	c.Goal = Goal{Metric: ByMoney}
	c.Strata[1].Share = 0.5
	var roster Roster
	roster.Campaign = "spring"
	for i, id := range []string{"vip", "new", ""} {
		from := uint32(i) * 200
		roster.Strata = append(roster.Strata, Enrolled{id, First(from + 100).Minus(First(from)), First(from + 200).Minus(First(from + 100))})
	}
	o := outcomes(t, c, roster)
	for i := range 12 {
		for arm := range 6 { // twelve buyers in each arm of each stratum
			add(t, o, Outcome{uint32(100*arm + i), true, decimal.New(int64(10+i), 0)})
		}
	}
	rep := o.Report()
	if rep.Money.Interval == nil || rep.Unmeasured != 200 || rep.Strata[0].Money.Interval != nil {
		t.Errorf("%+v", rep)
	}
	c.Strata[1].Share = 0.1
	o = outcomes(t, c, roster)
	for i := range 12 {
		for arm := range 6 {
			add(t, o, Outcome{uint32(100*arm + i), true, decimal.New(int64(10+i), 0)})
		}
	}
	if rep = o.Report(); rep.Money.Interval != nil || rep.Verdict != Undecided || rep.Unmeasured != 0 {
		t.Errorf("%+v", rep)
	}
}
