package main

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// library carries commands out by the library.
type library struct {
	tally
	store    *loyaltysql.Store
	service  *loyalty.Service // compares and swaps
	locking  *loyalty.Service
	group    *loyalty.Group
	accounts int
	at       time.Time // of all commands: of one account none is before another
	expire   time.Time
}

func newLibrary(p *place, accounts int) *library {
	e := loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: kind, Spendable: true}}})
	// As long as it takes: who of 32 comes last is not an error here.
	service := func(s loyalty.Store) *loyalty.Service {
		return &loyalty.Service{Engine: e, Store: s, Now: time.Now, Attempts: 1 << 20}
	}
	l := &library{store: p.store, service: service(p.store), locking: service(p.store.Locking()), accounts: accounts, at: time.Now()}
	l.expire = expiry(l.at)
	l.group = &loyalty.Group{Service: l.service}
	return l
}

// seed gives all accounts their first lots.
func (l *library) seed(ctx context.Context) error {
	var requests []loyalty.Request
	give := func(id, key string, points int64) {
		requests = append(requests, loyalty.Request{Account: loyalty.AccountID(id), Command: &loyalty.Adjust{
			Header: loyalty.Header{Key: loyalty.Key(key), At: l.at}, Kind: kind, Points: loyalty.Points(points), Expire: l.expire,
		}})
		l.commands.Add(1)
		l.points.Add(points)
	}
	for i := range l.accounts {
		for j, points := range seeds {
			give(accountID(i), fmt.Sprintf("%s%06d-%d", seedKey, i, j), points)
		}
	}
	give(hot, seedKey+"hot", hotPoints)
	const step = 100 * len(seeds)
	for len(requests) > 0 {
		n := min(step, len(requests))
		for _, o := range l.service.Batch(ctx, requests[:n]) {
			if o.Err != nil {
				return o.Err
			}
		}
		requests = requests[n:]
	}
	return nil
}

// command is the n-th.
func (l *library) command(n commandNo) loyalty.Command {
	h := loyalty.Header{Key: loyalty.Key(n.key()), At: l.at}
	if n.spends() {
		return &loyalty.Redeem{Header: h, Spend: loyalty.Spend{Kind: kind, Points: spent}}
	}
	return &loyalty.Adjust{Header: h, Kind: kind, Points: earned, Expire: l.expire}
}

// carrying are the ways to carry a command out.
type carrying func(ctx context.Context, id loyalty.AccountID, cmd loyalty.Command, rows ...loyalty.RowChange) (loyalty.Answer, error)

// one carries the next command out.
func (l *library) one(do carrying, hotOnly bool) func(context.Context) error {
	return func(ctx context.Context) error {
		n := commandNo(l.next.Add(1))
		id := hot
		if !hotOnly {
			id = n.account(l.accounts)
		}
		if _, err := do(ctx, loyalty.AccountID(id), l.command(n)); err != nil {
			return err
		}
		l.done(n)
		return nil
	}
}

// batch carries the next hundred out, of as many accounts.
func (l *library) batch(ctx context.Context) error {
	requests := make([]loyalty.Request, batchSize)
	last := l.next.Add(batchSize)
	first := commandNo(last - batchSize + 1)
	for i := range requests {
		n := first + commandNo(i)
		requests[i] = loyalty.Request{Account: loyalty.AccountID(n.account(l.accounts)), Command: l.command(n)}
	}
	for i, o := range l.service.Batch(ctx, requests) {
		if o.Err != nil {
			return o.Err
		}
		l.done(first + commandNo(i))
	}
	return nil
}

// check compares the tables with what was acknowledged; all also the journal of each
// account with its rows.
func (l *library) check(ctx context.Context, all bool, accounts int) error {
	rows, points := int64(0), loyalty.Points(0)
	for row, err := range l.store.Outstanding(ctx, loyalty.InstantOf(time.Now())) {
		if err != nil {
			return err
		}
		points += row.Points
		rows++
	}
	if int64(points) != l.points.Load() {
		return fmt.Errorf("%d points outstanding, %d acknowledged", points, l.points.Load())
	}
	if !all {
		_, err := l.store.Verify(ctx, hot)
		return err
	}
	entries := int64(0)
	for i := range accounts + 1 {
		id := hot
		if i < accounts {
			id = accountID(i)
		}
		v, err := l.store.Verify(ctx, loyalty.AccountID(id))
		if err != nil {
			return err
		}
		entries += v.Seq
	}
	if entries != l.commands.Load() {
		return fmt.Errorf("%d entries, %d acknowledged", entries, l.commands.Load())
	}
	return nil
}
