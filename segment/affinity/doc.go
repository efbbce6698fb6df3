// Package affinity answers what a customer wants next: what is bought together,
// what one customer buys again and when, which items to suggest and because of
// what, and which traits make a segment differ from the rest.
//
//	counts, err := affinity.NewCounts(guanxi.StringKey[string](), affinity.CountConfig{})
//	err = counts.AddSeq(lines)                    // order lines, a basket at a time
//	rules, err := affinity.NewRules(counts, affinity.RuleConfig{})
//	next, err := affinity.NewNext(rules, catalogue, affinity.NextConfig{Decimals: 2})
//	list, err = next.Append(list[:0], scratch, affinity.Query[string]{History: bought, AsOf: now, CrossSell: 3})
//	list[0].Reason(guanxi.EN, nil)                // because of tea → teapot, lift 3.2, seen 41 times
//
// [Counts] and [Portrait] are accumulators: Add, Merge, binary encoding; one
// goroutine each. [Rules], [Next] and [Habits] are engines: immutable, and shared
// freely. Nothing reads a clock.
//
// # Baskets
//
// A basket is the set of distinct items of one order, or of what one customer
// bought within a window ([PerCustomer]). Quantities do not weigh: of an item's
// quantities in a basket only the sign of the sum counts, so that a return in the
// basket of its order undoes the purchase. A basket in which nothing is left is
// not counted; one of more than MaxBasket items is left out or sampled
// ([Large]). [Stats] reports both.
//
// # Bounded memory
//
// Up to MaxItems items and MaxPairs pairs every count is exact, and neither the
// order of baskets nor the way they were split over accumulators matters. When a
// table is full, the rarest quarter of it or more is cut: lossy counting, Manku &
// Motwani (2002), VLDB 346–357, with its threshold raised when memory runs out and
// not at fixed intervals. From then on every count is a lower bound and knows by
// how much it may fall short; what is not held was in no more than ItemShort or
// PairShort baskets ([Stats]). Merging adds the bounds, as mergeable summaries do:
// Agarwal et al. (2013), ACM TODS 38(4):26. Which rare pairs were cut depends on
// the order of arrival; that the bounds hold does not. Measures of a [Rule] are
// then taken at the cautious end.
//
// # Rules
//
// With k baskets that hold both items, f and t baskets with each, of n:
//
//	support     k/n
//	confidence  k/f
//	lift        k n / (f t)
//	LLR         2 Σ O ln(O/E) over the 2×2 table, negative for k < f t / n
//	            Dunning (1993), Computational Linguistics 19(1):61–74
//	strength    (k + a t/n) / (f + a) − t/n,  a = Prior (20 baskets)
//
// Lift alone favours rare pairs and confidence alone what everybody buys; the LLR
// says whether there is anything at all, and strength how much it matters: by how
// much To becomes more probable with From, shrunk to nothing where there are few
// baskets. Rules are pairs with a positive strength, MinTogether baskets and an
// LLR of MinLLR.
//
// # Next items
//
// [Next.Append] gives up to three lists one after the other; their scores have
// different meanings and are not compared:
//
//	repeat      min(elapsed/gap, gap/elapsed): a consumable due again, median gap
//	cross-sell  1 − Π (1 − strength) over the rules from what the customer has
//	up-sell     share of the category's baskets + strength of the rule, if any
//
// # Portraits
//
// The Target Group Index (目标群体指数) of a trait is 100 × its share in the
// segment ÷ its share in the base. As the segment is part of the base, the two
// shares are not independent. So the segment is tested against the rest, by
// Newcombe's interval (1998, method 10, Statistics in Medicine 17:873–890), and
// with r the ratio of these two shares and f the segment's part of the base
//
//	TGI = 100 r / (f r + 1 − f)
//
// whose limits come from those of r: MOVER-R, Donner & Zou (2012), Statistical
// Methods in Medical Research 21:347–359, made of the same Wilson limits, so that
// interval and mark never contradict each other. f is taken as given. Marks are
// corrected for the number of traits by [Holm] or [BH]. Where nobody can be asked
// or nobody has the trait there is no index, and not one of 100.
package affinity
