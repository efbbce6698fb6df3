package discrete

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func sharedData(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../../../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestReferenceNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// donors are the 22 cells of the donations data.
func donors(t testing.TB) (rows []kernel.Row, customers []float64) {
	t.Helper()
	records, err := csv.NewReader(sharedData(t, "donations_summary.csv")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records[1:] {
		var v [4]int
		for i := range v {
			if v[i], err = strconv.Atoi(rec[i]); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, kernel.Row{X: v[0], Tx: float64(v[1]), T: float64(v[2])})
		customers = append(customers, float64(v[3]))
	}
	return rows, customers
}

func total(p BGBB, rows []kernel.Row, customers []float64) (sum float64) {
	for i, r := range rows {
		sum += customers[i] * p.LogLik(r.X, int(r.Tx), int(r.T))
	}
	return sum
}

// walker compares every number of a JSON document with what a test knows of its
// path; a path nobody knows is a failure.
type walker struct {
	t     *testing.T
	known map[string]func(path string, got any)
}

func (w walker) walk(path string, v any) {
	if f, ok := w.known[path]; ok {
		f(path, v)
		return
	}
	m, ok := v.(map[string]any)
	if !ok {
		w.t.Errorf("%s: nothing known of it", path)
		return
	}
	for k, v := range m {
		w.walk(path+"/"+k, v)
	}
}

func (w walker) run(name string) {
	w.t.Helper()
	var doc any
	if err := json.NewDecoder(sharedData(w.t, name)).Decode(&doc); err != nil {
		w.t.Fatal(err)
	}
	w.walk("", doc)
}

func (w walker) ignore(paths ...string) {
	for _, p := range paths {
		w.known[p] = func(string, any) {}
	}
}

func paramsOf(v any) BGBB {
	m := v.(map[string]any)
	f := func(name string) float64 { return m[name].(float64) }
	return BGBB{f("alpha"), f("beta"), f("gamma"), f("delta")}
}

func read(t testing.TB, name string) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.NewDecoder(sharedData(t, name)).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// number is one number of a path: off is how far it may be off, relatively.
func (w walker) number(path string, want, off float64) {
	w.known[path] = func(path string, got any) { near(w.t, path, want, got.(float64), off*math.Abs(got.(float64))) }
}

func (w walker) numbers(path string, off float64, want func(i int) float64) {
	w.known[path] = func(path string, got any) {
		for i, g := range got.([]any) {
			near(w.t, fmt.Sprint(path, "/", i), want(i), g.(float64), off*math.Abs(g.(float64)))
		}
	}
}

func TestReferenceBTYD(t *testing.T) {
	rows, customers := donors(t)
	bgbb := read(t, "ref_donations_btyd.json")["bgbb"].(map[string]any)
	at := bgbb["fixed_params"].([]any)
	p := BGBB{at[0].(float64), at[1].(float64), at[2].(float64), at[3].(float64)}
	fit := paramsOf(bgbb["params"])
	w := walker{t, map[string]func(string, any){}}
	w.ignore("/provenance", "/input", "/bgbb/params", "/bgbb/fixed_params", "/bgbb/note")
	w.number("/bgbb/log_likelihood", total(fit, rows, customers), 1e-13)
	w.number("/bgbb/log_likelihood_at_fixed", total(p, rows, customers), 1e-13)
	cell := func(i int) (int, int, int) { return rows[i].X, int(rows[i].Tx), int(rows[i].T) }
	w.numbers("/bgbb/cells/frequency", 0, func(i int) float64 { return float64(rows[i].X) })
	w.numbers("/bgbb/cells/recency", 0, func(i int) float64 { return rows[i].Tx })
	w.numbers("/bgbb/cells/p_alive_at_n_plus_1", 1e-12, func(i int) float64 {
		x, tx, n := cell(i)
		return p.PAlive(x, tx, n, 1)
	})
	w.numbers("/bgbb/cells/expected_transactions_next_5", 1e-11, func(i int) float64 {
		x, tx, n := cell(i)
		return p.Expected(x, tx, n, 5)
	})
	w.numbers("/bgbb/cells/DERT_d_0.1", 1e-11, func(i int) float64 {
		x, tx, n := cell(i)
		return p.DERT(x, tx, n, 0.1)
	})
	w.numbers("/bgbb/cells/posterior_mean_transaction_rate", 1e-11, func(i int) float64 {
		buy, _ := p.Rates(cell(i))
		return buy
	})
	w.numbers("/bgbb/cells/posterior_mean_dropout_rate", 1e-11, func(i int) float64 {
		_, drop := p.Rates(cell(i))
		return drop
	})
	w.numbers("/bgbb/expectation_n_1_to_11", 1e-12, func(i int) float64 { return p.ExpectedNew(i + 1) })
	w.numbers("/bgbb/pmf_n6_x0_6", 1e-12, func(i int) float64 { return p.ProbNew(6, i) })
	w.run("ref_donations_btyd.json")
}

// lifetimes adds 1e-15 inside a logarithm, so its numbers are good to 1e-11 or so.
func TestReferenceLifetimes(t *testing.T) {
	rows, customers := donors(t)
	doc := read(t, "ref_donations_lifetimes.json")
	best := paramsOf(doc["polished_mle"].(map[string]any)["params"])
	fit := paramsOf(doc["library_fit"].(map[string]any)["params"])
	w := walker{t, map[string]func(string, any){}}
	w.ignore("/provenance", "/input", "/library_fit/params", "/polished_mle/params", "/polished_mle/note",
		"/polished_mle/max_abs_gradient_of_mean_nll_in_log_params")
	w.number("/library_fit/log_likelihood", total(fit, rows, customers), 1e-9/33225)
	w.number("/polished_mle/log_likelihood", total(best, rows, customers), 1e-9/33225)
	se := standardErrors(t, rows, customers, best)
	for i, name := range []string{"alpha", "beta", "gamma", "delta"} {
		w.number("/library_fit/standard_errors/"+name, se[i], 1e-5)
		w.number("/polished_mle/standard_errors_delta_method/"+name, se[i], 1e-7)
	}
	cell := func(i int) (int, int, int) { return rows[i].X, int(rows[i].Tx), int(rows[i].T) }
	w.numbers("/cells/frequency", 0, func(i int) float64 { return float64(rows[i].X) })
	w.numbers("/cells/recency", 0, func(i int) float64 { return rows[i].Tx })
	for ahead, name := range []string{"p_alive_at_n", "p_alive_at_n_plus_1"} {
		w.numbers("/cells/"+name, 1e-11, func(i int) float64 {
			x, tx, n := cell(i)
			return best.PAlive(x, tx, n, ahead)
		})
	}
	w.numbers("/cells/expected_transactions_next_5", 1e-11, func(i int) float64 {
		x, tx, n := cell(i)
		return best.Expected(x, tx, n, 5)
	})
	for k := range 7 {
		w.number(fmt.Sprint("/expected_customers_by_frequency_n6/", k), 11104*best.ProbNew(6, k), 1e-11)
	}
	w.run("ref_donations_lifetimes.json")

	// Every start leads to the optimum.
	for _, s := range StartsBGBB(rows, customers) {
		eta, v := climb(NewBGBB(), rows, customers, s)
		if want := total(best, rows, customers); v < want-1e-8 {
			t.Errorf("from %v: %.10f, want %.10f", s, v, want)
		}
		near(t, "delta", NaturalBGBB(eta).Delta, best.Delta, 1e-6*best.Delta)
	}
}

func standardErrors(t *testing.T, rows []kernel.Row, customers []float64, p BGBB) []float64 {
	t.Helper()
	eta := CoordinatesBGBB(p)
	cov := invert(information(NewBGBB(), rows, customers, eta))
	jac := JacobianBGBB(eta)
	natural := []float64{p.Alpha, p.Beta, p.Gamma, p.Delta}
	se := make([]float64, 4)
	for i := range se {
		var v float64
		for a := range 4 {
			for b := range 4 {
				v += jac[i][a] * cov[a][b] * jac[i][b]
			}
		}
		se[i] = natural[i] * math.Sqrt(v)
	}
	return se
}

// Quoted from ref_donations_btyd.json: at these parameters, three cells.
func TestReferenceNumbers(t *testing.T) {
	p := BGBB{1.204, 0.75, 0.657, 2.783}
	for _, c := range []struct {
		x, tx                           int
		alive, next5, dert, rate, leave float64
	}{
		{6, 6, 0.93040254237288, 3.75211560759991, 5.90867831955524, 0.905707819964798, 0.0695974576271186},
		{2, 4, 0.589514116433697, 1.0573489419097, 1.66506990259366, 0.444716684248258, 0.11396687881436},
		{0, 0, 0.108016584168674, 0.0728028774750446, 0.114646996181761, 0.487829895005359, 0.310432653918108},
	} {
		near(t, "P(alive at 7)", p.PAlive(c.x, c.tx, 6, 1), c.alive, 1e-12*c.alive)
		near(t, "expected", p.Expected(c.x, c.tx, 6, 5), c.next5, 1e-12*c.next5)
		near(t, "DERT", p.DERT(c.x, c.tx, 6, 0.1), c.dert, 1e-12*c.dert)
		buy, drop := p.Rates(c.x, c.tx, 6)
		near(t, "p", buy, c.rate, 1e-12*c.rate)
		near(t, "θ", drop, c.leave, 1e-12*c.leave)
	}
	near(t, "P(X(6) = 6)", p.ProbNew(6, 6), 0.112787648207747, 1e-14)
	near(t, "E(X(11))", p.ExpectedNew(11), 3.38757111106463, 1e-13)
}

// The retention of 1,000 customers of two segments over seven renewals, in
// percent of those who signed, and the estimates printed for it: Fader & Hardie
// (2007), table 1 and section 4.
var retained = []struct {
	name        string
	percent     []float64
	alpha, beta float64
	logLik      float64
}{
	{"regular", []float64{100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1}, 0.704, 1.182, 0},
	{"high end", []float64{100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1}, 0.668, 3.806, -1611.2},
}

func TestPublishedSBG(t *testing.T) {
	for _, c := range retained {
		var rows []kernel.Row
		var customers []float64
		last := len(c.percent) - 1
		for i := 1; i <= last; i++ {
			rows = append(rows, kernel.Row{X: 1, T: float64(i)})
			customers = append(customers, 10*(c.percent[i-1]-c.percent[i]))
		}
		rows = append(rows, kernel.Row{T: float64(last)})
		customers = append(customers, 10*c.percent[last])
		for _, s := range StartsSBG(rows, customers) {
			eta, v := climb(NewSBG(), rows, customers, s)
			p := NaturalSBG(eta)
			near(t, c.name+" α", p.Alpha, c.alpha, 5e-4)
			near(t, c.name+" β", p.Beta, c.beta, 5e-4)
			if c.logLik != 0 {
				near(t, c.name+" log-likelihood", v, c.logLik, 0.05)
			}
		}
	}
}
