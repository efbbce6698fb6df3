package nps

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/normal"
)

// DefaultMinAnswers is how many answers a group must have to be ranked where a
// config leaves it at 0.
const DefaultMinAnswers = 30

// Group is a team, a segment or a touchpoint with its answers.
type Group struct {
	Name  string
	Tally Tally
}

// CompareConfig says how groups are compared.
type CompareConfig struct {
	Confidence float64    `json:"confidence,omitempty"`  // 0 is DefaultConfidence
	Adjust     Adjustment `json:"adjust,omitempty"`      // of the pairwise p-values; "" is Holm
	MinAnswers int64      `json:"min_answers,omitempty"` // a group with fewer is not ranked; 0 is DefaultMinAnswers
}

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c CompareConfig) Validate() error {
	_, errConfidence := deviate(c.withDefaults().Confidence)
	var errAdjust error
	if err := c.Adjust.Validate(); err != nil {
		errAdjust = at(err, "adjust")
	}
	return errors.Join(errConfidence, errAdjust, checkCount("min_answers", c.MinAnswers))
}

func (c CompareConfig) withDefaults() CompareConfig {
	c.Confidence = orDefault(c.Confidence, DefaultConfidence)
	c.Adjust = orDefault(c.Adjust, Holm)
	c.MinAnswers = orDefault(c.MinAnswers, DefaultMinAnswers)
	return c
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// Standing is a group that has answers enough.
type Standing struct {
	Name  string `json:"name"`
	Group int    `json:"group"` // its place in what was given to Compare
	Estimate
}

// Scarce is a group with not enough answers: it has no score to be judged by.
type Scarce struct {
	Name    string `json:"name"`
	Group   int    `json:"group"`
	Answers int64  `json:"answers"`
	Missing int64  `json:"missing"` // answers to the minimum
}

// Pair is the comparison of two groups, A before B in what was given to
// Compare.
type Pair struct {
	A int `json:"a"`
	B int `json:"b"`
	Difference
	Adjusted float64 `json:"p_adjusted"` // P corrected for the number of pairs; the interval is not
}

// Comparison is how groups stand to each other. It is not changed after Compare
// returned it; safe for concurrent reads.
type Comparison struct {
	Ranked []Standing `json:"ranked"`  // best first, equal scores in the order given
	TooFew []Scarce   `json:"too_few"` // not enough answers, in the order given; they take part in nothing below
	Pairs  []Pair     `json:"pairs"`   // all pairs of the ranked groups, in the order given
	// Equal asks whether all ranked groups could have one score, Mix whether they
	// could have one mix of classes. Both are nil where fewer than two groups are
	// ranked; else one that is nil has its reason in the field beside it.
	Equal    *Test     `json:"equal,omitempty"`
	EqualErr *Untested `json:"equal_error,omitempty"`
	Mix      *Test     `json:"mix,omitempty"`
	MixErr   *Untested `json:"mix_error,omitempty"`
}

// Untested says why all ranked groups were not tested together. EqualErr is
// ErrNoSpread for a group whose answers all count the same (Welch's test has no
// weight for it) and ErrTooFew for one with a single answer; MixErr is
// ErrNoSpread where only one class occurs. An immutable value, and an error.
type Untested struct {
	Group  int    `json:"group"` // the first in the way, by its place in what was given to Compare; -1 is all of them
	Reason string `json:"reason"`
	err    error
}

// Error returns the group and the reason.
func (u *Untested) Error() string {
	if u.Group < 0 {
		return u.Reason
	}
	return fmt.Sprintf("group %d: %s", u.Group, u.Reason)
}

// Unwrap returns the sentinel's chain: ErrNoSpread or ErrTooFew. It is nil after
// reading from JSON.
func (u *Untested) Unwrap() error {
	if u == nil {
		return nil
	}
	return u.err
}

// untested takes the fault of a test of the i-th of some tallies, at /i, to the
// group that the tally is of.
func (c *Comparison) untested(err error) *Untested {
	u := &Untested{Group: -1, Reason: err.Error(), err: err}
	var place *guanxi.FieldError
	if errors.As(err, &place) {
		if i, bad := strconv.Atoi(strings.TrimPrefix(place.Pointer, "/")); bad == nil && i < len(c.Ranked) {
			u.Group, u.Reason, u.err = c.Ranked[i].Group, place.Err.Error(), place.Err
		}
	}
	return u
}

// Compare ranks groups and compares each with each. Names must be unique, not
// empty and valid UTF-8. Errors, all at once: those of the config; below /groups/i ErrOption at
// name and ErrMismatch at tally; ErrTooFew when there is no group at all.
// Cost: O(pairs), about half a microsecond each, and 80 bytes.
func Compare(groups []Group, cfg CompareConfig) (*Comparison, error) {
	errs := []error{cfg.Validate()}
	cfg = cfg.withDefaults()
	if len(groups) == 0 {
		errs = append(errs, at(fmt.Errorf("%w: no groups", ErrTooFew), "groups"))
	}
	names := make(map[string]int, len(groups))
	for i := range groups {
		g := &groups[i]
		first, seen := names[g.Name]
		switch {
		case g.Name == "":
			errs = append(errs, at(fmt.Errorf("%w: a group needs a name", ErrOption), "groups", i, "name"))
		case !utf8.ValidString(g.Name):
			errs = append(errs, at(notUTF8(g.Name), "groups", i, "name"))
		case seen:
			errs = append(errs, at(fmt.Errorf("%w: %q is group %d already", ErrOption, g.Name, first), "groups", i, "name"))
		default:
			names[g.Name] = i
		}
		if err := groups[0].Tally.same(&g.Tally); err != nil {
			errs = append(errs, at(err, "groups", i, "tally"))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	c := &Comparison{Ranked: []Standing{}, TooFew: []Scarce{}, Pairs: []Pair{}}
	var tallies []Tally
	for i := range groups {
		g := &groups[i]
		n := g.Tally.Answers()
		if n < max(cfg.MinAnswers, 1) {
			c.TooFew = append(c.TooFew, Scarce{g.Name, i, n, cfg.MinAnswers - n})
			continue
		}
		estimate, err := g.Tally.Estimate("", cfg.Confidence)
		if err != nil {
			return nil, at(err, "groups", i)
		}
		c.Ranked = append(c.Ranked, Standing{g.Name, i, estimate})
		tallies = append(tallies, g.Tally)
	}
	if len(tallies) > 1 {
		if t, err := EqualScores(tallies); err == nil {
			c.Equal = &t
		} else {
			c.EqualErr = c.untested(err)
		}
		if t, err := EqualMix(tallies); err == nil {
			c.Mix = &t
		} else {
			c.MixErr = c.untested(err)
		}
		if err := c.pair(tallies, cfg); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(c.Ranked, func(a, b Standing) int { return cmp.Compare(b.Score, a.Score) })
	return c, nil
}

// pair compares all ranked groups, which are still in the order of tallies.
func (c *Comparison) pair(tallies []Tally, cfg CompareConfig) error {
	k := len(tallies)
	if k > math.MaxInt32/k {
		return at(fmt.Errorf("%w: %d groups are too many pairs", ErrOption, k), "groups")
	}
	samples := make([]sample, k)
	for i := range tallies {
		samples[i] = tallies[i].sample()
	}
	c.Pairs = make([]Pair, 0, k*(k-1)/2)
	p := make([]float64, 0, cap(c.Pairs))
	for i, a := range samples {
		for j, b := range samples[i+1:] {
			z := zeroDeviate(a, b)
			pair := Pair{A: c.Ranked[i].Group, B: c.Ranked[i+1+j].Group, Difference: Difference{
				Delta:    a.score - b.score,
				Interval: mover(a, b, c.Ranked[i].Interval, c.Ranked[i+1+j].Interval),
				P:        normal.TwoSided(z), Z: z, Confidence: cfg.Confidence,
			}}
			c.Pairs = append(c.Pairs, pair)
			p = append(p, pair.P)
		}
	}
	adjusted, err := AppendAdjusted(p[:0], p, cfg.Adjust)
	if err != nil {
		return err
	}
	for i := range c.Pairs {
		c.Pairs[i].Adjusted = adjusted[i]
	}
	return nil
}
