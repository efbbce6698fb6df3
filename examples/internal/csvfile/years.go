package csvfile

import (
	"errors"
	"time"
)

// The years that a row can be of: one mistyped year would otherwise stretch every table
// and chart by centuries.
const (
	FirstYear = 1970
	LastYear  = 2199
)

// ErrYear refuses a date of any other year.
var ErrYear = errors.New("not in the years 1970 to 2199")

// InYears reports whether a time is in those years, in its own zone and in UTC.
func InYears(t time.Time) bool { return inYears(t.Year()) && inYears(t.UTC().Year()) }

func inYears(y int) bool { return FirstYear <= y && y <= LastYear }
