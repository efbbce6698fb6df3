package voice

import "unicode"

// fold is what keywords and texts are compared by, one character for one:
// full-width and half-width forms are their ordinary ones, upper case is lower
// case (Unicode simple folding, so that the Kelvin sign is k and ß stays ß), the
// typographic apostrophes are ', and white space and hyphens are a space.
func fold(r rune) rune {
	if r < 0x80 {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case r == '-' || '\t' <= r && r <= '\r':
			return ' '
		}
		return r
	}
	if w := width(r); w != r {
		return fold(w)
	}
	switch r {
	case '‘', '’', 'ʼ':
		return '\''
	case '‐', '‑':
		return ' '
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	least := r
	for o := unicode.SimpleFold(r); o != r; o = unicode.SimpleFold(o) {
		least = min(least, o)
	}
	lower := unicode.ToLower(least)
	for o := unicode.SimpleFold(least); o != least; o = unicode.SimpleFold(o) {
		if o == lower {
			return lower
		}
	}
	return least // İ, whose lower case is another letter's too
}

// sources are the characters that fold to f, which is folded itself.
func sources(f rune) []rune {
	var all []rune
	switch f {
	case ' ':
		all = append(all, ' ', '-', '‐', '‑')
		for _, rg := range unicode.White_Space.R16 {
			for r := rune(rg.Lo); r <= rune(rg.Hi); r += rune(rg.Stride) {
				if r != ' ' {
					all = append(all, r)
				}
			}
		}
		return append(all, wideForms('-')...)
	case '\'':
		all = append(all, '\'', '‘', '’', 'ʼ')
	default:
		all = append(all, f)
		for o := unicode.SimpleFold(f); o != f; o = unicode.SimpleFold(o) {
			all = append(all, o)
		}
	}
	for _, r := range all[:len(all):len(all)] {
		all = append(all, wideForms(r)...)
	}
	return all
}

// width is the ordinary form of a full-width or half-width character, as the
// compatibility mappings <wide> and <narrow> of UnicodeData.txt say, except that
// the two half-width sound marks, which combine there, stay.
func width(r rune) rune {
	switch {
	case r == 0x3000:
		return ' '
	case r < 0xFF01 || r > 0xFFEE:
		return r
	case r <= 0xFF5E:
		return r - 0xFEE0
	case r <= 0xFF60:
		return 0x2985 + (r - 0xFF5F)
	case r <= 0xFF9D:
		return halfKana[r-0xFF61]
	case r == 0xFFA0:
		return 0x3164
	case 0xFFA1 <= r && r <= 0xFFBE:
		return 0x3131 + (r - 0xFFA1)
	case 0xFFC2 <= r && r <= 0xFFC7:
		return 0x314F + (r - 0xFFC2)
	case 0xFFCA <= r && r <= 0xFFCF:
		return 0x3155 + (r - 0xFFCA)
	case 0xFFD2 <= r && r <= 0xFFD7:
		return 0x315B + (r - 0xFFD2)
	case 0xFFDA <= r && r <= 0xFFDC:
		return 0x3161 + (r - 0xFFDA)
	case 0xFFE0 <= r && r <= 0xFFE6:
		return signs[r-0xFFE0]
	case 0xFFE8 <= r && r <= 0xFFEE:
		return arrows[r-0xFFE8]
	}
	return r
}

var (
	halfKana = []rune("。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン")
	signs    = []rune("¢£¬¯¦¥₩")
	arrows   = []rune("│←↑→↓■○")
)

// wideForms are the characters whose width is r's other form.
func wideForms(r rune) []rune {
	if '!' <= r && r <= '~' {
		return []rune{r + 0xFEE0}
	}
	if r < 0xA0 {
		return nil
	}
	var all []rune
	for w := rune(0xFF5F); w <= 0xFFEE; w++ {
		if width(w) == r {
			all = append(all, w)
		}
	}
	return all
}

// endsClause reports whether no negation reaches across r, a character as it is
// in the text.
func endsClause(r rune) bool {
	switch r {
	case ',', '.', ';', ':', '!', '?', '~', '\n', '\r', '。', '、', '…', '—', '–', '\u2028', '\u2029':
		return true
	}
	if w := width(r); w != r {
		return endsClause(w)
	}
	return false
}

// isWord reports whether r belongs to a word that spaces set apart: a letter, a
// digit or a combining mark, but none of a script that is written without
// spaces between words.
func isWord(r rune) bool {
	if r < 0x80 {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	if commonHan(r) {
		return false
	}
	return (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.In(r, unspaced...)
}

// commonHan reports whether r is one of the most usual Chinese characters,
// without a search in tables.
func commonHan(r rune) bool { return 0x4E00 <= r && r <= 0x9FFF }

// unspaced are scripts whose words are not set apart by spaces, or, as Korean,
// carry their particles without one.
var unspaced = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo, unicode.Hangul, unicode.Yi,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, kanaMarks,
}

// kanaMarks are the marks that Hiragana and Katakana share, of neither script.
var kanaMarks = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x3099, Hi: 0x309C, Stride: 1}, {Lo: 0x30FC, Hi: 0x30FC, Stride: 1},
	{Lo: 0xFF70, Hi: 0xFF70, Stride: 1}, {Lo: 0xFF9E, Hi: 0xFF9F, Stride: 1},
}}
