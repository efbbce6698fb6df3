package nps_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps"
)

// Every config is read back as it was written.
func TestConfigJSON(t *testing.T) {
	berlin := must(time.LoadLocation("Europe/Berlin"))
	for _, want := range []any{
		&nps.WindowConfig{Kind: nps.CSAT, Days: 30, Location: berlin, Repeat: nps.LatestAnswer},
		&nps.WindowConfig{Days: 1},
		&nps.TrendConfig{Kind: nps.Other, Range: nps.Range{Min: 1, Max: 10, Passive: 8, Promoter: 9}, Period: nps.Week, Location: berlin, Confidence: 0.9, MinAnswers: 5},
		&nps.KPI{Target: 0.3, MinAnswers: 50},
		&nps.Plan{Power: 0.9},
		&nps.CompareConfig{Adjust: nps.BH},
		&nps.MonitorConfig{Lambda: 0.1, Limit: 2.814},
		&nps.RakeConfig{Kind: nps.CES, Margins: []nps.Margin{{Name: "channel", Targets: []nps.Target{{Cell: "web", Size: 3}}}}},
	} {
		data := must(json.Marshal(want))
		got := reflect.New(reflect.TypeOf(want).Elem()).Interface()
		if err := guanxi.UnmarshalStrict(data, got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", data, got, err)
		}
	}
	var w nps.WindowConfig
	if err := json.Unmarshal([]byte(`{"days":7,"location":"+08:00"}`), &w); err != nil || string(must(json.Marshal(w))) != `{"days":7,"location":"+08:00"}` {
		t.Errorf("%+v, %v", w, err)
	}
	w.Location = time.UTC
	if string(must(json.Marshal(w))) != `{"days":7,"location":"UTC"}` {
		t.Errorf("%s", must(json.Marshal(w)))
	}
	before := w
	for text, want := range map[string]error{
		`{"days":7,"location":"Mars/Olympus"}`: nps.ErrOption,
		`{"days":7,"kind":"nsp"}`:              nps.ErrKind,
		`{"days":0}`:                           nps.ErrOption,
		`{"day":1}`:                            guanxi.ErrUnknownField,
		`{"days":7,"range":{"min":1,"max":1,"passive":1,"promoter":1}}`: nps.ErrRange,
	} {
		if err := json.Unmarshal([]byte(text), &w); !errors.Is(err, want) || w != before {
			t.Errorf("%s: %v", text, err)
		}
	}
	var trend nps.TrendConfig
	for text, want := range map[string]error{`{"period":"age"}`: nps.ErrOption, `{"period":7}`: guanxi.ErrType} {
		if err := json.Unmarshal([]byte(text), &trend); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Student's quantiles with one and two degrees of freedom have closed forms.
func TestStudent(t *testing.T) {
	for _, c := range []float64{0.01, 0.3, 0.5, 0.9, 0.95, 0.99, 0.9999} {
		near(t, "t of 1", nps.StudentQuantile(1, 1-c)/math.Tan(math.Pi/2*c), 1, closed)
		near(t, "t of 2", nps.StudentQuantile(2, 1-c)/(c*math.Sqrt(2/(1-c*c))), 1, closed)
	}
	// On both sides of where the expansion takes over.
	near(t, "t of 1,000", nps.StudentQuantile(1000, 0.05), nps.StudentQuantile(1000.0001, 0.05), closed)
	near(t, "t of 1,000", nps.StudentQuantile(1000, 0.001), nps.StudentQuantile(1000.0001, 0.001), closed)
	near(t, "t of very many", nps.StudentQuantile(1e9, 0.05), 1.959963984540054+2.37e-9, 1e-11)
}

func TestDiffOfShares(t *testing.T) {
	a, b := fill(t, nps.CSAT, []int64{5, 10, 0, 20, 25}), fill(t, nps.CSAT, []int64{20, 8, 0, 2, 50})
	want := must(nps.DiffShares(nps.Share{Hits: 52, Of: 80}, nps.Share{Hits: 45, Of: 60}, 0.95))
	if d := must(nps.Diff(b, a, 0.95)); d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
}

// Customers who fell out of a window are forgotten.
func TestWindowForgets(t *testing.T) {
	now := instant("2026-01-01T00:00:00Z")
	w := must(nps.NewWindow[int](now, nps.WindowConfig{Days: 3, Repeat: nps.LatestAnswer}))
	for day := range 20 {
		for customer := 1; customer <= 600; customer++ {
			if err := w.Add(customer+600*day, 9, now.Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		now = now.AddDate(0, 0, 1)
		if err := w.Advance(now); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.Tally().Answers(); n != 1200 || w.Customers() > 2*1200+1024 {
		t.Errorf("%d answers, %d customers", n, w.Customers())
	}
}

// Exact intervals of very large and very uneven samples stay in order.
func TestHugeShares(t *testing.T) {
	for _, n := range []int64{1e7, 1e9, 1e9 + 1, 1e13, nps.MaxCount} {
		for _, hits := range []int64{0, 1, 2, n / 1000, n / 2, n - 1, n} {
			for _, m := range shareMethods {
				for _, level := range []float64{0.5, 0.95, 1 - 1e-12} {
					s := nps.Share{Hits: hits, Of: n}
					value, _ := s.Value()
					i := must(s.Interval(m, level))
					if !(i.Low >= 0 && i.High <= 1 && i.Low <= i.High) || !i.Contains(value) && m != nps.Jeffreys {
						t.Errorf("%d of %d, %q at %v: %v", hits, n, m, level, i)
					}
				}
			}
		}
	}
}

func FuzzTrendConfig(f *testing.F) {
	f.Add([]byte(`{"kind":"csat","period":"week","location":"Asia/Shanghai","repeat":"latest","confidence":0.9}`))
	f.Add([]byte(`{"range":{"min":1,"max":10,"passive":8,"promoter":9},"period":"day","location":"-03:30"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c, back nps.TrendConfig
		if json.Unmarshal(data, &c) != nil {
			return
		}
		text := must(json.Marshal(c))
		if err := json.Unmarshal(text, &back); err != nil || string(must(json.Marshal(back))) != string(text) {
			t.Fatalf("%s is read back as %+v, %v", text, back, err)
		}
	})
}

// Configs refuse what they do not know, at its place, and stay as they were.
func TestConfigStrict(t *testing.T) {
	for _, tt := range []struct {
		into    any
		text    string
		want    error
		pointer string
	}{
		{&nps.KPI{Target: 0.1}, `{"taget":0.3}`, guanxi.ErrUnknownField, "/taget"},
		{&nps.KPI{Target: 0.1}, `{"target":3}`, nps.ErrOption, "/target"},
		{&nps.RakeConfig{Population: 1}, `{"margins":[]}`, nps.ErrTarget, "/margins"},
		{&nps.RakeConfig{Population: 1}, `{"margins":[{"nam":"a"}]}`, guanxi.ErrUnknownField, "/margins/0/nam"},
		{&nps.MonitorConfig{Lambda: 0.1}, `{"lambda":2}`, nps.ErrOption, "/lambda"},
		{&nps.Range{Max: 5}, `{"min":1,"max":5,"passive":9,"promoter":4}`, nps.ErrRange, "/passive"},
		{&nps.Plan{Power: 0.9}, `{"power":1}`, nps.ErrOption, "/power"},
		{&nps.CompareConfig{MinAnswers: 9}, `{"adjust":"bhh"}`, nps.ErrOption, "/adjust"},
		{&nps.WindowConfig{Days: 3}, `{"days":7,"range":{"min":1,"max":5,"passive":9,"promoter":4}}`, nps.ErrRange, "/range/passive"},
	} {
		before := reflect.ValueOf(tt.into).Elem().Interface()
		err := json.Unmarshal([]byte(tt.text), tt.into)
		found := false
		for fault := range guanxi.Faults(err) {
			found = found || fault.Pointer == tt.pointer && errors.Is(fault, tt.want)
		}
		if !found || !reflect.DeepEqual(reflect.ValueOf(tt.into).Elem().Interface(), before) {
			t.Errorf("%T from %s: %v, want %v at %s", tt.into, tt.text, err, tt.want, tt.pointer)
		}
	}
}

// TestLocalLocation: the machine's own zone is no config, whether it is stored or not.
func TestLocalLocation(t *testing.T) {
	for _, c := range []interface{ Validate() error }{
		nps.WindowConfig{Days: 7, Location: time.Local}, nps.TrendConfig{Period: nps.Day, Location: time.Local},
	} {
		var fault *guanxi.FieldError
		if err := c.Validate(); !errors.As(err, &fault) || fault.Pointer != "/location" || !errors.Is(err, nps.ErrOption) {
			t.Errorf("%T: %v", c, err)
		}
	}
}
