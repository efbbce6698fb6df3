package voice

import (
	"context"
	"fmt"
	"unicode/utf8"
)

// Lexicon is a compiled [Taxonomy]. It reads a text once from front to back,
// whatever the number of keywords. Immutable; safe for concurrent use.
type Lexicon struct {
	a     *automaton
	words []entry
	reach reach
}

// entry is a word with what a match of it says.
type entry struct {
	theme, keyword string
	length         int32 // folded characters
	left, right    bool
	spaced         bool
}

var _ Tagger = (*Lexicon)(nil)

// New compiles a taxonomy. Errors are those of [Taxonomy.Validate], and
// [ErrTooLarge] for one that would need more than 4,194,304 transitions, or has
// more than 65,535 different characters. Cost: a millisecond for 150 keywords.
func New(t Taxonomy) (*Lexicon, error) {
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	l := &Lexicon{reach: reach{t.Negation.Before, t.Negation.After}}
	var words []word
	add := func(theme, keyword, text string) {
		w := parseWord(text)
		words = append(words, w)
		l.words = append(l.words, entry{theme, keyword, int32(len(w.units)), w.left, w.right, w.spaced})
	}
	for _, theme := range t.Themes {
		for _, text := range theme.Keywords {
			add(theme.ID, text, text)
		}
	}
	for _, text := range t.Ignore {
		add("", ignored, text)
	}
	for _, text := range t.Negation.Words {
		add("", negates, text)
	}
	for _, text := range t.Negation.Except {
		add("", excepted, text)
	}
	for _, text := range t.Negation.Breaks {
		add("", breaks, text)
	}
	var ok bool
	if l.a, ok = newAutomaton(words); !ok {
		return nil, fmt.Errorf("voice: %w", ErrTooLarge)
	}
	return l, nil
}

// MustNew is New for tests and examples; it panics on an error.
func MustNew(t Taxonomy) *Lexicon {
	l, err := New(t)
	if err != nil {
		panic(err)
	}
	return l
}

// Tag is Append as a [Tagger]; it returns no error.
func (l *Lexicon) Tag(_ context.Context, dst []Match, text string) ([]Match, error) {
	return l.Append(dst, text), nil
}

// Append appends the matches of text to dst, in the order of the text. They do
// not overlap: of those that would, the one that begins first is taken, and of
// those that begin together the longest. A byte that is not UTF-8 is a
// character that no keyword has and that belongs to no word.
//
// Word boundaries, for keywords that ask for them (see [Taxonomy]): letters,
// digits and combining marks that follow each other are one word, so that
// "iphone" is not in "iphone15"; everything else ends a word, a hyphen, an
// underscore and a Chinese character included, so that "app" is in "用app下单".
// An apostrophe between letters ends none, except before a final s: "price" is
// in "the price's", "can" is not in "can't".
//
// Cost: O(len(text)) for a given lexicon, and no look back over the text but
// where words end: there a few steps for each character of the longest of them
// and for each word inside it that ends there too, which comes to 64 of either at
// most. A text of 啊 is therefore some 30 times slower to read for 啊, 啊啊 … up to
// 64 of them than for 啊 alone. No allocation if dst has the room; while it works
// it may need room for the negation words found besides.
func (l *Lexicon) Append(dst []Match, text string) []Match {
	base := len(dst)
	a := l.a
	class, root, rows, cells := a.class, a.root, a.base, a.cells
	state := int32(0)
	for i := 0; i < len(text); {
		var c uint16
		switch b := text[i]; {
		case b < utf8.RuneSelf:
			c = a.ascii[b]
			i++
		// Three bytes, as Chinese has. Surrogates pass, and no keyword has one.
		case b>>4 == 0xE && i+2 < len(text) && text[i+1]>>6 == 2 && text[i+2]>>6 == 2 && (b != 0xE0 || text[i+1] >= 0xA0):
			block := a.blocks[uint(b&0xF)<<6|uint(text[i+1]&0x3F)]
			c = class[uint(block)*blockSize+uint(text[i+2]&0x3F)]
			i += 3
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			c = a.classOf(r)
			i += size
		}
		if c == 0 {
			state = 0
			continue
		}
		if cell := cells[uint(rows[state])+uint(c)]; cell.row == state {
			state = cell.to
		} else {
			state = root[c]
		}
		if state >= a.firstOut {
			dst = l.add(dst, base, text, i, a.output[state-a.firstOut])
		}
	}
	return l.reach.settle(dst, base, text)
}
