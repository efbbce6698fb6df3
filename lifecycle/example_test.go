package lifecycle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/shopspring/decimal"
)

// member is the host's own customer.
type member struct{ visits int }

// A model of one's own: a trial that stands still while a complaint is open, with
// an answer to the complaint within eight working hours.
func ExampleCompile() {
	var config lifecycle.Config
	err := json.Unmarshal([]byte(`{
		"version": 1, "initial": "trial",
		"stages": [
			{"id": "trial",     "name": {"en": "Trial", "zh": "试用"}},
			{"id": "complaint", "name": {"en": "Complaint", "zh": "投诉中"}},
			{"id": "member",    "name": {"en": "Member", "zh": "会员"}, "final": true},
			{"id": "lost",      "name": {"en": "Lost", "zh": "流失"}, "final": true, "decline": true}],
		"events": [{"id": "join"}, {"id": "complain"}, {"id": "solve"}],
		"rules": [
			{"from": "trial",     "event": "join", "guard": "came_twice", "to": "member", "effects": ["welcome_pack"]},
			{"from": "trial",     "event": "complain", "to": "complaint", "effects": ["open_case"]},
			{"from": "complaint", "event": "solve", "to": "trial"},
			{"from": "lost",      "event": "join", "to": "trial"}],
		"timeouts": [
			{"from": "trial", "after": "P14D", "paused_in": ["complaint"], "to": "lost"},
			{"from": "complaint", "after": "PT8H", "counts": "working", "to": "complaint", "effects": ["remind"]}]
	}`), &config)
	if err != nil {
		fmt.Println(err)
		return
	}
	office := lifecycle.MustCalendar(lifecycle.CalendarConfig{
		Zone: "Asia/Shanghai", Week: lifecycle.Weekdays(lifecycle.HoursOf("09:00", "17:00")),
	})
	guards := lifecycle.Guards[member]{"came_twice": func(m *member) bool { return m.visits >= 2 }}
	model, err := lifecycle.Compile(config, guards, office)
	if err != nil {
		fmt.Println(err)
		return
	}
	pos, _ := model.Begin(time.Date(2026, 3, 6, 10, 0, 0, 0, time.UTC)) // a Friday
	join, _ := model.Event("join")
	at := time.Date(2026, 3, 8, 10, 0, 0, 0, time.UTC)
	for _, who := range []*member{{visits: 1}, {visits: 2}} {
		after, out := model.Step(pos, join, at, 1, who)
		fmt.Print(out.Code, " ", model.StageLabel(after.Stage, guanxi.ZH))
		for e := range model.Effects(out) {
			fmt.Print(", do ", model.EffectID(e))
		}
		fmt.Println()
	}
	// Output:
	// refused 试用
	// moved 会员, do welcome_pack
}

// A step applies what was due before the event; the order of a customer long
// lost finds them so, although nobody has swept.
func ExampleModel_Step() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	order, _ := model.Event("order")
	begun, _ := model.Begin(time.Date(2025, 1, 10, 0, 0, 0, 0, time.UTC))
	pos, out := model.Step(begun, order, time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC), 1, nil)
	fmt.Println(out.Timeouts, "timeout before:", model.StageID(out.From), "→", model.StageID(out.To))
	for _, v := range model.AppendVisits(nil, begun, out) {
		fmt.Println(model.StageID(v.Stage), v.From, v.To)
	}
	again, out := model.Step(pos, order, time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC), 1, nil)
	fmt.Println(out.Code, again == pos)
	_, out = model.Step(pos, order, time.Date(2025, 8, 1, 0, 0, 0, 0, time.UTC), 2, nil)
	fmt.Println(out.Code, "-", out.Err())
	// Output:
	// 1 timeout before: at_risk → active
	// new 2025-01-10T00:00:00Z 2025-04-12T00:00:00Z
	// at_risk 2025-04-12T00:00:00Z 2025-09-01T00:00:00Z
	// duplicate true
	// late_refused - lifecycle: the event is late
}

func ExampleModel_Advance() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.GymThresholds()), nil, nil)
	pos, _ := model.Begin(time.Date(2025, 1, 10, 0, 0, 0, 0, time.UTC))
	due, _ := model.NextDue(pos)
	fmt.Println("look again on", due.Format(time.DateOnly))
	// Nobody has looked for two years; it makes no difference.
	now := time.Date(2027, 1, 10, 0, 0, 0, 0, time.UTC)
	for _, out := range model.Timeouts(pos, now) {
		for e := range model.Effects(out) {
			fmt.Println(out.At, model.StageID(out.To), model.EffectID(e))
		}
	}
	pos, out := model.Advance(pos, now)
	fmt.Println(out.Timeouts, "timeouts,", model.StageLabel(pos.Stage, guanxi.EN), "since", pos.Since)
	// Output:
	// look again on 2025-04-12
	// 2025-04-12T00:00:00Z at_risk recall
	// 2026-01-10T00:00:00Z lost ask_reason
	// 2 timeouts, Lost since 2026-01-10T00:00:00Z
}

func ExampleModel_Sweep() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	rows := make([]lifecycle.Pos, 3)
	for i := range rows {
		rows[i], _ = model.Begin(time.Date(2025, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC))
	}
	changes, err := model.Sweep(nil, rows, time.Date(2025, 5, 10, 0, 0, 0, 0, time.UTC))
	for _, c := range changes {
		fmt.Println(c.Row, c.Outcome.Code, model.StageID(c.Outcome.To), c.Outcome.At)
	}
	fmt.Println(err)
	// Output:
	// 0 moved at_risk 2025-04-03T00:00:00Z
	// 1 moved at_risk 2025-05-04T00:00:00Z
	// <nil>
}

