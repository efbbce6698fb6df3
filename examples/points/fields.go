package main

import (
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/shopspring/decimal"
)

// The fields of a line, by what its op is. They are named as the library's commands
// name theirs in errors, so that a pointer leads to the field.
type (
	head struct {
		Op      string            `json:"op"`
		Account loyalty.AccountID `json:"account"`
		Key     loyalty.Key       `json:"key"`
		At      time.Time         `json:"at"`
		Member  loyalty.AccountID `json:"member,omitempty"`
	}
	note struct {
		Reason string `json:"reason"`
		Actor  string `json:"actor"`
	}
	orderFields struct {
		ID       string          `json:"id"`
		Channel  string          `json:"channel"`
		Currency string          `json:"currency"`
		Segments []string        `json:"segments"`
		Lines    []lineFields    `json:"lines"`
		ByPoints decimal.Decimal `json:"by_points"`
	}
	lineFields struct {
		ID         string          `json:"id"`
		Groups     []string        `json:"groups"`
		Quantity   int64           `json:"quantity"`
		Amount     decimal.Decimal `json:"amount"`
		Discounted bool            `json:"discounted"`
	}
	spend struct {
		Reward   string          `json:"reward"`
		Quantity int64           `json:"quantity"`
		Payment  string          `json:"payment"`
		Stored   string          `json:"stored"`
		Kind     loyalty.Kind    `json:"kind"`
		Points   loyalty.Points  `json:"points"`
		Amount   decimal.Decimal `json:"amount"`
		Segments []string        `json:"segments"`
		Order    string          `json:"order"`
	}
	returned struct {
		Line     string          `json:"line"`
		Amount   decimal.Decimal `json:"amount"`
		Quantity int64           `json:"quantity"`
	}
	couponFields struct {
		Action     coupon.Action `json:"action"`
		Code       coupon.Code   `json:"code"`
		Definition string        `json:"definition"`
		Version    int           `json:"version"`
		Customer   string        `json:"customer"`
		Order      string        `json:"order"`
	}
	// basket is the coupons of a command, which are used with it or not at all.
	basket struct {
		Coupons []couponFields `json:"coupons"`
	}
	grant struct {
		Action loyalty.TierAction `json:"action"`
		Tier   string             `json:"tier"`
		Until  time.Time          `json:"until"`
	}
)

type (
	earn struct {
		head
		basket
		Order orderFields `json:"order"`
	}
	act struct {
		head
		Activity string `json:"activity"`
		Ref      string `json:"ref"`
	}
	refer struct {
		head
		Side     loyalty.Side      `json:"side"`
		Friend   loyalty.AccountID `json:"friend"`
		Purchase string            `json:"purchase"` // the friend's order
	}
	activate struct {
		head
		Order string `json:"order"`
	}
	redeem struct {
		head
		basket
		Spend spend `json:"spend"`
	}
	hold struct {
		head
		basket
		Hold  string    `json:"hold"`
		Until time.Time `json:"until"`
		Spend spend     `json:"spend"`
	}
	capture struct {
		head
		basket
		Hold   string         `json:"hold"`
		Points loyalty.Points `json:"points"`
		Keep   bool           `json:"keep"`
	}
	void struct {
		head
		Hold string `json:"hold"`
	}
	refund struct {
		head
		basket
		Order  string     `json:"order"`
		Refund string     `json:"refund"`
		Lines  []returned `json:"lines"`
	}
	giveBack struct {
		head
		Redemption loyalty.Key    `json:"redemption"`
		Points     loyalty.Points `json:"points"`
	}
	sweep struct {
		head
		Max int `json:"max"`
	}
	extend struct {
		head
		Lots  []loyalty.LotID `json:"lots"`
		Kind  loyalty.Kind    `json:"kind"`
		Until time.Time       `json:"until"`
		Note  note            `json:"note"`
	}
	adjust struct {
		head
		Kind   loyalty.Kind   `json:"kind"`
		Points loyalty.Points `json:"points"`
		Expire time.Time      `json:"expire"`
		Note   note           `json:"note"`
	}
	send struct { // and transfer
		head
		To     loyalty.AccountID `json:"to"`
		Kind   loyalty.Kind      `json:"kind"`
		Points loyalty.Points    `json:"points"`
	}
	receive struct {
		head
	}
	pool struct {
		head
		Pool  loyalty.AccountID `json:"pool"` // the household's
		Kinds []loyalty.Kind    `json:"kinds"`
	}
	resume struct {
		head
		After int64 `json:"after"` // an entry
	}
	byItself struct { // a coupon without points
		head
		Coupon couponFields `json:"coupon"`
	}
	donate struct {
		head
		Cause  string         `json:"cause"`
		Kind   loyalty.Kind   `json:"kind"`
		Points loyalty.Points `json:"points"`
	}
	merge struct {
		head
		Into loyalty.AccountID `json:"into"`
	}
	closing struct {
		head
		Forfeit bool `json:"forfeit"`
		Note    note `json:"note"`
	}
	freeze struct { // and thaw
		head
		Note note `json:"note"`
	}
	tier struct {
		head
		Grant grant `json:"grant"`
		Note  note  `json:"note"`
	}
)
