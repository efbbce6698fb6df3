package voice

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// word is a keyword, or a word of another list, as the automaton looks for it.
type word struct {
	units       []rune // folded, a run of spaces as one
	left, right bool   // a boundary is wanted there
	spaced      bool   // has a space inside
}

// parseWord folds a keyword and settles what its edges want. It makes something
// of any text; check says whether that can be found.
func parseWord(text string) word {
	var w word
	text, starLeft := strings.CutPrefix(text, "*")
	text, starRight := strings.CutSuffix(text, "*")
	for _, r := range text {
		f := fold(r)
		if f == ' ' {
			if n := len(w.units); n > 0 && w.units[n-1] == ' ' {
				continue
			}
			w.spaced = true
		}
		w.units = append(w.units, f)
	}
	if n := len(w.units); n > 0 {
		w.left = !starLeft && isWord(w.units[0])
		w.right = !starRight && isWord(w.units[n-1])
	}
	return w
}

// key is equal for keywords that fold to the same.
func (w word) key() string { return string(w.units) }

// checkWord returns what is wrong with a keyword by itself.
func checkWord(text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("%w: %.64q", ErrUTF8, text)
	}
	w := parseWord(text)
	n := len(w.units)
	switch {
	case strings.ContainsRune(text, utf8.RuneError):
		return fmt.Errorf("%w: %.64q has the character that stands for broken text", ErrUTF8, text)
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("%w: a keyword without a character", ErrEmpty)
	case n == 0:
		return fmt.Errorf("%w: %q is an asterisk and nothing else", ErrKeyword, text)
	case w.units[0] == ' ' || w.units[n-1] == ' ':
		return fmt.Errorf("%w: %.64q begins or ends with a space or a hyphen", ErrKeyword, text)
	case strings.HasPrefix(text, "*") && !isWord(w.units[0]), strings.HasSuffix(text, "*") && !isWord(w.units[n-1]):
		return fmt.Errorf("%w: the asterisk of %.64q is not beside a letter or digit that has a word boundary", ErrKeyword, text)
	case n > maxKeyword:
		return fmt.Errorf("%w: %d characters, and %d is the most", ErrKeyword, n, maxKeyword)
	}
	return nil
}
