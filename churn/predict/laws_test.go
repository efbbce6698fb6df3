package predict_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/guanxi-go/guanxi/churn/predict"
)

// Shuffling rows changes no bit of anything.
func TestShuffled(t *testing.T) {
	x, left := simulated(3000, 5, 1)
	for i := range x.Rows() { // ties, and negative zeros
		row := x.Row(i)
		row[0] = math.Round(row[0])
		if i%2 == 0 && row[1] == 0 {
			row[1] = math.Copysign(0, -1)
		}
	}
	type all struct {
		Fit      predict.Fit
		Platt    predict.Calibration
		Isotonic predict.Calibration
		Report   predict.Report
		Paired   predict.AUCDifference
	}
	everything := func(x predict.Matrix, left []bool) string {
		var a all
		a.Fit = must(predict.Learn(x, left, predict.FitConfig{Lambda: 2}))
		scores := must(a.Fit.Model.AppendLogOdds(nil, x))
		for i := range scores {
			scores[i] = math.Round(scores[i]*8) / 8
		}
		a.Platt = must(predict.Calibrate(predict.Platt, scores, left))
		a.Isotonic = must(predict.Calibrate(predict.Isotonic, scores, left))
		a.Report = must(predict.Evaluate(scores, must(a.Isotonic.AppendChances(nil, scores)), left, predict.ReportConfig{Places: []int64{7, 333}}))
		var marker []float64
		for i := range x.Rows() {
			marker = append(marker, x.Row(i)[0])
		}
		a.Paired = must(predict.CompareAUC(scores, marker, left, 0.95))
		return string(must(json.Marshal(a)))
	}
	want := everything(x, left)
	for seed := range uint64(3) {
		if got := everything(shuffled(x, left, seed)); got != want {
			t.Fatalf("shuffled:\n%s\nwant\n%s", got, want)
		}
	}
}

// Pairs counted one by one.
func TestAgainstPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for range 40 {
		n := 6 + rng.IntN(60)
		a, left := make([]float64, n), make([]bool, n)
		for i := range a {
			a[i], left[i] = float64(rng.IntN(12))-3.5, i < 2 || i > 3 && rng.IntN(3) == 0
		}
		r := must(predict.NewRanking(a, left))
		wins, pairs := 0.0, 0.0
		var v10, v01 []float64
		for i := range a {
			mine, others := 0.0, 0.0
			for k := range a {
				if left[i] == left[k] {
					continue
				}
				others++
				hi, lo := a[i], a[k]
				if !left[i] {
					hi, lo = lo, hi
				}
				switch {
				case hi > lo:
					mine++
				case hi == lo:
					mine += 0.5
				}
			}
			if left[i] {
				wins, pairs = wins+mine, pairs+others
				v10 = append(v10, mine/others)
			} else {
				v01 = append(v01, mine/others)
			}
		}
		variance := func(v []float64) float64 {
			mean, sum := 0.0, 0.0
			for _, x := range v {
				mean += x / float64(len(v))
			}
			for _, x := range v {
				sum += (x - mean) * (x - mean)
			}
			return sum / float64(len(v)-1) / float64(len(v))
		}
		got := must(r.DeLong(0.9))
		near(t, "auc", got.Value, wins/pairs, 1e-13)
		near(t, "se", got.SE, math.Sqrt(variance(v10)+variance(v01)), 1e-12)
		auc, _ := r.AUC()
		if auc != got.Value {
			t.Error("two AUCs")
		}
		// Reversed scores: the other side.
		for i := range a {
			a[i] = -a[i]
		}
		back := must(must(predict.NewRanking(a, left)).DeLong(0.9))
		near(t, "reversed", back.Value, 1-got.Value, 1e-13)
		near(t, "reversed se", back.SE, got.SE, 1e-12)
	}
}

