package segment

import "github.com/guanxi-go/guanxi"

// Operator is a comparison as JSON names it; the names are react-querybuilder's
// where it has one.
type Operator string

// The operators. A negated one is the exact complement of the other: it is true
// where the value is missing.
const (
	opEqual       Operator = "="
	opNotEqual    Operator = "!="
	opLess        Operator = "<"
	opLessEqual   Operator = "<="
	opMore        Operator = ">"
	opMoreEqual   Operator = ">="
	opBetween     Operator = "between" // both bounds inclusive
	opNotBetween  Operator = "notBetween"
	opIn          Operator = "in"
	opNotIn       Operator = "notIn"
	opNull        Operator = "null"
	opNotNull     Operator = "notNull"
	opContains    Operator = "contains"
	opNotContains Operator = "doesNotContain"
	opBegins      Operator = "beginsWith"
	opNotBegins   Operator = "doesNotBeginWith"
	opEnds        Operator = "endsWith"
	opNotEnds     Operator = "doesNotEndWith"
	opHasAny      Operator = "hasAny"
	opHasNone     Operator = "hasNone"
	opHasAll      Operator = "hasAll"
	opNotHasAll   Operator = "doesNotHaveAll"
	opIsTrue      Operator = "isTrue"
	opIsFalse     Operator = "isFalse"
	opHours       Operator = "withinHours"
	opNotHours    Operator = "notWithinHours"
	opDays        Operator = "withinDays"
	opNotDays     Operator = "notWithinDays"
	opWeeks       Operator = "withinWeeks"
	opNotWeeks    Operator = "notWithinWeeks"
	opMonths      Operator = "withinMonths"
	opNotMonths   Operator = "notWithinMonths"
	opAnniv       Operator = "anniversaryWithin"
	opNotAnniv    Operator = "notAnniversaryWithin"
	opInSegment   Operator = "inSegment"
	opNotSegment  Operator = "notInSegment"
)

// arity is the form of an operator's value.
type arity uint8

const (
	arityNone   arity = iota
	arityOne          // a constant of the field's type
	arityTwo          // two of them, the lower first
	arityMany         // a list of them, not empty
	arityText         // a text that is not empty
	arityNumber       // how many days, hours, …
	arityRef          // the id of a segment
)

