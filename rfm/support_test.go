package rfm_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

// event is one row of a test log.
type event struct {
	kind   byte // 'p' purchase or refund, 'c' contact, 'm' member
	cust   int64
	at     int64 // UTC microseconds
	amount int64 // minor units
	cost   int64
	ref    string
}

func (e event) time() time.Time { return time.UnixMicro(e.at).UTC() }

func (e event) purchase(decimals int) rfm.Purchase[int64] {
	return rfm.Purchase[int64]{Customer: e.cust, At: e.time(), Order: e.ref,
		Amount: decimal.New(e.amount, int32(-decimals)), Cost: decimal.New(e.cost, int32(-decimals))}
}

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("time zone database: %v", err)
	}
	return loc
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func newAgg(t testing.TB, cfg rfm.Config) *rfm.Aggregator[int64] {
	t.Helper()
	a, err := rfm.NewAggregator(guanxi.IntKey[int64](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func mustPopulation[K comparable](t testing.TB, a *rfm.Aggregator[K], asOf time.Time) *rfm.Population[K] {
	t.Helper()
	p, err := a.Population(asOf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustFit[K comparable](t testing.TB, p *rfm.Population[K], cfg rfm.ScaleConfig) *rfm.Scale {
	t.Helper()
	s, err := rfm.Fit(p, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustScores[K comparable](t testing.TB, s *rfm.Scale, p *rfm.Population[K]) []rfm.Score {
	t.Helper()
	scores, err := rfm.AppendScores(nil, p, s)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

func mustScoreAll[K comparable](t testing.TB, p *rfm.Population[K], s *rfm.Scale, g *rfm.Segments) *rfm.Scored[K] {
	t.Helper()
	scored, err := rfm.ScoreAll(p, s, g)
	if err != nil {
		t.Fatal(err)
	}
	return scored
}

func mustBytes[K comparable](t testing.TB, a *rfm.Aggregator[K]) []byte {
	t.Helper()
	b, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// customersOf builds a population whose customers 1, 2, … have the given days
// since the last order, numbers of orders and totals in minor units.
func customersOf(t testing.TB, cfg rfm.Config, rows []rfm.Values) *rfm.Population[int64] {
	t.Helper()
	cfg.Keep = rfm.Totals
	a := newAgg(t, cfg)
	asOf := day(2026, 7, 1)
	for i, v := range rows {
		s := rfm.Summary[int64]{Customer: int64(i + 1), Count: v.Frequency, Sum: decimal.New(v.Monetary, int32(-cfg.Decimals))}
		if v.Frequency > 0 {
			s.Last = asOf.Add(-time.Duration(v.Recency) * 24 * time.Hour)
		}
		if err := a.AddSummary(s); err != nil {
			t.Fatal(err)
		}
	}
	// asOf is exclusive, and recency 0 means the day of asOf itself.
	return mustPopulation(t, a, asOf.Add(23*time.Hour))
}

// logShape says what makeLog puts into a log.
type logShape struct {
	rows, customers int
	from, to        time.Time // of most rows
	loc             *time.Location
	refs            bool // order references, named refunds, duplicates
	refunds         bool
	contacts        bool
	costs           bool
	after           bool // some rows at or after to
}

// makeLog is a random log rich in ties, midnights, repeated references and
// refunds that come early, twice, to the wrong customer or for no order.
func makeLog(rng *rand.Rand, s logShape) []event {
	var log []event
	lo, hi := s.from.UnixMicro(), s.to.UnixMicro()
	when := func() int64 {
		us := lo + rng.Int64N(hi-lo)
		switch rng.IntN(6) {
		case 0: // around a local midnight
			t := time.UnixMicro(us).In(s.loc)
			us = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, s.loc).UnixMicro() + int64(rng.IntN(3)-1)
		case 1:
			if len(log) > 0 {
				us = log[rng.IntN(len(log))].at
			}
		case 2:
			if s.after {
				us = hi + int64(rng.IntN(3)-1)*[]int64{1, 3600_000000, 40 * 86400_000000}[rng.IntN(3)]
			}
		}
		if !s.after {
			us = min(max(us, lo), hi-1)
		}
		return us
	}
	amounts := []int64{0, 1, 500, 500, 999, 1000, 12345}
	for range s.rows {
		e := event{kind: 'p', cust: int64(rng.IntN(s.customers) + 1), at: when(), amount: amounts[rng.IntN(len(amounts))]}
		if rng.IntN(3) == 0 {
			e.amount = rng.Int64N(20000)
		}
		if rng.IntN(30) == 0 {
			e.cust = -e.cust // negative keys sort before
		}
		if s.costs {
			e.cost = rng.Int64N(800) - 100
		}
		switch k := rng.IntN(20); {
		case k == 0:
			e = event{kind: 'm', cust: e.cust}
		case k < 3 && s.contacts:
			e = event{kind: 'c', cust: e.cust, at: e.at}
		case k < 8 && s.refunds && len(log) > 0:
			o := log[rng.IntN(len(log))]
			e.amount = -1 - rng.Int64N(3000)
			if o.kind == 'p' && o.amount > 0 && rng.IntN(8) > 0 {
				e.cust, e.ref = o.cust, o.ref
				e.amount = -max(1, []int64{o.amount, o.amount, o.amount / 2, o.amount / 3, o.amount + 7}[rng.IntN(5)])
				if rng.IntN(3) > 0 {
					e.at = max(o.at, e.at)
				}
			}
			if s.refs && rng.IntN(10) == 0 {
				e.ref = fmt.Sprintf("o%d", rng.IntN(s.rows*2))
			}
		case s.refs && k < 17:
			e.ref = fmt.Sprintf("o%d", rng.IntN(s.rows*2))
		}
		if !s.refs {
			e.ref = ""
		}
		if !s.after && e.kind != 'm' {
			e.at = min(e.at, hi-1)
		}
		log = append(log, e)
		if rng.IntN(25) == 0 {
			log = append(log, e) // the same row twice
		}
	}
	return log
}

// feed adds events to a by a random mixture of Add, AddAll, AddSeq and AddBatch
// and returns how many were refused; other refusals than those in may are errors.
func feed(t testing.TB, a *rfm.Aggregator[int64], events []event, rng *rand.Rand, may ...error) (refused int) {
	t.Helper()
	cfg := a.Config()
	check := func(err error) {
		t.Helper()
		if err == nil {
			return
		}
		n := 0
		for f := range guanxi.Faults(err) {
			if !slices.ContainsFunc(may, func(e error) bool { return errors.Is(f.Err, e) }) {
				t.Fatalf("refused: %v", err)
			}
			n++
		}
		if be := (*guanxi.BatchError)(nil); errors.As(err, &be) {
			if n = be.Refused; n == 0 {
				t.Fatalf("empty BatchError")
			}
		}
		refused += n
	}
	for len(events) > 0 {
		n := min(len(events), 1+rng.IntN(40))
		run := events[:n]
		events = events[n:]
		var rows []event
		for _, e := range run {
			switch e.kind {
			case 'm':
				check(a.AddMember(e.cust))
			case 'c':
				check(a.AddContact(e.cust, e.time()))
			default:
				rows = append(rows, e)
			}
		}
		switch rng.IntN(4) {
		case 0:
			for _, e := range rows {
				check(a.Add(e.purchase(cfg.Decimals)))
			}
		case 1:
			var all []rfm.Purchase[int64]
			for _, e := range rows {
				all = append(all, e.purchase(cfg.Decimals))
			}
			check(a.AddAll(all))
		case 2:
			check(a.AddSeq(seqOf(rows, cfg.Decimals)))
		default:
			check(a.AddBatch(batchOf(rows, cfg)))
		}
	}
	return refused
}

func seqOf(rows []event, decimals int) iter.Seq2[rfm.Purchase[int64], error] {
	return func(yield func(rfm.Purchase[int64], error) bool) {
		for _, e := range rows {
			if !yield(e.purchase(decimals), nil) {
				return
			}
		}
	}
}

func batchOf(rows []event, cfg rfm.Config) (b rfm.Batch[int64]) {
	for _, e := range rows {
		b.Customer, b.At, b.Amount = append(b.Customer, e.cust), append(b.At, e.at), append(b.Amount, e.amount)
		if cfg.Keep == rfm.Orders {
			b.Order = append(b.Order, e.ref)
		}
		if cfg.KeepCosts {
			b.Cost = append(b.Cost, e.cost)
		}
	}
	return b
}

// dump writes everything a population says.
func dump(p *rfm.Population[int64]) string {
	var b strings.Builder
	for i := range p.Len() {
		fmt.Fprintf(&b, "%d %+v", p.Key(i), p.Values(i))
		if m, ok := p.Margin(i); ok {
			fmt.Fprintf(&b, " margin %d", m)
		}
		b.WriteByte('\n')
	}
	n := p.Notes()
	fmt.Fprintf(&b, "purchases %d\n", p.Purchases())
	fmt.Fprintf(&b, "after %d zero %d undone %d over %d duplicates %d revenue %s\n", n.After, n.Zero, n.Undone, n.OverRefunded, n.Duplicates, p.Revenue())
	for _, r := range n.Pending {
		fmt.Fprintf(&b, "pending %d %s %d %s\n", r.Customer, r.Order, r.At.UnixMicro(), r.Amount)
	}
	return b.String()
}

// dumpTable writes everything a table says.
func dumpTable(tab *rfm.Table) string {
	var b strings.Builder
	sums := func(s rfm.Sums) {
		r, rok := s.Recency()
		f, fok := s.Frequency()
		m, mok := s.Monetary()
		fmt.Fprintf(&b, " %d %s %v %v %v %v %v %v", s.Customers, s.Revenue, r, rok, f, fok, m, mok)
	}
	sums(tab.Sums)
	b.WriteByte('\n')
	for _, r := range tab.Rows {
		b.WriteString(r.Segment.ID)
		sums(r.Sums)
		share, ok := r.Share()
		revenue, rok := r.RevenueShare()
		fmt.Fprintf(&b, " %v %v %v %v\n", share, ok, revenue, rok)
	}
	return b.String()
}

// firstDifference shows where two dumps part.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}
