package voice

import "unicode/utf8"

// While a text is read, words of two kinds stand in dst: keywords with ignored
// phrases, and the words about negation. Each kind is settled by itself, so that
// "没有" and "有货" are both found in "没有货". All that is not a keyword has no
// theme and one of these in place of the keyword.
const (
	ignored  = ""
	negates  = "-"
	excepted = "+"
	breaks   = "|"
)

// about reports whether m is a word about negation.
func about(m *Match) bool { return m.Theme == "" && m.Keyword != ignored }

// dead reports whether a longer match has taken the place of m.
func dead(m *Match) bool { return m.Start == m.End }

// add puts the words into dst that end at a place, the longest being w, unless a
// word of the same kind that begins before them overlaps them. Each word is the
// end of the one before it, so that its beginning is sought forward from there:
// the text of the longest is walked back and forth once, however many end here.
func (l *Lexicon) add(dst []Match, base int, text string, end int, w int32) []Match {
	longest := &l.words[w]
	start, length := longest.begin(text, end), longest.length
	var lost [2]int // by kind: what begins before it overlaps a word that wins
	for ; w >= 0; w = l.a.next[w] {
		e := &l.words[w]
		if n := length - e.length; n > 0 {
			start, length = longest.skip(text, start, n), e.length
		}
		m := Match{Start: start, End: end, Theme: e.theme, Keyword: e.keyword}
		kind := 0
		if about(&m) {
			kind = 1
		}
		if start < lost[kind] || e.left && !opens(text, start) || e.right && !closes(text, end) {
			continue
		}
		dst, lost[kind] = insert(dst, base, m)
	}
	return dst
}

// insert keeps dst[base:] the leftmost-longest choice of its kind, in the order
// of End. m ends no earlier than all before, so it loses to one that begins
// before it and overlaps it, and wins over all that begin with it or after it.
// It returns where the winner ends.
func insert(dst []Match, base int, m Match) ([]Match, int) {
	kind := about(&m)
	for i := len(dst) - 1; i >= base && dst[i].End > m.Start; i-- {
		if o := &dst[i]; !dead(o) && about(o) == kind && o.Start < m.Start {
			return dst, o.End
		}
	}
	for i := len(dst) - 1; i >= base && dst[i].End > m.Start; i-- {
		if o := &dst[i]; about(o) == kind {
			o.Start = o.End
		}
	}
	for len(dst) > base && dead(&dst[len(dst)-1]) {
		dst = dst[:len(dst)-1]
	}
	return append(dst, m), m.End
}

// begin returns where the word begins that ends at end: its length in folded
// characters back, a run of spaces counting as one.
func (e *entry) begin(text string, end int) int {
	i := end
	for range e.length {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		i -= size
		for e.spaced && fold(r) == ' ' {
			r, size = utf8.DecodeLastRuneInString(text[:i])
			if fold(r) != ' ' {
				break
			}
			i -= size
		}
	}
	return i
}

// skip returns where text is n folded characters after start, within a match of
// e, a run of spaces counting as one.
func (e *entry) skip(text string, start int, n int32) int {
	for range n {
		r, size := utf8.DecodeRuneInString(text[start:])
		start += size
		for e.spaced && fold(r) == ' ' {
			r, size = utf8.DecodeRuneInString(text[start:])
			if fold(r) != ' ' {
				break
			}
			start += size
		}
	}
	return start
}

// opens reports whether a word can begin at text[i].
func opens(text string, i int) bool {
	r, size := utf8.DecodeLastRuneInString(text[:i])
	if fold(r) != '\'' {
		return !isWord(r)
	}
	r, _ = utf8.DecodeLastRuneInString(text[:i-size])
	return !isWord(r)
}

// closes reports whether a word can end before text[i].
func closes(text string, i int) bool {
	r, size := utf8.DecodeRuneInString(text[i:])
	if fold(r) != '\'' {
		return !isWord(r)
	}
	i += size
	r, size = utf8.DecodeRuneInString(text[i:])
	if !isWord(r) {
		return true
	}
	after, _ := utf8.DecodeRuneInString(text[i+size:])
	return fold(r) == 's' && !isWord(after)
}
