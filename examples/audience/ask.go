package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
)

// answer is what a rule says of the customers of a file.
type answer struct {
	ids   []string // of those it matches, in the order of the file
	total int
	query segment.Query
	why   *segment.Explanation // nil without -explain
	at    time.Time            // zero where the rule does not depend on it
}

// ask reads the three files and asks the rule.
func ask(o options) (*answer, error) {
	schema, t, err := readCustomers(o)
	if err != nil {
		return nil, err
	}
	row, known := t.rows[o.explain]
	if o.explain != "" && !known {
		return nil, fmt.Errorf("%s: -explain %q is the id of nobody", o.customers, shorten(o.explain))
	}
	rule, err := readRule(o, schema, t)
	if err != nil {
		return nil, err
	}
	members, err := selectAll(schema, rule, len(t.ids))
	if err != nil {
		return nil, err
	}
	a := &answer{ids: make([]string, 0, members.Count()), total: len(t.ids)}
	for i := range members.All() {
		a.ids = append(a.ids, t.ids[i])
	}
	if a.query, err = rule.SQL(o.sql, segment.SQLConfig{}); err != nil {
		return nil, fileError("-sql "+string(o.sql), err)
	}
	if o.explain != "" {
		p := person(row)
		x := rule.Explain(&p)
		a.why = &x
	}
	if rule.Timed() {
		a.at = moment(o, t)
	}
	return a, nil
}

// readCustomers reads the schema and the customers.
func readCustomers(o options) (*segment.Schema[person], *table, error) {
	data, err := readText(o.schema)
	if err != nil {
		return nil, nil, fileError(o.schema, err)
	}
	fields, err := readSchema(data)
	if err != nil {
		return nil, nil, fileError(o.schema, err)
	}
	// Names are judged before a file is read for them.
	if _, err := schemaOf(emptyTable(fields)); err != nil {
		return nil, nil, fileError(o.schema, err)
	}
	if data, err = readText(o.customers); err != nil {
		return nil, nil, fileError(o.customers, err)
	}
	t, err := readTable(data, fields, o.loc)
	if err != nil {
		return nil, nil, fileError(o.customers, err)
	}
	schema, err := schemaOf(t)
	return schema, t, fileError(o.schema, err)
}

func emptyTable(fields []fieldConfig) *table {
	t := &table{}
	for _, f := range fields {
		t.columns = append(t.columns, column{fieldConfig: f})
	}
	return t
}

// errNoMoment refuses a rule that depends on the time where nothing tells it.
var errNoMoment = errors.New("the rule depends on the time, and the file has none: give it with -at")

// moment is the time for which the rule is asked.
func moment(o options, t *table) time.Time {
	if !o.at.IsZero() {
		return o.at
	}
	last, ok := t.latest(o.loc)
	if !ok {
		return time.Time{}
	}
	return last.In(o.loc)
}

// readRule reads the rule and makes it ready.
func readRule(o options, schema *segment.Schema[person], t *table) (*segment.Rule[person], error) {
	data, err := readText(o.rule)
	if err != nil {
		return nil, fileError(o.rule, err)
	}
	expr, err := schema.Parse(data)
	if err != nil {
		return nil, fileError(o.rule, err)
	}
	at := segment.At{Now: moment(o, t), Location: o.loc, WeekStart: time.Monday}
	timeless := at.Now.IsZero()
	if timeless {
		at.Now = time.Unix(0, 0)
	}
	rule, err := schema.Compile(expr, at, nil)
	if err == nil && timeless && rule.Timed() {
		err = errNoMoment
	}
	return rule, fileError(o.rule, err)
}

// selectAll asks a rule of everybody at once.
func selectAll(schema *segment.Schema[person], rule *segment.Rule[person], n int) (audience.Set, error) {
	batch, err := segment.NewBatch(rule)
	if err != nil {
		return audience.Set{}, err
	}
	columns, err := segment.NewColumns(schema, rule)
	if err != nil {
		return audience.Set{}, err
	}
	people := make([]person, n)
	for i := range people {
		people[i] = person(i)
	}
	columns.AddRows(people)
	var found segment.Selection
	if err := batch.Eval(&found, columns, 1); err != nil {
		return audience.Set{}, err
	}
	return audience.FromWords(found.AppendWords(nil, 0))
}
