package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/samber/lo"
)

// The fields of -json are these, no others, and nothing else is printed.
func TestJSONSchema(t *testing.T) {
	check := func(what string, raw json.RawMessage, want string) {
		t.Helper()
		var m map[string]json.RawMessage
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		names := lo.Keys(m)
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has %s, want %s", what, got, want)
		}
	}
	for model, params := range map[string]string{"mbgnbd": "a alpha b r", "bgnbd": "a alpha b r", "paretonbd": "alpha beta r s"} {
		code, stdout, stderr := valued("-json", "-customers", "500", "-model", model)
		if code != 0 || stderr != "" {
			t.Fatal(code, stderr)
		}
		var whole struct {
			Params, SE, HoldOut, Spend json.RawMessage
			Value                      []json.RawMessage
		}
		if err := json.Unmarshal([]byte(stdout), &whole); err != nil {
			t.Fatal(err)
		}
		check("the report", []byte(stdout), "customers holdout loglik model params se spend status unit value")
		check("params", whole.Params, params)
		check("se", whole.SE, params)
		check("holdout", whole.HoldOut, "actual periods predicted")
		check("spend", whole.Spend, "loglik p q v")
		check("a value", whole.Value[0], "age clv customer expected frequency p_alive recency spend")
		if len(whole.Value) != 500 {
			t.Errorf("%d values", len(whole.Value))
		}
	}
}

// Without a split there is no hold-out, and without money no spend: the fields
// are there and null.
func TestJSONNulls(t *testing.T) {
	rows := csvFile(t, "customer,frequency,recency,T\nA,1,2,9\nB,0,0,8\nC,3,5,9\nD,2,6,7\nE,0,0,3\nF,1,4,8\n")
	code, stdout, stderr := valued("-json", "-summary", rows)
	if code != 0 || !strings.Contains(stderr, "spend and clv are null: too few customers") {
		t.Fatal(code, stderr)
	}
	for _, want := range []string{`"holdout": null`, `"spend": null`, `"clv": null`} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %s in %s", want, stdout)
		}
	}
	if _, report, _ := valued("-summary", rows); !strings.Contains(report, "Spend and values are not known") || !strings.Contains(report, "no column monetary") ||
		strings.Contains(report, "NaN") {
		t.Error(report)
	}
}

// A parameter that ran off has no standard error, and the status says why.
func TestJSONBoundary(t *testing.T) {
	// Everybody keeps buying to the end: nobody leaves.
	rows := csvFile(t, "customer,frequency,recency,T\nA,10,10,10\nB,20,10,10\nC,5,10,10\nD,8,10,10\nE,13,9.9,10\nF,2,9.5,10\nG,30,10,10\n")
	r := runJSON(t, "null", "-summary", rows, "-model", "bgnbd")
	if r.Status != clv.Boundary {
		t.Fatalf("%+v", r)
	}
	unknowns := lo.CountBy(lo.Values(r.SE), func(se *float64) bool { return se == nil })
	if unknowns == 0 || len(r.SE) != 4 {
		t.Errorf("%v", r.SE)
	}
	if code, stdout, stderr := valued("-summary", rows, "-model", "bgnbd"); code != 0 || stderr != "" || !strings.Contains(stdout, "edge of the model") {
		t.Errorf("exit %d: %s%s", code, stderr, stdout)
	}
}

// Values are those of every customer, in the order of the ids as text.
func TestValues(t *testing.T) {
	r := runJSON(t, "", "-customers", "1200", "-discount", "0", "-margin", "0.25")
	names := lo.Map(r.Value, func(v jsonValue, _ int) string { return v.Customer })
	if len(names) != 1200 || r.Customers != 1200 || !slices.IsSorted(names) || len(lo.Uniq(names)) != 1200 {
		t.Errorf("%d customers", len(names))
	}
	for _, v := range r.Value {
		if v.PAlive < 0 || v.PAlive > 1 || v.Recency > v.Age || v.Expected < 0 {
			t.Errorf("%+v", v)
		}
		if want := 0.25 * v.Expected * *v.Spend; math.Abs(*v.CLV-want) > 1e-12*want {
			t.Errorf("clv %v, want %v without discount", *v.CLV, want)
		}
	}
	later := runJSON(t, "", "-customers", "1200", "-margin", "0.25")
	longer := runJSON(t, "", "-customers", "1200", "-discount", "0", "-margin", "0.25", "-month-days", "31")
	for i, v := range r.Value {
		if *later.Value[i].CLV >= *v.CLV || longer.Value[i].Expected <= v.Expected {
			t.Errorf("%+v, discounted %+v, longer %+v", v, later.Value[i], longer.Value[i])
		}
	}
}
