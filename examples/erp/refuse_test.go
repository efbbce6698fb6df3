package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty"
)

// Each is refused with its status, its code and its place, and leaves nothing.
func TestRefusals(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		d := openDesk(t, db)
		d.post("/customers", "c1", `{"id":"anna","name":"Anna"}`, http.StatusCreated, nil)
		d.post("/customers", "c2", `{"id":"bo","name":"Bo"}`, http.StatusCreated, nil)
		d.post("/customers/anna/orders", "o1", `{"id":"A-1","lines":[{"id":"1","amount":"40"}]}`, http.StatusCreated, nil)
		var coupon couponView
		d.post("/customers/anna/coupons", "q1", `{"definition":"ten_off"}`, http.StatusCreated, &coupon)
		d.post("/customers/anna/invitations", "i1", `{"channel":"online"}`, http.StatusCreated, nil)
		before := d.sound()
		const orders = "/customers/anna/orders"
		for _, c := range []struct {
			name, path, key, body string
			status                int
			code, pointer, says   string
		}{
			{"no JSON", orders, "k", `{"id":`, 400, "bad_request", "", "malformed JSON"},
			{"unknown fields", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"1","price":2}],"note":""}`, 400, "bad_request", "/lines/0/price", "unknown field"},
			{"another type", orders, "k", `{"id":7,"lines":[]}`, 400, "bad_request", "/id", "string"},
			{"no key", orders, "", `{}`, 400, "idempotency_key", "", "Idempotency-Key"},
			{"a key with a space", orders, "a b", `{}`, 400, "idempotency_key", "", "visible"},
			{"too large", orders, "k", `{"id":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too_large", "", "65536"},
			{"unknown customer", "/customers/nobody/orders", "k", `{"id":"N-1","lines":[{"id":"1","amount":"1"}]}`, 404, "unknown_customer", "", "customer"},
			{"unknown order", orders + "/A-9/refunds", "k", `{"id":"r"}`, 404, "unknown_order", "", "order"},
			{"another's order", "/customers/bo/orders/A-1/refunds", "k", `{"id":"r"}`, 404, "unknown_order", "", "order"},
			{"no lines", orders, "k", `{"id":"A-2","lines":[]}`, 422, "refused", "/lines", "lines"},
			{"below zero", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"-1"}]}`, 422, "refused", "/lines/0/amount", "amount"},
			{"too many decimals", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"1.001"}]}`, 422, "refused", "/lines/0/amount", "decimal"},
			{"a line twice", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"1"},{"id":"1","amount":"1"}]}`, 422, "refused", "/lines/1/id", "twice"},
			{"an amount beyond", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"1e400"}]}`, 422, "refused", "/lines/0/amount", ""},
			{"the key of another request", orders, "o1", `{"id":"A-1","lines":[{"id":"1","amount":"41"}]}`, 409, "key_reused", "", "another request"},
			{"the order of another request", orders, "k", `{"id":"A-1","lines":[{"id":"1","amount":"40"}]}`, 409, "exists", "", "order"},
			{"a customer who is there", "/customers", "k", `{"id":"anna","name":"Anna"}`, 409, "exists", "", "customer"},
			{"no name, no such birthday", "/customers", "k", `{"id":"x","name":"","birthday":{"month":2,"day":30}}`, 422, "refused", "/name", "name"},
			{"not enough points", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"400"}],"pay_points":1000}`, 422, "not_enough_points", "", "860"},
			{"no step of points", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"400"}],"pay_points":15}`, 422, "refused", "/pay_points", "points"},
			{"a refund larger than the order", orders + "/A-1/refunds", "k", `{"id":"r","lines":[{"line":"1","amount":"40.01"}]}`, 422, "refused", "/lines/0/amount", "more than what is left"},
			{"a refund of another line", orders + "/A-1/refunds", "k", `{"id":"r","lines":[{"line":"2"}]}`, 422, "refused", "/lines/0/line", "unknown"},
			{"an unknown coupon", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"60"}],"coupons":["NOSUCH"]}`, 422, "coupon_unknown", "/coupons/0", "know"},
			{"too little for the coupon", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"49.50"}],"coupons":["` + string(coupon.Code) + `"]}`, 422, "coupon_minimum", "/coupons/0", "0.5"},
			{"another's coupon", "/customers/bo/orders", "k", `{"id":"B-2","lines":[{"id":"1","amount":"60"}],"coupons":["` + string(coupon.Code) + `"]}`, 422, "coupon_customer", "/coupons/0", "another customer"},
			{"the coupon twice", orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"60"}],"coupons":["` + string(coupon.Code) + `","` + string(coupon.Code) + `"]}`, 422, "refused", "/coupons/1", "twice"},
			{"no such definition", "/customers/anna/coupons", "k", `{"definition":"gold"}`, 422, "coupon_unknown", "", ""},
			{"no such task", "/tasks/123/done", "k", `{}`, 404, "unknown_task", "", "task"},
			{"no such channel", "/customers/anna/invitations", "k", `{"channel":"fax"}`, 422, "refused", "/channel", "channel"},
			{"asked too soon", "/customers/anna/invitations", "k", `{"channel":"online"}`, 409, "gap_overall", "", "too soon"},
			{"off the scale", "/customers/anna/answers", "k", `{"invitation":"i1","response":{"questionnaire":"nps","version":1,"channel":"online","answers":{"recommend":{"score":11}}}}`, 422, "refused", "/response/answers/recommend/score", "0 to 10"},
			{"another channel", "/customers/anna/answers", "k", `{"invitation":"i1","response":{"questionnaire":"nps","version":1,"channel":"phone","answers":{"recommend":{"score":9,"because":"x"}}}}`, 422, "refused", "/response/channel", "invitation"},
			{"an unknown invitation", "/customers/bo/answers", "k", `{"invitation":"i1","response":{"questionnaire":"nps","version":1,"channel":"online","answers":{"recommend":{"score":9,"because":"x"}}}}`, 404, "unknown_invitation", "", ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				r := d.send(http.MethodPost, c.path, c.key, c.body)
				var p problem
				if err := json.Unmarshal([]byte(r.text), &p); err != nil {
					t.Fatalf("%v in %s", err, r.text)
				}
				if r.status != c.status || p.Status != c.status || p.Code != c.code || p.Title == "" || r.header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("%d %s, want %d %q", r.status, r.text, c.status, c.code)
				}
				if !strings.Contains(p.Detail, c.says) {
					t.Errorf("detail %q, want %q in it", p.Detail, c.says)
				}
				if c.pointer != "" && (len(p.Faults) == 0 || p.Faults[0].Pointer != c.pointer) {
					t.Errorf("faults %+v, want %q", p.Faults, c.pointer)
				}
				if c.code == "not_enough_points" && (p.Missing == nil || *p.Missing != missing{"points", 860}) {
					t.Errorf("missing %+v", p.Missing)
				}
			})
		}
		if after := d.sound(); after != before {
			t.Errorf("refusals have left something: %+v, before %+v", after, before)
		}
		if b, err := d.service.Balance(t.Context(), "anna", kind); err != nil || b.Available != loyalty.Points(140) {
			t.Errorf("%+v, %v", b, err)
		}
		// A key whose request was refused may be used again.
		d.post(orders, "k", `{"id":"A-2","lines":[{"id":"1","amount":"1"}]}`, http.StatusCreated, nil)
	})
}

// What is no command is refused too, and in Chinese for who asks for it.
func TestRefusedAsked(t *testing.T) {
	d := openDesk(t, databases(t)["sqlite"](t))
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", 404}, {http.MethodGet, "/customers/nobody", 404}, {http.MethodPut, "/customers", 405},
		{http.MethodGet, "/tasks?limit=x", 400}, {http.MethodGet, "/customers/nobody/points", 404},
	} {
		d.read(d.send(c.method, c.path, "", ""), c.path, c.status, new(problem))
	}
	if r := d.send(http.MethodPut, "/customers", "", ""); r.header.Get("Allow") != "POST" {
		t.Errorf("Allow: %q", r.header.Get("Allow"))
	}
	d.post("/customers", "c", `{"id":"anna","name":"Anna"}`, http.StatusCreated, nil)
	d.read(d.send(http.MethodGet, "/customers/anna/points?from=yesterday", "", ""), "points", 400, nil)
	var view pointsView // until now, in microseconds as everything that is stored
	d.read(d.send(http.MethodGet, "/customers/anna/points", "", ""), "points", http.StatusOK, &view)
	if view.To.Nanosecond()%1000 != 0 || view.To.After(d.now().Add(time.Second)) || len(view.Lines) == 0 {
		t.Errorf("until %v, %d lines", view.To, len(view.Lines))
	}
	req, err := http.NewRequest(http.MethodPost, d.url+"/customers/anna/orders", strings.NewReader(`{"id":"A","lines":[{"id":"1","amount":"60"}],"coupons":["X"]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "k")
	d.read(d.do(req), "no content type", http.StatusUnsupportedMediaType, nil)
	req, err = http.NewRequest(http.MethodPost, d.url+"/customers/anna/orders", strings.NewReader(`{"id":"A","lines":[{"id":"1","amount":"60"}],"coupons":["X"]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "k")
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Accept-Language", "zh-CN")
	var p problem
	d.read(d.do(req), "in Chinese", http.StatusUnprocessableEntity, &p)
	if p.Detail != "优惠券不存在。" {
		t.Errorf("detail: %q", p.Detail)
	}
	req, err = http.NewRequest(http.MethodPost, d.url+"/customers/anna/orders", strings.NewReader(`{"id":"A","lines":[{"id":"1","amount":"400"}],"pay_points":1000}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Idempotency-Key", "k")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "zh-CN")
	d.read(d.do(req), "points in Chinese", http.StatusUnprocessableEntity, &p)
	if p.Code != "not_enough_points" || p.Detail != "积分不足：还差 900 分。" {
		t.Errorf("%s: %q", p.Code, p.Detail)
	}
}
