package main

import (
	"io"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// readLog fills an aggregate with the orders of a file, or of an invented shop.
func readLog(o options, stderr io.Writer) (*orderLog, error) {
	if o.orders == "" {
		return simulate(o, stderr)
	}
	return readOrders(o, stderr)
}

// orderLog is an order log once it is read.
type orderLog struct {
	agg     *rfm.Aggregator[string]
	title   guanxi.Text // where it comes from
	reading guanxi.Text // how it was read
	extent
	read    int // rows, those refused too
	refused []refusal
	rows    []logRow // those taken, as they came
}
