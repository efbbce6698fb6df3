package coupon

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
)

const minute = time.Minute

func issue(code Code) Command { return Command{Action: Issue, Code: code, Definition: "x"} }

func order(a Action, code Code, order string) Command {
	return Command{Action: a, Code: code, Order: order}
}

func TestLifeOfOneUse(t *testing.T) {
	d := off("x", "5")
	d.Window.Validity = guanxi.Span{Days: 1}
	w := newWorld(t, d)
	w.refused(ErrNotIssued, order(Reserve, "A", "o1"), noon)
	w.refused(ErrDefinition, Command{Action: Issue, Code: "A", Definition: "y"}, noon)
	w.refused(ErrDefinition, Command{Action: Issue, Code: "A", Definition: "x", Version: 2}, noon)
	w.ok(issue("A"), noon)
	w.refused(ErrExists, issue("A"), noon)
	w.tally("A", noon, Tally{Issued: 1, Open: 1})

	r := w.ok(order(Reserve, "A", "o1"), noon.Add(1500*time.Millisecond))
	if want := noon.Add(15*minute + 2*time.Second); !r.Until.Time().Equal(want) || r.Left != 0 {
		t.Error(r.Until.Time(), r.Left)
	}
	w.refused(ErrReserved, order(Reserve, "A", "o1"), noon.Add(minute))
	w.refused(ErrAllReserved, order(Reserve, "A", "o2"), noon.Add(minute))
	w.refused(ErrAllReserved, order(UseNow, "A", "o2"), noon.Add(minute))
	w.refused(ErrNotReserved, order(Redeem, "A", "o2"), noon.Add(minute))
	w.refused(ErrNotReserved, order(Release, "A", "o2"), noon.Add(minute))
	w.refused(ErrNotRedeemed, order(Return, "A", "o1"), noon.Add(minute))
	w.tally("A", noon.Add(minute), Tally{Issued: 1, Reserved: 1})

	w.ok(order(Release, "A", "o1"), noon.Add(2*minute))
	w.tally("A", noon.Add(2*minute), Tally{Issued: 1, Open: 1})
	w.ok(order(Reserve, "A", "o1"), noon.Add(3*minute))
	end := noon.Add(18 * minute)
	w.tally("A", end.Add(-time.Microsecond), Tally{Issued: 1, Reserved: 1})
	w.tally("A", end, Tally{Issued: 1, Open: 1}) // nobody has swept
	w.refused(ErrRunOut, order(Redeem, "A", "o1"), end)
	w.refused(ErrRunOut, order(Release, "A", "o1"), end)
	w.ok(order(Reserve, "A", "o2"), end)
	w.ok(order(Redeem, "A", "o2"), end.Add(minute))
	w.refused(ErrRedeemed, order(Redeem, "A", "o2"), end.Add(minute))
	w.refused(ErrRedeemed, order(Release, "A", "o2"), end.Add(minute))
	w.refused(ErrRedeemed, order(Reserve, "A", "o2"), end.Add(minute))
	w.refused(ErrUsedUp, order(Reserve, "A", "o3"), end.Add(minute))
	w.tally("A", end.Add(minute), Tally{Issued: 1, Redeemed: 1})
	w.tally("A", noon.Add(48*time.Hour), Tally{Issued: 1, Redeemed: 1})

	w.refused(ErrNotRedeemed, order(Return, "A", "o1"), end.Add(2*minute))
	w.ok(order(Return, "A", "o2"), end.Add(2*minute))
	w.tally("A", end.Add(2*minute), Tally{Issued: 1, Open: 1})
	w.tally("A", noon.Add(24*time.Hour), Tally{Issued: 1, Expired: 1})
	w.refused(ErrExpired, order(UseNow, "A", "o3"), noon.Add(24*time.Hour))
	w.refused(ErrExpired, Command{Action: Cancel, Code: "A"}, noon.Add(24*time.Hour))
}

