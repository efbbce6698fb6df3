package lifecycle_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// person is a customer whose guards are bits.
type person struct{ bits uint }

func bitGuards() lifecycle.Guards[person] {
	g := lifecycle.Guards[person]{}
	for i := range uint(3) {
		g["bit"+strconv.Itoa(int(i))] = func(p *person) bool { return p.bits>>i&1 == 1 }
	}
	return g
}

// office works nine hours from Monday to Friday, in UTC.
var office = lifecycle.MustCalendar(lifecycle.CalendarConfig{Week: lifecycle.Weekdays(lifecycle.HoursOf("09:00", "18:00"))})

// randomConfig makes a config at random and mends it until it is valid.
func randomConfig(t testing.TB, r *rand.Rand) lifecycle.Config {
	c := lifecycle.Config{Version: 1, Initial: "s0", Late: lifecycle.LateReplay}
	leaves := 2 + r.IntN(5)
	var all []string
	for i := range leaves {
		c.Stages = append(c.Stages, lifecycle.StageConfig{ID: fmt.Sprint("s", i), Final: true})
		all = append(all, fmt.Sprint("s", i))
	}
	for i := range r.IntN(4) {
		super := lifecycle.StageConfig{ID: fmt.Sprint("super", i), Final: true, History: r.IntN(2) == 0}
		for k := range c.Stages {
			if c.Stages[k].In == "" && r.IntN(3) == 0 {
				c.Stages[k].In = super.ID
			}
		}
		if slices.ContainsFunc(c.Stages, func(s lifecycle.StageConfig) bool { return s.In == super.ID }) {
			c.Stages = append(c.Stages, super)
			all = append(all, super.ID)
		}
	}
	pick := func() string { return all[r.IntN(len(all))] }
	for i := range 1 + r.IntN(3) {
		c.Events = append(c.Events, lifecycle.EventConfig{ID: fmt.Sprint("e", i)})
	}
	for i := range leaves {
		id := fmt.Sprint("go", i)
		c.Events = append(c.Events, lifecycle.EventConfig{ID: id})
		c.Rules = append(c.Rules, lifecycle.RuleConfig{From: "s0", Event: id, To: fmt.Sprint("s", i)})
	}
	for range r.IntN(12) {
		rule := lifecycle.RuleConfig{From: pick(), Event: fmt.Sprint("e", r.IntN(3)), Effects: []string{fmt.Sprint("do", r.IntN(3))}}
		if r.IntN(3) > 0 {
			rule.To = pick()
		}
		if r.IntN(2) == 0 {
			rule.Guard = fmt.Sprint("bit", r.IntN(3))
		}
		c.Rules = append(c.Rules, rule)
	}
	for range r.IntN(8) {
		out := lifecycle.TimeoutConfig{From: pick(), To: pick(), After: guanxi.Span{Time: time.Duration(r.IntN(60)) * time.Hour}}
		if r.IntN(3) == 0 {
			out.Counts = lifecycle.WorkingTime
		}
		if r.IntN(3) == 0 {
			out.Since = lifecycle.SinceEvent
		} else if r.IntN(2) == 0 {
			out.PausedIn = []string{pick()}
		}
		c.Timeouts = append(c.Timeouts, out)
	}
	for {
		err := c.Validate()
		if err == nil {
			return c
		}
		mend(t, &c, err)
	}
}

// mend takes out the last rule or timeout at fault.
func mend(t testing.TB, c *lifecycle.Config, err error) {
	last := map[string]int{}
	for f := range guanxi.Faults(err) {
		part := strings.Split(f.Pointer, "/")
		if len(part) < 3 {
			t.Fatalf("cannot mend %v", err)
		}
		i, _ := strconv.Atoi(part[2])
		if old, ok := last[part[1]]; !ok || i > old {
			last[part[1]] = i
		}
	}
	if i, ok := last["timeouts"]; ok {
		c.Timeouts = slices.Delete(c.Timeouts, i, i+1)
	} else if i, ok := last["rules"]; ok {
		c.Rules = slices.Delete(c.Rules, i, i+1)
	} else {
		t.Fatalf("cannot mend %v", err)
	}
}

