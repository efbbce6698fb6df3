package clv_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
)

// TestQuotedNumbers runs without the shared folder: testdata/PROVENANCE.md says
// where each number comes from.
func TestQuotedNumbers(t *testing.T) {
	bg := mustPredictor(t, clv.Week, clv.KindBGNBD, 0.2425945224301568, 4.4136020190135055, 0.7929220172254949, 2.425906776825919)
	mbg := mustPredictor(t, clv.Week, clv.KindMBGNBD, 0.5248431591061217, 6.183085279575148, 0.891359390732355, 1.6140022401711835)
	pareto := mustPredictor(t, clv.Week, clv.KindParetoNBD, 0.5532770495448314, 10.57768328816684, 0.6062398850088047, 11.668731533765976)
	btyd := mustPredictor(t, clv.Week, clv.KindParetoNBD, 0.5533971, 10.5801985, 0.6060625, 11.6562237)
	clvtools := mustPredictor(t, clv.Week, clv.KindParetoNBD, 0.553270010442887, 10.5778006852844, 0.606019997137248, 11.6639145136357)
	manual := mustPredictor(t, clv.Week, clv.KindBGNBD, 0.243, 4.414, 0.793, 2.426)
	note := mustPredictor(t, clv.Week, clv.KindBGNBD, 0.25, 4, 0.8, 2.5)
	donors := mustPredictor(t, clv.Opportunity, clv.KindBGBB, 1.204, 0.75, 0.657, 2.783)
	spend := clv.GammaGamma{P: 6.249572271321954, Q: 3.744224667132273, V: 15.443520962595137}
	exact := mustPredictor(t, clv.Day, clv.KindBGNBD, 0.1, 50, 0.4, 0.8)
	sbg := clv.SBG{Alpha: 0.704, Beta: 1.182}
	first := clv.Row{Age: 27} // customer 2329 of CDNOW
	population, err := spend.Population()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name            string
		got, want, with float64
	}{
		{"lifetimes: BG/NBD, next 39 weeks", bg.Expected(first, 39), 0.25897897621382104, 1e-10},
		{"lifetimes: BG/NBD, new customer in 52 weeks", bg.ExpectedNew(52), 1.4440123973398666, 1e-10},
		{"lifetimes: BG/NBD, none in 39 weeks", bg.ProbabilityNew(39, 0), 0.5743071684837526, 1e-10},
		{"lifetimes: MBG/NBD, P(alive)", mbg.PAlive(first, 0), 0.428461992145279, 1e-10},
		{"lifetimes: MBG/NBD, next 39 weeks", mbg.Expected(first, 39), 0.22062348844209556, 1e-10},
		{"lifetimes: Pareto/NBD, P(alive)", pareto.PAlive(first, 0), 0.38373850498956585, 1e-10},
		{"lifetimes: Pareto/NBD, next 52 weeks", pareto.Expected(first, 52), 0.22122814482065084, 1e-10},
		{"lifetimes: Gamma-Gamma, population", population, 35.17037126565622, 1e-12},
		{"BTYD: Pareto/NBD, P(alive) without repeat", btyd.PAlive(clv.Row{Age: 39}, 0), 0.2941633, 2e-7},
		{"BTYD: Pareto/NBD, DERT", btyd.DERT(first, 0.0027), 0.73253021634882, 1e-10},
		{"BTYD: Pareto/NBD, none in 39 weeks", btyd.ProbabilityNew(39, 0), 0.59356923985284, 1e-10},
		{"BTYD: BG/NBD, 10 in 2 weeks", manual.ProbabilityNew(2, 10), 1.07869e-07, 1e-5},
		{"BTYD: BG/BB, DERT", donors.DERT(clv.Row{Frequency: 6, LastPurchaseAge: 6, Age: 6}, math.Log(1.1)), 5.90867831955524, 1e-11},
		{"BTYD: BG/BB, next 5", donors.Expected(clv.Row{Frequency: 6, LastPurchaseAge: 6, Age: 6}, 5), 3.75211560759991, 1e-11},
		{"CLVTools: Pareto/NBD, DERT", clvtools.DERT(first, 0.001), 1.27275660934869, 1e-10},
		{"Fader & Hardie 2013: BG/NBD", note.LogLikelihood(clv.Row{Frequency: 200, LastPurchaseAge: 38, Age: 40}), 100.7957, 5e-7},
		{"mpmath: BG/NBD log-likelihood", exact.LogLikelihood(clv.Row{Frequency: 1, LastPurchaseAge: 0.25, Age: 0.5}), -6.2237304596598762076, 1e-14},
		{"mpmath: BG/NBD P(alive)", exact.PAlive(clv.Row{Frequency: 1, LastPurchaseAge: 0.25, Age: 0.5}, 0), 0.66545243863956039965, 1e-12},
		{"mpmath: BG/NBD expected", exact.Expected(clv.Row{Frequency: 1, LastPurchaseAge: 0.25, Age: 0.5}, 39), 0.50228208027252633338, 1e-12},
		{"sBG: first retention", sbg.Retention(1), 1.182 / 1.886, 1e-14},
		{"sBG: survival of two", sbg.Survival(2), 1.182 / 1.886 * 2.182 / 2.886, 1e-14},
	} {
		near(t, c.name, c.got, c.want, c.with)
	}
}
