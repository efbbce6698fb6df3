package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/guanxi-go/guanxi/nps"
)

// counts is the answers, counted: all of them and by group. Who left the score
// open is counted as dismissed, which is never part of a denominator.
type counts struct {
	all    nps.Tally
	groups []nps.Group // by name, byte by byte; "" are those that name none
}

// maxGroups is how many groups are compared with each other: a column with
// more names people, not groups.
const maxGroups = 2_000

func count(s *survey) (*counts, error) {
	c := &counts{}
	index := map[string]int{}
	for _, r := range s.rows {
		if err := add(&c.all, r); err != nil {
			return nil, err
		}
		if !s.grouped {
			continue
		}
		i, ok := index[r.group]
		if !ok {
			i = len(c.groups)
			index[r.group] = i
			c.groups = append(c.groups, nps.Group{Name: r.group})
		}
		if err := add(&c.groups[i].Tally, r); err != nil {
			return nil, err
		}
	}
	if len(c.groups) > maxGroups {
		return nil, fmt.Errorf("-group: %d different groups are more than the %d that can be compared", len(c.groups), maxGroups)
	}
	slices.SortFunc(c.groups, func(a, b nps.Group) int { return cmp.Compare(a.Name, b.Name) })
	return c, nil
}

func add(t *nps.Tally, r response) error {
	if r.answered {
		return t.Add(r.score)
	}
	return t.Dismiss(1)
}

// compare compares the groups that have so many answers. Groups in the result
// are places in c.groups; their names are quoted, because one may be empty.
func (c *counts) compare(confidence float64, minimum int64) (*nps.Comparison, error) {
	if len(c.groups) == 0 {
		return &nps.Comparison{}, nil
	}
	quoted := make([]nps.Group, len(c.groups))
	for i, g := range c.groups {
		quoted[i] = nps.Group{Name: strconv.Quote(g.Name), Tally: g.Tally}
	}
	return nps.Compare(quoted, nps.CompareConfig{Confidence: confidence, MinAnswers: minimum})
}
