package guanxi

import (
	"errors"
	"fmt"
	"strings"
)

// Lang is a language in which names are shown to people. The zero value is
// English.
type Lang string

// The languages every name of this module exists in.
const (
	EN Lang = "en" // English
	ZH Lang = "zh" // Chinese
)

// ErrLang: a language other than English and Chinese, or not a language tag.
var ErrLang = errors.New(`not a known language ("en", "zh")`)

// ParseLang reads a language tag and keeps its language: "en" and "en-US" are
// [EN], "zh", "zh-CN" and "zh_Hans" are [ZH]. Case does not matter. Anything
// else, "" included, is [ErrLang].
func ParseLang(s string) (Lang, error) {
	primary, rest := s, ""
	i := strings.IndexAny(s, "-_")
	if i >= 0 {
		primary, rest = s[:i], s[i+1:]
	}
	var lang Lang
	switch {
	case strings.EqualFold(primary, string(EN)):
		lang = EN
	case strings.EqualFold(primary, string(ZH)):
		lang = ZH
	default:
		return "", langError(s)
	}
	if i >= 0 {
		for sub := range strings.FieldsFuncSeq(rest, isSeparator) {
			if len(sub) > 8 || strings.IndexFunc(sub, notAlphanumeric) >= 0 {
				return "", langError(s)
			}
		}
		if rest == "" || isSeparator(rune(rest[0])) || isSeparator(rune(rest[len(rest)-1])) {
			return "", langError(s)
		}
	}
	return lang, nil
}

func isSeparator(r rune) bool { return r == '-' || r == '_' }

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

func langError(s string) error { return fmt.Errorf("%w: %.32q", ErrLang, s) }

// UnmarshalText is [ParseLang], except that no text is the zero Lang, so that
// it reads back what was written. l is unchanged on error.
func (l *Lang) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*l = ""
		return nil
	}
	lang, err := ParseLang(string(text))
	if err != nil {
		return err
	}
	*l = lang
	return nil
}

// Text is a name or a sentence in the languages it exists in.
type Text struct {
	EN string `json:"en,omitempty"`
	ZH string `json:"zh,omitempty"`
}

// In returns the text in lang, or in the other language where it is missing in
// lang. A lang other than [ZH] is English.
func (t Text) In(lang Lang) string {
	if lang == ZH && t.ZH != "" || t.EN == "" {
		return t.ZH
	}
	return t.EN
}

// IsZero reports whether there is no text in any language.
func (t Text) IsZero() bool { return t == Text{} }
