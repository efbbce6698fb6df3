package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
)

// report writes the text that people read.
type report struct {
	strings.Builder
	lang guanxi.Lang
}

// in picks one of two languages.
func (p *report) in(en, zh string) string { return guanxi.Text{EN: en, ZH: zh}.In(p.lang) }

// section begins a part of the report.
func (p *report) section(en, zh string) {
	fmt.Fprintf(p, "\n%s\n", p.in(strings.ToUpper(en), zh))
}

// say writes a line of its own.
func (p *report) say(en, zh string, args ...any) {
	fmt.Fprintf(p, "  "+p.in(en, zh)+"\n", args...)
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

func (p *report) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}

// lineWidth is where long lines are broken, at spaces.
const lineWidth = 110

// wrapped writes a long text, indented by so many spaces.
func (p *report) wrapped(text string, indent int) {
	margin := strings.Repeat(" ", indent)
	width := 0
	for word := range strings.FieldsFuncSeq(text, unicode.IsSpace) {
		n := layout.Width(word)
		switch {
		case width == 0:
			p.WriteString(margin)
			width = indent
		case width+1+n > lineWidth:
			p.WriteString("\n" + margin)
			width = indent
		default:
			p.WriteByte(' ')
			width++
		}
		p.WriteString(word)
		width += n
	}
	p.WriteByte('\n')
}

// unknown stands for a number nobody can know.
const unknown = "–"

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// shareOf writes n of so many as a percentage.
func shareOf(n, of int64) string {
	if of == 0 {
		return unknown
	}
	return percent(float64(n) / float64(of))
}
