package audience

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
	"github.com/guanxi-go/guanxi/segment"
)

// Tagger keeps customers' tags up by rules, for one moment. Immutable; safe for
// concurrent use.
type Tagger[T any] struct {
	version int
	now     segment.At
	groups  []tagGroup[T]
}

type tagGroup[T any] struct {
	TagGroup
	rules []*segment.Rule[T] // by tag; nil where it has no segment
}

// NewTagger compiles the rules of the groups. All faults are returned at once:
// those of Validate, ErrSegment at a tag's segment, ErrUnreachable where the rule
// of a tag of an exclusive group provably lies within that of one before it, and
// those of the moment at /at.
func NewTagger[T any](cfg TagConfig, schema *segment.Schema[T], now segment.At, resolve segment.Resolver[T]) (*Tagger[T], error) {
	if err := now.Validate(); err != nil {
		return nil, wrap(strict.Join(append(cfg.faults(nil), guanxi.At("/at", err))...))
	}
	t := &Tagger[T]{version: cfg.Version, now: now}
	var errs []error
	if cfg.size() <= maxRows {
		for g, group := range cfg.Groups {
			group.Tags = slices.Clone(group.Tags)
			tg := tagGroup[T]{TagGroup: group, rules: make([]*segment.Rule[T], len(group.Tags))}
			for i, tag := range group.Tags {
				if checkName(tag.Segment) != nil {
					continue // none, or said by faults
				}
				rule, err := compileSegment(schema, tag.Segment, now, resolve)
				if err != nil {
					errs = append(errs, &guanxi.FieldError{Pointer: guanxi.Pointer("groups", g, "tags", i, "segment"), Err: err})
				}
				tg.rules[i] = rule
			}
			t.groups = append(t.groups, tg)
		}
	}
	errs = append(cfg.faults(func(g, j, i int) bool {
		a, b := t.groups[g].rules[i], t.groups[g].rules[j]
		return a != nil && b != nil && a.Implies(b)
	}), errs...)
	if err := strict.Join(errs...); err != nil {
		return nil, wrap(err)
	}
	return t, nil
}

// Version is that of the config.
func (t *Tagger[T]) Version() int { return t.version }

// At returns the same groups for another moment.
func (t *Tagger[T]) At(now segment.At) (*Tagger[T], error) {
	if err := now.Validate(); err != nil {
		return nil, wrap(guanxi.At("/at", err))
	}
	moved := &Tagger[T]{version: t.version, now: now, groups: slices.Clone(t.groups)}
	for g := range moved.groups {
		rules := slices.Clone(moved.groups[g].rules)
		for i, r := range rules {
			if r == nil {
				continue
			}
			m, err := r.At(now)
			if err != nil {
				return nil, wrap(err)
			}
			rules[i] = m
		}
		moved.groups[g].rules = rules
	}
	return moved, nil
}

// AppendChanges appends to dst what is to change about the tags of c, who holds current:
// group by group, in the order of the tags. It changes nothing itself, says
// nothing of tags in no group, and nothing once the changes are made. After them
// an exclusive group has at most one tag in force. Of two tags given by hand in it
// the later stays, and of two given at once the first in order.
//
// A tag in a group that is listed twice is ErrDuplicate, an impossible one
// ErrHeld, each at its place in current; there are no changes then. Cost: a Match
// for each tag, in an exclusive group up to the first that holds, and a look
// through current for each; no allocation but for dst and that of Match.
func (t *Tagger[T]) AppendChanges(dst []TagChange, current []HeldTag, c *T) ([]TagChange, error) {
	before := len(dst)
	for g := range t.groups {
		group := &t.groups[g]
		if i, err := group.check(current); err != nil {
			return dst[:before], wrap(guanxi.At(guanxi.Pointer(i), err))
		}
		if group.Exclusive {
			dst = t.exclusive(dst, group, current, c)
		} else {
			dst = t.free(dst, group, current, c)
		}
	}
	return dst, nil
}

// check returns the first fault of the group's tags in current, and where it is.
func (g *tagGroup[T]) check(current []HeldTag) (int, error) {
	for i := range g.Tags {
		found := false
		for j := range current {
			h := &current[j]
			if h.Tag != g.Tags[i].Tag {
				continue
			}
			if found {
				return j, fmt.Errorf("%w: the tag %.64q", ErrDuplicate, h.Tag)
			}
			found = true
			if err := h.check(); err != nil {
				return j, err
			}
		}
	}
	return 0, nil
}

