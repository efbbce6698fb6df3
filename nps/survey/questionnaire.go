package survey

import (
	"slices"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/strict"
)

// Questionnaire is what is asked, and in which order: plain data that the host
// stores as JSON. It is read strictly: see [Questionnaire.UnmarshalJSON].
type Questionnaire struct {
	ID string `json:"id"`
	// Version tells responses to one wording from those to another, 0 to 2³¹−1.
	Version int         `json:"version"`
	Title   guanxi.Text `json:"title"`
	// Kind is the measure, such as "nps" or "csat", which gaps of a policy may
	// go by (Ask.Kind). Optional.
	Kind string `json:"kind,omitempty"`
	// Channels it is made for; none means every channel.
	Channels []Channel `json:"channels,omitempty"`
	// Questions in the order in which they are asked, 1 to 500. The first is
	// always asked; branches may pass over others, and never lead back.
	Questions []Question `json:"questions"`
}

// Type is the type of a question.
type Type string

// The types of questions.
const (
	Scenario Type = "scenario" // a rating in an imagined situation (Scene)
	Rating   Type = "rating"   // a whole number on a Scale
	Single   Type = "single"   // one of the Options
	Multiple Type = "multiple" // some of the Options
	Open     Type = "open"     // free text
)

var typeLabels = map[Type]guanxi.Text{
	Scenario: {EN: "scenario", ZH: "情景题"},
	Rating:   {EN: "rating", ZH: "评分题"},
	Single:   {EN: "single choice", ZH: "单选题"},
	Multiple: {EN: "multiple choice", ZH: "多选题"},
	Open:     {EN: "open text", ZH: "开放题"},
}

// Label returns the name in lang, or the id of an unknown type.
func (t Type) Label(lang guanxi.Lang) string { return labelled(typeLabels, t, lang) }

// scored reports whether an answer has a score.
func (t Type) scored() bool { return t == Rating || t == Scenario }

// End as the target of a step ends the questionnaire. No question may have it
// for its id.
const End = "end"

// Question is one question. Settings that its type has no use for are
// [ErrMisplaced].
type Question struct {
	ID       string      `json:"id"`
	Type     Type        `json:"type"`
	Text     guanxi.Text `json:"text"`
	Required bool        `json:"required,omitempty"`

	// Scene is the situation that a Scenario asks to imagine.
	Scene guanxi.Text `json:"scene,omitzero"`
	// Scale of a Rating or Scenario.
	Scale Scale `json:"scale,omitzero"`
	// Because, with a Rating or Scenario, asks for the reason in the same breath.
	Because Because `json:"because,omitzero"`

	// Options of a Single (at least 2) or Multiple (at least 1), 500 at most.
	Options []Option `json:"options,omitempty"`
	// Fewest and Most are how many options a Multiple takes if it is answered;
	// 0 is no limit.
	Fewest int `json:"fewest,omitempty"`
	Most   int `json:"most,omitempty"`

	// MaxLength of an Open answer in characters, at most 100,000; 0 is
	// [DefaultMaxLength].
	MaxLength int `json:"max_length,omitempty"`

	// Branches: the first that takes the answer says what comes next.
	Branches []Branch `json:"branches,omitempty"`
	// Then is what comes next if no branch takes the answer: a question's id or
	// [End]. "" is the question that follows, and the end after the last.
	Then string `json:"then,omitempty"`
}

// Scale is the whole numbers from Min to Max, both included; at most 101 of
// them, none beyond ±1000.
type Scale struct {
	Min int `json:"min"`
	Max int `json:"max"`
	// Low and High are written beside the ends: "not at all likely".
	Low  guanxi.Text `json:"low,omitzero"`
	High guanxi.Text `json:"high,omitzero"`
}

// Has reports whether score is on the scale.
func (s Scale) Has(score int) bool { return s.Min <= score && score <= s.Max }

// Because is the open half-sentence after a score: "because ____".
type Because struct {
	Text      guanxi.Text `json:"text"`
	Required  bool        `json:"required,omitempty"`
	MaxLength int         `json:"max_length,omitempty"` // as Question.MaxLength
}

func (b Because) asked() bool { return b != Because{} }

// DefaultMaxLength is how many characters an open answer may have where the
// questionnaire does not say.
const DefaultMaxLength = 2000

const (
	maxQuestions = 500
	maxOptions   = 500
	maxLength    = 100_000
	maxScore     = 1000
	maxWidth     = 101
)

// lengthLimit spells out a MaxLength of 0.
func lengthLimit(n int) int {
	if n == 0 {
		return DefaultMaxLength
	}
	return n
}

// Option is one thing to choose.
type Option struct {
	ID   string      `json:"id"`
	Text guanxi.Text `json:"text"`
}

// Branch takes some answers of its question to another question. It has one
// condition: Scores, Options or Skipped.
type Branch struct {
	// Scores takes the scores of a Rating or Scenario in this band.
	Scores *Band `json:"scores,omitempty"`
	// Options takes an answer that chose any of these.
	Options []string `json:"options,omitempty"`
	// Skipped takes no answer, where none is required.
	Skipped bool `json:"skipped,omitempty"`
	// Goto is a question's id or [End].
	Goto string `json:"goto"`
}

// Band is the scores from the first to the second, both included.
type Band [2]int

// Has reports whether score is in the band.
func (b Band) Has(score int) bool { return b[0] <= score && score <= b[1] }

// offers reports whether the question has an option of this id.
func (q *Question) offers(id string) bool {
	return slices.ContainsFunc(q.Options, func(o Option) bool { return o.ID == id })
}

// Clone returns a copy that shares nothing with q.
func (q Questionnaire) Clone() Questionnaire {
	q.Channels = slices.Clone(q.Channels)
	q.Questions = slices.Clone(q.Questions)
	for i := range q.Questions {
		q.Questions[i] = q.Questions[i].clone()
	}
	return q
}

func (q Question) clone() Question {
	q.Options = slices.Clone(q.Options)
	q.Branches = slices.Clone(q.Branches)
	for i := range q.Branches {
		b := &q.Branches[i]
		b.Options = slices.Clone(b.Options)
		if b.Scores != nil {
			b.Scores = new(*b.Scores)
		}
	}
	return q
}

// UnmarshalJSON reads strictly: every unknown field, wrong type and fault of
// [Questionnaire.Validate] is reported with its JSON pointer, and q is left
// alone if there is one.
func (q *Questionnaire) UnmarshalJSON(data []byte) error {
	type plain Questionnaire
	var p plain
	err := guanxi.UnmarshalStrict(data, &p)
	return strict.Accept(q, Questionnaire(p), err)
}
