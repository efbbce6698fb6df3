package lifecycle_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
)

// faults returns "pointer sentinel" of each.
func faultList(err error) []string {
	var out []string
	for f := range guanxi.Faults(err) {
		for name, sentinel := range map[string]error{
			"id": lifecycle.ErrID, "duplicate": lifecycle.ErrDuplicate, "option": lifecycle.ErrOption, "too many": lifecycle.ErrTooMany,
			"no stage": lifecycle.ErrNoStage, "no event": lifecycle.ErrNoEvent, "nesting": lifecycle.ErrNesting, "after": lifecycle.ErrAfter,
			"guard": lifecycle.ErrGuard, "no calendar": lifecycle.ErrNoCalendar, "unreachable": lifecycle.ErrUnreachable,
			"dead end": lifecycle.ErrDeadEnd, "shadowed": lifecycle.ErrShadowed, "ambiguous": lifecycle.ErrAmbiguous,
			"zero cycle": lifecycle.ErrZeroCycle, "no way back": lifecycle.ErrNoWayBack, "clocks": lifecycle.ErrClocks, "history": lifecycle.ErrHistory,
		} {
			if errors.Is(f, sentinel) {
				out = append(out, f.Pointer+" "+name)
			}
		}
	}
	return out
}

const twoStages = `"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","final":true}],"events":[{"id":"e"}]`

