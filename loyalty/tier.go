package loyalty

import (
	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// How much the tiers of a programme may hold.
const (
	MaxTiers     = 32
	MaxTierKinds = 4 // kinds of points that thresholds ask for
)

// TierConfig is the tiers (会员等级) of a programme. The zero TierConfig has none.
//
// Growth is what counts: points of kinds, spend and visits. A customer reaches a tier
// when the growth of the period meets its entry threshold, and holds it at least until
// the review that ends the next period.
type TierConfig struct {
	// Levels, the lowest first. Everyone is in the first, which has no thresholds.
	// Others without thresholds are given or sold only.
	Levels []Tier     `json:"levels,omitempty"`
	Period TierPeriod `json:"period,omitzero"`
	// Visits are the activities that count as visits; none: every order does, until
	// all of it has come back.
	Visits    []string      `json:"visits,omitempty"`
	Upgrade   TierTiming    `json:"upgrade,omitempty"` // TierNow is the default
	Downgrade DowngradeRule `json:"downgrade,omitzero"`
	Growth    GrowthRule    `json:"growth,omitzero"`
	// Refund says when a refund ends a tier that was not reached without what came
	// back: TierNow is the default.
	Refund TierTiming `json:"refund,omitempty"`
	Late   LateRule   `json:"late,omitempty"` // LateAmend is the default
}

// Tier is one tier.
type Tier struct {
	ID    string      `json:"id"`
	Name  guanxi.Text `json:"name,omitzero"`
	Entry Threshold   `json:"entry,omitzero"` // reaches it
	Keep  Threshold   `json:"keep,omitzero"`  // keeps it (保级); zero: Entry. Meeting Entry keeps it too
	// Deduct is what GrowthDeduct takes at the end of a cycle; zero: Keep, or Entry.
	Deduct   Threshold    `json:"deduct,omitzero"`
	Paid     *PaidTier    `json:"paid,omitempty"`    // it can be bought
	Factors  []KindFactor `json:"factors,omitempty"` // multipliers on what orders earn, above 1
	Benefits []Benefit    `json:"benefits,omitempty"`
}

// Threshold is alternatives: meeting one of those that are not zero meets it. The
// zero Threshold is never met.
type Threshold struct {
	Points []KindPoints    `json:"points,omitempty"` // of kinds whose Tiers is set
	Spend  decimal.Decimal `json:"spend,omitzero"`   // money of orders, without what came back
	Visits int64           `json:"visits,omitempty"`
}

// PaidTier is a tier that is bought for a term (付费会员).
type PaidTier struct {
	// Term runs to the end of its last civil day, to the instant if it has a clock
	// part. Renewed early it is added to the end, counted from the first day; after a
	// gap a new one begins.
	Term  guanxi.Span     `json:"term"`
	Price decimal.Decimal `json:"price,omitzero"` // for the host
}

// TierMode says over what growth is counted.
type TierMode string

// The modes of counting, all in civil days of the programme's zone. A membership year
// begins on the day of the first entry that concerns tiers and its anniversaries; that
// of 29 February is 28 February in common years.
const (
	CalendarYear   TierMode = "calendar_year" // the default
	MembershipYear TierMode = "membership_year"
	Rolling        TierMode = "rolling" // the last Span, to the day
)

// TierPeriod is what growth is counted over. Years end with a review; a rolling span
// is reviewed at the start of every day on which something leaves it.
type TierPeriod struct {
	Mode TierMode    `json:"mode,omitempty"`
	Span guanxi.Span `json:"span,omitzero"` // of Rolling: days, months, up to three years
}

// TierTiming is at once or at the next review.
type TierTiming string

// When something changes a tier. The review of a rolling span is then the start of the
// next day.
const (
	TierNow      TierTiming = "now"
	TierAtReview TierTiming = "at_review"
)

// DownTo says how far a tier that is not kept falls.
type DownTo string

// How far a customer falls.
const (
	// DownEarned: to the highest tier below whose threshold, to keep or to enter, is
	// met. The default.
	DownEarned DownTo = "earned"
	// DownOne: one tier (降一级, soft landing), of those that growth reaches. In a
	// rolling span it is then held for one span, unless it is kept anyway.
	DownOne DownTo = "one_down"
	// DownLowest: to the lowest, or to the highest whose entry threshold is met.
	DownLowest DownTo = "lowest"
)

// DowngradeRule says what becomes of a tier that is not kept.
type DowngradeRule struct {
	To DownTo `json:"to,omitempty"`
	// Grace is how long after the review the tier is held: whole days, in years less
	// than one. Growth that meets the threshold until then, in the new year, keeps it.
	Grace guanxi.Span `json:"grace,omitzero"`
}

// GrowthPolicy says what becomes of growth.
type GrowthPolicy string

// What becomes of growth at an upgrade and at the end of a cycle.
const (
	GrowthCarry  GrowthPolicy = "carry"
	GrowthReset  GrowthPolicy = "reset"
	GrowthDeduct GrowthPolicy = "deduct"
)

// GrowthRule says what becomes of growth in years. A rolling span forgets by itself
// and takes neither.
type GrowthRule struct {
	// Upgrade: carry (default); deduct takes the entry threshold, reset all. With
	// these two a tier is reached from the one below only, and its threshold counts
	// from there. What upgrades took counts for keeping all the same.
	Upgrade GrowthPolicy `json:"upgrade,omitempty"`
	// Cycle, at the review: reset (default), carry, or deduct the tier's Deduct.
	Cycle GrowthPolicy `json:"cycle,omitempty"`
}

// LateRule says what becomes of growth, or a refund of growth, of a cycle that is over.
// History is never rewritten: a tier changes when the entry is in force.
type LateRule string

// What becomes of what belongs to a cycle that is over.
const (
	// LateAmend: the cycle's review is asked again, if it is the last one. What is
	// older changes nothing where cycles reset growth, and counts with the last cycle
	// otherwise. Refunds that demote at review count as LatePresent.
	LateAmend LateRule = "amend"
	// LatePresent: it counts in the present cycle, on the day it is entered.
	LatePresent LateRule = "present"
)

// BenefitType is a kind of benefit.
type BenefitType string

// The benefits that the package knows by name. It does nothing about them; the
// multipliers of a tier are its Factors.
const (
	BirthdayGift BenefitType = "birthday_gift" // Value: what is given, by the host's name
	FreeDelivery BenefitType = "free_delivery"
	PriceList    BenefitType = "price_list" // Value: the list
	OtherBenefit BenefitType = "other"      // Name says what
)

// Benefit is something that a tier brings, as data.
type Benefit struct {
	Type  BenefitType `json:"type"`
	Name  guanxi.Text `json:"name,omitzero"`
	Value string      `json:"value,omitempty"`
}

var benefitLabels = map[BenefitType]guanxi.Text{
	BirthdayGift: {EN: "birthday gift", ZH: "生日礼"},
	FreeDelivery: {EN: "free delivery", ZH: "免运费"},
	PriceList:    {EN: "member prices", ZH: "会员价"},
}

// Label returns the name of the benefit in lang: its own, or that of the type, or the
// type's id.
func (b Benefit) Label(lang guanxi.Lang) string {
	if name := b.Name.In(lang); name != "" {
		return name
	}
	return labelled(benefitLabels, b.Type, lang)
}
