package loyalty_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// A service decides on accounts in a store. A command given again has the answer it had.
func ExampleService() {
	noon := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	s := &loyalty.Service{
		Engine: loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}}),
		Store:  new(loyalty.Memory),
		Now:    func() time.Time { return noon },
	}
	ctx := context.Background()
	head := func(k loyalty.Key) loyalty.Header { return loyalty.Header{Key: k, At: noon} }
	give := &loyalty.Adjust{Header: head("order-1"), Kind: "points", Points: 100, Note: loyalty.Note{Reason: "welcome"}}
	for range 2 {
		a, err := s.Do(ctx, "anna", give)
		fmt.Println(a.Seq, a.Results[0].Points, a.Repeated, err)
	}
	t, err := s.Transfer(ctx, "anna", &loyalty.Send{Header: head("gift-1"), To: "bert", Kind: "points", Points: 30})
	fmt.Println(t.Sent.Results[0].Points, t.Received.Account, t.Received.Results[0].Points, err)
	_, err = s.Do(ctx, "anna", &loyalty.Redeem{Header: head("till-1"), Spend: loyalty.Spend{Kind: "points", Points: 80}})
	var short *loyalty.ShortError
	fmt.Println(errors.As(err, &short), short.Missing)
	// Output:
	// 1 100 false <nil>
	// 1 100 true <nil>
	// -30 bert 30 <nil>
	// true 10
}
