package loyalty

import "github.com/guanxi-go/guanxi"

// Unit is what a kind counts.
type Unit string

// The units of a kind.
const (
	UnitPoints Unit = "points" // the default
	UnitMoney  Unit = "money"  // minor units of the programme's currency
	UnitVisits Unit = "visits"
)

// KindConfig is a kind of points.
type KindConfig struct {
	ID        Kind        `json:"id"`
	Name      guanxi.Text `json:"name,omitzero"`
	Unit      Unit        `json:"unit,omitempty"`
	Spendable bool        `json:"spendable,omitempty"`
	// Tiers says that it counts for tiers, as growth value does.
	Tiers bool `json:"tiers,omitempty"`
	// Priority orders the lots that are spent: a lower one first, before expiry.
	Priority int32    `json:"priority,omitempty"`
	Rounding Rounding `json:"rounding,omitzero"`
	// Pending and Expiry are of spendable kinds: how long growth counts, tiers say.
	Pending PendingRule `json:"pending,omitzero"`
	Expiry  ExpiryRule  `json:"expiry,omitzero"`
}

// PendingRule says when what an order earned may be spent. The zero rule: at once.
// Points of activities are available at once.
type PendingRule struct {
	// Span after the order, the return window. A whole number of days or months ends
	// at the end of its last civil day, one with a clock part ends to the instant.
	Span guanxi.Span `json:"span,omitzero"`
	// Event is what the host waits for before it sends Activate, such as
	// "delivered"; without a Span the points wait for it for ever, with one they
	// wait so long at the latest.
	Event string `json:"event,omitempty"`
}

// ExpiryMode says how an expiry is found.
type ExpiryMode string

// The modes of expiry. Each is an instant that is computed once, in the zone of the
// programme, when the points are earned, except that of ExpireActivity, which moves.
// A day's end is the start of the next.
const (
	ExpireNever    ExpiryMode = "never"    // the default
	ExpireSpan     ExpiryMode = "span"     // Span after they were earned: at the end of that day, or to the instant if Span has a clock part
	ExpireEndOf    ExpiryMode = "end_of"   // end of the Period in which they were earned, and Span
	ExpireYearly   ExpiryMode = "yearly"   // at the end of the next Month and Day, as 积分清零 does, but no sooner than after Span
	ExpireActivity ExpiryMode = "activity" // Span after the last activity, at the end of that day
)

// Period is a stretch of the calendar in the zone of the programme. Weeks begin on
// Mondays.
type Period string

// The periods. PerEver is all time.
const (
	PerDay     Period = "day"
	PerWeek    Period = "week"
	PerMonth   Period = "month"
	PerQuarter Period = "quarter"
	PerYear    Period = "year"
	PerEver    Period = "ever"
)

// ExpiryRule says when points expire.
type ExpiryRule struct {
	Mode   ExpiryMode  `json:"mode,omitempty"`
	Span   guanxi.Span `json:"span,omitzero"`
	Period Period      `json:"period,omitempty"` // month, quarter or year
	Month  int         `json:"month,omitempty"`  // 1 to 12
	Day    int         `json:"day,omitempty"`    // 1 to 31; what a month does not have is its last day
	From   ExpiryFrom  `json:"from,omitempty"`   // what it counts from
	// On says what is an activity for ExpireActivity; none: all of them.
	On []Touch `json:"on,omitempty"`
}

// ExpiryFrom is what an expiry counts from.
type ExpiryFrom string

// What an expiry counts from.
const (
	FromEarning    ExpiryFrom = "earned"    // the order or activity; the default
	FromActivation ExpiryFrom = "activated" // when the points become available; as FromEarning where they wait for an event alone
)

// Touch is something that keeps points alive.
type Touch string

// What may keep points alive.
const (
	TouchEarn   Touch = "earn"   // an order
	TouchRedeem Touch = "redeem" // a redemption or a capture
	TouchAct    Touch = "act"    // an activity, a check-in or a top-up
)
