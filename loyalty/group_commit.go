package loyalty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// batchRounds is how often commands that were decided together are, after a conflict,
// decided together again before each is carried out alone.
const batchRounds = 4

// batch carries requests out together.
type batch struct {
	s        *Service
	ctx      context.Context
	multi    MultiCommit // nil: one account at a time
	requests []Request
	out      []Outcome
}

// group is the requests of one account.
type group struct {
	id      AccountID
	at      []int // indexes of requests
	commit  *Commit
	err     error       // why it is decided again
	unknown error       // a commit of it was written or not
	tried   [][]Outcome // what its requests came to in such commits
}

// run carries groups out: in one commit, again where somebody else was faster, and one by
// one what cannot be carried out together.
func (b *batch) run(groups []*group) {
	attempts := b.s.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	for n := 1; len(groups) > 0; n++ {
		if n > attempts {
			for _, g := range groups {
				b.fail(g, fmt.Errorf("loyalty: after %d attempts: %w", attempts, g.err))
			}
			return
		}
		if n > batchRounds {
			for _, g := range groups {
				b.alone(g)
			}
			return
		}
		if n > 1 && b.s.Wait != nil {
			if err := b.s.Wait(b.ctx, n); err != nil {
				for _, g := range groups {
					b.fail(g, err)
				}
				return
			}
		}
		groups = b.round(groups)
	}
}

// round decides and commits, and returns the groups that are to be decided again.
func (b *batch) round(groups []*group) (again []*group) {
	var ready []*group
	for _, g := range groups {
		switch err := b.s.decide(b.ctx, g, b.requests, b.out); {
		case err != nil:
			again = b.settle(g, err, again)
		case b.told(g): // it was written
		case len(g.commit.Entries)+len(g.commit.Rows) > 0:
			b.own(g)
			ready = append(ready, g)
		default:
			b.own(g)
		}
	}
	if len(ready) > 1 {
		commits := make([]*Commit, len(ready))
		for i, g := range ready {
			commits[i] = g.commit
		}
		err := b.multi.CommitAll(b.ctx, commits)
		if err == nil || errors.Is(err, ErrUnknownOutcome) || b.ctx.Err() != nil || b.s.Attempts == 1 && errors.Is(err, ErrConflict) {
			for _, g := range ready {
				again = b.settle(g, err, again)
			}
			return again
		}
	}
	var down error // of two commits in a row: the store, not what they say
	failed := 0
	for _, g := range ready {
		err := down
		if err == nil {
			err = b.s.Store.Commit(b.ctx, g.commit)
		}
		if err == nil || apart(err) || errors.Is(err, ErrConflict) {
			failed = 0
		} else if failed++; failed == 2 {
			down = err
		}
		again = b.settle(g, err, again)
	}
	return again
}

// settle takes what became of the commit of a group.
func (b *batch) settle(g *group, err error, again []*group) []*group {
	g.err = err
	switch {
	case err == nil:
	case errors.Is(err, ErrUnknownOutcome):
		if g.unknown = err; b.found(g) {
			return again
		}
		outs := make([]Outcome, len(g.at))
		for n, i := range g.at {
			outs[n] = b.out[i]
		}
		g.tried = append(g.tried, outs)
		return append(again, g)
	case errors.Is(err, ErrConflict):
		return append(again, g)
	case apart(err):
		b.alone(g)
	case g.unknown != nil && b.ctx.Err() == nil: // a store that is down for a moment may yet tell
		return append(again, g)
	default:
		b.fail(g, err)
	}
	return again
}

