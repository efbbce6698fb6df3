package predict_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/predict"
)

// reference is veteran_180d_logistic.json, decoded strictly: a key that no
// field here takes up fails the test.
type reference struct {
	ProducedBy string  `json:"produced_by"`
	Data       string  `json:"data"`
	LabelRule  string  `json:"label_rule"`
	Formula    string  `json:"formula"`
	N          int     `json:"n"`
	Positives  int     `json:"positives"`
	BaseRate   float64 `json:"base_rate"`
	GLM        struct {
		Terms        []string    `json:"terms"`
		Coef         []float64   `json:"coef"`
		SE           []float64   `json:"se"`
		Z            []float64   `json:"z"`
		P            []float64   `json:"p"`
		Vcov         [][]float64 `json:"vcov"`
		NullDeviance float64     `json:"null_deviance"`
		Deviance     float64     `json:"deviance"`
		AIC          float64     `json:"aic"`
		LogLik       float64     `json:"loglik"`
	} `json:"glm"`
	Fitted  []float64 `json:"fitted"`
	Y       []int     `json:"y"`
	Ranking struct {
		AUC   float64 `json:"auc"`
		SE    float64 `json:"auc_se_delong"`
		AP    float64 `json:"average_precision"`
		KS    float64 `json:"ks"`
		Gini  float64 `json:"gini"`
		Top10 top     `json:"top_10pct"`
		Top20 top     `json:"top_20pct"`
		Ties  string  `json:"tie_rule"`
	} `json:"ranking"`
	Calibration struct {
		Brier       float64 `json:"brier"`
		BrierOfBase float64 `json:"brier_of_base_rate"`
		Skill       float64 `json:"brier_skill"`
		LogLoss     float64 `json:"log_loss"`
		Slope       float64 `json:"slope"`
		Intercept   float64 `json:"intercept"`
		Deciles     []struct {
			Bin       int     `json:"bin"`
			N         int64   `json:"n"`
			Predicted float64 `json:"mean_predicted"`
			Observed  float64 `json:"observed"`
		} `json:"deciles"`
		ECE float64 `json:"expected_calibration_error_10_equal_count_bins"`
		HL  struct {
			ChiSq float64 `json:"chisq"`
			DF    int     `json:"df"`
			P     float64 `json:"p"`
		} `json:"hosmer_lemeshow"`
		DecileRule string `json:"decile_rule"`
	} `json:"calibration"`
	Single []struct {
		Predictor string  `json:"predictor"`
		AUC       float64 `json:"auc_raw"`
		SE        float64 `json:"se_delong"`
	} `json:"single_predictor_auc"`
	Ridge struct {
		Objective string `json:"objective"`
		Fits      []struct {
			Lambda       float64   `json:"lambda"`
			InterceptStd float64   `json:"intercept_std"`
			CoefStd      []float64 `json:"coef_std"`
			InterceptRaw float64   `json:"intercept_raw"`
			CoefRaw      []float64 `json:"coef_raw"`
			LogLik       float64   `json:"loglik_unpenalised"`
			AUC          float64   `json:"auc"`
			Brier        float64   `json:"brier"`
		} `json:"fits"`
	} `json:"ridge"`
}

