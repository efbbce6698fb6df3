package survey

import "github.com/guanxi-go/guanxi"

// NPS returns a ready questionnaire, to use or to edit: how likely the customer
// is to recommend us, from 0 to 10, with the reason left open; who answers 6 or
// less is asked whether a call back is welcome.
func NPS() Questionnaire {
	return Questionnaire{
		ID:      "nps",
		Version: 1,
		Title:   guanxi.Text{EN: "How likely are you to recommend us?", ZH: "您愿意推荐我们吗？"},
		Kind:    "nps",
		Questions: []Question{
			{
				ID:       "recommend",
				Type:     Rating,
				Required: true,
				Text: guanxi.Text{
					EN: "How likely are you to recommend us to a friend or colleague?",
					ZH: "您有多大可能向朋友或同事推荐我们？",
				},
				Scale: Scale{
					Min: 0, Max: 10,
					Low:  guanxi.Text{EN: "not at all likely", ZH: "完全不可能"},
					High: guanxi.Text{EN: "extremely likely", ZH: "极有可能"},
				},
				Because:  Because{Text: guanxi.Text{EN: "What is the main reason?", ZH: "主要原因是什么？"}},
				Branches: []Branch{{Scores: &Band{0, 6}, Goto: "callback"}},
				Then:     End,
			},
			{
				ID:   "callback",
				Type: Single,
				Text: guanxi.Text{
					EN: "May we call you to put it right?",
					ZH: "我们可以联系您来解决问题吗？",
				},
				Options: []Option{
					{ID: "yes", Text: guanxi.Text{EN: "Yes, please", ZH: "可以"}},
					{ID: "no", Text: guanxi.Text{EN: "No, thank you", ZH: "不用了"}},
				},
			},
		},
	}
}
