package loyalty

import (
	"context"
	"errors"
	"iter"
	"testing"
)

// lossy is a store that loses acknowledgements, and is then down for some readings.
type lossy struct {
	*Memory
	commits  int // that are written and not acknowledged yet
	receipts int // that cannot be read after one
	down     int
	gone     bool // the journal was put away
}

var errDown, errGone = errors.New("down"), errors.New("put away")

func (l *lossy) lose(err error) error {
	if err != nil || l.commits == 0 {
		return err
	}
	l.commits--
	l.down = l.receipts
	return ErrUnknownOutcome
}

func (l *lossy) Commit(ctx context.Context, c *Commit) error { return l.lose(l.Memory.Commit(ctx, c)) }

func (l *lossy) CommitAll(ctx context.Context, c []*Commit) error {
	return l.lose(l.Memory.CommitAll(ctx, c))
}

func (l *lossy) Receipt(ctx context.Context, k Key) (Receipt, bool, error) {
	if l.down > 0 {
		l.down--
		return Receipt{}, false, errDown
	}
	return l.Memory.Receipt(ctx, k)
}

func (l *lossy) Journal(ctx context.Context, q JournalQuery) iter.Seq2[Entry, error] {
	if l.gone {
		return func(yield func(Entry, error) bool) { yield(Entry{}, errGone) }
	}
	return l.Memory.Journal(ctx, q)
}

// One whose acknowledgement is lost knows its own entry, be it that the receipt cannot be
// read at first.
func TestServiceUnknownOwn(t *testing.T) {
	ctx := context.Background()
	for _, down := range []int{0, 1} {
		s := testService(nil)
		s.Store, s.Unlocked = &lossy{Memory: new(Memory), commits: 1, receipts: down}, true
		a, err := s.Do(ctx, "a", &Earn{Header{Key: "k", At: day(0)}, order("o", 60)})
		if err != nil || a.Repeated || a.Seq != 1 || len(a.Why.Awards) == 0 {
			t.Errorf("%d readings down: %+v, %v", down, a, err)
		}
	}
}

// So does one that has sent and received in one commit.
func TestServiceTransferUnknown(t *testing.T) {
	ctx := context.Background()
	for _, down := range []int{0, 1} {
		s := testService(nil)
		l := &lossy{Memory: new(Memory), receipts: down}
		s.Store, s.Unlocked = l, true
		endow(t, s, "a", 50)
		l.commits = 1
		send := &Send{Header: Header{Key: "s", At: day(1)}, To: "b", Kind: "points", Points: 20}
		first, err := s.Transfer(ctx, "a", send)
		if err != nil || first.Sent.Repeated || first.Received.Repeated || len(first.Sent.Why.Uses) == 0 || first.Sent.Parcel == nil || first.Received.Account != "b" {
			t.Errorf("%d readings down: %+v, %v", down, first, err)
		}
		l.down = 0
		again, err := s.Transfer(ctx, "a", send)
		if err != nil || !again.Sent.Repeated || again.Sent.Seq != first.Sent.Seq {
			t.Errorf("again: %+v, %v", again, err)
		}
	}
}

// What has arrived needs the entry no more that has sent it.
func TestServiceSettleGone(t *testing.T) {
	ctx := context.Background()
	s := testService(nil)
	l := &lossy{Memory: new(Memory)}
	s.Store, s.Unlocked = l, true
	endow(t, s, "a", 50)
	send := &Send{Header: Header{Key: "s", At: day(1)}, To: "b", Kind: "points", Points: 20}
	first, err := s.Transfer(ctx, "a", send)
	if err != nil {
		t.Fatal(err)
	}
	var sent Event
	for e := range l.Journal(ctx, JournalQuery{Account: "a", After: first.Sent.Seq - 1}) {
		sent = e.Event()
	}
	l.gone = true
	again, err := s.Transfer(ctx, "a", send)
	if err != nil || !again.Sent.Repeated || again.Sent.Parcel != nil || again.Received.Seq != first.Received.Seq {
		t.Errorf("again: %+v, %v", again, err)
	}
	if err := s.Settle(ctx, sent); err != nil {
		t.Error(err)
	}
	sent.Key = "another"
	if err := s.Settle(ctx, sent); !errors.Is(err, ErrTransit) || !errors.Is(err, errGone) {
		t.Errorf("what has not arrived: %v", err)
	}
}

// A service that tries once decides again with what is left of a shared counter.
func TestServiceInShared(t *testing.T) {
	ctx := context.Background()
	s := testService(nil)
	m, stock := new(Memory), int64(3)
	s.Store = m
	s.Engine = MustNew(shop(func(p *Program) {
		p.Rewards = []Reward{{ID: "mug", Kind: "points", Points: 10, Stock: &stock}}
	}))
	endow(t, s, "a", 100)
	in := s.In(m)
	get := func(key Key, n int64) error {
		_, err := in.Do(ctx, "a", &Redeem{Header: Header{Key: key, At: day(1)}, Spend: Spend{Reward: "mug", Quantity: n}})
		return err
	}
	if err := get("k1", 2); err != nil {
		t.Fatal(err)
	}
	if err := get("k2", 2); !errors.Is(err, ErrStock) || errors.Is(err, ErrShared) {
		t.Errorf("two of one: %v", err)
	}
	if err := get("k3", 1); err != nil {
		t.Error(err)
	}
}
