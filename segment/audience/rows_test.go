package audience

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/segment"
)

// Rows of a batch become sets by words where they lie in the order of ordinals,
// and by a list where they do not; who was removed since is taken out.
func TestRowsOfBatch(t *testing.T) {
	rich := shopRule(t, shopSpend.AtLeast(decimal.New(100, 0)), noon)
	dir := town(t, 300)
	rows := make([]shopper, 300)
	ordinals := make([]uint32, len(rows)) // backwards
	var want Builder
	for i := range rows {
		rows[i].Fen = int64(i) * 100
		ordinals[i] = uint32(len(rows) - 1 - i)
		if i >= 100 {
			want.Add(ordinals[i])
		}
	}
	batch, err := segment.NewBatch(rich)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := segment.NewColumns(shopSchema, rich)
	if err != nil {
		t.Fatal(err)
	}
	columns.AddRows(rows)
	var found segment.Selection
	if err := batch.Eval(&found, columns, 1); err != nil {
		t.Fatal(err)
	}
	byWords, err := FromWords(found.AppendWords(nil, 0))
	if err != nil || !byWords.Equal(First(300).Minus(First(100))) {
		t.Error(byWords, err)
	}
	byRows, err := FromRows(found.All(0), ordinals)
	if err != nil || !byRows.Equal(want.Set()) {
		t.Error(byRows, err)
	}
	if mapped := byWords.Map(func(row uint32) uint32 { return ordinals[row] }); !mapped.Equal(byRows) {
		t.Error(mapped)
	}
	if err := dir.Remove(background, []string{"C-7"}); err != nil {
		t.Fatal(err)
	}
	live, err := dir.Live(background)
	if err != nil || byRows.And(live).Count() != byRows.Count()-1 {
		t.Error(live, err)
	}
}

func TestFromRowsRefused(t *testing.T) {
	_, err := FromRows(slices.Values([]int{0, -1, 2, 1, 0}), []uint32{5, NoOrdinal})
	if got := pointers(err); !errors.Is(err, ErrRow) || !errors.Is(err, ErrOrdinal) || !slices.Equal(got, []string{"/1", "/2", "/3"}) {
		t.Error(got, err)
	}
	if s, err := FromRows(slices.Values([]int{1, 0, 1}), []uint32{9, 2}); err != nil || !s.Equal(Of(2, 9)) {
		t.Error(s, err)
	}
	endless := iter.Seq[int](func(yield func(int) bool) {
		for yield(0) {
		}
	})
	if got := pointers(failed(FromRows(endless, nil))); len(got) != maxFaults {
		t.Error(len(got), "faults")
	}
}

// Nobody has NoOrdinal, and no way leads into a set.
func TestNobody(t *testing.T) {
	var b Builder
	if b.Add(NoOrdinal) || !b.Add(1) || b.Add(1) {
		t.Error("Add")
	}
	words := make([]uint64, 2)
	words[1] = 1 << 63
	if err := b.AddWords(1<<32-128, words); !errors.Is(err, ErrOrdinal) {
		t.Error(err)
	}
	if s := b.Set(); !s.Equal(Of(NoOrdinal, 1)) || s.Has(NoOrdinal) || s.Count() != 1 {
		t.Error(s)
	}
	if !Of(NoOrdinal).IsEmpty() || !Of(3).Map(func(uint32) uint32 { return NoOrdinal }).IsEmpty() {
		t.Error("nobody is somebody")
	}
	data, err := Of(NoOrdinal - 1).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-2]++ // the lower 16 bits of the one ordinal
	if err := new(Set).UnmarshalBinary(data); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

