package care_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// faultsOf lists "pointer: sentinel", every fault at once and in order.
func faultsOf(err error) (out []string) {
	names := []struct {
		err  error
		name string
	}{
		{care.ErrID, "id"}, {care.ErrDuplicate, "duplicate"}, {care.ErrOption, "option"}, {care.ErrMisplaced, "misplaced"}, {care.ErrEmpty, "empty"},
		{care.ErrNoStep, "no step"}, {care.ErrNoOutcome, "no outcome"}, {care.ErrLoop, "loop"}, {care.ErrNoCalendar, "no calendar"}, {care.ErrAmount, "money"},
		{care.ErrState, "state"}, {lifecycle.ErrCalendarZone, "zone"}, {lifecycle.ErrCalendarTime, "time"}, {lifecycle.ErrCalendarDate, "date"},
		{guanxi.ErrUnknownField, "unknown"}, {guanxi.ErrType, "type"}, {guanxi.ErrSpan, "span"},
	}
	for fe := range guanxi.Faults(err) {
		name := fe.Err.Error()
		for _, n := range names {
			if errors.Is(fe, n.err) {
				name = n.name
				break
			}
		}
		out = append(out, fe.Pointer+": "+name)
	}
	return out
}

func TestConfigFaults(t *testing.T) {
	read := func(v json.Unmarshaler) func(string) error {
		return func(doc string) error { return v.UnmarshalJSON([]byte(doc)) }
	}
	for _, tt := range []struct {
		name string
		read func(string) error
		doc  string
		want []string
	}{
		{"plan", read(new(care.Plan)), `{
			"id": "", "entry": {"kind": "birthday", "name": "x"}, "rest": "P200Y",
			"exits": ["bought"],
			"steps": [
				{"id": "a", "channel": "fax", "anchor": {"kind": "step", "name": "b", "outcomes": ["yes"]}, "outcomes": ["yes", "expired"]},
				{"id": "b", "channel": "sms", "anchor": {"kind": "step", "name": "a", "outcomes": []}, "before": "P1D", "at": "09:00"},
				{"id": "b", "channel": "sms", "anchor": {"kind": "step", "name": "z", "outcomes": ["yes"]}, "every": "PT1M"},
				{"id": "c", "channel": "sms", "anchor": {"kind": "birthday", "date": "2025-01-01"}, "every": "P1Y", "times": -1},
				{"id": "d", "channel": "sms", "anchor": {"kind": "date"}, "times": 3, "catch_up": "some"},
				{"id": "e", "channel": "sms", "anchor": {"kind": "step", "name": "c", "outcomes": ["expired"]}},
				{"id": "f", "channel": "sms", "anchor": {"kind": "stage", "outcomes": ["x"]}}
			]}`,
			[]string{"/id: id", "/entry/kind: option", "/entry/name: misplaced", "/reentry: option", "/rest: option",
				"/steps/0/channel: option", "/steps/0/outcomes/1: duplicate",
				"/steps/1/before: misplaced", "/steps/1/at: misplaced", "/steps/2/id: duplicate", "/steps/2/every: option",
				"/steps/3/anchor/date: misplaced", "/steps/3/every: misplaced", "/steps/3/times: option",
				"/steps/4/anchor/date: date", "/steps/4/times: misplaced", "/steps/4/catch_up: option",
				"/steps/6/anchor/name: id", "/steps/6/anchor/outcomes: misplaced",
				"/steps/0/anchor/name: misplaced", "/steps/0/anchor/outcomes/0: no outcome", "/steps/1/anchor/outcomes: empty", "/steps/2/anchor/name: no step",
				"/steps/5/anchor/name: misplaced", "/exits/0: no outcome"}},
		{"loop", read(new(care.Plan)), `{"id": "p", "reentry": "never", "entry": {"kind": "order"}, "steps": [
			{"id": "a", "channel": "sms", "anchor": {"kind": "step", "name": "b", "outcomes": ["expired"]}},
			{"id": "b", "channel": "sms", "anchor": {"kind": "step", "name": "a", "outcomes": ["expired"]}}]}`,
			[]string{"/steps/0/anchor/name: loop", "/steps/1/anchor/name: loop"}},
		{"empty plan", read(new(care.Plan)), `{"id": "p", "entry": {"kind": "order"}, "reentry": "never", "steps": []}`, []string{"/steps: empty"}},
		{"unknown", read(new(care.Plan)), `{"id": 7, "step": []}`, []string{"/id: type", "/step: unknown"}},
		{"policy", read(new(care.Policy)), `{"quiet": [{"from": "21:00", "to": "21:00", "channels": ["fax"]}], "cap": {"max": 101, "per": "P1M"}}`,
			[]string{"/quiet/0: option", "/quiet/0/channels/0: option", "/cap/max: option"}},
		{"cap", read(new(care.Policy)), `{"cap": {"max": 1, "per": "P1M"}}`, []string{"/cap/per: option"}},
		{"no cap", read(new(care.Policy)), `{"cap": {"max": 0, "per": "P1D"}}`, []string{"/cap/per: misplaced"}},
		{"always quiet", read(new(care.Policy)), `{"quiet": [{"from": "09:00", "to": "21:00", "channels": ["sms"]}, {"from": "20:00", "to": "09:00"}]}`, []string{"/quiet: option"}},
		{"watch", read(new(care.WatchConfig)), `{"subjects": 65, "triggers": [{"id": "a", "kind": "x", "of": "v", "unless": ["v"], "count": 1}, {"id": "a", "kind": "repeated", "of": "", "unless": [], "count": 2}]}`,
			[]string{"/subjects: option", "/triggers/0/kind: option", "/triggers/0/unless: option", "/triggers/0/count: option", "/triggers/1/id: duplicate", "/triggers/1/of: id", "/triggers/1/within: empty"}},
		{"no triggers", read(new(care.WatchConfig)), `{"triggers": []}`, []string{"/triggers: empty"}},
		{"desk", read(new(care.DeskConfig)), `{"zone": "Mars/X", "decimals": 2, "severities": [
			{"id": "a", "answer": {"clock": "working", "within": "P1D"}, "ladder": [{"after": "PT2H", "to": "x"}, {"after": "PT1H", "to": ""}], "tiers": [{"id": "t", "max": "1.001"}]},
			{"id": "a", "answer": {"clock": "same_day", "within": "P1D"}, "requires": ["x", "x"], "cap": "-1"},
			{"id": "b", "answer": {"clock": "wall"}}], "causes": [], "units": ["u", "u"]}`,
			[]string{"/zone: zone", "/severities/0/answer/within: option", "/severities/0/ladder/1/to: id", "/severities/0/ladder/1/after: option",
				"/severities/0/tiers/0/max: money", "/severities/0/cap: empty", "/severities/1/id: duplicate", "/severities/1/answer/within: misplaced", "/severities/1/requires/1: duplicate",
				"/severities/1/cap: money", "/severities/2/answer/within: empty", "/causes: empty", "/units/1: duplicate"}},
		{"no severities", read(new(care.DeskConfig)), `{"decimals": 19, "severities": [], "causes": ["c"], "units": ["u"]}`, []string{"/decimals: option", "/severities: empty"}},
		{"pool", read(new(care.PoolConfig)), `{"zone": "Local", "untouched": "P3D", "warning": "P3D", "holding": -1, "claims": 1001}`,
			[]string{"/zone: zone", "/warning: option", "/holding: option", "/claims: option", "/claims_per: option"}},
		{"idle pool", read(new(care.PoolConfig)), `{"untouched": "P0D", "holding": 0}`, []string{"/untouched: empty"}},
		{"book", read(new(care.Book)), `{"customer": "li", "since": "2025-01-02T00:00:00Z", "planned": "2025-01-01T00:00:00Z",
			"runs": [{"plan": "p", "entered": "2025-01-01T00:00:00.0000001Z", "lines": [{"step": "s", "anchor": "2025-01-01T00:00:00Z", "n": -1}]}],
			"tasks": [{"id": "x", "customer": "li", "plan": "p", "step": "s", "anchor": "2025-01-01T00:00:00Z", "n": 0, "channel": "sms", "due": "2025-01-01T00:00:00Z", "expires": "2025-01-01T00:00:00Z", "status": "due"}],
			"released": ["2025-01-03T00:00:00Z"]}`,
			[]string{"/planned: state", "/runs/0: state", "/runs/0/lines/0: state", "/tasks/0: state", "/released/0: state"}},
		{"case", read(new(care.Case)), `{"id": "", "customer": "li", "kind": "x", "severity": "s", "status": "paused", "opened": "2025-01-02T00:00:00Z", "updated": "2025-01-01T00:00:00Z", "start": "2025-01-01T00:00:00Z", "due": "2025-01-01T00:00:00Z", "level": -1}`,
			[]string{"/id: id", "/kind: option", "/paused_at: state", "/updated: state", "/paused_at: state", ": state"}},
		{"lead", read(new(care.Lead)), `{"id": "x", "warned": true, "last": "y"}`, []string{"/owner: state", "/updated: state"}},
		{"watch state", read(new(care.Watch)), `{"last": "2025-01-01T00:00:00Z", "counts": {"a": [{"subject": "x", "at": "2025-01-02T00:00:00Z"}]}}`, []string{"/counts/a/0: state"}},
	} {
		err := tt.read(tt.doc)
		if got := faultsOf(err); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q\n%v", tt.name, got, tt.want, err)
		}
	}
}

