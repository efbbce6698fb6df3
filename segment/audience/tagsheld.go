package audience

import (
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// TagSource says who gave a tag.
type TagSource string

// The sources of tags.
const (
	TagByRule TagSource = "rule"
	TagByHand TagSource = "hand"
	// TagBarred is no tag: it was taken off by hand, and no rule gives it again.
	TagBarred TagSource = "barred"
)

var tagSourceLabels = map[TagSource]guanxi.Text{
	TagByRule: {EN: "by rule", ZH: "规则打标"},
	TagByHand: {EN: "by hand", ZH: "手工打标"},
	TagBarred: {EN: "taken off by hand", ZH: "手工移除"},
}

// Label returns the source's name for people.
func (s TagSource) Label(lang guanxi.Lang) string { return tagSourceLabels[s].In(lang) }

// HeldTag is a tag of a customer, as the host stores it: one row for each tag.
type HeldTag struct {
	Tag string    `json:"tag"`
	By  TagSource `json:"by"`
	// Since is when it was given. Only a tag given by a rule needs it.
	Since time.Time `json:"since,omitzero"`
	// Until is the end of a tag given or barred by hand, which is not in force from
	// then on; zero is none.
	Until time.Time `json:"until,omitzero"`
}

// ended reports whether the tag is no longer in force.
func (h *HeldTag) ended(now time.Time) bool { return !h.Until.IsZero() && !now.Before(h.Until) }

// check returns what is wrong with h.
func (h *HeldTag) check() error {
	switch {
	case h.By != TagByRule && h.By != TagByHand && h.By != TagBarred:
		return guanxi.At("/by", fmt.Errorf("%w: %.32q (rule, hand, barred)", ErrHeld, h.By))
	case h.By == TagByRule && !h.Until.IsZero():
		return guanxi.At("/until", fmt.Errorf("%w: a tag by rule ends with its rule", ErrHeld))
	case h.By == TagByRule && !soundTime(h.Since):
		return guanxi.At("/since", fmt.Errorf("%w: %v", ErrHeld, h.Since))
	case !h.Until.IsZero() && !soundTime(h.Until):
		return guanxi.At("/until", fmt.Errorf("%w: %v", ErrHeld, h.Until))
	}
	return nil
}

func soundTime(t time.Time) bool {
	t = t.UTC()
	return !t.IsZero() && t.Year() >= 1 && t.Year() <= 9999
}

// UnmarshalJSON reads strictly: every unknown field and wrong type is reported
// with its JSON pointer, ErrID and ErrHeld what cannot be held, and h is left
// alone if there is a fault.
func (h *HeldTag) UnmarshalJSON(data []byte) error {
	type plain HeldTag
	var v plain
	if err := guanxi.UnmarshalStrict(data, &v); err != nil {
		return err
	}
	held := HeldTag(v)
	var err error
	if name := checkName(held.Tag); name != nil {
		err = guanxi.At("/tag", name)
	}
	if err = strict.Join(err, held.check()); err != nil {
		return err
	}
	*h = held
	return nil
}

// TagOp is what is done to a customer's tag.
type TagOp string

// The operations.
const (
	TagAdd    TagOp = "add"    // store TagChange.Held, in place of what there is of the tag
	TagRemove TagOp = "remove" // delete what there is of the tag
)

// TagReason says why a tag is given or taken.
type TagReason string

// The reasons.
const (
	TagMatched  TagReason = "matched"  // added: in the segment
	TagLeft     TagReason = "left"     // removed: not in the segment any more, or the tag has none
	TagReplaced TagReason = "replaced" // removed: another tag of its exclusive group holds
	TagExpired  TagReason = "expired"  // removed: given or barred by hand, until now
)

var tagReasonLabels = map[TagReason]guanxi.Text{
	TagMatched:  {EN: "in the segment", ZH: "符合人群条件"},
	TagLeft:     {EN: "no longer in the segment", ZH: "不再符合人群条件"},
	TagReplaced: {EN: "replaced by another tag of the group", ZH: "被同组其他标签取代"},
	TagExpired:  {EN: "expired", ZH: "已到期"},
}

// Label returns the reason for people.
func (r TagReason) Label(lang guanxi.Lang) string { return tagReasonLabels[r].In(lang) }

// TagChange is one tag to give or to take, and why.
type TagChange struct {
	Op     TagOp     `json:"op"`
	Tag    string    `json:"tag"`
	Group  string    `json:"group"`
	Reason TagReason `json:"reason"`
	// Segment is the tag's, "" where it has none.
	Segment string `json:"segment,omitempty"`
	// Other is, of TagReplaced, the tag that holds instead.
	Other string `json:"other,omitempty"`
	// Held is what to store, of TagAdd.
	Held HeldTag `json:"held,omitzero"`
}

// ApplyTags appends to dst the tags that current becomes by changes: in the order
// of current, new ones behind. Neither is changed.
func ApplyTags(dst, current []HeldTag, changes []TagChange) []HeldTag {
	of := func(tag string) int {
		return slices.IndexFunc(changes, func(c TagChange) bool { return c.Tag == tag })
	}
	for _, h := range current {
		if i := of(h.Tag); i < 0 {
			dst = append(dst, h)
		} else if changes[i].Op == TagAdd {
			dst = append(dst, changes[i].Held)
		}
	}
	for _, c := range changes {
		if c.Op == TagAdd && !slices.ContainsFunc(current, func(h HeldTag) bool { return h.Tag == c.Tag }) {
			dst = append(dst, c.Held)
		}
	}
	return dst
}