// operators is every operator: the positive one it is or negates, the form of
// its value, and its name for people.
var operators = []struct {
	op, positive Operator
	arity        arity
	label        guanxi.Text
}{
	{opEqual, opEqual, arityOne, guanxi.Text{EN: "is", ZH: "等于"}},
	{opNotEqual, opEqual, arityOne, guanxi.Text{EN: "is not", ZH: "不等于"}},
	{opLess, opLess, arityOne, guanxi.Text{EN: "less than", ZH: "小于"}},
	{opLessEqual, opLessEqual, arityOne, guanxi.Text{EN: "at most", ZH: "小于或等于"}},
	{opMore, opMore, arityOne, guanxi.Text{EN: "more than", ZH: "大于"}},
	{opMoreEqual, opMoreEqual, arityOne, guanxi.Text{EN: "at least", ZH: "大于或等于"}},
	{opBetween, opBetween, arityTwo, guanxi.Text{EN: "between", ZH: "介于"}},
	{opNotBetween, opBetween, arityTwo, guanxi.Text{EN: "not between", ZH: "不介于"}},
	{opIn, opIn, arityMany, guanxi.Text{EN: "is one of", ZH: "属于"}},
	{opNotIn, opIn, arityMany, guanxi.Text{EN: "is none of", ZH: "不属于"}},
	{opNull, opNotNull, arityNone, guanxi.Text{EN: "is missing", ZH: "为空"}},
	{opNotNull, opNotNull, arityNone, guanxi.Text{EN: "is present", ZH: "不为空"}},
	{opContains, opContains, arityText, guanxi.Text{EN: "contains", ZH: "包含"}},
	{opNotContains, opContains, arityText, guanxi.Text{EN: "does not contain", ZH: "不包含"}},
	{opBegins, opBegins, arityText, guanxi.Text{EN: "begins with", ZH: "开头是"}},
	{opNotBegins, opBegins, arityText, guanxi.Text{EN: "does not begin with", ZH: "开头不是"}},
	{opEnds, opEnds, arityText, guanxi.Text{EN: "ends with", ZH: "结尾是"}},
	{opNotEnds, opEnds, arityText, guanxi.Text{EN: "does not end with", ZH: "结尾不是"}},
	{opHasAny, opHasAny, arityMany, guanxi.Text{EN: "has any of", ZH: "含有任一"}},
	{opHasNone, opHasAny, arityMany, guanxi.Text{EN: "has none of", ZH: "不含任何"}},
	{opHasAll, opHasAll, arityMany, guanxi.Text{EN: "has all of", ZH: "含有全部"}},
	{opNotHasAll, opHasAll, arityMany, guanxi.Text{EN: "does not have all of", ZH: "未含全部"}},
	{opIsTrue, opIsTrue, arityNone, guanxi.Text{EN: "is true", ZH: "为真"}},
	{opIsFalse, opIsFalse, arityNone, guanxi.Text{EN: "is false", ZH: "为假"}},
	{opHours, opHours, arityNumber, guanxi.Text{EN: "within the last hours", ZH: "最近小时内"}},
	{opNotHours, opHours, arityNumber, guanxi.Text{EN: "not within the last hours", ZH: "不在最近小时内"}},
	{opDays, opDays, arityNumber, guanxi.Text{EN: "within the last days", ZH: "最近天内"}},
	{opNotDays, opDays, arityNumber, guanxi.Text{EN: "not within the last days", ZH: "不在最近天内"}},
	{opWeeks, opWeeks, arityNumber, guanxi.Text{EN: "within the last weeks", ZH: "最近周内"}},
	{opNotWeeks, opWeeks, arityNumber, guanxi.Text{EN: "not within the last weeks", ZH: "不在最近周内"}},
	{opMonths, opMonths, arityNumber, guanxi.Text{EN: "within the last months", ZH: "最近月内"}},
	{opNotMonths, opMonths, arityNumber, guanxi.Text{EN: "not within the last months", ZH: "不在最近月内"}},
	{opAnniv, opAnniv, arityNumber, guanxi.Text{EN: "anniversary in the next days", ZH: "未来天内有周年日"}},
	{opNotAnniv, opAnniv, arityNumber, guanxi.Text{EN: "no anniversary in the next days", ZH: "未来天内无周年日"}},
	{opInSegment, opInSegment, arityRef, guanxi.Text{EN: "is in the segment", ZH: "属于人群"}},
	{opNotSegment, opInSegment, arityRef, guanxi.Text{EN: "is not in the segment", ZH: "不属于人群"}},
}

// known reports whether there is such an operator.
func (o Operator) known() bool {
	for i := range operators {
		if operators[i].op == o {
			return true
		}
	}
	return false
}

// positive returns the operator without its negation, and whether there was one.
func (o Operator) positive() (Operator, bool) {
	for i := range operators {
		if operators[i].op == o {
			return operators[i].positive, operators[i].positive != o
		}
	}
	return o, false
}

// negation returns the operator's complement, where it has a name.
func (o Operator) negation() (Operator, bool) {
	pos, neg := o.positive()
	if neg {
		return pos, true
	}
	for i := range operators {
		if operators[i].positive == o && operators[i].op != o {
			return operators[i].op, true
		}
	}
	return "", false
}

func (o Operator) arity() arity {
	for i := range operators {
		if operators[i].op == o {
			return operators[i].arity
		}
	}
	return arityNone
}

