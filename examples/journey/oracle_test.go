package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
)

// shopStage is the model shop in closed form: the stage of who ordered at these
// times, in order, as of an instant that counts; "" before the first.
func shopStage(orders []time.Time, at time.Time) string {
	n := len(orders)
	for n > 0 && orders[n-1].After(at) {
		n--
	}
	if n == 0 {
		return ""
	}
	switch silence := at.Sub(orders[n-1]); {
	case silence >= 365*day:
		return "lost"
	case silence >= 92*day:
		return "at_risk"
	case n > 1:
		return "active"
	}
	return "new"
}

// oracle recomputes stages and matrix of the model shop without the library.
func oracle(customers map[string][]time.Time, since, asOf time.Time) (stages map[string]int64, matrix map[string]map[string]float64) {
	stages, matrix = map[string]int64{"new": 0, "active": 0, "at_risk": 0, "lost": 0}, map[string]map[string]float64{}
	moves, of := map[[2]string]float64{}, map[string]float64{}
	for _, orders := range customers {
		orders = slices.SortedFunc(slices.Values(orders), time.Time.Compare)
		orders = slices.CompactFunc(orders, time.Time.Equal)
		orders = lo.Filter(orders, func(o time.Time, _ int) bool { return o.Before(asOf) })
		if stage := shopStage(orders, asOf); stage != "" {
			stages[stage]++
		}
		for from := since; ; {
			to := from.AddDate(0, 1, 0)
			if to.After(asOf) {
				break
			}
			if a := shopStage(orders, from); a != "" {
				moves[[2]string{a, shopStage(orders, to)}]++
				of[a]++
			}
			from = to
		}
	}
	for from, n := range of {
		matrix[from] = map[string]float64{}
		for to := range stages {
			matrix[from][to] = moves[[2]string{from, to}] / n
		}
	}
	return stages, matrix
}

// agree compares what was printed with the oracle.
func agree(t *testing.T, r jsonReport, customers map[string][]time.Time, since, asOf time.Time) {
	t.Helper()
	stages, matrix := oracle(customers, since, asOf)
	if fmt.Sprint(stages) != fmt.Sprint(r.Stages) {
		t.Errorf("%v, want %v", r.Stages, stages)
	}
	if len(matrix) != len(r.Matrix) {
		t.Fatalf("%d rows, want %d", len(r.Matrix), len(matrix))
	}
	for from, row := range matrix {
		for to, p := range row {
			if got := r.Matrix[from][to]; math.Abs(got-p) > 1e-12 {
				t.Errorf("%s to %s: %v, want %v", from, to, got, p)
			}
		}
	}
}

// eventFile writes orders as a file, its rows shuffled.
func eventFile(t *testing.T, customers map[string][]time.Time, seed uint64) string {
	t.Helper()
	var rows []string
	for id, orders := range customers {
		for _, o := range orders {
			rows = append(rows, id+",order,"+o.Format(time.RFC3339)+"\n")
		}
	}
	slices.Sort(rows)
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(rows), func(i, k int) { rows[i], rows[k] = rows[k], rows[i] })
	return csvEvents(t, "customer,event,at\n"+strings.Join(rows, ""))
}

// Stages and matrix of orders in any order of rows are those of the closed form,
// at the edges of days and months too.
func TestOracle(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	since := time.Date(2023, 1, 1, 0, 0, 0, 0, zone)
	rng := rand.New(rand.NewPCG(3, 1))
	customers := map[string][]time.Time{}
	for i := range 400 {
		id := fmt.Sprintf("c%03d", i)
		for at := since.AddDate(0, 0, rng.IntN(500)); at.Year() < 2025 && rng.IntN(12) > 0; {
			customers[id] = append(customers[id], at) // midnights: the edges of months among them
			at = at.AddDate(0, 0, []int{0, 5, 31, 91, 92, 93, 180, 365, 400}[rng.IntN(9)])
			if rng.IntN(4) == 0 {
				at = at.Add(time.Duration(rng.IntN(86400)) * time.Second)
			}
		}
	}
	customers["first"] = []time.Time{since} // so that months begin there
	asOf := time.Date(2025, 3, 17, 0, 0, 0, 0, zone)
	var first jsonReport
	for seed := range uint64(3) {
		r := runJSON(t, "", "-events", eventFile(t, customers, seed), "-tz", "Asia/Shanghai", "-as-of", "2025-03-17")
		agree(t, r, customers, since, asOf)
		if seed == 0 {
			first = r
		} else if fmt.Sprint(r) != fmt.Sprint(first) {
			t.Error("the order of the rows matters")
		}
	}
}

// So are those of the simulated shop.
func TestOracleOfSimulation(t *testing.T) {
	m, err := newModel("shop")
	if err != nil {
		t.Fatal(err)
	}
	l := simulate(m, options{customers: 2000, seed: 5, loc: time.UTC})
	customers := map[string][]time.Time{}
	for _, c := range l.customers {
		for _, e := range c.events {
			customers[string(c.id)] = append(customers[string(c.id)], e.at)
		}
	}
	agree(t, runJSON(t, "", "-customers", "2000", "-seed", "5"), customers, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
}

// So are those of CDNOW's order log.
func TestCDNOW(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "cdnow_transactions.csv"))
	if err != nil {
		t.Skip("no ../shared/data/cdnow_transactions.csv")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	customers := map[string][]time.Time{}
	var b strings.Builder
	b.WriteString("customer,event,at\n")
	for _, row := range rows[1:] {
		at, err := time.Parse(time.DateOnly, row[1])
		if err != nil {
			t.Fatal(err)
		}
		customers[row[0]] = append(customers[row[0]], at)
		b.WriteString(row[0] + ",order," + row[1] + "\n")
	}
	r := runJSON(t, "", "-events", csvEvents(t, b.String()))
	agree(t, r, customers, time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1998, 7, 1, 0, 0, 0, 0, time.UTC))
	if lo.Sum(lo.Values(r.Stages)) != 23_570 {
		t.Errorf("%v", r.Stages)
	}
}
