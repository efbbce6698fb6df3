package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// acknowledged is a request whose answer somebody has seen.
type acknowledged struct {
	Key    string          `json:"key"`
	Status int             `json:"status"`
	Answer json.RawMessage `json:"answer"`
}

// verified is what was checked and found right.
type verified struct {
	Customers    int            `json:"customers"`
	Orders       int            `json:"orders"`
	Refunds      int            `json:"refunds"`
	Coupons      int            `json:"coupons_used"`
	Answers      int            `json:"survey_answers"`
	Requests     int            `json:"requests"`
	Acknowledged int            `json:"acknowledged"`
	Entries      int            `json:"journal_entries"`
	Earned       loyalty.Points `json:"points_earned"`
	Used         loyalty.Points `json:"points_used"`
	Balance      loyalty.Points `json:"points"` // available and pending, less what is owed
}

// verify compares what is stored with what else is stored, and with what was acknowledged:
//
//   - each account is what its journal makes of it, hashes and all;
//   - orders, refunds and answers on the host's side, and entries of the journal, match one
//     to one, with the same points;
//   - each coupon of an order was used by that order and by no other;
//   - each acknowledged request is there once, with the very answer.
//
// It returns every fault.
func (s *shop) verify(ctx context.Context, all []acknowledged) (v verified, err error) {
	var faults []error
	blame := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	accounts := make(map[loyalty.AccountID]*audit)
	if err := s.auditCustomers(ctx, accounts, blame); err != nil {
		return v, err
	}
	if err := s.auditOrders(ctx, accounts, &v, blame); err != nil {
		return v, err
	}
	if err := s.auditRequests(ctx, all, &v, blame); err != nil {
		return v, err
	}
	for id, a := range accounts {
		v.Customers++
		if err := s.auditAccount(ctx, id, a, &v, blame); err != nil {
			return v, err
		}
	}
	return v, errors.Join(faults...)
}

// audit is what the host's tables say of a customer's journal: the entries that there are
// to be, by key.
type audit struct {
	orders int64
	want   map[loyalty.Key]wanted
}

type wanted struct {
	op     loyalty.Op
	ref    string
	points *loyalty.Points // nil: any
}

func (w wanted) String() string {
	if w.points == nil {
		return fmt.Sprintf("%s of %q", w.op, w.ref)
	}
	return fmt.Sprintf("%s of %q with %d points", w.op, w.ref, *w.points)
}

type blamer func(format string, args ...any)

func (s *shop) auditCustomers(ctx context.Context, accounts map[loyalty.AccountID]*audit, blame blamer) error {
	return s.d.each(ctx, "SELECT c.id, c.orders, COUNT(o.id) FROM customers c LEFT JOIN orders o ON o.customer = c.id GROUP BY c.id, c.orders", nil, func(scan func(...any) error) error {
		var id string
		var orders, counted int64
		if err := scan(&id, &orders, &counted); err != nil {
			return err
		}
		if orders != counted {
			blame("customer %q: %d orders were counted, and %d are there", id, orders, counted)
		}
		accounts[loyalty.AccountID(id)] = &audit{orders, make(map[loyalty.Key]wanted)}
		return nil
	})
}

