package loyalty_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Many tills give points to one account, that of a household or of a charity: what they do
// at once is written at once.
func ExampleGroup() {
	now := time.Date(2026, time.March, 8, 12, 0, 0, 0, time.UTC)
	service := &loyalty.Service{
		Engine: loyalty.MustNew(loyalty.Program{Version: 1, Currency: "CNY", Decimals: 2, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}}),
		Store:  new(loyalty.Memory), // or that of a database
		Now:    func() time.Time { return now },
	}
	group := &loyalty.Group{Service: service}

	var tills sync.WaitGroup
	for till := range 20 {
		tills.Go(func() {
			_, err := group.Do(context.Background(), "household", &loyalty.Adjust{
				Header: loyalty.Header{Key: loyalty.Key(fmt.Sprint("till-", till)), At: now},
				Kind:   "points", Points: 5, Note: loyalty.Note{Reason: "opening week"},
			})
			if err != nil {
				fmt.Println(err)
			}
		})
	}
	tills.Wait()

	balance, err := service.Balance(context.Background(), "household", "points")
	fmt.Println(balance.Available, err)
	// Output: 100 <nil>
}
