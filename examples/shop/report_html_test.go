package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/examples/internal/commandtest"
	"golang.org/x/net/html"
)

// htmlReport runs the command with -json and -report, and returns what either says.
func htmlReport(t *testing.T, args ...string) (object any, page []byte) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	code, stdout, stderr := shop(append([]string{"-json", "-report", name}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	dec := json.NewDecoder(strings.NewReader(stdout))
	dec.UseNumber()
	if err := dec.Decode(&object); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return object, page
}

// threeThousand is one in which all is known.
var threeThousand = []string{"-customers", "3000"}

// elements parses a page and returns its elements in their order.
func elements(t *testing.T, page []byte) (all []*html.Node) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// pointed follows a JSON pointer.
func pointed(object any, pointer string) (any, error) {
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch v := object.(type) {
		case map[string]any:
			value, ok := v[part]
			if !ok {
				return nil, fmt.Errorf("%s: no %q", pointer, part)
			}
			object = value
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return nil, fmt.Errorf("%s: no %q among %d", pointer, part, len(v))
			}
			object = v[i]
		case nil: // nothing below what is not known
			return nil, nil
		default:
			return nil, fmt.Errorf("%s: nothing below %v", pointer, v)
		}
	}
	return object, nil
}

// Every figure of the page is the JSON's, rounded to the decimals it is shown with.
func TestHTMLFiguresEqualJSON(t *testing.T) {
	object, page := htmlReport(t, threeThousand...)
	cells, tables := 0, map[string]int{}
	for _, n := range elements(t, page) {
		pointer := attribute(n, "data-json")
		if pointer == "" {
			// Each figure says where it is from: only words and what is not yet have none.
			if n.Data == "td" && attribute(n, "class") == "" && strings.ContainsAny(textOf(n), "0123456789") {
				t.Errorf("a figure from nowhere: %q", textOf(n))
			}
			continue
		}
		want, err := pointed(object, pointer)
		if err != nil {
			t.Error(err)
			continue
		}
		cells++
		tables[strings.Split(pointer, "/")[1]]++
		shown := textOf(n)
		var number string
		switch v := want.(type) {
		case nil:
			if shown != unknown {
				t.Errorf("%s: %q is shown for null", pointer, shown)
			}
			continue
		case json.Number:
			number = v.String()
		case string:
			number = v
		default:
			t.Errorf("%s is %T", pointer, v)
			continue
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil {
			t.Errorf("%s: %v", pointer, err)
			continue
		}
		if times := attribute(n, "data-times"); times != "" {
			factor, err := strconv.Atoi(times)
			if err != nil {
				t.Error(err)
			}
			value *= float64(factor)
		}
		if bound, below := strings.CutPrefix(shown, "< "); below { // a p value too small for its decimals
			if limit, err := strconv.ParseFloat(bound, 64); err != nil || value >= limit {
				t.Errorf("%s: %v is shown as %q", pointer, number, shown)
			}
			continue
		}
		plain := strings.NewReplacer(",", "", "%", "", "−", "-").Replace(shown)
		got, err := strconv.ParseFloat(plain, 64)
		if err != nil {
			t.Errorf("%s: %v is shown as %q", pointer, number, shown)
			continue
		}
		_, decimals, _ := strings.Cut(plain, ".")
		if half := 0.5 * math.Pow10(-len(decimals)); math.Abs(got-value) > half*(1+1e-9)+1e-12*math.Abs(value) {
			t.Errorf("%s: %v is shown as %q", pointer, value, shown)
		}
		if s, ok := want.(string); ok && strings.ReplaceAll(shown, ",", "") != s {
			t.Errorf("%s: the exact %s is shown as %q", pointer, s, shown)
		}
	}
	for _, part := range []string{"segments", "heat_map", "pareto", "migration", "life_cycle", "value", "churn", "survival", "cohorts", "points", "nps", "actions", "revenue"} {
		if tables[part] == 0 {
			t.Errorf("no figure of %s", part)
		}
	}
	t.Logf("%d figures", cells)
}

// chartNames are the charts of a shop of which everything is known, in their order.
var chartNames = []string{
	"rf-heatmap", "segment-treemap", "pareto", "migration-flows", "stage-flows", "stage-months",
	"value-distribution", "value-forecast", "value-by-frequency", "churn-risk", "survival", "cohort-triangle",
	"points", "points-liability", "points-expiring", "nps-trend", "nps-segments",
}

// Every chart is there once, is named, and has its option and a title.
func TestHTMLCharts(t *testing.T) {
	_, page := htmlReport(t, threeThousand...)
	options := map[string]string{}
	var names []string
	ids := map[string]bool{}
	for _, n := range elements(t, page) {
		if id := attribute(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("two elements are %q", id)
			}
			ids[id] = true
			if chart, ok := strings.CutPrefix(id, "option-"); ok {
				options[chart] = textOf(n)
			}
		}
		if name := attribute(n, "data-chart"); name != "" {
			names = append(names, name)
			if attribute(n, "role") != "img" || attribute(n, "aria-label") == "" {
				t.Errorf("%s has no words for those who do not see it", name)
			}
		}
		if n.Data == "table" {
			if c := n.FirstChild.NextSibling; c == nil || c.Data != "caption" || textOf(c) == "" {
				t.Error("a table without a caption")
			}
		}
	}
	if got, want := strings.Join(names, " "), strings.Join(chartNames, " "); got != want {
		t.Errorf("charts\n%s\nwant\n%s", got, want)
	}
	for _, name := range names {
		var option struct {
			Series []struct {
				Data []any `json:"data"`
			} `json:"series"`
		}
		if err := json.Unmarshal([]byte(options[name]), &option); err != nil || len(option.Series) == 0 || len(option.Series[0].Data) == 0 {
			t.Errorf("%s has nothing to draw: %v", name, err)
		}
	}
}

