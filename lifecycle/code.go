package lifecycle

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Code says what came of a step, of an advance or of a classification.
type Code uint8

// What can come of it. A position changes with Moved and Stayed; with the others
// it is as it was but for timeouts that fell due before (Outcome.Timeouts), and
// from OtherVersion on it is not touched at all.
const (
	Idle            Code = iota // nothing was due, or the class is the stage it is in
	Moved                       // a stage was entered: another one, or the same anew
	Stayed                      // the rule has no To: the stage and its clocks go on
	Illegal                     // the stage has no rule for the event
	Refused                     // there are rules, and the guard of each says no
	Duplicate                   // the sequence number was applied already
	LateIgnored                 // older than the position; policy LateIgnore
	LateRefused                 // older than the position; policy LateRefuse
	LateNeedsReplay             // older than the position; policy LateReplay
	Dwelling                    // another class, but the minimum dwell is not over
	Unclassified                // no class takes these facts
	Behind                      // more timeouts are due than are applied at once

	OtherVersion // the position is of another model version
	UnknownStage // the position is in a stage that the model does not have
	UnknownEvent // the model does not have the event
	BadTime      // the zero time, or one outside the years 1 to 9999
	Backwards    // now lies before the position
	BadPosition  // the position has impossible times
	BadFacts     // the facts contradict themselves
	codes
)

var codeNames = [codes]string{
	"idle", "moved", "stayed", "illegal", "refused", "duplicate",
	"late_ignored", "late_refused", "late_needs_replay", "dwelling", "unclassified", "behind",
	"other_version", "unknown_stage", "unknown_event", "bad_time", "backwards", "bad_position", "bad_facts",
}

var codeTexts = [codes]guanxi.Text{
	{EN: "Nothing due", ZH: "无变化"}, {EN: "Stage entered", ZH: "已进入阶段"}, {EN: "Stage kept", ZH: "留在原阶段"},
	{EN: "Not allowed in this stage", ZH: "当前阶段不允许"}, {EN: "Conditions not met", ZH: "条件未满足"}, {EN: "Applied already", ZH: "重复事件"},
	{EN: "Late, ignored", ZH: "迟到，已忽略"}, {EN: "Late, refused", ZH: "迟到，已拒绝"}, {EN: "Late, to be replayed", ZH: "迟到，需重放"},
	{EN: "Minimum stay not over", ZH: "未满最短停留"}, {EN: "No class fits", ZH: "没有符合的分类"}, {EN: "More is due", ZH: "尚有到期未处理"},
	{EN: "Another model version", ZH: "模型版本不符"}, {EN: "Unknown stage", ZH: "未知阶段"}, {EN: "Unknown event", ZH: "未知事件"},
	{EN: "Not a possible time", ZH: "时间无效"}, {EN: "Time runs backwards", ZH: "时间倒退"}, {EN: "Not a possible position", ZH: "位置无效"},
	{EN: "Facts contradict themselves", ZH: "事实自相矛盾"},
}

var codeErrors = [codes]error{
	Illegal: ErrIllegal, Refused: ErrRefused, LateRefused: ErrLate, LateNeedsReplay: ErrReplay,
	Unclassified: ErrUnclassified, Behind: ErrBehind,
	OtherVersion: ErrVersion, UnknownStage: ErrStage, UnknownEvent: ErrEvent, BadTime: ErrTime,
	Backwards: ErrBackwards, BadPosition: ErrPosition, BadFacts: ErrFacts,
}

// Err returns the sentinel of a code that the host has to answer, such as
// [ErrIllegal], and nil where all is well: what happened, what was known already
// and what the policy ignores. No allocation.
func (c Code) Err() error {
	if c >= codes {
		return ErrOption
	}
	return codeErrors[c]
}

// Late reports whether the event was older than the position.
func (c Code) Late() bool { return c >= LateIgnored && c <= LateNeedsReplay }

// String returns "moved" and so on.
func (c Code) String() string {
	if c >= codes {
		return fmt.Sprintf("Code(%d)", uint8(c))
	}
	return codeNames[c]
}

// Label returns what came of it for people.
func (c Code) Label(lang guanxi.Lang) string {
	if c >= codes {
		return c.String()
	}
	return codeTexts[c].In(lang)
}

// MarshalText returns [Code.String], or [ErrOption] for no constant.
func (c Code) MarshalText() ([]byte, error) {
	if c >= codes {
		return nil, fmt.Errorf("%w: code %d", ErrOption, uint8(c))
	}
	return []byte(codeNames[c]), nil
}

// UnmarshalText reads what MarshalText writes. c is unchanged on error.
func (c *Code) UnmarshalText(text []byte) error {
	for i, name := range codeNames {
		if string(text) == name {
			*c = Code(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %.32q is no code", ErrOption, text)
}

// Outcome says what a step, an advance or a classification came to. It is
// comparable and belongs to the model that made it.
type Outcome struct {
	// At is the event's instant, the deadline of the last timeout applied, or the
	// now of a classification.
	At Instant
	// Rule is the place in Config.Rules, in Config.Timeouts where ByTimeout, or in
	// Config.Classes where a classification moved; -1 where none applied.
	Rule    int32
	transit int32 // what Effects looks up: 1 + a move, or −1 − a timeout; 0 is none
	Result
}

// Result is the part of an [Outcome] that says what became of the stage. It is a
// struct of its own for the reason that [Standing] is.
type Result struct {
	Code     Code
	From, To Stage // To is From unless Moved
	// Timeouts is how many timeouts were applied: before the event in a step, at
	// all in an advance. [Model.Timeouts] lists them with their effects.
	Timeouts uint16
}

// Err is that of the code.
func (o Outcome) Err() error { return o.Code.Err() }

// ByTimeout reports whether Rule is a timeout: Advance moved, not an event.
func (o Outcome) ByTimeout() bool { return o.transit < 0 }