func TestValidate(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, test := range []struct {
		name, config string
		want         []string
	}{
		{"sound", `{` + twoStages + `,"rules":[{"from":"a","event":"e","to":"b"}]}`, nil},
		{"nothing", `{}`, []string{"/version option", "/initial no stage"}},
		{"settings", `{"version":70000,"initial":"a","stages":[{"id":"a","final":true}],"late":"maybe","min_dwell":"P1M"}`,
			[]string{"/version option", "/late option", "/min_dwell after"}},
		{"ids", `{"version":1,"initial":"a","stages":[{"id":"a","final":true},{"id":"a"},{"id":"b c"},{"id":"` + long + `"}],"events":[{"id":""},{"id":"e"},{"id":"e"}]}`,
			[]string{"/stages/1/id duplicate", "/stages/2/id id", "/stages/3/id id", "/events/0/id id", "/events/2/id duplicate",
				"/stages/1 unreachable", "/stages/2 unreachable", "/stages/3 unreachable", "/stages/1 dead end", "/stages/2 dead end", "/stages/3 dead end"}},
		{"names", `{` + twoStages + `,"rules":[{"from":"x","event":"e","to":"b"},{"from":"a","event":"y","to":"z"},{"from":"a","event":"e","to":"b","guard":"g h","effects":[""]}],
			"timeouts":[{"from":"x","after":"P1D","to":"y","paused_in":["z"]}],"classes":[{"stage":"q"}]}`,
			[]string{"/rules/0/from no stage", "/rules/1/event no event", "/rules/1/to no stage", "/rules/2/guard id", "/rules/2/effects/0 id",
				"/timeouts/0/from no stage", "/timeouts/0/to no stage", "/timeouts/0/paused_in/0 no stage", "/classes/0/stage no stage"}},
		{"timeouts", `{` + twoStages + `,"timeouts":[
			{"from":"a","after":"P1M","to":"b"},{"from":"a","after":"P1D","counts":"working","to":"b"},{"from":"a","after":"PT1H","counts":"x","since":"y","to":"b"},
			{"from":"a","after":"PT0.0000001S","to":"b"},{"from":"a","after":"P366000D","to":"b"},{"from":"a","after":"P1D","since":"last_event","paused_in":["b"],"to":"b"},
			{"from":"a","after":"P1D","paused_in":["a"],"to":"b"},{"from":"a","after":"P1D","to":"b"}]}`,
			[]string{"/timeouts/0/after after", "/timeouts/1/after after", "/timeouts/2/counts option", "/timeouts/2/since option", "/timeouts/3/after after",
				"/timeouts/4/after after", "/timeouts/5/paused_in option", "/timeouts/6/paused_in option"}},
		{"in itself", `{"version":1,"initial":"a","stages":[{"id":"a","in":"b"},{"id":"b","in":"a"},{"id":"c","in":"c"}]}`,
			[]string{"/stages/0/in nesting", "/stages/1/in nesting", "/stages/2/in nesting",
				"/stages/1 unreachable", "/stages/2 unreachable", "/stages/0 dead end", "/stages/1 dead end", "/stages/2 dead end"}},
		{"in itself, and more", `{"version":1,"initial":"a","stages":[{"id":"a","in":"b"},{"id":"b","in":"a"},{"id":"c","in":"a","final":true}],"events":[{"id":"e"}],
			"rules":[{"from":"c","event":"e","to":"b"},{"from":"c","event":"e","to":"b"},{"from":"b","event":"e","to":"c"}]}`,
			[]string{"/stages/0/in nesting", "/stages/1/in nesting", "/rules/1 ambiguous"}},
		{"super-stages", `{"version":1,"initial":"s","stages":[{"id":"s","initial":"b"},{"id":"a","in":"s","initial":"b","final":true},{"id":"b","final":true,"history":true}],"classes":[{"stage":"b"}]}`,
			[]string{"/stages/0/initial nesting", "/stages/1/initial nesting", "/stages/2/history nesting"}},
		{"classes", `{` + twoStages + `,"classes":[{"stage":"b","min_orders":-1,"max_orders":0},{"stage":"b","min_orders":3,"max_orders":3},
			{"stage":"b","min_cycles":-1,"max_cycles":-2},{"stage":"b","min_silence":"P2D","max_silence":"P2D"},{"stage":"b","min_silence":"P1Y"},
			{"stage":"b","min_money":"1e99","max_money":"1e999"},{"stage":"b","min_money":"5","max_money":"5"}]}`,
			[]string{"/classes/0/min_orders option", "/classes/1/max_orders option", "/classes/2/min_cycles option", "/classes/2/max_cycles option",
				"/classes/3/max_silence option", "/classes/4/min_silence after", "/classes/5/min_money option", "/classes/5/max_money option", "/classes/6/max_money option"}},

		{"unreachable", `{"version":1,"initial":"a","stages":[{"id":"a","final":true},{"id":"b","final":true},{"id":"c","final":true}],"events":[{"id":"e"}],
			"rules":[{"from":"b","event":"e","to":"c"},{"from":"c","event":"e","to":"b"}]}`, []string{"/stages/1 unreachable", "/stages/2 unreachable"}},
		{"dead end", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"events":[{"id":"e"}],
			"rules":[{"from":"a","event":"e","to":"b"},{"from":"b","event":"e","to":"b"}]}`, []string{"/stages/1 dead end"}},
		{"shadowed", `{` + twoStages + `,"rules":[{"from":"a","event":"e","to":"b"},{"from":"a","event":"e","guard":"g","to":"b"}]}`, []string{"/rules/1 shadowed"}},
		{"shadowed by the same guard", `{` + twoStages + `,"rules":[{"from":"a","event":"e","guard":"g","to":"b"},{"from":"a","event":"e","guard":"g","to":"a"}]}`, []string{"/rules/1 shadowed"}},
		{"shadowed in all stages", `{"version":1,"initial":"a","stages":[{"id":"s","final":true},{"id":"a","in":"s"},{"id":"b","in":"s"}],"events":[{"id":"e"}],
			"rules":[{"from":"s","event":"e","to":"a"},{"from":"a","event":"e","to":"b"},{"from":"b","event":"e","to":"a"}]}`, []string{"/rules/0 shadowed"}},
		{"overridden", `{"version":1,"initial":"a","stages":[{"id":"s","final":true},{"id":"a","in":"s"},{"id":"b","in":"s"}],"events":[{"id":"e"}],
			"rules":[{"from":"s","event":"e","to":"a"},{"from":"a","event":"e","to":"b"}]}`, nil},
		{"ambiguous", `{` + twoStages + `,"rules":[{"from":"a","event":"e","to":"b"},{"from":"a","event":"e","to":"a"}]}`, []string{"/rules/1 ambiguous"}},
		{"zero cycle", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"timeouts":[{"from":"a","after":"PT0S","to":"b"},{"from":"b","after":"P0D","to":"a"}]}`,
			[]string{"/timeouts/1 zero cycle"}},
		{"zero cycle of silence", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"timeouts":[{"from":"a","after":"P9D","since":"last_event","to":"b"},{"from":"b","after":"P5D","since":"last_event","to":"a"}]}`,
			[]string{"/timeouts/1 zero cycle"}},
		{"zero cycle on one clock", `{"version":1,"initial":"a","stages":[{"id":"s"},{"id":"a","in":"s"},{"id":"b","in":"s"}],"timeouts":[{"from":"s","after":"P9D","to":"s"}],"events":[{"id":"e"}],
			"rules":[{"from":"a","event":"e","to":"b"},{"from":"b","event":"e","to":"a"}]}`, []string{"/timeouts/0 zero cycle"}},
		{"cycle in which time passes", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"timeouts":[{"from":"a","after":"PT0S","to":"b"},{"from":"b","after":"PT1H","to":"a"}]}`, nil},
		{"no way back", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","decline":true},{"id":"c","decline":true},{"id":"d","decline":true,"final":true}],"events":[{"id":"e"},{"id":"f"}],
			"rules":[{"from":"a","event":"e","to":"b"},{"from":"b","event":"e","to":"c"},{"from":"c","event":"e","to":"b"},{"from":"c","event":"f","to":"d"}]}`,
			[]string{"/stages/1 no way back", "/stages/2 no way back", "/stages/3 no way back"}},
		{"no way back, hidden by classes", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","decline":true},{"id":"c"}],"events":[{"id":"e"}],
			"rules":[{"from":"a","event":"e","to":"b"},{"from":"b","event":"e"}],"classes":[{"stage":"a"},{"stage":"c"}]}`,
			[]string{"/stages/1 dead end", "/stages/1 no way back", "/stages/2 dead end"}},
		{"classes alone", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","decline":true}],"classes":[{"stage":"a"},{"stage":"b"}]}`, nil},
		{"cycle of half seconds", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"timeouts":[{"from":"a","after":"PT0.5S","to":"b"},{"from":"b","after":"PT0.999999S","to":"a"}]}`,
			[]string{"/timeouts/1 zero cycle"}},
		{"cycle of a second", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"}],"timeouts":[{"from":"a","after":"PT0.5S","to":"b"},{"from":"b","after":"PT1S","to":"a"}]}`, nil},
		{"paused twice", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","final":true}],"timeouts":[{"from":"a","after":"P1D","to":"b","paused_in":["b","b"]},{"from":"a","after":"P2D","to":"b"}]}`,
			[]string{"/timeouts/0/paused_in/1 duplicate"}},
		{"paused too often", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b","final":true}],"timeouts":[{"from":"a","after":"P1D","to":"b","paused_in":["b"` + strings.Repeat(`,"b"`, 255) + `]},{"from":"a","after":"P2D","to":"b"}]}`,
			[]string{"/timeouts/0/paused_in too many"}},
		{"nested timers", `{"version":1,"initial":"a","stages":[{"id":"s"},{"id":"r","in":"s"},{"id":"a","in":"r"},{"id":"b","in":"r"},{"id":"c","in":"s"},{"id":"z","final":true}],
			"events":[{"id":"e"}],"rules":[{"from":"a","event":"e","to":"b"},{"from":"b","event":"e","to":"c"}],
			"timeouts":[{"from":"s","after":"P9D","to":"z"},{"from":"r","after":"P5D","to":"c"}]}`, []string{"/timeouts/1 clocks"}},
		{"two pauses", `{"version":1,"initial":"a","stages":[{"id":"a"},{"id":"b"},{"id":"c","final":true}],"events":[{"id":"e"}],"rules":[{"from":"a","event":"e","to":"b"}],
			"timeouts":[{"from":"a","after":"P9D","paused_in":["b"],"to":"c"},{"from":"b","after":"P5D","paused_in":["a"],"to":"c"}]}`, []string{"/timeouts/1 clocks"}},
		{"history lost", `{"version":1,"initial":"a","stages":[{"id":"s","history":true},{"id":"a","in":"s"},{"id":"b","in":"s"},{"id":"x"},{"id":"y"}],"events":[{"id":"e"},{"id":"f"}],
			"rules":[{"from":"a","event":"e","to":"b"},{"from":"s","event":"f","to":"x"},{"from":"x","event":"e","to":"y"},{"from":"x","event":"f","to":"s"},{"from":"y","event":"e","to":"s"}]}`,
			[]string{"/rules/4/to history"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			type plain lifecycle.Config
			var c plain
			if err := guanxi.UnmarshalStrict([]byte(test.config), &c); err != nil {
				t.Fatal(err)
			}
			err := lifecycle.Config(c).Validate()
			got, want := faultList(err), slices.Clone(test.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("got %q\nwant %q\n%v", got, want, err)
			}
			var read lifecycle.Config
			if (json.Unmarshal([]byte(test.config), &read) == nil) != (test.want == nil) {
				t.Error("UnmarshalJSON judges otherwise")
			}
		})
	}
	many := lifecycle.Config{Version: 1, Stages: make([]lifecycle.StageConfig, 256), Rules: []lifecycle.RuleConfig{{Effects: make([]string, 65)}}}
	if got := faultList(many.Validate()); !slices.Equal(got, []string{"/stages too many"}) {
		t.Error(got)
	}
	if err := json.Unmarshal([]byte(`{"edition":1,"initial":2}`), new(lifecycle.Config)); !errors.Is(err, guanxi.ErrUnknownField) || !errors.Is(err, guanxi.ErrType) {
		t.Error(err)
	}
}

