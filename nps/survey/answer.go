package survey

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
)

// Answer is an answer to one question: a [Rated], [RatedBecause], [Chose],
// [ChoseMany], [Wrote] or [Skipped], and nothing else. Each is written as the
// JSON that [Form.Decode] reads.
type Answer interface{ answer() }

type (
	// Rated is the score of a Rating or Scenario: 9 in JSON.
	Rated int
	// RatedBecause is a score and its reason, for a question with a Because:
	// {"score": 9, "because": "…"} in JSON.
	RatedBecause struct {
		Score   int    `json:"score"`
		Because string `json:"because,omitempty"`
	}
	// Chose is the option chosen in a Single, by id: "yes" in JSON.
	Chose string
	// ChoseMany is the options chosen in a Multiple, by id, in any order:
	// ["price","design"] in JSON. None chosen is as good as Skipped.
	ChoseMany []string
	// Wrote is an Open answer: "…" in JSON. Blank text is as good as Skipped.
	Wrote string
	// Skipped says that the question was asked and not answered: null in JSON.
	Skipped struct{}
)

func (Rated) answer()        {}
func (RatedBecause) answer() {}
func (Chose) answer()        {}
func (ChoseMany) answer()    {}
func (Wrote) answer()        {}
func (Skipped) answer()      {}

// MarshalJSON writes null.
func (Skipped) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

// Answers is the answers given, by the id of their question.
type Answers map[string]Answer

// skips reports whether a is no answer. It may still be of the wrong type.
func skips(a Answer) bool {
	switch a := a.(type) {
	case Skipped:
		return true
	case ChoseMany:
		return len(a) == 0
	case Wrote:
		return blank(string(a))
	}
	return false
}

// check returns every fault of a as an answer to q, below the place of the answer.
func (q *Question) check(a Answer) error {
	var f faults
	switch a := a.(type) {
	case Skipped:
	case Rated:
		if !q.Type.scored() {
			return q.mistyped(a)
		}
		f.score("", q, int(a))
		if q.Because.Required {
			f.at("/because", ErrMissing)
		}
	case RatedBecause:
		if !q.Type.scored() || !q.Because.asked() {
			return q.mistyped(a)
		}
		f.score("/score", q, a.Score)
		f.prose("/because", a.Because, q.Because.MaxLength)
		if q.Because.Required && blank(a.Because) {
			f.at("/because", ErrMissing)
		}
	case Chose:
		if q.Type != Single {
			return q.mistyped(a)
		}
		if !q.offers(string(a)) {
			f.add("", ErrUnknownChoice, "%.64q", string(a))
		}
	case ChoseMany:
		if q.Type != Multiple {
			return q.mistyped(a)
		}
		f.choices(q, a)
	case Wrote:
		if q.Type != Open {
			return q.mistyped(a)
		}
		f.prose("", string(a), q.MaxLength)
	default: // nil
		return q.mistyped(a)
	}
	if q.Required && skips(a) {
		f.at("", ErrMissing)
	}
	return f.err()
}

func (q *Question) mistyped(a Answer) error {
	return &guanxi.FieldError{Err: fmt.Errorf("%w: a %T does not answer a question of type %s", guanxi.ErrType, a, q.Type)}
}

func (f *faults) score(pointer string, q *Question, score int) {
	if !q.Scale.Has(score) {
		f.add(pointer, ErrOffScale, "%d is not in %d to %d", score, q.Scale.Min, q.Scale.Max)
	}
}

func (f *faults) prose(pointer, s string, limit int) {
	limit = lengthLimit(limit)
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		f.at(pointer, ErrUTF8)
	case n > limit:
		f.add(pointer, ErrTooLong, "%d characters are more than %d", n, limit)
	}
}

func (f *faults) choices(q *Question, ids []string) {
	n := len(ids)
	if n > len(q.Options) {
		f.add("", ErrCount, "%d of %d options", n, len(q.Options))
		return // naming each would take long
	}
	if n > 0 && n < q.Fewest || q.Most > 0 && n > q.Most {
		f.add("", ErrCount, "%d, wanted %d to %d", n, max(q.Fewest, 1), q.most())
	}
	for i, id := range ids {
		if !q.offers(id) {
			f.add(guanxi.Pointer(i), ErrUnknownChoice, "%.64q", id)
		}
		if slices.Contains(ids[:i], id) {
			f.add(guanxi.Pointer(i), ErrDuplicate, "%.64q", id)
		}
	}
}

func (q *Question) most() int {
	if q.Most > 0 {
		return q.Most
	}
	return len(q.Options)
}

// takes reports whether the branch takes an answer that fits its question.
func (b *Branch) takes(a Answer) bool {
	if skips(a) {
		return b.Skipped
	}
	switch a := a.(type) {
	case Rated:
		return b.Scores != nil && b.Scores.Has(int(a))
	case RatedBecause:
		return b.Scores != nil && b.Scores.Has(a.Score)
	case Chose:
		return slices.Contains(b.Options, string(a))
	case ChoseMany:
		return slices.ContainsFunc(a, func(id string) bool { return slices.Contains(b.Options, id) })
	}
	return false
}
