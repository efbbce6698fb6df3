package loyalty

import (
	"errors"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestMostPayment(t *testing.T) {
	e, err := New(spendProgram())
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		payment, amount string
		have            Points
		points          Points
		money           string
		want            error
	}{
		{"cash", "50", 9999, 2500, "25", nil}, {"cash", "1000", 9999, 3000, "30", nil}, {"cash", "1000", 777, 700, "7", nil},
		{"cash", "1000", 199, 0, "0", nil}, {"cash", "9.99", 9999, 0, "0", nil}, {"cash", "100", -5, 0, "0", nil},
		{"none", "100", 1, 0, "0", ErrUnknown}, {"cash", "-1", 1, 0, "0", ErrAmount}, {"cash", "1.001", 1, 0, "0", ErrDecimals},
	} {
		points, money, err := e.MostPayment(tc.payment, yuan(tc.amount), tc.have)
		if !errors.Is(err, tc.want) || err != nil && tc.want == nil || points != tc.points || !money.Equal(decimal.RequireFromString(tc.money)) {
			t.Errorf("%+v: %d, %s, %v", tc, points, money, err)
		}
	}
}

func TestWhyNot(t *testing.T) {
	e, err := New(program(func(p *Program) {
		p.Campaigns = []Campaign{{ID: "app", Kind: "points", Bonus: 5, Match: Match{Channels: []string{"app"}}}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	a := NewAccount("c1")
	at := time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)
	earn := &Earn{Header: Header{Key: "k", At: at}, Order: *orderOf("100")}
	skips, err := e.WhyNot(a, earn, at)
	if err != nil || len(skips) != 1 || skips[0].Rule != "app" || skips[0].Reason != SkipChannel || a.Seq != 0 {
		t.Errorf("%+v, %v", skips, err)
	}
	earn.Order.Lines = nil
	if _, err := e.WhyNot(a, earn, at); !errors.Is(err, ErrAmount) {
		t.Error(err)
	}
}