func TestCompileFaults(t *testing.T) {
	c := lifecycle.Config{Version: 1, Initial: "a", Stages: []lifecycle.StageConfig{{ID: "a"}, {ID: "b", Final: true}, {ID: "c", Final: true}}, Events: []lifecycle.EventConfig{{ID: "e"}},
		Rules:    []lifecycle.RuleConfig{{From: "a", Event: "e", Guard: "g", To: "b"}},
		Timeouts: []lifecycle.TimeoutConfig{{From: "a", After: guanxi.Span{Time: time.Hour}, Counts: lifecycle.WorkingTime, To: "b"}}}
	_, err := lifecycle.Compile[person](c, nil, nil)
	if got := faultList(err); !slices.Equal(got, []string{"/stages/2 unreachable", "/rules/0/guard guard", "/timeouts/0/counts no calendar"}) {
		t.Error(got, err)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustCompile does not panic")
		}
	}()
	lifecycle.MustCompile[person](c, nil, nil)
}

// pausing is a trial of ten days that stands still while a complaint is open,
// with an answer within 16 working hours.
func pausing() lifecycle.Config {
	return lifecycle.Config{Version: 3, Initial: "trial",
		Stages: []lifecycle.StageConfig{{ID: "trial"}, {ID: "complaint"}, {ID: "customer", Final: true}, {ID: "gone", Final: true, Decline: true}, {ID: "escalated"}},
		Events: []lifecycle.EventConfig{{ID: "complain"}, {ID: "solve"}, {ID: "buy"}, {ID: "visit"}},
		Rules: []lifecycle.RuleConfig{
			{From: "trial", Event: "complain", To: "complaint", Effects: []string{"open_case"}},
			{From: "complaint", Event: "solve", To: "trial"},
			{From: "escalated", Event: "solve", To: "trial", Effects: []string{"gift", "call"}},
			{From: "trial", Event: "buy", Guard: "bit0", To: "customer"},
			{From: "trial", Event: "visit"},
			{From: "gone", Event: "solve", To: "trial"},
		},
		Timeouts: []lifecycle.TimeoutConfig{
			{From: "trial", After: guanxi.Span{Days: 10}, PausedIn: []string{"complaint", "escalated"}, To: "gone", Effects: []string{"farewell"}},
			{From: "complaint", After: guanxi.Span{Time: 16 * time.Hour}, Counts: lifecycle.WorkingTime, To: "escalated", Effects: []string{"alarm"}},
		},
	}
}

