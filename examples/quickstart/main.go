// Quickstart is the program in the README: orders in, named customers out.
package main

import (
	"fmt"
	"log"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

func main() {
	today := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	agg := must(rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Currency: "CNY", Decimals: 2}))
	for i := range 40 { // your order table, or a CSV
		order := rfm.Purchase[int64]{Customer: int64(i%9 + 1), At: today.AddDate(0, 0, -(i*i%170 + 1)), Amount: decimal.New(int64(990+i*1250), -2)}
		if err := agg.Add(order); err != nil {
			log.Print(err) // this row is refused and named; everything else stands
		}
	}
	customers := must(agg.Population(today))
	scale := must(rfm.Fit(customers, rfm.ScaleConfig{})) // quintiles; equal values share a score
	scored := must(rfm.ScoreAll(customers, scale, rfm.MustSegments(rfm.Eleven())))
	for c := range scored.All() {
		fmt.Println(c.Customer, c.Score, scored.Segments().Label(c.Segment, guanxi.EN))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
