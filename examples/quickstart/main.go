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
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Currency: "CNY", Decimals: 2})
	if err != nil {
		log.Fatal(err)
	}
	today := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	for i := range 40 { // your order table, or a CSV
		customer, daysAgo := int64(i%9+1), i*i%170+1
		p := rfm.Purchase[int64]{Customer: customer, At: today.AddDate(0, 0, -daysAgo), Amount: decimal.New(int64(990+i*1250), -2)}
		if err := agg.Add(p); err != nil {
			log.Print(err) // this row is refused and named; everything else stands
		}
	}
	customers, err := agg.Population(today)
	if err != nil {
		log.Fatal(err)
	}
	scale, err := rfm.Fit(customers, rfm.ScaleConfig{}) // quintiles; equal values share a score
	if err != nil {
		log.Fatal(err)
	}
	scored, err := rfm.ScoreAll(customers, scale, rfm.MustSegments(rfm.Eleven()))
	if err != nil {
		log.Fatal(err)
	}
	for c := range scored.All() {
		fmt.Println(c.Customer, c.Score, scored.Segments().Label(c.Segment, guanxi.EN))
	}
}