func TestStepOutcomes(t *testing.T) {
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	begun, err := m.Begin(start) // a Monday, midnight
	if err != nil {
		t.Fatal(err)
	}
	event := func(id string) lifecycle.Event { e, _ := m.Event(id); return e }
	type step struct {
		event string
		hour  int
		seq   uint32
		who   *person
		code  lifecycle.Code
		err   error
		stage string
		fired uint16
	}
	steps := []step{
		{"visit", 24, 1, nil, lifecycle.Stayed, nil, "trial", 0},
		{"visit", 24, 1, nil, lifecycle.Duplicate, nil, "trial", 0},
		{"visit", 23, 2, nil, lifecycle.LateRefused, lifecycle.ErrLate, "trial", 0},
		{"buy", 30, 2, &person{0}, lifecycle.Refused, lifecycle.ErrRefused, "trial", 0},
		{"buy", 30, 2, nil, lifecycle.Refused, lifecycle.ErrRefused, "trial", 0},
		{"solve", 30, 2, nil, lifecycle.Illegal, lifecycle.ErrIllegal, "trial", 0},
		{"complain", 48, 2, nil, lifecycle.Moved, nil, "complaint", 0},                       // Wednesday, midnight
		{"solve", 72 + 18, 3, nil, lifecycle.Moved, nil, "trial", 1},                         // 18 working hours later: escalated at Thursday, 16:00
		{"visit", 90 + 191, 4, nil, lifecycle.Stayed, nil, "trial", 0},                       // 48 + 191 of 240 hours counted
		{"buy", 90 + 192, 5, &person{1}, lifecycle.Illegal, lifecycle.ErrIllegal, "gone", 1}, // that very instant
		{"buy", 90 + 191, 5, nil, lifecycle.LateRefused, lifecycle.ErrLate, "gone", 0},
	}
	p := begun
	for i, s := range steps {
		q, out := m.Step(p, event(s.event), hour(s.hour), s.seq, s.who)
		if out.Code != s.code || !errors.Is(out.Err(), s.err) || m.StageID(q.Stage) != s.stage || out.Timeouts != s.fired {
			t.Fatalf("step %d: %+v in %s, %+v", i, out, m.StageID(q.Stage), q)
		}
		p = q
	}
	for policy, code := range map[lifecycle.LatePolicy]lifecycle.Code{lifecycle.LateIgnore: lifecycle.LateIgnored, lifecycle.LateRefuse: lifecycle.LateRefused, lifecycle.LateReplay: lifecycle.LateNeedsReplay} {
		c := pausing()
		c.Late = policy
		late := lifecycle.MustCompile(c, bitGuards(), office)
		if q, out := late.Step(begun, event("visit"), hour(-1), 0, nil); q != begun || out.Code != code || !code.Late() {
			t.Error(policy, out)
		}
	}
	if !errors.Is(lifecycle.LateNeedsReplay.Err(), lifecycle.ErrReplay) || lifecycle.LateIgnored.Err() != nil || lifecycle.Moved.Late() {
		t.Error("policies")
	}
	var effects []string
	for _, o := range m.Timeouts(begun, hour(1000)) {
		for e := range m.Effects(o) {
			effects = append(effects, m.EffectID(e))
		}
		if !o.ByTimeout() || m.Config().Timeouts[o.Rule].To != m.StageID(o.To) {
			t.Errorf("%+v", o)
		}
	}
	_, out := m.Step(begun, event("complain"), hour(1), 0, nil)
	for e := range m.Effects(out) {
		effects = append(effects, m.EffectID(e))
	}
	if !slices.Equal(effects, []string{"farewell", "open_case"}) {
		t.Error(effects)
	}
}

