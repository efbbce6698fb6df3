package rfm_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/samber/lo"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

func TestTotalsNeedOrders(t *testing.T) {
	_, err := rfm.NewAggregator(guanxi.IntKey[int64](), rfm.Config{Keep: rfm.Totals, Per: rfm.PerDay})
	wantFaults(t, err, rfm.ErrNeedsOrders, "/per")
	a := newAgg(t, cny(rfm.Totals))
	_, err = a.PopulationSince(day(2025, 7, 1), asOf)
	require.ErrorIs(t, err, rfm.ErrNeedsOrders)
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("5")}))
	for _, at := range []time.Time{noon, noon.Add(-1), day(2020, 1, 1)} { // exclusive
		_, err = a.Population(at)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders)
	}
	mustPopulation(t, a, noon.Add(time.Microsecond))
	// Rows that are no purchases are folded away like the others.
	for name, late := range map[string]func(*rfm.Aggregator[int64]) error{
		"refund": func(a *rfm.Aggregator[int64]) error {
			return a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf, Amount: dec("-5")})
		},
		"zero":    func(a *rfm.Aggregator[int64]) error { return a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf}) },
		"contact": func(a *rfm.Aggregator[int64]) error { return a.AddContact(1, asOf) },
		"summary": func(a *rfm.Aggregator[int64]) error {
			return a.AddSummary(rfm.Summary[int64]{Customer: 2, Last: asOf, Count: 1})
		},
		"merge": func(a *rfm.Aggregator[int64]) error {
			b := newAgg(t, a.Config())
			require.NoError(t, b.Add(rfm.Purchase[int64]{Customer: 2, At: asOf}))
			return a.Merge(b)
		},
	} {
		cfg := cny(rfm.Totals)
		cfg.Recency, cfg.Zero = rfm.FromContacts, rfm.ZeroSkips
		a := newAgg(t, cfg)
		require.NoError(t, late(a), name)
		_, err := a.Population(asOf)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders, name)
		mustPopulation(t, a, asOf.Add(time.Microsecond))
		again := newAgg(t, cfg)
		require.NoError(t, again.UnmarshalBinary(mustBytes(t, a)))
		_, err = again.Population(asOf)
		require.ErrorIs(t, err, rfm.ErrNeedsOrders, name)
	}
	// And summaries have no orders.
	require.ErrorIs(t, newAgg(t, cny(rfm.Orders)).AddSummary(rfm.Summary[int64]{Customer: 1, Last: noon, Count: 1}), rfm.ErrNeedsOrders)
}

func TestSummaries(t *testing.T) {
	cfg := cny(rfm.Totals)
	cfg.KeepCosts = true
	a := newAgg(t, cfg)
	good := rfm.Summary[int64]{Customer: 3, Last: noon, Count: 2, Sum: dec("10.50"), Cost: dec("4")}
	require.NoError(t, a.AddSummary(good))
	before := mustBytes(t, a)
	for _, c := range []struct {
		change func(*rfm.Summary[int64])
		err    error
		field  string
	}{
		{func(s *rfm.Summary[int64]) { s.Customer = 0 }, rfm.ErrCustomer, "/customer"},
		{func(s *rfm.Summary[int64]) { s.Count = -1 }, rfm.ErrOverflow, "/count"},
		{func(s *rfm.Summary[int64]) { s.Count = math.MaxInt32 + 1 }, rfm.ErrOverflow, "/count"},
		{func(s *rfm.Summary[int64]) { s.Count = math.MaxInt32 - 1 }, rfm.ErrOverflow, "/count"}, // with the 2 there are
		{func(s *rfm.Summary[int64]) { s.Last = time.Time{} }, rfm.ErrTime, "/last"},
		{func(s *rfm.Summary[int64]) { s.Sum = dec("0.001") }, rfm.ErrDecimals, "/sum"},
		{func(s *rfm.Summary[int64]) { s.Sum = huge }, rfm.ErrOverflow, "/sum"},
		{func(s *rfm.Summary[int64]) { s.Sum = maxRow }, rfm.ErrOverflow, "/sum"}, // with the 10.50
		{func(s *rfm.Summary[int64]) { s.Cost = huge }, rfm.ErrOverflow, "/cost"},
		{func(s *rfm.Summary[int64]) { s.Cost = maxRow }, rfm.ErrOverflow, "/cost"},
	} {
		s := good
		c.change(&s)
		wantFaults(t, a.AddSummary(s), c.err, c.field)
	}
	require.Equal(t, before, mustBytes(t, a))
	require.NoError(t, a.AddSummary(rfm.Summary[int64]{Customer: 4}))
	require.NoError(t, a.AddSummary(rfm.Summary[int64]{Customer: 3, Last: noon.AddDate(0, -1, 0), Count: 1, Sum: dec("-0.50")}))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, rfm.Values{Recency: 30, Frequency: 3, Monetary: 1000}, p.Values(0))
	require.Equal(t, rfm.Values{Prospect: true}, p.Values(1))
	m, ok := p.Margin(0)
	require.Equal(t, int64(600), m)
	require.True(t, ok)
	// A summary of the rows is the rows.
	b := newAgg(t, cfg)
	require.NoError(t, b.AddAll([]rfm.Purchase[int64]{
		{Customer: 3, At: noon, Amount: dec("10"), Cost: dec("4")}, {Customer: 3, At: noon.AddDate(0, -1, 0), Amount: dec("0.50")},
		{Customer: 3, At: noon.AddDate(0, -1, 0), Amount: dec("0.25")}, {Customer: 3, At: noon.AddDate(0, -2, 0), Amount: dec("-0.75")}}))
	require.NoError(t, b.AddMember(4))
	require.Equal(t, mustBytes(t, b), mustBytes(t, a))
}

