package care

import (
	"database/sql/driver"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/column"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// CaseKind says what a case is about.
type CaseKind string

// The kinds.
const (
	Complaint CaseKind = "complaint"
	Crisis    CaseKind = "crisis"
	LowScore  CaseKind = "low_score"
	Broken    CaseKind = "broken_promise"
)

// Label returns the name in lang, or the id of an unknown kind.
func (k CaseKind) Label(lang guanxi.Lang) string {
	switch k {
	case Complaint:
		return guanxi.Text{EN: "complaint", ZH: "投诉"}.In(lang)
	case Crisis:
		return guanxi.Text{EN: "crisis", ZH: "危机"}.In(lang)
	case LowScore:
		return guanxi.Text{EN: "low score", ZH: "低分"}.In(lang)
	case Broken:
		return guanxi.Text{EN: "broken promise", ZH: "失约"}.In(lang)
	}
	return string(k)
}

// CaseStatus is how far a case is. That it was escalated is told by its Level
// beside the status.
type CaseStatus string

// The statuses.
const (
	CaseOpen     CaseStatus = "open"     // waits for an answer
	CasePaused   CaseStatus = "paused"   // waits for the customer; the clock stands
	CaseAnswered CaseStatus = "answered" // answered, and not yet settled
	CaseResolved CaseStatus = "resolved" // settled
	CaseReopened CaseStatus = "reopened" // waits for another answer
)

// Label returns the name in lang, or the id of an unknown status.
func (s CaseStatus) Label(lang guanxi.Lang) string {
	switch s {
	case CaseOpen:
		return guanxi.Text{EN: "open", ZH: "待处理"}.In(lang)
	case CasePaused:
		return guanxi.Text{EN: "paused", ZH: "已暂停"}.In(lang)
	case CaseAnswered:
		return guanxi.Text{EN: "answered", ZH: "已答复"}.In(lang)
	case CaseResolved:
		return guanxi.Text{EN: "resolved", ZH: "已解决"}.In(lang)
	case CaseReopened:
		return guanxi.Text{EN: "reopened", ZH: "重新打开"}.In(lang)
	}
	return string(s)
}

// CaseID names a case: 1 to 64 bytes without white space.
type CaseID string

// Case is the state of a case, which the host stores; [Desk] changes it. Instants
// are UTC microseconds. A value: nothing in it is changed in place.
type Case struct {
	ID       CaseID               `json:"id"`
	Customer lifecycle.CustomerID `json:"customer"`
	Kind     CaseKind             `json:"kind"`
	Severity string               `json:"severity"`
	Status   CaseStatus           `json:"status"`
	Opened   time.Time            `json:"opened"`
	Updated  time.Time            `json:"updated"` // when it changed last
	// Start is when the clock of the answer began: opened, or reopened last.
	Start    time.Time     `json:"start"`
	PausedAt time.Time     `json:"paused_at,omitzero"`
	Paused   time.Duration `json:"paused_ns,omitempty"` // on the clock of the answer, since Start
	Due      time.Time     `json:"due"`                 // of the answer; not while paused
	Overdue  bool          `json:"overdue,omitempty"`   // Due has passed without an answer
	Level    int           `json:"level,omitempty"`     // how many rungs of the ladder are reached
	Reopened int           `json:"reopened,omitempty"`  // how often

	Delivered []string  `json:"delivered,omitempty"`
	Answered  time.Time `json:"answered,omitzero"` // first
	Late      bool      `json:"late,omitempty"`    // the first answer was, or is
	// Waited is the time to the first answer and Allowed what it might have been,
	// on its clock.
	Waited   time.Duration `json:"waited_ns,omitempty"`
	Allowed  time.Duration `json:"allowed_ns,omitempty"`
	Resolved time.Time     `json:"resolved,omitzero"` // last
	Cause    string        `json:"cause,omitempty"`
	Unit     string        `json:"unit,omitempty"`
	Given    int64         `json:"given,omitempty"` // compensation in minor units
}

// waiting reports whether the clock of the answer runs.
func (c Case) waiting() bool { return c.Status == CaseOpen || c.Status == CaseReopened }

// Validate returns [ErrState], placed where it is wrong, for a case that no desk
// made.
func (c Case) Validate() error {
	var f faults
	f.id("/id", string(c.ID))
	f.at("/customer", c.Customer.Validate())
	f.id("/severity", c.Severity)
	option(&f, "/kind", c.Kind, Complaint, Crisis, LowScore, Broken)
	option(&f, "/status", c.Status, CaseOpen, CasePaused, CaseAnswered, CaseResolved, CaseReopened)
	for _, i := range []struct {
		at       string
		t        time.Time
		required bool
	}{
		{"/opened", c.Opened, true}, {"/updated", c.Updated, true}, {"/start", c.Start, true}, {"/due", c.Due, true},
		{"/paused_at", c.PausedAt, c.Status == CasePaused},
		{"/answered", c.Answered, c.Status == CaseAnswered || c.Status == CaseResolved || c.Status == CaseReopened},
		{"/resolved", c.Resolved, c.Status == CaseResolved},
	} {
		if !stamped(i.t) || i.required && i.t.IsZero() {
			f.at(i.at, ErrState)
		}
	}
	if c.Start.Before(c.Opened) || c.Updated.Before(c.Start) || c.PausedAt.After(c.Updated) || c.Answered.After(c.Updated) || c.Due.Before(c.Start) {
		f.at("/updated", ErrState)
	}
	if c.PausedAt.IsZero() == (c.Status == CasePaused) || c.Paused < 0 || c.Paused > c.Updated.Sub(c.Start) {
		f.at("/paused_at", ErrState)
	}
	if c.Level < 0 || c.Level > maxLadder || c.Reopened < 0 || c.Given < 0 || c.Waited < 0 || c.Allowed < 0 ||
		c.Status == CaseReopened && c.Reopened == 0 || c.Status == CaseOpen && c.Reopened > 0 {
		f.at("", ErrState)
	}
	return f.err()
}

// UnmarshalJSON reads strictly what was written; c is left alone on error.
func (c *Case) UnmarshalJSON(data []byte) error {
	type plain Case
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, Case(v), err)
}

// Value implements driver.Valuer: the JSON text.
func (c Case) Value() (driver.Value, error) { return column.Value(c) }

// Scan implements sql.Scanner for text columns.
func (c *Case) Scan(src any) error { return column.Scan(src, c, ErrState) }

// EffectKind says what a desk wants done.
type EffectKind string

// The effects.
const (
	Escalate EffectKind = "escalate" // tell To
	Missed   EffectKind = "missed"   // the deadline has passed without an answer
)

// Label returns the name in lang, or the id of an unknown kind.
func (k EffectKind) Label(lang guanxi.Lang) string {
	switch k {
	case Escalate:
		return guanxi.Text{EN: "escalate", ZH: "升级处理"}.In(lang)
	case Missed:
		return guanxi.Text{EN: "deadline missed", ZH: "超过时限"}.In(lang)
	}
	return string(k)
}

// Effect is what the host is to do, each once.
type Effect struct {
	Kind EffectKind
	At   time.Time
	To   string // of Escalate
}

// clone gives the case slices of its own.
func (c Case) clone() Case {
	c.Delivered = slices.Clone(c.Delivered)
	return c
}
