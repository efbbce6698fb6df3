package retention_test

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/retention"
)

// Encodings of version 1 are read for ever: testdata/v1.golden, one a line in
// hexadecimal.
func TestGolden(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rows := []retention.Activity[int64]{{Customer: 7, At: from}, {Customer: 7, At: from.AddDate(0, 2, 3)}, {Customer: -2, At: from.AddDate(0, 1, 0)}, {Customer: 300, At: from.AddDate(-1, 0, 0)}}
	calendar := retention.Config{Unit: retention.Month, From: from, Periods: 3}
	rolling := retention.Config{Unit: retention.Week, From: from, Periods: 12, Window: retention.Rolling, Days: 7, Rule: retention.Bracket, Edges: []int{1, 4, 12}}
	book, err := retention.NewBook(guanxi.IntKey[int64](), retention.BookConfig{Currency: "CNY", Decimals: 2, Opening: from, Closing: from.AddDate(0, 1, 0), End: from.AddDate(0, 2, 0)})
	if err != nil {
		t.Fatal(err)
	}
	repeats, err := retention.NewRepeats(guanxi.IntKey[int64](), retention.RepeatConfig{From: from, To: from.AddDate(0, 3, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if err := book.Add(retention.Entry[int64]{Customer: r.Customer, At: r.At, Amount: decimal.New(int64(1050-700*i), -2)}); err != nil {
			t.Fatal(err)
		}
		if err := repeats.Add(retention.Order[int64]{Customer: r.Customer, At: r.At, Group: "east"}); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Builder{}
	for _, x := range []binaries{fill(t, calendar, rows), fill(t, rolling, rows), book, repeats} {
		data, err := x.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		want.WriteString(hex.EncodeToString(data) + "\n")
	}
	path := filepath.Join("testdata", "v1.golden")
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err, "\n", want.String())
	}
	if string(golden) != want.String() {
		t.Errorf("the encoding has changed:\n%s", want.String())
	}
	for i, line := range strings.Fields(string(golden)) {
		data, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		x := []binaries{fill(t, calendar, nil), fill(t, rolling, nil), book, repeats}[i]
		if err := x.UnmarshalBinary(data); err != nil {
			t.Error(err)
		}
		if again, err := x.MarshalBinary(); err != nil || !bytes.Equal(again, data) {
			t.Error(err)
		}
	}
}
