package nps_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/nps"
)

// reference is ref_nps.json: what R and its packages compute. See the README
// beside it, and testdata/PROVENANCE.md.
type reference struct {
	One []struct {
		ID                              string
		Hist                            []int64
		Detractors, Passives, Promoters int64
		N                               int64
		NPS, Var, SE                    float64
		Mean                            float64 `json:"mean_score"`
		Intervals                       []struct {
			Conf    float64
			Methods map[string]limits
		}
	} `json:"one_sample"`
	Two []struct {
		X, Y  string
		Diff  float64 `json:"signed_diff_x_minus_y"`
		Mover []struct {
			Conf float64
			limits
		} `json:"mover_tango"`
	} `json:"two_sample"`
	Groups struct {
		Groups [][3]int64
		Welch  struct {
			F, P float64
			DF   []float64
		} `json:"welch_anova"`
		ChiSq      struct{ X2, DF, P float64 }
		Wald       []float64 `json:"pair_p_wald"`
		Holm       []float64
		BH         []float64
		Bonferroni []float64
	} `json:"k_groups"`
	Adjust []map[string]vector `json:"p_adjust"`
	CSAT   []struct {
		X, N int64
		P    float64
		Conf []struct {
			Conf             float64
			Wilson, Jeffreys limits
			Clopper          limits `json:"clopper_pearson"`
		}
	}
	CSATTwo []struct {
		X1, N1, X2, N2 int64
		Diff, ChiSq    float64
		P              float64 `json:"p_value"`
		Newcombe       *limits `json:"newcombe_wilson_95"`
	} `json:"csat_two"`
	CES []struct {
		ID                  string
		Hist                []int64 `json:"hist_1_7"`
		Mean, Top2, Bottom3 float64
		Wilson              limits  `json:"top2_wilson_95"`
		T                   *limits `json:"t_95"`
	}
	Weighting  weighting
	Planning   planning
	Monitoring monitoring
}

type limits struct{ Lo, Hi float64 }

// vector is a number or a list of them.
type vector []float64

func (v *vector) UnmarshalJSON(data []byte) error {
	var one float64
	if json.Unmarshal(data, &one) == nil {
		*v = vector{one}
		return nil
	}
	return json.Unmarshal(data, (*[]float64)(v))
}

const (
	closed   = 1e-9 // closed forms
	inverted = 1e-8 // inverted intervals
)

// eachReference runs a test on the values of testdata, and on all of the shared
// ones where that folder is.
func eachReference(t *testing.T, test func(t *testing.T, ref reference)) {
	t.Helper()
	read := func(t *testing.T, path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var ref reference
		if err := json.Unmarshal(data, &ref); err != nil {
			t.Fatal(err)
		}
		if len(ref.One) == 0 || len(ref.Two) == 0 || len(ref.CSAT) == 0 || len(ref.Weighting.Rows) == 0 {
			t.Fatal("the file lacks a part")
		}
		test(t, ref)
	}
	t.Run("testdata", func(t *testing.T) { read(t, filepath.Join("testdata", "ref_nps.json")) })
	t.Run("shared", func(t *testing.T) { read(t, shared(t, "ref_nps.json")) })
}

// shared finds a file of the shared data beside the repository.
func shared(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "data", "nps", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ../shared/data/nps/%s: %v", name, err)
	}
	return path
}

// near compares numbers: relative above 1, absolute below.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.15g, want %.15g (off by %.3g)", what, got, want, got-want)
	}
}

func nearLimits(t *testing.T, what string, got nps.Interval, want limits, tolerance float64) {
	t.Helper()
	near(t, what+" low", got.Low, want.Lo, tolerance)
	near(t, what+" high", got.High, want.Hi, tolerance)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// fill makes a tally of counts by score.
func fill(t *testing.T, kind nps.Kind, hist []int64) nps.Tally {
	t.Helper()
	tally := nps.MustTally(kind, nps.Range{})
	for i, n := range hist {
		if err := tally.AddN(tally.Range().Min+i, n); err != nil {
			t.Fatal(err)
		}
	}
	return tally
}

func TestReferenceOneSample(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		for _, o := range ref.One {
			tally := fill(t, nps.NPS, o.Hist)
			c := tally.Classes()
			if c != (nps.Classes{Detractors: o.Detractors, Passives: o.Passives, Promoters: o.Promoters}) || tally.Answers() != o.N {
				t.Errorf("%s: classes %+v", o.ID, c)
			}
			score, ok := tally.Score()
			if !ok {
				t.Fatalf("%s: no score", o.ID)
			}
			near(t, o.ID+" score", score, o.NPS, closed)
			near(t, o.ID+" variance", tally.Classes().Variance(), o.Var, closed)
			near(t, o.ID+" SE", math.Sqrt(tally.Classes().Variance()/float64(o.N)), o.SE, closed)
			mean, _ := tally.Mean()
			near(t, o.ID+" mean", mean, o.Mean, closed)
			for _, i := range o.Intervals {
				for name, m := range map[string]nps.Method{"wald": nps.Wald, "adj_wald_3T": nps.AdjustedWald} {
					nearLimits(t, o.ID+" "+name, c.Raw(m, i.Conf), i.Methods[name], closed)
					cut := limits{max(-1, i.Methods[name].Lo), min(1, i.Methods[name].Hi)}
					nearLimits(t, o.ID+" "+name+" cut", must(tally.Interval(m, i.Conf)), cut, closed)
				}
				got := must(tally.Interval("", i.Conf))
				nearLimits(t, o.ID+" tango", got, i.Methods["tango_score_hp"], inverted)
				if low, ok := i.Methods["tango_score"]; ok {
					nearLimits(t, o.ID+" tango, 10 decimals", got, low, inverted)
				}
			}
		}
	})
}

