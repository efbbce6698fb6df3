package lifecycle

import (
	"context"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi/internal/ident"
)

// CustomerID names a customer in a store: 1 to 128 bytes of UTF-8 without control
// characters.
type CustomerID string

// Validate returns [ErrCustomer] unless id is one.
func (id CustomerID) Validate() error {
	if !ident.Name(string(id)) {
		return fmt.Errorf("%w: %.64q", ErrCustomer, string(id))
	}
	return nil
}

// Stored is a position as a store keeps it.
type Stored struct {
	Pos     Pos
	Version int64 // of the row, raised by every save; 0 for one never written
	Due     time.Time
}

// Store is where the host keeps positions: a table by customer with the position,
// a version and an indexed time. It is called from several goroutines at once.
// Package lifecycletest holds it to this contract:
//
//   - Load returns what was saved last and the version of the row, all zero for a
//     customer never written.
//   - Save writes the position and due and raises the version by one, or writes
//     nothing. If the version is not the expected one it writes nothing and returns
//     [ErrConflict], or an error wrapped around it. The first write expects 0.
//   - Due returns the customers whose due is not zero and due ≤ now, at most limit
//     of them, the earliest due first and equal ones by id in the order of bytes,
//     each once. limit ≤ 0 is none.
//   - Positions come back to the bit, dues to the microsecond; the zero due means
//     that nothing will be due, and takes the customer out of the index. Ids are
//     compared byte by byte: case, accents and trailing spaces matter.
//   - What was saved is what is loaded and found due from then on, by whatever
//     goroutine. The store keeps no slice of the caller's, and gives none of its
//     own away.
//   - If ctx is done before anything is written, nothing is, and the error is ctx's.
type Store interface {
	Load(ctx context.Context, id CustomerID) (Stored, error)
	Save(ctx context.Context, id CustomerID, expected int64, p Pos, due time.Time) error
	Due(ctx context.Context, now time.Time, limit int) ([]CustomerID, error)
}