// held returns what current says of a tag, nil where it says nothing.
func held(current []HeldTag, tag string) *HeldTag {
	for i := range current {
		if current[i].Tag == tag {
			return &current[i]
		}
	}
	return nil
}

// wanted reports whether tag i is the customer's by its rule: it holds, or has
// given the tag so lately that it is kept.
func (t *Tagger[T]) wanted(g *tagGroup[T], i int, h *HeldTag, c *T) bool {
	if g.rules[i] == nil {
		return false
	}
	if h != nil && h.By == TagByRule && t.now.Now.Before(t.kept(&g.Tags[i], h)) {
		return true
	}
	return g.rules[i].Match(c)
}

// kept is when the tag, given by rule, may be taken; zero is at any time.
func (t *Tagger[T]) kept(rule *TagRule, h *HeldTag) time.Time {
	if rule.Keep.IsZero() {
		return time.Time{}
	}
	return rule.Keep.AddTo(h.Since, t.now.Location)
}

// inForce reports whether h is a tag, of the source, at the moment.
func (t *Tagger[T]) inForce(h *HeldTag, by TagSource) bool {
	return h != nil && h.By == by && !h.ended(t.now.Now)
}

// free keeps up a group whose tags are independent.
func (t *Tagger[T]) free(dst []TagChange, g *tagGroup[T], current []HeldTag, c *T) []TagChange {
	for i := range g.Tags {
		h := held(current, g.Tags[i].Tag)
		if t.inForce(h, TagByHand) || t.inForce(h, TagBarred) {
			continue
		}
		dst = t.settle(dst, g, i, h, t.wanted(g, i, h, c), "")
	}
	return dst
}

// exclusive keeps up a group of which at most one tag is in force.
func (t *Tagger[T]) exclusive(dst []TagChange, g *tagGroup[T], current []HeldTag, c *T) []TagChange {
	win, byRule := t.winner(g, current, c)
	other := ""
	if win >= 0 {
		other = g.Tags[win].Tag
	}
	for i := range g.Tags {
		h := held(current, g.Tags[i].Tag)
		switch {
		case t.inForce(h, TagBarred):
		case i == win && t.inForce(h, TagByHand):
		case i == win:
			dst = t.settle(dst, g, i, h, byRule, "")
		default:
			dst = t.settle(dst, g, i, h, false, other)
		}
	}
	return dst
}

// winner returns the tag of an exclusive group that is to be in force, -1 for
// none, and whether a rule gives it.
func (t *Tagger[T]) winner(g *tagGroup[T], current []HeldTag, c *T) (win int, byRule bool) {
	hand, since := -1, time.Time{}
	for i := range g.Tags {
		if h := held(current, g.Tags[i].Tag); t.inForce(h, TagByHand) && (hand < 0 || h.Since.After(since)) {
			hand, since = i, h.Since
		}
	}
	if hand >= 0 && g.Manual != ManualYields {
		return hand, false
	}
	if hand >= 0 && t.wanted(g, hand, nil, c) {
		return hand, true
	}
	for i := range g.Tags {
		if h := held(current, g.Tags[i].Tag); !t.inForce(h, TagBarred) && t.wanted(g, i, h, c) {
			return i, true
		}
	}
	return hand, false
}

// settle appends what makes tag i of the group held by rule, or not at all. h is
// what there is of it, and not in force by hand.
func (t *Tagger[T]) settle(dst []TagChange, g *tagGroup[T], i int, h *HeldTag, want bool, other string) []TagChange {
	rule := &g.Tags[i]
	change := TagChange{Tag: rule.Tag, Group: g.ID, Segment: rule.Segment}
	switch {
	case want && (h == nil || h.By != TagByRule):
		change.Op, change.Reason = TagAdd, TagMatched
		change.Held = HeldTag{Tag: rule.Tag, By: TagByRule, Since: t.now.Now.Truncate(time.Microsecond).UTC()}
	case want || h == nil:
		return dst
	case h.ended(t.now.Now):
		change.Op, change.Reason = TagRemove, TagExpired
	case other != "":
		change.Op, change.Reason, change.Other = TagRemove, TagReplaced, other
	default:
		change.Op, change.Reason = TagRemove, TagLeft
	}
	return append(dst, change)
}
