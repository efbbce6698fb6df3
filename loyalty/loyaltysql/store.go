package loyaltysql

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
)

// Store is the accounts of a programme in a database. It is safe for concurrent use; one
// in a transaction of the host's, see [Store.WithTx], is as safe as that is. It implements
// [loyalty.Store], [loyalty.Outbox], [loyalty.MultiCommit], [loyalty.TxStore] and
// [loyalty.Aggregator]; [Store.Locking] is a [loyalty.Locker] besides.
type Store struct {
	db      *sql.DB
	names   names
	program []byte
	in      session // nil: connections of db
	locked  bool    // in is a transaction of Lock
	wrote   *bool   // of Lock: something was committed
	*common
}

// common is what a store shares with those in transactions.
type common struct {
	stmts    sync.Map // of texts: *sql.Stmt
	prepared atomic.Int64
	keep     int64         // how many are kept at most
	crowded  atomic.Bool   // the server keeps no more of them
	sessions sync.Pool     // of *pooled
	texts    sync.Map      // of SQL texts, filled
	writer   chan struct{} // of SQLite: one writes
	scrap    sync.Pool     // of *batch
}

// New returns the store of a configuration. It asks the database for nothing: see
// [Store.Apply] and [Store.Check]. The driver is the host's.
func New(db *sql.DB, cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if db == nil {
		return nil, guanxi.At("/db", ErrConfig)
	}
	return &Store{db: db, names: cfg.names(), program: blob(cfg.Program), common: &common{keep: cfg.statements(), writer: make(chan struct{}, 1)}}, nil
}

// WithTx returns the store in a transaction of the host's: what it commits is there for
// others once the host has committed, and never if it is rolled back. The transaction is one
// of the *sql.DB that the store was given; one of another, which the store may notice only
// after a while, is an ErrConfig. Give the store to [loyalty.Service.In]:
//
//	answer, err := service.In(store.WithTx(tx)).Do(ctx, account, command)
//
// A conflict is returned, as loyalty.ErrConflict, also where a key was used since the
// transaction began and by whom it cannot see: roll back and begin the transaction
// anew, since what else it has read may be old too. After other errors too the safe thing
// is to roll back. Commands that are refused, such as a redemption of more than there is,
// have written nothing, and the transaction goes on. What a commit has written before it
// failed is taken back by a savepoint. The store is not used after the transaction.
//
// On SQLite begin the transaction so that it writes from the first (_txlock=immediate in
// the DSN of modernc.org/sqlite and mattn/go-sqlite3), or others that write meanwhile are
// conflicts.
func (s *Store) WithTx(tx *sql.Tx) *Store {
	in := &Store{db: s.db, names: s.names, program: s.program, common: s.common}
	in.in = &pooled{s: in, tx: tx}
	return in
}

// In is WithTx, for [loyalty.TxStore].
func (s *Store) In(tx *sql.Tx) loyalty.Store { return s.WithTx(tx) }

// sql returns a text with the names of the tables and the placeholders of the dialect.
// Texts are few: they are kept.
func (s *Store) sql(text string) string {
	if filled, ok := s.texts.Load(text); ok {
		return filled.(string)
	}
	filled, _ := s.texts.LoadOrStore(text, s.names.fill(text))
	return filled.(string)
}

// Buckets is how many buckets the ids of accounts fall into, for workers that share work.
const Buckets = 16

// bucketOf returns the bucket of an account.
func bucketOf(id loyalty.AccountID) int64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return int64(h.Sum32() % Buckets)
}

// damaged says which row is not as it was written.
func damaged(what string, id any, err error) error {
	return fmt.Errorf("%w: %s %q: %w", ErrDamaged, what, id, err)
}

var (
	_ loyalty.MultiCommit         = (*Store)(nil)
	_ loyalty.TxStore[*sql.Tx]    = (*Store)(nil)
	_ loyalty.Locker              = (*Locking)(nil)
	_ func(context.Context) error = (*Store)(nil).Apply
)
