package rfmbeam

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/guanxi-go/guanxi/rfm/clv"
)

// RowsConfig says how orders become rows of package clv.
type RowsConfig struct {
	Rows clv.RowConfig `json:"rows"`
	// Calibration, if it is not zero, splits the log as clv.Split does: rows are
	// those of this instant, and what came after it is the hold-out.
	Calibration time.Time `json:"calibration,omitzero"`
}

// Rows are the rows of one shard's customers, in the order of their keys. Decoded,
// Customers finds a key by looking at all of them.
type Rows[K comparable] struct {
	Shard     int
	Customers clv.Customers[K]
}

// CLVRows makes the rows of lifetime-value models of the customers in shards,
// which Aggregate made: a PCollection<[Rows][K]>, one for each shard that has a
// customer. Together they are what clv.FromPurchases, or clv.Split, gives in
// memory at cfg.AsOf; JoinRows puts them together. It needs Keep: rfm.Orders, else
// it is rfm.ErrNeedsOrders.
func CLVRows[K comparable](s beam.Scope, cfg Config, rows RowsConfig, shards beam.PCollection) (beam.PCollection, error) {
	cfg, err := ready[K](cfg)
	if err != nil {
		return beam.PCollection{}, err
	}
	if err := rows.check(cfg); err != nil {
		return beam.PCollection{}, fmt.Errorf("rfmbeam: rows config: %w", err)
	}
	s = s.Scope("rfmbeam.CLVRows")
	return beam.ParDo(s, &rowsFn[K]{Orders: cfg.Orders, AsOf: cfg.AsOf, Rows: rows}, shards), nil
}

func (c RowsConfig) check(cfg Config) error {
	errs := []error{guanxi.At("/rows", c.Rows.Validate())}
	if cfg.Orders.Keep == rfm.Totals {
		errs = append(errs, guanxi.At("/orders/keep", rfm.ErrNeedsOrders))
	}
	if c.Rows.Margin && !cfg.Orders.KeepCosts {
		errs = append(errs, guanxi.At("/rows/margin", fmt.Errorf("%w: margin, and the orders keep no costs", rfm.ErrMismatch)))
	}
	if !c.Calibration.IsZero() && !c.Calibration.Before(cfg.AsOf) {
		errs = append(errs, guanxi.At("/calibration", clv.ErrSplit))
	}
	return errors.Join(errs...)
}

// rowsFn makes the rows of a shard.
type rowsFn[K comparable] struct {
	Orders rfm.Config
	AsOf   time.Time
	Rows   RowsConfig
}

// ProcessElement makes them.
func (fn *rowsFn[K]) ProcessElement(shard int64, table []byte, emit func(Rows[K])) error {
	agg, err := decodeShard[K](fn.Orders, table)
	if err != nil {
		return err
	}
	var c *clv.Customers[K]
	if fn.Rows.Calibration.IsZero() {
		c, err = clv.FromPurchases(agg, fn.AsOf, fn.Rows.Rows)
	} else {
		c, err = clv.Split(agg, fn.Rows.Calibration, fn.AsOf, fn.Rows.Rows)
	}
	if err != nil {
		return err
	}
	emit(Rows[K]{Shard: int(shard), Customers: *c})
	return nil
}

// JoinRows puts the rows of shards together in the order of the keys, as a fit
// wants them. It needs 40 bytes a customer and their keys in memory. Rows of
// different units are clv.ErrUnit, columns of different lengths rfm.ErrLength, and
// a customer in two shards is ErrShard.
func JoinRows[K comparable](key guanxi.Key[K], shards []Rows[K]) (*clv.Customers[K], error) {
	out := &clv.Customers[K]{}
	type place struct{ shard, row int }
	var order []place
	for i := range shards {
		c := &shards[i].Customers
		if i == 0 {
			out.Unit, out.HoldOutLength = c.Unit, c.HoldOutLength
		}
		if c.Unit != out.Unit || (c.HoldOut == nil) != (shards[0].Customers.HoldOut == nil) || c.HoldOutLength != out.HoldOutLength {
			return nil, fmt.Errorf("rfmbeam: rows: %w: shard %d", clv.ErrUnit, shards[i].Shard)
		}
		if len(c.List) != len(c.Keys) || c.HoldOut != nil && len(c.HoldOut) != len(c.Keys) {
			return nil, fmt.Errorf("rfmbeam: rows: %w: shard %d", rfm.ErrLength, shards[i].Shard)
		}
		out.Notes.Later += c.Notes.Later
		out.Notes.Merged += c.Notes.Merged
		out.Notes.Loose += c.Notes.Loose
		for j := range c.Keys {
			order = append(order, place{i, j})
		}
	}
	slices.SortFunc(order, func(a, b place) int {
		return cmp.Or(key.Compare(shards[a.shard].Customers.Keys[a.row], shards[b.shard].Customers.Keys[b.row]),
			cmp.Compare(a.shard, b.shard))
	})
	out.Keys, out.List = make([]K, len(order)), make([]clv.Row, len(order))
	held := len(shards) > 0 && shards[0].Customers.HoldOut != nil
	if held {
		out.HoldOut = make([]clv.HoldOut, len(order))
	}
	for i, p := range order {
		c := &shards[p.shard].Customers
		out.Keys[i], out.List[i] = c.Keys[p.row], c.List[p.row]
		if i > 0 && out.Keys[i] == out.Keys[i-1] {
			return nil, fmt.Errorf("rfmbeam: rows: %w: a customer twice, in shard %d", ErrShard, shards[p.shard].Shard)
		}
		if held {
			out.HoldOut[i] = c.HoldOut[p.row]
		}
	}
	return out, nil
}
