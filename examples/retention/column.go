package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/guanxi-go/guanxi/churn/survival"
	"github.com/guanxi-go/guanxi/examples/internal/csvfile"
	"github.com/samber/lo"
)

// column is one of those that leaving is explained by: of numbers, or of words.
type column struct {
	name    string
	texts   []string
	numbers []float64 // NaN where empty, or a word
	counted int       // how many are numbers
	words   int       // and how many are not
	odd     error     // the first word, with its row
}

// baseline is the level that the indicators of a column of words compare with.
type baseline struct{ column, level string }

// maxLevels is how many words a column may have: one with more of them holds
// names, and not kinds.
const maxLevels = 100

// add takes up the field of the row that f has read last.
func (c *column) add(f *csvfile.File, field string) {
	x := math.NaN()
	if field != "" {
		var err error
		if x, err = number(field); err == nil {
			c.counted++
		} else if c.words++; c.words == 1 {
			c.odd = f.Fault(fmt.Errorf("%s %.40q: %w", c.name, field, err))
		}
	}
	c.texts, c.numbers = append(c.texts, field), append(c.numbers, x)
}

var errMixed = errors.New("as other rows have; a column holds numbers or words, not both")

// covariates are the column itself, or the indicators of its words: one for each
// but the first, which is the base that they compare with. A column of numbers
// with a word in it is not guessed at.
func (c *column) covariates() (x []survival.Covariate, base string, err error) {
	switch {
	case c.words == 0:
		return []survival.Covariate{{Name: c.name, Values: c.numbers}}, "", nil
	case c.counted > 0:
		return nil, "", fmt.Errorf("%w, %w", c.odd, errMixed)
	}
	kinds := levels(c.texts)
	if len(kinds) > maxLevels {
		return nil, "", fmt.Errorf("-covariates: %q has %d different words, more than the %d that can be told apart", c.name, len(kinds), maxLevels)
	}
	if len(kinds) == 1 {
		return nil, "", fmt.Errorf("-covariates: %q says %.40q in every row: %w", c.name, kinds[0], survival.ErrConstant)
	}
	for _, k := range kinds[1:] {
		x = append(x, survival.Covariate{Name: c.name + "=" + k, Term: c.name, Values: indicator(c.texts, k)})
	}
	return x, kinds[0], nil
}

// indicator is 1 where a column says k, and NaN where it says nothing.
func indicator(texts []string, k string) []float64 {
	return lo.Map(texts, func(s string, _ int) float64 {
		switch s {
		case "":
			return math.NaN()
		case k:
			return 1
		}
		return 0
	})
}

// levels are the different texts, but for the empty one: by number where all are
// numbers, or else byte by byte.
func levels(texts []string) []string {
	out := lo.Without(lo.Uniq(texts), "")
	slices.Sort(out)
	value := make(map[string]float64, len(out))
	for _, s := range out {
		x, err := number(s)
		if err != nil {
			return out
		}
		value[s] = x
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(value[a], value[b]) })
	return out
}
