package coupon

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/column"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// State is what a command is decided on: the coupon, zero if it was never issued, the
// counters that [Catalogue.AppendNeed] names, in any order, and the receipt under the
// command's key if there is one; a receipt under another key does not matter.
type State struct {
	Coupon   Coupon
	Counters []Counter
	Receipt  Receipt
}

// Decision is the answer to a command: what to write, and what to tell.
type Decision struct {
	Receipt Receipt
	// Repeated says that the command was carried out before: the receipt is the one
	// from then, and there is nothing to write.
	Repeated bool
	Change   Change
}

// Change is what one command changes, in plain values: the new coupon, the new
// counters and the receipt, to be written together or not at all, each only over the
// version it was decided on. The zero Change changes nothing.
type Change struct {
	Code     Code
	From     int64 // the version of the coupon that is replaced; 0 is none
	To       Coupon
	Counters []CounterChange
	Receipt  Receipt
}

// CounterChange replaces a counter.
type CounterChange struct {
	From int64 // the version that is replaced; 0 is none
	To   Counter
}

// Receipt remembers that a command was carried out, and the answer. It is kept by its
// key for as long as the command may be given again. A plain value.
type Receipt struct {
	Key     string  `json:"key"`
	Intent  Intent  `json:"intent"`
	Action  Action  `json:"action"`
	Code    Code    `json:"code"`
	Order   string  `json:"order,omitempty"`
	At      Instant `json:"at_us"`                // when it was decided
	Until   Instant `json:"until_us,omitempty"`   // of Reserve: the deadline
	Expires Instant `json:"expires_us,omitempty"` // the coupon's end by then; 0 is never
	Left    int64   `json:"left"`                 // uses open after it
}

// IsZero reports whether there is no receipt.
func (r Receipt) IsZero() bool { return r == Receipt{} }

// MarshalText returns the hash in hexadecimal.
func (i Intent) MarshalText() ([]byte, error) {
	return hex.AppendEncode(nil, i[:]), nil
}

// UnmarshalText reads what MarshalText writes, or returns [ErrState].
func (i *Intent) UnmarshalText(text []byte) error {
	var v Intent
	if len(text) != hex.EncodedLen(len(v)) {
		return fmt.Errorf("%w: an intent of %d characters", ErrState, len(text))
	}
	if _, err := hex.Decode(v[:], text); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	*i = v
	return nil
}

// Validate returns [ErrState], placed where it is wrong, for a receipt that was not
// made here.
func (r Receipt) Validate() error {
	var f faults
	f.name("/key", r.Key)
	option(&f, "/action", r.Action, Actions()...)
	f.id("/code", string(r.Code))
	if r.Action == "" {
		f.at("/action", ErrState)
	}
	if r.At <= 0 || !r.At.sound() {
		f.at("/at_us", ErrState)
	}
	if !r.Until.sound() {
		f.at("/until_us", ErrState)
	}
	if !r.Expires.sound() {
		f.at("/expires_us", ErrState)
	}
	if r.Left < 0 || r.Left > maxUses {
		f.at("/left", ErrState)
	}
	return f.err()
}

// UnmarshalJSON reads strictly what was written; r is left alone on error.
func (r *Receipt) UnmarshalJSON(data []byte) error {
	type plain Receipt
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(r, Receipt(v), err)
}

// Value implements driver.Valuer: the JSON text.
func (r Receipt) Value() (driver.Value, error) { return column.Value(r) }

// Scan implements sql.Scanner for text columns.
func (r *Receipt) Scan(src any) error { return column.Scan(src, r, ErrState) }

// Apply carries a decision out on the state it was made on: coupon and counters are
// replaced, counters that were not there are added, and the receipt is the decision's.
// [ErrConflict] refuses a decision made on another version of any of them; s is as it
// was then. A repeated decision changes nothing but the receipt.
func (s *State) Apply(d Decision) error {
	if d.Repeated {
		s.Receipt = d.Receipt
		return nil
	}
	if s.Coupon.Version != d.Change.From {
		return fmt.Errorf("%w: the coupon is of version %d, the decision of %d", ErrConflict, s.Coupon.Version, d.Change.From)
	}
	for _, c := range d.Change.Counters {
		version := int64(0)
		if i := s.counter(c.To.CounterID); i >= 0 {
			version = s.Counters[i].Version
		}
		if version != c.From {
			return fmt.Errorf("%w: a counter is of version %d, the decision of %d", ErrConflict, version, c.From)
		}
	}
	s.Coupon, s.Receipt = d.Change.To, d.Receipt
	counters := make([]Counter, len(s.Counters), len(s.Counters)+len(d.Change.Counters))
	copy(counters, s.Counters)
	s.Counters = counters
	for _, c := range d.Change.Counters {
		if i := s.counter(c.To.CounterID); i >= 0 {
			s.Counters[i] = c.To
		} else {
			s.Counters = append(s.Counters, c.To)
		}
	}
	return nil
}

func (s *State) counter(id CounterID) int {
	for i := range s.Counters {
		if s.Counters[i].CounterID == id {
			return i
		}
	}
	return -1
}

// NeedError says which counters a decision needs and was not given. It unwraps to
// [ErrNeed].
type NeedError struct{ Counters []CounterID }

// Error names them.
func (e *NeedError) Error() string { return fmt.Sprintf("%v: %q", ErrNeed, e.Counters) }

// Unwrap returns ErrNeed.
func (e *NeedError) Unwrap() error { return ErrNeed }
