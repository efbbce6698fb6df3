package churn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/churn"
)

// catalogue makes one at random.
func catalogue(rng *rand.Rand, n int) churn.Catalogue {
	c := churn.Catalogue{Bias: 6 * (rng.Float64() - 0.7)}
	for i := range n {
		s := churn.Signal{ID: string(rune('A'+i%26)) + string(rune('a'+i/26)), Weight: 4 * (rng.Float64() - 0.4)}
		if rng.IntN(3) > 0 {
			s.HalfLife = guanxi.Span{Days: 1 + rng.IntN(100)}
		}
		if rng.IntN(2) == 0 {
			s.Cap = 0.5 + 4*rng.Float64()
		}
		if rng.IntN(3) == 0 {
			s.Clear = rng.Float64() - 0.5
		}
		if rng.IntN(2) == 0 {
			s.Group = string(rune('g' + rng.IntN(4)))
		}
		c.Signals = append(c.Signals, s)
	}
	return c
}

func observations(rng *rand.Rand, n, signals int) (seen []churn.Observation) {
	for range n {
		value := float64(rng.IntN(4))
		if rng.IntN(3) == 0 {
			value = rng.Float64()
		}
		age := rng.Int64N(200 * 24 * 3600 * 1e6)
		if rng.IntN(2) == 0 {
			age -= age % (40 * 24 * 3600 * 1e6) // several at one instant
		}
		seen = append(seen, churn.Observation{Signal: rng.IntN(signals), Value: value, At: noon.UnixMicro() - age})
	}
	return seen
}

// plain is the score written down from its definition, with the standard library.
func plain(c churn.Catalogue, seen []churn.Observation, now time.Time) (logOdds float64, known int) {
	type part struct{ x float64 }
	groups := map[string]part{}
	for i, s := range c.Signals {
		half := float64(s.HalfLife.Days) * 24 * 3600 * 1e6
		newest, nought := int64(-1), int64(-1)
		for _, o := range seen {
			if o.Signal == i {
				newest = max(newest, o.At)
				if o.Value == 0 {
					nought = max(nought, o.At)
				}
			}
		}
		if newest < 0 {
			continue
		}
		known++
		decay := func(at int64) float64 {
			if half > 0 {
				return math.Exp2(-float64(now.UnixMicro()-at) / half)
			}
			return 1
		}
		sum, state, found := 0., 0., false
		for _, o := range seen {
			if o.Signal != i || o.Value == 0 || o.At < nought {
				continue
			}
			found = found || half > 0 || o.At == newest
			sum += o.Value * decay(o.At)
			if o.At == newest {
				state = max(state, o.Value)
			}
		}
		if half == 0 {
			sum = state
		}
		limit := s.Cap
		if limit == 0 {
			limit = 1
		}
		x := s.Weight * min(sum, limit)
		if !found {
			x = s.Clear * decay(nought)
		}
		key := s.Group
		if key == "" {
			key = "own " + s.ID
		}
		if math.Abs(x) > math.Abs(groups[key].x) {
			groups[key] = part{x}
		}
	}
	logOdds = c.Bias
	for _, p := range groups {
		logOdds += p.x
	}
	return logOdds, known
}

// A newer 0 ends what was observed before it, and its Clear counts; a state is as
// it was last observed.
func TestZeroEnds(t *testing.T) {
	s := must(churn.NewScorer(churn.Handbook()))
	seen := func(id string, value float64, days int) churn.Observation {
		return must(s.Observe(id, value, noon.AddDate(0, 0, -days)))
	}
	for name, c := range map[string]struct {
		seen []churn.Observation
		want float64 // less the bias
	}{
		"an order after half a year":  {[]churn.Observation{seen(churn.NoOrderHalfYear, 1, 90), seen(churn.NoOrderHalfYear, 0, 0)}, 0},
		"silent again":                {[]churn.Observation{seen(churn.NoOrderHalfYear, 0, 90), seen(churn.NoOrderHalfYear, 1, 0)}, 2},
		"a state in part":             {[]churn.Observation{seen(churn.NoOrderHalfYear, 0.5, 0), seen(churn.NoOrderHalfYear, 1, 9)}, 1},
		"both at one instant":         {[]churn.Observation{seen(churn.NoOrderHalfYear, 0, 7), seen(churn.NoOrderHalfYear, 1, 7)}, 2},
		"a fair score after a low":    {[]churn.Observation{seen(churn.LowScore, 1, 360), seen(churn.LowScore, 0, 0)}, -0.3},
		"a low score after a fair":    {[]churn.Observation{seen(churn.LowScore, 1, 90), seen(churn.LowScore, 0, 180)}, 0.4},
		"complaints settled, another": {[]churn.Observation{seen(churn.ComplaintSmall, 3, 30), seen(churn.ComplaintSmall, 0, 20), seen(churn.ComplaintSmall, 1, 0)}, 0.4},
	} {
		sc := must(s.Score(nil, c.seen, noon))
		if math.Abs(sc.LogOdds-s.Bias()-c.want) > 1e-9 || sc.Known != 1 {
			t.Errorf("%s: %+v, want %v", name, sc, c.want)
		}
	}
}

