package audience

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

// member is the customer of the tests of treatments and tags.
type member struct {
	Spend   int64
	LastBuy time.Time
	City    string
	Born    segment.Date
}

var (
	memberSpend = segment.Int("spend", func(m *member) (int64, bool) { return m.Spend, m.Spend >= 0 }, segment.Meta{})
	memberLast  = segment.Instant("last_buy", func(m *member) (time.Time, bool) { return m.LastBuy, !m.LastBuy.IsZero() }, segment.Meta{})
	memberCity  = segment.String("city", func(m *member) (string, bool) { return m.City, m.City != "" }, segment.Meta{})
	memberBorn  = segment.CivilDate("born", func(m *member) (segment.Date, bool) { return m.Born, m.Born != 0 }, segment.Meta{})
	memberAll   = segment.MustSchema[member](segment.SchemaConfig{}, memberSpend, memberLast, memberCity, memberBorn)

	memberNow = segment.At{Now: time.Date(2026, 3, 15, 4, 0, 0, 0, time.UTC), Location: time.FixedZone("CST", 8*3600)}

	memberSegments = map[string]segment.Expr[member]{
		"big":    memberSpend.AtLeast(5000),
		"some":   memberSpend.AtLeast(1000),
		"any":    memberSpend.AtLeast(0),
		"recent": memberLast.Within(segment.LastHours(30 * 24)),
		"fresh":  memberLast.Within(segment.LastHours(7 * 24)),
		"bj":     memberCity.Is("北京"),
		"bj too": memberCity.In("北京"),
		"big bj": segment.All(segment.InSegment[member]("big"), memberCity.Is("北京")),
		"feast":  memberBorn.AnniversaryWithin(7),
		"cycle":  segment.InSegment[member]("cycle"),
	}
)

var errNoSegment = errors.New("no such segment")

func memberSegment(id string) (segment.Expr[member], error) {
	e, ok := memberSegments[id]
	if !ok {
		return e, errNoSegment
	}
	return e, nil
}

func row(id, segment string, t Treatment) TreatmentRow {
	return TreatmentRow{ID: id, Segment: segment, Treatment: t}
}