// A member may be known before what is added or merged for him, with costs too.
func TestMemberThenMore(t *testing.T) {
	for _, w := range []int{1, 3} {
		cfg := cny(rfm.Totals)
		cfg.KeepCosts, cfg.Workers = true, w
		s := rfm.Summary[int64]{Customer: 3, Last: noon, Count: 2, Sum: dec("10.50"), Cost: dec("4")}
		want := newAgg(t, cfg)
		require.NoError(t, want.AddSummary(s))
		for name, add := range map[string]func(*rfm.Aggregator[int64]) error{
			"summary": func(a *rfm.Aggregator[int64]) error { return a.AddSummary(s) },
			"merge":   func(a *rfm.Aggregator[int64]) error { return a.Merge(want) },
			"merge a member": func(a *rfm.Aggregator[int64]) error {
				b := newAgg(t, cfg)
				return errors.Join(b.AddMember(3), b.Merge(want), a.Merge(b))
			},
		} {
			a := newAgg(t, cfg)
			require.NoError(t, a.AddMember(3))
			func() {
				defer func() {
					if r := recover(); r != nil {
						t.Errorf("%s, %d workers: %v", name, w, r)
					}
				}()
				require.NoError(t, add(a))
				require.Equal(t, mustBytes(t, want), mustBytes(t, a), name)
			}()
		}
	}
}

func TestMembersAndContacts(t *testing.T) {
	for _, keep := range []rfm.Keep{rfm.Orders, rfm.Totals} {
		a := newAgg(t, cny(keep))
		wantFaults(t, a.AddMember(0), rfm.ErrCustomer, "/customer")
		require.ErrorIs(t, a.AddContact(1, noon), rfm.ErrOption)
		require.Zero(t, a.Len())
		cfg := cny(keep)
		cfg.Recency = rfm.FromContacts
		a = newAgg(t, cfg)
		wantFaults(t, a.AddContact(0, noon), rfm.ErrCustomer, "/customer")
		wantFaults(t, a.AddContact(1, time.Time{}), rfm.ErrTime, "/at")
		require.Zero(t, a.Len())
		require.NoError(t, a.AddContact(1, noon))
		require.NoError(t, a.AddContact(2, noon))
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 2, At: noon.AddDate(0, 0, -3), Amount: dec("1")}))
		require.NoError(t, a.AddMember(3))
		p := mustPopulation(t, a, asOf)
		require.Equal(t, []rfm.Values{{Recency: 30, Prospect: true}, {Recency: 30, Frequency: 1, Monetary: 100}, {Prospect: true}},
			lo.Map(lo.Range(3), func(i, _ int) rfm.Values { return p.Values(i) }))
		scored := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
		c, ok := scored.Find(1)
		require.True(t, ok)
		require.Equal(t, "prospects", c.Segment)
		require.True(t, c.Score.Prospect())
		require.Equal(t, "000", c.Score.String())
		seg, _ := scored.Segments().Of(c.Score)
		require.Equal(t, "潜在客户", seg.Label(guanxi.ZH))
	}
}

