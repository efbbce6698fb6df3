package simulate

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Mover is a Host whose service sends and receives at once, or goes on with what was sent.
type Mover interface {
	Host
	// Move carries out a Send or a MergeOut. It returns what was written to each of some
	// accounts, whatever the error is.
	Move(id loyalty.AccountID, cmd loyalty.Command, recordedAt time.Time, among []loyalty.AccountID) (map[loyalty.AccountID][]loyalty.Entry, error)
	// Pool sends what a member has of kinds to a pool.
	Pool(member, pool loyalty.AccountID, h loyalty.Header, recordedAt time.Time, kinds []loyalty.Kind) (map[loyalty.AccountID][]loyalty.Entry, error)
}

// arrival is where a parcel arrives, by the reference.
type arrival struct {
	step   Step   // the Receive
	want   answer // of it
	before bool   // it had arrived
}

// through carries out a Send or a MergeOut by the service, which lets it arrive as well; what
// was sent before, and has not arrived, arrives.
func (w *World) through(m Mover, s Step) error {
	w.behind = true
	err := w.follow(m, s)
	if w.behind = false; err != nil {
		return err
	}
	return w.totals()
}

func (w *World) follow(m Mover, s Step) error {
	if len(s.pool) > 0 {
		return w.pooled(m, s)
	}
	p, err := w.plan(s, nil)
	if err != nil {
		return err
	}
	written, err := m.Move(s.Account, s.Command, s.Recorded, w.reached(s))
	return w.moved(s, p, written, err)
}

// pooled is through of all kinds of a pool, one after the other. The last one may be refused,
// and those after it are not tried then.
func (w *World) pooled(m Mover, s Step) error {
	c, ok := s.Command.(*loyalty.Send)
	if !ok {
		return fmt.Errorf("a pool of %T", s.Command)
	}
	written, err := m.Pool(s.Account, c.To, c.Header, s.Recorded, s.pool)
	for _, k := range s.pool {
		ref := w.side(s.Account).ref
		send := &loyalty.Send{Header: c.Header, To: c.To, Kind: k}
		send.Key, send.Member = loyalty.PoolKey(c.Key, k), s.Account
		if old, seen := ref.keys[send.Key].(*loyalty.Send); seen {
			send.Points, send.To = old.Points, old.To
		} else if send.Points = ref.balance(k, max(us(c.At), ref.last)).Available; send.Points <= 0 {
			continue
		}
		one := Step{Account: s.Account, Command: send, Recorded: s.Recorded}
		p, err2 := w.plan(one, written[s.Account])
		if err2 != nil {
			return err2
		}
		if p.err() != nil {
			return w.moved(one, p, written, err)
		}
		if err := w.moved(one, p, written, nil); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("the pool is refused: %w", err)
	}
	return nil
}

// reached returns the accounts that a parcel may come to.
func (w *World) reached(s Step) []loyalty.AccountID {
	ids := []loyalty.AccountID{s.Account}
	to := target(s.Command)
	for range 10 {
		ids = append(ids, to)
		if to = w.side(to).ref.into; to == "" {
			break
		}
	}
	return ids
}

func target(cmd loyalty.Command) loyalty.AccountID {
	switch c := cmd.(type) {
	case *loyalty.Send:
		return c.To
	case *loyalty.MergeOut:
		return c.Into
	}
	return ""
}

// moving is what a Send or a MergeOut comes to, by the reference.
type moving struct {
	send answer
	in   arrival
}

// err returns what the service is to say.
func (p *moving) err() error {
	if p.send.err != nil {
		return p.send.err
	}
	return p.in.want.err
}

// plan says what becomes of a Send or a MergeOut that the service carries out, or has: then
// it is among what it has written to the account.
func (w *World) plan(s Step, written []loyalty.Entry) (p moving, err error) {
	a, err := w.host.Account(s.Account)
	if err != nil {
		return p, err
	}
	ref := w.side(s.Account).ref
	if p.send = w.answer(s, a); p.send.err != nil {
		return p, nil
	}
	key := loyalty.ReceiveKey(s.Command.Common().Key)
	for _, side := range w.sides {
		if _, seen := side.ref.keys[key]; seen && p.send.repeated {
			p.in.before = true
			return p, nil
		}
	}
	for i := range written {
		if e := written[i].Clone(); e.Key == s.Command.Common().Key && e.Parcel != nil && !p.send.repeated {
			return p, w.arrives(&p, &e, *e.Parcel, p.send.next, s.Recorded)
		}
	}
	if !p.send.repeated { // both, or nothing
		d, err := w.engine.Decide(a, s.Command, s.Recorded)
		if err != nil || d.Repeated || d.Parcel == nil {
			return p, fmt.Errorf("what the reference sends is not sent: %w", err)
		}
		return p, w.arrives(&p, &d.Entries[len(d.Entries)-1], *d.Parcel, p.send.next, s.Recorded)
	}
	journal, err := w.host.Journal(s.Account, 1)
	if err != nil {
		return p, err
	}
	for i := range journal {
		if e := journal[i].Clone(); e.Key == s.Command.Common().Key && e.Parcel != nil {
			return p, w.follows(&p, &e, ref, s.Recorded)
		}
	}
	return p, fmt.Errorf("what was sent with key %q is not in the journal", s.Command.Common().Key)
}