// Isotonic is max over i of min over j of the means of i..j, which rises, keeps
// the number of leavers and lies in [0, 1].
func TestIsotonic(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 40 {
		n := 3 + rng.IntN(50)
		s, left := make([]float64, n), make([]bool, n)
		for i := range s {
			s[i], left[i] = float64(rng.IntN(20)), i == 0 || i > 1 && rng.IntN(2) == 0
		}
		c := must(predict.Calibrate(predict.Isotonic, s, left))
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		distinct := slices.Compact(slices.Sorted(slices.Values(s)))
		mean := func(low, high float64) float64 {
			hits, rows := 0.0, 0.0
			for i := range s {
				if s[i] >= low && s[i] <= high {
					rows++
					if left[i] {
						hits++
					}
				}
			}
			return hits / rows
		}
		for k, at := range distinct {
			want := 0.0
			for i := range k + 1 {
				low := 1.0
				for j := k; j < len(distinct); j++ {
					low = min(low, mean(distinct[i], distinct[j]))
				}
				want = max(want, low)
			}
			if got := c.Chance(at); got != want {
				t.Fatalf("chance of %v: %v, want %v", at, got, want)
			}
		}
		last := c.Chance(-1e308)
		for v := -1.0; v <= 21; v += 0.125 {
			if p := c.Chance(v); p < last || p > 1 {
				t.Fatalf("chance of %v: %v after %v", v, p, last)
			} else {
				last = p
			}
		}
		if c.Chance(1e308) != last {
			t.Error("not flat beyond the end")
		}
	}
	wide := predict.Calibration{Method: predict.Isotonic, Scores: []float64{-1.7e308, 1.7e308}, Chances: []float64{0, 1}}
	if got := wide.Chance(0); got != 0.5 {
		t.Error(got)
	}
}

// The sums over bins and over the top are those over the rows.
func TestPartition(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for range 50 {
		n := 3 + rng.IntN(200)
		p, left := make([]float64, n), make([]bool, n)
		hits, sum := 0.0, 0.0
		for i := range p {
			p[i], left[i] = float64(rng.IntN(11))/10, i == 0 || rng.IntN(2) == 0
			sum += p[i]
			if left[i] {
				hits++
			}
		}
		r := must(predict.NewRanking(p, left))
		for _, bins := range []int{1, 3, min(10, n), n} {
			rows, got, predicted := int64(0), 0.0, 0.0
			last := -1.0
			for _, b := range must(r.Bins(bins)) {
				rows += b.Rows
				got += b.Left
				predicted += b.Predicted * float64(b.Rows)
				if d := b.Rows - int64(n/bins); d < 0 || d > 1 || b.Predicted < last-1e-12 {
					t.Fatalf("%d rows in %d bins: %+v", n, bins, b)
				}
				last = b.Predicted
			}
			if rows != int64(n) {
				t.Fatal(rows)
			}
			near(t, "left", got, hits, 1e-12)
			near(t, "predicted", predicted, sum, 1e-12)
		}
		whole := must(r.TopShare(1))
		if whole.K != int64(n) || whole.Recall != 1 || math.Abs(whole.Lift-1) > 1e-15 {
			t.Errorf("%+v", whole)
		}
		before := 0.0
		for k := range int64(n) {
			now := must(r.Top(k + 1))
			if now.Left < before || now.Left > before+1+1e-9 {
				t.Fatalf("top %d: %v after %v", k+1, now.Left, before)
			}
			before = now.Left
		}
	}
}

// A fit in another unit, or of a shifted column, is the same fit; duplicated
// rows halve the variance; and the score equations hold.
func TestFitLaws(t *testing.T) {
	x, left := simulated(500, 4, 3)
	fit := must(predict.Learn(x, left, predict.FitConfig{}))
	moved := predict.Matrix{Columns: x.Columns}
	for _, v := range x.Values {
		moved.Values = append(moved.Values, v*1e6-5e5)
	}
	other := must(predict.Learn(moved, left, predict.FitConfig{Lambda: 3}))
	here := must(predict.Learn(x, left, predict.FitConfig{Lambda: 3}))
	for j := range x.Columns {
		near(t, "weight", other.Model.Weights[j]*1e6, here.Model.Weights[j], 1e-9)
	}
	double := must(predict.Learn(predict.Matrix{Columns: x.Columns, Values: slices.Concat(x.Values, x.Values)}, slices.Concat(left, left), predict.FitConfig{}))
	near(t, "deviance", double.Deviance, 2*fit.Deviance, 1e-12)
	for k := range fit.SE {
		near(t, "se", double.SE[k]*math.Sqrt2, fit.SE[k], 1e-9)
	}
	chances := must(fit.Model.AppendChances(nil, x))
	sums := make([]float64, len(x.Columns)+1)
	for i, p := range chances {
		r := -p
		if left[i] {
			r = 1 - p
		}
		sums[0] += r
		for j, v := range x.Row(i) {
			sums[j+1] += r * v
		}
	}
	for _, v := range sums {
		if math.Abs(v) > 1e-7 {
			t.Errorf("score equations: %v", sums)
		}
	}
	// A larger penalty shrinks, and costs likelihood.
	norm, loglik := math.Inf(1), fit.LogLik
	for _, lambda := range []float64{0.01, 1, 100, 1e4, 1e8, 1e300} {
		f := must(predict.Learn(x, left, predict.FitConfig{Lambda: lambda}))
		sum := 0.0
		for _, b := range f.Standardised[1:] {
			sum += b * b
		}
		if !(sum < norm) || f.LogLik > loglik || f.Parameters < 1-1e-9 {
			t.Errorf("lambda %v: %v after %v, %v after %v", lambda, sum, norm, f.LogLik, loglik)
		}
		norm, loglik = sum, f.LogLik
	}
}

