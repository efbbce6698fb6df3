package coupon

import (
	"errors"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// Reason is why a coupon does not apply, or a command is refused, as a shop can show
// it.
type Reason string

// The reasons.
const (
	ReasonUnknown       Reason = "unknown"        // no such coupon, or no definition of it
	ReasonNotBegun      Reason = "not_begun"      // Refusal.From says when it begins
	ReasonExpired       Reason = "expired"        // Refusal.Until says when it ended
	ReasonUsedUp        Reason = "used_up"        // no use is left
	ReasonReserved      Reason = "reserved"       // for another order, perhaps of the same customer
	ReasonVoid          Reason = "void"           // cancelled
	ReasonCustomer      Reason = "customer"       // belongs to another customer
	ReasonSignIn        Reason = "sign_in"        // asks who the customer is
	ReasonCurrency      Reason = "currency"       // of another currency, or other decimal places
	ReasonChannel       Reason = "channel"        // not here
	ReasonScope         Reason = "scope"          // nothing in the basket that it is for
	ReasonMinimum       Reason = "minimum"        // Refusal.Missing says how much
	ReasonNothingLeft   Reason = "nothing_left"   // to take off
	ReasonStacking      Reason = "stacking"       // not together with Refusal.With
	ReasonBetter        Reason = "better"         // another combination saves more, or as much with fewer
	ReasonLimit         Reason = "limit"          // redeemed as often as may be in all
	ReasonCustomerLimit Reason = "customer_limit" // by this customer
	ReasonRunOut        Reason = "run_out"        // the reservation
	ReasonMistyped      Reason = "mistyped"       // code
)

var reasonNames = map[Reason]guanxi.Text{
	ReasonUnknown:       {EN: "We do not know this coupon.", ZH: "优惠券不存在。"},
	ReasonNotBegun:      {EN: "The coupon is not valid yet.", ZH: "优惠券尚未生效。"},
	ReasonExpired:       {EN: "The coupon has expired.", ZH: "优惠券已过期。"},
	ReasonUsedUp:        {EN: "The coupon has been used.", ZH: "优惠券已使用。"},
	ReasonReserved:      {EN: "The coupon is reserved for an order.", ZH: "优惠券已被订单锁定。"},
	ReasonVoid:          {EN: "The coupon was cancelled.", ZH: "优惠券已作废。"},
	ReasonCustomer:      {EN: "The coupon belongs to another customer.", ZH: "优惠券属于其他客户。"},
	ReasonSignIn:        {EN: "Please sign in to use the coupon.", ZH: "请登录后使用优惠券。"},
	ReasonCurrency:      {EN: "The coupon is for another currency.", ZH: "优惠券币种不符。"},
	ReasonChannel:       {EN: "The coupon is not valid here.", ZH: "优惠券不适用于当前渠道。"},
	ReasonScope:         {EN: "There is nothing in the basket that the coupon is for.", ZH: "购物车中没有适用的商品。"},
	ReasonMinimum:       {EN: "The minimum spend is not reached.", ZH: "未达到最低消费金额。"},
	ReasonNothingLeft:   {EN: "There is nothing left to take off.", ZH: "没有可抵扣的金额。"},
	ReasonStacking:      {EN: "The coupon does not go together with another.", ZH: "不能与其他优惠券叠加使用。"},
	ReasonBetter:        {EN: "Other coupons save more.", ZH: "其他优惠券更划算。"},
	ReasonLimit:         {EN: "All of these coupons are gone.", ZH: "优惠券已被抢完。"},
	ReasonCustomerLimit: {EN: "You have had as many of these coupons as one person may.", ZH: "已达到每人限用数量。"},
	ReasonRunOut:        {EN: "The reservation has run out.", ZH: "优惠券锁定已超时。"},
	ReasonMistyped:      {EN: "Please check the code.", ZH: "请检查优惠码。"},
}

// Reasons returns all reasons.
func Reasons() []Reason {
	return []Reason{ReasonUnknown, ReasonNotBegun, ReasonExpired, ReasonUsedUp, ReasonReserved, ReasonVoid,
		ReasonCustomer, ReasonSignIn, ReasonCurrency, ReasonChannel, ReasonScope, ReasonMinimum,
		ReasonNothingLeft, ReasonStacking, ReasonBetter, ReasonLimit, ReasonCustomerLimit, ReasonRunOut, ReasonMistyped}
}

// Label returns a sentence in lang, or the id of an unknown reason.
func (r Reason) Label(lang guanxi.Lang) string {
	if t, ok := reasonNames[r]; ok {
		return t.In(lang)
	}
	return string(r)
}

// reasonsOf is never written to. The first that an error is counts.
var reasonsOf = []struct {
	err    error
	reason Reason
}{
	{ErrNotIssued, ReasonUnknown}, {ErrDefinition, ReasonUnknown}, {ErrCodeUnknown, ReasonUnknown},
	{ErrCodePrefix, ReasonUnknown}, {ErrNotBegun, ReasonNotBegun}, {ErrExpired, ReasonExpired},
	{ErrVoid, ReasonVoid}, {ErrOtherCustomer, ReasonCustomer}, {ErrNoCustomer, ReasonSignIn},
	{ErrUsedUp, ReasonUsedUp}, {ErrRedeemed, ReasonUsedUp}, {ErrAllReserved, ReasonReserved},
	{ErrReserved, ReasonReserved}, {ErrRunOut, ReasonRunOut}, {ErrIssueLimit, ReasonLimit},
	{ErrRedeemLimit, ReasonLimit}, {ErrIssueCustomerLimit, ReasonCustomerLimit},
	{ErrRedeemCustomerLimit, ReasonCustomerLimit}, {ErrCodeCharacter, ReasonMistyped},
	{ErrCodeLength, ReasonMistyped}, {ErrCodeCheck, ReasonMistyped},
}

// ReasonOf returns what a customer may be told of an error of [Catalogue.Decide],
// [Service.Do] or [Codes.Parse]. ok is false for what is no business of theirs.
func ReasonOf(err error) (r Reason, ok bool) {
	for _, e := range reasonsOf {
		if errors.Is(err, e.err) {
			return e.reason, true
		}
	}
	return "", false
}

// Refusal says why a coupon is not used at a basket. A plain value.
type Refusal struct {
	Code   Code   `json:"code"`
	Reason Reason `json:"reason"`
	// Missing is what is to be spent more, of ReasonMinimum, after the coupons that
	// are used where its minimum counts them.
	Missing  decimal.Decimal `json:"missing,omitzero"`
	Currency string          `json:"currency,omitempty"` // of Missing
	From     Instant         `json:"from_us,omitempty"`  // of ReasonNotBegun
	Until    Instant         `json:"until_us,omitempty"` // of ReasonExpired
	With     Code            `json:"with,omitempty"`     // of ReasonStacking: the first that stands against it
}

// Label returns a sentence in lang: the reason's, with what is missing for a minimum.
func (r Refusal) Label(lang guanxi.Lang) string {
	if r.Reason != ReasonMinimum {
		return r.Reason.Label(lang)
	}
	return guanxi.Text{
		EN: "Spend " + r.Missing.String() + " " + r.Currency + " more to use the coupon.",
		ZH: "再消费 " + r.Missing.String() + " " + r.Currency + " 即可使用优惠券。",
	}.In(lang)
}
