package main

import (
	"fmt"
	"io"
	"strings"

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

// say writes a line below a table.
func (p *report) say(en, zh string, args ...any) {
	fmt.Fprintf(p, "  "+p.in(en, zh)+"\n", args...)
}

func (p *report) print(t *layout.Table) { p.WriteString(t.String()) }

// span writes an interval.
func (p *report) span(low, high string) string { return low + p.in(" to ", " 至 ") + high }

func (p *report) flush(w io.Writer) error {
	_, err := io.WriteString(w, p.String())
	return err
}
