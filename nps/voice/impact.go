package voice

import (
	"errors"
	"fmt"
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/nps"
)

// ImpactConfig says what an [Impact] counts. As JSON it is read strictly.
type ImpactConfig struct {
	Kind   nps.Kind  `json:"kind"`
	Range  nps.Range `json:"range,omitzero"` // the zero Range is the preset of Kind
	Themes []Theme   `json:"themes"`         // of a taxonomy; keywords are not looked at
}

// Validate returns every fault of c, each a *guanxi.FieldError: those of
// nps.NewTally at /kind or /range, and of [Taxonomy.Validate] below /themes.
func (c ImpactConfig) Validate() error {
	_, err := nps.NewTally(c.Kind, c.Range)
	check := checker{}
	check.themes(c.Themes)
	return errors.Join(append([]error{err}, check.faults...)...)
}

// UnmarshalJSON reads strictly: every unknown field and wrong type, or every
// fault of Validate, is reported with its JSON pointer, and c is left alone.
func (c *ImpactConfig) UnmarshalJSON(data []byte) error {
	type plain ImpactConfig
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(c, ImpactConfig(p), err)
}

// Impact counts answers by score, all of them and those that speak of each
// theme. It is an accumulator: counts are integers, so that the order of Add and
// Merge does not matter. Make one with [NewImpact]. Not safe for concurrent use;
// use one per goroutine and Merge.
type Impact struct {
	themes []Theme // without keywords
	index  map[string]int
	parent []int // −1 is none
	all    nps.Tally
	with   []nps.Tally // by theme; no count above that of all
	seen   []uint64    // by theme: the last answer that speaks of it
	now    uint64
}

// NewImpact returns an empty Impact. Errors are those of Validate.
func NewImpact(c ImpactConfig) (*Impact, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	n := len(c.Themes)
	a := &Impact{
		themes: slices.Clone(c.Themes),
		index:  make(map[string]int, n),
		parent: make([]int, n),
		with:   make([]nps.Tally, n),
		seen:   make([]uint64, n),
	}
	a.all, _ = nps.NewTally(c.Kind, c.Range)
	for i := range a.themes {
		a.themes[i].Keywords = nil
		a.index[a.themes[i].ID] = i
		a.with[i] = a.all
	}
	for i, theme := range a.themes {
		a.parent[i] = -1
		if theme.Parent != "" {
			a.parent[i] = a.index[theme.Parent]
		}
	}
	return a, nil
}

// Add counts one answer and the themes that its text speaks of, with their
// parents. A theme named twice, or by a part of it, is counted once. Every
// answer with a score belongs here, also one without themes or text: it is what
// themes are compared with. Faults, all at once: nps.ErrScore at /score,
// [ErrTheme] at /themes/i; nothing is counted then. No allocation without a fault.
func (a *Impact) Add(score int, themes ...string) error {
	a.now++
	var errs []error
	for i, id := range themes {
		if !a.mark(id) {
			errs = append(errs, unknown(id, i))
		}
	}
	return a.count(score, errs)
}

// AddMatches is Add with the themes of matches, negated ones among them.
func (a *Impact) AddMatches(score int, matches []Match) error {
	a.now++
	var errs []error
	for i := range matches {
		if !a.mark(matches[i].Theme) {
			errs = append(errs, unknown(matches[i].Theme, i))
		}
	}
	return a.count(score, errs)
}

func unknown(id string, i int) error {
	return guanxi.At(guanxi.Pointer("themes", i), fmt.Errorf("%w: %.64q", ErrTheme, id))
}

// mark notes that this answer speaks of a theme, and so of its parents.
func (a *Impact) mark(id string) bool {
	i, ok := a.index[id]
	for ; ok && i >= 0 && a.seen[i] != a.now; i = a.parent[i] {
		a.seen[i] = a.now
	}
	return ok
}

func (a *Impact) count(score int, errs []error) error {
	all := a.all
	if err := all.Add(score); err != nil {
		errs = slices.Insert(errs, 0, guanxi.At("/score", err))
	}
	if len(errs) > 0 {
		return fmt.Errorf("voice: %w", errors.Join(errs...))
	}
	a.all = all
	for i := range a.with {
		if a.seen[i] == a.now {
			_ = a.with[i].Add(score) // no count is above that of all
		}
	}
	return nil
}

// Merge adds the counts of o, which is not changed. Other themes, names apart,
// another kind or scale are [ErrMismatch]; a count that no caller reaches is
// nps.ErrCount; a is then as before.
func (a *Impact) Merge(o *Impact) error {
	if !a.same(o) {
		return fmt.Errorf("voice: %w", ErrMismatch)
	}
	all := a.all
	if err := all.Merge(o.all); err != nil {
		return fmt.Errorf("voice: %w", err)
	}
	a.all = all
	for i := range a.with {
		_ = a.with[i].Merge(o.with[i])
	}
	return nil
}

// same reports whether both count the same.
func (a *Impact) same(o *Impact) bool {
	return a.all.Kind() == o.all.Kind() && a.all.Range() == o.all.Range() && slices.Equal(a.parent, o.parent) &&
		slices.EqualFunc(a.themes, o.themes, func(s, t Theme) bool { return s.ID == t.ID })
}

// Reset takes all counts back; themes, kind and scale stay.
func (a *Impact) Reset() {
	a.all.Reset()
	for i := range a.with {
		a.with[i].Reset()
	}
}

// All returns the tally of all answers.
func (a *Impact) All() nps.Tally { return a.all }

// With returns the tally of the answers that speak of a theme; ok is false for
// one that a does not have.
func (a *Impact) With(theme string) (t nps.Tally, ok bool) {
	i, ok := a.index[theme]
	if ok {
		t = a.with[i]
	}
	return t, ok
}
