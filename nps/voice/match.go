package voice

import (
	"context"
	"slices"
)

// Match is a theme found in a text.
type Match struct {
	Start, End int    // the bytes text[Start:End]
	Theme      string // its id
	Keyword    string // as the taxonomy writes it; "" if a model found the theme without one
	// Negated says that the words around turn the match into its opposite:
	// "物流不慢" and "delivery was not slow" speak of delivery, but not of a slow
	// one. The theme is there all the same; what to make of it is the caller's.
	Negated bool
}

// Tagger finds themes in texts. [Lexicon] is one; a host brings a model as
// another.
//
// Tag appends the matches of a text to dst, in the order of their Start, and
// returns it; dst is kept by the caller alone. Matches lie within the text and
// do not overlap. On an error it returns dst as it was. Tag is safe for
// concurrent use.
type Tagger interface {
	Tag(ctx context.Context, dst []Match, text string) ([]Match, error)
}

// AppendThemes appends to dst every theme of matches once, in the order of
// their first match. Negated ones count: see [Match]. No allocation if dst has
// the room.
func AppendThemes(dst []string, matches []Match) []string {
	base := len(dst)
	for i := range matches {
		if !slices.Contains(dst[base:], matches[i].Theme) {
			dst = append(dst, matches[i].Theme)
		}
	}
	return dst
}
