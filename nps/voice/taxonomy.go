package voice

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Taxonomy is what a host listens for: themes, and the words they are known by.
// It is a config: plain, stored as JSON, read strictly, and compiled by [New].
//
// Keywords are compared without regard to width, case, white space against
// hyphen, and the shape of apostrophes. A keyword of Chinese characters is found
// anywhere, also inside a longer word. A keyword that begins or ends with a
// letter or digit of a script with spaces is found at the boundary of a word
// there, unless it has an asterisk in that place: "deliver*" is found in
// "deliveries", "*n't" in "isn't".
//
// What folds to the same text may stand in a taxonomy once, whichever list it
// is in.
type Taxonomy struct {
	Version int     `json:"version,omitempty"` // of this form; 0 and 1 are the only one
	Themes  []Theme `json:"themes"`
	// Ignore are phrases that hide the keywords inside them, as "服务区" hides
	// "服务", and the negation words.
	Ignore   []string `json:"ignore,omitempty"`
	Negation Negation `json:"negation"`
}

// Theme is one thing that customers speak of.
type Theme struct {
	ID   string      `json:"id"`
	Name guanxi.Text `json:"name"`
	// Parent is the id of the theme that this one is a part of; "" is none. An
	// [Impact] counts an answer for the parents too.
	Parent string `json:"parent,omitempty"`
	// Keywords may be empty: for a parent, or a theme that only a model finds.
	Keywords []string `json:"keywords,omitempty"`
}

// Label returns the name of the theme in lang, or its id if it has none.
func (t Theme) Label(lang guanxi.Lang) string {
	if t.Name.IsZero() {
		return t.ID
	}
	return t.Name.In(lang)
}

// Negation says when a match is negated: see [Match]. The zero value negates
// nothing.
//
// A negation word belongs to the nearest match of its clause that it reaches,
// the one after it if two are equally near; a match with an odd number of them
// is negated. One inside a match or an ignored phrase is a part of it ("不好找" as
// a keyword) and negates nothing; a match inside one is next to it. A clause ends
// at punctuation (not at the point of 3.5), at a break word, and at a space
// between two Chinese characters, where it stands for a comma.
type Negation struct {
	// Words negate: 不, 没有, not, never, "*n't". They follow the rules of keywords.
	Words []string `json:"words,omitempty"`
	// Except are phrases in which such a word does not negate: 不错, 特别, "not only".
	Except []string `json:"except,omitempty"`
	// Breaks are words that no negation reaches across, as none reaches across
	// the punctuation between clauses: 但, but.
	Breaks []string `json:"breaks,omitempty"`
	// Before and After are how far before and after a match a negation word may
	// stand, in steps from 0 to 16; 0 is not at all and 1 is next to it. A
	// Chinese character is a step, and so is a whole word of a script with spaces;
	// of other characters, spaces among them, at most 40 may lie between.
	Before int `json:"before,omitempty"`
	After  int `json:"after,omitempty"`
}

const (
	taxonomyVersion = 1
	maxReach        = 16
	maxKeyword      = 64      // characters
	maxStates       = 1 << 20 // characters of all keywords together
)

// UnmarshalJSON reads strictly: every unknown field and wrong type, or every
// fault of Validate, is reported with its JSON pointer, and t is left alone.
func (t *Taxonomy) UnmarshalJSON(data []byte) error {
	type plain Taxonomy
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(t, Taxonomy(p), err)
}

// Plus returns a taxonomy with the themes and words of both: themes of one id
// become one, with t's name and parent where it has them; words that are already
// there are not repeated; the wider reach of negation holds. Neither is changed.
// Retailers add their own words to a starter, or join two languages:
//
//	t := voice.Retail(guanxi.ZH).Plus(voice.Retail(guanxi.EN)).Plus(own)
//
// What it does not settle, as a word that means another theme in o, is left to
// Validate.
func (t Taxonomy) Plus(o Taxonomy) Taxonomy {
	t.Version = max(t.Version, o.Version)
	t.Themes = slices.Clone(t.Themes)
	at := make(map[string]int, len(t.Themes))
	for i, theme := range t.Themes {
		at[theme.ID] = i
	}
	for _, theme := range o.Themes {
		i, ok := at[theme.ID]
		if !ok {
			i = len(t.Themes)
			at[theme.ID] = i
			t.Themes = append(t.Themes, Theme{ID: theme.ID, Name: theme.Name, Parent: theme.Parent})
		}
		mine := &t.Themes[i]
		if mine.Name.EN == "" {
			mine.Name.EN = theme.Name.EN
		}
		if mine.Name.ZH == "" {
			mine.Name.ZH = theme.Name.ZH
		}
		if mine.Parent == "" {
			mine.Parent = theme.Parent
		}
		mine.Keywords = union(mine.Keywords, theme.Keywords)
	}
	n, m := t.Negation, o.Negation
	t.Ignore = union(t.Ignore, o.Ignore)
	t.Negation = Negation{
		Words: union(n.Words, m.Words), Except: union(n.Except, m.Except), Breaks: union(n.Breaks, m.Breaks),
		Before: max(n.Before, m.Before), After: max(n.After, m.After),
	}
	return t
}

// union returns a and what of b folds to nothing in a, in a slice of its own.
func union(a, b []string) []string {
	all := slices.Clone(a)
	seen := make(map[string]bool, len(a))
	for _, word := range a {
		seen[parseWord(word).key()] = true
	}
	for _, word := range b {
		if !seen[parseWord(word).key()] {
			all = append(all, word)
		}
	}
	return all
}
