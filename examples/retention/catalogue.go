package main

import (
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// Two signals of this shop's own, beside those of the handbook.
const (
	overdue = "overdue"          // by the customer's own cycle, as a part of it
	invited = "invited_a_friend" // a sign of life
)

// byHand is the handbook with the shop's own signals, and weights that somebody
// thought right.
func byHand() churn.Catalogue {
	c := churn.Handbook()
	c.Signals = append(c.Signals,
		churn.Signal{
			ID: overdue, Name: guanxi.Text{EN: "Overdue by their own cycle", ZH: "按自身周期已逾期"},
			Weight: 1.5, Cap: 2, Group: "silence",
		},
		churn.Signal{
			ID: invited, Name: guanxi.Text{EN: "Invited a friend", ZH: "邀请了好友"},
			Weight: -0.8, HalfLife: guanxi.Span{Days: 90},
		})
	return c
}
