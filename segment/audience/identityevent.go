package audience

import (
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
)

// IdentityEventKind says what an event did.
type IdentityEventKind string

// The kinds of events.
const (
	IdentityAdded     IdentityEventKind = "added"     // records came, each a customer of its own
	IdentityMerged    IdentityEventKind = "merged"    // identifiers made one customer of the parts
	IdentitySplit     IdentityEventKind = "split"     // identifiers no longer hold the parts together
	IdentityJoined    IdentityEventKind = "joined"    // a person made one customer of the parts
	IdentitySeparated IdentityEventKind = "separated" // a person told the parts apart, for good
	IdentityWithdrawn IdentityEventKind = "withdrawn" // a person took a decision back
	IdentityRemoved   IdentityEventKind = "removed"   // records went
)

var identityEventLabels = map[IdentityEventKind]guanxi.Text{
	IdentityAdded:     {EN: "Added", ZH: "新增"},
	IdentityMerged:    {EN: "Merged", ZH: "合并"},
	IdentitySplit:     {EN: "Split", ZH: "拆分"},
	IdentityJoined:    {EN: "Joined by hand", ZH: "手工合并"},
	IdentitySeparated: {EN: "Separated by hand", ZH: "手工拆分"},
	IdentityWithdrawn: {EN: "Decision withdrawn", ZH: "撤回决定"},
	IdentityRemoved:   {EN: "Removed", ZH: "移除"},
}

// Label returns the event's name for people.
func (k IdentityEventKind) Label(lang guanxi.Lang) string { return identityEventLabels[k].In(lang) }

// IdentityPart is a customer before a merge or after a split.
type IdentityPart[K comparable] struct {
	Customer K   `json:"customer"`
	Keys     []K `json:"keys"` // its records, the oldest first
}

// IdentityCause is what joined the parts of a merge: a kind of identifier that the
// records have in common, or a decision by hand. The value is not kept: it is
// personal, and [Identities.Why] has it.
type IdentityCause[K comparable] struct {
	Kind   IdentifierKind `json:"kind,omitempty"`
	ByHand bool           `json:"by_hand,omitempty"`
	Keys   []K            `json:"keys"`
}

// IdentityEvent is one entry of the log, which the host stores: a row with Seq as
// its key, so that of two writers one fails and decides anew.
type IdentityEvent[K comparable] struct {
	Seq  int64             `json:"seq"` // 1, 2, 3 …
	At   time.Time         `json:"at"`
	Kind IdentityEventKind `json:"kind"`
	// Keys are the records that were added or removed.
	Keys []K `json:"keys,omitempty"`
	// Customer is who the parts are one customer as, or were.
	Customer K `json:"customer,omitzero"`
	// Parts carry everything that undoing needs.
	Parts  []IdentityPart[K]  `json:"parts,omitempty"`
	Causes []IdentityCause[K] `json:"causes,omitempty"`
	// Of is the event that is undone.
	Of int64 `json:"of,omitempty"`
	// By is who decided, of what a person did.
	By string `json:"by,omitempty"`
}

// UnmarshalJSON reads strictly: every unknown field and wrong type is reported
// with its JSON pointer, and e is left alone if there is one. Whether the event
// follows is said by [IdentityLog.Apply].
func (e *IdentityEvent[K]) UnmarshalJSON(data []byte) error {
	type plain IdentityEvent[K]
	var v plain
	if err := guanxi.UnmarshalStrict(data, &v); err != nil {
		return err
	}
	*e = IdentityEvent[K](v)
	return nil
}

func eventFault(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrEvent}, args...)...)
}

// stamp makes t an instant as it is stored, or returns ErrTime.
func stamp(t time.Time) (time.Time, error) {
	if !soundTime(t) {
		return t, guanxi.At("/at", fmt.Errorf("%w: %v", ErrTime, t))
	}
	return time.UnixMicro(t.UnixMicro()).UTC(), nil
}
