package segment

import "github.com/guanxi-go/guanxi"

// Editor is the configuration that react-querybuilder needs to edit rules over a
// schema: its props fields and combinators. As JSON it is passed on as it is.
type Editor struct {
	Fields      []EditorField  `json:"fields"`
	Combinators []EditorOption `json:"combinators,omitempty"`
}

// EditorOption is one choice of a list.
type EditorOption struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// EditorField is a field as react-querybuilder has it, and what it does not
// know: kind, trait, group and aggregates.
type EditorField struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// InputType is an HTML input's: "text", "number", "date" or "datetime-local".
	// The editor must add the zone to the latter.
	InputType       string         `json:"inputType,omitempty"`
	ValueEditorType string         `json:"valueEditorType,omitempty"` // "checkbox", "select"; "": by the operator
	Operators       []EditorOption `json:"operators,omitempty"`
	Values          []EditorOption `json:"values,omitempty"`
	MatchModes      []EditorOption `json:"matchModes,omitempty"`    // of events
	Subproperties   *Editor        `json:"subproperties,omitempty"` // of events

	Type       Type              `json:"type,omitempty"`
	Decimals   int               `json:"decimals,omitempty"`
	Kind       Kind              `json:"kind,omitempty"`
	Group      string            `json:"group,omitempty"` // the kind's label
	Trait      Trait             `json:"trait,omitempty"`
	Source     string            `json:"source,omitempty"`
	Aggregates []EditorAggregate `json:"aggregates,omitempty"` // of events: what may stand in meta
}

// EditorAggregate is one thing to compute of events.
type EditorAggregate struct {
	Name      string         `json:"name"`
	Label     string         `json:"label"`
	Of        []string       `json:"of,omitempty"`        // the event's fields that it may be of
	Operators []EditorOption `json:"operators,omitempty"` // empty: those of the field that it is of
}

var kindLabels = map[Kind]guanxi.Text{
	Geographic:    {EN: "Geographic", ZH: "地理"},
	Demographic:   {EN: "Demographic", ZH: "人口统计"},
	Psychographic: {EN: "Psychographic", ZH: "心理"},
	Behavioural:   {EN: "Behavioural", ZH: "行为"},
}

// Label is the kind's name in lang.
func (k Kind) Label(lang guanxi.Lang) string { return kindLabels[k].In(lang) }

var traitLabels = map[Trait]guanxi.Text{
	Explicit: {EN: "Explicit", ZH: "显性"},
	Inferred: {EN: "Inferred", ZH: "隐性"},
}

// Label is the trait's name in lang.
func (t Trait) Label(lang guanxi.Lang) string {
	if t == "" {
		t = Explicit
	}
	return traitLabels[t].In(lang)
}

var aggLabels = [...]guanxi.Text{
	aggCount: {EN: "number", ZH: "次数"}, aggDays: {EN: "different days", ZH: "不同天数"}, aggSum: {EN: "sum", ZH: "总和"},
	aggAvg: {EN: "mean", ZH: "平均值"}, aggMin: {EN: "smallest", ZH: "最小值"}, aggMax: {EN: "largest", ZH: "最大值"},
	aggFirst: {EN: "first", ZH: "首次"}, aggLast: {EN: "last", ZH: "最近一次"}, aggTop: {EN: "most frequent", ZH: "偏好前几名"},
	aggSequence: {EN: "followed by", ZH: "先后发生"},
}

var matchLabels = [...]guanxi.Text{ // by matchModes
	{EN: "all", ZH: "全部"}, {EN: "some", ZH: "至少一个"}, {EN: "none", ZH: "没有"},
	{EN: "at least", ZH: "至少"}, {EN: "at most", ZH: "至多"}, {EN: "exactly", ZH: "恰好"},
}

