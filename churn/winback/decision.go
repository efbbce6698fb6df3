package winback

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
)

// Outcome is what a decision says to do.
type Outcome string

// The outcomes.
const (
	Act   Outcome = "act"   // carry out the step
	Wait  Outcome = "wait"  // nothing before Until
	Leave Outcome = "leave" // do nothing
)

// Label returns the name of o that is shown to people.
func (o Outcome) Label(lang guanxi.Lang) string {
	switch o {
	case Act:
		return guanxi.Text{EN: "Act", ZH: "执行"}.In(lang)
	case Wait:
		return guanxi.Text{EN: "Wait", ZH: "等待"}.In(lang)
	case Leave:
		return guanxi.Text{EN: "Leave alone", ZH: "不打扰"}.In(lang)
	}
	return string(o)
}

// Cause is why a decision is what it is.
type Cause string

// The causes.
const (
	Fits          Cause = "fits"           // reason and situation fit, and it can be afforded
	OptedOut      Cause = "opted_out"      // wants no contact
	Stopped       Cause = "stopped"        // contact does harm in this segment
	OtherSegment  Cause = "other_segment"  // not in the campaign's segments
	OtherValue    Cause = "other_value"    // worth less or more than the campaign is for
	TooSoon       Cause = "too_soon"       // not away for long enough
	TooLate       Cause = "too_late"       // away for too long
	HeldOut       Cause = "held_out"       // in the holdout
	Exhausted     Cause = "exhausted"      // every step was tried
	CoolingDown   Cause = "cooling_down"   // the last step is too recent
	NoPlan        Cause = "no_plan"        // no plan for this reason and situation
	OpenComplaint Cause = "open_complaint" // a complaint is not settled
	NotRising     Cause = "not_rising"     // no better than the last offer
	OrderUnknown  Cause = "order_unknown"  // the expected order is not known
	BelowMargin   Cause = "below_margin"   // too little would be left of the order
	LifetimeSpent Cause = "lifetime_spent" // the customer's budget has too little left
	CampaignSpent Cause = "campaign_spent" // the campaign's budget has too little left
)

var causeNames = map[Cause]guanxi.Text{
	Fits:          {EN: "reason and situation fit, and it can be afforded", ZH: "原因与情形相符，且在预算之内"},
	OptedOut:      {EN: "wants no contact", ZH: "客户拒绝联系"},
	Stopped:       {EN: "contact does harm in this segment", ZH: "该细分群体联系后效果为负"},
	OtherSegment:  {EN: "not in the campaign's segments", ZH: "不在活动的细分群体内"},
	OtherValue:    {EN: "worth less or more than the campaign is for", ZH: "客户价值不在活动范围内"},
	TooSoon:       {EN: "not away for long enough", ZH: "流失时间尚短"},
	TooLate:       {EN: "away for too long", ZH: "流失时间过长"},
	HeldOut:       {EN: "held out, to show what happens anyway", ZH: "对照组，不作触达"},
	Exhausted:     {EN: "every step was tried", ZH: "所有步骤均已尝试"},
	CoolingDown:   {EN: "the last step is too recent", ZH: "冷却期未结束"},
	NoPlan:        {EN: "no plan for this reason and situation", ZH: "没有适合该原因与情形的方案"},
	OpenComplaint: {EN: "a complaint is not settled", ZH: "投诉尚未解决"},
	NotRising:     {EN: "no better than the last offer", ZH: "不高于上一次优惠"},
	OrderUnknown:  {EN: "the expected order is not known", ZH: "预期订单额未知"},
	BelowMargin:   {EN: "too little would be left of the order", ZH: "低于毛利底线"},
	LifetimeSpent: {EN: "the customer's budget has too little left", ZH: "该客户终身预算不足"},
	CampaignSpent: {EN: "the campaign's budget has too little left", ZH: "活动预算不足"},
}

// Label returns the words for c that are shown to people.
func (c Cause) Label(lang guanxi.Lang) string {
	if t, ok := causeNames[c]; ok {
		return t.In(lang)
	}
	return string(c)
}

// Decision is what to do for a customer, and why. A plain value.
type Decision struct {
	Outcome Outcome `json:"outcome"`
	// Cause is why; where plans fitted and none of their steps passed, that of
	// the first.
	Cause Cause `json:"cause"`
	At    int64 `json:"at"`            // UTC microseconds
	Arm   Arm   `json:"arm,omitempty"` // as assigned, now or before; none where the customer is not in the campaign
	// Until is when to ask again, for Wait.
	Until time.Time `json:"until,omitzero"`
	// Attempt counts the customer's steps, this one included, from 1.
	Attempt int `json:"attempt"`
	// What is to be done, for Act.
	Plan     string          `json:"plan,omitempty"`
	PlanName guanxi.Text     `json:"plan_name,omitzero"`
	Step     string          `json:"step,omitempty"`
	StepName guanxi.Text     `json:"step_name,omitzero"`
	Kind     Kind            `json:"kind,omitempty"`
	Percent  decimal.Decimal `json:"percent,omitzero"`
	Gift     decimal.Decimal `json:"gift,omitzero"`
	// Cost is the most the step may take: part of the expected order, gift and
	// cost. CostMinor is the same in minor units, to be reserved.
	Cost      decimal.Decimal `json:"cost,omitzero"`
	CostMinor int64           `json:"cost_minor,omitempty"`
	Given     Given           `json:"given,omitzero"` // of an offer: Percent and Gift as the state keeps them
	// Refused are the plans that fitted before the one that was taken, in their
	// order, and why not.
	Refused []Refusal `json:"refused,omitempty"`
}

// Refusal is a plan that fitted and whose step did not pass.
type Refusal struct {
	Plan     string      `json:"plan"`
	PlanName guanxi.Text `json:"plan_name,omitzero"`
	Cause    Cause       `json:"cause"`
}

func (d *Decision) refuse(p *Plan, c Cause) {
	if len(d.Refused) == 0 {
		d.Cause = c
	}
	d.Refused = append(d.Refused, Refusal{p.ID, p.Name, c})
}

// Explain returns the decision as a sentence for people.
func (d Decision) Explain(lang guanxi.Lang) string {
	var b strings.Builder
	b.WriteString(d.Outcome.Label(lang))
	colon, stop, open, end := ": ", "; ", " (", ")"
	if lang == guanxi.ZH {
		colon, stop, open, end = "：", "；", "（", "）"
	}
	b.WriteString(colon)
	switch d.Outcome {
	case Act:
		b.WriteString(label(d.StepName, d.Step, lang) + open + label(d.PlanName, d.Plan, lang))
		if d.CostMinor > 0 {
			fmt.Fprintf(&b, "%s%s %s", strings.TrimSuffix(stop, " "), guanxi.Text{EN: " at most", ZH: "最多"}.In(lang), d.Cost)
		}
		b.WriteString(end + stop)
	case Wait:
		fmt.Fprintf(&b, "%s %s%s", guanxi.Text{EN: "until", ZH: "至"}.In(lang), d.Until.Format("2006-01-02 15:04 -07:00"), stop)
	}
	b.WriteString(d.Cause.Label(lang))
	for _, r := range d.Refused {
		if d.Outcome == Act || len(d.Refused) > 1 {
			b.WriteString(stop + guanxi.Text{EN: "not ", ZH: "未选"}.In(lang) + label(r.PlanName, r.Plan, lang) + colon + r.Cause.Label(lang))
		}
	}
	return b.String()
}

// label is a name in a language, or the id where there is none.
func label(name guanxi.Text, id string, lang guanxi.Lang) string {
	if name.IsZero() {
		return id
	}
	return name.In(lang)
}
