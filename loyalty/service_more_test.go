package loyalty

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/shopspring/decimal"
)

// faster is a store in which somebody else commits the very same just before.
type faster struct {
	*Memory
	err error // of the one who was slower
}

func (f *faster) Commit(ctx context.Context, c *Commit) error {
	if err := f.Memory.Commit(ctx, c); err != nil {
		return err
	}
	return f.err
}

// One who finds that somebody else has written the same entry has a repeated answer; one
// who does not know whether that was itself has not.
func TestServiceRepeated(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{{nil, false}, {ErrDuplicateKey, true}, {ErrConflict, true}, {ErrUnknownOutcome, false}} {
		s := testService(nil)
		s.Store, s.Unlocked = &faster{new(Memory), c.err}, true
		a, err := s.Do(context.Background(), "a", &Adjust{Header: Header{Key: "k", At: day(0)}, Kind: "points", Points: 5})
		if err != nil || a.Repeated != c.want || a.Seq != 1 {
			t.Errorf("after %v: %+v, %v", c.err, a, err)
		}
	}
}

// Rows need an entry that they go with.
func TestServiceRowsAlone(t *testing.T) {
	ctx := context.Background()
	m := new(Memory)
	s := testService(m)
	row := RowChange{RowID: RowID{"t", "c"}, State: []byte("x")}
	sweep := &Sweep{Header: Header{Key: "k", At: day(1)}}
	_, err := s.Do(ctx, "a", sweep, row)
	out := s.Batch(ctx, []Request{{"a", sweep, []RowChange{row}}})
	var at *guanxi.FieldError
	for _, err := range []error{err, out[0].Err} {
		if !errors.Is(err, ErrCommit) || !errors.As(err, &at) || at.Pointer != "/rows" {
			t.Errorf("rows with nothing: %v", err)
		}
	}
	if got, _ := m.Rows(ctx, []RowID{row.RowID}); got[0].Version != 0 {
		t.Errorf("the row was written: %+v", got)
	}
	if _, err := s.Do(ctx, "a", sweep); err != nil {
		t.Errorf("a sweep of nothing: %v", err)
	}
}

// A transfer given again has the parcel of the first time.
func TestServiceTransferAgain(t *testing.T) {
	ctx := context.Background()
	s := testService(new(Memory))
	endow(t, s, "a", 50)
	send := &Send{Header: Header{Key: "s", At: day(1)}, To: "b", Kind: "points", Points: 20}
	first, err := s.Transfer(ctx, "a", send)
	if err != nil || first.Sent.Parcel == nil {
		t.Fatal(first, err)
	}
	again, err := s.Transfer(ctx, "a", send)
	if err != nil || !again.Sent.Repeated || !reflect.DeepEqual(again.Sent.Parcel, first.Sent.Parcel) {
		t.Errorf("again: %+v, %v", again.Sent, err)
	}
}

func endow(t *testing.T, s *Service, id AccountID, points Points) {
	t.Helper()
	c := &Adjust{Header: Header{Key: Key("give " + id), At: day(0)}, Kind: "points", Points: points}
	if _, err := s.Do(context.Background(), id, c); err != nil {
		t.Fatal(err)
	}
}

// Pooling does not hang on the order of kinds, and its keys are told.
func TestServicePoolKeys(t *testing.T) {
	ctx := context.Background()
	s := testService(new(Memory))
	endow(t, s, "a", 50)
	h := Header{Key: "p", At: day(1)}
	first, err := s.Pool(ctx, "a", "home", h, "points", "stars")
	if err != nil || len(first) != 1 || first[0].Sent.Key != PoolKey("p", "points") || first[0].Received.Key != ReceiveKey(PoolKey("p", "points")) {
		t.Fatal(first, err)
	}
	if _, err := s.Do(ctx, "a", &Act{Header: Header{Key: "v", At: day(1)}, Activity: "review"}); err != nil {
		t.Fatal(err)
	}
	second, err := s.Pool(ctx, "a", "home", h, "stars", "points")
	if err != nil || len(second) != 2 || second[1].Sent.Receipt.Seq != first[0].Sent.Seq || second[0].Received.Results[0].Kind != "stars" {
		t.Errorf("again, in another order: %+v, %v", second, err)
	}
	if PoolKey("1:a", "b") == PoolKey("a", "b1:") || PoolKey("/b", "a") == PoolKey("b", "a/") {
		t.Error("keys are mixed up")
	}
}

