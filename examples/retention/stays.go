package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
)

// stays are customers, how long each was seen, and whether they left then. Each
// analysis leaves out the rows that miss one of its own columns; skipped counts
// the rows that miss any of those chosen.
type stays struct {
	title      guanxi.Text
	data       survival.Data // Group is what curves are drawn by
	covariates []survival.Covariate
	baselines  []baseline
	rows       int
	skipped    int
}

// maxFaults is how many bad rows are named.
const maxFaults = 20

// readStays reads a file. A field that cannot be read as it stands is an error,
// and then nothing is computed at all; an empty one is missing.
func readStays(o options) (*stays, error) {
	f, err := csvfile.Open(o.survival, o.missing, append([]string{o.time, o.event, o.group}, o.covariates...)...)
	if err != nil {
		return nil, err
	}
	s := &stays{title: guanxi.Text{EN: "Stays of " + o.survival, ZH: "留存数据：" + o.survival}}
	faults := &faultList{file: o.survival}
	columns := make([]column, len(o.covariates))
	for i, name := range o.covariates {
		columns[i].name = name
	}
	var groups []string
	events := eventColumn{name: o.event, value: o.value}
	for more := true; more; {
		var fields []string
		fields, more, err = f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			faults.add(err)
			continue
		}
		s.rows++
		when, err := parseTime(fields[0])
		if err != nil {
			faults.add(f.Fault(fmt.Errorf("%s %.40q: %w", o.time, fields[0], err)))
		}
		left, known, err := events.parse(fields[1])
		if err != nil {
			faults.add(f.Fault(err))
		}
		empty := fields[0] == "" || !known || o.group != "" && fields[2] == ""
		if !known {
			when = math.NaN() // a time of which nobody knows what happened then
		}
		for i := range columns {
			columns[i].add(f, fields[3+i])
			empty = empty || fields[3+i] == ""
		}
		s.data.Time, s.data.Event, groups = append(s.data.Time, when), append(s.data.Event, left), append(groups, fields[2])
		if empty {
			s.skipped++
		}
	}
	for i := range columns {
		x, base, err := columns[i].covariates()
		if err != nil {
			faults.add(err)
			continue
		}
		s.covariates = append(s.covariates, x...)
		if base != "" {
			s.baselines = append(s.baselines, baseline{columns[i].name, base})
		}
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	if err := events.check(s); err != nil {
		return nil, &fileError{o.survival, err}
	}
	if o.group != "" {
		if s.data.Group, err = survival.NewFactor(groups, levels(groups)...); err != nil {
			return nil, &fileError{o.survival, err}
		}
	}
	return s, nil
}

var (
	errNumber   = errors.New("not a finite number")
	errNegative = errors.New("time is negative")
)

// number reads a finite number.
func number(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		return math.NaN(), errNumber
	}
	return x, nil
}

// parseTime reads a time; an empty one is NaN, which is missing.
func parseTime(s string) (float64, error) {
	if s == "" {
		return math.NaN(), nil
	}
	x, err := number(s)
	if err == nil && x < 0 {
		err = errNegative
	}
	return x, err
}

// fileError says which file an error is about.
type fileError struct {
	name string
	err  error
}

func (e *fileError) Error() string {
	return e.name + ": " + strings.ReplaceAll(e.err.Error(), "\n", "\n"+e.name+": ")
}
func (e *fileError) Unwrap() error { return e.err }

// faultList names the first faults of a file and counts the others.
type faultList struct {
	file string
	errs []error
	n    int
}

func (l *faultList) add(err error) {
	if l.n++; l.n <= maxFaults {
		l.errs = append(l.errs, fmt.Errorf("%s: %w", l.file, err))
	}
}

func (l *faultList) err() error {
	if l.n > maxFaults {
		l.errs = append(l.errs, fmt.Errorf("%s: and %d more", l.file, l.n-maxFaults))
	}
	return errors.Join(l.errs...)
}
