package loyalty

import (
	"context"
	"errors"

	"github.com/guanxi-go/guanxi"
)

// BatchSize is how many accounts [Service.Batch] commits at once.
const BatchSize = 100

func keyReused() error { return refuse(guanxi.At("/key", ErrKeyReused)) }

// Request is a command for an account.
type Request struct {
	Account AccountID
	Command Command
	Rows    []RowChange // as in Service.Do
}

// Outcome is what became of a request.
type Outcome struct {
	Answer Answer
	Err    error
}

// Batch carries out many commands, and returns what became of each, by index. Those of an
// account are decided in their order and written in one commit; where the store is a
// [MultiCommit], up to BatchSize accounts are. A command that is refused does not keep
// others from being carried out. It is as if Do were called for each: what cannot be
// committed together is tried one by one.
func (s *Service) Batch(ctx context.Context, requests []Request) []Outcome {
	out := make([]Outcome, len(requests))
	var groups []*group
	byID := make(map[AccountID]*group)
	for i := range requests {
		id := requests[i].Account
		g := byID[id]
		if g == nil {
			g = &group{id: id}
			byID[id] = g
			groups = append(groups, g)
		}
		g.at = append(g.at, i)
	}
	multi, _ := s.Store.(MultiCommit)
	step := BatchSize
	if multi == nil {
		step = 1
	}
	for len(groups) > 0 {
		n := min(step, len(groups))
		b := batch{s, ctx, multi, requests, out}
		b.run(groups[:n])
		groups = groups[n:]
	}
	return out
}

// decide decides the requests of a group on one loading, each on what the ones before
// have left.
func (s *Service) decide(ctx context.Context, g *group, requests []Request, out []Outcome) error {
	need := s.needs(g, requests)
	var err error
	for round := range needRounds {
		need.All = need.All || round == needRounds-1
		a, loadErr := s.Store.Load(ctx, g.id, need)
		if loadErr != nil {
			return loadErr
		}
		var more *NeedError
		if err = s.decideOn(a, g, requests, out); !errors.As(err, &more) {
			return err
		}
		need = need.Join(more.Need)
	}
	return err
}

func (s *Service) decideOn(a *Account, g *group, requests []Request, out []Outcome) error {
	g.commit = DueCommit(a)
	for _, i := range g.at {
		out[i] = Outcome{}
		d, err := s.Engine.Decide(a, requests[i].Command, s.Now())
		switch {
		case errors.Is(err, ErrNeed):
			return err
		case err != nil:
			out[i].Err = err
			continue
		}
		if !d.Repeated && len(d.Entries) == 0 && len(requests[i].Rows) > 0 {
			out[i].Err = noEntry()
			continue
		}
		next := d.next() // before the account changes
		if err := g.commit.Add(d, requests[i].Rows...); err != nil {
			return err
		}
		if _, err := g.commit.State(); err != nil {
			return err
		}
		out[i].Answer = Answer{Receipt: d.Receipt, Repeated: d.Repeated, Parcel: d.Parcel}
		if !d.Repeated {
			out[i].Answer.Why, out[i].Answer.Next = d.Why, next
		}
	}
	return nil
}
