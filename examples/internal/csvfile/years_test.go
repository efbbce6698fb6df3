package csvfile

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestInYears(t *testing.T) {
	for _, tt := range []struct {
		at string
		in bool
	}{
		{"1970-01-01T00:00:00Z", true}, {"1969-12-31T23:59:59Z", false}, {"1970-01-01T00:00:00+08:00", false},
		{"2199-12-31T23:59:59Z", true}, {"2200-01-01T00:00:00Z", false}, {"2199-12-31T23:59:59-01:00", false}, {"9998-01-01T00:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil || InYears(at) != tt.in {
			t.Errorf("%s: %v, %v", tt.at, InYears(at), err)
		}
	}
	for _, year := range []int{FirstYear, LastYear} {
		if !strings.Contains(ErrYear.Error(), strconv.Itoa(year)) {
			t.Errorf("%v does not say %d", ErrYear, year)
		}
	}
}
