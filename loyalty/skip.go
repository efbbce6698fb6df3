package loyalty

import "github.com/guanxi-go/guanxi"

// SkipReason says why a rule gave nothing.
type SkipReason string

// Why a rule gave nothing for an order.
const (
	SkipTime     SkipReason = "time"     // it is not in force at the time
	SkipMinimum  SkipReason = "minimum"  // the order has too little money that earns points
	SkipChannel  SkipReason = "channel"  // it is for other channels
	SkipTier     SkipReason = "tier"     // it is for other tiers
	SkipSegment  SkipReason = "segment"  // it is for other segments
	SkipLimit    SkipReason = "limit"    // the customer has had it as often as it may be had
	SkipLines    SkipReason = "lines"    // no line of the order is of its groups, or all of them are excluded
	SkipExcluded SkipReason = "excluded" // nothing of the order earns points
	SkipOutdone  SkipReason = "outdone"  // another rule gives more
	SkipFraction SkipReason = "fraction" // it came to less than a point
	SkipCap      SkipReason = "cap"      // a cap cut all of it
)

// Label returns the reason in words.
func (s SkipReason) Label(lang guanxi.Lang) string { return s.text().In(lang) }

func (s SkipReason) text() guanxi.Text {
	switch s {
	case SkipTime:
		return guanxi.Text{EN: "not in force at this time", ZH: "不在有效期内"}
	case SkipMinimum:
		return guanxi.Text{EN: "the order is too small", ZH: "订单金额未达门槛"}
	case SkipChannel:
		return guanxi.Text{EN: "for other channels", ZH: "渠道不适用"}
	case SkipTier:
		return guanxi.Text{EN: "for other tiers", ZH: "会员等级不适用"}
	case SkipSegment:
		return guanxi.Text{EN: "for other customers", ZH: "不在目标人群内"}
	case SkipLimit:
		return guanxi.Text{EN: "had as often as it may be had", ZH: "已达参与次数上限"}
	case SkipLines:
		return guanxi.Text{EN: "for other products", ZH: "商品不适用"}
	case SkipExcluded:
		return guanxi.Text{EN: "nothing of the order earns points", ZH: "订单无可积分金额"}
	case SkipOutdone:
		return guanxi.Text{EN: "another rule gives more", ZH: "已适用更优规则"}
	case SkipFraction:
		return guanxi.Text{EN: "less than one point", ZH: "不足一分"}
	case SkipCap:
		return guanxi.Text{EN: "cut by a cap", ZH: "已达上限"}
	}
	return guanxi.Text{EN: string(s)}
}

// Skip is a rule that gave nothing, and why.
type Skip struct {
	Rule   string
	Name   guanxi.Text
	Kind   Kind
	Reason SkipReason
}

// skips appends the rules for orders that gave nothing, in order of kinds and within
// a kind of the programme; e is what order made of o in the same situation. A rule
// with two reasons has the first that was found.
func (r *rules) skips(dst []Skip, e *earning, o *Order, s *situation) []Skip {
	kept := int64(0)
	for i := range e.record.Lines {
		kept += e.record.Lines[i].Base
	}
	ask := r.asking(e, o, s, kept)
	for i := range r.sources {
		src := &r.sources[i]
		reason := SkipReason("")
		switch j := e.awarded(src); {
		case j >= 0 && e.awards[j].Points > 0:
			continue
		case j >= 0:
			reason = r.gaveNothing(e, j)
		case !src.during.holds(s.at):
			reason = SkipTime
		case kept == 0:
			reason = SkipExcluded
		default:
			if reason = r.refuses(src, &ask, s); reason == "" {
				reason = SkipLines
			}
		}
		dst = append(dst, Skip{src.id, src.label, r.kinds[src.kind].ID, reason})
	}
	return dst
}

// awarded returns which award is of a source, or −1.
func (e *earning) awarded(src *source) int {
	for j := range e.awards {
		if e.scratch.sources[j] == src {
			return j
		}
	}
	return -1
}

// gaveNothing says why award j came to nothing although its rule matched.
func (r *rules) gaveNothing(e *earning, j int) SkipReason {
	a := &e.awards[j]
	if a.Cut > 0 {
		return SkipCap
	}
	for i := range e.record.Kinds {
		k := &e.record.Kinds[i]
		if j < int(k.From) || j >= int(k.To) {
			continue
		}
		stack := k.Stacking
		if t := e.record.Terms[j].Type; t == TermRate || t == TermFixed {
			stack = k.Rules
		}
		if stack == BestOf && e.othersGave(k, j) {
			return SkipOutdone
		}
	}
	return SkipFraction
}

// othersGave reports whether another rule of the same sort gave something.
func (e *earning) othersGave(k *OrderKind, j int) bool {
	terms := e.record.Terms
	campaign := terms[j].Type == TermMultiplier || terms[j].Type == TermBonus
	for i := int(k.From); i < int(k.To); i++ {
		other := terms[i].Type == TermMultiplier || terms[i].Type == TermBonus
		if i != j && other == campaign && e.awards[i].Points+e.awards[i].Cut > 0 {
			return true
		}
	}
	return false
}
