package survival_test

import (
	"math"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// remission is the trial of 6-mercaptopurine; see testdata/PROVENANCE.md.
func remission() (survival.Data, []survival.Covariate) {
	treated := []float64{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35}
	placebo := []float64{1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}
	var d survival.Data
	d.Group.Levels = []string{"6-MP", "placebo"}
	x := survival.Covariate{Name: "treated"}
	for g, times := range [][]float64{treated, placebo} {
		for _, t := range times { // negative: still in remission then
			d.Time = append(d.Time, math.Abs(t))
			d.Event = append(d.Event, t > 0)
			d.Group.Codes = append(d.Group.Codes, int32(g))
			x.Values = append(x.Values, float64(1-g))
		}
	}
	return d, []survival.Covariate{x}
}

// TestReferenceNumbers holds each method to values of testdata/PROVENANCE.md.
func TestReferenceNumbers(t *testing.T) {
	d, x := remission()
	near := func(name string, got, want, tol float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol*math.Max(1, math.Abs(want))) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	curve, _ := must(survival.KaplanMeier(d, survival.CurveConfig{})).Curve("6-MP")
	for _, r := range [][7]float64{ // time, S, se of log S, Nelson-Aalen, se, Fleming-Harrington, se
		{6, 0.8571428571428571, 0.0890870806374748, 0.14285714285714285, 0.08247860988423225, 0.15025062656641605, 0.08681967978884857},
		{10, 0.7529411764705882, 0.12796438288308193, 0.2683473389355742, 0.12127395905690787, 0.2757408226448474, 0.1242670867749759},
		{23, 0.4481792717086835, 0.3003071878862905, 0.752113572701808, 0.27946774669500285, 0.7595070564110812, 0.2807795525906135},
	} {
		p, ok := curve.At(r[0])
		if !ok {
			t.Fatalf("nothing at %v", r[0])
		}
		for i, got := range []float64{p.Time, p.Survival, p.LogSE, p.CumHazard, p.CumHazardSE, p.TieHazard, p.TieHazardSE} {
			near("curve", got, r[i], 1e-12)
		}
	}
	if m, ok := curve.Median(); !ok || m.Value != 23 || m.Low != 16 || !math.IsNaN(m.High) {
		t.Errorf("median %+v, want 23 from 16 on", m)
	}
	for rho, want := range map[float64][4]float64{
		0: {9, 19.25050094803113, 6.2569605736755, 16.792940989216532},
		1: {5.121514639505644, 11.99855967707756, 3.271304909371429, 14.457150818717132},
	} {
		lr := must(survival.LogRank(d, survival.RankConfig{Rho: rho}))
		for i, got := range []float64{lr.Observed[0], lr.Expected[0], lr.Variance[0][0], lr.ChiSq} {
			near("log-rank", got, want[i], 1e-9)
		}
	}
	for ties, want := range map[survival.Ties][5]float64{
		survival.Efron:   {-1.572125148829067, 0.4123967177094556, -93.18426999684776, -85.00842457737164, 17.246536795716587},
		survival.Breslow: {-1.5091914125858785, 0.4095644063667413, -93.98505047824516, -86.37962207114559, 15.930539564032719},
	} {
		f := must(survival.Cox(d, x, survival.CoxConfig{Ties: ties}))
		for i, got := range []float64{f.Coefficients[0].Value, f.Coefficients[0].SE, f.NullLogLik, f.LogLik, f.Score.ChiSq} {
			near("Cox "+string(ties), got, want[i], 1e-9)
		}
	}
	// No confidence is the default one, and what is none has no limits.
	b := must(survival.Cox(d, x, survival.CoxConfig{})).Coefficients[0]
	if r := b.Ratio(0); r != b.Ratio(survival.DefaultConfidence) || !(r.Low < r.Value && r.Value < r.High) {
		t.Errorf("at the default confidence: %+v", r)
	}
	for _, confidence := range []float64{1, -0.5, 2, math.NaN(), math.Inf(1)} {
		if r := b.Ratio(confidence); r.Value != math.Exp(b.Value) || !math.IsNaN(r.Low) || !math.IsNaN(r.High) {
			t.Errorf("at a confidence of %v: %+v", confidence, r)
		}
	}
	for law, want := range map[survival.Law][6]float64{
		survival.Weibull:     {2.248352359076742, 1.2673345874190767, -0.31170922093107134, -106.5794915815639, 0.3106399359756776, 0.14729188257764347},
		survival.Exponential: {2.1594842493533726, 1.5266135617986871, 0, -108.52404953678935, 0.39840953644479793, 0},
		survival.LogNormal:   {1.8251210201539982, 1.346846682008751, -0.07918523060604653, -106.70462235448187, 0.31649788432896375, 0.1323236577997264},
	} {
		f := must(survival.Parametric(d, x, survival.ParametricConfig{Law: law}))
		for i, got := range []float64{f.Coefficients[0].Value, f.Coefficients[1].Value, f.LogScale.Value, f.LogLik, f.Coefficients[1].SE, f.LogScale.SE} {
			near(string(law), got, want[i], 1e-9)
		}
	}
	c := must(survival.Harrell(d, x[0].Values, survival.MarkerConfig{}))
	if c.Concordant != 335 || c.Discordant != 64 || c.TiedMarker != 314 {
		t.Errorf("pairs %+v", c)
	}
	near("concordance", c.C.Value, 0.6900420757363254, 1e-12)
}
