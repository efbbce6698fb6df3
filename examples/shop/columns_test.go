package main

import (
	"strings"
	"testing"
)

func TestFindDelimiter(t *testing.T) {
	for _, tt := range []struct {
		header string
		want   rune
		cols   columns
	}{
		{"customer,date,amount", ',', columns{0, 1, 2, -1, ""}},
		{"Amount;Date;Order;Customer", ';', columns{3, 1, 0, 2, ""}},
		{"cust\tnote, with comma\tat\ttotal", '\t', columns{0, 2, 3, -1, ""}},
		{`"customer"|"ship, date"|"order date"|"revenue"`, '|', columns{0, 2, 3, -1, ""}},
		{"客户;下单时间;实付金额;订单编号", ';', columns{0, 1, 2, 3, ""}},
		// The better name wins: the amount of the order, not a price of something.
		{"price,order total,created_at,customer_id,invoice_no,time", ',', columns{3, 2, 1, 4, ""}},
	} {
		got, cols, _, err := findDelimiter(tt.header, 0)
		if err != nil || got != tt.want || cols != tt.cols {
			t.Errorf("%s: %q %+v, %v", tt.header, got, cols, err)
		}
	}
	if _, _, _, err := findDelimiter("customer,date,amount", ';'); err == nil {
		t.Error("a delimiter that is given is the only one tried")
	}
}

// Every synonym stands for its column, whatever the case and punctuation.
func TestSynonyms(t *testing.T) {
	for _, names := range [][]string{synonyms.customer, synonyms.date, synonyms.amount, synonyms.order} {
		for _, name := range names {
			if plain(name) != name {
				t.Errorf("%q is never found", name)
			}
		}
	}
	for _, header := range []string{"CUSTOMER_ID", " Customer Id ", "customer-id", "customerId"} {
		if c, _, err := findColumns([]string{header, "date", "amount"}); err != nil || c.customer != 0 {
			t.Errorf("%q: %v", header, err)
		}
	}
}

// A price beside a quantity is taken, and said aloud.
func TestUnitPriceWarning(t *testing.T) {
	code, stdout, stderr := shop("-json", "-orders", csvLog(t, "customer,date,quantity,price\nA,2024-01-05,2,10\n"))
	if code != 0 || stdout == "" || !strings.Contains(stderr, `"price" stands beside a quantity`) {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
}
