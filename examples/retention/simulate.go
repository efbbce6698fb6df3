package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/churn"
	"github.com/guanxi-go/guanxi/churn/winback"
)

// people is how many customers the shop ever had.
const people = 4000

const day = 24 * time.Hour

// promotions last a week; who is a customer takes part in about half of them.
const promotionLength = 7 * day

func promotions() (out []time.Time) {
	for year := opened.Year(); year <= now.Year(); year++ {
		for _, d := range [][2]int{{3, 8}, {6, 18}, {9, 9}, {11, 11}} {
			out = append(out, time.Date(year, time.Month(d[0]), d[1], 0, 0, 0, 0, time.UTC))
		}
	}
	return out
}

// life is one customer's, in the making.
type life struct {
	*customer
	rng         *rand.Rand
	scorer      *churn.Scorer
	at          time.Time
	gap, basket float64
	bond        float64 // how fond of the shop they are
	follows     bool
	grudge      float64 // what trouble they remember, in log-odds of leaving
	fading      int     // orders still to come once they have made up their mind; -1 is not yet
	err         error
}

// simulate invents customers who buy at their own pace until trouble, or nothing
// in particular, makes them leave: at once, or after a few more and smaller
// orders further apart.
func (s *shop) simulate(rng *rand.Rand) error {
	for i := range people {
		l := &life{customer: &customer{id: fmt.Sprintf("C%04d", i+1)}, rng: rng, scorer: s.scorer}
		for u := rng.Float64(); l.channel < len(channels)-1; l.channel++ {
			if u -= channels[l.channel].share; u < 0 {
				break
			}
		}
		k := channels[l.channel]
		l.at = opened.Add(time.Duration(rng.Float64() * float64(now.Sub(opened)))).Truncate(time.Second)
		l.gap = k.gap * math.Exp(0.35*rng.NormFloat64())
		l.basket = k.basket + 0.4*rng.NormFloat64()
		l.follows = rng.Float64() < 0.7
		l.bond = 0.8 * rng.NormFloat64()
		l.live(k)
		if l.err != nil {
			return fmt.Errorf("%s: %w", l.id, l.err)
		}
		s.customers = append(s.customers, l.customer)
	}
	return nil
}

// live goes from order to order.
func (l *life) live(k channel) {
	l.fading = -1
	until := now
	for l.at.Before(now) {
		amount := l.basket + 0.25*l.rng.NormFloat64()
		wait := l.gap * math.Exp(k.spread*l.rng.NormFloat64())
		if l.fading >= 0 {
			amount -= 0.6
			wait *= 1.7
		}
		if l.chance(k.pause) {
			wait *= 4 + 5*l.rng.Float64()
		}
		l.buy(l.at, amount)
		if l.fading < 0 {
			l.trouble(k)
			once := 1.2 * truth(len(l.orders) == 1) // many come once
			if l.chance(logistic(logit(k.leaving) + once + l.grudge - l.bond)) {
				until = l.at
				l.turn()
			}
		}
		if l.fading == 0 {
			break
		}
		if l.fading > 0 {
			l.fading--
		}
		l.at = l.at.Add(time.Duration(wait * float64(day))).Truncate(time.Second)
	}
	first := l.orders[0].at
	for _, promotion := range promotions() {
		at := promotion.Add(time.Duration(l.rng.IntN(int(promotionLength/time.Second))) * time.Second)
		if at.After(first) && at.Before(until) && at.Before(now) && l.chance(0.5) {
			l.buy(at, l.basket+0.25*l.rng.NormFloat64())
		}
	}
	slices.SortStableFunc(l.orders, func(a, b order) int { return a.at.Compare(b.at) })
}

func (l *life) chance(p float64) bool { return l.rng.Float64() < p }

func (l *life) buy(at time.Time, logAmount float64) {
	l.orders = append(l.orders, order{at, max(100, int64(math.Round(100*math.Exp(logAmount))))})
}

// note records that something was seen so many days after the order, or that it
// was looked for and not found.
func (l *life) note(signal string, value, after float64) {
	at := l.at.Add(time.Duration(after * float64(day)))
	if !at.Before(now) {
		return
	}
	o, err := l.scorer.Observe(signal, value, at)
	if err != nil {
		l.err = err
	}
	l.seen = append(l.seen, o)
}

// trouble is what goes wrong with an order, which is remembered for some more of
// them.
func (l *life) trouble(k channel) {
	odds := 0.0
	angry := 0.0
	if l.chance(k.late) {
		l.note(churn.PromiseBroken, 1, 2)
		l.firstLate = l.firstLate || len(l.orders) == 1
		l.reason, odds, angry = winback.Delivery, odds+0.9, 0.2
	}
	if l.chance(0.03 + angry) {
		l.note(churn.ComplaintSmall, 1, 3)
		l.reason, odds, angry = winback.Quality, odds+0.5, angry+0.1
	}
	if l.chance(0.02 + angry/3) {
		l.note(churn.RefundDemanded, 1, 4)
		odds, angry = odds+0.8, angry+0.2
	}
	if l.chance(angry / 4) {
		l.note(churn.ComplaintEscalated, 1, 6)
		l.reason, odds = winback.Service, odds+1.9
	}
	if l.chance(0.25) {
		low := 0.0
		if l.chance(0.08 + min(0.6, 2*angry)) {
			low = 1
		}
		l.note(churn.LowScore, low, 5)
		odds += 0.6 * low
	}
	l.grudge = 0.7*l.grudge + odds
	if angry == 0 && l.chance(0.04*math.Exp(l.bond)) {
		l.note(invited, 1, 1)
	}
	if l.follows && l.chance(0.01) {
		l.note(churn.Unfollowed, 1, 7)
	}
	if l.follows && l.chance(0.04) {
		l.note(churn.CommunityQuiet, 1, 8)
	}
}

// turn is when a customer makes up their mind.
func (l *life) turn() {
	l.fading = 0
	if l.chance(0.55) {
		l.fading = 1 + l.rng.IntN(3)
	}
	if l.follows && l.chance(0.4) {
		l.note(churn.Unfollowed, 1, 3+25*l.rng.Float64())
	}
	if l.follows && l.chance(0.45) {
		l.note(churn.CommunityQuiet, 1, 3+25*l.rng.Float64())
	}
	if l.reason == "" {
		l.reason = []string{winback.Price, winback.Competitor, winback.Forgot, winback.NoNeed}[l.rng.IntN(4)]
	}
	if l.chance(0.35) {
		l.reason = "" // nobody asked
	}
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func logit(p float64) float64    { return math.Log(p / (1 - p)) }
