package migration

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
)

// Order says what may happen between two steps of a funnel.
type Order string

const (
	// Loose lets anything happen between two steps: the default. Steps are taken
	// in their order, and what is not the step awaited is passed over.
	Loose Order = "loose"
	// Strict wants each step to be the very next event of the customer: any other
	// event, a step repeated or skipped or [Other], ends the attempt.
	Strict Order = "strict"
)

// FunnelStep is one step. Name is for people; it may be left out.
type FunnelStep struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
}

// maxFunnelSteps is the most steps of a funnel.
const maxFunnelSteps = 32

// FunnelConfig says which steps a funnel has. As JSON it is read strictly.
type FunnelConfig struct {
	Steps []FunnelStep // 2 to 32, in their order
	Order Order        // "" is Loose
	// Window is how long an attempt may take: a step counts if it lies before the
	// first one + Window. The zero Span is no limit, and then nobody who has not
	// gone on is counted as dropped.
	Window guanxi.Span
	// Location is where the days and months of Window are counted; nil is UTC.
	Location *time.Location
	// Confidence of the intervals, in (0, 1); 0 is DefaultConfidence.
	Confidence float64
}

// Validate returns every fault of c, each a *guanxi.FieldError: ErrStep,
// ErrOption, guanxi.ErrSpan, ErrConfidence.
func (c FunnelConfig) Validate() error {
	ids := make([]string, len(c.Steps))
	for i, s := range c.Steps {
		ids[i] = s.ID
	}
	errs := []error{checkIDs(ids, "steps", ErrStep, 2, maxFunnelSteps), guanxi.At("/location", civil.CheckZone(c.Location, ErrOption))}
	switch c.Order {
	case "", Loose, Strict:
	default:
		errs = append(errs, at(fmt.Errorf("%w: %q is no order", ErrOption, string(c.Order)), "order"))
	}
	if err := c.Window.Validate(); err != nil {
		errs = append(errs, at(err, "window"))
	} else if !c.Window.IsZero() && c.Window.Months == 0 && c.Window.Days == 0 && c.Window.Time < time.Microsecond {
		errs = append(errs, at(fmt.Errorf("%w: %v is shorter than a microsecond", ErrOption, c.Window), "window"))
	}
	if _, err := checkConfidence(c.Confidence); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (c FunnelConfig) withDefaults() FunnelConfig {
	if c.Order == "" {
		c.Order = Loose
	}
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Confidence == 0 {
		c.Confidence = DefaultConfidence
	}
	return c
}

// deadline returns the instant from which on a step is too late.
func (c *FunnelConfig) deadline(start int64) int64 {
	w := c.Window
	if w.IsZero() {
		return Open
	}
	if w.Months == 0 && w.Days == 0 {
		return start + w.Time.Microseconds()
	}
	t := w.AddTo(time.UnixMicro(start), c.Location)
	if t.Year() > 20_000 { // microseconds end in the year 294247
		return Open
	}
	return t.UnixMicro()
}

type funnelJSON struct {
	Steps      []FunnelStep `json:"steps"`
	Order      Order        `json:"order,omitempty"`
	Window     guanxi.Span  `json:"window,omitzero"`
	Location   zone         `json:"location,omitzero"`
	Confidence float64      `json:"confidence,omitempty"`
}

// MarshalJSON writes the location by its IANA name, or as "+08:00".
func (c FunnelConfig) MarshalJSON() ([]byte, error) {
	return json.Marshal(funnelJSON{c.Steps, c.Order, c.Window, zone{Loc: c.Location}, c.Confidence})
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *FunnelConfig) UnmarshalJSON(data []byte) error {
	var j funnelJSON
	if err := guanxi.UnmarshalStrict(data, &j); err != nil {
		return err
	}
	r := FunnelConfig{j.Steps, j.Order, j.Window, j.Location.Loc, j.Confidence}
	if err := r.Validate(); err != nil {
		return err
	}
	*c = r
	return nil
}
