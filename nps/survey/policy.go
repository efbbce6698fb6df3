package survey

import (
	"math"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// PolicyConfig says how often customers may be asked. The zero value asks
// everybody at any time who has not opted out. As JSON it is read strictly: see
// [PolicyConfig.UnmarshalJSON].
type PolicyConfig struct {
	// Overall is the gap after any survey by any channel.
	Overall Gap `json:"overall,omitzero"`
	// Surveys, Kinds and Channels are the gaps after the same survey, a survey of
	// the same kind, and any survey by the same channel, by id. The entry [Any]
	// is for those that have none of their own.
	Surveys  map[string]Gap  `json:"surveys,omitempty"`
	Kinds    map[string]Gap  `json:"kinds,omitempty"`
	Channels map[Channel]Gap `json:"channels,omitempty"`
	// Cap is how many surveys a customer is shown in a year.
	Cap Cap `json:"cap,omitzero"`
	// Quiet is when nobody is asked, up to 16 times of the day.
	Quiet []Quiet `json:"quiet,omitempty"`
	// Samples is the share of customers who are asked at all, 0 (nobody) to 1, by
	// survey or [Any]. A survey without an entry asks everybody. See [Sampled].
	Samples map[string]float64 `json:"samples,omitempty"`
}

// Any as a key of PolicyConfig stands for those that are not named.
const Any = "*"

// Gap is how long a customer is left alone after each of three events. It is
// counted from the last such event, on the calendar in the customer's zone, and
// may be 100 years at most. P0D is no gap. The longest that applies counts.
type Gap struct {
	Shown     guanxi.Span `json:"shown,omitzero"`     // asked, whatever came of it
	Answered  guanxi.Span `json:"answered,omitzero"`  // answered
	Dismissed guanxi.Span `json:"dismissed,omitzero"` // declined or closed
}

// Year is how a year is counted.
type Year string

const (
	// Rolling is the 365 days of 24 hours up to now. The default.
	Rolling Year = "rolling"
	// Calendar is the calendar year in the customer's zone.
	Calendar Year = "calendar"
)

// Cap is how many surveys, of whatever kind, a customer is shown in a year.
type Cap struct {
	Max  int  `json:"max"` // 1 to 366; 0 is no cap
	Year Year `json:"year,omitempty"`
}

const maxCap = 366

// Quiet is a time of the day, [From, To) on the clock in the customer's zone,
// when nobody is asked. It may cross midnight: 21:00 to 09:00. An end that is
// left out is 00:00.
type Quiet struct {
	From TimeOfDay `json:"from"`
	To   TimeOfDay `json:"to"`
	// Channels it holds for; none means every channel.
	Channels []Channel `json:"channels,omitempty"`
}

const maxQuiet = 16

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c PolicyConfig) Validate() error {
	var f faults
	gap := func(at string, g Gap) { f.under(at, func(f *faults) { f.gap(g) }) }
	key := func(at, id string) {
		if id != Any {
			f.id(at, id)
		}
	}
	gap("/overall", c.Overall)
	for _, id := range sorted(c.Surveys) {
		at := guanxi.Pointer("surveys", id)
		key(at, id)
		gap(at, c.Surveys[id])
	}
	for _, id := range sorted(c.Kinds) {
		at := guanxi.Pointer("kinds", id)
		key(at, id)
		gap(at, c.Kinds[id])
	}
	for _, ch := range sortedChannels(c.Channels) {
		at := guanxi.Pointer("channels", string(ch))
		if ch != Any {
			f.at(at, ch.Validate())
		}
		gap(at, c.Channels[ch])
	}
	if c.Cap.Max < 0 || c.Cap.Max > maxCap {
		f.add("/cap/max", ErrOption, "%d is not in 0 to %d", c.Cap.Max, maxCap)
	}
	switch c.Cap.Year {
	case "", Rolling, Calendar:
	default:
		f.add("/cap/year", ErrOption, "%.32q is none of %q", string(c.Cap.Year), []Year{Rolling, Calendar})
	}
	f.quiet(c.Quiet)
	for _, id := range sorted(c.Samples) {
		at := guanxi.Pointer("samples", id)
		key(at, id)
		if share := c.Samples[id]; !(share >= 0 && share <= 1) {
			f.add(at, ErrOption, "%v is not a share of 0 to 1", share)
		}
	}
	return f.err()
}

func sortedChannels(m map[Channel]Gap) []Channel {
	var out []Channel
	for ch := range m {
		out = append(out, ch)
	}
	slices.Sort(out)
	return out
}

