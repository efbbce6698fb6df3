package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/guanxi-go/guanxi"
	"github.com/guanxi-go/guanxi/lifecycle"
	"github.com/guanxi-go/guanxi/lifecycle/care"
	"github.com/guanxi-go/guanxi/loyalty"
	"github.com/guanxi-go/guanxi/loyalty/coupon"
	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
	"github.com/guanxi-go/guanxi/nps/survey"
)

// problem is the body of every refusal: application/problem+json of RFC 9457.
type problem struct {
	Title  string  `json:"title"`
	Status int     `json:"status"`
	Detail string  `json:"detail"`
	Code   string  `json:"code"`             // for programs
	Faults []fault `json:"faults,omitempty"` // of the body, each with its place
	// Missing is how many points there are too few.
	Missing *missing `json:"missing,omitempty"`
	// Earliest is when the same may be asked again.
	Earliest *time.Time `json:"earliest,omitempty"`
}

type fault struct {
	Pointer string `json:"pointer"` // RFC 6901, into the body
	Detail  string `json:"detail"`
}

type missing struct {
	Kind   loyalty.Kind   `json:"kind"`
	Points loyalty.Points `json:"points"`
}

// clientError is a refusal with the status that it has.
type clientError struct {
	status int
	code   string
	err    error
}

func (e *clientError) Error() string { return e.err.Error() }
func (e *clientError) Unwrap() error { return e.err }

func clientErrorf(status int, code, format string, args ...any) error {
	return &clientError{status, code, fmt.Errorf(format, args...)}
}

// refuse answers with what is wrong.
func (s *shop) refuse(rw http.ResponseWriter, r *http.Request, err error) {
	lang := guanxi.EN
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Accept-Language")), "zh") {
		lang = guanxi.ZH
	}
	p := problemOf(err, lang)
	if p.Status >= http.StatusInternalServerError && s.log != nil {
		s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if p.Status == http.StatusServiceUnavailable {
		rw.Header().Set("Retry-After", "1")
	}
	p.Title = http.StatusText(p.Status)
	write(rw, p.Status, "application/problem+json", mustJSON(p))
}

// problemOf tells apart who is at fault: the request (400), what it asks for (404, 409,
// 422), or this service (500, 503), of which no more is said.
func problemOf(err error, lang guanxi.Lang) (p problem) {
	p.Detail = err.Error()
	for f := range guanxi.Faults(err) {
		p.Faults = append(p.Faults, fault{f.Pointer, f.Err.Error()})
	}
	var client *clientError
	var short *loyalty.ShortError
	var quiet *notNow
	var basket *notApplied
	reason, isCoupon := coupon.ReasonOf(err)
	switch {
	case errors.As(err, &client):
		p.Status, p.Code = client.status, client.code
	case isConflict(err), isAway(err),
		isAny(err, errUnknownOutcome, loyalty.ErrUnknownOutcome, context.DeadlineExceeded, context.Canceled):
		p = problem{Status: http.StatusServiceUnavailable, Code: "again", Detail: "not done, or not known to be done: give the request again with the same Idempotency-Key"}
	case errors.As(err, &short):
		p.Status, p.Code = http.StatusUnprocessableEntity, "not_enough_points"
		p.Missing = &missing{short.Kind, short.Missing}
		if lang == guanxi.ZH {
			p.Detail = fmt.Sprintf("积分不足：还差 %d 分。", short.Missing)
		}
	case errors.As(err, &quiet):
		p.Status, p.Code, p.Detail = http.StatusConflict, string(quiet.Reason), quiet.Reason.Label(lang)
		if !quiet.Earliest.IsZero() {
			p.Earliest = new(quiet.Earliest.UTC())
		}
	case errors.As(err, &basket):
		p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "coupon_"+string(basket.Reason), basket.Label(lang)
	case isCoupon:
		p.Status, p.Code, p.Detail = http.StatusUnprocessableEntity, "coupon_"+string(reason), reason.Label(lang)
	case isAny(err, loyalty.ErrKeyReused, coupon.ErrKeyReused, loyalty.ErrOrderExists, care.ErrNotOpen,
		survey.ErrExpired, survey.ErrReleased, survey.ErrFull):
		p.Status, p.Code = http.StatusConflict, "conflict"
	case !isAny(err, damages...) && (loyalty.IsRefusal(err) || isAny(err, care.ErrNoOutcome, survey.ErrCell) || len(p.Faults) > 0):
		p.Status, p.Code = http.StatusUnprocessableEntity, "refused"
	default:
		p = problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "this is a fault of the service"}
	}
	return p
}

// damages are what the library says of stored rows that it did not write so, whatever place
// it names. Never written to.
var damages = []error{
	loyaltysql.ErrDamaged, loyalty.ErrCommit, coupon.ErrState, coupon.ErrApart, care.ErrState, survey.ErrState, lifecycle.ErrPosition,
}

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

// notNow says that a customer is not to be asked now.
type notNow struct{ survey.Decision }

func (e *notNow) Error() string { return string(e.Reason) }

// notApplied says why a coupon does not apply to a basket.
type notApplied struct{ coupon.Refusal }

func (e *notApplied) Error() string { return e.Label(guanxi.EN) }

// relocate moves the places of faults from where the library has them to where they stand
// in the body: pairs of prefixes, the old and the new.
func relocate(err error, pairs ...string) error {
	var moved []error
	for f := range guanxi.Faults(err) {
		to := f.Pointer
		for i := 0; i < len(pairs); i += 2 {
			if rest, ok := strings.CutPrefix(f.Pointer, pairs[i]); ok {
				to = pairs[i+1] + rest
				break
			}
		}
		moved = append(moved, guanxi.At(to, f.Err))
	}
	if len(moved) == 0 {
		return err
	}
	return errors.Join(moved...)
}
