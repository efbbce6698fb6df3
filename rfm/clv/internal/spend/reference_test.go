package spend

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv/internal/kernel"
)

func sharedData(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/%s: numbers quoted from it are in TestReferenceNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t testing.TB, name string, v any) {
	t.Helper()
	if err := json.Unmarshal(sharedData(t, name), v); err != nil {
		t.Fatal(err)
	}
}

// cdnow returns the buyers of the summary and every customer's row.
func cdnow(t testing.TB) (buyers []kernel.Row, all map[int]kernel.Row) {
	t.Helper()
	f, err := os.Open("../../../../../shared/data/cdnow_summary.csv")
	if err != nil {
		sharedData(t, "cdnow_summary.csv")
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all = map[int]kernel.Row{}
	for _, rec := range records[1:] {
		id, err1 := strconv.Atoi(rec[0])
		x, err2 := strconv.Atoi(rec[1])
		mean, err3 := strconv.ParseFloat(rec[4], 64)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		all[id] = kernel.Row{X: x, Mean: mean}
		if x > 0 && mean > 0 {
			buyers = append(buyers, all[id])
		}
	}
	return buyers, all
}

type fitted struct {
	P, Q, V, Gamma float64
}

func (f fitted) params() Params { return Params{f.P, f.Q, f.V + f.Gamma} }

func total(p Params, rows []kernel.Row) (sum float64) {
	for _, r := range rows {
		sum += p.LogLik(r.X, r.Mean)
	}
	return sum
}

func TestReference(t *testing.T) {
	buyers, all := cdnow(t)
	if len(buyers) != 946 {
		t.Fatalf("%d buyers, want 946", len(buyers))
	}
	var btyd struct {
		BGNBD struct{ Customers struct{ Customer []int } }
		Spend struct {
			Params fitted
			LL     float64   `json:"log_likelihood"`
			Values []float64 `json:"expected_value"`
			At     []float64 `json:"expected_value_params"`
		}
	}
	decode(t, "ref_cdnow_btyd.json", &btyd)
	near(t, "BTYD log-likelihood", total(btyd.Spend.Params.params(), buyers), btyd.Spend.LL, 1e-10)
	at := Params{btyd.Spend.At[0], btyd.Spend.At[1], btyd.Spend.At[2]}
	for i, want := range btyd.Spend.Values {
		r := all[btyd.BGNBD.Customers.Customer[i]]
		got, _ := at.Expected(r.X, r.Mean)
		near(t, "BTYD expected value", got, want, 1e-12*want)
	}
	var lt struct {
		Customers []struct{ Customer int }
		Models    map[string]struct {
			Polished struct {
				Params fitted
				LL     float64            `json:"log_likelihood"`
				SE     map[string]float64 `json:"standard_errors_delta_method"`
			} `json:"polished_mle"`
			Customers struct {
				Expected []float64 `json:"expected_average_value"`
			}
			Population float64 `json:"population_mean_value"`
		}
	}
	decode(t, "ref_cdnow_lifetimes.json", &lt)
	gg := lt.Models["Gamma-Gamma"]
	best := gg.Polished.Params.params()
	near(t, "lifetimes log-likelihood", total(best, buyers), gg.Polished.LL, 1e-9)
	mean, _ := best.Expected(0, 0)
	near(t, "population", mean, gg.Population, 1e-12*mean)
	for i, want := range gg.Customers.Expected {
		r := all[lt.Customers[i].Customer]
		got, _ := best.Expected(r.X, r.Mean)
		near(t, "lifetimes expected value", got, want, 1e-10*want)
	}
	var clv struct {
		Models map[string]json.RawMessage
	}
	decode(t, "ref_cdnow_clvtools.json", &clv)
	var c struct {
		Params    fitted
		LL        float64 `json:"log_likelihood"`
		Customers struct {
			ID   []string
			Mean []float64 `json:"predicted_mean_spending"`
		}
	}
	if err := json.Unmarshal(clv.Models["Gamma-Gamma"], &c); err != nil {
		t.Fatal(err)
	}
	near(t, "CLVTools log-likelihood", total(c.Params.params(), buyers), c.LL, 1e-10)
	for i, want := range c.Customers.Mean {
		id, _ := strconv.Atoi(c.Customers.ID[i])
		got, _ := c.Params.params().Expected(all[id].X, all[id].Mean)
		near(t, "CLVTools mean spending", got, want, 1e-12*want)
	}

	// The optimum, from every start; then its standard errors from the Hessian.
	for _, s := range Starts(buyers, nil) {
		eta, v := climb(t, buyers, s)
		near(t, "optimum", v, gg.Polished.LL, 1e-9)
		p := Natural(eta)
		near(t, "p", p.P, best.P, 1e-5*best.P)
		near(t, "q", p.Q, best.Q, 1e-5*best.Q)
		near(t, "v", p.V, best.V, 1e-5*best.V)
		se := errorsAt(buyers, eta)
		for i, name := range []string{"p", "q", "v"} {
			want := gg.Polished.SE[name]
			near(t, "standard error of "+name, se[i], want, 1e-4*want)
		}
	}
}

// errorsAt inverts the information by cofactors.
func errorsAt(rows []kernel.Row, eta []float64) [3]float64 {
	e := NewEvaluator()
	e.Set(eta, 100, kernel.Hessian)
	var s [6]float64
	for _, r := range rows {
		var g [3]float64
		var h [6]float64
		e.Row(r, g[:], h[:])
		for i := range s {
			s[i] -= h[i]
		}
	}
	a, b, c, d, f, g := s[0], s[1], s[2], s[3], s[4], s[5]
	det := a*(c*g-f*f) - b*(b*g-f*d) + d*(b*f-c*d)
	return [3]float64{
		math.Exp(eta[0]) * math.Sqrt((c*g-f*f)/det),
		math.Exp(eta[1]) * math.Sqrt((a*g-d*d)/det),
		math.Exp(eta[2]) * math.Sqrt((a*c-b*b)/det),
	}
}

// Quoted from ref_cdnow_btyd.json and ref_cdnow_lifetimes.json.
func TestReferenceNumbers(t *testing.T) {
	p := Params{6.25, 3.74, 15.44}
	for _, c := range []struct {
		x          int
		mean, want float64
	}{{0, 0, 35.2189781021898}, {1, 10.77, 18.2216351501669}, {3, 45.6433333333333, 44.3142159143787}, {29, 26.2613793103448, 26.3947768900483}} {
		got, ok := p.Expected(c.x, c.mean)
		if !ok || math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("Expected(%d, %v) = %.17g, want %v", c.x, c.mean, got, c.want)
		}
	}
	best := Params{6.249572271321954, 3.744224667132273, 15.443520962595137}
	if got, _ := best.Expected(0, 0); math.Abs(got-35.17037126565622) > 1e-12*got {
		t.Errorf("population mean %v", got)
	}
}
