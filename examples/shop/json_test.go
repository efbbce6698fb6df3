package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
)

// The fields of -json are these, no others, and nothing else is printed.
func TestJSONSchema(t *testing.T) {
	log := csvLog(t, "customer,date,amount,order\nA,2024-01-05,5.00,1\nB,2024-01-05,5.00,2\nB,2024-01-06,-5.00,2\nB,2024-01-07,-1.00,x\nC,never,1.00,3\n")
	fields := func(raw json.RawMessage) []string {
		var m map[string]json.RawMessage
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		names := lo.Keys(m)
		slices.Sort(names)
		return names
	}
	check := func(what string, raw json.RawMessage, want string) {
		t.Helper()
		if got := strings.Join(fields(raw), " "); got != want {
			t.Errorf("%s has %s, want %s", what, got, want)
		}
	}
	for _, scores := range []bool{false, true} {
		args := []string{"-json", "-orders", log}
		if scores {
			args = append(args, "-scores")
		}
		code, stdout, stderr := shop(args...)
		if code != 1 || !strings.Contains(stderr, "row 5 (line 6): \"never\" is no date") {
			t.Fatal(code, stderr)
		}
		var whole struct {
			Refused, Segments, Scores []json.RawMessage
			Notes                     struct{ Pending []json.RawMessage }
		}
		if err := json.Unmarshal([]byte(stdout), &whole); err != nil {
			t.Fatal(err)
		}
		top := "actions as_of churn cohorts confidence currency customers decimals heat_map life_cycle migration notes nps orders pareto points refused revenue rows segments simulated since survival title unknown value"
		if scores {
			top = "actions as_of churn cohorts confidence currency customers decimals heat_map life_cycle migration notes nps orders pareto points refused revenue rows scores segments simulated since survival title unknown value"
			check("a score", whole.Scores[0], "customer f m r segment")
		}
		check("the report", []byte(stdout), top)
		check("a refusal", whole.Refused[0], "line reason row")
		check("a segment", whole.Segments[0], "customers frequency id monetary name recency_days revenue revenue_share share")
		check("a pending refund", whole.Notes.Pending[0], "amount at customer order")
	}
	r := shopJSON(t, log, "-scores")
	if len(r.Segments) != 12 {
		t.Errorf("%d segments; those without customers belong there too", len(r.Segments))
	}
	prospects := r.Segments[11]
	if prospects.Customers != 1 || prospects.RecencyDays != nil || prospects.Frequency != nil || prospects.Monetary != nil || *prospects.Share != 0.5 {
		t.Errorf("prospects %+v: means of nobody are null", prospects)
	}
	if s := (*r.Scores)[1]; s != (jsonScore{Customer: "B", Segment: "Prospects"}) {
		t.Errorf("score %+v", s)
	}
	if r.Orders != 2 || r.Revenue != "5.00" || r.AsOf != "2024-01-08" {
		t.Errorf("%+v", r)
	}
	// Without revenue there are no shares of it.
	r = shopJSON(t, csvLog(t, "customer,date,amount\nA,2024-01-05,0\n"))
	if r.Segments[0].RevenueShare != nil || r.Segments[0].Share == nil {
		t.Errorf("%+v", r.Segments[0])
	}
}
