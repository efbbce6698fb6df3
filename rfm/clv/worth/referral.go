package worth

import (
	"slices"
	"time"

	"github.com/guanxi-go/guanxi"
)

// Referral is a row: Referrer brought Referred. At is read with ReferrersFirst
// alone. The same pair again is the same referral.
type Referral[K comparable] struct {
	Referrer, Referred K
	At                 time.Time
}

// graph holds, for each customer by number, who brought them: the edges of
// customer i are to[from[i]:from[i+1]], in the order of keys.
type graph struct {
	from []int32
	to   []int32
}

// edge is a checked row.
type edge struct {
	referrer, referred int32
	row                int32
	at                 int64
}

// build groups checked rows, applies the rule for several referrers, and refuses
// circles. keys are the customers by number. Cost: linear in customers and rows,
// but for sorting the referrers of one customer.
func build[K comparable](key guanxi.Key[K], keys []K, edges []edge, rule Referrers, f *faults) graph {
	n := len(keys)
	g := graph{from: make([]int32, n+1)}
	start := make([]int32, n+1)
	for _, e := range edges {
		start[e.referred+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	grouped := make([]edge, len(edges))
	next := slices.Clone(start[:n])
	for _, e := range edges {
		grouped[next[e.referred]] = e
		next[e.referred]++
	}
	var rows []int32 // of the edges kept
	var refused []int32
	for i := range n {
		group := grouped[start[i]:start[i+1]]
		if len(group) > 1 {
			group, refused = settle(key, keys, group, rule, refused)
		}
		for _, e := range group {
			g.to = append(g.to, e.referrer)
			rows = append(rows, e.row)
		}
		g.from[i+1] = int32(len(g.to))
	}
	slices.Sort(refused)
	for _, row := range refused {
		f.add("/referrals", int(row), "/referrer", ErrReferrers)
	}
	circles := g.circles(rows)
	slices.Sort(circles)
	for _, row := range circles {
		f.add("/referrals", int(row), "", ErrCycle)
	}
	return g
}

// settle answers which rows of one referred customer count, in the order of
// their referrers' keys, and adds those that rule refuses.
func settle[K comparable](key guanxi.Key[K], keys []K, group []edge, rule Referrers, refused []int32) ([]edge, []int32) {
	slices.SortFunc(group, func(a, b edge) int {
		if c := key.Compare(keys[a.referrer], keys[b.referrer]); c != 0 {
			return c
		}
		if a.at != b.at {
			if a.at < b.at {
				return -1
			}
			return 1
		}
		return int(a.row) - int(b.row)
	})
	group = slices.CompactFunc(group, func(a, b edge) bool { return a.referrer == b.referrer })
	if len(group) == 1 || rule == ReferrersSplit {
		return group, refused
	}
	best := 0
	for i, e := range group {
		if rule == ReferrersFirst && e.at < group[best].at || rule != ReferrersFirst && e.row < group[best].row {
			best = i
		}
	}
	if rule != ReferrersFirst {
		for i, e := range group {
			if i != best {
				refused = append(refused, e.row)
			}
		}
	}
	return group[best : best+1], refused
}

// circles returns the rows of the edges that lie on a circle: both their ends are
// in one strongly connected component (Tarjan 1972, without recursion).
func (g *graph) circles(rows []int32) (on []int32) {
	n := len(g.from) - 1
	const unseen, done = 0, -1
	low := make([]int32, n)  // unseen, or the lowest number reached, or done
	num := make([]int32, n)  // in order of discovery, from 1
	part := make([]int32, n) // component
	at := make([]int32, n)   // next edge to follow
	var path, open []int32
	count, parts := int32(0), int32(0)
	for root := range n {
		if low[root] != unseen {
			continue
		}
		path = append(path[:0], int32(root))
		for len(path) > 0 {
			v := path[len(path)-1]
			if low[v] == unseen {
				count++
				low[v], num[v], at[v] = count, count, g.from[v]
				open = append(open, v)
			}
			if at[v] < g.from[v+1] {
				w := g.to[at[v]]
				switch {
				case low[w] == unseen:
					path = append(path, w)
					continue
				case low[w] != done:
					low[v] = min(low[v], low[w])
				}
				at[v]++
				continue
			}
			path = path[:len(path)-1]
			if low[v] == num[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					low[w], part[w] = done, parts
					if w == v {
						break
					}
				}
				parts++
			}
		}
	}
	for i := range n {
		for e := g.from[i]; e < g.from[i+1]; e++ {
			if part[i] == part[g.to[e]] {
				on = append(on, rows[e])
			}
		}
	}
	return on
}

// hop passes what counts at one hop on to the next: to each customer the sum of
// the values of those they brought, divided in whole units where there are
// several referrers.
func (g *graph) hop(next []wide, values []int64) {
	clear(next)
	for i, v := range values {
		to := g.to[g.from[i]:g.from[i+1]]
		if len(to) == 0 || v == 0 {
			continue
		}
		k := int64(len(to))
		part, rest := v/k, v%k
		if rest < 0 {
			part, rest = part-1, rest+k
		}
		for j, w := range to {
			share := part
			if int64(j) < rest {
				share++
			}
			next[w] = next[w].plus(wideOf(share))
		}
	}
}
