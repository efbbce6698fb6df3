package rfmbeam

import (
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// Config says what a pipeline computes and how it is cut up. The answer depends
// on the first five fields alone. A plain value; safe to share.
type Config struct {
	// Orders is the config of the aggregate. Its Workers are those of each worker
	// of the runner; 1 is right nearly always.
	Orders rfm.Config `json:"orders"`
	// AsOf is the instant the customers are looked at, exclusive. There is no
	// default.
	AsOf time.Time `json:"as_of"`
	// Scale is fitted to the customers. [rfm.NTile] and nested scales need all
	// customers at once: rfm.ErrBatchOnly.
	Scale rfm.ScaleConfig `json:"scale,omitzero"`
	// Frozen, if set, scores instead, and nothing is fitted: two passes over the
	// shards less, and scores stay comparable from month to month.
	Frozen *rfm.Scale `json:"frozen,omitempty"`
	// Segments name the score cells; without any they are those of rfm.Eleven.
	Segments rfm.SegmentsConfig `json:"segments,omitzero"`

	// Shards is into how many tables the customers are divided, 1 to MaxShards; 0
	// is DefaultShards. One shard lies in the memory of one worker: 100,000
	// customers a shard is a good size, and not fewer shards than workers.
	Shards int `json:"shards,omitempty"`
	// FlushRows is how many rows a worker folds before it hands its tables on, so
	// that a bundle without end takes no memory without end; 0 is DefaultFlushRows.
	FlushRows int `json:"flush_rows,omitempty"`
	// Rounds of the search for cut points, 2 to rfm.MaxRounds; 0 is 2.
	// See rfm.Fitter: more rounds take less memory and one more pass each.
	Rounds int `json:"rounds,omitempty"`
	// OwnReferences vouches that no order reference occurs under two customers,
	// which saves shuffling the rows. Repeated references of one customer are still
	// counted once; those that only meet when tables are merged are counted in
	// Notes.Duplicates and not listed among the refused rows. If the promise does
	// not hold, a reference counts once for each of its customers.
	OwnReferences bool `json:"own_references,omitempty"`
	// NoSideInputs groups by key where side inputs would be used, for runners that
	// have none (Spark). It shuffles the shards once more for every round and for
	// the scores.
	NoSideInputs bool `json:"no_side_inputs,omitempty"`
}

// Defaults and bounds of [Config].
const (
	DefaultShards    = 32
	MaxShards        = 1 << 16
	DefaultFlushRows = 1 << 20
)

// Validate returns every fault of c, each a *guanxi.FieldError.
func (c Config) Validate() error {
	var errs []error
	within := func(pointer string, v, least, most int) {
		if v != 0 && (v < least || v > most) {
			errs = append(errs, guanxi.At(pointer, fmt.Errorf("%w: %d is not in %d to %d", rfm.ErrOption, v, least, most)))
		}
	}
	orders := c.Orders.Validate()
	errs = append(errs, guanxi.At("/orders", orders))
	if y := c.AsOf.UTC().Year(); c.AsOf.IsZero() || y < 1 || y > 9999 {
		errs = append(errs, guanxi.At("/as_of", rfm.ErrTime))
	}
	segments, err := rfm.NewSegments(c.segments())
	errs = append(errs, guanxi.At("/segments", err))
	within("/shards", c.Shards, 1, MaxShards)
	within("/flush_rows", c.FlushRows, 1, 1<<30)
	within("/rounds", c.Rounds, 2, rfm.MaxRounds)
	if scale := c.Scale.Validate(); scale != nil {
		errs = append(errs, guanxi.At("/scale", scale))
	} else if orders == nil {
		bins, err := c.bins()
		switch {
		case err != nil:
			errs = append(errs, err)
		case segments != nil && bins != segments.Bins():
			errs = append(errs, guanxi.At("/segments/bins", fmt.Errorf("%w: the segments for %v, the scale for %v", rfm.ErrBins, segments.Bins(), bins)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("rfmbeam: config: %w", err)
	}
	return nil
}

// bins are those of the scale that will score.
func (c Config) bins() (rfm.Bins, error) {
	if c.Frozen == nil {
		f, err := rfm.NewFitter(c.Orders, c.Scale, 0)
		if err != nil {
			return rfm.Bins{}, guanxi.At("/scale", err)
		}
		return f.Bins(), nil
	}
	at := func(format string, args ...any) error {
		return guanxi.At("/frozen", fmt.Errorf("%w: "+format, args...))
	}
	scale := c.Frozen.Config()
	currency, decimals := c.Frozen.Currency()
	switch {
	case scale.Method == rfm.NTile:
		return rfm.Bins{}, at("%s", rfm.ErrBatchOnly, rfm.NTile)
	case currency != c.Orders.Currency || decimals != c.Orders.Decimals:
		return rfm.Bins{}, at("of %q with %d decimals", rfm.ErrMismatch, currency, decimals)
	case scale.Money == rfm.MoneyMargin && !c.Orders.KeepCosts:
		return rfm.Bins{}, at("margin, and the orders keep no costs", rfm.ErrMismatch)
	}
	return c.Frozen.Bins(), nil
}

func (c Config) segments() rfm.SegmentsConfig {
	if len(c.Segments.Segments) == 0 && c.Segments.Bins == (rfm.Bins{}) {
		return rfm.Eleven()
	}
	return c.Segments
}

func (c Config) withDefaults() Config {
	c.Segments = c.segments()
	c.Shards = orDefault(c.Shards, DefaultShards)
	c.FlushRows = orDefault(c.FlushRows, DefaultFlushRows)
	c.Rounds = orDefault(c.Rounds, 2)
	return c
}

func orDefault(v, d int) int {
	if v == 0 {
		return d
	}
	return v
}
