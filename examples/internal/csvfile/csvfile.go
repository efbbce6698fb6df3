// Package csvfile reads some columns of a CSV file, found by their names, and says
// of every fault which row it is in.
package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

// File is a file of which some columns are read, found by their names.
type File struct {
	r       *csv.Reader
	columns []int  // the places of the columns asked for; -1 for one that was not
	width   int    // fields of the header
	row     int    // of the last record: counted from 1 below the header
	line    int    // where it begins: counted from 1, the header's
	missing string // what a field says that is empty
	data    []byte
	// Where blank lines are rows: data up to at is taken, which is so many lines.
	at, lines int
}

// Open reads a file and finds the columns of these names; "" is none. A field
// that says missing is empty.
func Open(name, missing string, columns ...string) (*File, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := Parse(data, missing, columns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// delimiters are tried in this order.
var delimiters = []rune{',', ';', '\t', '|'}

// Parse is Open of data: it takes the delimiter with which the header has the columns asked for.
func Parse(data []byte, missing string, columns ...string) (*File, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("the text is UTF-16: save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("line %d is not UTF-8 (perhaps it is GBK): save the file as UTF-8", invalidLine(data))
	}
	var first error
	for _, d := range delimiters {
		f := &File{r: csv.NewReader(bytes.NewReader(data)), data: data, missing: strings.TrimSpace(missing)}
		f.r.Comma, f.r.FieldsPerRecord, f.r.ReuseRecord = d, -1, true
		err := f.header(columns)
		if err == nil {
			return f, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// invalidLine is the first line of data that is not UTF-8.
func invalidLine(data []byte) int {
	n := 1
	for line := range bytes.Lines(data) {
		if !utf8.Valid(line) {
			break
		}
		n++
	}
	return n
}

// header reads the header. Every column that is not there is named.
func (f *File) header(columns []string) error {
	header, err := f.r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	}
	if err != nil {
		return fmt.Errorf("the first line is no header: %w", err)
	}
	names := make([]string, len(header))
	for i, h := range header {
		names[i] = strings.TrimSpace(h)
	}
	f.width = len(names)
	var faults []string
	for _, c := range columns {
		c = strings.TrimSpace(c)
		i := slices.Index(names, c)
		switch {
		case c == "":
			i = -1
		case i < 0:
			faults = append(faults, fmt.Sprintf("no column %q among %q", c, names))
		case slices.Contains(names[i+1:], c):
			faults = append(faults, fmt.Sprintf("two columns are called %q", c))
		}
		f.columns = append(f.columns, i)
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	return nil
}

// Next returns the fields asked for of the next row, trimmed, and io.EOF after
// the last. A row of the wrong width is an error after which reading can go on;
// after stray quotes nobody knows where rows begin. In a file of one column a
// blank line is a row whose field is empty.
func (f *File) Next() (fields []string, more bool, err error) {
	if f.width == 1 && f.blank() {
		return make([]string, len(f.columns)), true, nil
	}
	record, err := f.r.Read()
	if errors.Is(err, io.EOF) {
		return nil, false, io.EOF
	}
	f.row++
	if err != nil {
		if syntax, ok := errors.AsType[*csv.ParseError](err); ok {
			f.line, err = syntax.StartLine, syntax.Err
		}
		return nil, false, f.Fault(fmt.Errorf("%w; nothing below it was read", err))
	}
	f.line, _ = f.r.FieldPos(0)
	if len(record) != f.width {
		return nil, true, f.Fault(fmt.Errorf("%d fields where the header has %d", len(record), f.width))
	}
	fields = make([]string, len(f.columns))
	for i, c := range f.columns {
		if c < 0 {
			continue
		}
		if fields[i] = strings.TrimSpace(record[c]); fields[i] == f.missing {
			fields[i] = ""
		}
	}
	return fields, true, nil
}

// blank takes a blank line, which the Reader would pass over.
func (f *File) blank() bool {
	f.advance(max(f.at, int(f.r.InputOffset())))
	for _, end := range []string{"\n", "\r\n"} {
		if bytes.HasPrefix(f.data[f.at:], []byte(end)) {
			f.advance(f.at + len(end))
			f.row, f.line = f.row+1, f.lines
			return true
		}
	}
	return false
}

func (f *File) advance(to int) {
	f.lines += bytes.Count(f.data[f.at:to], []byte("\n"))
	f.at = to
}

// Row returns the number of the last row, from 1 below the header.
func (f *File) Row() int { return f.row }

// Fault names the row that err is about.
func (f *File) Fault(err error) error { return &RowError{f.row, f.line, err} }

// RowError is why a row cannot be read.
type RowError struct {
	Row, Line int // of the rows below the header, and of the file; from 1
	Err       error
}

func (e *RowError) Error() string { return fmt.Sprintf("row %d (line %d): %v", e.Row, e.Line, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }
