package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/guanxi-go/guanxi/segment"
)

// population is how many customers the shop has had.
const population = 4000

var (
	cities   = []string{"上海", "杭州", "成都", "北京", "广州", ""}
	channels = []string{"store", "wechat", "marketplace"}
	motives  = []string{"quality", "price", "gifts", "ritual", ""}
)

// character is what somebody is like.
type character struct {
	rate  float64 // orders a day
	aisle int     // 0 tea, 1 ware, 2 home: where they mostly buy
}

// pick draws an index by weights.
func pick(rng *rand.Rand, weights ...float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	u := rng.Float64() * total
	for i, w := range weights {
		if u -= w; u < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// draw makes a customer up who joined at a time, with orders until now.
func draw(rng *rand.Rand, n int, since time.Time) customer {
	c := customer{id: fmt.Sprintf("C%04d", n), joined: since, consent: rng.Float64() < 0.86}
	c.motive = motives[pick(rng, 3, 3, 2, 2, 4)]
	// Those who look for a ritual live in Hangzhou more often, and buy tea.
	weights := []float64{4, 2, 2, 3, 2, 1}
	if c.motive == "ritual" {
		weights[1] = 6
	}
	c.city = cities[pick(rng, weights...)]
	if c.dated = rng.Float64() < 0.7; c.dated {
		c.born = segment.NewDate(1955+rng.IntN(50), time.January, 1+rng.IntN(365))
	}
	for _, t := range []struct {
		tag   string
		share float64
	}{{"member", 0.5}, {"livestream", 0.2}, {"complained", 0.05}} {
		if rng.Float64() < t.share {
			c.tags = append(c.tags, t.tag)
		}
	}
	who := character{rate: math.Exp(-3.9 + 0.8*rng.NormFloat64()), aisle: pick(rng, 4, 2, 3)}
	if c.motive == "ritual" {
		who.aisle = pick(rng, 8, 2, 1)
	}
	if c.motive == "quality" {
		who.rate *= 1.5
	}
	gone := since.Add(time.Duration(rng.ExpFloat64() * 420 * float64(day)))
	for t := since.Add(time.Duration(rng.Float64() * 3 * float64(day))); t.Before(thisWeek) && t.Before(gone); {
		c.orders = append(c.orders, basket(rng, &c, who, t))
		t = t.Add(time.Duration((2 + rng.ExpFloat64()/who.rate) * float64(day)))
	}
	return c
}

const day = 24 * time.Hour

// basket is one order: an article, and what goes with it.
func basket(rng *rand.Rand, c *customer, who character, t time.Time) order {
	aisles := []string{"tea", "ware", "home"}
	weights := []float64{1, 1, 1}
	weights[who.aisle] = 6
	name := aisles[pick(rng, weights...)]
	var shelf []*article
	for i := range goods {
		if goods[i].aisle == name {
			shelf = append(shelf, &goods[i])
		}
	}
	first := shelf[rng.IntN(len(shelf))]
	if last := len(c.orders) - 1; last >= 0 && rng.Float64() < 0.6 { // what is used up is bought again
		if g := goodsByID[c.orders[last].items[0]]; g.consumable {
			first = g
		}
	}
	o := order{
		ref: fmt.Sprintf("%s-%d", c.id, len(c.orders)+1), at: t.Truncate(time.Second), aisle: first.aisle,
		channel: channels[pick(rng, 2, 5, 3)], items: []string{first.id}, fen: 100 * first.yuan,
	}
	for _, w := range first.with {
		if rng.Float64() < w.share {
			o.items = append(o.items, w.id)
			o.fen += 100 * goodsByID[w.id].yuan
		}
	}
	return o
}

// until is a customer as they were at a time, as far as orders go.
func (c customer) until(t time.Time) customer {
	n, _ := slices.BinarySearchFunc(c.orders, t, func(o order, t time.Time) int {
		if o.at.After(t) {
			return 1
		}
		return -1
	})
	c.orders = c.orders[:n:n]
	return c
}

// insert adds an order at its place.
func (c *customer) insert(o order) {
	c.orders = append(slices.Clone(c.orders), o)
	slices.SortStableFunc(c.orders, func(a, b order) int { return a.at.Compare(b.at) })
}