func TestHoldPastTheEnd(t *testing.T) {
	for _, ends := range []HoldEnds{AtDeadline, AtExpiry} {
		d := off("x", "5")
		d.Window.To, d.HoldEnds = noon.Add(10*minute), ends
		w := newWorld(t, d)
		w.ok(issue("A"), noon)
		w.ok(order(Reserve, "A", "o1"), noon.Add(9*minute))
		late := noon.Add(11 * minute)
		if ends == AtExpiry {
			w.refused(ErrRunOut, order(Redeem, "A", "o1"), late)
			w.tally("A", late, Tally{Issued: 1, Expired: 1})
			continue
		}
		w.tally("A", late, Tally{Issued: 1, Reserved: 1})
		w.ok(order(Redeem, "A", "o1"), late)
		w.ok(order(Return, "A", "o1"), late)
		w.tally("A", late, Tally{Issued: 1, Expired: 1})
	}
	d := off("x", "5")
	d.Window.To = noon
	newWorld(t, d).refused(ErrExpired, issue("A"), noon)
	d.Window.From, d.Window.To = noon.Add(time.Hour), time.Time{}
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	w.refused(ErrNotBegun, order(Reserve, "A", "o"), noon.Add(59*minute))
	w.ok(order(Reserve, "A", "o"), noon.Add(time.Hour))
}

func TestHoldGrain(t *testing.T) {
	d := off("x", "5")
	d.Hold = guanxi.Span{Time: 2 * time.Hour}
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	if r := w.ok(order(Reserve, "A", "o"), noon.Add(time.Second)); !r.Until.Time().Equal(noon.Add(121 * minute)) {
		t.Error(r.Until.Time())
	}
	d.Hold = guanxi.Span{Days: 31}
	w = newWorld(t, d)
	far := time.Date(2200, 12, 31, 23, 59, 59, 999999000, time.UTC)
	w.ok(issue("A"), far.Add(-time.Hour))
	if r := w.ok(order(Reserve, "A", "o"), far.Add(-time.Microsecond)); r.Until.Time().After(far) {
		t.Error(r.Until.Time())
	}
	w.ok(issue("B"), far.Add(-time.Hour))
	w.refused(ErrTime, order(Reserve, "B", "o"), far)
}

func TestReturns(t *testing.T) {
	d := off("x", "5")
	d.Uses, d.Window.Validity, d.Window.Ends = 3, guanxi.Span{Days: 10}, AtDayEnd
	d.Returns.Grace = guanxi.Span{Days: 7}
	w := newWorld(t, d)
	w.ok(issue("A"), noon) // to the end of the 18th
	w.ok(order(UseNow, "A", "o1"), noon)
	w.ok(order(UseNow, "A", "o2"), noon)
	r := w.ok(order(Return, "A", "o1"), noon.Add(24*time.Hour))
	if want := time.Date(2026, 3, 19, 0, 0, 0, 0, time.UTC); !r.Expires.Time().Equal(want) || r.Left != 2 {
		t.Error(r.Expires.Time(), r.Left) // 16th + a day end is sooner
	}
	late := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	w.tally("A", late, Tally{Issued: 3, Redeemed: 1, Expired: 2})
	r = w.ok(order(Return, "A", "o2"), late)
	if want := time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC); !r.Expires.Time().Equal(want) || r.Left != 1 {
		t.Error(r.Expires.Time(), r.Left)
	}
	w.tally("A", late, Tally{Issued: 3, Open: 1, Expired: 2})
	w.ok(order(UseNow, "A", "o3"), late)
	w.refused(ErrUsedUp, order(UseNow, "A", "o4"), late)
	w.tally("A", late.Add(1000*time.Hour), Tally{Issued: 3, Redeemed: 1, Expired: 2})

	d.Returns = Returns{Policy: Keep}
	w = newWorld(t, d)
	w.ok(issue("A"), noon)
	w.ok(order(UseNow, "A", "o1"), noon)
	w.refused(ErrNoReturn, order(Return, "A", "o1"), noon)
}

