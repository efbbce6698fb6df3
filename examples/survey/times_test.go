package main

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"2025-01-02":                     "2025-01-02T00:00:00+08:00",
		"2025/1/2":                       "2025-01-02T00:00:00+08:00",
		"20250102":                       "2025-01-02T00:00:00+08:00",
		"2025年1月2日 9:05":                 "2025-01-02T09:05:00+08:00",
		"2025-01-02T10:36":               "2025-01-02T10:36:00+08:00",
		"2025-01-02 10:36:05.25":         "2025-01-02T10:36:05.25+08:00",
		"2025-01-02T10:36:05Z":           "2025-01-02T10:36:05Z",
		"2025-01-02 10:36:05.5 +01:00":   "2025-01-02T10:36:05.5+01:00",
		"2025-01-02 10:36:05-0500":       "2025-01-02T10:36:05-05:00",
		"2025-01-02T10:36:05.123456789Z": "2025-01-02T10:36:05.123456789Z",
	} {
		r := timeReader{loc: shanghai}
		for range 2 { // the second time by the layout that fitted
			if got, err := r.parse(in); err != nil || got.Format(time.RFC3339Nano) != want {
				t.Errorf("%q: %v, %v; want %s", in, got, err, want)
			}
		}
	}
	r := timeReader{loc: time.UTC, layout: "02/01/2006"}
	if got, err := r.parse("03/04/2025"); err != nil || got.Month() != time.April {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := r.parse("2025-04-03"); err == nil {
		t.Error("another layout than the one given was read")
	}
}
