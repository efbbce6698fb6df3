package voice_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/guanxi-go/guanxi/nps/voice"
)

var threeThemes = []voice.Theme{
	{ID: "price", Name: guanxi.Text{EN: "Price", ZH: "价格"}},
	{ID: "quote", Parent: "price"},
	{ID: "logistics", Name: guanxi.Text{EN: "Delivery", ZH: "物流"}},
}

func newImpact(tb testing.TB, kind nps.Kind) *voice.Impact {
	tb.Helper()
	a, err := voice.NewImpact(voice.ImpactConfig{Kind: kind, Themes: threeThemes})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// add counts n answers of a score.
func add(tb testing.TB, a *voice.Impact, n, score int, themes ...string) {
	tb.Helper()
	for range n {
		if err := a.Add(score, themes...); err != nil {
			tb.Fatal(err)
		}
	}
}

func TestImpact(t *testing.T) {
	a := newImpact(t, nps.NPS)
	add(t, a, 40, 10)
	add(t, a, 20, 8, "price")
	add(t, a, 30, 2, "logistics", "quote", "quote")
	add(t, a, 10, 10, "logistics", "price", "quote")
	if got, _ := a.With("price"); got.Answers() != 60 || a.All().Answers() != 100 {
		t.Errorf("a parent counts %d of %d", got.Answers(), a.All().Answers())
	}
	if _, ok := a.With("none"); ok {
		t.Error("a theme that is not there")
	}
	r, err := a.Report(voice.ReportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	near := func(got, want float64) bool { return math.Abs(got-want) <= 1e-12 }
	if r.Answers != 100 || !near(r.Overall.Score, 0.2) || r.Confidence != nps.DefaultConfidence {
		t.Errorf("%+v", r)
	}
	// Overall 0.2; without price and its part (40 promoters) 1, without the
	// quote, and without delivery, 40 promoters of 60.
	want := []struct {
		theme         string
		answers       int64
		with, without float64
	}{{"price", 60, -20.0 / 60, 1}, {"quote", 40, -0.5, 40.0 / 60}, {"logistics", 40, -0.5, 40.0 / 60}}
	for i, w := range want {
		g := r.Themes[i]
		if g.Theme != w.theme || g.Answers != w.answers || !near(g.Share, float64(w.answers)/100) || !near(g.With.Score, w.with) || !near(g.Without.Score, w.without) ||
			!near(g.Effect.Impact, 0.2-w.without) || !near(g.Effect.Impact, g.Share*(w.with-w.without)) || !g.Effect.Contains(g.Effect.Impact) {
			t.Errorf("%+v, %+v", g, g.Effect)
		}
	}
	p := []float64{r.Themes[0].Effect.P, r.Themes[1].Effect.P, r.Themes[2].Effect.P}
	for _, adjust := range []nps.Adjustment{"", nps.Holm, nps.BH} {
		r, err := a.Report(voice.ReportConfig{Adjust: adjust})
		if err != nil {
			t.Fatal(err)
		}
		adjusted, _ := nps.AppendAdjusted(nil, p, adjust)
		for i, theme := range r.Themes {
			if theme.Effect.P != p[i] || theme.Effect.Adjusted != adjusted[i] || adjusted[i] < p[i] {
				t.Errorf("%q: %+v, want %v", adjust, theme.Effect, adjusted[i])
			}
		}
	}
	if en, zh := r.Themes[2].Label(guanxi.EN), r.Themes[1].Label(guanxi.ZH); en != "Delivery" || zh != "quote" {
		t.Error(en, zh)
	}
}

func TestImpactUnknown(t *testing.T) {
	a := newImpact(t, nps.CSAT)
	r, err := a.Report(voice.ReportConfig{})
	if err != nil || r.Overall != nil || r.Answers != 0 || len(r.Themes) != 3 {
		t.Errorf("of nothing: %+v, %v", r, err)
	}
	add(t, a, 40, 5, "price")
	add(t, a, 20, 1, "price", "logistics")
	r, err = a.Report(voice.ReportConfig{})
	if err != nil {
		t.Fatal(err)
	}
	price, quote, logistics := r.Themes[0], r.Themes[1], r.Themes[2]
	if price.With == nil || price.Without != nil || price.Effect != nil || price.Share != 1 {
		t.Errorf("all speak of it: %+v", price)
	}
	if quote.With != nil || quote.Without == nil || quote.Effect != nil || quote.Share != 0 {
		t.Errorf("nobody speaks of it: %+v", quote)
	}
	if logistics.With == nil || logistics.Effect != nil {
		t.Errorf("too few speak of it: %+v", logistics)
	}
	r, err = a.Report(voice.ReportConfig{MinAnswers: 20})
	if err != nil || r.Themes[0].Theme != "logistics" || r.Themes[0].Effect == nil || r.Themes[0].Effect.Adjusted != r.Themes[0].Effect.P {
		t.Errorf("%+v, %v", r.Themes[0], err)
	}
	doc, err := json.Marshal(r.Themes[1])
	if want := `{"theme":"price","name":{"en":"Price","zh":"价格"},"answers":60,"share":1,"with":{`; err != nil || !strings.HasPrefix(string(doc), want) || strings.Contains(string(doc), "without") {
		t.Errorf("%s, %v", doc, err)
	}
}

func TestImpactFaults(t *testing.T) {
	a := newImpact(t, nps.NPS)
	add(t, a, 3, 9, "price")
	before, _ := a.MarshalBinary()
	err := a.Add(11, "quote", "x", "y")
	if got := faults(err); !errors.Is(err, nps.ErrScore) || !errors.Is(err, voice.ErrTheme) ||
		!slices.EqualFunc(got, []string{"/score: ", "/themes/1: unknown theme: \"x\"", "/themes/2: unknown theme"}, strings.HasPrefix) {
		t.Errorf("%q", got)
	}
	if err := a.AddMatches(5, []voice.Match{{Theme: "price"}, {Theme: "z"}}); !errors.Is(err, voice.ErrTheme) {
		t.Error(err)
	}
	if err := a.Add(-1); !errors.Is(err, nps.ErrScore) {
		t.Error(err)
	}
	for name, config := range map[string]voice.ImpactConfig{
		"another kind":  {Kind: nps.ENPS, Themes: threeThemes},
		"another scale": {Range: nps.Range{Min: 0, Max: 10, Passive: 6, Promoter: 9}, Themes: threeThemes},
		"other themes":  {Themes: threeThemes[2:]},
		"other parents": {Themes: []voice.Theme{{ID: "price"}, {ID: "quote"}, {ID: "logistics"}}},
	} {
		o, err := voice.NewImpact(config)
		if err != nil {
			t.Fatal(err)
		}
		data, _ := o.MarshalBinary()
		if err := a.Merge(o); !errors.Is(err, voice.ErrMismatch) {
			t.Errorf("%s: Merge: %v", name, err)
		}
		if err := a.UnmarshalBinary(data); !errors.Is(err, voice.ErrMismatch) {
			t.Errorf("%s: UnmarshalBinary: %v", name, err)
		}
	}
	for _, data := range [][]byte{nil, []byte("guanxi/voice"), []byte("guanxi/voice\x02"), append(slices.Clone(before), 0), before[:len(before)-1], append(before[:len(before)-1:len(before)-1], 0x80, 0), append(before[:len(before)-1:len(before)-1], 9)} {
		if err := a.UnmarshalBinary(data); !errors.Is(err, voice.ErrFormat) {
			t.Errorf("%q: %v", data, err)
		}
	}
	if after, _ := a.MarshalBinary(); string(after) != string(before) {
		t.Errorf("changed: %x, was %x", after, before)
	}
	_, err = voice.NewImpact(voice.ImpactConfig{Kind: 99, Themes: []voice.Theme{{}, {ID: "a", Parent: "b"}}})
	if got := faults(err); !errors.Is(err, nps.ErrKind) || !errors.Is(err, voice.ErrEmpty) || !errors.Is(err, voice.ErrTheme) ||
		!slices.EqualFunc(got, []string{"/kind: ", "/themes/0/id: ", "/themes/1/parent: "}, strings.HasPrefix) {
		t.Errorf("%q", got)
	}
	_, err = a.Report(voice.ReportConfig{Confidence: 1, Adjust: "x", MinAnswers: -1})
	if got := faults(err); !slices.EqualFunc(got, []string{"/confidence: ", "/adjust: ", "/min_answers: "}, strings.HasPrefix) {
		t.Errorf("%q", got)
	}
}

func TestImpactMerge(t *testing.T) {
	whole, left, right := newImpact(t, nps.NPS), newImpact(t, nps.NPS), newImpact(t, nps.NPS)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		score, themes := rng.IntN(11), []string{"price", "quote", "logistics"}[rng.IntN(3):]
		part := []*voice.Impact{left, right}[rng.IntN(2)]
		add(t, whole, 1, score, themes...)
		add(t, part, 1, score, themes...)
	}
	data, _ := left.MarshalBinary()
	again := newImpact(t, nps.NPS)
	add(t, again, 5, 5)
	if err := again.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if err := right.Merge(again); err != nil {
		t.Fatal(err)
	}
	want, _ := whole.MarshalBinary()
	if got, _ := right.MarshalBinary(); string(got) != string(want) {
		t.Errorf("%x, want %x", got, want)
	}
	right.Reset()
	want, _ = newImpact(t, nps.NPS).MarshalBinary()
	if got, _ := right.MarshalBinary(); string(got) != string(want) {
		t.Errorf("after Reset: %x", got)
	}
}

// TestImpactGolden keeps the encoding readable: a version that was once
// released decodes for ever.
func TestImpactGolden(t *testing.T) {
	a := newImpact(t, nps.CSAT)
	add(t, a, 200, 5, "price")
	add(t, a, 3, 1, "quote")
	const golden = "guanxi/voice\x01\x02\x02\x0a\x06\x08\x03\x05price\x00\x05quote\x01\x09logistics\x00" +
		"\x03\x00\x00\x00\xc8\x01" + "\x03\x00\x00\x00\xc8\x01" + "\x03\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00"
	if got, err := a.MarshalBinary(); err != nil || string(got) != golden {
		t.Errorf("%q, %v", got, err)
	}
	b := newImpact(t, nps.CSAT)
	if err := b.UnmarshalBinary([]byte(golden)); err != nil || b.All() != a.All() {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestImpactLaws checks over random counts that the interval contains the
// impact, nests in a wider one, agrees with p about 0, and that the mirror image
// of the scores gives the mirror image.
func TestImpactLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		a, mirror := newImpact(t, nps.NPS), newImpact(t, nps.NPS)
		lean := rng.IntN(5)
		for range 10 + rng.IntN(60) {
			class := rng.IntN(3)
			var themes []string
			if rng.IntN(4) == 0 {
				themes, class = []string{"logistics"}, max(0, class-min(lean, rng.IntN(3)))
			}
			add(t, a, 1, []int{0, 8, 10}[class], themes...)
			add(t, mirror, 1, []int{10, 8, 0}[class], themes...)
		}
		report := func(a *voice.Impact, confidence float64) *voice.Effect {
			r, err := a.Report(voice.ReportConfig{Confidence: confidence, MinAnswers: 1})
			if err != nil {
				t.Fatal(err)
			}
			return r.Themes[0].Effect
		}
		narrow, wide, mirrored := report(a, 0.8), report(a, 0.95), report(mirror, 0.8)
		if narrow == nil {
			continue
		}
		const eps = 1e-9
		if !narrow.Contains(narrow.Impact) || wide.Low > narrow.Low+eps || wide.High < narrow.High-eps {
			t.Errorf("%+v in %+v", narrow, wide)
		}
		if math.Abs(narrow.Low+mirrored.High) > eps || math.Abs(narrow.High+mirrored.Low) > eps || math.Abs(narrow.P-mirrored.P) > eps {
			t.Errorf("%+v and its mirror image %+v", narrow, mirrored)
		}
		if out := narrow.Low > 0 || narrow.High < 0; out != (narrow.P < 0.2) && math.Abs(narrow.P-0.2) > 1e-6 {
			t.Errorf("interval and p disagree about 0: %+v", narrow)
		}
	}
}

// TestImpactCoverage draws answers of which a share speaks of a theme, with
// other scores than the rest, and counts how often the interval has the impact
// that they were drawn with: near 95 %.
func TestImpactCoverage(t *testing.T) {
	draws := 1500
	if long := os.Getenv("GUANXI_LONG"); long != "" && long != "0" {
		draws = 6000
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for _, tt := range []struct {
		name          string
		answers       int
		share         float64
		with, without [2]float64 // detractors, promoters
	}{
		{"none", 200, 0.2, [2]float64{0.2, 0.5}, [2]float64{0.2, 0.5}},
		{"some", 200, 0.2, [2]float64{0.4, 0.3}, [2]float64{0.2, 0.5}},
		{"strong", 200, 0.2, [2]float64{0.9, 0.05}, [2]float64{0.05, 0.8}},
		{"strong, few", 60, 0.3, [2]float64{0.05, 0.9}, [2]float64{0.6, 0.2}},
		{"rare", 300, 0.03, [2]float64{0.6, 0.2}, [2]float64{0.2, 0.5}},
	} {
		truth := tt.share * (tt.with[1] - tt.with[0] - tt.without[1] + tt.without[0])
		covered, known := 0, 0
		a := newImpact(t, nps.NPS)
		for range draws {
			a.Reset()
			for range tt.answers {
				themes, classes := []string(nil), tt.without
				if rng.Float64() < tt.share {
					themes, classes = []string{"logistics"}, tt.with
				}
				score, u := 8, rng.Float64()
				if u < classes[0] {
					score = 0
				} else if u < classes[0]+classes[1] {
					score = 10
				}
				add(t, a, 1, score, themes...)
			}
			r, err := a.Report(voice.ReportConfig{MinAnswers: 1})
			if err != nil {
				t.Fatal(err)
			}
			if e := r.Themes[0].Effect; e != nil {
				known++
				if e.Contains(truth) {
					covered++
				}
			}
		}
		got := float64(covered) / float64(known)
		t.Logf("%s: %.3f of %d", tt.name, got, known)
		if got < 0.93 || got > 0.985 {
			t.Errorf("%s: coverage %.3f", tt.name, got)
		}
	}
}

// Both configs are read strictly, with every fault at its place, or not at all.
func TestConfigsAreStrict(t *testing.T) {
	for _, tt := range []struct {
		config any
		doc    string
		want   []string
		is     error
	}{
		{&voice.ReportConfig{}, `{"confidence":0.9,"adjust":"bh","min_answers":5}`, nil, nil},
		{&voice.ReportConfig{}, `{"certainty":0.9,"min_answer":5}`, []string{"/certainty", "/min_answer"}, guanxi.ErrUnknownField},
		{&voice.ReportConfig{}, `{"confidence":"high"}`, []string{"/confidence"}, guanxi.ErrType},
		{&voice.ReportConfig{}, `{"confidence":2,"min_answers":-1}`, []string{"/confidence", "/min_answers"}, nps.ErrConfidence},
		{&voice.ImpactConfig{}, `{"kind":"csat","themes":[{"id":"a","name":{"en":"A"}}]}`, nil, nil},
		{&voice.ImpactConfig{}, `{"kinds":"csat","themes":[{"id":"a","color":1}]}`, []string{"/kinds", "/themes/0/color"}, guanxi.ErrUnknownField},
		{&voice.ImpactConfig{}, `{"kind":"csat","themes":[{"id":"a"},{"id":"a"}]}`, []string{"/themes/1/id"}, voice.ErrDuplicate},
		{&voice.ImpactConfig{}, `{"kind":"csat"}`, []string{"/themes"}, voice.ErrEmpty},
	} {
		err := json.Unmarshal([]byte(tt.doc), tt.config)
		var got []string
		for fault := range guanxi.Faults(err) {
			got = append(got, fault.Pointer)
		}
		slices.Sort(got)
		if !slices.Equal(got, tt.want) || !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, want faults at %q", tt.doc, err, tt.want)
		}
		if zero := reflect.ValueOf(tt.config).Elem().IsZero(); zero != (tt.is != nil) {
			t.Errorf("%s: %+v after %v", tt.doc, tt.config, err)
		}
	}
}
