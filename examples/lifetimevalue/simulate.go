package main

import (
	"fmt"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/layout"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// The invented shop: newcomers come for a year, the calibration ends half a year
// later, and then the shop is watched for another year.
const (
	joiningWeeks = 52
	calibration  = 78
	heldOut      = 52
)

// truth is what the customers of an invented shop are drawn from.
type truth struct {
	model clv.Model
	spend clv.GammaGamma
}

// trueModel is the model of this kind that the shop follows, its times in unit.
// Rates are per unit of time, so that the scale parameters, and nothing else,
// change with it.
func trueModel(kind clv.Kind, unit clv.Unit) clv.Model {
	week := inUnit(1, unit)
	switch kind {
	case clv.KindBGNBD:
		return clv.BGNBD{R: 0.75, Alpha: 6 * week, A: 0.8, B: 2.4}
	case clv.KindParetoNBD:
		return clv.ParetoNBD{R: 0.75, Alpha: 8 * week, S: 0.6, Beta: 10 * week}
	}
	return clv.MBGNBD{R: 0.75, Alpha: 6 * week, A: 0.8, B: 2.4}
}

// inUnit turns weeks into another unit.
func inUnit(weeks float64, unit clv.Unit) float64 {
	days, _ := unit.Days()
	return 7 * weeks / days
}

// simulate invents a shop: the same for the same flags.
func simulate(o options) (*table, error) {
	// Purchases spend 120 on average, some customers several times what others do.
	t := &truth{model: trueModel(o.model, o.unit), spend: clv.GammaGamma{P: 6, Q: 4, V: 60}}
	p, err := clv.NewPredictor(t.model, o.unit)
	if err != nil {
		return nil, err
	}
	c, err := clv.Simulate(p, &t.spend, clv.SimulateConfig{
		Customers: o.customers, Seed: o.seed,
		Joining: inUnit(joiningWeeks, o.unit), Age: inUnit(calibration, o.unit), HoldOut: inUnit(heldOut, o.unit),
	})
	if err != nil {
		return nil, err
	}
	shop := newTable(c, func(i int) string { return fmt.Sprintf("C%07d", i+1) })
	shop.title = text("Invented shop: %s customers who follow %s, seed %d", "模拟店铺：%s 位客户，服从 %s，种子 %d",
		layout.Thousands(o.customers), o.model.Label(guanxi.EN), o.seed)
	shop.truth = t
	return shop, nil
}
