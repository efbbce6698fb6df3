package lifecycle

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Thresholds are the parameters of the ready models. A zero field is the default.
// The models take them as they are: those a host reads from people go through
// [Thresholds.Validate] first, which names the field at fault.
type Thresholds struct {
	// AtRisk is the silence after which a customer is in danger; P0D is P92D, three
	// months.
	AtRisk guanxi.Span `json:"at_risk,omitzero"`
	// Dormant is the silence after which a customer sleeps; P0D is P182D, half a
	// year. Only in [Journey].
	Dormant guanxi.Span `json:"dormant,omitzero"`
	// Lost is the silence after which a customer is given up as lost; P0D is P365D.
	Lost guanxi.Span `json:"lost,omitzero"`
	// FollowUp is how long a customer may go without a contact, and a prospect
	// without progress; P0D is P30D. Only in [Development].
	FollowUp guanxi.Span `json:"follow_up,omitzero"`
	// LoyalOrders is from which order on a customer is loyal; 0 is 3. Only in
	// [Journey].
	LoyalOrders int64 `json:"loyal_orders,omitempty"`
}

// GymThresholds are for gyms: three months without a visit are a warning.
func GymThresholds() Thresholds {
	return Thresholds{AtRisk: days(92), Dormant: days(182), Lost: days(365)}
}

// TravelThresholds are for family travel: half a year without an order is a
// warning.
func TravelThresholds() Thresholds {
	return Thresholds{AtRisk: days(182), Dormant: days(365), Lost: days(730)}
}

// Validate returns every fault of t, each a *guanxi.FieldError: a span that is not
// in days and hours is [ErrAfter]; [ErrOption] is LoyalOrders below 1, and unless
// AtRisk < Dormant < Lost. A zero field counts with its default, and of two fields
// the fault is at one that is set, the latter if both are.
func (t Thresholds) Validate() error {
	var f configFaults
	full := t.filled()
	spans := []struct {
		name      string
		set, full guanxi.Span
		us        int64
	}{{"at_risk", t.AtRisk, full.AtRisk, 0}, {"dormant", t.Dormant, full.Dormant, 0}, {"lost", t.Lost, full.Lost, 0}, {"follow_up", t.FollowUp, full.FollowUp, 0}}
	for i := range spans {
		before := len(f.errs)
		if spans[i].us = f.span(spans[i].full, false, spans[i].name); len(f.errs) > before {
			spans[i].us = -1
		}
	}
	for i := range 2 {
		a, b := &spans[i], &spans[i+1]
		switch {
		case a.us < 0 || b.us < 0 || a.us < b.us:
		case b.set.IsZero():
			f.at(fmt.Errorf("%w: %v is not below %s, %v", ErrOption, a.full, b.name, b.full), a.name)
		default:
			f.at(fmt.Errorf("%w: %v is not above %s, %v", ErrOption, b.full, a.name, a.full), b.name)
		}
	}
	if full.LoyalOrders < 1 {
		f.at(fmt.Errorf("%w: %d is not 1 or more", ErrOption, t.LoyalOrders), "loyal_orders")
	}
	return f.err()
}

// UnmarshalJSON reads strictly, as that of [Config] does.
func (t *Thresholds) UnmarshalJSON(data []byte) error {
	type plain Thresholds
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(t, Thresholds(p), err)
}

func days(n int) guanxi.Span { return guanxi.Span{Days: n} }

func (t Thresholds) filled() Thresholds {
	for _, f := range []struct {
		dst *guanxi.Span
		n   int
	}{{&t.AtRisk, 92}, {&t.Dormant, 182}, {&t.Lost, 365}, {&t.FollowUp, 30}} {
		if f.dst.IsZero() {
			*f.dst = days(f.n)
		}
	}
	if t.LoyalOrders == 0 {
		t.LoyalOrders = 3
	}
	return t
}

var orderEvent = EventConfig{ID: "order", Name: guanxi.Text{EN: "Order", ZH: "下单"}}

