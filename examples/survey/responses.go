package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/guanxi-go/guanxi/nps"
)

// survey is the answers once they are read.
type survey struct {
	title                  guanxi.Text // where they come from
	rows                   []response
	grouped, timed, worded bool // whether rows have a group, a time, a reason
}

// response is one row. What a person left open is the zero value.
type response struct {
	group    string
	at       time.Time
	answered bool
	score    int
	reason   string
}

// maxFaults is how many bad rows are named.
const maxFaults = 20

// readResponses reads a file. A row that cannot be read as it stands is an
// error, and then nothing is counted at all: a score nobody understood belongs
// to no class, and a survey without it is another survey.
func readResponses(o options) (*survey, error) {
	f, err := csvfile.Open(o.responses, o.missing, o.score, o.group, o.time, o.text)
	if err != nil {
		return nil, err
	}
	s := &survey{
		title:   guanxi.Text{EN: "Survey of " + o.responses, ZH: "调查数据：" + o.responses},
		grouped: o.group != "", timed: o.time != "", worded: o.text != "",
	}
	var errs []error
	faults := 0
	refuse := func(err error) {
		if faults++; faults <= maxFaults {
			errs = append(errs, fmt.Errorf("%s: %w", o.responses, err))
		}
	}
	times := timeReader{loc: o.loc, layout: o.dateFormat}
	for more := true; more; {
		var fields []string
		fields, more, err = f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			refuse(err)
			continue
		}
		r := response{group: fields[1], reason: fields[3]}
		if r.answered = fields[0] != ""; r.answered {
			if r.score, err = parseScore(fields[0]); err != nil {
				refuse(f.Fault(fmt.Errorf("score %.40q: %w", fields[0], err)))
			}
		}
		if fields[2] != "" {
			if r.at, err = times.parse(fields[2]); err != nil {
				refuse(f.Fault(fmt.Errorf("time %.40q: %w", fields[2], err)))
			}
		}
		s.rows = append(s.rows, r)
	}
	if faults > maxFaults {
		errs = append(errs, fmt.Errorf("%s: and %d more", o.responses, faults-maxFaults))
	}
	if faults == 0 && len(s.rows) == 0 {
		return nil, fmt.Errorf("%s: there are no rows below the header", o.responses)
	}
	return s, errors.Join(errs...)
}

// parseScore reads a whole number on the scale; "9.0", as spreadsheets write
// it, is one. Nothing is rounded.
func parseScore(s string) (int, error) {
	scale := nps.NPS.Range()
	whole, fraction, _ := strings.Cut(s, ".")
	score, err := strconv.Atoi(whole)
	if err == nil && strings.Trim(fraction, "0") == "" {
		_, err = scale.Class(score)
	} else {
		err = nps.ErrScore
	}
	if err != nil {
		return 0, fmt.Errorf("%w of %d to %d", nps.ErrScore, scale.Min, scale.Max)
	}
	return score, nil
}