// What the charts draw is the JSON's, too.
func TestHTMLChartsEqualJSON(t *testing.T) {
	object, page := htmlReport(t, threeThousand...)
	options := map[string]any{}
	for _, n := range elements(t, page) {
		if name, ok := strings.CutPrefix(attribute(n, "id"), "option-"); ok {
			dec := json.NewDecoder(strings.NewReader(textOf(n)))
			dec.UseNumber()
			var o any
			if err := dec.Decode(&o); err != nil {
				t.Fatal(err)
			}
			options[name] = o
		}
	}
	for _, tt := range []struct {
		chart, drawn string // where the number is drawn, %d in place of the index
		json         string // and what it is
		times        float64
	}{
		{"rf-heatmap", "/series/0/data/%d/value/2", "/heat_map/cells/%d/customers", 1},
		{"migration-flows", "/series/0/links/%d/value", "/migration/flows/%d/customers", 1},
		{"value-distribution", "/series/0/data/%d/1", "/value/distribution/%d/customers", 1},
		{"value-forecast", "/series/0/data/%d/1", "/value/hold_out/periods/%d/expected", 1},
		{"value-forecast", "/series/1/data/%d/1", "/value/hold_out/periods/%d/low", 1},
		{"value-forecast", "/series/1/data/%d/2", "/value/hold_out/periods/%d/high", 1},
		{"value-forecast", "/series/2/data/%d/1", "/value/hold_out/periods/%d/actual", 1},
		{"value-by-frequency", "/series/1/data/%d/1", "/value/hold_out/by_frequency/%d/predicted", 1},
		{"churn-risk", "/series/0/data/%d/1", "/churn/bands/%d/customers", 1},
		{"survival", "/series/0/data/%d/1", "/survival/curves/0/points/%d/share", 1},
		{"survival", "/series/4/data/%d/1", "/survival/curves/2/points/%d/share", 1},
		{"stage-months", "/series/0/data/%d/1", "/life_cycle/months/%d/customers/0", 1},
		{"points", "/series/0/data/%d/1", "/points/months/%d/issued", 1},
		{"points", "/series/1/data/%d/1", "/points/months/%d/redeemed", -1},
		{"points-liability", "/series/0/data/%d/1", "/points/months/%d/liability", 1},
		{"points-expiring", "/series/0/data/%d/1", "/points/expiring/%d/points", 1},
		{"nps-trend", "/series/0/data/%d/1", "/nps/waves/%d/score", 100},
		{"nps-segments", "/series/0/data/%d/1", "/nps/segments/%d/score", 100},
	} {
		n := 0
		for ; ; n++ {
			want, err := pointed(object, fmt.Sprintf(tt.json, n))
			if err != nil {
				break
			}
			got, err := pointed(options[tt.chart], fmt.Sprintf(tt.drawn, n))
			if err != nil {
				t.Errorf("%s: %v", tt.chart, err)
				break
			}
			if want == nil {
				if fmt.Sprint(got) != "-" {
					t.Errorf("%s draws %v for what is not known", tt.chart, got)
				}
				continue
			}
			w, err1 := strconv.ParseFloat(fmt.Sprint(want), 64)
			g, err2 := strconv.ParseFloat(fmt.Sprint(got), 64)
			if err1 != nil || err2 != nil || math.Abs(g-tt.times*w) > 1e-9*math.Abs(w) {
				t.Errorf("%s, %d: %v is drawn for %v", tt.chart, n, got, want)
			}
		}
		if n == 0 {
			t.Errorf("%s: nothing compared with %s", tt.chart, tt.json)
		}
	}
}

