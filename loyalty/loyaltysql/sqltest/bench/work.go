package main

import (
	"fmt"
	"sync/atomic"
	"time"
)

// What the commands are: an account is given earned points twice, as a lot each time, and
// spends spent points once. It begins with the lots of seeds, so that what is spent is
// always there, and always comes out of parts of lots.
const (
	earned    = 10
	spent     = 2 * earned
	batchSize = 100
	kind      = "points"
	seedKey   = "seed-" // begins keys, after those of commands
)

var seeds = [...]int64{15, 10, 20}

// hot is the account that all write to; it has so many points more.
const (
	hot       = "customer-hot"
	hotPoints = 10_000
)

// commandNo says what the n-th command is.
type commandNo int64

func (n commandNo) spends() bool { return n%3 == 2 }
func (n commandNo) key() string  { return fmt.Sprintf("command-%012d", int64(n)) }

// account is that of a command where there are many: one after the other, far apart.
func (n commandNo) account(accounts int) string {
	return accountID(int(int64(n) * 7919 % int64(accounts)))
}

func accountID(i int) string { return fmt.Sprintf("customer-%06d", i) }

// expiry is when lots that are given now expire: at the end of a month, a year later.
func expiry(now time.Time) time.Time {
	return time.Date(now.Year()+1, now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
}

// tally is what one of both has acknowledged.
type tally struct {
	next     atomic.Int64 // number of the next command
	commands atomic.Int64
	points   atomic.Int64 // given less spent
}

// done counts the n-th command.
func (t *tally) done(n commandNo) {
	t.commands.Add(1)
	if n.spends() {
		t.points.Add(-spent)
	} else {
		t.points.Add(earned)
	}
}
