package survey

import (
	"time"

	"github.com/guanxi-go/guanxi"
)

// Ask is the survey that somebody might be asked.
type Ask struct {
	Survey  string  // the id of the questionnaire
	Kind    string  // its measure, such as "nps"; "" has no gap by kind
	Channel Channel // how it would be asked
	Wave    string  // what the sample is drawn for: "2026-Q3". One that never changes asks the same people for ever
}

// History is one customer, what they might be asked, and what they were asked before.
type History struct {
	Ask
	Customer   string         // for the sample; needed where the share is neither 0 nor 1
	Location   *time.Location // of their clock and calendar; nil is UTC
	OptedOut   bool           // of all surveys
	OptedOutOf []Channel      // of these channels only
	// Contacts in any order. Older ones than the longest gap and the year of the
	// cap may be left out.
	Contacts []Contact
}

// Contact is a survey that the customer was asked before, and what came of it:
// one row for each time they were asked. Where there is no cap, one row for each
// survey and channel will do, with the last time of each event. A zero time is
// an event that did not happen.
type Contact struct {
	Survey    string
	Kind      string
	Channel   Channel // "" where it was not recorded: it has no gap by channel, all others count
	Shown     time.Time
	Answered  time.Time
	Dismissed time.Time
}

// Reason is why a customer may not be asked.
type Reason string

// The reasons.
const (
	None       Reason = ""            // they may be asked
	OptedOut   Reason = "opted_out"   // they do not want to be asked
	NotSampled Reason = "not_sampled" // they are not in the sample of this wave
	GapSurvey  Reason = "gap_survey"  // too soon after the same survey
	GapKind    Reason = "gap_kind"    // too soon after a survey of the same kind
	GapChannel Reason = "gap_channel" // too soon after a survey by the same channel
	GapOverall Reason = "gap_overall" // too soon after any survey
	Capped     Reason = "capped"      // asked often enough this year
	QuietHours Reason = "quiet_hours" // not at this time of the day
)

// Reasons returns all reasons but None.
func Reasons() []Reason {
	return []Reason{OptedOut, NotSampled, GapSurvey, GapKind, GapChannel, GapOverall, Capped, QuietHours}
}

var reasonLabels = map[Reason]guanxi.Text{
	None:       {EN: "may be asked", ZH: "可以邀请"},
	OptedOut:   {EN: "does not want to be asked", ZH: "已拒绝调研"},
	NotSampled: {EN: "not in the sample of this wave", ZH: "未被本期抽中"},
	GapSurvey:  {EN: "too soon after the same survey", ZH: "距上次同一调研太近"},
	GapKind:    {EN: "too soon after a survey of the same kind", ZH: "距上次同类调研太近"},
	GapChannel: {EN: "too soon after a survey by the same channel", ZH: "距上次同渠道调研太近"},
	GapOverall: {EN: "too soon after another survey", ZH: "距上次调研太近"},
	Capped:     {EN: "asked often enough this year", ZH: "本年度次数已满"},
	QuietHours: {EN: "quiet hours", ZH: "免打扰时段"},
}

// Label returns what the reason says in lang, or the id of an unknown one.
func (r Reason) Label(lang guanxi.Lang) string { return labelled(reasonLabels, r, lang) }

// Event is what a gap is counted from.
type Event string

// The events of a Contact.
const (
	Shown     Event = "shown"
	Answered  Event = "answered"
	Dismissed Event = "dismissed"
)

// Decision is the answer of [Decide].
type Decision struct {
	Allow  bool
	Reason Reason // why not
	After  Event  // what a gap is counted from, "" for other reasons
	// Earliest is the first instant at which asking is allowed, if nothing
	// happens until then, in the customer's zone: now where it is allowed. It is
	// zero where waiting does not help: OptedOut and NotSampled.
	Earliest time.Time
}