// The score is its definition; its reasons add up to it to the last bit, in any
// order; it does not depend on the order of the observations; a batch gives the
// same bits.
func TestScoreLaws(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 3000 {
		n := []int{1, 5, 12, 80, 256}[rng.IntN(5)]
		c := catalogue(rng, n)
		s := must(churn.NewScorer(c))
		seen := observations(rng, rng.IntN(12), n)
		top := make([]churn.Reason, []int{0, 1, 3, 4, 40}[rng.IntN(5)])
		sc := must(s.Score(top, seen, noon))
		want, known := plain(c, seen, noon)
		if math.Abs(sc.LogOdds-want) > 1e-9 || int(sc.Known) != known {
			t.Fatalf("round %d: %+v, want %v of %d", round, sc, want, known)
		}
		if risk := 1 / (1 + math.Exp(-sc.LogOdds)); math.Abs(sc.Risk-risk) > 4e-15 {
			t.Fatalf("risk %v, want %v", sc.Risk, risk)
		}
		if s.BandOf(sc.Risk) != int(sc.Band) {
			t.Fatalf("band %d of %v", sc.Band, sc.Risk)
		}
		all := make([]churn.Reason, n)
		full := must(s.Score(all, seen, noon))
		all = all[:full.Reasons]
		if full.Rest != 0 || full.LogOdds != sc.LogOdds || full.Risk != sc.Risk {
			t.Fatalf("%+v and %+v", full, sc)
		}
		for i := 1; i < len(all); i++ {
			a, b := math.Abs(all[i-1].LogOdds), math.Abs(all[i].LogOdds)
			if a < b || a == b && all[i-1].Signal > all[i].Signal {
				t.Fatalf("not in order: %v", all)
			}
		}
		for i, r := range top {
			if i < int(sc.Reasons) && r != all[i] || i >= int(sc.Reasons) && r.Signal != -1 {
				t.Fatalf("reason %d of %v, want %v", i, top, all)
			}
		}
		sums := []float64{s.Bias(), sc.Rest}
		for _, r := range top[:sc.Reasons] {
			sums = append(sums, r.LogOdds)
		}
		for range 3 {
			rng.Shuffle(len(sums), func(i, j int) { sums[i], sums[j] = sums[j], sums[i] })
			sum := 0.
			for _, x := range sums {
				sum += x
			}
			if sum != sc.LogOdds {
				t.Fatalf("reasons add up to %v, not %v", sum, sc.LogOdds)
			}
		}
		turned := slices.Clone(seen)
		rng.Shuffle(len(turned), func(i, j int) { turned[i], turned[j] = turned[j], turned[i] })
		if again := must(s.Score(top, turned, noon)); again != sc {
			t.Fatalf("shuffled: %+v, not %+v", again, sc)
		}
		cols := churn.Columns{First: []int32{0, 0, int32(len(seen)), int32(len(seen))}}
		for _, o := range turned {
			cols.Signal, cols.Value, cols.At = append(cols.Signal, uint16(o.Signal)), append(cols.Value, o.Value), append(cols.At, o.At)
		}
		scores, why, left, err := s.AppendScores(nil, nil, len(top), cols, noon)
		if err != nil || left != 0 || scores[1] != sc || !slices.Equal(why[len(top):2*len(top)], top) {
			t.Fatalf("batch %+v %v %v, want %+v %v", scores, why, err, sc, top)
		}
		half := cols
		half.First = cols.First[1:]
		if part, _, _, err := s.AppendScores(nil, nil, 0, half, noon); err != nil || part[0].LogOdds != sc.LogOdds || len(part) != 2 {
			t.Fatalf("the last two: %+v %v", part, err)
		}
		if scores[0].Known != 0 || scores[0].LogOdds != s.Bias() || scores[2] != scores[0] {
			t.Fatalf("nothing seen: %+v", scores)
		}
	}
}

