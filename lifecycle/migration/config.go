package migration

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// MaxStages is the most stages that a config, a table or a matrix can have.
const MaxStages = 256

// maxCells is the most cells that all periods of Counts can have together.
const maxCells = 1 << 24

// Config says what Counts counts. As JSON it is read strictly.
type Config struct {
	// Stages are the ids in the order of the rows and columns, 1 to MaxStages.
	Stages []string
	// Period is the step of the chain; "" is Month.
	Period Period
	// Since and Until bound what the journals are complete for. The periods
	// counted are those that begin at or after Since and end at or before Until.
	// Both are cut to microseconds; both are needed.
	Since, Until time.Time
	// Location is where a period begins; nil is UTC.
	Location *time.Location
}

// Validate returns every fault of c, each a *guanxi.FieldError: ErrStage,
// ErrOption, ErrTime, ErrNoPeriod, ErrTooLarge.
func (c Config) Validate() error {
	_, err := c.boundaries()
	return err
}

// boundaries is Validate, and the boundaries of the periods.
func (c Config) boundaries() ([]int64, error) {
	errs := []error{checkIDs(c.Stages, "stages", ErrStage, 1, MaxStages), guanxi.At("/location", civil.CheckZone(c.Location, ErrOption))}
	switch c.Period {
	case "", Week, Month, Quarter:
	default:
		errs = append(errs, at(fmt.Errorf("%w: %q is no period", ErrOption, string(c.Period)), "period"))
	}
	since, err := micros(c.Since)
	if err != nil {
		errs = append(errs, at(err, "since"))
	}
	until, err := micros(c.Until)
	if err != nil {
		errs = append(errs, at(err, "until"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	d := c.withDefaults()
	bounds := boundaries(d.Period, since, until, d.Location)
	switch n := len(bounds) - 1; {
	case n < 1:
		return nil, at(fmt.Errorf("%w: no %s between %v and %v", ErrNoPeriod, d.Period, c.Since, c.Until), "until")
	case n > maxPeriods:
		return nil, at(fmt.Errorf("%w periods: more than %d", ErrTooLarge, maxPeriods), "until")
	case n*len(c.Stages)*len(c.Stages) > maxCells:
		return nil, at(fmt.Errorf("%w cells: %d periods of %d stages", ErrTooLarge, n, len(c.Stages)), "stages")
	}
	return bounds, nil
}

func (c Config) withDefaults() Config {
	if c.Period == "" {
		c.Period = Month
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	return c
}

// zone is a location as text: an IANA name, or "+08:00" for a fixed offset. One that
// is none, or another one on another machine, such as Local, is ErrOption.
type zone = civil.ZoneText[noZone]

type noZone struct{}

func (noZone) Refused() error { return ErrOption }

type configJSON struct {
	Stages   []string  `json:"stages"`
	Period   Period    `json:"period,omitempty"`
	Since    time.Time `json:"since"`
	Until    time.Time `json:"until"`
	Location zone      `json:"location,omitzero"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c Config) MarshalJSON() ([]byte, error) {
	return json.Marshal(configJSON{c.Stages, c.Period, c.Since, c.Until, zone{Loc: c.Location}})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	var j configJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := Config{j.Stages, j.Period, j.Since, j.Until, j.Location.Loc}
	if err := r.Validate(); err != nil {
		return err
	}
	*c = r
	return nil
}

// checkIDs returns every fault of a list of ids.
func checkIDs(ids []string, field string, sentinel error, least, most int) error {
	if len(ids) < least || len(ids) > most {
		return at(fmt.Errorf("%w: %d of them is not in %d to %d", sentinel, len(ids), least, most), field)
	}
	var errs []error
	seen := make(map[string]int, len(ids))
	for i, id := range ids {
		first, twice := seen[id]
		switch {
		case id == "" || !utf8.ValidString(id):
			errs = append(errs, at(fmt.Errorf("%w: %q is no id", sentinel, id), field, i))
		case twice:
			errs = append(errs, at(fmt.Errorf("%w: %q stands at %d already", sentinel, id, first), field, i))
		default:
			seen[id] = i
		}
	}
	return errors.Join(errs...)
}

func indexOf(ids []string, id string) (int, bool) {
	for i, s := range ids {
		if s == id {
			return i, true
		}
	}
	return 0, false
}

// finite reports whether v is a number.
func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checkConfidence returns a confidence level, 0 meaning DefaultConfidence.
func checkConfidence(c float64) (float64, error) {
	if c == 0 {
		return DefaultConfidence, nil
	}
	if !(c > 0 && c < 1) {
		return 0, at(fmt.Errorf("%w: %v", ErrConfidence, c), "confidence")
	}
	return c, nil
}

// DefaultConfidence is the level where a config leaves it at 0.
const DefaultConfidence = 0.95
