package coupon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// Checkout carries out a command for points and commands for coupons in one commit: a
// basket that is paid with both, a voucher that is bought with points and issued. The
// coupons are in the store of Points, see [InLedger]. How often it tries, and what it does
// between, Points says: one of loyalty.Service.In tries once, and after a conflict the host
// begins its transaction anew. It is safe for concurrent use if its fields are not changed.
type Checkout struct {
	Catalogue *Catalogue
	Points    *loyalty.Service
}

// Paid is what became of a basket.
type Paid struct {
	Points  loyalty.Answer
	Coupons []Receipt // of each command, in their order
}

// Do carries all commands out, or none. Coupons count at the time of cmd, and one after
// the other, so that several of a definition count towards its limits together.
//
// It is done once, however often it is given with its keys: the coupons' receipts say that
// it was, and Points repeats its answer. Commands of which some were carried out before
// and others not are [ErrApart]. Other errors are those of [Catalogue.Decide], at
// "/coupons/0" and so on, of the store as it gives them, and of [loyalty.Service.Do]; nothing was written then. Where
// somebody else was faster all is decided anew. After an error that is a
// loyalty.ErrUnknownOutcome give it again with the same keys.
func (c *Checkout) Do(ctx context.Context, id loyalty.AccountID, cmd loyalty.Command, coupons ...Command) (Paid, error) {
	attempts := c.Points.Attempts
	if attempts <= 0 {
		attempts = DefaultAttempts
	}
	var unknown, err error
	again := false // something of it was there before
	for n := 1; n <= attempts; n++ {
		if n > 1 && c.Points.Wait != nil {
			if err := c.Points.Wait(ctx, n); err != nil {
				return Paid{}, join(unknown, err)
			}
		}
		var d basketDecision
		switch err = d.decide(ctx, c, coupons, cmd.Common().At); {
		case d.down && unknown != nil && ctx.Err() == nil:
			continue // a store that is down for a moment may yet tell
		case err != nil:
			return Paid{}, join(unknown, err)
		case d.done == len(coupons) && d.done > 0, again:
			return c.again(ctx, id, cmd, &d, unknown)
		case d.done > 0: // written between two readings, or apart
			again, n = true, min(n, attempts-1)
			continue
		}
		var answer loyalty.Answer
		answer, err = c.Points.Do(ctx, id, cmd, d.rows...)
		switch {
		case err == nil && answer.Repeated && len(coupons) > 0:
			again, n = true, min(n, attempts-1)
		case err == nil:
			return Paid{answer, d.receipts}, nil
		case errors.Is(err, loyalty.ErrRowConflict):
			if errors.Is(err, loyalty.ErrUnknownOutcome) {
				unknown = err
			}
		default:
			return Paid{}, join(unknown, err)
		}
	}
	return Paid{}, fmt.Errorf("coupon: after %d attempts: %w", attempts, join(unknown, err))
}

// again answers what was carried out before, if all of it was.
func (c *Checkout) again(ctx context.Context, id loyalty.AccountID, cmd loyalty.Command, d *basketDecision, unknown error) (Paid, error) {
	if d.done < len(d.receipts) {
		return Paid{}, fmt.Errorf("%w: %d of %d coupons were used", ErrApart, d.done, len(d.receipts))
	}
	_, ok, err := c.Points.Store.Receipt(ctx, cmd.Common().Key)
	switch {
	case err != nil:
		return Paid{}, join(unknown, err)
	case !ok:
		return Paid{}, fmt.Errorf("%w: the coupons were used without the points", ErrApart)
	}
	answer, err := c.Points.Do(ctx, id, cmd)
	if err != nil {
		return Paid{}, join(unknown, err)
	}
	return Paid{answer, d.receipts}, nil
}

// basketDecision is what commands come to, decided one after the other.
type basketDecision struct {
	rows     []loyalty.RowChange
	receipts []Receipt
	done     int  // commands that were carried out before
	down     bool // the store could not be read
	coupons  map[Code]Coupon
	counters map[CounterID]Counter
	keys     map[string]bool
}

func (d *basketDecision) decide(ctx context.Context, c *Checkout, cmds []Command, at time.Time) error {
	for i, cmd := range cmds {
		err := d.add(ctx, c, cmd, at)
		switch {
		case d.down:
			return err // no fault of a coupon
		case err != nil:
			return guanxi.At(guanxi.Pointer("coupons", i), err)
		}
	}
	return nil
}

// add decides one more command on what those before have left.
func (d *basketDecision) add(ctx context.Context, c *Checkout, cmd Command, at time.Time) error {
	if err := cmd.Validate(); err != nil {
		return err
	}
	if d.keys[cmd.Key] {
		return guanxi.At("/key", ErrDuplicate)
	}
	if d.keys == nil {
		d.keys, d.coupons, d.counters = make(map[string]bool), make(map[Code]Coupon), make(map[CounterID]Counter)
	}
	d.keys[cmd.Key] = true
	store := InLedger(c.Points.Store)
	state := State{}
	var err error
	if state.Coupon, state.Receipt, err = store.Load(ctx, cmd.Code, cmd.Key); err != nil {
		d.down = true
		return err
	}
	if changed, ok := d.coupons[cmd.Code]; ok {
		state.Coupon = changed
	}
	if state.Receipt.IsZero() {
		if state.Counters, err = store.Counters(ctx, nil, c.Catalogue.AppendNeed(nil, state.Coupon, cmd)); err != nil {
			d.down = true
			return err
		}
		for i := range state.Counters {
			if changed, ok := d.counters[state.Counters[i].CounterID]; ok {
				state.Counters[i] = changed
			}
		}
	}
	decision, err := c.Catalogue.Decide(state, cmd, at)
	if byCounters(err) { // what was counted may be this very command
		var loadErr error
		if _, state.Receipt, loadErr = store.Load(ctx, cmd.Code, cmd.Key); loadErr != nil {
			d.down = true
			return loadErr
		}
		if !state.Receipt.IsZero() {
			decision, err = c.Catalogue.Decide(state, cmd, at)
		}
	}
	if err != nil {
		return err
	}
	d.receipts = append(d.receipts, decision.Receipt)
	if decision.Repeated {
		d.done++
		return nil
	}
	rows, err := decision.Change.Rows()
	d.rows = append(d.rows, rows...)
	d.coupons[cmd.Code] = decision.Change.To
	for _, n := range decision.Change.Counters {
		d.counters[n.To.CounterID] = n.To
	}
	return err
}