func TestCancel(t *testing.T) {
	d := off("x", "5")
	d.Uses, d.Window.To = 4, noon.Add(24*time.Hour)
	w := newWorld(t, d)
	cancel := Command{Action: Cancel, Code: "A"}
	w.ok(issue("A"), noon)
	for i := range 3 {
		w.ok(order(Reserve, "A", fmt.Sprint(i)), noon)
	}
	w.ok(order(Redeem, "A", "2"), noon)
	w.ok(cancel, noon)
	w.refused(ErrVoid, cancel, noon)
	w.refused(ErrVoid, order(Reserve, "A", "4"), noon)
	w.tally("A", noon, Tally{Issued: 4, Void: 1, Reserved: 2, Redeemed: 1})
	w.ok(order(Redeem, "A", "0"), noon)
	w.ok(order(Release, "A", "1"), noon)
	w.ok(order(Return, "A", "2"), noon)
	w.tally("A", noon.Add(30*time.Hour), Tally{Issued: 4, Void: 3, Redeemed: 1})

	w.ok(issue("B"), noon)
	w.ok(order(UseNow, "B", "o"), noon)
	cancel.Code = "B"
	w.ok(cancel, noon.Add(25*time.Hour)) // what is redeemed may come back
	w.tally("B", noon.Add(25*time.Hour), Tally{Issued: 4, Expired: 3, Redeemed: 1})
	w.ok(order(Return, "B", "o"), noon.Add(26*time.Hour))
	w.tally("B", noon.Add(26*time.Hour), Tally{Issued: 4, Expired: 3, Void: 1})
}

func TestCustomers(t *testing.T) {
	d := off("x", "5")
	d.Uses = 2
	w := newWorld(t, d)
	by := func(c Command, customer string) Command { c.Customer = customer; return c }
	w.ok(by(issue("A"), "li"), noon)
	w.refused(ErrOtherCustomer, by(order(Reserve, "A", "o"), "wang"), noon)
	w.refused(ErrOtherCustomer, by(Command{Action: Cancel, Code: "A"}, "wang"), noon)
	w.ok(order(Reserve, "A", "o"), noon) // a till that does not know
	w.refused(ErrOtherCustomer, by(order(Redeem, "A", "o"), "wang"), noon)
	w.refused(ErrOtherCustomer, by(order(Release, "A", "o"), "wang"), noon)
	w.ok(by(order(Redeem, "A", "o"), "li"), noon)
	w.refused(ErrOtherCustomer, by(order(Return, "A", "o"), "wang"), noon)
	w.ok(by(order(Return, "A", "o"), "li"), noon)
	w.ok(by(issue("B"), ""), noon)
	w.ok(by(order(UseNow, "B", "1"), "wang"), noon)
	w.ok(by(order(UseNow, "B", "2"), "li"), noon)
}

func TestLimits(t *testing.T) {
	d := off("x", "5")
	d.Limits = Limits{Issued: 3, IssuedPerCustomer: 2, Redeemed: 2, RedeemedPerCustomer: 1}
	w := newWorld(t, d)
	by := func(c Command, customer string) Command { c.Customer = customer; return c }
	w.refused(ErrNoCustomer, issue("A"), noon)
	w.ok(by(issue("A"), "li"), noon)
	w.ok(by(issue("B"), "li"), noon)
	w.refused(ErrIssueCustomerLimit, by(issue("C"), "li"), noon)
	w.ok(by(issue("C"), "wang"), noon)
	w.refused(ErrIssueLimit, by(issue("D"), "wang"), noon)
	w.ok(order(Reserve, "A", "o1"), noon)
	w.refused(ErrRedeemCustomerLimit, order(Reserve, "B", "o2"), noon)
	w.ok(order(Reserve, "C", "o3"), noon)
	total := CounterID{Definition: "x"}
	at, _ := InstantOf(noon)
	if c := w.counters[total]; c.ReservedAt(at) != 2 || c.LeftAt(at, 2) != 0 || c.Issued != 3 {
		t.Errorf("%+v", c)
	}
	later := noon.Add(15 * minute) // both have run out
	at, _ = InstantOf(later)
	if c := w.counters[total]; c.ReservedAt(at) != 0 || c.LeftAt(at, 2) != 2 || c.LeftAt(at, 0) < 1<<60 {
		t.Errorf("%+v", c)
	}
	w.ok(order(UseNow, "B", "o2"), later)
	w.refused(ErrRedeemCustomerLimit, order(UseNow, "A", "o1"), later)
	w.ok(order(Reserve, "C", "o3"), later)
	w.ok(order(Redeem, "C", "o3"), later)
	if c := w.counters[total]; c.Redeemed != 2 || len(c.Held) != 0 {
		t.Errorf("%+v", c)
	}
	w.ok(order(Return, "B", "o2"), later)
	w.ok(order(UseNow, "A", "o1"), later)
	w.refused(ErrRedeemLimit, order(UseNow, "B", "o9"), later)

	d.Limits = Limits{Redeemed: 1}
	w = newWorld(t, d)
	w.ok(issue("A"), noon)
	w.ok(issue("B"), noon)
	w.ok(order(Reserve, "A", "o1"), noon)
	w.refused(ErrRedeemLimit, order(Reserve, "B", "o2"), noon)
	w.ok(order(Release, "A", "o1"), noon)
	w.ok(order(Reserve, "B", "o2"), noon)

	d.Limits = Limits{RedeemedPerCustomer: 1}
	w = newWorld(t, d)
	w.ok(issue("A"), noon)
	w.refused(ErrNoCustomer, order(Reserve, "A", "o1"), noon)
}

