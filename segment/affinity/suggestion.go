package affinity

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
)

// Kind says why an item is suggested.
type Kind string

// The kinds of suggestions.
const (
	Repeat    Kind = "repeat"     // it is used up and due again
	CrossSell Kind = "cross_sell" // it goes with what the customer has
	UpSell    Kind = "up_sell"    // it is a step up from what the customer has
)

// Label returns the name of k that is shown to people.
func (k Kind) Label(lang guanxi.Lang) string {
	switch k {
	case Repeat:
		return guanxi.Text{EN: "Buy again", ZH: "再次购买"}.In(lang)
	case CrossSell:
		return guanxi.Text{EN: "Goes with it", ZH: "交叉销售"}.In(lang)
	case UpSell:
		return guanxi.Text{EN: "A step up", ZH: "向上销售"}.In(lang)
	}
	return string(k)
}

// Suggestion is one next item and why. A plain value.
type Suggestion[I comparable] struct {
	Item I    `json:"item"`
	Kind Kind `json:"kind"`
	// Score ranks suggestions of one kind; those of two kinds are no matter of
	// comparison. See [Next.Append].
	Score float64 `json:"score"`
	// Because is the strongest rule to the item (CrossSell), or the step (UpSell).
	// Paired is false where the two of a step were not seen together often enough
	// for a rule: then Because holds From and To alone. It is zero for Repeat.
	Because Rule[I] `json:"because,omitzero"`
	Paired  bool    `json:"paired"`
	Causes  int     `json:"causes,omitempty"` // rules that led to the item
	// Habit is how the customer buys the item: Repeat alone.
	Habit Habit[I] `json:"habit,omitzero"`
}

// Reason says in a line for people why the item is suggested. name gives an
// item's name; nil prints its id.
func (s Suggestion[I]) Reason(lang guanxi.Lang, name func(I) string) string {
	if name == nil {
		name = func(i I) string { return fmt.Sprint(i) }
	}
	switch {
	case s.Kind == Repeat:
		text := guanxi.Text{EN: "bought %d times, every %.0f days; due %s", ZH: "已购 %d 次，约每 %.0f 天一次；应于 %s 再购"}
		return fmt.Sprintf(text.In(lang), s.Habit.Times, s.Habit.MedianGap, s.Habit.Due.Format("2006-01-02"))
	case s.Paired:
		return s.Because.Reason(lang, name)
	}
	return fmt.Sprintf(guanxi.Text{EN: "a step up from %s", ZH: "%s 的升级款"}.In(lang), name(s.Because.From))
}
