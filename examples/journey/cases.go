package main

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// openCase is a case that waits, with what became of it by itself.
type openCase struct {
	care.Case
	severity guanxi.Text
	told     guanxi.Text // the last rung of the ladder; zero if none was reached
}

// rungs are who is told when a case waits for too long.
var rungs = map[string]guanxi.Text{
	"store_manager": {EN: "the store manager", ZH: "店长"},
	"owner":         {EN: "the owner", ZH: "店主"},
}

// openCases are some cases of the simulated shop, as of asOf. Ordinary cases are
// answered within eight working hours: the New Year's holiday of 2026 does not
// count, the Sunday worked for it does. A crisis has 24 hours.
func openCases(l *log) ([]openCase, error) {
	calendar, err := lifecycle.NewCalendar(lifecycle.CalendarConfig{
		Zone:     l.loc.String(),
		Week:     lifecycle.Weekdays(lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00")),
		Holidays: []lifecycle.Holiday{{Date: lifecycle.Date{Year: 2026, Month: time.January, Day: 1}, Days: 3, Name: guanxi.Text{EN: "New Year", ZH: "元旦"}}},
		Extra: []lifecycle.ExtraDay{{Date: lifecycle.Date{Year: 2026, Month: time.January, Day: 4},
			Hours: []lifecycle.Hours{lifecycle.HoursOf("09:00", "12:00"), lifecycle.HoursOf("13:00", "18:00")}}},
	})
	if err != nil {
		return nil, err
	}
	severities := []care.Severity{
		{ID: "crisis", Name: guanxi.Text{EN: "Crisis", ZH: "危机"}, NoPause: true,
			Answer:   care.Limit{Clock: care.Wall, Within: guanxi.MustParseSpan("PT24H")},
			Requires: []string{"apology_with_measures"},
			Ladder:   []care.Rung{{After: guanxi.MustParseSpan("PT4H"), To: "store_manager"}, {After: guanxi.MustParseSpan("PT20H"), To: "owner"}}},
		{ID: "ordinary", Name: guanxi.Text{EN: "Ordinary", ZH: "一般"},
			Answer: care.Limit{Clock: care.Working, Within: guanxi.MustParseSpan("PT8H")},
			Ladder: []care.Rung{{After: guanxi.MustParseSpan("PT6H"), To: "store_manager"}}},
	}
	desk, err := care.NewDesk(care.DeskConfig{
		Zone: l.loc.String(), Decimals: 2, Severities: severities,
		Causes: []string{"delivery", "quality"}, Units: []string{"logistics", "workshop"},
	}, calendar)
	if err != nil {
		return nil, err
	}
	var out []openCase
	for i, k := range []struct {
		id       care.CaseID
		kind     care.CaseKind
		severity int
		ago      time.Duration
	}{
		{"K-1041", care.Crisis, 0, 22 * time.Hour},
		{"K-1042", care.Broken, 1, 38 * time.Hour},
		{"K-1043", care.Complaint, 1, 9 * time.Hour},
		{"K-1044", care.LowScore, 1, 7 * time.Hour},
	} {
		customer := l.customers[i*37%len(l.customers)].id
		c, err := desk.Open(k.id, customer, k.kind, severities[k.severity].ID, l.asOf.Add(-k.ago))
		if err != nil {
			return nil, err
		}
		c, effects, err := desk.Advance(c, l.asOf)
		if err != nil {
			return nil, err
		}
		open := openCase{Case: c, severity: severities[k.severity].Name}
		for _, e := range effects {
			if e.Kind == care.Escalate {
				open.told = rungs[e.To]
			}
		}
		out = append(out, open)
	}
	return out, nil
}
