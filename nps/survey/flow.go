package survey

import (
	"slices"

	"github.com/guanxi-go/guanxi"
)

// step is a way from one question to the next that some answer takes.
type step struct {
	to int    // the number of questions for the end
	at string // the place of the setting that says so, "" where the list does
}

// target returns the number of the question with this id.
func target(id string, index map[string]int, end int) (int, bool) {
	if id == End {
		return end, true
	}
	i, ok := index[id]
	return i, ok
}

// flow checks where the branches lead, taken together.
func (f *faults) flow(questions []Question, index map[string]int) {
	steps := make([][]step, len(questions))
	for i := range questions {
		f.under(guanxi.Pointer("questions", i), func(f *faults) {
			steps[i] = f.steps(&questions[i], i, index, len(questions))
		})
	}
	w := walk{f: f, steps: steps, state: make([]uint8, len(questions))}
	w.from(0)
	for i, s := range w.state {
		if s == 0 {
			f.add(guanxi.Pointer("questions", i), ErrUnreachable, "%.64q", questions[i].ID)
		}
	}
	for i := range questions { // loops among those that nothing reaches
		w.from(i)
	}
}

// walk goes through all steps depth first.
type walk struct {
	f     *faults
	steps [][]step
	state []uint8 // 0 not yet seen, 1 on the way here, 2 done
}

func (w *walk) from(i int) {
	if i == len(w.steps) || w.state[i] == 2 {
		return
	}
	w.state[i] = 1
	for _, s := range w.steps[i] {
		if s.to < len(w.steps) && w.state[s.to] == 1 {
			w.f.at(guanxi.Pointer("questions", i)+s.at, ErrLoop)
		} else {
			w.from(s.to)
		}
	}
	w.state[i] = 2
}

// steps checks the branches of question i and returns the steps from it, each
// way once.
func (f *faults) steps(q *Question, i int, index map[string]int, end int) []step {
	var out []step
	add := func(s step) {
		if !slices.ContainsFunc(out, func(o step) bool { return o.to == s.to }) {
			out = append(out, s)
		}
	}
	left := newRemainder(q)
	for k, b := range q.Branches {
		at := guanxi.Pointer("branches", k)
		to, ok := target(b.Goto, index, end)
		if !ok {
			f.add(at+"/goto", ErrTarget, "%.64q", b.Goto)
		}
		sound := f.condition(at, q, b)
		taken := left.take(b)
		if sound && !taken {
			f.at(at, ErrDeadBranch)
		}
		if ok && taken {
			add(step{to, at + "/goto"})
		}
	}
	to, ok := i+1, true
	if q.Then != "" {
		if to, ok = target(q.Then, index, end); !ok {
			f.add("/then", ErrTarget, "%.64q", q.Then)
		}
	}
	switch {
	case !left.some():
		if q.Then != "" {
			f.at("/then", ErrDeadBranch)
		}
	case ok && q.Then != "":
		add(step{to, "/then"})
	case ok:
		add(step{to, ""})
	}
	return out
}

// condition checks that b has one condition and that it fits the question.
func (f *faults) condition(at string, q *Question, b Branch) bool {
	before := len(f.errs)
	n := 0
	if b.Scores != nil {
		n++
		switch {
		case !q.Type.scored():
			f.add(at+"/scores", ErrMisplaced, "%s", q.Type)
		case b.Scores[0] > b.Scores[1] || q.Scale.sound() && (!q.Scale.Has(b.Scores[0]) || !q.Scale.Has(b.Scores[1])):
			f.add(at+"/scores", ErrOption, "%d to %d on a scale of %d to %d", b.Scores[0], b.Scores[1], q.Scale.Min, q.Scale.Max)
		}
	}
	if len(b.Options) > 0 {
		n++
		if q.Type != Single && q.Type != Multiple {
			f.add(at+"/options", ErrMisplaced, "%s", q.Type)
		} else {
			for j, id := range b.Options {
				here := at + guanxi.Pointer("options", j)
				if !q.offers(id) {
					f.add(here, ErrUnknownChoice, "%.64q", id)
				}
				if slices.Contains(b.Options[:j], id) {
					f.add(here, ErrDuplicate, "%.64q", id)
				}
			}
		}
	}
	if b.Skipped {
		n++
		if q.Required {
			f.add(at+"/skipped", ErrOption, "an answer is required")
		}
	}
	if n != 1 {
		f.add(at, ErrOption, "a branch has one condition: scores, options or skipped; this has %d", n)
	}
	return len(f.errs) == before
}

// remainder is the answers that no branch has taken yet.
type remainder struct {
	q       *Question
	skip    bool
	answers []bool // by score from Scale.Min, by option, or one for any text
	unsure  bool   // the question has faults, and its answers cannot be told
}

func newRemainder(q *Question) *remainder {
	r := &remainder{q: q, skip: !q.Required}
	n := 1
	switch {
	case q.Type.scored():
		if r.unsure = !q.Scale.sound(); !r.unsure {
			n = q.Scale.Max - q.Scale.Min + 1
		}
	case q.Type == Single || q.Type == Multiple:
		if n = len(q.Options); n == 0 || n > maxOptions || q.Fewest > n {
			r.unsure = true
		}
	case q.Type != Open:
		r.unsure = true
	}
	r.answers = slices.Repeat([]bool{true}, n)
	return r
}

// take removes the answers that b takes and reports whether there was one.
func (r *remainder) take(b Branch) bool {
	if r.unsure {
		return true
	}
	taken := false
	if b.Skipped {
		taken, r.skip = r.skip, false
	}
	possible := r.answered()
	if b.Scores != nil && r.q.Type.scored() {
		for i := range r.answers {
			if b.Scores.Has(r.q.Scale.Min+i) && r.answers[i] {
				taken, r.answers[i] = true, false
			}
		}
	}
	if r.q.Type != Single && r.q.Type != Multiple {
		return taken
	}
	for i, o := range r.q.Options {
		if r.answers[i] && slices.Contains(b.Options, o.ID) {
			r.answers[i] = false
			taken = taken || possible
		}
	}
	return taken
}

// answered reports whether an answer can be given of what is left; a Multiple
// may need several options.
func (r *remainder) answered() bool {
	n := 0
	for _, ok := range r.answers {
		if ok {
			n++
		}
	}
	return n >= max(r.q.Fewest, 1)
}

func (r *remainder) some() bool { return r.unsure || r.skip || r.answered() }
