package kill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// client gives one request after the other, each with a key, and again until it is
// answered.
type client struct {
	*load
	n    int
	next int // number of the next request
	dice *rand.Rand

	orders  []bought // that may be refunded
	coupons []held
	last    *request // the one before, to be sent twice
	was     acknowledged
}

type bought struct{ customer, id string }

type held struct{ customer, code string }

type request struct{ key, path, body string }

// answer is what is read of any answer.
type answer struct {
	PointsUsed   int64  `json:"points_used"`
	PointsEarned int64  `json:"points_earned"`
	PointsBack   int64  `json:"points_back"`
	Points       int64  `json:"points"`
	Code         string `json:"code"`
}

func (c *client) run(ctx context.Context) error {
	err := c.makeCustomers(ctx)
	c.made.Done()
	if err != nil {
		return err
	}
	c.made.Wait() // all clients share all customers
	for !c.stopped.Load() {
		if err := c.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// makeCustomers makes the client's share of the customers.
func (c *client) makeCustomers(ctx context.Context) error {
	for i := c.n; i < c.cfg.Customers; i += c.cfg.Clients {
		id := c.customer(i)
		if err := c.do(ctx, "/customers", map[string]any{"id": id, "name": id}, nil); err != nil {
			return err
		}
	}
	return nil
}

// step does one thing that a customer does.
func (c *client) step(ctx context.Context) error {
	who := c.customer(c.dice.IntN(c.cfg.Customers))
	path := "/customers/" + who
	switch n := c.dice.IntN(100); {
	case n < 10 && c.last != nil: // the same again: answered the same
		return c.again(ctx)
	case n < 25:
		return c.do(ctx, path+"/coupons", map[string]any{"definition": "ten_off"}, func(a answer) {
			c.coupons = append(c.coupons, held{who, a.Code})
		})
	case n < 40 && len(c.orders) > 0:
		i := c.dice.IntN(len(c.orders))
		o := c.orders[i]
		body := map[string]any{"id": fmt.Sprint("r", c.next)}
		if c.dice.IntN(2) == 0 {
			body["lines"] = []any{map[string]any{"line": "1", "amount": "7.50"}}
		} else {
			c.orders = append(c.orders[:i], c.orders[i+1:]...)
		}
		return c.do(ctx, "/customers/"+o.customer+"/orders/"+o.id+"/refunds", body, nil)
	case n < 45:
		return c.survey(ctx, path)
	}
	o := bought{who, fmt.Sprintf("o%d-%d-%d", c.cfg.Seed, c.n, c.next)}
	body := map[string]any{"id": o.id}
	if c.dice.IntN(3) == 0 {
		body["pay_points"] = 10 * (1 + c.dice.IntN(20)) // sometimes more than there are
	}
	if len(c.coupons) > 0 && c.dice.IntN(2) == 0 {
		h := c.coupons[len(c.coupons)-1]
		c.coupons = c.coupons[:len(c.coupons)-1]
		o.customer, body["coupons"] = h.customer, []string{h.code}
	}
	body["lines"] = []any{
		map[string]any{"id": "1", "item": "tea", "amount": fmt.Sprintf("%d.%02d", 20+c.dice.IntN(80), c.dice.IntN(100))},
		map[string]any{"id": "2", "item": "cup", "quantity": 2, "amount": "40.00"},
	}
	return c.do(ctx, "/customers/"+o.customer+"/orders", body, func(answer) { c.orders = append(c.orders, o) })
}

// survey asks a customer, who answers.
func (c *client) survey(ctx context.Context, path string) error {
	invited := fmt.Sprintf("%d-%d-%d", c.cfg.Seed, c.n, c.next) // the key is its id
	ok := false
	if err := c.do(ctx, path+"/invitations", map[string]any{"channel": "online"}, func(answer) { ok = true }); err != nil || !ok {
		return err
	}
	return c.do(ctx, path+"/answers", map[string]any{"invitation": invited, "response": map[string]any{
		"questionnaire": "nps", "version": 1, "channel": "online",
		"answers": map[string]any{"recommend": map[string]any{"score": 9, "because": "quick"}},
	}}, nil)
}

// do gives a request until it is answered, and calls then if it was done.
func (c *client) do(ctx context.Context, path string, body any, then func(answer)) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r := &request{fmt.Sprintf("%d-%d-%d", c.cfg.Seed, c.n, c.next), path, string(data)}
	c.next++
	a, replayed, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	if replayed {
		c.count(&c.lost)
	}
	var said answer
	_ = json.Unmarshal(a.Answer, &said) // its type is another where it is refused
	switch a.Status {
	case http.StatusCreated:
		if then != nil {
			then(said)
		}
		points := said.Points + said.PointsEarned - said.PointsUsed + said.PointsBack
		c.acknowledge(a, points, strings.HasSuffix(path, "/orders"))
		c.last, c.was = r, a
	case http.StatusUnprocessableEntity, http.StatusConflict:
		c.count(&c.refused)
	default:
		return fmt.Errorf("%s %s: %d %s", path, r.body, a.Status, a.Answer)
	}
	return nil
}

// again sends a request that was acknowledged, which must be answered as it was.
func (c *client) again(ctx context.Context) error {
	a, replayed, err := c.send(ctx, c.last)
	if err != nil {
		return err
	}
	c.count(&c.twice)
	if !replayed || a.Status != c.was.Status || !bytes.Equal(a.Answer, c.was.Answer) {
		return fmt.Errorf("%s given again is answered %d %s, and was %d %s", c.last.key, a.Status, a.Answer, c.was.Status, c.was.Answer)
	}
	return nil
}

// send sends a request until there is an answer that is not 5xx.
func (c *client) send(ctx context.Context, r *request) (a acknowledged, replayed bool, err error) {
	for n := 0; ; n++ {
		if n > 0 {
			if err := pause(ctx, time.Duration(1+c.dice.IntN(10))*time.Millisecond); err != nil {
				return a, false, err
			}
		}
		base := c.p.base()
		if base == "" {
			continue
		}
		a, replayed, err = c.once(ctx, base, r)
		if err != nil || a.Status >= http.StatusInternalServerError {
			if a.Status == http.StatusInternalServerError {
				return a, false, fmt.Errorf("%s %s: %s", r.path, r.body, a.Answer)
			}
			if ctx.Err() != nil {
				return a, false, context.Cause(ctx)
			}
			c.count(&c.resent)
			continue
		}
		return a, replayed, nil
	}
}

// once sends a request once. An answer that is cut off is none.
func (c *client) once(ctx context.Context, base string, r *request) (a acknowledged, replayed bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+r.path, strings.NewReader(r.body))
	if err != nil {
		return a, false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", r.key)
	resp, err := c.http.Do(req)
	if err != nil {
		return a, false, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, false, err
	}
	return acknowledged{r.key, resp.StatusCode, bytes.TrimSpace(data)}, resp.Header.Get("Idempotency-Replayed") != "", nil
}