// auditOrders reads orders, refunds and answers.
func (s *shop) auditOrders(ctx context.Context, accounts map[loyalty.AccountID]*audit, v *verified, blame blamer) error {
	want := func(customer, what, key string, w wanted) {
		a := accounts[loyalty.AccountID(customer)]
		if a == nil {
			blame("%s %q is of customer %q, who is not there", what, key, customer)
			return
		}
		a.want[loyalty.Key(what+" "+key)] = w
	}
	usedBy := make(map[coupon.Code][]string)
	err := s.d.each(ctx, "SELECT id, customer, rkey, points_used, points_earned, total, refunded, document FROM orders", nil, func(scan func(...any) error) error {
		var id, customer, key string
		var used, earned, total, refunded int64
		var document []byte
		if err := scan(&id, &customer, &key, &used, &earned, &total, &refunded, &document); err != nil {
			return err
		}
		var o order
		if err := json.Unmarshal(document, &o); err != nil {
			return fmt.Errorf("order %q: %w", id, err)
		}
		v.Orders++
		v.Earned, v.Used = v.Earned+loyalty.Points(earned), v.Used+loyalty.Points(used)
		want(customer, "earn", key, wanted{loyalty.OpEarn, id, new(loyalty.Points(earned))})
		if used > 0 {
			want(customer, "pay", key, wanted{loyalty.OpRedeem, "", new(loyalty.Points(-used))})
		}
		for _, code := range o.Coupons {
			v.Coupons++
			if refunded < total || total == 0 { // else it was given back
				usedBy[code] = append(usedBy[code], id)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = s.d.each(ctx, "SELECT order_id, id, customer, rkey FROM refunds", nil, func(scan func(...any) error) error {
		var o, id, customer, key string
		if err := scan(&o, &id, &customer, &key); err != nil {
			return err
		}
		v.Refunds++
		want(customer, "refund", key, wanted{loyalty.OpRefund, o, nil})
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(s.auditCoupons(ctx, usedBy, blame), s.d.each(ctx, "SELECT COUNT(*) FROM survey_answers", nil, func(scan func(...any) error) error { return scan(&v.Answers) }))
}

// auditCoupons compares the uses of each coupon with the orders that have it.
func (s *shop) auditCoupons(ctx context.Context, usedBy map[coupon.Code][]string, blame blamer) error {
	var codes []coupon.Code
	err := s.d.each(ctx, "SELECT code FROM coupon_codes", nil, func(scan func(...any) error) error {
		var code string
		err := scan(&code)
		codes = append(codes, coupon.Code(code))
		return err
	})
	store := coupon.InLedger(s.store)
	for _, code := range codes {
		c, _, loadErr := store.Load(ctx, code, "")
		if loadErr != nil {
			return loadErr
		}
		if c.Version == 0 {
			blame("coupon %s was never issued", code)
		}
		orders := usedBy[code]
		delete(usedBy, code)
		if len(c.Taken) != len(orders) {
			blame("coupon %s: %d uses, and it is in orders %q", code, len(c.Taken), orders)
			continue
		}
		for i, u := range c.Taken {
			if u.Order != orders[i] {
				blame("coupon %s: used by %q, and it is in orders %q", code, u.Order, orders)
			}
		}
	}
	for code, orders := range usedBy {
		blame("coupon %s of orders %q is not there", code, orders)
	}
	return err
}

// auditRequests compares what was acknowledged with the answers that are stored.
func (s *shop) auditRequests(ctx context.Context, all []acknowledged, v *verified, blame blamer) error {
	if _, err := s.d.row(ctx, "SELECT COUNT(*) FROM requests", nil, &v.Requests); err != nil {
		return err
	}
	for _, a := range all {
		var status int
		var answer []byte
		ok, err := s.d.row(ctx, "SELECT status, answer FROM requests WHERE rkey = ?", []any{a.Key}, &status, &answer)
		switch {
		case err != nil:
			return err
		case !ok:
			blame("request %q was acknowledged, and is lost", a.Key)
		case status != a.Status || !bytes.Equal(answer, a.Answer):
			blame("request %q was acknowledged with %d %s, and is stored with %d %s", a.Key, a.Status, a.Answer, status, answer)
		default:
			v.Acknowledged++
		}
	}
	return nil
}

// auditAccount verifies an account, and that its journal has the entries that there are to
// be, each once, and no others.
func (s *shop) auditAccount(ctx context.Context, id loyalty.AccountID, a *audit, v *verified, blame blamer) error {
	if _, err := s.store.Verify(ctx, id); err != nil {
		var broken *loyalty.BrokenError
		if !errors.As(err, &broken) && !errors.Is(err, loyaltysql.ErrDamaged) {
			return fmt.Errorf("account %q: %w", id, err)
		}
		blame("account %q: %v", id, err)
	}
	sum, signUps, answers := loyalty.Points(0), 0, 0
	for e, err := range s.store.Journal(ctx, loyalty.JournalQuery{Account: id}) {
		if err != nil {
			return err
		}
		v.Entries++
		points := loyalty.Points(0)
		for _, r := range e.Results {
			points += r.Points // what is owed is in it
		}
		sum += points
		if e.Key == "" { // of what the command's own entry needed before it
			continue
		}
		w, ok := a.want[e.Key]
		switch {
		case ok:
			delete(a.want, e.Key)
			if e.Op != w.op || w.ref != "" && e.Ref != w.ref || w.points != nil && points != *w.points {
				blame("account %q: entry %d is %s of %q with %d points, and the host has %s", id, e.Seq, e.Op, e.Ref, points, w)
			}
		case bytes.HasPrefix([]byte(e.Key), []byte("sign_up ")):
			signUps++
		case bytes.HasPrefix([]byte(e.Key), []byte("answer ")):
			answers++
		case !bytes.HasPrefix([]byte(e.Key), []byte("sweep:")):
			blame("account %q: entry %d, %s of %q, is none of the host's", id, e.Seq, e.Op, e.Ref)
		}
	}
	for key, w := range a.want {
		blame("account %q: no entry %q, %s", id, key, w)
	}
	if signUps != 1 {
		blame("account %q: signed up %d times", id, signUps)
	}
	var counted int
	if _, err := s.d.row(ctx, "SELECT COUNT(*) FROM survey_contacts c JOIN survey_answers a ON a.contact = c.id WHERE c.customer = ? AND c.answered IS NOT NULL", []any{string(id)}, &counted); err != nil {
		return err
	}
	if counted != answers {
		blame("account %q: points for %d answers, and %d are there", id, answers, counted)
	}
	b, err := s.service.Balance(ctx, id, kind)
	if err != nil {
		return err
	}
	if now := b.Available + b.Pending + b.Held - b.Debt; now != sum {
		blame("account %q: the journal sums to %d points, and the balance is %d", id, sum, now)
	}
	v.Balance += sum
	return nil
}

// readAcknowledged reads a file of acknowledged requests.
func readAcknowledged(name string) (all []acknowledged, err error) {
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var a acknowledged
		if err := guanxi.UnmarshalStrict(lines.Bytes(), &a); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, n, err)
		}
		all = append(all, a)
	}
	return all, lines.Err()
}
