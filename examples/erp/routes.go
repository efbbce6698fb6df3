package main

import (
	"context"
	"net/http"
)

// routes is the whole of the service. What has the wrong method is 405.
func routes(s *shop) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /customers", post(s, createCustomer))
	mux.Handle("GET /customers/{customer}", get(s, showCustomer(s)))
	mux.Handle("GET /customers/{customer}/points", get(s, showPoints(s)))
	mux.Handle("POST /customers/{customer}/orders", post(s, placeOrder))
	mux.Handle("GET /customers/{customer}/orders/{order}", get(s, showOrder(s)))
	mux.Handle("POST /customers/{customer}/orders/{order}/refunds", post(s, refundOrder))
	mux.Handle("POST /customers/{customer}/coupons", post(s, issueCoupon))
	mux.Handle("GET /customers/{customer}/coupons", get(s, showCoupons(s)))
	mux.Handle("GET /tasks", get(s, showTasks(s)))
	mux.Handle("POST /tasks/{task}/done", post(s, closeTask))
	mux.Handle("POST /customers/{customer}/invitations", post(s, invite))
	mux.Handle("POST /customers/{customer}/answers", post(s, takeAnswers))
	mux.Handle("GET /survey", get(s, showSurvey(s)))
	mux.Handle("GET /health", get(s, func(ctx context.Context, _ *http.Request) (any, error) {
		return map[string]string{"database": string(s.d.dialect)}, s.d.pool.PingContext(ctx)
	}))
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(rw, r)
			return
		}
		no := &silent{ResponseWriter: rw} // 404, or 405 with what is allowed
		h.ServeHTTP(no, r)
		s.refuse(rw, r, clientErrorf(no.status, "unknown_path", "there is no %s %.100s", r.Method, r.URL.Path))
	})
}

// silent takes nothing but the status and the header.
type silent struct {
	http.ResponseWriter
	status int
}

func (w *silent) WriteHeader(status int)      { w.status = status }
func (w *silent) Write(b []byte) (int, error) { return len(b), nil }
