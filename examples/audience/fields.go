package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

// defaultDecimals is how many places a decimal has that does not say its own: money's.
const defaultDecimals = 2

// schemaFile is the schema of a CSV file as its JSON has it.
type schemaFile struct {
	Fields []fieldConfig `json:"fields"`
}

type fieldConfig struct {
	Name     string       `json:"name"`
	Type     segment.Type `json:"type"`
	Decimals *int         `json:"decimals"` // places, of decimals
	Label    fieldLabel   `json:"label"`
}

// fieldLabel is a name in one language for all, or {"en", "zh"}.
type fieldLabel guanxi.Text

// UnmarshalJSON reads either form.
func (l *fieldLabel) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		return guanxi.UnmarshalStrict(data, (*guanxi.Text)(l))
	}
	var s string
	if err := guanxi.UnmarshalStrict(data, &s); err != nil {
		return err
	}
	*l = fieldLabel{EN: s, ZH: s}
	return nil
}

// columnTypes are the types that a column can have.
var columnTypes = []segment.Type{
	segment.StringType, segment.IntType, segment.DecimalType, segment.BoolType, segment.DateType, segment.InstantType, segment.TagsType,
}

// readSchema reads the schema strictly. What names and decimals may be is said by
// segment.NewSchema.
func readSchema(data []byte) ([]fieldConfig, error) {
	var s schemaFile
	if err := guanxi.UnmarshalStrict(data, &s); err != nil {
		return nil, err
	}
	var errs []error
	fault := func(i int, part, format string, args ...any) {
		errs = append(errs, guanxi.At(guanxi.Pointer("fields", i, part), fmt.Errorf(format, args...)))
	}
	if len(s.Fields) == 0 {
		errs = append(errs, guanxi.At("/fields", errors.New("no fields")))
	}
	seen := map[string]bool{}
	for i, f := range s.Fields {
		switch {
		case f.Name == "":
			fault(i, "name", "no name")
		case seen[f.Name]:
			fault(i, "name", "a second field %q", f.Name)
		}
		seen[f.Name] = true
		switch {
		case f.Type == "":
			fault(i, "type", "no type; it is one of %s", typeNames())
		case !slices.Contains(columnTypes, f.Type):
			fault(i, "type", "%.40q is none of %s", f.Type, typeNames())
		case f.Decimals != nil && f.Type != segment.DecimalType:
			fault(i, "decimals", "of a %s; decimals alone have them", f.Type)
		case f.Decimals != nil && (*f.Decimals < 0 || *f.Decimals > 18):
			fault(i, "decimals", "%d is not in 0 to 18", *f.Decimals)
		}
	}
	return s.Fields, errors.Join(errs...)
}

func typeNames() string {
	names := make([]string, len(columnTypes))
	for i, t := range columnTypes {
		names[i] = string(t)
	}
	return strings.Join(names, ", ")
}

// person is a customer of the file: the number of the row.
type person uint32

// How the customers lie in a database: in one table with a column for each field,
// and one table for each field of tags.
const (
	sqlTable = "customers"
	sqlTag   = "tag" // the column of a table of tags
)

// schemaOf makes the schema of a file that was read. Decimals and instants are
// whole numbers in the database, as every dialect can hold them exactly.
func schemaOf(t *table) (*segment.Schema[person], error) {
	key := t.key
	if key == "" { // as where an index was written without a name
		key = "id"
	}
	fields := make([]segment.Field[person], len(t.columns))
	for i := range t.columns {
		c := &t.columns[i]
		meta := segment.Meta{Name: guanxi.Text(c.Label), Column: segment.Col(c.Name), NoCommas: !c.commas}
		switch c.Type {
		case segment.StringType:
			fields[i] = segment.String(c.Name, c.text, meta)
		case segment.IntType:
			fields[i] = segment.Int(c.Name, c.number, meta)
		case segment.DecimalType:
			meta.Column.Encoding = segment.MinorUnits
			fields[i] = segment.Decimal(c.Name, c.places(), c.number, meta)
		case segment.BoolType:
			fields[i] = segment.Bool(c.Name, c.yes, meta)
		case segment.DateType:
			fields[i] = segment.CivilDate(c.Name, c.day, meta)
		case segment.InstantType:
			meta.Column.Encoding = segment.Micros
			fields[i] = segment.Instant(c.Name, c.instant, meta)
		case segment.TagsType:
			meta.Column.Name = sqlTag
			meta.Table = segment.Table{Name: sqlTable + "_" + c.Name, Key: key}
			fields[i] = segment.Tags(c.Name, c.tags, meta)
		}
	}
	return segment.NewSchema(segment.SchemaConfig{Table: segment.Table{Name: sqlTable, Key: key}}, fields...)
}
