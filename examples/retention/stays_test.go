package main

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Each analysis leaves out the rows that miss one of its own columns; skipped
// counts those that miss any.
func TestSkipped(t *testing.T) {
	name := csvStays(t, "t,e,g,x,y\n"+
		"1,1,a,1,p\n2,0,a,4,q\n3,1,b,2,p\n4,1,b,3,q\n5,0,a,2,p\n6,1,b,5,q\n7,1,a,1,q\n8,0,b,3,p\n"+
		",1,a,1,p\n"+ // no time
		"9,,a,1,p\n"+ // no event
		"9,1,,1,p\n"+ // no group: in the regression
		"9,1,a,,p\n"+ // no x: in the curves
		"9,0,b,2,NA\n"+ // no y
		",,,,\n")
	args := []string{"-survival", name, "-time", "t", "-event", "e", "-group", "g", "-covariates", "x,y", "-missing", "NA"}
	r := runJSON(t, args...)
	first := map[string]int{}
	for _, p := range r.KM {
		if _, ok := first[p.Group]; !ok {
			first[p.Group] = p.Risk
		}
	}
	if r.Skipped != 6 || first["a"] != 5 || first["b"] != 5 {
		t.Errorf("skipped %d, at risk %v", r.Skipped, first)
	}
	_, stdout, _ := retained(args...)
	for _, want := range []string{"14 rows; with an empty field among the columns chosen: 6", "Rows left out: 4", "Efron: 9 rows", "rows left out: 5", "y is compared with p"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
}

// Whether a customer left is said in several ways.
func TestEvents(t *testing.T) {
	for _, tt := range []struct {
		value string
		left  []string
		not   []string
		bad   []string
	}{
		{"", []string{"1", "1.0", "true", "TRUE", "True"}, []string{"0", "0.0", "false", "FALSE"}, []string{"2", "yes", "-1", "NaN", "T"}},
		{"2", []string{"2", "2.0", "+2"}, []string{"1", "20", "two", "NaN"}, nil},
		{"left", []string{"left"}, []string{"Left", "stayed", "1", "true"}, nil},
	} {
		c := eventColumn{name: "e", value: tt.value}
		for i, all := range [][]string{tt.not, tt.left} {
			for _, s := range all {
				if left, known, err := c.parse(s); left != (i == 1) || !known || err != nil {
					t.Errorf("-event e=%s: %q is %v, %v, %v", tt.value, s, left, known, err)
				}
			}
		}
		for _, s := range tt.bad {
			if _, _, err := c.parse(s); err == nil {
				t.Errorf("%q was taken", s)
			}
		}
		if _, known, err := c.parse(""); known || err != nil {
			t.Errorf("an empty field is known, or a fault: %v", err)
		}
	}
}

// Groups of numbers stand in the order of the numbers.
func TestLevels(t *testing.T) {
	for _, tt := range []struct{ texts, want []string }{
		{[]string{"10", "2", "", "2", "-1"}, []string{"-1", "2", "10"}},
		{[]string{"10", "2", "b", "a"}, []string{"10", "2", "a", "b"}},
		{[]string{"1.0", "1", "NaN"}, []string{"1", "1.0", "NaN"}},
		{[]string{"", ""}, []string{}},
	} {
		if got := levels(tt.texts); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.texts, got, tt.want)
		}
	}
}

// The order of rows changes nothing.
func TestOrderOfRows(t *testing.T) {
	rows := []string{"1,1,a,3,p", "2,0,b,1,q", "2,1,a,2,q", "4,1,b,5,p", "5,0,a,4,q", "6,1,b,2,p", "6,1,a,2,r", "8,0,b,1,r", "9,1,a,,r"}
	say := func(rows []string) string {
		name := csvStays(t, "t,e,g,x,y\n"+strings.Join(rows, "\n")+"\n")
		code, stdout, stderr := retained("-json", "-survival", name, "-time", "t", "-event", "e", "-group", "g", "-covariates", "x,y")
		if code != 0 {
			t.Fatal(stderr)
		}
		return stdout
	}
	want := say(rows)
	slices.Reverse(rows)
	if got := say(rows); got != want {
		t.Errorf("reversed:\n%s\nwant\n%s", got, want)
	}
}

// Names in the file do not steer the terminal.
func TestTame(t *testing.T) {
	name := csvStays(t, "t,e,g\n1,1,a\x1b[31m\n2,1,b\n3,0,b\n3,0,a\x1b[31m\n")
	code, stdout, stderr := retained("-survival", name, "-time", "t", "-event", "e", "-group", "g")
	if code != 0 || strings.Contains(stdout, "\x1b") || !strings.Contains(stdout, "a\uFFFD[31m") {
		t.Errorf("exit %d: %s%q", code, stderr, stdout)
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		decimals(-0.0001, 2): "0.00", decimals(math.NaN(), 2): unknown, decimals(math.Inf(1), 1): unknown,
		signed(0.123, 2): "+0.12", signed(-0.127, 2): "-0.13", signed(0.001, 2): "+0.00", percent(0.1234): "12.3%", percent(math.NaN()): unknown,
		plain(170): "170", plain(0.5): "0.5", plain(math.NaN()): unknown, probability(0.0001): "<0.001", probability(0.5): "0.500",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
