package audience

import (
	"encoding/hex"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

// plainRoster is two arms without strata: the first m ordinals are treated, the
// next n held.
func plainRoster(m, n uint32) Roster {
	return Roster{"spring", []Enrolled{{"", First(m), First(m + n).Minus(First(m))}}}
}

func plainCampaign() Campaign {
	c := springCampaign()
	c.Strata = nil
	return c
}

func outcomes(t testing.TB, c Campaign, r Roster) *Outcomes {
	t.Helper()
	o, err := NewOutcomes(c, r)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func add(t testing.TB, o *Outcomes, rows ...Outcome) {
	t.Helper()
	for _, r := range rows {
		if err := o.Add(r); err != nil {
			t.Fatal(err)
		}
	}
}

func encoded(t testing.TB, o *Outcomes) string {
	t.Helper()
	data, err := o.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Parts merged in any order are one pass over all rows, to the bit.
func TestMergeIsOnePass(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	c := springCampaign()
	dir := town(t, 3000)
	roster := enrol(t, split(t, c), dir, Roster{}, map[string]Set{"active": First(3000), "vip": First(900), "new": First(1500)})
	for range 5 {
		var rows []Outcome
		for v := range uint32(3000) {
			if r.IntN(3) == 0 {
				rows = append(rows, Outcome{v, r.IntN(2) == 0, decimal.New(r.Int64N(1e6)-1e5, -2)})
			}
		}
		all := outcomes(t, c, roster)
		add(t, all, rows...)
		parts := []*Outcomes{outcomes(t, c, roster), outcomes(t, c, roster), outcomes(t, c, roster)}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		for _, row := range rows {
			add(t, parts[r.IntN(3)], row)
		}
		merged := outcomes(t, c, roster)
		for _, i := range r.Perm(3) {
			copied := outcomes(t, c, roster) // by way of its encoding
			if err := copied.UnmarshalBinary([]byte(encoded(t, parts[i]))); err != nil {
				t.Fatal(err)
			}
			if err := merged.Merge(copied); err != nil {
				t.Fatal(err)
			}
		}
		if encoded(t, merged) != encoded(t, all) {
			t.Fatal("merged parts are not one pass")
		}
		if a, b := merged.Report(), all.Report(); *a.Share.Interval != *b.Share.Interval || *a.Money.Interval != *b.Money.Interval {
			t.Fatal("reports differ")
		}
		merged.Reset()
		if encoded(t, merged) != encoded(t, outcomes(t, c, roster)) {
			t.Fatal("Reset")
		}
	}
}

func TestOutcomesRefused(t *testing.T) {
	o := outcomes(t, plainCampaign(), plainRoster(3, 3))
	add(t, o, Outcome{Ordinal: 1, Money: decimal.New(math.MaxInt64, -2)})
	before := encoded(t, o)
	for _, c := range []struct {
		row  Outcome
		want error
		at   string
	}{
		{Outcome{Ordinal: 6}, ErrStranger, "/ordinal"},
		{Outcome{Ordinal: 1}, ErrDuplicate, "/ordinal"},
		{Outcome{Ordinal: 2, Money: decimal.New(1, -3)}, ErrAmount, "/money"},
		{Outcome{Ordinal: 2, Money: decimal.New(1, 2e9)}, ErrOverflow, "/money"},
		{Outcome{Ordinal: 2, Money: decimal.New(1, -2)}, ErrOverflow, "/money"},
	} {
		err := o.Add(c.row)
		if got := pointers(err); !errors.Is(err, c.want) || !slices.Equal(got, []string{c.at}) {
			t.Errorf("%+v: %v at %v", c.row, err, got)
		}
	}
	if err := o.AddConverted(First(9)); !errors.Is(err, ErrDuplicate) {
		t.Error(err)
	}
	other := outcomes(t, plainCampaign(), plainRoster(3, 4))
	if err := o.Merge(other); !errors.Is(err, ErrMismatch) {
		t.Error(err)
	}
	if err := o.Merge(o); !errors.Is(err, ErrDuplicate) {
		t.Error(err)
	}
	big := outcomes(t, plainCampaign(), plainRoster(3, 3))
	add(t, big, Outcome{Ordinal: 2, Money: decimal.New(math.MaxInt64, -2)})
	if err := o.Merge(big); !errors.Is(err, ErrOverflow) {
		t.Error(err)
	}
	if encoded(t, o) != before {
		t.Error("an error changed something")
	}
	// A set may hold strangers.
	o.Reset()
	if err := o.AddConverted(Of(2, 3, 99)); err != nil {
		t.Error(err)
	}
	if e := o.Report().Effect; e.Treated.Converted != 1 || e.Held.Converted != 1 {
		t.Errorf("%+v", e)
	}
}

// What was once written is read for ever.
func TestGoldenOutcomes(t *testing.T) {
	o := outcomes(t, plainCampaign(), plainRoster(3, 3))
	add(t, o, Outcome{0, true, decimal.New(1999, -2)}, Outcome{4, false, decimal.New(-5, 0)})
	const want = "01" + "06737072696e67" + "02" + "15" + "013a300000010000000000010010000000" + "00000400" +
		"01" + "01" + "9e1f" + "0000000000000000" + "00000000003cf961" + "00" + "01" + "e707" + "0000000000000000" + "000000000003d090"
	if got := hex.EncodeToString([]byte(encoded(t, o))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	data, err := hex.DecodeString(want)
	if err != nil {
		t.Fatal(err)
	}
	back := outcomes(t, plainCampaign(), plainRoster(3, 3))
	if err := back.UnmarshalBinary(data); err != nil || encoded(t, back) != string(data) {
		t.Error(err)
	}
	for i := range data {
		for _, v := range []byte{0, 1, 2, 0x7f, 0x80, 0xff, data[i] + 1} {
			checkOutcomes(t, append(append(slices.Clone(data[:i]), v), data[i+1:]...))
		}
		checkOutcomes(t, data[:i])
	}
	checkOutcomes(t, append(slices.Clone(data), 0))

	// Of another campaign, and of another roster.
	c := plainCampaign()
	c.ID = "summer"
	r := plainRoster(3, 3)
	r.Campaign = "summer"
	if err := outcomes(t, c, r).UnmarshalBinary(data); !errors.Is(err, ErrMismatch) {
		t.Error(err)
	}
	if err := outcomes(t, plainCampaign(), plainRoster(4, 4)).UnmarshalBinary(data); err != nil {
		t.Error(err) // everybody in it is in this roster too
	}
	if err := outcomes(t, plainCampaign(), plainRoster(2, 2)).UnmarshalBinary(data); !errors.Is(err, ErrMismatch) {
		t.Error(err)
	}
}

// checkOutcomes checks that data is refused, or is what it is written as.
func checkOutcomes(t *testing.T, data []byte) {
	t.Helper()
	o := outcomes(t, plainCampaign(), plainRoster(3, 3))
	empty := encoded(t, o)
	if err := o.UnmarshalBinary(data); err != nil {
		if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrMismatch) || encoded(t, o) != empty {
			t.Fatalf("%x: %v", data, err)
		}
		return
	}
	if again := encoded(t, o); again != string(data) {
		t.Fatalf("%x is written as %x", data, again)
	}
	o.Report()
}
