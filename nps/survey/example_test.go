package survey_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// The question of the handbooks, from the host's database to an answer.
func Example() {
	stored := []byte(`{
		"id": "designer", "version": 1, "kind": "nps",
		"title": {"en": "Your renovation", "zh": "您的装修"},
		"questions": [
			{"id": "recommend", "type": "scenario", "required": true,
			 "scene": {"en": "A friend of yours is renovating.", "zh": "您的朋友正在装修。"},
			 "text": {"en": "Would you recommend our designer?", "zh": "您会推荐我们的设计师吗？"},
			 "scale": {"min": 0, "max": 10},
			 "because": {"text": {"en": "because ____", "zh": "因为____"}},
			 "branches": [{"scores": [0, 6], "goto": "callback"}],
			 "then": "end"},
			{"id": "callback", "type": "single",
			 "text": {"en": "May we call you?", "zh": "我们可以联系您吗？"},
			 "options": [{"id": "yes", "text": {"en": "Yes", "zh": "可以"}}, {"id": "no", "text": {"en": "No", "zh": "不用"}}]}
		]
	}`)
	var q survey.Questionnaire
	if err := json.Unmarshal(stored, &q); err != nil {
		fmt.Println(err) // every fault with its place
		return
	}
	form := survey.MustNew(q)

	answers := survey.Answers{}
	given := map[string]survey.Answer{
		"recommend": survey.RatedBecause{Score: 3, Because: "设计师总改方案"},
		"callback":  survey.Chose("yes"),
	}
	for id, err := form.Next(answers); id != survey.End; id, err = form.Next(answers) {
		if err != nil {
			panic(err)
		}
		question, _ := form.Question(id)
		fmt.Println(question.Scene.In(guanxi.ZH) + question.Text.In(guanxi.ZH) + question.Because.Text.In(guanxi.ZH))
		answers[id] = given[id]
	}
	// Output:
	// 您的朋友正在装修。您会推荐我们的设计师吗？因为____
	// 我们可以联系您吗？
}

// A response from the outside: all that is wrong with it, at once.
func ExampleForm_Decode() {
	form := survey.MustNew(survey.NPS())
	_, err := form.Decode([]byte(`{
		"questionnaire": "nps", "version": 1, "channel": "fax",
		"answers": {"recommend": 11, "callback": "perhaps", "age": 40}
	}`))
	for f := range guanxi.Faults(err) {
		fmt.Println(f)
	}
	// Output:
	// /channel: not a value of this option: "fax" is not a channel
	// /answers/recommend: outside the scale: 11 is not in 0 to 10
	// /answers/callback: no such choice: "perhaps"
	// /answers/age: no such question
}

// A fault of a questionnaire is told with its place.
func ExampleQuestionnaire_Validate() {
	q := survey.NPS()
	q.Questions[0].Branches[0].Goto = "call-back"
	for f := range guanxi.Faults(q.Validate()) {
		fmt.Println(f)
	}
	// Output:
	// /questions/0/branches/0/goto: no such question to go on with: "call-back"
	// /questions/1: no answers lead to this question: "callback"
}

func ExampleDecide() {
	policy := survey.MustPolicy(survey.PolicyConfig{
		Overall: survey.Gap{Shown: guanxi.MustParseSpan("P14D"), Dismissed: guanxi.MustParseSpan("P60D")},
		Kinds:   map[string]survey.Gap{"nps": {Answered: guanxi.MustParseSpan("P90D")}},
		Cap:     survey.Cap{Max: 4},
		Quiet:   []survey.Quiet{{From: survey.TimeOfDayAt(21, 0), To: survey.TimeOfDayAt(9, 0)}},
	})
	zone := time.FixedZone("Beijing", 8*3600)
	answered := time.Date(2026, 3, 2, 20, 30, 0, 0, zone)
	history := &survey.History{
		Ask:      survey.Ask{Survey: "after-sale", Kind: "nps", Channel: survey.Online},
		Customer: "c17",
		Location: zone,
		Contacts: []survey.Contact{
			{Survey: "visit", Kind: "nps", Channel: survey.Phone, Shown: answered.Add(-time.Hour), Answered: answered},
		},
	}
	for _, now := range []time.Time{
		time.Date(2026, 3, 31, 10, 0, 0, 0, zone),
		time.Date(2026, 5, 31, 22, 0, 0, 0, zone),
		time.Date(2026, 6, 1, 10, 0, 0, 0, zone),
	} {
		d, err := survey.Decide(policy, history, now)
		if err != nil {
			panic(err)
		}
		fmt.Println(d.Allow, d.Reason.Label(guanxi.EN), d.Earliest.Format("2006-01-02 15:04"))
	}
	// Output:
	// false too soon after a survey of the same kind 2026-05-31 20:30
	// false quiet hours 2026-06-01 09:00
	// true may be asked 2026-06-01 10:00
}

// Two answers are wanted from Beijing, and none from elsewhere.
func ExampleKeeper() {
	quota := survey.MustQuota(survey.QuotaConfig{
		ID:    "spring",
		Hold:  guanxi.MustParseSpan("PT15M"),
		Cells: []survey.Cell{{ID: "beijing", Limit: 2}, {ID: "elsewhere", Limit: 0}},
	})
	keeper := survey.Keeper{Quota: quota, Store: new(survey.Memory)}
	ctx, now := context.Background(), time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

	for _, visit := range []string{"v1", "v2", "v3"} {
		r, err := keeper.Reserve(ctx, "beijing", visit, now)
		fmt.Println(visit, r.Status, errors.Is(err, survey.ErrFull))
	}
	_, err := keeper.Reserve(ctx, "elsewhere", "v4", now)
	fmt.Println(err)

	r, err := keeper.Confirm(ctx, "beijing", "v1", now.Add(5*time.Minute))
	fmt.Println("v1", r.Status, err)
	now = now.Add(15 * time.Minute) // v2 never came back
	r, err = keeper.Reserve(ctx, "beijing", "v3", now)
	fmt.Println("v3", r.Status, err)
	count, err := keeper.Count(ctx, "beijing", now)
	fmt.Printf("%+v %v\n", count, err)
	// Output:
	// v1 held false
	// v2 held false
	// v3  true
	// survey: the cell is full: "elsewhere" takes 0
	// v1 confirmed <nil>
	// v3 held <nil>
	// {Limit:2 Confirmed:1 Held:1 Free:0} <nil>
}