// apart reports whether an error is about one of the commands that were committed, so
// that others may be carried out.
func apart(err error) bool {
	for _, known := range []error{ErrDuplicateKey, ErrShared, ErrRowConflict, ErrCommit, ErrImpossible, ErrNeed, ErrStale, ErrUnbalanced, ErrOverflow} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// fail gives all commands of a group an error. What one of them was refused for may have
// been another one, which is not written: none keeps its answer.
func (b *batch) fail(g *group, err error) {
	for _, i := range g.at {
		b.out[i] = Outcome{Err: err}
	}
	b.own(g)
}

// alone carries the commands of a group out one by one.
func (b *batch) alone(g *group) {
	for _, i := range g.at {
		r := &b.requests[i]
		b.out[i].Answer, b.out[i].Err = b.s.Do(b.ctx, r.Account, r.Command, r.Rows...)
	}
	b.own(g)
}

// wrote reports whether a command has written something.
func (o *Outcome) wrote() bool { return o.Err == nil && !o.Answer.Repeated && o.Answer.Seq > 0 }

// is reports whether r is the receipt of what a command has written.
func (o *Outcome) is(r *Receipt) bool {
	return o.Answer.Key == r.Key && o.Answer.Account == r.Account && o.Answer.Seq == r.Seq && o.Answer.Recorded == r.Recorded && o.Answer.Intent == r.Intent
}

// found asks the store for a receipt of the commit of a group: it is there if all are.
func (b *batch) found(g *group) bool {
	for _, i := range g.at {
		if o := &b.out[i]; o.wrote() {
			r, ok, err := b.s.Store.Receipt(b.ctx, o.Answer.Key)
			return err == nil && ok && o.is(&r)
		}
	}
	return false
}

// told reports whether what was decided now says that a commit that was unknown to be
// written was: then its answers are those of the group, and nothing is left to do.
func (b *batch) told(g *group) bool {
	for t := len(g.tried) - 1; t >= 0; t-- {
		there, wrote := true, false
		for n, i := range g.at {
			if was := &g.tried[t][n]; was.wrote() {
				wrote = true
				there = there && b.out[i].Answer.Repeated && was.is(&b.out[i].Answer.Receipt)
			}
		}
		if there && wrote {
			for n, i := range g.at {
				b.out[i] = g.tried[t][n]
			}
			return true
		}
	}
	return false
}

// own gives a command whose commit was unknown to be written its own answer back, if it
// was, or says that nobody knows.
func (b *batch) own(g *group) {
	for _, outs := range g.tried {
		for n, i := range g.at {
			was, o := &outs[n], &b.out[i]
			switch {
			case !was.wrote():
			case o.Err != nil:
				o.Err = join(g.unknown, o.Err)
			case o.Answer.Repeated && was.is(&o.Answer.Receipt):
				*o = *was
			}
		}
	}
}

// needs returns what all commands of a group need: as Need.Join, but the points that they
// take add up.
func (s *Service) needs(g *group, requests []Request) (need Need) {
	var one Need
	for _, i := range g.at {
		s.Engine.needInto(&one, requests[i].Command)
		need.Keys = appendOne(append(need.Keys, one.Keys...), one.Key)
		need.Redemptions = appendOne(append(need.Redemptions, one.Redemptions...), one.Redemption)
		need.Holds = appendOne(append(need.Holds, one.Holds...), one.Hold)
		need.Orders = append(need.Orders, one.Orders...)
		need.Lots = append(need.Lots, one.Lots...)
		need.At, need.All = max(need.At, one.At), need.All || one.All
		for _, o := range one.Open {
			need.open(o.Kind, o.Points)
		}
	}
	need.Key, need.Keys = firstOf(distinct(need.Keys))
	need.Redemption, need.Redemptions = firstOf(distinct(need.Redemptions))
	need.Hold, need.Holds = firstOf(distinct(need.Holds))
	need.Orders, need.Lots = distinct(need.Orders), distinct(need.Lots)
	return need
}

func appendOne[T ~string](list []T, one T) []T {
	if one == "" {
		return list
	}
	return append(list, one)
}

func firstOf[T any](list []T) (first T, rest []T) {
	if len(list) == 0 {
		return first, nil
	}
	return list[0], list[1:]
}

func distinct[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}