// oracle runs a config hour by hour, with a counter for every timeout, and knows
// nothing of positions.
type oracle struct {
	c        lifecycle.Config
	stage    string
	prev     string
	since    int // hours
	last     int
	now      int
	counters []int
	silence  []int
	visits   []string
}

// start is a Monday.
var start = time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC)

func hour(n int) time.Time { return start.Add(time.Duration(n) * time.Hour) }

func (o *oracle) up(s string) string {
	for _, c := range o.c.Stages {
		if c.ID == s {
			return c.In
		}
	}
	return ""
}

func (o *oracle) in(s, around string) bool {
	for ; s != ""; s = o.up(s) {
		if s == around {
			return true
		}
	}
	return false
}

func (o *oracle) inAny(s string, list []string) bool {
	return slices.ContainsFunc(list, func(a string) bool { return o.in(s, a) })
}

// child returns the stage directly in super that s lies in.
func (o *oracle) child(s, super string) string {
	for ; s != ""; s = o.up(s) {
		if o.up(s) == super {
			return s
		}
	}
	return ""
}

func (o *oracle) resolve(to string) string {
	for _, c := range o.c.Stages {
		if c.ID == to && c.History {
			if k := o.child(o.stage, to); k != "" {
				return o.entry(k)
			}
			if k := o.child(o.prev, to); k != "" {
				return o.entry(k)
			}
		}
	}
	return o.entry(to)
}

func (o *oracle) entry(to string) string {
	for _, c := range o.c.Stages {
		if c.In == to {
			return o.entry(c.ID)
		}
	}
	return to
}

func (o *oracle) enter(to string) {
	to = o.resolve(to)
	o.visits = append(o.visits, fmt.Sprint(o.stage, " ", o.since, "–", o.now))
	for i, t := range o.c.Timeouts {
		plain := o.entry(t.From) == t.From && len(t.PausedIn) == 0
		if plain || !o.in(to, t.From) && !o.inAny(to, t.PausedIn) {
			o.counters[i] = 0
		}
	}
	if to != o.stage {
		o.prev = o.stage
	}
	o.stage, o.since = to, o.now
}

// fire applies what is due now.
func (o *oracle) fire() {
	for again := true; again; {
		again = false
		for s := o.stage; s != "" && !again; s = o.up(s) {
			for i, t := range o.c.Timeouts {
				n := o.counters[i]
				if t.Since == lifecycle.SinceEvent {
					n = o.silence[i]
				}
				if t.From == s && !o.inAny(o.stage, t.PausedIn) && time.Duration(n)*time.Hour >= t.After.Time {
					o.enter(t.To)
					again = true
					break
				}
			}
		}
	}
}

// until lets time pass.
func (o *oracle) until(now int) {
	for o.fire(); o.now < now; o.fire() {
		at := hour(o.now)
		works := at.Weekday() >= time.Monday && at.Weekday() <= time.Friday && at.Hour() >= 9 && at.Hour() < 18
		o.now++
		for i, t := range o.c.Timeouts {
			if t.Counts == lifecycle.WorkingTime && !works {
				continue
			}
			o.silence[i]++
			if o.in(o.stage, t.From) && !o.inAny(o.stage, t.PausedIn) {
				o.counters[i]++
			}
		}
	}
}

func (o *oracle) event(id string, p *person) lifecycle.Code {
	code := lifecycle.Illegal
	for s := o.stage; s != ""; s = o.up(s) {
		for _, r := range o.c.Rules {
			if r.From != s || r.Event != id {
				continue
			}
			if r.Guard != "" && p.bits>>(r.Guard[3]-'0')&1 == 0 {
				code = lifecycle.Refused
				continue
			}
			code = lifecycle.Stayed
			if r.To != "" {
				o.enter(r.To)
				code = lifecycle.Moved
			}
			o.last = o.now
			clear(o.silence)
			return code
		}
	}
	return code
}

