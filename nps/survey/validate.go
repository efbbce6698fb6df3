package survey

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/internal/ident"
)

// Validate returns every fault of q, each a *guanxi.FieldError: ids that are no
// ids or occur twice, texts that are missing, settings that do not fit the type
// of their question, scales and limits out of range, branches to nowhere or that
// no answer takes, steps that lead back, and questions that no answers reach.
//
// Which answers take a branch is found exactly, so that a question behind a
// branch that takes all scores is known to be unreachable. Cost: O(questions ×
// options × branches).
func (q Questionnaire) Validate() error {
	var f faults
	f.id("/id", q.ID)
	if q.Version < 0 || q.Version > math.MaxInt32 {
		f.add("/version", ErrOption, "%d is not in 0 to %d", q.Version, math.MaxInt32)
	}
	f.text("/title", q.Title)
	if q.Kind != "" {
		f.id("/kind", q.Kind)
	}
	for i, c := range q.Channels {
		at := guanxi.Pointer("channels", i)
		f.at(at, c.Validate())
		if slices.Contains(q.Channels[:i], c) {
			f.add(at, ErrDuplicate, "%q", string(c))
		}
	}
	switch n := len(q.Questions); {
	case n == 0:
		f.at("/questions", ErrEmpty)
		return f.err()
	case n > maxQuestions:
		f.add("/questions", ErrOption, "%d questions are more than %d", n, maxQuestions)
		return f.err() // walking them would take long
	}
	index := make(map[string]int, len(q.Questions))
	for i := range q.Questions {
		f.under(guanxi.Pointer("questions", i), func(f *faults) {
			f.question(&q.Questions[i])
			id := q.Questions[i].ID
			if _, ok := index[id]; ok {
				f.add("/id", ErrDuplicate, "%q", id)
			} else {
				index[id] = i
			}
		})
	}
	f.flow(q.Questions, index)
	return f.err()
}

// faults gathers what is wrong, below prefix.
type faults struct {
	prefix string
	errs   []error
}

func (f *faults) err() error { return errors.Join(f.errs...) }

func (f *faults) at(pointer string, err error) {
	if err != nil {
		f.errs = append(f.errs, guanxi.At(f.prefix+pointer, err))
	}
}

func (f *faults) add(pointer string, err error, format string, args ...any) {
	f.at(pointer, fmt.Errorf("%w: "+format, append([]any{err}, args...)...))
}

func (f *faults) under(pointer string, check func(*faults)) {
	before := f.prefix
	f.prefix += pointer
	check(f)
	f.prefix = before
}

func (f *faults) id(pointer, id string) {
	switch {
	case !utf8.ValidString(id):
		f.at(pointer, ErrUTF8)
	case !ident.ID(id):
		f.add(pointer, ErrID, "%.64q", id)
	}
}

// text wants at least one language, and no blank or broken one.
func (f *faults) text(pointer string, t guanxi.Text) {
	if t.IsZero() {
		f.at(pointer, ErrNoText)
		return
	}
	for _, l := range []struct{ name, text string }{{"/en", t.EN}, {"/zh", t.ZH}} {
		switch {
		case !utf8.ValidString(l.text):
			f.at(pointer+l.name, ErrUTF8)
		case l.text != "" && blank(l.text):
			f.at(pointer+l.name, ErrNoText)
		}
	}
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// maybe is text for what may be left out altogether.
func (f *faults) maybe(pointer string, t guanxi.Text) {
	if !t.IsZero() {
		f.text(pointer, t)
	}
}

func (f *faults) limit(pointer string, n int) {
	if n < 0 || n > maxLength {
		f.add(pointer, ErrOption, "%d is not in 0 to %d", n, maxLength)
	}
}

func (f *faults) question(q *Question) {
	f.id("/id", q.ID)
	if q.ID == End {
		f.add("/id", ErrID, "%q ends a questionnaire", End)
	}
	f.text("/text", q.Text)
	choice := q.Type == Single || q.Type == Multiple
	switch q.Type {
	case Scenario, Rating, Single, Multiple, Open:
		stray := func(name string, is, belongs bool) {
			if is && !belongs {
				f.add(name, ErrMisplaced, "%s", q.Type)
			}
		}
		stray("/scene", !q.Scene.IsZero(), q.Type == Scenario)
		stray("/scale", q.Scale != Scale{}, q.Type.scored())
		stray("/because", q.Because.asked(), q.Type.scored())
		stray("/options", len(q.Options) > 0, choice)
		stray("/fewest", q.Fewest != 0, q.Type == Multiple)
		stray("/most", q.Most != 0, q.Type == Multiple)
		stray("/max_length", q.MaxLength != 0, q.Type == Open)
	default:
		f.add("/type", ErrOption, "%.32q is not a type of question", string(q.Type))
		return
	}
	if q.Type == Scenario {
		f.text("/scene", q.Scene)
	}
	if q.Type.scored() {
		f.under("/scale", func(f *faults) { f.scale(q.Scale) })
		if q.Because.asked() {
			f.text("/because/text", q.Because.Text)
			f.limit("/because/max_length", q.Because.MaxLength)
		}
	}
	if choice {
		f.options(q)
	}
	if q.Type == Open {
		f.limit("/max_length", q.MaxLength)
	}
}

func (f *faults) scale(s Scale) {
	if !s.sound() {
		f.add("", ErrOption, "%d to %d: a scale rises, has at most %d scores and stays within ±%d", s.Min, s.Max, maxWidth, maxScore)
	}
	f.maybe("/low", s.Low)
	f.maybe("/high", s.High)
}

func (s Scale) sound() bool {
	return s.Min >= -maxScore && s.Max <= maxScore && s.Min < s.Max && s.Max-s.Min < maxWidth
}

func (f *faults) options(q *Question) {
	n := len(q.Options)
	switch {
	case n == 0:
		f.at("/options", ErrEmpty)
	case n > maxOptions:
		f.add("/options", ErrOption, "%d options are more than %d", n, maxOptions)
		return
	case n == 1 && q.Type == Single:
		f.add("/options", ErrOption, "one option is no choice")
	}
	seen := make(map[string]bool, n)
	for i, o := range q.Options {
		f.under(guanxi.Pointer("options", i), func(f *faults) {
			f.id("/id", o.ID)
			if seen[o.ID] {
				f.add("/id", ErrDuplicate, "%q", o.ID)
			}
			seen[o.ID] = true
			f.text("/text", o.Text)
		})
	}
	if q.Fewest < 0 || q.Fewest > n {
		f.add("/fewest", ErrOption, "%d of %d options", q.Fewest, n)
	}
	if q.Most < 0 || q.Most > n || q.Most != 0 && q.Most < q.Fewest {
		f.add("/most", ErrOption, "%d of %d options, at least %d", q.Most, n, q.Fewest)
	}
}
