package survey

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// QuotaConfig is how many answers a survey takes, by cell: city by age, say. As
// JSON it is read strictly: see [QuotaConfig.UnmarshalJSON].
type QuotaConfig struct {
	ID string `json:"id"`
	// Hold is how long a reservation keeps its place, in UTC, from a microsecond
	// to 100 years; P0D is [DefaultHold].
	Hold  guanxi.Span `json:"hold,omitzero"`
	Cells []Cell      `json:"cells"`
}

// Cell is one cell of a quota.
type Cell struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Limit is the number of answers; 0 is nobody. It may be changed at any time:
	// a lower one takes back no place that was reserved.
	Limit int `json:"limit"`
}

// DefaultHold is how long a reservation keeps its place where the config does
// not say.
const DefaultHold = 30 * time.Minute

const maxCells = 100_000

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c QuotaConfig) Validate() error {
	var f faults
	f.id("/id", c.ID)
	f.at("/hold", c.Hold.Validate())
	if longest(c.Hold) > 100*366*dayMicros {
		f.add("/hold", ErrOption, "%v is more than 100 years", c.Hold)
	}
	if h := c.Hold; h.Months == 0 && h.Days == 0 && h.Time > 0 && h.Time < time.Microsecond {
		f.add("/hold", ErrOption, "%v is less than a microsecond", h)
	}
	switch n := len(c.Cells); {
	case n == 0:
		f.at("/cells", ErrEmpty)
	case n > maxCells:
		f.add("/cells", ErrOption, "%d cells are more than %d", n, maxCells)
		return f.err()
	}
	seen := make(map[string]bool, len(c.Cells))
	for i, cell := range c.Cells {
		f.under(guanxi.Pointer("cells", i), func(f *faults) {
			f.id("/id", cell.ID)
			if seen[cell.ID] {
				f.add("/id", ErrDuplicate, "%q", cell.ID)
			}
			seen[cell.ID] = true
			f.maybe("/name", cell.Name)
			if cell.Limit < 0 {
				f.add("/limit", ErrOption, "%d answers", cell.Limit)
			}
		})
	}
	return f.err()
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// [QuotaConfig.Validate] is reported with its JSON pointer, and c is left alone
// if there is one.
func (c *QuotaConfig) UnmarshalJSON(data []byte) error {
	type plain QuotaConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, QuotaConfig(p), err)
}

// Quota decides about the places of its cells: what is to be written, never
// writing itself. It is immutable and safe for concurrent use. Hosts mostly call
// a [Keeper].
type Quota struct {
	id     string
	hold   guanxi.Span
	cells  []string
	limits map[string]int
}

// NewQuota makes a quota of c, which it copies. The error holds every fault, as
// [QuotaConfig.Validate] has them.
func NewQuota(c QuotaConfig) (*Quota, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	q := &Quota{id: c.ID, hold: c.Hold, limits: make(map[string]int, len(c.Cells))}
	if q.hold.IsZero() {
		q.hold.Time = DefaultHold
	}
	for _, cell := range c.Cells {
		q.cells = append(q.cells, cell.ID)
		q.limits[cell.ID] = cell.Limit
	}
	return q, nil
}

// MustQuota is [NewQuota] for tests and examples; it panics on an error.
func MustQuota(c QuotaConfig) *Quota {
	q, err := NewQuota(c)
	if err != nil {
		panic(err)
	}
	return q
}

// ID returns the id of the quota.
func (q *Quota) ID() string { return q.id }

// Cells returns the ids of the cells, in the order of the config.
func (q *Quota) Cells() []string { return append([]string(nil), q.cells...) }

// Limit returns how many answers a cell takes, or [ErrCell].
func (q *Quota) Limit(cell string) (int, error) {
	limit, ok := q.limits[cell]
	if !ok {
		return 0, fmt.Errorf("%w: %.64q", ErrCell, cell)
	}
	return limit, nil
}

// Status is where a reservation stands.
type Status string

// A reservation is held first. It may be confirmed or released; one that is
// neither in time expires, whether or not the store has been told yet.
const (
	Held      Status = "held"
	Confirmed Status = "confirmed"
	Released  Status = "released"
	Expired   Status = "expired"
)

var statusLabels = map[Status]guanxi.Text{
	Held:      {EN: "reserved", ZH: "已预留"},
	Confirmed: {EN: "confirmed", ZH: "已确认"},
	Released:  {EN: "released", ZH: "已释放"},
	Expired:   {EN: "expired", ZH: "已过期"},
}

// Label returns the name in lang, or the id of an unknown status.
func (s Status) Label(lang guanxi.Lang) string { return labelled(statusLabels, s, lang) }

// Reservation is one place in a cell.
type Reservation struct {
	Key    string // the host's idempotency key: an invitation, a visit; it is spent for good
	Status Status
	Until  time.Time // a Held one has expired when Until ≤ now; whole microseconds, UTC
}

// live reports whether r keeps a place at now.
func (r Reservation) live(now time.Time) bool { return r.Status == Held && now.Before(r.Until) }
