package guanxi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/guanxi-go/guanxi"
)

func TestParseSpan(t *testing.T) {
	tests := []struct {
		in   string
		want guanxi.Span
		out  string // "" means in
	}{
		{"P0D", guanxi.Span{}, ""},
		{"PT0S", guanxi.Span{}, "P0D"},
		{"P30D", guanxi.Span{Days: 30}, ""},
		{"P12M", guanxi.Span{Months: 12}, "P1Y"},
		{"P1Y2M3W4DT5H6M7.5S", guanxi.Span{Months: 14, Days: 25, Time: 5*time.Hour + 6*time.Minute + 7500*time.Millisecond}, "P1Y2M25DT5H6M7.5S"},
		{"P1M", guanxi.Span{Months: 1}, ""},
		{"PT1M", guanxi.Span{Time: time.Minute}, ""},
		{"PT36H", guanxi.Span{Time: 36 * time.Hour}, ""},
		{"PT90S", guanxi.Span{Time: 90 * time.Second}, "PT1M30S"},
		{"PT0.000000001S", guanxi.Span{Time: 1}, ""},
		{"PT1.050S", guanxi.Span{Time: 1050 * time.Millisecond}, "PT1.05S"},
		{"P007D", guanxi.Span{Days: 7}, "P7D"},
		{"P2147483647M2147483647D", guanxi.Span{Months: math.MaxInt32, Days: math.MaxInt32}, "P178956970Y7M2147483647D"},
		{"PT9223372036.854775807S", guanxi.Span{Time: math.MaxInt64}, "PT2562047H47M16.854775807S"},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := guanxi.ParseSpan(tt.in)
			assert.NoError(t, err)
			assert.Equal(t, tt.want, got)
			if tt.out == "" {
				tt.out = tt.in
			}
			assert.Equal(t, tt.out, got.String())
		})
	}
}

func TestParseSpanErrors(t *testing.T) {
	for _, s := range []string{
		"", "P", "PT", "P1", "1D", "p1D", "P1d", "P-1D", "-P1D", "+P1D", "P+1D", "P1DT", "P1H", "PT1D", "PT1Y", "PD",
		"P1D1M", "P1D2D", "P1M1Y", "PT1S1M", "P1.5D", "PT1.5M", "PT.5S", "PT1.S", "PT1.1234567891S", "PT1,5S", "P1DTT1S",
		"P1D ", " P1D", "P1T1D", "P2147483648D", "P2147483648M", "P178956971Y", "P306783379W", "P99999999999999999999D",
		"P9223372036854775807Y", "P9223372036854775807M1D", "P2147483647W2147483647D",
		"PT9223372036.854775808S", "PT2562048H", "PT2562047H60M", "PT9223372037S", "PT2562047H47M17S", "PT99999999999999999999S",
		"P一D", "P1\x00",
	} {
		got, err := guanxi.ParseSpan(s)
		assert.ErrorIs(t, err, guanxi.ErrSpan, s)
		assert.Zero(t, got, s)
	}
	assert.Panics(t, func() { guanxi.MustParseSpan("P") })
}

func TestSpanStored(t *testing.T) {
	want := guanxi.MustParseSpan("P1Y30DT12H")
	data, err := json.Marshal(want)
	assert.NoError(t, err)
	assert.Equal(t, `"P1Y30DT12H"`, string(data))
	var got guanxi.Span
	assert.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, want, got)

	v, err := want.Value()
	assert.NoError(t, err)
	for _, src := range []any{v, []byte(v.(string))} {
		got = guanxi.Span{}
		assert.NoError(t, got.Scan(src))
		assert.Equal(t, want, got)
	}
	for _, src := range []any{nil, 1, "x"} {
		assert.ErrorIs(t, got.Scan(src), guanxi.ErrSpan)
		assert.Equal(t, want, got, "unchanged")
	}
	for s, text := range map[guanxi.Span]string{
		{Days: -1}:                               "P-1D",
		{Months: -1}:                             "P-1M",
		{Time: -1500 * time.Millisecond}:         "PT-1.5S",
		{Days: 1, Time: -100 * time.Millisecond}: "P1DT-0.1S",
	} {
		assert.Equal(t, text, s.String())
		assert.ErrorIs(t, s.Validate(), guanxi.ErrSpan)
		_, err = s.MarshalText()
		assert.ErrorIs(t, err, guanxi.ErrSpan)
		_, err = s.Value()
		assert.ErrorIs(t, err, guanxi.ErrSpan)
	}
	assert.True(t, guanxi.Span{}.IsZero())
	assert.False(t, want.IsZero())
	assert.NoError(t, want.Validate())
}

