package main

import (
	"context"
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/samber/lo"
)

// request is a line of the file that can be carried out.
type request interface {
	common() head
	// do carries it out, and returns the receipt of the account's own entry.
	do(ctx context.Context, d *desk) (loyalty.Answer, error)
}

func (h head) common() head { return h }

func (h head) header() loyalty.Header {
	return loyalty.Header{Key: h.Key, At: h.At, Member: h.Member}
}

// give carries out a command of the library, and coupons with it or not at all.
func (h head) give(ctx context.Context, d *desk, cmd loyalty.Command, coupons ...couponFields) (loyalty.Answer, error) {
	if len(coupons) == 0 {
		return d.service.Do(ctx, h.Account, cmd)
	}
	return d.payWithCoupons(ctx, h, cmd, coupons)
}

func (n note) note() loyalty.Note { return loyalty.Note(n) }

func (f orderFields) order() loyalty.Order {
	return loyalty.Order{
		ID: f.ID, Channel: f.Channel, Currency: f.Currency, Segments: f.Segments, ByPoints: f.ByPoints,
		Lines: lo.Map(f.Lines, func(l lineFields, _ int) loyalty.OrderLine { return loyalty.OrderLine(l) }),
	}
}

func (c *earn) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Earn{Header: c.header(), Order: c.Order.order()}, c.Coupons...)
}

func (c *act) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Act{Header: c.header(), Activity: c.Activity, Ref: c.Ref})
}

func (c *refer) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	cmd := &loyalty.Refer{Header: c.header(), Side: c.Side, Friend: c.Friend}
	a, err := d.service.Store.Load(ctx, c.Friend, loyalty.Need{Orders: []string{c.Purchase}})
	if err != nil {
		return loyalty.Answer{}, err
	}
	if rec, ok := a.Order(c.Purchase); ok {
		cmd.Purchase = &rec
	} else {
		return loyalty.Answer{}, guanxi.At("/purchase", loyalty.ErrOrderUnknown)
	}
	return c.give(ctx, d, cmd)
}

func (c *activate) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Activate{Header: c.header(), Order: c.Order})
}

func (c *redeem) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Redeem{Header: c.header(), Spend: loyalty.Spend(c.Spend)}, c.Coupons...)
}

func (c *hold) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Place{Header: c.header(), Hold: c.Hold, Spend: loyalty.Spend(c.Spend), Until: c.Until}, c.Coupons...)
}

func (c *capture) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Capture{Header: c.header(), Hold: c.Hold, Points: c.Points, Keep: c.Keep}, c.Coupons...)
}

func (c *void) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Void{Header: c.header(), Hold: c.Hold})
}

func (c *refund) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	lines := lo.Map(c.Lines, func(l returned, _ int) loyalty.RefundLine { return loyalty.RefundLine(l) })
	return c.give(ctx, d, &loyalty.Refund{Header: c.header(), Order: c.Order, Refund: c.Refund, Lines: lines}, c.Coupons...)
}

func (c *giveBack) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Return{Header: c.header(), Redemption: c.Redemption, Points: c.Points})
}

func (c *sweep) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Sweep{Header: c.header(), Max: c.Max})
}

func (c *extend) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Extend{Header: c.header(), Lots: c.Lots, Kind: c.Kind, Until: c.Until, Note: c.Note.note()})
}

func (c *adjust) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Adjust{Header: c.header(), Kind: c.Kind, Points: c.Points, Expire: c.Expire, Note: c.Note.note()})
}

// do sends alone: the points are on their way until receive, or both in one with the
// op transfer.
func (c *send) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	cmd := &loyalty.Send{Header: c.header(), To: c.To, Kind: c.Kind, Points: c.Points}
	if c.Op == "send" {
		return c.give(ctx, d, cmd)
	}
	t, err := d.service.Transfer(ctx, c.Account, cmd)
	return t.Sent, err
}

// do takes in what was sent with the key.
func (c *receive) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	header := c.header()
	header.Key = loyalty.ReceiveKey(c.Key)
	sent, ok, err := d.service.Store.Receipt(ctx, c.Key)
	if err != nil {
		return loyalty.Answer{}, err
	}
	if ok {
		q := loyalty.JournalQuery{Account: sent.Account, After: sent.Seq - 1, Limit: 1}
		for e, err := range d.service.Store.Journal(ctx, q) {
			if err != nil {
				return loyalty.Answer{}, err
			}
			if e.Parcel != nil && (e.Op == loyalty.OpTransferOut || e.Op == loyalty.OpMergeOut) {
				return c.give(ctx, d, &loyalty.Receive{Header: header, Parcel: *e.Parcel})
			}
		}
	}
	return loyalty.Answer{}, guanxi.At("/key", fmt.Errorf("%w: nothing was sent with this key", loyalty.ErrUnknown))
}

// do moves all that a member has of the kinds to the household's account. The receipt is that
// of the last kind that was sent; there is none if the member has nothing.
func (c *pool) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	kinds := c.Kinds
	if len(kinds) == 0 {
		kinds = []loyalty.Kind{d.kind()}
	}
	sent, err := d.service.Pool(ctx, c.Account, c.Pool, c.header(), kinds...)
	var out loyalty.Answer
	for _, t := range sent {
		results := append(out.Results, t.Sent.Results...)
		out = t.Sent
		out.Results = results
	}
	return out, err
}

// do lets arrive what the account has sent and what has not arrived.
func (c *resume) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	_, err := d.service.Resume(ctx, c.Account, c.After)
	return loyalty.Answer{}, err
}

func (c *donate) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Donate{Header: c.header(), Cause: c.Cause, Kind: c.Kind, Points: c.Points})
}

func (c *merge) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	t, err := d.service.Merge(ctx, c.Account, &loyalty.MergeOut{Header: c.header(), Into: c.Into})
	return t.Sent, err
}

func (c *closing) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.Close{Header: c.header(), Forfeit: c.Forfeit, Note: c.Note.note()})
}

func (c *freeze) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	if c.Op == "freeze" {
		return c.give(ctx, d, &loyalty.Freeze{Header: c.header(), Note: c.Note.note()})
	}
	return c.give(ctx, d, &loyalty.Thaw{Header: c.header(), Note: c.Note.note()})
}

func (c *tier) do(ctx context.Context, d *desk) (loyalty.Answer, error) {
	return c.give(ctx, d, &loyalty.SetTier{Header: c.header(), Grant: loyalty.TierGrant(c.Grant), Note: c.Note.note()})
}