// An answer says what the next tier needs, by Do and by Batch, and a balance is read
// through the service.
func TestServiceReads(t *testing.T) {
	ctx := context.Background()
	s := testService(new(Memory))
	now := day(1)
	s.Now = func() time.Time { return now }
	s.Engine = MustNew(shop(func(p *Program) {
		p.Tiers = TierConfig{
			Period: TierPeriod{Mode: Rolling, Span: guanxi.MustParseSpan("P1Y")},
			Levels: []Tier{{ID: "base"}, {ID: "gold", Entry: Threshold{Spend: decimal.New(1000, 0)}}},
		}
		p.Rewards = append(p.Rewards, Reward{ID: "ten", Type: RewardVoucher, Kind: "points", Points: 10, Coupon: "ten-off"})
	}))
	a, err := s.Do(ctx, "a", &Earn{Header{"e", day(1), ""}, order("o", 60)})
	if err != nil || a.Next == nil || a.Next.Next.Tier != "gold" || a.Next.Next.Ways[0].Missing != 940_00 {
		t.Errorf("%+v, %v", a.Next, err)
	}
	out := s.Batch(ctx, []Request{{Account: "a", Command: &Earn{Header{"e2", day(1), ""}, order("o2", 40)}}})
	if a := out[0].Answer; out[0].Err != nil || a.Next == nil || a.Next.Next.Ways[0].Missing != 900_00 {
		t.Errorf("%+v, %v", a.Next, out[0].Err)
	}
	if a, err := s.Do(ctx, "a", &Earn{Header{"e", day(1), ""}, order("o", 60)}); err != nil || !a.Repeated || a.Next != nil {
		t.Errorf("again: %+v, %v", a, err)
	}
	endow(t, s, "b", 100)
	if a, err := s.Do(ctx, "b", &Place{Header: Header{Key: "p", At: day(1)}, Hold: "h", Spend: Spend{Kind: "points", Points: 30}, Until: day(2)}); err != nil {
		t.Fatal(a, err)
	}
	if a, err := s.Do(ctx, "b", &Redeem{Header: Header{Key: "v", At: day(1)}, Spend: Spend{Reward: "ten"}}); err != nil || a.Why.Coupon != "ten-off" {
		t.Errorf("a voucher: %+v, %v", a, err)
	}
	for _, c := range []struct {
		at              time.Time
		available, held Points
	}{{day(-3), 60, 30}, {day(1), 60, 30}, {day(2), 90, 0}} { // at day -3 the clock is behind
		now = c.at
		if b, err := s.Balance(ctx, "b", "points"); err != nil || b.Available != c.available || b.Held != c.held {
			t.Errorf("at %v: %+v, %v", c.at, b, err)
		}
	}
	if b, err := s.Balance(ctx, "nobody", "points"); err != nil || b != (Balance{Kind: "points"}) {
		t.Errorf("of nobody: %+v, %v", b, err)
	}
	if done, _, err := s.Sweep(ctx, day(2), DueAccount{}, 10); err != nil || len(done) == 0 {
		t.Errorf("sweep: %+v, %v", done, err)
	}
	if r, ok, err := s.Store.Receipt(ctx, SweepKey("b", 3)); !ok || err != nil || r.Op != OpRunOut {
		t.Errorf("receipt of the sweep: %+v, %t, %v", r, ok, err)
	}
	if st, err := s.Statement(ctx, "b", "points", day(0), day(3)); err != nil || st.Closing.Available != 90 || len(st.Lines) != 4 {
		t.Errorf("statement: %+v, %v", st, err)
	}
}

// What is no record of an order is refused as one that is not kept.
func TestReferBadPurchase(t *testing.T) {
	d := newDesk(t, func(p *Program) { p.Referral = &ReferralRule{ID: "ref", Friend: []KindPoints{{"stars", 5}}} })
	bad := &OrderRecord{ID: "o", First: true, Lines: []LineRecord{{Amount: -1}}}
	if _, err := d.try(&Refer{d.head(day(1)), Referrer, "f", bad}); !errors.Is(err, ErrNotKept) || !errors.Is(err, ErrImpossible) {
		t.Error(err)
	}
	if _, err := d.try(&Refer{d.head(day(1)), Friend, "a", bad}); !errors.Is(err, ErrOrderUnknown) {
		t.Error(err)
	}
}
