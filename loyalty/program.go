package loyalty

import (
	"time"

	"github.com/guanxi-go/guanxi"
)

// Program is a loyalty programme: what gives points, how long they live, what
// they are spent on. It is a plain config: build an engine from it. As JSON it is
// read strictly. Ids of earning rules, campaigns, activities, streaks, top-ups,
// cards and the referral are of one name space.
type Program struct {
	// Version, from 1 on, is raised with every change: entries carry it, and an older
	// version does not decide on an account that a newer one has decided on.
	Version int64 `json:"version"`
	// Location is the zone of its days, months and years; nil is UTC. In JSON it is
	// an IANA name, or a fixed offset such as "+08:00".
	Location *time.Location `json:"-"`
	Currency string         `json:"currency,omitempty"` // ISO 4217, for the host
	Decimals int            `json:"decimals,omitempty"` // decimal places of its minor unit, 0 to 9; there is no default

	Kinds      []KindConfig   `json:"kinds"`
	Exclude    Exclusions     `json:"exclude,omitzero"`
	Rules      Stacking       `json:"rules_stacking,omitempty"` // of earning rules on one line: BestOf (default) or Add
	Earning    []EarnRule     `json:"earning,omitempty"`
	Stacking   Stacking       `json:"stacking,omitempty"` // of campaigns and a tier's multiplier; BestOf is the default
	Campaigns  []Campaign     `json:"campaigns,omitempty"`
	Activities []ActivityRule `json:"activities,omitempty"`
	Streaks    []StreakRule   `json:"streaks,omitempty"`
	Referral   *ReferralRule  `json:"referral,omitempty"`
	Caps       []CapRule      `json:"caps,omitempty"`

	Rewards  []Reward      `json:"rewards,omitempty"`
	Payments []PaymentRule `json:"payments,omitempty"`
	Stored   []StoredRule  `json:"stored,omitempty"`
	TopUps   []TopUp       `json:"top_ups,omitempty"`
	Cards    []Card        `json:"cards,omitempty"`
	Causes   []Cause       `json:"causes,omitempty"`

	Policy PolicyConfig `json:"policy,omitzero"`
	Tiers  TierConfig   `json:"tiers,omitzero"`
}

// Cause is a good cause that points are given to.
type Cause struct {
	ID    string      `json:"id"`
	Name  guanxi.Text `json:"name,omitzero"`
	Kinds []Kind      `json:"kinds,omitempty"` // none: every kind that is spent
	Min   Points      `json:"min,omitempty"`   // the least that is taken at once
}