func TestReferenceTwoSamples(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		tallies := map[string]nps.Tally{}
		for _, o := range ref.One {
			tallies[o.ID] = fill(t, nps.NPS, o.Hist)
		}
		for _, o := range ref.Two {
			for _, i := range o.Mover {
				d := must(nps.Diff(tallies[o.Y], tallies[o.X], i.Conf))
				near(t, o.X+" less "+o.Y, d.Delta, o.Diff, closed)
				nearLimits(t, o.X+" less "+o.Y, d.Interval, i.limits, inverted)
			}
		}
	})
}

func TestReferenceGroups(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		g := ref.Groups
		var tallies []nps.Tally
		for _, c := range g.Groups {
			tallies = append(tallies, fill(t, nps.NPS, []int64{c[0], 0, 0, 0, 0, 0, 0, c[1], 0, c[2]}))
		}
		equal := must(nps.EqualScores(tallies))
		near(t, "Welch F", equal.Statistic, g.Welch.F, closed)
		near(t, "Welch df", equal.DF, g.Welch.DF[0], closed)
		near(t, "Welch df2", equal.DF2, g.Welch.DF[1], closed)
		near(t, "Welch p", equal.P, g.Welch.P, closed)
		mix := must(nps.EqualMix(tallies))
		near(t, "chi-square", mix.Statistic, g.ChiSq.X2, closed)
		near(t, "chi-square df", mix.DF, g.ChiSq.DF, closed)
		near(t, "chi-square p", mix.P, g.ChiSq.P, closed)
		for a, want := range map[nps.Adjustment][]float64{nps.Holm: g.Holm, nps.BH: g.BH, nps.Bonferroni: g.Bonferroni} {
			for i, p := range must(nps.AppendAdjusted(nil, g.Wald, a)) {
				near(t, string(a), p, want[i], closed)
			}
		}
		for _, set := range ref.Adjust {
			for name, want := range set {
				if name == "p" {
					continue
				}
				for i, p := range must(nps.AppendAdjusted(nil, set["p"], nps.Adjustment(name))) {
					near(t, name, p, want[i], closed)
				}
			}
		}
	})
}

func TestReferenceShares(t *testing.T) {
	eachReference(t, func(t *testing.T, ref reference) {
		for _, o := range ref.CSAT {
			s := nps.Share{Hits: o.X, Of: o.N}
			value, _ := s.Value()
			near(t, "share", value, o.P, closed)
			for _, c := range o.Conf {
				what := strconv.Itoa(int(o.X)) + " of " + strconv.Itoa(int(o.N))
				nearLimits(t, what+" Wilson", must(s.Interval("", c.Conf)), c.Wilson, closed)
				nearLimits(t, what+" Clopper-Pearson", must(s.Interval(nps.ClopperPearson, c.Conf)), c.Clopper, closed)
				nearLimits(t, what+" Jeffreys", must(s.Interval(nps.Jeffreys, c.Conf)), c.Jeffreys, closed)
			}
		}
		for _, o := range ref.CSATTwo {
			a, b := nps.Share{Hits: o.X1, Of: o.N1}, nps.Share{Hits: o.X2, Of: o.N2}
			d := must(nps.DiffShares(b, a, 0.95))
			near(t, "difference of shares", d.Delta, o.Diff, closed)
			if o.Newcombe != nil {
				nearLimits(t, "Newcombe", d.Interval, *o.Newcombe, closed)
			}
			test := must(nps.EqualShares([]nps.Share{a, b}))
			near(t, "2×2 chi-square", test.Statistic, o.ChiSq, closed)
			near(t, "2×2 p", test.P, o.P, closed)
		}
		for _, o := range ref.CES {
			tally := fill(t, nps.CES, o.Hist)
			mean, _ := tally.Mean()
			near(t, o.ID+" mean", mean, o.Mean, closed)
			top, _ := tally.Score()
			near(t, o.ID+" top", top, o.Top2, closed)
			bottom, _ := tally.Classes().Of(nps.Detractor).Value()
			near(t, o.ID+" bottom", bottom, o.Bottom3, closed)
			nearLimits(t, o.ID+" Wilson", must(tally.Interval("", 0.95)), o.Wilson, closed)
			i, err := tally.MeanInterval(0.95)
			if (err == nil) != (o.T != nil) {
				t.Errorf("%s: mean interval %v, %v", o.ID, i, err)
			}
			if o.T != nil {
				nearLimits(t, o.ID+" t", i, limits{max(1, o.T.Lo), min(7, o.T.Hi)}, closed)
			}
		}
	})
}

// The score of a whole file, which R's NPS package computed too.
func TestReferenceFile(t *testing.T) {
	f, err := os.Open(shared(t, "carpentries_training_2016_2018a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := must(csv.NewReader(f).ReadAll())
	column := -1
	for i, name := range rows[0] {
		if name == "recommend_0_10" {
			column = i
		}
	}
	if column < 0 {
		t.Fatalf("no score column in %q", rows[0])
	}
	var tally nps.Tally
	for _, row := range rows[1:] {
		if score, err := strconv.ParseFloat(row[column], 64); err == nil {
			if err := tally.AddFloat(score); err != nil {
				t.Fatal(err)
			}
		}
	}
	score, _ := tally.Score()
	near(t, "score", score, 0.543859649122807, closed)
	if tally.Answers() != 456 || len(rows)-1 != 498 {
		t.Errorf("%d answers in %d rows", tally.Answers(), len(rows)-1)
	}
}
