package coupontest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

// TestStore runs every case of the contract of coupon.Store as a subtest, each on a
// store of its own: open returns one that is empty, and cleans up through t.Cleanup.
// The store is called from several goroutines at once.
func TestStore(t *testing.T, open func(t *testing.T) coupon.Store) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open(t)); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.contract)
			}
		})
	}
}

// kase is one sentence of the contract and what checks it.
type kase struct {
	name, contract string
	run            func(coupon.Store) error
}

// cases are in the order in which a new store meets them.
var cases = []kase{
	{"fresh", "Load and Counters return zero for what was never written; a counter has its id.", fresh},
	{"saved", "Load returns the coupon and the receipt as they were committed last.", saved},
	{"counters", "Counters appends the counters of ids, in their order.", counters},
	{"bits", "Numbers keep all 64 bits; every field comes back.", bits},
	{"ids", "Codes, ids, customers and keys are compared byte by byte: case, accents and trailing spaces matter.", ids},
	{"first write", "Version 0 is replaced only where there is none.", firstWrite},
	{"stale", "Commit writes nothing if the coupon is not of the version that the change replaces.", stale},
	{"ahead", "Commit writes nothing if the coupon is not of the version that the change replaces: one that is yet to come is not either.", ahead},
	{"stale counter", "Commit writes nothing if one of the counters is not of the version that the change replaces.", staleCounter},
	{"second counter", "Commit writes nothing if one of the counters is not of the version: be it the last of them.", secondCounter},
	{"key taken", "Commit writes nothing and returns ErrConflict if the receipt's key is taken, by whatever coupon.", keyTaken},
	{"own slices", "The store keeps no slice of the caller's, and gives none of its own away.", ownSlices},
	{"cancelled", "If ctx is done before anything is written, nothing is, and the error is ctx's.", cancelled},
	{"race", "Of commits that replace the same version one is written; the others return ErrConflict.", race},
	{"counter race", "Of commits of different coupons that replace the same version of a counter one is written.", counterRace},
	{"limit", "Load returns coupon and receipt as of one moment, or the receipt as of a later one: limits hold under many goroutines, and a command given twice at once is answered twice.", limit},
}

var (
	ctx  = context.Background()
	noon = time.Date(2026, time.March, 8, 12, 0, 0, 123456000, time.UTC)
	at   = coupon.Instant(noon.UnixMicro())
)

const anna = coupon.Code("ANNA-优惠")

// made is a coupon of a version that is unlike others.
func made(code coupon.Code, version int64) coupon.Coupon {
	return coupon.Coupon{Code: code, Definition: "x", Under: 1, Customer: "li", Issued: at, Begins: at, Expires: at + 7e9, Updated: at + 2,
		Uses: 9, Lapsed: 1, Version: version,
		Taken: []coupon.Use{{Order: "o1", Customer: "li", At: at + 1, Until: at + coupon.Instant(version)}, {Order: "o2", At: at + 2}}}
}

func counter(customer string, version int64) coupon.Counter {
	return coupon.Counter{CounterID: coupon.CounterID{Definition: "x", Customer: customer}, Issued: version + 4, Redeemed: 2, Updated: at, Version: version,
		Held: []coupon.Held{{Until: at + 5, N: 3}, {Until: at + 6, N: version}}}
}

func receipt(key string, code coupon.Code) coupon.Receipt {
	return coupon.Receipt{Key: key, Intent: coupon.Intent{1, 2, 255}, Action: coupon.Reserve, Code: code, Order: "o1", At: at, Until: at + 3, Expires: at + 9, Left: 4}
}

// change writes the coupon over version from, under a key of its own, with counters
// over their version less one.
func change(code coupon.Code, from int64, key string, cs ...coupon.Counter) coupon.Change {
	c := coupon.Change{Code: code, From: from, To: made(code, from+1), Receipt: receipt(key, code)}
	for _, n := range cs {
		c.Counters = append(c.Counters, coupon.CounterChange{From: n.Version - 1, To: n})
	}
	return c
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func commits(st coupon.Store, c coupon.Change) error {
	if err := st.Commit(ctx, c); err != nil {
		return fmt.Errorf("commit of %q over version %d: %w", c.Code, c.From, err)
	}
	return nil
}

func conflicts(st coupon.Store, c coupon.Change) error {
	return contract.Is(st.Commit(ctx, c), coupon.ErrConflict, fmt.Sprintf("commit of %q over version %d", c.Code, c.From))
}

func loads(st coupon.Store, code coupon.Code, key string, c coupon.Coupon, r coupon.Receipt) error {
	gotC, gotR, err := st.Load(ctx, code, key)
	switch {
	case err != nil:
		return fmt.Errorf("load of %q: %w", code, err)
	case text(gotC) != text(c):
		return fmt.Errorf("coupon %q: %s, want %s", code, text(gotC), text(c))
	case gotR != r:
		return fmt.Errorf("receipt %q: %s, want %s", key, text(gotR), text(r))
	}
	return nil
}

func counts(st coupon.Store, want ...coupon.Counter) error {
	var list []coupon.CounterID
	for _, c := range want {
		list = append(list, c.CounterID)
	}
	mark := coupon.Counter{Issued: 77}
	got, err := st.Counters(ctx, []coupon.Counter{mark}, list)
	switch {
	case err != nil:
		return fmt.Errorf("counters: %w", err)
	case len(got) != len(want)+1 || text(got[0]) != text(mark):
		return fmt.Errorf("counters: %d appended, want %d", len(got)-1, len(want))
	}
	for i, c := range want {
		if text(got[1+i]) != text(c) {
			return fmt.Errorf("counters: %s, want %s", text(got[1+i]), text(c))
		}
	}
	return nil
}