func TestOverflow(t *testing.T) {
	row := func(c int64, amount decimal.Decimal) rfm.Purchase[int64] {
		return rfm.Purchase[int64]{Customer: c, At: noon, Amount: amount}
	}
	// Totals refuses the row.
	a := newAgg(t, cny(rfm.Totals))
	require.NoError(t, a.Add(row(1, maxRow)))
	before := mustBytes(t, a)
	wantFaults(t, a.Add(row(1, dec("0.01"))), rfm.ErrOverflow, "/amount")
	wantFaults(t, a.AddAll([]rfm.Purchase[int64]{row(2, dec("1")), row(1, maxRow)}), rfm.ErrOverflow, "/1/amount")
	// Merge leaves both as they were.
	b := newAgg(t, cny(rfm.Totals))
	require.NoError(t, b.AddAll([]rfm.Purchase[int64]{row(2, dec("1")), row(1, dec("0.01")), row(9, dec("1"))}))
	after := mustBytes(t, a)
	require.ErrorIs(t, a.Merge(b), rfm.ErrOverflow)
	require.Equal(t, after, mustBytes(t, a))
	require.NotEqual(t, before, after)
	// The sum over customers has room.
	require.NoError(t, a.Add(row(3, maxRow)))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, "184467440737095517.14", p.Revenue().String())
	s := mustScoreAll(t, p, mustFit(t, p, rfm.ScaleConfig{}), rfm.MustSegments(rfm.Eleven()))
	require.Equal(t, "184467440737095517.14", s.Table().Revenue.String())
	// Margins are checked where they are taken.
	cfg := cny(rfm.Totals)
	cfg.KeepCosts = true
	a = newAgg(t, cfg)
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: maxRow, Cost: dec("-1")}))
	_, err := a.Population(asOf)
	require.ErrorIs(t, err, rfm.ErrOverflow)
	// Orders keeps the rows and says so at scoring, for an asOf at which it matters.
	a = newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(row(1, maxRow)))
	late := row(1, dec("0.01"))
	late.At = asOf
	require.NoError(t, a.Add(late))
	mustPopulation(t, a, asOf)
	_, err = a.Population(asOf.Add(time.Hour))
	require.ErrorIs(t, err, rfm.ErrOverflow)
}

// A sum that fits fits in any order of its parts.
func TestOverflowDoesNotDependOnOrder(t *testing.T) {
	rows := []rfm.Purchase[int64]{
		{Customer: 1, At: noon, Amount: maxRow},
		{Customer: 1, At: noon, Amount: dec("0.01"), Order: "B"},
		{Customer: 1, At: noon.Add(time.Hour), Amount: dec("-5")},
	}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 2, 0}} {
		a := newAgg(t, cny(rfm.Orders))
		for _, i := range order {
			require.NoError(t, a.Add(rows[i]))
		}
		p, err := a.Population(asOf)
		if err != nil {
			t.Errorf("in the order %v: %v", order, err)
			continue
		}
		require.True(t, p.Revenue().Equal(maxRow.Sub(dec("4.99"))))
	}
}

func TestPopulationAt(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	for _, at := range []time.Time{{}, day(0, 1, 1), day(10000, 1, 1)} {
		_, err := a.Population(at)
		wantFaults(t, err, rfm.ErrTime, "/as_of")
	}
	for _, from := range []time.Time{asOf, asOf.Add(1)} {
		_, err := a.PopulationSince(from, asOf)
		wantFaults(t, err, rfm.ErrTime, "/from")
	}
	// The edge, and what lies behind it.
	for i, at := range []time.Time{asOf.Add(-time.Microsecond), asOf, asOf.Add(time.Hour)} {
		require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: int64(i + 1), At: at, Amount: dec("1")}))
	}
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: asOf, Amount: dec("-1")}))
	p := mustPopulation(t, a, asOf)
	require.Equal(t, rfm.Values{Recency: 1, Frequency: 1, Monetary: 100}, p.Values(0))
	require.Equal(t, 3, p.Notes().After)
	require.Equal(t, 1, p.Len(), "the others were not known yet")
	require.Equal(t, 3, a.Len())
	require.EqualValues(t, 1, p.Purchases())
	require.True(t, p.AsOf().Equal(asOf))
	_, ok := p.Find(4)
	require.False(t, ok)
	_, ok = p.Margin(0)
	require.False(t, ok)
}

