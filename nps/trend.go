package nps

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/civil"
)

// Answer is one answer of one customer. K is the host's own key; its zero value is
// a customer who is not known, whose answers are all counted.
type Answer[K comparable] struct {
	Customer K
	At       time.Time
	Score    int
}

// Period is a calendar period.
type Period string

// The periods of a trend.
const (
	Day     Period = "day"
	Week    Period = "week" // ISO weeks, from Monday
	Month   Period = "month"
	Quarter Period = "quarter"
	Year    Period = "year"
)

// TrendConfig says how answers become a table by period.
type TrendConfig struct {
	Kind       Kind
	Range      Range          // the zero Range is the preset of the kind
	Period     Period         // no default
	Location   *time.Location // where a day begins; nil is UTC
	Repeat     Repeat         // within a period; "" is EveryAnswer
	Confidence float64        // 0 is DefaultConfidence
	MinAnswers int64          // 0 is DefaultMinAnswers
}

// maxRows is the longest table.
const maxRows = 100_000

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c TrendConfig) Validate() error {
	_, errTally := NewTally(c.Kind, c.Range)
	_, errConfidence := deviate(orDefault(c.Confidence, DefaultConfidence))
	var errPeriod error
	switch c.Period {
	case Day, Week, Month, Quarter, Year:
	default:
		errPeriod = at(fmt.Errorf("%w: %q is no period", ErrOption, string(c.Period)), "period")
	}
	return join(errTally, errPeriod, checkLocation(c.Location), c.Repeat.validate(), errConfidence, checkCount("min_answers", c.MinAnswers))
}

// TrendRow is one period, [From, To): from midnight to midnight, or the first
// instant after one that the clock skips. An immutable value.
type TrendRow struct {
	From, To time.Time
	Tally    Tally
	Estimate *Estimate   // nil without answers
	Enough   bool        // as many answers as MinAnswers
	Change   *Difference // from the last period before that has Enough; nil unless this one has too
}

// Trend returns a row for every period from the first answer to the last, those
// without answers included. asOf is exclusive. The order of the answers does not
// matter. Errors: those of the config; ErrTime at /as_of; below /i ErrScore at
// score, and ErrTime or ErrFuture at at, the first 1,000 at once; ErrOption at
// /period for more than 100,000 rows. Cost: O(answers + rows).
//
// The changes of neighbouring rows are not independent, and they are many: to
// watch a process use a [Monitor].
func Trend[K comparable](answers []Answer[K], asOf time.Time, cfg TrendConfig) ([]TrendRow, error) {
	if err := join(cfg.Validate(), place("/as_of", checkTime(asOf))); err != nil {
		return nil, err
	}
	loc := cfg.Location
	if loc == nil {
		loc = time.UTC
	}
	empty, _ := NewTally(cfg.Kind, cfg.Range)
	if err := checkAnswers(answers, asOf, empty.scale()); err != nil || len(answers) == 0 {
		return nil, err
	}
	periods := make([]int64, len(answers))
	first, last := int64(0), int64(0)
	for i, a := range answers {
		p := cfg.Period.number(a.At, loc)
		periods[i] = p
		if i == 0 {
			first, last = p, p
		}
		first, last = min(first, p), max(last, p)
	}
	if last-first >= maxRows {
		return nil, at(fmt.Errorf("%w: %d rows are more than %d", ErrOption, last-first+1, maxRows), "period")
	}
	rows := make([]TrendRow, last-first+1)
	for i := range rows {
		p := first + int64(i)
		rows[i] = TrendRow{From: cfg.Period.start(p, loc), To: cfg.Period.start(p+1, loc), Tally: empty}
	}
	counted := latest(answers, periods, cfg.Repeat)
	for i, a := range answers {
		if counted != nil && !counted[i] {
			continue
		}
		if err := rows[periods[i]-first].Tally.Add(a.Score); err != nil {
			return nil, at(err, i)
		}
	}
	return rows, finish(rows, cfg)
}

// finish adds estimates and changes.
func finish(rows []TrendRow, cfg TrendConfig) error {
	confidence := orDefault(cfg.Confidence, DefaultConfidence)
	var before *TrendRow
	for i := range rows {
		row := &rows[i]
		n := row.Tally.Answers()
		if n == 0 {
			continue
		}
		e, err := row.Tally.Estimate("", confidence)
		if err != nil {
			return err
		}
		row.Estimate = &e
		if row.Enough = n >= orDefault(cfg.MinAnswers, DefaultMinAnswers); !row.Enough {
			continue
		}
		if before != nil {
			d, err := Diff(before.Tally, row.Tally, confidence)
			if err != nil {
				return err
			}
			row.Change = &d
		}
		before = row
	}
	return nil
}

// checkAnswers returns the faults of the answers, the first 1,000 of them.
func checkAnswers[K comparable](answers []Answer[K], asOf time.Time, scale Range) error {
	var errs []error
	for i, a := range answers {
		if len(errs) >= maxFaults {
			break
		}
		if err := checkTime(a.At); err != nil {
			errs = append(errs, at(err, i, "at"))
		} else if !a.At.Before(asOf) {
			errs = append(errs, at(fmt.Errorf("%w: %v is not before %v", ErrFuture, a.At, asOf), i, "at"))
		}
		if _, err := scale.Class(a.Score); err != nil {
			errs = append(errs, at(err, i, "score"))
		}
	}
	return join(errs...)
}

// latest marks the answers that count: nil is all of them.
func latest[K comparable](answers []Answer[K], periods []int64, repeat Repeat) []bool {
	if repeat != LatestAnswer {
		return nil
	}
	type slot struct {
		customer K
		period   int64
	}
	var nobody K
	counted := make([]bool, len(answers))
	holder := make(map[slot]int, len(answers))
	for i, a := range answers {
		if a.Customer == nobody {
			counted[i] = true
			continue
		}
		s := slot{a.Customer, periods[i]}
		if h, ok := holder[s]; ok {
			b := answers[h]
			if a.At.Before(b.At) || a.At.Equal(b.At) && a.Score >= b.Score {
				continue
			}
			counted[h] = false
		}
		holder[s], counted[i] = i, true
	}
	return counted
}

// number counts the periods of a zone's calendar; neighbours differ by 1.
func (p Period) number(t time.Time, loc *time.Location) int64 {
	y, m, _ := t.In(loc).Date()
	month := int64(y)*12 + int64(m) - 1
	switch p {
	case Year:
		return int64(y)
	case Quarter:
		return civil.FloorDiv(month, 3)
	case Month:
		return month
	case Week:
		return civil.FloorDiv(civilDay(t, loc)+3, 7) // 1970-01-01 was a Thursday
	}
	return civilDay(t, loc)
}

// start is the first instant of a period.
func (p Period) start(n int64, loc *time.Location) time.Time {
	day := n
	switch p {
	case Year:
		day = dayOf(int(n), 1)
	case Quarter:
		day = dayOf(0, 1+3*n)
	case Month:
		day = dayOf(0, 1+n)
	case Week:
		day = 7*n - 3
	}
	return civil.Start(day, loc)
}

// dayOf numbers the first day of a month, 1970-01-01 being 0.
func dayOf(year int, month int64) int64 {
	return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