func treatments(t testing.TB, cfg TreatmentConfig) *Treatments[member] {
	t.Helper()
	e, err := NewTreatments(cfg, memberAll, memberNow, memberSegment)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func faultsAt(err error) []string {
	var out []string
	for f := range guanxi.Faults(err) {
		out = append(out, f.Pointer)
	}
	return out
}

var houseTable = TreatmentConfig{Version: 3, Rows: []TreatmentRow{
	row("vip", "big bj", Treatment{ServiceLevel: "adviser"}),
	row("gold", "big", Treatment{PriceList: "gold", Offer: "early"}),
	row("local", "bj", Treatment{PriceList: "beijing", Channel: "store"}),
}, Default: Treatment{PriceList: "list", ServiceLevel: "standard"}}

func TestDecide(t *testing.T) {
	cases := []struct {
		unset Unset
		c     member
		want  string
	}{
		{"", member{Spend: 6000, City: "北京"}, "{list  adviser } vip [-1 -2 0 -2]"},
		{UnsetDefault, member{Spend: 6000}, "{gold early standard } gold [1 1 -1 -2]"},
		{UnsetDefault, member{}, "{list  standard }  [-1 -2 -1 -2]"},
		{UnsetNext, member{Spend: 6000, City: "北京"}, "{gold early adviser store} vip [1 1 0 2]"},
		{UnsetNext, member{City: "北京"}, "{beijing  standard store} local [2 -2 -1 2]"},
		{UnsetEmpty, member{Spend: 6000, City: "北京"}, "{  adviser } vip [-2 -2 0 -2]"},
		{UnsetEmpty, member{}, "{list  standard }  [-1 -2 -1 -2]"},
	}
	for i, c := range cases {
		cfg := houseTable
		cfg.Unset = c.unset
		d := treatments(t, cfg).Decide(&c.c)
		if got := fmt.Sprintf("%v %s %v", d.Treatment, d.ID, d.From); got != c.want {
			t.Errorf("%d: %s, want %s", i, got, c.want)
		}
		if d.Version != 3 || (d.Row == DefaultRow) != (d.Segment == "") || d.Reason().EN == "" || d.Reason().ZH == "" {
			t.Errorf("%d: %+v", i, d)
		}
	}
	x := treatments(t, houseTable).Explain(&member{Spend: 6000})
	if len(x) != 3 || x[0].Why.Match || !x[1].Why.Match || x[1].Segment != "big" || x[0].Why.Change == nil {
		t.Errorf("%+v", x)
	}
	for c := range cells {
		if c.String() == "" || c.Label(guanxi.EN) == "" || c.Label(guanxi.ZH) == "" || houseTable.Default.Get(c) != *houseTable.Default.cell(c) {
			t.Error(c)
		}
	}
	if cells.String() != "" || cells.Label(guanxi.EN) != "" || (Treatment{}).Get(cells) != "" {
		t.Error("a cell that is none")
	}
	for _, u := range []Unset{"", UnsetDefault, UnsetNext, UnsetEmpty} {
		if u.Label(guanxi.ZH) == "" || u.Label(guanxi.EN) == "" {
			t.Error(u)
		}
	}
}

func TestTreatmentFaults(t *testing.T) {
	price := Treatment{PriceList: "a"}
	cases := []struct {
		name string
		cfg  TreatmentConfig
		err  error
		at   []string
	}{
		{"nothing", TreatmentConfig{Version: 1}, ErrNothing, []string{""}},
		{"no version", TreatmentConfig{Default: price}, ErrRevision, []string{"/version"}},
		{"unset", TreatmentConfig{Version: 1, Unset: "?", Default: price}, ErrOption, []string{"/unset"}},
		{"an empty row", TreatmentConfig{Version: 1, Rows: []TreatmentRow{row("a", "big", Treatment{})}}, ErrNothing, []string{"/rows/0"}},
		{"names", TreatmentConfig{Version: 1, Rows: []TreatmentRow{row("", " big", Treatment{Offer: "\x00"})}, Default: Treatment{Channel: string(make([]byte, 65))}},
			ErrID, []string{"/default/channel", "/rows/0/id", "/rows/0/segment", "/rows/0/offer"}},
		{"a row twice", TreatmentConfig{Version: 1, Rows: []TreatmentRow{row("a", "big", price), row("a", "bj", price)}}, ErrDuplicate, []string{"/rows/1/id"}},
		{"a segment twice", TreatmentConfig{Version: 1, Rows: []TreatmentRow{row("a", "big", price), row("b", "bj", price), row("c", "big", price)}}, ErrUnreachable, []string{"/rows/2/segment"}},
		{"too many", TreatmentConfig{Version: 1, Rows: make([]TreatmentRow, 257)}, ErrOption, []string{"/rows"}},
	}
	for _, c := range cases {
		for _, err := range []error{c.cfg.Validate(), second(NewTreatments(c.cfg, memberAll, memberNow, memberSegment))} {
			got := faultsAt(err)
			if c.name == "names" || c.name == "too many" { // the compiler says no more of them
				got = got[:min(len(got), len(c.at))]
			}
			if !errors.Is(err, c.err) || !slices.Equal(got, c.at) {
				t.Errorf("%s: %v at %v", c.name, err, got)
			}
		}
	}
	// What only the rules tell.
	cfg := TreatmentConfig{Version: 1, Rows: []TreatmentRow{
		row("a", "some", price), row("b", "big", price), row("c", "big bj", price), row("d", "gone", price), row("e", "cycle", price), row("f", "bj", price), row("g", "bj too", price),
	}}
	_, err := NewTreatments(cfg, memberAll, memberNow, memberSegment)
	if got := faultsAt(err); !slices.Equal(got, []string{"/rows/1/segment", "/rows/2/segment", "/rows/6/segment", "/rows/3/segment", "/rows/4/segment"}) ||
		!errors.Is(err, ErrUnreachable) || !errors.Is(err, ErrSegment) || !errors.Is(err, errNoSegment) || !errors.Is(err, segment.ErrCycle) {
		t.Error(err)
	}
	if _, err = NewTreatments(cfg, memberAll, memberNow, nil); !errors.Is(err, ErrSegment) {
		t.Error(err)
	}
	if _, err = NewTreatments(cfg, memberAll, segment.At{}, memberSegment); !errors.Is(err, segment.ErrTime) || faultsAt(err)[0] != "/at/now" {
		t.Error(err)
	}
	// With inheritance a row behind a wider one may still give what that leaves empty.
	cfg = TreatmentConfig{Version: 1, Unset: UnsetNext, Rows: []TreatmentRow{
		row("a", "some", price), row("b", "big", Treatment{PriceList: "b", Offer: "o"}), row("c", "big bj", Treatment{PriceList: "c", Offer: "c"}),
	}}
	if err := second(NewTreatments(cfg, memberAll, memberNow, memberSegment)); !slices.Equal(faultsAt(err), []string{"/rows/2/segment"}) {
		t.Error(err)
	}
}

func TestTreatmentJSON(t *testing.T) {
	b, err := json.Marshal(houseTable)
	if err != nil {
		t.Fatal(err)
	}
	var c TreatmentConfig
	if err := json.Unmarshal(b, &c); err != nil || !reflect.DeepEqual(c, houseTable) {
		t.Errorf("%v\n%+v", err, c)
	}
	err = json.Unmarshal([]byte(`{"version":1,"rows":[{"id":"a","segmnt":"big","offer":1}]}`), &c)
	if !errors.Is(err, guanxi.ErrUnknownField) || !errors.Is(err, guanxi.ErrType) || !reflect.DeepEqual(c, houseTable) {
		t.Error(err)
	}
}

// randomMember lies at the edges of the segments.
func randomMember(g *rand.Rand) member {
	return member{
		Spend:   []int64{-1, 0, 999, 1000, 4999, 5000}[g.IntN(6)],
		LastBuy: []time.Time{{}, memberNow.Now.Add(-time.Duration(g.IntN(40*24)) * time.Hour), memberNow.Now.Add(time.Duration(g.IntN(100)) * time.Hour)}[g.IntN(3)],
		City:    []string{"", "北京", "上海"}[g.IntN(3)],
	}
}

// The decision is the plain reading of the table, and NextChange is the first hour
// at which it differs.
func TestTreatmentLaws(t *testing.T) {
	ids := []string{"fresh", "recent", "bj", "big bj", "big", "some"}
	turns := 0
	for seed := range uint64(400) {
		g := rand.New(rand.NewPCG(seed, 4))
		cfg := TreatmentConfig{Version: 1, Unset: []Unset{UnsetDefault, UnsetNext, UnsetEmpty}[g.IntN(3)], Default: randomTreatment(g)}
		for i := range ids[:1+g.IntN(6)] {
			cfg.Rows = append(cfg.Rows, row(ids[i], ids[i], randomTreatment(g)))
		}
		shuffle(g, cfg.Rows)
		e, err := NewTreatments(cfg, memberAll, memberNow, memberSegment)
		if err != nil {
			if !errors.Is(err, ErrUnreachable) && !errors.Is(err, ErrNothing) {
				t.Fatal(err)
			}
			continue
		}
		for range 5 {
			c := randomMember(g)
			d := e.Decide(&c)
			want := plainDecision(t, cfg, &c)
			if d.Treatment != want {
				t.Fatalf("%d: %+v, want %+v\n%+v\n%+v", seed, d, want, cfg, c)
			}
			next, ok := e.NextChange(&c)
			found := false
			for h := 1; h <= 45*24; h++ {
				at := memberNow
				at.Now = at.Now.Add(time.Duration(h) * time.Hour)
				moved, err := e.At(at)
				if err != nil {
					t.Fatal(err)
				}
				if moved.Decide(&c) == d {
					continue
				}
				if !ok || !next.Equal(at.Now) {
					t.Fatalf("%d: %v %v, and it changes at %v\n%+v", seed, next, ok, at.Now, cfg)
				}
				found = true
				turns++
				break
			}
			if ok != found {
				t.Fatalf("%d: %v %v, and it does not change", seed, next, ok)
			}
		}
	}
	if turns < 100 {
		t.Error(turns)
	}
	e := treatments(t, houseTable)
	if _, err := e.At(segment.At{}); !errors.Is(err, segment.ErrTime) {
		t.Error(err)
	}
}

func randomTreatment(g *rand.Rand) Treatment {
	var t Treatment
	for c := range cells {
		if g.IntN(2) == 0 {
			*t.cell(c) = fmt.Sprint("v", g.IntN(100))
		}
	}
	return t
}

func plainDecision(t *testing.T, cfg TreatmentConfig, c *member) Treatment {
	var out Treatment
	fill := func(from Treatment) {
		for i := range cells {
			if *out.cell(i) == "" {
				*out.cell(i) = *from.cell(i)
			}
		}
	}
	for _, r := range cfg.Rows {
		rule, err := memberAll.Compile(memberSegments[r.Segment], memberNow, memberSegment)
		if err != nil {
			t.Fatal(err)
		}
		if !rule.Match(c) {
			continue
		}
		fill(r.Treatment)
		switch cfg.Unset {
		case UnsetEmpty:
			return out
		case UnsetDefault:
			fill(cfg.Default)
			return out
		}
	}
	fill(cfg.Default)
	return out
}