func (f *faults) gap(g Gap) {
	for i, s := range g.spans() {
		at := "/" + [...]string{"shown", "answered", "dismissed"}[i]
		if err := s.Validate(); err != nil {
			f.at(at, err)
		} else if longest(s) > 100*366*dayMicros {
			f.add(at, ErrOption, "%v is more than 100 years", s)
		}
	}
}

func (g Gap) spans() [3]guanxi.Span { return [3]guanxi.Span{g.Shown, g.Answered, g.Dismissed} }

func (f *faults) quiet(list []Quiet) {
	if len(list) > maxQuiet {
		f.add("/quiet", ErrOption, "%d times are more than %d", len(list), maxQuiet)
		return
	}
	sound := true
	for i, q := range list {
		f.under(guanxi.Pointer("quiet", i), func(f *faults) {
			before := len(f.errs)
			f.at("/from", q.From.validate())
			f.at("/to", q.To.validate())
			if q.From == q.To {
				f.add("", ErrOption, "from %v to %v is no time or all day", q.From, q.To)
			}
			for k, ch := range q.Channels {
				f.at(guanxi.Pointer("channels", k), ch.Validate())
			}
			sound = sound && len(f.errs) == before
		})
	}
	if !sound {
		return
	}
	for _, ch := range Channels() {
		if busy := quietFor(list, ch); busy.always() {
			f.add("/quiet", ErrOption, "together they leave no minute of the day to %s", ch)
		}
	}
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// [PolicyConfig.Validate] is reported with its JSON pointer, and c is left alone
// if there is one.
func (c *PolicyConfig) UnmarshalJSON(data []byte) error {
	type plain PolicyConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, PolicyConfig(p), err)
}

// Policy is a PolicyConfig ready for [Decide]; [NewPolicy] makes it. The zero
// Policy asks nobody: everyone is NotSampled. A Policy is immutable and safe for
// concurrent use.
type Policy struct {
	overall  *rule
	surveys  rules
	kinds    rules
	channels [4]*rule // as Channels has them
	cap      Cap
	quiet    [4]daytimes       // by channel, as Channels has them
	samples  map[string]uint64 // thresholds of the hash, by survey
	sample   uint64            // and that of the others
}

// rules are gaps by id, nil for none.
type rules struct {
	named map[string]*rule
	other *rule
}

func (r *rules) of(id string) *rule {
	if len(r.named) > 0 {
		if own, ok := r.named[id]; ok {
			return own
		}
	}
	return r.other
}

// rule is a Gap and how long each part of it is at most, in microseconds, 0 for
// none.
type rule struct {
	spans   [3]guanxi.Span
	longest [3]int64
}

// NewPolicy makes a policy of c, which it copies. The error holds every fault,
// as [PolicyConfig.Validate] has them.
func NewPolicy(c PolicyConfig) (*Policy, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	p := &Policy{
		overall: newRule(c.Overall),
		surveys: newRules(c.Surveys),
		kinds:   newRules(c.Kinds),
		cap:     c.Cap,
	}
	for i, ch := range Channels() {
		gap, ok := c.Channels[ch]
		if !ok {
			gap = c.Channels[Any]
		}
		p.channels[i] = newRule(gap)
		p.quiet[i] = quietFor(c.Quiet, ch)
	}
	p.sample = everybody
	p.samples = make(map[string]uint64, len(c.Samples))
	for id, share := range c.Samples {
		if id == Any {
			p.sample = threshold(share)
		} else {
			p.samples[id] = threshold(share)
		}
	}
	return p, nil
}

// MustPolicy is [NewPolicy] for tests and examples; it panics on an error.
func MustPolicy(c PolicyConfig) *Policy {
	p, err := NewPolicy(c)
	if err != nil {
		panic(err)
	}
	return p
}

func newRules(gaps map[string]Gap) (r rules) {
	r.named = make(map[string]*rule, len(gaps))
	for id, g := range gaps {
		if id == Any {
			r.other = newRule(g)
		} else {
			r.named[id] = newRule(g) // nil too: no gap of its own
		}
	}
	return r
}

// newRule returns nil for no gap at all.
func newRule(g Gap) *rule {
	if g == (Gap{}) {
		return nil
	}
	r := &rule{spans: g.spans()}
	for i, s := range r.spans {
		if !s.IsZero() {
			r.longest[i] = longest(s)
		}
	}
	return r
}

const (
	dayMicros  = 24 * 3600 * 1_000_000
	yearMicros = 365 * dayMicros
)

// longest returns what s is at most in microseconds, wherever it begins: two
// days more than on paper for all that a zone may do to its clocks.
func longest(s guanxi.Span) int64 {
	days := int64(s.Months)*31 + int64(s.Days)
	if days > math.MaxInt64/dayMicros/2 {
		return math.MaxInt64
	}
	return (days+2)*dayMicros + s.Time.Microseconds() + 1
}
