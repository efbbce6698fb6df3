package lifecycle_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

var update = flag.Bool("update", false, "write the golden files of testdata anew")

func TestDiagrams(t *testing.T) {
	m := lifecycle.MustCompile[orders](lifecycle.Development(lifecycle.Thresholds{}), nil, nil)
	for name, got := range map[string]string{"development.dot": m.DOT(guanxi.EN), "development.mmd": m.Mermaid(guanxi.ZH)} {
		if *update {
			if err := os.WriteFile("testdata/"+name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile("testdata/" + name)
		if err != nil || string(want) != got {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
	c := lifecycle.Config{Version: 1, Initial: "a", Stages: []lifecycle.StageConfig{
		{ID: `a"]`, Name: guanxi.Text{EN: "x\"\\;\n# <b>{"}}, {ID: "a", Final: true}}, Events: []lifecycle.EventConfig{{ID: `e:"`}},
		Rules: []lifecycle.RuleConfig{{From: "a", Event: `e:"`, To: `a"]`}, {From: `a"]`, Event: `e:"`, Guard: "g", To: "a"}}}
	q, err := lifecycle.Compile(c, lifecycle.Guards[orders]{"g": func(*orders) bool { return true }}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Everything but ids is in the language asked for.
	p := pausing()
	p.Stages[1].Name, p.Timeouts[0].Effects = guanxi.Text{EN: "Complaint", ZH: "投诉中"}, nil
	paused := lifecycle.MustCompile(p, bitGuards(), office)
	for lang, want := range map[guanxi.Lang][]string{
		guanxi.EN: {"P10D paused in Complaint, escalated\n", "PT16H working / alarm\n"},
		guanxi.ZH: {"P10D（在投诉中、escalated期间暂停）\n", "工作时间PT16H / alarm\n"},
	} {
		for _, text := range want {
			if got := paused.Mermaid(lang); !strings.Contains(got, text) {
				t.Errorf("no %q in %s", text, got)
			}
		}
	}
	if dot := q.DOT(guanxi.EN); !strings.Contains(dot, `[label="x\"\\; # <b>{"]`) || !strings.Contains(dot, `"e:\" [g]"`) {
		t.Error(dot)
	}
	if mermaid := q.Mermaid(guanxi.EN); !strings.Contains(mermaid, `state "x#quot;\#59; #35; #lt;b#gt;#123;" as s0`) || !strings.Contains(mermaid, "s1 --> s0 : e#58;#quot;\n") {
		t.Error(mermaid)
	}
}
