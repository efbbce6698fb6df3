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
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

var memberTags = TagConfig{Version: 2, Groups: []TagGroup{
	{ID: "value", Exclusive: true, Tags: []TagRule{{Tag: "high", Segment: "big"}, {Tag: "mid", Segment: "some"}, {Tag: "low", Segment: "any"}, {Tag: "black"}}},
	{ID: "habits", Tags: []TagRule{{Tag: "recent", Segment: "recent", Keep: guanxi.MustParseSpan("P3D")}, {Tag: "bj", Segment: "bj"}}},
}}

func tagger(t testing.TB, cfg TagConfig) *Tagger[member] {
	t.Helper()
	e, err := NewTagger(cfg, memberAll, memberNow, memberSegment)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func byRule(tag string, since time.Time) HeldTag {
	return HeldTag{Tag: tag, By: TagByRule, Since: since}
}

func byHand(tag string, days int) HeldTag {
	return HeldTag{Tag: tag, By: TagByHand, Since: memberNow.Now.AddDate(0, 0, days)}
}

func until(h HeldTag, t time.Time) HeldTag { h.Until = t; return h }

func changesText(changes []TagChange) string {
	var out []string
	for _, c := range changes {
		s := fmt.Sprint(c.Op, " ", c.Tag, " ", c.Reason)
		if c.Other != "" {
			s += " by " + c.Other
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// A tag that was given by a clock ahead of this one is not kept for that.
func TestTagSinceLater(t *testing.T) {
	e := tagger(t, memberTags)
	later := memberNow.Now.Add(time.Hour)
	got, err := e.AppendChanges(nil, []HeldTag{byRule("bj", later), byRule("high", later)}, &member{})
	if err != nil || !strings.Contains(changesText(got), "remove bj left") || !strings.Contains(changesText(got), "remove high") {
		t.Error(changesText(got), err)
	}
}

func TestApplyTagsOfRules(t *testing.T) {
	now := memberNow.Now
	yields := memberTags
	yields.Groups = slices.Clone(yields.Groups)
	yields.Groups[0].Manual = ManualYields
	cases := []struct {
		name    string
		cfg     *TagConfig
		c       member
		current []HeldTag
		want    string
	}{
		{"first in order", nil, member{Spend: 6000}, nil, "add high matched"},
		{"second", nil, member{Spend: 2000, City: "北京"}, nil, "add mid matched, add bj matched"},
		{"none", nil, member{Spend: -1}, nil, ""},
		{"stays", nil, member{Spend: 2000}, []HeldTag{byRule("mid", now.AddDate(-1, 0, 0))}, ""},
		{"rises", nil, member{Spend: 6000}, []HeldTag{byRule("mid", now)}, "add high matched, remove mid replaced by high"},
		{"leaves", nil, member{Spend: -1}, []HeldTag{byRule("mid", now)}, "remove mid left"},
		{"tags of no group", nil, member{Spend: -1}, []HeldTag{byRule("other", now), byHand("mine", 0)}, ""},
		{"locked by hand", nil, member{Spend: 6000}, []HeldTag{byRule("high", now), byHand("low", 0)}, "remove high replaced by low"},
		{"locked, of no segment", nil, member{Spend: 6000}, []HeldTag{byHand("black", 0)}, ""},
		{"two by hand: the later", nil, member{Spend: 6000}, []HeldTag{byHand("high", -2), byHand("low", -1)}, "remove high replaced by low"},
		{"two by hand at once: the first", nil, member{Spend: 1}, []HeldTag{byHand("low", -1), byHand("mid", -1)}, "remove low replaced by mid"},
		{"by hand until now", nil, member{Spend: 6000}, []HeldTag{until(byHand("low", -9), now)}, "add high matched, remove low expired"},
		{"by hand until now, and by rule", nil, member{Spend: 1}, []HeldTag{until(byHand("low", -9), now)}, "add low matched"},
		{"by hand for a while yet", nil, member{Spend: 6000}, []HeldTag{until(byHand("low", -9), now.Add(1))}, ""},
		{"barred: the next in order", nil, member{Spend: 6000}, []HeldTag{{Tag: "high", By: TagBarred}}, "add mid matched"},
		{"barred until now", nil, member{Spend: -1}, []HeldTag{{Tag: "high", By: TagBarred, Until: now}}, "remove high expired"},
		{"by hand and free", nil, member{Spend: -1}, []HeldTag{byHand("bj", -9)}, ""},
		{"barred and free", nil, member{Spend: -1, City: "北京"}, []HeldTag{{Tag: "bj", By: TagBarred}}, ""},
		{"kept", nil, member{Spend: -1}, []HeldTag{byRule("recent", now.AddDate(0, 0, -2))}, ""},
		{"no longer kept", nil, member{Spend: -1}, []HeldTag{byRule("recent", now.AddDate(0, 0, -3))}, "remove recent left"},
		{"yields to another", &yields, member{Spend: 6000}, []HeldTag{byHand("low", 0)}, ""}, // its own rule holds too
		{"yields", &yields, member{Spend: 2000}, []HeldTag{byHand("high", 0)}, "remove high replaced by mid, add mid matched"},
		{"yields to nobody", &yields, member{Spend: -1}, []HeldTag{byHand("black", 0)}, ""},
	}
	for _, c := range cases {
		cfg := memberTags
		if c.cfg != nil {
			cfg = *c.cfg
		}
		e := tagger(t, cfg)
		changes, err := e.AppendChanges(nil, c.current, &c.c)
		if err != nil {
			t.Fatal(c.name, err)
		}
		got := changesText(changes)
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// settled is the invariant: at most one tag of an exclusive group in force, and
// what is outside the groups is as it was.
func settled(t *testing.T, cfg TagConfig, before, after []HeldTag, now time.Time) {
	t.Helper()
	ours := map[string]bool{}
	for _, g := range cfg.Groups {
		n := 0
		for _, tag := range g.Tags {
			ours[tag.Tag] = true
			if h := held(after, tag.Tag); h != nil && h.By != TagBarred {
				n++
				if h.ended(now) {
					t.Fatalf("%+v is held beyond its end", h)
				}
			}
		}
		if g.Exclusive && n > 1 {
			t.Fatalf("%d tags of an exclusive group: %+v", n, after)
		}
	}
	others := func(tags []HeldTag) []HeldTag {
		return slices.DeleteFunc(slices.Clone(tags), func(h HeldTag) bool { return ours[h.Tag] })
	}
	if !slices.Equal(others(before), others(after)) {
		t.Fatalf("tags of no group: %+v, were %+v", after, before)
	}
}

func randomTags(g *rand.Rand) TagConfig {
	names := []string{"a", "b", "c", "d", "e", "f"}
	ids := []string{"fresh", "recent", "bj", "big bj", "big", "some"}
	shuffle(g, ids)
	cfg := TagConfig{Version: 1}
	for len(names) > 0 {
		n := 1 + g.IntN(len(names))
		group := TagGroup{ID: "g" + names[0], Exclusive: g.IntN(2) == 0}
		if group.Exclusive && g.IntN(2) == 0 {
			group.Manual = ManualYields
		}
		for _, name := range names[:n] {
			tag := TagRule{Tag: name}
			if g.IntN(6) > 0 {
				tag.Segment, ids = ids[0], ids[1:]
			}
			if g.IntN(3) == 0 {
				tag.Keep = guanxi.Span{Days: 1 + g.IntN(10)}
			}
			group.Tags = append(group.Tags, tag)
		}
		names = names[n:]
		cfg.Groups = append(cfg.Groups, group)
	}
	return cfg
}

func randomHeld(g *rand.Rand) []HeldTag {
	var out []HeldTag
	for _, tag := range []string{"a", "b", "c", "d", "e", "f", "x", "y"} {
		since := memberNow.Now.Add(-time.Duration(g.IntN(12*24)) * time.Hour)
		end := memberNow.Now.Add(time.Duration(g.IntN(200)-50) * time.Hour)
		switch g.IntN(6) {
		case 0, 1:
			out = append(out, byRule(tag, since))
		case 2:
			out = append(out, HeldTag{Tag: tag, By: TagByHand, Since: since})
		case 3:
			out = append(out, HeldTag{Tag: tag, By: []TagSource{TagByHand, TagBarred}[g.IntN(2)], Since: since, Until: end})
		}
	}
	shuffle(g, out)
	return out
}

// At most one tag of an exclusive group holds, applying again changes nothing,
// tags of no group are left alone, the order of the tags held does not matter, and
// NextChange is the first hour at which there is something to do.
func TestTagLaws(t *testing.T) {
	turns := 0
	for seed := range uint64(600) {
		g := rand.New(rand.NewPCG(seed, 5))
		cfg := randomTags(g)
		e, err := NewTagger(cfg, memberAll, memberNow, memberSegment)
		if errors.Is(err, ErrUnreachable) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		c, current := randomMember(g), randomHeld(g)
		changes, err := e.AppendChanges(nil, current, &c)
		if err != nil {
			t.Fatal(err)
		}
		after := ApplyTags(nil, current, changes)
		settled(t, cfg, current, after, memberNow.Now)
		if again, err := e.AppendChanges(nil, after, &c); err != nil || len(again) > 0 {
			t.Fatalf("%d: again %+v, %v\n%+v\n%+v", seed, again, err, cfg, current)
		}
		shuffle(g, current)
		if other, err := e.AppendChanges(nil, current, &c); err != nil || !reflect.DeepEqual(other, changes) {
			t.Fatalf("%d: in another order %+v, was %+v", seed, other, changes)
		}
		next, ok, err := e.NextChange(current, &c)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for h := 1; h <= 45*24 && !found; h++ {
			at := memberNow
			at.Now = at.Now.Add(time.Duration(h) * time.Hour)
			moved, err := e.At(at)
			if err != nil {
				t.Fatal(err)
			}
			then, err := moved.AppendChanges(nil, after, &c)
			if err != nil {
				t.Fatal(err)
			}
			if found = len(then) > 0; found && (!ok || !next.Equal(at.Now)) {
				t.Fatalf("%d: %v %v, but at %v %+v\n%+v\n%+v\n%+v", seed, next, ok, at.Now, then, cfg, after, c)
			}
		}
		if ok != found {
			t.Fatalf("%d: %v %v, but nothing changes", seed, next, ok)
		}
		if found {
			turns++
		}
	}
	if turns < 150 {
		t.Error(turns)
	}
}

// A rule that turns twice a year and changes nothing, since the tag is there by
// hand: after a thousand turns it is enough.
func TestTagTurnsWithoutEffect(t *testing.T) {
	e := tagger(t, TagConfig{Version: 1, Groups: []TagGroup{{ID: "g", Exclusive: true, Manual: ManualYields, Tags: []TagRule{{Tag: "feast", Segment: "feast"}}}}})
	c := &member{Born: segment.NewDate(1990, time.May, 1)}
	next, ok, err := e.NextChange([]HeldTag{byHand("feast", 0)}, c)
	if err != nil || !ok || next.Year() < 2500 || next.Year() > 2600 {
		t.Error(next, ok, err)
	}
	if next, ok, err = e.NextChange(nil, c); err != nil || !ok || next.Format(time.DateOnly) != "2026-04-25" {
		t.Error(next, ok, err)
	}
}

func TestChangesAll(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 6))
	e := tagger(t, memberTags)
	members, current := make([]member, 1000), make([][]HeldTag, 900)
	for i := range members {
		members[i] = randomMember(g)
	}
	current[3] = []HeldTag{byRule("low", memberNow.Now), byRule("low", memberNow.Now)}
	current[5] = []HeldTag{{Tag: "x"}, {Tag: "bj"}}
	want, err := e.ChangesAll(members, current, 0)
	if !errors.Is(err, ErrDuplicate) || !errors.Is(err, ErrHeld) || !slices.Equal(faultsAt(err), []string{"/3/1", "/5/1/by"}) {
		t.Error(err)
	}
	for _, w := range []int{1, 2, 7, 5000} {
		got, again := e.ChangesAll(members, current, w)
		if !reflect.DeepEqual(got, want) || again.Error() != err.Error() {
			t.Errorf("%d workers differ", w)
		}
	}
	for _, x := range want {
		var tags []HeldTag
		if x.Row < len(current) {
			tags = current[x.Row]
		}
		one, err := e.AppendChanges(nil, tags, &members[x.Row])
		if err != nil || !reflect.DeepEqual(one, x.Changes) {
			t.Fatal(x.Row, one, err)
		}
	}
	if out, err := e.ChangesAll(nil, nil, 4); out != nil || err != nil {
		t.Error(out, err)
	}
	if e.Version() != 2 {
		t.Error(e.Version())
	}
}

func TestTagFaults(t *testing.T) {
	bad := TagConfig{Groups: []TagGroup{
		{ID: "a", Manual: "?", Tags: []TagRule{{Tag: "x", Keep: guanxi.Span{Days: -1}}, {Tag: "x"}, {Tag: ""}}},
		{ID: "a", Manual: ManualYields}, {ID: "", Exclusive: true, Tags: []TagRule{{Tag: "y", Segment: "big"}, {Tag: "z", Segment: "big"}, {Tag: "w", Segment: "\n"}}},
	}}
	want := []string{"/version", "/groups/0/manual", "/groups/0/tags/0/keep", "/groups/0/tags/1/tag", "/groups/0/tags/2/tag", "/groups/1/id", "/groups/1/manual",
		"/groups/1/tags", "/groups/2/id", "/groups/2/tags/1/segment", "/groups/2/tags/2/segment"}
	for _, err := range []error{bad.Validate(), second(NewTagger(bad, memberAll, memberNow, memberSegment))} {
		if !slices.Equal(faultsAt(err), want) {
			t.Errorf("%q\n%q", faultsAt(err), want)
		}
	}
	if err := (TagConfig{Version: 1}).Validate(); !errors.Is(err, ErrNothing) {
		t.Error(err)
	}
	many := TagConfig{Version: 1, Groups: []TagGroup{{ID: "a", Tags: make([]TagRule, 257)}}}
	if _, err := NewTagger(many, memberAll, memberNow, memberSegment); !errors.Is(err, ErrOption) || len(faultsAt(err)) != 1 {
		t.Error(err)
	}
	wrong := TagConfig{Version: 1, Groups: []TagGroup{{ID: "a", Exclusive: true, Tags: []TagRule{{Tag: "x", Segment: "some"}, {Tag: "y", Segment: "big"}, {Tag: "z", Segment: "gone"}}}}}
	if _, err := NewTagger(wrong, memberAll, memberNow, memberSegment); !errors.Is(err, ErrUnreachable) || !errors.Is(err, ErrSegment) {
		t.Error(err)
	}
	if _, err := NewTagger(memberTags, memberAll, segment.At{}, memberSegment); !errors.Is(err, segment.ErrTime) {
		t.Error(err)
	}
	e := tagger(t, memberTags)
	if _, err := e.At(segment.At{}); !errors.Is(err, segment.ErrTime) {
		t.Error(err)
	}
	far := time.Unix(1<<40, 0)
	for _, h := range []HeldTag{{Tag: "bj"}, {Tag: "bj", By: TagByRule}, {Tag: "bj", By: TagByRule, Since: far}, {Tag: "bj", By: TagByHand, Until: far}, until(byRule("bj", memberNow.Now), memberNow.Now)} {
		changes, err := e.AppendChanges(make([]TagChange, 1), []HeldTag{h}, &member{Spend: 1})
		if !errors.Is(err, ErrHeld) || len(changes) != 1 {
			t.Errorf("%+v: %v, %v", h, changes, err)
		}
		if _, _, err := e.NextChange([]HeldTag{h}, &member{}); !errors.Is(err, ErrHeld) {
			t.Error(err)
		}
	}
}

func TestTagJSON(t *testing.T) {
	b, err := json.Marshal(memberTags)
	if err != nil {
		t.Fatal(err)
	}
	var c TagConfig
	if err := json.Unmarshal(b, &c); err != nil || !reflect.DeepEqual(c, memberTags) {
		t.Errorf("%v\n%+v", err, c)
	}
	h := byHand("a", 0)
	b, err = json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var back HeldTag
	if err := json.Unmarshal(b, &back); err != nil || back != h {
		t.Error(err, back)
	}
	for text, want := range map[string]error{`{"tag":"","by":"?"}`: ErrID, `{"tag":"a","by":"rule"}`: ErrHeld, `{"tag":"a","by":"hand","x":1}`: guanxi.ErrUnknownField} {
		if err := json.Unmarshal([]byte(text), &back); !errors.Is(err, want) || back != h {
			t.Error(text, err)
		}
	}
}

// What people read exists in both languages.
func TestIdentityAndTagLabels(t *testing.T) {
	type labelled interface{ Label(guanxi.Lang) string }
	for _, l := range []labelled{
		ManualTags(""), ManualLocks, ManualYields, TagByRule, TagByHand, TagBarred, TagMatched, TagLeft, TagReplaced, TagExpired,
		PhoneID, WeChatUnionID, MemberCardID, EmailID, ConflictApart, ConflictSeveral,
		IdentityAdded, IdentityMerged, IdentitySplit, IdentityJoined, IdentitySeparated, IdentityWithdrawn, IdentityRemoved,
	} {
		if en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH); en == "" || zh == "" || en == zh {
			t.Errorf("%v: %q, %q", l, en, zh)
		}
	}
	if IdentifierKind("passport").Label(guanxi.ZH) != "passport" {
		t.Error("a host's kind")
	}
}
