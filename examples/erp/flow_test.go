package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/lifecycle/care"
)

// A customer buys with a coupon and points, brings it back, is called and is asked: each
// figure is that of the rules in config.
func TestFlow(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		d := openDesk(t, db)
		var anna customerView
		d.post("/customers", "k1", `{"id":"anna","name":"Anna","birthday":{"month":5,"day":1}}`, http.StatusCreated, &anna)
		if anna.Available != 100 || anna.Stage != "" {
			t.Errorf("after the sign-up: %+v", anna)
		}
		var coupon couponView
		d.post("/customers/anna/coupons", "k2", `{"definition":"ten_off"}`, http.StatusCreated, &coupon)
		d.forward(time.Hour)

		// 100.00 less 10.00, of which 100 points pay 1.00, so that 89 points are earned.
		buy := fmt.Sprintf(`{"id":"A-1","lines":[{"id":"1","amount":"80.00"},{"id":"2","amount":"20"}],"pay_points":100,"coupons":[%q]}`, coupon.Code)
		var o order
		first := d.post("/customers/anna/orders", "k3", buy, http.StatusCreated, &o)
		if o.Total != 9000 || o.ByPoints != 100 || o.PointsEarned != 89 || o.Stage != "new" || o.Lines[0].Amount != 7200 {
			t.Errorf("the order: %+v", o)
		}
		// The answer was lost: given again it is the same, byte for byte, and nothing is done.
		d.forward(time.Minute)
		again := d.post("/customers/anna/orders", "k3", strings.ReplaceAll(buy, ":[", ": [ "), http.StatusCreated, nil)
		if again.text != first.text || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("again: %v", again)
		}
		d.get("/customers/anna", &anna)
		if anna.Available != 89 || anna.Orders != 1 {
			t.Errorf("after the order: %+v", anna)
		}
		var coupons []couponView
		if d.get("/customers/anna/coupons", &coupons); len(coupons) != 1 || coupons[0].Status != "redeemed" {
			t.Errorf("coupons: %+v", coupons)
		}

		// A ninth comes back: 11 of the 100 points that paid, 10 of those earned.
		var back refund
		d.post("/customers/anna/orders/A-1/refunds", "k4", `{"id":"r1","lines":[{"line":"1","amount":"10"}]}`, http.StatusCreated, &back)
		if back != (refund{"r1", "A-1", 1000, 989, 11, -10}) {
			t.Errorf("the first refund: %+v", back)
		}
		d.post("/customers/anna/orders/A-1/refunds", "k5", `{"id":"r2"}`, http.StatusCreated, &back)
		d.get("/customers/anna", &anna)
		d.get("/customers/anna/coupons", &coupons)
		if anna.Available != 100 || coupons[0].Status != "open" || back.Amount != 8000 {
			t.Errorf("all of it is back: %+v, coupons %+v, %+v", anna, coupons, back)
		}
		var points pointsView
		d.get("/customers/anna/points", &points)
		sum := points.Opening
		for _, l := range points.Lines {
			sum += l.Points
		}
		if points.Available != 100 || sum != 100 || len(points.Lines) != 7 {
			t.Errorf("statement: %+v", points)
		}

		// Who is called, and what came of it.
		var tasks []care.Task
		if d.get("/tasks", &tasks); len(tasks) != 1 || tasks[0].Step != "hello" {
			t.Fatalf("tasks: %+v", tasks)
		}
		var done care.Task
		d.post("/tasks/"+string(tasks[0].ID)+"/done", "k6", `{}`, http.StatusOK, &done)
		if d.get("/tasks", &tasks); done.Status != care.Done || len(tasks) != 0 {
			t.Errorf("%+v, left %+v", done, tasks)
		}

		// Asked once, and left alone then.
		d.post("/customers/anna/invitations", "visit-1", `{"channel":"online"}`, http.StatusCreated, nil)
		var no problem
		d.post("/customers/anna/invitations", "visit-2", `{"channel":"phone"}`, http.StatusConflict, &no)
		if no.Code != "gap_overall" || no.Earliest == nil || !no.Earliest.Equal(d.now().AddDate(0, 0, 30)) {
			t.Errorf("asked again: %+v", no)
		}
		d.post("/customers/anna/answers", "k7", `{"invitation":"visit-1","response":{"questionnaire":"nps","version":1,"channel":"online","answers":{"recommend":{"score":9,"because":"快"}}}}`, http.StatusCreated, nil)
		var asked surveyView
		d.get("/survey", &asked)
		if asked.Asked != 1 || asked.Answers != 1 || asked.Estimate == nil || asked.Estimate.Score != 1 {
			t.Errorf("survey: %+v", asked)
		}
		if v := d.sound(); v.Orders != 1 || v.Refunds != 2 || v.Balance != 120 || v.Answers != 1 {
			t.Errorf("verified: %+v", v)
		}
	})
}