func TestConfigJSON(t *testing.T) {
	again := func(in, out any) {
		t.Helper()
		data, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, out); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if back, _ := json.Marshal(out); string(back) != string(data) {
			t.Errorf("%s\n%s", data, back)
		}
	}
	again(winback(), new(care.Plan))
	again(birthdays(), new(care.Plan))
	again(care.Policy{Quiet: night().Quiet, Cap: care.Cap{Max: 2, Per: span("P7D")}}, new(care.Policy))
	again(watchConfig(), new(care.WatchConfig))
	again(deskConfig(), new(care.DeskConfig))
	again(poolConfig(), new(care.PoolConfig))
}

func TestPlannerFaults(t *testing.T) {
	bad := winback()
	bad.ID = ""
	_, err := care.NewPlanner([]care.Plan{winback(), bad, winback()}, care.Policy{Cap: care.Cap{Max: -1}})
	if got := faultsOf(err); !slices.Equal(got, []string{"/plans/1/id: id", "/plans/2/id: duplicate", "/policy/cap/max: option"}) {
		t.Errorf("%q", got)
	}
	if _, err := care.NewPlanner(make([]care.Plan, 257), care.Policy{}); !errors.Is(err, care.ErrOption) {
		t.Error(err)
	}
	if _, err := care.NewDesk(deskConfig(), nil); !errors.Is(err, care.ErrNoCalendar) {
		t.Error(err)
	}
	p := care.MustPlanner([]care.Plan{winback()}, night())
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	li := care.Customer{ID: "li"}
	for _, tt := range []struct {
		name string
		c    care.Customer
		b    care.Book
		now  time.Time
		want error
	}{
		{"no time", li, b, time.Time{}, care.ErrTime},
		{"far time", li, b, time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC), care.ErrTime},
		{"backwards", li, b, at("2024-12-31 00:00"), care.ErrBackwards},
		{"other customer", care.Customer{ID: "wang"}, b, at("2025-01-02 00:00"), care.ErrOtherCustomer},
		{"no book", li, care.Book{}, at("2025-01-02 00:00"), care.ErrState},
		{"no birthday", care.Customer{ID: "li", Birthday: care.MonthDay{Month: 2, Day: 30}}, b, at("2025-01-02 00:00"), care.ErrOption},
		{"no such fact", care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Birthday, At: at("2025-01-02 00:00")}}}, b, at("2025-01-02 00:00"), care.ErrOption},
		{"fact without time", care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Order}}}, b, at("2025-01-02 00:00"), care.ErrTime},
	} {
		if _, err := p.Plan(tt.c, tt.b, tt.now); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, err := care.NewBook("li", time.Time{}); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
	for _, f := range []func(){func() { care.MustPlanner([]care.Plan{{}}, care.Policy{}) }, func() { care.MustDesk(care.DeskConfig{}, nil) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		}()
	}
	d := desk()
	if _, err := d.Open("1", "li", care.Complaint, "none", at("2025-01-01 00:00")); !errors.Is(err, care.ErrSeverity) {
		t.Error(err)
	}
	if _, err := d.Open("", "li", care.Complaint, "food", at("2025-01-01 00:00")); !errors.Is(err, care.ErrID) {
		t.Error(err)
	}
	if _, err := d.Open("1", "li", care.Complaint, "slow", time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC)); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
	if _, err := d.Open("1", "li", care.Complaint, "ordinary", time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC)); !errors.Is(err, care.ErrTime) {
		t.Error(err)
	}
}

