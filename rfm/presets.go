package rfm

import "github.com/guanxi-go/guanxi"

func text(en, zh string) guanxi.Text { return guanxi.Text{EN: en, ZH: zh} }

// neverBought is the segment of members without a purchase where a config names none.
var neverBought = Segment{
	ID:       "prospects",
	Name:     text("Prospects", "潜在客户"),
	Response: text("Campaigns that win attention and build awareness; a first-order offer", "开展吸引关注、建立认知的活动，以首单优惠促成第一次购买"),
}

var absentName = text("not there", "不在册")

// Eleven is the shop's eleven segments on five bins, read off the R×FM grid.
// The lowest frequency score (where most bought once: a single order) is New or
// Promising whatever its amount; everything else follows recency and FM, the mean
// of the other two:
//
//	      FM 1            2             3                4           5
//	R 5   New (F 1), else Potential Loyalist             Champions   Champions
//	R 4   Promising (F 1), else Potential Loyalist       Loyal       Loyal
//	R 3   About to Sleep  About to Sleep  Need Attention Loyal       Loyal
//	R 2   Hibernating     Hibernating     At Risk        At Risk     Cannot Lose
//	R 1   Lost            Lost            At Risk        At Risk     Cannot Lose
func Eleven() SegmentsConfig {
	low, mid, high := Interval{1, 2}, Interval{3, 4}, Interval{4, 5}
	return SegmentsConfig{Bins: EvenBins(5), Segments: []Segment{
		{ID: "champions", Name: text("Champions", "核心客户"),
			Response: text("Exclusive offers, personal service, first look at what is new; ask them to recommend", "专属优惠与专人服务，新品优先体验，邀请参与口碑推荐"),
			Cells:    []Block{{R: Interval{5, 5}, FM: high}}},
		{ID: "loyal", Name: text("Loyal", "忠诚客户"),
			Response: text("Member rights and a part to play: tastings, naming votes, mileage given to charity", "会员权益与参与感：新品试用、命名投票、积分公益捐赠"),
			Cells:    []Block{{R: Interval{3, 4}, FM: high}}},
		{ID: "potential_loyalist", Name: text("Potential Loyalist", "潜在忠诚客户"),
			Response: text("Bundles and themed community events that raise frequency; an invitation to the membership", "组合套餐与主题社群活动提升购买频次，邀请加入会员"),
			Cells:    []Block{{R: Interval{4, 5}, F: Interval{2, 5}, FM: Interval{1, 3}}}},
		{ID: "new", Name: text("New", "新客户"),
			Response: text("Exceed the promise on the first order: a surprise, a hand-written card, a one-to-one start", "首单超预期：惊喜赠品、手写卡片、一对一使用指导"),
			Cells:    []Block{{R: Interval{5, 5}, F: Interval{1, 1}}}},
		{ID: "promising", Name: text("Promising", "有望客户"),
			Response: text("Regular promotions and trials that lead to the second order", "常规促销与新品试用，促成第二单"),
			Cells:    []Block{{R: Interval{4, 4}, F: Interval{1, 1}}}},
		{ID: "need_attention", Name: text("Need Attention", "需关注客户"),
			Response: text("A time-limited offer on what they bought; ask what is missing", "围绕常购品类推出限时优惠，了解未被满足的需求"),
			Cells:    []Block{{R: Interval{3, 3}, FM: Interval{3, 3}}}},
		{ID: "about_to_sleep", Name: text("About to Sleep", "即将沉睡客户"),
			Response: text("Remind with useful content and best sellers before the habit is gone", "用实用内容与热销商品唤起兴趣，避免购买习惯中断"),
			Cells:    []Block{{R: Interval{3, 3}, FM: low}}},
		{ID: "at_risk", Name: text("At Risk", "流失风险客户"),
			Response: text("A personal recall that fits their situation, and a question: what went wrong?", "结合客户处境的个性化召回，先了解原因再给方案"),
			Cells:    []Block{{R: Interval{1, 2}, FM: mid}}},
		{ID: "cannot_lose", Name: text("Cannot Lose", "重点挽留客户"),
			Response: text("Call in person; find the reason, mend it, and win back with exclusive rights", "专人致电，查明原因并改进，以专属权益挽回"),
			Cells:    []Block{{R: Interval{1, 2}, FM: Interval{5, 5}}}},
		{ID: "hibernating", Name: text("Hibernating", "沉睡客户"),
			Response: text("An occasional offer in season; little cost per contact", "在季节节点低成本触达，适度优惠唤醒"),
			Cells:    []Block{{R: Interval{2, 2}, FM: low}}},
		{ID: "lost", Name: text("Lost", "流失客户"),
			Response: text("Find the reason; coupons or a request for feedback, then leave them in peace", "了解流失原因，发放优惠券或征求反馈，之后减少打扰"),
			Cells:    []Block{{R: Interval{1, 1}, FM: low}}},
	}}
}