// Label is the operator's name in lang, "" of an unknown one.
func (o Operator) Label(lang guanxi.Lang) string {
	for i := range operators {
		if operators[i].op == o {
			return operators[i].label.In(lang)
		}
	}
	return ""
}

// unit is the unit of an operator of windows.
func (o Operator) unit() Unit {
	switch o {
	case opHours, opNotHours:
		return Hours
	case opDays, opNotDays, opAnniv, opNotAnniv:
		return Days
	case opWeeks, opNotWeeks:
		return Weeks
	case opMonths, opNotMonths:
		return Months
	}
	return ""
}

// within is the operator of a window of that unit.
func within(u Unit) Operator {
	switch u {
	case Hours:
		return opHours
	case Weeks:
		return opWeeks
	case Months:
		return opMonths
	}
	return opDays
}

// The operators of a value, by its type.
var (
	opsMissing = []Operator{opNull, opNotNull}
	opsString  = []Operator{opEqual, opNotEqual, opIn, opNotIn, opContains, opNotContains, opBegins, opNotBegins, opEnds, opNotEnds}
	opsOrder   = []Operator{opEqual, opNotEqual, opLess, opLessEqual, opMore, opMoreEqual, opBetween, opNotBetween}
	opsNumber  = append(opsOrder[:len(opsOrder):len(opsOrder)], opIn, opNotIn)
	opsBool    = []Operator{opEqual, opNotEqual, opIsTrue, opIsFalse}
	opsInstant = append(opsNumber[:len(opsNumber):len(opsNumber)], opHours, opNotHours, opDays, opNotDays, opWeeks, opNotWeeks, opMonths, opNotMonths)
	opsDate    = append(opsNumber[:len(opsNumber):len(opsNumber)], opDays, opNotDays, opWeeks, opNotWeeks, opMonths, opNotMonths, opAnniv, opNotAnniv)
	opsTags    = []Operator{opHasAny, opHasNone, opHasAll, opNotHasAll}
	opsTop     = []Operator{opEqual, opNotEqual, opIn, opNotIn}
)

// allowed returns the operators that may compare the leaf's value, and whether
// null and notNull may too.
func (l *leaf) allowed() (ops []Operator, missing bool) {
	if l.agg != nil {
		switch l.agg.fn {
		case aggTop:
			return opsTop, true
		case aggAvg:
			return opsOrder, true
		case aggSequence:
			return opsBool, false
		}
		missing = l.agg.fn.canMiss()
	} else {
		missing = true
	}
	switch typ, _ := l.value(); typ {
	case StringType:
		ops = opsString
	case IntType, DecimalType:
		ops = opsNumber
	case BoolType:
		ops = opsBool
	case InstantType:
		ops = opsInstant
	case DateType:
		ops = opsDate
	case TagsType:
		ops = opsTags
	}
	return ops, missing
}

// avgDigits is how many places more than the field's the constant compared with
// an average may have.
const avgDigits = 4

// avgScale is the scale of the constants that an average of f is compared with.
func avgScale(f *fieldDef) int { return min(f.scale+avgDigits, 18) }

// value returns the type and scale of what the leaf compares.
func (l *leaf) value() (Type, int) {
	switch {
	case l.agg == nil && l.field == nil: // the zero field, which check refuses
		return "", 0
	case l.agg == nil:
		return l.field.typ, l.field.scale
	}
	switch l.agg.fn {
	case aggCount, aggDays:
		return IntType, 0
	case aggSequence:
		return BoolType, 0
	}
	switch {
	case l.agg.of == nil:
		return EventsType, 0
	case l.agg.fn == aggAvg:
		return DecimalType, avgScale(l.agg.of)
	}
	return l.agg.of.typ, l.agg.of.scale
}

// source is the field whose values are compared: of the event where there is one.
func (l *leaf) source() *fieldDef {
	if l.agg != nil && l.agg.of != nil {
		return l.agg.of
	}
	return l.field
}
