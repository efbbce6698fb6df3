package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// csvFile is an order log in memory, its header understood. It is read row by
// row as often as is needed.
type csvFile struct {
	data      []byte // what follows the header
	line      int    // the line data begins with
	delimiter rune
	columns
	width int // fields of the header
}

// record is one row: its fields, trimmed, or why it is none.
type record struct {
	row, line                     int // of the rows below the header, and of the file, the header's included; from 1
	customer, date, amount, order string
	bad                           *reason
}

// openCSV reads a file and its header.
func openCSV(name string, delimiter rune) (*csvFile, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f, err := parseHeader(data, delimiter)
	if err != nil {
		return nil, &fileError{name, err}
	}
	return f, nil
}

func parseHeader(data []byte, delimiter rune) (*csvFile, error) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return nil, errors.New("the text is UTF-16: save it as UTF-8")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	line := 1
	header, rest, more := bytes.Cut(data, []byte("\n"))
	for more && len(bytes.TrimSpace(header)) == 0 {
		line++
		header, rest, more = bytes.Cut(rest, []byte("\n"))
	}
	switch {
	case len(bytes.TrimSpace(header)) == 0:
		return nil, errors.New("the file is empty")
	case !utf8.Valid(header):
		return nil, errors.New("the header is not UTF-8 (perhaps it is GBK): save the file as UTF-8")
	}
	f := &csvFile{data: rest, line: line + 1}
	var err error
	f.delimiter, f.columns, f.width, err = findDelimiter(strings.TrimSuffix(string(header), "\r"), delimiter)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(rest)) == 0 {
		return nil, errors.New("there are no rows below the header")
	}
	return f, nil
}

// rows yields every row that is not blank, and how many bytes were read before
// it. The strings may share memory with their whole row: clone what is kept.
//
// A row that cannot be read ends with its own line, even where a stray quote
// runs on: the line after it is read afresh.
func (f *csvFile) rows(yield func(at int, r record) bool) {
	row := 0
	for at, line := 0, f.line; at < len(f.data); {
		base := at
		r := csv.NewReader(bytes.NewReader(f.data[base:]))
		r.Comma, r.FieldsPerRecord, r.ReuseRecord = f.delimiter, -1, true
		for {
			fields, err := r.Read()
			end := base + int(r.InputOffset())
			if errors.Is(err, io.EOF) {
				return
			}
			for at < end && (f.data[at] == '\n' || f.data[at] == '\r') {
				if f.data[at] == '\n' {
					line++
				}
				at++
			}
			rec := f.record(fields, err)
			row++
			rec.row, rec.line = row, line
			if !yield(at, rec) {
				return
			}
			lines := bytes.Count(f.data[at:end], []byte("\n"))
			if rec.bad != nil && lines > 1 {
				at += bytes.IndexByte(f.data[at:], '\n') + 1
				line++
				break // with a new reader
			}
			at, line = end, line+lines
		}
	}
}

// record takes the fields of a row that are read.
func (f *csvFile) record(fields []string, err error) record {
	bad := func(r reason) record { return record{bad: &r} }
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &syntax) && errors.Is(syntax.Err, csv.ErrBareQuote):
		return bad(because(`a " inside a field that does not begin with one`, `字段未以引号开头，中间却出现引号`))
	case err != nil:
		return bad(because(`a quoted field that does not end, or goes on behind its quote`, `引号字段未正确结束`))
	case len(fields) != f.width:
		return bad(because("%d fields where the header has %d", "有 %d 个字段，表头为 %d 个", len(fields), f.width))
	}
	at := func(column int) string {
		if column < 0 {
			return ""
		}
		return strings.TrimSpace(fields[column])
	}
	r := record{customer: at(f.customer), date: at(f.date), amount: at(f.amount), order: at(f.order)}
	if !utf8.ValidString(r.customer) || !utf8.ValidString(r.order) {
		return bad(because("not UTF-8 text", "不是 UTF-8 文本"))
	}
	return r
}