// Features times weights are the score of a learned catalogue.
func TestLearnedIsLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	hand := must(churn.NewScorer(churn.Handbook()))
	names := hand.AppendNames(nil)
	for range 500 {
		weights := map[string]float64{}
		for _, id := range names {
			weights[id] = rng.NormFloat64()
		}
		learned := must(churn.NewScorer(must(churn.Handbook().Learned(-1, weights))))
		seen := observations(rng, rng.IntN(15), len(names))
		x := must(hand.AppendFeatures(nil, seen, noon))
		want := -1.
		looked := make([]bool, len(names))
		for _, o := range seen {
			looked[o.Signal] = true
		}
		for i, v := range x {
			if math.IsNaN(v) == looked[i] {
				t.Fatalf("%s is %v, looked for: %v", names[i], v, looked[i])
			}
			if looked[i] {
				want += weights[names[i]] * v
			}
		}
		if sc := must(learned.Score(nil, seen, noon)); math.Abs(sc.LogOdds-want) > 1e-9 {
			t.Fatalf("%v, want %v", sc.LogOdds, want)
		}
	}
}

// Gaps and curves do not depend on how the customers were split or in which order.
func TestMergeIsConcat(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	r := must(churn.NewRhythm(churn.RhythmConfig{}))
	var all, a, b churn.Gaps
	var curve, ca, cb churn.Curve
	var cycles []churn.Cycle
	for range 400 {
		var c churn.Cycle
		at := date("2025-01-01")
		for range rng.IntN(8) {
			at = at.Add(time.Duration(rng.ExpFloat64() * 30 * 24 * float64(time.Hour)))
			next, gap, err := r.Step(c, at)
			if err != nil {
				t.Fatal(err)
			}
			if next.Orders() == 2 && c.Orders() == 1 {
				for _, v := range []*churn.Curve{&curve, []*churn.Curve{&ca, &cb}[rng.IntN(2)]} {
					if err := v.Add(int(gap), true); err != nil {
						t.Fatal(err)
					}
				}
			}
			c = next
		}
		cycles = append(cycles, c)
	}
	for _, c := range cycles {
		all.Add(c)
	}
	rng.Shuffle(len(cycles), func(i, j int) { cycles[i], cycles[j] = cycles[j], cycles[i] })
	for i, c := range cycles {
		[]*churn.Gaps{&a, &b}[i%2].Add(c)
	}
	a.Merge(&b)
	if a != all {
		t.Errorf("merged %+v, want %+v", a, all)
	}
	ca.Merge(&cb)
	if !slices.Equal(ca.AppendSurvival(nil), curve.AppendSurvival(nil)) {
		t.Error("merged curves differ")
	}
}

// A segment finds the spread it was made of, and the predicted probability of a
// silence is uniform at the gap that came: 10 % of gaps are longer than the 0.9
// quantile.
func TestCycleIsCalibrated(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	r := must(churn.NewRhythm(churn.RhythmConfig{Quantile: 0.9}))
	draw := func(n int) (c churn.Cycle, next time.Time) {
		mean := math.Log(30) + 0.6*rng.NormFloat64()
		at := date("2020-01-01")
		for i := range n + 1 {
			if i < n {
				c, _, _ = r.Step(c, at)
			}
			if i < n || n > 0 {
				next = at
			}
			at = at.Add(time.Duration(math.Exp(mean+0.4*rng.NormFloat64()) * 24 * float64(time.Hour)))
		}
		return c, next
	}
	var gaps churn.Gaps
	var curve churn.Curve
	for range 20000 {
		c, _ := draw(2 + rng.IntN(5))
		gaps.Add(c)
		if err := curve.Add(1+rng.IntN(60), true); err != nil {
			t.Fatal(err)
		}
	}
	seg := must(churn.NewSegment(&gaps, &curve, nil, churn.SegmentConfig{}))
	mean, within, between := seg.LogGap()
	if math.Abs(mean-math.Log(30)) > 0.02 || math.Abs(within-0.16) > 0.01 || math.Abs(between-0.36) > 0.02 {
		t.Errorf("mean %v, within %v, between %v", mean, within, between)
	}
	for _, orders := range []int{2, 3, 6} {
		const n = 20000
		late, sum := 0, 0.
		for range n {
			c, next := draw(orders)
			s := must(r.Standing(c, seg, next))
			if s.Overdue > 0 {
				late++
			}
			if (s.Silence < 0.1) != (s.Overdue > 0) && math.Abs(s.Silence-0.1) > 1e-9 {
				t.Fatalf("%+v", s)
			}
			sum += s.Silence
		}
		if share := float64(late) / n; math.Abs(share-0.1) > 0.015 {
			t.Errorf("%d orders: %v are overdue when they come, want 0.1", orders, share)
		}
		if math.Abs(sum/n-0.5) > 0.015 {
			t.Errorf("%d orders: mean probability %v, want 0.5", orders, sum/n)
		}
	}
}

