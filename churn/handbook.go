package churn

import "github.com/guanxi-go/guanxi"

// The ids of the signals of [Handbook].
const (
	PromotionsMissed   = "promotions_missed"
	OrderValuePlunged  = "order_value_plunged"
	OrderFrequencyFell = "order_frequency_fell"
	Unfollowed         = "unfollowed"
	CommunityQuiet     = "community_quiet"
	ComplaintSmall     = "complaint_small"
	RefundDemanded     = "refund_demanded"
	ComplaintEscalated = "complaint_escalated"
	PromiseBroken      = "promise_broken"
	NoOrderHalfYear    = "no_order_half_year"
	NoVisitThreeMonths = "no_visit_three_months"
	LowScore           = "low_score"
)

// Handbook returns the warning signals that merchants' handbooks list, with
// weights set by hand: a beginning, to be edited, and to be checked against who
// left (churn/predict). Two of consumption, two of interaction, the three steps of
// a complaint and the two of silence are groups, each counted once. Silence does
// not fade by itself: it is a state, which the host ends with an observation of 0
// at the next order or visit. A survey with a fair score is a LowScore of 0: it ends
// the low ones before it, and its Clear speaks for staying.
func Handbook() Catalogue {
	d := func(n int) guanxi.Span { return guanxi.Span{Days: n} }
	return Catalogue{Bias: -2.5, Signals: []Signal{
		{ID: PromotionsMissed, Name: guanxi.Text{EN: "Missed two promotions in a row", ZH: "连续两次未参与促销"}, Weight: 0.6, HalfLife: d(60)},
		{ID: OrderValuePlunged, Name: guanxi.Text{EN: "Order value plunged", ZH: "客单价骤降"}, Weight: 0.9, HalfLife: d(60), Group: "consumption"},
		{ID: OrderFrequencyFell, Name: guanxi.Text{EN: "Orders less often", ZH: "下单频率下降"}, Weight: 0.9, HalfLife: d(60), Group: "consumption"},
		{ID: Unfollowed, Name: guanxi.Text{EN: "Unfollowed the official account", ZH: "取关公众号"}, Weight: 1.2, HalfLife: d(90), Group: "interaction"},
		{ID: CommunityQuiet, Name: guanxi.Text{EN: "Less active in the community", ZH: "社群活跃度下降"}, Weight: 0.5, HalfLife: d(30), Group: "interaction"},
		{ID: ComplaintSmall, Name: guanxi.Text{EN: "Small complaint", ZH: "小额投诉"}, Weight: 0.4, HalfLife: d(30), Cap: 3, Group: "complaint"},
		{ID: RefundDemanded, Name: guanxi.Text{EN: "Demanded a refund or exchange", ZH: "要求退换货"}, Weight: 1.0, HalfLife: d(60), Cap: 2, Group: "complaint"},
		{ID: ComplaintEscalated, Name: guanxi.Text{EN: "Complaint escalated", ZH: "投诉升级"}, Weight: 1.8, HalfLife: d(90), Group: "complaint"},
		{ID: PromiseBroken, Name: guanxi.Text{EN: "A promise was broken (late delivery)", ZH: "承诺未兑现（如延迟送达）"}, Weight: 0.7, HalfLife: d(45), Cap: 2},
		{ID: NoOrderHalfYear, Name: guanxi.Text{EN: "No order for half a year", ZH: "半年未下单"}, Weight: 2.0, Group: "silence"},
		{ID: NoVisitThreeMonths, Name: guanxi.Text{EN: "No visit for three months", ZH: "三个月未到店"}, Weight: 1.5, Group: "silence"},
		{ID: LowScore, Name: guanxi.Text{EN: "Low score in a survey", ZH: "问卷评分低"}, Weight: 0.8, HalfLife: d(90), Clear: -0.3},
	}}
}