// What is too much for one call is done in several, with the same result.
func TestBehind(t *testing.T) {
	hourly := care.Plan{ID: "p", Entry: care.Anchor{Kind: care.Joined}, Reentry: care.Never,
		Steps: []care.Step{{ID: "s", Channel: care.SMS, Every: span("PT1H"), Expires: span("PT1H")}}}
	p := care.MustPlanner([]care.Plan{hourly}, care.Policy{})
	c := care.Customer{ID: "li", Facts: []care.Fact{{Kind: care.Joined, At: at("2020-01-01 00:00")}}}
	b := must(care.NewBook("li", at("2020-01-01 00:00")))
	now := at("2022-01-01 00:00")
	first := must(p.Plan(c, b, now))
	if !first.Behind || !first.Change().Next.Equal(first.Book.Planned) {
		t.Fatal("not behind")
	}
	if _, err := p.Complete(c, b, "x", "", now); !errors.Is(err, care.ErrBehind) {
		t.Error(err)
	}
	r, n := first, len(first.Tasks)
	for r.Behind {
		r = must(p.Plan(c, r.Book, now))
		n += len(r.Tasks)
	}
	if want := 731 * 24; n < want || n > want+10 { // a task may be told of twice where it was cut
		t.Errorf("%d tasks, want %d", n, want)
	}
}

