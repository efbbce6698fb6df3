package main

import (
	"context"
	"os"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/examples/internal/command"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
)

// openStore is where accounts are kept: the only place that says which store it is.
func openStore(db *database) loyalty.Store {
	if db == nil {
		return new(loyalty.Memory)
	}
	return db.store
}

// desk is a programme with its store, and a clock that stands where it is set.
type desk struct {
	program loyalty.Program
	service *loyalty.Service
	clock   time.Time

	definitions []coupon.Definition
	catalogue   *coupon.Catalogue // nil: no coupons
	coupons     []usedCoupon      // of the command that is carried out
}

func openDesk(p loyalty.Program, defs []coupon.Definition, store loyalty.Store) (*desk, error) {
	engine, err := loyalty.New(p)
	if err != nil {
		return nil, err
	}
	d := &desk{program: p, definitions: defs}
	if len(defs) > 0 {
		if d.catalogue, err = coupon.New(defs...); err != nil {
			return nil, err
		}
	}
	d.service = &loyalty.Service{Engine: engine, Store: store, Now: func() time.Time { return d.clock }}
	return d, nil
}

// location is the programme's zone.
func (d *desk) location() *time.Location {
	if d.program.Location == nil {
		return time.UTC
	}
	return d.program.Location
}

// kind is the first kind of points that is spent, else the first one: that which the
// figures without a kind are of.
func (d *desk) kind() loyalty.Kind {
	for _, k := range d.program.Kinds {
		if k.Spendable {
			return k.ID
		}
	}
	if len(d.program.Kinds) == 0 {
		return ""
	}
	return d.program.Kinds[0].ID
}

// label is the name of a kind for people.
func (d *desk) label(k loyalty.Kind, lang guanxi.Lang) string {
	for _, c := range d.program.Kinds {
		if s := c.Name.In(lang); c.ID == k && s != "" {
			return s
		}
	}
	return string(k)
}

// load returns what of an account is always there.
func (d *desk) load(id loyalty.AccountID) (*loyalty.Account, error) {
	return d.service.Store.Load(context.Background(), id, loyalty.Need{})
}

// entries is the journal of an account.
func (d *desk) entries(id loyalty.AccountID) ([]loyalty.Entry, error) {
	var out []loyalty.Entry
	for e, err := range d.service.Store.Journal(context.Background(), loyalty.JournalQuery{Account: id}) {
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// readProgram reads a programme strictly. Every fault is a line of the error.
func readProgram(name string) (loyalty.Program, error) {
	var p loyalty.Program
	data, err := os.ReadFile(name)
	if err != nil {
		return p, err
	}
	if err := guanxi.UnmarshalStrict(data, &p); err != nil {
		return p, placed(name, err)
	}
	return p, nil
}

// placed puts a place before every fault of an error.
func placed(place string, err error) error {
	var faults command.Checks
	for f := range guanxi.Faults(err) {
		faults.Want(false, "%s: %w", place, f)
	}
	if faults.Err() == nil {
		faults.Want(false, "%s: %w", place, err)
	}
	return faults.Err()
}
