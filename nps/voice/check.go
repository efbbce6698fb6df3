package voice

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// Validate returns every fault of t, each a *guanxi.FieldError:
//
//   - [ErrEmpty]: no themes, no id, a keyword without a character;
//   - [ErrDuplicate]: an id or a word that is there before, words that fold to
//     the same included; the text names the first place;
//   - [ErrTheme] and [ErrCycle]: a parent that is not there, or leads back;
//   - [ErrUTF8]: an id, a name or a word that is not UTF-8;
//   - [ErrKeyword]: a word that begins or ends with a space or a hyphen, has an
//     asterisk in vain, or more than 64 characters;
//   - [ErrOption]: an unknown version, a reach of negation outside 0 to 16;
//   - [ErrTooLarge]: more than a million characters of keywords.
func (t Taxonomy) Validate() error {
	c := checker{seen: make(map[string]string)}
	if t.Version < 0 || t.Version > taxonomyVersion {
		c.fault(fmt.Errorf("%w: %d is none of 0 and %d", ErrOption, t.Version, taxonomyVersion), "version")
	}
	c.themes(t.Themes)
	for i, theme := range t.Themes {
		for j, text := range theme.Keywords {
			c.word(text, "themes", i, "keywords", j)
		}
	}
	for i, text := range t.Ignore {
		c.word(text, "ignore", i)
	}
	n := t.Negation
	for i, text := range n.Words {
		c.word(text, "negation", "words", i)
	}
	for i, text := range n.Except {
		c.word(text, "negation", "except", i)
	}
	for i, text := range n.Breaks {
		c.word(text, "negation", "breaks", i)
	}
	for _, reach := range []struct {
		name  string
		steps int
	}{{"before", n.Before}, {"after", n.After}} {
		if reach.steps < 0 || reach.steps > maxReach {
			c.fault(fmt.Errorf("%w: %d is not in 0 to %d", ErrOption, reach.steps, maxReach), "negation", reach.name)
		}
	}
	if c.size > maxStates {
		c.fault(fmt.Errorf("%w: %d characters of keywords, and %d is the most", ErrTooLarge, c.size, maxStates))
	}
	return errors.Join(c.faults...)
}

type checker struct {
	seen   map[string]string // folded word → its pointer
	size   int
	faults []error
}

func (c *checker) fault(err error, parts ...any) {
	c.faults = append(c.faults, guanxi.At(guanxi.Pointer(parts...), err))
}

func (c *checker) word(text string, parts ...any) {
	if err := checkWord(text); err != nil {
		c.fault(err, parts...)
		return
	}
	w := parseWord(text)
	c.size += len(w.units)
	key, place := w.key(), guanxi.Pointer(parts...)
	if first, ok := c.seen[key]; ok {
		c.fault(fmt.Errorf("%w: %q folds to %q, as %s does", ErrDuplicate, text, key, first), parts...)
		return
	}
	c.seen[key] = place
}

// themes checks ids, names and parents.
func (c *checker) themes(themes []Theme) {
	if len(themes) == 0 {
		c.fault(fmt.Errorf("%w: a taxonomy without themes", ErrEmpty), "themes")
	}
	index := make(map[string]int, len(themes))
	for i, theme := range themes {
		first, ok := index[theme.ID]
		switch {
		case theme.ID == "":
			c.fault(fmt.Errorf("%w: a theme without an id", ErrEmpty), "themes", i, "id")
		case !utf8.ValidString(theme.ID):
			c.fault(fmt.Errorf("%w: %.64q", ErrUTF8, theme.ID), "themes", i, "id")
		case ok:
			c.fault(fmt.Errorf("%w: %q is the id of %s", ErrDuplicate, theme.ID, guanxi.Pointer("themes", first)), "themes", i, "id")
		}
		if !ok {
			index[theme.ID] = i
		}
		if !utf8.ValidString(theme.Name.EN) {
			c.fault(fmt.Errorf("%w: %.64q", ErrUTF8, theme.Name.EN), "themes", i, "name", "en")
		}
		if !utf8.ValidString(theme.Name.ZH) {
			c.fault(fmt.Errorf("%w: %.64q", ErrUTF8, theme.Name.ZH), "themes", i, "name", "zh")
		}
	}
	parents := make([]int, len(themes)) // −1 is none
	for i, theme := range themes {
		parents[i] = -1
		if theme.Parent == "" {
			continue
		}
		if p, ok := index[theme.Parent]; ok {
			parents[i] = p
		} else {
			c.fault(fmt.Errorf("%w: %.64q", ErrTheme, theme.Parent), "themes", i, "parent")
		}
	}
	for i, is := range circular(parents) {
		if is {
			c.fault(fmt.Errorf("%w: %q", ErrCycle, themes[i].ID), "themes", i, "parent")
		}
	}
}

// circular reports for each node whether following the parents leads back to it.
func circular(parents []int) []bool {
	on := make([]bool, len(parents))
	seen := make([]int, len(parents)) // 1 + the node whose walk came by first
	for i := range parents {
		at := i
		for at >= 0 && seen[at] == 0 {
			seen[at] = i + 1
			at = parents[at]
		}
		if at >= 0 && seen[at] == i+1 {
			for !on[at] {
				on[at] = true
				at = parents[at]
			}
		}
	}
	return on
}
