package main

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi/nps"
	"github.com/samber/lo"
)

// The fields of -json are these, no others, and nothing else is printed.
func TestJSONSchema(t *testing.T) {
	code, stdout, stderr := surveyed("-json")
	if code != 0 || stderr != "" {
		t.Fatal(code, stderr)
	}
	check := func(what string, raw json.RawMessage, want string) {
		t.Helper()
		var m map[string]json.RawMessage
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		names := lo.Keys(m)
		slices.Sort(names)
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has %s, want %s", what, got, want)
		}
	}
	var whole struct {
		Interval            json.RawMessage
		Groups, Comparisons []json.RawMessage
	}
	if err := json.Unmarshal([]byte(stdout), &whole); err != nil {
		t.Fatal(err)
	}
	check("the report", []byte(stdout), "answers comparisons detractors groups interval passives promoters score skipped")
	check("the interval", whole.Interval, "high low method")
	check("a group", whole.Groups[0], "answers enough high low name score")
	check("a comparison", whole.Comparisons[0], "a b difference high low p p_adjusted")
}

// Groups are in the order of their names, those without answers too; pairs are
// of all that have answers, the first before the second in that order. The
// minimum changes nothing but enough.
func TestGroups(t *testing.T) {
	var b strings.Builder
	b.WriteString("team,score\nzero,\n,9\n")
	for team, scores := range map[string][]int{"乙": {0, 3, 9, 10, 6, 6}, "b": {10, 9, 9, 8}, "a": {7, 7, 10, 0, 10}} {
		for _, s := range scores {
			b.WriteString(team + "," + strconv.Itoa(s) + "\n")
		}
	}
	args := []string{"-responses", csvAnswers(t, b.String()), "-score", "score", "-group", "team", "-confidence", "0.9"}
	r := runJSON(t, append(args, "-minimum", "5")...)

	names := lo.Map(r.Groups, func(g jsonGroup, _ int) string { return g.Name })
	if !slices.Equal(names, []string{"", "a", "b", "zero", "乙"}) {
		t.Errorf("groups %q", names)
	}
	enough := lo.Map(r.Groups, func(g jsonGroup, _ int) bool { return g.Enough })
	if !slices.Equal(enough, []bool{false, true, false, false, true}) {
		t.Errorf("enough %v", enough)
	}
	if g := r.Groups[3]; g.Answers != 0 || g.Score != nil || g.Low != nil || g.High != nil || r.Skipped != 1 || r.Answers != 16 {
		t.Errorf("%+v of %+v", g, r)
	}

	tally := func(name string) (out nps.Tally) {
		for line := range strings.Lines(b.String()) {
			team, score, _ := strings.Cut(strings.TrimSpace(line), ",")
			if s, err := parseScore(score); err == nil && team == name {
				if err := out.Add(s); err != nil {
					t.Fatal(err)
				}
			}
		}
		return out
	}
	var p []float64
	have := []string{"", "a", "b", "乙"}
	i := 0
	for x, a := range have {
		for _, c := range have[x+1:] {
			want, err := nps.Diff(tally(c), tally(a), 0.9)
			if err != nil {
				t.Fatal(err)
			}
			got := r.Comparisons[i]
			if got.A != a || got.B != c || math.Abs(got.Difference-want.Delta) > 1e-15 || got.Low != want.Low || got.High != want.High || got.P != want.P {
				t.Errorf("%+v, want %s − %s: %+v", got, a, c, want)
			}
			p = append(p, got.P)
			i++
		}
	}
	if len(r.Comparisons) != i {
		t.Errorf("%d comparisons, want %d", len(r.Comparisons), i)
	}
	adjusted, err := nps.AppendAdjusted(nil, p, nps.Holm)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range r.Comparisons {
		if c.PAdjusted != adjusted[i] {
			t.Errorf("%s − %s: adjusted %v, want %v", c.A, c.B, c.PAdjusted, adjusted[i])
		}
	}

	other := runJSON(t, append(args, "-minimum", "1")...)
	if !slices.Equal(other.Comparisons, r.Comparisons) {
		t.Error("the minimum changed the comparisons")
	}
}

// Without answers there is no score, and no interval of it.
func TestNoAnswers(t *testing.T) {
	for _, text := range []string{"score,team\n,A\n", "score,team\n,A\n ,B\n"} {
		r := runJSON(t, "-responses", csvAnswers(t, text), "-score", "score", "-group", "team")
		if r.Answers != 0 || r.Score != nil || r.Interval.Low != nil || r.Interval.High != nil || r.Interval.Method != nps.Tango ||
			r.Groups == nil || r.Comparisons == nil || len(r.Comparisons) != 0 || r.Skipped != int64(len(r.Groups)) {
			t.Errorf("%q: %+v", text, r)
		}
	}
}

// One object holds together whatever the data: the classes add up, and so do
// the groups.
func TestSums(t *testing.T) {
	r := runJSON(t)
	inGroups := lo.SumBy(r.Groups, func(g jsonGroup) int64 { return g.Answers })
	if r.Promoters+r.Passives+r.Detractors != r.Answers || inGroups != r.Answers || r.Answers+r.Skipped != people {
		t.Errorf("%+v", r)
	}
	if want := float64(r.Promoters-r.Detractors) / float64(r.Answers); *r.Score != want || *r.Interval.Low > want || *r.Interval.High < want {
		t.Errorf("score %v, want %v in %v to %v", *r.Score, want, *r.Interval.Low, *r.Interval.High)
	}
}