func ExampleModel_Replay() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	order, _ := model.Event("order")
	begun, _ := model.Begin(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	// The order of March arrives last.
	replayed, err := model.Replay(begun, []lifecycle.Occurrence[member]{
		{Event: order, At: time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC), Seq: 1},
		{Event: order, At: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), Seq: 2},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, _ := model.Step(begun, order, time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC), 1, nil)
	differences, _ := model.Diff(stored, replayed.Pos, time.Date(2025, 5, 2, 0, 0, 0, 0, time.UTC))
	for _, d := range differences {
		fmt.Println(d.Field, d.Stored, "should be", d.Replayed)
	}
	// Output:
	// since 2025-05-01T00:00:00Z should be 2025-03-01T00:00:00Z
	// seq 1 should be 2
	// prev at_risk should be new
}

func ExampleModel_Next() {
	model := lifecycle.MustCompile(lifecycle.Journey(lifecycle.Thresholds{}), lifecycle.JourneyGuards(lifecycle.Thresholds{}), nil)
	dormant, _ := model.Stage("dormant")
	pos, _ := model.Place(dormant, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	options, _ := model.Next(pos, &lifecycle.Facts{Orders: 2})
	for _, o := range options {
		switch o.Code {
		case lifecycle.Illegal:
			fmt.Print(model.EventID(o.Event), " only in")
			for _, s := range o.Stages {
				fmt.Print(" ", model.StageLabel(s, guanxi.ZH))
			}
			fmt.Println()
		default:
			fmt.Println(model.EventID(o.Event), o.Code, model.StageLabel(o.To, guanxi.ZH))
		}
	}
	// Output:
	// contact only in 认知
	// order moved 回流
}

func ExampleModel_Classify() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.TravelThresholds()), nil, nil)
	last := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	var pos lifecycle.Pos
	for _, days := range []int{10, 181, 182, 730} {
		var out lifecycle.Outcome
		pos, out = model.Classify(pos, lifecycle.Facts{Orders: 4, LastOrder: last}, last.AddDate(0, 0, days))
		fmt.Println(days, out.Code, model.StageID(pos.Stage))
	}
	// Output:
	// 10 moved active
	// 181 idle active
	// 182 moved at_risk
	// 730 moved lost
}

func ExampleModel_Mermaid() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	fmt.Print(model.Mermaid(guanxi.EN))
	// Output:
	// stateDiagram-v2
	//   state "Current" as s0 {
	//     [*] --> s1
	//     state "New" as s1
	//     state "Active" as s2
	//   }
	//   state "At risk" as s3
	//   state "Lost" as s4
	//   [*] --> s0
	//   s1 --> s2 : Order
	//   s2 --> s2 : Order
	//   s3 --> s2 : Order / welcome_back
	//   s4 --> s2 : Order / welcome_back
	//   s0 --> s3 : P92D of silence / recall
	//   s3 --> s4 : P365D of silence / ask_reason
	//   s4 --> [*]
}

func ExampleLevelTable() {
	table, err := lifecycle.NewLevelTable(lifecycle.LevelConfig{
		MediumMargin: decimal.RequireFromString("0.15"), HighMargin: decimal.RequireFromString("0.35"),
		SomeCustomers: 200, ManyCustomers: 20_000,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	level, _ := table.Choose(decimal.RequireFromString("0.40"), 1_500)
	care, _ := lifecycle.CareFor(level)
	fmt.Println(level.Label(guanxi.EN), level.Label(guanxi.ZH))
	for _, s := range care.Steps {
		fmt.Println("-", s.Anchor, "+", s.After, s.Text.EN)
	}
	// Output:
	// Proactive 能动型
	// - stage_entry + P0D Send the number to call with questions.
	// - last_order + P7D Ask whether it fits; note faults and wishes.
	// - stage_entry + P30D Tell of improvements and new products.
}

func ExampleKeeper() {
	ctx := context.Background()
	keeper := lifecycle.Keeper[member]{
		Model: lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil),
		Store: new(lifecycle.Memory), // the host's own table
	}
	for i, id := range []lifecycle.CustomerID{"anna", "bo"} {
		if _, err := keeper.Begin(ctx, id, time.Date(2025, 1, 1+i, 0, 0, 0, 0, time.UTC)); err != nil {
			fmt.Println(err)
		}
	}
	swept, err := keeper.Sweep(ctx, time.Date(2025, 4, 3, 12, 0, 0, 0, time.UTC), 100)
	for _, k := range swept {
		fmt.Println(k.Customer, keeper.Model.StageID(k.After.Stage))
	}
	fmt.Println(err)
	// Output:
	// anna at_risk
	// <nil>
}

// A journal: the visits that ended, and the one that goes on.
func ExampleModel_AppendVisits() {
	model := lifecycle.MustCompile[member](lifecycle.Shop(lifecycle.Thresholds{}), nil, nil)
	order, _ := model.Event("order")
	pos, _ := model.Begin(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	var journal []lifecycle.Visit
	for i, at := range []time.Time{time.Date(2025, 1, 20, 0, 0, 0, 0, time.UTC), time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)} {
		after, out := model.Step(pos, order, at, uint32(i+1), nil)
		journal = model.AppendVisits(journal, pos, out)
		pos = after
	}
	if open, ok := pos.OpenVisit(time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)); ok {
		journal = append(journal, open)
	}
	for _, v := range journal {
		fmt.Println(model.StageID(v.Stage), v.From.Time().Format(time.DateOnly), v.To.Time().Format(time.DateOnly))
	}
	// Output:
	// new 2025-01-01 2025-01-20
	// active 2025-01-20 2025-04-22
	// at_risk 2025-04-22 2025-06-01
	// active 2025-06-01 2025-07-01
}
