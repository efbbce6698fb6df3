package voice

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// reach is how many steps before and after a match a negation word counts.
type reach struct{ before, after int }

// settle decides what is negated, and takes out of dst[base:] what is not a
// match. The rules are those of [Negation].
func (n reach) settle(dst []Match, base int, text string) []Match {
	found := dst[base:]
	n.negate(found, text)
	kept := 0
	for i := range found {
		if m := &found[i]; m.Theme != "" && !dead(m) {
			if kept != i {
				found[kept] = *m
			}
			kept++
		}
	}
	return dst[:base+kept]
}

func (n reach) negate(found []Match, text string) {
	last := -1      // the match before i
	wall := 0       // where the break word before i begins
	next, b := 0, 0 // the match and the break word after i
	for i := range found {
		m := &found[i]
		switch {
		case dead(m) || about(m) && m.Keyword == excepted:
			continue
		case !about(m):
			last = i
			continue
		case m.Keyword == breaks:
			wall = m.Start
			continue
		}
		for next = max(next, i+1); next < len(found) && (dead(&found[next]) || about(&found[next])); {
			next++
		}
		for b = max(b, i+1); b < len(found) && (dead(&found[b]) || found[b].Theme != "" || found[b].Keyword != breaks); {
			b++
		}
		front, inside := within(found, last, m)
		ahead, behind := -1, -1
		target := inside
		switch {
		case next < len(found) && found[next].Start <= m.Start, front >= 0 && found[front].End >= m.End:
			continue // m is a part of that match
		case inside >= 0:
			ahead = steps(text, m.End, m.End, n.before)
		case next < len(found) && (b == len(found) || found[b].End > found[next].Start):
			target = next
			ahead = steps(text, m.End, found[next].Start, n.before)
		}
		if front >= 0 && wall < found[front].End {
			behind = steps(text, found[front].End, m.Start, n.after)
		}
		switch {
		case ahead >= 0 && (behind < 0 || ahead <= behind):
			found[target].Negated = !found[target].Negated
		case behind >= 0:
			found[front].Negated = !found[front].Negated
		}
	}
}

// within returns, of the matches up to last, the last that begins before m and
// the first that does not, which then lies within m: −1 if there is none.
func within(found []Match, last int, m *Match) (front, inside int) {
	front, inside = last, -1
	for front >= 0 && found[front].Start >= m.Start {
		inside = front
		for front--; front >= 0 && (dead(&found[front]) || about(&found[front])); {
			front--
		}
	}
	return front, inside
}

// maxGap is how many characters other than letters and digits a negation reaches
// across, so that the walk is bounded.
const maxGap = 40

// steps counts the words of text[from:to], a character of a script without
// spaces being one; from ≥ to is 0. It is −1 if there are limit or more, or a
// clause ends between. Spaces between two such characters end a clause, since
// in their scripts they stand for a comma.
func steps(text string, from, to, limit int) int {
	if limit == 0 {
		return -1
	}
	n, gap, word := 0, 0, false
	for i := from; i < to; {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case commonHan(r):
			n++
			word = false
		case isWord(r):
			if !word {
				n++
			}
			word = true
		case word && fold(r) == '\'' && starts(text[i+size:], isWord):
		case endsClause(r) && !(number(r) && ends(text[:i], unicode.IsDigit) && starts(text[i+size:], unicode.IsDigit)),
			unicode.IsSpace(r) && ends(text[:i], alone) && starts(strings.TrimLeftFunc(text[i+size:], unicode.IsSpace), alone):
			return -1
		case unicode.IsLetter(r):
			n++
			word = false
		default:
			gap++
			word = false
		}
		if n >= limit || gap > maxGap {
			return -1
		}
		i += size
	}
	return n
}

// alone reports whether r is a word by itself.
func alone(r rune) bool { return unicode.IsLetter(r) && !isWord(r) }

// number reports whether r may stand within a number.
func number(r rune) bool { return r == '.' || r == ',' }

func starts(text string, is func(rune) bool) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return is(r)
}

func ends(text string, is func(rune) bool) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return is(r)
}