// trial runs a random model on a random stream in four ways: with sweeps at
// random, without any, by replay of the shuffled events, and by the oracle.
func trial(t testing.TB, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	c := randomConfig(t, r)
	m := lifecycle.MustCompile(c, bitGuards(), office)
	p, err := m.Begin(start)
	if err != nil {
		t.Fatal(err)
	}
	begun := p
	lazy := p
	o := &oracle{c: c, stage: m.StageID(p.Stage), counters: make([]int, len(c.Timeouts)), silence: make([]int, len(c.Timeouts))}
	var occurrences []lifecycle.Occurrence[person]
	var journal, lazyJournal []lifecycle.Visit
	now := 0
	for i := range 25 {
		for range r.IntN(4) { // sweeps
			now += r.IntN(20)
			before := p
			var out lifecycle.Outcome
			p, out = m.Advance(p, hour(now))
			journal = m.AppendVisits(journal, before, out)
			if due, ok := m.NextDue(p); out.Err() != nil || ok && !due.After(hour(now)) {
				t.Fatalf("seed %d: %+v, next due %v", seed, out, due)
			}
			if due, ok := m.NextDue(before); ok && (due.After(hour(now)) != (out.Timeouts == 0)) {
				t.Fatalf("seed %d: due at %v, and %+v", seed, due, out)
			}
		}
		now += r.IntN(3) * r.IntN(40)
		e := lifecycle.Event(1 + r.IntN(len(c.Events)))
		who := &person{uint(r.IntN(8))}
		occurrences = append(occurrences, lifecycle.Occurrence[person]{Event: e, At: hour(now), Seq: uint32(i + 1), Facts: who})
		before := p
		var out, lazyOut lifecycle.Outcome
		p, out = m.Step(p, e, hour(now), uint32(i+1), who)
		journal = m.AppendVisits(journal, before, out)
		before = lazy
		lazy, lazyOut = m.Step(lazy, e, hour(now), uint32(i+1), who)
		lazyJournal = m.AppendVisits(lazyJournal, before, lazyOut)
		o.until(now)
		code := o.event(m.EventID(e), who)
		if p != lazy || out.Code != code || lazyOut.Code != code || m.StageID(p.Stage) != o.stage || m.StageID(p.Prev) != o.prev ||
			p.Since.Time() != hour(o.since) || p.Last.Time() != hour(o.last) {
			t.Fatalf("seed %d, event %d at %d: swept %+v %v, lazy %+v %v, oracle %+v %v\n%+v", seed, i, now, p, out.Code, lazy, lazyOut.Code, o, code, c)
		}
	}
	if !slices.Equal(journal, lazyJournal) {
		t.Fatalf("seed %d: journals differ:\n%v\n%v", seed, journal, lazyJournal)
	}
	var text []string
	for _, v := range journal {
		text = append(text, fmt.Sprint(m.StageID(v.Stage), " ", int(v.From.Time().Sub(start).Hours()), "–", int(v.To.Time().Sub(start).Hours())))
	}
	if !slices.Equal(text, o.visits) {
		t.Fatalf("seed %d: journals differ:\n%v\n%v", seed, text, o.visits)
	}
	r.Shuffle(len(occurrences), func(i, j int) {
		// Those at the same instant keep their order by number.
		occurrences[i], occurrences[j] = occurrences[j], occurrences[i]
	})
	replayed, err := m.Replay(begun, occurrences)
	if err != nil || replayed.Pos != lazy || !slices.Equal(replayed.Visits, journal) {
		t.Fatalf("seed %d: replayed %+v, %v, want %+v", seed, replayed.Pos, err, lazy)
	}
	if diff, err := m.Diff(p, replayed.Pos, hour(now+100)); err != nil || len(diff) > 0 {
		t.Fatalf("seed %d: %v, %v", seed, diff, err)
	}
}