func TestSpanArithmetic(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	tests := []struct {
		name, from, span string
		loc              *time.Location
		sub              bool
		want             string
	}{
		{"nil is UTC", "2025-03-01T12:00:00+01:00", "P1D", nil, false, "2025-03-02T11:00:00Z"},
		{"end of month", "2025-01-31T08:00:00Z", "P1M", nil, false, "2025-02-28T08:00:00Z"},
		{"leap year", "2024-01-31T08:00:00Z", "P1M", nil, false, "2024-02-29T08:00:00Z"},
		{"century", "2100-01-31T08:00:00Z", "P1M", nil, false, "2100-02-28T08:00:00Z"},
		{"2000", "2000-01-31T08:00:00Z", "P1M", nil, false, "2000-02-29T08:00:00Z"},
		{"30 days", "2025-03-31T08:00:00Z", "P1M", nil, false, "2025-04-30T08:00:00Z"},
		{"August", "2025-07-31T08:00:00Z", "P1M", nil, false, "2025-08-31T08:00:00Z"},
		{"leap day + year", "2024-02-29T08:00:00Z", "P1Y", nil, false, "2025-02-28T08:00:00Z"},
		{"over the year", "2025-12-15T08:00:00Z", "P1M", nil, false, "2026-01-15T08:00:00Z"},
		{"months, then days", "2025-01-31T08:00:00Z", "P1M1D", nil, false, "2025-03-01T08:00:00Z"},
		{"months back", "2025-03-31T08:00:00Z", "P1M", nil, true, "2025-02-28T08:00:00Z"},
		{"year back", "2025-01-31T08:00:00Z", "P14M", nil, true, "2023-11-30T08:00:00Z"},
		{"to December", "2025-01-31T08:00:00Z", "P1M", nil, true, "2024-12-31T08:00:00Z"},
		{"all back", "2025-03-31T08:00:00Z", "P1M1DT1H", nil, true, "2025-02-27T07:00:00Z"},
		{"a day of 23 hours", "2025-03-29T12:00:00+01:00", "P1D", berlin, false, "2025-03-30T12:00:00+02:00"},
		{"24 hours", "2025-03-29T12:00:00+01:00", "PT24H", berlin, false, "2025-03-30T13:00:00+02:00"},
		{"into the gap", "2025-03-29T02:30:00+01:00", "P1D", berlin, false, "2025-03-30T03:30:00+02:00"},
		{"clock part keeps the second of two equal times", "2025-10-26T02:30:00+01:00", "PT0S", berlin, false, "2025-10-26T02:30:00+01:00"},
		{"date in loc", "2025-01-31T23:30:00Z", "P1M", berlin, false, "2025-03-01T00:30:00+01:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, tt.from)
			assert.NoError(t, err)
			s := guanxi.MustParseSpan(tt.span)
			got := s.AddTo(from, tt.loc)
			if tt.sub {
				got = s.SubFrom(from, tt.loc)
			}
			assert.Equal(t, tt.want, got.Format(time.RFC3339))
		})
	}
}

// AddDate is the same wherever the day exists.
func TestSpanAgreesWithAddDate(t *testing.T) {
	from := time.Date(1, 1, 28, 1, 2, 3, 4, time.UTC)
	for months := range 5000 {
		s := guanxi.Span{Months: months, Days: months % 40}
		if got, want := s.AddTo(from, nil), from.AddDate(0, months, s.Days); got != want {
			t.Fatalf("%v: %v, want %v", s, got, want)
		}
		if got, want := s.SubFrom(from, nil), from.AddDate(0, -months, -s.Days); got != want {
			t.Fatalf("-%v: %v, want %v", s, got, want)
		}
	}
}

func ExampleSpan_AddTo() {
	shanghai := time.FixedZone("CST", 8*3600)
	opened := time.Date(2025, 1, 31, 10, 0, 0, 0, shanghai)
	fmt.Println(guanxi.MustParseSpan("P1M").AddTo(opened, shanghai).Format(time.DateTime))
	fmt.Println(guanxi.MustParseSpan("P30DT12H").AddTo(opened, shanghai).Format(time.DateTime))
	// Output:
	// 2025-02-28 10:00:00
	// 2025-03-02 22:00:00
}

func ExampleParseSpan() {
	s, err := guanxi.ParseSpan("P1Y6M")
	fmt.Println(s.Months, s, err)
	_, err = guanxi.ParseSpan("18 months")
	fmt.Println(err)
	// Output:
	// 18 P1Y6M <nil>
	// not an ISO 8601 duration such as P1Y6M, P30D or PT12H: "18 months": it begins with P
}
