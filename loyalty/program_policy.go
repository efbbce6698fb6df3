package loyalty

import "github.com/guanxi-go/guanxi"

// Backdate says what becomes of a command whose time is before the latest one.
type Backdate string

// The policies for backdated commands.
const (
	BackdateRefuse Backdate = "refuse" // the default
	BackdateRaise  Backdate = "raise"  // it counts from the latest instant on
	BackdateAccept Backdate = "accept" // it counts from its own instant, if that is within BackdateWithin
)

// Takeback says where a refund takes what is no longer in the order's own lots.
type Takeback string

// The policies for what a refund cannot find in the order's lots.
const (
	TakeClamp Takeback = "clamp"      // nowhere; the default
	TakeLots  Takeback = "other_lots" // from other lots, as far as they reach
	TakeDebt  Takeback = "debt"       // from other lots, and the rest is owed
)

// ReturnPolicy says what becomes of returned points whose lot has expired.
type ReturnPolicy string

// The policies for returned points whose lot has expired.
const (
	ReturnForfeit ReturnPolicy = "forfeit" // they are gone; the default
	ReturnGrace   ReturnPolicy = "grace"   // a lot that lives for the span Grace
	ReturnNewLot  ReturnPolicy = "new_lot" // a lot as if earned now
)

// PolicyConfig names what a programme does in cases that have no natural answer.
type PolicyConfig struct {
	Backdate       Backdate    `json:"backdate,omitempty"`
	BackdateWithin guanxi.Span `json:"backdate_within,omitzero"` // of BackdateAccept, which alone has it and needs it
	// Ahead is how far a command may be dated after the instant at which it is recorded,
	// as by a clock that is fast; zero is P1D. What is further ahead is ErrAhead:
	// an account that has come to an instant refuses what is dated before, so that one
	// wrong date would keep it from being used for as long.
	Ahead    guanxi.Span  `json:"ahead,omitzero"`
	Takeback Takeback     `json:"takeback,omitempty"`
	Return   ReturnPolicy `json:"return,omitempty"`
	Grace    guanxi.Span  `json:"grace,omitzero"` // of ReturnGrace, which alone has it and needs it
	// Hold is how long a hold lasts that names no end; zero is PT30M.
	Hold guanxi.Span `json:"hold,omitzero"`
}
