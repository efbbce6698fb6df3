package layout

import "testing"

// Chinese characters are two columns wide.
func TestTableWithRule(t *testing.T) {
	table := &Table{Align: "lrl"}
	table.Add("客户", "1", "x")
	table.Add("a", "22", "")
	table.Rule()
	table.Add("客", "3")
	want := "  客户   1  x\n  a     22\n  -----------\n  客     3\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// Chinese characters are two columns wide.
func TestTable(t *testing.T) {
	table := &Table{Align: "lrl"}
	table.Add("客户", "1", "x")
	table.Add("a", "22", "")
	table.Add("客", "3")
	want := "  客户   1  x\n  a     22\n  客     3\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
