package coupon_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/coupon/coupontest"
	"github.com/guanxi-go/guanxi/loyalty/loyaltytest"
)

func TestInLedger(t *testing.T) {
	coupontest.TestStore(t, func(*testing.T) coupon.Store { return coupon.InLedger(new(loyalty.Memory)) })
}

func engine() *loyalty.Engine {
	return loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}})
}

// limited is a catalogue of a coupon that may be used so often in all and by a customer.
func limited(t testing.TB, total, each int64) *coupon.Catalogue {
	t.Helper()
	d := coupon.Definition{ID: "x", Version: 1, Benefit: coupon.Benefit{Kind: coupon.Gift, Item: "cup"}}
	d.Limits.Redeemed, d.Limits.RedeemedPerCustomer = total, each
	c, err := coupon.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// till is a checkout, its store, and the coupons that are in it.
type till struct {
	testing.TB
	coupon.Checkout
	memory *loyalty.Memory
}

func newTill(t testing.TB, total, each int64) *till {
	m := new(loyalty.Memory)
	return &till{t, coupon.Checkout{Catalogue: limited(t, total, each), Points: &loyalty.Service{
		Engine: engine(), Store: m, Now: func() time.Time { return noon },
	}}, m}
}

func head(key string) loyalty.Header { return loyalty.Header{Key: loyalty.Key(key), At: noon} }

func (t *till) give(id loyalty.AccountID, points loyalty.Points) {
	t.Helper()
	s := loyalty.Service{Engine: engine(), Store: t.memory, Now: t.Points.Now}
	if _, err := s.Do(context.Background(), id, &loyalty.Adjust{Header: head("give " + string(id)), Kind: "points", Points: points}); err != nil {
		t.Fatal(err)
	}
}

func (t *till) coupons() *coupon.Service {
	return &coupon.Service{Catalogue: t.Catalogue, Store: coupon.InLedger(t.memory)}
}

func (t *till) issue(codes ...string) {
	t.Helper()
	for _, c := range codes {
		if _, err := t.coupons().Do(context.Background(), coupon.Command{Key: "issue " + c, Action: coupon.Issue, Code: coupon.Code(c), Definition: "x"}, noon); err != nil {
			t.Fatal(err)
		}
	}
}

func use(key, code, customer string) coupon.Command {
	return coupon.Command{Key: key, Action: coupon.UseNow, Code: coupon.Code(code), Order: "order " + key, Customer: customer}
}

func spend(key string, points loyalty.Points) *loyalty.Redeem {
	return &loyalty.Redeem{Header: head(key), Spend: loyalty.Spend{Kind: "points", Points: points}}
}

// has checks what an account has, and how often coupons are redeemed.
func (t *till) has(id loyalty.AccountID, points loyalty.Points, redeemed int64, codes ...string) {
	t.Helper()
	ctx := context.Background()
	a, err := t.memory.Load(ctx, id, loyalty.Need{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if b, err := a.BalanceAt("points", noon); err != nil || b.Available != points {
		t.Errorf("%q has %+v, %v, want %d points", id, b, err, points)
	}
	n := int64(0)
	for _, code := range codes {
		c, _, err := coupon.InLedger(t.memory).Load(ctx, coupon.Code(code), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
		n += c.TallyAt(coupon.Instant(noon.UnixMicro())).Redeemed
	}
	list, err := coupon.InLedger(t.memory).Counters(ctx, nil, []coupon.CounterID{{Definition: "x"}})
	if err != nil || n != redeemed || list[0].Redeemed != redeemed || list[0].Validate() != nil {
		t.Errorf("%d redeemed, counted %+v, %v, want %d", n, list, err, redeemed)
	}
}

func TestCheckout(t *testing.T) {
	ctx := context.Background()
	m := newTill(t, 3, 0)
	m.give("li", 100)
	m.issue("A", "B", "C", "D", "E")
	all := []string{"A", "B", "C", "D", "E"}

	// the points are refused: no coupon is used
	_, err := m.Do(ctx, "li", spend("k1", 101), use("c1", "A", ""))
	if !errors.Is(err, loyalty.ErrNotEnough) || !loyalty.IsRefusal(err) {
		t.Error(err)
	}
	m.has("li", 100, 0, all...)
	// a coupon is refused: no point is spent
	var at *guanxi.FieldError
	_, err = m.Do(ctx, "li", spend("k1", 10), use("c1", "A", ""), use("c2", "none", ""))
	if !errors.Is(err, coupon.ErrNotIssued) || !errors.As(err, &at) || at.Pointer != "/coupons/1" {
		t.Error(err)
	}
	m.has("li", 100, 0, all...)
	// both are used, once
	for i := range 3 {
		paid, err := m.Do(ctx, "li", spend("k1", 10), use("c1", "A", ""), use("c2", "B", ""))
		if err != nil || paid.Points.Repeated != (i > 0) || len(paid.Coupons) != 2 || paid.Coupons[1].Code != "B" || paid.Points.Results[0].Points != -10 {
			t.Errorf("%+v, %v", paid, err)
		}
		m.has("li", 90, 2, all...)
	}
	// of three of a definition one is left: they count together
	_, err = m.Do(ctx, "li", spend("k2", 10), use("c3", "C", ""), use("c4", "D", ""))
	if !errors.Is(err, coupon.ErrRedeemLimit) {
		t.Error(err)
	}
	m.has("li", 90, 2, all...)
	// no coupon, and no basket that is given in other pieces
	if paid, err := m.Do(ctx, "li", spend("k3", 10)); err != nil || paid.Coupons != nil {
		t.Errorf("%+v, %v", paid, err)
	}
	if paid, err := m.Do(ctx, "li", spend("k3", 10)); err != nil || !paid.Points.Repeated {
		t.Errorf("%+v, %v", paid, err)
	}
	for _, c := range []struct {
		points  loyalty.Command
		coupons []coupon.Command
		want    error
	}{
		{spend("k3", 10), []coupon.Command{use("c3", "C", "")}, coupon.ErrApart},
		{spend("k4", 10), []coupon.Command{use("c1", "A", ""), use("c2", "B", "")}, coupon.ErrApart},
		{spend("k1", 10), []coupon.Command{use("c1", "A", ""), use("c3", "C", "")}, coupon.ErrApart},
		{spend("k1", 11), []coupon.Command{use("c1", "A", ""), use("c2", "B", "")}, loyalty.ErrKeyReused},
		{spend("k1", 10), []coupon.Command{use("c1", "C", "")}, coupon.ErrKeyReused},
		{spend("k4", 10), []coupon.Command{use("c3", "C", ""), use("c3", "C", "")}, coupon.ErrDuplicate},
		{spend("k4", 10), []coupon.Command{{}}, coupon.ErrID},
	} {
		if _, err := m.Do(ctx, "li", c.points, c.coupons...); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.coupons, err, c.want)
		}
		m.has("li", 80, 2, all...)
	}
	// one coupon twice in a basket: given back by one order and used by another
	back := coupon.Command{Key: "back", Action: coupon.Return, Code: "A", Order: "order c1"}
	if paid, err := m.Do(ctx, "li", spend("k5", 5), back, use("c5", "A", "")); err != nil || len(paid.Coupons) != 2 {
		t.Errorf("%+v, %v", paid, err)
	}
	m.has("li", 75, 2, all...)
	// a voucher that is bought is issued with the points
	if _, err := m.Do(ctx, "li", spend("k6", 5), coupon.Command{Key: "v", Action: coupon.Issue, Code: "V", Definition: "x"}); err != nil {
		t.Error(err)
	}
	m.has("li", 70, 2, append(all, "V")...)
}

func TestRowsOfAChange(t *testing.T) {
	if rows, err := (coupon.Change{}).Rows(); rows != nil || err != nil {
		t.Error(rows, err)
	}
	for _, c := range []coupon.Change{{Code: "A", From: 1}, {Code: "A", To: coupon.Coupon{Version: 1}, Counters: []coupon.CounterChange{{From: 3}}}} {
		if _, err := c.Rows(); !errors.Is(err, coupon.ErrState) {
			t.Error(err)
		}
		if err := coupon.InLedger(new(loyalty.Memory)).Commit(context.Background(), c); !errors.Is(err, coupon.ErrState) {
			t.Error(err)
		}
	}
	m := new(loyalty.Memory)
	ctx := context.Background()
	for _, table := range []string{"coupon", "coupon_receipt", "coupon_counter"} {
		id := loyalty.RowID{Table: table, Key: "A"}
		if table == "coupon_counter" {
			id.Key = "x "
		}
		if err := m.Commit(ctx, loyalty.RowCommit(loyalty.RowChange{RowID: id, State: []byte("{")})); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := coupon.InLedger(m).Load(ctx, "A", "A"); !errors.Is(err, coupon.ErrState) {
		t.Error(err)
	}
	if _, err := coupon.InLedger(m).Counters(ctx, nil, []coupon.CounterID{{Definition: "x"}}); !errors.Is(err, coupon.ErrState) {
		t.Error(err)
	}
}

// Whatever goes wrong with one call, the basket given again is paid once.
func TestCheckoutFaults(t *testing.T) {
	ctx := context.Background()
	faults := []loyaltytest.Fault{
		loyaltytest.FailBefore, loyaltytest.Unknown, loyaltytest.Lost, loyaltytest.Conflict, loyaltytest.DieBefore, loyaltytest.DieAfter,
	}
	for _, fault := range faults {
		for call := 1; ; call++ {
			m := newTill(t, 2, 9)
			m.give("li", 100)
			m.issue("A", "B")
			met := false
			m.Points.Store = &loyaltytest.Faults{Store: m.memory, Plan: func(n int, _ string) loyaltytest.Fault {
				if n != call {
					return loyaltytest.None
				}
				met = true
				return fault
			}}
			pay := func() error {
				_, err := m.Do(ctx, "li", spend("k", 10), use("a", "A", "li"), use("b", "B", "li"))
				return err
			}
			if err := pay(); err != nil && !errors.Is(err, loyaltytest.ErrInjected) {
				t.Fatalf("fault %d at call %d: %v", fault, call, err)
			}
			m.Points.Store = m.memory
			if err := pay(); err != nil {
				t.Fatalf("fault %d at call %d, again: %v", fault, call, err)
			}
			m.has("li", 90, 2, "A", "B")
			if !met {
				break
			}
		}
	}
}

// meddler lets something happen before its n-th reading of rows.
type meddler struct {
	loyalty.Store
	n      int
	meddle func()
}

func (m *meddler) Rows(ctx context.Context, ids []loyalty.RowID) ([]loyalty.Row, error) {
	if m.n--; m.n == 0 {
		m.meddle()
	}
	return m.Store.Rows(ctx, ids)
}

// A basket that is given twice at once is paid once, and both are told so, wherever the one
// comes in between what the other reads: though what it has read then may say that there is
// no coupon left.
func TestCheckoutTwiceAtOnce(t *testing.T) {
	ctx := context.Background()
	for n := 1; ; n++ {
		m := newTill(t, 2, 9)
		m.give("li", 100)
		m.issue("A", "B")
		met := false
		pay := func() (coupon.Paid, error) {
			return m.Do(ctx, "li", spend("k", 10), use("a", "A", "li"), use("b", "B", "li"))
		}
		m.Points.Store = &meddler{m.memory, n, func() {
			met = true
			if _, err := pay(); err != nil {
				t.Error(err)
			}
		}}
		paid, err := pay()
		if err != nil || paid.Points.Repeated != met || len(paid.Coupons) != 2 {
			t.Errorf("at reading %d: %+v, %v", n, paid, err)
		}
		m.has("li", 90, 2, "A", "B")
		if !met {
			break
		}
	}
	for n := 1; ; n++ {
		m := newTill(t, 1, 1)
		m.issue("A")
		met := false
		s := coupon.Service{Catalogue: m.Catalogue}
		s.Store = coupon.InLedger(&meddler{m.memory, n, func() {
			met = true
			if _, err := s.Do(ctx, use("a", "A", "li"), noon); err != nil {
				t.Error(err)
			}
		}})
		if r, err := s.Do(ctx, use("a", "A", "li"), noon); err != nil || r.Key != "a" {
			t.Errorf("at reading %d: %+v, %v", n, r, err)
		}
		if !met {
			break
		}
	}
}

// The limits of a definition hold when many use coupons with points at once, and some
// commits are of unknown outcome: what was paid with points and with coupons agrees.
func TestCheckoutAtOnce(t *testing.T) {
	const customers, baskets, limit, each = 4, 9, 14, 5
	ctx := context.Background()
	m := newTill(t, limit, each)
	var codes []string
	for c := range customers {
		m.give(loyalty.AccountID(fmt.Sprint(c)), 1000)
		for b := range baskets {
			codes = append(codes, fmt.Sprintf("%d-%d", c, b))
		}
	}
	m.issue(codes...)
	m.Points.Attempts = 10_000
	m.Points.Store = &loyaltytest.Faults{Store: m.memory, Plan: func(n int, call string) loyaltytest.Fault {
		if call == "Commit" {
			switch n % 5 {
			case 1:
				return loyaltytest.Unknown
			case 2:
				return loyaltytest.Lost
			case 3:
				return loyaltytest.Conflict
			}
		}
		if call == "Receipt" && n%7 == 0 {
			return loyaltytest.FailBefore
		}
		return loyaltytest.None
	}}
	var paid [customers * baskets]atomic.Int32
	var wg sync.WaitGroup
	for g := range 2 * customers { // each customer in two tabs, which give the same
		wg.Go(func() {
			c := g % customers
			for b := range baskets {
				k := fmt.Sprintf("%d-%d", c, b)
				for {
					_, err := m.Do(ctx, loyalty.AccountID(fmt.Sprint(c)), spend("pay "+k, 7), use("use "+k, k, fmt.Sprint(c)))
					switch {
					case err == nil:
						paid[c*baskets+b].Add(1)
					case errors.Is(err, loyalty.ErrUnknownOutcome), errors.Is(err, loyaltytest.ErrInjected):
						continue
					case !errors.Is(err, coupon.ErrRedeemLimit) && !errors.Is(err, coupon.ErrRedeemCustomerLimit):
						t.Errorf("%s: %v", k, err)
					}
					break
				}
			}
		})
	}
	wg.Wait()
	redeemed := int64(0)
	for c := range customers {
		n := 0
		for b := range baskets {
			switch paid[c*baskets+b].Load() {
			case 1:
				t.Logf("basket %d-%d: the second tab was told of the limit", c, b)
				fallthrough
			case 2:
				n++
			}
		}
		if n > each {
			t.Errorf("customer %d has paid %d baskets, at most %d", c, n, each)
		}
		redeemed += int64(n)
		a, err := m.memory.Load(ctx, loyalty.AccountID(fmt.Sprint(c)), loyalty.Need{All: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Books("points")[loyalty.Redeemed]; got != loyalty.Points(7*n) {
			t.Errorf("customer %d has spent %d points on %d baskets", c, got, n)
		}
	}
	if redeemed != limit {
		t.Errorf("%d baskets are paid, want %d", redeemed, limit)
	}
	a, err := m.memory.Load(ctx, "0", loyalty.Need{All: true})
	if err != nil {
		t.Fatal(err)
	}
	m.has("0", 1000-a.Books("points")[loyalty.Redeemed], limit, codes...)
}

// down is a store of which the rows cannot be read.
type down struct{ *loyalty.Memory }

var errDown = errors.New("down")

func (down) Rows(context.Context, []loyalty.RowID) ([]loyalty.Row, error) { return nil, errDown }

// A store that fails is no fault of a coupon.
func TestCheckoutDown(t *testing.T) {
	m := newTill(t, 3, 0)
	m.Points.Store = down{m.memory}
	_, err := m.Do(context.Background(), "li", spend("k", 1), use("c", "A", ""))
	var at *guanxi.FieldError
	if !errors.Is(err, errDown) || errors.As(err, &at) {
		t.Error(err)
	}
}
