package survey

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Response is a questionnaire filled in. It names nobody: who answered is the
// host's to know, and to forget.
type Response struct {
	Questionnaire string      `json:"questionnaire"`
	Version       int         `json:"version"`
	Channel       Channel     `json:"channel"`
	Lang          guanxi.Lang `json:"lang,omitempty"`
	At            time.Time   `json:"at,omitzero"` // when it was answered; optional
	Answers       Answers     `json:"answers"`
}

// Check returns every fault of a finished response, each a *guanxi.FieldError
// with its place in the response ("/answers/recommend"): another questionnaire,
// version or channel, and in the order of the questions [ErrMissing],
// [ErrNotAsked], [ErrOffScale], [ErrUnknownChoice], [ErrCount], [ErrDuplicate],
// [ErrTooLong], [ErrUTF8] and guanxi.ErrType; [ErrUnknownQuestion] comes last.
//
// Behind a faulty answer that decides about a branch the path is not known.
// Answers that may belong to it are then held against their own question only,
// and nothing is said to be missing there.
func (f *Form) Check(r Response) error {
	var all faults
	f.head(&all, r)
	get := func(q *Question) (Answer, bool, error) {
		a, ok := r.Answers[q.ID]
		return a, ok, nil
	}
	all.under("/answers", func(all *faults) {
		for _, err := range f.checkAnswers(get, sorted(r.Answers)) {
			all.at("", err)
		}
	})
	return all.err()
}

// head checks everything but the answers.
func (f *Form) head(all *faults, r Response) {
	if r.Questionnaire != f.q.ID {
		all.add("/questionnaire", ErrOtherForm, "%.64q, and this is %q", r.Questionnaire, f.q.ID)
	}
	if r.Version != f.q.Version {
		all.add("/version", ErrOtherForm, "version %d, and this is %d", r.Version, f.q.Version)
	}
	if err := r.Channel.Validate(); err != nil {
		all.at("/channel", err)
	} else if len(f.q.Channels) > 0 && !slices.Contains(f.q.Channels, r.Channel) {
		all.add("/channel", ErrOtherForm, "it is not asked by %s", r.Channel)
	}
	switch r.Lang {
	case "", guanxi.EN, guanxi.ZH:
	default:
		all.at("/lang", fmt.Errorf("%w: %.32q", guanxi.ErrLang, string(r.Lang)))
	}
	if _, ok := micros(r.At); !ok && !r.At.IsZero() {
		all.at("/at", ErrTime)
	}
}

// envelope is a Response whose answers are still JSON.
type envelope struct {
	Questionnaire string                     `json:"questionnaire"`
	Version       int                        `json:"version"`
	Channel       Channel                    `json:"channel"`
	Lang          guanxi.Lang                `json:"lang"`
	At            time.Time                  `json:"at"`
	Answers       map[string]json.RawMessage `json:"answers"`
}

// Decode reads a response from JSON as strictly as guanxi.UnmarshalStrict does
// and checks it as [Form.Check] does. Every fault of both kinds is reported at
// once; only of JSON that cannot be read to its end there is just the one.
// Answers come as the JSON of their type (see [Answer]); a question with a
// Because also takes the bare score.
func (f *Form) Decode(data []byte) (Response, error) {
	var e envelope
	var all faults
	strict := guanxi.UnmarshalStrict(data, &e)
	switch {
	case errors.Is(strict, guanxi.ErrSyntax), errors.Is(strict, guanxi.ErrDepth):
		return Response{}, strict
	case strict != nil:
		all.at("", strict)
		e.Answers = salvage(data)
	}
	r := Response{e.Questionnaire, e.Version, e.Channel, e.Lang, e.At, make(Answers, len(e.Answers))}
	if strict == nil {
		f.head(&all, r)
	}
	get := func(q *Question) (Answer, bool, error) {
		raw, ok := e.Answers[q.ID]
		if !ok {
			return nil, false, nil
		}
		a, err := q.decode(raw)
		return a, true, err
	}
	if strict == nil || e.Answers != nil {
		all.under("/answers", func(all *faults) {
			for _, err := range f.checkAnswers(get, sorted(e.Answers)) {
				all.at("", err)
			}
		})
	}
	if err := all.err(); err != nil {
		return Response{}, err
	}
	for i := range f.q.Questions {
		q := &f.q.Questions[i]
		if a, ok, _ := get(q); ok {
			r.Answers[q.ID] = a
		}
	}
	return r, nil
}

// salvage returns the answers of a document whose envelope has faults, so that
// theirs can be told too; nil if there are none to be found.
func salvage(data []byte) map[string]json.RawMessage {
	var top map[string]json.RawMessage
	if json.Unmarshal(data, &top) != nil {
		return nil
	}
	var answers map[string]json.RawMessage
	if json.Unmarshal(top["answers"], &answers) != nil {
		return nil
	}
	return answers
}

// decode reads the JSON of an answer to q. Its faults are those of reading;
// check has the others.
func (q *Question) decode(raw json.RawMessage) (Answer, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Skipped{}, nil
	}
	switch q.Type {
	case Single:
		var id string
		err := guanxi.UnmarshalStrict(raw, &id)
		return Chose(id), err
	case Multiple:
		var ids []string
		err := guanxi.UnmarshalStrict(raw, &ids)
		return ChoseMany(ids), err
	case Open:
		var text string
		err := guanxi.UnmarshalStrict(raw, &text)
		return Wrote(text), err
	}
	if q.Because.asked() && raw[0] == '{' {
		var j struct {
			Score   *int   `json:"score"`
			Because string `json:"because"`
		}
		if err := guanxi.UnmarshalStrict(raw, &j); err != nil {
			return nil, err
		}
		if j.Score == nil {
			return nil, guanxi.At("/score", ErrMissing)
		}
		return RatedBecause{*j.Score, j.Because}, nil
	}
	var score int
	err := guanxi.UnmarshalStrict(raw, &score)
	return Rated(score), err
}
