package lifecycle

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// Config is a model as data: the stages customers pass through, what moves them,
// and what happens when nothing does. As JSON it is read strictly, see
// [Config.UnmarshalJSON]. [Compile] makes a [Model] of it.
type Config struct {
	Name guanxi.Text `json:"name,omitzero"`
	// Version is stamped on every position, 1 to 65535. It changes when stages are
	// renumbered or mean something else.
	Version int `json:"version"`
	// Initial is where customers begin; a super-stage means the stage entered
	// through it.
	Initial string        `json:"initial"`
	Stages  []StageConfig `json:"stages"` // 1 to 255
	Events  []EventConfig `json:"events,omitempty"`
	// Rules are looked through in order: for a stage and an event the first whose
	// guard holds applies, those of the stage itself before those of the
	// super-stages around it.
	Rules    []RuleConfig    `json:"rules,omitempty"`
	Timeouts []TimeoutConfig `json:"timeouts,omitempty"`
	// Late says what becomes of an event older than the position; "" is LateRefuse.
	Late LatePolicy `json:"late,omitempty"`
	// Classes are for [Model.Classify], the first that takes the facts wins.
	Classes []ClassConfig `json:"classes,omitempty"`
	// MinDwell is how long a class stays before another one replaces it: days of
	// 24 hours and clock time. P0D is not at all.
	MinDwell guanxi.Span `json:"min_dwell,omitzero"`
}

// StageConfig is a stage, or, if others say that they are in it, a super-stage:
// customers are only ever in stages that have none in them.
type StageConfig struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Response is what the merchant does for customers here, for people to read.
	Response guanxi.Text `json:"response,omitzero"`
	In       string      `json:"in,omitempty"` // the super-stage around this one
	// Initial, of a super-stage, is the stage in it that is entered through it; ""
	// is the first in the config.
	Initial string `json:"initial,omitempty"`
	// History, of a super-stage: who enters through it comes to the stage in it
	// that they left last (shallow history), at first to Initial.
	History bool `json:"history,omitempty"`
	// Final says that customers may stay here for good.
	Final bool `json:"final,omitempty"`
	// Decline marks what customers should have a way back from. Final and Decline
	// hold for all stages in a super-stage.
	Decline bool `json:"decline,omitempty"`
}

// EventConfig is something that happens to a customer.
type EventConfig struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
}

// RuleConfig says what an event does in a stage.
type RuleConfig struct {
	From  string `json:"from"` // a stage, or a super-stage for all in it
	Event string `json:"event"`
	// Guard names a function over the host's customer that must hold; "" always
	// holds.
	Guard string `json:"guard,omitempty"`
	// To is the stage entered, which may be the one it is in: Since then begins
	// anew. "" stays: only Last and Seq change.
	To string `json:"to,omitempty"`
	// Effects are ids returned to the host, which carries them out.
	Effects []string `json:"effects,omitempty"`
}

// TimeoutConfig says what happens when enough time has passed. It has no guard:
// what it does depends on the position alone, so it does not matter when the
// host looks.
type TimeoutConfig struct {
	From string `json:"from"` // a stage, or a super-stage for all in it
	// After is days of 24 hours and clock time, such as P92D; in working time clock
	// time alone, such as PT48H.
	After  guanxi.Span `json:"after"`
	Counts Counting    `json:"counts,omitempty"` // "" is WallTime
	// Since is what After is counted from; "" is SinceEntry, for a super-stage the
	// entry into it.
	Since Anchor `json:"since,omitempty"`
	// PausedIn are stages in which the clock stands still and is kept: in From,
	// a super-stage, or beside it. Whoever is in neither loses what was counted;
	// from one of these stages to another, the same included, the clock runs on.
	// Only with SinceEntry.
	PausedIn []string `json:"paused_in,omitempty"`
	To       string   `json:"to"` // the stage entered, which may be From
	Effects  []string `json:"effects,omitempty"`
}

// Counting says which time a timeout counts.
type Counting string

// The times.
const (
	WallTime    Counting = "wall"    // by the clock on the wall; the default
	WorkingTime Counting = "working" // in the working hours of the Calendar given to Compile
)

// Anchor says what a timeout is counted from.
type Anchor string

// The anchors.
const (
	// SinceEntry counts from when the stage, or the super-stage, was entered.
	SinceEntry Anchor = "entry"
	// SinceEvent counts from the last event that had an effect, whatever the stage
	// then was: silence. A timeout overdue already when its stage is entered is
	// applied at that instant.
	SinceEvent Anchor = "last_event"
)

// LatePolicy says what becomes of an event that happened before something that
// was applied already: another event, or a timeout.
type LatePolicy string

// The policies. The position is unchanged in any case.
const (
	LateIgnore LatePolicy = "ignore" // LateIgnored, which is no error
	LateRefuse LatePolicy = "refuse" // LateRefused with ErrLate; the default
	LateReplay LatePolicy = "replay" // LateNeedsReplay with ErrReplay: the host calls Model.Replay
)

// ClassConfig is a row of a classification: the stage of customers whose facts
// fulfil every condition that is set. A bound on something unknown (the silence of
// a customer who never ordered, the cycle of one who ordered once) is not
// fulfilled. Bounds are half-open: at least Min, less than Max.
type ClassConfig struct {
	Stage     string `json:"stage"`
	MinOrders *int64 `json:"min_orders,omitempty"`
	MaxOrders *int64 `json:"max_orders,omitempty"`
	// MinSilence and MaxSilence bound the time since the last order.
	MinSilence *guanxi.Span `json:"min_silence,omitempty"`
	MaxSilence *guanxi.Span `json:"max_silence,omitempty"`
	// MinCycles and MaxCycles bound the same in cycles of the customer's own.
	MinCycles *float64         `json:"min_cycles,omitempty"`
	MaxCycles *float64         `json:"max_cycles,omitempty"`
	MinMoney  *decimal.Decimal `json:"min_money,omitempty"`
	MaxMoney  *decimal.Decimal `json:"max_money,omitempty"`
}

// Clone returns a copy that shares nothing with c.
func (c Config) Clone() Config {
	c.Stages = slices.Clone(c.Stages)
	c.Events = slices.Clone(c.Events)
	c.Rules = slices.Clone(c.Rules)
	for i := range c.Rules {
		c.Rules[i].Effects = slices.Clone(c.Rules[i].Effects)
	}
	c.Timeouts = slices.Clone(c.Timeouts)
	for i := range c.Timeouts {
		c.Timeouts[i].PausedIn = slices.Clone(c.Timeouts[i].PausedIn)
		c.Timeouts[i].Effects = slices.Clone(c.Timeouts[i].Effects)
	}
	c.Classes = slices.Clone(c.Classes)
	for i := range c.Classes {
		k := &c.Classes[i]
		k.MinOrders, k.MaxOrders = copied(k.MinOrders), copied(k.MaxOrders)
		k.MinSilence, k.MaxSilence = copied(k.MinSilence), copied(k.MaxSilence)
		k.MinCycles, k.MaxCycles = copied(k.MinCycles), copied(k.MaxCycles)
		k.MinMoney, k.MaxMoney = copied(k.MinMoney), copied(k.MaxMoney)
	}
	return c
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// UnmarshalJSON reads strictly: every unknown field and wrong type is reported with
// its JSON pointer, and if there are none every fault of [Config.Validate]. c is
// left alone if there is one.
func (c *Config) UnmarshalJSON(data []byte) error {
	type plain Config
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, Config(p), err)
}
