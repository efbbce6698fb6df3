package affinity

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Defaults of a RuleConfig where a field is 0.
const (
	DefaultMinTogether = 5
	DefaultMinLLR      = 10.83 // chance exceeds it once in 1,000
	DefaultPrior       = 20
	DefaultPerItem     = 50
)

// RuleConfig says which pairs become rules. The zero value is the defaults. As
// JSON it is read strictly by guanxi.UnmarshalStrict. Only pairs that meet more
// often than by chance become rules.
type RuleConfig struct {
	MinTogether   int64   `json:"min_together,omitempty"`   // baskets with both; 0 is DefaultMinTogether
	MinItem       int64   `json:"min_item,omitempty"`       // baskets with each of the two; 0 asks for no more than MinTogether
	MinSupport    float64 `json:"min_support,omitempty"`    // 0–1
	MinConfidence float64 `json:"min_confidence,omitempty"` // 0–1
	MinLift       float64 `json:"min_lift,omitempty"`       // no less than this; it is above 1 anyway
	MinLLR        float64 `json:"min_llr,omitempty"`        // 0 is DefaultMinLLR; anything tiny is none
	Prior         float64 `json:"prior,omitempty"`          // of Rule.Strength, in baskets; 0 is DefaultPrior
	PerItem       int     `json:"per_item,omitempty"`       // the strongest rules of an item that are kept; 0 is DefaultPerItem
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c RuleConfig) Validate() error {
	var f faultList
	count := func(pointer string, n int64) {
		if n < 0 || n > maxBaskets {
			f.option(pointer, "%d baskets", n)
		}
	}
	number := func(pointer string, v, most float64) {
		if !(v >= 0 && v <= most) {
			f.option(pointer, "%v is not in 0 to %v", v, most)
		}
	}
	count("/min_together", c.MinTogether)
	count("/min_item", c.MinItem)
	number("/min_support", c.MinSupport, 1)
	number("/min_confidence", c.MinConfidence, 1)
	number("/min_lift", c.MinLift, maxBaskets)
	number("/min_llr", c.MinLLR, 1e12)
	number("/prior", c.Prior, 1e9)
	if c.PerItem < 0 || c.PerItem > mostItems {
		f.option("/per_item", "%d is not in 0 to %d", c.PerItem, mostItems)
	}
	return f.join()
}

func (c RuleConfig) withDefaults() RuleConfig {
	c.MinTogether = orDefault(c.MinTogether, DefaultMinTogether)
	c.MinLLR = orDefault(c.MinLLR, DefaultMinLLR)
	c.Prior = orDefault(c.Prior, DefaultPrior)
	c.PerItem = orDefault(c.PerItem, DefaultPerItem)
	return c
}

// UnmarshalJSON reads strictly, as that of CountConfig does.
func (c *RuleConfig) UnmarshalJSON(data []byte) error {
	type plain RuleConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, RuleConfig(v), err)
}
