package rfmbeam

import (
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
)

// A runner gives up a bundle halfway and begins it again on the same worker, and
// may hand over the very elements of before: neither state nor elements may differ.
func TestBundleBeginsAgain(t *testing.T) {
	at := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC).UnixMicro()
	orders := rfm.Config{Currency: "CNY", Decimals: 2}
	chunk := Chunk[int32]{Source: "s", Rows: rfm.Batch[int32]{Customer: []int32{1, 2, 1}, At: []int64{at, at, at + 1}, Amount: []int64{5, 6, 7}, Order: []string{"a", "b", "c"}}}
	before, err := encodeElement(chunk)
	if err != nil {
		t.Fatal(err)
	}
	fold := &foldFn[int32]{shardWork: shardWork{Orders: orders, Shards: 1, FlushRows: 100}}
	if err := fold.Setup(); err != nil {
		t.Fatal(err)
	}
	var tables [][]byte
	emit := func(_ int64, table []byte) { tables = append(tables, table) }
	refuse := func(r Refusal) { t.Errorf("refused %+v", r) }
	for range 3 { // the first two bundles end before their time
		fold.StartBundle(emit, refuse)
		if err := fold.ProcessElement(chunk, emit, refuse); err != nil {
			t.Fatal(err)
		}
	}
	if err := fold.FinishBundle(emit, refuse); err != nil {
		t.Fatal(err)
	}
	if after, err := encodeElement(chunk); err != nil || string(after) != string(before) {
		t.Errorf("the chunk was changed: %v", err)
	}
	once, err := rfm.NewAggregator(guanxi.IntKey[int32](), orders)
	if err != nil {
		t.Fatal(err)
	}
	if err := once.AddBatch(chunk.Rows); err != nil {
		t.Fatal(err)
	}
	want, err := once.MarshalBinary()
	if err != nil || len(tables) != 1 || string(tables[0]) != string(want) {
		t.Fatalf("%d tables, not the one of a single bundle: %v", len(tables), err)
	}

	pop, err := once.Population(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	people, err := pop.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	count := &countFn[int32]{fitWork: fitWork{Orders: orders, Rounds: 2}}
	var counts []*rfm.Fitter
	for range 3 {
		count.StartBundle(nil)
		if err := count.ProcessElement(0, people, nil); err != nil {
			t.Fatal(err)
		}
	}
	count.FinishBundle(func(_ int64, f *rfm.Fitter) { counts = append(counts, f) })
	// The same counts are merged twice, as after a retry, and stay as they were.
	scales := map[string]bool{}
	for range 2 {
		i := 0
		f, err := merged(func(f **rfm.Fitter) bool {
			if i == len(counts) {
				return false
			}
			*f = counts[i]
			i++
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
		data, err := encodeFitter(f)
		if err != nil {
			t.Fatal(err)
		}
		scales[string(data)] = true
	}
	if round, _ := counts[0].Round(); len(counts) != 1 || len(scales) != 1 || round != 1 {
		t.Errorf("%d counts, %d searches, the counts in round %d", len(counts), len(scales), round)
	}
}
