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
	code, stdout, stderr := retained(append([]string{"-json"}, fileArgs...)...)
	if code != 0 || stderr != "" {
		t.Fatal(code, stderr)
	}
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
	var whole struct {
		KM      []json.RawMessage `json:"km"`
		LogRank json.RawMessage   `json:"logrank"`
		Cox     json.RawMessage   `json:"cox"`
		Skipped int               `json:"skipped"`
	}
	dec := json.NewDecoder(strings.NewReader(stdout))
	if err := dec.Decode(&whole); err != nil || dec.More() {
		t.Fatal("not one JSON object", err)
	}
	check("the report", []byte(stdout), "cox km logrank skipped")
	for _, p := range whole.KM {
		check("a point", p, "events group high low risk survival time")
	}
	check("logrank", whole.LogRank, "chisq df p")
	check("cox", whole.Cox, "coef concordance loglik se")
	var cox struct{ Coef, SE json.RawMessage }
	if err := json.Unmarshal(whole.Cox, &cox); err != nil {
		t.Fatal(err)
	}
	check("coef", cox.Coef, "age city=Hangzhou city=Shanghai")
	check("se", cox.SE, "age city=Hangzhou city=Shanghai")
}

// Without a group there is one curve, and nothing to compare; without covariates
// no regression.
func TestAlone(t *testing.T) {
	name := csvStays(t, "t,e\n1,1\n2,0\n2,1\n4,1\n")
	r := runJSON(t, "-survival", name, "-time", "t", "-event", "e")
	want := []jsonPoint{{Time: 1, Risk: 4, Events: 1, Survival: 0.75}, {Time: 2, Risk: 3, Events: 1, Survival: 0.5}, {Time: 4, Risk: 1, Events: 1, Survival: 0}}
	for i, p := range r.KM {
		if known := p.Low != nil && p.High != nil; known != (p.Survival > 0) {
			t.Errorf("limits at %v: known %v", p.Time, known)
		}
		p.Low, p.High = nil, nil
		if i >= len(want) || p != want[i] {
			t.Errorf("point %+v", p)
		}
	}
	if len(r.KM) != len(want) || r.LogRank != nil || r.Cox != nil || r.Skipped != 0 {
		t.Errorf("%+v", r)
	}
	_, stdout, _ := retained("-json", "-survival", name, "-time", "t", "-event", "e")
	for _, want := range []string{`"logrank": null`, `"cox": null`} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %s", want)
		}
	}
	// One group, or groups that were never there together, cannot be compared.
	for _, text := range []string{"t,e,g\n1,1,a\n2,0,a\n", "t,e,g\n1,0,a\n2,1,b\n3,0,b\n"} {
		args := []string{"-survival", csvStays(t, text), "-time", "t", "-event", "e", "-group", "g"}
		if r := runJSON(t, args...); r.LogRank != nil || len(r.KM) == 0 {
			t.Errorf("%+v", r)
		}
		if code, stdout, stderr := retained(args...); code != 0 || !strings.Contains(stdout, "leave alike? Not known") {
			t.Errorf("exit %d: %s%s", code, stderr, stdout)
		}
	}
}