// Shop returns a ready model for shops, to use or to edit: new, active, at risk,
// lost, and back with any order. A customer begins with the first order. Silence
// is counted from the last order. It needs no guards and no calendar, and
// classifies by orders and silence too. Faults of t are for [Thresholds.Validate]
// to find.
func Shop(t Thresholds) Config {
	t = t.filled()
	return Config{
		Name:    guanxi.Text{EN: "Shop", ZH: "店铺客户生命周期"},
		Version: 1,
		Initial: "current",
		Stages: []StageConfig{
			{ID: "current", Name: guanxi.Text{EN: "Current", ZH: "在购"}},
			{ID: "new", In: "current", Name: guanxi.Text{EN: "New", ZH: "新客"},
				Response: guanxi.Text{EN: "Exceed the promise: a surprise and a hand-written card with the first order.", ZH: "首单超出预期：惊喜赠品和手写卡片。"}},
			{ID: "active", In: "current", Name: guanxi.Text{EN: "Active", ZH: "活跃"},
				Response: guanxi.Text{EN: "Regular promotions and invitations to try new products.", ZH: "定期促销，邀请试用新品。"}},
			{ID: "at_risk", Decline: true, Name: guanxi.Text{EN: "At risk", ZH: "流失预警"},
				Response: guanxi.Text{EN: "A personal recall that fits the customer's situation, never a general discount.", ZH: "结合顾客情况的专属召回，而非普遍打折。"}},
			{ID: "lost", Decline: true, Final: true, Name: guanxi.Text{EN: "Lost", ZH: "流失"},
				Response: guanxi.Text{EN: "Find the reason, then coupons or a request for feedback.", ZH: "先找原因，再发优惠券或请求反馈。"}},
		},
		Events: []EventConfig{orderEvent},
		Rules: []RuleConfig{
			{From: "new", Event: "order", To: "active"},
			{From: "active", Event: "order"},
			{From: "at_risk", Event: "order", To: "active", Effects: []string{"welcome_back"}},
			{From: "lost", Event: "order", To: "active", Effects: []string{"welcome_back"}},
		},
		Timeouts: []TimeoutConfig{
			{From: "current", After: t.AtRisk, Since: SinceEvent, To: "at_risk", Effects: []string{"recall"}},
			{From: "at_risk", After: t.Lost, Since: SinceEvent, To: "lost", Effects: []string{"ask_reason"}},
		},
		Classes: []ClassConfig{
			{Stage: "lost", MinSilence: new(t.Lost)},
			{Stage: "at_risk", MinSilence: new(t.AtRisk)},
			{Stage: "active", MinOrders: new(int64(2))},
			{Stage: "new", MinOrders: new(int64(1))},
		},
		MinDwell: days(7),
	}
}

// Journey returns the ready model 认知–体验–忠诚–衰退, to use or to edit:
// awareness, experience, loyalty and decline, with dormant 沉睡, lost 流失 and
// revived 回流. A customer begins with the first contact. Its guard "loyal" is
// that of [JourneyGuards], or the host's own. Faults of t are for
// [Thresholds.Validate] to find.
func Journey(t Thresholds) Config {
	t = t.filled()
	return Config{
		Name:    guanxi.Text{EN: "Customer journey", ZH: "客户生命周期"},
		Version: 1,
		Initial: "awareness",
		Stages:  journeyStages(),
		Events:  []EventConfig{{ID: "contact", Name: guanxi.Text{EN: "Contact", ZH: "接触"}}, orderEvent},
		Rules: []RuleConfig{
			{From: "awareness", Event: "contact"},
			{From: "awareness", Event: "order", To: "experience", Effects: []string{"first_order_surprise"}},
			{From: "experience", Event: "order", Guard: "loyal", To: "loyalty", Effects: []string{"give_a_part"}},
			{From: "experience", Event: "order"},
			{From: "loyalty", Event: "order"},
			{From: "decline", Event: "order", Guard: "loyal", To: "loyalty"},
			{From: "decline", Event: "order", To: "experience"},
			{From: "dormant", Event: "order", To: "revived", Effects: []string{"welcome_back"}},
			{From: "lost", Event: "order", To: "revived", Effects: []string{"welcome_back"}},
			{From: "revived", Event: "order", Guard: "loyal", To: "loyalty"},
			{From: "revived", Event: "order", To: "experience"},
		},
		Timeouts: []TimeoutConfig{
			{From: "awareness", After: t.Dormant, Since: SinceEvent, To: "dormant"},
			{From: "buying", After: t.AtRisk, Since: SinceEvent, To: "decline", Effects: []string{"recall"}},
			{From: "decline", After: t.Dormant, Since: SinceEvent, To: "dormant", Effects: []string{"win_back"}},
			{From: "dormant", After: t.Lost, Since: SinceEvent, To: "lost", Effects: []string{"ask_reason"}},
		},
		Classes: []ClassConfig{
			{Stage: "lost", MinSilence: new(t.Lost)},
			{Stage: "dormant", MinSilence: new(t.Dormant)},
			{Stage: "decline", MinSilence: new(t.AtRisk)},
			{Stage: "loyalty", MinOrders: new(t.LoyalOrders)},
			{Stage: "experience", MinOrders: new(int64(1))},
			{Stage: "awareness"},
		},
		MinDwell: days(7),
	}
}

