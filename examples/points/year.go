package main

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/shopspring/decimal"
)

//go:embed program.json
var sample []byte

func sampleProgram() (loyalty.Program, error) {
	var p loyalty.Program
	err := guanxi.UnmarshalStrict(sample, &p)
	return p, err
}

// year is the sample as it is played.
type year struct {
	*desk
	rng      *rand.Rand
	from, to time.Time
	plan     []step
	keys     int
	trouble  error // the first thing that nobody foresaw
	sales    []sale
	ids      []loyalty.AccountID

	accepted, repeated, rejected int
	cut                          loyalty.Points // by caps
	reasons                      map[string]int // why, by code
}

// sale is an order or (with a negative price) what came back of one.
type sale struct {
	at     time.Time
	price  decimal.Decimal
	points loyalty.Points // that the order gave
	of     int            // of a refund: which sale it is of; −1 of an order
}

// step is something that somebody will do.
type step struct {
	at time.Time
	do func(at time.Time)
}

// later plans a step, unless it is after the year.
func (y *year) later(at time.Time, do func(at time.Time)) {
	if at.Before(y.to) {
		y.plan = append(y.plan, step{at, do})
	}
}

// playYear plays 2025: months of plans by customer, carried out in the order of time.
func playYear(d *desk, o options) (*year, error) {
	y := &year{desk: d, rng: rand.New(rand.NewPCG(o.seed, 0x9e3779b97f4a7c15)), reasons: map[string]int{}}
	loc := d.location()
	y.from, y.to = time.Date(2025, 1, 1, 0, 0, 0, 0, loc), time.Date(2026, 1, 1, 0, 0, 0, 0, loc)
	for i := range o.customers {
		y.join(i)
	}
	for at := y.from; at.Before(y.to); at = at.AddDate(0, 1, 0) {
		y.later(at.Add(2*time.Hour), y.sweepAll)
	}
	slices.SortStableFunc(y.plan, func(a, b step) int { return a.at.Compare(b.at) })
	for _, s := range y.plan {
		if s.do(s.at); y.trouble != nil {
			return nil, y.trouble
		}
	}
	return y, nil
}

// header is that of a new command.
func (y *year) header(at time.Time) loyalty.Header {
	y.keys++
	return loyalty.Header{Key: loyalty.Key(fmt.Sprintf("k%06d", y.keys)), At: at}
}

// do carries a command out, now and then twice, as a shop does that had no answer.
func (y *year) do(id loyalty.AccountID, cmd loyalty.Command) (loyalty.Answer, bool) {
	y.clock = cmd.Common().At
	a, err := y.service.Do(context.Background(), id, cmd)
	if !y.count(a, err) {
		return a, false
	}
	if y.rng.Float64() < 0.01 {
		y.clock = y.clock.Add(time.Second)
		y.count(y.service.Do(context.Background(), id, cmd))
	}
	return a, true
}

// count counts what became of a command.
func (y *year) count(a loyalty.Answer, err error) bool {
	if err == nil {
		if a.Repeated {
			y.repeated++
		} else {
			y.accepted++
			for _, r := range a.Results {
				y.cut += r.Cut
			}
		}
		return true
	}
	c, ok := codeOf(err)
	if !ok {
		y.trouble = err
	}
	y.rejected++
	y.reasons[c.id]++
	return false
}

// has is how many points a customer can spend.
func (y *year) has(id loyalty.AccountID, at time.Time) loyalty.Points {
	a, err := y.load(id)
	if err == nil {
		var b loyalty.Balance
		if b, err = a.BalanceAt(y.kind(), at); err == nil {
			return b.Available
		}
	}
	y.trouble = err
	return 0
}

// sweepAll writes what time has done, once a month.
func (y *year) sweepAll(at time.Time) {
	y.clock = at
	for next := (loyalty.DueAccount{}); ; {
		done, after, err := y.service.Sweep(context.Background(), at, next, 100)
		if err != nil {
			y.trouble = err
		}
		for _, s := range done {
			if s.Err != nil {
				y.trouble = s.Err
			}
		}
		if len(done) == 0 || y.trouble != nil {
			return
		}
		next = after
	}
}
