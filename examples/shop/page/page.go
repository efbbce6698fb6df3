// Package page writes a report as one HTML file that needs nothing but itself: the
// text, the tables, the charts and the library that draws them, Apache ECharts.
//
// A chart is an element with data-chart, its name. A cell of a table that holds a
// figure has data-json, the pointer (RFC 6901) to that figure in the JSON object
// which the report shows; times is what the figure was multiplied with to be shown.
package page

import (
	"crypto/sha256"
	_ "embed" // what the page is made of
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// Document is a report. It may be shared while nobody changes it.
type Document struct {
	Lang     guanxi.Lang
	Title    string
	Lead     []string // lines under the title
	Facts    []Fact
	Notes    []Note // under the facts
	Sections []Section
	Foot     []string // lines at the very end
}

// Fact is a figure at the top.
type Fact struct {
	Label string
	Cell  Cell
}

// Note is what a reader must know of the data before trusting a figure.
type Note struct {
	Title string
	Lines []string
}

// Section is a question and what answers it.
type Section struct {
	ID      string // of the element
	Title   string
	Intro   string
	Figures []Figure
}

// Figure is a chart with its tables, or either alone.
type Figure struct {
	Title  string
	Shows  string // what is seen, in a sentence
	Do     string // what to do with it, in another
	Absent string // why there is nothing; then there is no chart
	Charts []Chart
	Tables []Table
	Wide   bool // the tables stand below the charts, not beside them; one or two next to each other
}

// Chart is a picture. Name is unique in the document.
type Chart struct {
	Name   string
	Title  string // of this picture of several; "" where there is one
	Alt    string // the picture in words
	Option Option
	Height int // pixels; 0: 360
}

// Table is figures in rows, the first cell of a row its name.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]Cell
	Sums    bool   // the last row is the sum
	Names   int    // so many columns from the left are words; 0: 1
	Align   string // of each column: l for words, r for figures; "": see Names
	Small   bool   // many columns
	Latest  bool   // of a table too long for paper the last rows are printed, not the first
}

// A table of more than mostPrinted rows is cut to somePrinted on paper; the sum is
// printed too.
const (
	mostPrinted = 16
	somePrinted = 12
)

// unprinted is how many rows are not on paper: [from, from+n).
func (t Table) unprinted() (from, n int) {
	rows := len(t.Rows)
	if t.Sums {
		rows--
	}
	if rows <= mostPrinted || t.Small {
		return 0, 0
	}
	n = rows - somePrinted
	if t.Latest {
		return 0, n
	}
	return somePrinted, n
}

// rowClass tells the sum, and the rows that are not printed.
func rowClass(t Table, i int) string {
	from, n := t.unprinted()
	switch {
	case t.Sums && i == len(t.Rows)-1:
		return "sum"
	case i >= from && i < from+n:
		return "screen"
	}
	return ""
}

// Cell is what a table shows at one place.
type Cell struct {
	Text  string
	JSON  string // pointer to the figure; "" where it is a word
	Times int    // what the figure was multiplied with; 0: 1
	Tone  string // good, bad, held or ""
}

// Word is a cell without a figure.
func Word(text string) Cell { return Cell{Text: text} }

var (
	//go:embed assets/page.html
	pageHTML string
	//go:embed assets/page.css
	pageCSS string
	//go:embed assets/charts.js
	chartsJS string
	//go:embed assets/echarts/echarts.min.js
	echartsJS string
)

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"first": func(i int) bool { return i == 0 },
	"word":  Table.word,
	"row":   rowClass,
	"class": class,
	"unprinted": func(t Table) int {
		_, n := t.unprinted()
		return n
	},
	// A table of few columns and rows has one beside it.
	"full": func(t Table) bool {
		return len(t.Head) > 5 || len(t.Head) > 2 && (t.Names > 2 || t.Align != "") || len(t.Rows) > 30
	},
	"or360": func(height int) int {
		if height == 0 {
			return 360
		}
		return height
	},
	"option": option,
}).Parse(pageHTML))

// word reports whether a column is of words.
func (t Table) word(i int) bool {
	if t.Align != "" {
		return i < len(t.Align) && t.Align[i] == 'l'
	}
	return i < max(t.Names, 1)
}

// class tells words from figures; long ones are broken into lines.
func class(t Table, i int, c Cell) template.HTMLAttr {
	switch {
	case !t.word(i):
		return ""
	case utf8.RuneCountInString(c.Text) > 22:
		return ` class="word long"`
	}
	return ` class="word"`
}

// option writes a chart's option for a script element: encoding/json escapes what
// could end one.
func option(o Option) (template.JS, error) {
	data, err := json.Marshal(o)
	return template.JS(data), err // see above
}

// words are the page's own.
var words = map[string]guanxi.Text{
	"contents": {EN: "Contents", ZH: "目录"},
	"do":       {EN: "What to do:", ZH: "怎么用："},
	"more":     {EN: "more rows: open this file on a screen", ZH: "行未印出：请在屏幕上查看"},
	"absent":   {EN: "Not known:", ZH: "未知："},
	"noscript": {EN: "The charts need JavaScript; the tables have the same figures.", ZH: "图表需要 JavaScript；表格中有相同的数字。"},
}

// Write writes the document.
func (d *Document) Write(w io.Writer) error {
	names := map[string]bool{}
	for _, s := range d.Sections {
		for _, f := range s.Figures {
			for _, c := range f.Charts {
				if names[c.Name] {
					return fmt.Errorf("page: two charts are called %q", c.Name)
				}
				names[c.Name] = true
			}
		}
	}
	spoken := make(map[string]string, len(words))
	for k, t := range words {
		spoken[k] = t.In(d.Lang)
	}
	lang := "en"
	if d.Lang == guanxi.ZH {
		lang = "zh-CN"
	}
	return pageTemplate.Execute(w, map[string]any{
		"D": d, "Lang": lang, "Words": spoken,
		"CSS":     template.CSS(pageCSS),  // our own
		"Library": template.JS(echartsJS), // see assets/echarts/PROVENANCE.md
		"Script":  template.JS(chartsJS),  // our own
		// Nothing may be loaded, and no other script run.
		"Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src " + hash(echartsJS) + " " + hash(chartsJS),
	})
}

// hash names a script in a content security policy.
func hash(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
