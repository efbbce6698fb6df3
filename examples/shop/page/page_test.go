package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
)

const evil = `</script><script>hit()</script><b onclick=hit()>"'&`

// sample has one of everything.
func sample() *Document {
	one := 1.0
	lines := Lines{XName: evil, YName: evil, Y: Share, Series: []Line{
		{Name: evil, Points: []Point{{X: 0, Y: &one, Low: &one, High: &one}, {X: 1}}, Band: true, Step: true},
		{Name: "b", Points: []Point{{X: 0, Y: &one, Low: &one, High: &one}}, Whisk: true, Bars: true, Stack: "s"},
	}, MarkName: evil, YMin: &one, YMax: &one, XMax: &one}
	heat := HeatMap{X: []string{evil}, Y: []string{"y"}, From: "#ffffff", To: "#000000", Max: 1, Cells: []Heat{{Value: 1, Text: evil, Tip: []string{evil}}}}
	return &Document{
		Lang: guanxi.ZH, Title: evil, Lead: []string{evil}, Facts: []Fact{{Label: evil, Cell: Cell{Text: "1", JSON: "/a", Times: 100, Tone: "good"}}},
		Sections: []Section{{ID: "s", Title: evil, Intro: evil, Figures: []Figure{
			{Title: evil, Shows: evil, Do: evil, Charts: []Chart{{Name: "lines", Option: lines.Option(), Alt: evil}, {Name: "heat", Title: evil, Option: heat.Option()}}},
			{Title: "t", Wide: true, Charts: []Chart{
				{Name: "tiles", Option: Treemap([]Tile{{Name: evil, Value: 1, Color: Blue}})},
				{Name: "flows", Option: Sankey([]Node{{ID: "a", Name: evil}, {ID: "b", Depth: 1}}, []Flow{{From: "a", To: "b", Value: 1}})},
			}, Tables: []Table{{Caption: evil, Head: []string{evil, "n"}, Rows: [][]Cell{{Word(evil), {Text: "2", JSON: "/b/0"}}, {Word("sum"), {}}}, Sums: true}}},
			{Title: "none", Absent: evil},
		}}},
		Foot: []string{evil},
	}
}

func written(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Whatever a text says, it is a text.
func TestWriteEscapes(t *testing.T) {
	got := written(t, sample())
	for _, markup := range []string{"<script>hit", "</script><script>hit", "<b onclick"} {
		if strings.Contains(got, markup) {
			t.Errorf("%s stands in the page", markup)
		}
	}
	// The library, ours, and an option for each of four charts.
	if n := strings.Count(got, "</script"); n != 6 {
		t.Errorf("%d ends of scripts, want 6", n)
	}
	for _, part := range []string{`<html lang="zh-CN">`, `data-json="/a" data-times="100" data-tone="good">1<`, `<tr class="sum">`, `data-chart="flows"`, `<td data-json="/b/0">2</td>`} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in the page", part)
		}
	}
	if got != written(t, sample()) {
		t.Error("the same document is another page")
	}
}

// The policy lets the scripts run that are there: html/template left them alone.
func TestWritePolicy(t *testing.T) {
	got := written(t, sample())
	for _, script := range []string{echartsJS, chartsJS} {
		if !strings.Contains(got, "<script>"+script+"</script>") {
			t.Errorf("a script of %d bytes is changed", len(script))
		}
	}
	// html/template writes + as an entity in an attribute.
	if policy := strings.ReplaceAll(got, "&#43;", "+"); !strings.Contains(policy, strings.ReplaceAll(hash(chartsJS), "'", "&#39;")) {
		t.Error("the policy does not name our script")
	}
}

func TestWriteTwoOfAName(t *testing.T) {
	d := sample()
	d.Sections = append(d.Sections, d.Sections[0])
	if err := d.Write(&bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "two charts") {
		t.Errorf("two charts of a name: %v", err)
	}
}

// A file is whole, or what it was.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.html")
	for range 2 {
		if err := sample().WriteFile(name); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.ReadFile(name)
	if err != nil || string(before) != written(t, sample()) {
		t.Fatalf("the file has %d bytes, %v", len(before), err)
	}
	bad := sample()
	bad.Sections[0].Figures[0].Charts[0].Option["nan"] = math.NaN() // no JSON
	if err := bad.WriteFile(name); err == nil {
		t.Error("a document that cannot be written was")
	}
	if err := sample().WriteFile(filepath.Join(dir, "no", "report.html")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
	if err := sample().WriteFile(dir); err == nil {
		t.Error("a folder was written over")
	}
	after, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// The library is the one that assets/echarts/PROVENANCE.md tells of.
func TestProvenance(t *testing.T) {
	note, err := os.ReadFile("assets/echarts/PROVENANCE.md")
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256([]byte(echartsJS)); !strings.Contains(string(note), hex.EncodeToString(sum[:])) {
		t.Errorf("echarts.min.js has the sum %x", sum)
	}
}

// What is read can be read: 4.5:1, WCAG 2.2, 1.4.3.
func TestContrast(t *testing.T) {
	for i := range Palette {
		if c := contrast(luminance(rgb(Color(i))), 1); c < 4.5 {
			t.Errorf("%s on white has a contrast of %.2f", Color(i), c)
		}
	}
	for _, ramp := range [][2]string{{"#e8f1f6", "#0e4f6b"}, {"#eef5f1", "#1d6b4a"}, {"#ffffff", "#000000"}} {
		a, b := rgb(ramp[0]), rgb(ramp[1])
		for step := range 101 {
			part, mixed := float64(step)/100, [3]float64{}
			for i := range mixed {
				mixed[i] = a[i] + part*(b[i]-a[i])
			}
			if c := contrast(luminance(mixed), luminance(rgb(onTop(ramp[0], ramp[1], part)))); c < 4.5 {
				t.Errorf("%s to %s at %v: contrast %.2f", ramp[0], ramp[1], part, c)
			}
		}
	}
}

// Of a long table some rows are not printed, and paper says how many.
func TestUnprinted(t *testing.T) {
	rows := func(n int) [][]Cell { return make([][]Cell, n) }
	for _, tt := range []struct {
		table   Table
		from, n int
	}{
		{Table{Rows: rows(16)}, 0, 0},
		{Table{Rows: rows(17), Sums: true}, 0, 0},
		{Table{Rows: rows(40)}, 12, 28},
		{Table{Rows: rows(41), Sums: true, Latest: true}, 0, 28},
		{Table{Rows: rows(41), Small: true}, 0, 0},
	} {
		if from, n := tt.table.unprinted(); from != tt.from || n != tt.n {
			t.Errorf("%d rows: %d from %d, want %d from %d", len(tt.table.Rows), n, from, tt.n, tt.from)
		}
	}
}