// Eight is the Chinese eight types on two bins, as Mean makes them: R, F, M are
// high (2) when better than the mean, so R is high when the last order is
// recent. Written R F M with 1 for high: 111 重要价值, 101 重要发展, 011 重要保持,
// 001 重要挽留, 110 一般价值, 100 一般发展, 010 一般保持, 000 一般挽留.
func Eight() SegmentsConfig {
	types := []struct {
		id      string
		name    guanxi.Text
		r, f, m int
		answer  guanxi.Text
	}{
		{"key_value", text("Key value", "重要价值客户"), 2, 2, 2, text("Exclusive rights such as a personal adviser; the limited resources go here", "专属顾问等专属权益，优先配置有限资源")},
		{"key_develop", text("Key to develop", "重要发展客户"), 2, 1, 2, text("Raise frequency: bundles, membership, reminders in the rhythm of need", "提升频次：组合套餐、会员制、按需求节奏提醒")},
		{"key_keep", text("Key to keep", "重要保持客户"), 1, 2, 2, text("Stay in touch before they drift off: regular follow-up, care, news", "主动联系：定期回访、关怀与新品信息，防止疏远")},
		{"key_retain", text("Key to win back", "重要挽留客户"), 1, 1, 2, text("A personal recall: find the reason first, then an offer that fits", "个性化召回：先查明原因，再给匹配的方案")},
		{"general_value", text("General value", "一般价值客户"), 2, 2, 1, text("Up-selling and cross-selling by need", "按需求做升级销售与交叉销售")},
		{"general_develop", text("General to develop", "一般发展客户"), 2, 1, 1, text("Trials and invitations that lead to the next order", "试用与新品邀请，促成下一单")},
		{"general_keep", text("General to keep", "一般保持客户"), 1, 2, 1, text("Regular promotions; keep the habit", "常规促销，维持购买习惯")},
		{"general_retain", text("General to win back", "一般挽留客户"), 1, 1, 1, text("A coupon or a request for feedback, at little cost", "低成本发券或征求反馈")},
	}
	cfg := SegmentsConfig{Bins: EvenBins(2)}
	for _, t := range types {
		cfg.Segments = append(cfg.Segments, Segment{ID: t.id, Name: t.name, Response: t.answer,
			Cells: []Block{{R: Interval{t.r, t.r}, F: Interval{t.f, t.f}, M: Interval{t.m, t.m}}}})
	}
	return cfg
}

// Four is the handbooks' four tiers on five bins. The handbooks describe the
// tiers and leave the cells open; here who has not bought for long (R 1–2) is
// 流失 whatever they spent, and among the others FM decides: 4–5 高价值, 2–3 活跃,
// 1 潜在. Members who never bought are 潜在 too.
func Four() SegmentsConfig {
	recent := Interval{3, 5}
	return SegmentsConfig{Bins: EvenBins(5), Prospects: "potential", Segments: []Segment{
		{ID: "high_value", Name: text("High value", "高价值客户"),
			Response: text("Exclusive offers, personal service", "专属优惠与个性化服务"),
			Cells:    []Block{{R: recent, FM: Interval{4, 5}}}},
		{ID: "active", Name: text("Active", "活跃客户"),
			Response: text("Regular promotions, invitations to try new products", "定期促销，邀请体验新品"),
			Cells:    []Block{{R: recent, FM: Interval{2, 3}}}},
		{ID: "potential", Name: text("Potential", "潜在客户"),
			Response: text("Campaigns that win attention and build awareness", "开展吸引关注、建立认知的营销活动"),
			Cells:    []Block{{R: recent, FM: Interval{1, 1}}}},
		{ID: "lost", Name: text("Lost", "流失客户"),
			Response: text("Find the reason, then coupons or a request for feedback", "查明流失原因，再以优惠券召回或征求反馈"),
			Cells:    []Block{{R: Interval{1, 2}}}},
	}}
}

// Three is the second handbook's three tiers on five bins. It names recent,
// frequent and large (here R 4–5 with FM 4–5: 高价值忠诚), recent with medium
// values (潜力培育) and long ago, seldom and small (流失预警). The cells it leaves
// open follow recency: R 1–2 is 流失预警 whatever was spent, everything else 潜力培育.
func Three() SegmentsConfig {
	return SegmentsConfig{Bins: EvenBins(5), Segments: []Segment{
		{ID: "loyal", Name: text("High-value loyal", "高价值忠诚客户"),
			Response: text("Exclusive rights such as a personal adviser", "专属权益，如专属顾问"),
			Cells:    []Block{{R: Interval{4, 5}, FM: Interval{4, 5}}}},
		{ID: "nurture", Name: text("Potential to nurture", "潜力培育客户"),
			Response: text("Bundles, themed community events to raise frequency", "组合套餐与主题社群活动，提升消费频次"),
			Cells:    []Block{{R: Interval{3, 3}}, {R: Interval{4, 5}, FM: Interval{1, 3}}}},
		{ID: "warning", Name: text("Churn warning", "流失预警客户"),
			Response: text("A personal recall, for example a free class together with a friend", "个性化召回，例如赠送与好友同上的免费课程"),
			Cells:    []Block{{R: Interval{1, 2}}}},
	}}
}
