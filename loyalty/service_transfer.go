package loyalty

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Transfer is what became of what one account has sent.
type Transfer struct {
	Sent     Answer
	Received Answer // by the other account; by the sender, where the other one could not
	Returned bool   // it came back
}

// Transfer sends points from one account to send.To. It is refused before anything is
// written if the other account would refuse them. Where the store is a [MultiCommit] both
// sides are one commit, otherwise two: what is between them stands in the books as
// transferred, and the command given again, [Service.Settle] or [Service.Resume] goes on
// after a crash. The receiving key is [ReceiveKey] of the command's: being unique over the
// store, it lets a parcel arrive once, be it at the account, at the one that that was
// merged into, or, if it was closed meanwhile, at the sender's again.
//
// What was sent and cannot be received now is a *TransitError; nothing is lost.
func (s *Service) Transfer(ctx context.Context, from AccountID, send *Send) (Transfer, error) {
	return s.move(ctx, from, send)
}

// Merge moves all that an account has to merge.Into and closes it, as Transfer does.
func (s *Service) Merge(ctx context.Context, from AccountID, merge *MergeOut) (Transfer, error) {
	return s.move(ctx, from, merge)
}

// Pool sends what a member has available of kinds to the account of the household,
// where it stands on behalf of the member. Kinds the member has nothing of are left out.
// h.Key is the key of all, of which each kind has its own, [PoolKey]; given again with it,
// in whatever order, the kinds that were sent arrive and no other points of them. What the member earns from then on is earned by the pool, with Header.Member.
func (s *Service) Pool(ctx context.Context, member, pool AccountID, h Header, kinds ...Kind) ([]Transfer, error) {
	var out []Transfer
	for _, k := range kinds {
		send := &Send{Header: h, To: pool, Kind: k}
		send.Key, send.Member = PoolKey(h.Key, k), member
		if t, done, err := s.again(ctx, member, send.Key); done || err != nil {
			if err != nil {
				return out, err
			}
			out = append(out, t)
			continue
		}
		b, err := s.balance(ctx, member, k, InstantOf(h.At))
		if err != nil {
			return out, err
		}
		if send.Points = b.Available; send.Points <= 0 {
			continue
		}
		t, err := s.move(ctx, member, send)
		if err != nil {
			return out, err
		}
		out = append(out, t)
	}
	return out, nil
}

// again goes on with a parcel that was sent with a key, if there is one.
func (s *Service) again(ctx context.Context, from AccountID, k Key) (t Transfer, done bool, err error) {
	r, ok, err := s.Store.Receipt(ctx, k)
	if err != nil || !ok {
		return Transfer{}, false, err
	}
	if r.Account != from {
		return Transfer{}, true, keyReused()
	}
	t, err = s.deliver(ctx, r)
	return t, true, err
}

// ReceiveKey is the key with which arrives what was sent with a key. A host gives no
// command a key of this form.
func ReceiveKey(k Key) Key { return Key("received:" + shortened(string(k))) }

// PoolKey is the key with which [Service.Pool], given a key, sends a kind. A host gives no
// command a key of this form.
func PoolKey(k Key, kind Kind) Key {
	return Key("pool:" + shortened(strconv.Itoa(len(kind))+":"+string(kind)+":"+string(k)))
}

// move sends a parcel and receives it.
func (s *Service) move(ctx context.Context, from AccountID, cmd Command) (Transfer, error) {
	d, err := s.Simulate(ctx, from, cmd)
	if err != nil {
		return Transfer{}, err
	}
	var unknown error
	var unsure []Transfer // that were written, or not
	if !d.Repeated {
		receive, err := s.rehearse(ctx, d)
		if err != nil {
			return Transfer{}, err
		}
		if multi, ok := s.Store.(MultiCommit); ok {
			for range multiAttempts {
				t, err := s.moveAtOnce(ctx, multi, from, cmd, d.Parcel.To, receive)
				if err == nil {
					return t, nil
				}
				if errors.Is(err, ErrUnknownOutcome) {
					unknown, unsure = err, append(unsure, t)
				}
			}
		}
	}
	sent, err := s.Do(ctx, from, cmd)
	if err != nil {
		return Transfer{}, join(unknown, err)
	}
	for _, t := range unsure { // both sides are one commit
		if mine, ok := among([]Answer{t.Sent}, sent.Receipt); ok && sent.Repeated {
			t.Sent = mine
			return t, nil
		}
	}
	t, err := s.deliver(ctx, sent.Receipt)
	if sent.Parcel == nil { // it was sent before
		sent.Parcel = t.Sent.Parcel
	}
	t.Sent = sent
	return t, err
}

// multiAttempts is how often both sides are tried at once before one is after the other.
const multiAttempts = 3

// rehearse asks the other account whether it would receive what a decision sends.
func (s *Service) rehearse(ctx context.Context, d *Decision) (*Receive, error) {
	own := &d.Entries[len(d.Entries)-1]
	receive := &Receive{Header: Header{Key: ReceiveKey(d.Receipt.Key), At: own.Effective.Time(), Member: behalf(own)}, Parcel: *d.Parcel}
	t := s.attempt(d.Parcel.To, receive, nil)
	defer s.pool.Put(t)
	defer t.forget()
	t.own = true
	if _, err := t.load(ctx, s.Store, new(Decision)); err != nil {
		return nil, fmt.Errorf("loyalty: the other account: %w", err)
	}
	return receive, nil
}

