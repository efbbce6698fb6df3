package sqltest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// A sum that is no number of points is told.
func TestOutstandingOverflow(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		ctx := context.Background()
		store := d.store(t, d.open(t))
		service, _ := actor(store)
		for i := range int(math.MaxInt64/int64(loyalty.MaxPoints)) + 1 {
			cmd := &loyalty.Adjust{Header: loyalty.Header{Key: loyalty.Key(fmt.Sprint(i)), At: opening}, Kind: "points", Points: loyalty.MaxPoints, Expire: opening.AddDate(1, 0, 0)}
			if _, err := service.Do(ctx, loyalty.AccountID(fmt.Sprint(i)), cmd); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for _, err := range store.Outstanding(ctx, loyalty.InstantOf(opening)) {
			if n++; !errors.Is(err, loyalty.ErrOverflow) {
				t.Error(err)
			}
		}
		if n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// The zone of a session says nothing of its clock.
func TestClockZone(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		own := *d
		switch d.dialect {
		case loyaltysql.PostgreSQL:
			own.dsn += "&TimeZone=Asia/Kathmandu"
		case loyaltysql.MySQL:
			own.dsn += "?time_zone=%27%2B05%3A45%27"
		}
		if err := own.store(t, own.open(t)).CheckClock(context.Background(), time.Now, time.Minute); err != nil {
			t.Error(err)
		}
	})
}
