package audience

import (
	"fmt"
	"slices"
)

// naive is the rule of Resolve read word by word, over sets, for small n: the
// oracle. It returns the customers in order.
func naive(m *IdentityRules[int], records []record, decisions []IdentityDecision[int]) [][]int {
	var customers [][]int
	traits := map[string]map[int]string{} // by dim: what each record has; "" is nothing
	for _, r := range records {
		customers = append(customers, []int{r.Key})
	}
	slices.SortFunc(customers, slices.Compare)
	mergeSets := func(keys []int) {
		var all []int
		customers = slices.DeleteFunc(customers, func(c []int) bool {
			if slices.ContainsFunc(c, func(k int) bool { return slices.Contains(keys, k) }) {
				all = append(all, c...)
				return true
			}
			return false
		})
		slices.Sort(all)
		customers = append(customers, all)
	}
	for i, d := range decisions {
		for j, side := range d.Sides {
			mergeSets(side)
			if len(d.Sides) > 1 {
				dim := fmt.Sprint("decision ", i)
				if traits[dim] == nil {
					traits[dim] = map[int]string{}
				}
				for _, k := range side {
					traits[dim][k] = fmt.Sprint(j)
				}
			}
		}
	}
	// trait of a customer: all that its records have.
	trait := func(dim string, c []int) string {
		var list []string
		for _, k := range c {
			if v := traits[dim][k]; v != "" {
				list = append(list, v)
			}
		}
		slices.Sort(list)
		if list = slices.Compact(list); len(list) > 1 {
			return fmt.Sprint("several of ", c)
		} else if len(list) == 1 {
			return list[0]
		}
		return ""
	}
	different := func(a, b []int) bool {
		for dim := range traits {
			if x, y := trait(dim, a), trait(dim, b); x != "" && y != "" && x != y {
				return true
			}
		}
		return false
	}
	for _, rule := range m.rules {
		having := map[string][]int{} // records by value
		for _, r := range records {
			for _, id := range r.Identifiers {
				if n, err := m.Normalise(id); err == nil && n.Kind == rule.Kind && !slices.Contains(having[n.Value], r.Key) {
					having[n.Value] = append(having[n.Value], r.Key)
				}
			}
		}
		// Nodes of the graph: customers by number, values behind them.
		now := slices.Clone(customers)
		type value struct {
			ends []int
			keys []int
		}
		var values []value
		kind := map[int]string{}
		for v, keys := range having {
			var ends []int
			for i, c := range now {
				if slices.ContainsFunc(c, func(k int) bool { return slices.Contains(keys, k) }) {
					ends = append(ends, i)
				}
			}
			if rule.MaxCustomers > 0 && len(ends) > rule.MaxCustomers {
				continue
			}
			for _, k := range keys {
				if kind[k] != "" && kind[k] != v {
					kind[k] = fmt.Sprint("several of record ", k)
				} else {
					kind[k] = v
				}
			}
			if len(ends) > 1 {
				values = append(values, value{ends, keys})
			}
		}
		// reach returns the values and customers reached from value v, not going
		// through customers that are stopped at, though they are reached.
		reach := func(v int, stop map[int]bool) (vs map[int]bool, cs map[int]bool) {
			vs, cs = map[int]bool{v: true}, map[int]bool{}
			for grown := true; grown; {
				grown = false
				for i := range vs {
					for _, c := range values[i].ends {
						if !cs[c] {
							cs[c], grown = true, true
						}
					}
				}
				for i := range values {
					for _, c := range values[i].ends {
						if cs[c] && !stop[c] && !vs[i] {
							vs[i], grown = true, true
						}
					}
				}
			}
			return vs, cs
		}
		conflict := func(cs map[int]bool) bool {
			for a := range cs {
				for b := range cs {
					if different(now[a], now[b]) {
						return true
					}
				}
			}
			return false
		}
		var accepted []int
		for v := range values {
			_, chain := reach(v, nil)
			if !conflict(chain) {
				accepted = append(accepted, v)
				continue
			}
			anchors := map[int]bool{}
			for a := range chain {
				for b := range chain {
					if different(now[a], now[b]) {
						anchors[a] = true
					}
				}
			}
			_, near := reach(v, anchors)
			if conflict(near) {
				continue
			}
			// Go on through anchors, as far as strands without a conflict lead.
			group := map[int]bool{}
			for c := range near {
				if anchors[c] {
					group[c] = true
				}
			}
			for grown := len(group) > 1; grown; {
				grown = false
				for w := range values {
					_, cs := reach(w, anchors)
					n, touches := 0, false
					for c := range cs {
						if anchors[c] {
							n++
							touches = touches || group[c]
						}
					}
					if n < 2 || !touches || conflict(cs) {
						continue
					}
					for c := range cs {
						if anchors[c] && !group[c] {
							group[c], grown = true, true
						}
					}
				}
			}
			if !conflict(group) {
				accepted = append(accepted, v)
			}
		}
		for _, v := range accepted {
			mergeSets(values[v].keys)
		}
		if rule.Single {
			traits[string(rule.Kind)] = kind
		}
	}
	slices.SortFunc(customers, slices.Compare)
	return customers
}