type top struct {
	K         int64   `json:"k"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Lift      float64 `json:"lift"`
}

// shared reads a file of the project's reference data.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../../shared/data/survival/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/survival/%s: numbers quoted from it are in TestReferenceNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var veteranColumns = []string{"trt", "karno", "diagtime", "age", "prior"}

// veteran reads the rows of veteran_180d.csv.
func veteran(t testing.TB) (x predict.Matrix, left []bool) {
	t.Helper()
	f, err := os.Open("../../../shared/data/survival/veteran_180d.csv")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no ../shared/data/survival/veteran_180d.csv: numbers quoted from its reference are in TestReferenceNumbers")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records := must(csv.NewReader(f).ReadAll())
	x.Columns = veteranColumns
	for _, rec := range records[1:] {
		for _, name := range veteranColumns {
			x.Values = append(x.Values, must(strconv.ParseFloat(rec[slices.Index(records[0], name)], 64)))
		}
		left = append(left, rec[slices.Index(records[0], "y")] == "1")
	}
	return x, left
}

func TestReference(t *testing.T) {
	var ref reference
	if err := guanxi.UnmarshalStrict(shared(t, "veteran_180d_logistic.json"), &ref); err != nil {
		t.Fatal(err)
	}
	x, left := veteran(t)
	if ref.Data != "veteran_180d.csv" || ref.Formula != "y ~ trt + karno + diagtime + age + prior" {
		t.Fatalf("another model: %s, %s", ref.Data, ref.Formula)
	}
	if x.Rows() != ref.N || len(ref.Y) != ref.N || len(ref.Fitted) != ref.N {
		t.Fatalf("%d rows, want %d", x.Rows(), ref.N)
	}
	for i, y := range ref.Y {
		if left[i] != (y == 1) {
			t.Errorf("row %d: label", i)
		}
	}
	t.Run("glm", func(t *testing.T) { ref.glm(t, x, left) })
	t.Run("ranking", func(t *testing.T) { ref.ranks(t, x, left) })
	t.Run("calibration", func(t *testing.T) { ref.calibrated(t, left) })
	t.Run("ridge", func(t *testing.T) { ref.ridge(t, x, left) })
}

func (ref *reference) glm(t *testing.T, x predict.Matrix, left []bool) {
	fit := must(predict.Learn(x, left, predict.FitConfig{}))
	if !slices.Equal(ref.GLM.Terms, append([]string{"(Intercept)"}, fit.Model.Columns...)) {
		t.Fatal(ref.GLM.Terms)
	}
	coef := append([]float64{fit.Model.Intercept}, fit.Model.Weights...)
	for k, name := range ref.GLM.Terms {
		near(t, name, coef[k], ref.GLM.Coef[k], 1e-9)
		near(t, name+" se", fit.SE[k], ref.GLM.SE[k], 1e-8)
		z, ok := fit.Z(k)
		if !ok {
			t.Error(name, "has no z")
		}
		near(t, name+" z", z.Z, ref.GLM.Z[k], 1e-8)
		near(t, name+" p", z.P, ref.GLM.P[k], 1e-8)
		for c, want := range ref.GLM.Vcov[k] {
			near(t, fmt.Sprint("cov ", name, c), fit.Covariance[k*len(coef)+c], want, 1e-7)
		}
	}
	near(t, "null deviance", fit.NullDeviance, ref.GLM.NullDeviance, 1e-12)
	near(t, "deviance", fit.Deviance, ref.GLM.Deviance, 1e-12)
	near(t, "aic", fit.AIC, ref.GLM.AIC, 1e-12)
	near(t, "loglik", fit.LogLik, ref.GLM.LogLik, 1e-12)
	if fit.Rows != ref.N || fit.Left != ref.Positives || fit.Parameters != 6 {
		t.Errorf("%d rows, %d left, %v parameters", fit.Rows, fit.Left, fit.Parameters)
	}
	chances := must(fit.Model.AppendChances(nil, x))
	for i, want := range ref.Fitted {
		near(t, fmt.Sprint("fitted ", i), chances[i], want, 1e-9)
	}
}

func (ref *reference) ranks(t *testing.T, x predict.Matrix, left []bool) {
	r := must(predict.NewRanking(ref.Fitted, left))
	rate, _ := r.BaseRate()
	near(t, "base rate", rate, ref.BaseRate, 1e-14)
	auc := must(r.DeLong(0.95))
	near(t, "auc", auc.Value, ref.Ranking.AUC, 1e-12)
	near(t, "se", auc.SE, ref.Ranking.SE, 1e-12)
	near(t, "gini", auc.Gini(), ref.Ranking.Gini, 1e-12)
	z := 1.9599639845400542
	near(t, "low", auc.Interval.Low, ref.Ranking.AUC-z*ref.Ranking.SE, 1e-12)
	near(t, "high", auc.Interval.High, ref.Ranking.AUC+z*ref.Ranking.SE, 1e-12)
	ap, ok := r.AveragePrecision()
	ks, ok2 := r.KS()
	if !ok || !ok2 {
		t.Error("absent")
	}
	near(t, "average precision", ap, ref.Ranking.AP, 1e-12)
	near(t, "ks", ks, ref.Ranking.KS, 1e-12)
	for share, want := range map[float64]top{0.1: ref.Ranking.Top10, 0.2: ref.Ranking.Top20} {
		got := must(r.TopShare(share))
		if got.K != want.K || got != must(r.Top(want.K)) {
			t.Errorf("top %v: %d rows, want %d", share, got.K, want.K)
		}
		near(t, "precision", got.Precision, want.Precision, 1e-12)
		near(t, "recall", got.Recall, want.Recall, 1e-12)
		near(t, "lift", got.Lift, want.Lift, 1e-12)
	}
	for _, want := range ref.Single {
		var marker []float64
		for i := range x.Rows() {
			marker = append(marker, x.Row(i)[slices.Index(veteranColumns, want.Predictor)])
		}
		got := must(must(predict.NewRanking(marker, left)).DeLong(0.9))
		near(t, want.Predictor, got.Value, want.AUC, 1e-12)
		near(t, want.Predictor+" se", got.SE, want.SE, 1e-12)
		pair := must(predict.CompareAUC(marker, ref.Fitted, left, 0.9))
		if pair.A != got {
			t.Errorf("%s: %+v compared, %+v alone", want.Predictor, pair.A, got)
		}
	}
}

func (ref *reference) calibrated(t *testing.T, left []bool) {
	r := must(predict.Evaluate(ref.Fitted, ref.Fitted, left, predict.ReportConfig{SameRows: true}))
	c := ref.Calibration
	near(t, "brier", r.Brier, c.Brier, 1e-12)
	near(t, "brier of base rate", r.BrierOfBaseRate, c.BrierOfBase, 1e-12)
	near(t, "skill", *r.BrierSkill, c.Skill, 1e-12)
	near(t, "log loss", r.LogLoss, c.LogLoss, 1e-12)
	near(t, "slope", r.Line.Slope, c.Slope, 1e-9)
	if math.Abs(r.Line.Intercept-c.Intercept) > 1e-9 || math.Abs(r.Line.InTheLarge) > 1e-9 {
		t.Errorf("%+v", r.Line)
	}
	if len(r.Bins) != len(c.Deciles) {
		t.Fatal(len(r.Bins))
	}
	for i, want := range c.Deciles {
		got := r.Bins[want.Bin-1]
		if want.Bin != i+1 || got.Rows != want.N {
			t.Errorf("decile %d: %+v", i, got)
		}
		near(t, "predicted", got.Predicted, want.Predicted, 1e-12)
		near(t, "observed", got.Observed, want.Observed, 1e-12)
	}
	near(t, "ece", *r.CalibrationError, c.ECE, 1e-12)
	near(t, "hosmer-lemeshow", r.HosmerLemeshow.ChiSq, c.HL.ChiSq, 1e-11)
	near(t, "p", r.HosmerLemeshow.P, c.HL.P, 1e-11)
	if r.HosmerLemeshow.DF != c.HL.DF || len(r.Absent) > 0 || r.Left != int64(ref.Positives) {
		t.Errorf("%+v", r)
	}
}

func (ref *reference) ridge(t *testing.T, x predict.Matrix, left []bool) {
	for _, want := range ref.Ridge.Fits {
		fit := must(predict.Learn(x, left, predict.FitConfig{Lambda: want.Lambda}))
		near(t, "intercept", fit.Standardised[0], want.InterceptStd, 1e-9)
		near(t, "raw intercept", fit.Model.Intercept, want.InterceptRaw, 1e-9)
		for j := range veteranColumns {
			near(t, "std", fit.Standardised[j+1], want.CoefStd[j], 1e-9)
			near(t, "raw", fit.Model.Weights[j], want.CoefRaw[j], 1e-9)
		}
		near(t, "loglik", fit.LogLik, want.LogLik, 1e-11)
		r := must(predict.Evaluate(must(fit.Model.AppendLogOdds(nil, x)), nil, left, predict.ReportConfig{}))
		near(t, "auc", r.AUC.Value, want.AUC, 1e-12)
		near(t, "brier", r.Brier, want.Brier, 1e-10)
		if _, ok := fit.Z(1); ok || !(fit.Parameters > 1 && fit.Parameters < 6) {
			t.Errorf("lambda %v: %v parameters, z %v", want.Lambda, fit.Parameters, ok)
		}
	}
}

// TestReferenceNumbers holds small cases that stand without the shared folder;
// testdata/PROVENANCE.md says where they come from.
func TestReferenceNumbers(t *testing.T) {
	var small struct {
		Columns []string    `json:"columns"`
		Rows    [][]float64 `json:"rows"`
		Left    []bool      `json:"left"`
		GLM     struct {
			Coef       []float64 `json:"coef"`
			Covariance []float64 `json:"covariance"`
			Deviance   float64   `json:"deviance"`
		} `json:"glm"`
		Ridge struct {
			Lambda     float64   `json:"lambda"`
			CoefUnit   []float64 `json:"coef_by_unit"`
			Coef       []float64 `json:"coef_by_deviation"`
			Parameters float64   `json:"parameters_by_deviation"`
			Covariance []float64 `json:"covariance_by_deviation"`
		} `json:"ridge"`
		A, B    []float64
		DeLong  map[string]float64 `json:"delong"`
		Ranking map[string]float64 `json:"ranking"`
		Platt   []float64          `json:"platt"`
		Line    []float64          `json:"line"`
		Large   []float64          `json:"in_the_large"`
		Chances []float64          `json:"isotonic"`
	}
	if err := json.Unmarshal(must(os.ReadFile("testdata/small.json")), &small); err != nil {
		t.Fatal(err)
	}
	x := predict.Matrix{Columns: small.Columns}
	for _, row := range small.Rows {
		x.Values = append(x.Values, row...)
	}
	list := func(name string, got, want []float64, tolerance float64) {
		t.Helper()
		if len(got) != len(want) {
			t.Fatalf("%s: %v, want %v", name, got, want)
		}
		for i := range want {
			near(t, fmt.Sprint(name, i), got[i], want[i], tolerance)
		}
	}
	coef := func(f predict.Fit) []float64 { return append([]float64{f.Model.Intercept}, f.Model.Weights...) }
	fit := must(predict.Learn(x, small.Left, predict.FitConfig{}))
	list("glm", coef(fit), small.GLM.Coef, 1e-10)
	list("covariance", fit.Covariance, small.GLM.Covariance, 1e-9)
	near(t, "deviance", fit.Deviance, small.GLM.Deviance, 1e-12)
	fit = must(predict.Learn(x, small.Left, predict.FitConfig{Lambda: small.Ridge.Lambda}))
	list("ridge", coef(fit), small.Ridge.Coef, 1e-10)
	list("ridge covariance", fit.Covariance, small.Ridge.Covariance, 1e-9)
	near(t, "parameters", fit.Parameters, small.Ridge.Parameters, 1e-10)
	near(t, "aic", fit.AIC, fit.Deviance+2*small.Ridge.Parameters, 1e-12)
	fit = must(predict.Learn(x, small.Left, predict.FitConfig{Lambda: small.Ridge.Lambda, Scaling: predict.ByUnit}))
	list("ridge by unit", coef(fit), small.Ridge.CoefUnit, 1e-10)

	d := must(predict.CompareAUC(small.A, small.B, small.Left, 0.9))
	for name, got := range map[string]float64{
		"a": d.A.Value, "a_se": d.A.SE, "b": d.B.Value, "b_se": d.B.SE, "difference": d.Difference, "se": d.SE,
		"z": d.Test.Z, "p": d.Test.P, "low": d.Interval.Low, "high": d.Interval.High,
	} {
		near(t, name, got, small.DeLong[name], 1e-12)
	}
	r := must(predict.NewRanking(small.A, small.Left))
	ap, _ := r.AveragePrecision()
	ks, _ := r.KS()
	near(t, "average precision", ap, small.Ranking["average_precision"], 1e-13)
	near(t, "ks", ks, small.Ranking["ks"], 1e-13)
	near(t, "top 5", must(r.Top(5)).Left, small.Ranking["left_in_top_5"], 1e-13)
	c := must(predict.Calibrate(predict.Platt, small.A, small.Left))
	list("platt", []float64{c.Slope, c.Intercept}, small.Platt, 1e-9)
	iso := must(predict.Calibrate(predict.Isotonic, small.A, small.Left))
	list("isotonic", must(iso.AppendChances(nil, small.A)), small.Chances, 1e-13)
	line := must(must(predict.NewRanking(small.B, small.Left)).Line())
	list("line", []float64{line.Slope, line.Intercept, line.SlopeSE, line.InterceptSE}, small.Line, 1e-9)
	list("in the large", []float64{line.InTheLarge, line.InTheLargeSE}, small.Large, 1e-9)
}