func TestSweepReplayOracle(t *testing.T) {
	for seed := range uint64(3000) {
		trial(t, seed)
	}
}

func FuzzSweepReplayOracle(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(trialFuzz)
}

func trialFuzz(t *testing.T, seed uint64) { trial(t, seed) }

// No position, however it came about, and no event makes a model panic or leave
// its stages; what is refused leaves the position as it was.
func FuzzHostile(f *testing.F) {
	f.Add(uint64(1), int64(0), int64(0), int64(0), uint32(0), uint16(1), uint8(1), uint8(0), uint8(1), int64(5), uint32(1))
	f.Add(uint64(2), int64(-1<<63), int64(1<<63-1), int64(-1), uint32(1), uint16(2), uint8(200), uint8(9), uint8(200), int64(1<<62), uint32(1))
	f.Add(uint64(3), int64(1e15), int64(1e15), int64(1<<55), uint32(1), uint16(1), uint8(2), uint8(1), uint8(2), int64(2e15), uint32(2))
	f.Fuzz(func(t *testing.T, seed uint64, since, last, counted int64, seq uint32, version uint16, stage, prev, event uint8, at int64, number uint32) {
		r := rand.New(rand.NewPCG(seed%64, 7))
		m := lifecycle.MustCompile(randomConfig(t, r), bitGuards(), office)
		p := lifecycle.Pos{Since: lifecycle.Instant(since), Last: lifecycle.Instant(last), Counted: counted,
			Standing: lifecycle.Standing{Seq: seq, Version: version, Stage: lifecycle.Stage(stage), Prev: lifecycle.Stage(prev)}}
		fault := m.Check(p)
		now := time.UnixMicro(at)
		check := func(q lifecycle.Pos, o lifecycle.Outcome) {
			if fault != nil && (q != p || o.Err() == nil) {
				t.Fatalf("%v, and yet %+v, %+v", fault, q, o)
			}
			if fault == nil && m.Check(q) != nil {
				t.Fatalf("%+v became %+v: %v", p, q, m.Check(q))
			}
			if o.Code > lifecycle.Behind && q != p {
				t.Fatalf("%v changed %+v to %+v", o.Code, p, q)
			}
			for range m.Effects(o) {
				break
			}
			m.AppendVisits(nil, p, o)
		}
		check(m.Step(p, lifecycle.Event(event), now, number, nil))
		check(m.Step(p, lifecycle.Event(event), now, number, &person{uint(number)}))
		check(m.Advance(p, now))
		if !p.IsZero() {
			check(m.Classify(p, lifecycle.Facts{Orders: 1, LastOrder: now}, now))
		}
		n := 0
		for q := range m.Timeouts(p, now) {
			if n++; n > 100 {
				break
			}
			if err := m.Check(q); err != nil {
				t.Fatal(err)
			}
		}
		m.NextDue(p)
		if _, err := m.Next(p, nil); (err == nil) != (fault == nil) {
			t.Fatal(err)
		}
		if _, err := m.Diff(p, p, now); fault != nil && err == nil {
			t.Fatal("no fault", fault)
		}
		rows, err := m.Sweep(nil, []lifecycle.Pos{p}, now)
		if fault != nil && err == nil && (len(rows) != 1 || rows[0].Outcome.Err() == nil) {
			t.Fatal(rows)
		}
		if data, err := p.MarshalBinary(); err == nil {
			var back lifecycle.Pos
			if err := back.UnmarshalBinary(data); err != nil || back != p {
				t.Fatal(back, err)
			}
		} else if !errors.Is(err, lifecycle.ErrPosition) {
			t.Fatal(err)
		}
	})
}
