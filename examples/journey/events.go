package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// maxFaults is how many bad rows are named.
const maxFaults = 20

// readEvents reads a file. Rows that cannot be read are one error that names each
// with its reason: the positions of customers of whom events are missing would be
// wrong.
func readEvents(m *model, o options) (*log, error) {
	f, err := csvfile.Open(o.events, "", "customer", "event", "at")
	if err != nil {
		return nil, err
	}
	in := newIntake(o.loc)
	times := timeReader{loc: o.loc}
	var errs []error
	faults := 0
	add := func(err error) {
		if faults++; faults <= maxFaults {
			errs = append(errs, fmt.Errorf("%s: %w", o.events, err))
		}
	}
	for more := true; more; {
		var fields []string
		fields, more, err = f.Next()
		switch {
		case errors.Is(err, io.EOF):
		case err != nil:
			add(err)
		default:
			id, e, err := readEvent(m, &times, fields)
			if err != nil {
				add(f.Fault(err))
				continue
			}
			in.add(id, e)
		}
	}
	if faults > maxFaults {
		errs = append(errs, fmt.Errorf("%s: and %d more", o.events, faults-maxFaults))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if in.rows == 0 {
		return nil, fmt.Errorf("%s: there are no rows below the header", o.events)
	}
	l := in.close(o.asOf)
	if len(l.customers) == 0 {
		return nil, fmt.Errorf("%s: nothing happened before -as-of %s", o.events, l.asOf.Format(time.RFC3339))
	}
	name := filepath.Base(o.events)
	l.title = guanxi.Text{EN: "Events of " + name, ZH: "事件文件 " + name}
	return l, nil
}

// readEvent reads a row, with everything that is wrong with it.
func readEvent(m *model, times *timeReader, fields []string) (lifecycle.CustomerID, event, error) {
	id := lifecycle.CustomerID(fields[0])
	var why []string
	if err := id.Validate(); err != nil {
		why = append(why, fmt.Sprintf("customer %.40q: not 1 to 128 bytes without control characters", fields[0]))
	}
	kind, ok := m.Event(fields[1])
	if !ok {
		why = append(why, fmt.Sprintf("event %.40q: the model %s has %q", fields[1], m.name, m.eventNames()))
	}
	at, err := times.parse(fields[2])
	if err != nil {
		why = append(why, fmt.Sprintf("at %.40q: %v", fields[2], err))
	}
	if len(why) > 0 {
		return "", event{}, errors.New(strings.Join(why, "; "))
	}
	return id, event{kind, at}, nil
}
