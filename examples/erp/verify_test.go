package main

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// The check finds what somebody has changed behind the service's back.
func TestVerifyFinds(t *testing.T) {
	for _, c := range []struct{ name, change, says string }{
		{"an order lost", "DELETE FROM orders WHERE id = 'A-1'", "is none of the host's"},
		{"an order doubled", "INSERT INTO orders SELECT 'A-9', customer, 9, at, total, points_used, points_earned, refunded, 'k9', document FROM orders WHERE id = 'A-1'", `no entry "earn k9"`},
		{"points of an order changed", "UPDATE orders SET points_earned = points_earned + 1 WHERE id = 'A-1'", "with 89 points"},
		{"a refund lost", "DELETE FROM refunds", "refund of"},
		{"an entry lost", "DELETE FROM loyalty_entries WHERE seq = 3", "no entry"},
		{"an entry doubled", "UPDATE loyalty_accounts SET seq = seq + 1", "account"},
		{"a lot lost", "DELETE FROM loyalty_lots_open", "account"},
		{"a coupon's order changed", "UPDATE orders SET document = CAST(replace(document, '\"coupons\":[', '\"coupons\":[\"X\",') AS BLOB) WHERE id = 'A-1'", "coupon X"},
		{"an answer lost", "DELETE FROM survey_answers", "points for 1 answers"},
		{"a request lost", "DELETE FROM requests WHERE rkey = 'k2'", `"k2" was acknowledged, and is lost`},
		{"an answer changed", "UPDATE requests SET status = 500 WHERE rkey = 'k2'", `"k2" was acknowledged with 201`},
		{"a customer lost", "DELETE FROM customers", "who is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openDesk(t, filepath.Join(t.TempDir(), "shop.db"))
			d.post("/customers", "k0", `{"id":"anna","name":"Anna"}`, http.StatusCreated, nil)
			var coupon couponView
			d.post("/customers/anna/coupons", "k1", `{"definition":"ten_off"}`, http.StatusCreated, &coupon)
			r := d.post("/customers/anna/orders", "k2", fmt.Sprintf(`{"id":"A-1","lines":[{"id":"1","amount":"100"}],"pay_points":100,"coupons":[%q]}`, coupon.Code), http.StatusCreated, nil)
			d.post("/customers/anna/orders/A-1/refunds", "k3", `{"id":"r1","lines":[{"line":"1","amount":"10"}]}`, http.StatusCreated, nil)
			d.post("/customers/anna/invitations", "k4", `{"channel":"online"}`, http.StatusCreated, nil)
			d.post("/customers/anna/answers", "k5", `{"invitation":"k4","response":{"questionnaire":"nps","version":1,"channel":"online","answers":{"recommend":{"score":9,"because":"x"}}}}`, http.StatusCreated, nil)
			all := []acknowledged{{"k2", http.StatusCreated, []byte(r.text)}}
			if v, err := d.verify(t.Context(), all); err != nil || v.Acknowledged != 1 {
				t.Fatalf("%+v, %v", v, err)
			}
			if _, err := d.d.exec(t.Context(), c.change); err != nil {
				t.Fatal(err)
			}
			if _, err := d.verify(t.Context(), all); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}