func TestHostilePositions(t *testing.T) {
	m := lifecycle.MustCompile(pausing(), bitGuards(), office)
	good, _ := m.Begin(start)
	for _, test := range []struct {
		change func(*lifecycle.Pos)
		code   lifecycle.Code
		err    error
		at     string
	}{
		{func(p *lifecycle.Pos) { p.Version = 2 }, lifecycle.OtherVersion, lifecycle.ErrVersion, "/version"},
		{func(p *lifecycle.Pos) { p.Stage = 99 }, lifecycle.UnknownStage, lifecycle.ErrStage, "/stage"},
		{func(p *lifecycle.Pos) { p.Stage = 0 }, lifecycle.UnknownStage, lifecycle.ErrStage, "/stage"},
		{func(p *lifecycle.Pos) { p.Prev = 6 }, lifecycle.UnknownStage, lifecycle.ErrStage, "/prev"},
		{func(p *lifecycle.Pos) { p.Since = -1 << 63 }, lifecycle.BadPosition, lifecycle.ErrPosition, "/since"},
		{func(p *lifecycle.Pos) { p.Last = 1<<63 - 1 }, lifecycle.BadPosition, lifecycle.ErrPosition, "/last"},
		{func(p *lifecycle.Pos) { p.Counted = -1 }, lifecycle.BadPosition, lifecycle.ErrPosition, "/counted"},
	} {
		p := good
		test.change(&p)
		q, out := m.Step(p, 1, hour(1), 1, nil)
		a, outA := m.Advance(p, hour(1))
		k, outK := m.Classify(p, lifecycle.Facts{}, hour(1))
		if q != p || a != p || k != p || out.Code != test.code || outA.Code != test.code || outK.Code != test.code || !errors.Is(out.Err(), test.err) {
			t.Errorf("%v: %v, %v, %v", test.err, out, outA, outK)
		}
		err := m.Check(p)
		for f := range guanxi.Faults(err) {
			if f.Pointer != test.at || !errors.Is(f, test.err) {
				t.Error(f)
			}
		}
		if _, ok := m.NextDue(p); ok || err == nil {
			t.Error("due, or no fault", test.err)
		}
		rows := []lifecycle.Pos{good, p, good}
		changes, err := m.Sweep(nil, rows, hour(10000))
		if err != nil || len(changes) != 3 || changes[1].Outcome.Code != test.code || rows[1] != p || rows[0] == good {
			t.Error(changes, err)
		}
	}
	if q, out := m.Advance(good, hour(-1)); q != good || out.Code != lifecycle.Backwards || !errors.Is(out.Err(), lifecycle.ErrBackwards) {
		t.Error(out)
	}
	for _, e := range []lifecycle.Event{0, 5, 255} {
		if q, out := m.Step(good, e, hour(1), 1, nil); q != good || out.Code != lifecycle.UnknownEvent || !errors.Is(out.Err(), lifecycle.ErrEvent) {
			t.Error(out)
		}
	}
	for _, at := range []time.Time{{}, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(1<<62, 0), time.Unix(-1<<62, 0)} {
		q, out := m.Step(good, 1, at, 1, nil)
		a, outA := m.Advance(good, at)
		_, err := m.Begin(at)
		_, errS := m.Sweep(nil, []lifecycle.Pos{good}, at)
		if q != good || a != good || !errors.Is(out.Err(), lifecycle.ErrTime) || !errors.Is(outA.Err(), lifecycle.ErrTime) || !errors.Is(err, lifecycle.ErrTime) || !errors.Is(errS, lifecycle.ErrTime) {
			t.Error(at, out, outA, err, errS)
		}
	}
	if _, err := m.Place(77, start); !errors.Is(err, lifecycle.ErrStage) {
		t.Error(err)
	}
	if _, err := m.Diff(lifecycle.Pos{}, good, hour(-5)); !errors.Is(err, lifecycle.ErrStage) || !errors.Is(err, lifecycle.ErrBackwards) {
		t.Error(err)
	}
	_, err := m.Replay(good, []lifecycle.Occurrence[person]{{Event: 1, At: start}, {Event: 9}})
	var at []string
	for f := range guanxi.Faults(err) {
		at = append(at, f.Pointer)
	}
	if !slices.Equal(at, []string{"/1/at", "/1/event"}) || !errors.Is(err, lifecycle.ErrTime) || !errors.Is(err, lifecycle.ErrEvent) {
		t.Error(err)
	}
}

