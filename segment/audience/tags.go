package audience

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// ManualTags says what a tag given by hand means for the rules of its group.
type ManualTags string

// What rules do about a tag given by hand.
const (
	// ManualLocks, the default: it stays until it is taken off by hand or expires. In
	// an exclusive group no rule gives another one meanwhile.
	ManualLocks ManualTags = "locks"
	// ManualYields, of exclusive groups alone: it stays until the rule of another
	// tag of the group holds and its own does not.
	ManualYields ManualTags = "yields"
)

var manualLabels = map[ManualTags]guanxi.Text{
	ManualLocks:  {EN: "by hand stays", ZH: "手工标签锁定"},
	ManualYields: {EN: "by hand gives way to rules", ZH: "手工标签让位于规则"},
}

// Label returns the policy's name for people. The zero value is ManualLocks.
func (m ManualTags) Label(lang guanxi.Lang) string {
	if m == "" {
		m = ManualLocks
	}
	return manualLabels[m].In(lang)
}

// TagRule is a tag and the segment whose customers get it.
type TagRule struct {
	Tag  string      `json:"tag"` // unique in all groups
	Name guanxi.Text `json:"name,omitzero"`
	// Segment is the rule, as the resolver knows it. "" is a tag that is given by
	// hand alone.
	Segment string `json:"segment,omitempty"`
	// Keep is how long the tag stays at least once its rule has given it, though the
	// rule no longer holds; zero: not at all. In an exclusive group a tag before it
	// in order takes its place at once all the same.
	Keep guanxi.Span `json:"keep,omitzero"`
}

// TagGroup is tags that belong together, such as value: high, middle, low.
type TagGroup struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name,omitzero"`
	// Exclusive: a customer has at most one tag of the group, the first in order
	// whose rule holds.
	Exclusive bool       `json:"exclusive,omitempty"`
	Manual    ManualTags `json:"manual,omitempty"`
	Tags      []TagRule  `json:"tags"`
}

// TagConfig is the groups of tags that rules keep up (自动打标). Tags in no group
// are never touched. As JSON it is read strictly.
type TagConfig struct {
	Version int        `json:"version"` // 1 or more
	Groups  []TagGroup `json:"groups"`  // at most 256 tags in all
}

// Validate returns every fault of c that shows without the segments' rules, each a
// *guanxi.FieldError: ErrRevision, ErrID, ErrDuplicate, ErrOption, ErrNothing,
// guanxi.ErrSpan, and ErrUnreachable for a tag of an exclusive group whose segment
// is that of one before it. NewTagger finds the others.
func (c TagConfig) Validate() error { return strict.Join(c.faults(nil)...) }

// faults returns the faults of c. covers says whether everybody with tag i of
// group g also has the earlier tag j; nil goes by the segments' ids.
func (c TagConfig) faults(covers func(g, j, i int) bool) []error {
	var errs []error
	fault := func(err error, parts ...any) {
		errs = append(errs, guanxi.At(guanxi.Pointer(parts...), err))
	}
	if covers == nil {
		covers = func(g, j, i int) bool {
			tags := c.Groups[g].Tags
			return tags[i].Segment != "" && tags[i].Segment == tags[j].Segment
		}
	}
	if c.Version < 1 {
		fault(fmt.Errorf("%w: %d", ErrRevision, c.Version), "version")
	}
	if len(c.Groups) == 0 {
		fault(fmt.Errorf("%w: no groups", ErrNothing), "groups")
	}
	if n := c.size(); n > maxRows {
		fault(fmt.Errorf("%w: %d tags, at most %d", ErrOption, n, maxRows), "groups")
		return errs
	}
	groups, tags := map[string]bool{}, map[string]bool{}
	for g, group := range c.Groups {
		if err := checkName(group.ID); err != nil {
			fault(err, "groups", g, "id")
		} else if groups[group.ID] {
			fault(fmt.Errorf("%w: %q", ErrDuplicate, group.ID), "groups", g, "id")
		}
		groups[group.ID] = true
		switch {
		case group.Manual != "" && group.Manual != ManualLocks && group.Manual != ManualYields:
			fault(fmt.Errorf("%w: %.32q (locks, yields)", ErrOption, group.Manual), "groups", g, "manual")
		case group.Manual == ManualYields && !group.Exclusive:
			fault(fmt.Errorf("%w: yields is of exclusive groups", ErrOption), "groups", g, "manual")
		}
		if len(group.Tags) == 0 {
			fault(fmt.Errorf("%w: no tags", ErrNothing), "groups", g, "tags")
		}
		for i, t := range group.Tags {
			if err := checkName(t.Tag); err != nil {
				fault(err, "groups", g, "tags", i, "tag")
			} else if tags[t.Tag] {
				fault(fmt.Errorf("%w: %q", ErrDuplicate, t.Tag), "groups", g, "tags", i, "tag")
			}
			tags[t.Tag] = true
			if t.Segment != "" {
				if err := checkName(t.Segment); err != nil {
					fault(err, "groups", g, "tags", i, "segment")
				}
			}
			if err := t.Keep.Validate(); err != nil {
				fault(err, "groups", g, "tags", i, "keep")
			}
			for j := range i {
				// Only where the one before is barred would this one have its turn.
				if group.Exclusive && covers(g, j, i) {
					fault(fmt.Errorf("%w: whoever is in %.64q has the tag %.64q before it", ErrUnreachable, t.Segment, group.Tags[j].Tag), "groups", g, "tags", i, "segment")
					break
				}
			}
		}
	}
	return errs
}

// size is the number of tags.
func (c TagConfig) size() int {
	n := 0
	for _, g := range c.Groups {
		n += len(g.Tags)
	}
	return n
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// Validate is reported with its JSON pointer, and c is left alone if there is one.
func (c *TagConfig) UnmarshalJSON(data []byte) error {
	type plain TagConfig
	var v plain
	err := guanxi.UnmarshalStrict(data, &v)
	return strict.Accept(c, TagConfig(v), err)
}
