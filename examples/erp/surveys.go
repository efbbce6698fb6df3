package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/nps"
	"github.com/guanxi-go/guanxi/nps/survey"
)

const surveyKind = "nps"

type newInvitation struct {
	Channel survey.Channel `json:"channel"`
}

type invitation struct {
	ID      string         `json:"id"`
	Survey  string         `json:"survey"`
	Channel survey.Channel `json:"channel"`
	Shown   time.Time      `json:"shown"`
	Until   time.Time      `json:"until"` // the place in the quota is kept
}

// contacts reads when a customer was asked.
func contacts(ctx context.Context, d *database, customer string) (all []survey.Contact, err error) {
	err = d.each(ctx, "SELECT survey, kind, channel, shown, answered FROM survey_contacts WHERE customer = ? ORDER BY shown", []any{customer}, func(scan func(...any) error) error {
		var c survey.Contact
		var shown, answered sql.NullInt64
		err := scan(&c.Survey, &c.Kind, (*string)(&c.Channel), &shown, &answered)
		c.Shown, c.Answered = instant(shown), instant(answered)
		all = append(all, c)
		return err
	})
	return all, err
}

// invite asks whether a customer may be asked now, keeps a place in the quota and remembers
// that they were asked: in one transaction.
func invite(ctx context.Context, w *work, r *http.Request, in newInvitation) (result, error) {
	c, err := w.load(ctx, r)
	if err != nil {
		return result{}, err
	}
	before, err := contacts(ctx, w.tx, c.ID)
	if err != nil {
		return result{}, err
	}
	out := invitation{ID: w.key, Survey: w.form.Questionnaire().ID, Channel: in.Channel, Shown: w.at.UTC().Truncate(time.Microsecond)}
	for _, b := range before { // by a clock that is ahead
		if b.Shown.After(out.Shown) {
			out.Shown = b.Shown
		}
	}
	d, err := survey.Decide(w.policy, &survey.History{
		Ask: survey.Ask{Survey: out.Survey, Kind: surveyKind, Channel: in.Channel}, Customer: c.ID, Location: beijing, Contacts: before,
	}, out.Shown)
	if err != nil {
		return result{}, err
	}
	if !d.Allow {
		return result{}, &notNow{d}
	}
	place, err := w.places().Reserve(ctx, string(in.Channel), out.ID, out.Shown)
	if err != nil {
		return result{}, err
	}
	out.Until = place.Until
	_, err = w.tx.exec(ctx, "INSERT INTO survey_contacts (id, customer, survey, kind, channel, shown) VALUES (?, ?, ?, ?, ?, ?)",
		out.ID, c.ID, out.Survey, surveyKind, string(in.Channel), out.Shown.UnixMicro())
	return result{http.StatusCreated, out}, err
}

type newAnswers struct {
	Invitation string          `json:"invitation"`
	Response   json.RawMessage `json:"response"` // as survey.Form.Decode reads it
}

// takeAnswers checks a response, counts it in the quota, stores it with the contact and
// gives the points of an answered survey: in one transaction.
func takeAnswers(ctx context.Context, w *work, r *http.Request, in newAnswers) (result, error) {
	response, err := w.form.Decode(in.Response)
	if err != nil {
		return result{}, guanxi.At("/response", err)
	}
	c, err := w.load(ctx, r)
	if err != nil {
		return result{}, err
	}
	var channel string
	var answered sql.NullInt64
	ok, err := w.tx.row(ctx, "SELECT channel, answered FROM survey_contacts WHERE id = ? AND customer = ?"+w.tx.forUpdate(), []any{in.Invitation, c.ID}, &channel, &answered)
	switch {
	case err != nil:
		return result{}, err
	case !ok:
		return result{}, clientErrorf(http.StatusNotFound, "unknown_invitation", "the customer has no such invitation")
	case answered.Valid:
		return result{}, clientErrorf(http.StatusConflict, "answered", "this invitation was answered")
	case channel != string(response.Channel):
		return result{}, guanxi.At("/response/channel", errors.New("not the channel of the invitation"))
	}
	if _, err := w.places().Confirm(ctx, channel, in.Invitation, w.at); err != nil {
		return result{}, err
	}
	document, err := json.Marshal(response)
	if err != nil {
		return result{}, err
	}
	if _, err := w.tx.exec(ctx, "INSERT INTO survey_answers (contact, at, score, response) VALUES (?, ?, ?, ?)", in.Invitation, w.at.UnixMicro(), score(response), document); err != nil {
		return result{}, err
	}
	if _, err := w.tx.exec(ctx, "UPDATE survey_contacts SET answered = ? WHERE id = ?", w.at.UnixMicro(), in.Invitation); err != nil {
		return result{}, err
	}
	given, err := w.points().Do(ctx, c.account(), &loyalty.Act{Header: w.header("answer"), Activity: "answer", Ref: in.Invitation})
	if err != nil {
		return result{}, err
	}
	out := struct {
		Invitation string         `json:"invitation"`
		Points     loyalty.Points `json:"points"`
	}{Invitation: in.Invitation}
	for _, k := range given.Results {
		out.Points += k.Points
	}
	return result{http.StatusCreated, out}, nil
}

// score is the answer to the question that is counted.
func score(r survey.Response) int {
	switch a := r.Answers["recommend"].(type) {
	case survey.RatedBecause:
		return a.Score
	case survey.Rated:
		return int(a)
	}
	return -1 // not answered
}

type surveyView struct {
	Asked    int64         `json:"asked"`
	Answers  int64         `json:"answers"`
	Estimate *nps.Estimate `json:"nps,omitempty"` // none without answers
}

// showSurvey is the score of all answers, with how sure it is.
func showSurvey(s *shop) func(context.Context, *http.Request) (any, error) {
	return func(ctx context.Context, _ *http.Request) (any, error) {
		var v surveyView
		if _, err := s.d.row(ctx, "SELECT COUNT(*) FROM survey_contacts", nil, &v.Asked); err != nil {
			return nil, err
		}
		var t nps.Tally
		err := s.d.each(ctx, "SELECT score, COUNT(*) FROM survey_answers WHERE score >= 0 GROUP BY score", nil, func(scan func(...any) error) error {
			var score int
			var n int64
			if err := scan(&score, &n); err != nil {
				return err
			}
			return t.AddN(score, n)
		})
		if err != nil {
			return nil, err
		}
		if v.Answers = t.Answers(); v.Answers > 0 {
			e, err := t.Estimate(nps.Tango, 0.95)
			if err != nil {
				return nil, err
			}
			v.Estimate = &e
		}
		return v, nil
	}
}
