package coupon_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

// A coupon and points pay one basket: they are committed together or not at all.
func ExampleCheckout() {
	ctx := context.Background()
	till := coupon.Checkout{Catalogue: shop(), Points: &loyalty.Service{
		Engine: loyalty.MustNew(loyalty.Program{Version: 1, Kinds: []loyalty.KindConfig{{ID: "points", Spendable: true}}}),
		Store:  new(loyalty.Memory),
		Now:    func() time.Time { return noon },
	}}
	// Coupons are issued in the same store, by themselves.
	coupons := &coupon.Service{Catalogue: till.Catalogue, Store: coupon.InLedger(till.Points.Store)}
	issue(coupons, "A", "20off100")
	give := &loyalty.Adjust{Header: loyalty.Header{Key: "welcome", At: noon}, Kind: "points", Points: 100}
	if _, err := till.Do(ctx, "anna", give); err != nil {
		fmt.Println(err)
	}

	use := coupon.Command{Key: "coupon of 17", Action: coupon.UseNow, Code: "A", Order: "17"}
	pay := func(points loyalty.Points) (coupon.Paid, error) {
		return till.Do(ctx, "anna", &loyalty.Redeem{Header: loyalty.Header{Key: "points of 17", At: noon}, Spend: loyalty.Spend{Kind: "points", Points: points}}, use)
	}
	_, err := pay(500)
	c, _, _ := coupons.Store.Load(ctx, "A", "")
	fmt.Println(errors.Is(err, loyalty.ErrNotEnough), c.StatusAt(coupon.Instant(noon.UnixMicro())))

	for range 2 { // the second time because the answer was lost
		paid, err := pay(80)
		fmt.Println(paid.Points.Results[0].Points, paid.Points.Repeated, paid.Coupons[0].Action, paid.Coupons[0].Left, err)
	}
	// Output:
	// true open
	// -80 false use 0 <nil>
	// -80 true use 0 <nil>
}
