package survival_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/churn/survival"
)

// The shared reference files are compared whole: a test builds a tree of the
// same shape from this package's answers, and every number, text and key of the
// file must be in it.

func sharedFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "survival", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no ../shared/data/survival/%s: numbers quoted from it are in TestReferenceNumbers", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sharedJSON(t testing.TB, name string) map[string]any {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal(sharedFile(t, name), &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// about are keys that say where numbers come from.
var about = map[string]bool{"produced_by": true, "data": true, "event_rule": true, "rows": true, "notes": true,
	"note": true, "formula": true, "model": true, "marker": true, "test": true}

// same compares a reference with what was computed. tol is relative, and
// absolute below 1.
func same(t *testing.T, path string, want, have any, tol func(path string) float64) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			t.Errorf("%s: not understood", path)
			return
		}
		for k, v := range w {
			if about[k] {
				continue
			}
			g, ok := h[k]
			if !ok {
				t.Errorf("%s/%s: not understood", path, k)
				continue
			}
			same(t, path+"/"+k, v, g, tol)
		}
	case []any:
		h := list(have)
		if len(h) != len(w) {
			t.Errorf("%s: %d values, want %d", path, len(h), len(w))
			return
		}
		for i, v := range w {
			same(t, fmt.Sprintf("%s/%d", path, i), v, h[i], tol)
		}
	case nil:
		if f, ok := have.(float64); have != nil && (!ok || !math.IsNaN(f)) {
			t.Errorf("%s: %v, want none", path, have)
		}
	case float64:
		h, ok := number(have)
		if !ok || !(math.Abs(h-w) <= tol(path)*math.Max(1, math.Abs(w))) {
			t.Errorf("%s: %v, want %v (off by %g)", path, have, w, h-w)
		}
	default:
		if want != have {
			t.Errorf("%s: %v, want %v", path, have, want)
		}
	}
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case int64:
		return float64(x), true
	}
	return 0, false
}

func list(v any) (out []any) {
	switch x := v.(type) {
	case []any:
		return x
	case []float64:
		for _, f := range x {
			out = append(out, f)
		}
	case []int:
		for _, f := range x {
			out = append(out, f)
		}
	case []string:
		for _, f := range x {
			out = append(out, f)
		}
	case [][]float64:
		for _, f := range x {
			out = append(out, f)
		}
	}
	return out
}

func floats(v any) (out []float64) {
	for _, x := range list(v) {
		f, ok := number(x)
		if !ok {
			f = math.NaN()
		}
		out = append(out, f)
	}
	return out
}

// frame is a CSV file by column.
type frame map[string][]string

func sharedFrame(t testing.TB, name string) frame {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(string(sharedFile(t, name)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f := frame{}
	for k, column := range records[0] {
		for _, r := range records[1:] {
			f[column] = append(f[column], r[k])
		}
	}
	return f
}

// num is a column of numbers, NaN where a field is empty.
func (f frame) num(t testing.TB, column string) []float64 {
	t.Helper()
	texts, ok := f[column]
	if !ok {
		t.Fatalf("no column %q", column)
	}
	out := make([]float64, len(texts))
	for i, s := range texts {
		v, err := strconv.ParseFloat(s, 64)
		if s == "" {
			v = math.NaN()
		} else if err != nil {
			t.Fatal(err)
		}
		out[i] = v
	}
	return out
}

// labels is a column as a factor, its levels named as R names them.
func (f frame) labels(t testing.TB, column string, levels ...string) survival.Factor {
	t.Helper()
	if column == "celltype" && levels == nil {
		levels = []string{"squamous", "smallcell", "adeno", "large"}
	}
	for i := range levels {
		levels[i] = column + "=" + levels[i]
	}
	texts := make([]string, len(f[column]))
	for i, s := range f[column] {
		if s != "" {
			texts[i] = column + "=" + s
		}
	}
	factor, err := survival.NewFactor(texts, levels...)
	if err != nil {
		t.Fatal(err)
	}
	return factor
}

// data is time and status of a frame; event is the status of who left.
func (f frame) data(t testing.TB, event string) survival.Data {
	d := survival.Data{Time: f.num(t, "time")}
	for _, s := range f["status"] {
		d.Event = append(d.Event, s == event)
	}
	return d
}

func lung(t testing.TB) (frame, survival.Data) {
	f := sharedFrame(t, "lung.csv")
	return f, f.data(t, "2")
}

func veteran(t testing.TB) (frame, survival.Data) {
	f := sharedFrame(t, "veteran.csv")
	return f, f.data(t, "1")
}

// covariates makes columns of terms; celltype becomes its contrasts.
func (f frame) covariates(t testing.TB, names []string) (out []survival.Covariate) {
	t.Helper()
	for _, name := range names {
		cell, ok := strings.CutPrefix(name, "celltype")
		if !ok {
			out = append(out, survival.Covariate{Name: name, Values: f.num(t, name)})
			continue
		}
		values := make([]float64, len(f["celltype"]))
		for i, s := range f["celltype"] {
			if s == cell {
				values[i] = 1
			}
		}
		out = append(out, survival.Covariate{Name: name, Term: "celltype", Values: values})
	}
	return out
}

// subset keeps the rows for which keep holds.
func subset(d survival.Data, keep func(i int) bool) survival.Data {
	var rows []int
	for i := range d.Time {
		if keep(i) {
			rows = append(rows, i)
		}
	}
	return pick(d, rows)
}

// pick takes rows in an order.
func pick(d survival.Data, rows []int) survival.Data {
	return survival.Data{Time: take(d.Time, rows), Event: take(d.Event, rows), Entry: take(d.Entry, rows),
		Group:   survival.Factor{Codes: take(d.Group.Codes, rows), Levels: d.Group.Levels},
		Strata:  survival.Factor{Codes: take(d.Strata.Codes, rows), Levels: d.Strata.Levels},
		Missing: d.Missing}
}

func take[T any](from []T, rows []int) []T {
	if from == nil {
		return nil
	}
	out := make([]T, 0, len(rows))
	for _, i := range rows {
		out = append(out, from[i])
	}
	return out
}

func texts(v any) (out []string) {
	for _, x := range list(v) {
		out = append(out, x.(string))
	}
	return out
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
