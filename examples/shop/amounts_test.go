package main

import "testing"

func TestCleanAmount(t *testing.T) {
	for _, tt := range []struct {
		in     string
		mark   byte
		want   string
		places int
	}{
		{"12", '.', "12", 0}, {"12.50", '.', "12.50", 2}, {"-12.5", '.', "-12.5", 1}, {"+3", '.', "3", 0}, {"−3", '.', "-3", 0},
		{"1,234,567.8", '.', "1234567.8", 1}, {"1.234.567,8", ',', "1234567.8", 1}, {"1 234,50", ',', "1234.50", 2},
		{"1'234.50", '.', "1234.50", 2}, {".5", '.', ".5", 1}, {"5.", '.', "5", 0}, {"0.125", '.', "0.125", 3},
		{"", '.', "", 0}, {"-", '.', "", 0}, {".", '.', "", 0}, {"--1", '.', "", 0}, {"1-", '.', "", 0}, {"(1)", '.', "", 0},
		{"12,50", '.', "", 0}, {"1,23,456", '.', "", 0}, {"1.2.3", '.', "", 0}, {"1,234.56", ',', "", 0}, {",123", '.', "", 0},
		{"1 234,567.0", '.', "", 0}, {"¥1", '.', "", 0}, {"1e3", '.', "", 0}, {"0x1", '.', "", 0}, {"١", '.', "", 0},
	} {
		got, places, ok := cleanAmount(tt.in, tt.mark)
		if got != tt.want || places != tt.places || ok != (tt.want != "") {
			t.Errorf("%q by %c: %q, %d, %v; want %q, %d", tt.in, tt.mark, got, places, ok, tt.want, tt.places)
		}
		if !ok {
			continue
		}
		if _, err := (amountReader{tt.mark}).parse(tt.in); err != nil {
			t.Errorf("%q: %v", tt.in, err)
		}
	}
}

func TestDecimalMark(t *testing.T) {
	for _, tt := range []struct {
		name      string
		amounts   []string
		delimiter rune
		mark      byte // 0: cannot be known
		places    int
	}{
		{"none", []string{"1", "23"}, ';', '.', 0},
		{"points", []string{"1.5", "1.234", "2"}, ';', '.', 3},
		{"commas", []string{"1,5", "1,234", "2.000,25"}, ';', ',', 3},
		{"commas in quotes", []string{"1,5", "10"}, ',', ',', 1},
		{"thousands in quotes", []string{"1,234"}, ',', '.', 0},
		{"thousands twice", []string{"1,234,567"}, '\t', '.', 0},
		{"points below one", []string{"0.125"}, ';', '.', 3},
		{"either", []string{"1,234"}, '\t', 0, 0},
		{"either point", []string{"-1.234"}, ';', 0, 0},
		{"a point between commas", []string{"1.234"}, ',', '.', 3},
		{"both", []string{"1.5", "1,5"}, ';', 0, 0},
		{"both, in quotes", []string{"1.5", "1,5"}, ',', '.', 1},
		{"rubbish proves nothing", []string{"1.2.3", "x,1"}, ';', '.', 0},
		{"six at most", []string{"29.330000000000002"}, ',', '.', 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s amountSniffer
			for i, a := range tt.amounts {
				s.see(i+2, a)
			}
			mark, err := s.mark(tt.delimiter)
			if mark != tt.mark || (err != nil) != (tt.mark == 0) {
				t.Errorf("%c, %v", mark, err)
			}
			if err == nil && s.places(mark) != tt.places {
				t.Errorf("%d places, want %d", s.places(mark), tt.places)
			}
		})
	}
}
