package voice_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/nps/voice"
)

// shared reads a file of the reference folder beside the repository, or skips.
func shared(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "nps", name))
	if errors.Is(err, fs.ErrNotExist) {
		tb.Skipf("not there: ../shared/data/nps/%s", name)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// sharedCSV is the rows of a CSV file, and its columns by name.
func sharedCSV(tb testing.TB, name string) (rows [][]string, column map[string]int) {
	tb.Helper()
	rows, err := csv.NewReader(bytes.NewReader(shared(tb, name))).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	column = make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	return rows[1:], column
}

// asapTaxonomy is the taxonomy of themes_zh.json, its themes in order of id.
func asapTaxonomy(tb testing.TB) (t voice.Taxonomy, recorded float64) {
	tb.Helper()
	var doc struct {
		Result struct {
			Micro struct{ F1 float64 }
		}
		Taxonomy map[string][]string
	}
	if err := json.Unmarshal(shared(tb, "themes_zh.json"), &doc); err != nil {
		tb.Fatal(err)
	}
	for id, words := range doc.Taxonomy {
		t.Themes = append(t.Themes, voice.Theme{ID: id, Keywords: words})
	}
	slices.SortFunc(t.Themes, func(a, b voice.Theme) int { return strings.Compare(a.ID, b.ID) })
	return t, doc.Result.Micro.F1
}

// TestReviews tags the 200 reviews and compares with the human labels as
// themes_zh.json did: a label counts where it is not −2 (not mentioned), a theme
// where any of its keywords is found, and F1 is taken over all pairs of review
// and theme.
func TestReviews(t *testing.T) {
	rows, column := sharedCSV(t, "asap_zh_200.csv")
	taxonomy, recorded := asapTaxonomy(t)
	lexicon := voice.MustNew(taxonomy)
	var tp, fp, fn int
	var matches []voice.Match
	var themes []string
	for _, row := range rows {
		matches = lexicon.Append(matches[:0], row[column["reviewbody"]])
		themes = voice.AppendThemes(themes[:0], matches)
		for _, theme := range taxonomy.Themes {
			found := slices.Contains(themes, theme.ID)
			switch label := row[column[theme.ID]] != "-2"; {
			case found && label:
				tp++
			case found:
				fp++
			case label:
				fn++
			}
		}
	}
	f1 := 2 * float64(tp) / float64(2*tp+fp+fn)
	t.Logf("micro F1 %.4f (recorded %.4f): %d found, %d too many, %d missed", f1, recorded, tp, fp, fn)
	if math.IsNaN(f1) || f1 < recorded {
		t.Errorf("micro F1 %v, and %v is recorded", f1, recorded)
	}
}

// within reports whether got is want to a relative 1e-9.
func within(got, want float64) bool { return math.Abs(got-want) <= 1e-9*math.Abs(want) }

// TestDriversReference compares with R (see the folder's README): lm for R² and
// LMG, base R for Johnson's weights and the rest.
func TestDriversReference(t *testing.T) {
	var ref struct {
		Drivers struct {
			N            int
			Response     string
			Drivers      []string
			R            float64   `json:"r_squared"`
			LMG          []float64 `json:"lmg"`
			LMGShare     []float64 `json:"lmg_share"`
			Johnson      []float64 `json:"johnson_relative_weights"`
			JohnsonShare []float64 `json:"johnson_share"`
			Pearson      []float64
			StdBeta      []float64 `json:"std_beta"`
		}
	}
	if err := json.Unmarshal(shared(t, "ref_nps.json"), &ref); err != nil {
		t.Fatal(err)
	}
	want := ref.Drivers
	rows, column := sharedCSV(t, "carpentries_training_2016_2018a.csv")
	read := func(name string) voice.Column {
		c := voice.Column{Name: name}
		for _, row := range rows {
			v := math.NaN()
			if text := row[column[name]]; text != "" {
				var err error
				if v, err = strconv.ParseFloat(text, 64); err != nil {
					t.Fatal(err)
				}
			}
			c.Values = append(c.Values, v)
		}
		return c
	}
	config := voice.DriversConfig{Score: read(want.Response)}
	for _, name := range want.Drivers {
		config.Drivers = append(config.Drivers, read(name))
	}
	for _, tt := range []struct {
		weighting     voice.Weighting
		weight, share []float64
	}{{"", want.Johnson, want.JohnsonShare}, {voice.LMG, want.LMG, want.LMGShare}} {
		config.Weighting = tt.weighting
		got, err := voice.Drivers(config)
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != want.N || got.LeftOut != len(rows)-want.N || !within(got.RSquared, want.R) {
			t.Errorf("%d rows, %d left out, R² %v; want %d of %d, %v", got.Rows, got.LeftOut, got.RSquared, want.N, len(rows), want.R)
		}
		for i, d := range got.Drivers {
			if d.Name != want.Drivers[i] || !within(d.Weight, tt.weight[i]) || !within(d.Share, tt.share[i]) ||
				!within(d.Pearson, want.Pearson[i]) || !within(d.StdBeta, want.StdBeta[i]) {
				t.Errorf("%s: %+v, want weight %v, share %v, r %v, beta %v", got.Weighting, d, tt.weight[i], tt.share[i], want.Pearson[i], want.StdBeta[i])
			}
		}
	}
}
