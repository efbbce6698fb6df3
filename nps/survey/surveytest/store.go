package surveytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/nps/survey"
)

// TestStore runs every case of the contract of survey.QuotaStore as a subtest,
// each on a store of its own: open returns one that is empty, and cleans up
// through t.Cleanup. The store is called from several goroutines at once.
func TestStore(t *testing.T, open func(t *testing.T) survey.QuotaStore) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open(t)); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.contract)
			}
		})
	}
}

// kase is one sentence of the contract and what checks it.
type kase struct {
	name, contract string
	run            func(survey.QuotaStore) error
}

// cases are in the order in which a new store meets them.
var cases = []kase{
	{"fresh", "Load returns the counters and the version of the cell, all zero for one never written.", fresh},
	{"counters", "What was saved is what is loaded from then on; Save raises the version by one.", counters},
	{"reservation", "Load returns the reservation under key, or nil.", reservation},
	{"empty key", "key may be \"\", which no reservation has.", emptyKey},
	{"replace", "A reservation of change replaces the one with the same key.", replace},
	{"several", "Save writes all of change.", several},
	{"keys", "Keys are compared byte by byte: case, accents and trailing spaces matter.", keys},
	{"cells", "A reservation belongs to this cell only. Ids are compared byte by byte.", cells},
	{"microseconds", "Instants keep their microseconds.", microseconds},
	{"overdue", "Of the reservations whose status is Held and whose Until ≤ now Load returns at least one if there are any.", overdue},
	{"overdue to the last", "Of the reservations whose status is Held and whose Until ≤ now Load returns at least one if there are any.", overdueToTheLast},
	{"first write", "The first write expects 0.", firstWrite},
	{"stale", "If the version is no longer expected Save writes nothing and returns ErrConflict.", stale},
	{"ahead", "If the version is no longer expected Save writes nothing and returns ErrConflict: one that is yet to come is not expected either.", ahead},
	{"own slices", "The store keeps no slice of the caller's, and gives none of its own away.", ownSlices},
	{"cancelled", "If ctx is done before anything is written, nothing is, and the error is ctx's.", cancelled},
	{"race", "Of writes that expect the same version one is written; the others return ErrConflict.", race},
	{"never overfilled", "What was saved is what is loaded from then on, by whatever goroutine.", neverOverfilled},
}

// noon is the instant most cases start from.
var noon = time.Date(2026, time.March, 8, 12, 0, 0, 123456000, time.UTC)

var beijing = survey.CellID{Quota: "spring", Cell: "北京/18-34"}

func held(key string, until time.Time) survey.Reservation {
	return survey.Reservation{Key: key, Status: survey.Held, Until: until}
}

// state says what a loaded state should be.
type state struct {
	version         int64
	held, confirmed int
	reservation     *survey.Reservation
	overdue         bool // any or none
}

func (want state) check(s survey.CellState) error {
	switch {
	case s.Version != want.version:
		return fmt.Errorf("version %d, want %d", s.Version, want.version)
	case s.Held != want.held || s.Confirmed != want.confirmed:
		return fmt.Errorf("%d held and %d confirmed, want %d and %d", s.Held, s.Confirmed, want.held, want.confirmed)
	case want.reservation == nil && s.Reservation != nil:
		return fmt.Errorf("a reservation under %q, want none", s.Reservation.Key)
	case want.reservation != nil && s.Reservation == nil:
		return fmt.Errorf("no reservation, want that under %q", want.reservation.Key)
	case want.overdue != (len(s.Overdue) > 0):
		return fmt.Errorf("%d reservations overdue, want any: %v", len(s.Overdue), want.overdue)
	case want.reservation != nil:
		return same(*s.Reservation, *want.reservation)
	}
	return nil
}

func same(got, want survey.Reservation) error {
	if got.Key != want.Key || got.Status != want.Status || !got.Until.Equal(want.Until) {
		return fmt.Errorf("reservation %q %s until %s, want %q %s until %s",
			got.Key, got.Status, stamp(got.Until), want.Key, want.Status, stamp(want.Until))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