// What is written is read back, and nothing else.
func TestModelJSON(t *testing.T) {
	x, left := simulated(400, 3, 7)
	fit := must(predict.Learn(x, left, predict.FitConfig{}))
	scores := must(fit.Model.AppendLogOdds(nil, x))
	for _, m := range []predict.Method{predict.Platt, predict.Isotonic} {
		c := must(predict.Calibrate(m, scores, left))
		fit.Model.Calibration = &c
		var back predict.Model
		if err := json.Unmarshal(must(json.Marshal(fit.Model)), &back); err != nil || !reflect.DeepEqual(back, fit.Model) {
			t.Errorf("%v: %+v", err, back)
		}
	}
	var m predict.Model
	for doc, at := range map[string]string{
		`{"columns":["a"],"intercept":0,"weights":[1],"waits":[]}`:                                          "/waits",
		`{"columns":["a"],"intercept":0,"weights":[1,2]}`:                                                   "/weights",
		`{"columns":["a"],"intercept":0,"weights":[1],"version":2}`:                                         "/version",
		`{"columns":["a"],"intercept":0,"weights":[1],"calibration":{"method":"platt","slope":1,"slop":1}}`: "/calibration/slop",
		`{"columns":["a"],"intercept":0,"weights":[1],"calibration":{"method":"no"}}`:                       "/calibration/method",
	} {
		if err := m.UnmarshalJSON([]byte(doc)); len(places(err)) != 1 || places(err)[0] != at || m.Columns != nil {
			t.Errorf("%s: %v", doc, err)
		}
	}
	var c predict.BackTestConfig
	err := c.UnmarshalJSON([]byte(`{"fit":{"lambda":-1},"calibration":"x","report":{"bins":1,"same_rows":true}}`))
	if err == nil || c.Calibration != "" {
		t.Error(err)
	}
	if err := c.UnmarshalJSON([]byte(`{"fit":{"lambda":1,"scaling":"unit","allow_separation":true},"calibration":"isotonic","report":{"bins":5,"places":[10]}}`)); err != nil || c.Fit.Lambda != 1 || c.Report.Bins != 5 {
		t.Errorf("%v %+v", err, c)
	}
}

func TestSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for _, n := range []int{0, 1, 100, 511, 512, 5000} {
		for _, mask := range []uint64{math.MaxUint64, 0xff, 0xffff << 40, 0} {
			keys := make([]uint64, n)
			for i := range keys {
				keys[i] = rng.Uint64() & mask
			}
			if got := predict.SortKeys(keys); !slices.Equal(got, slices.Sorted(slices.Values(keys))) {
				t.Errorf("%d keys of %x", n, mask)
			}
		}
	}
	values := []float64{-math.MaxFloat64, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1e-5, 2, math.MaxFloat64}
	for i, v := range values {
		k, back := predict.Ordered(v)
		if back != v {
			t.Error(v, back)
		}
		if i > 0 {
			if before, _ := predict.Ordered(values[i-1]); before >= k {
				t.Error(v)
			}
		}
	}
	a, _ := predict.Ordered(math.Copysign(0, -1))
	if b, _ := predict.Ordered(0); a != b {
		t.Error("two zeros")
	}
}

func TestNoConvergence(t *testing.T) {
	if err := predict.FitSingular(); !errors.Is(err, predict.ErrConverge) {
		t.Error(err)
	}
}

// Rows that share a hash are told apart, and equal rows that do not stand
// together are found.
func TestPoolCollisions(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	x := predict.Matrix{Columns: []string{"a", "b"}}
	var left []bool
	for range 2000 {
		x.Values = append(x.Values, float64(rng.IntN(30)), float64(rng.IntN(7)))
		left = append(left, rng.IntN(3) == 0)
	}
	want := predict.PoolRows(x, left, nil)
	slices.SortFunc(want, slices.Compare[[]float64])
	for bits := range 4 {
		hash := func(row []float64) uint64 { return uint64(row[1]) & (1<<bits - 1) }
		got := predict.PoolRows(x, left, hash)
		slices.SortFunc(got, slices.Compare[[]float64])
		if !reflect.DeepEqual(got, want) || len(got) != 210 {
			t.Errorf("%d bits: %d rows, want %d", bits, len(got), len(want))
		}
	}
}
