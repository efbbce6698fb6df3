package lifecycle

import (
	"fmt"
	"strings"

	"github.com/guanxi-go/guanxi"
)

// DOT returns the model as a directed graph for Graphviz, with names in lang;
// guards and effects are ids. Super-stages are clusters, final stages have a double border, those of decline
// are dashed. Timeouts are dashed edges. The same config gives the same text.
func (m *Model[C]) DOT(lang guanxi.Lang) string {
	d := diagram{c: &m.config, lang: lang, leaf: func(i int) bool { return m.stages[i+1].known }}
	d.line(0, "digraph lifecycle {")
	d.line(1, "compound=true;")
	d.line(1, "node [shape=box, style=rounded];")
	d.line(1, "start [shape=point, label=\"\"];")
	d.clusters("", 1)
	d.line(1, "start -> s%d;", int(m.initial)-1)
	edge := func(from, to, label, style string) {
		a, b := m.stageNo[from], m.stageNo[to]
		var attrs string
		if a == b {
			// Graphviz draws no edge from a cluster to itself: it stands for all in it.
			d.line(1, "s%d -> s%d [label=%s%s];", d.inside(int(a)-1), d.inside(int(b)-1), dotQuote(label), style)
			return
		}
		if !m.stages[a].known {
			attrs += fmt.Sprintf(", ltail=cluster_s%d", int(a)-1)
		}
		if !m.stages[b].known {
			attrs += fmt.Sprintf(", lhead=cluster_s%d", int(b)-1)
		}
		d.line(1, "s%d -> s%d [label=%s%s%s];", d.inside(int(a)-1), d.inside(int(b)-1), dotQuote(label), style, attrs)
	}
	for _, r := range m.config.Rules {
		edge(r.From, orElse(r.To, r.From), d.rule(r), "")
	}
	for _, t := range m.config.Timeouts {
		edge(t.From, t.To, d.timeout(t), ", style=dashed")
	}
	d.line(0, "}")
	return d.b.String()
}

// Mermaid returns the model as a Mermaid stateDiagram-v2, with names in lang;
// guards and effects are ids. The same config gives the same text.
func (m *Model[C]) Mermaid(lang guanxi.Lang) string {
	d := diagram{c: &m.config, lang: lang, leaf: func(i int) bool { return m.stages[i+1].known }}
	d.line(0, "stateDiagram-v2")
	d.states("", 1)
	d.line(1, "[*] --> s%d", int(m.stageNo[m.config.Initial])-1)
	edge := func(from, to, label string) {
		d.line(1, "s%d --> s%d : %s", int(m.stageNo[from])-1, int(m.stageNo[to])-1, mermaidText(label))
	}
	for _, r := range m.config.Rules {
		edge(r.From, orElse(r.To, r.From), d.rule(r))
	}
	for _, t := range m.config.Timeouts {
		edge(t.From, t.To, d.timeout(t))
	}
	for i, s := range m.config.Stages {
		if s.Final {
			d.line(1, "s%d --> [*]", i)
		}
	}
	return d.b.String()
}

// diagram writes indented lines.
type diagram struct {
	c    *Config
	lang guanxi.Lang
	leaf func(i int) bool // by place in Config.Stages
	b    strings.Builder
}

func (d *diagram) line(depth int, format string, args ...any) {
	d.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&d.b, format, args...)
	d.b.WriteByte('\n')
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (d *diagram) clusters(in string, depth int) {
	for i, s := range d.c.Stages {
		if s.In != in {
			continue
		}
		label := dotQuote(orElse(s.Name.In(d.lang), s.ID))
		if !d.leaf(i) {
			d.line(depth, "subgraph cluster_s%d {", i)
			d.line(depth+1, "label=%s;", label)
			d.clusters(s.ID, depth+1)
			d.line(depth, "}")
			continue
		}
		attrs := ""
		if s.Final {
			attrs += ", peripheries=2"
		}
		if s.Decline {
			attrs += ", style=\"rounded,dashed\""
		}
		d.line(depth, "s%d [label=%s%s];", i, label, attrs)
	}
}

func (d *diagram) states(in string, depth int) {
	for i, s := range d.c.Stages {
		if s.In != in {
			continue
		}
		label := mermaidText(orElse(s.Name.In(d.lang), s.ID))
		if d.leaf(i) {
			d.line(depth, "state \"%s\" as s%d", label, i)
			continue
		}
		d.line(depth, "state \"%s\" as s%d {", label, i)
		d.line(depth+1, "[*] --> s%d", d.first(i))
		d.states(s.ID, depth+1)
		d.line(depth, "}")
	}
}

// first returns the stage directly in the super-stage at place i that is entered
// through it.
func (d *diagram) first(i int) int {
	for k, s := range d.c.Stages {
		if s.In == d.c.Stages[i].ID && (d.c.Stages[i].Initial == "" || d.c.Stages[i].Initial == s.ID) {
			return k
		}
	}
	return i
}

// inside returns the leaf entered through the stage at place i.
func (d *diagram) inside(i int) int {
	for !d.leaf(i) {
		i = d.first(i)
	}
	return i
}

func (d *diagram) rule(r RuleConfig) string {
	label := r.Event
	for _, e := range d.c.Events {
		if e.ID == r.Event {
			label = orElse(e.Name.In(d.lang), e.ID)
		}
	}
	if r.Guard != "" {
		label += " [" + r.Guard + "]"
	}
	return label + effectsLabel(r.Effects)
}

// What a timeout is counted in, for people.
var (
	workingText = guanxi.Text{EN: "%s working", ZH: "工作时间%s"}
	silenceText = guanxi.Text{EN: "%s of silence", ZH: "静默%s"}
	pausedText  = guanxi.Text{EN: "%s paused in %s", ZH: "%s（在%s期间暂停）"}
	commaText   = guanxi.Text{EN: ", ", ZH: "、"}
)

func (d *diagram) timeout(t TimeoutConfig) string {
	label := t.After.String()
	if t.Counts == WorkingTime {
		label = fmt.Sprintf(workingText.In(d.lang), label)
	}
	if t.Since == SinceEvent {
		label = fmt.Sprintf(silenceText.In(d.lang), label)
	}
	if len(t.PausedIn) > 0 {
		names := make([]string, len(t.PausedIn))
		for i, id := range t.PausedIn {
			names[i] = id
			for _, s := range d.c.Stages {
				if s.ID == id {
					names[i] = orElse(s.Name.In(d.lang), id)
				}
			}
		}
		label = fmt.Sprintf(pausedText.In(d.lang), label, strings.Join(names, commaText.In(d.lang)))
	}
	return label + effectsLabel(t.Effects)
}

func effectsLabel(effects []string) string {
	if len(effects) == 0 {
		return ""
	}
	return " / " + strings.Join(effects, ", ")
}

// dotQuote returns a quoted DOT string.
func dotQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ").Replace(s) + `"`
}

// mermaidText writes what Mermaid would read as syntax as entities.
func mermaidText(s string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", ";", "#59;", ":", "#58;", "{", "#123;", "}", "#125;", "<", "#lt;", ">", "#gt;", "\n", " ", "\r", " ").Replace(s)
}
