package survey

import (
	"iter"
	"maps"
	"slices"

	"github.com/guanxi-go/guanxi"
)

// Form is a questionnaire ready to be filled in. It is immutable and safe for
// concurrent use.
type Form struct {
	q     Questionnaire
	index map[string]int
	after [][]int // where each question may lead; the number of questions is the end
}

// New makes a form of q, which it copies. The error holds every fault, as
// [Questionnaire.Validate] has them.
func New(q Questionnaire) (*Form, error) {
	if err := q.Validate(); err != nil {
		return nil, err
	}
	f := &Form{q: q.Clone(), index: make(map[string]int, len(q.Questions))}
	for i := range f.q.Questions {
		f.index[f.q.Questions[i].ID] = i
	}
	var sound faults // and stays so
	for i := range f.q.Questions {
		var after []int
		for _, s := range sound.steps(&f.q.Questions[i], i, f.index, len(f.q.Questions)) {
			after = append(after, s.to)
		}
		f.after = append(f.after, after)
	}
	return f, nil
}

// MustNew is [New] for tests and examples; it panics on an error.
func MustNew(q Questionnaire) *Form {
	f, err := New(q)
	if err != nil {
		panic(err)
	}
	return f
}

// Questionnaire returns a copy of what the form was made of.
func (f *Form) Questionnaire() Questionnaire { return f.q.Clone() }

// Question returns a copy of the question with this id.
func (f *Form) Question(id string) (q Question, ok bool) {
	i, ok := f.index[id]
	if !ok {
		return q, false
	}
	return f.q.Questions[i].clone(), true
}

// Next returns the id of the question to ask after these answers: the first on
// their path that has none. [Skipped] counts as an answer. At the end it
// returns [End]. Answers off the path are not looked at.
//
// An answer on the path that does not fit its question, or the lack of a
// required one, is an error with the place in the answers ("/recommend"), and
// the id is that of the question to ask again. No allocation without faults.
func (f *Form) Next(answers Answers) (id string, err error) {
	for i := 0; i < len(f.q.Questions); {
		q := &f.q.Questions[i]
		a, ok := answers[q.ID]
		if !ok {
			return q.ID, nil
		}
		if err := q.check(a); err != nil {
			return q.ID, guanxi.At(guanxi.Pointer(q.ID), err)
		}
		i = f.next(i, a)
	}
	return End, nil
}

// Path yields the ids of the questions that these answers lead through, in
// order, ending with the first that has no answer or a wrong one.
func (f *Form) Path(answers Answers) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := 0; i < len(f.q.Questions); {
			q := &f.q.Questions[i]
			if !yield(q.ID) {
				return
			}
			a, ok := answers[q.ID]
			if !ok || q.check(a) != nil {
				return
			}
			i = f.next(i, a)
		}
	}
}

// next returns the number of the question after i and its answer a, which fits.
func (f *Form) next(i int, a Answer) int {
	q := &f.q.Questions[i]
	to := q.Then
	for k := range q.Branches {
		if q.Branches[k].takes(a) {
			to = q.Branches[k].Goto
			break
		}
	}
	switch to {
	case "":
		return i + 1
	case End:
		return len(f.q.Questions)
	}
	return f.index[to]
}

// lookup finds the answer to a question; err is what keeps it from being read.
type lookup func(q *Question) (a Answer, ok bool, err error)

// on says what is known of a question's place on the path.
type on uint8

const (
	off on = iota
	perhaps
	path
)

// checkAnswers returns every fault of the answers, by question; ids are those
// that have an answer, in order.
func (f *Form) checkAnswers(get lookup, ids []string) []error {
	n := len(f.q.Questions)
	place := make([]on, n)
	faulty := make([]error, n)
	for i := 0; i < n; {
		q := &f.q.Questions[i]
		place[i] = path
		a, ok, err := get(q)
		if !ok {
			a = Skipped{}
		}
		if err == nil {
			err = q.check(a)
		}
		switch {
		case err == nil:
			i = f.next(i, a)
			continue
		case len(f.after[i]) == 1: // whatever the answer is
			faulty[i], i = err, f.after[i][0]
			continue
		}
		faulty[i] = err
		f.reach(i, place)
		break
	}
	var errs []error
	for i := range f.q.Questions {
		q := &f.q.Questions[i]
		err := faulty[i]
		if place[i] != path {
			a, ok, bad := get(q)
			switch {
			case !ok:
			case place[i] == off:
				err = ErrNotAsked
			case bad != nil:
				err = bad
			default:
				err = q.check(a)
			}
		}
		errs = append(errs, guanxi.At(guanxi.Pointer(q.ID), err))
	}
	for _, id := range ids {
		if _, ok := f.index[id]; !ok {
			errs = append(errs, guanxi.At(guanxi.Pointer(id), ErrUnknownQuestion))
		}
	}
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// reach marks the questions that may come after i.
func (f *Form) reach(i int, place []on) {
	for _, to := range f.after[i] {
		if to < len(place) && place[to] == off {
			place[to] = perhaps
			f.reach(to, place)
		}
	}
}

// sorted returns the keys of m in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
