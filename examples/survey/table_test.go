package main

import "testing"

// Chinese characters are two columns wide.
func TestTable(t *testing.T) {
	table := &table{align: "lrl"}
	table.add("客户", "1", "x")
	table.add("a", "22", "")
	table.add("客", "3")
	want := "  客户   1  x\n  a     22\n  客     3\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		points(0): "0.0", points(-0.0001): "0.0", points(0.3421): "+34.2", points(-1): "-100.0",
		thousands(int64(999)): "999", thousands(1234567): "1,234,567",
		percent(1, 0): unknown, percent(1, 3): "33.3%",
		probability(0.00099): "<0.001", probability(0.0412): "0.041",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
