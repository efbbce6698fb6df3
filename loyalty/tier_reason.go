package loyalty

import "github.com/guanxi-go/guanxi"

// TierReason says why a tier changed.
type TierReason string

// Why a tier changed.
const (
	TierStart     TierReason = "start"      // the first entry that concerns tiers
	TierReached   TierReason = "reached"    // growth met the entry threshold
	TierReviewed  TierReason = "reviewed"   // growth met the entry threshold, as the review found
	TierNotKept   TierReason = "not_kept"   // growth did not meet the keep threshold, as the review found
	TierGraceOver TierReason = "grace_over" // growth did not meet the keep threshold by the end of grace
	TierRefunded  TierReason = "refunded"   // not reached without what came back
	TierLate      TierReason = "late"       // growth of a cycle that is over was entered late
	TierGiven     TierReason = "given"      // by hand
	TierGivenOver TierReason = "given_over" // what was given by hand came to its end, or was taken back
	TierBought    TierReason = "bought"     // a paid membership
	TierTermOver  TierReason = "term_over"  // a paid membership ended, or was cancelled
	TierLocked    TierReason = "locked"     // by hand
	TierUnlocked  TierReason = "unlocked"   // a lock ended
	TierMerged    TierReason = "merged"     // another account was merged into this one
	TierAdjusted  TierReason = "adjusted"   // growth was taken by hand
	TierRules     TierReason = "rules"      // the programme no longer has the tier
)

var tierReasonLabels = map[TierReason]guanxi.Text{
	TierStart:     {EN: "joined", ZH: "入会"},
	TierReached:   {EN: "threshold reached", ZH: "达标升级"},
	TierReviewed:  {EN: "upgraded at the review", ZH: "评级升级"},
	TierNotKept:   {EN: "not kept at the review", ZH: "保级未达标"},
	TierGraceOver: {EN: "not kept by the end of grace", ZH: "宽限期结束未达标"},
	TierRefunded:  {EN: "purchases came back", ZH: "退货扣减成长值"},
	TierLate:      {EN: "entered late", ZH: "成长值补登"},
	TierGiven:     {EN: "granted by hand", ZH: "人工授予"},
	TierGivenOver: {EN: "grant ended", ZH: "授予到期"},
	TierBought:    {EN: "paid membership", ZH: "付费会员"},
	TierTermOver:  {EN: "paid membership ended", ZH: "付费会员到期"},
	TierLocked:    {EN: "locked by hand", ZH: "等级锁定"},
	TierUnlocked:  {EN: "lock ended", ZH: "锁定解除"},
	TierMerged:    {EN: "accounts merged", ZH: "账户合并"},
	TierAdjusted:  {EN: "growth corrected by hand", ZH: "成长值调整"},
	TierRules:     {EN: "tier no longer offered", ZH: "等级取消"},
}

// Label returns the reason in lang, or the id of an unknown one.
func (r TierReason) Label(lang guanxi.Lang) string { return labelled(tierReasonLabels, r, lang) }

// TierBasis says what a tier stands on.
type TierBasis string

// What a tier stands on.
const (
	ByGrowth TierBasis = "growth" // what was earned, or the lowest tier
	ByGrant  TierBasis = "grant"  // given by hand
	ByPaid   TierBasis = "paid"   // bought
	ByLock   TierBasis = "lock"   // held where it is
)

var basisLabels = map[TierBasis]guanxi.Text{
	ByGrowth: {EN: "by growth", ZH: "按成长值"},
	ByGrant:  {EN: "granted", ZH: "人工授予"},
	ByPaid:   {EN: "paid", ZH: "付费"},
	ByLock:   {EN: "locked", ZH: "锁定"},
}

// Label returns the basis in lang, or the id of an unknown one.
func (b TierBasis) Label(lang guanxi.Lang) string { return labelled(basisLabels, b, lang) }

// TierStep is a change of a tier. At is when it was so, which for what time does may
// be before the entry that says it.
type TierStep struct {
	From   string     `json:"from,omitempty"` // "" of the first
	To     string     `json:"to"`
	At     Instant    `json:"at"`
	Reason TierReason `json:"reason"`
}
