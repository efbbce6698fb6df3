package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/shopspring/decimal"
)

// open opens a database for an example, and makes the tables of the shop and of loyalty.
func open() (db *sql.DB, store *loyaltysql.Store, closeAll func()) {
	dir, err := os.MkdirTemp("", "points")
	if err != nil {
		panic(err)
	}
	db, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "shop.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_txlock=immediate")
	if err != nil {
		panic(err)
	}
	store, err = loyaltysql.New(db, loyaltysql.Config{Dialect: loyaltysql.SQLite})
	if err != nil {
		panic(err)
	}
	if err := store.Apply(context.Background()); err != nil {
		panic(err)
	}
	if _, err := db.Exec("CREATE TABLE orders (id TEXT PRIMARY KEY, customer TEXT NOT NULL, cents INTEGER NOT NULL)"); err != nil {
		panic(err)
	}
	return db, store, func() { _ = db.Close(); _ = os.RemoveAll(dir) }
}

// checkout writes an order and its points in one transaction, or neither. A conflict means
// that somebody else has written to the account: only the shop can begin its transaction
// anew.
func checkout(ctx context.Context, db *sql.DB, store *loyaltysql.Store, service *loyalty.Service, customer loyalty.AccountID, id string, cents int64) (loyalty.Answer, error) {
	try := func() (loyalty.Answer, error) {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return loyalty.Answer{}, err
		}
		defer func() { _ = tx.Rollback() }() // of one that was committed it does nothing
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders (id, customer, cents) VALUES (?, ?, ?)", id, string(customer), cents); err != nil {
			return loyalty.Answer{}, err
		}
		answer, err := service.In(store.WithTx(tx)).Do(ctx, customer, &loyalty.Earn{
			Header: loyalty.Header{Key: loyalty.Key("order " + id), At: service.Now()},
			Order:  loyalty.Order{ID: id, Lines: []loyalty.OrderLine{{ID: "1", Amount: decimal.New(cents, -2), Quantity: 1}}},
		})
		if err != nil {
			return loyalty.Answer{}, err
		}
		return answer, tx.Commit()
	}
	for n := 1; ; n++ {
		answer, err := try()
		if n == 5 || !errors.Is(err, loyalty.ErrConflict) {
			return answer, err
		}
	}
}

// A shop's order and the points for it are in one transaction.
func Example_order() {
	ctx := context.Background()
	db, store, closeAll := open()
	defer closeAll()
	service := &loyalty.Service{Engine: loyalty.MustNew(deskProgram()), Store: store, Now: func() time.Time { return opening }}

	answer, err := checkout(ctx, db, store, service, "anna", "A-1", 4200)
	fmt.Println(answer.Results[0].Points, err)

	// an order that the shop cannot write brings no points
	_, err = checkout(ctx, db, store, service, "anna", "A-1", 9900)
	fmt.Println("the same number again:", err != nil)

	balance, err := service.Balance(ctx, "anna", "points")
	fmt.Println(balance.Pending, err)
	var orders int
	_ = db.QueryRow("SELECT COUNT(*) FROM orders").Scan(&orders)
	fmt.Println(orders, "order")
	// Output:
	// 42 <nil>
	// the same number again: true
	// 42 <nil>
	// 1 order
}

// Each entry is given to the shop once it is committed: at least once, and in the order of
// its account. What is refused comes again, with those after it.
func Example_outbox() {
	ctx := context.Background()
	db, store, closeAll := open()
	defer closeAll()
	now := opening
	service := &loyalty.Service{Engine: loyalty.MustNew(deskProgram()), Store: store, Now: func() time.Time { return now }}
	for _, id := range []string{"A-1", "A-2"} {
		if _, err := checkout(ctx, db, store, service, "anna", id, 1000); err != nil {
			panic(err)
		}
	}
	if _, err := checkout(ctx, db, store, service, "bert", "B-1", 700); err != nil {
		panic(err)
	}

	mail := &loyaltysql.Delivery{Store: store, Worker: "mail-1", Now: func() time.Time { return now }}
	bounced := false
	for {
		n, err := mail.Deliver(ctx, func(ctx context.Context, e loyalty.Event) error {
			if e.Account == "anna" && !bounced {
				bounced = true
				return errors.New("the mailbox is full")
			}
			fmt.Printf("to %s: %d points for %s\n", e.Account, e.Results[0].Points, e.Ref)
			return nil
		})
		if err != nil {
			fmt.Println(err)
		}
		if n == 0 {
			break
		}
	}
	// Unordered output:
	// loyaltysql: 1 events were not taken, the first: entry 1 of "anna": the mailbox is full
	// to bert: 7 points for B-1
	// to anna: 10 points for A-1
	// to anna: 10 points for A-2
}