// A host with a Live: the batch answers, sets are made, Diff says who, and the
// causes are those that Live told.
func TestCausesOfLive(t *testing.T) {
	recent := shopRule(t, shopLast.Within(segment.LastDays(10)), noon)
	rich := shopRule(t, shopSpend.AtLeast(decimal.New(100, 0)), noon)
	batch, err := segment.NewBatch(recent, rich)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := segment.NewColumns(shopSchema, recent, rich)
	if err != nil {
		t.Fatal(err)
	}
	rows := []shopper{{Last: noon.AddDate(0, 0, -9)}, {Last: noon.AddDate(0, 0, -30), Fen: 20_000}, {Last: noon.AddDate(0, 0, -1)}}
	ordinals := []uint32{40, 7, 900, 3}
	columns.AddRows(rows)
	customer := func(row int) *shopper { return &rows[row] }
	live, err := segment.NewLive(batch, columns)
	if err != nil {
		t.Fatal(err)
	}
	set := func(rule int) Set {
		s, err := FromRows(live.All(rule), ordinals)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	v1, err := Version{Segment: "recent"}.Next(recent.ID(), set(0), noon)
	if err != nil {
		t.Fatal(err)
	}
	var told []segment.Change
	later := noon.AddDate(0, 0, 2)
	told, err = live.Advance(told, segment.At{Now: later}, customer)
	if err != nil {
		t.Fatal(err)
	}
	rows[1].Last = later
	told, err = live.Update(told, 1, &rows[1], "last")
	if err != nil {
		t.Fatal(err)
	}
	rows = append(rows, shopper{Last: later})
	if told, err = live.Put(told, 3, &rows[3]); err != nil {
		t.Fatal(err)
	}
	if told, err = live.Remove(told, 2); err != nil {
		t.Fatal(err)
	}
	v2, err := v1.Next(recent.ID(), set(0), later)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Diff(v1, v2)
	if err != nil {
		t.Fatal(err)
	}
	why, err := Causes(told, 0, ordinals)
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint32]Cause{}
	for e := range d.Events(why) {
		got[e.Ordinal] = e.Cause
	}
	want := map[uint32]Cause{40: ByTime, 7: ByAttribute, 900: ByRemoval, 3: ByArrival}
	for o, c := range want {
		if got[o] != c {
			t.Errorf("%d: %s, want %s", o, got[o], c)
		}
	}
	if len(got) != len(want) || why(41, true) != Unclear || why(40, true) != Unclear {
		t.Error(got)
	}
	same, err := Causes([]segment.Change{{Row: 5, Entered: true, Cause: ByRule}, {Row: 5}, {Row: 5, Entered: true, Cause: ByTime}}, 0, nil)
	if err != nil || same(5, true) != ByTime {
		t.Error(err)
	}
	_, err = Causes([]segment.Change{{Row: 4}, {Rule: 1, Row: 9}, {Row: -1}}, 0, ordinals)
	if got := pointers(err); !errors.Is(err, ErrRow) || !slices.Equal(got, []string{"/0/row", "/2/row"}) {
		t.Error(got, err)
	}
	if _, err := Causes([]segment.Change{{Row: -1}}, 0, nil); !errors.Is(err, ErrRow) {
		t.Error(err)
	}
}

// A table as long as there may be, of rules that are not alike and of many parts,
// is compiled in no time, though each row is compared with all before it.
func TestLongTable(t *testing.T) {
	cfg := TreatmentConfig{Version: 1}
	for i := range maxRows {
		id := strconv.Itoa(i)
		cfg.Rows = append(cfg.Rows, TreatmentRow{ID: id, Segment: id, Treatment: Treatment{Offer: id}})
	}
	resolve := func(id string) (segment.Expr[shopper], error) {
		n, _ := strconv.Atoi(id)
		var any []segment.Expr[shopper]
		for k := range 12 {
			v := int64(n*12 + k)
			any = append(any, segment.All(shopCountry.In("CN", "SG", "C"+strconv.Itoa(n+k)), shopSpend.Between(decimal.New(v, 0), decimal.New(v+1, 0))))
		}
		return segment.Any(any...), nil
	}
	began := time.Now()
	if _, err := NewTreatments(cfg, shopSchema, segment.At{Now: noon}, resolve); err != nil {
		t.Error(slices.Collect(guanxi.Faults(err))[0], err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Error(took)
	}
}
