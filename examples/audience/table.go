package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// table is a file of customers, read as the schema says.
type table struct {
	key     string // the name of the first column
	ids     []string
	rows    map[string]int32 // by id
	columns []column         // in the order of the schema
}

// delimiters are tried in this order; a bar separates tags.
var delimiters = []rune{',', ';', '\t'}

// readTable reads every customer, those columns too that the rule does not ask
// about, and names everything that cannot be read.
func readTable(data []byte, fields []fieldConfig, loc *time.Location) (*table, error) {
	var first error
	for _, d := range delimiters {
		r := csv.NewReader(bytes.NewReader(data))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = d, -1, true
		header, err := r.Read()
		if err != nil {
			err = fmt.Errorf("the first line is no header: %w", err)
		}
		t := &table{rows: map[string]int32{}}
		if err == nil {
			err = t.header(header, fields)
		}
		if err == nil {
			return t, t.read(r, len(header), loc)
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// header finds the columns. The first is the id, whatever its name, and may be a
// field too; the fields of the schema are among the columns in any order, and what
// else is there is left alone.
func (t *table) header(header []string, fields []fieldConfig) error {
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.TrimSpace(h)
	}
	t.key = names[0]
	var faults faultList
	for i, name := range names {
		field := slices.ContainsFunc(fields, func(f fieldConfig) bool { return f.Name == name })
		if field && slices.Contains(names[:i], name) {
			faults.add(fmt.Errorf("line 1, column %d: a second column %q", i+1, shorten(name)))
		}
	}
	for i, f := range fields {
		place := slices.Index(names, f.Name)
		if place < 0 {
			faults.add(fmt.Errorf("line 1: no column %q, which is field %d of the schema", shorten(f.Name), i))
		}
		t.columns = append(t.columns, column{fieldConfig: f, place: place})
	}
	return faults.err()
}

// read reads the rows below the header.
func (t *table) read(r *csv.Reader, width int, loc *time.Location) error {
	var faults faultList
	for row := 1; ; row++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			if row == 1 {
				return errors.New("there are no rows below the header")
			}
			return faults.err()
		}
		if err != nil {
			line := 0
			if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
				line, err = syntax.StartLine, syntax.Err
			}
			faults.add(&csvfile.RowError{Row: row, Line: line, Err: fmt.Errorf("%w; nothing below it was read", err)})
			return faults.err()
		}
		refuse := func(err error) {
			line, _ := r.FieldPos(0)
			faults.add(&csvfile.RowError{Row: row, Line: line, Err: err})
		}
		if len(record) != width {
			refuse(fmt.Errorf("%d fields where the header has %d", len(record), width))
			continue
		}
		t.person(record[0], row, refuse)
		for i := range t.columns {
			c := &t.columns[i]
			if err := c.add(record[c.place], loc); err != nil {
				refuse(fmt.Errorf("column %q: %q: %w", c.Name, shorten(record[c.place]), err))
			}
		}
	}
}

// person notes the id of a row.
func (t *table) person(id string, row int, refuse func(error)) {
	switch n, twice := t.rows[id]; {
	case id == "":
		refuse(fmt.Errorf("column %q: no id", t.key))
	case twice:
		refuse(fmt.Errorf("column %q: %q is the id of row %d too", t.key, shorten(id), n+1))
	default:
		id = strings.Clone(id) // it is a part of a longer row
		t.rows[id] = int32(row - 1)
	}
	t.ids = append(t.ids, id)
}

// latest is the latest time or day in the file.
func (t *table) latest(loc *time.Location) (last time.Time, ok bool) {
	for i := range t.columns {
		if x, has := t.columns[i].latest(loc); has && (!ok || x.After(last)) {
			last, ok = x, true
		}
	}
	return last, ok
}
