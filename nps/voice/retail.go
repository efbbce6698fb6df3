package voice

import (
	_ "embed"
	"encoding/json"

	"github.com/guanxi-go/guanxi"
)

//go:embed retail_zh.json
var retailZH []byte

//go:embed retail_en.json
var retailEN []byte

// Retail returns the starter taxonomy of a retailer for texts in lang, [guanxi.ZH]
// or else English: 18 themes from price to membership, with the same ids and
// names in both languages, and the negations of the language. It is a beginning
// that the host edits; it is the caller's own. What speaks of a theme without any
// of its words is not found: that is what a model is for (see [Tagger]).
func Retail(lang guanxi.Lang) Taxonomy {
	data := retailEN
	if lang == guanxi.ZH {
		data = retailZH
	}
	var t Taxonomy
	_ = json.Unmarshal(data, &t) // the files are read in the tests
	return t
}
