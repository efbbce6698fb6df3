package lifecycle

import "github.com/guanxi-go/guanxi"

type levelText struct {
	level          Level
	name, response guanxi.Text
}

var levelTexts = [...]levelText{
	{Basic, guanxi.Text{EN: "Basic", ZH: "基本型"},
		guanxi.Text{EN: "Sell the product; no further contact.", ZH: "售出产品，不再主动联系。"}},
	{Reactive, guanxi.Text{EN: "Reactive", ZH: "被动型"},
		guanxi.Text{EN: "Sell the product and invite the customer to call with questions or complaints.", ZH: "售出产品，并请顾客有问题或意见时来电。"}},
	{Accountable, guanxi.Text{EN: "Accountable", ZH: "负责型"},
		guanxi.Text{EN: "Call soon after the sale: does it fit, what is at fault, what is wished for?", ZH: "售后不久主动联系，询问产品是否合适，记录缺陷与建议。"}},
	{Proactive, guanxi.Text{EN: "Proactive", ZH: "能动型"},
		guanxi.Text{EN: "Call from time to time with improvements and news.", ZH: "不时联系顾客，介绍改进的用途和新产品。"}},
	{Partnership, guanxi.Text{EN: "Partnership", ZH: "伙伴型"},
		guanxi.Text{EN: "Work with the customer continuously on the customer's own success.", ZH: "持续与顾客合作，帮助顾客取得成功。"}},
}

// CareFor returns the contact that a level asks for, a copy. The times are a
// beginning for the host to change: the handbooks say "soon after the sale" and
// "from time to time". It reports false for no level.
func CareFor(l Level) (CareOutline, bool) {
	hotline := CareStep{ID: "hotline", Anchor: "stage_entry", Channels: []string{"wechat", "sms", "email"},
		Text: guanxi.Text{EN: "Send the number to call with questions.", ZH: "告知咨询与反馈的联系方式。"}}
	ask := CareStep{ID: "ask_fit", Anchor: "last_order", After: guanxi.Span{Days: 7}, Channels: []string{"phone", "wechat"},
		Text: guanxi.Text{EN: "Ask whether it fits; note faults and wishes.", ZH: "询问是否合适，记录缺陷与建议。"}}
	news := CareStep{ID: "news", Anchor: "stage_entry", After: guanxi.Span{Days: 30}, Every: guanxi.Span{Months: 3}, Channels: []string{"phone", "wechat", "email"},
		Text: guanxi.Text{EN: "Tell of improvements and new products.", ZH: "介绍改进与新产品。"}}
	review := CareStep{ID: "review", Anchor: "stage_entry", After: guanxi.Span{Days: 30}, Every: guanxi.Span{Months: 1}, Channels: []string{"visit", "event", "phone"},
		Text: guanxi.Text{EN: "Meet: what would make the customer more successful?", ZH: "面谈：怎样帮助顾客更成功？"}}
	switch l {
	case Basic:
		return CareOutline{Level: l}, true
	case Reactive:
		return CareOutline{l, []CareStep{hotline}}, true
	case Accountable:
		return CareOutline{l, []CareStep{hotline, ask}}, true
	case Proactive:
		return CareOutline{l, []CareStep{hotline, ask, news}}, true
	case Partnership:
		return CareOutline{l, []CareStep{hotline, ask, news, review}}, true
	}
	return CareOutline{}, false
}

// Relationship returns a ready model of the five levels, to use or to edit. A
// customer begins at Basic; the event of a level ([Level.Event]) leads to it from
// any other, up or down, when a [LevelTable] chooses it. Each stage's response is
// what the level means; [CareFor] has its contacts.
func Relationship() Config {
	c := Config{
		Name:    guanxi.Text{EN: "Levels of relationship", ZH: "客户关系水平"},
		Version: 1,
		Initial: "relationship",
		Stages:  []StageConfig{{ID: "relationship", Name: guanxi.Text{EN: "Relationship", ZH: "客户关系"}}},
	}
	for _, t := range levelTexts {
		id := string(t.level)
		c.Stages = append(c.Stages, StageConfig{ID: id, Name: t.name, Response: t.response, In: "relationship"})
		c.Events = append(c.Events, EventConfig{ID: t.level.Event(), Name: guanxi.Text{EN: "Choose " + t.name.EN, ZH: "选定" + t.name.ZH}})
		// Chosen again, a level goes on.
		c.Rules = append(c.Rules,
			RuleConfig{From: id, Event: t.level.Event()},
			RuleConfig{From: "relationship", Event: t.level.Event(), To: id, Effects: []string{"start_care_" + id}})
	}
	return c
}
