package lifecycle

import (
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/shopspring/decimal"
)

// Level is one of Kotler's five levels of relationship with a customer. Its ids
// are those of the stages of [Relationship].
type Level string

// The levels, from the least to the most.
const (
	Basic       Level = "basic"       // 基本型: sell, no further contact
	Reactive    Level = "reactive"    // 被动型: the customer may call
	Accountable Level = "accountable" // 负责型: ask soon after the sale whether it fits
	Proactive   Level = "proactive"   // 能动型: call from time to time with improvements and news
	Partnership Level = "partnership" // 伙伴型: work on the customer's success continuously
)

// Levels returns the five, from the least to the most.
func Levels() []Level { return []Level{Basic, Reactive, Accountable, Proactive, Partnership} }

// Label returns the name of l for people, and for no level what it says.
func (l Level) Label(lang guanxi.Lang) string {
	for _, t := range levelTexts {
		if t.level == l {
			return t.name.In(lang)
		}
	}
	return string(l)
}

// Event is the id of the event of [Relationship] that leads to the level.
func (l Level) Event() string { return "choose_" + string(l) }

// LevelConfig says which level pays, by the margin on a customer and by how many
// such customers there are.
type LevelConfig struct {
	// MediumMargin and HighMargin are from where on a margin is medium and high, in
	// whatever unit the host states margins. They rise.
	MediumMargin decimal.Decimal `json:"medium_margin"`
	HighMargin   decimal.Decimal `json:"high_margin"`
	// SomeCustomers and ManyCustomers are from where on there are not few and many
	// customers. They rise.
	SomeCustomers int64 `json:"some_customers"`
	ManyCustomers int64 `json:"many_customers"`
	// Table holds the levels: few, some, many customers by low, medium, high
	// margin. nil is that of [KotlerLevels].
	Table [][]Level `json:"table,omitempty"`
}

// KotlerLevels returns the table of Kotler, Marketing Management, "levels of
// relationship marketing": few, some, many customers by low, medium, high margin.
// Where it has "basic or reactive", for many customers with a low margin, it is
// Basic.
func KotlerLevels() [][]Level {
	return [][]Level{
		{Accountable, Proactive, Partnership},
		{Reactive, Accountable, Proactive},
		{Basic, Reactive, Accountable},
	}
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c LevelConfig) Validate() error {
	var f configFaults
	switch {
	case !tame(c.MediumMargin):
		f.at(fmt.Errorf("%w: beyond 10^±64", ErrOption), "medium_margin")
	case !tame(c.HighMargin) || c.HighMargin.Cmp(c.MediumMargin) <= 0:
		f.at(fmt.Errorf("%w: not above medium_margin", ErrOption), "high_margin")
	}
	if c.SomeCustomers < 1 {
		f.at(fmt.Errorf("%w: %d customers are not 1 or more", ErrOption, c.SomeCustomers), "some_customers")
	}
	if c.ManyCustomers <= c.SomeCustomers {
		f.at(fmt.Errorf("%w: not above some_customers", ErrOption), "many_customers")
	}
	if c.Table == nil {
		return f.err()
	}
	if len(c.Table) != 3 {
		f.at(fmt.Errorf("%w: %d rows, not 3", ErrOption, len(c.Table)), "table")
	}
	for i, row := range c.Table {
		if len(row) != 3 {
			f.at(fmt.Errorf("%w: %d columns, not 3", ErrOption, len(row)), "table", i)
		}
		for k, l := range row {
			if !slices.Contains(Levels(), l) {
				f.at(fmt.Errorf("%w: %.32q is no level", ErrOption, string(l)), "table", i, k)
			}
		}
	}
	return f.err()
}

// UnmarshalJSON reads strictly, as that of [Config] does.
func (c *LevelConfig) UnmarshalJSON(data []byte) error {
	type plain LevelConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, LevelConfig(p), err)
}

// LevelTable chooses levels. It is immutable and safe for concurrent use.
type LevelTable struct{ c LevelConfig }

// NewLevelTable makes a table of c, which it copies. The error holds every fault.
func NewLevelTable(c LevelConfig) (*LevelTable, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Table == nil {
		c.Table = KotlerLevels()
	}
	c.Table = slices.Clone(c.Table)
	for i := range c.Table {
		c.Table[i] = slices.Clone(c.Table[i])
	}
	return &LevelTable{c}, nil
}

// Choose returns the level that pays for a customer with this margin, of whom
// there are so many. A margin may be negative. Fewer than one customer, and a
// margin beyond 10^±64, have no level.
func (t *LevelTable) Choose(margin decimal.Decimal, customers int64) (Level, bool) {
	if customers < 1 || !tame(margin) {
		return "", false
	}
	row, column := 0, 0
	switch {
	case customers >= t.c.ManyCustomers:
		row = 2
	case customers >= t.c.SomeCustomers:
		row = 1
	}
	switch {
	case margin.Cmp(t.c.HighMargin) >= 0:
		column = 2
	case margin.Cmp(t.c.MediumMargin) >= 0:
		column = 1
	}
	return t.c.Table[row][column], true
}

// CareOutline is the contact a level asks for, as data: package care makes due
// tasks of such steps.
type CareOutline struct {
	Level Level
	Steps []CareStep // none for Basic
}

// CareStep is one kind of contact.
type CareStep struct {
	ID       string
	Anchor   string      // "last_order" or "stage_entry"
	After    guanxi.Span // from the anchor to the first
	Every    guanxi.Span // and from then on, P0D is once
	Channels []string    // that fit, the best first: "phone", "email", "sms", "wechat", "visit", "event"
	Text     guanxi.Text // what to do
}