// Deadlines and counted time are inverse, seasons or not.
func TestDeadlineIsInverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	seasons := []churn.Season{{From: "--03-01", To: "--07-01"}, {From: "--09-01", To: "--01-15"}, {From: "2026-07-10", To: "2026-08-01"}}
	breaks := []churn.Season{{From: "2026-10-01", To: "2026-10-08"}, {From: "--12-24", To: "--01-02"}}
	for _, cfg := range []churn.RhythmConfig{{}, {Seasons: seasons}, {Breaks: breaks}, {Seasons: seasons, Breaks: breaks, Zone: "Asia/Shanghai"}} {
		r := must(churn.NewRhythm(cfg))
		for range 2000 {
			d := 1 + rng.IntN(700)
			l := must(churn.NewLeaving(churn.LeavingConfig{Kind: churn.FixedSpan, Span: guanxi.Span{Days: d}}, r))
			at := date("2024-01-01").Add(time.Duration(rng.Int64N(int64(4 * 365 * 24 * time.Hour))))
			c, _, err := r.Step(churn.Cycle{}, at)
			if err != nil {
				t.Fatal(err)
			}
			end, ok, err := l.Deadline(c, nil)
			if err != nil || !ok {
				t.Fatal(err)
			}
			at = at.Truncate(time.Microsecond)
			if got := must(r.Counted(at, end)); got != float64(d) {
				t.Fatalf("%d days after %s is %s, of which %v count", d, at, end, got)
			}
			if got := must(r.Counted(at, end.Add(-time.Microsecond))); got >= float64(d) {
				t.Fatalf("%s is not the first instant", end)
			}
		}
	}
}

// Effects of a key are opened, escalated any number of times, closed, in this
// order: at most one alert is open. A step that is done twice tells nothing twice.
func TestOneOpenAlert(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 2000 {
		cfg := churn.AlertConfig{Rule: "r", Enter: 0.3 + 0.6*rng.Float64(), Opens: churn.Confirm{N: 1 + rng.IntN(2), M: 2 + rng.IntN(7)},
			Closes: churn.Confirm{N: 1 + rng.IntN(2), M: 2 + rng.IntN(7)}, Dwell: guanxi.Span{Days: rng.IntN(4)}, CoolDown: guanxi.Span{Days: rng.IntN(6)}}
		cfg.Leave = cfg.Enter * (0.5 + rng.Float64()/2)
		a := must(churn.NewAlerts(cfg))
		var s churn.Alert
		told := false
		names := map[string]bool{}
		at := date("2026-01-01")
		var opened, closed time.Time
		check := func(e churn.Effect) {
			if e == churn.NoEffect {
				return
			}
			if (e == churn.Opened) == told {
				t.Fatalf("%s while told is %v", e, told)
			}
			told = e != churn.Closed
			if name := a.Episode("c", s, e); names[name] {
				t.Fatalf("%s told twice", name)
			} else {
				names[name] = true
			}
		}
		for range 200 {
			at = at.Add(time.Duration(1+rng.IntN(72)) * time.Hour)
			was := s
			risk := rng.Float64()
			reading := churn.Reading{Risk: risk, Band: int(4 * risk), Crisis: rng.IntN(40) == 0}
			var e churn.Effect
			var err error
			switch rng.IntN(12) {
			case 0:
				s, err = a.Snooze(s, at, at.Add(time.Duration(rng.IntN(200))*time.Hour))
			case 1:
				s, e, err = a.Resolve(s, at)
			default:
				s, e, err = a.Step(s, reading, at)
				if again, e2, err := a.Step(s, reading, at); err != nil || e2 != churn.NoEffect || again != s {
					t.Fatalf("a step done twice: %+v %q, %+v", again, e2, s)
				}
				if reading.Crisis && !s.IsOpen() {
					t.Fatal("a crisis that is not open")
				}
				if reading.Crisis && !was.Crisis() && e == churn.NoEffect {
					t.Fatal("a crisis that is not told")
				}
				if !was.IsOpen() && s.IsOpen() && !reading.Crisis {
					if reading.Risk < cfg.Enter || !closed.IsZero() && at.Sub(closed) < time.Duration(cfg.CoolDown.Days)*24*time.Hour {
						t.Fatalf("opened at %v", reading.Risk)
					}
				}
				if was.IsOpen() && !s.IsOpen() && (reading.Risk >= cfg.Leave || at.Sub(opened) < time.Duration(cfg.Dwell.Days)*24*time.Hour) {
					t.Fatalf("closed at %v", reading.Risk)
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if !was.IsOpen() && s.IsOpen() {
				opened = at
			}
			if was.IsOpen() && !s.IsOpen() {
				closed = at
			}
			check(e)
			var back churn.Alert
			if err := back.UnmarshalBinary(must(s.MarshalBinary())); err != nil || back != s {
				t.Fatalf("%+v is read back as %+v: %v", s, back, err)
			}
		}
	}
}