func TestIdempotency(t *testing.T) {
	d := off("x", "5")
	d.Window.Validity = guanxi.Span{Days: 1}
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	cmd := Command{Key: "k1", Action: Reserve, Code: "A", Order: "o1"}
	first, err := w.do(cmd, noon)
	if err != nil {
		t.Fatal(err)
	}
	w.ok(order(Redeem, "A", "o1"), noon.Add(minute))
	before := text(w.coupons["A"])
	for _, at := range []time.Duration{0, time.Hour, 48 * time.Hour, -time.Hour} {
		if again, err := w.do(cmd, noon.Add(at)); err != nil || again != first {
			t.Errorf("%v: %s, %v", at, text(again), err)
		}
	}
	for _, change := range []func(*Command){
		func(c *Command) { c.Order = "o2" }, func(c *Command) { c.Action = Release }, func(c *Command) { c.Customer = "li" },
		func(c *Command) { c.Code = "B" },
	} {
		other := cmd
		change(&other)
		if _, err := w.do(other, noon); !errors.Is(err, ErrKeyReused) {
			t.Error(err)
		}
	}
	if got := text(w.coupons["A"]); got != before {
		t.Error(got, before)
	}
	s := w.state(cmd)
	s.Receipt.Key = "other"
	if _, err := w.c.Decide(s, cmd, noon); !errors.Is(err, ErrRedeemed) {
		t.Error(err) // the receipt of another key is none
	}
}

// The intent is stored: it never changes.
func TestIntent(t *testing.T) {
	c := Command{Key: "k", Action: Reserve, Code: "A", Customer: "li", Order: "o1"}
	if got := text(c.Intent()); got != `"f6db5fcab5b8ad6c47346a660de0151b"` {
		t.Error(got)
	}
	moved := Command{Key: "k", Action: Reserve, Code: "Al", Customer: "i", Order: "o1"}
	if moved.Intent() == c.Intent() {
		t.Error("fields run together")
	}
	var i Intent
	for _, bad := range []string{"", "12", strings.Repeat("x", 32)} {
		if err := i.UnmarshalText([]byte(bad)); !errors.Is(err, ErrState) || i != (Intent{}) {
			t.Error(bad, err)
		}
	}
}

// A clock that is behind the coupon's last change does not turn time back.
func TestClockBackwards(t *testing.T) {
	d := off("x", "5")
	d.Limits.Redeemed = 5
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	w.ok(issue("B"), noon)
	r := w.ok(order(Reserve, "A", "o1"), noon.Add(-time.Hour))
	if !r.At.Time().Equal(noon) {
		t.Error(r.At.Time())
	}
	w.ok(order(Reserve, "B", "o2"), noon.Add(time.Hour))
	if _, err := w.run(order(Redeem, "A", "o1"), noon.Add(minute)); !errors.Is(err, ErrRunOut) {
		t.Error(err) // the counter they share knows that an hour has passed
	}
}

