package main

import (
	"strings"
	"testing"
)

// A shop of any seed gives a whole report, the same each time.
func TestSeeds(t *testing.T) {
	seen := map[string]bool{}
	for i, args := range [][]string{{"-seed", "0"}, {"-seed", "2", "-lang", "zh"}, {"-seed", "18446744073709551615"}} {
		code, stdout, stderr := retained(args...)
		if code != 0 || stderr != "" || strings.Contains(stdout, "%!") || strings.Contains(stdout, "NaN") || len(stdout) < 5000 {
			t.Fatalf("%v: exit %d, %s\n%s", args, code, stderr, stdout)
		}
		if seen[stdout] {
			t.Errorf("%v: as another seed", args)
		}
		seen[stdout] = true
		if i > 0 {
			continue
		}
		if _, again, _ := retained(args...); again != stdout {
			t.Errorf("%v: two runs differ", args)
		}
	}
}

// What the report says of customers holds in the data: reasons add up, those who
// have left are not at risk, and the holdout was left alone.
func TestShop(t *testing.T) {
	s, err := openShop(3)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := s.learn("by hand")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.adopt(r.Fit.Model); err != nil {
		t.Fatal(err)
	}
	if r.Test.Unknown != 0 || r.Test.Left == 0 || r.Test.Stayed == 0 {
		t.Errorf("the test window has %+v", r.Test)
	}
	all, err := s.risks()
	if err != nil {
		t.Fatal(err)
	}
	gone := 0
	for _, v := range s.views {
		gone += int(truth(v.gone))
	}
	if len(all)+gone != people {
		t.Errorf("%d at risk and %d gone of %d", len(all), gone, people)
	}
	for i, c := range all {
		sum := s.learned.Bias() + c.Rest
		for _, reason := range c.reasons {
			sum += reason.LogOdds
		}
		if sum != c.LogOdds {
			t.Fatalf("%s: reasons add up to %v of %v", c.id, sum, c.LogOdds)
		}
		if i > 0 && all[i-1].stake < c.stake {
			t.Fatalf("%s: not in the order of what is at stake", c.id)
		}
	}
	p := &report{lang: "en"}
	campaign, _, err := s.evaluate(p)
	if err != nil {
		t.Fatal(err)
	}
	if campaign.Taint.HeldContacted+campaign.Taint.OtherArm != 0 || campaign.Taint.UnevenSplit {
		t.Errorf("the trial is tainted: %+v", campaign.Taint)
	}
	left := 0
	for _, c := range s.customers {
		_, ok, err := s.leftAt(c)
		if err != nil {
			t.Fatal(err)
		}
		left += int(truth(ok))
	}
	if left < gone { // some came back
		t.Errorf("%d ever left, %d are gone", left, gone)
	}
}