// A refund that comes before its purchase waits for it, by its own time too.
func TestRefundBeforeItsPurchase(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("-3"), Order: "A"}))
	p := mustPopulation(t, a, asOf)
	require.Len(t, p.Notes().Pending, 1)
	require.True(t, p.Revenue().IsZero())
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon.Add(48 * time.Hour), Amount: dec("3"), Order: "A"}))
	p = mustPopulation(t, a, asOf)
	require.Empty(t, p.Notes().Pending)
	require.Equal(t, 1, p.Notes().Undone)
	require.True(t, p.Values(0).Prospect)
	// Between the two it is pending, and no money is lost sight of.
	p = mustPopulation(t, a, noon.Add(time.Hour))
	if n := p.Notes(); len(n.Pending) != 1 || n.After != 1 {
		t.Errorf("as of between refund and purchase: %+v, want one pending refund and one row after", n)
	}
}

func TestRefundNotes(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	for _, c := range []struct {
		name   string
		rows   []rfm.Purchase[int64]
		policy rfm.RefundPolicy
		want   rfm.Values
		undone int
		over   int
	}{
		{"part", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-4")}}, "", rfm.Values{Frequency: 1, Monetary: 600}, 0, 0},
		{"whole in two parts", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-4")}, {Order: "A", Amount: dec("-6")}}, "", rfm.Values{Prospect: true}, 1, 0},
		{"over", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-11")}}, "", rfm.Values{Prospect: true, Monetary: -100}, 1, 1},
		{"over a free order", []rfm.Purchase[int64]{{Order: "A"}, {Order: "A", Amount: dec("-1")}}, "", rfm.Values{Prospect: true, Monetary: -100}, 1, 1},
		{"whole, but it happened", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-10")}}, rfm.RefundSubtract, rfm.Values{Frequency: 1}, 0, 0},
		{"over, but it happened", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Order: "A", Amount: dec("-11")}}, rfm.RefundSubtract, rfm.Values{Frequency: 1, Monetary: -100}, 0, 1},
		{"unnamed", []rfm.Purchase[int64]{{Order: "A", Amount: dec("10")}, {Amount: dec("-10")}}, "", rfm.Values{Frequency: 1}, 0, 0},
	} {
		cfg := cny(rfm.Orders)
		cfg.Refunds = c.policy
		a := newAgg(t, cfg)
		for i, r := range c.rows {
			r.Customer, r.At = 1, at(i)
			require.NoError(t, a.Add(r))
		}
		p := mustPopulation(t, a, at(100))
		if v := p.Values(0); v.Frequency != c.want.Frequency || v.Monetary != c.want.Monetary || v.Prospect != c.want.Prospect {
			t.Errorf("%s: %+v, want %+v", c.name, v, c.want)
		}
		if n := p.Notes(); n.Undone != c.undone || n.OverRefunded != c.over {
			t.Errorf("%s: %+v, want %d undone, %d over", c.name, n, c.undone, c.over)
		}
	}
}

// asOf is exclusive to the nanosecond, or to the microsecond times are kept to.
func TestAsOfBetweenMicroseconds(t *testing.T) {
	a := newAgg(t, cny(rfm.Orders))
	require.NoError(t, a.Add(rfm.Purchase[int64]{Customer: 1, At: noon, Amount: dec("1")}))
	if n := mustPopulation(t, a, noon.Add(500)).Len(); n != 1 {
		t.Errorf("a purchase half a microsecond before asOf is left out")
	}
	if n := mustPopulation(t, a, noon).Len(); n != 0 {
		t.Errorf("asOf is not exclusive")
	}
}
