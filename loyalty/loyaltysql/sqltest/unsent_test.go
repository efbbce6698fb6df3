package sqltest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// Where no connection could be made, or none was free, nothing was sent, and that is known.
func TestUnsentIsKnown(t *testing.T) {
	address := os.Getenv("GUANXI_POSTGRES_DSN")
	if address == "" {
		t.Skip("no PostgreSQL")
	}
	d := databases(t)[1]
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	var down atomic.Bool
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if down.Load() {
			return nil, errors.New("connection refused")
		}
		return dial(ctx, network, addr)
	}
	db := stdlib.OpenDB(*cfg)
	defer func() { _ = db.Close() }()
	store := d.store(t, db)
	service := &loyalty.Service{Engine: loyalty.MustNew(deskProgram()), Store: store, Now: func() time.Time { return opening }}
	ctx := context.Background()
	act := func(key string) *loyalty.Act {
		return &loyalty.Act{Header: loyalty.Header{Key: loyalty.Key(key), At: opening}, Activity: "review", Ref: key}
	}
	for _, key := range []string{"1", "2"} { // the statement is prepared
		if _, err := service.Do(ctx, "a", act(key)); err != nil {
			t.Fatal(err)
		}
	}
	a, err := store.Load(ctx, "a", loyalty.Need{All: true, Key: "3"})
	if err != nil {
		t.Fatal(err)
	}
	decision, err := service.Engine.Decide(a, act("3"), opening)
	if err != nil {
		t.Fatal(err)
	}
	commit := loyalty.NewCommit(a, decision)
	down.Store(true)
	db.SetMaxIdleConns(-1)
	if err := store.Commit(ctx, commit); !errors.Is(err, loyaltysql.ErrConnection) || errors.Is(err, loyalty.ErrUnknownOutcome) {
		t.Errorf("no connection can be made: %v", err)
	}
	down.Store(false)
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := store.Commit(short, commit); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, loyalty.ErrUnknownOutcome) {
		t.Errorf("no connection is free: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Commit(ctx, commit); err != nil {
		t.Error(err)
	}
}

// committing is a driver whose commits are answered with an error.
type committing struct {
	driver.Connector
	err error
}

func (c *committing) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	return &committingConn{conn, c}, err
}

type committingConn struct {
	driver.Conn
	c *committing
}

func (c *committingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return &committingTx{tx, c.c}, err
}

type committingTx struct {
	driver.Tx
	c *committing
}

func (t *committingTx) Commit() error {
	if t.c.err == nil {
		return t.Tx.Commit()
	}
	_ = t.Tx.Rollback()
	return t.c.err
}

// A server that could not write a file when it committed may have committed.
func TestDiskAtCommit(t *testing.T) {
	d := databases(t)[0]
	c := &committing{Connector: dsn{d.dsn, d.open(t).Driver()}}
	db := sql.OpenDB(c)
	defer func() { _ = db.Close() }()
	store := d.store(t, db)
	for number, unknown := range map[uint16]bool{1026: true, 1030: true, 1114: false, 1213: false} {
		c.err = &mysql.MySQLError{Number: number}
		err := store.Commit(context.Background(), loyalty.RowCommit(loyalty.RowChange{RowID: loyalty.RowID{Table: "t", Key: "k"}}))
		if errors.Is(err, loyalty.ErrUnknownOutcome) != unknown || errors.Is(err, loyaltysql.ErrFull) != (number != 1213) {
			t.Errorf("%d: %v", number, err)
		}
	}
}
