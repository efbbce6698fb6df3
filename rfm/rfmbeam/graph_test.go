package rfmbeam_test

import (
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/graph"
	"github.com/guanxi-go/guanxi/rfm/clv"
	"github.com/guanxi-go/guanxi/rfm/rfmbeam"
)

// NoSideInputs leaves none, whatever else is set.
func TestNoSideInputs(t *testing.T) {
	for _, own := range []bool{false, true} {
		for _, none := range []bool{false, true} {
			cfg := sound()
			cfg.OwnReferences, cfg.NoSideInputs, cfg.Rounds = own, none, 3
			r := newRun()
			res, err := rfmbeam.Segment[int64](r.s, cfg, chunks[int64](r, nil, true))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rfmbeam.CLVRows[int64](r.s, cfg, rfmbeam.RowsConfig{Rows: clv.RowConfig{Unit: clv.Week}}, res.Shards); err != nil {
				t.Fatal(err)
			}
			edges, _, err := r.p.Build()
			if err != nil {
				t.Fatal(err)
			}
			sides := 0
			for _, e := range edges {
				for _, in := range e.Input {
					if in.Kind != graph.Main {
						sides++
					}
				}
			}
			if (sides == 0) != none {
				t.Errorf("no_side_inputs %v: %d side inputs", none, sides)
			}
		}
	}
}
