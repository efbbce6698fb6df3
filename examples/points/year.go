package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
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
	trouble  error  // the first thing that nobody foresaw
	said     []said // the answers of the step that is played
	before   bool   // it was carried out before: said is what was answered then
	sales    []sale
	sold     map[string]int // the sale of each order
	ids      []loyalty.AccountID

	accepted, repeated, rejected int
	cut                          loyalty.Points // by caps
	reasons                      map[string]int // why, by code

	backs      int // refunds of orders that points had paid for
	backPoints loyalty.Points
	backMoney  decimal.Decimal
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

// said is what a step was told: what became of a command, or what it asked for.
type said struct {
	Code     string              `json:"code,omitempty"` // of what was refused
	Repeated bool                `json:"repeated,omitempty"`
	Results  []loyalty.Result    `json:"results,omitempty"`
	Money    int64               `json:"money,omitempty"`
	Back     *loyalty.RefundBack `json:"back,omitempty"`
	Points   loyalty.Points      `json:"points,omitempty"` // that a customer has
	Known    bool                `json:"known,omitempty"`  // an order
}

// playYear plays 2025: months of plans by customer, carried out in the order of time. What
// of it was carried out before, as the record knows, is not again.
func playYear(d *desk, o options, r *record) (*year, error) {
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
	defer r.end()
	for i, s := range y.plan {
		err := y.step(r, fmt.Sprintf("%07d", i+1), s)
		if errors.Is(err, errStopped) {
			return nil, stopped(i, len(y.plan), "before "+s.at.Format("2006-01-02 15:04"))
		}
		if err != nil {
			return nil, err
		}
	}
	return y, r.commit()
}

// step plays a step, or, if it was carried out before, what it was told then.
func (y *year) step(r *record, id string, s step) error {
	y.said, y.before = y.said[:0], false
	told, before, err := r.step(id, func() (any, error) {
		s.do(s.at)
		return y.said, y.trouble
	})
	if err != nil || !before {
		return err
	}
	y.before = true
	if err := json.Unmarshal([]byte(told), &y.said); err != nil {
		return fmt.Errorf("%w: step %s: %w", errRecord, id, err)
	}
	if s.do(s.at); y.trouble == nil && len(y.said) > 0 {
		y.trouble = errForeign
	}
	if y.trouble != nil {
		return fmt.Errorf("step %s: %w", id, y.trouble)
	}
	return nil
}

// errForeign: the steps were carried out by another version of this program.
var errForeign = errors.New("it was carried out otherwise than this program does")

// ask asks f, or returns what it said before.
func (y *year) ask(f func() said) said {
	switch {
	case !y.before:
		y.said = append(y.said, f())
		return y.said[len(y.said)-1]
	case len(y.said) == 0:
		y.trouble = errForeign
		return said{}
	}
	s := y.said[0]
	y.said = y.said[1:]
	return s
}

// header is that of a new command.
func (y *year) header(at time.Time) loyalty.Header {
	y.keys++
	return loyalty.Header{Key: loyalty.Key(fmt.Sprintf("k%06d", y.keys)), At: at}
}

// do carries a command out, now and then twice, as a shop does that had no answer.
func (y *year) do(id loyalty.AccountID, cmd loyalty.Command) (said, bool) {
	s := y.give(id, cmd, cmd.Common().At)
	if !y.count(s) {
		return s, false
	}
	if y.rng.Float64() < 0.01 {
		y.count(y.give(id, cmd, cmd.Common().At.Add(time.Second)))
	}
	return s, true
}

// give gives a command to the service.
func (y *year) give(id loyalty.AccountID, cmd loyalty.Command, at time.Time) said {
	return y.ask(func() said {
		y.clock = at
		a, err := y.service.Do(context.Background(), id, cmd)
		if err != nil {
			c, ok := codeOf(err)
			if !ok {
				y.trouble = err
			}
			return said{Code: c.id}
		}
		s := said{Repeated: a.Repeated, Results: a.Results, Money: a.Why.Money}
		if b := a.Why.Back; b.Amount != 0 || len(b.Payments) > 0 {
			s.Back = &b
		}
		return s
	})
}

// count counts what became of a command.
func (y *year) count(s said) bool {
	switch {
	case y.trouble != nil:
		return false
	case s.Code != "":
		y.rejected++
		y.reasons[s.Code]++
		return false
	case s.Repeated:
		y.repeated++
	default:
		y.accepted++
		for _, r := range s.Results {
			y.cut += r.Cut
		}
	}
	return true
}

// has is how many points a customer can spend.
func (y *year) has(id loyalty.AccountID, at time.Time) loyalty.Points {
	return y.ask(func() said {
		a, err := y.load(id)
		if err == nil {
			var b loyalty.Balance
			if b, err = a.BalanceAt(y.kind(), at); err == nil {
				return said{Points: b.Available}
			}
		}
		y.trouble = err
		return said{}
	}).Points
}

// sweepAll writes what time has done, once a month.
func (y *year) sweepAll(at time.Time) {
	y.ask(func() said {
		y.clock = at
		y.trouble = y.sweepDue(at)
		return said{}
	})
}

func (y *year) sweepDue(at time.Time) error {
	for next := (loyalty.DueAccount{}); ; {
		done, after, err := y.service.Sweep(context.Background(), at, next, 100)
		if err != nil {
			return err
		}
		for _, s := range done {
			if s.Err != nil {
				return s.Err
			}
		}
		if len(done) == 0 {
			return nil
		}
		next = after
	}
}
