package lifecycletest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/internal/contract"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// TestStore runs every case of the contract of lifecycle.Store as a subtest, each
// on a store of its own: open returns one that is empty, and cleans up through
// t.Cleanup. The store is called from several goroutines at once.
func TestStore(t *testing.T, open func(t *testing.T) lifecycle.Store) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.run(open(t)); err != nil {
				t.Errorf("%v\nthe contract: %s", err, c.contract)
			}
		})
	}
}

// kase is one sentence of the contract and what checks it.
type kase struct {
	name, contract string
	run            func(lifecycle.Store) error
}

// cases are in the order in which a new store meets them.
var cases = []kase{
	{"fresh", "Load returns all zero for a customer never written.", fresh},
	{"saved", "Load returns what was saved last; Save raises the version by one.", saved},
	{"bits", "Positions come back to the bit.", bits},
	{"microseconds", "Dues come back to the microsecond, in any zone.", microseconds},
	{"ids", "Ids are compared byte by byte: case, accents and trailing spaces matter.", ids},
	{"first write", "The first write expects 0.", firstWrite},
	{"stale", "If the version is not the expected one Save writes nothing and returns ErrConflict.", stale},
	{"ahead", "If the version is not the expected one Save writes nothing and returns ErrConflict: one that is yet to come is not either.", ahead},
	{"due", "Due returns the customers whose due ≤ now.", due},
	{"due order", "The earliest due comes first and equal ones by id in the order of bytes, each once.", dueOrder},
	{"due limit", "Due returns at most limit of them. limit ≤ 0 is none.", dueLimit},
	{"due moves", "The due saved last is the one in the index; the zero due takes the customer out of it.", dueMoves},
	{"due conflict", "A write that conflicts leaves the index as it is.", dueConflict},
	{"failed save", "Save writes all or nothing: one that fails leaves position, version and index as they are.", failedSave},
	{"own slices", "The store gives no slice of its own away.", ownSlices},
	{"cancelled", "If ctx is done before anything is written, nothing is, and the error is ctx's.", cancelled},
	{"race", "Of writes that expect the same version one is written; the others return ErrConflict.", race},
	{"sweepers", "What was saved is what is loaded and found due from then on, by whatever goroutine.", sweepers},
}

// noon is the instant most cases start from.
var noon = time.Date(2026, time.March, 8, 12, 0, 0, 123456000, time.UTC)

const anna = lifecycle.CustomerID("客户/anna")

// pos returns a position that is unlike others.
func pos(n int) lifecycle.Pos {
	at, _ := lifecycle.InstantOf(noon.Add(time.Duration(n) * time.Microsecond))
	return lifecycle.Pos{Since: at, Last: at - 7, Counted: int64(n), Standing: lifecycle.Standing{Seq: uint32(n), Version: 1, Stage: 2, Prev: 1}}
}

// loads checks what is loaded of a customer.
func loads(st lifecycle.Store, id lifecycle.CustomerID, version int64, p lifecycle.Pos, due time.Time) error {
	s, err := st.Load(context.Background(), id)
	switch {
	case err != nil:
		return fmt.Errorf("Load of %q: %w", id, err)
	case s.Version != version:
		return fmt.Errorf("%q: version %d, want %d", id, s.Version, version)
	case s.Pos != p:
		return fmt.Errorf("%q: position %+v, want %+v", id, s.Pos, p)
	case !s.Due.Equal(due):
		return fmt.Errorf("%q: due %s, want %s", id, stamp(s.Due), stamp(due))
	}
	return nil
}

func saves(st lifecycle.Store, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	if err := st.Save(context.Background(), id, expected, p, due); err != nil {
		return fmt.Errorf("Save of %q expecting version %d: %w", id, expected, err)
	}
	return nil
}

func conflicts(st lifecycle.Store, id lifecycle.CustomerID, expected int64, p lifecycle.Pos, due time.Time) error {
	return contract.Is(st.Save(context.Background(), id, expected, p, due), lifecycle.ErrConflict, fmt.Sprintf("Save expecting version %d", expected))
}

// dues checks who is due, in order.
func dues(st lifecycle.Store, now time.Time, limit int, want ...lifecycle.CustomerID) error {
	got, err := st.Due(context.Background(), now, limit)
	if err != nil {
		return fmt.Errorf("Due: %w", err)
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("due at %s, at most %d: %q, want %q", stamp(now), limit, got, want)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