// More timeouts than are applied at once: the rest with the next call.
func TestBehind(t *testing.T) {
	c := lifecycle.Config{Version: 1, Initial: "a", Stages: []lifecycle.StageConfig{{ID: "a"}, {ID: "b"}}, Events: []lifecycle.EventConfig{{ID: "e"}},
		Rules:    []lifecycle.RuleConfig{{From: "a", Event: "e"}, {From: "b", Event: "e"}},
		Timeouts: []lifecycle.TimeoutConfig{{From: "a", After: guanxi.Span{Time: time.Second}, To: "b"}, {From: "b", After: guanxi.Span{Time: time.Second}, To: "a"}}}
	m := lifecycle.MustCompile[person](c, nil, nil)
	begun, _ := m.Begin(start)
	now := start.Add(10001 * time.Second)
	p, calls := begun, 0
	for {
		var out lifecycle.Outcome
		p, out = m.Advance(p, now)
		calls++
		if out.Code != lifecycle.Behind {
			break
		}
		if !errors.Is(out.Err(), lifecycle.ErrBehind) || out.Timeouts != 4096 {
			t.Fatal(out)
		}
	}
	if calls != 3 || p.Since.Time() != now || m.StageID(p.Stage) != "b" {
		t.Error(calls, p)
	}
	if q, out := m.Step(begun, 1, now, 1, nil); out.Code != lifecycle.Behind || q.Seq != 0 {
		t.Error(q, out)
	}
	r, err := m.Replay(begun, []lifecycle.Occurrence[person]{{Event: 1, At: now, Seq: 1}})
	if err != nil || r.Outcomes[0].Code != lifecycle.Stayed || len(r.Visits) != 10001 || r.Pos.Since != p.Since {
		t.Error(r.Pos, r.Outcomes, len(r.Visits), err)
	}
}
