package rfm_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/rfm"
	"github.com/shopspring/decimal"
)

// liveLaw feeds a seeded shop to a Live in steps and compares it, after every
// step, with scoring everything anew; the changes must lead from one step to the
// next.
func liveLaw(t *testing.T, seed uint64, cfg rfm.Config, live rfm.LiveConfig, segments rfm.SegmentsConfig) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	start := time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC)
	agg, err := rfm.NewAggregator(guanxi.IntKey[int64](), cfg)
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	future := time.Duration(0)
	if cfg.Keep != rfm.Totals {
		future = 20 * 24 * time.Hour
	}
	row := func(now time.Time) rfm.Purchase[int64] {
		p := rfm.Purchase[int64]{Customer: 1 + rng.Int64N(60),
			At:     now.Add(-time.Duration(rng.Int64N(int64(100*24*time.Hour + future)))).Add(future),
			Amount: decimal.New(rng.Int64N(2000), -2)}
		if rng.IntN(4) == 0 {
			p.Amount = decimal.New(rng.Int64N(5)*1000, 0) // large sums: wide buckets
		}
		if cfg.KeepCosts {
			p.Cost = p.Amount.Mul(decimal.New(int64(rng.IntN(9)), -1)).Round(2)
		}
		if cfg.Keep == rfm.Totals {
			if rng.IntN(10) == 0 {
				p.Amount = p.Amount.Neg()
			}
			return p
		}
		switch rng.IntN(6) {
		case 0: // a reference that may have been seen, by anybody
			p.Order = fmt.Sprint("o", rng.IntN(200))
			refs = append(refs, p.Order)
		case 1: // refund of one that may have been seen, or come later
			p.Order = fmt.Sprint("o", rng.IntN(200))
			p.Amount = p.Amount.Neg()
		}
		return p
	}
	now := start
	for range 50 {
		_ = agg.Add(row(now))
	}
	l, err := rfm.NewLive(agg, now.Add(1), rfm.MustSegments(segments), live)
	if err != nil {
		t.Fatal(err)
	}
	state := map[int64]rfm.Score{}
	var changes []rfm.Change[int64]
	for step := range 40 {
		now = now.Add(time.Duration(rng.Int64N(int64(15 * 24 * time.Hour))))
		rows := make([]rfm.Purchase[int64], rng.IntN(12))
		for i := range rows {
			rows[i] = row(now)
		}
		if cfg.Recency == rfm.FromContacts {
			if err := l.AddContact(1+rng.Int64N(70), now.Add(-time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		changes, err = l.Update(changes[:0], rows, now.Add(1))
		var refused *guanxi.BatchError
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		scored, err := l.Scored()
		if err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		pop := scored.Population()
		scale := live.Frozen
		if scale == nil {
			if scale, err = rfm.Fit(pop, live.Scale); err != nil {
				t.Fatal(err)
			}
		}
		full, err := rfm.ScoreAll(pop, scale, rfm.MustSegments(segments))
		if err != nil {
			t.Fatal(err)
		}
		if step == 0 { // what NewLive reported is not at hand: take it over
			for c := range full.All() {
				if _, seg, ok := l.Find(c.Customer); ok && seg.ID != "" {
					state[c.Customer], _, _ = l.Find(c.Customer)
				}
			}
		}
		var last int64
		for _, c := range changes {
			if c.Customer <= last {
				t.Fatalf("step %d: changes out of order: %d after %d", step, c.Customer, last)
			}
			last = c.Customer
			if was, ok := state[c.Customer]; step > 0 && (was != c.Before || ok == (c.From == rfm.Absent)) {
				t.Fatalf("step %d: customer %d changes from %v (%s), was %v", step, c.Customer, c.Before, c.From, was)
			}
			if c.Before == c.After && c.From != rfm.Absent {
				t.Fatalf("step %d: customer %d: a change without change", step, c.Customer)
			}
			state[c.Customer] = c.After
			if c.To == rfm.Absent {
				delete(state, c.Customer)
			}
		}
		counts := make([]int, full.Segments().Len())
		for c := range full.All() {
			if got := state[c.Customer]; got != c.Score {
				t.Fatalf("step %d as of %v: customer %d is %v by changes, %v by scoring everybody (%+v)", step, now, c.Customer, got, c.Score, c.Values)
			}
			if got, seg, _ := l.Find(c.Customer); got != c.Score || seg.ID != c.Segment {
				t.Fatalf("step %d: Find(%d) = %v %s, want %v %s", step, c.Customer, got, seg.ID, c.Score, c.Segment)
			}
			i, _ := full.Segments().Index(c.Score)
			counts[i]++
		}
		if got := l.Counts(); fmt.Sprint(got) != fmt.Sprint(counts) || l.Len() != full.Len() {
			t.Fatalf("step %d: counts %v, want %v", step, got, counts)
		}
	}
}

func TestLiveEqualsScoringEverybody(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	fixed := rfm.ScaleConfig{Method: rfm.Fixed}
	days := func(n ...int64) (b []rfm.Break) {
		for _, d := range n {
			b = append(b, rfm.Break{At: decimal.NewFromInt(d), Inclusive: d%2 == 0})
		}
		return b
	}
	fixed.Recency.Breaks, fixed.Frequency.Breaks, fixed.Monetary.Breaks = days(90, 45, 30, 7), days(1, 4, 7, 10), days(10, 100, 1000, 5000)
	frozen, err := rfm.NewScale(fixed, "", 2)
	if err != nil {
		t.Fatal(err)
	}
	mixed := rfm.ScaleConfig{}
	mixed.Recency.Breaks = fixed.Recency.Breaks
	mixed.Monetary.Reverse = true
	reversed := rfm.ScaleConfig{Method: rfm.Interpolated, Money: rfm.MoneyMean}
	reversed.Recency.Reverse = true
	for name, c := range map[string]struct {
		cfg  rfm.Config
		live rfm.LiveConfig
		segs rfm.SegmentsConfig
	}{
		"totals":          {rfm.Config{Decimals: 2, Keep: rfm.Totals}, rfm.LiveConfig{}, rfm.Eleven()},
		"totals mean":     {rfm.Config{Decimals: 2, Keep: rfm.Totals, Location: shanghai}, rfm.LiveConfig{Scale: rfm.ScaleConfig{Method: rfm.Mean}}, rfm.Eight()},
		"totals fixed":    {rfm.Config{Decimals: 2, Keep: rfm.Totals}, rfm.LiveConfig{Scale: fixed}, rfm.Four()},
		"totals frozen":   {rfm.Config{Decimals: 2, Keep: rfm.Totals, Recency: rfm.FromContacts}, rfm.LiveConfig{Frozen: frozen}, rfm.Four()},
		"orders":          {rfm.Config{Decimals: 2}, rfm.LiveConfig{}, rfm.Eleven()},
		"orders window":   {rfm.Config{Decimals: 2, Per: rfm.PerDay, Location: shanghai}, rfm.LiveConfig{Window: guanxi.MustParseSpan("P60D")}, rfm.Eleven()},
		"orders reversed": {rfm.Config{Decimals: 2, Recency: rfm.FromContacts}, rfm.LiveConfig{Scale: reversed, Window: guanxi.MustParseSpan("P2M")}, rfm.Three()},
		"orders margin":   {rfm.Config{Decimals: 2, KeepCosts: true}, rfm.LiveConfig{Scale: rfm.ScaleConfig{Money: rfm.MoneyMargin}}, rfm.Eleven()},
		"orders mixed":    {rfm.Config{Decimals: 2, Refunds: rfm.RefundSubtract}, rfm.LiveConfig{Scale: mixed}, rfm.Eleven()},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(8) {
				liveLaw(t, seed, c.cfg, c.live, c.segs)
			}
		})
	}
}