func journeyStages() []StageConfig {
	return []StageConfig{
		{ID: "awareness", Name: guanxi.Text{EN: "Awareness", ZH: "认知"},
			Response: guanxi.Text{EN: "Build trust with useful content rather than hard advertising.", ZH: "用有用的内容建立信任，而不是硬广告。"}},
		{ID: "buying", Name: guanxi.Text{EN: "Buying", ZH: "在购"}},
		{ID: "experience", In: "buying", Name: guanxi.Text{EN: "Experience", ZH: "体验"},
			Response: guanxi.Text{EN: "Exceed the promise at key moments: a hand-written card with the first order, a one-to-one diagnosis in a trial.", ZH: "在关键时刻超出承诺：首单附手写卡片，试用配一对一诊断。"}},
		{ID: "loyalty", In: "buying", Name: guanxi.Text{EN: "Loyalty", ZH: "忠诚"},
			Response: guanxi.Text{EN: "Give a part to play: points for good causes, blind tastings, naming votes.", ZH: "让顾客参与：积分做公益、盲测、命名投票。"}},
		{ID: "revived", In: "buying", Name: guanxi.Text{EN: "Revived", ZH: "回流"},
			Response: guanxi.Text{EN: "Welcome back; show what has improved since.", ZH: "欢迎回来，展示已有的改进。"}},
		{ID: "decline", Decline: true, Name: guanxi.Text{EN: "Decline", ZH: "衰退"},
			Response: guanxi.Text{EN: "A precise recall that fits the customer's situation, never a general discount.", ZH: "结合顾客处境的精准召回，而非普遍打折。"}},
		{ID: "dormant", Decline: true, Name: guanxi.Text{EN: "Dormant", ZH: "沉睡"},
			Response: guanxi.Text{EN: "Find the reason; offer something small that fits, such as a class together with a friend.", ZH: "找出原因，给出贴合的小邀请，例如与好友同上一节课。"}},
		{ID: "lost", Decline: true, Final: true, Name: guanxi.Text{EN: "Lost", ZH: "流失"},
			Response: guanxi.Text{EN: "Ask for feedback and keep the door open.", ZH: "请求反馈，保持大门敞开。"}},
	}
}

// JourneyGuards returns the guard of [Journey] over [Facts]: loyal is who has, the
// order of the event counted, at least LoyalOrders.
func JourneyGuards(t Thresholds) Guards[Facts] {
	least := t.filled().LoyalOrders
	return Guards[Facts]{"loyal": func(f *Facts) bool { return f.Orders >= least }}
}