// Editor returns the configuration of an editor, with its labels in lang. If
// segments are given, rules may refer to them: Value is the id.
func (s *Schema[T]) Editor(lang guanxi.Lang, segments ...Option) Editor {
	e := Editor{Combinators: []EditorOption{
		{"and", guanxi.Text{EN: "all of", ZH: "且"}.In(lang)}, {"or", guanxi.Text{EN: "any of", ZH: "或"}.In(lang)},
	}}
	for _, f := range s.fields {
		e.Fields = append(e.Fields, f.editor(lang))
	}
	if len(segments) > 0 {
		e.Fields = append(e.Fields, EditorField{
			Name: segmentField, Label: guanxi.Text{EN: "Segment", ZH: "人群"}.In(lang), ValueEditorType: "select",
			Operators: operatorOptions([]Operator{opInSegment, opNotSegment}, lang), Values: values(segments, lang),
		})
	}
	return e
}

func operatorOptions(ops []Operator, lang guanxi.Lang) []EditorOption {
	out := make([]EditorOption, len(ops))
	for i, o := range ops {
		out[i] = EditorOption{string(o), o.Label(lang)}
	}
	return out
}

func values(options []Option, lang guanxi.Lang) []EditorOption {
	var out []EditorOption
	for _, o := range options {
		label := o.Name.In(lang)
		if label == "" {
			label = o.Value
		}
		out = append(out, EditorOption{o.Value, label})
	}
	return out
}

// operators returns all operators of a leaf that has no operator yet.
func (l *leaf) operators() []Operator {
	ops, missing := l.allowed()
	if missing {
		ops = append(ops[:len(ops):len(ops)], opsMissing...)
	}
	return ops
}

func (f *fieldDef) editor(lang guanxi.Lang) EditorField {
	e := EditorField{
		Name: f.name, Label: f.label().In(lang), Type: f.typ, Decimals: f.scale, Kind: f.meta.Kind,
		Group: f.meta.Kind.Label(lang), Trait: f.meta.Trait, Source: f.meta.Source, Values: values(f.meta.Options, lang),
	}
	if e.Trait == "" {
		e.Trait = Explicit
	}
	if f.events != nil {
		for i, m := range matchModes {
			e.MatchModes = append(e.MatchModes, EditorOption{m, matchLabels[i].In(lang)})
		}
		e.Subproperties = &Editor{}
		for _, k := range f.events.fields {
			e.Subproperties.Fields = append(e.Subproperties.Fields, k.editor(lang))
		}
		e.Aggregates = f.aggregates(lang)
		return e
	}
	e.Operators = operatorOptions((&leaf{field: f}).operators(), lang)
	switch f.typ {
	case IntType, DecimalType:
		e.InputType = "number"
	case DateType:
		e.InputType = "date"
	case InstantType:
		e.InputType = "datetime-local"
	case BoolType:
		e.ValueEditorType = "checkbox"
	default:
		e.InputType = "text"
		if len(e.Values) > 0 {
			e.InputType, e.ValueEditorType = "", "select"
		}
	}
	return e
}

func (f *fieldDef) aggregates(lang guanxi.Lang) []EditorAggregate {
	var out []EditorAggregate
	for i := range aggNames {
		fn := aggFn(i)
		a := EditorAggregate{Name: fn.String(), Label: aggLabels[fn].In(lang)}
		for _, k := range f.events.fields {
			for _, t := range fn.types() {
				if k.typ == t {
					a.Of = append(a.Of, k.name)
				}
			}
		}
		if fn.types() != nil && a.Of == nil {
			continue
		}
		switch fn {
		case aggMin, aggMax, aggFirst, aggLast, aggSum:
		case aggAvg:
			a.Operators = operatorOptions(append(opsOrder[:len(opsOrder):len(opsOrder)], opsMissing...), lang)
		default:
			l := leaf{field: f, agg: &aggregate{fn: fn}}
			a.Operators = operatorOptions(l.operators(), lang)
		}
		out = append(out, a)
	}
	return out
}
