package audience

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
)

type record = IdentityRecord[int]

func phone(v string) Identifier  { return Identifier{PhoneID, v} }
func union1(v string) Identifier { return Identifier{WeChatUnionID, v} }
func cardNo(v string) Identifier { return Identifier{MemberCardID, v} }
func mail(v string) Identifier   { return Identifier{EmailID, v} }

func of(key int, ids ...Identifier) record { return record{key, ids} }

func identityRules(t testing.TB, cfg IdentityConfig) *IdentityRules[int] {
	t.Helper()
	m, err := NewIdentityRules(guanxi.IntKey[int](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func resolve(t testing.TB, m *IdentityRules[int], records []record, decisions ...IdentityDecision[int]) *Identities[int] {
	t.Helper()
	o, err := m.Resolve(records, decisions)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func customers(o *Identities[int]) [][]int {
	var out [][]int
	for _, keys := range o.All() {
		out = append(out, keys)
	}
	return out
}

const (
	p1 = "138 0013 8001"
	p2 = "138 0013 8002"
	p3 = "138 0013 8003"
)

func TestResolve(t *testing.T) {
	many := make([]record, 6)
	for i := range many {
		many[i] = of(i, phone(p1))
	}
	cases := []struct {
		name      string
		records   []record
		decisions []IdentityDecision[int]
		want      string
		conflicts string
	}{
		{name: "nobody", want: "[]", conflicts: ""},
		{name: "nothing in common", records: []record{of(1, phone(p1)), of(2, phone(p2)), of(3)}, want: "[[1] [2] [3]]"},
		{name: "a phone in several forms", records: []record{of(1, phone("+86 138-0013-8001")), of(2, phone("０086 13800138001")), of(3, phone("8613800138001"))}, want: "[[1 2 3]]"},
		{name: "chain of kinds", records: []record{of(1, union1("u1")), of(2, union1("u1"), phone(p1)), of(3, phone(p1), mail("A@x.cn")), of(4, mail("a@X.cn "))}, want: "[[1 2 3 4]]"},
		{name: "same phone, different union ids", records: []record{of(1, union1("u1"), phone(p1)), of(2, union1("u2"), phone(p1))},
			want: "[[1] [2]]", conflicts: "apart [{phone +8613800138001}] [wechat_union] [1 2];"},
		{name: "same phone, different cards: the phone is stronger", records: []record{of(1, cardNo("a1"), phone(p1)), of(2, cardNo("a2"), phone(p1))},
			want: "[[1 2]]", conflicts: "several [{member_card A1} {member_card A2}] [] [1 2];"},
		{name: "same e-mail, different cards: the card is stronger", records: []record{of(1, cardNo("a1"), mail("a@x.cn")), of(2, cardNo("a2"), mail("a@x.cn"))},
			want: "[[1] [2]]", conflicts: "apart [{email a@x.cn}] [member_card] [1 2];"},
		{name: "one between two", records: []record{of(1, union1("u1"), phone(p1)), of(2, phone(p1), phone(p2)), of(3, union1("u2"), phone(p2)), of(4, phone(p1))},
			want: "[[1] [2] [3] [4]]", conflicts: "apart [{phone +8613800138001} {phone +8613800138002}] [wechat_union] [1 2 3 4];"},
		{name: "beside the conflict", records: []record{of(1, union1("u1"), phone(p1), phone(p3)), of(2, union1("u2"), phone(p1)), of(3, phone(p3))},
			want: "[[1 3] [2]]", conflicts: "apart [{phone +8613800138001}] [wechat_union] [1 2];"},
		{name: "a weaker kind after a conflict", records: []record{of(1, union1("u1"), phone(p1)), of(2, union1("u2"), phone(p1)), of(3, phone(p1), mail("a@x.cn")), of(4, union1("u2"), mail("a@x.cn"))},
			want: "[[1] [2 3 4]]", conflicts: "apart [{phone +8613800138001}] [wechat_union] [1 2 3];"},
		{name: "shared", records: many, want: "[[0] [1] [2] [3] [4] [5]]"},
		{name: "not shared: one customer has two", records: append([]record{of(9, union1("u")), of(10, union1("u"), phone(p1))}, func() []record {
			r := slices.Clone(many[:4])
			r[0].Identifiers = append(slices.Clone(r[0].Identifiers), union1("u"))
			return r
		}()...), want: "[[0 1 2 3 9 10]]"},
		{name: "two union ids in a record", records: []record{of(1, union1("u1"), union1("u2")), of(2, union1("u1")), of(3, union1("u2"))},
			want: "[[1 2 3]]", conflicts: "several [{wechat_union u1} {wechat_union u2}] [] [1 2 3];"},
		{name: "joined by hand", records: []record{of(1, union1("u1")), of(2, union1("u2")), of(3)}, decisions: []IdentityDecision[int]{{[][]int{{2, 1, 99}}}},
			want: "[[1 2] [3]]", conflicts: "several [{wechat_union u1} {wechat_union u2}] [] [1 2];"},
		{name: "kept apart by hand", records: []record{of(1, union1("u1")), of(2, union1("u1")), of(3, union1("u1"))}, decisions: []IdentityDecision[int]{{[][]int{{1}, {2}}}},
			want: "[[1] [2] [3]]", conflicts: "apart [{wechat_union u1}] [] by hand [1 2 3];"},
		{name: "sides hold together", records: []record{of(1, phone(p1)), of(2, phone(p1)), of(3, phone(p1))}, decisions: []IdentityDecision[int]{{[][]int{{1, 3}, {2}}}},
			want: "[[1 3] [2]]", conflicts: "apart [{phone +8613800138001}] [] by hand [1 2 3];"},
	}
	m := identityRules(t, IdentityPreset())
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := resolve(t, m, c.records, c.decisions...)
			if got := fmt.Sprint(customers(o)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			var got strings.Builder
			for _, x := range o.Conflicts() {
				hand := ""
				if x.ByHand {
					hand = " by hand"
				}
				fmt.Fprintf(&got, "%s %v %v%s %v;", x.Kind, x.Identifiers, x.Against, hand, x.Keys)
			}
			if got.String() != c.conflicts {
				t.Errorf("conflicts %s\nwant %s", got.String(), c.conflicts)
			}
		})
	}
	o := resolve(t, m, many)
	if s := o.Shared(); len(s) != 1 || s[0].Identifier != phone("+8613800138001") || len(s[0].Keys) != 6 {
		t.Error(s)
	}
}

func TestResolveBad(t *testing.T) {
	m := identityRules(t, IdentityPreset())
	_, err := m.Resolve([]record{of(1), of(2), of(1), of(2), of(1)}, nil)
	var places []string
	for f := range guanxi.Faults(err) {
		places = append(places, f.Pointer)
	}
	if !errors.Is(err, ErrDuplicate) || fmt.Sprint(places) != "[/records/2/key /records/3/key /records/4/key]" {
		t.Error(err)
	}
	records := []record{of(1), of(2), of(3)}
	for _, d := range [][]IdentityDecision[int]{
		{{[][]int{{1, 2}, {2, 3}}}},
		{{[][]int{{1}, {2}}}, {[][]int{{1, 3}}}, {[][]int{{2, 3}}}},
	} {
		if _, err := m.Resolve(records, d); !errors.Is(err, ErrDecision) {
			t.Error(err)
		}
	}
	o := resolve(t, m, []record{of(7, phone("call me"), Identifier{"passport", "x"}, phone(""), mail("a@b.cn"))})
	faults, n := o.Unusable()
	if n != 2 || !errors.Is(faults[0], ErrIdentifier) || faults[0].Pointer != "/records/0/identifiers/0/value" ||
		!errors.Is(faults[1], ErrIdentifierKind) || faults[1].Pointer != "/records/0/identifiers/1/kind" {
		t.Error(faults, n)
	}
	if strings.Contains(fmt.Sprint(faults), "call me") {
		t.Error("a personal value is in an error")
	}
	if o.Members(8) != nil || o.Why(8) != nil || o.Same(7, 8) || !o.Same(7, 7) || o.Records() != 1 {
		t.Error("of unknown keys")
	}
	cfg := IdentityPreset()
	cfg.Rules[1].Ignore = []string{"138-0013-8000"}
	if o := resolve(t, identityRules(t, cfg), []record{of(1, phone("13800138000")), of(2, phone("13800138000"))}); o.Len() != 2 {
		t.Error("an ignored number joins")
	}
}

// What is meant to be slow is not: everything in one record, everybody with one
// value, one chain through everybody, and conflicts all along it.
func TestResolveHostile(t *testing.T) {
	m := identityRules(t, IdentityPreset())
	const n = 20_000
	var wide record
	crowd, chain, fight := make([]record, n), make([]record, n), make([]record, n)
	for i := range n {
		link := func(i int) Identifier { return cardNo(fmt.Sprint("c", i)) }
		wide.Identifiers = append(wide.Identifiers, union1(fmt.Sprint("u", i)), union1("same"))
		crowd[i] = of(i, union1("same"), phone(p1))
		chain[i] = of(i, link(i), link(i+1))
		fight[i] = of(i, link(i), link(i+1), union1(fmt.Sprint("u", i/2*2/3)))
	}
	var apart []IdentityDecision[int]
	for i := range n / 10 {
		apart = append(apart, IdentityDecision[int]{[][]int{{i}, {n - 1 - i}}})
	}
	for i, c := range []struct {
		records   []record
		decisions []IdentityDecision[int]
		want      int
	}{{[]record{wide}, nil, 1}, {crowd, nil, 1}, {chain, nil, 1}, {chain, apart, n}, {fight, nil, -1}, {fight, apart, -1}} {
		o := resolve(t, m, c.records, c.decisions...)
		if o.Len() != c.want && c.want >= 0 && i != 3 {
			t.Errorf("%d: %d customers, want %d", i, o.Len(), c.want)
		}
		if len(c.decisions) > 0 && o.Same(0, n-1) {
			t.Errorf("%d: a decision is broken", i)
		}
	}
}

// randomRecords makes records that share few identifiers, and decisions.
func randomRecords(g *rand.Rand, n int) ([]record, []IdentityDecision[int]) {
	records := make([]record, n)
	pool := 1 + n*2/3
	for i := range records {
		r := of(i * 7 % 101)
		for _, k := range []struct {
			make func(string) Identifier
			one  int
			form string
		}{{union1, 3, "u%d"}, {phone, 2, "138001380%02d"}, {cardNo, 3, "c%d"}, {mail, 2, "m%d@x.cn"}} {
			for g.IntN(k.one) == 0 && len(r.Identifiers) < 8 {
				r.Identifiers = append(r.Identifiers, k.make(fmt.Sprintf(k.form, g.IntN(pool))))
			}
		}
		records[i] = r
	}
	var decisions []IdentityDecision[int]
	for g.IntN(3) == 0 {
		var d IdentityDecision[int]
		left := g.Perm(n)
		for range 1 + g.IntN(3) {
			k := min(1+g.IntN(2), len(left))
			if k == 0 {
				break
			}
			var side []int
			for _, i := range left[:k] {
				side = append(side, records[i].Key)
			}
			d.Sides, left = append(d.Sides, side), left[k:]
		}
		decisions = append(decisions, d)
	}
	return records, decisions
}

func randomConfig(g *rand.Rand) IdentityConfig {
	cfg := IdentityPreset()
	g.Shuffle(4, func(i, j int) { cfg.Rules[i], cfg.Rules[j] = cfg.Rules[j], cfg.Rules[i] })
	for i := range cfg.Rules {
		cfg.Rules[i].Single = g.IntN(2) == 0
		cfg.Rules[i].MaxCustomers = g.IntN(2) * (2 + g.IntN(3))
	}
	return cfg
}

// The same set of records and decisions, in any order, is the same customers,
// conflicts and shared identifiers; and they are what the plain reading of the
// rule makes of them.
func TestResolveOrderAndOracle(t *testing.T) {
	merged, conflicts, byHand := 0, 0, 0
	for seed := range uint64(3000) {
		g := rand.New(rand.NewPCG(seed, 2))
		m := identityRules(t, randomConfig(g))
		records, decisions := randomRecords(g, 2+g.IntN(14))
		o, err := m.Resolve(records, decisions)
		if err != nil {
			if !errors.Is(err, ErrDecision) {
				t.Fatal(err)
			}
			decisions = nil
			o = resolve(t, m, records)
		}
		want := naive(m, records, decisions)
		if got := fmt.Sprint(customers(o)); got != fmt.Sprint(want) {
			t.Fatalf("%d: %s\nwant %v\n%v\n%v\n%+v", seed, got, want, records, decisions, m.rules)
		}
		merged += len(records) - o.Len()
		conflicts += len(o.Conflicts())
		for _, c := range o.Conflicts() {
			if c.ByHand {
				byHand++
			}
		}
		checkWhy(t, o)
		for range 3 {
			shuffle(g, records)
			for i := range records {
				records[i].Identifiers = slices.Clone(records[i].Identifiers)
				shuffle(g, records[i].Identifiers)
			}
			shuffle(g, decisions)
			for i := range decisions {
				shuffle(g, decisions[i].Sides)
			}
			p := resolve(t, m, records, decisions...)
			if !reflect.DeepEqual(customers(o), customers(p)) || !reflect.DeepEqual(o.Conflicts(), p.Conflicts()) || !reflect.DeepEqual(o.Shared(), p.Shared()) {
				t.Fatalf("%d: another order\n%v %v\n%v %v", seed, customers(o), o.Conflicts(), customers(p), p.Conflicts())
			}
		}
	}
	if merged < 1000 || conflicts < 1000 || byHand < 50 {
		t.Error(merged, conflicts, byHand)
	}
}

func shuffle[V any](g *rand.Rand, list []V) {
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// checkWhy: the links of a customer connect its records, and no others.
func checkWhy(t *testing.T, o *Identities[int]) {
	t.Helper()
	for k, keys := range o.All() {
		reached := map[int]bool{k: true}
		links := o.Why(k)
		for range links {
			for _, l := range links {
				if slices.ContainsFunc(l.Keys, func(k int) bool { return reached[k] }) {
					for _, k := range l.Keys {
						reached[k] = true
					}
				}
			}
		}
		if len(reached) != len(keys) {
			t.Fatalf("%v is connected to %v by %v", keys, reached, links)
		}
	}
}

func TestIdentityConfig(t *testing.T) {
	bad := `{"version":0,"phone_code":"086","phone_trunk":"x","rules":[{"kind":""},{"kind":"phone","max_customers":-1,"ignore":["123","13800138000"]},{"kind":"phone","form":"fax"}]}`
	want := []string{"/version", "/phone_code", "/phone_trunk", "/rules/0/kind", "/rules/1/max_customers", "/rules/1/ignore/0", "/rules/2/kind", "/rules/2/form"}
	c := IdentityPreset()
	err := json.Unmarshal([]byte(bad), &c)
	var got []string
	for f := range guanxi.Faults(err) {
		got = append(got, f.Pointer)
	}
	if !slices.Equal(got, want) || !reflect.DeepEqual(c, IdentityPreset()) {
		t.Errorf("%v\n%v", got, err)
	}
	for err, cfg := range map[error]IdentityConfig{
		ErrNothing: {Version: 1}, ErrRevision: {}, ErrOption: {Version: 1, Rules: make([]IdentityRule, 17)},
	} {
		if _, e := NewIdentityRules(guanxi.IntKey[int](), cfg); !errors.Is(e, err) {
			t.Error(e)
		}
	}
	b, err := json.Marshal(IdentityPreset())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &c); err != nil || !reflect.DeepEqual(c, IdentityPreset()) {
		t.Error(err, c)
	}
}