// Development returns a ready model of customer development (开发) and
// maintenance (维护), to use or to edit. Prospects are turned into customers by
// contact; customers are followed up, and whoever was left without a contact for
// Thresholds.FollowUp is overdue and comes back to the phase they were in.
// Faults of t are for [Thresholds.Validate] to find.
func Development(t Thresholds) Config {
	t = t.filled()
	return Config{
		Name:    guanxi.Text{EN: "Development and maintenance", ZH: "客户开发与维护"},
		Version: 1,
		Initial: "development",
		Stages: []StageConfig{
			{ID: "development", Name: guanxi.Text{EN: "Development", ZH: "客户开发"}},
			{ID: "prospect", In: "development", Name: guanxi.Text{EN: "Prospect", ZH: "潜在客户"},
				Response: guanxi.Text{EN: "Advertising, promotion, fairs: win attention.", ZH: "通过广告、促销、展会吸引关注。"}},
			{ID: "engaged", In: "development", Name: guanxi.Text{EN: "Engaged", ZH: "洽谈中"},
				Response: guanxi.Text{EN: "Answer needs and invite to a trial.", ZH: "回应需求，邀请试用。"}},
			{ID: "shelved", Decline: true, Name: guanxi.Text{EN: "Shelved", ZH: "搁置"},
				Response: guanxi.Text{EN: "No progress in time: hand over or try another way.", ZH: "长期无进展：转交他人或换一种方式。"}},
			{ID: "maintenance", History: true, Name: guanxi.Text{EN: "Maintenance", ZH: "客户维护"}},
			{ID: "settling", In: "maintenance", Name: guanxi.Text{EN: "Settling in", ZH: "新客维护"},
				Response: guanxi.Text{EN: "Ask soon after the sale whether it fits.", ZH: "售后不久询问是否满意。"}},
			{ID: "kept", In: "maintenance", Name: guanxi.Text{EN: "Kept", ZH: "老客维护"},
				Response: guanxi.Text{EN: "Regular follow-up, care at birthdays and festivals, and feedback.", ZH: "定期回访、生日与节日关怀、收集反馈。"}},
			{ID: "overdue", Decline: true, Name: guanxi.Text{EN: "Follow-up overdue", ZH: "待回访"},
				Response: guanxi.Text{EN: "Call today.", ZH: "今天就联系。"}},
			{ID: "lapsed", Decline: true, Final: true, Name: guanxi.Text{EN: "Lapsed", ZH: "失联"},
				Response: guanxi.Text{EN: "Find the reason, then win back.", ZH: "先找原因，再挽回。"}},
		},
		Events: []EventConfig{
			{ID: "contact", Name: guanxi.Text{EN: "Contact", ZH: "接触"}},
			orderEvent,
			{ID: "follow_up", Name: guanxi.Text{EN: "Follow-up", ZH: "回访"}},
			{ID: "feedback", Name: guanxi.Text{EN: "Feedback", ZH: "反馈"}},
		},
		Rules: []RuleConfig{
			{From: "prospect", Event: "contact", To: "engaged"},
			{From: "engaged", Event: "contact"},
			{From: "development", Event: "order", To: "settling", Effects: []string{"thank"}},
			{From: "shelved", Event: "contact", To: "engaged"},
			{From: "shelved", Event: "order", To: "settling", Effects: []string{"thank"}},
			{From: "settling", Event: "follow_up", To: "kept"},
			{From: "kept", Event: "follow_up"},
			{From: "maintenance", Event: "order"},
			{From: "maintenance", Event: "feedback", Effects: []string{"answer_feedback"}},
			{From: "overdue", Event: "follow_up", To: "maintenance"},
			{From: "overdue", Event: "order", To: "maintenance"},
			{From: "overdue", Event: "feedback", To: "maintenance", Effects: []string{"answer_feedback"}},
			{From: "lapsed", Event: "order", To: "settling", Effects: []string{"welcome_back"}},
		},
		Timeouts: []TimeoutConfig{
			{From: "development", After: t.FollowUp, Since: SinceEvent, To: "shelved"},
			{From: "maintenance", After: t.FollowUp, Since: SinceEvent, To: "overdue", Effects: []string{"follow_up_due"}},
			{From: "overdue", After: t.Lost, Since: SinceEvent, To: "lapsed", Effects: []string{"ask_reason"}},
		},
	}
}