// moveAtOnce commits both sides at once. With an ErrUnknownOutcome it returns what may have
// been written.
func (s *Service) moveAtOnce(ctx context.Context, multi MultiCommit, from AccountID, cmd Command, to AccountID, receive *Receive) (Transfer, error) {
	send, take := s.attempt(from, cmd, nil), s.attempt(to, receive, nil)
	defer s.pool.Put(send)
	defer s.pool.Put(take)
	defer send.forget()
	defer take.forget()
	take.own = true
	a, err := send.load(ctx, s.Store, &send.d)
	if err != nil || send.d.Repeated {
		return Transfer{}, cmp.Or(err, errRepeated)
	}
	receive.Parcel = *send.d.Parcel
	b, err := take.load(ctx, s.Store, &take.d)
	if err != nil || take.d.Repeated {
		return Transfer{}, cmp.Or(err, errRepeated)
	}
	send.next, take.next = send.d.next(), take.d.next()
	send.c.set(a, &send.d, nil)
	take.c.set(b, &take.d, nil)
	err = multi.CommitAll(ctx, []*Commit{&send.c, &take.c})
	if err != nil && !errors.Is(err, ErrUnknownOutcome) {
		return Transfer{}, err
	}
	return Transfer{Sent: send.answer(), Received: take.answer()}, err
}

// errRepeated: one side was written before.
var errRepeated = errors.New("loyalty: written before")

// Settle goes on with what the entry of an event has sent, if it sent anything and that
// has not arrived: for each event that the host's outbox delivers.
func (s *Service) Settle(ctx context.Context, e Event) error {
	if e.Op != OpTransferOut && e.Op != OpMergeOut {
		return nil
	}
	_, err := s.deliver(ctx, Receipt{Key: e.Key, Account: e.Account, Seq: e.Seq, Recorded: e.Recorded, Op: e.Op})
	return err
}

// Resume goes on with all that an account has sent after a sequence number and that has
// not arrived: after a crash, where there is no outbox. It returns how many parcels it
// has looked at; all are, and their errors are joined.
func (s *Service) Resume(ctx context.Context, account AccountID, after int64) (parcels int, err error) {
	var faults []error
	for e, err := range s.Store.Journal(ctx, JournalQuery{Account: account, After: after}) {
		if err != nil {
			return parcels, errors.Join(append(faults, err)...)
		}
		if e.Op == OpTransferOut || e.Op == OpMergeOut {
			parcels++
			faults = append(faults, s.Settle(ctx, e.Event()))
		}
	}
	return parcels, errors.Join(faults...)
}

// maxHops is how many merges a parcel follows.
const maxHops = 8

// deliver lets the parcel of an entry arrive.
func (s *Service) deliver(ctx context.Context, sent Receipt) (t Transfer, err error) {
	t.Sent = Answer{Receipt: sent, Repeated: true}
	key := ReceiveKey(sent.Key)
	r, arrived, receiptErr := s.Store.Receipt(ctx, key)
	e, err := s.sentEntry(ctx, sent)
	if err == nil {
		t.Sent.Parcel = e.Parcel
	}
	switch {
	case arrived && receiptErr == nil: // whether or not the entry is still there
		t.Received, t.Returned = Answer{Receipt: r, Repeated: true}, r.Account == sent.Account
		return t, nil
	case err != nil:
		return t, &TransitError{Sent: sent, Err: err}
	case receiptErr != nil:
		return t, &TransitError{sent, e.Parcel.To, receiptErr}
	}
	parcel := e.Parcel
	p := *parcel
	for range maxHops {
		var err error
		if t.Received, err = s.receive(ctx, p, key, &e); err == nil {
			return t, nil
		}
		if errors.Is(err, ErrKeyReused) { // it has arrived elsewhere meanwhile
			if r, ok, e := s.Store.Receipt(ctx, key); e == nil && ok {
				t.Received, t.Returned = Answer{Receipt: r, Repeated: true}, r.Account == sent.Account
				return t, nil
			}
		}
		if !errors.Is(err, ErrClosed) {
			return t, &TransitError{sent, p.To, err}
		}
		to, e := s.Store.Load(ctx, p.To, Need{})
		switch {
		case e != nil:
			return t, &TransitError{sent, p.To, e}
		case t.Returned || p.Merge != nil && to.MergedTo == "": // nowhere to go
			return t, &TransitError{sent, p.To, err}
		case to.MergedTo != "" && to.MergedTo != p.From:
			p.To = to.MergedTo
		default:
			t.Returned = true
			p.From, p.To = parcel.To, sent.Account
		}
	}
	return t, &TransitError{sent, p.To, ErrClosed}
}

// receive lets a parcel arrive at its account.
func (s *Service) receive(ctx context.Context, p Parcel, key Key, sent *Entry) (Answer, error) {
	cmd := &Receive{Header: Header{Key: key, At: sent.Effective.Time(), Member: behalf(sent)}, Parcel: p}
	t := s.attempt(p.To, cmd, nil)
	defer s.pool.Put(t)
	defer t.forget()
	t.own = true
	return t.run(ctx)
}

// behalf is on whose behalf is received what a member sends to a pool: such an entry
// names its own account as the member.
func behalf(sent *Entry) AccountID {
	if sent.Member == sent.Account {
		return sent.Member
	}
	return ""
}

// sentEntry reads the entry that sent something.
func (s *Service) sentEntry(ctx context.Context, sent Receipt) (Entry, error) {
	for e, err := range s.Store.Journal(ctx, JournalQuery{Account: sent.Account, After: sent.Seq - 1, Limit: 1}) {
		switch {
		case err != nil:
			return Entry{}, err
		case e.Seq == sent.Seq && e.Parcel != nil && (e.Op == OpTransferOut || e.Op == OpMergeOut):
			return e, nil
		}
	}
	return Entry{}, fmt.Errorf("%w: entry %d of %q sends nothing", ErrImpossible, sent.Seq, sent.Account)
}

// plain takes off an engine's answer what a store has put around it.
func plain(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	return err
}
