package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// Columns of a file of rows, as the literature and its tools call them: recency
// is the age at the last purchase, t_x.
const (
	customerColumn  = "customer"
	frequencyColumn = "frequency"
	recencyColumn   = "recency"
	ageColumn       = "T"
	valueColumn     = "monetary"
	holdOutColumn   = "holdout_frequency"
)

// columnOf finds the column of a field of clv.Row.
var columnOf = map[string]string{"frequency": frequencyColumn, "last_purchase_age": recencyColumn, "age": ageColumn, "value": valueColumn}

// readSummary reads ready rows, in the unit of -unit.
func readSummary(o options) (*table, error) {
	data, err := os.ReadFile(o.summary)
	if err != nil {
		return nil, err
	}
	columns := []string{customerColumn, frequencyColumn, recencyColumn, ageColumn, "", ""}
	priced := inHeader(data, valueColumn)
	if priced {
		columns[4] = valueColumn
	}
	if o.holdout > 0 {
		columns[5] = holdOutColumn
	}
	f, err := csvfile.Parse(data, "", columns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.summary, err)
	}
	t := &table{
		title: text("Rows of %s", "汇总文件 %s", filepath.Base(o.summary)),
		rows:  clv.Rows{Unit: o.unit}, periods: o.holdout,
	}
	if !priced {
		t.notes = append(t.notes, text("there is no column monetary, and so no spend", "没有 monetary 列，因此没有消费额"))
	}
	seen := map[string]int{} // row of each customer
	err = eachRow(o.summary, f, func(fields []string, no refuse) {
		name := strings.Clone(fields[0])
		switch before := seen[name]; {
		case name == "":
			no(customerColumn, name, errNone)
		case before > 0:
			no(customerColumn, name, fmt.Errorf("%w in row %d", errTwice, before))
		}
		seen[name] = f.Row()
		row, ok := readRow(fields, priced, no)
		if ok {
			checkRow(row, o.unit, fields, no)
		}
		t.names, t.rows.List = append(t.names, name), append(t.rows.List, row)
		if o.holdout > 0 {
			n, err := parseCount(fields[5])
			if err == nil && (n < 0 || n > clv.MaxFrequency) {
				err = errCount
			}
			if err != nil {
				no(holdOutColumn, fields[5], err)
			}
			t.actual = append(t.actual, float64(n))
		}
	})
	if err == nil && len(t.names) == 0 {
		err = fmt.Errorf("%s: there are no rows below the header", o.summary)
	}
	if err != nil {
		return nil, err
	}
	t.sort()
	return t, nil
}

var errTwice = errors.New("is there already")

// readRow reads the numbers of a row; false is that one is none.
func readRow(fields []string, priced bool, no refuse) (row clv.Row, ok bool) {
	ok = true
	number := func(column int, name string) float64 {
		v, err := parseNumber(fields[column])
		if err != nil {
			no(name, fields[column], err)
			ok = false
		}
		return v
	}
	var err error
	if row.Frequency, err = parseCount(fields[1]); err != nil {
		no(frequencyColumn, fields[1], err)
		ok = false
	}
	row.LastPurchaseAge, row.Age = number(2, recencyColumn), number(3, ageColumn)
	// Who never came back has no mean of repeat purchases: some tools leave it empty.
	if priced && (fields[4] != "" || row.Frequency > 0) {
		row.Value = number(4, valueColumn)
	}
	return row, ok
}

// checkRow asks the library whether such a customer is possible.
func checkRow(row clv.Row, unit clv.Unit, fields []string, no refuse) {
	given := map[string]string{frequencyColumn: fields[1], recencyColumn: fields[2], ageColumn: fields[3], valueColumn: fields[4]}
	for fault := range guanxi.Faults((clv.Rows{Unit: unit, List: []clv.Row{row}}).Validate()) {
		column := columnOf[fault.Pointer[strings.LastIndexByte(fault.Pointer, '/')+1:]]
		no(column, given[column], fault.Err)
	}
}

// inHeader reports whether the first line has a column of this name, whatever
// separates the columns.
func inHeader(data []byte, column string) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), "\r\n")
	line, _, _ := bytes.Cut(data, []byte("\n"))
	for name := range strings.FieldsFuncSeq(string(line), func(r rune) bool { return strings.ContainsRune(",;\t|\"", r) }) {
		if strings.TrimSpace(name) == column {
			return true
		}
	}
	return false
}
