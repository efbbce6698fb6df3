package segment

import (
	"errors"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// The defaults of [Limits], and the bound that no setting lifts.
const (
	DefaultJSON        = 64 << 10
	DefaultDepth       = 8
	HardDepth          = 32
	DefaultNodes       = 500
	DefaultList        = 1000
	DefaultString      = 1 << 10
	DefaultWindowYears = 10
	DefaultReferences  = 5
)

// Limits bound what a rule from an untrusted source can cost. A zero field is its
// default. There are no regular expressions at all.
type Limits struct {
	JSON  int `json:"json,omitempty"`  // bytes of a document; 0: 64 KiB
	Depth int `json:"depth,omitempty"` // of groups within groups, filters of events and references included; 0: 8, at most 32
	Nodes int `json:"nodes,omitempty"` // groups and conditions, those of references included; 0: 500
	List  int `json:"list,omitempty"`  // values of one list; 0: 1,000. More belong into an audience.
	// String is the bytes of one text constant; 0: 1 KiB.
	String int `json:"string,omitempty"`
	// WindowYears is the longest window, in years; 0: 10, at most 100.
	WindowYears int `json:"window_years,omitempty"`
	// References is how deep segments may refer to segments; 0: 5, at most 32.
	References int `json:"references,omitempty"`
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		v *int
		d int
	}{
		{&l.JSON, DefaultJSON}, {&l.Depth, DefaultDepth}, {&l.Nodes, DefaultNodes}, {&l.List, DefaultList},
		{&l.String, DefaultString}, {&l.WindowYears, DefaultWindowYears}, {&l.References, DefaultReferences},
	} {
		if *f.v == 0 {
			*f.v = f.d
		}
	}
	return l
}

// Validate returns every fault of l.
func (l Limits) Validate() error {
	var errs []error
	for _, f := range []struct {
		name   string
		v, max int
	}{
		{"json", l.JSON, 1 << 26}, {"depth", l.Depth, HardDepth}, {"nodes", l.Nodes, 1 << 20}, {"list", l.List, 1 << 20},
		{"string", l.String, 1 << 20}, {"window_years", l.WindowYears, 100}, {"references", l.References, HardDepth},
	} {
		if f.v < 0 || f.v > f.max {
			errs = append(errs, guanxi.At("/"+f.name, fmt.Errorf("%w: %d is not in 0 to %d", ErrLimits, f.v, f.max)))
		}
	}
	return errors.Join(errs...)
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and l is left alone if there is one.
func (l *Limits) UnmarshalJSON(data []byte) error {
	type plain Limits
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(l, Limits(v), err)
}