func TestCommandFaults(t *testing.T) {
	long := strings.Repeat("x", 129)
	wants(t, Command{}.Validate(), "/key", ErrName, "/action", ErrMissing, "/code", ErrID, "/order", ErrName)
	wants(t, Command{Key: long, Action: Issue, Code: "a b", Customer: "\n", Order: "o", Version: -1}.Validate(),
		"/key", ErrName, "/code", ErrID, "/definition", ErrID, "/version", ErrOption, "/customer", ErrName, "/order", ErrMisplaced)
	wants(t, Command{Key: "k", Action: Cancel, Code: "A", Order: "o", Definition: "x", Version: 1}.Validate(),
		"/definition", ErrMisplaced, "/version", ErrMisplaced, "/order", ErrMisplaced)
	wants(t, Command{Key: "k", Action: "burn", Code: "A", Order: "o"}.Validate(), "/action", ErrOption)
	var c Command
	if err := json.Unmarshal([]byte(`{"key":"k","action":"reserve","code":"A","order":"o"}`), &c); err != nil || c.Order != "o" {
		t.Error(c, err)
	}
	w := newWorld(t, off("x", "5"))
	if _, err := w.c.Decide(State{}, Command{}, noon); err == nil {
		t.Error("no error")
	}
	w.refused(ErrTime, issue("A"), time.Time{})
	w.refused(ErrTime, issue("A"), time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC))
}

func TestTooLittleLoaded(t *testing.T) {
	d := off("x", "5")
	d.Limits = Limits{Redeemed: 5, RedeemedPerCustomer: 1}
	w := newWorld(t, d)
	cmd := Command{Key: "k", Action: Issue, Code: "A", Definition: "x", Customer: "li"}
	if _, err := w.do(cmd, noon); err != nil {
		t.Fatal(err)
	}
	cmd = Command{Key: "k2", Action: Reserve, Code: "A", Order: "o"}
	s := w.state(cmd)
	s.Counters = s.Counters[:1]
	_, err := w.c.Decide(s, cmd, noon)
	var need *NeedError
	if !errors.As(err, &need) || !errors.Is(err, ErrNeed) || !reflect.DeepEqual(need.Counters, []CounterID{{"x", ""}, {"x", "li"}}) {
		t.Fatal(err)
	}
	if !strings.Contains(err.Error(), "li") {
		t.Error(err)
	}
	s = w.state(cmd)
	s.Coupon.Code = "B"
	if _, err = w.c.Decide(s, cmd, noon); !errors.Is(err, ErrState) {
		t.Error(err)
	}
}

func TestApplyConflicts(t *testing.T) {
	d := off("x", "5")
	d.Limits = Limits{Redeemed: 5}
	w := newWorld(t, d)
	w.ok(issue("A"), noon)
	cmd := Command{Key: "k2", Action: Reserve, Code: "A", Order: "o"}
	s := w.state(cmd)
	dec, err := w.c.Decide(s, cmd, noon)
	if err != nil {
		t.Fatal(err)
	}
	before := text(s)
	other := s
	other.Coupon.Version++
	if err := other.Apply(dec); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	other = s
	other.Counters = []Counter{{CounterID: CounterID{Definition: "x"}, Version: 9}}
	if err := other.Apply(dec); !errors.Is(err, ErrConflict) {
		t.Error(err)
	}
	other = s
	other.Counters = nil
	if err := other.Apply(dec); err != nil || len(other.Counters) != 1 {
		t.Error(err)
	}
	if text(s) != before {
		t.Error("the state was changed")
	}
	// A counter that does not know the reservation is no state of ours.
	if err := s.Apply(dec); err != nil {
		t.Fatal(err)
	}
	s.Receipt, s.Counters[0].Held = Receipt{}, nil
	if _, err := w.c.Decide(s, Command{Key: "k3", Action: Redeem, Code: "A", Order: "o"}, noon); !errors.Is(err, ErrState) {
		t.Error(err)
	}
}

// Reservations that ran out are forgotten in the end.
func TestForgetting(t *testing.T) {
	w := newWorld(t, off("x", "5"))
	w.ok(issue("A"), noon)
	for i := range 40 {
		w.ok(order(Reserve, "A", fmt.Sprint(i)), noon.Add(time.Duration(i)*time.Hour))
	}
	if n := len(w.coupons["A"].Taken); n > remembered+1 {
		t.Error(n)
	}
	at := noon.Add(40 * time.Hour)
	w.refused(ErrRunOut, order(Redeem, "A", "39"), at)
	w.refused(ErrNotReserved, order(Redeem, "A", "1"), at)
	w.ok(order(Reserve, "A", "39"), at)
	w.ok(order(Redeem, "A", "39"), at)
}
