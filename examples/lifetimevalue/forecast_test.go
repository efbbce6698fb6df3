package main

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Where a few customers spend so much that there is no mean, the fit of spend is
// shown, and nobody's value is.
func TestNoMeanSpend(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,frequency,recency,T,monetary\n")
	for i := range 40 {
		fmt.Fprintf(&b, "A%02d,%d,%d,%d,%g\n", i, 1+i%4, 3+i%7, 11+i%5, math.Pow(10, float64(i)/3))
		fmt.Fprintf(&b, "B%02d,0,0,%d,\n", i, 11+i%5)
	}
	rows := csvFile(t, b.String())
	r := runJSON(t, "spend and clv are null: q is not above 1", "-summary", rows)
	if r.Spend == nil || r.Spend.Q > 1 || r.Value[0].CLV != nil || r.Value[0].Spend != nil || !(r.Value[0].Expected > 0) {
		t.Errorf("%+v, %+v", r.Spend, r.Value[0])
	}
	for lang, want := range map[string]string{"en": "Spend and values are not known: q is not above 1", "zh": "消费额与客户价值未知：q 不大于 1"} {
		code, stdout, stderr := valued("-summary", rows, "-lang", lang)
		if code != 0 || stderr != "" || !strings.Contains(stdout, want) || strings.Contains(stdout, "NaN") {
			t.Errorf("exit %d: %s%s", code, stderr, stdout)
		}
	}
}

// Rows that have no spend are left out of its model, counted, and valued all the
// same.
func TestLeftOut(t *testing.T) {
	var b strings.Builder
	b.WriteString("customer,frequency,recency,T,monetary\n")
	for i := range 30 {
		fmt.Fprintf(&b, "A%02d,%d,%d,%d,%d\n", i, 1+i%4, 3+i%7, 11+i%5, 20+(i*7)%30)
	}
	b.WriteString("B,0,0,12,0\nC,2,5,12,0\nD,2,5,12,-4\n")
	rows := csvFile(t, b.String())
	r := runJSON(t, "", "-summary", rows)
	spend := map[float64]int{}
	for _, v := range r.Value[30:] {
		spend[*v.Spend]++
	}
	if len(spend) != 1 || r.Customers != 33 {
		t.Errorf("%v", spend)
	}
	if _, stdout, _ := valued("-summary", rows); !strings.Contains(stdout, "30 customers with repeat purchases; 3 others left out") {
		t.Error(stdout)
	}
}