// follows looks for the account at which a parcel can arrive that was sent before: the one
// it was sent to, those that that was merged into, or at last the sender.
func (w *World) follows(p *moving, e *loyalty.Entry, from *account, recorded time.Time) error {
	parcel, back := *e.Parcel, false
	for range 8 {
		if err := w.arrives(p, e, parcel, from, recorded); err != nil || !errors.Is(p.in.want.err, loyalty.ErrClosed) {
			return err
		}
		into := w.side(parcel.To).ref.into
		switch {
		case back || parcel.Merge != nil && into == "":
			return nil
		case into != "" && into != parcel.From:
			parcel.To = into
		default:
			back = true
			parcel.From, parcel.To = e.Parcel.To, e.Account
		}
	}
	return nil
}

// arrives says what becomes of a parcel at an account.
func (w *World) arrives(p *moving, e *loyalty.Entry, parcel loyalty.Parcel, from *account, recorded time.Time) error {
	a, err := w.host.Account(parcel.To)
	if err != nil {
		return err
	}
	at := max(e.Effective, loyalty.Instant(w.side(parcel.To).ref.last))
	c := &loyalty.Receive{Header: loyalty.Header{Key: loyalty.ReceiveKey(e.Key), At: at.Time()}, Parcel: parcel}
	if e.Member == e.Account {
		c.Member = e.Member
	}
	p.in.step = Step{Account: parcel.To, Command: c, Recorded: recorded, peer: from}
	p.in.want = w.answer(p.in.step, a)
	return nil
}

// moved compares what the service has done with the plan.
func (w *World) moved(s Step, p moving, written map[loyalty.AccountID][]loyalty.Entry, got error) error {
	if want := p.err(); want != nil {
		if !same(want, got) || p.send.err == nil && p.send.repeated != errors.Is(got, loyalty.ErrTransit) {
			return fmt.Errorf("moved (%w), the reference says %w", got, want)
		}
		for id, left := range written {
			if len(left) > 0 {
				return fmt.Errorf("refused (%w), and %d entries of %s are written", got, len(left), id)
			}
		}
		w.note(s, want)
		return nil
	}
	if got != nil {
		return fmt.Errorf("refused: %w, the reference moves it", got)
	}
	if !p.send.repeated {
		if err := w.wrote(s, p.send, written); err != nil {
			return err
		}
	}
	if p.in.before {
		return nil
	}
	w.note(s, nil)
	if err := w.wrote(p.in.step, p.in.want, written); err != nil {
		return fmt.Errorf("arriving: %s: %w", p.in.step, err)
	}
	return nil
}

// wrote takes the entries of a command out of what was written, and follows them.
func (w *World) wrote(s Step, want answer, written map[loyalty.AccountID][]loyalty.Entry) error {
	all, n := written[s.Account], 0
	for n < len(all) && all[n].Key != s.Command.Common().Key {
		n++
	}
	if n == len(all) {
		return fmt.Errorf("%d entries are written to %s, none with key %q", n, s.Account, s.Command.Common().Key)
	}
	side := w.side(s.Account)
	dec := &loyalty.Decision{Account: s.Account, Expected: side.seq, Parcel: all[n].Parcel}
	for n++; n < len(all) && all[n].Key == "" && (all[n].Op == loyalty.OpRepay || last(all[n:])); n++ { // what follows from it
	}
	dec.Entries, written[s.Account] = all[:n], all[n:]
	recorded := max(int64(loyalty.InstantOf(s.Recorded)), int64(side.written)+1)
	if err := w.entries(side, dec, s.Recorded); err != nil {
		return err
	}
	if err := w.commit(side, s, dec, want.next, recorded); err != nil {
		return err
	}
	if len(written[s.Account]) > 0 { // more is to come
		return nil
	}
	a, err := w.host.Account(s.Account)
	if err != nil {
		return err
	}
	return w.compare(a, side, s)
}

// last reports whether no more commands have written anything.
func last(entries []loyalty.Entry) bool {
	for i := range entries {
		if entries[i].Key != "" {
			return false
		}
	}
	return true
}
