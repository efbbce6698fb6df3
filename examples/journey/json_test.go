package main

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

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
	code, stdout, stderr := journeyed("-json", "-customers", "2000", "-lang", "zh")
	if code != 0 || stderr != "" {
		t.Fatal(code, stderr)
	}
	var whole struct {
		Stages   json.RawMessage
		Matrix   map[string]json.RawMessage
		Forecast []json.RawMessage
		Due      []json.RawMessage
	}
	if err := json.Unmarshal([]byte(stdout), &whole); err != nil {
		t.Fatal(err)
	}
	check("the report", []byte(stdout), "due forecast matrix stages")
	check("stages", whole.Stages, "active at_risk lost new")
	for from, row := range whole.Matrix {
		check("the row of "+from, row, "active at_risk lost new")
	}
	if len(whole.Matrix) != 4 || len(whole.Forecast) != 4*quarter || len(whole.Due) == 0 {
		t.Errorf("%d rows, %d forecasts, %d tasks", len(whole.Matrix), len(whole.Forecast), len(whole.Due))
	}
	check("a forecast", whole.Forecast[0], "high low mean period se stage")
	check("a task", whole.Due[0], "channel customer due expires id plan reason since stage step")
}

// What must hold of every run.
func TestJSONLaws(t *testing.T) {
	for _, args := range [][]string{{}, {"-seed", "7", "-customers", "3000"}, fileArgs} {
		r := runJSON(t, "", args...)
		for from, row := range r.Matrix {
			if sum := lo.Sum(lo.Values(row)); math.Abs(sum-1) > 1e-9 {
				t.Errorf("%q: the row of %s sums to %v", args, from, sum)
			}
		}
		total := lo.Sum(lo.Values(r.Stages))
		if args == nil && total != 10_000 {
			t.Errorf("%d customers", total)
		}
		for _, e := range r.Forecast {
			if e.Period < 1 || e.Period > quarter || e.Mean < 0 || e.Low > e.Mean || e.High < e.Mean {
				t.Errorf("%q: %+v", args, e)
			}
		}
		ids := lo.Uniq(lo.Map(r.Due, func(d jsonTask, _ int) string { return string(d.ID) }))
		if len(ids) != len(r.Due) {
			t.Errorf("%q: %d tasks with %d ids", args, len(r.Due), len(ids))
		}
		busy := lo.CountValuesBy(r.Due, func(d jsonTask) string { return d.Customer + d.Due[:len(time.DateOnly)] })
		for key, n := range busy {
			if n > 1 {
				t.Errorf("%q: %d tasks for %s on one day", args, n, key)
			}
		}
		for _, d := range r.Due {
			due, err := time.Parse(time.RFC3339Nano, d.Due)
			if err != nil || d.Reason == "" || d.Channel.Label("zh") == string(d.Channel) || r.Stages[d.Stage] == 0 || due.Hour() < 9 || due.Hour() >= 21 {
				t.Errorf("%q: %+v", args, d)
			}
		}
	}
}

// The same flags give the same bytes.
func TestDeterministic(t *testing.T) {
	for _, args := range [][]string{{"-customers", "500"}, {"-customers", "500", "-json"}, fileArgs} {
		_, first, _ := journeyed(args...)
		if _, again, _ := journeyed(args...); first != again || first == "" {
			t.Errorf("%q differs from run to run", args)
		}
	}
}

// A file of a few days has stages and tasks, and nothing to count yet.
func TestNoWholeMonth(t *testing.T) {
	file := csvEvents(t, "customer,event,at\nA,order,2025-01-02\nB,order,2025-01-05\n")
	r := runJSON(t, "forecast is empty: there is no whole month yet", "-events", file)
	if r.Stages["new"] != 2 || len(r.Stages) != 4 || r.Matrix == nil || len(r.Matrix) != 0 || r.Forecast == nil || len(r.Forecast) != 0 {
		t.Errorf("%+v", r)
	}
	// On the 6th the 2nd is more than two days ago: a task since the 4th, at nine.
	if len(r.Due) != 1 || r.Due[0].Customer != "A" || r.Due[0].Step != "card" || r.Due[0].Due != "2025-01-04T09:00:00Z" || r.Due[0].Reason != "New since 2025-01-02" {
		t.Errorf("%+v", r.Due)
	}
	if code, stdout, stderr := journeyed("-events", file); code != 0 || stderr != "" || strings.Count(stdout, "None: there is no whole month yet") != 2 {
		t.Errorf("exit %d: %s%s", code, stderr, stdout)
	}
}

// A stage that somebody is in now and nobody was in at the beginning of a month
// has no row, and no forecast goes through it.
func TestNoRow(t *testing.T) {
	file := csvEvents(t, "customer,event,at\nA,order,2025-01-02\nB,order,2025-01-05\n")
	r := runJSON(t, "forecast is empty: nobody was in one of the stages", "-events", file, "-as-of", "2025-04-20")
	if r.Stages["at_risk"] != 2 || len(r.Matrix) != 1 || r.Matrix["new"]["new"] != 1 || len(r.Forecast) != 0 {
		t.Errorf("%+v", r)
	}
	if code, stdout, _ := journeyed("-events", file, "-as-of", "2025-04-20"); code != 0 || !strings.Contains(stdout, "\n  At risk         –       –        –     –\n") {
		t.Error(stdout)
	}
}
