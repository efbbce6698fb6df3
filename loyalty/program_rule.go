package loyalty

import (
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// Match says which orders and lines a rule is for. An empty list asks nothing.
type Match struct {
	Groups   []string `json:"groups,omitempty"`   // lines in any of them
	Except   []string `json:"except,omitempty"`   // but in none of these
	Channels []string `json:"channels,omitempty"` // orders of any of them
	Tiers    []string `json:"tiers,omitempty"`    // customers in any of them
	Segments []string `json:"segments,omitempty"` // customers in any of them
	// MinOrder is the least money of the order that earns points, exclusions and
	// points taken off. It is asked again after every refund.
	MinOrder decimal.Decimal `json:"min_order,omitzero"`
}

// During is a half-open stretch of time; a zero end is open.
type During struct {
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// Limit is how many times something counts for one customer.
type Limit struct {
	Times int64  `json:"times"`
	Per   Period `json:"per,omitempty"` // PerEver is the default
}

// EarnRule gives points for orders: Points per Per of money, or Fixed per order.
type EarnRule struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	Kind Kind        `json:"kind"`
	// Points per Per: {"points": "1", "per": "10.00"}, {"points": "3/2", "per": "1"}.
	Points Rational        `json:"points,omitzero"`
	Per    decimal.Decimal `json:"per,omitzero"`
	Fixed  Points          `json:"fixed,omitempty"` // per order (visit)
	Match
	During
}

// Campaign gives more for orders, or for activities, in a stretch of time.
type Campaign struct {
	ID         string      `json:"id"`
	Name       guanxi.Text `json:"name,omitzero"`
	Kind       Kind        `json:"kind"`
	Multiplier Rational    `json:"multiplier,omitzero"` // above 1, on what earning rules give
	Bonus      Points      `json:"bonus,omitempty"`     // per order
	// Activities that it is for, each of which gives the Kind; none: it is for orders.
	Activities []string `json:"activities,omitempty"`
	Limit      *Limit   `json:"limit,omitempty"` // how often for one customer
	Match
	During
}

// ActivityRule gives points for something that the host saw: sign_up, review,
// birthday, survey, event, visit.
type ActivityRule struct {
	ID      string       `json:"id"`
	Name    guanxi.Text  `json:"name,omitzero"`
	Give    []KindPoints `json:"give"`
	OncePer bool         `json:"once_per_ref,omitempty"` // once for each Ref, which must then be given
	Limit   *Limit       `json:"limit,omitempty"`
	Tiers   []string     `json:"tiers,omitempty"`
	During
}

// StreakRule gives points for checking in day after day (签到): day n pays the n-th
// of Pays, 0 on a day that pays nothing. A missed civil day begins again with the first.
type StreakRule struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	Kind Kind        `json:"kind"`
	Pays []Points    `json:"pays"`
	// Stay keeps paying the last of Pays after it; otherwise a new cycle begins.
	Stay bool `json:"stay,omitempty"`
	During
}

// ReferralRule gives points to both sides after the friend's first kept purchase.
type ReferralRule struct {
	ID       string       `json:"id"`
	Name     guanxi.Text  `json:"name,omitzero"`
	Referrer []KindPoints `json:"referrer,omitempty"`
	Friend   []KindPoints `json:"friend,omitempty"`
	// Kept is how long after the order it counts as kept: a whole number of days or
	// months to the end of the last civil day.
	Kept     guanxi.Span     `json:"kept,omitzero"`
	MinOrder decimal.Decimal `json:"min_order,omitzero"` // what must be left of it
	Limit    *Limit          `json:"limit,omitempty"`    // friends of one referrer
	During
}

// CapRule limits how many points are given.
type CapRule struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	Kind Kind        `json:"kind"`
	// Of are ids of rules, campaigns, activities, …, that give the Kind, and "tier" for the
	// multipliers of tiers; none: everything that gives the kind, except top-ups and cards.
	Of     []string `json:"of,omitempty"`
	Per    CapPer   `json:"per"`
	Points Points   `json:"points"`
}

// CapPer is what a cap counts over.
type CapPer string

// What a cap counts over.
const (
	CapOrder    CapPer = "order"    // one order or activity
	CapDay      CapPer = "day"      // a customer's civil day
	CapWeek     CapPer = "week"     // a customer's week
	CapMonth    CapPer = "month"    // a customer's calendar month
	CapYear     CapPer = "year"     // a customer's calendar year
	CapCustomer CapPer = "customer" // all that a customer ever gets
	CapBudget   CapPer = "budget"   // all customers together: a campaign's budget
)

// Exclusions are what gives no points.
type Exclusions struct {
	Groups     []string `json:"groups,omitempty"`
	Discounted bool     `json:"discounted,omitempty"` // lines sold at a discount
	ByPoints   bool     `json:"by_points,omitempty"`  // what points paid for
}