// A book of plans that no longer exist is cleared.
func TestPlansThatAreGone(t *testing.T) {
	c := care.Customer{ID: "li", Location: shanghai, Facts: []care.Fact{{Kind: care.Stage, Name: "dormant", At: at("2025-03-01 10:00")}}}
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	r := must(care.MustPlanner([]care.Plan{winback()}, night()).Plan(c, b, at("2025-03-02 12:00")))
	expect(t, "due", r.Tasks, "winback/call due 2025-03-02 10:00")
	shorter := winback()
	shorter.Steps = shorter.Steps[2:]
	shorter.Exits = nil
	r = must(care.MustPlanner([]care.Plan{shorter}, night()).Plan(c, r.Book, at("2025-03-02 13:00")))
	expect(t, "gone", r.Tasks, "winback/call dropped 2025-03-02 10:00")
}

func TestLabels(t *testing.T) {
	for _, l := range []interface{ Label(guanxi.Lang) string }{
		care.Phone, care.Email, care.SMS, care.WeChat, care.Visit, care.Event,
		care.Waiting, care.Due, care.Done, care.Lapsed, care.Skipped, care.Dropped,
		care.Complaint, care.Crisis, care.LowScore, care.Broken,
		care.CaseOpen, care.CasePaused, care.CaseAnswered, care.CaseResolved, care.CaseReopened,
		care.Escalate, care.Missed, care.Warned, care.Returned, care.Repeated, care.Streak, care.Wall, care.Working, care.SameDay,
	} {
		if en, zh := l.Label(guanxi.EN), l.Label(guanxi.ZH); en == "" || zh == "" || en == zh {
			t.Errorf("%v: %q, %q", l, en, zh)
		}
	}
	if care.Channel("x").Label(guanxi.ZH) != "x" || care.TaskStatus("x").Label("") != "x" || care.CaseKind("x").Label("") != "x" || care.CaseStatus("x").Label("") != "x" ||
		care.EffectKind("x").Label("") != "x" || care.NoticeKind("x").Label("") != "x" || care.TriggerKind("x").Label("") != "x" || care.Clock("x").Label("") != "x" {
		t.Error("unknown labels")
	}
}

func TestStoredStates(t *testing.T) {
	b := must(care.NewBook("li", at("2025-01-01 00:00")))
	c := must(desk().Open("1", "li", care.Complaint, "slow", at("2025-01-01 00:00")))
	bv, cv := must(b.Value()), must(c.Value())
	var b2 care.Book
	var c2 care.Case
	if err := b2.Scan(bv); err != nil || b2.Customer != "li" {
		t.Error(err)
	}
	if err := c2.Scan([]byte(cv.(string))); err != nil || c2.ID != "1" {
		t.Error(err)
	}
	if err := b2.Scan(nil); !errors.Is(err, care.ErrState) {
		t.Error(err)
	}
	if err := c2.Scan(strings.Repeat("[", 100)); err == nil {
		t.Error("no error")
	}
}
