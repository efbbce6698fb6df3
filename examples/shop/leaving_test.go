package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// Whom the list of those who may leave names is to be watched, and each has a reason: who
// buys much and is well has much at stake as well, and is not on it.
func TestAtRiskHaveReasons(t *testing.T) {
	check := func(t *testing.T, r whole) {
		from := -1.0
		for _, b := range r.Churn.Bands {
			if b.ID == watchBand {
				from = b.From
			}
		}
		if from <= 0 {
			t.Fatal("no such band")
		}
		last := 0.0
		for i, a := range r.Churn.AtRisk {
			raised := false
			for _, why := range a.Reasons {
				raised = raised || why.LogOdds > 0
			}
			if a.Risk < from || !raised || a.Stake <= 0 || i > 0 && a.Stake > last {
				t.Errorf("%d: %s with risk %.3f, stake %.2f, reasons %v", i, a.Customer, a.Risk, a.Stake, a.Reasons)
			}
			last = a.Stake
		}
	}
	t.Run("CDNOW", func(t *testing.T) {
		r := shopJSON(t, shared(t, "cdnow_transactions.csv"), "-top", "200")
		check(t, r)
		if len(r.Churn.AtRisk) == 0 {
			t.Error("nobody is on the list")
		}
		for _, a := range r.Churn.AtRisk {
			if a.Customer == "7592" || a.Customer == "14048" {
				t.Errorf("%s came two days ago", a.Customer)
			}
		}
	})
	t.Run("all well", func(t *testing.T) {
		var log strings.Builder
		log.WriteString("customer,date,amount\n")
		for i := range 12 * 30 {
			fmt.Fprintf(&log, "C%d,2025-%02d-%02d,10.00\n", i%30, i/30+1, i%28+1)
		}
		name := csvLog(t, log.String())
		r := shopJSON(t, name, "-as-of", "2025-12-29")
		check(t, r)
		if n := len(r.Churn.AtRisk); n > 0 {
			t.Errorf("%d are on the list", n)
		}
		_, stdout, _ := shop("-orders", name, "-as-of", "2025-12-29")
		if !strings.Contains(stdout, "Nobody who is there needs watching.") {
			t.Error("the text does not say that nobody is")
		}
	})
}

// Months in which nobody came first are no rows of the table of cohorts.
func TestNoEmptyCohorts(t *testing.T) {
	_, stdout, _ := shop("-orders", shared(t, "cdnow_transactions.csv"))
	_, table, ok := strings.Cut(stdout, "first order  customers")
	table, _, _ = strings.Cut(table, "---")
	rows := regexp.MustCompile(`(?m)^ +1997-0[123] +[1-9][0-9,]* `).FindAllString(table, -1)
	if !ok || len(rows) != 3 || strings.Count(strings.TrimSpace(table), "\n") != 3 {
		t.Errorf("%d rows of 1997-01 to -03 in %s", len(rows), table)
	}
}