// The page loads nothing, from nowhere.
func TestHTMLLoadsNothing(t *testing.T) {
	_, page := htmlReport(t, "-customers", "300", "-lang", "zh")
	for _, n := range elements(t, page) {
		switch n.Data {
		case "img", "iframe", "object", "embed", "base", "audio", "video", "source", "form":
			t.Errorf("there is a %s", n.Data)
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "src", "srcset", "action", "data", "poster", "background", "ping":
				t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
			case "href":
				if !strings.HasPrefix(a.Val, "#") && a.Val != "data:," {
					t.Errorf("%s leads to %q", n.Data, a.Val)
				}
			}
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s has %s", n.Data, a.Key)
			}
		}
		if text := textOf(n); n.Data == "style" && (strings.Contains(text, "url(") || strings.Contains(text, "@import")) {
			t.Error("a style loads something")
		}
		if n.Data == "meta" && attribute(n, "http-equiv") == "Content-Security-Policy" && !strings.HasPrefix(attribute(n, "content"), "default-src 'none';") {
			t.Errorf("the policy is %q", attribute(n, "content"))
		}
	}
	if !bytes.Contains(page, []byte(`<html lang="zh-CN">`)) || !bytes.Contains(page, []byte("Content-Security-Policy")) {
		t.Error("no language, or no policy")
	}
}

// Names from outside are text wherever they stand.
func TestHTMLHostileNames(t *testing.T) {
	const evil = `</script><script>hit()</script><img src=x onerror=hit()> ' " & __f__hit()__f__ {{.}} {a}`
	var log strings.Builder
	log.WriteString("customer,date,amount\n")
	for i := range 400 {
		fmt.Fprintf(&log, "\"%d %s\",2025-%02d-%02d,%d.50\n", i%40, strings.ReplaceAll(evil, `"`, `""`), i%12+1, i%28+1, i%90+10)
	}
	name, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	segments := commandtest.File(t, "segments.json", fmt.Sprintf(
		`{"bins":{"r":2,"f":2,"m":2},"segments":[{"id":"a","name":{"en":%s},"cells":[{"r":[2,2]}]},{"id":"b","name":{"en":%s}}],"rest":"b"}`, name, `"B"`))
	_, page := htmlReport(t, "-orders", commandtest.File(t, "orders.csv", log.String()), "-segments", segments, "-currency", evil)
	scripts, seen := 0, 0
	for _, n := range elements(t, page) {
		if n.Data == "script" && attribute(n, "type") == "" {
			scripts++
		}
		if n.Data == "img" {
			t.Error("a name became an image")
		}
		if (n.Data == "th" || n.Data == "td") && strings.Contains(textOf(n), evil) {
			seen++
		}
	}
	if scripts != 2 {
		t.Errorf("%d scripts, not the library and ours", scripts)
	}
	if seen < 10 {
		t.Errorf("the names stand in %d cells", seen)
	}
}

// The same shop is the same page; a fault leaves what was there, and no crumbs.
func TestHTMLFile(t *testing.T) {
	_, one := htmlReport(t, "-customers", "300")
	_, two := htmlReport(t, "-customers", "300", "-workers", "1")
	if !bytes.Equal(one, two) {
		t.Error("the page differs from run to run")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "report.html")
	if err := os.WriteFile(name, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := commandtest.File(t, "bad.csv", "customer,date,amount\n")
	commandtest.Fails(t, shop, 1, "shop:", "-orders", bad, "-report", name)
	commandtest.Fails(t, shop, 1, "no-such-folder", "-customers", "300", "-report", filepath.Join(dir, "no-such-folder", "report.html"))
	commandtest.Fails(t, shop, 1, "shop:", "-customers", "300", "-report", dir) // a folder
	// What is read is not written over, by whatever name; nor is a folder or a device.
	orders := commandtest.File(t, "orders.csv", "customer,date,amount\nA,2024-01-05,10.00\n")
	link := filepath.Join(t.TempDir(), "link.html")
	if err := os.Symlink(orders, link); err != nil {
		t.Fatal(err)
	}
	for _, same := range []string{orders, filepath.Join(filepath.Dir(orders), ".", "..", filepath.Base(filepath.Dir(orders)), "orders.csv"), link} {
		commandtest.Fails(t, shop, 1, "is the file that -orders reads", "-orders", orders, "-report", same)
	}
	if data, err := os.ReadFile(name); err != nil || string(data) != "before" {
		t.Errorf("the report of before became %.20q, %v", data, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}
