package loyalty

import (
	"fmt"
	"slices"
	"strconv"
	"unicode"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/civil"
	"github.com/guanxi-go/guanxi/internal/minor"
	"github.com/shopspring/decimal"
)

// How much a programme may hold.
const (
	MaxKinds    = 32
	MaxRules    = 1000 // of each list
	maxDecimals = 9
	maxID       = 64 // bytes
	maxPoints   = 1_000_000_000_000_000
	maxSpanDays = 36525
	maxPays     = 366
)

// checker gathers the faults of a programme.
type checker struct {
	faults
	p     *Program
	kinds map[Kind]*KindConfig
	gives map[string]giver // by the ids of what gives points
}

// giver is what an id gives.
type giver struct {
	acts  bool // what campaigns may be for
	kinds []Kind
}

func (p *Program) validate() error {
	c := checker{p: p, kinds: map[Kind]*KindConfig{}, gives: map[string]giver{}}
	if p.Version < 1 {
		c.addf("/version", "%d is not 1 or above", p.Version)
	}
	c.addAt("/location", civil.CheckZone(p.Location, ErrOption))
	if p.Decimals < 0 || p.Decimals > maxDecimals {
		c.addf("/decimals", "%d is not in 0 to %d", p.Decimals, maxDecimals)
		return c.err() // no money can be read
	}
	oneOf(&c, "/rules_stacking", p.Rules, BestOf, Add)
	oneOf(&c, "/stacking", p.Stacking, BestOf, Add, Multiply)
	c.lists()
	c.kindList()
	c.names("/exclude/groups", p.Exclude.Groups)
	c.ids()
	c.earning()
	c.campaigns()
	c.activities()
	c.caps()
	c.spending()
	c.policy()
	c.tiers()
	return c.err()
}

// Validate returns every fault of p, each a *guanxi.FieldError with its JSON pointer:
// ErrOption, ErrDuplicate and ErrUnknown, and ErrDecimals and ErrOverflow of money.
func (p Program) Validate() error { return p.validate() }

// lists refuses lists too long to be worked with.
func (c *checker) lists() {
	p := c.p
	for _, l := range []struct {
		at   string
		n, m int
	}{
		{"/kinds", len(p.Kinds), MaxKinds}, {"/earning", len(p.Earning), MaxRules},
		{"/campaigns", len(p.Campaigns), MaxRules}, {"/activities", len(p.Activities), MaxRules},
		{"/streaks", len(p.Streaks), MaxRules}, {"/caps", len(p.Caps), MaxRules},
		{"/rewards", len(p.Rewards), 100 * MaxRules}, {"/payments", len(p.Payments), MaxRules},
		{"/stored", len(p.Stored), MaxRules}, {"/top_ups", len(p.TopUps), MaxRules},
		{"/cards", len(p.Cards), MaxRules}, {"/causes", len(p.Causes), MaxRules},
	} {
		if l.n > l.m {
			c.addf(l.at, "%d are more than %d", l.n, l.m)
		}
	}
	if len(p.Kinds) == 0 {
		c.addf("/kinds", "a programme has at least one kind of points")
	}
}

// oneOf refuses a value that is neither "" nor one of those known.
func oneOf[T ~string](c *checker, at string, v T, known ...T) bool {
	if slices.Contains(known, v) {
		return true
	}
	if v != "" {
		c.addf(at, "%.40q is not one of %q", string(v), known)
		return false
	}
	return true
}

// id refuses an id that cannot be part of the name of a counter.
func (c *checker) id(at, id string) bool {
	bad := id == "" || len(id) > maxID
	for _, r := range id {
		bad = bad || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '.'
	}
	if bad {
		c.addf(at, "%.80q is no id: 1 to %d bytes of letters, digits, _, - and .", id, maxID)
	}
	return !bad
}

// names refuses empty names.
func (c *checker) names(at string, names []string) {
	for i, n := range names {
		if n == "" {
			c.addf(at+"/"+strconv.Itoa(i), "an empty name")
		}
	}
}

// money reads an amount of a config, which is not negative; −1 if it is at fault.
func (c *checker) money(at string, d decimal.Decimal) int64 {
	v, err := minor.From(d, c.p.Decimals)
	switch {
	case err != nil:
		c.addAt(at, moneyError(err))
	case v < 0 || v > maxPoints:
		c.addf(at, "it is negative or too large")
	default:
		return v
	}
	return -1
}

// points refuses a number of points below least.
func (c *checker) points(at string, p, least Points) {
	if p < least || p > maxPoints {
		c.addf(at, "%d is not in %d to %d", p, least, int64(maxPoints))
	}
}

// span refuses a span that is not valid, and one that no calendar reaches.
func (c *checker) span(at string, s guanxi.Span, clock bool) {
	switch {
	case s.Validate() != nil:
		c.addAt(at, s.Validate())
	case s.Months > maxSpanDays/30 || s.Days > maxSpanDays || s.Time.Hours() > 24*maxSpanDays:
		c.addf(at, "%s is longer than a hundred years", s)
	case s.Time != 0 && !clock:
		c.addf(at, "%s has a clock part, and whole days are counted here", s)
	}
}

func (c *checker) during(at string, d During) {
	if !d.From.IsZero() && !d.To.IsZero() && !d.From.Before(d.To) {
		c.addf(at+"/to", "is not after from")
	}
	if from := d.compile().from; from != -Never && !inYears(from) {
		c.addAt(at+"/from", ErrTime)
	}
	if to := d.compile().to; to != Never && !inYears(to) {
		c.addAt(at+"/to", ErrTime)
	}
}

func (c *checker) limit(at string, l *Limit) {
	if l == nil {
		return
	}
	if l.Times < 1 {
		c.addf(at+"/times", "%d is not 1 or above", l.Times)
	}
	oneOf(c, at+"/per", l.Per, PerDay, PerWeek, PerMonth, PerQuarter, PerYear, PerEver)
}

// kind refuses a kind that the programme does not have.
func (c *checker) kind(at string, k Kind) *KindConfig {
	if c.kinds[k] == nil {
		c.addAt(at, fmt.Errorf("%w: kind %.40q", ErrUnknown, string(k)))
	}
	return c.kinds[k]
}

// spendable refuses a kind that cannot be spent.
func (c *checker) spendable(at string, k Kind) *KindConfig {
	kind := c.kind(at, k)
	if kind != nil && !kind.Spendable {
		c.addf(at, "%q is not spendable", string(k))
	}
	return kind
}

// addAt adds err at a pointer.
func (f *faults) addAt(at string, err error) {
	if err != nil {
		f.all = append(f.all, guanxi.At(at, err))
	}
}