// Time passes: points expire, the customer falls silent and is recalled, and comes back.
func TestSweep(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		d := openDesk(t, db)
		d.post("/customers", "k1", `{"id":"bo","name":"Bo"}`, http.StatusCreated, nil)
		d.post("/customers/bo/orders", "k2", `{"id":"B-1","lines":[{"id":"1","amount":"30"}]}`, http.StatusCreated, nil)
		d.forward(93 * 24 * time.Hour)
		n, err := d.sweep(context.Background())
		if err != nil || n.moved != 1 || n.failed != 0 {
			t.Fatalf("%+v, %v", n, err)
		}
		var tasks []care.Task
		if d.get("/tasks", &tasks); len(tasks) != 1 || tasks[0].Plan != "recall" {
			t.Errorf("tasks: %+v", tasks)
		}
		if again, err := d.sweep(context.Background()); err != nil || again != (swept{}) {
			t.Errorf("a second sweep does %+v, %v", again, err)
		}
		var o order
		d.post("/customers/bo/orders", "k3", `{"id":"B-2","lines":[{"id":"1","amount":"30"}]}`, http.StatusCreated, &o)
		if o.Stage != "active" || len(o.Effects) != 1 || o.Effects[0] != "welcome_back" {
			t.Errorf("back again: %+v", o)
		}
		d.forward(280 * 24 * time.Hour) // a year and a week after the first day
		if n, err = d.sweep(context.Background()); err != nil || n.accounts != 1 || n.failed != 0 {
			t.Errorf("%+v, %v", n, err)
		}
		var bo customerView
		if d.get("/customers/bo", &bo); bo.Available != 30 || bo.Stage != "at_risk" {
			t.Errorf("a year later: %+v", bo)
		}
		d.sound()
	})
}

// What an order has earned is spent, and the order comes back: the points are owed, and what
// is earned next pays for them.
func TestDebt(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		d := openDesk(t, db)
		d.post("/customers", "k0", `{"id":"du","name":"Du"}`, http.StatusCreated, nil)
		d.post("/customers/du/orders", "k1", `{"id":"D-1","lines":[{"id":"1","amount":"100"}]}`, http.StatusCreated, nil)
		d.post("/customers/du/orders", "k2", `{"id":"D-2","lines":[{"id":"1","amount":"10"}],"pay_points":200}`, http.StatusCreated, nil)
		d.post("/customers/du/orders/D-1/refunds", "k3", `{"id":"r"}`, http.StatusCreated, nil)
		var du customerView
		if d.get("/customers/du", &du); du.Available != 0 || du.Debt != 92 {
			t.Errorf("%+v", du)
		}
		if v := d.sound(); v.Balance != -92 {
			t.Errorf("%+v", v)
		}
		du = customerView{}
		var o order
		d.post("/customers/du/orders", "k4", `{"id":"D-3","lines":[{"id":"1","amount":"95"}]}`, http.StatusCreated, &o)
		if d.get("/customers/du", &du); o.PointsEarned != 95 || du.Available != 3 || du.Debt != 0 {
			t.Errorf("%+v, %+v", o, du)
		}
		if v := d.sound(); v.Balance != 3 {
			t.Errorf("%+v", v)
		}
	})
}

// Many at once on one customer: each command is done once, in some order.
func TestTogether(t *testing.T) {
	onEach(t, func(t *testing.T, db string) {
		d := openDesk(t, db)
		d.post("/customers", "k0", `{"id":"cai","name":"Cai"}`, http.StatusCreated, nil)
		var all sync.WaitGroup
		for i := range 24 { // each of 12 orders twice
			all.Go(func() {
				id := fmt.Sprint("o", i/2)
				d.post("/customers/cai/orders", "k"+id, fmt.Sprintf(`{"id":%q,"lines":[{"id":"1","amount":"10"}],"pay_points":10}`, id), http.StatusCreated, nil)
			})
		}
		all.Wait()
		var cai customerView
		d.get("/customers/cai", &cai)
		if cai.Orders != 12 || cai.Available != 100-12*10+12*9 {
			t.Errorf("%+v", cai)
		}
		if v := d.sound(); v.Orders != 12 || v.Requests != 13 {
			t.Errorf("%+v", v)
		}
	})
}
