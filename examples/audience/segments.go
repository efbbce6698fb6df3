package main

import (
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
	"github.com/guanxi-go/guanxi/segment/audience"
	"github.com/shopspring/decimal"
)

// named is a segment of the shop.
type named struct {
	id    string
	label guanxi.Text
	expr  segment.Expr[customer]
}

func yuan(n int64) decimal.Decimal { return decimal.NewFromInt(n) }

// segmentsWith returns the segments of the shop. Who is worth winning back was somebody who
// spends winBackFrom in a year, and a week ago the threshold was another one.
func segmentsWith(winBackFrom int64) []named {
	year := orders.Window(segment.LastMonths(12))
	return []named{
		{"vip", guanxi.Text{EN: "High value", ZH: "高价值"},
			segment.All(year.Sum(amount).AtLeast(yuan(3000)), year.Count().AtLeast(6))},
		{"active", guanxi.Text{EN: "Active", ZH: "活跃"},
			orders.Window(segment.LastDays(30)).Count().AtLeast(1)},
		{"sleeping", guanxi.Text{EN: "Falling asleep", ZH: "沉睡"},
			segment.All(year.Count().AtLeast(2), orders.Window(segment.LastDays(60)).Count().Is(0))},
		{"newcomers", guanxi.Text{EN: "Newcomers", ZH: "新客"},
			joined.Within(segment.LastDays(30))},
		{"birthday", guanxi.Text{EN: "Birthday soon", ZH: "近期生日"},
			born.AnniversaryWithin(14)},
		{"tea", guanxi.Text{EN: "Tea lovers", ZH: "爱茶"},
			segment.All(orders.Top(aisle, 1).Includes("tea"), orders.Where(aisle.Is("tea")).DistinctDays().AtLeast(3))},
		{"reachable", guanxi.Text{EN: "Reachable", ZH: "可触达"},
			segment.All(consent.IsTrue(), tags.HasNone("complained"))},
		{"winback", guanxi.Text{EN: "Worth winning back", ZH: "值得挽回"},
			segment.All(segment.InSegment[customer]("sleeping"), segment.InSegment[customer]("reachable"), year.Sum(amount).AtLeast(yuan(winBackFrom)))},
	}
}

// The rule of "winback" was changed during the week.
const (
	winBackThen = 1000
	winBackNow  = 800
)

// ruleBook is the segments made ready for one moment.
type ruleBook struct {
	segments []named
	schema   *segment.Schema[customer]
	at       segment.At
	rules    []*segment.Rule[customer] // by segment
}

func newRuleBook(schema *segment.Schema[customer], at segment.At, winBackFrom int64) (*ruleBook, error) {
	b := &ruleBook{segments: segmentsWith(winBackFrom), schema: schema, at: at}
	for _, s := range b.segments {
		r, err := schema.Compile(s.expr, at, b.resolve)
		if err != nil {
			return nil, err
		}
		b.rules = append(b.rules, r)
	}
	return b, nil
}

// resolve finds a segment that another refers to.
func (b *ruleBook) resolve(id string) (segment.Expr[customer], error) {
	if i := b.index(id); i >= 0 {
		return b.segments[i].expr, nil
	}
	return segment.Expr[customer]{}, segment.ErrReference
}

func (b *ruleBook) index(id string) int {
	return slices.IndexFunc(b.segments, func(s named) bool { return s.id == id })
}

// rule is a segment's, of one that there is.
func (b *ruleBook) rule(id string) *segment.Rule[customer] { return b.rules[b.index(id)] }

// sets asks all rules of everybody at once. Rows lie in the order of their
// ordinals; who was removed has an empty row, and is not among the living.
func (b *ruleBook) sets(rows []customer, live audience.Set) ([]audience.Set, error) {
	batch, err := segment.NewBatch(b.rules...)
	if err != nil {
		return nil, err
	}
	columns, err := segment.NewColumns(b.schema, b.rules...)
	if err != nil {
		return nil, err
	}
	columns.AddRows(rows)
	var found segment.Selection
	if err := batch.Eval(&found, columns, 1); err != nil {
		return nil, err
	}
	sets := make([]audience.Set, len(b.rules))
	for i := range sets {
		s, err := audience.FromWords(found.AppendWords(nil, i))
		if err != nil {
			return nil, err
		}
		sets[i] = s.And(live)
	}
	return sets, nil
}

// The shop looks at its customers on a Monday morning in China.
var (
	china     = time.FixedZone("UTC+8", 8*3600)
	thisWeek  = time.Date(2026, time.March, 16, 9, 0, 0, 0, china)
	weekAgo   = thisWeek.AddDate(0, 0, -7)
	campaign0 = thisWeek.AddDate(0, 0, -28) // when the last campaign began
)

func at(t time.Time) segment.At {
	return segment.At{Now: t, Location: china, WeekStart: time.Monday}
}
